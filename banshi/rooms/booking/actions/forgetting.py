"""What was given with an appointment is deleted once nobody needs it; the appointment stays."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from banshi.rooms.booking.actions.telling import subject_of
from banshi.rooms.booking.models import Appeal, Appointment, Move
from banshi.rooms.booking.rules import APPEAL

NOTHING: dict[str, Any] = {
    "name": None, "name_index": "", "contact": None, "contact_index": "", "note": "", "on_behalf_why": "", "cancel_reason": "",
}  # fmt: skip


def forget_contacts(*, hall_id: int, day: date) -> int:
    """Delete declared names, telephones, notes and reasons of the appointments of a day that is long over; not of those that an
    appeal is still open about, whose answer goes there (`forget_appealed`).

    :returns: of how many appointments.
    """
    return _forgotten(Appointment.objects.filter(hall_id=hall_id, day=day).exclude(_about(_open())))


def forget_appealed(*, hall_id: int, until: date) -> int:
    """The same of those up to this day about which an appeal has been answered since.

    :returns: of how many.
    """
    appealed = Appointment.objects.filter(_about(Appeal.objects.exclude(state="open")), hall_id=hall_id, day__lte=until)
    return _forgotten(appealed.exclude(_about(_open())))


def subjects_appealed() -> set[str]:
    """What messages are about that an open appeal may still need: its entry or suspension, and the appointments behind it."""
    open_ = _open()
    entries, suspensions = (
        set(open_.filter(**{f"{kind}__isnull": False}).order_by().values_list(f"{kind}_id", flat=True))
        for kind in ("entry", "suspension")
    )
    codes = Appointment.objects.filter(_about(open_)).order_by().values_list("code", flat=True)
    return (
        {f"entry:{pk}" for pk in entries}
        | {f"suspension:{pk}" for pk in suspensions}
        | {subject_of(code) for code in codes}
    )


def _open() -> QuerySet[Appeal]:
    return Appeal.objects.filter(state__in=APPEAL.goes_on)


def _about(appeals: QuerySet[Appeal]) -> Q:
    """Appointments that these appeals are about: by an entry, or by a suspension that an entry led to."""
    entries = appeals.filter(entry__isnull=False).values("entry__appointment")
    return Q(pk__in=entries) | Q(
        pk__in=appeals.filter(suspension__entries__isnull=False).values("suspension__entries__appointment")
    )


def _forgotten(rows: QuerySet[Appointment]) -> int:
    Move.objects.filter(appointment__in=rows).exclude(why="").update(why="")
    return rows.exclude(**NOTHING).update(**NOTHING)
