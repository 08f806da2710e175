"""Special procedures (特殊程序) of a case as its page shows them: which, how long it was said to take, what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import pgettext

from banshi.foundation.said import english
from banshi.rooms.cases.models import Case, Stop
from banshi.rooms.cases.queries import Moment
from banshi.rooms.cases.queries.stopping import ends_as_told
from banshi.rooms.cases.rules.procedures import PROCEDURES


@dataclass(frozen=True)
class Procedure:
    """One that stopped the clock; `told`: the last day that whoever applied was told."""

    row: Stop
    name: str
    told: date


def name_of(kind: str) -> str:
    zh, en = PROCEDURES[kind]
    return en if english() else zh


def procedures_of(case: Case, moments: list[Moment]) -> list[Procedure]:
    """Oldest first; nothing is asked of a case whose clock never stood."""
    if not any(each.verb == "stop_clock" for each in moments):
        return []
    return [Procedure(stop, name_of(stop.kind), ends_as_told(stop)) for stop in case.stops.order_by("id")]


def proposed_words(moment: Moment) -> str:
    """What somebody proposed, before its ground."""
    kind, days = moment.facts["kind"], moment.facts["expected_days"]
    said = pgettext("case step", "%(what)s, %(days)s days")
    return f"{said % {'what': name_of(kind), 'days': days}} · {moment.why}"
