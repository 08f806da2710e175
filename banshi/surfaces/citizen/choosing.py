"""Choosing a time: the day strip of two weeks and the periods of a day, for booking and for moving."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext, pgettext

from banshi.foundation import states
from banshi.foundation.said import english
from banshi.foundation.words import words
from banshi.kernel.refusals import Refusal
from banshi.rooms.booking import queries as booking
from banshi.rooms.booking.queries import SlotView, WaitView
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.rules import What
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.citizen.refusals import Panel, spoken

DAYS = 14
LOOK_AGAIN = timedelta(minutes=5)
QUIET_BELOW = 0.5
WORTH_SAYING = 0.3  # how much emptier than the fullest a period must be to be recommended (错峰)


@dataclass(frozen=True)
class DayChoice:
    """A day of the strip.

    state: open | full | later (its places come later) | closed (the hall) | off (not bookable).
    """

    day: date
    state: str
    free: int
    quiet: bool
    title: str
    detail: str

    @property
    def is_open(self) -> bool:
        return self.state == "open"


@dataclass(frozen=True)
class Choice:
    """The strip, the day looked at and its periods."""

    hall: Hall
    days: tuple[DayChoice, ...]
    chosen: DayChoice
    periods: tuple[SlotView, ...]
    quietest: SlotView | None
    refused: Panel | None
    can_wait: bool  # the day is full and the hall keeps a waiting list
    reasons: dict[int, str] = field(default_factory=dict)  # by period that a closure has stopped: why
    kept_days: frozenset[date] = frozenset()  # on which a place can be taken that is kept for the booking to be moved
    place: str = "window"  # | video

    def shut_but(self, kept: Collection[date]) -> set[date]:
        """The days of the strip that offer nothing: not open, and no place of theirs is kept."""
        return {each.day for each in self.days if not each.is_open and each.day not in kept}


def choose(
    *,
    hall: Hall,
    item_code: str,
    day: str | None,
    now: datetime,
    persons: int = 1,
    kept: WaitView | None = None,
    withheld: Collection[int] = (),
    place: str = "window",
) -> Choice:
    """What the page shows. Without a `day` (or with one outside the strip) that of the kept place is chosen, or the first
    open one.

    :param persons: who come together; a period with fewer places is full for them.
    :param kept: the place that is kept for the booking to be moved.
    :param withheld: periods of which a place is kept, after a cancellation, for somebody whom whoever looks books.
    :raises Refused: item-not-here, not-bookable.
    """
    zone = ZoneInfo(hall.timezone)
    today = now.astimezone(zone).date()
    last = today + timedelta(days=DAYS - 1)
    by_day: dict[date, list[SlotView]] = {today + timedelta(days=i): [] for i in range(DAYS)}
    kept_slot = [kept.slot_id] if kept is not None and kept.slot_id is not None else []
    for slot in booking.slots(
        hall=hall,
        item_code=item_code,
        first=today,
        last=last,
        now=now,
        persons=persons,
        kept=[*kept_slot, *withheld],
        place=place,
    ):
        by_day[slot.day].append(slot)
    days = tuple(_day(hall, each, slots, item_code, zone=zone, today=today) for each, slots in by_day.items())
    asked = _day_asked(day) or (kept and kept.starts_at and kept.starts_at.astimezone(zone).date())
    chosen = next((d for d in days if d.day == asked), None) or next((d for d in days if d.is_open), days[0])
    periods = tuple(by_day[chosen.day])
    free = [p for p in periods if p.bookable]
    quietest = min(free, key=lambda p: (p.busy, p.starts_at), default=None) if len(free) > 1 else None
    if quietest is not None and max(p.busy for p in free) - quietest.busy < WORTH_SAYING:
        quietest = None  # all much the same: nothing to recommend
    waits = place == "window" and _is_full(chosen, periods)
    waits = waits and places.policy_of(hall.pk, now=now).booking.waiting_list
    kept_days = frozenset(each for each, of in by_day.items() for p in of if p.bookable and p.id in kept_slot)
    reasons = _reasons(hall, item_code, periods)
    return Choice(hall, days, chosen, periods, quietest, _why(chosen), waits, reasons, kept_days, place)


def place_asked(hall: Hall, text: str | None, *, otherwise: str = "window", now: datetime) -> str:
    """Where one wants to be helped: `window` or `video`, as far as the hall gives out times by video."""
    wanted = text if text in ("window", "video") else otherwise
    return wanted if by_video(hall, now=now) else "window"


def by_video(hall: Hall, *, now: datetime) -> bool:
    """Whether the hall gives out times by video."""
    policy = places.policy_of(hall.pk, now=now).video
    return bool(policy.booked_seats and policy.most_waiting)


def ways(hall: Hall, base: str, place: str, *, now: datetime) -> list[tuple[str, str, bool]]:
    """At the hall, or by video: each with its address, and whether it is shown now; none where there is no choice."""
    if not by_video(hall, now=now):
        return []
    words = (("window", pgettext("place", "At the hall")), ("video", pgettext("place", "By video")))
    return [(word, f"{base}&place={code}", code == place) for code, word in words]


def for_mover(choice: Choice, refused: Mapping[int, Refusal], back: Collection[int]) -> Choice:
    """The same, where some of its periods cannot be taken by whoever looks, and why.

    :param back: those that the hall took from the appointment and gave back: they can, whatever the cut-off.
    """
    periods = tuple(
        replace(each, bookable=True, refusal=None)
        if each.id in back
        else replace(each, bookable=False, refusal=refused[each.id])
        if each.id in refused
        else each
        for each in choice.periods
    )
    quietest = choice.quietest if choice.quietest is None or choice.quietest.id not in refused else None
    return replace(choice, periods=periods, quietest=quietest)


def _reasons(hall: Hall, item_code: str, periods: Sequence[SlotView]) -> dict[int, str]:
    """Why nobody can book these periods: what the hall announced of the closures over them, each reason once."""
    stopped = [each for each in periods if each.refusal is not None and each.refusal.facts.get("stopped")]
    if not stopped:
        return {}
    what = calendars.what_of(hall, What(item_code))
    running = [
        each
        for each in calendars.closures(hall, stopped[0].day, stopped[-1].day)
        if each.stops(zone=what.zone, category=what.category, item=what.item)
    ]
    found = {}
    for slot in stopped:
        over = [each.reason for each in running if each.starts_at < slot.ends_at and each.ends_at > slot.starts_at]
        said = dict.fromkeys((each.en if english() else each.zh).rstrip("。.") for each in over)
        if said:
            found[slot.id] = gettext(", ").join(said)
    return found


def turns(choice: Choice, *, now: datetime) -> list[datetime]:
    """When the strip may say something else: as periods begin and end, and every few minutes, for others book, too."""
    today = [slot for slot in choice.periods if slot.day == choice.days[0].day]
    return [now + LOOK_AGAIN, *(each for slot in today for each in (slot.starts_at, slot.ends_at))]


def _is_full(chosen: DayChoice, periods: Sequence[SlotView]) -> bool:
    """Nothing is free, and somebody could give a place back: stopped or past periods among the full ones change nothing."""
    return not chosen.is_open and any(p.refusal is not None and p.refusal.slug == "slot-full" for p in periods)


def _day_asked(text: str | None) -> date | None:
    try:
        return parse_date(text[:10]) if text else None
    except ValueError:
        return None


def _day(hall: Hall, day: date, slots: list[SlotView], item_code: str, *, zone: ZoneInfo, today: date) -> DayChoice:
    free = sum(slot.free for slot in slots if slot.bookable)
    if free:
        open_ones = [slot for slot in slots if slot.bookable]
        quiet = sum(slot.busy for slot in open_ones) / len(open_ones) < QUIET_BELOW
        return DayChoice(day, "open", free, quiet, "", "")
    reasons = [slot.refusal for slot in slots if slot.refusal is not None]
    other = [r for r in reasons if r.slug not in ("slot-full", "past")]
    if reasons and not other:
        full = any(r.slug == "slot-full" for r in reasons)
        if full:
            return DayChoice(day, "full", 0, False, gettext("Fully booked"), "")
    closed = calendars.why_closed(hall, day, What(item_code)) if all(r.slug == "closed" for r in reasons) else None
    if reasons and closed is None:
        why = (other or reasons)[0]
        with timezone.override(zone):
            title, detail = words(spoken(why, today), zone)
        state = "later" if why.slug == "not-open-yet" else "off"
        return DayChoice(day, state, 0, False, title, detail)
    if closed is not None:
        return DayChoice(
            day, "closed", 0, False, states.word("hall", "closed"), closed.words.en if english() else closed.words.zh
        )
    return DayChoice(
        day, "later", 0, False, gettext("No places yet"), gettext("Places for this day are not given out yet.")
    )


def _why(chosen: DayChoice) -> Panel | None:
    return None if chosen.is_open else Panel(chosen.state, chosen.title, chosen.detail)
