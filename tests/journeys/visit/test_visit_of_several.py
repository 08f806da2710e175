"""Several matters booked for one visit: whoever arrives for one is here for all that are due, each with its number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from banshi.journeys.visit import check_in, serve
from banshi.kernel.actors import SYSTEM, Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment, LedgerEntry
from banshi.rooms.tickets import actions, queries
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries.statements import WAS_HERE
from tests.rooms.tickets.conftest import open_town
from tests.together import together
from tests.town import CITIZEN, TUESDAY_NINE, Town, at

KIOSK = Actor(ActorKind.KIOSK, "1", "town")


def minutes(n: float) -> datetime:
    return TUESDAY_NINE + timedelta(minutes=n)


QUARTER_TO_TEN = minutes(48)


@pytest.fixture
def open_hall(town: Town) -> Town:
    open_town(town)
    return town


def visit(town: Town, items: Sequence[str] = ("pension", "id-card"), *, person: int = 1) -> list[Appointment]:
    """Booked for ten o'clock."""
    ten = at("2026-03-10 10:00")
    slots = {letter: town.slot(starts=ten, category=letter) for letter in "AB"}
    return booking.place_several(
        slot_id=slots["B" if items[0] == "id-card" else "A"].pk, item_codes=list(items),
        person_id=town.person(person).pk, source="web", by=SYSTEM, now=at("2026-03-09 10:00"), evidence=Evidence.CHIP,
    )  # fmt: skip


def by_card(town: Town, now: datetime = QUARTER_TO_TEN) -> Ticket:
    number = town.person(1).id_number
    return check_in.by_id(hall=town.hall, id_number=number, by=KIOSK, now=now, channel="kiosk", evidence=Evidence.CHIP)


def by_code(town: Town, code: str, now: datetime = QUARTER_TO_TEN) -> Ticket:
    return check_in.by_code(hall=town.hall, code=code, by=KIOSK, now=now, channel="kiosk")


def given() -> list[tuple[str, str, str]]:
    rows = Ticket.objects.order_by("id").select_related("appointment__item")
    return [(t.number, t.kind, t.appointment.item.code if t.appointment else "") for t in rows]


def states() -> list[str]:
    return list(Appointment.objects.order_by("id").values_list("state", flat=True))


@pytest.mark.parametrize("shown", ["card", "first code", "second code"])
def test_each_matter_of_the_visit_gets_its_number_whatever_is_shown(open_hall, shown):
    first, second = visit(open_hall)

    if shown == "card":
        by_card(open_hall)
    else:
        by_code(open_hall, (first if shown == "first code" else second).code)

    assert given() == [("A001", "booked", "pension"), ("B001", "booked", "id-card")]
    assert states() == ["checked_in", "checked_in"]
    assert len({t.visit_id for t in Ticket.objects.all()}) == 1


def test_two_matters_of_one_line_get_a_number_each(open_hall):
    visit(open_hall, ["pension", "medical"])

    by_card(open_hall)

    assert given() == [("A001", "booked", "pension"), ("A002", "booked", "medical")]


def test_the_person_is_called_to_one_window_at_a_time(open_hall):
    visit(open_hall, ["pension", "medical"])
    by_card(open_hall)
    for window, clerk in (("town-01", open_hall.clerk), ("town-02", open_hall.second_clerk)):
        actions.sign_in(window_code=window, staff_id=clerk.pk, now=minutes(60))

    called = actions.call_next(window_code="town-01", staff_id=open_hall.clerk.pk, now=minutes(61))
    other = actions.call_next(window_code="town-02", staff_id=open_hall.second_clerk.pk, now=minutes(61))

    assert called is not None
    assert (called.number, other) == ("A001", None)


def test_one_window_is_called_at_once_where_a_hall_calls_by_itself(open_hall):
    open_hall.policy(tickets={"auto_call": True})
    visit(open_hall)
    for window, clerk in (("town-01", open_hall.clerk), ("town-02", open_hall.second_clerk)):
        actions.sign_in(window_code=window, staff_id=clerk.pk, now=minutes(40))

    by_card(open_hall)

    assert sorted(Ticket.objects.values_list("state", flat=True)) == ["called", "waiting"]


def test_a_matter_that_was_cancelled_gets_no_number(open_hall):
    _, second = visit(open_hall)
    booking.cancel(code=second.code, by=SYSTEM, now=minutes(0))

    by_card(open_hall)

    assert (given(), states()) == ([("A001", "booked", "pension")], ["checked_in", "cancelled"])


def test_a_matter_that_was_moved_to_the_afternoon_gets_its_number_then(open_hall):
    _, second = visit(open_hall)
    later = open_hall.slot(starts=at("2026-03-10 15:00"), category="B")
    Appointment.objects.filter(pk=second.pk).update(
        slot=later, starts_at=later.starts_at, ends_at=later.ends_at, half="pm"
    )
    by_card(open_hall)
    assert (given(), states()) == ([("A001", "booked", "pension")], ["checked_in", "booked"])

    by_card(open_hall, at("2026-03-10 14:50"))

    assert (given()[1:], states()) == ([("B001", "booked", "id-card")], ["checked_in", "checked_in"])


def test_a_matter_that_was_handed_to_somebody_else_stays_theirs(open_hall):
    first, second = visit(open_hall)
    Appointment.objects.filter(pk=second.pk).update(person=open_hall.person(2))

    by_code(open_hall, first.code)

    assert (given(), states()) == ([("A001", "booked", "pension")], ["checked_in", "booked"])


def test_shown_again_nothing_more_is_given(open_hall):
    visit(open_hall)
    by_card(open_hall)

    with pytest.raises(Refused) as no:
        by_card(open_hall, minutes(50))

    assert (no.value.slug, len(given())) == ("already-checked-in", 2)


def test_what_was_only_typed_is_taken_over_by_the_card_for_every_matter(open_hall):
    visit(open_hall, ["pension", "medical"])
    check_in.by_typed_id(
        hall=open_hall.hall, id_number=open_hall.person(1).id_number, last4="0001", by=KIOSK, now=minutes(48),
        channel="kiosk",
    )  # fmt: skip
    assert [t.limit_key[:5] for t in Ticket.objects.order_by("id")] == ["typed", "typed"]

    by_card(open_hall, minutes(50))

    assert [t.limit_key for t in Ticket.objects.order_by("id")] == ["", ""]


def test_whoever_leaves_after_the_first_matter_has_missed_none(open_hall):
    visit(open_hall)
    by_card(open_hall)
    actions.sign_in(window_code="town-01", staff_id=open_hall.clerk.pk, now=minutes(60))
    called = actions.call_next(window_code="town-01", staff_id=open_hall.clerk.pk, now=minutes(60))
    assert called is not None
    actions.start(ref=called.ref, staff_id=open_hall.clerk.pk, now=minutes(60))
    serve.finish(ref=called.ref, staff_id=open_hall.clerk.pk, now=minutes(70))

    booking.sweep_no_shows(now=at("2026-03-10 17:00"), came=WAS_HERE)
    actions.close_day(hall=open_hall.hall, day=TUESDAY_NINE.date(), by=SYSTEM, now=at("2026-03-10 18:00"))

    assert (states(), LedgerEntry.objects.count()) == (["served", "checked_in"], 0)
    assert list(Ticket.objects.order_by("id").values_list("state", flat=True)) == ["finished", "closed"]


LATE = at("2026-03-10 11:20")  # their period was from ten to eleven


@pytest.mark.parametrize("shown", ["card", "first code", "second code"])
@pytest.mark.parametrize("swept", [False, True])
def test_who_comes_late_gets_every_walk_in_number_at_once(open_hall, shown, swept):
    first, second = visit(open_hall)
    if swept:
        booking.sweep_no_shows(now=LATE, came=WAS_HERE)

    if shown == "card":
        ticket = by_card(open_hall, LATE)
    else:
        ticket = by_code(open_hall, (first if shown == "first code" else second).code, LATE)

    rows = list(Ticket.objects.order_by("id").values_list("number", "kind", "appointment", "late_for"))
    assert rows == [("A001", "walk_in", None, first.pk), ("B001", "walk_in", None, second.pk)]
    assert [each.number for each in queries.beside(ticket.ref, LATE)] == [
        number for number, *_ in rows if number != ticket.number
    ]


def test_two_late_matters_of_one_line_get_a_number_each_and_shown_again_no_more(open_hall):
    visit(open_hall, ["pension", "medical"])

    numbers = [by_card(open_hall, LATE).number for _ in range(2)]

    assert (numbers, [number for number, *_ in given()]) == (["A001", "A001"], ["A001", "A002"])


def test_who_is_late_for_one_matter_and_in_time_for_another_gets_both(open_hall):
    first, second = visit(open_hall, ["pension", "medical"])
    later = open_hall.slot(starts=at("2026-03-10 11:30"))
    Appointment.objects.filter(pk=second.pk).update(slot=later, starts_at=later.starts_at, ends_at=later.ends_at)

    by_card(open_hall, LATE)

    assert list(Ticket.objects.order_by("id").values_list("kind", "appointment", "late_for")) == [
        ("walk_in", None, first.pk), ("booked", second.pk, None),
    ]  # fmt: skip


def test_a_late_matter_that_was_served_gets_no_second_number_beside_another(open_hall):
    first, second = visit(open_hall)
    later = open_hall.slot(starts=at("2026-03-10 15:00"), category="B")
    Appointment.objects.filter(pk=second.pk).update(
        slot=later, starts_at=later.starts_at, ends_at=later.ends_at, half="pm"
    )
    by_code(open_hall, first.code, LATE)
    Ticket.objects.update(state="finished")

    by_card(open_hall, at("2026-03-10 14:50"))

    assert list(Ticket.objects.order_by("id").values_list("number", "kind")) == [
        ("A001", "walk_in"),
        ("B001", "booked"),
    ]


def test_where_the_late_are_refused_none_of_the_visit_gets_a_number(open_hall):
    open_hall.policy(tickets={"late": "refuse"})
    visit(open_hall)

    with pytest.raises(Refused) as no:
        by_card(open_hall, LATE)

    assert (no.value.slug, given()) == ("too-late", [])


def test_a_window_goes_on_with_the_next_late_matter(open_hall):
    visit(open_hall, ["pension", "medical"])
    by_card(open_hall, LATE)
    clerk = open_hall.clerk.pk
    actions.sign_in(window_code="town-01", staff_id=clerk, now=LATE)
    called = actions.call_next(window_code="town-01", staff_id=clerk, now=LATE)
    assert called is not None
    actions.start(ref=called.ref, staff_id=clerk, now=LATE)
    done = actions.finish(ref=called.ref, staff_id=clerk, now=LATE)

    (other,) = queries.beside(called.ref, LATE)

    assert actions.call_of_visit(after=done, ref=other.ref, staff_id=clerk, now=LATE).number == "A002"


def test_two_machines_shown_different_late_matters_at_once_give_each_number_once(committed_town):
    open_town(committed_town)
    first, second = visit(committed_town, ["pension", "medical"])

    answers = together(2, lambda i: by_code(committed_town, [first.code, second.code][i], LATE))

    assert sorted(number for number, _, _ in given()) == ["A001", "A002"]
    assert {each.late_for_id for each in answers} == {first.pk, second.pk}


def test_who_is_found_here_for_one_matter_by_the_sweep_itself_is_not_struck_for_the_other(open_hall):
    first, _ = visit(open_hall)

    booking.sweep_no_shows(now=LATE, came=f"a.id = {first.pk}")

    assert (states(), LedgerEntry.objects.count()) == (["checked_in", "no_show"], 0)


def test_two_machines_shown_different_matters_at_once_give_each_number_once(committed_town):
    open_town(committed_town)
    first, second = visit(committed_town)

    answers = together(2, lambda i: by_code(committed_town, [first.code, second.code][i]))

    assert sorted(number for number, _, _ in given()) == ["A001", "B001"]
    told = [each for each in answers if isinstance(each, Refused)]
    assert [(no.slug, no.facts["ticket"] is not None) for no in told] == [("already-checked-in", True)]


def test_the_matter_nobody_came_for_in_a_visit_somebody_came_for_is_no_counted_no_show(open_hall):
    rows = booking.place_several(
        slot_id=open_hall.slot(quota=5, starts=TUESDAY_NINE).pk, item_codes=["pension", "medical"],
        person_id=open_hall.person(1).pk, source="web", by=CITIZEN, now=TUESDAY_NINE - timedelta(days=1),
    )  # fmt: skip
    Appointment.objects.filter(pk=rows[0].pk).update(state="served")

    booking.sweep_no_shows(now=LATE, came=WAS_HERE)

    rows[1].refresh_from_db()
    assert (rows[1].state, LedgerEntry.objects.count()) == ("no_show", 0)
    assert queries.shown_states([rows[1]]) == {rows[1].code: "no_show_forgiven"}


def test_who_comes_for_another_matter_after_the_strike_reads_that_it_counts(open_hall):
    """Parted by its person: the page said "not counted" beside a strike that stood, and nobody appealed."""
    nine, four = open_hall.slot(quota=5, starts=TUESDAY_NINE), open_hall.slot(quota=5, starts=LATE + timedelta(hours=2))
    rows = booking.place_several(
        slot_id=nine.pk, item_codes=["pension", "medical"], person_id=open_hall.person(1).pk, source="web", by=CITIZEN,
        now=TUESDAY_NINE - timedelta(days=1),
    )  # fmt: skip
    Appointment.objects.filter(pk=rows[1].pk).update(slot=four, starts_at=four.starts_at, ends_at=four.ends_at)
    booking.sweep_no_shows(now=LATE, came=WAS_HERE)

    Appointment.objects.filter(pk=rows[1].pk).update(state="checked_in")

    rows[0].refresh_from_db()
    assert (rows[0].state, LedgerEntry.objects.count()) == ("no_show", 1)
    assert queries.shown_states([rows[0]]) == {rows[0].code: "no_show"}
