"""核定内容 on a page where somebody decides: each as it is proposed, or as it was just typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import pgettext

from banshi.foundation.said import named
from banshi.foundation.times import day_words
from banshi.frames.typed import clean
from banshi.rooms.cases.actions.ground import today_of
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import handling_of_case, proposed_of
from banshi.rooms.catalogue.rules.granting import grants_of
from banshi.rooms.catalogue.rules.handling import NUMERIC, ROUND, Grant

LONGEST = 201  # one more than any takes, so that it is told


@dataclass(frozen=True)
class GrantLine:
    """One of them. `hint`: what stands where it is left empty."""

    code: str
    label_zh: str
    label_en: str
    value: str
    input_type: str
    input_mode: str
    hint: str


def lines(case: Case, typed: Mapping[str, Any], *, open_form: bool = False, now: datetime) -> list[GrantLine]:
    """:param typed: what was sent and refused. :param open_form: the form is still typed on: what comes of it stays open."""
    day = today_of(case, now)
    return [_line(case, each, stands, typed, open_form) for each, stands in proposed_of(case, day=day)]


def _line(case: Case, grant: Grant, stands: str, typed: Mapping[str, Any], open_form: bool) -> GrantLine:
    apart = grant.masked or open_form
    said = typed.get(f"g-{grant.code}")
    return GrantLine(
        grant.code, grant.label_zh, grant.label_en, ("" if apart else stands) if said is None else str(said),
        "date" if grant.type == "date" else "text", "decimal" if grant.type in NUMERIC else "text",
        _hint(case, grant, stands) if apart else "",
    )  # fmt: skip


def _hint(case: Case, grant: Grant, stands: str) -> str:
    if grant.of and grant.of != ROUND:
        field = next(each for each in handling_of_case(case).fields if each.code == grant.of)
        return pgettext("case", "Left empty: as “%(field)s” says") % {"field": named(field, "label")}
    if grant.after_months is not None:
        return pgettext("case", "Left empty: %(day)s") % {"day": day_words(date.fromisoformat(stands), None)}
    return ""


def sent(case: Case, posted: Mapping[str, Any]) -> dict[str, str]:
    """What was typed, by code."""
    asked = [each.code for each in grants_of(handling_of_case(case), case.answers)]
    return {code: clean(posted.get(f"g-{code}"), LONGEST) for code in asked}
