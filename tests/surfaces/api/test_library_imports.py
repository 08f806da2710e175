"""What an authority says by the API: rows in batches, each whole or refused, and only what is its own is ended."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.kernel.actors import SYSTEM
from banshi.kernel.documents import generate_resident_id
from banshi.rooms.audit.models import Entry
from banshi.rooms.catalogue.models import DataElement
from banshi.rooms.identity.models import ApiKey, Organisation
from banshi.rooms.library import actions, queries
from banshi.rooms.library.models import Certificate, Fact
from tests.surfaces.api.conftest import Calls
from tests.surfaces.api.test_rights import CERTIFICATE
from tests.town import TUESDAY_NINE

DAY = TUESDAY_NINE.date()
ID = generate_resident_id("441900", DAY.replace(year=1985), 71)
USCC = "91441900MA4W1234X3"
LICENCE = {
    "holder": "李小明", "id_number": ID, "type": "driving-licence", "number": "K1", "name": "驾驶证", "issuer": "公安局",
    "issued_on": "2024-05-01", "valid_until": "2034-05-01",
}  # fmt: skip
FACT = {"holder": "李小明", "id_number": ID, "element": "marriage-date", "value": "2020-05-20", "number": "M1"}


@pytest.fixture(autouse=True)
def police(calls: Calls) -> None:
    """The town's key speaks for the police, the other hall's for the tax office; one element knows what a day is."""
    manage, other = ApiKey.objects.filter(scope="manage").order_by("id")[:2]
    for key, authority in ((manage, "police"), (other, "tax")):
        actions.give_authority(key_id=key.pk, authority=authority, by=SYSTEM, now=TUESDAY_NINE)
    DataElement.objects.create(
        code="marriage-date", name_zh="结婚登记日期", name_en="Date", type="date", sensitivity="personal",
        source_precedence="library;applicant", checks="past",
    )  # fmt: skip


def sent(calls: Calls, *, key: str = "manage", authority: str = "police", **lists: Any) -> Any:
    return calls("post", "/library/imports", key, {"authority": authority, **lists})


def results(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [each["result"] for each in answer.json()["rows"]]


def end(calls: Calls, ref: str, key: str = "manage") -> tuple[int, str]:
    answer = calls("post", f"/library/certificates/{ref}/end", key, {"reason": "吊销"})
    return answer.status_code, answer.json()["type"] if answer.status_code > 200 else answer.json()["status"]


def test_a_list_is_taken_once_renewed_and_ended(calls: Calls) -> None:
    first = sent(calls, certificates=[LICENCE], facts=[FACT])
    again = sent(calls, certificates=[LICENCE], facts=[FACT])
    newer = sent(calls, certificates=[{**LICENCE, "issued_on": "2026-01-01"}], facts=[{**FACT, "value": "2020-05-21"}])
    gone = {"id_number": ID, "number": "K1", "type": "driving-licence", "status": "吊销"}
    ended = sent(
        calls,
        certificates=[gone],
        facts=[{"id_number": ID, "number": "M1", "element": "marriage-date", "status": "ended"}],
    )

    assert [results(each) for each in (first, again, newer, ended)] == [
        ["new", "new"], ["unchanged", "unchanged"], ["newer", "newer"], ["ended", "ended"],
    ]  # fmt: skip
    assert first.json()["counts"] == {"new": 2}
    person = Certificate.objects.first().person_id  # type: ignore[union-attr]
    assert queries.certificates_of(person_id=person) == []
    assert queries.facts_of(person_id=person, today=DAY) == {}
    assert [*Fact.objects.order_by("revision").values_list("revision", "source", "ended")] == [
        (1, "import:police", False), (2, "import:police", False), (3, "import:police", True),
    ]  # fmt: skip
    assert (first.json()["rows"][0]["certificate"], newer.json()["rows"][0]["certificate"]) == tuple(
        Certificate.objects.order_by("id").values_list("ref", flat=True)
    )


def test_a_certificate_of_a_day_to_come_does_not_keep_the_true_ones_out(calls: Calls) -> None:
    early = [{**LICENCE, "issued_on": "2026-03-11"}, {**LICENCE, "issued_on": "2026-03-10"}]

    answer = sent(calls, certificates=early)

    assert (results(answer), answer.json()["rows"][0]["why"]["field"]) == (["refused", "new"], "issued_on")


def test_a_wrong_row_says_why_and_the_others_come(calls: Calls) -> None:
    wrong = [
        {**LICENCE, "number": "A", "issued_on": "99999999999-1-1"}, {**LICENCE, "number": "B", "valid_until": "2020-01-01"},
        {**LICENCE, "number": "C", "id_number": "123"}, {**LICENCE, "number": "D", "name": "驾\u202e驶证"},
        {**LICENCE, "number": "E", "uscc": USCC}, {**LICENCE, "number": "F"},
    ]  # fmt: skip
    facts = [
        {**FACT, "value": "2026-03-11"}, {**FACT, "value": "once"}, {**FACT, "element": "shoe-size"}, {**FACT, "number": ""},
        {**FACT, "number": "M2"},
    ]  # fmt: skip

    answer = sent(calls, certificates=wrong, facts=facts)

    assert results(answer) == ["refused"] * 5 + ["new"] + ["refused"] * 4 + ["new"]
    assert [each["why"]["field"] for each in answer.json()["rows"] if each["why"]] == [
        "issued_on", "valid_until", "", "name", "id_number", "value", "value", "element", "number",
    ]  # fmt: skip
    assert answer.json()["rows"][6]["why"]["en"] == "Not after today"
    assert (Certificate.objects.get().number, Fact.objects.count()) == ("F", 1)
    assert ID not in answer.content.decode()


def test_what_cannot_be_mistaken_is_mended_and_said(calls: Calls) -> None:
    spelt = {**LICENCE, "id_number": f" {ID.lower()}", "number": "ｋ１", "issued_on": "2024/5/1"}

    answer = sent(calls, certificates=[spelt])
    again = sent(calls, certificates=[LICENCE])

    assert answer.json()["rows"][0]["mended"] == [
        {"field": "id_number", "what": "spaces"}, {"field": "number", "what": "width"}, {"field": "number", "what": "case"},
        {"field": "issued_on", "what": "date"},
    ]  # fmt: skip
    assert (results(answer), results(again)) == (["new"], ["unchanged"])


def test_an_organisation_that_is_known_needs_no_name(calls: Calls) -> None:
    licence = {**LICENCE, "id_number": None, "uscc": USCC, "holder": "东莞厂"}

    first = sent(calls, certificates=[licence])
    other = sent(calls, certificates=[{**licence, "number": "K2", "holder": ""}])

    assert (results(first), results(other)) == (["new"], ["new"])
    assert Certificate.objects.filter(organisation=Organisation.objects.get()).count() == 2


def test_another_authority_changes_and_ends_nothing(calls: Calls) -> None:
    (row,) = sent(calls, certificates=[LICENCE]).json()["rows"]
    gone = {**LICENCE, "status": "ended"}

    tries = [
        sent(calls, key="other-manage", authority="tax", certificates=[each])
        for each in (gone, {**LICENCE, "issued_on": "2026-01-01"})
    ]

    assert [results(each) for each in tries] == [["refused"], ["refused"]]
    assert tries[0].json()["rows"][0]["why"]["en"] == "Another authority entered it, and changes it"
    assert results(sent(calls, key="other-manage", authority="tax", certificates=[LICENCE])) == ["unchanged"]
    assert sent(calls, key="other-manage", certificates=[gone]).status_code == 404  # it speaks for nobody of that name
    assert end(calls, row["certificate"], "other-manage") == (404, "nothing-found")
    assert end(calls, row["certificate"]) == (200, "ended")
    assert end(calls, row["certificate"]) == (409, "wrong-state")
    assert "why" in Entry.objects.get(action="certificate_ended").facts


def test_a_key_ends_what_it_entered_alone_and_no_more_once_it_lost_its_authority(calls: Calls) -> None:
    mine = calls("post", "/library/certificates", "manage", CERTIFICATE).json()["certificate"]
    police = calls(
        "post", "/library/certificates", "manage", {**CERTIFICATE, "number": "P", "authority": "police"}
    ).json()
    nobody = calls("post", "/library/certificates", "manage", {**CERTIFICATE, "authority": "tax"})
    key = ApiKey.objects.filter(scope="manage").order_by("id")[0]
    actions.take_authority(key_id=key.pk, authority="police", by=SYSTEM, now=TUESDAY_NINE)

    assert (police["source"], nobody.status_code) == ("import:police", 404)
    assert end(calls, police["certificate"]) == (404, "nothing-found")
    assert end(calls, mine) == (200, "ended")


def test_only_who_speaks_for_the_issuer_enters_what_is_trusted_as_the_issuers(calls: Calls) -> None:
    """Rules grant on trust A without a person: a key that speaks for nobody cannot make it."""

    def entered(number: str, key: str = "manage", **more: Any) -> tuple[int, str]:
        answer = calls("post", "/library/certificates", key, {**CERTIFICATE, "number": number, **more})
        return answer.status_code, answer.json()["trust"] if answer.status_code == 201 else answer.json()["facts"][
            "field"
        ]

    assert entered("1") == (201, "B")
    assert entered("2", trust="B") == (201, "B")
    assert entered("3", trust="A") == (422, "trust")
    assert entered("4", authority="police") == (201, "A")
    assert entered("5", authority="police", trust="B") == (201, "B")
    assert entered("6", authority="police", trust="A") == (201, "A")
    assert (
        calls(
            "post", "/library/certificates", "other-manage", {**CERTIFICATE, "number": "7", "authority": "police"}
        ).json()["type"]
        == "nothing-found"
    )  # another's authority
    assert Certificate.objects.count() == 5


@pytest.mark.parametrize("rows", [[], [LICENCE] * 201])
def test_a_list_has_one_to_two_hundred_rows(calls: Calls, rows: list[Any]) -> None:
    assert sent(calls, facts=[{} for _ in rows]).status_code == 422


def test_a_fact_counts_from_its_first_day_to_its_last(calls: Calls) -> None:
    spans = {"valid_from": "2026-03-12", "valid_until": "2026-03-14"}
    sent(calls, facts=[{**FACT, "number": "M0", "value": "2019-01-01"}])
    sent(calls, facts=[{**FACT, **spans}])
    person = Fact.objects.first().person_id  # type: ignore[union-attr]

    def known(day: int) -> str:
        found = queries.facts_of(person_id=person, today=DAY.replace(day=day))
        return found["marriage-date"].value if found else ""

    assert [known(day) for day in (11, 12, 14, 15)] == ["2019-01-01", "2020-05-20", "2020-05-20", ""]
