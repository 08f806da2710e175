"""What people of the crowd fill in and send: a value of its type for each field, and a page as a telephone takes it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from banshi.crowd.dice import dice
from banshi.kernel.documents import generate_resident_id


def filled(
    fields: Sequence[Mapping[str, Any]], who: Mapping[str, str], *, seed: str, today: date | None
) -> dict[str, Any]:
    """A value of its type for each field; the case keeps those that it shows."""
    return {
        each["code"]: value_of(each, who, seed=f"{seed}/{each['code']}", today=today or date(2026, 1, 5))
        for each in fields
    }


def value_of(asked: Mapping[str, Any], who: Mapping[str, str], *, seed: str, today: date) -> Any:
    chance, kind = dice(seed), asked["type"]
    match kind:
        case "choice":
            return chance.choice(asked["options"])["id"]
        case "yes_no":
            return chance.random() < 0.5
        case "name":
            return who["name"]
        case "id_number":
            return generate_resident_id("110101", date(1970, 1, 2), chance.randrange(1, 900))
        case "phone":
            return who["phone"]
        case "date":
            return (today + timedelta(days=chance.randrange(1, 60))).isoformat()
        case "number" | "money":
            return str(chance.randrange(2, 15))
        case "address":
            return f"花园路 {chance.randrange(1, 200)} 号"
    return f"{asked['label'][:4]}{chance.randrange(10, 100)}"


def picture() -> bytes:
    """A page as a telephone sends it."""
    if not _PICTURE:
        from PIL import Image

        into = io.BytesIO()
        Image.new("RGB", (640, 900), "#f4f1e8").save(into, "JPEG")
        _PICTURE.append(into.getvalue())
    return _PICTURE[0]


_PICTURE: list[bytes] = []
