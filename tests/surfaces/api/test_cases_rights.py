"""Who sees a case, who may do what with it, and what stays hidden."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.foundation import clock
from banshi.rooms.audit.models import Entry
from banshi.rooms.cases.models import Case, CaseEvent, CaseMaterial
from banshi.rooms.identity.actions import create_key
from banshi.rooms.identity.models import Role, Staff
from banshi.rooms.library import actions as library
from banshi.surfaces.api import keys
from banshi.surfaces.api.api import api
from banshi.surfaces.api.case_parts import UNSEEN
from tests.surfaces.api.casework import OPEN, Casework, photo
from tests.surfaces.api.conftest import PERSON, person, stop_the_clock
from tests.surfaces.api.strict import operations
from tests.together import together
from tests.town import TUESDAY_NINE

STEPS: dict[str, Any] = {
    "submit": None, "supplement": None, "return": {"verdicts": []}, "pass": None,
    "receive": None, "notice": {"missing": [{"requirement": "lease", "reason": "x"}]}, "accept": None,
    "refuse": {"reason": "x"}, "hand-over": None, "take": None, "release": None,
    "propose-stop": {"kind": "hearing", "basis": "x", "expected_days": 1}, "stop-clock": None,
    "refuse-stop": {"why": "x"}, "resume-clock": {"result": "x"},
    "refuse-extension": {"why": "x"},
    "check-promise": {"material": "id", "kept": True}, "revoke": {"material": "id"},
    "lift-bar": {"material": "id", "reason": "x"},
    "extend": {"days": 1, "reason": "x"}, "opine": {"says": "note", "text": "x"}, "settle": {"material": "photo"},
    "decide": {"grant": True}, "issue": None, "shelve": {"place": "A"}, "deliver": {},
    "terminate": {"reason": "x", "second_by": "case-second-supervisor"}, "agree": {"verb": "terminate"},
    "withdraw": {"reason": "x"}, "urge": {"note": "x"}, "hand-on": {"to": "nobody", "why": "x"},
    "sign-for": None, "refuse-papers": {"why": "x"},
    "consult": {"department": "nobody", "question": "x", "papers": [], "due_on": "2026-03-12"},
    "rating": {"stars": 5}, "uploads": {"requirement": "id", "size": 9, "name": "id.jpg"},
    "materials": {"requirement": "id", "channel": "paper"}, "page-order": {"requirement": "id", "pages": [1]},
    "fees/pay": {"way": "qr"}, "fees/waive": {"reason": "x", "second_by": "nobody"}, "fees/refund": {"refund": 1},
    "fees/reassess": {"form": {"copies": "2"}, "reason": "x", "second_by": "nobody"},
    "way": {"how": "counter"}, "consign": None, "post": None, "come-back": {"place": "A"},
    "sent-papers": {"carrier": "EMS", "waybill": "1234567890"}, "papers-came": None, "folder": {"place": "person"},
    "take-out": {"place": "A"}, "to-cabinet": None,
}  # fmt: skip
# Which of the town's people may take a step; the applicant's steps also whoever receives papers.
TAKES: dict[str, set[str]] = {
    **dict.fromkeys(("submit", "supplement", "withdraw", "receive", "notice", "accept", "refuse", "hand-over"), {"receiver"}),
    **dict.fromkeys(("return", "pass"), {"pre_reviewer"}),
    **dict.fromkeys(("opine", "propose-stop", "resume-clock"), {"reviewer"}),
    **dict.fromkeys(("issue", "shelve", "deliver"), {"issuer"}),
    **dict.fromkeys(("terminate", "agree", "urge", "hand-on"), {"supervisor", "second_supervisor"}),
    **dict.fromkeys(("stop-clock", "refuse-stop"), {"approver"}),
    "extend": {"reviewer", "approver", "head"},  # asked for, or approved
    "refuse-extension": {"head"},
    "check-promise": {"reviewer"},
    "revoke": {"approver"},
    "lift-bar": {"supervisor", "second_supervisor"},
    "settle": {"receiver", "reviewer"},
    "decide": {"approver"},
    "take": {"reviewer", "approver"},
    "release": {"pre_reviewer", "receiver", "reviewer", "approver", "issuer", "supervisor", "second_supervisor"},
    "folder": {"pre_reviewer", "receiver", "reviewer", "approver", "issuer", "supervisor", "second_supervisor", "head"},
    **dict.fromkeys(("sign-for", "refuse-papers", "consult"), {"reviewer"}),
    **dict.fromkeys(("materials", "uploads", "sent-papers", "page-order"), {"receiver"}),
    **dict.fromkeys(("consign", "post", "come-back", "papers-came", "take-out", "to-cabinet"), {"issuer"}),
    **dict.fromkeys(("way", "fees/pay", "fees/refund"), {"receiver", "issuer"}),
    **dict.fromkeys(("fees/waive", "fees/reassess"), {"supervisor", "second_supervisor"}),
    "rating": set(),  # never by who is rated
}  # fmt: skip


def works(login: str, *roles: str, hall: str = "town", department: str = "") -> Staff:
    one = Staff.objects.create_staff(
        login=login,
        password="town-password",
        name_zh=login,
        name_en=login,
        created_at=TUESDAY_NINE,
        department=department,
    )
    for role in roles:
        Role.objects.create(
            staff=one, role=role, scope_kind="hall", scope=hall, given_at=TUESDAY_NINE, given_by="system"
        )
    return one


def key_for(work: Casework, login: str, *roles: str, **more: str) -> str:
    work.calls.keys[login] = create_key(name=login, scope="staff", staff=works(login, *roles, **more), now=TUESDAY_NINE)
    return login


def test_the_table_names_every_step_of_a_case() -> None:
    documented = {
        path.split("{case}/")[1]
        for method, path, _ in operations(api.get_openapi_schema(path_prefix="/api/v1/"))
        if method == "post" and "/{case}/" in path and path.count("{") == 1
    }

    assert documented == set(STEPS) == set(TAKES)


@pytest.mark.parametrize("stranger", ["other-channel", "elsewhere", "other-manage"])
def test_a_paper_and_a_file_of_somebody_elses_case_are_not_there(work: Casework, stranger: str) -> None:
    no = work.opened()
    file = work.sent(no, "channel", photo()).json()["id"]
    work.done("receive", no, "receiver", {"materials": ["id", "photo"]})
    number = work.calls("get", f"/cases/{no}/documents", "channel").json()["data"][0]["number"]
    key_for(work, "elsewhere", "receiver", hall="other")

    said = [
        work.calls("get", path, stranger).status_code
        for path in (f"/documents/{number}", f"/cases/{no}/materials/{file}/content")
    ]

    assert said == ([403, 403] if stranger == "other-manage" else [404, 404])


@pytest.mark.parametrize("who", ["pre_reviewer", "receiver", "reviewer", "approver", "head", "issuer", "supervisor"])
def test_each_step_takes_its_permission(work: Casework, who: str) -> None:
    no = work.in_review()

    said = {verb: work(verb, no, who, body) for verb, body in STEPS.items()}

    barred = {verb for verb, answer in said.items() if answer.status_code == 403}
    assert barred == {verb for verb in STEPS if who not in TAKES[verb]}
    assert {said[verb].json()["type"] for verb in barred} <= {"not-allowed"}


def test_a_permission_held_in_another_hall_alone_is_told_as_that(work: Casework) -> None:
    no = work.in_review()
    one = works("two-halls", "pre_reviewer")
    Role.objects.create(
        staff=one, role="reviewer", scope_kind="hall", scope="other", given_at=TUESDAY_NINE, given_by="system"
    )
    work.calls.keys["two-halls"] = create_key(name="x", scope="staff", staff=one, now=TUESDAY_NINE)

    said = work("opine", no, "two-halls", {"says": "note", "text": "x"})

    assert (said.status_code, said.json()["type"]) == (403, "not-your-hall")


def test_whoever_belongs_to_a_department_works_and_sees_its_cases_alone(work: Casework) -> None:
    no = work.in_review()
    key_for(work, "theirs", "reviewer", department="hrss")
    key_for(work, "others", "reviewer", department="civil")

    listed = {
        who: [
            [each["case_no"] for each in work.calls("get", path, who).json()["data"]]
            for path in ("/worklists/review", "/cases")
        ]
        for who in ("theirs", "others")
    }

    assert listed == {"theirs": [[no], [no]], "others": [[], []]}
    assert [work.calls("get", f"/cases/{no}", who).status_code for who in ("theirs", "others")] == [200, 404]
    assert work("take", no, "others").status_code == 404


def test_a_clerk_at_a_window_receives_and_sees_what_was_opened_there(work: Casework) -> None:
    key_for(work, "window-clerk", "clerk")
    no = work.opened("window-clerk")

    work.done("receive", no, "window-clerk", {"materials": ["id", "lease", "photo"]})

    assert work.seen(no, "window-clerk")["phase"] == "received"


def test_personal_data_is_whole_for_staff_alone_and_each_look_is_traced(work: Casework) -> None:
    no = work.received()
    whole = Case.objects.get(no=no)

    shown = {key: work.seen(no, key) for key in ("channel", "manage", "reviewer")}
    listed = work.calls("get", "/cases", "manage").content.decode()

    assert {key: each["form"] for key, each in shown.items()} == {
        "channel": None, "manage": None, "reviewer": {"name": "小镇书店", "address": "一号路 2 号"},
    }  # fmt: skip
    assert [PERSON["name"] in text for text in (listed, str(shown["channel"]), str(shown["reviewer"]))] == [False] * 3
    reviewer = f"staff:{work.matters.staff['reviewer'].pk}"
    looks = Entry.objects.filter(action="looked", subject=f"person:{whole.person_id}", actor=reviewer)
    assert [(each.hall, each.facts["why"]) for each in looks.order_by("id")] == [("town", f"case:{no}:2026-03-10")]


def test_the_story_names_the_office_to_the_applicant_and_the_person_to_staff(work: Casework) -> None:
    no = work.decided()

    told = work.calls("get", f"/cases/{no}/timeline", "channel").json()["data"]
    inside = work.calls("get", f"/cases/{no}/timeline", "reviewer").json()["data"]

    assert [(each["verb"], each["who"], each["by"]) for each in told] == [
        ("open", "applicant", None), ("receive", "hall", None), ("accept", "hall", None), ("hand-over", "hall", None),
        ("decide", "department", None),
    ]  # fmt: skip
    assert {each["verb"] for each in inside} - {each["verb"] for each in told} == {"opine"} <= UNSEEN
    assert {each["by"] for each in inside if each["verb"] == "opine"} == {work.matters.staff["reviewer"].name_zh}
    assert [each["kind"] for step in told for each in step["documents"]] == ["receipt", "acceptance", "grant"]
    assert told[2]["facts"] == {"due_promised": "2026-03-16", "due_statutory": "2026-04-07", "deferred": []}
    assert set(told[-1]["facts"]) == {"grant", "due_on"}


def test_the_slip_between_the_offices_is_none_of_the_applicants(work: Casework) -> None:
    no = work.in_review()

    kinds = {
        key: [each["kind"] for each in work.calls("get", f"/cases/{no}/documents", key).json()["data"]]
        for key in ("channel", "reviewer")
    }
    slip = work.calls("get", f"/cases/{no}/documents", "reviewer").json()["data"][-1]["number"]

    assert kinds == {"channel": ["receipt", "acceptance"], "reviewer": ["receipt", "acceptance", "handover_slip"]}
    assert work.calls("get", f"/documents/{slip}", "channel").status_code == 404


def test_a_paper_is_a_pdf_whose_code_anybody_may_check(work: Casework) -> None:
    no = work.received()
    (paper,) = work.calls("get", f"/cases/{no}/documents", "channel").json()["data"]

    pdf = work.calls("get", f"/documents/{paper['number']}", "channel")
    checked = work.calls("get", f"/verify/{paper['code'].lower()}", "").json()
    forged = work.calls("get", "/verify/AAAABBBBCCCCDDDD", "")

    assert (pdf.status_code, pdf["Content-Type"], pdf.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert {name: checked[name] for name in ("valid", "kind", "number", "issued_on", "holder", "status")} == {
        "valid": True, "kind": "receipt", "number": paper["printed"], "issued_on": "2026-03-10", "holder": "张**",
        "status": "in_force",
    }  # fmt: skip
    assert (checked["seal"]["state"], paper["seal"]) == ("none", "none")
    assert (forged.status_code, forged.json()["type"]) == (404, "nothing-found")


def test_one_network_checks_only_so_many_papers(work: Casework, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.wall()
    monkeypatch.setattr(clock, "wall", lambda: now)  # however slow the machine is

    answers = [work.calls("get", "/verify/AAAABBBBCCCCDDDD", "") for _ in range(62)]

    assert [each.status_code for each in answers][:60] == [404] * 60
    assert (answers[-1].status_code, answers[-1].json()["type"]) == (429, "rate-limited")
    assert int(answers[-1]["Retry-After"]) >= 1


def test_a_file_is_whole_for_who_sent_it_and_for_staff_with_a_trace(work: Casework) -> None:
    no = work.opened()
    sent = work.sent(no, "channel", photo()).json()
    work.done("receive", no, "receiver", {"materials": ["id", "photo"]})
    path = f"/cases/{no}/materials/{sent['id']}/content"

    answers = [work.calls("get", path, key) for key in ("channel", "reviewer", "manage")]

    assert [(a.status_code, a["Content-Type"]) for a in answers[:2]] == [(200, "image/jpeg")] * 2
    assert answers[0]["X-Content-Type-Options"] == "nosniff"
    assert answers[2].status_code == 403
    assert Entry.objects.filter(action="looked", actor=f"staff:{work.matters.staff['reviewer'].pk}").count() == 1


def test_what_the_library_gave_is_a_marked_copy_for_staff_of_the_case_alone(work: Casework) -> None:
    no = work.opened()
    held = library.issue_certificate(
        person_id=Case.objects.get(no=no).person_id, type="resident-id", number="44190000", name_zh="居民身份证",
        name_en="Identity card", issuer_zh="公安局", issuer_en="Police", issued_on=TUESDAY_NINE.date(), trust="A",
        source="import:police", by=work.matters.by["receiver"], now=TUESDAY_NINE,
    )  # fmt: skip
    asked = {"requirement": "id", "channel": "library", "consent": True}
    used = work.calls("post", f"/cases/{no}/materials", "channel", asked).json()
    work.done("receive", no, "receiver", {"materials": ["lease", "photo"]})
    library.end_certificate(ref=held.ref, by=work.matters.by["receiver"], now=TUESDAY_NINE)
    key_for(work, "elsewhere", "receiver", hall="other")
    path = f"/cases/{no}/materials/{used['id']}/content"

    answers = [work.calls("get", path, key) for key in ("reviewer", "receiver", "channel", "elsewhere", "manage")]

    assert [each.status_code for each in answers] == [200, 200, 404, 404, 403]
    assert (answers[0]["Content-Type"], answers[0].content == answers[1].content) == ("application/pdf", True)
    assert Entry.objects.filter(action="looked", facts__why=f"copy:{no}:{held.ref}").count() == 2
    (told,) = [m for each in work.seen(no)["requirements"] for m in each["materials"] if m["id"] == used["id"]]
    assert (used["certificate"]["ended_at"], told["certificate"]["code"]) == (None, "resident-id")
    assert (told["certificate"]["ended_at"] is None, len(told["sha256"])) == (False, 64)


# --- Lists -------------------------------------------------------------------------------------------------------


def test_lists_hold_what_a_key_sees_newest_first_and_are_filtered(work: Casework) -> None:
    first = work.received()
    second = work.opened(person=person(1))
    work.opened("kiosk", person=person(2))

    def listed(key: str, query: str = "") -> list[str]:
        return [each["case_no"] for each in work.calls("get", f"/cases{query}", key).json()["data"]]

    assert [listed("channel"), len(listed("manage")), len(listed("reviewer")), listed("other-manage")] == [
        [second, first], 3, 3, [],
    ]  # fmt: skip
    queries = ["phase=received", "item=pension", "item=none", "department=hrss", "hall=other", "due_before=2026-03-17",
               "due_before=2026-03-18", f"q={second[-6:]}", f"q={first}", "q=none"]  # fmt: skip
    assert [listed("channel", f"?{each}") for each in queries] == [
        [first], [second, first], [], [second, first], [], [], [first], [second], [first], [],
    ]  # fmt: skip


def test_lists_come_page_by_page(work: Casework) -> None:
    numbers = [work.opened(person=person(i)) for i in range(3)]

    first = work.calls("get", "/cases?limit=2", "channel").json()
    rest = work.calls("get", f"/cases?limit=2&cursor={first['next']}", "channel").json()

    assert [each["case_no"] for each in first["data"] + rest["data"]] == numbers[::-1]
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("name", "at", "key"),
    [
        ("acceptance", "received", "receiver"),
        ("to-hand-over", "accepted", "receiver"),
        ("review", "in_review", "reviewer"),
        ("issue", "decided", "issuer"),
        ("supervision", "in_review", "supervisor"),
    ],
)
def test_a_work_list_is_for_who_may_take_from_it(work: Casework, name: str, at: str, key: str) -> None:
    no = {"received": work.received, "accepted": work.accepted, "in_review": work.in_review, "decided": work.decided}[
        at
    ]()

    mine = work.calls("get", f"/worklists/{name}", key).json()
    others = {
        who: work.calls("get", f"/worklists/{name}", who).status_code
        for who in ("pre_reviewer", "receiver", "reviewer", "approver", "issuer", "supervisor")
    }

    assert [each["case_no"] for each in mine["data"]] == [no]
    assert others == {who: 200 if who == key else 403 for who in others}


def test_what_the_law_keeps_from_an_approver_is_not_on_their_list(work: Casework) -> None:
    no = work.in_review()
    both = works("both", "reviewer", "approver")
    work.calls.keys["both"] = create_key(name="both", scope="staff", staff=both, now=TUESDAY_NINE)
    work.done("opine", no, "both", {"says": "grant"})

    lists = {who: work.calls("get", "/worklists/approval", who).json()["data"] for who in ("both", "approver")}
    said = work("decide", no, "both", {"grant": True})

    assert {who: [each["proposed"] for each in rows] for who, rows in lists.items()} == {
        "both": [], "approver": ["grant"],
    }  # fmt: skip
    assert (said.status_code, said.json()["type"]) == (409, "same-person")


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/worklists/none", (404, "nothing-found")),
        ("/worklists/review?hall=other", (403, "not-your-hall")),
        ("/worklists/review?hall=nowhere", (404, "nothing-found")),
        ("/worklists/approval", (403, "not-allowed")),
    ],
)
def test_a_work_list_that_is_none_of_ones_own(work: Casework, path: str, answer: tuple[int, str]) -> None:
    said = work.calls("get", path, "reviewer")

    assert (said.status_code, said.json()["type"]) == answer


# --- Two people ---------------------------------------------------------------------------------------------------


def end(work: Casework, no: str, second: str = "case-second-supervisor") -> Any:
    return work("terminate", no, "supervisor", {"reason": "重复申请", "second_by": second})


def test_a_case_is_ended_early_by_two_who_supervise(work: Casework) -> None:
    no = work.in_review()
    alone = [end(work, no), end(work, no, "nobody"), end(work, no, "case-supervisor")]
    work.done("agree", no, "supervisor", {"verb": "terminate"})
    oneself = end(work, no, "case-supervisor")
    agreed = work.done("agree", no, "second_supervisor", {"verb": "terminate"})

    done = end(work, no, "CASE-second-supervisor")

    assert {(each.status_code, each.json()["type"]) for each in (*alone, oneself)} == {(409, "same-person")}
    assert (agreed["phase"], done.status_code, done.json()["phase"]) == ("in_review", 200, "terminated")


def test_an_agreement_holds_for_half_an_hour(work: Casework) -> None:
    no = work.in_review()
    work.done("agree", no, "second_supervisor", {"verb": "terminate"})
    stop_the_clock(TUESDAY_NINE + timedelta(minutes=30))
    keys.forget()

    assert end(work, no).json()["type"] == "same-person"


def test_who_lost_the_role_since_agrees_no_more(work: Casework) -> None:
    no = work.in_review()
    work.done("agree", no, "second_supervisor", {"verb": "terminate"})
    work.matters.staff["second_supervisor"].roles.update(ended_at=TUESDAY_NINE)

    assert end(work, no).json()["type"] == "same-person"


def test_a_further_notice_takes_a_second_person_each_time(work: Casework) -> None:
    no = work.opened()
    work.done("receive", no, "receiver", {"materials": ["id"]})
    missing: dict[str, Any] = {"missing": [{"requirement": "lease", "reason": "没有租约"}]}
    work.done("notice", no, "receiver", missing)
    work.sent(no, "channel", photo())
    work.done("supplement", no, "channel")
    again = {"missing": [{"requirement": "lease", "reason": "租约过期"}], "second_by": "case-supervisor"}

    alone = [work("notice", no, "receiver", missing), work("notice", no, "receiver", again)]
    work.done("agree", no, "supervisor", {"verb": "notice"})
    told = work.done("notice", no, "receiver", again)

    assert [(each.status_code, each.json()["type"]) for each in alone] == [(409, "second-notice")] * 2
    assert told["phase"] == "supplement"


# --- At once, and again --------------------------------------------------------------------------------------------


@pytest.mark.race
def test_two_who_take_a_case_at_once_are_one_who_has_it_and_one_who_is_told_who(committed_work: Casework) -> None:
    work = committed_work
    no = work.in_review()
    key_for(work, "second-reviewer", "reviewer")

    answers = together(2, lambda i: work("take", no, ("reviewer", "second-reviewer")[i]))

    assert sorted(each.status_code for each in answers) == [200, 409]
    (told,) = [each.json() for each in answers if each.status_code == 409]
    assert (told["type"], told["next"]) == ("locked", "2026-03-10T09:30:00+08:00")


@pytest.mark.race
def test_two_who_decide_at_once_decide_once(committed_work: Casework) -> None:
    work = committed_work
    no = work.in_review()
    work.done("opine", no, "reviewer", {"says": "grant"})
    key_for(work, "second-approver", "approver")

    answers = together(2, lambda i: work("decide", no, ("approver", "second-approver")[i], {"grant": True}))

    assert sorted(each.status_code for each in answers) == [200, 409]
    assert CaseEvent.objects.filter(case__no=no, verb="decide").count() == 1


@pytest.mark.race
def test_a_step_sent_twice_at_once_with_one_key_is_taken_once(committed_work: Casework) -> None:
    work = committed_work
    no = work.opened()

    answers = together(
        3, lambda _: work("receive", no, "receiver", {"materials": ["id", "lease"]}, idempotency_key="once")
    )

    assert [each.status_code for each in answers] == [200] * 3
    assert CaseMaterial.objects.filter(case__no=no).count() == 2


def test_wrong_codes_are_counted_though_nothing_is_handed_over(work: Casework) -> None:
    no = work.ready()
    code = work.seen(no)["delivery"]["code"]

    wrong = [work("deliver", no, "issuer", {"code": "1"}).json() for _ in range(5)]
    late = work("deliver", no, "issuer", {"code": code}).json()
    done = work.done("deliver", no, "issuer", {"identity": True})
    again = work("deliver", no, "issuer", {"identity": True})

    assert [(each["type"], each["facts"]["left"]) for each in wrong] == [
        ("code-wrong", left) for left in (4, 3, 2, 1, 0)
    ]
    assert (late["type"], done["phase"], again.json()["type"]) == ("code-wrong", "closed", "code-used")


def test_the_clock_of_a_lease_is_the_halls(work: Casework) -> None:
    no = work.in_review()
    key_for(work, "second-reviewer", "reviewer")
    work.done("take", no, "reviewer")
    held = work("take", no, "second-reviewer").json()
    work.done("release", no, "reviewer")

    taken = work.done("take", no, "second-reviewer")

    assert (held["type"], taken["held_by"]) == ("locked", "second-reviewer")
    assert clock.now() == TUESDAY_NINE


def test_a_supervisor_takes_a_case_over_and_lays_it_down(work: Casework) -> None:
    no = work.in_review()
    work.done("take", no, "reviewer")

    barred = work("take", no, "reviewer", {"over": True})
    taken = work.done("take", no, "supervisor", {"over": True})
    work.done("release", no, "supervisor")

    assert (barred.status_code, taken["held_by"]) == (403, work.matters.staff["supervisor"].name_zh)
    assert work.seen(no, "reviewer")["held_by"] is None


def test_the_same_matter_under_way_already_is_told_to_who_sent_it(work: Casework) -> None:
    no = work.received()

    again = work.calls("post", "/cases", "channel", OPEN)
    others = work.calls("post", "/cases", "other-channel", OPEN)
    anyway = work.calls("post", "/cases", "channel", {**OPEN, "anyway": True})

    assert (again.status_code, again.json()["type"], again.json()["facts"]) == (409, "duplicate-case", {"case": no})
    assert [others.status_code, anyway.status_code] == [201, 201]
