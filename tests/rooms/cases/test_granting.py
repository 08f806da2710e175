"""核定内容: said at the decision, on its paper, on the result – and never after."""

from __future__ import annotations

import pytest

from banshi.journeys.case import conclude
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, CasePaper
from banshi.rooms.cases.queries import facts_of
from banshi.rooms.cases.rules.paper_texts import SAID
from tests.matters import Matters
from tests.town import TUESDAY_NINE, at

pytestmark = pytest.mark.django_db


def put_forward(matters: Matters) -> Case:
    matters.grants()
    case = matters.in_review()
    cases.opine(case_no=case.no, says="grant", text="", by=matters.by["reviewer"], now=TUESDAY_NINE)
    return case


def decide(matters: Matters, case: Case, *, grant: bool = True, reason: str = "", **granted: str) -> Case:
    return cases.decide(
        case_no=case.no, grant=grant, reason=reason, granted=granted, by=matters.by["approver"], now=TUESDAY_NINE
    )


def rows_on(case: Case, kind: str) -> list[tuple[str, str]]:
    paper = CasePaper.objects.get(case=case, kind=kind)
    return [row for row in SAID[kind](facts_of(paper)).rows if row[0] in ("核定额度（元）", "期限至", "送达地址")]


def test_decision_and_result_state_what_was_granted(matters: Matters) -> None:
    case = put_forward(matters)

    decide(matters, case, loan="3000", until="2026-12-31")
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=at("2026-03-20 09:00"))

    stated = [("核定额度（元）", "3000.00"), ("期限至", "2026 年 12 月 31 日"), ("送达地址", "****2 号")]
    assert (rows_on(case, "grant"), rows_on(case, "licence")) == (stated, stated)


def test_what_is_not_said_counts_from_the_day_of_the_decision_and_not_of_the_result(matters: Matters) -> None:
    case = put_forward(matters)

    decide(matters, case, loan="1")
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=at("2026-03-20 09:00"))

    assert rows_on(case, "licence")[1] == ("期限至", "2026 年 9 月 10 日")


@pytest.mark.parametrize(
    ("said", "field"),
    [({}, "granted.loan"), ({"loan": "5000.01"}, "granted.loan"), ({"loan": "1", "x": "1"}, "granted.x")],
)
def test_what_cannot_be_granted_leaves_the_case_undecided(matters: Matters, said: dict[str, str], field: str) -> None:
    case = put_forward(matters)

    with pytest.raises(Refused) as refused:
        decide(matters, case, **said)

    case.refresh_from_db()
    assert (refused.value.slug, refused.value.facts["field"]) == ("invalid", field)
    assert (case.phase, case.decided_at, CasePaper.objects.filter(case=case, kind="grant").exists()) == (
        "in_review", None, False,
    )  # fmt: skip


def test_a_refusal_grants_nothing(matters: Matters) -> None:
    case = put_forward(matters)

    decide(matters, case, grant=False, reason="不符合规划", loan="9999999")

    assert facts_of(CasePaper.objects.get(case=case, kind="refusal")).granted == ()


def test_a_case_that_was_opened_before_states_none(matters: Matters) -> None:
    case = matters.in_review()
    cases.opine(case_no=case.no, says="grant", text="", by=matters.by["reviewer"], now=TUESDAY_NINE)
    matters.grants()

    decide(matters, case)

    assert facts_of(CasePaper.objects.get(case=case, kind="grant")).granted == ()
