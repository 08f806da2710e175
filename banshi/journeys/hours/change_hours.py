"""The hall changes its hours, or closes for a while: what becomes of whoever booked for hours that are gone.

First look (`outside.affected`), then do: `publish` a calendar, `close` the hall or a part of it, import the national days.
The change and the list of what is to be done for each visit – move, cancel or keep – are one transaction; the job
`follow_up` works the list off. `outside.unfit` finds who still lies outside the hours.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db import transaction

from banshi.journeys.hours.outside import Reasons, lies_over, out_of_hours, where_served
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.kernel.wording import legible
from banshi.kernel.working_days import LONGEST_NOTICE, DayInfo
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.actions import VisitToFollow
from banshi.rooms.booking.models import Appointment, FollowUp, Waiting
from banshi.rooms.booking.rules import WAITING
from banshi.rooms.calendars import actions as calendar_actions
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars import rules as calendar_rules
from banshi.rooms.calendars.models import CalendarVersion
from banshi.rooms.calendars.models import Closure as ClosureRow
from banshi.rooms.calendars.rules import CalendarDocument, Words
from banshi.rooms.catalogue.models import HallItem, Item
from banshi.rooms.places.models import Category, Floor, Hall, Zone
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.actions.stopping import IN_LINE, NOT_BEGUN

What = Literal["move", "cancel", "keep"]
WHATS: tuple[What, ...] = ("move", "cancel", "keep")


@dataclass(frozen=True)
class Choice:
    """What becomes of one appointment. `starts_at`: the time to move to; None means the nearest that fits."""

    what: What
    starts_at: datetime | None = None


def unknown_codes(*, hall: Hall, document: CalendarDocument | Mapping[str, Any]) -> list[Words]:
    """Matters, categories and zones that sessions are for and the hall does not have: a session for a slip of the pen
    serves nobody. A document that is none has no such fault: publishing it says what is wrong with it."""
    if not isinstance(document, CalendarDocument):
        try:
            document = calendar_rules.load(document)
        except calendar_rules.InvalidCalendar:
            return []
    has = {
        "items": set(HallItem.objects.filter(hall=hall).values_list("item__code", flat=True)),
        "categories": set(Category.objects.filter(hall=hall).values_list("code", flat=True)),
        "zones": set(Zone.objects.filter(hall=hall).values_list("code", flat=True)),
    }
    return [
        Words(
            zh=f"“{rule.name.zh}”：本大厅没有“{code[:40]}”",
            en=f"“{rule.name.en}”: this hall has no “{code[:40]}”",
        )
        for rule in document.rules
        for part, known in has.items()
        for code in getattr(rule, part) or ()
        if code not in known
    ]


def publish(
    *,
    hall: Hall,
    document: Mapping[str, Any],
    valid_from: date,
    note: str,
    choices: Mapping[str, Choice],
    others: What = "keep",
    by: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> tuple[CalendarVersion, FollowUp]:
    """Publish a calendar, make its slots, and open a follow-up for everybody it leaves out.

    Whoever an earlier change of hours moved out of a time that is open again, on whatever day, is told so now.

    What is planned for days after `valid_from` stays planned: it is published again behind this one, since of two
    versions the newer rules. It is replaced by publishing from its own day on.

    :param choices: by appointment code. :param others: for whoever booked after the list was made.
    :param expected_version: what the editor started from.
    :raises Refused: invalid – also a code the hall does not have; changed-meanwhile. Nothing is changed then.
    """
    for wrong in unknown_codes(hall=hall, document=document):
        raise Refused("invalid", facts={"field": "document", "reason": {"zh": wrong.zh, "en": wrong.en}})
    with transaction.atomic():
        calendar_actions.one_change_at_a_time(hall=hall)
        withdrawn = calendars.withdrawn(hall, now)
        booking.wait_for_moves(hall=hall, closures=withdrawn)
        outside = out_of_hours(hall, now)
        coming = calendars.planned(hall.pk, valid_from)
        version = calendar_actions.publish(
            hall=hall,
            document=document,
            valid_from=valid_from,
            by=by,
            now=now,
            note=note,
            expected_version=expected_version,
        )
        for plan in coming:
            calendar_actions.publish(
                hall=hall, document=plan.document, valid_from=plan.valid_from, by=by, now=now, note=plan.note
            )
        cause = f"calendar:{version.version}"
        follow_up = _follow(hall, cause, outside, choices, others, why=None, by=by, now=now)
        booking.tell_given_back(hall=hall, closures=withdrawn, now=now)
    booking.wait_again(hall=hall, now=now)
    booking.offer_waiting(hall=hall, now=now)
    return version, follow_up


def close(
    *,
    hall: Hall,
    starts_at: datetime,
    ends_at: datetime,
    reason_zh: str,
    reason_en: str,
    floor: Floor | None = None,
    zone: Zone | None = None,
    category: Category | None = None,
    item: Item | None = None,
    kind: str = "closure",
    choices: Mapping[str, Choice],
    others: What = "keep",
    by: Actor,
    now: datetime,
) -> tuple[ClosureRow, FollowUp]:
    """Close the hall or a part of it from–to, and open a follow-up for everybody it touches.

    The same closure announced twice is one closure with one follow-up. Whom an earlier one keeps it touches like anybody:
    what was decided then holds for that one.

    In an evacuation nobody is let in, so nobody stands: to keep is taken as to move, and the alarm is not held up by it.

    :raises Refused: invalid. Nothing is changed then.
    """
    if kind == "evacuation":
        others = "move" if others == "keep" else others
        choices = {code: Choice("move") if each.what == "keep" else each for code, each in choices.items()}
    with transaction.atomic():
        calendar_actions.one_change_at_a_time(hall=hall)  # a matter may be going to this category at this moment
        outside = out_of_hours(hall, now)
        closure = calendar_actions.close(
            hall=hall,
            starts_at=starts_at,
            ends_at=ends_at,
            reason_zh=reason_zh,
            reason_en=reason_en,
            floor=floor,
            zone=zone,
            category=category,
            item=item,
            kind=kind,
            by=by,
            now=now,
        )
        why = Words(zh=closure.reason_zh, en=closure.reason_en)
        where, spans = where_served(hall, outside.values()), calendars.spans_of(closure)
        outside = {code: row for code, row in outside.items() if not lies_over(spans, row, where)}
        follow_up = _follow(hall, f"closure:{closure.pk}", outside, choices, others, why=why, by=by, now=now)
    booking.offer_waiting(hall=hall, now=now)
    return closure, follow_up


def touched(*, closure: ClosureRow, follow_up: FollowUp, now: datetime) -> dict[str, int]:
    """How many a closure reaches: booked appointments, numbers in line – in an evacuation those at windows too –, entries
    of waiting lists of its days."""
    zone = ZoneInfo(closure.hall.timezone)
    appointments = sum(len(codes) for codes in follow_up.visits.order_by("id").values_list("codes", flat=True))
    days = (closure.starts_at.astimezone(zone).date(), closure.ends_at.astimezone(zone).date())
    in_line = 0
    if days[0] <= now.astimezone(zone).date() <= days[1]:
        spans = calendars.spans_of(closure)
        states = IN_LINE if closure.kind == "evacuation" else NOT_BEGUN
        stopped = tickets.stopped_by(hall=closure.hall, closures=spans, now=now, states=states)
        reached = {ticket.pk for ticket in tickets.concerned(stopped, now)}
        if closure.kind == "evacuation":
            reached |= {ticket.pk for ticket in tickets.at_windows_of(hall=closure.hall, closures=spans, now=now)}
        in_line = len(reached)
    waiting = Waiting.objects.filter(hall=closure.hall, day__range=days, state__in=WAITING.goes_on).count()
    return {"appointments": appointments, "tickets": in_line, "waiting": waiting}


def import_national_days(*, days: Iterable[DayInfo], notice: str, by: Actor, now: datetime) -> int:
    """Take over a year's notice (调休通知) and follow it up in every hall: people are moved to the nearest day that fits.

    :returns: how many days were written. :raises Refused: invalid – the notice cannot be read, or is too long.
    """
    notice = legible(notice, field="notice")
    if len(notice) > LONGEST_NOTICE:
        reason = {"zh": f"文号最多 {LONGEST_NOTICE} 个字", "en": f"{LONGEST_NOTICE} characters at most"}
        raise Refused("invalid", facts={"field": "notice", "reason": reason})
    with transaction.atomic():
        halls = list(Hall.objects.order_by("id"))
        for hall in halls:
            calendar_actions.one_change_at_a_time(hall=hall)
        withdrawn = {hall.pk: calendars.withdrawn(hall, now) for hall in halls}
        for hall in halls:
            booking.wait_for_moves(hall=hall, closures=withdrawn[hall.pk])
        outside = {hall.pk: out_of_hours(hall, now) for hall in halls}
        count = calendar_actions.import_national_days(days=days, notice=notice, by=by, now=now)
        why = Words(zh=f"按{notice}调整放假安排" if notice else "放假安排有调整", en="The public holidays have changed")
        cause = f"national:{uuid4().hex}"
        for hall in halls:
            _follow(hall, cause, outside[hall.pk], {}, "move", why=why, by=by, now=now)
            booking.tell_given_back(hall=hall, closures=withdrawn[hall.pk], now=now)
    for hall in halls:
        booking.wait_again(hall=hall, now=now)
        booking.offer_waiting(hall=hall, now=now)
    return count


@dataclass(frozen=True)
class TakenBack:
    """What taking a closure back did, in visits: told that their old time is free again; kept, and told that it is off;
    cancelled, and told that they may book again."""

    told: int
    kept: int
    cancelled: int


def withdraw(*, closure: ClosureRow, by: Actor, now: datetime) -> TakenBack:
    """Take a closure back and open its periods again. Who was moved stays so and is told that the old time is free again;
    who was cancelled, that it may be booked again; who was told to come all the same hears that it is off; who waited for a
    day of it waits on, or hears that it can be booked."""
    cause = f"closure:{closure.pk}"
    with transaction.atomic():
        calendar_actions.one_change_at_a_time(hall=closure.hall)
        closures = {*calendars.withdrawn(closure.hall, now), closure.pk}
        booking.wait_for_moves(hall=closure.hall, closures=closures)
        withdrawn = calendar_actions.withdraw_closure(closure=closure, by=by, now=now)
        booking.materialise(hall=closure.hall, now=now, offer=False)  # first to those it was taken from
        told, cancelled = booking.tell_given_back(hall=closure.hall, closures=closures, now=now)
        kept = booking.tell_kept(hall=closure.hall, cause=cause, now=now) if withdrawn else 0
    # Not while the change holds its locks: whoever joins at this moment would wait for them, and we for their place.
    booking.wait_again(hall=closure.hall, now=now)
    booking.offer_waiting(hall=closure.hall, now=now)
    return TakenBack(told, kept, cancelled)


def apply(*, hall: Hall, choices: Mapping[str, Choice], by: Actor, now: datetime, why: str) -> FollowUp:
    """Do what was chosen for appointments (by code) that lie outside the hours; the job does the rest.

    Applying again is safe: what was moved fits now, what was cancelled is no longer booked; both are settled as done.

    :param why: told to the people, as the hall wrote it; "" leaves it out.
    """
    rows = list(Appointment.objects.filter(hall=hall, code__in=list(choices)).order_by("starts_at", "id"))
    why = legible(why)
    words = Words(zh=why, en=why) if why else None
    return _open(hall, f"by-hand:{uuid4().hex}", rows, choices, "keep", why=words, by=by, now=now)


def codes_outside(*, hall: Hall, now: datetime) -> set[str]:
    """The codes of the booked appointments that lie outside the hours in force."""
    return set(out_of_hours(hall, now))


def follow_matters(*, hall: Hall, outside: Collection[str], by: Actor, now: datetime) -> FollowUp | None:
    """A follow-up for whoever booked a matter that went to a category which is closed at their time: they are moved.

    :param outside: codes of those that lay outside the hours before. :returns: None where nobody lies there now.
    """
    lost = [row for code, row in out_of_hours(hall, now).items() if code not in outside]
    if not lost:
        return None
    reason = Reasons(hall, calendars.sessions(hall, lost[0].day, lost[-1].day), ()).of(lost[0])
    return _open(hall, f"matter:{uuid4().hex}", lost, {}, "move", why=reason, by=by, now=now)


def _follow(
    hall: Hall,
    cause: str,
    outside: Collection[str],
    choices: Mapping[str, Choice],
    others: What,
    *,
    why: Words | None,
    by: Actor,
    now: datetime,
) -> FollowUp:
    """In the transaction of the change: its slots, and what is to be done for whom.

    :param outside: codes of those that lay outside the hours before. Whoever booked since fitted the old hours, at
        whatever moment: the list is what lies outside now, not what was seen inside before.
    """
    booking.materialise(hall=hall, now=now, offer=False)
    # Slots that are gone are closed now and locked: nobody can book into hours that are no more, the list is final.
    lost = [row for code, row in out_of_hours(hall, now).items() if code not in outside]
    return _open(hall, cause, lost, choices, others, why=why, by=by, now=now)


def _open(
    hall: Hall,
    cause: str,
    rows: Sequence[Appointment],
    choices: Mapping[str, Choice],
    others: What,
    *,
    why: Words | None,
    by: Actor,
    now: datetime,
) -> FollowUp:
    visits: dict[str, list[Appointment]] = {}
    for row in rows:
        visits.setdefault(row.visit_group or row.code, []).append(row)
    return booking.open_follow_up(
        hall=hall,
        cause=cause,
        visits=[_visit(key, of_visit, choices, others) for key, of_visit in visits.items()],
        why_zh=why.zh if why else "",
        why_en=why.en if why else "",
        by=by,
        now=now,
    )


def _visit(key: str, rows: Sequence[Appointment], choices: Mapping[str, Choice], others: What) -> VisitToFollow:
    """What is chosen for one of its matters is chosen for the visit: the first that says so."""
    chosen = next((choices[row.code] for row in rows if row.code in choices), Choice(others))
    return VisitToFollow(key, chosen.what, [row.code for row in rows], chosen.starts_at)
