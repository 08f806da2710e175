"""What was given with a number, and written by clerks that day, is deleted once nobody needs it; the number stays."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import CharField
from django.db.models.functions import Cast

from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.rules import BY_TELEPHONE
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets.models import GOES_ON, Call, Pause, Skip, Ticket, Transfer, Visit, WindowSession


def forget_contacts(*, hall: Hall, day: date) -> int:
    """Delete the telephones that the numbers of a day told to, and what clerks wrote about their people, once it is long over.

    :returns: of how many numbers.
    """
    nothing = {"notify_to": "", "phone_index": "", "note": "", "outcome_why": ""}
    for facts, words in ((Call, "out_of_order_why"), (Transfer, "why"), (Skip, "why")):
        of_day = facts._default_manager.filter(ticket__hall=hall, ticket__day=day)
        of_day.exclude(**{words: ""}).update(**{words: ""})
    _forget_pauses(hall, day)
    _forget_whose(hall, day)
    return Ticket.objects.filter(hall=hall, day=day).exclude(**nothing).update(**nothing)


def _forget_whose(hall: Hall, day: date) -> None:
    """Numbers of whoever booked with a telephone only: those of a visit stay each other's."""
    by_telephone = {"hall": hall, "day": day, "limit_key__regex": BY_TELEPHONE}
    over = Ticket.objects.filter(**by_telephone).exclude(state__in=GOES_ON)
    over.update(limit_key=booking.without_telephone("limit_key", Cast("visit_id", CharField())))
    visits = Visit.objects.filter(**by_telephone)
    visits.update(limit_key=booking.without_telephone("limit_key", Cast("pk", CharField())))


def _forget_pauses(hall: Hall, day: date) -> None:
    """Why windows paused: of one whose number a lead took over, in the lead's words about that very visit."""
    begins, ends = (
        datetime.combine(each, time.min, tzinfo=ZoneInfo(hall.timezone)) for each in (day, day + timedelta(days=1))
    )
    sessions = WindowSession.objects.filter(hall=hall, signed_in_at__lt=ends)
    pauses = Pause.objects.filter(session__in=sessions, starts_at__gte=begins, starts_at__lt=ends)
    pauses.exclude(reason="").update(reason="")
    sessions.filter(paused_at__gte=begins, paused_at__lt=ends).exclude(pause_reason="").update(pause_reason="")
