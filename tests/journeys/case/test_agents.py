"""A case by an agent: who is told, who fetches the result, and a letter that ends while somebody acts by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from banshi.journeys.case import at_window, conclude
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.documents import generate_resident_id
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import facts_of
from banshi.rooms.catalogue.models import Item
from banshi.rooms.delivery.models import Delivery
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import PaperMandate, Person
from banshi.rooms.messaging.models import Message
from tests.agents import agent
from tests.letters import asked, letter, ref
from tests.matters import Matters
from tests.together import together
from tests.town import CLERK, TUESDAY_NINE

pytestmark = pytest.mark.django_db
AGENT, CLIENTS = "+8613800130002", "+8613900139009"


def opening(row: PaperMandate) -> dict[str, Any]:
    return {"channel": "window", "account_id": None, "contact": AGENT, "mandate": ref(row)}


def agent_of(matters: Matters) -> Person:
    return matters.town.person(2)


def ready(matters: Matters, **terms: Any) -> tuple[Case, PaperMandate]:
    """Opened by an agent, granted, made and laid ready."""
    row = letter(agent_of(matters), matters.person, **terms)
    case = matters.decided(**opening(row))
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    return conclude.shelve(case_no=case.no, place="A-3", by=matters.by["issuer"], now=TUESDAY_NINE), row


def fetched(matters: Matters, case: Case, who: Person, seen: conclude.Letter | None = None, code: str = "") -> Case:
    code = code or Delivery.objects.get(case=case).code
    return conclude.hand_to_agent(
        case_no=case.no, code=code, agent=asked(who), letter=seen, by=matters.by["issuer"], now=TUESDAY_NINE
    )


def slug(act: Any, *args: Any) -> str:
    with pytest.raises(Refused) as refused:
        act(*args)
    return refused.value.slug


def test_agent_and_client_are_told_and_only_who_may_fetch_gets_the_code(matters: Matters) -> None:
    Person.objects.filter(pk=matters.person.pk).update(phone=CLIENTS, phone_evidence=3)

    case, _row = ready(matters)

    told = {each.to: each.sealed is not None for each in Message.objects.filter(key="case_ready", channel="")}
    assert (told, case.phase) == ({AGENT: False, CLIENTS: True}, "ready")


def test_the_cases_own_agent_fetches_with_the_code_and_stands_on_the_receipt(matters: Matters) -> None:
    case, row = ready(matters, fetches=True, kind="notarised", number="2026-77")

    wrong = slug(fetched, matters, case, agent_of(matters), None, "00000000x")
    done = fetched(matters, case, agent_of(matters))

    went = Delivery.objects.get()
    receipt = facts_of(done.papers.get(kind="delivery_receipt"))
    assert (wrong, done.phase, went.by_what) == ("code-wrong", "closed", "agent")
    assert (went.fetched_by_id, went.fetch_mandate) == (row.agent_id, f"p{row.pk}")
    assert (receipt.taker, receipt.mandate) == (agent_of(matters).name, "公证委托书 2026-77")
    facts = Entry.objects.get(action="handed-over").facts
    assert (facts["agent_person"], facts["mandate"]) == (row.agent_id, f"p{row.pk}")


def test_an_agent_whose_letter_does_not_say_so_fetches_nothing(matters: Matters) -> None:
    Person.objects.filter(pk=matters.person.pk).update(phone=CLIENTS, phone_evidence=3)
    case, _row = ready(matters)

    assert slug(fetched, matters, case, agent_of(matters)) == "mandate-missing"
    assert slug(fetched, matters, case, matters.town.person(3)) == "mandate-missing"


def test_another_one_fetches_by_a_letter_that_lies_there(matters: Matters) -> None:
    case, _row = ready(matters, fetches=True)
    seen = conclude.Letter("written", "", TUESDAY_NINE.date())
    over = conclude.Letter("written", "", TUESDAY_NINE.date() - timedelta(days=1))

    assert slug(fetched, matters, case, matters.town.person(3), over) == "invalid"
    assert fetched(matters, case, matters.town.person(3), seen).phase == "closed"
    assert PaperMandate.objects.latest("id").items == [case.item.code]


def test_a_letter_that_ended_opens_no_result(matters: Matters) -> None:
    case, row = ready(matters, fetches=True)
    identity.end_letter(letter_id=row.pk, by=CLERK, now=TUESDAY_NINE)

    assert slug(fetched, matters, case, agent_of(matters)) == "mandate-missing"
    assert Delivery.objects.get().state == "ready"


def test_agent_and_mandate_stand_in_a_case_together_or_not_at_all(matters: Matters) -> None:
    case = matters.opened()
    row = letter(agent_of(matters), matters.person)

    for wrong in ({"masked_agent": "王*"}, {"letter_id": row.pk}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(**wrong)


def test_nobody_acts_by_the_letter_of_somebody_else(matters: Matters) -> None:
    row = letter(agent_of(matters), matters.town.person(3))

    with pytest.raises(Refused) as refused:
        matters.opened(**opening(row))

    assert refused.value.slug == "mandate-missing"


def test_nobody_under_eighteen_gives_a_letter_or_acts_by_one(matters: Matters) -> None:
    born = TUESDAY_NINE.date().replace(year=TUESDAY_NINE.year - 18)
    child, grown = (
        replace(asked(matters.person), id_number=generate_resident_id("441900", day, 11))
        for day in (born + timedelta(days=1), born)
    )
    other = asked(agent_of(matters))

    def given(client: Any, acts: Any) -> PaperMandate:
        until = TUESDAY_NINE.date() + timedelta(days=9)
        return identity.record_letter(
            agent=acts, client=client, kind="written", valid_until=until, by=CLERK, now=TUESDAY_NINE
        )

    assert [slug(given, child, other), slug(given, other, child)] == ["invalid", "invalid"]
    assert given(grown, other).pk


def test_a_registered_agents_case_keeps_the_mandate_it_was_opened_by(matters: Matters) -> None:
    acting, client = agent(), matters.town.person(4)
    given = identity.give_mandate(
        agent_id=acting.pk, name=client.name, id_type=client.id_type, id_number=client.id_number, paper="委托书",
        valid_until=TUESDAY_NINE.date() + timedelta(days=30), by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip
    by = Actor(ActorKind.CITIZEN, str(acting.books_as))
    opening = cases.Opening(
        hall=matters.town.hall, item_code="pension", person_id=client.pk, channel="web", account_id=acting.books_as
    )
    case = cases.open_case(opening, by=by, now=TUESDAY_NINE)

    Item.objects.filter(code="pension").update(agent_allowed=False)
    with pytest.raises(Refused) as in_person:
        cases.open_case(replace(opening, anyway=True), by=by, now=TUESDAY_NINE)

    assert (case.mandate_id, case.letter_id, case.agent) == (given.pk, None, acting.name)
    assert in_person.value.slug == "agent-not-allowed"


@pytest.mark.django_db(transaction=True)
def test_a_letter_ended_while_it_is_received_by_comes_before_or_after(committed_matters: Matters) -> None:
    matters = committed_matters
    row = letter(agent_of(matters), matters.person)
    case = matters.opened(**opening(row))
    counted = [cases.Counted(code) for code in ("id", "lease", "photo")]
    brought = at_window.Brought(phase="draft", counted=counted, by_agent=True)

    def receive(_i: int) -> str:
        try:
            at_window.receive(case_no=case.no, brought=brought, by=matters.by["receiver"], now=TUESDAY_NINE)
        except Refused as refused:
            return refused.slug
        return "received"

    def act(i: int) -> str:
        if i:
            return receive(i)
        identity.end_letter(letter_id=row.pk, by=CLERK, now=TUESDAY_NINE)
        return "ended"

    ended, received = together(2, act)

    case.refresh_from_db()
    assert ended == "ended"
    assert (received, case.phase) in {("received", "received"), ("mandate-missing", "draft")}
    assert receive(1) in {"mandate-missing", "wrong-state"}
