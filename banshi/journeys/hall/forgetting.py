"""What nobody needs any more is deleted: a little often, so that no table grows for ever and no delete lasts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Min

from banshi.foundation import announce, answers, limits, watermarks
from banshi.kernel.policy import RecordsPolicy
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment
from banshi.rooms.booking.queries.facts import city_of
from banshi.rooms.consulting import actions as consulting
from banshi.rooms.devices.actions import orders
from banshi.rooms.feedback import actions as feedback
from banshi.rooms.homevisits import actions as homevisits
from banshi.rooms.hooks import actions as hooks
from banshi.rooms.hotline import actions as hotline
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.actions import at_machine
from banshi.rooms.library import actions as library
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.remote import actions as remote
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.zones import actions as zones

A_DAY: Final = timedelta(hours=24)
EVENTS_KEPT: Final = timedelta(days=7)  # what was told to whoever watched; only the newest of a hall is asked for again
MOST: Final = 5000  # rows in one statement
RECORDINGS: Final = 200  # of calls, each up to hundreds of megabytes
ROUNDS: Final = 20  # statements for one table: the rest waits for the next time
DAYS: Final = 40  # of a hall, in one go


def forget(*, now: datetime, wall: datetime) -> dict[str, int]:
    """Delete answers and counts of tries a day old, codes and sessions that have ended, files that nobody went on sending or
    kept, reports of authorities' lists, events of last week; and what people gave with visits, what was said to them and written
    about them, that is over for as long as their hall's rules say (`RecordsPolicy`).

    :param now: hall time, which events bear; :param wall: machine time, which everything else bears.
    :returns: how many rows of each; of visits, how many days of halls (and visits appealed against).
    """
    old = wall - A_DAY
    kinds: Mapping[str, Callable[[], int]] = {
        "answers": lambda: answers.forget_old(before=wall - answers.KEPT, most=MOST),
        "tries": lambda: limits.forget_old(before=old, most=MOST),
        "codes": lambda: identity.forget_codes(before=old, most=MOST),
        "kiosk-sessions": lambda: at_machine.forget_sessions(at=wall, most=MOST),
        "events": lambda: announce.forget_old(before=now - EVENTS_KEPT, most=MOST),
        "orders": lambda: orders.forget_old(at=wall, most=MOST),
        "zones": lambda: zones.forget_old(now=now, most=MOST),
        "webhooks": lambda: hooks.forget_old(wall=wall, most=MOST),
        "recordings": lambda: remote.delete_recordings(now=now, most=RECORDINGS),
        "uploads": lambda: library.forget_uploads(now=now, most=MOST),
        "unkept": lambda: library.forget_unkept(now=now, most=MOST),
        "imports": lambda: library.forget_imports(now=now, most=MOST),
        "sessions": lambda: _forget_sessions(wall),
    }
    done = {kind: _all(act) for kind, act in kinds.items()}
    halls = list(Hall.objects.order_by("id"))
    kept_from = {hall.code: _kept_from(hall, now) for hall in halls}
    visits = sum(_forget_visits(hall, kept_from[hall.code]) for hall in halls) + _forget_late(halls)
    return done | {
        "visits": visits,
        "suspensions": booking.forget_suspensions(before=_by_scope(halls, kept_from)),
        "ratings": _forget_ratings(halls, kept_from),
        "enquiries": _forget_enquiries(halls, kept_from),
        "calls": _forget_calls(halls, kept_from),
        "hotline": _forget_orders(halls, kept_from),
        "home-visits": _forget_home_visits(halls, kept_from),
        "messages": _forget_messages(halls, kept_from, now),
    }


def _all(act: Callable[[], int]) -> int:
    total = 0
    for _ in range(ROUNDS):
        count = act()
        total += count
        if count < MOST:
            break
    return total


def _forget_sessions(wall: datetime) -> int:
    ended = Session.objects.filter(expire_date__lt=wall).order_by("expire_date").values("pk")[:MOST]
    return Session.objects.filter(pk__in=ended).delete()[0]


def _kept_from(hall: Hall, now: datetime) -> date:
    """The first day of which what was given and said is still kept."""
    kept_days = places.policy_of(hall.pk, now=now).records.contacts_days
    return now.astimezone(ZoneInfo(hall.timezone)).date() - timedelta(days=kept_days)


def _forget_visits(hall: Hall, kept_from: date) -> int:
    """What was given with the visits of each day that is over for long enough, the oldest first.

    What is still kept is never counted as done: where a clock that was ahead has been set back, or a hall keeps longer than
    it did, the days go once more when their time comes, with whatever was given since.

    :returns: days.
    """
    last = kept_from - timedelta(days=1)
    reached = watermarks.reached(_mark(hall))
    if reached is not None and reached > last:
        watermarks.reach(_mark(hall), last)
        return 0
    begin = _first_day(hall) if reached is None else reached + timedelta(days=1)
    if begin is None or begin > last:
        return 0
    days = [begin + timedelta(days=n) for n in range(min(DAYS, (last - begin).days + 1))]
    for day in days:
        with transaction.atomic():
            booking.forget_contacts(hall_id=hall.pk, day=day)
            tickets.forget_contacts(hall=hall, day=day)
            watermarks.reach(_mark(hall), day)
    return len(days)


def _mark(hall: Hall) -> str:
    return f"forget visits:{hall.code}"


def _forget_late(halls: Sequence[Hall]) -> int:
    """Of visits whose day was done before an appeal about them was answered, or something forgiven. :returns: visits."""
    reached = {hall.pk: watermarks.reached(_mark(hall)) for hall in halls}
    return booking.forget_late(until={hall_id: day for hall_id, day in reached.items() if day is not None})


def _by_scope(halls: Sequence[Hall], kept_from: Mapping[str, date]) -> dict[str, date]:
    """The first day kept of what counts in a hall alone, and in its city: there, of the hall that keeps longest."""
    found = {hall.code: kept_from[hall.code] for hall in halls}
    cities = {region: city_of(region) for region in {hall.region_id for hall in halls}}
    for hall in halls:
        city = cities[hall.region_id]
        found[city] = min(kept_from[hall.code], found.get(city, kept_from[hall.code]))
    return found


def _forget_ratings(halls: Sequence[Hall], kept_from: Mapping[str, date]) -> int:
    """What was written with them, each by its own age. :returns: how many."""
    before = {hall.pk: _midnight(hall, kept_from) for hall in halls}
    return _all(lambda: feedback.forget_words(before=before, most=MOST))


def _forget_enquiries(halls: Sequence[Hall], kept_from: Mapping[str, date]) -> int:
    """What was asked and answered, each by its own end. :returns: how many."""
    before = {hall.pk: _midnight(hall, kept_from) for hall in halls}
    return _all(lambda: consulting.forget_words(before=before, most=MOST))


def _forget_calls(halls: Sequence[Hall], kept_from: Mapping[str, date]) -> int:
    """What was said in calls of the video service, each by its own end. :returns: how many."""
    before = {hall.pk: _midnight(hall, kept_from) for hall in halls}
    return _all(lambda: remote.forget_words(before=before, most=MOST))


def _forget_orders(halls: Sequence[Hall], kept_from: Mapping[str, date]) -> int:
    """Callers of the hotline and what they said, each order by its own end. :returns: how many."""
    before = {hall.pk: _midnight(hall, kept_from) for hall in halls}
    return _all(lambda: hotline.forget_words(before=before, most=MOST))


def _forget_home_visits(halls: Sequence[Hall], kept_from: Mapping[str, date]) -> int:
    """Whose visits at home were, where and what was said, each by its own end. :returns: how many."""
    before = {hall.pk: _midnight(hall, kept_from) for hall in halls}
    return _all(lambda: homevisits.forget_words(before=before, most=MOST))


def _midnight(hall: Hall, kept_from: Mapping[str, date]) -> datetime:
    return datetime.combine(kept_from[hall.code], time.min, tzinfo=ZoneInfo(hall.timezone))


def _first_day(hall: Hall) -> date | None:
    """Of the first visit of which anything is kept."""
    days = [
        rows.filter(hall=hall).aggregate(first=Min("day"))["first"] for rows in (Appointment.objects, Ticket.objects)
    ]
    return min((day for day in days if day is not None), default=None)


def _forget_messages(halls: Sequence[Hall], kept_from: Mapping[str, date], now: datetime) -> int:
    """Whatever they are about: each by its own age. Those that no hall sent are kept as long as where a hall says nothing.

    :returns: how many.
    """
    before = {hall.code: _midnight(hall, kept_from) for hall in halls}
    before[""] = now - timedelta(days=RecordsPolicy().contacts_days)
    keep = booking.subjects_appealed()
    return _all(lambda: messaging.forget_old(before=before, keep=keep, most=MOST))
