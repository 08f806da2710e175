"""Numbers of one entry of a person go over to the other one (journeys/person/join_entries.py); messages, to another telephone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from banshi.foundation.crypto import encrypt
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.messaging.statements import TO_PLACE
from banshi.rooms.tickets.actions.ground import by_hall, locked, tell_line
from banshi.rooms.tickets.actions.moving import renew
from banshi.rooms.tickets.models import AT_WINDOW, GOES_ON, IN_LINE, Ticket, Visit
from banshi.rooms.tickets.queries.contact import contact_to_confirm, is_agents_own


@transaction.atomic
def hand_over(*, from_person: int, to_person: int, appointments: Sequence[int] | None = None, now: datetime) -> int:
    """The numbers, and the visits they belong to; on a day on which both were here, each visit stays one of its own.

    Somebody who waits twice keeps both places: neither was taken against the rule.

    :param appointments: only the numbers of these.
    :returns: how many numbers went over.
    :raises Refused: person-elsewhere – both are at a window at this moment.
    """
    rows = Ticket.objects.filter(person_id=from_person)
    if appointments is not None:
        rows = rows.filter(appointment_id__in=appointments)
    ids = list(rows.order_by("id").values_list("id", flat=True))
    theirs = Ticket.objects.filter(id__in=ids)
    twin = Ticket.objects.filter(
        person_id=to_person,
        category=OuterRef("category"),
        day=OuterRef("day"),
        limit_key=OuterRef("limit_key"),
        state__in=IN_LINE,
        alone=True,
    )
    try:
        with transaction.atomic():
            theirs.filter(Exists(twin)).update(alone=False)
            theirs.update(person_id=to_person)
    except IntegrityError as trouble:
        at = Ticket.objects.filter(person_id=to_person, state__in=AT_WINDOW).select_related("window").first()
        facts = {"window": at.window.number if at and at.window else ""}
        raise Refused("person-elsewhere", facts=facts) from trouble
    _hand_visits(ids, from_person, to_person)
    for ticket in theirs.filter(state__in=[*IN_LINE, "serving", "held"]).select_related("hall"):
        tell_line(ticket, now)
    return len(ids)


def _hand_visits(tickets: Sequence[int], from_person: int, to_person: int) -> None:
    visits = Visit.objects.filter(person_id=from_person, tickets__in=tickets)
    ids = list(visits.order_by("id").values_list("id", flat=True).distinct())
    both = Visit.objects.filter(
        person_id=to_person, hall=OuterRef("hall"), day=OuterRef("day"), limit_key=OuterRef("limit_key")
    )
    alone = list(Visit.objects.filter(id__in=ids).filter(~Exists(both)).values_list("id", flat=True))
    Visit.objects.filter(id__in=ids).exclude(id__in=alone).update(person=None)
    Visit.objects.filter(id__in=alone).update(person_id=to_person)


def send_to(*, person_id: int, phone: str, by: Actor, now: datetime) -> tuple[int, int]:
    """The messages about a person's numbers go to another telephone (E.164) from now on. Where one was told before, its links
    steer nothing any more: the number has a new ref, and whoever has a slip of it wants another. What an agent is told of stays
    the agent's, who comes with the papers.

    :returns: how many numbers, and how many of them have a new ref.
    """
    rows = Ticket.objects.filter(person_id=person_id, state__in=GOES_ON)
    index, renewed = messaging.phone_index(phone), 0
    locked_rows = rows.select_for_update(of=("self",), no_key=True).select_related(
        "hall", "appointment__hall", "appointment__item"
    )
    found = [row for row in locked_rows.order_by("id") if not is_agents_own(row, now=now)]
    for row in found:
        if row.notify_to and row.phone_index != index:
            before = row.ref
            renew(row, contact=phone, by=by, now=now)
            renewed += row.ref != before  # at a window it keeps it
        else:
            row.notify_to, row.phone_index = encrypt(phone, place=TO_PLACE), index
            row.save(update_fields=["notify_to", "phone_index"])
    messaging.send_elsewhere(subjects={f"ticket:{row.ref}": {} for row in found}, phone=phone)
    return len(found), renewed


def follow_number(*, account_id: int, person_id: int | None, before: str, phone: str, now: datetime) -> int:
    """The same where the holder of an account took another number: they have both in hand, and their slips hold.

    :param before: and `phone`: E.164.
    :returns: how many numbers.
    """
    theirs = Q(appointment__account_id=account_id)
    if person_id is not None:
        theirs |= Q(person_id=person_id)
    rows = Ticket.objects.filter(theirs, phone_index=messaging.phone_index(before), state__in=GOES_ON)
    found = list(rows.select_for_update(of=("self",), no_key=True).order_by("id"))
    for row in found:
        row.notify_to, row.phone_index = encrypt(phone, place=TO_PLACE), messaging.phone_index(phone)
        row.save(update_fields=["notify_to", "phone_index"])
    messaging.send_elsewhere(subjects={f"ticket:{row.ref}": {} for row in found}, phone=phone)
    return len(found)


def leave_telephone(*, person_id: int, before: Collection[str], phone: str | None, by: Actor, now: datetime) -> int:
    """Numbers told to a telephone that is the person's no more: its links end, as in `send_to`; who finds it gives up nothing.

    :param before: and `phone`: E.164; None where nobody is told until another telephone is proven.
    :returns: how many have a new ref.
    """
    indexes = [messaging.phone_index(each) for each in before]
    rows = Ticket.objects.filter(person_id=person_id, phone_index__in=indexes, state__in=GOES_ON)
    renewed = 0
    for row in rows.select_for_update(of=("self",), no_key=True).select_related("hall").order_by("id"):
        old = row.ref
        renew(row, contact=phone, by=by, now=now)
        renewed += row.ref != old
    return renewed


@transaction.atomic
def tell_as_booked(*, ref: str, by: Actor, now: datetime) -> Ticket:
    """The person, whose card was seen, says that the telephone given with the booking is to be told: of this number and of
    the others they have today, unless one was booked with another telephone.

    :raises Refused: nothing-found, not-your-hall, wrong-state – not the person's own, somebody is told already, none was given.
    """
    ticket = locked(ref)
    by_hall(ticket, by)
    contact = contact_to_confirm(ticket)
    if not contact:
        raise Refused("wrong-state", facts={"state": ticket.state, "needs": "a telephone to confirm"})
    ticket.notify_to, ticket.phone_index = encrypt(contact, place=TO_PLACE), messaging.phone_index(contact)
    ticket.save(update_fields=["notify_to", "phone_index"])
    audit.record(action="contact_confirmed", subject=f"ticket:{ref}", by=by, now=now, hall=ticket.hall.code)
    if ticket.person_id is not None:
        same = Ticket.objects.filter(hall=ticket.hall_id, day=ticket.day)
        _connect(same, person_id=ticket.person_id, phone=contact, by=by, now=now)
    return ticket


@transaction.atomic
def connect(*, person_id: int, phone: str, by: Actor, now: datetime) -> int:
    """A telephone was just proven to be the person's: it is told of the numbers they stand with and nobody is told of.

    :returns: how many numbers.
    """
    return _connect(Ticket.objects.all(), person_id=person_id, phone=phone, by=by, now=now, own=True)


def _connect(
    among: QuerySet[Ticket], *, person_id: int, phone: str, by: Actor, now: datetime, own: bool = False
) -> int:
    """:param own: the telephone is the person's by proof; else it speaks for no booking made with another one."""
    untold = among.filter(person_id=person_id, limit_key="", notify_to="", state__in=GOES_ON)
    rows = untold.select_for_update(of=("self",), no_key=True).select_related("hall", "appointment").order_by("id")
    told = [row for row in rows if own or row.appointment is None or row.appointment.contact in (None, "", phone)]
    for row in told:
        row.notify_to, row.phone_index = encrypt(phone, place=TO_PLACE), messaging.phone_index(phone)
        row.save(update_fields=["notify_to", "phone_index"])
        audit.record(action="contact_confirmed", subject=f"ticket:{row.ref}", by=by, now=now, hall=row.hall.code)
    return len(told)
