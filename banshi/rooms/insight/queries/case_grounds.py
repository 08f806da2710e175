"""办件统计, why: what was not accepted by its ground, what was refused by its cause, what was told to be missing by its cause.

Each counts on the hall's day on which it happened; the rows add up to their total. Read from the cases themselves, by the day on
which they were closed, decided or told: these are few beside all that happens to cases, and are not kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case as Choice
from django.db.models import CharField, Count, Exists, OuterRef, Q, Value, When

from banshi.rooms.cases.models import Case, CaseMaterial, Notice, Obligation, PromiseCheck, QuotaEntry
from banshi.rooms.insight.rules.case_grounds import causes_told
from banshi.rooms.places.models import Hall


@dataclass(frozen=True)
class Grounds:
    """Code → how many. `not_accepted`: by cases.rules.grounds, "" of before there were any; `refused`, `told`: by
    rules.case_grounds."""

    not_accepted: dict[str, int]
    refused: dict[str, int]
    told: dict[str, int]


def case_grounds(*, halls: Sequence[Hall], first: date, last: date) -> Grounds:
    """:param first, last: days, both included. Three or four queries for each time zone."""
    found = Grounds({}, {}, {})
    zones: dict[str, list[int]] = {}
    for hall in halls:
        zones.setdefault(hall.timezone, []).append(hall.pk)
    for zone, ids in sorted(zones.items()):
        since, until = (datetime.combine(day, time(), ZoneInfo(zone)) for day in (first, last + timedelta(days=1)))
        _add(found.not_accepted, _not_accepted(ids, since, until))
        _add(found.refused, _refused(ids, since, until))
        _add(found.told, _told(ids, since, until))
    return found


def _add(into: dict[str, int], counts: Iterable[tuple[str, int]]) -> None:
    for code, n in counts:
        into[code] = into.get(code, 0) + n


def _not_accepted(halls: list[int], since: datetime, until: datetime) -> list[tuple[str, int]]:
    rows = Case.objects.filter(hall_id__in=halls, closed_at__gte=since, closed_at__lt=until, outcome="not_accepted")
    return list(rows.order_by("ground").values("ground").annotate(n=Count("pk")).values_list("ground", "n"))


def _refused(halls: list[int], since: datetime, until: datetime) -> list[tuple[str, int]]:
    """By the first cause that there is."""
    case = OuterRef("pk")
    causes = (
        ("not_drawn", Exists(QuotaEntry.objects.filter(case=case, state__in=("missed", "out"), rank=None, number__isnull=False))),
        ("promise_untrue", Exists(PromiseCheck.objects.filter(case=case, says="broken", late=False, lifted_at=None))),
        ("not_followed", Exists(Obligation.objects.filter(case=case, met_at=None))),
    )  # fmt: skip
    rows = Case.objects.filter(hall_id__in=halls, decided_at__gte=since, decided_at__lt=until, granted=False)
    cause: Any = Choice(
        *(When(Q(said), then=Value(code)) for code, said in causes),
        default=Value("conditions"),
        output_field=CharField(),
    )
    return list(
        rows.annotate(cause=cause).order_by("cause").values("cause").annotate(n=Count("pk")).values_list("cause", "n")
    )


def _told(halls: list[int], since: datetime, until: datetime) -> list[tuple[str, int]]:
    """Each thing that a notice told: a paper that had not come, one that was not right, a field of the form."""
    notices = list(
        Notice.objects.filter(case__hall_id__in=halls, at__gte=since, at__lt=until)
        .order_by("id")
        .values_list("case_id", "at", "missing")
    )
    cases = {case for case, _at, missing in notices if any(each["kind"] == "material" for each in missing)}
    came: dict[tuple[int, str], datetime] = {}
    rows = CaseMaterial.objects.filter(case_id__in=cases).order_by("-at", "-id")
    for case, code, at in rows.values_list("case_id", "code", "at"):
        came[case, code] = at  # the first
    counts: dict[str, int] = {}
    for case, at, missing in notices:
        there = {each["code"] for each in missing if (case, each["code"]) in came and came[case, each["code"]] <= at}
        for cause in causes_told(missing, there):
            counts[cause] = counts.get(cause, 0) + 1
    return sorted(counts.items())
