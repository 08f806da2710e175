"""核定: what a decision grants, said by whoever decides or as it is proposed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from banshi.rooms.cases.actions.ground import invalid, today_of
from banshi.rooms.cases.models import Case, CasePaper
from banshi.rooms.cases.queries.handling import grounds_of, handling_of_case
from banshi.rooms.cases.queries.papers import facts_of
from banshi.rooms.cases.rules.paper_texts import day_said, day_words
from banshi.rooms.catalogue.rules.granting import WrongGrant, granted
from banshi.rooms.catalogue.rules.handling import Grant

Said = Mapping[str, str]
Rows = tuple[tuple[str, str, str], ...]  # code, label, what it says


def what_is_granted(case: Case, said: Said, *, now: datetime) -> Rows:
    """As decision and result state it. The case is locked. :raises Refused: invalid – `granted.<code>`."""
    try:
        found = granted(handling_of_case(case), case.answers, grounds_of(case), said, today_of(case, now))
    except WrongGrant as wrong:
        raise invalid(f"granted.{wrong.code}"[:100], wrong.zh, wrong.en) from wrong
    return tuple((each.grant.code, each.grant.label_zh, _words(each.grant, each.value)) for each in found)


def as_decided(case: Case) -> Rows:
    """What the decision that holds says is granted."""
    if not handling_of_case(case).result.grants:
        return ()
    paper = CasePaper.objects.filter(case=case, kind="grant", ended_at=None).order_by("id").last()
    return facts_of(paper).granted if paper is not None else ()


def days_decided(case: Case) -> dict[str, date]:
    """The days among them, by code."""
    days = {each.code for each in handling_of_case(case).result.grants if each.type == "date"}
    return {code: day_said(words) for code, _label, words in as_decided(case) if code in days}


def _words(grant: Grant, value: str) -> str:
    return day_words(date.fromisoformat(value)) if grant.type == "date" else value
