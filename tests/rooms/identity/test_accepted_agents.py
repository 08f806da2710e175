"""An agent's number is somebody's: nothing of theirs changes until they have accepted, and what is private stays private."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.journeys.person import mandates
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Account, AccountPerson, Agent, Mandate
from banshi.rooms.identity.queries import agent_of, asked_to_act
from banshi.rooms.messaging.models import Message
from tests.agents import COMPANY, accept, account_of, agent, pension_there
from tests.rooms.booking.test_agents import books, mandate
from tests.rooms.booking.test_who_books import by_account, slug_of
from tests.together import together
from tests.town import CLERK, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
TODAY = TUESDAY_NINE.date()
PHONE = "13900000077"


def asked(**more: Any) -> Agent:
    """A hall asks the owner of the number."""
    return identity.register_agent(**COMPANY | more, by=CLERK, now=TUESDAY_NINE)


def answers(act: Any, one: Agent, account: Account, **more: Any) -> str:
    by = Actor(ActorKind.CITIZEN, str(account.pk))
    return slug_of(act, agent_id=one.pk, account_id=account.pk, by=by, now=more.get("now", TUESDAY_NINE))


def deeds(one: Agent) -> list[str]:
    return list(Entry.objects.filter(subject=f"agent:{one.pk}").order_by("id").values_list("action", flat=True))


def test_until_its_owner_accepts_nothing_changes_for_the_number(town: Town) -> None:
    mine, slot, later = account_of(PHONE), town.slot(quota=9), town.slot(quota=9, starts=at("2026-03-12 09:00"))
    first = by_account(town, slot, mine, 1)

    asked()
    booked = slug_of(by_account, town, later, mine, 1)
    listed = slug_of(
        identity.add_to_account, account_id=mine.pk, person_id=town.person(2).pk, name="某", now=TUESDAY_NINE
    )

    assert (booked, listed, agent_of(mine.pk, today=TODAY)) == ("done", "done", None)
    booking.cancel(code=first.code, by=Actor(ActorKind.CITIZEN, str(mine.pk)), now=TUESDAY_NINE)
    assert set(Appointment.objects.values_list("limit_key", flat=True)) == {f"account:{mine.pk}"}


def test_a_number_without_an_account_gets_none_by_being_asked(town: Town) -> None:
    asked(phone="13900000099")

    assert not Account.objects.filter(phone_index=identity_index("13900000099")).exists()


def identity_index(phone: str) -> str:
    from banshi.rooms.messaging.actions import phone_index

    return phone_index(f"+86{phone}")


def test_its_owner_is_told_and_the_name_is_sealed(town: Town) -> None:
    made = mandates.register(town.hall, **{k: v for k, v in COMPANY.items() if k != "hall"}, by=CLERK, now=TUESDAY_NINE)

    told = Message.objects.get(key="agent_asked")
    assert (told.to_index, told.subject, told.params) == (identity_index(PHONE), f"agent:{made.pk}", {})


def test_a_client_is_entered_once_the_agent_is_accepted(town: Town) -> None:
    one = asked()

    before = slug_of(mandate, one, town, 1)
    accept(one.pk)

    assert (before, slug_of(mandate, one, town, 1)) == ("wrong-state", "done")


def test_refused_it_leaves_nothing_but_the_trail(town: Town) -> None:
    mine, one = account_of(PHONE), asked()
    before = Account.objects.filter(pk=mine.pk).values().get()

    declined = answers(identity.decline_agent, one, mine)

    assert (declined, answers(identity.accept_agent, one, mine)) == ("done", "nothing-found")
    assert (Agent.objects.count(), Mandate.objects.count(), AccountPerson.objects.count()) == (0, 0, 0)
    assert Account.objects.filter(pk=mine.pk).values().get() == before
    assert deeds(one) == ["agent-registered", "agent-declined"]


def test_nobody_answers_for_another_number(town: Town) -> None:
    one, other = asked(), account_of("13900000078")

    said = [answers(act, one, other) for act in (identity.accept_agent, identity.decline_agent)]

    assert (said, asked_to_act(other.pk, since=TUESDAY_NINE - identity.ASKED_FOR)) == (["nothing-found"] * 2, [])
    assert Agent.objects.get().account_id is None


def test_who_has_accepted_does_not_decline_any_more_and_accepts_only_once(town: Town) -> None:
    one = agent()
    mine = Account.objects.get(pk=one.account_id)

    said = [answers(act, one, mine) for act in (identity.accept_agent, identity.decline_agent)]

    assert (said, deeds(one)) == (["done", "nothing-found"], ["agent-registered", "agent-accepted"])


def test_without_an_answer_in_two_weeks_it_is_gone(town: Town) -> None:
    mine, one, accepted = account_of(PHONE), asked(), agent(phone="13900000078")
    over = TUESDAY_NINE + identity.ASKED_FOR

    kept = identity.drop_unanswered(now=over - timedelta(seconds=1))
    late = answers(identity.accept_agent, one, mine, now=over)

    assert (kept, late, identity.drop_unanswered(now=over)) == (0, "nothing-found", 1)
    assert list(Agent.objects.values_list("id", flat=True)) == [accepted.pk]
    assert deeds(one)[-1] == "agent-lapsed"


def test_withdrawn_it_is_asked_of_nobody_until_it_goes_on(town: Town) -> None:
    mine, one = account_of(PHONE), asked()

    identity.suspend_agent(agent_id=one.pk, by=CLERK, now=TUESDAY_NINE)
    withdrawn = answers(identity.accept_agent, one, mine), asked_to_act(mine.pk, since=TUESDAY_NINE - timedelta(days=1))
    identity.restore_agent(agent_id=one.pk, by=CLERK, now=TUESDAY_NINE)

    assert withdrawn == ("nothing-found", [])
    assert answers(identity.accept_agent, one, mine) == "done"


def test_asked_again_by_the_same_hall_the_new_proposal_replaces_the_old(town: Town) -> None:
    mine, first, second = account_of(PHONE), asked(), asked(name="写对了的名字")

    assert [answers(identity.accept_agent, each, mine) for each in (first, second)] == ["nothing-found", "done"]
    assert [each.name for each in Agent.objects.all()] == ["写对了的名字"]


def test_the_very_same_proposal_asks_and_tells_nobody_again(town: Town) -> None:
    proposal = {k: v for k, v in COMPANY.items() if k != "hall"}

    made = [mandates.register(town.hall, **proposal, by=CLERK, now=TUESDAY_NINE) for _ in range(12)]

    assert (len({each.pk for each in made}), Message.objects.filter(key="agent_asked").count()) == (1, 1)
    assert deeds(made[0]) == ["agent-registered"]


def test_who_refused_is_not_asked_by_that_hall_for_a_while(town: Town) -> None:
    mine, one = account_of(PHONE), asked()
    answers(identity.decline_agent, one, mine)
    again = TUESDAY_NINE + identity.DECLINED_FOR

    with pytest.raises(Refused) as no:
        identity.register_agent(**COMPANY, by=CLERK, now=again - timedelta(seconds=1))

    assert (no.value.slug, no.value.next) == ("asked-enough", again)
    assert slug_of(asked, hall="other") == "done"
    assert identity.register_agent(**COMPANY, by=CLERK, now=again).phone == f"+86{PHONE}"


def test_all_halls_together_ask_a_number_three_times_a_week(town: Town) -> None:
    said = [slug_of(asked, hall=f"hall-{n}") for n in range(4)]
    with pytest.raises(Refused) as no:
        asked(name="换个名字")

    assert (said, no.value.next) == (["done"] * 3 + ["asked-enough"], TUESDAY_NINE + timedelta(days=7))
    assert slug_of(asked, phone="13900000098") == "done"
    late = TUESDAY_NINE + timedelta(days=7)
    assert identity.register_agent(**COMPANY, by=CLERK, now=late).hall == "town"


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_five_halls_that_ask_at_once_ask_three_times(committed_town: Town) -> None:
    said = together(5, lambda n: slug_of(asked, hall=f"hall-{n}"))

    assert sorted(said) == ["asked-enough"] * 2 + ["done"] * 3


def test_of_two_halls_that_ask_a_number_one_is_accepted(town: Town) -> None:
    mine, here, there = account_of(PHONE), asked(), asked(hall="other")

    assert [answers(identity.accept_agent, each, mine) for each in (here, there)] == ["done", "invalid"]
    assert Agent.objects.get(account=mine) == here
    assert slug_of(asked, hall="other") == "invalid"
    assert answers(identity.decline_agent, there, mine) == "done"


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_of_two_halls_accepted_at_once_one_is(committed_town: Town) -> None:
    mine, both = account_of(PHONE), [asked(), asked(hall="other")]

    said = together(2, lambda n: answers(identity.accept_agent, both[n], mine))

    assert (sorted(said), Agent.objects.filter(account=mine).count()) == (["done", "invalid"], 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_of_an_acceptance_and_a_suspension_at_once_the_account_is_like_any_other_afterwards(
    committed_town: Town,
) -> None:
    """Accepted first it is a suspended agent, withdrawn first nobody's: either way it books as a private person."""
    town, numbers = committed_town, [f"1390000008{n}" for n in range(4)]
    ones, mine = [asked(phone=each) for each in numbers], [account_of(each) for each in numbers]
    slot = town.slot(quota=9)

    def act(n: int) -> str:
        if n % 2:
            return slug_of(identity.suspend_agent, agent_id=ones[n // 2].pk, by=CLERK, now=TUESDAY_NINE)
        return answers(identity.accept_agent, ones[n // 2], mine[n // 2])

    said = together(8, act)

    accepted = [Agent.objects.get(pk=each.pk).account_id is not None for each in ones]
    assert set(said[1::2]) == {"done"}
    assert [each == "done" for each in said[::2]] == accepted
    assert Agent.objects.filter(suspended_at=None).count() == 0
    assert [slug_of(by_account, town, slot, account, 1) for account in mine] == ["done"] * 4


def its_own(account_id: int | None, town: Town, i: int) -> None:
    Account.objects.filter(pk=account_id).update(person=town.person(i), person_evidence=Evidence.CHIP)


def test_an_agents_own_person_is_its_own_and_counted_apart(town: Town) -> None:
    one, slot = agent(live_most=1), town.slot(quota=9)
    its_own(one.account_id, town, 5)
    for i in (1, 2):
        mandate(one, town, i)
    next_day = town.slot(quota=9, starts=at("2026-03-12 09:00"))

    private = books(town, one, slot, 5)
    as_agent = [books(town, one, next_day, i) for i in (1, 2)]

    assert (private, as_agent) == ("done", ["done", "limit-live"])
    assert identity_adds(one, town, 5) == "done"


def identity_adds(one: Agent, town: Town, i: int) -> str:
    return slug_of(
        identity.add_to_account, account_id=one.account_id, person_id=town.person(i).pk, name="某", now=TUESDAY_NINE
    )


def test_its_own_person_keeps_to_the_usual_caps_which_its_clients_do_not_fill(town: Town) -> None:
    town.policy(booking={"account_live": 1, "account_per_period": 1})
    one, slot = agent(), town.slot(quota=20)
    its_own(one.account_id, town, 9)
    for i in (1, 2, 3):
        mandate(one, town, i)

    as_agent = [books(town, one, slot, i) for i in (1, 2, 3)]
    private = [books(town, one, each, 9) for each in (slot, town.slot(quota=9, starts=at("2026-03-12 09:00")))]

    assert (as_agent, private) == (["done"] * 3, ["done", "limit-live"])


def test_accepted_in_one_hall_it_acts_in_another_under_the_same_mandates_and_limits(town: Town) -> None:
    one = agent(live_most=1)
    pension_there(town)
    mandate(one, town, 1)
    there = town.slot(quota=9, hall=town.other_hall)

    assert [books(town, one, there, i) for i in (2, 1)] == ["mandate-missing", "done"]
    assert books(town, one, town.slot(quota=9, starts=at("2026-03-12 09:00")), 1) == "limit-live"
