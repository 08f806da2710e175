"""What the library knows fills in a form over HTTP with consent alone, of whoever is shown to be there, and may be taken back."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.rooms.cases.queries import case_by_no, form_of
from banshi.rooms.identity import queries as people
from banshi.rooms.library import actions as library
from banshi.rooms.library.models import FactConsent, FactUse
from tests.matters import FORM, SHOP
from tests.surfaces.api.casework import COUNTED, Casework
from tests.surfaces.api.conftest import PERSON
from tests.surfaces.citizen.cases import retell
from tests.town import TUESDAY_NINE

HERE = {"presented": "read", "form": {"name": FORM["name"]}, "anyway": True}


@pytest.fixture
def known(work: Casework) -> Casework:
    fields = [dict(field) for field in SHOP["fields"]]
    fields[1]["element"] = "residence-address"
    retell(work.matters, fields=fields)
    work.opened(presented="read", key="receiver")
    person = people.person_by_document(PERSON["id_type"], PERSON["id_number"])
    assert person is not None
    library.learn(
        person_id=person.pk, element="residence-address", value=FORM["address"], trust="A", source="import:police",
        now=TUESDAY_NINE,
    )  # fmt: skip
    return work


def address(no: str) -> Any:
    return form_of(case_by_no(no)).get("address")


def test_with_consent_it_fills_in_what_is_empty_and_is_used_as_it_is_received(known: Casework) -> None:
    no = known.opened(key="receiver", consent=True, **HERE)
    filled = address(no)

    known.done("receive", no, "receiver", COUNTED)

    assert (filled, FactUse.objects.get().became) == (FORM["address"], "kept")


def test_the_answer_names_what_was_filled_in(known: Casework) -> None:
    answer = known.calls("post", "/cases", "receiver", {**_opening(), **HERE, "consent": True})

    assert {"field": "address", "source": "library"} in answer.json()["prefilled"]


def test_without_consent_nothing_is(known: Casework) -> None:
    assert (address(known.opened(key="receiver", **HERE)), FactConsent.objects.count()) == (None, 0)


def test_nobody_agrees_for_whoever_is_not_shown_to_be_there(known: Casework) -> None:
    answer = known.calls("post", "/cases", "receiver", {**_opening(), **HERE, "presented": "typed", "consent": True})

    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "consent-missing")
    assert FactConsent.objects.count() == 0


def test_it_is_given_and_taken_back_by_a_change(known: Casework) -> None:
    no = known.opened(key="receiver", **HERE)

    said = [
        (known.calls("patch", f"/cases/{no}", "receiver", {"consent": consent}).status_code, address(no))
        for consent in (True, False, False)
    ]

    assert said == [(200, FORM["address"]), (200, None), (200, None)]


def _opening() -> dict[str, Any]:
    from tests.surfaces.api.casework import OPEN

    return dict(OPEN)
