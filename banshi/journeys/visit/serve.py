"""The end of a service: the ticket is finished, its appointment served, and the person is asked for a rating."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from banshi.journeys.hours.close_line import NextPlaces
from banshi.journeys.person import tell_booker
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.actions.retrying import Meanwhile, again
from banshi.rooms.booking.models import Appointment
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import contact_of, last_step
from banshi.rooms.tickets.queries.steps import Step


def finish(*, ref: str, staff_id: int, now: datetime, outcome: str = "done", why: str = "") -> Ticket:
    """Finish a served ticket, with how it ended.

    :raises Refused: wrong-state, not-signed-in, nothing-found.
    """
    with transaction.atomic():
        # Who comes back with the papers, or with another paper, needs what they booked for it.
        same = _booked_for_the_same(ref) if outcome == "done" else None
        ticket = tickets.finish(ref=ref, staff_id=staff_id, now=now, outcome=outcome, why=why)
        if ticket.appointment_id:
            booking.mark_served(appointment_id=ticket.appointment_id, now=now)
        if same is not None:
            booking.mark_dealt_with(appointment_id=same, on=ticket.ref, now=now)
        tell_booker.served(ticket, now=now)
        contact = contact_of(ticket)
        if contact:
            messaging.write(
                key="rate",
                to_phone=contact,
                hall=ticket.hall.code,
                subject=f"ticket:{ticket.ref}",
                params={
                    "number": ticket.number,
                    "link": f"/r/{ticket.ref}",
                    "hall_zh": ticket.hall.name_zh,
                    "hall_en": ticket.hall.name_en,
                    **_matter(ticket),
                },
                due_at=now,
                dedupe=f"rate:{ticket.visit_id}",
                language=ticket.language,
                now=now,
            )
    return ticket


def miss(*, ref: str, staff_id: int, now: datetime) -> Ticket:
    """Nobody came (`tickets.miss`); whom neither this number nor a new one helps any more is told the first time to book.

    :raises Refused: those of `tickets.miss`.
    """
    return tickets.miss(ref=ref, staff_id=staff_id, now=now, next_place=NextPlaces(now))


def turn_away(*, ref: str, staff_id: int, why: str, now: datetime, others: bool = False) -> Ticket:
    """Refuse at the window (`tickets.turn_away`); whoever booked it, and is told nothing of the number, hears that it is over.

    :raises Refused: those of `tickets.turn_away`.
    """
    with transaction.atomic():
        ticket = tickets.turn_away(ref=ref, staff_id=staff_id, why=why, others=others, now=now)
        tell_booker.served(ticket, now=now)
    return ticket


def go_on(*, ref: str, then: str, staff_id: int, now: datetime, why: str = "") -> Ticket:
    """Finish a number, and go on at once with another of the same booked visit (接着办): a case of its own. Where the hall
    wants the person checked first, it is called here and waits for that.

    :param why: what the window says about the first, for its holder.
    :raises Refused: those of `finish` and of `tickets.call_of_visit`; then nothing has happened.
    """
    with transaction.atomic():
        served = finish(ref=ref, staff_id=staff_id, now=now, why=why)
        called = tickets.call_of_visit(after=served, ref=then, staff_id=staff_id, now=now)
        try:
            return tickets.start(ref=called.ref, staff_id=staff_id, now=now)
        except Refused as no:
            if no.slug != "identity-mismatch":
                raise
            return called


@again
def undo(*, ref: str, staff_id: int, now: datetime) -> Ticket:
    """Take the last step back (`tickets.undo`); the appointment of a number that was finished is at the window again, and
    one that its finish used up is booked again.

    :returns: the number that is at the window now.
    :raises Refused: those of `tickets.undo`; changed-meanwhile.
    """
    with transaction.atomic():
        ticket = Ticket.objects.filter(ref=ref).order_by("id").first()
        step = last_step(ticket) if ticket is not None else None
        finished = _finished(ticket, step)
        if finished is not None:
            # Parents before children: check-in, finish and undo lock the appointment first.
            list(_used_by(finished).select_for_update(no_key=True).order_by("id"))
        ticket = tickets.undo(ref=ref, staff_id=staff_id, now=now)
        serves = finished is not None or (step is not None and step.begun)
        if serves != (ticket.state == "serving") or (finished is not None and finished.pk != ticket.pk):
            raise Meanwhile  # another step was the last one by the time of the lock: its appointment is not locked
        if finished is not None:
            messaging.unsay(subject=f"ticket:{finished.ref}", keys=["rate"])
        if finished is not None or (step is not None and step.verb == "turn_away"):
            tell_booker.not_over(finished or ticket)
        if finished is not None and ticket.appointment_id == finished.appointment_id:
            if ticket.appointment_id is not None:
                booking.mark_not_served(appointment_id=ticket.appointment_id, now=now)
            if ticket.person_id is not None:
                booking.mark_not_dealt_with(on=ticket.ref, person_id=ticket.person_id, now=now)
    return ticket


def _finished(ticket: Ticket | None, step: Step | None) -> Ticket | None:
    """The number that was finished: this one, or the one it was gone on from."""
    if step is None or step.verb not in ("finish", "go_on"):
        return None
    return step.ended or ticket


def _used_by(finished: Ticket) -> QuerySet[Appointment]:
    """Its appointment, and the one of its person that its finish dealt with."""
    dealt_with = Q(person_id=finished.person_id, dealt_on=finished.ref)
    return Appointment.objects.filter(Q(id=finished.appointment_id) | dealt_with)


def _booked_for_the_same(ref: str) -> int | None:
    """Today's open appointment of a walk-in – or of whoever booked anew, and whose number goes on after all – for the very
    matter that is served, locked before the number (as check-in does): who is served now need not come again, and is not
    struck. A number of somebody who only declared the document
    ends nothing of the person's, unless the window compared the card."""
    unbooked = Q(appointment=None) | Q(appointment__let_go_at__isnull=False)
    known = Ticket.objects.filter(unbooked, ref=ref, person__isnull=False, item__isnull=False)
    row = known.order_by("id").values_list("hall_id", "person_id", "item_id", "day", "limit_key", "identity_ok",
                            "mismatch_allowed").first()  # fmt: skip
    if row is None:
        return None
    hall, person, item, day, holder, compared, allowed = row
    same = Appointment.objects.filter(hall_id=hall, person_id=person, item_id=item, day=day, state="booked")
    if holder and (allowed or not compared):
        same = same.filter(limit_key=holder)
    return same.select_for_update(no_key=True).order_by("starts_at", "id").values_list("id", flat=True).first()


def _matter(ticket: Ticket) -> dict[str, str]:
    return {"item_zh": ticket.item.name_zh, "item_en": ticket.item.name_en} if ticket.item else {}
