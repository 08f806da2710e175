"""A booked person who takes a number: one visit, one turn, no strike."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from banshi.foundation.crypto import link_key
from banshi.journeys.visit import check_in, serve, take_number
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.kernel.numbers import code_from
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment, LedgerEntry, Slot
from banshi.rooms.booking.queries import qr_text
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions, queries
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries.statements import WAS_HERE
from tests.rooms.tickets.conftest import open_town
from tests.together import together, until_somebody_waits_for_a_lock
from tests.town import TUESDAY_NINE, Town

KIOSK = Actor(ActorKind.KIOSK, "1", "town")
STAFF = Actor(ActorKind.STAFF, "1", "town")
YOUNG = 30
PHONE = "+8613800138000"


def minutes(n: float) -> datetime:
    return TUESDAY_NINE + timedelta(minutes=n)


@pytest.fixture
def open_hall(town: Town) -> Town:
    open_town(town)
    return town


def booked(town: Town, *, item: str = "pension", starts: datetime = TUESDAY_NINE) -> Appointment:
    of = town.items[item]
    category = HallItem.objects.get(item=of).category
    place = town.slot(starts=starts, category=category.code)
    return Appointment.objects.create(
        code=f"C{Appointment.objects.count()}AAAA", hall=town.hall, slot=place, item=of, category=category,
        person=town.person(YOUNG), business=place.business, day=place.day, half=place.half, starts_at=place.starts_at,
        ends_at=place.ends_at, source="web", booked_by="citizen:1", created_at=TUESDAY_NINE,
    )  # fmt: skip


def take(
    town: Town,
    category: str | None = "A",
    *,
    now: datetime = TUESDAY_NINE,
    item: str | None = None,
    shown: Evidence = Evidence.CHIP,
) -> Ticket:
    return take_number.take(
        take_number.Asked(
            category_code=None if item else category,
            item_code=item,
            person_id=town.person(YOUNG).pk,
            channel="kiosk",
            by=KIOSK,
            shown=shown,
        ),
        hall=town.hall,
        now=now,
    )


def present(town: Town, *, now: datetime = TUESDAY_NINE) -> Ticket:
    number = town.person(YOUNG).id_number
    return check_in.by_id(hall=town.hall, id_number=number, by=KIOSK, now=now, channel="kiosk", evidence=Evidence.CHIP)


def sweep(now: datetime) -> int:
    return booking.sweep_no_shows(now=now, came=WAS_HERE)


def serve_to_the_end(town: Town, *, now: datetime) -> None:
    actions.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=now)
    called = actions.call_next(window_code="town-01", staff_id=town.clerk.pk, now=now)
    assert called is not None
    actions.start(ref=called.ref, staff_id=town.clerk.pk, now=now)
    serve.finish(ref=called.ref, staff_id=town.clerk.pk, now=now)


@pytest.mark.parametrize("asked", [{"category": "A"}, {"item": "pension"}])
def test_taking_a_number_for_what_is_booked_now_checks_in(open_hall, asked):
    appointment = booked(open_hall)

    ticket = take(open_hall, **asked)

    appointment.refresh_from_db()
    assert (ticket.kind, ticket.appointment_id, appointment.state) == ("booked", appointment.pk, "checked_in")


def test_another_matter_and_a_later_period_are_walk_ins(open_hall):
    booked(open_hall)
    booked(open_hall, starts=minutes(180), item="id-card")

    assert [take(open_hall, item="medical").kind, take(open_hall, "B").kind] == ["walk_in", "walk_in"]


def test_a_booking_presented_while_a_walk_in_number_waits_gives_it_the_booked_rank(open_hall):
    appointment = booked(open_hall, starts=minutes(30))
    actions.issue(actions.Take(category_code="A", channel="kiosk", by=KIOSK), hall=open_hall.hall, now=minutes(-0))
    mine = take(open_hall)

    same = present(open_hall, now=minutes(20))

    appointment.refresh_from_db()
    assert (mine.kind, same.pk, same.kind, appointment.state) == ("walk_in", mine.pk, "booked", "checked_in")
    actions.sign_in(window_code="town-01", staff_id=open_hall.clerk.pk, now=minutes(21))
    first = actions.call_next(window_code="town-01", staff_id=open_hall.clerk.pk, now=minutes(21))
    assert first is not None
    assert first.number == mine.number


@pytest.mark.parametrize("state", ["called", "serving"])
def test_a_booking_presented_while_its_person_is_at_the_window_joins_that_number(open_hall, state):
    appointment = booked(open_hall, starts=minutes(30))
    mine = take(open_hall)
    actions.sign_in(window_code="town-01", staff_id=open_hall.clerk.pk, now=minutes(16))
    actions.call_next(window_code="town-01", staff_id=open_hall.clerk.pk, now=minutes(16))
    if state == "serving":
        actions.start(ref=mine.ref, staff_id=open_hall.clerk.pk, now=minutes(16))

    same = present(open_hall, now=minutes(17))

    appointment.refresh_from_db()
    assert (same.pk, same.state, same.appointment_id, appointment.state) == (
        mine.pk, state, appointment.pk, "checked_in",
    )  # fmt: skip


def test_late_for_the_period_with_a_number_in_line_shows_that_number(open_hall):
    booked(open_hall)
    mine = take(open_hall, item="medical", now=minutes(5))
    sweep(minutes(60))

    assert present(open_hall, now=minutes(70)).pk == mine.pk


def test_whoever_is_served_as_a_walk_in_for_what_is_booked_later_is_done_and_never_struck(open_hall):
    appointment = booked(open_hall, starts=minutes(180))
    take(open_hall, item="pension")
    serve_to_the_end(open_hall, now=minutes(10))
    swept = sweep(minutes(600))

    appointment.refresh_from_db()
    assert (appointment.state, swept, LedgerEntry.objects.count()) == ("served", 0, 0)


@pytest.mark.parametrize("outcome", ["paper_missing", "advice_only", "refused"])
def test_a_walk_in_whose_matter_was_not_done_keeps_what_is_booked_later_and_is_not_struck(open_hall, outcome):
    """They may come back with the papers. Undone, and pressed again as done, it is used up."""
    mine, later, before = walk_in_with_a_booking(open_hall)
    clerk = open_hall.clerk.pk

    serve.finish(ref=mine.ref, staff_id=clerk, now=minutes(10), outcome=outcome, why="缺照片")
    kept = how_it_stands(later)
    serve.undo(ref=mine.ref, staff_id=clerk, now=minutes(11))
    serve.finish(ref=mine.ref, staff_id=clerk, now=minutes(12))
    done = how_it_stands(later)[0]
    serve.undo(ref=mine.ref, staff_id=clerk, now=minutes(13))
    serve.finish(ref=mine.ref, staff_id=clerk, now=minutes(14), outcome=outcome, why="缺照片")

    assert (kept, done, how_it_stands(later)) == (before, "served", before)
    assert (sweep(minutes(600)), LedgerEntry.objects.count()) == (0, 0)


def test_a_card_that_differs_uses_up_nothing_of_the_person_though_a_lead_let_it_go_on(open_hall):
    """Whoever only typed the number was served; the person's own place stands."""
    appointment = booked(open_hall, starts=minutes(180))
    typed = take_number.take(
        take_number.Asked(
            category_code=None,
            item_code="pension",
            person_id=open_hall.person(YOUNG).pk,
            channel="kiosk",
            by=KIOSK,
            shown=Evidence.DECLARED,
        ),
        hall=open_hall.hall,
        now=TUESDAY_NINE,
    )
    clerk = open_hall.clerk.pk
    actions.sign_in(window_code="town-01", staff_id=clerk, now=minutes(1))
    actions.call_next(window_code="town-01", staff_id=clerk, now=minutes(1))
    actions.identity_checked(ref=typed.ref, staff_id=clerk, ok=False, now=minutes(1))
    actions.override_mismatch(ref=typed.ref, staff_id=clerk, why="说是家属", now=minutes(1))
    actions.start(ref=typed.ref, staff_id=clerk, now=minutes(1))

    serve.finish(ref=typed.ref, staff_id=clerk, now=minutes(9))

    appointment.refresh_from_db()
    assert (typed.limit_key != "", appointment.state) == (True, "booked")


@pytest.mark.parametrize("pressed", ["finish", "go_on"])
def test_undoing_the_finish_brings_back_the_booking_it_used_up(open_hall, pressed):
    town, clerk = open_hall, open_hall.clerk.pk
    mine, used, before = walk_in_with_a_booking(town)
    ref = mine.ref
    if pressed == "finish":
        serve.finish(ref=mine.ref, staff_id=clerk, now=minutes(10))
    else:
        ref = added_at_the_window(town, mine).ref
        serve.go_on(ref=mine.ref, then=ref, staff_id=clerk, now=minutes(10))
    finished = how_it_stands(used)

    back = serve.undo(ref=ref, staff_id=clerk, now=minutes(11))

    assert (finished[:2], finished[-1]) == (("served", minutes(10)), [("reminder", "dropped"), ("leave", "dropped")])
    assert (back.pk, how_it_stands(used)) == (mine.pk, before)
    serve.finish(ref=mine.ref, staff_id=clerk, now=minutes(12))
    assert how_it_stands(used)[0] == "served"


def test_undoing_a_finish_brings_back_nothing_it_did_not_use_up_nor_what_was_booked_instead(open_hall):
    town, clerk = open_hall, open_hall.clerk.pk
    mine, used, _ = walk_in_with_a_booking(town)
    other = booked(town, starts=minutes(60))
    Appointment.objects.filter(pk=other.pk).update(state="served", served_at=minutes(1))
    serve.finish(ref=mine.ref, staff_id=clerk, now=minutes(10))
    instead = Appointment.objects.get(pk=used.pk)
    instead.pk, instead.code, instead.state, instead.dealt_on = None, "INSTEAD", "booked", ""
    instead.save(force_insert=True)

    back = serve.undo(ref=mine.ref, staff_id=clerk, now=minutes(11))

    states = Appointment.objects.order_by("id").values_list("state", flat=True)
    assert (back.state, list(states)) == ("serving", ["served", "served", "booked"])


def walk_in_with_a_booking(town: Town) -> tuple[Ticket, Appointment, Any]:
    """At the window since 9:01 for what its person has booked for the afternoon, with reminders; and how that stands."""
    used = booked(town, starts=minutes(300))
    Slot.objects.filter(pk=used.slot_id).update(taken=1)
    mine = actions.issue(
        actions.Take(item_code="pension", person_id=used.person_id, channel="kiosk", by=KIOSK),
        hall=town.hall,
        now=TUESDAY_NINE,
    )
    Appointment.objects.filter(pk=used.pk).update(contact=PHONE)
    for key in ("reminder", "leave"):
        messaging.write(
            key=key, to_phone=PHONE, subject=f"appointment:{used.code}", due_at=minutes(240),
            dedupe=f"{key}:{used.code}:0", now=TUESDAY_NINE, until=minutes(300),
        )  # fmt: skip
    actions.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    actions.call_next(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    actions.start(ref=mine.ref, staff_id=town.clerk.pk, now=minutes(1))
    return mine, used, how_it_stands(used)


def added_at_the_window(town: Town, mine: Ticket) -> Ticket:
    return actions.issue(
        actions.Take(
            item_code="id-card",
            person_id=mine.person_id,
            channel="desk",
            by=KIOSK,
            visit_id=mine.visit_id,
            follows=True,
        ),
        hall=town.hall,
        now=minutes(5),
    )


def how_it_stands(of: Appointment) -> tuple[Any, ...]:
    row = Appointment.objects.select_related("slot").get(pk=of.pk)
    said = Message.objects.filter(subject=f"appointment:{of.code}").order_by("id").values_list("key", "state")
    return row.state, row.served_at, row.checked_in_at, row.slot.taken, list(said)


def test_whoever_only_typed_the_document_ends_no_booking_but_is_not_struck_for_the_matter_they_were_served_for(
    open_hall,
):
    appointment = booked(open_hall, starts=minutes(180))
    take(open_hall, item="pension", shown=Evidence.DECLARED)
    serve_to_the_end(open_hall, now=minutes(10))

    appointment.refresh_from_db()
    stands = appointment.state
    swept = sweep(minutes(600))

    appointment.refresh_from_db()
    assert (stands, swept, appointment.state, LedgerEntry.objects.count()) == ("booked", 0, "checked_in", 0)


@pytest.mark.parametrize(
    ("state", "shown"),
    [("waiting", "checked_in"), ("finished", "number_over"), ("missed", "checked_in"), ("closed", "not_reached")],
)
def test_what_a_typed_number_was_taken_for_asks_for_no_other_number(open_hall, state, shown):
    """ "No number was taken: take a new one", said the page while it waited, and after it was served."""
    appointment = booked(open_hall)
    typed = take(open_hall, item="pension", shown=Evidence.DECLARED)
    sweep(minutes(61))
    Ticket.objects.filter(pk=typed.pk).update(state=state, closed_why="not_called" if state == "closed" else "")
    appointment.refresh_from_db()

    assert queries.shown_states([appointment]) == {appointment.code: shown}
    assert (queries.came_without_number(appointment), queries.has_number_apart(appointment)) == (True, True)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"state": "parked"},
        {"state": "missed"},
        {"state": "redirected"},
        {"state": "finished", "category": "B", "item": "id-card", "started_at": minutes(10)},
        {"state": "closed", "closed_why": "not_called"},
        {"item": None},
        {"item": "medical"},
        {"state": "finished", "outcome": "refused", "started_at": minutes(10)},
    ],
)
def test_whoever_waits_on_a_typed_number_when_their_time_is_over_is_not_struck(open_hall, changed):
    booked(open_hall)
    typed = take(open_hall, item="pension", shown=Evidence.DECLARED)
    known = {"item": open_hall.items, "category": open_hall.categories}
    changed = {name: known[name][to] if name in known and to else to for name, to in changed.items()}
    Ticket.objects.filter(pk=typed.pk).update(**changed)

    assert (sweep(minutes(61)), LedgerEntry.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "changed",
    [
        {"state": "left"},
        {"state": "closed", "closed_why": "turned_away:T123"},
        {"identity_ok": False},
        {"state": "finished", "outcome": "refused"},
        {"item": None, "category": "B"},
    ],
)
def test_a_typed_number_that_came_to_nothing_for_the_matter_saves_nobody(open_hall, changed):
    booked(open_hall)
    typed = take(open_hall, item="pension", shown=Evidence.DECLARED)
    if "category" in changed:
        changed = changed | {"category": open_hall.categories[changed["category"]]}
    Ticket.objects.filter(pk=typed.pk).update(**changed)

    assert sweep(minutes(61)) == 1


def test_nobody_who_was_in_the_hall_is_struck_as_a_no_show(open_hall):
    here = booked(open_hall)
    take(open_hall, "B", now=minutes(50))

    assert sweep(minutes(61)) == 0
    here.refresh_from_db()
    assert (here.state, LedgerEntry.objects.count()) == ("checked_in", 0)
    assert present(open_hall, now=minutes(62)).kind == "walk_in"


def test_coming_after_the_period_does_not_undo_a_no_show(open_hall):
    missed = booked(open_hall)
    take(open_hall, "B", now=minutes(65))

    assert sweep(minutes(70)) == 1
    missed.refresh_from_db()
    assert missed.state == "no_show"


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_number_and_a_check_in_at_the_same_instant_make_one_number(committed_town):
    open_town(committed_town)
    appointment = booked(committed_town)
    committed_town.person(YOUNG)
    ways: list[Any] = [take, present, take, present]

    results = together(4, lambda i: ways[i](committed_town))

    slugs = sorted(r.slug if isinstance(r, Refused) else type(r).__name__ for r in results)
    appointment.refresh_from_db()
    assert slugs[0] == "Ticket"
    assert set(slugs[1:]) <= {"already-checked-in", "already-waiting", "changed-meanwhile"}
    assert (Ticket.objects.count(), Ticket.objects.get().kind, appointment.state) == (1, "booked", "checked_in")


@pytest.mark.parametrize("asked", [{"item": "pension"}, {"category": "A"}])
def test_a_number_for_the_very_matter_that_is_booked_for_later_uses_the_appointment(open_hall, asked):
    appointment = booked(open_hall, starts=minutes(180))

    ticket = take(open_hall, **asked)

    appointment.refresh_from_db()
    assert (ticket.kind, ticket.appointment_id, appointment.state) == ("walk_in", appointment.pk, "checked_in")
    assert Ticket.objects.get(pk=ticket.pk).item_id == appointment.item_id
    serve_to_the_end(open_hall, now=minutes(5))
    appointment.refresh_from_db()
    assert (appointment.state, sweep(minutes(300))) == ("served", 0)


def test_a_number_of_the_category_uses_no_appointment_of_another_one_or_day_nor_one_on_a_typed_number(open_hall):
    other = booked(open_hall, starts=minutes(180), item="id-card")
    tomorrow = booked(open_hall, starts=minutes(24 * 60))
    typed = take(open_hall, "B", shown=Evidence.DECLARED)

    ticket = take(open_hall, "A")

    assert (ticket.appointment_id, typed.appointment_id) == (None, None)
    assert {type(other).objects.get(pk=each.pk).state for each in (other, tomorrow)} == {"booked"}


def test_who_came_early_and_waits_still_has_the_booked_rank_when_it_is_time(open_hall):
    appointment = booked(open_hall, starts=minutes(60))
    mine = take(open_hall, item="pension")

    with pytest.raises(Refused) as no:
        present(open_hall, now=minutes(10))
    same = present(open_hall, now=minutes(50))

    assert (no.value.slug, no.value.facts["number"]) == ("already-checked-in", mine.number)
    assert (same.pk, same.kind, same.appointment_id) == (mine.pk, "booked", appointment.pk)


def test_who_came_early_and_gave_the_number_up_still_has_the_appointment(open_hall):
    appointment = booked(open_hall, starts=minutes(60))
    mine = take(open_hall, item="pension")
    actions.leave(ref=mine.ref, by=KIOSK, now=minutes(5))

    ticket = present(open_hall, now=minutes(50))

    appointment.refresh_from_db()
    assert (ticket.kind, ticket.appointment_id, appointment.state) == ("booked", appointment.pk, "checked_in")
    assert ticket.pk != mine.pk


def test_hands_that_take_a_number_early_together_use_the_appointment_once(committed_town):
    open_town(committed_town)
    appointment = booked(committed_town, starts=minutes(180))

    results = together(4, lambda _: take(committed_town, item="pension"))

    given = [each for each in results if isinstance(each, Ticket)]
    assert [each.appointment_id for each in given] == [appointment.pk]
    assert {each.slug for each in results if isinstance(each, Refused)} == {"already-waiting"}


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(3))
def test_a_number_taken_early_while_the_appointment_is_cancelled_leaves_one_truth(committed_town, turn):
    open_town(committed_town)
    appointment = booked(committed_town, starts=minutes(180))
    acts: list[Any] = [
        lambda: take(committed_town, item="pension"),
        lambda: booking.cancel(code=appointment.code, by=KIOSK, now=TUESDAY_NINE),
    ]

    results = together(2, lambda i: acts[(i + turn) % 2]())

    appointment.refresh_from_db()
    ticket = Ticket.objects.get()
    cancelled = any(isinstance(each, Appointment) for each in results)
    assert (appointment.state == "cancelled", ticket.appointment_id is None) == (cancelled, cancelled)
    assert cancelled or appointment.state == "checked_in"


@pytest.mark.parametrize(
    ("shown", "by", "came"),
    [
        ("reference", KIOSK, "nothing-found"), ("old code", KIOSK, "nothing-found"), ("old link", KIOSK, "nothing-found"),
        ("code", KIOSK, "done"), ("link", KIOSK, "done"), ("reference", STAFF, "done"),
    ],
)  # fmt: skip
def test_the_bare_reference_of_what_has_changed_hands_checks_in_for_staff_alone(open_hall, shown, by, came):
    """Whoever had it before still has it in a message; what is signed for whoever has it now was never theirs."""
    code = code_from(b"12345678")
    booked(open_hall)
    Appointment.objects.update(code=code, link_turn=1)
    texts = {
        "reference": code, "old code": qr_text(code), "old link": f"https://town.cn/a/{code}?k={link_key(code)}",
        "code": qr_text(code, 1), "link": f"https://town.cn/a/{code}?k={link_key(code, 1)}",
    }  # fmt: skip
    try:
        check_in.by_code(hall=open_hall.hall, code=texts[shown], by=by, now=TUESDAY_NINE, channel="kiosk")
        said = "done"
    except Refused as no:
        said = no.slug

    assert said == came


@pytest.mark.parametrize("started", [True, False])
def test_a_refusal_pressed_by_mistake_is_taken_back_to_where_it_was(open_hall, started):
    booked(open_hall)
    mine, clerk = take(open_hall), open_hall.clerk.pk
    actions.sign_in(window_code="town-01", staff_id=clerk, now=minutes(1))
    actions.call_next(window_code="town-01", staff_id=clerk, now=minutes(1))
    if started:
        actions.start(ref=mine.ref, staff_id=clerk, now=minutes(1))
    serve.turn_away(ref=mine.ref, staff_id=clerk, why="不是本人", now=minutes(5))

    back = serve.undo(ref=mine.ref, staff_id=clerk, now=minutes(6))

    assert (back.state, Appointment.objects.get().state) == ("serving" if started else "called", "checked_in")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_undo_pressed_before_the_finish_has_answered_brings_back_the_booking_too(committed_town: Town):
    """It looked at a number that was served still; by the time it had the lock, the number and its booking were finished."""
    town = committed_town
    open_town(town)
    appointment, clerk = booked(town), town.clerk.pk
    mine = take(town)
    actions.sign_in(window_code="town-01", staff_id=clerk, now=minutes(1))
    actions.call_next(window_code="town-01", staff_id=clerk, now=minutes(1))
    actions.start(ref=mine.ref, staff_id=clerk, now=minutes(1))
    finished, waits = threading.Event(), threading.Event()

    def finish() -> None:
        with transaction.atomic():
            serve.finish(ref=mine.ref, staff_id=clerk, now=minutes(9))
            finished.set()
            waits.wait(timeout=130)
        connection.close()

    finishing = threading.Thread(target=finish)
    undoing = Undoing(mine.ref, clerk)
    finishing.start()
    finished.wait(timeout=30)
    undoing.start()
    until_somebody_waits_for_a_lock()
    waits.set()
    finishing.join()
    undoing.join()

    appointment.refresh_from_db()
    assert (undoing.state, appointment.state) == ("serving", "checked_in")
    assert serve.finish(ref=mine.ref, staff_id=clerk, now=minutes(12)).state == "finished"


class Undoing(threading.Thread):
    """What came of pressing undo, in another connection."""

    def __init__(self, ref: str, clerk: int) -> None:
        super().__init__()
        self.ref, self.clerk, self.state = ref, clerk, ""

    def run(self) -> None:
        self.state = serve.undo(ref=self.ref, staff_id=self.clerk, now=minutes(10)).state
        connection.close()
