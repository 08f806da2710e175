"""Arriving: an appointment becomes a ticket (签到取号), within the policy's window; late becomes a walk-in by policy."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from banshi.journeys import redirect
from banshi.kernel.actors import Actor
from banshi.kernel.evidence import Evidence
from banshi.kernel.policy import TicketPolicy
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking import queries as bookings
from banshi.rooms.booking.models import Appointment
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.identity import queries as identity
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import read_qr


def by_code(*, hall: Hall, code: str, by: Actor, now: datetime, channel: str, lane: str = "") -> Ticket:
    """Check in with the reference or the text of the QR code.

    :raises Refused: nothing-found, wrong-state, already-checked-in, too-early (with `opens`), too-late, not-your-hall.
    """
    if (number := read_qr(code)) is not None and (sent_on := redirect.arrive(hall=hall, by=by, now=now, ref=number)):
        return sent_on
    reference = bookings.code_of(code)
    found = Appointment.objects.filter(code=reference).first() if reference else None
    if found is None:
        raise Refused("nothing-found", facts={"code": code[:20]})
    if found.hall_id != hall.id:
        theirs = found.hall
        raise Refused("not-your-hall", facts={"hall": {"zh": theirs.name_zh, "en": theirs.name_en}})
    return check_in(hall, found, by=by, now=now, channel=channel, lane=lane)


def by_id(
    *,
    hall: Hall,
    id_number: str,
    id_type: str | None = None,
    by: Actor,
    now: datetime,
    channel: str,
    lane: str = "",
    evidence: Evidence = Evidence.CHIP,
) -> Ticket:
    """Check in with the ID document: today's appointment of this person that is open for check-in, or next to open.

    Whoever booked it, it is the document's: one is used, and what others hold on the document for the same business
    and half day falls free at once, without a strike.

    :param evidence: what the document was seen by; a declared one frees nothing.
    :param id_type: None tries every type that the number fits.
    :raises Refused: nothing-found (no appointment here today); invalid, field `id_type`, where people with different
        documents of this number have one; and those of `by_code`.
    """
    people = identity.people_by_number(id_number, id_type)
    today = now.astimezone(ZoneInfo(hall.timezone)).date()
    mine = list(
        Appointment.objects.filter(
            person__in=people, hall=hall, day=today, state__in=["booked", "checked_in", "no_show"]
        ).order_by("starts_at", "id")
    )
    if not mine:
        sent_on = redirect.arrive(hall=hall, by=by, now=now, person_ids=tuple(person.pk for person in people))
        if sent_on is not None:
            return sent_on
        raise Refused("nothing-found", facts={"hall": hall.code})
    if len({a.person_id for a in mine}) > 1:
        reason = {
            "zh": "几种证件都有这个号码，说明是哪一种",
            "en": "Several documents have this number; say which it is",
        }
        raise Refused("invalid", facts={"field": "id_type", "reason": reason})
    booked = [a for a in mine if a.state == "booked"]
    if booked:
        chosen = _chosen(booked, places.policy_of(hall.id, now=now).tickets, now)
        ticket = check_in(hall, chosen, by=by, now=now, channel=channel, lane=lane)
        if evidence.proves:
            booking.prove(appointment_id=chosen.pk, evidence=evidence, now=now)
            booking.free_doubles(of=chosen, by=by, now=now)
        return ticket
    return check_in(hall, mine[-1], by=by, now=now, channel=channel, lane=lane)


def _chosen(booked: list[Appointment], policy: TicketPolicy, now: datetime) -> Appointment:
    """Which of a document's appointments is used: one that is open now, one with evidence first; else the next."""

    def worth(each: Appointment) -> tuple[bool, bool, bool, datetime, int]:
        opens, closes = window(policy, each)
        return closes <= now, not opens <= now, not each.evidence and opens <= now, each.starts_at, each.pk

    return min(booked, key=worth)


def window(policy: TicketPolicy, appointment: Appointment) -> tuple[datetime, datetime]:
    """From when until when (exclusive) this appointment may check in."""
    opens = appointment.starts_at - timedelta(minutes=policy.check_in_opens)
    closes = appointment.ends_at if policy.check_in_closes == "period_end" else appointment.starts_at
    return opens, closes + timedelta(minutes=policy.check_in_grace)


def check_in(hall: Hall, found: Appointment, *, by: Actor, now: datetime, channel: str, lane: str) -> Ticket:
    """The number of the appointment: a new one, or the walk-in number with which its person stands in line already."""
    policy = places.policy_of(hall.id, now=now).tickets
    today = now.astimezone(ZoneInfo(hall.timezone)).date()
    with transaction.atomic():
        # The row lock makes check-in, the no-show job and whoever takes a number meanwhile meet here, one by one.
        appointment = (
            Appointment.objects.select_for_update(of=("self",)).select_related("item", "category").get(id=found.id)
        )
        ticket = Ticket.objects.filter(appointment=appointment).exclude(state="redirected").order_by("id").first()
        if appointment.state == "checked_in" and ticket is not None:
            raise Refused("already-checked-in", facts={"number": ticket.number, "ticket": ticket.ref})
        opens, closes = window(policy, appointment)
        # Checked in without a number: the person was in the hall for something else when the period ended.
        missed = appointment.state in ("no_show", "checked_in")
        late = missed or (appointment.state == "booked" and now >= closes)
        if late:
            # Late for the booked period: back to the walk-in queue; the no-show stays on record (mission §1.7, §2.5).
            if policy.late == "refuse" or appointment.day != today:
                raise Refused("too-late", facts={"closes": closes})
        elif appointment.state != "booked":
            raise Refused("wrong-state", facts={"state": appointment.state, "needs": "booked"})
        elif now < opens:
            raise Refused("too-early", facts={"opens": opens}, next=opens)
        else:
            _need_open(hall, appointment, now)
            booking.mark_checked_in(appointment_id=appointment.id, now=now)
        stands = tickets.standing(
            person_id=appointment.person_id, hall_id=hall.id, category_id=appointment.category_id, day=today
        )
        if stands is not None:
            return stands if late else tickets.join_booking(stands, appointment=appointment, now=now)
        return tickets.issue(
            hall=hall,
            category_code=appointment.category.code,
            item_code=appointment.item.code,
            person_id=appointment.person_id,
            lane=lane,
            kind="walk_in" if late else "booked",
            appointment=None if late else appointment,
            channel=channel,
            by=by,
            now=now,
            language=appointment.language,
            contact=appointment.contact,
        )


def _need_open(hall: Hall, appointment: Appointment, now: datetime) -> None:
    """:raises Refused: closed, with the reason and until when, while a closure stops what was booked."""
    asked = calendars.opening(hall, now, item=appointment.item.code, category=appointment.category.code)
    policy = places.policy_of(hall.pk, now=now)
    if asked.closure is not None and not tickets.lets_in(appointment.pk, asked.closure, policy):
        words = {"zh": asked.closure.reason.zh, "en": asked.closure.reason.en}
        raise Refused("closed", facts={"reason": words, "until": asked.closure.ends_at}, next=asked.opens_at)
