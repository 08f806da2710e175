"""Keys of every scope, and a caller that speaks JSON."""

from __future__ import annotations

import gettext
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import trans_real

from banshi.foundation import clock
from banshi.foundation.models import ClockSetting
from banshi.foundation.translations import compile_all
from banshi.rooms.identity.actions import create_key
from banshi.rooms.identity.models import Role
from banshi.surfaces.api import appointment_parts, keys
from tests.asgi import lanes
from tests.town import TUESDAY_NINE, Town

SCOPES = ("channel", "kiosk", "desk", "staff", "manage", "read", "demo")

CLIENT = Client(raise_request_exception=False)  # one for all: a client loads the middleware, and that takes its time


@dataclass
class Calls:
    """Calls the API with the key of a scope: `calls("get", "/halls", "read")`. What the lanes answer is asked of them."""

    town: Town
    keys: dict[str, str]
    client: Client = CLIENT

    def __call__(self, method: str, path: str, key: str = "channel", body: Any = None, **headers: str) -> Any:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        secret = self.keys.get(key, key)
        if secret:
            sent["Authorization"] = f"Bearer {secret}"
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = {} if body is None else {"content-type": sent.pop("content-type", "application/json")}
        if lanes().know(method, f"/api/v1{path}"):
            return lanes()(method, f"/api/v1{path}", data, {**sent, **kind})
        more = {} if body is None else {"data": data, "content_type": kind["content-type"]}
        return self.client.generic(method.upper(), f"/api/v1{path}", headers=sent, **more)


def keys_of(town: Town) -> dict[str, str]:
    """One key a scope, bound to the town's hall where it is bound at all; `other-*` to the other hall."""

    def key(scope: str, **bound: Any) -> str:
        return create_key(name=scope, scope=scope, now=TUESDAY_NINE, **bound)

    return {
        "channel": key("channel"),
        "other-channel": key("channel"),
        "kiosk": key("kiosk", hall="town"),
        "other-kiosk": key("kiosk", hall="other"),
        "desk": key("desk", hall="town", staff=town.clerk),
        "second-desk": key("desk", hall="town", staff=town.second_clerk),
        "other-desk": key("desk", hall="other", staff=town.other_halls_clerk),
        "staff": key("staff", staff=of_all_duties(town)),
        "other-staff": key("staff", staff=town.other_halls_clerk),
        "manage": key("manage", hall="town"),
        "other-manage": key("manage", hall="other"),
        "city-manage": key("manage", region="441900"),
        "read": key("read"),
        "other-read": key("read", hall="other"),
        "demo": key("demo"),
    }


DUTIES = (
    "pre_reviewer",
    "receiver",
    "reviewer",
    "approver",
    "head",
    "issue_clerk",
    "supervisor",
    "video_agent",
    "hotline_agent",
)


def of_all_duties(town: Town) -> Any:
    """Somebody who may do everything to cases in the town: no hall has one, but a table of rights is looked at whole."""
    for role in DUTIES:
        Role.objects.create(
            staff=town.manager, role=role, scope_kind="hall", scope="town", given_at=TUESDAY_NINE, given_by="system"
        )
    return town.manager


def open_all_day(town: Town) -> None:
    """Both halls are open every day from 8:00 to 20:00."""
    from datetime import UTC, date, datetime

    from banshi.rooms.calendars.models import CalendarVersion

    document = {
        "timezone": "Asia/Shanghai",
        "rules": [
            {
                "code": "every-day",
                "name": {"zh": "每天", "en": "Every day"},
                "when": {"weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]},
                "hours": [["08:00", "20:00"]],
                "period_minutes": 60,
            }
        ],
    }
    for hall in (town.hall, town.other_hall):
        CalendarVersion.objects.create(
            hall=hall,
            version=1,
            document=document,
            valid_from=date(2020, 1, 1),
            made_by="system",
            made_at=datetime(2020, 1, 1, tzinfo=UTC),
        )


def stop_the_clock(at: Any = TUESDAY_NINE) -> None:
    """Hall time stands at nine on a Tuesday."""
    ClockSetting.objects.update_or_create(id=1, defaults={"wall_at": clock.wall(), "hall_at": at, "speed": 0})
    clock.forget()


@pytest.fixture(autouse=True, scope="session")
def _chinese() -> None:
    """As at start-up; gettext keeps what it has read."""
    if compile_all():
        gettext._translations.clear()  # type: ignore[attr-defined]
        trans_real._translations.clear()
        trans_real._default = None


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    keys.forget()
    appointment_parts.forget()
    clock.forget()
    yield
    clock.forget()


@pytest.fixture
def calls(town: Town) -> Calls:
    stop_the_clock()
    open_all_day(town)
    return Calls(town, keys_of(town))


@pytest.fixture
def committed_calls(committed_town: Town) -> Calls:
    stop_the_clock()
    open_all_day(committed_town)
    return Calls(committed_town, keys_of(committed_town))


PERSON = {"name": "张三丰", "id_type": "resident_id", "id_number": "11010519491231002X", "phone": "13800138000"}


def person(i: int) -> dict[str, str]:
    """The i-th of many people."""
    from datetime import date

    from banshi.kernel.documents import generate_resident_id

    return {
        "name": f"众{chr(0x4E00 + i)}",
        "id_type": "resident_id",
        "id_number": generate_resident_id("441900", date(1980 + i % 20, 1 + i % 12, 1 + i % 28), i % 999 + 1),
        "phone": f"1390013{i:04d}",
    }


def booking(slot: Any, **more: Any) -> dict[str, Any]:
    return {"slot": slot.id, "item": "pension", "person": PERSON, "source": "app", **more}


@pytest.fixture
def work(calls: Calls) -> Any:
    from tests.surfaces.api.casework import casework_of

    return casework_of(calls)


@pytest.fixture
def committed_work(committed_calls: Calls) -> Any:
    from tests.surfaces.api.casework import casework_of

    return casework_of(committed_calls)
