"""One form for several items over HTTP: asked once, filled in for who is there, and for nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.kernel.actors import SYSTEM
from banshi.rooms.audit.models import Entry
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import form_of
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.library.models import Fact
from tests.matters import SHOP
from tests.surfaces.api.casework import OPEN, Casework
from tests.surfaces.api.conftest import PERSON
from tests.town import CLERK, TUESDAY_NINE

USCC = "91350100M000100Y43"
FIELDS: list[dict[str, Any]] = [
    {"code": "who", "label_zh": "姓名", "label_en": "Name", "type": "name", "element": "person-name"},
    {"code": "number", "label_zh": "证件号码", "label_en": "Number", "type": "id_number", "element": "id-number"},
    {"code": "home", "label_zh": "住址", "label_en": "Home", "type": "address", "element": "residence-address"},
]
SIGN = {
    **SHOP, "questions": SHOP["questions"][:1],
    "fields": [{**each, "group_zh": "人", "group_en": "Person"} for each in FIELDS],
}  # fmt: skip
BOTH = {"items": ["pension", "sign"], "answers": {"premises": "own"}}


@pytest.fixture
def two(work: Casework) -> Casework:
    """The shop licence, and a sign above its door, which asks for whose it is."""
    sign_of(work)
    return work


def sign_of(work: Casework) -> None:
    made = Item.objects.get(code="pension")
    made.pk, made._state.adding, made.code = None, True, "sign"
    made.name_zh, made.name_en, made.handling = "招牌", "Sign", SIGN
    made.save()
    row = work.calls.town.hall.items.get(item__code="pension")
    row.pk, row._state.adding, row.item = None, True, made
    row.save()
    catalogue.keep_item_versions(by=SYSTEM, now=TUESDAY_NINE)


def known(work: Casework) -> None:
    person = people.person_by_document(PERSON["id_type"], PERSON["id_number"])
    assert person is not None
    Fact.objects.create(
        person=person, element="residence-address", value="一号路 9 号", trust="B", source="公安", at=TUESDAY_NINE
    )


def form(work: Casework, key: str = "channel", **more: Any) -> Any:
    return work.calls("post", "/forms", key, {**BOTH, **more})


def test_two_items_are_asked_once_what_both_ask(two: Casework) -> None:
    found = form(two)

    assert found.status_code == 201
    body = found.json()
    assert [each["code"] for each in body["materials"]] == ["id", "photo", "plan"]
    assert (body["complete"], body["next_question"]["id"]) == (False, "food")
    assert [each["code"] for each in body["fields"]][-3:] == ["person-name", "id-number", "residence-address"]
    assert (body["asked"], body["carried_over"]) == (6, 0)


def test_what_is_on_record_is_for_who_is_shown_to_be_there(two: Casework) -> None:
    two.opened(presented="read", key="receiver")
    known(two)

    told = {
        (key, presented, consent): {
            each["code"]: (each["value"], each["source"]["kind"], each["source"]["trust"])
            for each in form(two, key, person=PERSON, presented=presented, consent=consent).json()["fields"]
            if "value" in each
        }
        for key, presented, consent in (
            ("channel", "typed", True), ("receiver", "typed", True), ("receiver", "read", False), ("receiver", "read", True),
        )
    }  # fmt: skip

    unshown = told["channel", "typed", True] | told["receiver", "typed", True]
    assert "residence-address" not in unshown | told["receiver", "read", False]
    assert told["receiver", "read", True]["residence-address"] == ("一号路 9 号", "library", "B")
    assert PERSON["id_number"] not in str(told)
    assert Entry.objects.filter(action="looked", subject__startswith="person:").count() >= 1


def test_the_same_form_has_the_same_name(two: Casework) -> None:
    assert form(two).json()["id"] == form(two).json()["id"] != form(two, answers={}).json()["id"]


@pytest.mark.parametrize(
    ("body", "status"),
    [({"items": ["pension", "pension"]}, 422), ({"items": []}, 422), ({"items": ["none"]}, 404),
     ({"answers": {"nobody": "asks"}}, 422), ({"presented": "read", "person": PERSON}, 403)],
)  # fmt: skip
def test_what_makes_no_form_is_refused(two: Casework, body: Any, status: int) -> None:
    assert form(two, **body).status_code == status


def test_a_channel_sends_a_number_once_and_reads_it_back_masked(work: Casework) -> None:
    work.matters.asks_who()
    asked = {"items": ["pension"], "answers": OPEN["answers"], "person": PERSON}
    shown = work.calls("post", "/forms", "channel", asked).json()
    masked = next(each["value"] for each in shown["fields"] if each["code"] == "buyer-no")

    made = work.calls(
        "post", "/cases", "channel", {**OPEN, "form": {**OPEN["form"], "buyer-no": masked, "buyer": "李四"}}
    ).json()

    case = Case.objects.get()
    assert form_of(case)["buyer-no"] == PERSON["id_number"]
    assert [each["field"] for each in made["prefilled"]] == ["buyer-no", "mobile"]
    assert (made["form"]["buyer-no"], form_of(case)["buyer"]) == (masked, "李四")


def test_an_answer_that_comes_later_fills_in_what_it_asks_for(work: Casework) -> None:
    work.matters.asks_who()
    no = work.opened("receiver", answers={"premises": "own", "food": "no"})
    guardian = work.matters.town.person(2)
    Case.objects.filter(no=no).update(guardian=guardian_of(Case.objects.get().person, guardian))

    changed = work.calls("patch", f"/cases/{no}", "receiver", {"answers": {"premises": "rented"}}).json()

    assert changed["form"]["guardian-no"] == guardian.id_number


def guardian_of(child: Any, guardian: Any) -> Any:
    from banshi.rooms.identity.models import Guardianship

    return Guardianship.objects.create(
        child=child, guardian=guardian, relation="parent", valid_until=TUESDAY_NINE.date(), proven_at=TUESDAY_NINE
    )


def test_of_an_organisation_whoever_acts_is_its_agent_and_not_who_applies(work: Casework) -> None:
    work.matters.asks_who()
    firm = identity.enrol_organisation(name="东莞市南城糖水铺有限公司", uscc=USCC, by=CLERK, now=TUESDAY_NINE)
    acts = identity.enrol(**{name: PERSON[name] for name in ("name", "id_type", "id_number")}, now=TUESDAY_NINE)
    identity.authorise_member(organisation_id=firm.pk, person_id=acts.pk, role="agent", by=CLERK, now=TUESDAY_NINE)

    made = work.calls("post", "/cases", "channel", {**OPEN, "organisation": {"uscc": USCC}}).json()

    assert [each["field"] for each in made["prefilled"]] == ["mobile", "agent", "agent-no"]
    assert "buyer-no" not in form_of(Case.objects.get())
