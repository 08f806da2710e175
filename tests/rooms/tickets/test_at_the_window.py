"""At the window: services, missed numbers, numbers passed on, and who works where."""

from __future__ import annotations

from typing import Any

from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions, queries
from banshi.rooms.tickets.models import (
    Call,
    Miss,
    Service,
    Ticket,
    Transfer,
    Visit,
    WindowSession,
)
from tests.rooms.tickets.line import (
    KIOSK,
    YOUNG,
    booked,
    check_in,
    done,
    minutes,
    next_at,
    order,
    refused,
    take,
    work,
)
from tests.town import TUESDAY_NINE


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
