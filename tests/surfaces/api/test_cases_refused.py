"""What a caller of cases may do wrong, and what it is told: each refusal by its slug, every fault at once, and nothing done."""

from __future__ import annotations

import json
from typing import Any

import pytest

from banshi.rooms.audit.models import Entry
from banshi.rooms.cases.models import Case, CaseMaterial
from banshi.rooms.identity.actions import authorise_member, enrol_organisation
from banshi.rooms.identity.models import Person
from banshi.rooms.library.models import CertificateUse, Document
from tests.surfaces.api.casework import FORM_TYPE, OPEN, Casework, form, photo
from tests.surfaces.api.conftest import PERSON
from tests.surfaces.api.test_cases import identity_card
from tests.town import CLERK, TUESDAY_NINE


def told(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("type", "")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"item": "none"}, (404, "nothing-found")),
        ({"hall": "nowhere"}, (404, "nothing-found")),
        ({"hall": "other"}, (409, "item-not-here")),
        ({"answers": {"food": "sometimes"}}, (422, "invalid")),
        ({"answers": {"pets": "yes"}}, (422, "invalid")),
        ({"channel": "pigeon"}, (422, "invalid")),
        ({"person": {**PERSON, "id_number": "123"}}, (422, "identity-invalid")),
        ({"person": {**PERSON, "phone": "12"}}, (422, "phone-invalid")),
        ({"person": {**PERSON, "name": "  "}}, (422, "invalid")),
        ({"presented": "read"}, (403, "not-allowed")),
        ({"organisation": {"uscc": "91350100M000100Y43"}}, (409, "mandate-missing")),
        ({"form": {"name": ["a"]}}, (422, "invalid")),
        ({"form": {"x" * 61: "a"}}, (422, "invalid")),
    ],
)
def test_a_case_that_cannot_be_opened(work: Casework, more: dict[str, Any], said: tuple[int, str]) -> None:
    answer = work.calls("post", "/cases", "channel", {**OPEN, **more})

    assert told(answer) == said
    assert Case.objects.count() == 0


@pytest.mark.parametrize(("key", "channel"), [("kiosk", "web"), ("receiver", "kiosk"), ("receiver", "api")])
def test_a_machine_and_a_window_come_by_their_own_way(work: Casework, key: str, channel: str) -> None:
    answer = work.calls("post", "/cases", key, {**OPEN, "channel": channel})

    assert (told(answer), answer.json()["facts"]["field"]) == ((422, "invalid"), "channel")


def test_a_machine_opens_nothing_in_another_hall(work: Casework) -> None:
    assert told(work.calls("post", "/cases", "other-kiosk", OPEN)) == (403, "not-your-hall")


def test_an_organisation_applies_through_who_acts_for_it(work: Casework) -> None:
    firm = enrol_organisation(uscc="91350100M000100Y43", name="东莞市南城糖水铺有限公司", by=CLERK, now=TUESDAY_NINE)
    work.opened()
    someone = Person.objects.get(cases__isnull=False)
    authorise_member(organisation_id=firm.pk, person_id=someone.pk, role="agent", by=CLERK, now=TUESDAY_NINE)

    shown = work.seen(work.opened(organisation={"uscc": "91350100M000100Y43"}))

    assert shown["applicant"] == "东莞****公司"


def test_sending_names_every_field_and_question_and_then_every_paper(work: Casework) -> None:
    no = work.opened(answers={"premises": "rented"}, form={})

    unanswered = work("submit", no, "channel").json()
    work.calls("patch", f"/cases/{no}", "channel", {"answers": {"food": "no"}, "form": {"phone": "12"}})
    wrong = work("submit", no, "channel").json()
    work.calls("patch", f"/cases/{no}", "channel", {"form": {**OPEN["form"], "phone": ""}})
    lacking = work("submit", no, "channel")

    assert (unanswered["type"], unanswered["facts"]["questions"]) == ("form-invalid", ["food"])
    assert {each["code"] for each in wrong["facts"]["fields"]} == {"name", "address", "phone"}
    assert (told(lacking), lacking.json()["facts"]["codes"]) == ((409, "material-missing"), ["id", "lease"])
    assert work.seen(no)["phase"] == "draft"


def test_two_tabs_never_overwrite_each_other_unseen(work: Casework) -> None:
    no = work.opened()

    first = work.calls("patch", f"/cases/{no}", "channel", {"form": {"name": "甲"}, "revision": 0})
    second = work.calls("patch", f"/cases/{no}", "channel", {"form": {"name": "乙"}, "revision": 0})

    assert (first.status_code, told(second)) == (200, (409, "changed-meanwhile"))
    assert work.seen(no, "receiver")["form"]["name"] == "甲"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"requirement": "none", "channel": "library", "consent": True}, (404, "nothing-found")),
        ({"requirement": "id", "channel": "paper"}, (422, "invalid")),  # paper is taken at the window
        ({"requirement": "id", "channel": "upload"}, (422, "invalid")),  # without a file
        ({"requirement": "id", "channel": "library"}, (409, "consent-missing")),
        ({"requirement": "id", "channel": "library", "certificate": "NONE"}, (409, "consent-missing")),
        ({"requirement": "id", "channel": "library", "consent": True}, (404, "nothing-found")),
        ({"requirement": "id", "channel": "library", "certificate": "NONE", "consent": True}, (404, "nothing-found")),
        ({"requirement": "id", "channel": "library", "copies": 0}, (422, "invalid")),
    ],
)
def test_a_paper_that_does_not_come_so(work: Casework, asked: dict[str, Any], said: tuple[int, str]) -> None:
    no = work.opened()

    answer = work.calls("post", f"/cases/{no}/materials", "channel", asked)

    assert told(answer) == said
    assert CaseMaterial.objects.count() == 0


def test_somebody_elses_certificate_is_not_there(work: Casework) -> None:
    other = {**identity_card(), "person": {"name": "李四", "id_type": "passport", "id_number": "E12345678"}}
    ref = work.calls("post", "/library/certificates", "manage", other).json()["certificate"]
    no = work.opened()

    asked = {"requirement": "id", "channel": "library", "certificate": ref, "consent": True}
    assert told(work.calls("post", f"/cases/{no}/materials", "channel", asked)) == (404, "nothing-found")


def test_a_certificate_stands_for_no_other_paper_than_its_own(work: Casework) -> None:
    """Else any of one's certificates would be a trusted paper, and rules would grant on it."""
    card = {**identity_card(), "type": "library-card", "number": "L0001", "name": "读者证", "issuer": "市图书馆"}
    ref = work.calls("post", "/library/certificates", "manage", card).json()["certificate"]
    no = work.opened()

    asked = {"requirement": "id", "channel": "library", "certificate": ref, "consent": True}
    by_json = work.calls("post", f"/cases/{no}/materials", "channel", asked)
    with_file = form(photo(), requirement="id", channel="upload", certificate=ref, consent="true")
    by_form = work.calls("post", f"/cases/{no}/materials", "channel", with_file, content_type=FORM_TYPE)

    assert [told(each) for each in (by_json, by_form)] == [(422, "invalid")] * 2
    assert (CaseMaterial.objects.count(), CertificateUse.objects.count()) == (0, 0)


def test_staff_count_no_certificate_that_is_not_there(work: Casework) -> None:
    no = work.opened()

    answer = work.calls(
        "post", f"/cases/{no}/receive", "receiver", {"materials": [{"requirement": "id", "channel": "library"}]}
    )

    assert told(answer) == (422, "invalid")
    assert CaseMaterial.objects.count() == 0


EXE = b"MZ" + b"\x00" * 200


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (form(EXE, requirement="lease", channel="upload"), (422, "material-rejected")),
        (form(b"", requirement="lease", channel="upload"), (422, "material-rejected")),
        (form(b"%PDF-1.7 broken", requirement="lease", channel="upload"), (422, "material-rejected")),
        (form(photo(), requirement="none", channel="upload"), (422, "invalid")),
        (form(photo(), requirement="lease", channel="paper"), (422, "invalid")),
        (form(photo(), requirement="lease", channel="library"), (422, "invalid")),
        (form(photo(), requirement="lease", channel="scan"), (422, "invalid")),  # the window scans
        (form(photo(), requirement="lease", channel="upload", unknown="1"), (422, "invalid")),
        (form(photo(), requirement="lease", channel="upload", copies="x"), (422, "invalid")),
        (form(photo(), channel="upload"), (422, "invalid")),
        (form(None, requirement="lease", channel="upload"), (422, "invalid")),
        (b"nothing of the kind", (422, "invalid")),
        (b"", (422, "invalid")),
        (form(photo(), requirement="lease", channel="upload")[:-60], (422, "invalid")),
    ],
)
def test_a_file_that_is_not_taken(work: Casework, sent: bytes, said: tuple[int, str]) -> None:
    no = work.opened()

    answer = work.calls("post", f"/cases/{no}/materials", "channel", sent, content_type=FORM_TYPE)

    assert told(answer) == said
    assert CaseMaterial.objects.count() == 0


def test_a_file_of_more_than_20_mb_is_not_read(work: Casework) -> None:
    no = work.opened()

    answer = work.sent(no, "channel", b"\xff\xd8" + b"x" * (21 * 1024 * 1024))

    assert told(answer) == (413, "too-large")
    assert Document.objects.count() == 0


def test_a_form_is_taken_where_a_file_is_and_nowhere_else(work: Casework) -> None:
    sent = form(photo(), item="pension")

    assert told(work.calls("post", "/cases", "channel", sent, content_type=FORM_TYPE)) == (
        415,
        "unsupported-media-type",
    )


def test_what_was_received_stands(work: Casework) -> None:
    no = work.received()

    assert told(work.sent(no, "channel", photo())) == (409, "wrong-state")


@pytest.mark.parametrize(
    ("verb", "key", "body", "said"),
    [
        ("notice", "receiver", {"missing": [{"requirement": "plan", "reason": "x"}]}, (422, "invalid")),  # not all
        ("notice", "receiver", {"missing": [{"requirement": "lease", "reason": " "}]}, (422, "invalid")),
        (
            "notice",
            "receiver",
            {"missing": [{"requirement": "lease", "field": "name", "reason": "x"}]},
            (422, "invalid"),
        ),
        ("notice", "receiver", {"missing": []}, (422, "invalid")),
        ("accept", "receiver", {}, (409, "material-missing")),
        (
            "accept",
            "receiver",
            {"deferred": [{"requirement": "lease", "due_on": "2026-03-12"}]},
            (409, "material-missing"),
        ),
        ("refuse", "receiver", {"reason": " "}, (422, "invalid")),
        ("hand-over", "receiver", None, (409, "wrong-state")),
        (
            "return",
            "pre_reviewer",
            {"verdicts": [{"material": "id", "ok": False, "reason": "x"}]},
            (409, "wrong-state"),
        ),
        ("receive", "receiver", {"window": "other-01"}, (404, "nothing-found")),
        ("settle", "reviewer", {"material": "photo"}, (409, "wrong-state")),
        ("settle", "reviewer", {"material": 1}, (404, "nothing-found")),
        ("decide", "approver", {"grant": True}, (409, "wrong-state")),
        ("issue", "issuer", None, (409, "wrong-state")),
        ("shelve", "issuer", {"place": "A"}, (409, "wrong-state")),
        ("deliver", "issuer", {"code": "1"}, (404, "nothing-found")),
        ("agree", "supervisor", {"verb": "accept"}, (422, "invalid")),
    ],
)
def test_a_step_that_is_refused(work: Casework, verb: str, key: str, body: Any, said: tuple[int, str]) -> None:
    no = work.opened()
    work.done("receive", no, "receiver", {"materials": ["id"]})

    answer = work(verb, no, key, body)

    assert told(answer) == said
    assert work.seen(no)["phase"] == "received"


@pytest.mark.parametrize(
    ("deferred", "said"),
    [
        ([{"requirement": "lease", "due_on": "2026-03-12"}], (409, "material-missing")),  # the photo is not there either
        ([{"requirement": "photo", "due_on": "2026-03-10"}], (409, "material-missing")),
        ([{"requirement": "lease", "due_on": "2026-03-12"}, {"requirement": "photo", "due_on": "2026-03-10"}],
         (409, "not-deferrable")),
    ],
)  # fmt: skip
def test_only_what_may_follow_follows(work: Casework, deferred: Any, said: tuple[int, str]) -> None:
    no = work.opened()
    work.done("receive", no, "receiver", {"materials": ["id"]})

    assert told(work("accept", no, "receiver", {"deferred": deferred})) == said


def test_a_day_that_will_not_do(work: Casework) -> None:
    no = work.opened()
    work.done("receive", no, "receiver", {"materials": ["id", "lease"]})

    for day in ("2026-03-10", "2026-03-14", "2026-05-20"):
        answer = work("accept", no, "receiver", {"deferred": [{"requirement": "photo", "due_on": day}]})
        assert (told(answer), answer.json()["facts"]["field"]) == ((422, "invalid"), "deferred")


def test_who_accepted_or_proposed_does_not_decide_and_who_decided_does_not_issue(work: Casework) -> None:
    no = work.in_review()
    one = work.matters.staff["approver"]
    for role in ("reviewer", "issue_clerk"):
        one.roles.create(role=role, scope_kind="hall", scope="town", given_at=TUESDAY_NINE, given_by="system")
    from banshi.surfaces.api import keys

    keys.forget()
    nothing_proposed = work("decide", no, "approver", {"grant": True})
    work.done("release", no, "approver")
    work.done("opine", no, "reviewer", {"says": "grant"})
    work.done("decide", no, "approver", {"grant": True})

    assert told(nothing_proposed) == (409, "wrong-state")
    assert told(work("issue", no, "approver")) == (409, "same-person")


def test_a_refusal_speaks_the_language_that_is_asked(work: Casework) -> None:
    no = work.opened()
    work.done("receive", no, "receiver", {"materials": ["id"]})

    english = work("accept", no, "receiver", Accept_Language="en").json()
    chinese = work("accept", no, "receiver").json()

    assert (english["title"], chinese["title"]) == ("Papers are missing", "材料不齐")


# --- What is on record -------------------------------------------------------------------------------------------


def test_what_is_on_record_is_masked_and_each_look_is_traced(work: Casework) -> None:
    entered = work.calls("post", "/library/certificates", "manage", identity_card())
    no = work.opened()

    by_number = work.calls("get", f"/library?person={PERSON['id_number']}", "manage")
    by_case = work.calls("get", f"/library?case={no}", "reviewer")

    assert entered.status_code == 201
    assert by_number.json() == by_case.json()
    assert by_number.json()["name"] == "张**"
    (shown,) = by_number.json()["certificates"]
    assert (shown["number"], shown["type"], shown["trust"], shown["status"]) == (
        "**************002X", "resident-id", "B", "valid",
    )  # fmt: skip
    someone = Case.objects.get(no=no).person_id
    looks = Entry.objects.filter(action="looked", subject=f"person:{someone}").order_by("id")
    assert [each.facts["why"] for each in looks] == ["library:2026-03-10", f"case:{no}:2026-03-10"]


def test_a_case_of_a_firm_shows_the_firm_and_nothing_of_who_acts_for_it(work: Casework) -> None:
    work.calls("post", "/library/certificates", "manage", identity_card())
    card = {**identity_card(), "type": "licence", "number": "JY1", "person": None}
    firm = {"uscc": "91350100M000100Y43", "name": "东莞市南城糖水铺有限公司"}
    work.calls("post", "/library/certificates", "manage", {**card, "organisation": firm})
    made = enrol_organisation(**firm, by=CLERK, now=TUESDAY_NINE)
    work.opened()
    someone = Person.objects.get(cases__isnull=False)
    authorise_member(organisation_id=made.pk, person_id=someone.pk, role="agent", by=CLERK, now=TUESDAY_NINE)
    no = work.opened(organisation={"uscc": firm["uscc"]}, anyway=True)

    by_case = work.calls("get", f"/library?case={no}", "reviewer").json()
    by_code = work.calls("get", f"/library?organisation={firm['uscc']}&purpose=核对", "manage").json()

    assert by_case == by_code
    assert (by_case["name"], [each["type"] for each in by_case["certificates"]]) == ("东莞****公司", ["licence"])
    looks = Entry.objects.filter(action="looked", subject=f"organisation:{made.pk}").order_by("id")
    assert [each.facts["why"] for each in looks] == [f"case:{no}:2026-03-10", "library:2026-03-10:核对"]
    assert not Entry.objects.filter(subject=f"person:{someone.pk}", facts__why__startswith=f"case:{no}").exists()


def test_a_number_alone_opens_nobodys_record_to_staff(work: Casework) -> None:
    work.calls("post", "/library/certificates", "manage", identity_card())
    asked = f"/library?person={PERSON['id_number']}"

    before = work.calls("get", asked, "reviewer")
    work.opened()
    after = work.calls("get", asked, "reviewer")

    assert (told(before), after.status_code) == ((404, "nothing-found"), 200)


@pytest.mark.parametrize(
    ("query", "key", "said"),
    [
        ("organisation=91350100M000100Y43", "manage", (404, "nothing-found")),
        ("organisation=nonsense", "manage", (404, "nothing-found")),
        ("person=1&organisation=2", "manage", (422, "invalid")),
        ("case={no}&purpose=x", "reviewer", (422, "invalid")),
        ("person=110105194912310038", "manage", (404, "nothing-found")),
        ("person=nonsense", "manage", (404, "nothing-found")),
        ("", "manage", (422, "invalid")),
        ("person=1&case=2", "manage", (422, "invalid")),
        ("case=NONE", "reviewer", (404, "nothing-found")),
        ("case={no}", "other-manage", (404, "nothing-found")),
        ("case={no}", "channel", (403, "not-allowed")),
    ],
)
def test_a_record_that_is_not_shown(work: Casework, query: str, key: str, said: tuple[int, str]) -> None:
    no = work.opened()

    assert told(work.calls("get", f"/library?{query.format(no=no)}", key)) == said


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"person": None}, (422, "invalid")),
        ({"organisation": {"uscc": "91350100M000100Y43", "name": "糖水铺"}}, (422, "invalid")),
        ({"person": None, "organisation": {"uscc": "1", "name": "糖水铺"}}, (422, "identity-invalid")),
        ({"valid_until": "2019-12-31"}, (422, "invalid")),
        ({"trust": "D"}, (422, "invalid")),
        ({"trust": "A"}, (422, "invalid")),  # as no authority
        ({"number": "   "}, (422, "invalid")),
        ({"issued_on": "9999-12-31"}, (422, "invalid")),
        ({"type": "t" * 61}, (422, "invalid")),
    ],
)
def test_a_certificate_that_is_not_entered(work: Casework, more: dict[str, Any], said: tuple[int, str]) -> None:
    assert told(work.calls("post", "/library/certificates", "manage", {**identity_card(), **more})) == said


def test_a_certificate_is_entered_once_also_of_a_firm(work: Casework) -> None:
    firm = {**identity_card(), "person": None, "organisation": {"uscc": "91350100M000100Y43", "name": "糖水铺有限公司"}}

    answers = [work.calls("post", "/library/certificates", "manage", body) for body in (firm, firm, identity_card())]

    assert [told(each) for each in answers] == [(201, "resident-id"), (409, "changed-meanwhile"), (201, "resident-id")]


# --- Hostile bodies ----------------------------------------------------------------------------------------------

VALUES: list[Any] = ["", "\u0000", "x" * 5000, "\U00020bb7", "' OR 1=1 --", 10**30, -1, 1.5, True, None, [], {}, [[]]]


@pytest.mark.parametrize("value", VALUES, ids=[repr(value)[:20] for value in VALUES])
def test_answers_and_fields_may_hold_anything_and_nothing_breaks(work: Casework, value: Any) -> None:
    no = work.opened()

    answers = [
        work.calls("patch", f"/cases/{no}", "channel", body)
        for body in (
            {"form": {"name": value}},
            {"answers": {"food": value}},
            {"form": {"strange": value}},
            {"form": value},
        )
    ]
    sent = work("submit", no, "channel")

    assert {each.status_code for each in answers} <= {200, 422}
    assert sent.status_code in (409, 422)


@pytest.mark.parametrize("value", [10**40, -(10**30), 1e300], ids=["long", "below", "far"])
def test_a_number_that_could_not_be_said_again_is_refused(work: Casework, value: float) -> None:
    no = work.opened()

    answers = [work.calls("patch", f"/cases/{no}", key, {"form": {"name": value}}) for key in ("channel", "receiver")]

    assert {each.status_code for each in answers} == {422}


def test_many_fields_are_too_many(work: Casework) -> None:
    no = work.opened()
    many = json.dumps({"form": {f"f{i}": "x" for i in range(201)}}).encode()

    assert told(work.calls("patch", f"/cases/{no}", "channel", many)) == (422, "invalid")
