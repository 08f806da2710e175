"""The promises of a case on its page: what was found of each, and what whoever looks may do about it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from banshi.foundation.doors import Who
from banshi.rooms.cases.models import Case, PromiseCheck
from banshi.rooms.cases.queries import CheckLine, checks_of
from banshi.rooms.cases.queries.promises import open_to_check
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.cases.rules.promises import BROKEN


@dataclass(frozen=True)
class Shown:
    """`to_end`: found untrue after the grant, and not handed over yet: the case is ended by two."""

    row: PromiseCheck
    code: str
    name_zh: str
    name_en: str
    light: str
    ground_zh: str
    ground_en: str
    may_check: bool
    may_revoke: bool
    to_end: bool
    may_lift: bool


def checks_shown(who: Who, case: Case, *, now: datetime) -> list[Shown]:
    return [_shown(who, case, line) for line in checks_of(case, now=now)]


def _shown(who: Who, case: Case, line: CheckLine) -> Shown:
    row, hall = line.row, case.hall.code
    standing = row.says == BROKEN and row.lifted_at is None
    others = row.checked_by_id != who.staff_id
    closed = CASE.may(case.phase, "revoke")
    return Shown(
        row, line.code, line.name_zh, line.name_en, line.light, line.ground_zh, line.ground_en,
        may_check=open_to_check(row) and who.may("cases.review", hall),
        may_revoke=line.to_revoke and closed and others and who.may("cases.approve", hall),
        to_end=line.to_revoke and not closed and CASE.may(case.phase, "terminate"),
        may_lift=standing and others and CASE.may(case.phase, "lift_bar") and who.may("cases.supervise", hall),
    )  # fmt: skip
