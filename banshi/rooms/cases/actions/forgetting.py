"""What was begun and never received does not stay for ever: whoever has it hears some days before, once; then it goes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max, QuerySet

from banshi.kernel.actors import SYSTEM
from banshi.kernel.policy import RecordsPolicy
from banshi.rooms.cases.actions.destroying import destroy_content
from banshi.rooms.cases.actions.ground import tell_of, today_of
from banshi.rooms.cases.actions.in_season import AWAKE_FROM
from banshi.rooms.cases.actions.passing import receive_whole
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.places.queries import policy_of

UNSENT = ("draft", "pre_returned", "pre_passed")  # nothing is on its way to the hall


def never_received() -> QuerySet[Case]:
    """What may go one day, the oldest first: begun, sent back, passed and not brought, or thrown away before it came."""
    rows = Case.objects.filter(phase__in=[*UNSENT, *sorted(CASE.ends)], received_at=None, destroyed_at=None)
    return rows.select_related("hall", "item").order_by("opened_at", "id")


def runs_out(case: Case, *, now: datetime) -> bool:
    """Whether it goes now; tells whoever has it where that is near. The case is locked: who sends it at the same instant waits,
    or was first.

    What is changed after it was told has all its days again. What passed and has nothing to be brought waits for the hall
    alone: it is received, and never goes.
    """
    records, today = policy_of(case.hall_id, now=now).records, today_of(case, now)
    if case.received_at is not None or case.destroyed_at is not None:
        return False
    if case.phase in CASE.ends:
        return today >= _touched(case, now) + timedelta(days=records.archive_days)
    if case.phase not in UNSENT or receive_whole(case, now=now):
        return False
    days = timedelta(days=_days(case, records))
    due = max(_touched(case, now) + days, case.forget_on or date.min)
    if case.forget_told is not None and (case.forget_told != case.revision or due > (case.forget_on or due)):
        _keep(case, on=max(due, today + days) if case.forget_told != case.revision else None, told=None)
        return False
    if case.forget_told is None:
        awake = now.astimezone(ZoneInfo(case.hall.timezone)).hour >= AWAKE_FROM
        if awake and today >= due - timedelta(days=records.forget_told_days):
            _tell(case, on=max(due, today + timedelta(days=records.forget_told_days)), now=now)
        return False
    return today >= due


def unsent_ends(case: Case, *, now: datetime) -> date | None:
    """The first day on which `runs_out` may be, if nothing is done with it until then; None of what does not go by itself."""
    if case.phase not in UNSENT or case.received_at is not None:
        return None
    records, today = policy_of(case.hall_id, now=now).records, today_of(case, now)
    due = max(_touched(case, now) + timedelta(days=_days(case, records)), case.forget_on or date.min)
    if case.forget_told == case.revision:
        return max(due, today)
    return max(due, today + timedelta(days=records.forget_told_days))  # it is told first


def _days(case: Case, records: RecordsPolicy) -> int:
    return records.draft_days if case.phase == "draft" else records.returned_days


def _touched(case: Case, now: datetime) -> date:
    """The day of the last thing that happened to it, a page that came among them."""
    told = case.events.aggregate(at=Max("at"))["at"], case.materials.aggregate(at=Max("at"))["at"]
    return max(today_of(case, at) for at in (case.opened_at, case.closed_at, *told) if at is not None)


def _keep(case: Case, *, on: date | None, told: int | None) -> None:
    case.forget_on, case.forget_told = on, told
    case.save(update_fields=["forget_on", "forget_told"])


def _tell(case: Case, *, on: date, now: datetime) -> None:
    _keep(case, on=on, told=case.revision)
    tell_of(case, "case_unsent_ends", mark=on.isoformat(), now=now, day=on.isoformat())


def forget_unsent(case: Case, *, now: datetime) -> None:
    """It goes, with all that was said in it; that there was a case, and when it ended, stays. The case is locked. That nobody
    holds it, and that it never came, a trigger of the archive asks again.
    """
    before = case.phase
    if before not in CASE.ends:
        case.phase, case.outcome, case.closed_at = "terminated", "lapsed", now
        case.pre_review_due_on = None
        case.save(update_fields=["phase", "outcome", "closed_at", "pre_review_due_on"])
    destroy_content(case, by=SYSTEM, now=now, before=before)
