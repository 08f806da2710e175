"""A clerk's own day in figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, OuterRef, Subquery, Sum

from banshi.rooms.tickets.models import Service


@dataclass(frozen=True)
class Tally:
    """`served`: matters finished; `mean_s`: mean handling time in seconds, None before the first."""

    served: int
    mean_s: int | None


def tally(staff_id: int, *, since: datetime, until: datetime) -> Tally:
    """What this clerk finished in [since, until)."""
    rows = Service.objects.filter(staff_id=staff_id, outcome="finished", ended_at__gte=since, ended_at__lt=until)
    length = ExpressionWrapper(F("ended_at") - F("started_at"), output_field=DurationField())
    mine = Service.objects.filter(ticket=OuterRef("ticket"), staff_id=staff_id).order_by().values("ticket")
    took = Subquery(mine.annotate(took=Sum(length)).values("took"))  # also before it was held, or everybody went out
    found = rows.annotate(took=took).aggregate(n=Count("id"), mean=Avg("took"))
    return Tally(found["n"], int(found["mean"].total_seconds()) if found["mean"] is not None else None)
