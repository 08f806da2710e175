"""Taking a number: who gets one, how it is counted, and what the slip promises."""

from __future__ import annotations

import pytest

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.ownership import typed_holder
from banshi.kernel.refusals import Refused
from banshi.rooms.tickets import actions, queries
from banshi.rooms.tickets.models import (
    Estimate,
    Ticket,
    Visit,
)
from tests.rooms.tickets.conftest import open_town
from tests.rooms.tickets.line import (
    TUESDAY,
    YOUNG,
    booked,
    check_in,
    done,
    minutes,
    next_at,
    refused,
    take,
    work,
)
from tests.town import TUESDAY_NINE, at


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
        lambda: actions.issue(
            actions.Take(category_code="A", channel="kiosk", by=abroad), hall=open_hall.hall, now=TUESDAY_NINE
        )
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
