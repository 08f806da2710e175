"""The second person of a step that takes two agrees first: by themselves, for half an hour, for one time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import CaseEvent
from banshi.rooms.cases.queries import agreed, all_cases, opened_by, visible_to
from tests.matters import Matters
from tests.town import TUESDAY_NINE

SOON = TUESDAY_NINE + timedelta(minutes=29)
LATE = TUESDAY_NINE + timedelta(minutes=30)


def second(matters: Matters) -> int:
    return int(matters.staff["second_supervisor"].pk)


def test_who_agreed_is_the_second_person_for_half_an_hour(matters: Matters) -> None:
    case = matters.received()

    cases.agree(case_no=case.no, verb="terminate", by=matters.by["second_supervisor"], now=TUESDAY_NINE)

    said = [agreed(case, "terminate", staff=second(matters), now=now) for now in (TUESDAY_NINE, SOON, LATE)]
    assert said == [True, True, False]
    assert agreed(case, "notice", staff=second(matters), now=SOON) is False
    assert agreed(case, "terminate", staff=matters.staff["supervisor"].pk, now=SOON) is False
    assert CaseEvent.objects.filter(case=case, verb="agree").values_list("actor", "facts").get() == (
        f"staff:{second(matters)}",
        {"verb": "terminate"},
    )


def test_a_word_is_good_for_one_notice(matters: Matters) -> None:
    case = matters.received(papers=("id",))
    missing: Any = {"missing_now": [cases.Missing("lease", "没有租约")], "by": matters.by["receiver"]}
    cases.agree(case_no=case.no, verb="notice", by=matters.by["second_supervisor"], now=TUESDAY_NINE)
    cases.give_notice(case_no=case.no, now=TUESDAY_NINE, **missing)

    assert agreed(case, "notice", staff=second(matters), now=TUESDAY_NINE) is False


@pytest.mark.parametrize(
    ("verb", "slug"), [("accept", "invalid"), ("", "invalid"), ("notice", "wrong-state"), ("terminate", "")]
)
def test_only_steps_that_two_take_are_agreed_to_and_only_where_they_may_be_taken(
    matters: Matters, verb: str, slug: str
) -> None:
    case = matters.in_review()

    try:
        cases.agree(case_no=case.no, verb=verb, by=matters.by["supervisor"], now=TUESDAY_NINE)
        said = ""
    except Refused as no:
        said = no.slug

    assert said == slug


def test_a_case_remembers_who_opened_it(matters: Matters) -> None:
    case = matters.opened()

    assert (case.opened_by, list(opened_by(matters.applicant))) == (f"citizen:{matters.account.pk}", [case])
    assert list(opened_by(matters.by["receiver"])) == []


def test_whoever_belongs_to_a_department_sees_its_cases_alone(matters: Matters) -> None:
    case = matters.opened()

    def seen(halls: set[str], department: str = "") -> list[Any]:
        return list(visible_to(all_cases().order_by("id"), halls=halls, department=department))

    theirs = case.department.code
    assert [seen({"town"}), seen({"*"}), seen({"town"}, theirs)] == [[case], [case], [case]]
    assert [seen({"other"}), seen(set()), seen({"*"}, "another")] == [[], [], []]
