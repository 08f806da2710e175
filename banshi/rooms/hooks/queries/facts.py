"""What happened to things that changed, from the rows of their rooms. No names, telephones or numbers of people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q

from banshi.rooms.booking.models import Appointment, Move
from banshi.rooms.hooks.queries.case_facts import of_cases, of_enquiries
from banshi.rooms.hooks.queries.sources import Hint
from banshi.rooms.hooks.rules import Fact, maker_of
from banshi.rooms.tickets.models import Call, Miss, Service, Ticket, Transfer

CALLS: Final = {"call": "called", "go_on": "called", "recall": "recalled"}
ENDS: Final = {"finished": "served", "left": "left", "closed": "closed", "redirected": "redirected"}
MANY: Final = ("day-closed", "sent-home", "closure:", "paper")  # subjects of the line that stand for many numbers


def facts_of(hints: Iterable[Hint], *, since: datetime) -> list[Fact]:
    """All facts of what changed that happened since then, in the order in which they happened; those told before, too.

    :param since: hall time.
    """
    subjects: defaultdict[str, set[str]] = defaultdict(set)
    many: dict[str, datetime] = {}
    told: dict[str, datetime] = {}
    for hint in hints:
        kind, _, ref = hint.subject.partition(":")
        if kind == "line" and ref.startswith(MANY):
            many[hint.hall] = min(hint.at, many.get(hint.hall, hint.at))
        subjects["ticket" if kind == "line" else kind].add(ref)
        told[hint.hall if ref.startswith(MANY) else ref] = hint.at
    numbers = _tickets(subjects["ticket"], many)
    booked = {row.appointment_id for row in numbers if row.appointment_id}
    found = [
        *_of_appointments(subjects["appointment"], booked),
        *_of_tickets(numbers, told),
        *of_cases(subjects["case"]),
        *of_enquiries(subjects["enquiry"]),
    ]
    # Of the same moment, as they stand: what is said first of a thing began it.
    return sorted((fact for fact in found if fact.at >= since), key=lambda fact: fact.at)


def _iso(at: datetime) -> str:
    return at.isoformat()


# --- Appointments ---------------------------------------------------------------------------------------------------


def _of_appointments(codes: Collection[str], ids: Collection[int]) -> Iterator[Fact]:
    rows = list(
        Appointment.objects.filter(Q(code__in=codes) | Q(id__in=ids)).select_related("hall", "item").order_by("id")
    )
    moves: defaultdict[int, list[Move]] = defaultdict(list)
    for move in Move.objects.filter(appointment__in=rows).select_related("from_slot", "to_slot").order_by("id"):
        moves[move.appointment_id].append(move)
    for row in rows:
        yield from _of_appointment(row, moves[row.pk])


def _of_appointment(row: Appointment, moves: Sequence[Move]) -> Iterator[Fact]:
    def fact(verb: str, at: datetime, mark: str, **said: Any) -> Fact:
        subject = f"appointment:{row.code}"
        data = {"code": row.code, "hall": row.hall.code, "item": row.item.code, **said}
        maker = maker_of(row.holder or row.booked_by)
        return Fact(
            f"{subject}:{_iso(row.created_at)}:{verb}:{mark}",
            f"appointment.{verb}",
            row.hall.code,
            subject,
            maker,
            at,
            data,
        )

    first = moves[0].from_slot if moves else row
    yield fact("booked", row.created_at, "", **_hours(first), persons=row.persons, source=row.source)
    for move in moves:
        yield fact("moved", move.at, str(move.pk), **_hours(move.to_slot), was=_hours(move.from_slot))
    if row.checked_in_at is not None:
        yield fact("checked_in", row.checked_in_at, _iso(row.checked_in_at))
    if row.served_at is not None:
        yield fact("served", row.served_at, _iso(row.served_at))
    if row.cancelled_at is not None:
        yield fact("cancelled", row.cancelled_at, "", by_hall=row.by_hall)
    if row.no_show_at is not None:
        yield fact("missed", row.no_show_at, "")


def _hours(at: Any) -> dict[str, str]:
    return {"starts_at": _iso(at.starts_at), "ends_at": _iso(at.ends_at)}


# --- Numbers --------------------------------------------------------------------------------------------------------


def _tickets(refs: Collection[str], many: Mapping[str, datetime]) -> list[Ticket]:
    asked = Q(ref__in=refs)
    for hall, at in many.items():
        days = (at - timedelta(days=1)).date(), (at + timedelta(days=1)).date()
        asked |= Q(hall__code=hall, day__range=days, state__in=list(ENDS))
    rows = Ticket.objects.filter(asked).select_related("hall", "category", "item", "appointment")
    return list(rows.order_by("id"))


def _of_tickets(rows: Sequence[Ticket], told: Mapping[str, datetime]) -> Iterator[Fact]:
    """:param told: when something was last said of a number, or of many in a hall: the moment of ends that have none."""
    calls, services, misses, transfers = (
        _by_ticket(model.objects.filter(ticket__in=rows).select_related(*along).order_by("id"))
        for model, along in (
            (Call, ("window",)), (Service, ("window",)), (Miss, ("window",)), (Transfer, ("to_window", "to_category", "to_hall")),
        )
    )  # fmt: skip
    for row in rows:
        yield from _of_ticket(row, calls[row.pk], services[row.pk], misses[row.pk], transfers[row.pk])
        if row.state in ENDS:
            yield _end(row, told.get(row.ref) or told.get(row.hall.code) or row.made_at)


def _by_ticket(rows: Iterable[Any]) -> defaultdict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.ticket_id].append(row)
    return found


def _of_ticket(
    row: Ticket,
    calls: Sequence[Call],
    services: Sequence[Service],
    misses: Sequence[Miss],
    transfers: Sequence[Transfer],
) -> Iterator[Fact]:
    def fact(verb: str, at: datetime, mark: Any, **said: Any) -> Fact:
        return _of_number(row, verb, at, mark, said)

    booked = row.appointment.code if row.appointment else None
    yield fact("given", row.made_at, "", kind=row.kind, item=row.item.code if row.item else None, appointment=booked)
    for call in calls:
        yield fact(CALLS[call.kind], call.at, call.pk, window=call.window.number)
    for service in services:
        yield fact("started", service.started_at, service.pk, window=service.window.number)
    for miss in misses:
        yield fact("missed", miss.at, miss.pk, window=miss.window.number)
        if miss.reinstated_at is not None:
            yield fact("returned", miss.reinstated_at, miss.pk)
    for way in transfers:
        yield fact(
            "transferred", way.at, way.pk,
            window=way.to_window.number if way.to_window else None,
            to_category=way.to_category.code if way.to_category else None,
            to_hall=way.to_hall.code if way.to_hall else None,
        )  # fmt: skip


def _end(row: Ticket, told_at: datetime) -> Fact:
    outcome = {"outcome": row.outcome or None}
    return _of_number(row, ENDS[row.state], row.finished_at or told_at, row.finished_at or row.calls, outcome)


def _of_number(row: Ticket, verb: str, at: datetime, mark: Any, said: Mapping[str, Any]) -> Fact:
    data = {"ref": row.ref, "number": row.number, "hall": row.hall.code, "category": row.category.code, **said}
    # By its row: a number that is taken over has another reference from then on, and is the same number.
    name = f"ticket:{row.pk}:{_iso(row.made_at)}:{verb}:{mark}"
    return Fact(name, f"ticket.{verb}", row.hall.code, f"ticket:{row.ref}", _holder(row), at, data)


def _holder(row: Ticket) -> str:
    """Whose booking it is for; nobody's any more once the card of its person has taken one over that was only declared."""
    booked = row.appointment
    if booked is None or (row.limit_key == "" and booked.limit_key != ""):
        return ""
    return maker_of(booked.holder)
