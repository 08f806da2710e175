"""What a closure stops now, in one sentence: phone, board, kiosk, hall list, hall page, desk and API say it alike.

Where, why, whether anybody is still called, and when it goes on. Who was kept in a closure (`booking.kept` = serve) is
called all the same; the sentence says so wherever somebody is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone, translation

from banshi.foundation.closed import (
    all_stay_words,
    closed_words,
    evacuated_words,
    kept_words,
    leave_words,
    stays_words,
    then_words,
)
from banshi.foundation.said import english
from banshi.foundation.templatetags.ui import when
from banshi.rooms.booking.models import Kept
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars import rules
from banshi.rooms.calendars.models import Closure
from banshi.rooms.calendars.queries import Notice
from banshi.rooms.calendars.rules import Words
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import actions as tickets


@dataclass(frozen=True)
class Stop:
    """A closure as people read it. `resumes`: when this is served again (hall's zone), None where it is not in sight.

    `kept`: appointments kept in it are called all the same. `lets_in`: the one asked for is one of them.
    `evacuates`: everybody goes out, so nobody is told to wait anywhere; numbers stay.
    """

    where: Words | None
    reason: Words
    starts_at: datetime
    resumes: datetime | None
    kept: bool
    now: datetime
    lets_in: bool = False
    id: int = 0
    matter: bool = False  # `where` names a category or an item
    evacuates: bool = False
    zones: frozenset[str] = frozenset()  # codes of those it is over; none where it is the whole hall or a matter

    @property
    def words(self) -> str:
        """In the active language."""
        return closed_words(
            where=_said(self.where) if self.where and not self.matter else "",
            what=_said(self.where) if self.where and self.matter else "",
            reason=_said(self.reason),
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
        return evacuated_words(reason=_said(self.reason), until=self._at(self.resumes) if self.resumes else "")

    @property
    def stays(self) -> str:
        """Of an evacuation: what becomes of the number of whoever reads it."""
        return stays_words()

    @property
    def all_stay(self) -> str:
        """Of an evacuation: the same for everybody in front of a screen."""
        return all_stay_words()

    @property
    def for_holder(self) -> str:
        """What it means for who was kept; "" for anybody else."""
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


def stops(hall: Hall, now: datetime, *, zone: str | None = None) -> list[Stop]:
    """The closures that run now, the whole hall first.

    :param zone: only what concerns this zone; None = everything.
    """
    found = calendars.notices(hall, now, zone=zone)
    return [_stop(hall, each, now) for each in found]


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

    :param appointment_id: on whose behalf it is asked: `lets_in`.
    """
    closure = calendars.opening(hall, at or now, item=item, category=category).closure
    notice = calendars.notice_of(closure.id) if closure is not None else None
    if closure is None or notice is None:
        return None
    let_in = tickets.lets_in(appointment_id, closure, places.policy_of(hall.pk, now=now))
    return _stop(hall, notice, now, lets_in=let_in)


def stops_by_category(hall: Hall, now: datetime, codes: Iterable[str]) -> dict[str, Stop]:
    """The closure over each of these categories, where one runs; as many queries as for one of them."""
    zones = calendars.zones_by_category(hall.pk)
    left, found = set(codes), dict[str, Stop]()
    for notice in calendars.notices(hall, now) if left else ():
        shut = [code for code in left if any(s.stops(category=code, zone=zones.get(code)) for s in notice.spans)]
        if shut:
            found |= dict.fromkeys(shut, _stop(hall, notice, now))
            left.difference_update(shut)
    return found


def stop_over(row: Closure, now: datetime) -> Stop:
    """A closure as people read it, for the hall it stands in; the row need not be saved."""
    return _stop(row.hall, calendars.as_notice(row), now)


def as_announced(hall: Hall, row: Closure, now: datetime) -> Words:
    """The sentence people will read of this closure; the row need not be saved."""
    return _stop(hall, calendars.as_notice(row), now).both()


def stop_for(hall: Hall, closure_id: int, now: datetime) -> Words:
    """The sentence of one closure, announced or running."""
    notice = calendars.notice_of(closure_id)
    return _stop(hall, notice, now).both() if notice is not None else Words(zh="", en="")


def closed_facts(notice: Notice) -> dict[str, Any]:
    """What is closed and when, as the words of a message take it (`closed`)."""
    facts: dict[str, Any] = {"from": notice.starts_at.isoformat(), "until": notice.ends_at.isoformat()}
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
    running = {
        hall.pk: closure
        for hall in halls
        for closure in closures.get(hall.pk, ())
        if closure.whole and closure.starts_at <= now < closure.ends_at
    }
    if not running:
        return {}
    kept = _kept(running)
    found = {}
    for hall in halls:
        closure = running.get(hall.pk)
        if closure is None:
            continue
        evacuates, local = closure.kind == "evacuation", _local(hall, now)
        serve = not evacuates and places.policy_of(hall.pk, now=now).booking.kept == "serve"
        resumed = resumes.get(hall.pk)
        if evacuates:
            resumed = _in_sight(resumed, closure.ends_at, local)
        found[hall.pk] = Stop(
            None, closure.reason, closure.starts_at, resumed, serve and hall.pk in kept, local, evacuates=evacuates
        )
    return found


def _kept(running: Mapping[int, rules.Closure]) -> set[int]:
    """Halls in which somebody was kept in the closure."""
    first, last = min(c.starts_at for c in running.values()), max(c.ends_at for c in running.values())
    rows = Kept.objects.filter(
        appointment__hall__in=list(running), appointment__state__in=["booked", "checked_in"],
        appointment__starts_at__lt=last, appointment__ends_at__gt=first,
    ).order_by("id")  # fmt: skip
    spans = rows.values_list("appointment__hall_id", "appointment__starts_at", "appointment__ends_at")
    return {hall for hall, starts, ends in spans if starts < running[hall].ends_at and ends > running[hall].starts_at}


def _stop(hall: Hall, notice: Notice, now: datetime, *, lets_in: bool = False) -> Stop:
    first = notice.spans[0] if notice.spans else None
    resumes = calendars.next_open_moment(
        hall,
        max(notice.ends_at, now),
        first.item if first else None,
        category=first.category if first else None,
        zone=first.zone if first else None,
    )
    local = _local(hall, now)
    evacuates = notice.kind == "evacuation"
    if evacuates:
        resumes = _in_sight(resumes, notice.ends_at, local)
    return Stop(
        notice.where,
        notice.reason,
        notice.starts_at,
        resumes.astimezone(local.tzinfo) if resumes else None,
        lets_in or _anybody_kept(hall, notice.spans, now),
        local,
        lets_in,
        notice.id,
        notice.matter,
        evacuates,
        frozenset(span.zone for span in notice.spans if span.zone is not None),
    )


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
    if not spans or places.policy_of(hall.pk, now=now).booking.kept != "serve":
        return False
    rows = Kept.objects.filter(
        appointment__hall=hall, appointment__state__in=["booked", "checked_in"],
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
