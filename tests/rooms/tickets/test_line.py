"""Numbers, calls and windows in the small town."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from banshi.kernel.actors import SYSTEM, Actor, ActorKind
from banshi.kernel.ownership import typed_holder
from banshi.kernel.refusals import Refused
from banshi.rooms.booking.models import Appointment
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions, queries
from banshi.rooms.tickets.models import (
    Call,
    Estimate,
    HallDay,
    HandlingTime,
    Miss,
    Service,
    Ticket,
    Transfer,
    Visit,
    WindowSession,
)
from tests.rooms.tickets.conftest import open_town
from tests.town import TUESDAY_NINE, Town, at

KIOSK = Actor(ActorKind.KIOSK, "1", "town")
TUESDAY = date(2026, 3, 10)
YOUNG = 30  # the town's person of this number is not elderly (born 1990)


def minutes(n: float) -> datetime:
    return TUESDAY_NINE + timedelta(minutes=n)


def take(town: Town, category: str | None = "A", *, now: datetime = TUESDAY_NINE, **more: Any) -> Ticket:
    return actions.issue(hall=town.hall, category_code=category, channel="kiosk", by=KIOSK, now=now, **more)


def booked(
    town: Town, *, person: int = YOUNG, starts: datetime = TUESDAY_NINE, item: str = "pension", **slot: Any
) -> Appointment:
    of = town.items[item]
    category = HallItem.objects.get(item=of).category
    place = town.slot(starts=starts, category=category.code, **slot)
    return Appointment.objects.create(
        code=f"C{Appointment.objects.count()}", hall=town.hall, slot=place, item=of, category=category,
        person=town.person(person), business=place.business, day=place.day, half=place.half, starts_at=place.starts_at,
        ends_at=place.ends_at, source="web", booked_by="citizen:1", created_at=TUESDAY_NINE,
    )  # fmt: skip


def check_in(town: Town, appointment: Appointment, *, now: datetime = TUESDAY_NINE) -> Ticket:
    Appointment.objects.filter(pk=appointment.pk).update(state="checked_in")
    return take(town, None, kind="booked", appointment=appointment, person_id=appointment.person_id, now=now)


def work(town: Town, window: str = "01", staff: Any = None, now: datetime = TUESDAY_NINE) -> Any:
    clerk = staff or town.clerk
    actions.sign_in(window_code=f"town-{window}", staff_id=clerk.pk, now=now)
    return clerk


def next_at(town: Town, window: str = "01", staff: Any = None, now: datetime = TUESDAY_NINE) -> str | None:
    called = actions.call_next(window_code=f"town-{window}", staff_id=(staff or town.clerk).pk, now=now)
    return called.number if called else None


def done(town: Town, number: str, *, staff: Any = None, now: datetime = TUESDAY_NINE) -> None:
    clerk = staff or town.clerk
    ref = Ticket.objects.get(number=number, hall=town.hall).ref
    actions.start(ref=ref, staff_id=clerk.pk, now=now)
    actions.finish(ref=ref, staff_id=clerk.pk, now=now)


def order(town: Town, *, now: datetime = TUESDAY_NINE, window: str = "01") -> list[str]:
    """Call and serve until nobody is left."""
    seen = []
    while (number := next_at(town, window, now=now)) is not None:
        seen.append(number)
        done(town, number, now=now)
    return seen


def refused(act: Any) -> tuple[str, dict[str, Any]]:
    with pytest.raises(Refused) as no:
        act()
    return no.value.slug, dict(no.value.facts)


# --- Taking a number -----------------------------------------------------------------------------------------------


def test_numbers_begin_at_one_and_count_by_letter(open_hall):
    numbers = [take(open_hall, code).number for code in "AABA"]

    assert numbers == ["A001", "A002", "B001", "A003"]


def test_the_thousandth_number_has_four_digits(open_hall):
    from banshi.rooms.tickets.models import Counter

    Counter.objects.create(hall=open_hall.hall, day=TUESDAY, letter="A", last=999)

    assert take(open_hall).number == "A1000"


def test_a_new_business_day_begins_at_midnight_of_the_hall_and_not_of_greenwich(town):
    open_town(town, hours="00:00-23:59")

    numbers = [
        take(town, now=at(moment)).number
        for moment in ("2026-03-10 07:59", "2026-03-10 08:01", "2026-03-10 23:58", "2026-03-11 00:00")
    ]

    assert numbers == ["A001", "A002", "A003", "A001"]


def test_an_item_finds_its_category(open_hall):
    ticket = take(open_hall, None, item_code="id-card")

    assert (ticket.number, ticket.item_id) == ("B001", open_hall.items["id-card"].pk)


def test_an_unknown_item_category_or_lane_is_refused(open_hall):
    town = open_hall

    assert refused(lambda: take(town, None, item_code="moon"))[0] == "item-not-here"
    assert refused(lambda: take(town, "Z"))[0] == "nothing-found"
    assert refused(lambda: take(town, None))[0] == "invalid"
    assert refused(lambda: take(town, lane="king"))[0] == "invalid"
    assert Ticket.objects.count() == 0


def test_a_closed_hall_gives_no_numbers_and_says_when_it_opens(open_hall):
    with pytest.raises(Refused) as no:
        take(open_hall, now=at("2026-03-10 17:00"))

    assert (no.value.slug, no.value.next) == ("closed", at("2026-03-11 09:00"))


def test_a_hall_without_walk_ins_serves_booked_people_only(open_hall):
    open_hall.policy(tickets={"walk_ins": False})
    appointment = booked(open_hall)

    assert refused(lambda: take(open_hall))[0] == "walk-ins-closed"
    assert check_in(open_hall, appointment).number == "A001"


def test_a_session_that_is_never_for_walk_ins_refuses_them(town):
    open_town(town, walk_ins="never", kind="extended")

    with pytest.raises(Refused) as no:
        take(town)

    assert (no.value.slug, no.value.next) == ("walk-ins-closed", at("2026-03-11 09:00"))


def test_the_last_number_of_the_day_is_given_and_no_further_one(open_hall):
    open_hall.policy(tickets={"daily_limits": {"A": 2}})
    take(open_hall)
    take(open_hall)

    assert refused(lambda: take(open_hall)) == ("daily-limit", {"limit": 2})
    assert take(open_hall, "B").number == "B001"


def test_a_whole_halls_limit_counts_every_category_and_wastes_no_number(open_hall):
    open_hall.policy(tickets={"daily_limit": 2})
    take(open_hall, "A")
    take(open_hall, "B")

    assert refused(lambda: take(open_hall, "A")) == ("daily-limit", {"limit": 2})
    open_hall.policy(tickets={})
    assert take(open_hall, "A").number == "A002"


def test_a_limit_that_comes_at_noon_counts_the_morning_too(open_hall):
    take(open_hall, "A")
    take(open_hall, "B")
    open_hall.policy(tickets={"daily_limit": 3})
    take(open_hall, "A")

    assert refused(lambda: take(open_hall, "A"))[0] == "daily-limit"


def test_limits_are_for_walk_ins_and_not_for_booked_people(open_hall):
    open_hall.policy(tickets={"daily_limit": 0, "daily_limits": {"A": 0}})
    appointment = booked(open_hall)

    assert refused(lambda: take(open_hall))[0] == "daily-limit"
    assert check_in(open_hall, appointment).number == "A001"


def test_one_waiting_number_per_person_and_category(open_hall):
    person = open_hall.person(YOUNG).pk
    take(open_hall, "A", person_id=person)

    assert refused(lambda: take(open_hall, "A", person_id=person)) == ("already-waiting", {"number": "A001"})
    assert take(open_hall, "B", person_id=person).number == "B001"
    assert Visit.objects.count() == 1


def test_where_the_policy_allows_it_a_person_takes_two_numbers(open_hall):
    open_hall.policy(tickets={"one_ticket_per_person_and_category": False})
    person = open_hall.person(YOUNG).pk

    assert [take(open_hall, "A", person_id=person).number for _ in range(2)] == ["A001", "A002"]


def test_an_appointment_gets_one_number(open_hall):
    appointment = booked(open_hall)
    check_in(open_hall, appointment)

    assert refused(lambda: check_in(open_hall, appointment)) == ("already-checked-in", {"number": "A001"})


def test_where_identity_is_required_a_nameless_walk_in_is_refused(open_hall):
    open_hall.policy(tickets={"identity_required": True})

    assert refused(lambda: take(open_hall))[0] == "identity-invalid"
    assert take(open_hall, person_id=open_hall.person(YOUNG).pk).number == "A001"


def test_there_a_document_that_was_only_typed_is_none_on_any_surface(open_hall):
    open_hall.policy(tickets={"identity_required": True})

    assert (
        refused(lambda: take(open_hall, person_id=open_hall.person(YOUNG).pk, limit_key=typed_holder()))[0]
        == "identity-invalid"
    )


def test_a_kiosk_gives_numbers_of_its_own_hall_only(open_hall):
    abroad = Actor(ActorKind.KIOSK, "1", "other")

    slug, facts = refused(
        lambda: actions.issue(hall=open_hall.hall, category_code="A", channel="kiosk", by=abroad, now=TUESDAY_NINE)
    )

    assert (slug, facts) == ("not-your-hall", {"hall": "town"})


def test_the_wait_on_the_slip_is_kept_as_a_promise_and_compared_with_the_truth(open_hall):
    work(open_hall)
    first, second = take(open_hall), take(open_hall)
    next_at(open_hall)
    done(open_hall, "A001", now=minutes(12))
    next_at(open_hall, now=minutes(13))

    promises = list(Estimate.objects.order_by("id").values_list("ticket_id", "ahead", "likely_s", "actual_s"))
    rate = queries.hit_rate(open_hall.hall.pk, TUESDAY, TUESDAY)

    assert [(t, ahead, actual) for t, ahead, _, actual in promises] == [(first.pk, 0, 0), (second.pk, 1, 780)]
    assert (rate.n, rate.hit_rate) == (2, 1.0)


def test_where_no_window_is_at_work_nothing_is_promised(open_hall):
    ticket = take(open_hall)

    assert Estimate.objects.count() == 0
    assert queries.ticket(ticket.ref, TUESDAY_NINE).likely_s is None


# --- Calling -------------------------------------------------------------------------------------------------------


def test_booked_numbers_are_called_before_walk_in_numbers(open_hall):
    work(open_hall)
    take(open_hall)
    take(open_hall, lane="pregnant")
    check_in(open_hall, booked(open_hall))

    assert order(open_hall) == ["A002", "A003", "A001"]


def test_a_special_window_calls_its_own_categories_only(open_hall):
    work(open_hall, "03")
    take(open_hall, "A")
    take(open_hall, "B")

    assert order(open_hall, window="03") == ["B001"]


def test_nobody_waiting_is_no_refusal(open_hall):
    work(open_hall)

    assert next_at(open_hall) is None


def test_yesterdays_numbers_are_not_called_today(open_hall):
    take(open_hall, now=at("2026-03-09 16:00"))
    work(open_hall)

    assert next_at(open_hall) is None


def test_a_window_without_its_clerk_calls_nobody(open_hall):
    take(open_hall)
    work(open_hall)

    slug = refused(lambda: next_at(open_hall, "01", open_hall.second_clerk))[0]
    assert (slug, refused(lambda: next_at(open_hall, "02"))[0]) == ("not-signed-in", "not-signed-in")


def test_a_busy_window_calls_nobody_and_says_who_is_there(open_hall):
    work(open_hall)
    take(open_hall)
    take(open_hall)
    next_at(open_hall)

    assert refused(lambda: next_at(open_hall)) == ("window-busy", {"number": "A001"})


def test_a_paused_window_calls_nobody_and_serves_to_the_end(open_hall):
    clerk = work(open_hall)
    take(open_hall)
    take(open_hall)
    next_at(open_hall)
    actions.pause(staff_id=clerk.pk, reason="打印机卡纸", now=TUESDAY_NINE)
    done(open_hall, "A001")

    slug, facts = refused(lambda: next_at(open_hall))
    actions.resume(staff_id=clerk.pk, now=TUESDAY_NINE)

    assert (slug, facts["state"], next_at(open_hall)) == ("wrong-state", "paused", "A002")


def test_calling_next_is_one_round_trip(open_hall, monkeypatch):
    monkeypatch.setattr(connection.connection, "prepare_threshold", None)  # prepared statements are not counted
    work(open_hall)
    for _ in range(3):
        take(open_hall)

    with CaptureQueriesContext(connection) as captured:
        next_at(open_hall)

    statements = [q["sql"] for q in captured if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(statements) == 1


def test_busy_statements_give_the_same_when_they_are_prepared_on_the_server(open_hall, monkeypatch):
    monkeypatch.setattr(connection.connection, "prepare_threshold", 2)
    work(open_hall)
    person = open_hall.person(YOUNG).pk
    for _ in range(8):
        take(open_hall)
    take(open_hall, "B", person_id=person, lane="disabled")

    assert refused(lambda: take(open_hall, "B", person_id=person)) == ("already-waiting", {"number": "B001"})
    assert order(open_hall) == ["B001", *(f"A00{i}" for i in range(1, 9))]


def test_a_call_is_a_fact_an_event_and_a_message(open_hall):
    work(open_hall)
    ticket = take(open_hall, person_id=open_hall.person(YOUNG).pk)
    before = queries.line(open_hall.hall.pk, TUESDAY_NINE).version
    next_at(open_hall, now=minutes(1))

    call = Call.objects.get()
    message = Message.objects.get()
    after = queries.line(open_hall.hall.pk, minutes(1))
    assert (call.ticket_id, call.kind, call.at) == (ticket.pk, "call", minutes(1))
    assert (message.key, message.subject, message.to) == ("your_turn", f"ticket:{ticket.ref}", "+8613800130030")
    assert message.params["window"] == "01"
    assert after.version == before + 1
    assert [(c.number, c.window, c.masked_name) for c in after.calls] == [("A001", "01", "测**")]


def test_a_person_at_one_window_is_not_called_to_another(open_hall):
    town, person = open_hall, open_hall.person(YOUNG).pk
    work(town)
    work(town, "02", town.second_clerk)
    take(town, "A", person_id=person)
    take(town, "B", person_id=person)
    take(town, "B")

    calls = next_at(town), next_at(town, "02", town.second_clerk)
    done(town, "A001")

    assert (calls, next_at(town)) == (("A001", "B002"), "B001")


def test_weighted_calling_calls_two_of_a_for_one_of_b(open_hall):
    open_hall.policy(tickets={"weights": {"A": 2, "B": 1}})
    work(open_hall)
    for _ in range(4):
        take(open_hall, "B")
    for _ in range(6):
        take(open_hall, "A")

    assert "".join(number[0] for number in order(open_hall)) == "BAABAABAAB"


def test_weighted_calling_lets_urgent_numbers_through(open_hall):
    open_hall.policy(tickets={"weights": {"A": 9, "B": 1}})
    work(open_hall)
    take(open_hall, "A")
    take(open_hall, "A")
    urgent = take(open_hall, "B")
    order_before = next_at(open_hall)
    done(open_hall, "A001")
    actions.put_first(ref=urgent.ref, why="突发不适", by=KIOSK, now=TUESDAY_NINE)

    assert (order_before, order(open_hall)) == ("A001", ["B001", "A002"])


def test_a_walk_in_who_has_waited_too_long_is_called_before_booked_people(open_hall):
    open_hall.policy(tickets={"finally_call_after": 30})
    work(open_hall)
    take(open_hall)
    take(open_hall, now=minutes(20))
    check_in(open_hall, booked(open_hall), now=minutes(25))

    assert order(open_hall, now=minutes(30)) == ["A001", "A003", "A002"]


def test_extended_sessions_serve_booked_people_first_then_walk_ins_once_those_are_done(town):
    open_town(town, walk_ins="after_booked", kind="extended")
    coming = booked(town, starts=minutes(0), session_kind="extended")
    work(town)
    take(town)

    before = next_at(town)
    arrived = check_in(town, coming)
    first = next_at(town)
    done(town, arrived.number)

    assert (before, first, next_at(town)) == (None, "A002", "A001")


def test_walk_ins_of_an_extended_session_wait_no_longer_for_those_who_never_came(town):
    open_town(town, walk_ins="after_booked", kind="extended")
    booked(town, starts=minutes(0), session_kind="extended")
    work(town)
    take(town)

    assert (next_at(town, now=minutes(59)), next_at(town, now=minutes(60))) == (None, "A001")


def test_an_arriving_number_is_called_at_once_where_a_window_has_been_idle_longest(open_hall):
    town = open_hall
    town.policy(tickets={"auto_call": True})
    work(town, "02", town.second_clerk, now=minutes(-5))
    work(town, "01", now=minutes(-1))

    first, second, third = (take(town, "A") for _ in range(3))

    where = [(t.state, t.window and t.window.number) for t in (first, second, third)]
    assert where == [("called", "02"), ("called", "01"), ("waiting", None)]


def test_calling_out_of_turn_needs_a_reason_and_keeps_it(open_hall):
    town = open_hall
    clerk = work(town)
    take(town)
    later = take(town)

    def call(why: str) -> Ticket:
        return actions.call_ticket(window_code="town-01", ref=later.ref, staff_id=clerk.pk, why=why, now=TUESDAY_NINE)

    assert refused(lambda: call(" "))[0] == "invalid"
    assert call("孕妇").number == "A002"
    assert Call.objects.get().out_of_order_why == "孕妇"
    assert refused(lambda: call("再叫"))[0] == "wrong-state"


# --- At the window -------------------------------------------------------------------------------------------------


def test_a_service_is_measured_with_its_holds_left_out(open_hall):
    clerk = work(open_hall)
    ref = take(open_hall).ref
    next_at(open_hall, now=minutes(4))
    actions.start(ref=ref, staff_id=clerk.pk, now=minutes(5))
    actions.hold(ref=ref, staff_id=clerk.pk, now=minutes(8))
    actions.resume_held(ref=ref, staff_id=clerk.pk, now=minutes(20))
    ticket = actions.finish(ref=ref, staff_id=clerk.pk, now=minutes(22))

    assert (ticket.wait_s, ticket.way_s, ticket.handling_s, ticket.state) == (240, 60, 300, "finished")
    assert list(Service.objects.order_by("id").values_list("outcome", flat=True)) == ["held", "finished"]
    assert ticket.visit.tickets.count() == 1
    assert Visit.objects.get().left_at == minutes(22)


def test_recalls_have_a_maximum(open_hall):
    open_hall.policy(tickets={"recall_limit": 1})
    clerk = work(open_hall)
    ref = take(open_hall).ref
    next_at(open_hall)
    actions.recall(ref=ref, staff_id=clerk.pk, now=minutes(1))

    assert refused(lambda: actions.recall(ref=ref, staff_id=clerk.pk, now=minutes(2))) == ("recall-limit", {"limit": 1})
    assert list(Call.objects.order_by("id").values_list("kind", flat=True)) == ["call", "recall"]


def test_policy_a_puts_a_missed_number_behind_all_numbers_already_ticketed(open_hall):
    open_hall.policy(tickets={"missed": "behind_all"})
    clerk = work(open_hall)
    take(open_hall)
    take(open_hall)
    next_at(open_hall)
    missed = actions.miss(ref=Ticket.objects.get(number="A001").ref, staff_id=clerk.pk, now=minutes(1))
    actions.reinstate(ref=missed.ref, by=KIOSK, now=minutes(2))
    take(open_hall, now=minutes(3))

    assert order(open_hall, now=minutes(3)) == ["A002", "A001", "A003"]
    assert Miss.objects.get().reinstated_at == minutes(2)


def test_policy_b_reissues_a_missed_number_without_queueing_again(open_hall):
    open_hall.policy(tickets={"missed": "reissue"})
    clerk = work(open_hall)
    take(open_hall)
    check_in(open_hall, booked(open_hall))
    take(open_hall)
    ref = Ticket.objects.get(number="A002").ref
    next_at(open_hall)
    actions.miss(ref=ref, staff_id=clerk.pk, now=minutes(1))
    actions.reinstate(ref=ref, by=KIOSK, now=minutes(2))

    assert order(open_hall, now=minutes(3)) == ["A002", "A001", "A003"]


def test_a_missed_number_is_told_and_comes_back_only_so_often(open_hall):
    open_hall.policy(tickets={"reissue_limit": 1})
    clerk = work(open_hall)
    ref = take(open_hall, person_id=open_hall.person(YOUNG).pk).ref
    for i in range(2):
        next_at(open_hall, now=minutes(i))
        actions.miss(ref=ref, staff_id=clerk.pk, now=minutes(i))
        if i == 0:
            actions.reinstate(ref=ref, by=KIOSK, now=minutes(i))

    assert refused(lambda: actions.reinstate(ref=ref, by=KIOSK, now=minutes(2)))[0] == "wrong-state"
    assert sorted(Message.objects.values_list("key", flat=True)) == ["missed", "missed", "your_turn", "your_turn"]


def test_a_missed_number_does_not_come_back_beside_a_new_one(open_hall):
    clerk, person = work(open_hall), open_hall.person(YOUNG).pk
    missed = take(open_hall, person_id=person)
    next_at(open_hall)
    actions.miss(ref=missed.ref, staff_id=clerk.pk, now=minutes(1))
    take(open_hall, person_id=person, now=minutes(2))

    slug, facts = refused(lambda: actions.reinstate(ref=missed.ref, by=KIOSK, now=minutes(3)))

    assert (slug, facts) == ("already-waiting", {"number": "A002"})


def test_where_the_policy_is_strict_service_begins_after_the_identity_check(open_hall):
    open_hall.policy(tickets={"start_without_identity": False})
    clerk, person = work(open_hall), open_hall.person(YOUNG)
    ref = take(open_hall, person_id=person.pk).ref
    next_at(open_hall)

    def start() -> Ticket:
        return actions.start(ref=ref, staff_id=clerk.pk, now=TUESDAY_NINE)

    def check(number: str) -> bool | None:
        return actions.identity_checked(ref=ref, id_number=number, staff_id=clerk.pk, now=TUESDAY_NINE).identity_ok

    assert refused(start)[0] == "identity-mismatch"
    assert check(open_hall.person(YOUNG + 1).id_number) is False
    assert refused(start)[0] == "identity-mismatch"
    assert check(f" {person.id_number.lower()} ") is True
    assert start().state == "serving"


def test_an_unreadable_number_is_refused_and_changes_nothing(open_hall):
    clerk = work(open_hall)
    ref = take(open_hall, person_id=open_hall.person(YOUNG).pk).ref
    next_at(open_hall)

    slug = refused(lambda: actions.identity_checked(ref=ref, id_number="12", staff_id=clerk.pk, now=TUESDAY_NINE))[0]

    assert (slug, Ticket.objects.get().identity_ok) == ("identity-invalid", None)


def test_a_number_passed_on_to_a_window_is_called_there_and_nowhere_else(open_hall):
    town = open_hall
    clerk, other = work(town), work(town, "02", town.second_clerk)
    take(town)
    check_in(town, booked(town))
    next_at(town)
    ref = Ticket.objects.get(number="A002").ref
    actions.start(ref=ref, staff_id=clerk.pk, now=minutes(1))
    actions.transfer(ref=ref, staff_id=clerk.pk, window_code="town-02", why="材料在二号窗口", now=minutes(2))

    assert next_at(town, now=minutes(2)) == "A001"
    assert next_at(town, "02", other, now=minutes(2)) == "A002"
    assert Transfer.objects.get().to_window == town.windows["02"]
    assert Service.objects.get().outcome == "transferred"


def test_a_number_passed_on_to_another_category_keeps_its_turn(open_hall):
    town = open_hall
    clerk, other = work(town), work(town, "03", town.second_clerk)
    take(town, "A")
    check_in(town, booked(town, item="id-card"))
    next_at(town, "03", other)
    done(town, "B001", staff=other)
    take(town, "B")
    next_at(town)
    actions.transfer(ref=Ticket.objects.get(number="A001").ref, staff_id=clerk.pk, category_code="B", now=minutes(2))

    assert next_at(town, "03", other, now=minutes(2)) == "A001"


def test_a_transfer_names_one_aim_at_work_in_the_same_hall(open_hall):
    clerk = work(open_hall)
    ref = take(open_hall).ref

    def transfer(**aim: str) -> str:
        return refused(lambda: actions.transfer(ref=ref, staff_id=clerk.pk, now=TUESDAY_NINE, **aim))[0]

    assert transfer() == "invalid"
    assert transfer(window_code="town-02", category_code="B") == "invalid"
    assert transfer(window_code="town-02") == "not-signed-in"
    assert transfer(window_code="moon-1") == "nothing-found"
    assert transfer(category_code="Z") == "nothing-found"


def test_numbers_kept_for_a_window_return_to_the_line_when_its_clerk_leaves(open_hall):
    town = open_hall
    clerk, other = work(town), work(town, "02", town.second_clerk)
    ref = take(town).ref
    actions.transfer(ref=ref, staff_id=clerk.pk, window_code="town-02", now=TUESDAY_NINE)
    before = next_at(town)
    actions.sign_out(staff_id=other.pk, now=TUESDAY_NINE)

    assert (before, next_at(town)) == (None, "A001")


def test_a_second_matter_is_next_at_the_same_window_in_the_same_visit(open_hall):
    town = open_hall
    clerk = work(town)
    check_in(town, booked(town, person=YOUNG))
    check_in(town, booked(town, person=YOUNG + 1, starts=minutes(60)))
    next_at(town)
    first = actions.start(ref=Ticket.objects.get(number="A001").ref, staff_id=clerk.pk, now=minutes(1))
    second = actions.add_matter(ref=first.ref, item_code="medical", staff_id=clerk.pk, now=minutes(2))
    actions.finish(ref=first.ref, staff_id=clerk.pk, now=minutes(3))

    assert (second.visit_id, second.number) == (first.visit_id, "A003")
    assert order(town, now=minutes(3)) == ["A003", "A002"]


def test_another_clerk_or_another_hall_cannot_serve_what_was_called_here(open_hall):
    town = open_hall
    work(town)
    work(town, "02", town.second_clerk)
    ref = take(town).ref
    next_at(town)

    def start(clerk: Any) -> str:
        return refused(lambda: actions.start(ref=ref, staff_id=clerk.pk, now=TUESDAY_NINE))[0]

    assert start(town.second_clerk) == "person-elsewhere"
    assert start(town.other_halls_clerk) == "not-signed-in"


def test_every_verb_refuses_a_number_in_the_wrong_state(open_hall):
    clerk = work(open_hall)
    ref = take(open_hall).ref
    for verb in (actions.recall, actions.start, actions.miss, actions.hold, actions.finish, actions.resume_held):
        assert refused(lambda v=verb: v(ref=ref, staff_id=clerk.pk, now=TUESDAY_NINE))[0] == "wrong-state"
    for verb in (actions.unpark, actions.reinstate):
        assert refused(lambda v=verb: v(ref=ref, by=KIOSK, now=TUESDAY_NINE))[0] == "wrong-state"
    assert refused(lambda: actions.leave(ref="NOBODY", by=KIOSK, now=TUESDAY_NINE))[0] == "nothing-found"


# --- Windows -------------------------------------------------------------------------------------------------------


def test_a_window_has_one_clerk_and_a_clerk_one_window(open_hall):
    town = open_hall
    work(town)

    slug, facts = refused(lambda: work(town, "01", town.second_clerk))
    assert (slug, facts) == ("window-taken", {"staff": {"zh": "工号一", "en": "Clerk One"}})
    assert refused(lambda: work(town, "02"))[0] == "wrong-state"
    assert work(town) == town.clerk
    assert WindowSession.objects.count() == 1


def test_signing_out_is_refused_while_somebody_is_at_the_window(open_hall):
    clerk = work(open_hall)
    take(open_hall)
    next_at(open_hall)

    assert refused(lambda: actions.sign_out(staff_id=clerk.pk, now=TUESDAY_NINE)) == ("window-busy", {"number": "A001"})
    done(open_hall, "A001")
    actions.sign_out(staff_id=clerk.pk, now=TUESDAY_NINE)
    assert refused(lambda: actions.sign_out(staff_id=clerk.pk, now=TUESDAY_NINE))[0] == "not-signed-in"


def test_the_emergency_button_shows_and_stops_calls_until_it_is_over(open_hall):
    clerk = work(open_hall)
    take(open_hall)
    actions.emergency(staff_id=clerk.pk, now=TUESDAY_NINE)

    state = queries.line(open_hall.hall.pk, TUESDAY_NINE).windows[0].state
    assert (state, refused(lambda: next_at(open_hall))[0]) == ("emergency", "wrong-state")
    actions.emergency_over(window_code="town-01", now=minutes(5))
    assert next_at(open_hall) == "A001"


def test_help_called_in_a_pause_goes_back_to_the_pause(open_hall):
    clerk = work(open_hall)
    take(open_hall)
    actions.pause(staff_id=clerk.pk, reason="吃饭", now=TUESDAY_NINE)
    actions.emergency(staff_id=clerk.pk, now=minutes(1))

    actions.resume(staff_id=clerk.pk, now=minutes(2))
    back = queries.line(open_hall.hall.pk, minutes(2)).windows[0]
    refusal = refused(lambda: next_at(open_hall, now=minutes(2)))[0]
    actions.resume(staff_id=clerk.pk, now=minutes(3))

    assert (back.state, back.pause_reason, refusal) == ("paused", "吃饭", "wrong-state")
    assert next_at(open_hall, now=minutes(3)) == "A001"


# --- In the line ---------------------------------------------------------------------------------------------------


def test_a_parked_number_is_passed_over_and_keeps_its_rank(open_hall):
    work(open_hall)
    first = take(open_hall)
    for _ in range(2):
        take(open_hall)
    actions.park(ref=first.ref, by=KIOSK, now=TUESDAY_NINE, until=minutes(10))
    called = next_at(open_hall)
    done(open_hall, "A002")

    early, due = actions.unpark_due(now=minutes(9)), actions.unpark_due(now=minutes(10))

    assert (called, early, due, order(open_hall)) == ("A002", 0, 1, ["A001", "A003"])


def test_put_first_goes_before_those_who_waited_too_long_and_is_audited(open_hall):
    from banshi.rooms.audit.queries import trail

    open_hall.policy(tickets={"finally_call_after": 1})
    work(open_hall)
    take(open_hall)
    urgent = take(open_hall)
    actions.put_first(ref=urgent.ref, why="突发疾病", by=KIOSK, now=minutes(5))

    assert order(open_hall, now=minutes(5)) == ["A002", "A001"]
    assert trail(action="put_first")[0].facts == {"why": "突发疾病"}


def test_whoever_leaves_is_not_called_and_the_visit_is_over(open_hall):
    work(open_hall)
    ref = take(open_hall).ref
    actions.leave(ref=ref, by=KIOSK, now=minutes(3))

    assert next_at(open_hall) is None
    assert Visit.objects.get().left_at == minutes(3)


def test_people_are_told_once_that_it_is_nearly_their_turn(open_hall):
    open_hall.policy(messages={"ahead": 1})
    work(open_hall)
    for i in range(3):
        take(open_hall, person_id=open_hall.person(YOUNG + i).pk)

    first, again = (actions.send_ahead(hall=open_hall.hall, now=TUESDAY_NINE) for _ in range(2))
    next_at(open_hall)
    third = actions.send_ahead(hall=open_hall.hall, now=TUESDAY_NINE)

    told = Message.objects.filter(key="ahead").order_by("id").values_list("params__number", "params__ahead")
    assert (first, again, third) == (2, 0, 1)
    assert list(told) == [("A001", 0), ("A002", 1), ("A003", 1)]


# --- The line as seen ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 30])
def test_the_line_takes_six_queries_however_long_it_is(open_hall, django_assert_num_queries, n):
    work(open_hall)
    for i in range(n):
        take(open_hall, "AB"[i % 2])

    with django_assert_num_queries(6):
        seen = queries.line(open_hall.hall.pk, TUESDAY_NINE)

    assert (seen.waiting, [t.ahead for t in seen.tickets]) == (n, list(range(n)))


def test_the_line_shows_who_waits_and_where_windows_are(open_hall):
    work(open_hall)
    take(open_hall, "A", person_id=open_hall.person(YOUNG).pk)
    take(open_hall, "A")
    take(open_hall, "B")
    next_at(open_hall, now=minutes(6))

    seen = queries.line(open_hall.hall.pk, minutes(10))

    a, b = seen.categories
    assert [(w.number, w.state, w.ticket_number) for w in seen.windows] == [
        ("01", "called", "A001"),
        ("02", "closed", ""),
        ("03", "closed", ""),
    ]
    assert [(t.number, t.state, t.ahead) for t in seen.tickets] == [
        ("A002", "waiting", 0),
        ("B001", "waiting", 1),
        ("A001", "called", None),
    ]
    assert (a.waiting, a.longest_wait_s, a.windows, b.waiting, b.windows) == (1, 600, 1, 1, 1)


def test_a_number_shows_its_holder_where_to_go(open_hall):
    work(open_hall)
    first, second = take(open_hall), take(open_hall)
    next_at(open_hall)

    called, waiting = queries.ticket(first.ref, TUESDAY_NINE), queries.ticket(second.ref, TUESDAY_NINE)

    assert (called.called_to, called.called_to_code, called.floor_en, called.ahead) == (
        "01",
        "town-01",
        "Floor 1",
        None,
    )
    assert (waiting.called_to, waiting.ahead, waiting.windows) == (None, 0, ["01"])
    assert queries.read_qr(waiting.qr) == second.ref
    assert queries.read_qr("BT1.") is None


def test_the_desk_shows_its_window_its_person_and_its_line(open_hall):
    clerk = work(open_hall)
    take(open_hall, person_id=open_hall.person(YOUNG).pk)
    take(open_hall)
    next_at(open_hall)

    view = queries.desk(clerk.pk, TUESDAY_NINE)

    assert (view.state, view.window_number, view.waiting) == ("called", "01", 1)
    assert view.ticket is not None
    assert (view.ticket.number, view.ticket.masked_name, view.ticket.masked_id[:4]) == ("A001", "测**", "4419")
    assert queries.desk(open_hall.manager.pk, TUESDAY_NINE).state == "signed_out"


# --- The end of the day, and learning ------------------------------------------------------------------------------


def _a_day(town: Town) -> None:
    clerk = work(town)
    for _ in range(6):
        take(town)
    numbers = {t.number: t.ref for t in Ticket.objects.order_by("id")}
    next_at(town)
    done(town, "A001", now=minutes(5))
    actions.park(ref=numbers["A002"], by=KIOSK, now=minutes(5))
    next_at(town, now=minutes(6))
    actions.miss(ref=numbers["A003"], staff_id=clerk.pk, now=minutes(7))
    actions.leave(ref=numbers["A004"], by=KIOSK, now=minutes(7))
    next_at(town, now=minutes(8))
    actions.start(ref=numbers["A005"], staff_id=clerk.pk, now=minutes(8))


def test_at_the_end_of_the_day_every_number_is_accounted_for_and_nobody_is_cut_short(open_hall):
    _a_day(open_hall)

    first = actions.close_day(hall=open_hall.hall, day=TUESDAY, by=SYSTEM, now=at("2026-03-10 18:00"))
    done_at = HallDay.objects.get().closed_at
    actions.finish(ref=Ticket.objects.get(number="A005").ref, staff_id=open_hall.clerk.pk, now=at("2026-03-10 18:10"))
    second = actions.close_day(hall=open_hall.hall, day=TUESDAY, by=SYSTEM, now=at("2026-03-10 18:20"))
    third = actions.close_day(hall=open_hall.hall, day=TUESDAY, by=SYSTEM, now=at("2026-03-10 18:30"))

    assert (first, done_at) == ({"closed": 3, "finished": 1, "left": 1, "serving": 1}, None)
    assert second == third == {"closed": 3, "finished": 2, "left": 1}
    assert HallDay.objects.get().closed_at == at("2026-03-10 18:20")
    assert sum(second.values()) == Ticket.objects.count()
    assert WindowSession.objects.filter(signed_out_at=None).count() == 0
    why = Ticket.objects.filter(state="closed").order_by("seq").values_list("closed_why", flat=True)
    assert list(why) == ["parked", "missed", "not_called"]


def test_a_job_that_is_late_closes_the_day_just_the_same_and_leaves_the_new_day_alone(open_hall):
    _a_day(open_hall)
    morning = at("2026-03-11 09:30")
    work(open_hall, "02", open_hall.second_clerk, now=morning)
    fresh = take(open_hall, now=morning)

    account = actions.close_day(hall=open_hall.hall, day=TUESDAY, by=SYSTEM, now=morning)

    assert account == {"closed": 3, "finished": 2, "left": 1}
    assert (fresh.number, Ticket.objects.get(pk=fresh.pk).state) == ("A001", "waiting")
    assert list(WindowSession.objects.filter(signed_out_at=None).values_list("staff_id", flat=True)) == [
        open_hall.second_clerk.pk
    ]


def test_services_teach_the_hall_once_each(open_hall):
    clerk = work(open_hall)
    for i in range(3):
        ref = take(open_hall, now=minutes(i * 10)).ref
        next_at(open_hall, now=minutes(i * 10))
        actions.start(ref=ref, staff_id=clerk.pk, now=minutes(i * 10))
        actions.finish(ref=ref, staff_id=clerk.pk, now=minutes(i * 10 + 5))

    first, again = actions.learn(now=minutes(30)), actions.learn(now=minutes(31))

    known = HandlingTime.objects.order_by("hour")
    assert (first, again, [t.hour for t in known]) == (3, 0, [-1, 9])
    assert all(t.mean_s < 720 and t.p50_s < t.p90_s for t in known)


def test_windows_that_call_together_get_what_they_would_get_one_after_the_other(open_hall):
    for _ in range(2):
        take(open_hall)
    work(open_hall, "01")
    work(open_hall, "02", open_hall.second_clerk)
    clerk, second = open_hall.clerk, open_hall.second_clerk
    asked = [("town-02", second.pk), ("town-01", clerk.pk), ("town-01", clerk.pk), ("town-03", clerk.pk)]

    answers = actions.call_next_many(asked=asked, now=TUESDAY_NINE)

    said = [a.slug if isinstance(a, Refused) else a.number if a else None for a in answers]
    assert said == ["A002", "A001", "window-busy", "not-signed-in"]


def test_a_held_service_teaches_the_sum_of_its_stretches_and_not_its_tail(open_hall):
    from banshi.rooms.tickets import rules

    clerk = work(open_hall)
    ref = take(open_hall).ref
    next_at(open_hall)
    actions.start(ref=ref, staff_id=clerk.pk, now=TUESDAY_NINE)
    actions.hold(ref=ref, staff_id=clerk.pk, now=minutes(20))
    actions.resume_held(ref=ref, staff_id=clerk.pk, now=minutes(30))
    actions.finish(ref=ref, staff_id=clerk.pk, now=minutes(31))

    early, taught = actions.learn(now=minutes(35)), actions.learn(now=minutes(36))

    known = HandlingTime.objects.get(hour=-1)
    assert (early, taught) == (0, 1)
    assert known.mean_s == pytest.approx(rules.learn(rules.prior(12), 21 * 60).mean_s)


def test_the_gap_between_two_people_is_learned_while_people_wait(open_hall):
    clerk = work(open_hall)
    for _ in range(2):
        take(open_hall)
    for i in range(2):
        next_at(open_hall, now=minutes(i * 10))
        ref = Ticket.objects.get(number=f"A00{i + 1}").ref
        actions.start(ref=ref, staff_id=clerk.pk, now=minutes(i * 10 + 2))
        actions.finish(ref=ref, staff_id=clerk.pk, now=minutes(i * 10 + 9))

    actions.learn(now=minutes(60))

    # From 9:09 to 9:12, where 40 s were believed and the second service counts a seventh.
    assert HandlingTime.objects.get(hour=-1).gap_s == pytest.approx(40 + (180 - 40) / (1 + 399 / 400 + 5), rel=0.01)


def test_an_idle_window_and_nobody_waiting_means_now_however_many_are_booked(open_hall):
    work(open_hall)
    slot = {"quota": 200}
    first = booked(open_hall, starts=TUESDAY_NINE, **slot)
    for i in range(60):
        Appointment.objects.create(
            code=f"D{i}", hall=open_hall.hall, slot=first.slot, item=first.item, category=first.category,
            person=open_hall.person(100 + i), business=first.business, day=first.day, half=first.half, exempt=True,
            starts_at=first.starts_at, ends_at=first.ends_at, source="web", booked_by="x", limit_key=f"D{i}",
            created_at=TUESDAY_NINE,
        )  # fmt: skip

    told = take(open_hall, now=minutes(45)).told

    assert told == (0, 0, 120, True)
