"""What a message promises works: its link opens without signing in, and does what the words say."""

from __future__ import annotations

import re
from typing import Any

import pytest

from banshi.foundation import clock
from banshi.rooms.booking.models import Appointment
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.messaging.rules import link
from banshi.surfaces.citizen.templatetags.citizen import linked
from tests.surfaces.citizen.conftest import Phone, book
from tests.town import Town, at


class Gateway:
    name = "sms"
    needs_address = False

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def send(self, to: str, text: str, *, template: str, params: Any, idempotency: str) -> str:
        self.texts[template] = text
        return ""


def link_in(key: str) -> str:
    """The path of the link in the last message of a kind, as the person got it."""
    gateway = Gateway()
    messaging.drain(channels={"sms": gateway}, now=clock.now())
    found = re.search(r"https?://[^/]+(/\S+)", gateway.texts[key])
    assert found is not None, gateway.texts[key]
    return found.group(1)


def test_the_confirmations_link_shows_cancels_and_offers_the_way_back(
    open_town: Town, mine: Phone, anybody: Phone
) -> None:
    appointment: Appointment = book(mine, open_town.slot())
    way = link_in("confirmation")
    cancel = way.replace("?", "/cancel?")

    shown = anybody.get(way).content.decode()
    anybody.post(cancel)
    again = link_in("cancelled")
    offered = anybody.get(again).content.decode()
    anybody.post(again.replace("?", "/rebook?"))

    appointment.refresh_from_db()
    assert appointment.code in shown
    assert (appointment.state, again) == ("cancelled", way)
    assert f'action="{again.replace("?", "/rebook?")}"' in offered
    assert Appointment.objects.exclude(pk=appointment.pk).get().state == "booked"


def test_the_confirmations_link_moves(open_town: Town, mine: Phone, anybody: Phone) -> None:
    appointment: Appointment = book(mine, open_town.slot())
    other = open_town.slot(starts=at("2026-03-12 09:00"))
    way = link_in("confirmation")

    page = anybody.get(way.replace("?", "/move?"))
    anybody.post(way.replace("?", "/move?"), slot=other.pk)

    appointment.refresh_from_db()
    assert (page.status_code, appointment.slot_id) == (200, other.pk)
    assert link_in("moved") == way


def test_a_reference_without_the_links_key_opens_nothing(open_town: Town, mine: Phone, anybody: Phone) -> None:
    appointment: Appointment = book(mine, open_town.slot())

    answers = [anybody.get(f"/a/{appointment.code}{k}").status_code for k in ("", "?k=AAAAAAAAAAAA")]

    assert 200 not in answers


@pytest.mark.parametrize(
    ("key", "subject"), [("waiting_offer", "waiting:1"), ("suspended", "suspension:1"), ("appeal_answered", "entry:1")]
)
def test_pages_about_an_account_open_and_ask_to_sign_in(anybody: Phone, key: str, subject: str) -> None:
    page = anybody.get(link("", key=key, subject=subject))

    assert (page.status_code, "/sign-in?next=" in page.content.decode()) == (200, True)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "再约：http://x.cn/a/K7?k=AB。",
            '再约：<a href="http://x.cn/a/K7?k=AB" rel="nofollow">http://x.cn/a/K7?k=AB</a>。',
        ),
        ("Again: https://x.cn/a/K7.", 'Again: <a href="https://x.cn/a/K7" rel="nofollow">https://x.cn/a/K7</a>.'),
        ("<b>没有链接</b>", "&lt;b&gt;没有链接&lt;/b&gt;"),
    ],
)
def test_an_address_in_a_message_can_be_tapped_in_both_languages(text: str, shown: str):
    assert linked(text) == shown
