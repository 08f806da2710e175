"""A stage of a flow that may take so many days: the lists turn yellow and red with it, and procedures count for nothing."""

from __future__ import annotations

from datetime import date

import pytest

from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import exceptions, lines, read, worklist
from tests.matters import Matters
from tests.rooms.cases.test_flow import follows
from tests.town import TUESDAY_NINE, at

pytestmark = pytest.mark.django_db
FLOW = [
    {"code": "in", "act": "receive", "name_zh": "受理", "name_en": "Acceptance"},
    {"code": "look", "act": "review", "name_zh": "审查", "name_en": "Review", "days": 3},
    {"code": "yes", "act": "decide", "name_zh": "决定", "name_en": "Decision", "days": 2},
    {"code": "out", "act": "issue", "name_zh": "送达", "name_en": "Handed over", "days": 3},
]


def light(case: Case, day: str) -> tuple[str, str, date | None]:
    now = at(f"{day} 09:00")
    (line,) = lines(read(worklist("supervision", halls=["town"]).filter(no=case.no)[:1]), now=now)
    return line.light, line.stage_zh, line.stage_due_on


def counted(matters: Matters, day: str) -> tuple[int, int]:
    found = exceptions(matters.town.hall, now=at(f"{day} 09:00"))
    return found.red, found.yellow


def test_a_stage_turns_yellow_then_red_though_the_case_has_time(matters: Matters) -> None:
    follows(FLOW)
    case = matters.in_review()

    shown = {day: light(case, f"2026-03-{day}")[0] for day in ("10", "11", "13", "16")}

    assert light(case, "2026-03-10")[1:] == ("审查", date(2026, 3, 13))
    assert shown == {"10": "green", "11": "yellow", "13": "yellow", "16": "red"}
    assert [counted(matters, f"2026-03-{day}") for day in ("10", "11", "13", "16")] == [(0, 0), (0, 1), (0, 1), (1, 0)]


def test_the_next_stage_begins_with_the_end_of_the_one_before(matters: Matters) -> None:
    follows(FLOW)
    case = matters.in_review()
    cases.opine(case_no=case.no, says="grant", by=matters.by["reviewer"], now=at("2026-03-12 09:00"))

    decision = light(case, "2026-03-12")
    cases.decide(case_no=case.no, grant=True, by=matters.by["approver"], now=at("2026-03-12 10:00"))

    assert decision == ("yellow", "决定", date(2026, 3, 16))
    case.refresh_from_db()
    assert (case.stage, case.stage_due_on) == ("", None)


def test_days_of_a_procedure_do_not_count_and_while_it_lasts_no_light_shows(matters: Matters) -> None:
    follows(FLOW)
    case = matters.in_review()
    matters.stop(case, at("2026-03-11 09:00"))

    standing = light(case, "2026-03-12")[0]
    cases.resume_clock(case_no=case.no, result="听证结束", by=matters.by["reviewer"], now=at("2026-03-17 09:00"))

    assert standing == ""
    assert light(case, "2026-03-18") == ("yellow", "审查", date(2026, 3, 19))
    assert counted(matters, "2026-03-19") == (0, 1)
    assert counted(matters, "2026-03-20") == (1, 0)


def test_a_matter_without_a_flow_of_its_own_has_no_such_light(matters: Matters) -> None:
    case = matters.in_review()

    assert light(case, "2026-03-10")[1:] == ("", None)
    assert (case.stage, TUESDAY_NINE.date() < (case.due_promised or date.min)) == ("", True)
