"""The slip of one hall scanned at another: which hall it is of, in words for its holder, and that it is over where it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from banshi.foundation.crypto import rating_key
from banshi.journeys.visit import check_in
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import actions
from banshi.rooms.tickets.models import Ticket
from tests.surfaces.kiosk.test_numbers_found import take
from tests.town import TUESDAY_NINE, Town

THERE = Actor(ActorKind.KIOSK, "2", "other")
LANGUAGES = ["zh-CN", "en"]


def address(ref: str) -> str:
    return f"https://banshi.example.org/t/{ref}?k={rating_key(ref)}"


def scanned_there(ref: str, *, language: str = "zh-CN", page: str = "check-in") -> Any:
    machine = Client(headers={"accept-language": language})
    return machine.post(f"/kiosk/other/{page}", {"presented": address(ref)})


def told(town: Town, ref: str, now: datetime = TUESDAY_NINE) -> Refused:
    """What a maker's machine is told."""
    with pytest.raises(Refused) as no:
        check_in.by_code(hall=town.other_hall, code=address(ref), by=THERE, now=now, channel="kiosk")
    return no.value


def became(ticket: Ticket, **now: Any) -> str:
    Ticket.objects.filter(pk=ticket.pk).update(**now)
    return ticket.ref


@pytest.mark.parametrize("page", ["check-in", "look-up"])
@pytest.mark.parametrize(
    ("language", "said"), [("zh-CN", "这个码是城东政务服务中心的。"), ("en", "This code is for Town East Hall.")]
)
def test_the_hall_is_named_and_no_right_that_staff_have(opened: Town, language: str, said: str, page: str):
    ref = take(opened, opened.person(1)).ref
    hall = {"name_zh": "城东政务服务中心", "name_en": "Town East Hall"}
    type(opened.hall).objects.filter(pk=opened.hall.pk).update(**hall)

    shown = scanned_there(ref, language=language, page=page)

    assert (shown.status_code, said in shown.text, "任职" in shown.text, "role" in shown.context["detail"]) == (
        409, True, False, False,
    )  # fmt: skip
    assert [way.icon for way in shown.context["ways"]] == []  # the number stands in its hall
    assert (told(opened, ref).slug, "state" in told(opened, ref).facts) == ("other-hall", False)


@pytest.mark.parametrize(
    ("state", "zh", "en"),
    [("finished", "办结", "Finished"), ("left", "已离开", "Left"), ("closed", "已作废", "Void")],
)
def test_what_is_over_is_said_to_be_and_another_number_is_offered(opened: Town, state: str, zh: str, en: str):
    ticket = take(opened, opened.person(1))
    ref = became(ticket, state=state)

    pages = {language: scanned_there(ref, language=language) for language in LANGUAGES}

    said = {language: page.context["detail"] for language, page in pages.items()}
    hall = opened.hall
    assert said == {
        "zh-CN": f"{ticket.number} 是{hall.name_zh}的号（今天）：{zh}。",
        "en": f"Number {ticket.number} is of {hall.name_en} (today): {en}.",
    }
    assert [(page.status_code, [way.icon for way in page.context["ways"]]) for page in pages.values()] == [
        (409, ["ticket"])
    ] * 2
    api = told(opened, ref)
    assert (api.slug, api.facts["hall"]["zh"], api.facts["number"], api.facts["state"]) == (
        "other-hall", hall.name_zh, ticket.number, state,
    )  # fmt: skip


def test_yesterdays_number_is_over_whatever_it_was(opened: Town, set_time: Callable[..., None]):
    """The day may not be closed yet."""
    ticket = take(opened, opened.person(1))
    tomorrow = TUESDAY_NINE + timedelta(days=1)
    set_time(tomorrow)

    shown = scanned_there(ticket.ref)

    assert shown.context["detail"] == f"{ticket.number} 是{opened.hall.name_zh}的号（昨天）：已作废。"
    assert told(opened, ticket.ref, tomorrow).facts["state"] == "closed"


@pytest.mark.parametrize(("after", "over"), [(5, False), (500, True)])
def test_a_missed_number_is_over_once_it_can_no_longer_be_put_back(opened: Town, after: int, over: bool):
    ref = take(opened, opened.person(1)).ref
    clerk = opened.clerk.pk
    actions.sign_in(window_code="town-01", staff_id=clerk, now=TUESDAY_NINE)
    actions.call_next(window_code="town-01", staff_id=clerk, now=TUESDAY_NINE)
    actions.miss(ref=ref, staff_id=clerk, now=TUESDAY_NINE)

    facts = told(opened, ref, TUESDAY_NINE + timedelta(minutes=after)).facts

    assert facts.get("state") == ("missed" if over else None)


def test_of_a_number_sent_on_the_hall_it_went_to_is_named(opened: Town):
    """Whoever holds the first slip has to go there, not back."""
    first = take(opened, opened.person(1))
    third = Hall.objects.get(pk=opened.other_hall.pk)
    third.pk, third.code, third.name_zh, third.name_en = None, "third", "第三大厅", "Third Hall"
    third._state.adding = True
    third.save()
    onward = Ticket.objects.get(pk=first.pk)
    onward.pk, onward.ref, onward.hall, onward.came_from, onward.state = None, "K" * 12, third, first, "parked"
    onward._state.adding = True
    became(first, state="redirected")
    onward.save()

    assert told(opened, first.ref).facts == {"hall": {"zh": "第三大厅", "en": "Third Hall"}}


def test_without_the_key_on_the_slip_nothing_is_told(opened: Town):
    ref = take(opened, opened.person(1)).ref

    shown = Client().post("/kiosk/other/check-in", {"presented": f"https://banshi.example.org/t/{ref}"})

    assert (shown.status_code, opened.hall.name_zh in shown.text) == (403, False)
