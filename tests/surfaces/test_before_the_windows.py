"""Between the doors and the first session: numbers are given, the windows begin later, and every surface says both."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.foundation import clock
from banshi.foundation.translations import compile_all
from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.calendars.models import Closure
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from banshi.surfaces.screens.facts import facts_of
from tests.rooms.tickets.conftest import open_town
from tests.surfaces.office.editing import signed_in
from tests.surfaces.test_closed_in_the_middle import browser
from tests.town import Town, at

pytestmark = pytest.mark.django_db
compile_all()


@pytest.fixture
def early(town: Town) -> Any:
    open_town(town)
    town.policy(tickets={"numbers_before_opening": 45})
    clock.set_clock(now=at("2026-03-10 08:20"), speed=0)
    yield town
    clock.forget()


def said(path: str) -> str:
    return str(browser().get(path).content.decode())


@pytest.mark.parametrize("path", ["/halls/", "/halls/town", "/halls/town/state"])
def test_the_phone_says_that_numbers_are_given_and_when_the_windows_begin(early: Town, path: str):
    page = said(path)

    assert ("取号中" in page, "可以取号，9:00 开始办理" in page) == (True, True)


def test_only_halls_that_give_numbers_early_say_so(early: Town):
    page = said("/halls/other")

    assert ("取号中" in page, "未开放" in page) == (False, True)


def test_the_kiosk_does_not_say_open_until_five_before_it_opens(early: Town):
    before = said("/kiosk/town/")
    clock.set_clock(now=at("2026-03-10 09:00"), speed=0)
    then = said("/kiosk/town/")

    assert ("取号中" in before, "9:00 开始办理" in before, "17:00" in before) == (True, True, False)
    assert ("取号中" in then, "17:00" in then) == (False, True)


def test_the_board_sends_to_the_machines_and_says_when_the_windows_begin(early: Town):
    facts = facts_of(early.hall, now=at("2026-03-10 08:20"))

    assert (facts["open"], facts["numbers"], facts["opens"]) == (False, True, "今天 9:00")
    assert (facts_of(early.hall, now=at("2026-03-10 08:10"))["numbers"]) is False


@pytest.mark.parametrize("when", ["08:10", "17:30"])
def test_before_the_doors_and_in_the_evening_it_is_closed(early: Town, when: str):
    clock.set_clock(now=at(f"2026-03-10 {when}"), speed=0)

    assert "取号中" not in said("/halls/town") + said("/halls/") + said("/kiosk/town/")


def test_a_closure_before_opening_gives_no_numbers(early: Town):
    Closure.objects.create(
        hall=early.hall, starts_at=at("2026-03-10 08:00"), ends_at=at("2026-03-10 08:50"), reason_zh="停电",
        reason_en="Power cut", made_by="staff:1", made_at=at("2026-03-10 08:00"),
    )  # fmt: skip

    assert "取号中" not in said("/halls/town")
    assert facts_of(early.hall, now=at("2026-03-10 08:20"))["numbers"] is False


# --- Calling before the windows begin ------------------------------------------------------------------------------


def taken(town: Town, when: str) -> Ticket:
    return tickets.issue(
        tickets.Take(category_code="A", channel="kiosk", by=Actor(ActorKind.KIOSK, "1", "town")),
        hall=town.hall,
        now=at(f"2026-03-10 {when}"),
    )


def at_work(town: Town) -> None:
    tickets.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=at("2026-03-10 08:16"))


@pytest.mark.parametrize(("when", "state"), [("08:20", "waiting"), ("08:59", "waiting"), ("09:00", "called")])
def test_the_machine_calls_nobody_before_the_hour_that_the_slip_says(early: Town, when: str, state: str):
    early.policy(tickets={"numbers_before_opening": 45, "auto_call": True})
    at_work(early)

    assert taken(early, when).state == state


@pytest.mark.parametrize(("now", "says"), [("08:20", True), ("09:00", False)])
def test_the_desk_may_call_and_says_that_people_may_not_be_here_yet(early: Town, now: str, says: bool):
    at_work(early)
    taken(early, "08:18")
    clock.set_clock(now=at(f"2026-03-10 {now}"), speed=0)
    desk = signed_in(early.clerk)

    page = desk.get("/desk/", headers={"accept-language": "zh-CN"}).content.decode()
    called = tickets.call_next(window_code="town-01", staff_id=early.clerk.pk, now=at(f"2026-03-10 {now}"))

    assert ("9:00 开始办理：先取号的人按这个时间来，现在可能还没到。" in page) is says
    assert called is not None
