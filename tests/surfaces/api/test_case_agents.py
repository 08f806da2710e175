"""Agents in cases over the API: by reference, by person, by a letter seen now; named in answers; they fetch with a code."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from banshi.journeys.case import conclude
from banshi.kernel.documents import generate_resident_id
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.models import Delivery
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import PaperMandate, Person
from tests.letters import letter, ref
from tests.surfaces.api.casework import OPEN, Casework
from tests.surfaces.api.conftest import PERSON
from tests.together import together
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
LETTER = {"kind": "written", "valid_until": "2026-12-31"}


@pytest.fixture
def agent(work: Casework) -> Person:
    return work.matters.town.person(2)


@pytest.fixture
def client(work: Casework) -> Person:
    return identity.enrol(**{name: PERSON[name] for name in ("name", "id_type", "id_number")}, now=TUESDAY_NINE)


def said(who: Person) -> dict[str, str]:
    return {"name": who.name, "id_type": who.id_type, "id_number": who.id_number}


def told(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("type", "")


def opened(work: Casework, key: str = "receiver", **agent: Any) -> Any:
    return work.calls("post", "/cases", key, {**OPEN, "agent": agent})


def test_a_window_names_mandate_person_or_letter_and_the_answer_names_them(
    work: Casework, agent: Person, client: Person
) -> None:
    none = opened(work, person=said(agent))
    seen = opened(work, person=said(agent), letter=LETTER | {"number": "7"}, phone="13800130002")
    row = PaperMandate.objects.get()
    known = work.calls("post", "/cases", "receiver", {**OPEN, "agent": {"person": said(agent)}, "anyway": True})
    named = work.calls("post", "/cases", "receiver", {**OPEN, "agent": {"mandate": f"p{row.pk}"}, "anyway": True})

    assert (told(none), told(seen)) == ((409, "mandate-missing"), (201, ""))
    assert [each.json()["agent"]["mandate"] for each in (seen, known, named)] == [f"p{row.pk}"] * 3
    shown = seen.json()["agent"]
    assert (shown["name"], shown["how"], shown["stands"], shown["fetches"]) == (agent.masked_name, "paper", True, False)
    assert Case.objects.order_by("id")[0].contact == "+8613800130002"


def test_a_mandate_for_other_matters_is_refused_with_what_it_covers_and_whom_to_ask(
    work: Casework, agent: Person, client: Person
) -> None:
    letter(agent, client, items=["id-card"])

    refused = opened(work, person=said(agent))

    body = refused.json()["facts"]
    assert told(refused) == (409, "mandate-missing")
    assert (body["ask"]["zh"], body["last"], len(body["covers"])) == (client.masked_name, "2026-12-31", 1)


def test_a_channel_names_its_own_user_and_no_letter(work: Casework, agent: Person, client: Person) -> None:
    row = letter(agent, client)
    work.calls.keys["vouching"] = identity.create_key(name="app", scope="channel", vouches=True, now=TUESDAY_NINE)

    by_user = opened(work, "vouching", person=said(agent))
    others = [
        opened(work, "vouching", mandate=f"p{row.pk}"),
        opened(work, "vouching", person=said(agent), letter=LETTER),
        opened(work, "channel", person=said(agent)),
        opened(work, "kiosk", person=said(agent)),
    ]
    identity.end_letter(letter_id=row.pk, by=work.matters.by["receiver"], now=TUESDAY_NINE)
    late = work.calls("patch", f"/cases/{by_user.json()['case_no']}", "vouching", {"form": {}})

    assert told(by_user) == (201, "")
    assert [each.status_code for each in others] == [422, 422, 404, 422]
    assert told(late) == (409, "mandate-missing")


def test_a_letter_covers_matters_of_this_hall(work: Casework, agent: Person, client: Person) -> None:
    nowhere = opened(work, person=said(agent), letter=LETTER | {"items": ["pension", "no-such-matter"]})
    here = opened(work, person=said(agent), letter=LETTER | {"items": ["pension"]})

    assert (told(nowhere), nowhere.json()["facts"]["field"]) == ((422, "invalid"), "agent.letter.items")
    assert (told(here), PaperMandate.objects.get().items) == ((201, ""), ["pension"])


def test_the_case_bears_the_name_of_the_letter_whatever_is_typed_beside_it(
    work: Casework, agent: Person, client: Person
) -> None:
    row = letter(agent, client)

    typed = {**OPEN, "person": {**PERSON, "name": "张三疯"}, "agent": {"mandate": f"p{row.pk}"}}
    made = work.calls("post", "/cases", "receiver", typed)

    assert told(made) == (201, "")
    assert Case.objects.get().applicant == PERSON["name"]


@pytest.mark.parametrize("wrong", [{}, {"mandate": "p1", "person": {}}, {"mandate": "x1"}, {"letter": LETTER}])
def test_what_names_nobody_is_refused(work: Casework, wrong: dict[str, Any]) -> None:
    assert opened(work, **wrong).status_code == 422


def test_an_agent_fetches_with_the_code_and_anybody_else_does_not(work: Casework, agent: Person) -> None:
    matters = work.matters
    row = letter(agent, matters.person, fetches=True, valid_until=date(2026, 12, 31))
    case = matters.decided(channel="window", account_id=None, contact="13800130002", mandate=ref(row))
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    conclude.shelve(case_no=case.no, place="A-3", by=matters.by["issuer"], now=TUESDAY_NINE)
    code, at = Delivery.objects.get().code, f"/cases/{case.no}/deliver"

    wrong = work.calls("post", at, "issuer", {"code": code, "agent": {"person": said(matters.town.person(3))}})
    about = LETTER | {"items": ["id-card"], "fetches": True}
    other = work.calls("post", at, "issuer", {"code": code, "agent": {"person": said(agent), "letter": about}})
    done = work.calls("post", at, "issuer", {"code": code, "agent": {"person": said(agent)}})

    assert (told(wrong), told(other)) == ((409, "mandate-missing"), (409, "mandate-missing"))
    assert (done.status_code, done.json()["phase"], PaperMandate.objects.count()) == (200, "closed", 1)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_windows_whose_applicant_is_the_others_agent_both_open_their_case(committed_work: Casework) -> None:
    """Both people are new; entered one after the other each window would hold whom the other one needs next."""
    work = committed_work

    def people(i: int) -> list[dict[str, str]]:
        numbers = (generate_resident_id("110101", date(1980, 1, 1), 2 * i + side + 1) for side in (0, 1))
        return [{"name": "李小明", "id_type": "resident_id", "id_number": number} for number in numbers]

    def act(i: int) -> int:
        applicant, comes = people(i // 2)[:: 1 if i % 2 else -1]
        asked = {**OPEN, "person": applicant, "agent": {"person": comes, "letter": LETTER, "phone": "13800130002"}}
        return int(work.calls("post", "/cases", "receiver", asked).status_code)

    for pair in range(20):
        assert together(2, lambda i, pair=pair: act(2 * pair + i)) == [201, 201]
    assert (Case.objects.count(), PaperMandate.objects.count()) == (40, 40)


def test_what_the_request_says_of_people_is_not_asked_again_in_the_form(
    work: Casework, agent: Person, client: Person
) -> None:
    work.matters.asks_who()

    made = opened(work, person=said(agent), letter=LETTER).json()

    assert made["prefilled"] == [
        {"field": "buyer", "source": "sent"}, {"field": "buyer-no", "source": "sent"}, {"field": "mobile", "source": "sent"},
        {"field": "agent", "source": "sent"}, {"field": "agent-no", "source": "sent"},
    ]  # fmt: skip
    form = made["form"]
    assert (form["buyer-no"], form["agent-no"], form["mobile"]) == (
        PERSON["id_number"],
        agent.id_number,
        "+8613800138000",
    )


def test_a_mandate_on_record_fills_in_whom_it_names(work: Casework, agent: Person, client: Person) -> None:
    work.matters.asks_who()
    row = letter(agent, client)

    made = opened(work, mandate=f"p{row.pk}").json()

    assert {each["field"]: each["source"] for each in made["prefilled"]}["agent-no"] == "record"
    assert made["form"]["agent-no"] == agent.id_number
