"""Why cases were not accepted, or refused, and what notices told: on the hall's day, adding up."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from banshi.journeys.case import charging
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import CaseMaterial, Obligation, PromiseCheck
from banshi.rooms.insight.queries import case_grounds
from banshi.rooms.insight.rules.case_grounds import causes_told
from tests.matters import Matters
from tests.town import TUESDAY_NINE, at

pytestmark = pytest.mark.django_db
TUESDAY = date(2026, 3, 10)
DAY = timedelta(days=1)


@pytest.fixture
def matters(town: Any) -> Matters:
    from tests.matters import matters_of

    return matters_of(town)


def found(matters: Matters, first: date = TUESDAY, last: date = TUESDAY) -> Any:
    return case_grounds(halls=[matters.town.hall, matters.town.other_hall], first=first, last=last)


def turned_away(matters: Matters, ground: str, now: Any = TUESDAY_NINE) -> None:
    case = matters.received(now)
    cases.refuse(case_no=case.no, reason="不办", body="公安局", ground=ground, by=matters.by["receiver"], now=now)


def test_what_was_not_accepted_counts_by_its_ground_on_its_day(matters: Matters) -> None:
    for ground in ("other_body", "other_body", "not_eligible"):
        turned_away(matters, ground)
    turned_away(matters, "other", at("2026-03-11 00:00"))
    matters.received()

    assert found(matters).not_accepted == {"other_body": 2, "not_eligible": 1}
    assert found(matters, last=TUESDAY + DAY).not_accepted == {"other_body": 2, "not_eligible": 1, "other": 1}
    other = case_grounds(halls=[matters.town.other_hall], first=TUESDAY, last=TUESDAY)
    assert (other.not_accepted, other.refused, other.told) == ({}, {}, {})


def test_what_was_refused_counts_once_by_its_cause(matters: Matters) -> None:
    plain, untrue, owed = (matters.in_review() for _ in range(3))
    row = CaseMaterial.objects.create(case=untrue, code="lease", channel="promise", trust="D", at=TUESDAY_NINE, by="x")
    PromiseCheck.objects.create(
        case=untrue, material=row, due_on=TUESDAY, says="broken", ground="untrue", why="没有", checked_at=TUESDAY_NINE,
        checked_by=matters.staff["reviewer"],
    )  # fmt: skip
    Obligation.objects.create(case=owed, code="photo", due_on=TUESDAY)
    for case in (plain, untrue, owed):
        cases.opine(case_no=case.no, says="refuse", text="不符", by=matters.by["reviewer"], now=TUESDAY_NINE)
        charging.decide(case_no=case.no, grant=False, reason="不符", by=matters.by["approver"], now=TUESDAY_NINE)

    assert found(matters).refused == {"conditions": 1, "promise_untrue": 1, "not_followed": 1}


def test_what_was_told_counts_each_thing_by_whether_it_had_come(matters: Matters) -> None:
    case = matters.received(papers=("id", "photo"))
    told = [
        cases.Missing("lease", "没有交"), cases.Missing("id", "看不清"), cases.Missing("name", "写全", kind="field"),
    ]  # fmt: skip
    cases.give_notice(case_no=case.no, missing_now=told, by=matters.by["receiver"], now=TUESDAY_NINE)
    cases.add_material(case_no=case.no, code="lease", channel="upload", by=matters.applicant, now=TUESDAY_NINE + DAY)

    assert found(matters, last=TUESDAY + DAY).told == {"field": 1, "lacking": 1, "wrong": 1}


def test_a_field_is_never_a_paper() -> None:
    missing = [{"code": "a", "kind": "field"}, {"code": "a", "kind": "material"}, {"code": "b", "kind": "material"}]

    assert causes_told(missing, {"a"}) == ["field", "wrong", "lacking"]
