"""The telephone at the desk: who rings is on every page of it, taken with one press, written down with the number covered."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.hotline import actions
from banshi.rooms.hotline.actions import Event
from banshi.rooms.hotline.models import Order, PhoneCall
from tests.surfaces.hotline.test_desk import AT, FORM, TEXT, opened, text, worker
from tests.town import Town

EXCHANGE = Actor(ActorKind.CHANNEL, "9")
NUMBER = "+8613800138000"


@pytest.fixture(autouse=True)
def _stopped(town: Town, settings: Any) -> None:
    from tests.surfaces.api.conftest import stop_the_clock

    stop_the_clock()
    settings.BANSHI_TELEPHONY = "banshi.gateways.telephony.StandIn"


@pytest.fixture
def agent(town: Town) -> Client:
    return worker("hotline_agent")


def rings(town: Town, call: str = "c-1", phone: str | None = "13800138000", event: str = "ringing") -> PhoneCall:
    return actions.heard(Event(call, event, phone), hall=town.hall, by=EXCHANGE, now=clock.now())


@pytest.mark.django_db
def test_who_rings_is_shown_with_the_number_covered_and_drawn_once(agent: Client, town: Town) -> None:
    order = opened(town)
    rings(town)

    first = agent.get(f"{AT}ringing")
    mark = text(first).split("mark=")[1].split('"')[0]
    again = agent.get(f"{AT}ringing", {"mark": mark})
    rings(town, event="ended")
    after = agent.get(f"{AT}ringing", {"mark": mark})

    assert (order.no in text(first), "13800138000" in text(first), "138****8000" in text(first)) == (True, False, True)
    assert (again.status_code, after.status_code, "1 个未接来电" in text(after)) == (204, 200, True)
    assert [f"{AT}ringing" in text(agent.get(f"{AT}{page}")) for page in ("", "new", f"orders/{order.no}/")] == [
        True
    ] * 3


@pytest.mark.django_db
def test_taken_with_one_press_and_written_down_without_the_number(agent: Client, town: Town) -> None:
    rings(town)

    taken = agent.post(f"{AT}phone/c-1/take")
    page = text(agent.get(taken.url))
    done = agent.post(f"{AT}open", FORM | {"call": "c-1", "phone": ""})
    again = agent.get(taken.url)

    order = Order.objects.get()
    assert (taken.status_code, 'name="call" value="c-1"' in page, "13800138000" in page) == (302, True, False)
    assert (done.status_code, order.phone, PhoneCall.objects.get().order_id, again.url) == (
        302, NUMBER, order.pk, f"{AT}orders/{order.no}/",
    )  # fmt: skip


@pytest.mark.django_db
def test_what_is_refused_stays_typed_and_the_number_covered(agent: Client, town: Town) -> None:
    rings(town)
    agent.post(f"{AT}phone/c-1/take")

    refused = agent.post(f"{AT}open", FORM | {"call": "c-1", "phone": "", "text": ""})

    assert (refused.status_code, 'name="call" value="c-1"' in text(refused), "13800138000" in text(refused)) == (
        422,
        True,
        False,
    )
    assert Order.objects.count() == 0


@pytest.mark.django_db
def test_the_call_of_another_agent_is_not_mine(agent: Client, town: Town) -> None:
    other = worker("hotline_agent", department="x")
    rings(town)
    agent.post(f"{AT}phone/c-1/take")

    codes = [
        other.get(f"{AT}phone/c-1/").status_code, other.post(f"{AT}phone/c-1/take").status_code,
        other.post(f"{AT}phone/c-1/hang-up").status_code, other.post(f"{AT}open", FORM | {"call": "c-1"}).status_code,
    ]  # fmt: skip

    assert (codes, Order.objects.count(), PhoneCall.objects.get().state) == ([409] * 4, 0, "talking")


@pytest.mark.django_db
def test_another_halls_desk_and_a_line_hear_nothing(town: Town) -> None:
    rings(town)
    elsewhere, line = worker("hotline_agent", scope="other"), worker("hall_manager")

    assert [elsewhere.get(f"{AT}ringing").status_code, line.post(f"{AT}phone/c-1/take").status_code] == [403, 403]
    assert elsewhere.post("/hotline-desk/other/phone/c-1/take").status_code == 404


@pytest.mark.django_db
def test_missed_calls_are_rung_back_or_settled(agent: Client, town: Town) -> None:
    for call in ("c-1", "c-2"):
        rings(town, call, phone=None if call == "c-2" else "13800138000")
        rings(town, call, event="ended")

    listed = text(agent.get(f"{AT}missed"))
    agent.post(f"{AT}phone/c-1/ring-back")
    agent.post(f"{AT}phone/c-2/ring-back", {"settle": "1"})
    ringing, after = text(agent.get(f"{AT}ringing")), text(agent.get(f"{AT}missed"))

    assert ("138****8000" in listed, listed.count("ring-back"), "没有未接来电" in after) == (True, 2, True)
    assert ("正在拨打" in ringing, "无人接听" in ringing) == (True, True)


@pytest.mark.django_db
def test_an_order_rings_its_caller_up_with_one_press(agent: Client, town: Town, settings: Any) -> None:
    order = opened(town)
    address = f"{AT}orders/{order.no}/"
    offered = f"{address}ring" in text(agent.get(address))

    agent.post(f"{address}ring")
    settings.BANSHI_TELEPHONY_DOWN = True
    agent.post(f"{AT}phone/{PhoneCall.objects.get().call}/hang-up", {"order": order.no})
    down = agent.post(f"{address}ring", follow=True)
    settings.BANSHI_TELEPHONY = ""

    assert (offered, "话务平台没有响应" in text(down), f"{address}ring" in text(agent.get(address))) == (
        True,
        True,
        False,
    )
    assert list(PhoneCall.objects.order_by("id").values_list("state", "order_id")) == [("missed", order.pk)] * 2


@pytest.mark.django_db
@pytest.mark.parametrize("call", ["none", "x" * 90, "a%20b"])
def test_a_call_that_is_none_is_not_there(agent: Client, call: str) -> None:
    assert [agent.get(f"{AT}phone/{call}/").status_code, agent.post(f"{AT}phone/{call}/take").status_code] == [404, 404]
    assert TEXT
