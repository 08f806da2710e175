"""What the actions share: a ticket and its window under lock, the row of a statement as a Ticket, named constraints."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from banshi.foundation import prepared
from banshi.foundation.announce import announce
from banshi.foundation.crypto import FreeText
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.policy import HallPolicy
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.rules import Closure
from banshi.rooms.places.models import Hall
from banshi.rooms.places.queries import policy_of
from banshi.rooms.tickets import rules
from banshi.rooms.tickets.models import AT_WINDOW, Ticket, WindowSession
from banshi.rooms.tickets.queries.renewed import not_there
from banshi.rooms.tickets.queries.stopped import Aim, need_not_stopped

T = TypeVar("T")
COLUMNS = [field.column for field in Ticket._meta.concrete_fields]
_FIELDS = [field.attname for field in Ticket._meta.concrete_fields]
_SEALED = [(i, field) for i, field in enumerate(Ticket._meta.concrete_fields) if isinstance(field, FreeText)]


def columns(alias: str) -> str:
    """Every column of a ticket, in the order `from_row` takes them."""
    return ", ".join(f'{alias}."{column}"' for column in COLUMNS)


def from_row(row: Sequence[Any]) -> Ticket:
    values = list(row)
    for i, field in _SEALED:
        values[i] = field.from_db_value(values[i], None, connection)
    return Ticket.from_db(connection.alias, _FIELDS, values)


def business_day(hall: Hall, now: datetime) -> date:
    """The day in the hall's own zone."""
    return now.astimezone(ZoneInfo(hall.timezone)).date()


def broken(trouble: IntegrityError) -> str:
    """Name of the constraint that refused."""
    diag = getattr(trouble.__cause__, "diag", None)
    return str(getattr(diag, "constraint_name", "") or "")


def one_statement(sql: str, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """First row of a busy statement that may break a constraint.

    Alone it is its own transaction, inside one it gets a savepoint. Planning it costs several times what running it
    does, so it is prepared on the server where the connection allows it (`prepare_threshold` set; behind PgBouncer in
    transaction mode it is not).

    :raises IntegrityError: see `broken`.
    """
    if connection.in_atomic_block:
        with transaction.atomic():
            return _first(prepared.rows(sql, values))
    return _first(prepared.rows(sql, values))


def _first(rows: list[tuple[Any, ...]]) -> tuple[Any, ...] | None:
    return rows[0] if rows else None


def policy(ticket_or_hall: Ticket | Hall, now: datetime) -> HallPolicy:
    hall_id = ticket_or_hall.hall_id if isinstance(ticket_or_hall, Ticket) else ticket_or_hall.pk
    return policy_of(hall_id, now=now)


def locked(ref: str) -> Ticket:
    """The ticket under lock until the transaction ends.

    :raises Refused: nothing-found.
    """
    ticket = (
        Ticket.objects.select_for_update(of=("self",), no_key=True)
        .select_related("hall", "window")
        .filter(ref=ref)
        .order_by("id")
        .first()
    )
    if ticket is None:
        raise not_there(ref)
    return ticket


def bookings_first(numbers: QuerySet[Ticket]) -> None:
    """The bookings of these numbers under lock, before the numbers themselves: in the order in which check-in takes them."""
    rows = Appointment.objects.filter(id__in=numbers.exclude(appointment=None).values("appointment"))
    list(rows.select_for_update(no_key=True).order_by("id").values_list("id"))


def came_to_nothing(numbers: Iterable[Ticket], now: datetime) -> None:
    """Their bookings keep nobody from booking anew: whoever has no number any more has nothing."""
    ids = [number.appointment_id for number in numbers if number.appointment_id is not None]
    if ids:
        booking.let_go(appointment_ids=ids, now=now)


def goes_on(ticket: Ticket) -> None:
    """Its booking stands again; where its person has booked in its stead meanwhile, the number goes on all the same."""
    if ticket.appointment_id is not None:
        booking.hold_again(appointment_id=ticket.appointment_id)


def session_of(staff_id: int, *, lock: bool = False) -> WindowSession:
    """Where the clerk is signed in.

    :raises Refused: not-signed-in.
    """
    found = WindowSession.objects.select_related("window__zone__floor", "hall").filter(
        staff_id=staff_id, signed_out_at=None
    )
    if lock:
        found = found.select_for_update(of=("self",), no_key=True)
    session = found.order_by("id").first()
    if session is None:
        raise Refused("not-signed-in")
    return session


def need(ticket: Ticket, verb: str) -> None:
    """:raises Refused: wrong-state, with what it is and what it would need to be."""
    if (refusal := rules.NUMBER.refusal(ticket.state, verb)) is not None:
        raise Refused(refusal)


def at_my_window(ref: str, *, staff_id: int, verb: str) -> tuple[Ticket, WindowSession]:
    """Ticket and session when the ticket is at this clerk's window and the verb fits its state.

    :raises Refused: nothing-found, not-signed-in, not-your-hall, wrong-state, person-elsewhere.
    """
    ticket = locked(ref)
    session = session_of(staff_id)
    if ticket.hall_id != session.hall_id:
        raise Refused("not-your-hall", facts={"hall": ticket.hall.code})
    need(ticket, verb)
    if ticket.state in AT_WINDOW and ticket.window_id != session.window_id:
        raise Refused("person-elsewhere", facts={"window": ticket.window.number if ticket.window else ""})
    return ticket, session


def by_hall(ticket: Ticket, by: Actor) -> None:
    """:raises Refused: not-your-hall, for an actor bound to another hall."""
    if by.hall is not None and by.hall != ticket.hall.code:
        raise Refused("not-your-hall", facts={"hall": ticket.hall.code})


def need_free(session: WindowSession) -> None:
    """:raises Refused: window-busy, with the number at the window."""
    number = (
        Ticket.objects.filter(window_id=session.window_id, state__in=AT_WINDOW)
        .order_by("id")
        .values_list("number", flat=True)
        .first()
    )
    if number is not None:
        raise Refused("window-busy", facts={"number": number})


def need_at_work(session: WindowSession) -> None:
    """:raises Refused: wrong-state, while the window is paused or has called for help."""
    for state, since in (("emergency", session.emergency_at), ("paused", session.paused_at)):
        if since is not None:
            raise Refused("wrong-state", facts={"state": state, "needs": "at work", "since": since})


def need_open(ticket: Ticket, session: WindowSession, now: datetime) -> None:
    """:raises Refused: closed, while a closure stops the window or what the number waits for."""
    _need_open(ticket, session, calendars.closed_now(session.hall, now), now)


def need_not_evacuated(ticket: Ticket, session: WindowSession, now: datetime) -> None:
    """Whoever was called, or stands there, is served to the end in any other closure; here nobody is brought to a window.

    :raises Refused: closed, while people are asked to leave.
    """
    evacuations = [each for each in calendars.closed_now(session.hall, now) if each.kind == "evacuation"]
    _need_open(ticket, session, evacuations, now)


def _need_open(ticket: Ticket, session: WindowSession, shut: Sequence[Closure], now: datetime) -> None:
    what = Aim(ticket.item.code if ticket.item else None, ticket.category.code, session.window.zone.code)
    need_not_stopped(session.hall, what, shut, appointment_id=ticket.appointment_id, now=now)


def need_line_open(hall: Hall, aim: Aim, *, appointment_id: int | None, now: datetime) -> None:
    """Nobody is put into a line that does not move, or kept for a window where nobody is called.

    :param appointment_id: one the hall may have kept although it closes.
    :raises Refused: closed, with the reason and the next opening.
    """
    need_not_stopped(hall, aim, calendars.closed_now(hall, now), appointment_id=appointment_id, now=now)


def need_nobody_out(ticket: Ticket, now: datetime) -> None:
    """:raises Refused: closed, while the people of its line are asked to leave."""
    out = [each for each in calendars.closed_now(ticket.hall, now) if each.kind == "evacuation"]
    there = Aim(ticket.item.code if ticket.item else None, ticket.category.code)
    need_not_stopped(ticket.hall, there, out, appointment_id=ticket.appointment_id, now=now)


def now_idle(window_id: int | None, now: datetime) -> None:
    """From now on nobody is at this window."""
    assert window_id is not None
    WindowSession.objects.filter(window_id=window_id, signed_out_at=None).update(idle_since=now)


def waits_twice(ticket: Ticket) -> bool:
    """Whether its person took another number for the same while this one was not in line, as the policy lets them. Back in
    line by the hall's hand, the rule of one number per category is not held against them (`alone`)."""
    same = {each: getattr(ticket, each) for each in ("person_id", "category_id", "day", "limit_key")}
    waits = Ticket.objects.filter(**same, state__in=["waiting", "called", "parked"], alone=True)
    return ticket.person_id is not None and waits.exclude(pk=ticket.pk).exists()


def once_more(act: Callable[[], T]) -> T:
    """In a transaction; tried again where its person took another number for the same in this very instant: `waits_twice`
    sees it then."""
    try:
        with transaction.atomic():
            return act()
    except IntegrityError as trouble:
        if broken(trouble) != "a_person_waits_once_per_category":
            raise
    with transaction.atomic():
        return act()


def tell_line(ticket: Ticket, now: datetime) -> None:
    announce(hall=ticket.hall.code, topic="line", subject=ticket.ref, now=now)


def tell_window(session: WindowSession, now: datetime) -> None:
    announce(hall=session.hall.code, topic="windows", subject=session.window.code, now=now)


def seconds(start: datetime, end: datetime) -> int:
    """Whole seconds that have passed."""
    return max(0, int((end - start).total_seconds()))


def waiting_s(ticket: Ticket, now: datetime) -> int:
    """Of the stretch of waiting under way."""
    return seconds(ticket.waits_from or ticket.made_at, now)


def parked_s(ticket: Ticket, now: datetime) -> int:
    """Of the time away under way; none where the person is here."""
    return seconds(ticket.parked_at, now) if ticket.parked_at is not None else 0


def back_in_line(ticket: Ticket, now: datetime) -> None:
    """From now on a stretch of waiting; what was spent away is no part of it. The caller saves RETURN."""
    ticket.away_s += parked_s(ticket, now)
    ticket.waits_from, ticket.parked_at, ticket.parked_until = now, None, None


RETURN = ["away_s", "waits_from", "parked_at", "parked_until"]


def visit_over(ticket: Ticket, now: datetime) -> None:
    """Set when the person left, once none of the visit's numbers is open."""
    if (
        not Ticket.objects.filter(visit_id=ticket.visit_id, state__in=rules.NUMBER.goes_on)
        .exclude(pk=ticket.pk)
        .exists()
    ):
        type(ticket.visit).objects.filter(pk=ticket.visit_id).update(left_at=now)


def visit_goes_on(ticket: Ticket) -> None:
    """Its person has not left. Before the number is in line again: whoever takes another number locks the visit first and
    waits for numbers of the same person then."""
    type(ticket.visit).objects.filter(pk=ticket.visit_id).update(left_at=None)


def record(action: str, ticket: Ticket, staff_id: int, now: datetime, **facts: str) -> None:
    """What a member of staff did with a number, in the trail."""
    audit.record(
        action=action,
        subject=f"ticket:{ticket.ref}",
        by=Actor(ActorKind.STAFF, str(staff_id)),
        now=now,
        hall=ticket.hall.code,
        facts=facts,
    )
