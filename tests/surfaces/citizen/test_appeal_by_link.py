"""A no-show is appealed where its message leads: on the booking's own page, by whoever it falls on, with or without account."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from banshi.foundation.crypto import link_key
from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.booking import actions
from banshi.rooms.booking.models import Appeal, Appointment, LedgerEntry, Suspension
from tests.rooms.booking.test_whose_wait import CLIENT
from tests.surfaces.citizen.conftest import Phone, browser, sign_in, stop_the_clock, text
from tests.surfaces.citizen.test_clients_link import agents, client, links  # noqa: F401 – fixtures
from tests.surfaces.citizen.test_links_in_messages import link_in
from tests.town import CLERK, TUESDAY_NINE, Town, at

CONTACT = "+8613912345678"
WHY = "电梯停了，在楼下等了半小时"
APP = Actor(ActorKind.CHANNEL, "3")
BOOKERS = [
    pytest.param({"by": APP, "source": "api"}, id="a channel"),
    pytest.param({"by": APP, "source": "api", "evidence": 1}, id="a channel, with evidence"),
    pytest.param({"by": CLERK, "source": "staff", "why": "no_phone"}, id="staff, at a call"),
    pytest.param({"by": Actor(ActorKind.KIOSK, "k1"), "source": "kiosk"}, id="the hall's machine"),
]
PLAIN = BOOKERS[0].values[0]


def missed(town: Town, how: Any = PLAIN, *, day: str = "2026-03-11") -> Appointment:
    """Booked so, with a telephone; nobody came."""
    slot = town.slot(quota=20, starts=at(f"{day} 09:00"))
    row: Appointment = actions.place(
        slot_id=slot.pk, item_code="pension", person_id=town.person(1).pk, contact=CONTACT, now=TUESDAY_NINE, **how
    )
    later = at(f"{day} 10:30")
    stop_the_clock(later)
    actions.sweep_no_shows(now=later)
    return Appointment.objects.get(pk=row.pk)


def forms(page: str) -> list[tuple[str, str, str]]:
    """(address, field, id) of every appeal on a page."""
    found = re.findall(
        r'<form method="post" action="([^"]*/appeal[^"]*)".*?name="(entry|suspension)" value="(\d+)"', page
    )
    return [(to.replace("&amp;", "&"), name, value) for to, name, value in found]


def send(phone: Phone, form: tuple[str, str, str], words: str = WHY) -> Any:
    return phone.client.post(form[0], {form[1]: form[2], "text": words})


@pytest.mark.parametrize("how", BOOKERS)
def test_the_link_of_the_no_show_takes_the_appeal_and_shows_what_became_of_it(
    open_town: Town, anybody: Phone, how: Any
) -> None:
    missed(open_town, how)
    way = link_in("no_show")

    offered = forms(text(anybody.get(way)))
    sent = send(anybody, offered[0])
    after = text(anybody.get(way))
    row = Appeal.objects.get()
    actions.answer_appeal(
        appeal_id=row.pk, upheld=True, answer="是我们的电梯，不计。", by=CLERK, now=at("2026-03-11 10:30")
    )
    answered = text(anybody.get(link_in("appeal_answered")))

    assert (len(offered), sent.status_code) == (1, 302)
    assert anybody.get(sent["Location"]).status_code == 200
    assert (WHY in after, forms(after)) == (True, [])
    assert ("是我们的电梯，不计。" in answered, LedgerEntry.objects.get().forgiven_at is not None) == (True, True)


def test_the_halls_office_has_it_and_no_other(open_town: Town, anybody: Phone) -> None:
    from tests.surfaces.office.editing import signed_in, staff_with

    missed(open_town)
    send(anybody, forms(text(anybody.get(link_in("no_show"))))[0])

    seen = signed_in(open_town.manager).get("/office/town/credit/?view=appeals").context["rows"]
    others = signed_in(staff_with("there", "hall_manager", scope="other")).get("/office/other/credit/?view=appeals")

    assert ([each.text for each in seen], list(others.context["rows"])) == ([WHY], [])


def test_the_suspension_that_came_of_it_is_appealed_there_too(open_town: Town, anybody: Phone) -> None:
    for day in ("2026-03-11", "2026-03-12", "2026-03-13"):
        missed(open_town, day=day)
    now = at("2026-03-13 10:30")
    way = link_in("suspended")
    both = forms(text(anybody.get(way)))
    pause = next(each for each in both if each[1] == "suspension")

    assert send(anybody, pause).status_code == 302
    actions.answer_appeal(
        appeal_id=Appeal.objects.get().pk, upheld=True, answer="三天都停电，解除。", by=CLERK, now=now
    )

    page = text(anybody.get(link_in("appeal_answered")))
    assert [each[1] for each in both] == ["entry", "suspension"]
    assert ("三天都停电，解除。" in page, Suspension.objects.get().lifted_at) == (True, now)


def test_one_appeal_at_a_time_and_a_second_tap_is_the_first(open_town: Town, anybody: Phone) -> None:
    missed(open_town)
    form = forms(text(anybody.get(link_in("no_show"))))[0]

    send(anybody, form)
    send(anybody, form, "再说一次")

    assert [each.text for each in Appeal.objects.all()] == [WHY]


def test_without_a_word_the_form_says_so_and_stays(open_town: Town, anybody: Phone) -> None:
    missed(open_town)
    way = link_in("no_show")
    form = forms(text(anybody.get(way)))[0]

    answer = send(anybody, form, " ")

    assert (answer.status_code, len(forms(text(answer))), Appeal.objects.count()) == (422, 1, 0)
    assert "写几句当时的情况" in text(answer)


@pytest.mark.parametrize("gone", ["forgiven", "time over"])
def test_nothing_is_offered_that_would_be_refused(open_town: Town, anybody: Phone, gone: str) -> None:
    row = missed(open_town)
    way = link_in("no_show")
    form = forms(text(anybody.get(way)))[0]
    if gone == "forgiven":
        actions.forgive(entry_id=int(form[2]), why="停电", by=CLERK, now=at("2026-03-11 11:00"))
    else:
        stop_the_clock(row.ends_at + timedelta(days=16))

    page = text(anybody.get(way))

    assert (forms(page), "申诉" in page) == ([], False)
    assert send(anybody, form).status_code == 409


def test_nobody_appeals_for_another_booking_or_without_its_key(open_town: Town, anybody: Phone) -> None:
    first, second = missed(open_town), missed(open_town, day="2026-03-12")
    key = link_key(first.code, first.link_turn)
    other = str(LedgerEntry.objects.get(appointment=second).pk)
    own = str(LedgerEntry.objects.get(appointment=first).pk)

    answers = [
        send(anybody, (f"/a/{first.code}/appeal?k={key}", "entry", other)).status_code,
        send(anybody, (f"/a/{first.code}/appeal?k=AAAAAAAAAAAA", "entry", own)).status_code,
        send(sign_in(open_town, 2), (f"/a/{first.code}/appeal", "entry", own)).status_code,
    ]

    assert (answers, Appeal.objects.count()) == ([404, 404, 404], 0)


@pytest.mark.parametrize("struck", ["agent", "client"])
def test_of_what_an_agent_booked_only_who_is_struck_appeals(
    open_town: Town,
    agents: Any,  # noqa: F811
    client: Any,  # noqa: F811
    struck: str,
) -> None:
    sent = links()
    code = Appointment.objects.get().code
    way = {"client": sent[client.phone], "agent": sent["+8613900000077"]}
    if struck == "agent":
        stop_the_clock(at("2026-03-11 10:30"))
        actions.sweep_no_shows(now=at("2026-03-11 10:30"))
    else:
        actions.cancel(code=code, by=Actor(ActorKind.CITIZEN, f"client-{code}"), now=TUESDAY_NINE)

    offered = {who: [each[1] for each in forms(text(Phone(browser()).get(link)))] for who, link in way.items()}

    assert offered == {"agent": [], "client": []} | {struck: ["entry"]}
    assert LedgerEntry.objects.get().person_id == open_town.person(CLIENT).pk
