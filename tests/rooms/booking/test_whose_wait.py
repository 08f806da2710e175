"""A person's own wait goes before their agent's, and an agent's ends with its mandate."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions
from banshi.rooms.booking.models import Appointment, Hold, Slot, Waiting
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Account, Agent
from banshi.rooms.messaging.models import Message
from tests.agents import account_of, agent
from tests.rooms.booking.test_agents import TODAY, mandate
from tests.rooms.booking.test_place import book
from tests.rooms.booking.test_waiting import WEDNESDAY, freed, state
from tests.together import together
from tests.town import CLERK, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
LATER = TUESDAY_NINE + timedelta(minutes=5)
CLIENT = 2


def proven(town: Town, person: int = CLIENT) -> Account:
    """The account that the client is, by their card."""
    who = account_of("13900000002")
    Account.objects.filter(pk=who.pk).update(person=town.person(person), person_evidence=Evidence.CHIP)
    return who


def citizen(account_id: int | None) -> Actor:
    return Actor(ActorKind.CITIZEN, str(account_id))


def join(town: Town, account_id: int | None, *, now: Any = TUESDAY_NINE, person: int = CLIENT) -> Waiting:
    return actions.join_waiting(
        hall=town.hall, item_code="pension", day=WEDNESDAY, person_id=town.person(person).pk, by=citizen(account_id),
        now=now, account_id=account_id,
    )  # fmt: skip


def slug(act: Any, *args: Any, **more: Any) -> str:
    try:
        act(*args, **more)
    except Refused as no:
        return no.slug
    return "done"


@pytest.fixture
def full(town: Town) -> Slot:
    slot = town.slot(quota=1)
    book(town, slot, 1)
    return slot


@pytest.fixture
def his(town: Town, full: Slot) -> tuple[Agent, Any, Waiting]:
    """An agent with a mandate waits for the client."""
    one = agent()
    given = mandate(one, town, CLIENT)
    return one, given, join(town, one.account_id)


def told() -> list[str]:
    """Where an offer goes that has not been taken back."""
    rows = Message.objects.filter(key="waiting_offer").exclude(state="dropped").order_by("id")
    return [str(each.to) for each in rows]


def test_whoever_asks_themselves_has_the_turn_and_the_offer_their_agent_had(town: Town, full: Slot, his: Any) -> None:
    one, _, waits = his
    me = proven(town)

    mine = join(town, me.pk, now=LATER)
    again = join(town, me.pk, now=LATER)
    freed(town, full, now=LATER)

    assert (mine.pk, mine.account_id, mine.made_at) == (again.pk, me.pk, TUESDAY_NINE)
    assert (state(waits), state(mine), told()) == ("handed", "offered", [me.phone])
    assert slug(take, mine, me.pk) == "done"
    assert Appointment.objects.get(state="booked").account_id == me.pk


def take(one: Waiting, account_id: int | None) -> Appointment:
    return actions.take_offer(waiting_id=one.pk, source="web", by=citizen(account_id), now=LATER, account_id=account_id)


def test_what_is_offered_to_the_agent_is_theirs_who_asks_themselves(town: Town, full: Slot, his: Any) -> None:
    one, _, waits = his
    me = proven(town)
    freed(town, full)
    before = (state(waits), told())

    mine = join(town, me.pk, now=LATER)

    assert before == ("offered", [account_of("13900000077").phone])
    assert (state(waits), state(mine), told()) == ("handed", "offered", [me.phone])
    assert Hold.objects.get(ended_at=None).account_id == me.pk
    assert slug(take, waits, one.account_id) == "wrong-state"
    assert slug(take, mine, me.pk) == "done"
    assert (state(mine), Slot.objects.get(pk=full.pk).taken) == ("taken", 1)


@pytest.mark.parametrize("over", ["taken", "lapsed", "left", "closed", "handed"])
def test_an_entry_that_is_over_is_in_nobodys_way(town: Town, his: Any, over: str) -> None:
    _, _, waits = his
    Waiting.objects.filter(pk=waits.pk).update(state=over)

    mine = join(town, proven(town).pk, now=LATER)

    assert (mine.state, mine.made_at, state(waits)) == ("waiting", LATER, over)


def test_an_agent_is_told_that_its_client_waits_already(town: Town, full: Slot) -> None:
    one, other, me = agent(), agent(phone="13900000078"), proven(town)
    for each in (one, other):
        mandate(each, town, CLIENT)
    mine = join(town, me.pk)

    second = slug(join, town, one.account_id)
    actions.leave_waiting(waiting_id=mine.pk, by=citizen(me.pk), now=TUESDAY_NINE)
    third, fourth = slug(join, town, one.account_id), slug(join, town, other.account_id)

    assert (second, third, fourth) == ("wrong-state", "done", "wrong-state")
    assert list(Waiting.objects.filter(state="waiting").values_list("account_id", flat=True)) == [one.account_id]


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_of_a_client_and_two_agents_who_ask_together_the_client_waits(committed_town: Town) -> None:
    town, me = committed_town, proven(committed_town)
    book(town, town.slot(quota=1), 1)
    agents = [agent(), agent(phone="13900000078")]
    for each in agents:
        mandate(each, town, CLIENT)
    accounts = [me.pk, *(each.account_id for each in agents)] * 2

    results = together(len(accounts), lambda i: slug(join, town, accounts[i]))

    assert results[0] == results[3] == "done"
    assert {*results} <= {"done", "wrong-state"}
    standing = Waiting.objects.filter(state__in=["waiting", "offered"])
    assert list(standing.values_list("account_id", "limit_key")) == [(me.pk, "")]


def test_who_is_proven_after_asking_has_one_place_in_the_line(town: Town, full: Slot) -> None:
    me = account_of("13900000002")
    declared = join(town, me.pk)
    proven(town)

    mine = join(town, me.pk, now=LATER)

    assert (state(declared), mine.limit_key, mine.made_at) == ("handed", "", TUESDAY_NINE)


# --- The mandate is over ------------------------------------------------------------------------------------------


def ends(how: str, given: Any, one: Agent) -> Any:
    """:returns: when it is looked after."""
    if how == "ended":
        identity.end_mandate(mandate_id=given.pk, by=CLERK, now=TUESDAY_NINE)
    elif how == "suspended":
        identity.suspend_agent(agent_id=one.pk, by=CLERK, now=TUESDAY_NINE)
    else:
        given.valid_until = TODAY - timedelta(days=1)
        given.save()
    return LATER


@pytest.mark.parametrize("how", ["ended", "suspended", "run out"])
@pytest.mark.parametrize("offered", [False, True])
def test_a_wait_goes_to_the_clients_account_when_the_mandate_is_over(
    town: Town, full: Slot, his: Any, how: str, offered: bool
) -> None:
    one, given, waits = his
    me = proven(town)
    if offered:
        freed(town, full)
    now = ends(how, given, one)

    kept = [
        slug(take, waits, one.account_id),
        slug(actions.leave_waiting, waiting_id=waits.pk, by=citizen(one.account_id), now=now),
    ]
    moved = [actions.hand_back(now=now), actions.hand_back(now=now)]

    mine = Waiting.objects.get(account_id=me.pk)
    assert kept == ["mandate-missing" if offered else "wrong-state", "mandate-missing"]
    assert (moved, state(waits), state(mine)) == ([1, 0], "handed", "offered" if offered else "waiting")
    assert (mine.made_at, told()) == (TUESDAY_NINE, [me.phone] if offered else [])


@pytest.mark.parametrize("how", ["ended", "suspended", "run out"])
def test_without_an_account_of_the_clients_it_ends_or_rests_and_the_next_is_asked(
    town: Town, full: Slot, his: Any, how: str
) -> None:
    one, given, waits = his
    freed(town, full)
    next_one = join(town, account_of("13900000003").pk, now=LATER, person=3)
    now = ends(how, given, one)

    looked = [actions.hand_back(now=now), actions.hand_back(now=now)]

    assert looked == [1, 0]
    assert (state(waits), state(next_one)) == ("waiting" if how == "suspended" else "left", "offered")
    assert Slot.objects.get(pk=full.pk).taken == 1
    client = [each.to for each in Message.objects.filter(key="waiting_over")]
    assert client == ([] if how == "suspended" else [town.person(CLIENT).phone])


def test_a_wait_that_rested_while_the_agent_was_suspended_has_its_turn_again(town: Town, full: Slot, his: Any) -> None:
    one, _, waits = his
    join(town, account_of("13900000003").pk, now=LATER, person=3)
    identity.suspend_agent(agent_id=one.pk, by=CLERK, now=LATER)
    actions.hand_back(now=LATER)
    identity.restore_agent(agent_id=one.pk, by=CLERK, now=LATER)

    freed(town, full, now=LATER)

    assert (state(waits), told()) == ("offered", [account_of("13900000077").phone])


@pytest.mark.parametrize(("how", "why"), [("ended", "你的代办委托结束了"), ("suspended", "大厅停用了你的代办人")])
def test_the_client_is_told_that_the_wait_is_theirs(town: Town, full: Slot, his: Any, how: str, why: str) -> None:
    me = proven(town)

    actions.hand_back(now=ends(how, his[1], his[0]))

    message = Message.objects.get(key="waiting_yours")
    assert (message.to, json.loads(message.sealed or "{}")["reason_zh"]) == (me.phone, why)


@pytest.mark.parametrize("how", ["ended", "suspended", "run out"])
def test_nothing_is_offered_under_a_mandate_that_is_over_and_the_client_can_ask(
    town: Town, full: Slot, his: Any, how: str
) -> None:
    one, given, waits = his
    now = ends(how, given, one)
    freed(town, full, now=now)
    between = (state(waits), Slot.objects.get(pk=full.pk).taken)
    book(town, full, 1)

    mine = join(town, proven(town).pk, now=now)

    assert between == ("waiting", 0)
    assert (state(waits), mine.state, mine.made_at) == ("handed", "waiting", TUESDAY_NINE)


# --- An earlier place ---------------------------------------------------------------------------------------------


def test_an_earlier_place_is_told_to_whoever_asked_for_it_themselves(town: Town, full: Slot) -> None:
    one, me = agent(), proven(town)
    mandate(one, town, CLIENT)
    later = town.slot(quota=1, starts=at("2026-03-13 09:00"))
    row = book(town, later, CLIENT, account_id=one.account_id, by=citizen(one.account_id))
    his = actions.join_earlier(code=row.code, by=citizen(one.account_id), now=TUESDAY_NINE)
    freed(town, full)

    mine = actions.join_earlier(code=row.code, by=citizen(me.pk), now=LATER)

    sent = Message.objects.filter(key="earlier_offer").exclude(state="dropped")
    assert (mine.pk, state(mine), mine.account_id) == (his.pk, "offered", me.pk)
    assert [str(each.to) for each in sent] == [me.phone]


def test_after_the_mandate_an_earlier_place_is_told_to_the_client(town: Town, full: Slot) -> None:
    one, me = agent(), proven(town)
    given = mandate(one, town, CLIENT)
    later = town.slot(quota=1, starts=at("2026-03-13 09:00"))
    row = book(town, later, CLIENT, account_id=one.account_id, by=citizen(one.account_id))
    his = actions.join_earlier(code=row.code, by=citizen(one.account_id), now=TUESDAY_NINE)
    identity.end_mandate(mandate_id=given.pk, by=CLERK, now=TUESDAY_NINE)

    freed(town, full)

    assert (state(his), [str(each.to) for each in Message.objects.filter(key="earlier_offer")]) == (
        "offered",
        [me.phone],
    )
