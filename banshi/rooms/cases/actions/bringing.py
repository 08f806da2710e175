"""补正 and 容缺 by any channel: what was told to be missing, or was to follow, is dropped, posted or brought at a booked time.
The case stays in its phase; what lies here counts from the day it came, and no day to hand it in goes by meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from banshi.kernel.actors import SYSTEM, Actor
from banshi.kernel.refusals import Refusal, Refused
from banshi.rooms.cases.actions.ground import (
    locked,
    need,
    need_untold_in_time,
    notice_day,
    put_down,
    step,
    tell,
    today_of,
    until,
)
from banshi.rooms.cases.actions.recounting import is_to_be_reminded, recounted
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries.reminding import late_reminder
from banshi.rooms.cases.queries.wanting import wants_more
from banshi.rooms.cases.rules import clocks


def need_wanted(case: Case, *, now: datetime) -> None:
    """Papers may be brought now: for the receipt, or what is missing. The case is locked.

    :raises Refused: wrong-state; too-late – the last day of the supplement is over.
    """
    if case.phase == "supplement":
        recounted(case, now=now)
        need_in_time(case, now=now)
    elif case.phase != "await_receipt" and not wants_more(case):
        need(case, "expect")


def need_in_time(case: Case, *, now: datetime) -> None:
    """:raises Refused: too-late – the last day of the supplement is over."""
    if no := _over(case, now=now):
        raise Refused(no)


def _over(case: Case, *, now: datetime) -> Refusal | None:
    """What lies here already came in time, and so does what is put beside it. Of what nobody was reminded the last day is not
    over yet: it is given anew (`receiving.lapse_due`)."""
    if case.brought_on is not None:
        return None
    no = clocks.supplement_refusal(due_on=case.supplement_due_on, zone=ZoneInfo(case.hall.timezone), now=now)
    return None if no is None or is_to_be_reminded(case, now=now) else no


def more_here(case: Case, *, day: date, now: datetime) -> None:
    """Something that was missing lies here since `day`, and whoever receives takes it in. The case is locked; what came after
    the last day of a supplement changes nothing."""
    if not wants_more(case) or (case.brought_on is not None and case.brought_on <= day):
        return
    if case.phase == "supplement" and _over(case, now=now):
        return
    put_down(case, brought_on=day, **(notice_day(case, begun=day) if case.phase == "supplement" else {}))


def comes_along(*, case_no: str, appointment: str) -> Case:
    """What was begun is gone on with at a booked time: the window finds it with the booking. It stays a draft.

    :raises Refused: nothing-found, wrong-state.
    """
    with transaction.atomic():
        case = locked(case_no)
        need(case, "change")
        put_down(case, appointment=appointment)
    return case


def nothing_here(case: Case) -> None:
    """No door opened, or what came is taken in: the days to hand it in run as before. The case is locked."""
    if case.brought_on is None:
        return
    columns: dict[str, Any] = {"brought_on": None}
    if case.phase == "supplement":
        columns |= {"notice_due_on": None, "due_told": case.supplement_due_on}
    put_down(case, **columns)


def taken_in(*, case_no: str) -> Case:
    """What came of what was to follow is counted: what did not has its own day again. :raises Refused: nothing-found."""
    with transaction.atomic():
        case = locked(case_no)
        nothing_here(case)
    return case


def counted_late(*, case_no: str, codes: Collection[str], by: Actor, now: datetime) -> Case:
    """What came, for the receipt or to a supplement, is counted after it counted as accepted (逾期不告知): it belongs to the
    case, whoever decides looks at it, and nothing more is asked for. :param codes: papers that are here; none of them is, where
    it is empty.

    :raises Refused: nothing-found, wrong-state.
    """
    with transaction.atomic():
        case = locked(case_no)
        need(case, "settle")
        for code in sorted(codes):
            step(case, "settle", by=by, now=now, facts={"material": code})
        nothing_here(case)
    return case


def still_missing(*, case_no: str, came: bool = True, now: datetime) -> Case:
    """Not all of a supplement is here: whoever has to bring the rest is told, with at least the days of a reminder from here.

    :param came: something of it did; where nothing did days are given once: an empty envelope a week would hold it open for ever.
    :raises Refused: nothing-found, wrong-state; too-late – nobody looked at it in time, and of a permit it counts as accepted.
    """
    with transaction.atomic():
        case = locked(case_no)
        need(case, "supplement")
        need_untold_in_time(case, now=now)
        nothing_here(case)
        notice = case.events.filter(verb="notice").order_by("-seq").first()
        if came or notice is None or late_reminder(case, since=notice) is None:
            _told_anew(case, now=now)
    return case


def _told_anew(case: Case, *, now: datetime) -> None:
    recounted(case, now=now)
    today = today_of(case, now)
    columns = until("supplement_due_on", clocks.REMINDED_LATE, begun=today)
    event = case.events.order_by("-seq")[0]
    if case.supplement_due_on is None or columns["supplement_due_on"] > case.supplement_due_on:
        facts = {"supplement_due_on": columns["supplement_due_on"], "reminded_on": today}
        event = step(case, "recount", by=SYSTEM, now=now, facts=facts, **columns)
    assert case.supplement_due_on is not None
    tell(
        case,
        "case_remind",
        event=event,
        now=now,
        day=case.supplement_due_on.isoformat(),
        anew=f"part:{now.isoformat()}",
    )
