"""Outside its seasons nothing new of an item is begun, whoever asks; what is booked comes, what was sent goes on."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from banshi.journeys.visit.when import when
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking import queries as bookings
from banshi.rooms.booking.models import Waiting
from banshi.rooms.cases import actions as cases
from banshi.rooms.catalogue.models import Item
from banshi.rooms.identity.models import Account
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.queries import numbers_given
from tests.journeys.hall.test_retire_item import ON_FRIDAY, ON_THURSDAY, book, refused
from tests.matters import Matters, matters_of
from tests.rooms.tickets.conftest import open_town
from tests.rooms.tickets.line import take
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town, at

THURSDAY, FRIDAY = date(2026, 3, 12), date(2026, 3, 13)
JUST_FRIDAY = at("2026-03-13 00:30")  # in the hall's zone: Friday, while it is Thursday in UTC


@pytest.fixture
def matters(town: Town) -> Matters:
    return matters_of(town)


def season(item: str = "pension", first: str = "01-10", last: str = "03-12") -> None:
    row = Item.objects.get(code=item)
    row.handling = {**row.handling, "seasons": [{"first": first, "last": last}]}
    row.save(update_fields=["handling"])


def test_no_place_is_booked_outside(town: Town) -> None:
    season()

    book(town, ON_THURSDAY)
    no = refused(book, town, ON_FRIDAY, person=2)
    listed = bookings.slots(hall=town.hall, item_code="pension", first=THURSDAY, last=FRIDAY, now=TUESDAY_NINE)

    assert (no.slug, no.facts["opens"]) == ("out-of-season", date(2027, 1, 10))
    assert [(view.day, view.refusal.slug if view.refusal else None) for view in listed] == [
        (THURSDAY, None), (FRIDAY, "out-of-season"),
    ]  # fmt: skip


def test_a_booked_place_is_not_moved_out_of_it(town: Town) -> None:
    booked, later = book(town, ON_THURSDAY), town.slot(starts=ON_FRIDAY)
    season()

    no = refused(booking.move, code=booked.code, slot_id=later.pk, by=CITIZEN, now=TUESDAY_NINE)

    assert no.slug == "out-of-season"


def test_whoever_booked_before_the_season_was_changed_gets_a_number_and_begins_a_case(matters: Matters) -> None:
    town = matters.town
    open_town(town)
    slot = town.slot(starts=ON_FRIDAY)
    booked = booking.place(
        slot_id=slot.pk, item_code="pension", person_id=matters.person.pk, source="web", by=CITIZEN, now=TUESDAY_NINE,
        contact="13900000001",
    )  # fmt: skip
    season()

    given = tickets.issue(
        tickets.Take(appointment=booked, kind="booked", person_id=booked.person_id, channel="desk", by=CLERK),
        hall=town.hall,
        now=ON_FRIDAY,
    )
    begun = matters.opened(now=ON_FRIDAY, visit_id=given.visit_id)
    no = refused(matters.opened, now=ON_FRIDAY)

    assert (begun.phase, no.slug) == ("draft", "out-of-season")


def test_no_number_is_given_outside_and_nobody_says_so(town: Town) -> None:
    open_town(town)
    season()

    before = take(town, None, item_code="pension", now=ON_THURSDAY)
    no = refused(take, town, None, item_code="pension", now=ON_FRIDAY)
    given = [
        numbers_given(town.hall, item="pension", category=before.category.code, now=day)
        for day in (ON_THURSDAY, ON_FRIDAY)
    ]

    assert (no.slug, given) == ("out-of-season", [True, False])
    assert refused(when, item_code="pension", now=ON_FRIDAY).slug == "out-of-season"


def test_the_day_is_the_halls(matters: Matters) -> None:
    season()

    assert refused(matters.opened, now=JUST_FRIDAY).slug == "out-of-season"


def test_waits_for_days_outside_end(town: Town) -> None:
    who = Account.objects.create(phone="+8613900000009", phone_index="n9", created_at=TUESDAY_NINE)
    for day, starts in ((THURSDAY, ON_THURSDAY), (FRIDAY, ON_FRIDAY)):
        town.slot(starts=starts, quota=1, taken=1)
        booking.join_waiting(
            hall=town.hall, item_code="pension", day=day, person_id=town.person(1).pk, by=CITIZEN, now=TUESDAY_NINE,
            account_id=who.pk,
        )  # fmt: skip
    season()

    booking.end_all_waiting_in_vain(now=TUESDAY_NINE)

    assert list(Waiting.objects.order_by("day").values_list("state", flat=True)) == ["waiting", "unbooked"]


def test_no_case_is_opened_sent_or_received_outside_and_what_was_sent_is_supplemented(matters: Matters) -> None:
    draft, walked_in = matters.opened(), matters.opened()
    sent = matters.received()
    season()
    counted: Any = [cases.Counted(code) for code in ("id", "lease", "photo")]
    missing = [cases.Missing("plan", "没有平面图")]

    slugs = [
        refused(matters.opened, now=ON_FRIDAY).slug,
        refused(cases.submit, case_no=draft.no, by=matters.applicant, now=ON_FRIDAY).slug,
        refused(cases.receive, case_no=walked_in.no, materials=counted, by=matters.by["receiver"], now=ON_FRIDAY).slug,
    ]
    cases.give_notice(case_no=sent.no, missing_now=missing, by=matters.by["receiver"], now=ON_FRIDAY)
    cases.add_material(case_no=sent.no, code="plan", channel="upload", by=matters.applicant, now=ON_FRIDAY)
    cases.supplement(case_no=sent.no, by=matters.applicant, now=ON_FRIDAY)

    sent.refresh_from_db()
    assert (slugs, sent.phase) == (["out-of-season"] * 3, "received")


@pytest.mark.parametrize(
    ("last", "before", "said"),
    [("03-12", 7, ["2026-03-12"]), ("03-10", 7, ["2026-03-10"]), ("03-17", 7, ["2026-03-17"]), ("03-18", 7, []),
     ("03-09", 7, []), ("03-12", 0, []), ("03-12", 1, [])],
)  # fmt: skip
def test_whoever_has_a_draft_hears_that_its_season_ends(
    matters: Matters, last: str, before: int, said: list[str]
) -> None:
    matters.town.policy(messages={"season_ends_before": before})
    matters.opened()
    matters.received()
    season(last=last)

    for _ in range(2):
        cases.tell_season_ends(now=TUESDAY_NINE)

    told = Message.objects.filter(key="case_season_ends")
    assert [each.params["day"] for each in told] == said


def test_nobody_is_told_at_night_and_each_season_has_its_own_message(matters: Matters) -> None:
    matters.opened()
    season(last="03-16")

    for at_night in (at("2026-03-10 00:30"), at("2026-03-10 07:59")):
        cases.tell_season_ends(now=at_night)
    nobody = Message.objects.filter(key="case_season_ends").count()
    cases.tell_season_ends(now=TUESDAY_NINE)
    season(last="03-15")
    cases.tell_season_ends(now=TUESDAY_NINE)

    days = Message.objects.filter(key="case_season_ends").order_by("id")
    assert (nobody, [each.params["day"] for each in days]) == (0, ["2026-03-16", "2026-03-15"])
