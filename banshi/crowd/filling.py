"""What people of the crowd fill in and send: a value of its type for each field, and a page as a telephone takes it."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
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
    """Of its type, and as each of its checks has it (data dictionary)."""
    chance = dice(seed)
    value = _typed(asked, who, chance, today)
    for each in asked.get("checks", ()):
        name, _, param = each["check"].partition(":")
        if name in _CHECKED:
            value = _CHECKED[name](value, param, chance, today)
    return value


def _typed(asked: Mapping[str, Any], who: Mapping[str, str], chance: Random, today: date) -> Any:
    kind = asked["type"]
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


def _ranged(value: Any, param: str, chance: Random, today: date) -> str:
    low, _, high = param.partition("..")
    least, most = (Decimal(each) if each else None for each in (low, high))
    number = Decimal(str(value))
    number = number if least is None else max(number, least)
    return str(number if most is None else min(number, most))


def _long(value: Any, param: str, chance: Random, today: date) -> str:
    least, _, most = param.partition("..")
    return str(value).ljust(int(least), "甲")[: int(most or least)]


# As people write what is checked: no number of anybody, and each of them well-formed.
_CHECKED: dict[str, Callable[[Any, str, Random, date], Any]] = {
    "past": lambda value, param, chance, today: (today - timedelta(days=chance.randrange(1, 900))).isoformat(),
    "range": _ranged,
    "length": _long,
    "pattern": lambda value, param, chance, today: param.rpartition("~")[2],
    "one_of": lambda value, param, chance, today: value if value in param.split("|") else param.split("|")[0],
    "postcode": lambda value, param, chance, today: "523000",
    "plate": lambda value, param, chance, today: f"粤S{chance.randrange(10000, 100000)}",
    "vin": lambda value, param, chance, today: f"WVWZZZ1KZ6W{chance.randrange(100000, 1000000)}",
    "estate_unit": lambda value, param, chance, today: f"441900001001GB00001F{chance.randrange(1, 100000000):08d}",
    "email": lambda value, param, chance, today: f"p{chance.randrange(1000)}@example.com",
    "uscc": lambda value, param, chance, today: "91441900MA4UK7JX5L",
}


def picture() -> bytes:
    """A page as a telephone sends it."""
    if not _PICTURE:
        from PIL import Image

        into = io.BytesIO()
        Image.new("RGB", (640, 900), "#f4f1e8").save(into, "JPEG")
        _PICTURE.append(into.getvalue())
    return _PICTURE[0]


_PICTURE: list[bytes] = []
