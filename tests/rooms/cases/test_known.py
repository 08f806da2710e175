"""A card that a machine read says who stands at the window that day, and no longer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import is_known
from tests.matters import ANSWERS, FORM, Matters
from tests.town import TUESDAY_NINE, at

pytestmark = pytest.mark.django_db
MACHINE = Actor(ActorKind.KIOSK, "town-kiosk-1", "town")
MIDNIGHT = at("2026-03-11 00:00")
MINUTE = timedelta(minutes=1)


def begun(matters: Matters, *, by: Actor = MACHINE, now: datetime = TUESDAY_NINE, **more: Any) -> Case:
    opening = cases.Opening(
        hall=matters.town.hall, item_code="pension", person_id=matters.person.pk, channel="kiosk", answers=ANSWERS,
        form=FORM, seen=True, **more,
    )  # fmt: skip
    return cases.open_case(opening, by=by, now=now)


def test_the_day_on_which_a_machine_read_the_card_ends_with_the_halls_day(matters: Matters) -> None:
    case = begun(matters)

    assert [is_known(case, now=now) for now in (TUESDAY_NINE, MIDNIGHT - MINUTE, MIDNIGHT)] == [True, True, False]


def test_read_just_before_midnight_it_says_nothing_a_minute_later(matters: Matters) -> None:
    case = begun(matters, now=MIDNIGHT - MINUTE)

    assert [is_known(case, now=now) for now in (MIDNIGHT - MINUTE, MIDNIGHT)] == [True, False]


def test_sent_at_a_machine_on_another_day_it_counts_for_that_day(matters: Matters) -> None:
    case = begun(matters)
    for code in ("id", "lease", "photo"):
        cases.add_material(case_no=case.no, code=code, channel="usb", by=MACHINE, now=TUESDAY_NINE)
    cases.submit(case_no=case.no, by=MACHINE, now=MIDNIGHT + MINUTE)

    seen = [is_known(case, now=now) for now in (MIDNIGHT, MIDNIGHT + timedelta(hours=23), MIDNIGHT + timedelta(days=1))]

    assert seen == [True, True, False]


def test_what_the_telephone_did_since_is_no_card(matters: Matters) -> None:
    case = begun(matters)
    for code in ("id", "lease", "photo"):
        cases.add_material(case_no=case.no, code=code, channel="usb", by=MACHINE, now=TUESDAY_NINE)
    cases.submit(case_no=case.no, by=matters.applicant, now=MIDNIGHT + MINUTE)

    assert not is_known(case, now=MIDNIGHT + MINUTE)
