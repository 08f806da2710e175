"""Which of a document's bookings somebody is here for: the person's own first, a stranger's never before it."""

from __future__ import annotations

import secrets
from datetime import datetime
from zoneinfo import ZoneInfo

from banshi.kernel.evidence import Evidence
from banshi.kernel.ownership import Fit, OnDocument, fit, unclear
from banshi.kernel.policy import TicketPolicy
from banshi.kernel.refusals import Refused
from banshi.rooms.booking.models import BY_VIDEO, Appointment
from banshi.rooms.identity import actions as naming
from banshi.rooms.identity.models import Person
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import NOT_OVER


def told_at(booked: Appointment, last4: str) -> bool:
    """Whether it was booked with a telephone that ends so; compared in a time that tells nothing of it."""
    contact = booked.told_at or ""
    return len(last4) == 4 and "@" not in contact and secrets.compare_digest(contact[-4:].encode(), last4.encode())


def of_today(people: list[Person], hall: Hall, now: datetime) -> list[Appointment]:
    """What these people have booked here today and can be here for, also late, by time."""
    today = now.astimezone(ZoneInfo(hall.timezone)).date()
    mine = Appointment.objects.filter(
        person__in=people, hall=hall, day=today, state__in=["booked", "checked_in", "no_show"]
    ).exclude(BY_VIDEO)
    return list(mine.select_related("item", "person").order_by("starts_at", "id"))


def to_come(people: list[Person], hall: Hall, now: datetime) -> list[Appointment]:
    """What the hall moved of these people's, theirs as far as anybody knows."""
    moved = Appointment.objects.filter(person__in=people, hall=hall, state="booked", ends_at__gt=now, hall_moves__gt=0)
    return own_first(list(moved.select_related("hall", "item", "person").order_by("starts_at", "id")))


def in_line_for(mine: list[Appointment], card: str) -> list[Appointment]:
    """What the card's person is in line for, whatever they have booked for later: their number is what they are shown."""
    theirs = [each for each in mine if each.state == "checked_in" and fit(as_made(each), card=card) != Fit.STRANGE]
    rows = Ticket.objects.filter(appointment__in=theirs, state__in=NOT_OVER).order_by("id")
    in_line = set(rows.values_list("appointment_id", flat=True))
    return [each for each in theirs if each.pk in in_line]


def on_card(person: Person, evidence: Evidence, name: str) -> str:
    """Blind index of the name on the card; "" where none was seen."""
    if not evidence.proves:
        return ""
    if name:
        return naming.name_index(name)
    return person.name_index if person.name_evidence else ""


def as_made(each: Appointment) -> OnDocument:
    """Whose it is, as far as it was shown when it was booked."""
    return OnDocument(each.item_id, each.limit_key if not each.evidence else "", each.name_index)


def own_first(booked: list[Appointment]) -> list[Appointment]:
    """Those that may be the proven person's, best fit first."""
    fits = [(fit(as_made(each), card=each.person.name_index), each) for each in booked]
    return [each for fits_so, each in sorted(fits, key=lambda pair: pair[0]) if fits_so != Fit.STRANGE]


def again(mine: list[Appointment], card: str) -> Appointment:
    """Of those that are checked in or missed: the last one, of those that fit best; of a visit, its first."""
    best = min(fit(as_made(each), card=card) for each in mine)
    fits = [each for each in mine if fit(as_made(each), card=card) == best]
    last = fits[-1]
    if not last.visit_group:
        return last
    visit = {each.pk: each for each in fits if each.visit_group == last.visit_group}
    rows = Ticket.objects.filter(appointment__in=list(visit), state__in=NOT_OVER).order_by("id")
    first = min(rows, key=lambda row: NOT_OVER.index(row.state), default=None)
    return visit[first.appointment_id] if first is not None and first.appointment_id is not None else last


def chosen_of(
    booked: list[Appointment], policy: TicketPolicy, now: datetime, *, card: str, choice: str, told: bool
) -> Appointment:
    """Which of a document's appointments is used: one that is open now, the person's own first; else the next.

    A stranger's never goes before one in the person's name, be that one later.

    :param told: whether who asks may read what is booked on the document.
    :raises Refused: which-appointment, nothing-found (none of that reference).
    """
    if choice and told:
        found = next((each for each in booked if each.code == choice), None)
        if found is None:
            raise Refused("nothing-found", facts={"appointment": choice[:20]})
        return found

    def worth(each: Appointment) -> tuple[bool, bool, bool, Fit]:
        opens, closes = policy.check_in_window(starts_at=each.starts_at, ends_at=each.ends_at)
        fits = fit(as_made(each), card=card)
        return fits == Fit.STRANGE, closes <= now, not opens <= now, fits

    best = min(map(worth, booked))
    equal = [each for each in booked if worth(each) == best]
    if not best[2] and unclear([as_made(each) for each in equal], card=card):
        words = [
            {
                "code": each.code,
                "item": {"zh": each.item.name_zh, "en": each.item.name_en},
                "starts_at": each.starts_at,
                "ends_at": each.ends_at,
            }
            for each in equal
        ]
        raise Refused("which-appointment", facts={"appointments": words if told else []})
    return min(equal, key=lambda each: (each.starts_at, each.pk))
