"""容缺: papers that were to follow by a promised day – reminded of before it, told of when it has gone by, written down when
they come. None of it ends a case: nothing is granted while one is open.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet

from banshi.kernel.actors import SYSTEM, Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.calendars.queries import work_calendar
from banshi.rooms.cases.actions.ground import (
    alone,
    give,
    last_day,
    locked,
    names,
    need,
    need_lease,
    step,
    tell,
    today_of,
)
from banshi.rooms.cases.actions.pre_reviewing import Verdict, judge
from banshi.rooms.cases.models import Case, Obligation
from banshi.rooms.cases.queries.handling import got_of
from banshi.rooms.cases.rules import clocks
from banshi.rooms.cases.rules.lifecycle import UNDER_CLOCK
from banshi.rooms.cases.rules.paper_texts import Named


def settle_deferred(*, case_no: str, code: str, at_window: bool = False, by: Actor, now: datetime) -> Case:
    """容缺补齐: a paper that was to follow has come, in time or after; whoever says so has looked at it, and finds it right.

    :param at_window: whoever brought it stands there: also while somebody reviews the case.
    :raises Refused: nothing-found (nothing of this kind is to follow), wrong-state, locked, material-missing.
    """
    with transaction.atomic():
        case = locked(case_no)
        need(case, "settle")
        if not at_window:
            need_lease(case, by=by, now=now)
        owed = Obligation.objects.filter(case=case, code=code, met_at=None).first()
        if owed is None:
            raise Refused("nothing-found", facts={"material": code})
        if code not in _there(case, now):
            name = names([code], case)[0]
            raise Refused("material-missing", facts={"materials": [{"zh": name[0], "en": name[1]}], "codes": [code]})
        judge(case, [Verdict(code, ok=True)], by=by, now=now)
        owed.met_at = now
        owed.save(update_fields=["met_at"])
        left = list(Obligation.objects.filter(case=case, met_at=None).order_by("due_on", "id"))
        lay, today = case.brought_on, today_of(case, now)
        event = step(
            case, "settle", by=by, now=now, facts={"material": code}, tolerant=bool(left),
            brought_on=lay if left else None,  # of the last one all that lies here is taken in
        )  # fmt: skip
        came = tuple(Named(name[0]) for name in names([code], case))
        give(case, "deferral_receipt", event=event, now=now, received_on=min(lay or today, today), materials=came,
             deferred=_listed(case, left))  # fmt: skip
        tell(case, "case_follow_came", event=event, now=now, bring=names([code], case))
    return case


def lapse_deferred(*, now: datetime) -> int:
    """容缺逾期: the promised day has gone by and the paper did not come. What came and nobody has looked at yet is in time.
    Late or twice it comes to the same. :returns: of how many cases.
    """
    done = 0
    for case_no in _with_papers(_open_ones().filter(due_on__lt=last_day(now))):
        with alone(case_no, what="lapse-deferred"):
            case = locked(case_no)
            if case.phase in UNDER_CLOCK and case.brought_on is None and (late := _late(case, now)):
                _lapsed(case, late, now)
                done += 1
    return done


def _lapsed(case: Case, late: Sequence[Obligation], now: datetime) -> None:
    Obligation.objects.filter(pk__in=[each.pk for each in late]).update(lapsed_at=now)
    codes = [each.code for each in late]
    event = step(case, "unmet", by=SYSTEM, now=now, facts={"missing": codes})
    give(case, "deferral_overdue", event=event, now=now, deferred=_listed(case, late))
    tell(case, "case_follow_late", event=event, now=now, bring=names(codes, case))


def _late(case: Case, now: datetime) -> list[Obligation]:
    there, today = _there(case, now), today_of(case, now)
    rows = _open_ones().filter(case=case, due_on__lt=today).order_by("due_on", "id")
    return [each for each in rows if each.code not in there]


def remind_deferred(*, now: datetime) -> int:
    """Three working days and one before the promised day. :returns: of how many cases."""
    calendar, done = work_calendar(), 0
    soon = calendar.add_working_days(last_day(now), max(clocks.REMIND_BEFORE) + 1)
    for case_no in _with_papers(_open_ones().filter(due_on__lt=soon)):
        with alone(case_no, what="remind-deferred"):
            case = locked(case_no)
            today, there = now.astimezone(ZoneInfo(case.hall.timezone)).date(), _there(case, now)
            rows = _open_ones().filter(case=case).order_by("due_on", "id")
            owed = [
                each for each in rows
                if each.code not in there and today in clocks.reminders(each.due_on, calendar=calendar)
            ]  # fmt: skip
            if case.phase not in UNDER_CLOCK or case.brought_on is not None or not owed:
                continue
            accepted = case.events.filter(verb__in=["accept", "deem"]).latest("seq")
            tell(case, "case_follow_remind", event=accepted, now=now, day=_first(owed).isoformat(),
                 bring=names([each.code for each in owed], case), anew=today.isoformat())  # fmt: skip
            done += 1
    return done


def _first(owed: Sequence[Obligation]) -> date:
    return min(each.due_on for each in owed)


def _open_ones() -> QuerySet[Obligation]:
    """What lies here, and nobody has looked at, is in time."""
    return Obligation.objects.filter(met_at=None, lapsed_at=None, case__phase__in=UNDER_CLOCK, case__brought_on=None)


def _with_papers(rows: QuerySet[Obligation]) -> list[str]:
    return list(rows.order_by("case_id").values_list("case__no", flat=True).distinct())


def _there(case: Case, now: datetime) -> frozenset[str]:
    """What has come and nobody found wrong."""
    return frozenset(each.code for each in got_of(case, now=now) if each.usable and each.verdict != "bad")


def _listed(case: Case, owed: Sequence[Obligation]) -> tuple[Named, ...]:
    called = names([each.code for each in owed], case)
    return tuple(Named(name[0], by=each.due_on) for name, each in zip(called, owed, strict=True))
