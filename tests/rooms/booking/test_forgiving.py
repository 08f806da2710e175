"""Forgiving only ever lessens: what a suspension used up stays used up, and only something new suspends."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions, queries
from banshi.rooms.booking.models import Appeal, LedgerEntry, Suspension
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.messaging.models import Message
from banshi.rooms.places.models import Category, Floor, Hall, Zone
from tests.rooms.booking.test_credit import DAYS, miss, suspensions
from tests.rooms.booking.test_place import book
from tests.together import meanwhile, together
from tests.town import CITIZEN, CLERK, Town, at

FIRST = ("no_shows", date(2026, 3, 14), date(2026, 4, 12))
AFTER = at("2026-04-13 09:00")  # its last day is over
LIFTED, STANDS = (*FIRST, True), (*FIRST, False)


def sweep(*days: str) -> None:
    for day in days:
        actions.sweep_no_shows(now=at(f"{day} 10:00"))


def told() -> list[str]:
    """What was said about suspensions, in order."""
    return list(Message.objects.filter(key__in=["suspended", "lifted"]).order_by("id").values_list("key", flat=True))


def count(town: Town, now: str) -> tuple[int, date | None]:
    found = queries.credit_of("account:1", town.hall, at(now))
    return found.no_shows, found.suspended_until


def lift_on_appeal(now: str) -> None:
    appeal = actions.appeal(suspension_id=Suspension.objects.get().pk, text="住院", by=CITIZEN, now=at(now))
    actions.answer_appeal(appeal_id=appeal.pk, upheld=True, answer="暂停解除", by=CLERK, now=at(now))


def forgive_the_first(town: Town, how: str, now: str) -> None:
    if how == "fault day":
        actions.mark_fault_day(hall=town.hall, day=date(2026, 3, 11), why="停电", by=CLERK, now=at(now))
    elif how == "outage":
        hours = {"starts_at": at("2026-03-11 09:00"), "ends_at": at("2026-03-11 10:00")}
        actions.note_outage(hall=town.hall, **hours, why="停电", by=CLERK, now=at(now))
    else:
        first = LedgerEntry.objects.get(on=date(2026, 3, 11))
        actions.forgive(entry_id=first.pk, why="查明是停电", by=CLERK, now=at(now))


HOW = pytest.mark.parametrize("how", ["fault day", "outage", "entry"])


@HOW
def test_strikes_of_a_suspension_lifted_on_appeal_do_not_count_again(town: Town, how: str) -> None:
    miss(town, *DAYS, "2026-03-16", "2026-03-17", "2026-03-18")
    sweep(*DAYS)
    lift_on_appeal("2026-03-14 09:00")
    sweep("2026-03-16")

    forgive_the_first(town, how, "2026-03-16 18:00")
    then = suspensions(), told(), count(town, "2026-03-17 09:00")
    sweep("2026-03-17")
    two = suspensions()
    sweep("2026-03-18")

    assert then == ([LIFTED], ["suspended"], (1, None))
    assert two == [LIFTED]
    assert suspensions() == [LIFTED, ("no_shows", date(2026, 3, 19), date(2026, 4, 17), False)]


@HOW
def test_strikes_of_a_suspension_served_in_full_do_not_count_again(town: Town, how: str) -> None:
    miss(town, *DAYS)
    sweep(*DAYS)
    for day in ("2026-04-14", "2026-04-15"):
        book(town, town.slot(starts=at(f"{day} 09:00")), now=AFTER)
    sweep("2026-04-14")

    forgive_the_first(town, how, "2026-04-14 18:00")
    then = suspensions(), told(), count(town, "2026-04-15 09:00")
    sweep("2026-04-15")

    assert then == ([STANDS], ["suspended"], (1, None))  # served is served: nothing is lifted any more
    assert (suspensions(), count(town, "2026-04-15 18:00")) == ([STANDS], (2, None))


@HOW
def test_forgiving_lifts_and_makes_nothing_in_its_stead(town: Town, how: str) -> None:
    """Somebody missed a fourth time before the first is forgiven: three stand, none of them new."""
    miss(town, *DAYS, "2026-03-16", "2026-03-17")
    sweep(*DAYS, "2026-03-16")

    forgive_the_first(town, how, "2026-03-16 18:00")
    then = suspensions(), told(), count(town, "2026-03-17 09:00")
    booked = book(town, town.slot(starts=at("2026-03-24 09:00")), now=at("2026-03-17 09:00"))
    actions.cancel(code=booked.code, by=CITIZEN, now=at("2026-03-17 09:00"))  # counted anew for a cancellation
    still = suspensions()
    sweep("2026-03-17")

    assert then == ([LIFTED], ["suspended", "lifted"], (3, None))
    assert still == [LIFTED]
    assert suspensions() == [LIFTED, ("no_shows", date(2026, 3, 18), date(2026, 4, 16), False)]
    assert told() == ["suspended", "lifted", "suspended"]


def test_an_outage_forgives_before_what_it_finds_is_counted(town: Town) -> None:
    miss(town, *DAYS)
    sweep(*DAYS[:2])

    forgive_the_first(town, "outage", "2026-03-13 10:00")  # the third is found by it

    assert (suspensions(), told(), count(town, "2026-03-14 09:00")) == ([], [], (2, None))


def test_cancellations_used_up_by_a_lifted_suspension_do_not_count_again(town: Town) -> None:
    slot = town.slot(starts=at("2026-03-23 09:00"), quota=9)
    for day in (10, 11, 12, 13):
        cancelled(town, slot, day)
    lift_on_appeal("2026-03-13 12:00")
    for day in (16, 17, 18):
        cancelled(town, slot, day)
    lifted = [("cancels", date(2026, 3, 13), date(2026, 4, 11), True)]

    first = LedgerEntry.objects.order_by("on", "id")[0]
    actions.forgive(entry_id=first.pk, why="误会", by=CLERK, now=at("2026-03-18 18:00"))
    then = suspensions(), told()
    cancelled(town, slot, 19)

    assert then == (lifted, ["suspended"])
    assert suspensions() == [*lifted, ("cancels", date(2026, 3, 19), date(2026, 4, 17), False)]


def cancelled(town: Town, slot: Any, day: int) -> str:
    now = at(f"2026-03-{day} 09:00")
    code: str = book(town, slot, now=now).code
    actions.cancel(code=code, by=CITIZEN, now=now)
    return code


def test_a_mistake_made_again_suspends_again_and_says_so(town: Town) -> None:
    slot = town.slot(starts=at("2026-03-23 09:00"), quota=9)
    for day in (10, 11, 12):
        cancelled(town, slot, day)
    code = cancelled(town, slot, 13)

    again = actions.rebook(code=code, by=CITIZEN, now=at("2026-03-13 09:10"))
    between = suspensions()
    actions.cancel(code=again.code, by=CITIZEN, now=at("2026-03-13 09:20"))

    bar = ("cancels", date(2026, 3, 13), date(2026, 4, 11))
    assert between == [(*bar, True)]
    assert suspensions() == [(*bar, False)]
    assert told() == ["suspended", "lifted", "suspended"]


def test_nobody_hears_that_booking_works_while_another_suspension_stands(town: Town) -> None:
    miss(town, *DAYS)
    sweep(*DAYS)
    bar = Suspension.objects.get()
    Suspension.objects.create(
        person_id=bar.person_id, party=bar.party, scope=bar.scope, reason="manual",
        from_on=date(2026, 3, 14), until_on=date(2026, 3, 20), made_at=at("2026-03-14 08:00"),
    )  # fmt: skip

    forgive_the_first(town, "entry", "2026-03-14 09:00")

    assert (suspensions()[0], told()) == (LIFTED, ["suspended"])


def second_hall(town: Town) -> Hall:
    """The other hall of the city, with places for the same matter; both count together."""
    hall: Hall = town.other_hall
    floor = Floor.objects.create(hall=hall, code="1", label_zh="1 楼", label_en="Floor 1")
    zone = Zone.objects.create(hall=hall, floor=floor, code="main", name_zh="综合区", name_en="Main zone")
    names = {"name_zh": "社保", "name_en": "Social security"}
    category = Category.objects.create(hall=hall, code="A", letter="A", **names, zone=zone)
    HallItem.objects.create(hall=hall, item=town.items["pension"], category=category)
    return hall


@pytest.mark.parametrize("how", ["lifted", "served"])
def test_halls_of_one_city_that_count_together_forgive_alike(town: Town, how: str) -> None:
    other = second_hall(town)
    together_counted = {"booking": {"credit": {"scope": "region"}}}
    town.policy(**together_counted)
    town.hall, town.other_hall = other, town.hall
    town.policy(**together_counted)
    town.hall, town.other_hall = town.other_hall, other
    later = "2026-03-16" if how == "lifted" else "2026-04-14"
    miss(town, DAYS[0], DAYS[2])
    book(town, town.slot(starts=at(f"{DAYS[1]} 09:00"), hall=other))
    sweep(*DAYS)
    if how == "lifted":
        lift_on_appeal("2026-03-14 09:00")
    now = AFTER if how == "served" else at("2026-03-14 09:00")
    book(town, town.slot(starts=at(f"{later} 09:00"), hall=other), now=now)
    sweep(later)

    forgive_the_first(town, "fault day", f"{later} 18:00")

    assert {row.scope for row in LedgerEntry.objects.all()} == {"441900"}
    assert suspensions() == [(*FIRST, how == "lifted")]
    assert (told(), count(town, f"{later} 20:00")) == (["suspended"], (1, None))


@pytest.mark.django_db(transaction=True)
def test_lifted_and_forgiven_at_once_it_is_lifted_once_and_told_once(committed_town: Town) -> None:
    miss(committed_town, *DAYS)
    sweep(*DAYS)
    bar, first = Suspension.objects.get(), LedgerEntry.objects.get(on=date(2026, 3, 11))
    now = at("2026-03-14 09:00")
    acts = [
        lambda: actions.lift(suspension_id=bar.pk, why="住院", by=CLERK, now=now),
        lambda: actions.forgive(entry_id=first.pk, why="停电", by=CLERK, now=now),
    ]

    together(2, lambda i: acts[i]())

    assert (suspensions(), told()) == ([LIFTED], ["suspended", "lifted"])


def _lift(bar: Suspension, now: datetime) -> Any:
    return actions.lift(suspension_id=bar.pk, why="住院", by=CLERK, now=now)


def _forgive(entry: LedgerEntry, now: datetime) -> Any:
    return actions.forgive(entry_id=entry.pk, why="停电", by=CLERK, now=now)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["suspension", "entry"])
def test_what_is_forgiven_at_this_moment_is_not_appealed(committed_town: Town, what: str) -> None:
    miss(committed_town, *DAYS)
    sweep(*DAYS)
    now = at("2026-03-14 09:00")
    bar, entry = Suspension.objects.get(), LedgerEntry.objects.earliest("id")
    about = {"suspension_id": bar.pk} if what == "suspension" else {"entry_id": entry.pk}

    ended = meanwhile(
        lambda: _lift(bar, now) if what == "suspension" else _forgive(entry, now),
        lambda: actions.appeal(**about, text="住院", by=CITIZEN, now=now),
    )

    assert isinstance(ended, Refused)
    assert ended.refusal.slug == "wrong-state"
    assert Appeal.objects.count() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["suspension", "entry"])
def test_what_is_appealed_at_this_moment_is_forgiven_once_and_its_appeal_stands(
    committed_town: Town, what: str
) -> None:
    miss(committed_town, *DAYS)
    sweep(*DAYS)
    now = at("2026-03-14 09:00")
    bar, entry = Suspension.objects.get(), LedgerEntry.objects.earliest("id")
    about = {"suspension_id": bar.pk} if what == "suspension" else {"entry_id": entry.pk}

    meanwhile(
        lambda: actions.appeal(**about, text="住院", by=CITIZEN, now=now),
        lambda: _lift(bar, now) if what == "suspension" else _forgive(entry, now),
    )
    appeal = Appeal.objects.get()
    answered = actions.answer_appeal(appeal_id=appeal.pk, upheld=True, answer="已解除", by=CLERK, now=now)

    assert (answered.state, suspensions()) == ("upheld", [LIFTED])


def _cancelled_late(town: Town) -> Any:
    """A cancellation that counts, of an appointment of the day that turns out to be the hall's fault."""
    appointment = book(town, town.slot(starts=at("2026-03-11 15:00")))
    return lambda: actions.cancel(code=appointment.code, by=CITIZEN, now=at("2026-03-11 10:00"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["fault day", "outage"])
@pytest.mark.parametrize("first", ["fault", "entry"])
def test_a_fault_of_the_hall_forgives_what_is_counted_at_the_same_moment(
    committed_town: Town, how: str, first: str
) -> None:
    miss(committed_town, DAYS[0])

    def fault() -> None:
        forgive_the_first(committed_town, how, "2026-03-11 18:00")

    def count_it() -> None:
        sweep(DAYS[0])

    meanwhile(*(fault, count_it) if first == "fault" else (count_it, fault))

    assert [(row.kind, row.forgiven_at is not None) for row in LedgerEntry.objects.all()] == [("no_show", True)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", ["fault", "entry"])
def test_a_fault_day_forgives_what_is_cancelled_at_the_same_moment(committed_town: Town, first: str) -> None:
    cancelled = _cancelled_late(committed_town)

    def fault() -> None:
        forgive_the_first(committed_town, "fault day", "2026-03-11 10:00")

    meanwhile(*(fault, cancelled) if first == "fault" else (cancelled, fault))

    assert [(row.kind, row.forgiven_at is not None) for row in LedgerEntry.objects.all()] == [("cancel", True)]
