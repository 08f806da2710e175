"""An agent comes for a result: on the page with the code, their document compared, and a mandate; anybody else goes away."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.journeys.case import conclude
from banshi.kernel.actors import SYSTEM
from banshi.rooms.audit.models import Entry
from banshi.rooms.cases.models import Case
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.delivery.models import Delivery
from banshi.rooms.identity.models import Person
from tests.letters import letter, ref
from tests.matters import Matters
from tests.town import TUESDAY_NINE, at

pytestmark = pytest.mark.django_db


def ready(matters: Matters, *, by_agent: bool = True) -> Case:
    opened = {"mandate": ref(letter(matters.town.person(2), matters.person, fetches=True))} if by_agent else {}
    case = matters.decided(channel="window", account_id=None, contact="13800130002", **opened)
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    return conclude.shelve(case_no=case.no, place="A-3", by=matters.by["issuer"], now=TUESDAY_NINE)


def form(who: Person, **more: str) -> dict[str, str]:
    typed = {"agent": who.name, "id_type": who.id_type, "id_number": who.id_number, "kind": "", "compared": "1"}
    return typed | {"code": Delivery.objects.get().code} | more


def test_the_page_names_the_agent_and_hands_over_to_them_with_a_trace(matters: Matters, client_of: Any) -> None:
    case, client = ready(matters), client_of("issuer")
    at = f"/issue/town/cases/{case.no}/"

    page = client.get(at).content.decode()
    done = client.post(at + "by-agent", form(matters.town.person(2)))

    assert (page.count(case.masked_agent) >= 2, f'action="{at}by-agent"' in page) == (True, True)
    assert (done.status_code, Case.objects.get().phase) == (302, "closed")
    assert Entry.objects.filter(action="looked", subject=f"person:{case.person_id}").exists()


@pytest.mark.parametrize(
    ("who", "more", "status"),
    [
        (2, {"code": "x"}, 409), (2, {"compared": ""}, 422), (3, {}, 409), (2, {"id_number": "1"}, 422),
        (3, {"kind": "written"}, 422), (3, {"kind": "notarised", "until": "2026-12-31"}, 422),
    ],
)  # fmt: skip
def test_whoever_lacks_code_document_or_mandate_gets_nothing(
    matters: Matters, client_of: Any, who: int, more: dict[str, str], status: int
) -> None:
    case = ready(matters)

    answer = client_of("issuer").post(f"/issue/town/cases/{case.no}/by-agent", form(matters.town.person(who), **more))

    assert (answer.status_code, Case.objects.get().phase) == (status, "ready")
    assert matters.town.person(who).name in answer.content.decode()


def test_a_result_that_is_fetched_in_person_goes_to_no_agent(matters: Matters, client_of: Any) -> None:
    Item.objects.filter(code="pension").update(agent_allowed=False)
    catalogue.keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))
    case = ready(matters, by_agent=False)
    client, page = client_of("issuer"), f"/issue/town/cases/{case.no}/"

    assert "by-agent" not in client.get(page).content.decode()
    assert client.post(page + "by-agent", form(matters.town.person(2))).status_code == 409
