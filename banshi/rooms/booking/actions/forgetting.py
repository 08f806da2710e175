"""What was given with an appointment, and written about it, is deleted once nobody needs it; the appointment stays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Concat, NullIf

from banshi.kernel.actors import SYSTEM
from banshi.rooms.booking.actions.telling import subject_of
from banshi.rooms.booking.models import Appeal, Appointment, Hold, Kept, LedgerEntry, Move, Suspension
from banshi.rooms.booking.rules import APPEAL, BY_TELEPHONE, State

NOTHING: dict[str, Any] = {
    "name": None, "name_index": "", "contact": None, "contact_index": "", "note": "", "on_behalf_why": "", "cancel_reason": "",
}  # fmt: skip


def forget_contacts(*, hall_id: int, day: date) -> int:
    """Delete declared names, telephones, notes and reasons of the appointments of a day that is long over, and what was written
    about them on somebody's credit; not of those that an appeal is still open about, whose answer goes there (`forget_late`).

    :returns: of how many appointments.
    """
    rows = Appointment.objects.filter(hall_id=hall_id, day=day).exclude(_about(_open()))
    _forget_why_forgiven(rows)
    ended = Hold.objects.filter(slot__hall_id=hall_id, slot__day=day, limit_key__regex=BY_TELEPHONE).exclude(
        ended_at=None
    )
    ended.update(limit_key=without_telephone("limit_key"))
    return _forgotten(rows)


def forget_late(*, until: Mapping[int, date]) -> int:
    """The same of those about which an appeal has been answered, or something forgiven, since their day was done.

    :param until: by hall id, the last day that is done.
    :returns: of how many an appeal was answered.
    """
    if not until:
        return 0
    of_done_days = Q()
    for hall_id, day in until.items():
        of_done_days |= Q(hall_id=hall_id, day__lte=day)
    rows = Appointment.objects.filter(of_done_days).exclude(_about(_open()))
    _forget_why_forgiven(rows)
    answered = Appeal.objects.exclude(state__in=APPEAL.goes_on).exclude(text="", answer="")
    # What an appeal lifted may hold its entries no more: whatever counts for the same party was behind it.
    behind = Suspension.objects.filter(party=OuterRef("party"), scope=OuterRef("scope"), appeals__in=answered)
    entries = LedgerEntry.objects.filter(Q(appeals__in=answered) | Exists(behind))
    return _forgotten(rows.filter(pk__in=entries.values("appointment")))


def forget_suspensions(*, before: Mapping[str, date]) -> int:
    """Delete why suspensions that are over for long were lifted, and what was said for and against them; not while an appeal
    against one is open.

    :param before: by scope, the day that their last one lies before.
    :returns: of how many.
    """
    if not before:
        return 0
    over = Q()
    for scope, day in before.items():
        over |= Q(scope=scope, until_on__lt=day)
    rows = Suspension.objects.filter(over).exclude(appeals__in=_open())
    said = Appeal.objects.filter(suspension__in=rows).exclude(text="", answer="").update(text="", answer="")
    lifted = rows.exclude(lifted_by=str(SYSTEM)).exclude(lifted_why="")
    return said + lifted.update(lifted_why="")


def without_telephone(column: str, *others: Any) -> Func:
    """What is kept of a holder in this column where a telephone told them from others; not whose it was.

    :param others: what tells them from others instead.
    """
    instead = Concat(Value(":x"), *others) if others else Value("")
    return Func(F(column), Value(BY_TELEPHONE), instead, function="regexp_replace")


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


def _forget_why_forgiven(rows: QuerySet[Appointment]) -> None:
    """What somebody wrote; our own words name nobody, and say on what grounds an entry does not count."""
    theirs = LedgerEntry.objects.exclude(forgiven_at=None).exclude(forgiven_by=str(SYSTEM)).exclude(forgiven_why="")
    theirs.filter(appointment__in=rows).update(forgiven_why="")


def _forget_whose(rows: QuerySet[Appointment]) -> None:
    """Bookings of one visit stay each other's. What counts against nobody any more says who booked, and not for whom; a no-show
    that counts, or led to a suspension, keeps whose it is: else nobody would have it.
    """
    done = Q(kind="cancel") | Q(forgiven_at__isnull=False)  # of a month that is over
    entries = LedgerEntry.objects.filter(done, appointment__in=rows, used_by=None, party__regex=BY_TELEPHONE)
    entries.update(party=without_telephone("party"))
    visit = Coalesce(NullIf(F("visit_group"), Value("")), F("code"))
    rows.filter(Q(holder__regex=BY_TELEPHONE) | Q(limit_key__regex=BY_TELEPHONE)).update(
        holder=without_telephone("holder", visit), limit_key=without_telephone("limit_key", visit)
    )


def _forgotten(rows: QuerySet[Appointment]) -> int:
    Move.objects.filter(appointment__in=rows).exclude(why="").update(why="")
    Kept.objects.filter(appointment__in=rows).exclude(why="").update(why="")
    count = rows.exclude(**NOTHING).update(**NOTHING)
    _forget_whose(rows.exclude(state=State.BOOKED))
    answered = Appeal.objects.filter(entry__appointment__in=rows).exclude(state__in=APPEAL.goes_on)
    answered.exclude(text="", answer="").update(text="", answer="")  # last: by them those answered late are found
    return count
