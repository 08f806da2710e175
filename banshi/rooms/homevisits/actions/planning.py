"""When somebody goes, and who: planned, and moved with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from banshi.foundation.locks import HOME_VISITS, hold_each
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.homevisits import rules
from banshi.rooms.homevisits.actions.ground import changed, invalid, locked, need, record, words
from banshi.rooms.homevisits.actions.telling import tell
from banshi.rooms.homevisits.models import Going, Visit
from banshi.rooms.homevisits.queries import staff_who_go
from banshi.rooms.homevisits.rules import VISIT
from banshi.rooms.identity.models import Staff
from banshi.rooms.places.queries import policy_of

BUSY = "nobody_is_at_two_home_visits_at_a_time"


@dataclass(frozen=True)
class Plan:
    """When, for how many minutes, and who of the hall goes: one or two."""

    starts_at: datetime
    minutes: int
    staff: Sequence[int]


@transaction.atomic
def plan(*, no: str, to: Plan, by: Actor, now: datetime) -> Visit:
    """:raises Refused: nothing-found, invalid, past, wrong-state, visits-full (the hall's half day), visitor-busy."""
    visit = locked(no)
    need(visit, "plan")
    _put(visit, to, now)
    changed(visit, state=VISIT.to("plan"))
    facts = {"starts_at": to.starts_at.isoformat(), "persons": len(to.staff)}
    record("home_visit_planned", visit, verb="plan", by=by, now=now, starts_at=to.starts_at, facts=facts)
    tell(visit, "home_visit_planned", now=now, persons=len(to.staff))
    return visit


@transaction.atomic
def move(*, no: str, to: Plan, reason: str, by: Actor, now: datetime) -> Visit:
    """To another time, or to somebody else. :raises Refused: as of `plan`; invalid (no reason)."""
    kept = words(reason, field="reason")
    visit = locked(no)
    need(visit, "move")
    was = {"old_starts_at": visit.starts_at.isoformat()} if visit.starts_at is not None else {}
    _put(visit, to, now)
    facts = {"starts_at": to.starts_at.isoformat(), "persons": len(to.staff)}
    record("home_visit_moved", visit, verb="move", text=kept, by=by, now=now, starts_at=to.starts_at, facts=facts)
    tell(visit, "home_visit_moved", now=now, persons=len(to.staff), reason=kept, **was)
    return visit


def _put(visit: Visit, to: Plan, now: datetime) -> None:
    """Time and team on the rows. Who plans for the same half day or with the same people waits."""
    going = _team(visit, to)
    local = to.starts_at.astimezone(ZoneInfo(visit.hall.timezone))
    if to.starts_at <= now:
        raise Refused("past", facts={"ended": to.starts_at.isoformat()})
    day, half, ends_at = local.date(), rules.half_of(local), to.starts_at + timedelta(minutes=to.minutes)
    keys = [f"{visit.hall.code}:{day}:{half}", *(f"staff:{one.pk}" for one in going)]
    hold_each(HOME_VISITS, keys)
    _room(visit, day, half, now)
    Going.objects.filter(visit=visit).delete()
    for one in going:
        try:
            with transaction.atomic():
                Going.objects.create(visit=visit, staff=one, starts_at=to.starts_at, ends_at=ends_at)
        except IntegrityError as trouble:
            if BUSY not in str(trouble):
                raise
            who = {"zh": one.name_zh, "en": one.name_en}
            raise Refused("visitor-busy", facts={"who": who}) from trouble
    changed(visit, starts_at=to.starts_at, ends_at=ends_at, half=half, due_on=day)


def _team(visit: Visit, to: Plan) -> list[Staff]:
    if not rules.SHORTEST_STAY <= to.minutes <= rules.LONGEST_STAY:
        least, most = rules.SHORTEST_STAY, rules.LONGEST_STAY
        raise invalid("minutes", f"{least} 到 {most} 分钟", f"{least} to {most} minutes")
    if not 1 <= len(set(to.staff)) <= rules.MOST_STAFF:
        raise invalid("staff", "选一到两个人去", "Choose one or two who go")
    known = {one.pk: one for one in staff_who_go(visit.hall)}
    if any(pk not in known for pk in to.staff):
        raise invalid("staff", "选这个大厅能上门的人", "Choose who goes for this hall")
    return [known[pk] for pk in sorted(set(to.staff))]


def _room(visit: Visit, day: date, half: str, now: datetime) -> None:
    """:raises Refused: visits-full."""
    most = policy_of(visit.hall_id, now=now).home_visits.most_per_half_day
    begins = datetime.combine(day, time.min, tzinfo=ZoneInfo(visit.hall.timezone))
    planned = Visit.objects.filter(
        hall_id=visit.hall_id, half=half, starts_at__range=(begins, begins + timedelta(days=1))
    )
    if planned.exclude(pk=visit.pk).exclude(state="cancelled").count() >= most:
        raise Refused("visits-full", facts={"limit": most})
