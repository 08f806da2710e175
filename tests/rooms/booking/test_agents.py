"""Registered agents: they book for clients by mandate, under limits of their own; strikes fall on them, not on clients."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.documents import IdType
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.booking import actions
from banshi.rooms.booking.models import Appointment, LedgerEntry, Suspension, Waiting
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Account, Agent, Mandate, Person
from banshi.rooms.identity.queries import people_of
from banshi.rooms.messaging.models import Message
from tests.agents import agent
from tests.rooms.booking.test_place import book
from tests.rooms.booking.test_who_books import AFTER, miss, place, slug_of
from tests.together import together
from tests.town import CLERK, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
TODAY = TUESDAY_NINE.date()


def mandate(of: Agent, town: Town, i: int, **more: Any) -> Mandate:
    who = town.person(i)
    asked = {"valid_until": TODAY + timedelta(days=30), "paper": "委托书"}
    return identity.give_mandate(
        agent_id=of.pk, name=who.name, id_type=IdType(who.id_type), id_number=who.id_number, by=CLERK, now=TUESDAY_NINE,
        **asked | more,
    )  # fmt: skip


def books(town: Town, of: Agent, slot: Any, i: int, **more: Any) -> str:
    by = Actor(ActorKind.CITIZEN, str(of.account_id))
    return slug_of(place, town, slot, i, by=by, account_id=of.account_id, **more)


def test_an_agent_books_for_many_clients_in_one_period(town: Town) -> None:
    one, slot = agent(), town.slot(quota=20)
    for i in range(1, 9):
        mandate(one, town, i)

    assert [books(town, one, slot, i) for i in range(1, 9)] == ["done"] * 8


def test_its_own_limits_hold_for_a_day_and_in_all(town: Town) -> None:
    one = agent(live_most=4, day_most=3)
    early, late = town.slot(quota=20), town.slot(quota=20, starts=at("2026-03-11 14:00"))
    next_day = town.slot(quota=20, starts=at("2026-03-12 09:00"))
    for i in range(1, 8):
        mandate(one, town, i)

    same_day = [books(town, one, slot, i) for i, slot in ((1, early), (2, early), (3, late), (4, late))]
    after = [books(town, one, next_day, i) for i in (5, 6)]

    assert same_day == ["done", "done", "done", "limit-day"]
    assert after == ["done", "limit-live"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_ten_hands_of_one_agent_take_exactly_its_limit(committed_town: Town) -> None:
    town, one = committed_town, agent(live_most=3)
    slot = town.slot(quota=20)
    for i in range(1, 11):
        mandate(one, town, i)

    results = together(10, lambda i: books(town, one, slot, i + 1))

    assert sorted(results) == ["done"] * 3 + ["limit-live"] * 7


def test_without_a_mandate_for_this_matter_and_day_nothing_is_booked(town: Town) -> None:
    one, slot = agent(), town.slot(quota=20)
    mandate(one, town, 1, items=["medical"])
    mandate(one, town, 2, valid_until=TODAY + timedelta(days=1))
    ended = mandate(one, town, 3)
    identity.end_mandate(mandate_id=ended.pk, by=CLERK, now=TUESDAY_NINE)
    tomorrow = TUESDAY_NINE + timedelta(days=1)
    later = town.slot(quota=20, starts=at("2026-03-12 09:00"))

    found = [
        books(town, one, slot, 1),
        books(town, one, slot, 1, item="medical"),
        books(town, one, slot, 2),
        books(town, one, later, 2, now=tomorrow),  # the day after its last
        books(town, one, slot, 3),
        books(town, one, slot, 4),
    ]

    assert found == ["mandate-missing", "done", "done", "mandate-missing", "mandate-missing", "mandate-missing"]


def test_what_an_agent_books_counts_together_with_what_stands_for_the_client(town: Town) -> None:
    """The hall saw the mandate, so the client has one visit a half day, whoever books it."""
    one, other = agent(), agent(phone="13900000078")
    slot, later = town.slot(quota=20), town.slot(quota=20, starts=at("2026-03-11 10:00"))
    for each in (one, other):
        mandate(each, town, 1)

    assert [books(town, one, slot, 1), books(town, other, later, 1)] == ["done", "limit-half-day"]
    assert Appointment.objects.get().limit_key == ""


def test_strikes_fall_on_the_agent_and_not_on_its_clients(town: Town) -> None:
    one = agent()
    clients = iter((1, 2, 3))
    for i in (1, 2, 3):
        mandate(one, town, i)

    miss(town, lambda slot: books(town, one, slot, next(clients)))

    party = f"account:{one.account_id}"
    after = town.slot(quota=9, starts=at("2026-03-16 09:00"))
    assert set(LedgerEntry.objects.values_list("party", flat=True)) == {party}
    assert set(Suspension.objects.values_list("party", flat=True)) == {party}
    assert books(town, one, after, 1, now=AFTER) == "suspended"
    assert book(town, after, 1, by=CLERK, now=AFTER).state == "booked"


@pytest.mark.parametrize(
    ("how", "counts"),
    [
        ("ended before", False),
        ("suspended", False),
        ("for another matter", False),
        ("ended after", True),
        ("own", True),
    ],
)
def test_who_may_cancel_no_more_is_not_struck(town: Town, how: str, counts: bool) -> None:
    one, slot = agent(), town.slot(quota=9)  # Wednesday nine to ten
    given = mandate(one, town, 1)
    if how == "own":
        Account.objects.filter(pk=one.account_id).update(person=town.person(1), person_evidence=2)
    books(town, one, slot, 1)
    if how.startswith("ended"):
        when = at("2026-03-10 12:00") if how == "ended before" else at("2026-03-11 10:00")
        identity.end_mandate(mandate_id=given.pk, by=CLERK, now=when)
    elif how == "suspended":
        identity.suspend_agent(agent_id=one.pk, by=CLERK, now=TUESDAY_NINE)
    elif how != "own":
        Mandate.objects.filter(pk=given.pk).update(items=["medical"])

    actions.sweep_no_shows(now=at("2026-03-11 12:00"))

    entry = LedgerEntry.objects.get()
    assert (entry.forgiven_at is None) == counts
    assert Message.objects.filter(key="no_show").exists() == counts


def test_a_suspended_agent_is_an_account_like_any_other(town: Town) -> None:
    one, slot = agent(), town.slot(quota=20)
    for i in range(1, 5):
        mandate(one, town, i)
    identity.suspend_agent(agent_id=one.pk, by=CLERK, now=TUESDAY_NINE)

    rests = [books(town, one, slot, i) for i in (1, 2, 3)]
    identity.restore_agent(agent_id=one.pk, by=CLERK, now=TUESDAY_NINE)

    assert rests == ["done", "done", "limit-period"]
    assert books(town, one, slot, 3) == "done"
    assert list(Entry.objects.filter(subject=f"agent:{one.pk}").order_by("id").values_list("action", flat=True)) == [
        "agent-registered", "agent-accepted", "agent-suspended", "agent-restored",
    ]  # fmt: skip


def test_an_agent_types_nobody_in_and_finds_its_clients_in_its_list(town: Town) -> None:
    one = agent()
    given = mandate(one, town, 1)

    with pytest.raises(Refused) as no:
        identity.add_to_account(account_id=one.account_id, person_id=town.person(2).pk, name="某", now=TUESDAY_NINE)
    mine = [each.pk for each in people_of(one.account_id)]
    identity.end_mandate(mandate_id=given.pk, by=CLERK, now=TUESDAY_NINE)

    assert (no.value.slug, mine, people_of(one.account_id)) == ("mandate-missing", [town.person(1).pk], [])


def test_an_agent_waits_for_its_clients_alone_and_is_offered_what_it_may_take(town: Town) -> None:
    one, slot = agent(live_most=1), town.slot(quota=1)
    mandate(one, town, 2)
    first = book(town, slot, 1)

    def waits(i: int) -> str:
        return slug_of(
            actions.join_waiting, hall=town.hall, item_code="pension", day=date(2026, 3, 11), now=TUESDAY_NINE,
            person_id=town.person(i).pk, by=Actor(ActorKind.CITIZEN, str(one.account_id)), account_id=one.account_id,
        )  # fmt: skip

    found = [waits(2), waits(3)]
    actions.cancel(code=first.code, by=CLERK, now=TUESDAY_NINE)

    assert found == ["done", "mandate-missing"]
    assert list(Waiting.objects.values_list("state", "limit_key")) == [("offered", "")]


@pytest.mark.parametrize(
    "wrong",
    [{"paper": " "}, {"live_most": 0}, {"day_most": 1001}, {"name": "a\u202eb"}, {"phone": "02081234567"}],
)
def test_an_agent_is_registered_with_papers_and_limits(town: Town, wrong: dict[str, Any]) -> None:
    assert slug_of(agent, **wrong) in ("invalid", "phone-invalid")
    assert Agent.objects.count() == 0


def test_a_number_is_one_agent_and_a_client_has_one_mandate(town: Town) -> None:
    one = agent()

    assert slug_of(agent) == "invalid"
    first, second = mandate(one, town, 1), mandate(one, town, 1, items=["pension"])
    first.refresh_from_db()
    assert (first.ended_at, second.ended_at) == (TUESDAY_NINE, None)


@pytest.mark.parametrize("days", [-1, 3 * 366 + 1])
def test_a_mandate_has_an_end_that_lies_ahead(town: Town, days: int) -> None:
    assert slug_of(mandate, agent(), town, 1, valid_until=TODAY + timedelta(days=days)) == "invalid"
    assert Mandate.objects.count() == 0


def steers(town: Town, of: Agent, code: str, how: str, *, by: Actor | None = None) -> str:
    """What became of it: "done", or the slug of the refusal."""
    who = by or Actor(ActorKind.CITIZEN, str(of.account_id))
    later = town.slot(starts=at("2026-03-13 09:00"), quota=20).pk if how == "move" else 0
    try:
        if how == "move":
            actions.move(code=code, slot_id=later, by=who, now=TUESDAY_NINE)
        else:
            actions.cancel(code=code, by=who, now=TUESDAY_NINE)
    except Refused as refused:
        return refused.slug
    return "done"


@pytest.mark.parametrize("how", ["cancel", "move"])
@pytest.mark.parametrize("over", ["ended", "expired", "other-matter", "suspended", "no"])
def test_who_acts_no_more_for_somebody_steers_nothing_of_theirs(town: Town, how: str, over: str) -> None:
    one, slot = agent(), town.slot(quota=20)
    given = mandate(one, town, 1)
    books(town, one, slot, 1)
    code = Appointment.objects.get().code
    if over == "ended":
        identity.end_mandate(mandate_id=given.pk, by=CLERK, now=TUESDAY_NINE)
    if over == "expired":
        Mandate.objects.update(valid_until=TODAY - timedelta(days=1))
    if over == "other-matter":
        Mandate.objects.update(items=["medical"])
    if over == "suspended":
        identity.suspend_agent(agent_id=one.pk, by=CLERK, now=TUESDAY_NINE)

    assert steers(town, one, code, how) == ("done" if over == "no" else "mandate-missing")


def test_the_hall_and_the_person_steer_what_an_agent_booked_before(town: Town) -> None:
    one, slot = agent(), town.slot(quota=20)
    given = mandate(one, town, 1)
    books(town, one, slot, 1)
    code = Appointment.objects.get().code
    identity.end_mandate(mandate_id=given.pk, by=CLERK, now=TUESDAY_NINE)

    assert steers(town, one, code, "move", by=CLERK) == "done"
    assert steers(town, one, code, "cancel", by=Actor(ActorKind.CITIZEN, "999")) == "done"


def test_a_link_ends_with_the_mandate_unless_its_telephone_is_the_clients_by_proof(town: Town) -> None:
    one, slot = agent(), town.slot(quota=20)
    for i in (1, 2):
        given = mandate(one, town, i)
        books(town, one, slot, i)
        identity.end_mandate(mandate_id=given.pk, by=CLERK, now=TUESDAY_NINE)
    theirs, clients = Appointment.objects.order_by("id")
    clients.contact, clients.contact_index = "+8613800130002", identity.number_index("+8613800130002")
    clients.save(update_fields=["contact", "contact_index"])
    Person.objects.filter(pk=clients.person_id).update(phone_index=clients.contact_index)  # proven
    links = [Actor(ActorKind.CITIZEN, f"link-{each.code}") for each in (theirs, clients)]

    assert [steers(town, one, each.code, "cancel", by=by) for each, by in zip((theirs, clients), links, strict=True)] == [
        "mandate-missing", "done",
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_of_an_end_and_a_cancellation_at_once_the_first_counts(town: Town) -> None:
    """Whichever comes second sees the other: nobody cancels under a mandate that had ended before."""
    one, slot = agent(), town.slot(quota=20)
    given = {i: mandate(one, town, i) for i in range(1, 5)}
    codes = {}
    for i in given:
        books(town, one, slot, i)
        codes[i] = Appointment.objects.get(person_id=town.person(i).pk).code

    def act(n: int) -> Any:
        i = 1 + n // 2
        if n % 2:
            return steers(town, one, codes[i], "cancel")
        return identity.end_mandate(mandate_id=given[i].pk, by=CLERK, now=TUESDAY_NINE)

    results = together(8, act)

    states = {i: Appointment.objects.get(code=codes[i]).state for i in given}
    said = {i: results[2 * (i - 1) + 1] for i in given}
    assert {i: {"done": "cancelled", "mandate-missing": "booked"}[said[i]] for i in given} == states
    assert not Mandate.objects.filter(ended_at=None).exists()
