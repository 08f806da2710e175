"""等我办的: whoever may go on with a case sees that it waits, on the first page of office and review; nobody else does."""

from __future__ import annotations

import re
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from banshi.journeys.case import conclude
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.models import Delivery, Wish
from banshi.rooms.identity.models import Role
from tests.surfaces.office.editing import signed_in
from tests.town import TUESDAY_NINE

HERE = "/review/town/waiting"


def said(client: Any, url: str = HERE) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(url).content.decode()).split())


def test_each_sees_what_is_theirs_to_do_now_and_where(matters, client_of):
    case = matters.received()

    receiver, approver = said(client_of("receiver")), said(client_of("approver"))
    cases.accept(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)
    later, reviewer = said(client_of("receiver")), said(client_of("reviewer"))

    assert "1 件等你收件、受理" in receiver
    assert "本厅现在没有等你办的" in approver
    assert "等你收件" not in later
    assert "1 件等你审查" in reviewer
    assert case.no not in receiver


def test_what_was_missing_and_has_come_is_told_apart(matters, client_of):
    case = matters.received()
    Case.objects.filter(pk=case.pk).update(notices=1)

    page = said(client_of("receiver"))

    assert "1 件补来了材料" in page
    assert "等你收件" not in page


def test_papers_to_hand_over_wait_at_the_front_and_again_where_the_department_did_not_sign(matters, client_of):
    case = matters.received()
    cases.accept(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)
    accepted = said(client_of("receiver"))
    cases.hand_over(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)
    given = said(client_of("receiver"))
    cases.refuse_papers(case_no=case.no, why="少一份租约", by=matters.by["reviewer"], now=TUESDAY_NINE)
    back, listed = said(client_of("receiver")), said(client_of("receiver"), "/review/town/to-hand-over")
    page = said(client_of("receiver"), f"/review/town/cases/{case.no}/")
    cases.hand_over(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)
    again = said(client_of("receiver"))

    assert "1 件的材料等你移交给部门" in accepted
    assert ("移交给部门" in given, "移交给部门" in again) == (False, False)
    assert "1 件的材料部门没有签收，退回来了" in back
    assert "等你移交给部门" not in back
    why = f"部门没有签收材料： 少一份租约 {matters.staff['reviewer'].name_zh}"
    assert why in listed
    assert why in page
    assert f"由{matters.staff['receiver'].name_zh}移交" in listed


def test_what_is_all_files_is_no_paper_to_hand_over(matters, client_of):
    case = matters.received(papers=())
    Case.objects.filter(pk=case.pk).update(phase="accepted")

    assert "本厅现在没有等你办的" in said(client_of("receiver"))
    assert case.no not in said(client_of("receiver"), "/review/town/to-hand-over")


def test_the_one_due_first_is_taken_first_and_another_department_sees_none(matters, client_of):
    first, second = matters.received(), matters.received()
    for each, due in ((first, "2026-03-20"), (second, "2026-03-18")):
        Case.objects.filter(pk=each.pk).update(phase="accepted", due_promised=due)

    answer = client_of("receiver").post("/review/town/to-hand-over/next")

    assert answer["Location"] == f"/review/town/cases/{second.no}/"
    assert client_of("reviewer").get("/review/town/to-hand-over").status_code == 403
    assert client_of("receiver").get("/review/other/to-hand-over").status_code == 403


def test_the_last_opinion_makes_it_somebodys_to_decide_but_not_of_who_proposed_it(matters, client_of):
    case = matters.received()
    cases.accept(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)
    Case.objects.filter(pk=case.pk).update(phase="in_review", proposed="grant", proposed_by=matters.staff["reviewer"])

    assert "1 件等你决定" in said(client_of("approver"))
    assert "等你决定" not in said(client_of("reviewer"))


def test_it_stands_on_the_offices_first_page_too(matters):
    matters.received()
    staff = matters.staff["receiver"]
    Role.objects.create(
        staff=staff, role="hall_manager", scope_kind="hall", scope="town", given_at=TUESDAY_NINE, given_by="system"
    )

    assert "1 件等你收件、受理" in said(signed_in(staff), "/office/")


def test_another_halls_people_and_who_may_not_look_see_nothing(matters, client_of):
    matters.received()

    assert client_of("receiver").get("/review/other/waiting").status_code == 403
    assert signed_in(matters.town.clerk).get(HERE).status_code == 403


def test_many_cases_cost_what_one_does(matters, client_of):
    matters.received()
    client = client_of("receiver")
    client.get(HERE)
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(HERE)
    for _ in range(3):
        matters.received()
    with CaptureQueriesContext(connection) as many:
        page = said(client)

    assert "4 件等你收件、受理" in page
    assert len(many) == len(one)


def listed(client: Any) -> dict[str, list[Any]]:
    """The rows of the issue window's page, column by column."""
    return {phase: rows for phase, _title, rows, _more in client.get("/issue/town/").context["columns"]}


def test_what_the_issue_window_holds_waits_for_it_in_the_same_numbers_and_overdue_in_red(matters, client_of):
    to_make = [matters.decided() for _ in range(2)]
    made, fetched, posted, gone = (matters.decided() for _ in range(4))
    by = matters.by["issuer"]
    for case in (made, fetched, posted, gone):
        conclude.issue(case_no=case.no, by=by, now=TUESDAY_NINE)
    for case in (fetched, posted, gone):
        conclude.shelve(case_no=case.no, place="A-1", by=by, now=TUESDAY_NINE)
    for case in (posted, gone):
        Wish.objects.create(
            case=case, how="courier", name="陈", phone="1", address="2", said_at=TUESDAY_NINE, said_by="x"
        )
    Delivery.objects.filter(case=gone).update(state="posted")
    Case.objects.filter(pk=to_make[0].pk).update(issue_due_on="2026-03-02")

    client = client_of("issuer")
    lines, columns = client.get(HERE).context["lines"], listed(client)
    tabs = client.get(HERE).context["tabs"]

    assert [(each.text, each.n, each.tone) for each in lines] == [
        ("2 件等你制证", len(columns["decided"]), "urgent"),
        ("1 件制好了，等你备好待领", len(columns["issuing"]), "wait"),
        ("1 件等你寄出", len([row for row in columns["ready"] if row.wish == "courier"]), "wait"),
    ]
    assert lines[0].detail == "最早的 3月2日 周一到期"
    assert {each.href for each in lines} == {"/issue/town/"}
    assert len(columns["ready"]) == 2
    assert [(title, n) for _address, title, n, _here in tabs] == [("等我办的", 4)]
    assert "等你制证" not in said(client_of("approver"))


def test_a_refusal_that_is_posted_waits_too_and_one_that_is_fetched_does_not(matters, client_of):
    refused = matters.decided(grant=False)
    before = client_of("issuer").get(HERE).context["lines"]
    Wish.objects.create(
        case=refused, how="courier", name="陈", phone="1", address="2", said_at=TUESDAY_NINE, said_by="x"
    )

    after = client_of("issuer").get(HERE).context["lines"]

    assert (before, [each.text for each in after]) == ([], ["1 件等你寄出"])
