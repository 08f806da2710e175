"""A ticket as a caller may see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from banshi.journeys.visit.watch import ticket_part
from banshi.kernel.masking import mask_id
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.booking.rules import is_of
from banshi.rooms.tickets import queries as tickets
from banshi.rooms.tickets.models import AT_WINDOW, Ticket, WindowSession
from banshi.surfaces.api.keys import Caller


@dataclass(frozen=True)
class Seen:
    """What decides who may see a ticket."""

    ref: str
    hall: str
    timezone: str
    holder: str | None
    state: str
    window_id: int | None
    person_id: int | None


def seen_by(caller: Caller, ref: str) -> Seen:
    """The ticket, if this key may see it: a channel those of its own appointments, until the card of their person has
    taken one over; others those of their halls.

    :raises Refused: nothing-found – also for somebody else's ticket.
    """
    rows = Ticket.objects.filter(ref=ref)
    row = rows.values_list(
        "ref", "hall__code", "hall__timezone", "appointment__holder", "state", "window_id", "person_id"
    ).first()
    if row is None:
        raise tickets.not_there(ref)
    seen = Seen(*row)
    made_it = caller.scope != "channel" or (is_of(seen.holder or "", caller.owner) and not _taken_over(ref))
    if not (made_it and caller.reaches(seen.hall)):
        raise Refused("nothing-found", facts={"ticket": ref})
    return seen


def _taken_over(ref: str) -> bool:
    """Whether the card made it the person's, whose booking was only declared."""
    return Ticket.objects.filter(ref=ref, limit_key="").exclude(appointment__limit_key="").exists()


def shown_ticket(ref: str, caller: Caller, *, now: datetime) -> dict[str, Any]:
    """The ticket as api.md shows it; with the person where the key's clerk has them at the window."""
    seen = seen_by(caller, ref)
    shown = ticket_part(tickets.ticket(ref, now), ZoneInfo(seen.timezone))
    shown["person"] = _person(seen, caller, now=now)
    return shown


def shown_given(issued: Sequence[Ticket]) -> list[dict[str, Any]]:
    """Tickets just given, for whoever gave them: each with the wait it was told, and nobody's name. Two queries."""
    views = tickets.given_many(issued)
    return [{**ticket_part(view, ZoneInfo(view.timezone)), "person": None} for view in views]


def shown_called(called: Mapping[int, Caller], *, now: datetime) -> dict[int, dict[str, Any]]:
    """Tickets just called, as their own clerk sees them: ticket id → part; three statements however many there are."""
    parts: dict[int, dict[str, Any]] = {}
    looks = []
    for one in tickets.at_windows(called):
        parts[one.pk] = {**ticket_part(one, ZoneInfo(one.timezone)), "person": None}
        if one.person is not None:
            at_window = one.person
            parts[one.pk]["person"] = _person_part(
                at_window.name, at_window.id_type, at_window.id_number, at_window.phone
            )
            looks.append(audit.Look(f"person:{at_window.id}", called[one.pk].by, one.hall, f"ticket:{one.ref}"))
    audit.looked_once(looks, now=now)
    return parts


def person_now(ref: str, caller: Caller, *, now: datetime) -> dict[str, Any] | None:
    """The person of a ticket, as long as the key's clerk has them at the window."""
    try:
        return _person(seen_by(caller, ref), caller, now=now)
    except Refused:
        return None


def _person(seen: Seen, caller: Caller, *, now: datetime) -> dict[str, Any] | None:
    staff_id = caller.key.staff_id if caller.scope == "desk" else None
    if seen.state not in AT_WINDOW or staff_id is None or seen.window_id is None or seen.person_id is None:
        return None
    there = WindowSession.objects.filter(window_id=seen.window_id, staff_id=staff_id, signed_out_at=None).exists()
    if not there:
        return None
    row = Ticket.objects.select_related("person", "hall", "appointment").get(ref=seen.ref)
    audit.looked_once([_look(row, caller)], now=now)
    return _shown_person(row)


def _look(ticket: Ticket, caller: Caller) -> audit.Look:
    return audit.Look(f"person:{ticket.person_id}", caller.by, ticket.hall.code, f"ticket:{ticket.ref}")


def _shown_person(ticket: Ticket) -> dict[str, Any]:
    """Who is at the window, by the best that is known; the telephone is the one given with this visit."""
    person = ticket.person
    assert person is not None
    return _person_part(tickets.name_of(ticket), person.id_type, person.id_number, tickets.contact_of(ticket))


def _person_part(name: str, id_type: str, id_number: str, phone: str | None) -> dict[str, Any]:
    return {"name": name, "id_type": id_type, "id_number": mask_id(id_number, first=4), "phone": phone}
