"""What a closure stops now, in one sentence: phone, board, kiosk, hall list, hall page, desk and API say it alike.

Where, why, whether anybody is still called, and when it goes on. Who was kept in a closure, and told to come, is called
all the same; the sentence says so wherever somebody is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils import timezone, translation

from banshi.foundation.closed import (
    all_stay_words,
    closed_words,
    evacuated_words,
    excused_words,
    kept_words,
    leave_words,
    then_words,
)
from banshi.foundation.said import english
from banshi.foundation.times import when
from banshi.kernel.tongues import readable
from banshi.rooms.booking.models import Kept
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars import rules
from banshi.rooms.calendars.models import Closure
from banshi.rooms.calendars.queries import Notice
from banshi.rooms.calendars.rules import What, Words
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import actions as tickets


@dataclass(frozen=True)
class Stop:
    """A closure as people read it. `resumes`: when this is served again (hall's zone), None where it is not in sight.

    `keeps`: numbers of today go on after it – not where it is known to last into another day; nobody knows when an
    evacuation is over, and it takes no number from anybody.
    `kept`: appointments kept in it are called all the same. `lets_in`: the one asked for is one of them; `excused`: it is not
    served, and no no-show.
    `evacuates`: everybody goes out, so nobody is told to wait anywhere; numbers stay.
    """

    where: Words | None
    reason: Words
    starts_at: datetime
    resumes: datetime | None
    kept: bool
    now: datetime
    lets_in: bool = False
    excused: bool = False
    id: int = 0
    matter: bool = False  # `where` names a category or an item
    evacuates: bool = False
    keeps: bool = True
    zones: frozenset[str] = frozenset()  # codes of those it is over; none where it is the whole hall or a matter

    def over(self, zone: str) -> bool:
        """Whether whoever stands in this zone is in it, whatever for."""
        return not self.matter and (self.where is None or zone in self.zones)

    @property
    def words(self) -> str:
        """In the active language."""
        return closed_words(
            where=_said(self.where) if self.where and not self.matter else "",
            what=_said(self.where) if self.where and self.matter else "",
            reason=_said_reason(self.reason),
            since=self._at(self.starts_at) if self.starts_at > self.now else "",
            until=self._at(self.resumes) if self.resumes else "",
            kept=self.kept or self.lets_in,
            evacuates=self.evacuates,
        )

    @property
    def then(self) -> str:
        """What follows from it alone, where its name stands beside it already."""
        if self.evacuates:
            return self.leave
        until = self._at(self.resumes) if self.resumes else ""
        return then_words(until=until, kept=self.kept or self.lets_in)

    @property
    def since_words(self) -> str:
        return self._at(self.starts_at)

    @property
    def leave(self) -> str:
        """Of an evacuation: what to do, in large type."""
        return leave_words(_said(self.where) if self.where else "")

    @property
    def why(self) -> str:
        """Of an evacuation: why, and when it goes on."""
        return evacuated_words(reason=_said_reason(self.reason), until=self._at(self.resumes) if self.resumes else "")

    @property
    def all_stay(self) -> str:
        """Of an evacuation: the same for everybody in front of a screen; "" where it lasts into another day."""
        return all_stay_words() if self.keeps else ""

    @property
    def for_holder(self) -> str:
        """What it means for who was kept; "" for anybody else."""
        if self.excused:
            return excused_words()
        return kept_words() if self.lets_in else ""

    def both(self) -> Words:
        with translation.override("zh-hans"):
            zh = self.words
        with translation.override("en"):
            return Words(zh=zh, en=self.words)

    def _at(self, moment: datetime) -> str:
        with timezone.override(self.now.tzinfo):
            return when(moment, self.now.date())


def _said(words: Words) -> str:
    return words.en if english() else words.zh


def _said_reason(words: Words) -> str:
    """ "" where nobody gave it in the language of whoever reads."""
    return readable(_said(words), english=english())


def stops(hall: Hall, now: datetime, *, zone: str | None = None) -> list[Stop]:
    """The closures that run now, the whole hall first.

    :param zone: only what concerns this zone; None = everything.
    """
    found: dict[Any, Notice] = {}
    for each in calendars.notices(hall, now, zone=zone):
        # Of several over the same part the one that ends first names those that end later.
        part = (each.id,) if each.kind == "evacuation" else tuple(_part(span) for span in each.spans)
        if part not in found or each.ends_at < found[part].ends_at:
            found[part] = each
    return [_stop(hall, each, now) for each in found.values()]


def stops_at(hall: Hall, now: datetime, *, zone: str, categories: Collection[str]) -> list[Stop]:
    """The closures that a window of this zone, which serves these categories, has to know of: over the hall, over its own
    place, over what it serves."""
    found = calendars.notices(hall, now)
    items = {span.item for each in found for span in each.spans if span.item is not None}
    served = HallItem.objects.filter(hall=hall, item__code__in=items, category__code__in=categories) if items else None
    mine = set(served.values_list("item__code", flat=True)) if served is not None else set()
    return [
        _stop(hall, each, now)
        for each in found
        if each.where is None
        or any(span.zone == zone or span.category in categories or span.item in mine for span in each.spans)
    ]


def evacuation(hall: Hall, now: datetime, *, zone: str | None) -> Stop | None:
    """The evacuation over this zone – or, without one, over the whole hall –, None where there is none."""
    return evacuating(stops(hall, now, zone=zone), zone=zone)


def evacuating(running: Iterable[Stop], *, zone: str | None) -> Stop | None:
    """Of closures that run now, the evacuation over this zone, or over the whole hall."""
    return next((each for each in running if each.evacuates and (each.where is None or zone in each.zones)), None)


def stop_of(
    hall: Hall,
    now: datetime,
    *,
    item: str | None = None,
    category: str | None = None,
    appointment_id: int | None = None,
    at: datetime | None = None,
) -> Stop | None:
    """The closure over this item or category, now or at a moment to come; None where it is served.

    :param appointment_id: on whose behalf it is asked: `lets_in`, `excused`.
    """
    closure = calendars.opening(hall, at or now, What(item, category=category)).closure
    if closure is None:
        return None
    what = calendars.what_of(hall, What(item, category=category))
    part = _Part(what.zone, what.category, what.item)
    over = [each for each in calendars.notices(hall, at or now) if any(part.stopped_by(s) for s in each.spans)]
    if not over:
        return None
    let_in = tickets.lets_in(appointment_id, closure)
    excused = tickets.excused(appointment_id, closure)
    return _stop(hall, min(over, key=_before_others), now, lets_in=let_in, excused=excused, part=part)


def over_windows(hall: Hall, now: datetime, *, category: str) -> Stop | None:
    """The closure over windows that serve this category, whose people wait elsewhere."""
    zones = set(hall.windows.filter(categories__code=category).order_by("id").values_list("zone__code", flat=True))
    return next((each for each in stops(hall, now) if each.zones & zones), None)


def for_line(stop: Stop, hall: Hall, now: datetime, *, item: str | None, category: str) -> Stop:
    """The same for who waits in this line, which another closure may keep closed for longer than the evacuation lasts."""
    if stop.resumes is None:
        return stop  # when it is over is not in sight
    opens = calendars.next_open_moment(hall, now, What(item, category=category))
    resumes = opens.astimezone(stop.now.tzinfo) if opens is not None else None
    return replace(stop, resumes=resumes, keeps=_keeps(resumes, stop.now, evacuates=stop.evacuates))


def stops_by_category(hall: Hall, now: datetime, codes: Iterable[str]) -> dict[str, Stop]:
    """The closure over each of these categories, where one runs; as many queries as for one of them."""
    zones = calendars.zones_by_category(hall.pk)
    left, found = set(codes), dict[str, Stop]()
    for notice in sorted(calendars.notices(hall, now), key=_before_others) if left else ():
        shut = [code for code in left if any(s.stops(category=code, zone=zones.get(code)) for s in notice.spans)]
        if shut:
            found |= dict.fromkeys(shut, _stop(hall, notice, now))
            left.difference_update(shut)
    return found


def stop_over(row: Closure, now: datetime) -> Stop:
    """A closure as people read it, for the hall it stands in; the row need not be saved."""
    return _stop(row.hall, calendars.as_notice(row), now)


def as_announced(hall: Hall, row: Closure, now: datetime) -> Words:
    """The sentence people read of this closure, announced or running; the row need not be saved."""
    return _stop(hall, calendars.as_notice(row), now).both()


def closed_facts(notice: Notice) -> dict[str, Any]:
    """What is closed and when, as the words of a message take it (`closed`)."""
    facts: dict[str, Any] = {"from": notice.starts_at.isoformat(), "until": notice.ends_at.isoformat()}
    if notice.kind == "evacuation":
        facts["evacuates"] = True
    if notice.where is not None:
        facts |= {"zh": notice.where.zh, "en": notice.where.en}
        facts["matter"] = notice.matter
    return facts


def whole_hall(
    halls: Sequence[Hall],
    closures: Mapping[int, Sequence[rules.Closure]],
    resumes: Mapping[int, datetime | None],
    now: datetime,
) -> dict[int, Stop]:
    """By hall that is closed as a whole now; one query for any number of halls, none where all are open."""
    running: dict[int, rules.Closure] = {}
    for hall in halls:
        over = [each for each in closures.get(hall.pk, ()) if each.whole and each.starts_at <= now < each.ends_at]
        if over:
            running[hall.pk] = min(over, key=_before_others)
    if not running:
        return {}
    kept = _kept(running)
    found = {}
    for hall in halls:
        closure = running.get(hall.pk)
        if closure is None:
            continue
        evacuates, local = closure.kind == "evacuation", _local(hall, now)
        resumed = resumes.get(hall.pk)
        later = _later(closures[hall.pk], closure, resumed, _Part())
        if evacuates:
            resumed = None if later else _in_sight(resumed, closure.ends_at, local)
        reason = closure.reason if evacuates else _together([closure.reason, *later])
        found[hall.pk] = Stop(
            None, reason, closure.starts_at, resumed, not evacuates and hall.pk in kept, local, evacuates=evacuates,
            keeps=_keeps(resumed, local, evacuates=evacuates),
        )  # fmt: skip
    return found


def _kept(running: Mapping[int, rules.Closure]) -> set[int]:
    """Halls in which somebody was kept in the closure, and told to come."""
    first, last = min(c.starts_at for c in running.values()), max(c.ends_at for c in running.values())
    rows = Kept.objects.filter(
        served=True, appointment__hall__in=list(running), appointment__state__in=["booked", "checked_in"],
        appointment__let_go_at=None,
        appointment__starts_at__lt=last, appointment__ends_at__gt=first,
    ).order_by("id")  # fmt: skip
    spans = rows.values_list("appointment__hall_id", "appointment__starts_at", "appointment__ends_at")
    return {hall for hall, starts, ends in spans if starts < running[hall].ends_at and ends > running[hall].starts_at}


class _Part(NamedTuple):
    """What is asked about; all None: the hall as a whole. `stopped_by` a closure over it or over more."""

    zone: str | None = None
    category: str | None = None
    item: str | None = None

    def stopped_by(self, closure: rules.Closure) -> bool:
        return closure.stops(zone=self.zone, category=self.category, item=self.item)


def _part(span: rules.Closure) -> _Part:
    return _Part(span.zone, span.category, span.item)


def _before_others(closure: Notice | rules.Closure) -> tuple[bool, bool, datetime]:
    """Of several over the same: an evacuation, then the widest, then what ends first – those that end later are named
    after it."""
    whole = closure.where is None if isinstance(closure, Notice) else closure.whole
    return closure.kind != "evacuation", not whole, closure.ends_at


def _stop(
    hall: Hall,
    notice: Notice,
    now: datetime,
    *,
    lets_in: bool = False,
    excused: bool = False,
    part: _Part | None = None,
) -> Stop:
    """:param part: what it is asked for; None = what the closure names."""
    part = part or (_part(notice.spans[0]) if notice.spans else _Part())
    asked = What(part.item, category=part.category, zone=part.zone)
    resumes = calendars.next_open_moment(hall, max(notice.ends_at, now), asked)
    local = _local(hall, now)
    evacuates = notice.kind == "evacuation"
    opens = resumes
    shut = _meanwhile(hall, notice, resumes)
    later = _later(shut, notice.spans[0], resumes, part) if shut else []
    if evacuates:
        resumes = None if later else _in_sight(resumes, notice.ends_at, local)
    elif any(each.kind == "evacuation" and part.stopped_by(each) and each.ends_at > notice.ends_at for each in shut):
        resumes = None  # when an evacuation is over, nobody knows
    return Stop(
        notice.where,
        notice.reason if evacuates else _together([notice.reason, *later]),
        notice.starts_at,
        resumes.astimezone(local.tzinfo) if resumes else None,
        lets_in or _anybody_kept(hall, notice.spans, now),
        local,
        lets_in,
        excused,
        notice.id,
        notice.matter,
        evacuates,
        _keeps(resumes if evacuates else opens, local, evacuates=evacuates),
        frozenset(span.zone for span in notice.spans if span.zone is not None),
    )


def _meanwhile(hall: Hall, notice: Notice, resumes: datetime | None) -> list[rules.Closure]:
    """The closures from the day a closure ends to the day it goes on."""
    if resumes is None or not notice.spans:
        return []
    zone = ZoneInfo(hall.timezone)
    found = calendars.closures(hall, notice.ends_at.astimezone(zone).date(), resumes.astimezone(zone).date())
    return [each for each in found if each.starts_at < resumes]


def _later(
    closures: Iterable[rules.Closure], first: rules.Closure, resumes: datetime | None, part: _Part
) -> list[Words]:
    """The reasons of the closures that keep this part closed from the end of the first until it goes on, in order."""
    if resumes is None:
        return []
    found = [
        each
        for each in closures
        if each.id != first.id and each.kind != "evacuation" and part.stopped_by(each)
        and each.ends_at >= first.ends_at and each.starts_at < resumes
    ]  # fmt: skip
    return [each.reason for each in sorted(found, key=lambda each: (each.ends_at, each.id))]


def _together(reasons: Sequence[Words]) -> Words:
    """Each reason once: the end that is told is that of the last. In English those somebody wrote in English, if any did."""
    zh = dict.fromkeys(each.zh.rstrip("。") for each in reasons)
    en = dict.fromkeys(each.en.rstrip(".") for each in reasons)
    said = [each for each in en if readable(each, english=True)] or en
    return reasons[0] if len(zh) == 1 else Words(zh="、".join(zh), en="; ".join(said))


def _keeps(resumes: datetime | None, local: datetime, *, evacuates: bool) -> bool:
    """Whether the numbers of today go on after it; those of a closure that does not reopen today went home (`close_line`)."""
    if resumes is None:
        return evacuates
    return resumes.astimezone(local.tzinfo).date() == local.date()


def _in_sight(resumes: datetime | None, ends_at: datetime, local: datetime) -> datetime | None:
    """When an evacuation is over, where it is known: one for the rest of the day ends when it is taken back, and says
    nothing of tomorrow."""
    if resumes is None:
        return None
    today = local.date()
    known = resumes.astimezone(local.tzinfo).date() == today or ends_at.astimezone(local.tzinfo).date() > today
    return resumes if known else None


def _anybody_kept(hall: Hall, spans: Iterable[rules.Closure], now: datetime) -> bool:
    spans = [each for each in spans if each.kind != "evacuation"]
    if not spans:
        return False
    rows = Kept.objects.filter(
        served=True, appointment__hall=hall, appointment__state__in=["booked", "checked_in"],
        appointment__let_go_at=None,
        appointment__starts_at__lt=spans[0].ends_at, appointment__ends_at__gt=max(spans[0].starts_at, now),
    ).order_by("id")  # fmt: skip
    zones = calendars.zones_by_category(hall.pk)
    return any(
        each.stops(zone=zones.get(category), category=category, item=item)
        for category, item in rows.values_list("appointment__category__code", "appointment__item__code")
        for each in spans
    )


def _local(hall: Hall, now: datetime) -> datetime:
    return now.astimezone(ZoneInfo(hall.timezone))
