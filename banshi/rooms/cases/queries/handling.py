"""What the pinned version of a case's item asks for, in the situation that was answered."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from banshi.kernel.money import fen
from banshi.rooms.cases.models import Case, CaseMaterial, QuotaEntry
from banshi.rooms.cases.rules.lifecycle import AGAINST
from banshi.rooms.cases.rules.materials import UNCLEARED, Got, Wanted
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.rules.costs import Cost
from banshi.rooms.catalogue.rules.granting import proposed
from banshi.rooms.catalogue.rules.guided import Guided, cost_in, guided, shown
from banshi.rooms.catalogue.rules.handling import ROUND, Field, Grant, Handling
from banshi.rooms.catalogue.rules.remedy import Remedy, remedy_of
from banshi.rooms.places import queries as places


def handling_of_case(case: Case) -> Handling:
    """As it was when the case was opened."""
    return catalogue.pinned(case.item_id, case.item_version)


def guided_case(case: Case) -> Guided:
    """What the answers of the case come to."""
    return guided(handling_of_case(case), case.answers)


def cost_of(case: Case) -> Cost | None:
    """What it costs by its answers and its form, as its version says; None: free of charge."""
    return cost_in(handling_of_case(case), case.answers, form_of(case))


def fee_of(case: Case) -> int:
    """The same in fen; 0: nothing, by a tariff that states no sum, or not to be told yet."""
    cost = cost_of(case)
    return fen(cost.amount) if cost is not None and cost.amount is not None else 0


def free_of(case: Case) -> Cost | None:
    """What it costs where that comes to nothing: let off by a rule, or counted to zero. None: a sum, or free of charge."""
    cost = cost_of(case)
    return cost if cost is not None and cost.amount == 0 else None


def remedy_of_case(case: Case, *, now: datetime) -> Remedy:
    """To whom one turns against what was decided on it at `now`: as its version says, else its department or hall."""
    department = case.department
    policy = places.policy_of(case.hall_id, now=now).remedy
    return remedy_of(handling_of_case(case).stated, policy, (department.name_zh, department.name_en))


def remedy_shown(case: Case) -> Remedy | None:
    """The same beside how a case ended against what was asked for, as its paper said then; None: nothing to turn against."""
    at = case.decided_at or case.closed_at
    return remedy_of_case(case, now=at) if at is not None and case.outcome in AGAINST else None


def form_of(case: Case) -> dict[str, Any]:
    """Field → value."""
    found: dict[str, Any] = json.loads(case.form)
    return found


def shown_fields(case: Case) -> tuple[Field, ...]:
    """The fields that its form has as far as it is filled in, in order."""
    return shown(handling_of_case(case), case.answers, form_of(case))


def proposed_of(case: Case, *, day: date) -> tuple[tuple[Grant, str], ...]:
    """核定内容: what a grant would grant if nobody says otherwise. :param day: the hall's."""
    return proposed(handling_of_case(case), case.answers, grounds_of(case), day)


def grounds_of(case: Case) -> dict[str, Any]:
    """What is proposed to be granted comes of it: its form, and the round in which it has its place."""
    form = form_of(case)
    if all(each.of != ROUND for each in handling_of_case(case).result.grants):
        return form
    entry = QuotaEntry.objects.filter(case=case).select_related("round").order_by("-id").first()
    return form if entry is None else {**form, ROUND: f"{entry.round.year} 年第 {entry.round.number} 期"}


def wanted_of(case: Case) -> list[Wanted]:
    """The papers its situation asks for."""
    return [Wanted(p.code, p.name_zh, p.name_en, p.necessity, tuple(p.channels)) for p in guided_case(case).materials]


def got_of(case: Case, *, cleared: bool = False, now: datetime) -> list[Got]:
    """What has come and stands. A certificate counts by what it is `now`; once the case was received, by what it was then.

    :param cleared: for a grant: a file that waits for the scanner does not count, though it has come.
    """
    out = UNCLEARED if cleared else ("rejected",)
    rows = case.materials.filter(gone_at=None).select_related("file", "certificate").order_by("id")
    return [
        Got(r.code, r.channel, r.trust, r.verdict, (r.file is None or r.file.scan not in out) and holds(r, case, now))
        for r in rows
    ]  # fmt: skip


def holds(row: CaseMaterial, case: Case, now: datetime) -> bool:
    """Whether it is no certificate that was ended, or ran out, before it counted."""
    if row.certificate is None:
        return True
    at = now if case.received_at is None or case.phase == "supplement" else max(case.received_at, row.at)
    ended, until = row.certificate.ended_at, row.certificate.valid_until
    day = at.astimezone(ZoneInfo(case.hall.timezone)).date()
    return (ended is None or ended > at) and (until is None or until >= day)
