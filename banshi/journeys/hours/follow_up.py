"""Working a follow-up off: each visit that lost its hours is moved, cancelled or kept, in a transaction of its own.

A worker that is killed loses nothing: what was committed is settled, the rest is still due. Everybody gets one message
for the whole visit, and none of it ever counts as the person's own cancellation. “Moved” is counted when a visit has
been moved and its message is in the outbox; both are one transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.db import OperationalError, transaction
from django.db.models import Exists, OuterRef, Q

from banshi.foundation import clock
from banshi.foundation.closed import UNSAID
from banshi.journeys.hours.other_times import AHEAD, Offers
from banshi.journeys.hours.outside import fits_now
from banshi.journeys.hours.stops import closed_facts
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.actions import following, telling
from banshi.rooms.booking.models import Appointment, FollowUp, FollowUpVisit, Slot
from banshi.rooms.booking.queries.facts import hall_facts
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.rules import Closure, What
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets.models import AT_WINDOW, Ticket

log = structlog.get_logger("banshi.follow_up")
WORK_FOR_S = 20.0  # then it begins anew, by the hall's time then, and leaves a sign of life
TRIES = 5  # nearest times tried for one visit before it is left to the hall
_NOT_THERE = (
    "slot-full",
    "limit-half-day",
    "same-time",
    "closed",
    "nothing-found",
    "item-not-here",
    "item-retired",
    "out-of-season",
    "past",
)


@dataclass(frozen=True)
class Outcome:
    """What became of the visits: counted. `done`: settled by the person or the clerk meanwhile. `due`: still to come.

    Of those, once the change was taken back: `old_times`, moved and told that the old time is free again; `times_back`,
    cancelled and told that it can be booked again; `stand_after_all`, kept and told that nothing closes.
    """

    moved: int = 0
    cancelled: int = 0
    kept: int = 0
    done: int = 0
    failed: int = 0
    due: int = 0
    old_times: int = 0
    times_back: int = 0
    stand_after_all: int = 0

    @property
    def total(self) -> int:
        return self.moved + self.cancelled + self.kept + self.done + self.failed + self.due


def outcome_of(follow_up: FollowUp) -> Outcome:
    rows = list(FollowUpVisit.objects.filter(follow_up=follow_up).order_by("id").values_list("state", "told_again_at"))
    again = Counter(state for state, told_again_at in rows if told_again_at is not None)
    told = {"old_times": again["moved"], "times_back": again["cancelled"], "stand_after_all": again["kept"]}
    return Outcome(**Counter(state for state, _ in rows), **told)


def unreached(follow_up: FollowUp) -> list[Appointment]:
    """What was moved, cancelled or kept of people whom no message reaches: somebody has to tell them. By start."""
    done = FollowUpVisit.objects.filter(follow_up=follow_up, state__in=["moved", "cancelled", "kept"]).order_by("id")
    codes = [code for of_visit in done.values_list("codes", flat=True) for code in of_visit]
    rows = Appointment.objects.filter(code__in=codes).select_related("item", "person")
    return [row for row in rows.order_by("starts_at", "id") if not row.told_at]


def work_off(*, now: datetime) -> int:
    """Do what is due, one visit after the other, until nothing is left or 20 seconds have passed; several workers share it.

    :returns: how many visits this call settled.
    """
    started, settled = clock.monotonic(), 0
    while clock.monotonic() - started < WORK_FOR_S and _next(now):
        settled += 1
    with transaction.atomic():  # a change is done with once those who wait for its days are told, too
        for follow_up in following.finish_follow_ups(now=now):
            booking.end_waiting_for_closed_days(hall=follow_up.hall, now=now)
    return settled


def _next(now: datetime) -> bool:
    tried: FollowUpVisit | None = None
    try:
        with following.next_due() as visit:
            if visit is None:
                return False
            tried = visit
            _do(visit, now=now)
    except OperationalError:  # the database went away: nothing happened, the visit is still due
        raise
    except Exception:
        if tried is None:
            raise
        # One visit that cannot be done must not hold up those behind it; it is listed as unsettled.
        log.exception("a visit could not be followed up", visit=tried.pk)
        following.settle(tried, "fail", now=now)
    return True


def _do(visit: FollowUpVisit, *, now: datetime) -> None:
    follow_up = visit.follow_up
    rows = _rows(follow_up.hall, visit, now)
    lost = [row for row in rows if row.code in visit.codes]
    if not lost or fits_now(follow_up.hall, lost):
        following.settle(visit, "find_done", now=now)
        return
    by = Actor.parse(follow_up.made_by)
    more = _more(follow_up, lost)
    try:
        with transaction.atomic():
            if visit.what == "move":
                _move(follow_up.hall, visit, rows, by=by, now=now, why=follow_up.why_zh, more=more)
            elif visit.what == "cancel":
                _cancel(follow_up.hall, lost, by=by, now=now, why=follow_up.why_zh, more=more)
            else:
                _keep(follow_up, lost, by=by, now=now, more=more)
    except Refused as no:
        if no.slug in ("already-cancelled", "wrong-state"):  # settled meanwhile
            following.settle(visit, "find_done", now=now)
        else:  # nobody travels to a closed hall while the staff look for another way
            following.settle(visit, "fail", slug=no.slug, now=now)
            if not _by_hand(follow_up):
                booking.keep_no_more(rows=lost)
            again = f":{follow_up.pk}"  # each change that takes the time is told
            telling.tell_visit(
                "closure", lost, hall=hall_facts(follow_up.hall, now=now), now=now, more=more, anew=again
            )
        return
    following.settle(visit, visit.what, now=now)


def _keep(follow_up: FollowUp, rows: Sequence[Appointment], *, by: Actor, now: datetime, more: dict[str, Any]) -> None:
    """:raises Refused: closed – at its time everybody is out: who is told to come all the same is not let in."""
    over = [each for row in rows for each in _closures_over(follow_up.hall, row)]
    if out := [each for each in over if each.kind == "evacuation"]:
        raise Refused("closed", facts={"reason": {"zh": out[0].reason.zh, "en": out[0].reason.en}})
    change = None if _by_hand(follow_up) else follow_up.pk
    booking.keep(rows=rows, why_zh=follow_up.why_zh, by=by, now=now, in_closure=bool(over), change=change, more=more)


def _by_hand(follow_up: FollowUp) -> bool:
    """Of people who lay outside the hours already; any other takes hours they had until then."""
    return follow_up.cause.startswith("by-hand:")


def _closures_over(hall: Hall, row: Appointment) -> list[Closure]:
    part = calendars.what_of(hall, What(row.item.code))
    return [
        each
        for each in calendars.closures(hall, row.day, row.day)
        if each.takes(row.starts_at, row.ends_at, zone=part.zone, category=part.category, item=part.item)
    ]


def _more(follow_up: FollowUp, rows: Sequence[Appointment]) -> dict[str, Any]:
    """What the message says beside the appointment, in both languages: what is closed and when, and why.

    By the closure itself: the period of the appointment is the person's, not what is closed.
    """
    more: dict[str, Any] = {}
    kind, _sep, closure_id = follow_up.cause.partition(":")
    if kind == "matter":  # it went to a category that a closure lies over
        over = _closures_over(follow_up.hall, rows[0])
        kind, closure_id = ("closure", str(over[0].id)) if over else ("calendar", "")
    notice = calendars.notice_of(int(closure_id)) if kind == "closure" else None
    if notice is not None:
        more |= {"closed": closed_facts(notice), "closure": notice.id}
    elif kind in ("calendar", "national"):
        more["closed"] = {}
    if follow_up.why_zh and follow_up.why_zh not in UNSAID:
        more["reason"] = {"zh": follow_up.why_zh, "en": follow_up.why_en}
    return more


def _rows(hall: Hall, visit: FollowUpVisit, now: datetime) -> list[Appointment]:
    """What is still booked of the visit; its matters that kept their hours go along. Who is being served stays: by a number
    of whoever booked, or of the person they are proven to be; that somebody typed their number says nothing of them."""
    booked = Appointment.objects.filter(hall=hall, state="booked", ends_at__gt=now)
    mine = booked.filter(code__in=visit.codes) | booked.filter(visit_group=visit.visit).exclude(visit_group="")
    here = Ticket.objects.filter(
        Q(item=OuterRef("item"), state__in=["waiting", "parked"]) | Q(state__in=[*AT_WINDOW, "held"]),
        hall=hall,
        person=OuterRef("person"),
        category=OuterRef("category"),
        day=OuterRef("day"),
    )
    card = here.filter(limit_key="")
    theirs = Q(Exists(here.filter(limit_key=OuterRef("limit_key"))))
    theirs |= Q(Exists(card.filter(person__name_index=OuterRef("name_index")))) | Q(Exists(card), name_index="")
    mine = mine.exclude(theirs)
    return list(mine.select_related("item", "category__zone", "person", "hall").order_by("starts_at", "id"))


def _cancel(
    hall: Hall, rows: Sequence[Appointment], *, by: Actor, now: datetime, why: str, more: dict[str, Any]
) -> None:
    booking.lock_visit(rows)
    for row in rows:
        booking.cancel(code=row.code, by=by, now=now, why=why, by_hall=True, quiet=True)
    gone = [Appointment.objects.get(pk=row.pk) for row in rows]
    telling.tell_visit("cancelled_by_hall", gone, hall=hall_facts(hall, now=now), now=now, more=more)


def _move(
    hall: Hall,
    visit: FollowUpVisit,
    rows: Sequence[Appointment],
    *,
    by: Actor,
    now: datetime,
    why: str,
    more: dict[str, Any],
) -> None:
    """All matters of the visit, to the time that was offered; where somebody was quicker, to the nearest that fits.

    :raises Refused: slot-full when none of the nearest is possible, or the last reason.
    """
    last: Refused | None = None
    for target in _targets(hall, visit, rows, now=now):
        try:
            with transaction.atomic():
                booking.lock_visit(rows, slots=target.values())
                moved = [
                    booking.move(
                        code=row.code,
                        slot_id=target[row.code],
                        by=by,
                        now=now,
                        why=why,
                        by_hall=True,
                        quiet=True,
                    )
                    for row in rows
                ]
                was = rows[0].starts_at.astimezone(ZoneInfo(hall.timezone)).isoformat()
                facts = {"was": was} | more
                telling.tell_visit("moved_by_hall", moved, hall=hall_facts(hall, now=now), now=now, more=facts)
            return
        except Refused as refused:
            if refused.slug not in _NOT_THERE:
                raise
            last = refused
    raise last or Refused("slot-full", facts={"quota": 0})


def _targets(
    hall: Hall, visit: FollowUpVisit, rows: Sequence[Appointment], *, now: datetime
) -> Iterator[dict[str, int]]:
    """Slots to try for each matter: those offered, then the nearest; these are only looked for when the first was taken."""
    if visit.starts_at is not None:
        offered = {row.code: _slot_at(hall, row, visit.starts_at) for row in rows}
        if all(offered.values()):
            yield {code: slot for code, slot in offered.items() if slot}
    first = rows[0]
    today = now.astimezone(ZoneInfo(hall.timezone)).date()
    around = calendars.sessions(hall, max(first.day - AHEAD, today), first.day + AHEAD)
    possible = Offers(hall, rows, around, now=now).visits(rows)
    left = [runs for runs in possible if runs[first.code][0].starts_at != visit.starts_at]
    for runs in left[:TRIES]:
        if all(run[0].id for run in runs.values()):
            yield {code: run[0].id for code, run in runs.items()}


def _slot_at(hall: Hall, row: Appointment, starts_at: datetime) -> int | None:
    businesses = (
        [row.business] if row.place == "video" else [f"item:{row.item.code}", f"cat:{row.category.code}", "hall"]
    )
    found = Slot.objects.filter(hall=hall, business__in=businesses, starts_at=starts_at, closed=False)
    return found.order_by("-business", "id").values_list("id", flat=True).first()
