"""What the holder of a number may do on the phone: walk off, be late, come back, give it up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.foundation.crypto import rating_key
from banshi.kernel.evidence import Evidence
from banshi.kernel.policy import TicketPolicy
from banshi.rooms.tickets import rules
from banshi.rooms.tickets.models import Ticket
from tests.surfaces.citizen.conftest import Phone, text
from tests.surfaces.citizen.test_following_and_rating import KIOSK, at_window, called, number
from tests.town import TUESDAY_NINE, Town, at


def held(phone: Phone, ref: str) -> str:
    phone.get(f"/t/{ref}", k=rating_key(ref))
    return f"/t/{ref}"


def state(ref: str) -> str:
    return str(Ticket.objects.get(ref=ref).state)


def call(town: Town) -> Any:
    from banshi.rooms.tickets import actions as tickets

    return tickets.call_next(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)


@pytest.mark.parametrize(
    ("least", "way_back", "until"),
    [
        (3600, 10, "2026-03-10 09:50"),
        (3655, 10, "2026-03-10 09:50"),  # whole minutes, downwards
        (3600, 0, "2026-03-10 10:00"),
        (900, 10, "2026-03-10 09:05"),
        (899, 10, None),  # not worth the walk
        (0, 0, None),
        (None, 10, None),  # nothing honest can be said
        (3600, None, None),  # the hall does not say it
    ],
)
def test_until_when_somebody_can_walk_off(least: int | None, way_back: int | None, until: str | None):
    policy = TicketPolicy(way_back=way_back)

    found = rules.walk_off_until(at_least_s=least, policy=policy, now=TUESDAY_NINE)

    assert found == (at(until) if until else None)


def test_the_number_says_until_when_one_can_walk_off(anybody: Phone, open_town: Town):
    at_window(open_town)
    for _ in range(12):
        mine = number(open_town)

    page = anybody.get(f"/t/{mine.ref}")

    until = page.context["walk_until"]
    seen = page.context["t"]
    assert TUESDAY_NINE + timedelta(minutes=5) < until < TUESDAY_NINE + timedelta(seconds=seen.likely_s)
    assert "前可以走开一会儿" in text(page)


def test_nobody_is_sent_for_a_walk_when_the_turn_is_near(anybody: Phone, open_town: Town):
    at_window(open_town)
    mine = number(open_town)

    page = anybody.get(f"/t/{mine.ref}")

    assert page.context["walk_until"] is None
    assert "data-walk hidden" in text(page)


def test_nobody_is_sent_for_a_walk_while_calling_has_stopped(anybody: Phone, open_town: Town):
    from banshi.rooms.calendars.models import Closure

    at_window(open_town)
    for _ in range(12):
        mine = number(open_town)
    Closure.objects.create(
        hall=open_town.hall, starts_at=TUESDAY_NINE, ends_at=TUESDAY_NINE + timedelta(hours=1), kind="closure",
        reason_zh="停电", reason_en="No power", made_by="system", made_at=TUESDAY_NINE,
    )  # fmt: skip

    assert anybody.get(f"/t/{mine.ref}").context["walk_until"] is None


def test_who_is_late_steps_aside_and_takes_it_back_by_one_tap(anybody: Phone, open_town: Town):
    mine, other = number(open_town), number(open_town)
    at_window(open_town)
    page = held(anybody, mine.ref)

    late = anybody.post(f"{page}/late")
    aside = text(anybody.get(page))
    back = anybody.post(f"{page}/back")

    assert (late.status_code, back.status_code) == (302, 302)
    assert "我到了，接着排" in aside
    assert (state(mine.ref), call(open_town).ref) == ("waiting", mine.ref)
    assert state(other.ref) == "waiting"


@pytest.mark.parametrize(("behind", "turn"), [(1, 1), (2, 2), (9, 3)])
def test_where_the_hall_lets_some_go_first_so_many_do(anybody: Phone, open_town: Town, behind: int, turn: int):
    from banshi.rooms.tickets import actions as tickets

    open_town.policy(tickets={"late_number": "behind", "late_behind": behind})
    mine, *_others = [
        tickets.issue(
            tickets.Take(category_code="A", channel="kiosk", by=KIOSK),
            hall=open_town.hall,
            now=TUESDAY_NINE + timedelta(seconds=n),
        )
        for n in range(4)
    ]
    at_window(open_town)

    anybody.post(f"{held(anybody, mine.ref)}/late")

    order = []
    for _ in range(4):
        order.append(call(open_town).ref)
        tickets.miss(ref=order[-1], staff_id=open_town.clerk.pk, now=TUESDAY_NINE)
    assert order.index(mine.ref) == turn


def test_where_nobody_is_behind_the_number_steps_aside(anybody: Phone, open_town: Town):
    open_town.policy(tickets={"late_number": "behind"})
    mine = number(open_town)

    anybody.post(f"{held(anybody, mine.ref)}/late")

    assert state(mine.ref) == "parked"


def test_a_hall_that_puts_nothing_off_offers_it_to_nobody(anybody: Phone, open_town: Town):
    open_town.policy(tickets={"late_number": "off"})
    mine = number(open_town)
    page = held(anybody, mine.ref)

    assert f"{page}/late" not in text(anybody.get(page))
    assert (anybody.post(f"{page}/late").status_code, state(mine.ref)) == (403, "waiting")


def test_giving_up_is_asked_once_and_lets_the_next_one_up(anybody: Phone, open_town: Town):
    mine, other = number(open_town), number(open_town)
    at_window(open_town)
    page = held(anybody, mine.ref)

    asked = text(anybody.get(f"{page}/leave"))
    anybody.post(f"{page}/leave")

    assert "退掉 A001 号？" in asked
    assert (state(mine.ref), call(open_town).ref) == ("left", other.ref)
    assert "这个号已经结束" in text(anybody.get(page)) or anybody.get(page).context["t"].state == "left"


def test_a_called_number_is_not_late_any_more_and_the_page_says_where_to_go(anybody: Phone, open_town: Town):
    mine = number(open_town)
    page = held(anybody, mine.ref)
    called(open_town)

    answer = anybody.post(f"{page}/late")

    assert (answer.status_code, state(mine.ref)) == (409, "called")
    assert "现在去1 楼 01 号窗口" in text(answer)


@pytest.mark.parametrize("step", ["late", "back", "leave"])
def test_who_only_knows_the_reference_does_nothing_with_it(anybody: Phone, theirs: Phone, open_town: Town, step: str):
    """Staff see it, and a passer-by may: only slip, message, or the booking's account carry the key."""
    mine = number(open_town)

    assert [phone.post(f"/t/{mine.ref}/{step}").status_code for phone in (anybody, theirs)] == [403, 403]
    assert f"/t/{mine.ref}/leave" not in text(anybody.get(f"/t/{mine.ref}"))
    assert state(mine.ref) == "waiting"


def test_a_number_sent_from_another_hall_waits_for_its_person_to_arrive(anybody: Phone, open_town: Town):
    from banshi.rooms.tickets.actions.moving import expect

    first, mine = number(open_town), number(open_town)
    expect(mine, came_from=first, now=TUESDAY_NINE)
    page = held(anybody, mine.ref)

    assert f"{page}/back" not in text(anybody.get(page))
    assert (anybody.post(f"{page}/back").status_code, state(mine.ref)) == (409, "parked")


def test_who_only_declared_a_document_does_nothing_to_the_number_taken_with_its_card(mine: Phone, open_town: Town):
    """A stranger may book on anybody's number; the card on the machine makes the visit its holder's."""
    from banshi.journeys.visit import check_in
    from banshi.kernel.actors import Actor, ActorKind
    from banshi.rooms.booking import actions as booking
    from banshi.rooms.tickets import actions as tickets

    booked = booking.place(
        slot_id=open_town.slot(starts=at("2026-03-10 09:15")).pk, item_code="pension", person_id=mine.person.pk,
        source="web", by=Actor(ActorKind.CITIZEN, str(mine.account.pk)), account_id=mine.account.pk,
        now=at("2026-03-09 10:00"),
    )  # fmt: skip
    with_code = check_in.by_code(hall=open_town.hall, code=booked.code, by=KIOSK, now=TUESDAY_NINE, channel="kiosk")
    before = mine.post(f"/t/{with_code.ref}/late").status_code
    tickets.come_back(ref=with_code.ref, by=KIOSK, now=TUESDAY_NINE)

    number = check_in.by_id(
        hall=open_town.hall, id_number=mine.person.id_number, evidence=Evidence.CHIP, by=KIOSK, now=TUESDAY_NINE,
        channel="kiosk",
    )  # fmt: skip

    page = text(mine.get(f"/a/{booked.code}"))
    assert (before, number.ref == with_code.ref) == (302, False)
    assert [mine.post(f"/t/{number.ref}/{step}").status_code for step in ("late", "leave")] == [403, 403]
    assert (number.ref in page, number.number in page, rating_key(number.ref) in page) == (False, False, False)
