"""What is due: run every second by the tick, and at once when the clock is set. Late or repeated runs change nothing more.

Each duty runs by itself: one that fails is logged and does not stop the others.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from banshi.foundation import heartbeat, locks
from banshi.foundation.connections import renew
from banshi.foundation.memory import forgettable
from banshi.journeys.case import cabinets, codes, courier, expecting, paying
from banshi.journeys.case import due as cases_due
from banshi.journeys.hall import change_rules, close_hall_day, day_sheet, retire_item
from banshi.journeys.hours import close_line
from banshi.journeys.person import tell_guardians, tell_mandates
from banshi.kernel.actors import SYSTEM
from banshi.rooms.archive import actions as archive
from banshi.rooms.booking import actions as booking
from banshi.rooms.cases import actions as cases
from banshi.rooms.catalogue.actions import drafts
from banshi.rooms.consulting import actions as consulting
from banshi.rooms.exchange import actions as exchange
from banshi.rooms.identity import actions as identity
from banshi.rooms.insight import actions as insight
from banshi.rooms.library import actions as library
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.queries.statements import WAS_HERE

log = structlog.get_logger("banshi.housekeeping")


@dataclass(frozen=True)
class Duty:
    name: str
    act: Callable[[datetime], object]
    every: timedelta  # hall time between runs; zero = every tick


def _materialise(now: datetime) -> None:
    for hall in Hall.objects.order_by("id"):
        booking.materialise(hall=hall, now=now)


def _offer(now: datetime) -> None:
    for hall in Hall.objects.order_by("id"):
        booking.offer_waiting(hall=hall, now=now)


def _send_ahead(now: datetime) -> None:
    for hall in Hall.objects.order_by("id"):
        tickets.send_ahead(hall=hall, now=now)


def _close_answered(now: datetime) -> None:
    for hall in Hall.objects.order_by("id"):
        consulting.close_silent(hall=hall, by=SYSTEM, now=now)


DUTIES = (
    Duty("materialise slots", _materialise, timedelta(hours=1)),
    Duty("rules that begin", lambda now: change_rules.begin_due(now=now), timedelta()),
    Duty("waits of mandates over", lambda now: booking.hand_back(now=now), timedelta(minutes=1)),
    Duty("clients and agents of mandates", lambda now: tell_mandates.tell(now=now), timedelta()),
    Duty("guardians and children", lambda now: tell_guardians.tell(now=now), timedelta()),
    Duty("bookings of mandates over", lambda now: booking.pass_on(now=now), timedelta()),
    Duty("waits for days over", lambda now: booking.end_waiting_for_days_over(now=now), timedelta(minutes=1)),
    Duty("waits in vain", lambda now: booking.end_all_waiting_in_vain(now=now), timedelta(minutes=1)),
    Duty("waits of days back", lambda now: booking.wait_again_everywhere(now=now), timedelta(minutes=1)),
    Duty("offers", _offer, timedelta(minutes=1)),
    Duty("expire holds", lambda now: booking.expire_holds(now=now), timedelta()),
    Duty("closures", lambda now: close_line.look(now=now), timedelta()),
    Duty("no-shows", lambda now: booking.sweep_no_shows(now=now, came=WAS_HERE), timedelta()),
    Duty("numbers whose keys end", lambda now: tickets.renew_returned(now=now), timedelta()),
    Duty("numbers kept for nobody", lambda now: tickets.free_kept_for_nobody(now=now), timedelta()),
    Duty("numbers missed for good", lambda now: tickets.let_missed_go(now=now), timedelta()),
    Duty("parked numbers", lambda now: tickets.unpark_due(now=now), timedelta()),
    Duty("people ahead", _send_ahead, timedelta()),
    Duty("close days", lambda now: close_hall_day.close_due(now=now), timedelta(minutes=1)),
    Duty("settle days", lambda now: insight.settle_due(now=now), timedelta(seconds=20)),
    Duty("openings", lambda now: booking.tell_openings(now=now), timedelta(minutes=1)),
    Duty("day sheets", lambda now: day_sheet.send_due(now=now), timedelta(minutes=5)),
    Duty("agents nobody accepted", lambda now: identity.drop_unanswered(now=now), timedelta(hours=1)),
    Duty("people who wait for a result", lambda now: cases.tell_late(now=now), timedelta(minutes=1)),
    Duty("cases due", lambda now: cases_due.run(now=now), timedelta(minutes=5)),
    Duty("drafts whose season ends", lambda now: cases.tell_season_ends(now=now), timedelta(hours=1)),
    Duty("payments nobody told of", lambda now: paying.ask_due(now=now), timedelta(seconds=15)),
    Duty("parcels nobody told of", lambda now: courier.ask_due(now=now), timedelta(minutes=10)),
    Duty("results taken out of cells", lambda now: cabinets.taken_by_now(now=now), timedelta(minutes=1)),
    Duty("codes of whoever may fetch no more", lambda now: codes.renew_due(now=now), timedelta(minutes=1)),
    Duty("questions answered long ago", _close_answered, timedelta(hours=1)),
    Duty("items planned", lambda now: drafts.publish_due(now=now), timedelta(minutes=1)),
    Duty("items retired", lambda now: retire_item.tell_due(now=now), timedelta(minutes=1)),
    Duty("papers of cases", lambda now: cases.make_due(now=now), timedelta()),
    Duty("files not looked through yet", lambda now: library.scan_pending(now=now), timedelta(minutes=1)),
    Duty("papers nobody brought", lambda now: expecting.give_back(now=now), timedelta(hours=1)),
    Duty("cases to archive", lambda now: archive.archive_due(now=now), timedelta(minutes=10)),
    Duty("cases never sent", lambda now: archive.forget_unsent(now=now), timedelta(hours=6)),
    Duty("purges confirmed", lambda now: archive.destroy_confirmed(now=now), timedelta(minutes=1)),
    Duty("batches to send", lambda now: exchange.send_due(now=now), timedelta(minutes=10)),
    Duty("receipts of batches", lambda now: exchange.take_receipts(now=now), timedelta(minutes=10)),
    Duty("learn handling times", lambda now: tickets.learn(now=now), timedelta(minutes=10)),
)
_last: dict[str, datetime] = {}
forgettable(_last.clear)
_lock = threading.Lock()


def run_due(*, now: datetime, everything: bool = False) -> list[str]:
    """Run the duties that are due at hall time `now`; returns the names of those that failed.

    Duties with an interval run again when hall time has moved by it in either direction (a set clock jumps), or when the
    local day changed.
    """
    went: dict[str, bool] = {}
    with _alone(wait=everything) as alone:
        if not alone:  # somebody is at it
            return []
        for duty in DUTIES:
            last = _last.get(duty.name)
            if not everything and last is not None and abs(now - last) < duty.every and _day(last) == _day(now):
                continue
            try:
                duty.act(now)
                _last[duty.name] = now
                went[duty.name] = True
            except Exception:
                renew()
                log.exception("duty failed", duty=duty.name)
                went[duty.name] = False
        heartbeat.beats({"tick": True} | {f"duty:{name}": well for name, well in went.items()})
    return [name for name, well in went.items() if not well]


@contextmanager
def _alone(*, wait: bool) -> Iterator[bool]:
    """Whether no other thread or process runs duties now. The database's lock dies with a killed process."""
    if not _lock.acquire(blocking=wait):
        yield False
        return
    try:
        mine = _take(wait=wait)
        try:
            yield mine
        finally:
            if mine:
                locks.give_back(locks.DUTIES)
    finally:
        _lock.release()


def _take(*, wait: bool) -> bool:
    if not wait:
        return locks.take_if_free(locks.DUTIES)
    locks.take(locks.DUTIES)
    return True


def _day(moment: datetime) -> object:
    return moment.astimezone(ZoneInfo("Asia/Shanghai")).date()
