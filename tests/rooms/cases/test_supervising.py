"""督办: urged once a working day, and handed on – to a colleague, or to another department that gets the papers anew."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import answered_to, exceptions, lines
from tests.matters import Matters
from tests.rooms.cases.test_consulting import answer, ask, no_of, police
from tests.together import together
from tests.town import TUESDAY_NINE, at

FRIDAY = at("2026-03-13 09:00")
DAY = timedelta(days=1)


def urge(matters: Matters, case: Case, *, now: Any = TUESDAY_NINE, who: str = "supervisor") -> Case:
    return cases.urge(case_no=case.no, note="今天办结", by=matters.by[who], now=now)


def to_police(matters: Matters, case: Case, **more: Any) -> Case:
    return cases.hand_to_department(
        **{"case_no": case.no, "department": "police", "may": True, "why": "归公安", "by": matters.by["supervisor"],
           "now": TUESDAY_NINE} | more
    )  # fmt: skip


@pytest.mark.django_db
def test_urging_is_heard_once_a_working_day_and_never_at_a_weekend(matters: Matters):
    case = matters.in_review()
    urge(matters, case, now=FRIDAY)

    again = [no_of(urge, matters, case, now=FRIDAY + days * DAY) for days in (0, 1, 2)]
    urge(matters, case, now=FRIDAY + 3 * DAY, who="second_supervisor")

    assert again == ["urged-already"] * 3
    assert case.events.filter(verb="urge").count() == 2
    assert no_of(cases.urge, case_no=case.no, note=" ", by=matters.by["supervisor"], now=FRIDAY + 4 * DAY) == "invalid"


@pytest.mark.django_db
def test_it_stands_on_the_list_until_the_opinion_is_given(matters: Matters):
    case = matters.in_review()
    urge(matters, case)

    before = [line.urged for line in lines([Case.objects.get()], now=TUESDAY_NINE)]
    cases.opine(case_no=case.no, says="note", text="已看", by=matters.by["reviewer"], now=TUESDAY_NINE)
    noted = [line.urged for line in lines([Case.objects.get()], now=TUESDAY_NINE)]
    cases.opine(case_no=case.no, says="grant", by=matters.by["reviewer"], now=TUESDAY_NINE)
    after = [line.urged for line in lines([Case.objects.get()], now=TUESDAY_NINE)]

    assert (before, noted, after) == ([True], [True], [False])


@pytest.mark.django_db(transaction=True)
def test_of_two_supervisors_who_urge_at_once_one_does(committed_matters: Matters):
    case, people = committed_matters.in_review(), ("supervisor", "second_supervisor")

    results = together(2, lambda i: urge(committed_matters, case, who=people[i]))

    assert sum(isinstance(each, Case) for each in results) == 1
    assert {each.slug for each in results if isinstance(each, Refused)} == {"urged-already"}


@pytest.mark.django_db
def test_whoever_it_is_handed_to_keeps_it_over_the_weekend(matters: Matters):
    case, reviewer = matters.in_review(), int(matters.by["reviewer"].id)
    cases.take(case_no=case.no, by=matters.by["approver"], now=FRIDAY)

    cases.hand_on(case_no=case.no, to=reviewer, may=True, why="休假", by=matters.by["supervisor"], now=FRIDAY)

    case.refresh_from_db()
    assert (case.locked_by_id, case.locked_until) == (reviewer, at("2026-03-17 00:00"))
    assert no_of(cases.take, case_no=case.no, by=matters.by["approver"], now=FRIDAY + 3 * DAY) == "locked"
    assert case.events.get(verb="hand_on").facts == {"from": int(matters.by["approver"].id), "to": reviewer}
    cannot = {"case_no": case.no, "to": reviewer, "why": "x", "by": matters.by["supervisor"], "now": FRIDAY}
    assert no_of(cases.hand_on, **cannot, may=False) == "invalid"


@pytest.mark.django_db
def test_another_department_gets_the_papers_anew_and_the_day_stands(matters: Matters):
    officer, case = police(matters), matters.in_review()
    promised = case.due_promised
    waits = case.handovers.filter(signed_at=None, refused_at=None).count()
    cases.opine(case_no=case.no, says="refuse", text="不归我们", by=matters.by["reviewer"], now=TUESDAY_NINE)

    to_police(matters, case)
    case = Case.objects.get()
    handed = (case.phase, case.department.code, case.proposed, case.locked_by_id, case.due_promised)
    cases.hand_over(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)
    cases.sign_for(case_no=case.no, by=officer, now=TUESDAY_NINE)

    assert handed == ("accepted", "police", "", None, promised)
    assert list(case.handovers.order_by("id").values_list("refused_by__login", "signed_by__login")) == (
        [("case-supervisor", None)] * waits + [(None, "case-police")]
    )


@pytest.mark.django_db
def test_neither_to_itself_nor_to_one_that_is_asked_nor_to_one_that_may_not(matters: Matters):
    officer, case = police(matters), matters.in_review()
    row = ask(matters, case)

    assert no_of(to_police, matters, case) == "changed-meanwhile"
    answer(row, officer, says="pass", text="归人社")
    assert no_of(to_police, matters, case, department=case.department.code) == "invalid"
    assert no_of(to_police, matters, case, may=False) == "invalid"
    assert no_of(to_police, matters, case, why=" ") == "invalid"
    to_police(matters, case)
    assert Case.objects.get().department.code == "police"


@pytest.mark.django_db
def test_an_answer_waits_for_whoever_asked_until_they_have_weighed_it(matters: Matters):
    officer, case = police(matters), matters.in_review()
    row, asker = ask(matters, case), int(matters.by["reviewer"].id)

    asked = list(answered_to(asker, halls=["town"]))
    answer(row, officer)
    told = [each.pk for each in answered_to(asker, halls=["town"])]
    others = list(answered_to(int(officer.id), halls=["*"]))
    cases.opine(case_no=case.no, says="note", text="已阅", by=matters.by["reviewer"], now=TUESDAY_NINE + DAY)

    assert (asked, told, others, list(answered_to(asker, halls=["*"]))) == ([], [row.pk], [], [])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("says", "proposed", "waits"), [("refuse", "grant", 1), ("grant", "grant", 0), ("refuse", "refuse", 0)]
)
def test_a_no_that_comes_after_a_proposal_to_grant_is_told_to_who_asked(
    matters: Matters, says: str, proposed: str, waits: int
):
    officer, case = police(matters), matters.in_review()
    row, asker, by = ask(matters, case), int(matters.by["reviewer"].id), matters.by["reviewer"]
    cases.opine(case_no=case.no, says=proposed, text="看过", by=by, now=TUESDAY_NINE)
    answer(row, officer, says=says, now=TUESDAY_NINE + DAY)

    told = list(answered_to(asker, halls=["town"]))
    cases.opine(case_no=case.no, says="refuse", text="在学校旁边", by=by, now=TUESDAY_NINE + 2 * DAY)

    assert (len(told), list(answered_to(asker, halls=["town"]))) == (waits, [])


@pytest.mark.django_db
def test_yellow_counts_working_days_as_the_lists_do(matters: Matters):
    case = matters.in_review()
    Case.objects.filter(pk=case.pk).update(due_promised="2026-03-17")  # a Tuesday
    hall = matters.town.hall

    found = [exceptions(hall, now=at(f"2026-03-{day} 09:00")) for day in (12, 13, 14, 17, 18)]

    assert [(each.red, each.yellow) for each in found] == [(0, 0), (0, 1), (0, 1), (0, 1), (1, 0)]
    assert [line.light for each in found for line in each.soon] == ["yellow"] * 3


@pytest.mark.django_db
def test_while_the_clock_stands_it_stays_with_its_department(matters: Matters):
    """At the front nobody could let it run again, and no day would count."""
    case = matters.in_review()
    police(matters)
    matters.stop(case)

    refused = no_of(to_police, matters, case)
    cases.resume_clock(case_no=case.no, result="完了", by=matters.by["reviewer"], now=TUESDAY_NINE)

    assert (refused, to_police(matters, case).phase) == ("clock-stopped", "accepted")


@pytest.mark.django_db
def test_whoever_it_is_handed_on_to_is_asked_of_the_case_as_it_is_under_the_lock(matters: Matters):
    case = matters.in_review()
    cases.opine(case_no=case.no, says="grant", by=matters.by["reviewer"], now=TUESDAY_NINE)

    said = {"to": matters.staff["reviewer"].pk, "why": "休假", "by": matters.by["supervisor"], "now": TUESDAY_NINE}

    assert no_of(cases.hand_on, case_no=case.no, may=lambda there: there.proposed == "", **said) == "invalid"
    assert Case.objects.get().locked_by_id != said["to"]
