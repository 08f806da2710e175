"""What was given with an appointment is deleted once nobody needs it; the appointment stays."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from banshi.rooms.booking.models import Appeal, Appointment
from banshi.rooms.booking.rules import APPEAL

NOTHING: dict[str, Any] = {
    "name": None, "name_index": "", "contact": None, "contact_index": "", "note": "", "on_behalf_why": "", "cancel_reason": "",
}  # fmt: skip


def forget_contacts(*, hall_id: int, day: date) -> list[str]:
    """Delete declared names, telephones, notes and reasons of the appointments of a day that is long over; not of those that an
    appeal is still open about, whose answer goes there (`forget_appealed`).

    :returns: the codes of the appointments.
    """
    return _forgotten(Appointment.objects.filter(hall_id=hall_id, day=day).exclude(_about(_open())))


def forget_appealed(*, hall_id: int, until: date) -> list[str]:
    """The same of those up to this day about which an appeal has been answered since.

    :returns: their codes.
    """
    appealed = Appointment.objects.filter(_about(Appeal.objects.exclude(state="open")), hall_id=hall_id, day__lte=until)
    left = appealed.exclude(_about(_open())).exclude(
        name=None, contact=None, note="", on_behalf_why="", cancel_reason=""
    )
    return _forgotten(left)


def _open() -> QuerySet[Appeal]:
    return Appeal.objects.filter(state__in=APPEAL.goes_on)


def _about(appeals: QuerySet[Appeal]) -> Q:
    """Appointments that these appeals are about: by an entry, or by a suspension that an entry led to."""
    entries = appeals.filter(entry__isnull=False).values("entry__appointment")
    return Q(pk__in=entries) | Q(
        pk__in=appeals.filter(suspension__entries__isnull=False).values("suspension__entries__appointment")
    )


def _forgotten(rows: QuerySet[Appointment]) -> list[str]:
    known = list(rows.order_by("id").values_list("id", "code"))
    Appointment.objects.filter(pk__in=[id_ for id_, _ in known]).update(**NOTHING)
    return [code for _, code in known]
