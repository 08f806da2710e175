"""有效期: until when a result holds, by its answers, its form and what was granted. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from banshi.kernel.conditions import judge
from banshi.rooms.catalogue.rules.granting import months_after
from banshi.rooms.catalogue.rules.guided import facts_of
from banshi.rooms.catalogue.rules.handling import Handling, Term


def valid_until(
    handling: Handling, answers: Mapping[str, str], form: Mapping[str, object], granted: Mapping[str, date], day: date
) -> date | None:
    """Its last day; None: without end.

    :param granted: the days that were decided, by code. :param day: on which it is made. A last day before it is that day.
    """
    result = handling.result
    facts = facts_of(handling, answers, form, day) if result.valid else {}
    term = next((each for each in result.valid if judge(each.when, facts).value is True), None)
    if term is None:
        return months_after(day, 12 * result.valid_years) if result.valid_years else None
    until = _end(term, facts, granted, day)
    return None if until is None else max(until, day)


def _end(term: Term, facts: Mapping[str, object], granted: Mapping[str, date], day: date) -> date | None:
    if term.until:
        said = granted.get(term.until) or facts.get(term.until)
        return said if said is None or isinstance(said, date) else date.fromisoformat(str(said))
    if term.for_days is not None:
        return day + timedelta(days=term.for_days)
    months = 12 * term.for_years if term.for_years is not None else term.for_months
    return None if months is None else months_after(day, months)


def length_said(term: Mapping[str, object]) -> tuple[str, str]:
    """How long, in words. :param term: as documents keep it, perhaps half written."""
    for name, zh, one, more in (
        ("for_years", "年", "year", "years"), ("for_months", "个月", "month", "months"), ("for_days", "天", "day", "days"),
    ):  # fmt: skip
        if (count := term.get(name)) is not None:
            return f"{count} {zh}", f"{count} {one if count == 1 else more}"
    return ("至写明的日期", "until the day that is stated") if term.get("until") else ("长期", "without end")
