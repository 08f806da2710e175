"""Cancel, book again, move, check in; holds and the waiting list."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from banshi.kernel.actors import SYSTEM, Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions, queries
from banshi.rooms.booking.models import Appointment, Hold, LedgerEntry, Move, Slot, Suspension, Waiting
from banshi.rooms.calendars.models import Closure
from banshi.rooms.messaging.models import Message
from tests.rooms.booking.test_place import book, refused
from tests.together import together
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town, at

KEY = Actor(ActorKind.CHANNEL, "3")


def cancel(appointment: Appointment, *, now: Any = TUESDAY_NINE, **more: Any) -> Appointment:
    return actions.cancel(code=appointment.code, by=CITIZEN, now=now, **more)


def move(appointment: Appointment, slot: Slot, *, now: Any = TUESDAY_NINE, **more: Any) -> Appointment:
    return actions.move(code=appointment.code, slot_id=slot.pk, by=CITIZEN, now=now, **more)


def taken(*slots: Slot) -> list[int]:
    return [Slot.objects.values_list("taken", flat=True).get(id=slot.pk) for slot in slots]


def said(appointment: Appointment) -> list[tuple[str, str]]:
    rows = Message.objects.filter(subject=f"appointment:{appointment.code}").order_by("id")
    return [(row.key, row.state) for row in rows]


# --- Cancel --------------------------------------------------------------------------------------------------------


def test_cancelling_frees_the_place_at_once_and_takes_back_what_was_still_to_be_said(town: Town) -> None:
    slot = town.slot(quota=1)
    booked = book(town, slot)

    cancel(booked, why="来不了")

    assert taken(slot) == [0]
    assert said(booked) == [
        ("confirmation", "dropped"),
        ("reminder", "dropped"),
        ("leave", "dropped"),
        ("cancelled", "due"),
    ]
    assert book(town, slot, 2).state == "booked"


def test_a_cancelled_appointment_can_be_booked_again_at_once(town: Town) -> None:
    slot = town.slot()
    booked = cancel(book(town, slot))

    again = actions.rebook(code=booked.code, by=CITIZEN, now=TUESDAY_NINE + timedelta(minutes=20))

    assert (again.state, again.slot_id, again.code == booked.code, taken(slot)) == ("booked", slot.pk, False, [1])


@pytest.mark.parametrize(("minutes", "counted"), [(29, 0), (30, 1)])
def test_booking_again_within_30_minutes_forgives_the_cancellation(town: Town, minutes: int, counted: int) -> None:
    booked = cancel(book(town, town.slot()))

    actions.rebook(code=booked.code, by=CITIZEN, now=TUESDAY_NINE + timedelta(minutes=minutes))

    assert LedgerEntry.objects.filter(forgiven_at=None).count() == counted


def test_only_what_is_cancelled_is_booked_again(town: Town) -> None:
    booked = book(town, town.slot())

    no = refused(actions.rebook, code=booked.code, by=CITIZEN, now=TUESDAY_NINE)

    assert (no.slug, no.facts) == ("wrong-state", {"state": "booked", "needs": "cancelled"})


def test_the_fourth_cancellation_of_a_month_suspends_and_booking_again_at_once_undoes_it(town: Town) -> None:
    slot = town.slot(quota=9)
    for _ in range(4):
        last = cancel(book(town, slot))

    no = refused(book, town, slot)
    again = actions.rebook(code=last.code, by=CITIZEN, now=TUESDAY_NINE)

    assert (no.slug, no.facts["until"]) == ("suspended", date(2026, 4, 8))
    assert again.state == "booked"
    assert Suspension.objects.filter(lifted_at=None).count() == 0


@pytest.mark.parametrize("matters", [["pension"], ["pension", "medical"]])
def test_a_mistake_is_forgiven_once_a_day_and_the_second_counts(town: Town, matters: list[str]) -> None:
    slot, now = town.slot(quota=30), TUESDAY_NINE
    rows = actions.place_several(
        slot_id=slot.pk, item_codes=matters, person_id=town.person(1).pk, source="web", by=CITIZEN, now=now
    )
    standing = []
    for _ in range(4):
        for row in rows:
            cancel(row, now=now)
        rows = [actions.rebook(code=row.code, by=CITIZEN, now=now) for row in rows]
        standing.append(LedgerEntry.objects.filter(forgiven_at=None).count())

    one = len(matters) > 1  # a visit has one entry
    assert standing == ([0, 1, 1, 1] if one else [0, 1, 2, 3])


def test_one_matter_less_in_a_visit_is_no_cancelled_visit_and_the_last_one_is(town: Town) -> None:
    slot = town.slot(quota=30)
    rows = actions.place_several(
        slot_id=slot.pk, item_codes=["pension", "medical"], person_id=town.person(1).pk, source="web", by=CITIZEN,
        now=TUESDAY_NINE,
    )  # fmt: skip

    cancel(rows[0])
    after_one = LedgerEntry.objects.count()
    cancel(rows[1])

    assert (after_one, list(LedgerEntry.objects.values_list("kind", "visit"))) == (0, [("cancel", rows[0].visit_group)])


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_matters_of_a_visit_cancelled_at_one_instant_are_one_cancelled_visit(committed_town: Town) -> None:
    slot = committed_town.slot(quota=30)
    rows = actions.place_several(
        slot_id=slot.pk, item_codes=["pension", "medical"], person_id=committed_town.person(1).pk, source="web",
        by=CITIZEN, now=TUESDAY_NINE,
    )  # fmt: skip

    together(2, lambda i: cancel(rows[i]))

    assert set(Appointment.objects.values_list("state", flat=True)) == {"cancelled"}
    assert LedgerEntry.objects.count() == 1


def test_a_mistake_is_forgiven_again_the_next_day(town: Town) -> None:
    slot, next_day = town.slot(quota=30, starts=at("2026-03-13 09:00")), at("2026-03-11 09:00")
    row = cancel(book(town, slot))
    row = cancel(actions.rebook(code=row.code, by=CITIZEN, now=TUESDAY_NINE), now=next_day)

    actions.rebook(code=row.code, by=CITIZEN, now=next_day)

    assert LedgerEntry.objects.filter(forgiven_at=None).count() == 0


def test_a_cancellation_by_the_hall_never_counts(town: Town) -> None:
    booked = book(town, town.slot())

    cancel(booked, by_hall=True, why="停电")

    assert LedgerEntry.objects.count() == 0
    message = Message.objects.get(key="cancelled_by_hall")
    assert json.loads(message.sealed or "") == {"reason": "停电"}


def test_cancelling_twice_says_when_it_was(town: Town) -> None:
    booked = cancel(book(town, town.slot()))

    no = refused(cancel, booked)

    assert (no.slug, no.facts) == ("already-cancelled", {"cancelled_at": TUESDAY_NINE})


def test_an_appointment_is_cancelled_until_the_period_ends(town: Town) -> None:
    first, second = book(town, town.slot()), book(town, town.slot(category="B"), 2, item="id-card")

    cancelled = cancel(first, now=at("2026-03-11 09:59"))
    no = refused(cancel, second, now=at("2026-03-11 10:00"))

    assert cancelled.state == "cancelled"
    assert (no.slug, no.facts) == ("too-late", {"closes": at("2026-03-11 10:00")})


def test_a_cancelled_place_is_withheld_some_minutes_where_the_hall_says_so(town: Town) -> None:
    town.policy(booking={"withhold_cancelled": 10})
    slot = town.slot(quota=1)
    booked = cancel(book(town, slot))

    withheld = refused(book, town, slot, 2)
    again = actions.rebook(code=booked.code, by=CITIZEN, now=TUESDAY_NINE + timedelta(minutes=5))

    assert withheld.slug == "slot-full"
    assert (again.state, taken(slot)) == ("booked", [1])


def test_a_withheld_place_is_not_for_a_stranger_who_once_declared_the_same_document(town: Town) -> None:
    town.policy(booking={"withhold_cancelled": 10})
    slot = town.slot(quota=1)
    strangers = actions.cancel(code=book(town, slot, by=KEY).code, by=KEY, now=TUESDAY_NINE)
    actions.expire_holds(now=TUESDAY_NINE + timedelta(minutes=10))
    own = cancel(
        book(town, slot, evidence=Evidence.VOUCHED, now=TUESDAY_NINE + timedelta(minutes=11)),
        now=TUESDAY_NINE + timedelta(minutes=11),
    )

    with pytest.raises(Refused) as no:
        actions.rebook(code=strangers.code, by=KEY, now=TUESDAY_NINE + timedelta(minutes=12))
    again = actions.rebook(code=own.code, by=CITIZEN, now=TUESDAY_NINE + timedelta(minutes=13))

    assert (no.value.slug, again.state, taken(slot)) == ("slot-full", "booked", [1])


def test_a_withheld_place_is_free_when_its_minutes_are_over(town: Town) -> None:
    town.policy(booking={"withhold_cancelled": 10})
    slot = town.slot(quota=1)
    cancel(book(town, slot))

    before = actions.expire_holds(now=TUESDAY_NINE + timedelta(minutes=9, seconds=59))
    after = actions.expire_holds(now=TUESDAY_NINE + timedelta(minutes=10))

    assert (before, after, taken(slot)) == (0, 1, [0])


def test_an_unknown_appointment_is_not_found(town: Town) -> None:
    assert refused(actions.cancel, code="K7Q29M4XA", by=CITIZEN, now=TUESDAY_NINE).slug == "nothing-found"


# --- Move ----------------------------------------------------------------------------------------------------------


def test_a_move_keeps_the_reference_and_swaps_the_places(town: Town) -> None:
    old, new = town.slot(), town.slot(starts=at("2026-03-12 14:00"))
    booked = book(town, old)

    moved = move(booked, new)

    assert (moved.code, moved.slot_id, moved.half, moved.day, moved.moves) == (booked.code, new.pk, "pm", new.day, 1)
    assert taken(old, new) == [0, 1]
    assert list(Move.objects.values_list("from_slot", "to_slot")) == [(old.pk, new.pk)]
    assert said(booked) == [
        ("confirmation", "dropped"),
        ("reminder", "dropped"),
        ("leave", "dropped"),
        ("moved", "due"),
        ("reminder", "due"),
        ("leave", "due"),
    ]


def test_a_move_within_the_same_half_day_is_not_stopped_by_the_appointment_itself(town: Town) -> None:
    booked = book(town, town.slot())

    assert move(booked, town.slot(starts=at("2026-03-11 10:00"))).moves == 1


def test_a_move_into_a_half_day_with_another_appointment_is_refused(town: Town) -> None:
    first = book(town, town.slot())
    second = book(town, town.slot(starts=at("2026-03-11 14:00")))

    no = refused(move, second, town.slot(starts=at("2026-03-11 10:00")))

    assert (no.slug, no.facts["appointment"]) == ("limit-half-day", first.code)


def test_a_move_to_a_full_period_keeps_the_old_place_and_names_others(town: Town) -> None:
    old, full = town.slot(), town.slot(starts=at("2026-03-11 10:00"), quota=1)
    afternoon = town.slot(starts=at("2026-03-11 14:00"))
    booked = book(town, old)
    book(town, full, 2)

    no = refused(move, booked, full)

    assert no.slug == "slot-full"
    assert [each.slot_id for each in no.next] == [afternoon.pk]  # type: ignore[union-attr]
    assert taken(old, full) == [1, 1]


def test_a_suspended_person_may_still_move_what_is_booked(town: Town) -> None:
    booked = book(town, town.slot())
    actions.suspend(
        person_id=booked.person_id,
        scope="town",
        from_on=date(2026, 3, 10),
        until_on=date(2026, 3, 20),
        why="代占号",
        by=CLERK,
        now=TUESDAY_NINE,
    )

    assert move(booked, town.slot(starts=at("2026-03-12 09:00"))).moves == 1


def test_who_has_booked_as_much_as_the_hall_allows_may_move_all_of_it(town: Town) -> None:
    """What is moved is no further appointment, neither of its person nor of the account that booked."""
    town.policy(booking={"live_limit": 2, "account_live": 2})
    first = book(town, town.slot(), account_id=7)
    second = book(town, town.slot(starts=at("2026-03-12 09:00")), account_id=7)

    third = refused(book, town, town.slot(starts=at("2026-03-13 09:00")), account_id=7)
    moved = [
        move(each, town.slot(starts=at(f"2026-03-{day} 09:00")))
        for each, day in [(first, 16), (second, 17), (first, 18)]
    ]

    assert (third.slug, third.facts) == ("limit-live", {"limit": 2, "live": 2})
    assert [each.moves for each in moved] == [1, 1, 2]


@pytest.mark.parametrize("limit", ["live_limit", "account_live"])
def test_a_limit_lowered_below_what_is_booked_is_told_by_what_else_is_booked(town: Town, limit: str) -> None:
    """Two others are live and one is allowed: a person moves none of them into more; an account moves what it booked."""
    booked = [book(town, town.slot(starts=at(f"2026-03-{day} 09:00")), account_id=7) for day in (11, 12, 13)]
    town.policy(booking={limit: 1})
    free = town.slot(starts=at("2026-03-16 09:00"))

    if limit == "account_live":
        assert move(booked[0], free).moves == 1
    else:
        no = refused(move, booked[0], free)
        assert (no.slug, no.facts) == ("limit-live", {"limit": 1, "live": 2})


def test_the_hall_may_move_on_the_same_day_and_says_why(town: Town) -> None:
    booked = book(town, town.slot())
    now = at("2026-03-11 08:00")

    by_citizen = refused(move, booked, town.slot(starts=at("2026-03-11 14:00")), now=now)
    moved = move(booked, town.slot(starts=at("2026-03-11 15:00")), now=now, by_hall=True, why="系统维护")

    assert (by_citizen.slug, moved.moves) == ("same-day", 1)
    assert json.loads(Message.objects.get(key="moved_by_hall").sealed or "") == {"reason": "系统维护"}


def test_moves_end_where_the_policy_ends_them(town: Town) -> None:
    town.policy(booking={"move_limit": 1})
    booked = move(book(town, town.slot()), town.slot(starts=at("2026-03-12 09:00")))

    no = refused(move, booked, town.slot(starts=at("2026-03-13 09:00")))

    assert (no.slug, no.facts["limit"]) == ("move-limit", 1)


def test_moves_of_the_hall_and_its_staff_use_up_none_of_the_persons(town: Town) -> None:
    town.policy(booking={"move_limit": 1})
    booked = book(town, town.slot())
    for day, (by, by_hall) in enumerate([(CLERK, True), (SYSTEM, True), (CLERK, False)]):
        slot = town.slot(starts=at(f"2026-03-{12 + day} 09:00"))
        actions.move(code=booked.code, slot_id=slot.pk, by=by, now=TUESDAY_NINE, by_hall=by_hall)
    view = queries.appointment(booked.code, now=TUESDAY_NINE)

    own = move(booked, town.slot(starts=at("2026-03-16 09:00")))
    no = refused(move, booked, town.slot(starts=at("2026-03-17 09:00")))

    assert (view.moves, view.can_move) == (3, None)
    assert (own.moves, own.own_moves, no.slug, no.facts["moves"]) == (4, 1, "move-limit", 1)


def test_staff_give_no_place_in_what_is_left_of_a_period_that_a_closure_stops(town: Town) -> None:
    """A period under way keeps its row; places kept for staff could be given in it although the hall is closed."""
    slot = town.slot(starts=at("2026-03-11 09:00"), internal_quota=2, quota=2)
    later = town.slot(starts=at("2026-03-12 09:00"))
    booked = book(town, later, 2)
    now = at("2026-03-11 09:10")
    closure = Closure.objects.create(
        hall=town.hall, starts_at=at("2026-03-11 09:05"), ends_at=at("2026-03-11 12:00"), reason_zh="漏水", reason_en="A leak",
        made_by="staff:1", made_at=now,
    )  # fmt: skip
    asked = {"slot_id": slot.pk, "item_code": "pension", "person_id": town.person(3).pk, "source": "staff", "by": CLERK}

    def answer(**more: Any) -> str:
        try:
            return actions.place(**asked, internal=True, now=now, **more).state
        except Refused as no:
            return f"{no.slug}: {no.facts['reason']['zh']}"

    shown = queries.slots(
        hall=town.hall, item_code="pension", first=slot.day, last=slot.day, now=now, channel="staff", internal=True
    )
    moved = refused(move, booked, slot, now=now, by_hall=True)
    stopped = answer()
    Closure.objects.filter(pk=closure.pk).update(category=town.categories["B"])
    elsewhere = answer()

    assert (stopped, [each.bookable for each in shown], moved.slug) == ("closed: 漏水", [False], "closed")
    assert elsewhere == "booked"


# --- Check in ------------------------------------------------------------------------------------------------------


def test_an_appointment_is_checked_in_once_and_then_served(town: Town) -> None:
    booked = book(town, town.slot())

    actions.mark_checked_in(appointment_id=booked.pk, now=at("2026-03-11 08:50"))
    twice = refused(actions.mark_checked_in, appointment_id=booked.pk, now=at("2026-03-11 08:51"))
    actions.mark_served(appointment_id=booked.pk, now=at("2026-03-11 09:20"))

    assert twice.slug == "already-checked-in"
    assert Appointment.objects.values_list("state", "checked_in_at", "served_at").get() == (
        "served",
        at("2026-03-11 08:50"),
        at("2026-03-11 09:20"),
    )


def test_only_who_checked_in_is_served(town: Town) -> None:
    no = refused(actions.mark_served, appointment_id=book(town, town.slot()).pk, now=TUESDAY_NINE)

    assert (no.slug, no.facts) == ("wrong-state", {"state": "booked", "needs": "checked_in"})


# --- Holds ---------------------------------------------------------------------------------------------------------


def test_a_held_place_is_taken_for_others_and_free_for_its_account(town: Town) -> None:
    slot = town.slot(quota=1)
    held = actions.hold(slot_id=slot.pk, account_id=7, now=TUESDAY_NINE)

    other = refused(book, town, slot, 2)
    booked = book(town, slot, account_id=7, hold_id=held.pk)

    assert (other.slug, booked.state, taken(slot)) == ("slot-full", "booked", [1])
    assert Hold.objects.values_list("outcome", flat=True).get() == "used"


def test_somebody_elses_hold_is_not_found(town: Town) -> None:
    slot = town.slot(quota=2)
    held = actions.hold(slot_id=slot.pk, account_id=7, now=TUESDAY_NINE)

    assert refused(book, town, slot, account_id=8, hold_id=held.pk).slug == "nothing-found"


def test_an_account_holds_one_place_the_later_one(town: Town) -> None:
    first, second = town.slot(), town.slot(starts=at("2026-03-11 10:00"))
    actions.hold(slot_id=first.pk, account_id=7, now=TUESDAY_NINE)

    actions.hold(slot_id=second.pk, account_id=7, now=TUESDAY_NINE)

    assert taken(first, second) == [0, 1]


def test_a_hold_runs_out_at_its_minute_and_says_so(town: Town) -> None:
    slot = town.slot(quota=1)
    held = actions.hold(slot_id=slot.pk, account_id=7, now=TUESDAY_NINE)
    late = TUESDAY_NINE + timedelta(minutes=10)
    actions.expire_holds(now=late)
    book(town, slot, 2, now=late)

    no = refused(book, town, slot, account_id=7, hold_id=held.pk, now=late)

    assert (no.slug, no.facts) == ("hold-expired", {"expired": late})


def test_a_hold_that_ran_out_still_books_while_a_place_is_free(town: Town) -> None:
    slot = town.slot(quota=1)
    held = actions.hold(slot_id=slot.pk, account_id=7, now=TUESDAY_NINE)
    late = TUESDAY_NINE + timedelta(minutes=10)
    actions.expire_holds(now=late)

    assert book(town, slot, account_id=7, hold_id=held.pk, now=late).state == "booked"


def test_a_hold_given_back_frees_the_place_once(town: Town) -> None:
    slot = town.slot(quota=1)
    held = actions.hold(slot_id=slot.pk, account_id=7, now=TUESDAY_NINE)

    actions.give_back(hold_id=held.pk, now=TUESDAY_NINE)
    actions.give_back(hold_id=held.pk, now=TUESDAY_NINE)

    assert taken(slot) == [0]


# --- Waiting list --------------------------------------------------------------------------------------------------


def wait(town: Town, slot: Slot, person: int) -> Waiting:
    return actions.join_waiting(
        hall=town.hall,
        item_code="pension",
        day=slot.day,
        person_id=town.person(person).pk,
        by=CITIZEN,
        now=TUESDAY_NINE,
    )


def test_a_freed_place_is_offered_to_the_first_who_waits_and_to_nobody_else(town: Town) -> None:
    slot = town.slot(quota=1)
    booked = book(town, slot)
    first, second = wait(town, slot, 2), wait(town, slot, 3)

    cancel(booked)
    other = refused(book, town, slot, 4)
    got = actions.take_offer(waiting_id=first.pk, source="web", by=CITIZEN, now=TUESDAY_NINE)

    assert (other.slug, got.person_id, taken(slot)) == ("slot-full", town.person(2).pk, [1])
    assert list(Waiting.objects.order_by("id").values_list("state", flat=True)) == ["taken", "waiting"]
    assert list(Message.objects.filter(key="waiting_offer").values_list("subject", flat=True)) == [
        f"waiting:{first.pk}"
    ]
    assert second.state == "waiting"


def test_an_offer_that_nobody_takes_goes_to_the_next(town: Town) -> None:
    slot = town.slot(quota=1)
    booked = book(town, slot)
    first, second = wait(town, slot, 2), wait(town, slot, 3)
    cancel(booked)
    late = TUESDAY_NINE + timedelta(minutes=30)

    actions.expire_holds(now=late)

    no = refused(actions.take_offer, waiting_id=first.pk, source="web", by=CITIZEN, now=late)
    got = actions.take_offer(waiting_id=second.pk, source="web", by=CITIZEN, now=late)
    assert (no.slug, got.person_id, taken(slot)) == ("hold-expired", town.person(3).pk, [1])


def test_leaving_gives_the_offer_to_the_next_and_the_last_one_frees_the_place(town: Town) -> None:
    slot = town.slot(quota=1)
    booked = book(town, slot)
    first, second = wait(town, slot, 2), wait(town, slot, 3)
    cancel(booked)

    for one in (first, second):
        actions.leave_waiting(waiting_id=one.pk, by=CITIZEN, now=TUESDAY_NINE)

    assert list(Waiting.objects.values_list("state", flat=True)) == ["left", "left"]
    assert taken(slot) == [0]


def test_nobody_waits_for_a_day_that_has_places(town: Town) -> None:
    slot = town.slot()

    with pytest.raises(Refused) as no:
        wait(town, slot, 2)

    assert no.value.slug == "wrong-state"
    assert [each.slot_id for each in no.value.next] == [slot.pk]  # type: ignore[union-attr]


def test_waiting_twice_is_waiting_once(town: Town) -> None:
    slot = town.slot(quota=1)
    book(town, slot)

    assert wait(town, slot, 2) == wait(town, slot, 2)


# --- What people see -----------------------------------------------------------------------------------------------


def test_an_appointment_is_shown_with_a_masked_name_and_a_signed_code(town: Town) -> None:
    booked = book(town, town.slot())

    view = queries.appointment(booked.code, now=TUESDAY_NINE)

    assert (view.masked_name, view.come_at, view.can_cancel) == (
        town.person(1).masked_name,
        at("2026-03-11 08:45"),
        None,
    )
    assert (view.hall.code, view.windows, view.floor_en) == ("town", ("01", "02"), "Floor 1")
    assert queries.read_qr(view.qr) == booked.code
    assert queries.read_qr(view.qr[:-1] + ("A" if view.qr[-1] != "A" else "B")) is None
    assert queries.code_of(booked.code.lower()) == booked.code


def test_who_is_coming_are_the_booked_of_today_by_time(town: Town) -> None:
    late = book(town, town.slot(starts=at("2026-03-11 14:00")))
    early = book(town, town.slot(), 2)
    book(town, town.slot(starts=at("2026-03-12 09:00")), 3)
    gone = book(town, town.slot(category="B"), 4, item="id-card")
    cancel(gone)

    views = queries.coming(town.hall.pk, at("2026-03-11 08:00"))

    assert [view.code for view in views] == [early.code, late.code]


def test_the_calendar_file_keeps_its_uid_through_a_move_and_names_nobody(town: Town) -> None:
    booked = move(book(town, town.slot()), town.slot(starts=at("2026-03-12 09:00")))

    text = queries.ics(booked.code, now=TUESDAY_NINE)

    lines = text.split("\r\n")
    for line in (f"UID:{booked.code}@banshi", "SEQUENCE:1", "DTSTART:20260312T010000Z", "STATUS:CONFIRMED"):
        assert line in lines
    assert town.person(1).name not in text
