"""The client of an agent has a link of their own to what was booked for them: on their telephone, and on no later one."""

from __future__ import annotations

import re
from typing import Any

import pytest

from banshi.journeys.person import own_phone, tell_mandates
from banshi.journeys.visit import check_in as arriving
from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment, LedgerEntry
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Account, Mandate
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from tests.agents import agent as an_agent
from tests.rooms.booking.test_agents import books, mandate
from tests.rooms.booking.test_whose_wait import CLIENT, proven
from tests.rooms.messaging.test_outbox import Spy
from tests.surfaces.citizen.conftest import Phone, browser
from tests.town import CLERK, TUESDAY_NINE, Town, at

AGENTS = "+8613900000077"


@pytest.fixture
def client(open_town: Town) -> Account:
    return proven(open_town)


@pytest.fixture
def agents(open_town: Town, client: Account) -> Any:
    one = an_agent()
    mandate(one, open_town, CLIENT)
    assert books(open_town, one, open_town.slot(quota=20, starts=at("2026-03-11 09:00")), CLIENT) == "done"
    return one


def links() -> dict[str, str]:
    """By telephone, the last address of the appointment that went out to it."""
    spy = Spy()
    tell_mandates.tell(now=TUESDAY_NINE)
    messaging.drain(channels={"sms": spy, "wechat": spy}, now=TUESDAY_NINE)
    return {to: found.group() for to, text, _ in spy.sent if (found := re.search(r"/a/\w+\?k=\w+", text))}


@pytest.fixture
def sent(agents: Any) -> dict[str, str]:
    return links()


def cancelled_and_booked_again(link: str, agents: Any) -> Appointment:
    booking.cancel(
        code=Appointment.objects.get().code, by=Actor(ActorKind.CITIZEN, str(agents.account_id)), now=TUESDAY_NINE
    )
    path, _, key = link.partition("?")
    answer = Phone(browser()).client.post(f"{path}/rebook?{key}")
    assert answer.status_code == 302, answer.content.decode()
    assert Phone(browser()).client.get(answer["Location"]).status_code == 200
    return Appointment.objects.get(state="booked")


def test_agent_and_client_have_links_of_their_own_which_open_the_same(
    sent: dict[str, str], client: Account, agents: Any
):
    theirs, the_agents = sent[client.phone], sent[AGENTS]

    assert theirs != the_agents
    pages = [Phone(browser()).client.get(each) for each in (theirs, the_agents)]
    assert [page.status_code for page in pages] == [200, 200]
    # Every step keeps the key it came with.
    onward = re.findall(r"/a/\w+/cancel\?k=\w+", pages[0].content.decode())
    assert {each.partition("?")[2] for each in onward} == {theirs.partition("?")[2]}


def test_what_the_client_books_again_by_their_own_link_is_theirs(sent: dict[str, str], client: Account, agents: Any):
    again = cancelled_and_booked_again(sent[client.phone], agents)

    assert (again.account_id, again.contact) == (client.pk, client.phone)


def test_what_the_agent_books_again_by_its_link_is_the_agents(sent: dict[str, str], client: Account, agents: Any):
    again = cancelled_and_booked_again(sent[AGENTS], agents)

    assert (again.account_id, again.contact) == (agents.account_id, AGENTS)


def test_with_another_telephone_proven_the_clients_link_of_before_opens_nothing(
    sent: dict[str, str], client: Account, agents: Any
):
    Account.objects.filter(pk=client.pk).update(
        phone="+8613900000003", phone_index=identity.number_index("13900000003")
    )

    opened = [Phone(browser()).client.get(sent[str(each)]).status_code for each in (client.phone, AGENTS)]

    assert opened == [404, 200]


def test_after_the_mandate_the_clients_link_steers_and_the_agents_does_not(
    sent: dict[str, str], client: Account, agents: Any
):
    identity.end_mandate(mandate_id=Mandate.objects.get().pk, by=CLERK, now=TUESDAY_NINE)
    path, _, _ = sent[client.phone].partition("?")
    answers = [
        Phone(browser()).client.post(f"{path}/cancel?{sent[str(each)].partition('?')[2]}").status_code
        for each in (AGENTS, client.phone)
    ]

    assert (answers, Appointment.objects.get().state) == ([409, 302], "cancelled")


@pytest.mark.parametrize("stands", [True, False])
def test_a_number_told_to_an_agent_whose_mandate_stands_stays_told_to_it(
    open_town: Town, client: Account, agents: Any, stands: bool
):
    row = Appointment.objects.get()
    arriving.check_in(
        hall=open_town.hall, found=row, limit_key="", by=CLERK, now=at("2026-03-11 08:50"), channel="kiosk", lane=""
    )
    if not stands:
        identity.end_mandate(mandate_id=Mandate.objects.get().pk, by=CLERK, now=at("2026-03-11 08:51"))
    index, now = identity.number_index(str(client.phone)), at("2026-03-11 08:52")
    told = own_phone.told_elsewhere(person_id=row.person_id, phone_index=index, now=now)
    before = Ticket.objects.get()

    tickets.send_to(person_id=row.person_id, phone=str(client.phone), by=CLERK, now=now)

    after = Ticket.objects.get()
    assert (told > 0, after.ref != before.ref, after.phone_index == index) == (not stands,) * 3


@pytest.mark.parametrize("way", ["signed in", "by their link", "by the agent's link"])
def test_what_is_cancelled_on_the_page_counts_on_whoever_pressed(
    sent: dict[str, str], client: Account, agents: Any, way: str
):
    row = Appointment.objects.get()
    browsing = browser()
    key = ""
    if way == "signed in":
        session = browsing.session
        session["account"] = client.pk
        session.save()
    else:
        key = f"?{sent[str(client.phone) if way == 'by their link' else AGENTS].partition('?')[2]}"

    answer = browsing.post(f"/a/{row.code}/cancel{key}")

    whose = f"account:{agents.account_id}" if way == "by the agent's link" else f"person:{row.person_id}"
    assert (answer.status_code, list(LedgerEntry.objects.values_list("party", flat=True))) == (302, [whose])


@pytest.mark.parametrize("act", ["cancel", "move", "rebook"])
def test_the_client_acts_on_the_whole_visit_with_one_hand(open_town: Town, client: Account, act: str) -> None:
    """By the link on their telephone; the second matter was written down as the agent's doing, and struck the agent."""
    one = an_agent()
    mandate(one, open_town, CLIENT)
    open_town.slot(quota=20, business="cat:B", starts=at("2026-03-11 09:00"))
    visit = booking.place_several(
        slot_id=open_town.slot(quota=20, starts=at("2026-03-11 09:00")).pk, item_codes=["pension", "id-card"],
        person_id=open_town.person(CLIENT).pk, source="web", by=Actor(ActorKind.CITIZEN, str(one.account_id)),
        now=TUESDAY_NINE, account_id=one.account_id,
    )  # fmt: skip
    later = open_town.slot(quota=20, starts=at("2026-03-12 09:00"))
    open_town.slot(quota=20, business="cat:B", starts=at("2026-03-12 09:00"))
    link = links()[client.phone]
    path, _, key = link.partition("?")

    phone = browser()
    if act == "rebook":
        phone.post(f"{path}/cancel?{key}")
    phone.post(f"{path}/{act}?{key}", {"slot": later.pk} if act == "move" else {})

    rows = [Appointment.objects.get(pk=row.pk) for row in visit]
    if act == "cancel":
        assert [row.cancelled_by for row in rows] == [f"citizen:client-{row.code}" for row in rows]
        assert set(LedgerEntry.objects.values_list("party", flat=True)) == {f"person:{rows[0].person_id}"}
    elif act == "move":
        hands = [row.moved.get().by for row in rows]
        assert hands == [f"citizen:client-{row.code}" for row in rows]
    else:
        again = Appointment.objects.filter(state="booked")
        assert (len(again), len({(row.holder, row.account_id) for row in again})) == (2, 1)
        assert again[0].account_id != one.account_id
    tell_mandates.tell(now=TUESDAY_NINE)
    assert not Message.objects.filter(key__in=["agent_cancelled", "agent_moved"]).exists()
