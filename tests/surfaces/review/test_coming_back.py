"""What was sent back and comes again is first for the one who sent it back, as long as they are there; then for everybody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from banshi.kernel.actors import Actor
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries
from banshi.rooms.cases.actions.receiving import Missing
from banshi.rooms.cases.models import Case
from banshi.rooms.identity.models import Role
from banshi.rooms.staffing.models import Shift
from tests.matters import Matters
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
PAPERS = ("id", "lease", "photo")


def sent(matters: Matters) -> Case:
    case = matters.opened()
    for code in PAPERS:
        cases.add_material(case_no=case.no, code=code, channel="upload", by=matters.applicant, now=TUESDAY_NINE)
    return cases.submit(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)


def came_back(matters: Matters) -> Case:
    """Sent back by the first pre-reviewer, put right, sent again; another case has waited longer."""
    sent(matters)
    case = sent(matters)
    verdicts = [cases.Verdict("id", ok=False, reason="看不清"), *(cases.Verdict(code, ok=True) for code in PAPERS[1:])]
    cases.send_back(case_no=case.no, verdicts=verdicts, by=matters.by["pre_reviewer"], now=TUESDAY_NINE)
    cases.release(case_no=case.no, by=matters.by["pre_reviewer"], now=TUESDAY_NINE)
    cases.add_material(case_no=case.no, code="id", channel="upload", by=matters.applicant, now=TUESDAY_NINE)
    return cases.submit(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)


def another(matters: Matters) -> int:
    """Another pre-reviewer of the hall."""
    Role.objects.create(
        staff=matters.staff["supervisor"], role="pre_reviewer", scope_kind="hall", scope="town", given_by="staff:1",
        given_at=TUESDAY_NINE,
    )  # fmt: skip
    return int(matters.staff["supervisor"].pk)


def free(staff: int, **more: object) -> list[str]:
    rows = queries.worklist("pre-review", halls=["town"], staff=staff)
    asked = {"now": TUESDAY_NINE, **more}
    return list(queries.free(rows, staff=staff, **asked).values_list("no", flat=True))  # type: ignore[arg-type]


def test_it_is_first_for_who_sent_it_back_and_not_offered_to_another_until_the_hours_are_over(matters, client_of):
    case = came_back(matters)
    me, other = matters.staff["pre_reviewer"].pk, another(matters)

    page = client_of("pre_reviewer").get("/review/town/pre-review").content.decode()
    answer = client_of("pre_reviewer").post("/review/town/pre-review/next")

    assert (free(me)[0], case.no in free(other)) == (case.no, False)
    assert case.no in free(other, now=TUESDAY_NINE + timedelta(hours=24))
    assert ("先由" in page or "Came back to" in page, answer.url) == (True, f"/review/town/cases/{case.no}/")


def test_who_works_there_no_more_or_is_off_today_is_not_waited_for(matters):
    case = came_back(matters)
    me, other = matters.staff["pre_reviewer"].pk, another(matters)

    off = free(other, away={me})
    Role.objects.filter(staff_id=me).update(ended_at=TUESDAY_NINE)

    assert (case.no in off, case.no in free(other)) == (True, True)


def test_the_roster_says_who_is_off_today(matters, client_of):
    from banshi.rooms.staffing import queries as staffing

    hall, staff = matters.town.hall, matters.staff["pre_reviewer"]
    tomorrow = TUESDAY_NINE + timedelta(days=1)
    shift = Shift.objects.create(
        hall=hall, staff=staff, day=tomorrow.date(), starts_at=tomorrow, ends_at=tomorrow + timedelta(hours=3),
        made_by="staff:1", made_at=TUESDAY_NINE,
    )  # fmt: skip
    planned = staffing.off_today(hall, TUESDAY_NINE)
    Shift.objects.filter(pk=shift.pk).update(
        day=TUESDAY_NINE.date(), starts_at=TUESDAY_NINE, ends_at=TUESDAY_NINE + timedelta(hours=3)
    )

    assert (planned, staffing.off_today(hall, TUESDAY_NINE)) == ({staff.pk}, frozenset())
    assert staffing.off_today(hall, TUESDAY_NINE + timedelta(hours=3)) == {staff.pk}


def test_the_rule_of_the_hall_may_leave_it_to_whoever_is_free(matters):
    matters.town.policy(cases={"returned_first_hours": 0})
    case = came_back(matters)

    assert (case.back_to_id, case.no in free(another(matters))) == (None, True)


@pytest.mark.parametrize("at_window", [True, False])
def test_a_supplement_comes_back_to_who_asked_for_it_unless_a_clerk_takes_it_in(matters, at_window):
    case = matters.received(papers=("id", "photo"))
    clerk, citizen = matters.by["receiver"], matters.applicant
    cases.give_notice(case_no=case.no, missing_now=[Missing("lease", "没有带")], by=clerk, now=TUESDAY_NINE)
    by: Actor = matters.by["supervisor"] if at_window else citizen
    cases.release(case_no=case.no, by=clerk, now=TUESDAY_NINE)
    channel = "paper" if at_window else "upload"
    cases.add_material(case_no=case.no, code="lease", channel=channel, by=by, now=TUESDAY_NINE)

    done = cases.supplement(case_no=case.no, by=by, now=TUESDAY_NINE)

    assert done.back_to_id == (None if at_window else matters.staff["receiver"].pk)
