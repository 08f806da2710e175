"""Guardians over the API: said by who is signed in, entered, contested, ended at a window; a child's case opened by one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from banshi.kernel.documents import generate_resident_id
from banshi.rooms.audit import queries as audit
from banshi.rooms.audit.models import Entry
from banshi.rooms.cases.models import Case
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Guardianship
from tests.surfaces.api.casework import OPEN, Casework
from tests.surfaces.api.conftest import PERSON
from tests.surfaces.api.test_cases_rights import key_for
from tests.town import CLERK, TUESDAY_NINE

pytestmark = pytest.mark.django_db
CHILD = {"name": "测试娃", "id_type": "resident_id", "id_number": generate_resident_id("441900", date(2018, 5, 6), 7)}
MOTHER = {name: PERSON[name] for name in ("name", "id_type", "id_number")}
HERE = {"child": CHILD, "hall": "town"}
SAID = {"guardian": MOTHER, "child": CHILD, "relation": "parent"}


@pytest.fixture
def vouching(work: Casework) -> str:
    work.calls.keys["vouching"] = identity.create_key(name="app", scope="channel", vouches=True, now=TUESDAY_NINE)
    identity.enrol(**MOTHER, now=TUESDAY_NINE)
    return "vouching"


def told(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("type") or answer.json().get("state", "")


def entered(work: Casework, **more: Any) -> Any:
    return work.calls("post", "/guardians", "receiver", {**SAID, "hall": "town", "paper": "户口簿", **more})


def test_who_is_signed_in_says_so_and_takes_it_back(work: Casework, vouching: str) -> None:
    made = work.calls("post", "/guardians", vouching, SAID)
    seen = work.calls("post", "/people/guardians", vouching, {"person": MOTHER}).json()
    case = work.calls("post", "/cases", vouching, {**OPEN, "person": {**CHILD, "phone": ""}, "guardian": MOTHER})
    ended = work.calls("post", f"/guardians/{made.json()['id']}/end", vouching, {"guardian": MOTHER})

    assert told(made) == (201, "declared")
    assert [(each["name"], each["state"]) for each in seen["children"]] == [("测**", "declared")]
    assert told(case) == (409, "guardian-over")
    assert (ended.status_code, Guardianship.objects.get().ended_at) == (200, TUESDAY_NINE)


def test_a_window_enters_contests_upholds_and_ends(work: Casework, vouching: str) -> None:
    made = entered(work)
    at = f"/guardians/{made.json()['id']}"
    case = work.calls("post", "/cases", vouching, {**OPEN, "person": {**CHILD, "phone": ""}, "guardian": MOTHER})
    by_app = work.calls("post", f"{at}/end", vouching, {"guardian": MOTHER})
    contested = work.calls("post", f"{at}/contest", "receiver", {**HERE, "why": "不是他母亲"})
    rests = work.calls("post", "/cases", vouching, {**OPEN, "person": {**CHILD, "phone": ""}, "guardian": MOTHER})
    upheld = work.calls("post", f"{at}/uphold", "receiver", HERE)
    ended = work.calls("post", f"{at}/end", "receiver", {**HERE, "why": "法院判决"})
    gone = work.calls("post", f"{at}/contest", "receiver", {**HERE, "why": "再来"})

    assert [told(each) for each in (made, contested, upheld, ended)] == [
        (201, "in_force"), (200, "contested"), (200, "in_force"), (200, "in_force"),
    ]  # fmt: skip
    assert (case.status_code, Case.objects.get().guardian_id) == (201, made.json()["id"])
    assert [told(each) for each in (by_app, rests, gone)] == [
        (404, "nothing-found"), (409, "guardian-over"), (404, "nothing-found"),
    ]  # fmt: skip


def test_a_look_at_a_child_s_case_through_a_channel_is_written_down_once_a_day(work: Casework, vouching: str) -> None:
    entered(work)
    case = work.calls("post", "/cases", vouching, {**OPEN, "person": {**CHILD, "phone": ""}, "guardian": MOTHER}).json()
    own = work.opened(vouching, anyway=True)

    for no in (case["case_no"], case["case_no"], own):
        assert work.calls("get", f"/cases/{no}", vouching).status_code == 200

    child = Case.objects.get(no=case["case_no"]).person_id
    looks = audit.looks_at([f"person:{child}"], limit=9)
    assert [each.facts["why"] for each in looks] == [f"guardian:{case['case_no']}:2026-03-10"]
    assert looks[0].actor.startswith("channel:")


def test_a_look_at_a_window_is_written_down(work: Casework, vouching: str) -> None:
    entered(work)
    seen = work.calls("post", "/people/guardians", "receiver", {"person": CHILD, "hall": "town"}).json()

    (row,) = Guardianship.objects.all()
    assert [each["relation"] for each in seen["guardians"]] == ["parent"]
    looks = Entry.objects.filter(action="looked", subject=f"person:{row.child_id}")
    assert [each.facts["why"] for each in looks] == ["guardians:2026-03-10"]


def test_only_who_receives_papers_here_and_only_for_the_child_that_is_there(work: Casework, vouching: str) -> None:
    at = f"/guardians/{entered(work).json()['id']}"
    contest = {**HERE, "why": "x"}
    key_for(work, "elsewhere", "receiver", hall="other")
    other = identity.enrol(name="别的娃", id_type="resident_id", id_number=generate_resident_id("441900", date(2019, 5, 6), 7),
                           now=TUESDAY_NINE)  # fmt: skip
    stranger = {"name": "别的娃", "id_type": "resident_id", "id_number": other.id_number}

    answers = [
        work.calls("post", f"{at}/contest", "reviewer", contest),
        work.calls("post", f"{at}/contest", "elsewhere", contest),
        work.calls("post", f"{at}/contest", "receiver", {**contest, "child": stranger}),
        work.calls("post", f"{at}/contest", "receiver", {**contest, "child": {**CHILD, "id_number": "1"}}),
        work.calls("post", f"{at}/contest", vouching, contest),
        work.calls("post", f"{at}/end", "receiver", {"child": CHILD, "why": "x"}),
        work.calls("post", "/people/guardians", "channel", {"person": MOTHER}),
        entered(work, paper=""),
        work.calls("post", "/guardians", vouching, {**SAID, "paper": "户口簿"}),
    ]

    assert [told(each) for each in answers] == [
        (403, "not-allowed"), (403, "not-your-hall"), (404, "nothing-found"), (404, "nothing-found"), (403, "not-allowed"),
        (422, "invalid"), (404, "nothing-found"), (422, "invalid"), (422, "invalid"),
    ]  # fmt: skip
    assert Guardianship.objects.get().contested_at is None


def test_what_is_a_childs_is_handed_to_its_guardian_by_their_number(work: Casework, vouching: str) -> None:
    entered(work)
    no, town = work.ready(), work.matters.town
    row, other = Guardianship.objects.get(), town.person(3)
    Case.objects.filter(no=no).update(person_id=row.child_id, guardian_id=row.pk)

    before = work("deliver", no, "issuer", {"identity": other.id_number}).json()["type"]
    done = work("deliver", no, "issuer", {"identity": MOTHER["id_number"]}).json()

    assert (before, done.get("phase")) == ("identity-mismatch", "closed")


def test_a_guardian_who_is_none_any_more_is_nobody_at_the_hand_over(work: Casework, vouching: str) -> None:
    entered(work)
    no = work.ready()
    row = Guardianship.objects.get()
    Case.objects.filter(no=no).update(person_id=row.child_id, guardian_id=row.pk)
    identity.end_guardian(guardianship_id=row.pk, why="不是", by=CLERK, now=TUESDAY_NINE)

    answer = work("deliver", no, "issuer", {"identity": MOTHER["id_number"]}).json()

    assert answer["type"] == "identity-mismatch"
