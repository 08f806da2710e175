"""The town as its clerks see it at nine on a Tuesday: open on working days, a clerk signed in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.matters import Matters, matters_of
from tests.town import TUESDAY_NINE, Town


@pytest.fixture(autouse=True)
def nine_o_clock(db: Any):
    from banshi.foundation import clock

    clock.forget()
    clock.set_clock(now=TUESDAY_NINE, speed=0)
    yield
    clock.forget()


@pytest.fixture
def open_town(town: Town) -> Town:
    """The town with a calendar: open on working days 8:30–17:00."""
    from datetime import date

    from banshi.kernel.actors import SYSTEM
    from banshi.rooms.calendars import actions as calendars

    document = {
        "timezone": "Asia/Shanghai",
        "rules": [
            {
                "code": "days", "name": {"zh": "工作日", "en": "Working days"}, "kind": "regular", "when": "working",
                "hours": [["08:30", "17:00"]], "period_minutes": 60,
            }
        ],
    }  # fmt: skip
    calendars.publish(hall=town.hall, document=document, valid_from=date(2020, 1, 1), by=SYSTEM, now=TUESDAY_NINE)
    return town


@pytest.fixture
def clerk(client: Client, open_town: Town) -> Client:
    client.force_login(open_town.clerk)
    return client


@pytest.fixture
def matters(open_town: Town) -> Matters:
    """The open town with its shop licence, and a clerk who may receive cases."""
    return matters_of(open_town)
