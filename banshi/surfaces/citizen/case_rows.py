"""The rows of my cases: a case each – and what was begun as one (一件事) as one row, which opens to its cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Bundle, Case
from banshi.rooms.cases.queries import CaseLine, Whole
from banshi.rooms.catalogue.models import OneMatter
from banshi.rooms.delivery import queries as deliveries
from banshi.surfaces.citizen.bundle import matter_of
from banshi.surfaces.citizen.bundle_turns import Turn, turns_of
from banshi.surfaces.citizen.clients import waits_for_me


@dataclass(frozen=True)
class One:
    """A case in its row. `mine`: its applicant has to do something."""

    line: CaseLine
    mine: bool


@dataclass(frozen=True)
class Together:
    """What was begun as one: how the whole stands, and what is to be done first."""

    whole: Whole
    matter: OneMatter | None
    next: Turn | None


@dataclass(frozen=True)
class Row:
    """`together`: of several cases begun as one; None of one that stands alone, or whose others are not theirs to see."""

    cases: tuple[One, ...]
    together: Together | None = None

    @property
    def first(self) -> One:
        return self.cases[0]

    @property
    def mine(self) -> bool:
        return any(each.mine for each in self.cases)


def rows_of(shown: QuerySet[Case], *, start: int, most: int, now: datetime) -> tuple[list[Row], bool]:
    """So many rows from one on, newest first; and whether there are more."""
    heads = list(cases.as_lines(cases.heads(shown))[start : start + most + 1])
    bundles = [case.bundle_id for case in heads[:most] if case.bundle_id is not None]
    others = list(cases.as_lines(shown.filter(bundle_id__in=bundles)).order_by("id"))
    every = [*[case for case in heads[:most] if case.bundle_id is None], *others]
    posted = deliveries.posted_among(every)
    ones = {line.no: One(line, waits_for_me(line) and line.no not in posted) for line in cases.lines(every, now=now)}
    found = []
    for head in heads[:most]:
        mine = [case for case in others if case.bundle_id == head.bundle_id] if head.bundle_id else [head]
        row = tuple(ones[case.no] for case in mine)
        found.append(Row(row, _together(head.bundle, mine, row, now=now)))
    return found, len(heads) > most


def _together(bundle: Bundle | None, mine: list[Case], ones: tuple[One, ...], *, now: datetime) -> Together | None:
    if bundle is None or len(mine) < 2:
        return None
    found = cases.bundle_by_no(bundle.no)
    whole = cases.whole_of(found)
    if len(whole.cases) > len(mine):  # a member's of some of its matters only
        return None
    turns = turns_of([(case, one.line.due_on) for case, one in zip(whole.cases, ones, strict=True)], now=now)
    return Together(whole, matter_of(found), next(iter(turns), None))
