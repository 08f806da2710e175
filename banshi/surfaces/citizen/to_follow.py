"""容缺: what whoever applied promised to hand in later, as their pages say it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F

from banshi.foundation.said import named
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Case, CaseMaterial, Obligation
from banshi.rooms.cases.queries import PaperRow
from banshi.rooms.catalogue.rules.handling import Limit


@dataclass(frozen=True)
class Follows:
    """A paper by its name, and its day. `sent`: since it was accepted, and yet to be looked at; `late`: its day has gone by."""

    name: str
    due_on: date
    sent: bool
    late: bool


def _is_here(case: Case, code: str, sent: set[tuple[int, str]]) -> bool:
    return (case.pk, code) in sent or case.brought_on is not None


def to_follow(rows: Sequence[Case]) -> dict[int, list[Follows]]:
    """By case, of those that were accepted: what has not been settled, due first. Two queries, however many they are."""
    accepted = {case.pk: case for case in rows if case.accepted_at is not None}
    owed = list(Obligation.objects.filter(case__in=accepted, met_at=None).order_by("due_on", "id")) if accepted else []
    if not owed:
        return {}
    came = CaseMaterial.objects.filter(case__in=accepted, gone_at=None, at__gte=F("case__accepted_at"))
    sent = set(came.values_list("case_id", "code"))
    found: dict[int, list[Follows]] = {}
    for row in owed:
        names = {each.code: each for each in cases.handling_of_case(accepted[row.case_id]).materials}
        name = named(names[row.code]) if row.code in names else row.code
        line = Follows(name, row.due_on, _is_here(accepted[row.case_id], row.code, sent), row.lapsed_at is not None)
        found.setdefault(row.case_id, []).append(line)
    return found


@dataclass(frozen=True)
class MayFollow:
    """A paper that is not there and may follow, while its matter is not accepted. `within`: so long after it is accepted at the
    latest, the day the matter is promised for; the day itself is agreed then."""

    row: PaperRow
    within: Limit


def may_follow(case: Case, rows: Sequence[PaperRow] | None = None) -> list[MayFollow]:
    """Of a case that was not accepted yet, in the order of its list; empty once it was: `to_follow` has the days then."""
    if case.accepted_at is not None or case.closed_at is not None:
        return []
    within = cases.guided_case(case).promised
    listed = cases.paper_rows(case) if rows is None else rows
    return [MayFollow(row, within) for row in listed if row.necessity == "deferrable" and not row.there]
