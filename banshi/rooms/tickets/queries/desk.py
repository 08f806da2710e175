"""A clerk's place: the window, who is there, what is put aside, how long the line is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max

from banshi.kernel.masking import mask_id, mask_name
from banshi.rooms.booking.queries import BookedSituation, booked_situation
from banshi.rooms.places.queries import policy_of
from banshi.rooms.tickets.models import AT_WINDOW, Call, Miss, Service, Ticket, Transfer, WindowSession
from banshi.rooms.tickets.queries.contact import contact_of, contact_unconfirmed
from banshi.rooms.tickets.queries.line import Line, LineTicket, line_at
from banshi.rooms.tickets.queries.missed import ending
from banshi.rooms.tickets.queries.steps import last_step
from banshi.rooms.tickets.queries.ticket import name_of, names_differ


@dataclass(frozen=True)
class Named:
    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True)
class DeskTicket:
    """The number at the window, with what the clerk may know of the person, masked (a look at more is audited)."""

    ref: str
    number: str
    kind: str
    lane: str
    lane_to_check: bool
    state: str
    category: Named
    item: Named | None
    masked_name: str
    masked_id: str
    person_id: int | None
    identity_ok: bool | None
    mismatch_allowed: bool
    name_disputed: bool  # a card was read with another name than the proven one
    names_differ: bool  # booked in another name than the proven one
    appointment: str | None
    persons: int  # of its booking, who come together
    period: tuple[datetime, datetime] | None
    made_at: datetime
    called_at: datetime | None
    started_at: datetime | None
    served_since: datetime | None  # when it began, had nothing come between
    wait_s: int | None
    recalls: int
    misses: int
    note: str
    visit_id: int
    earlier: list[
        tuple[str, str, str, str, str, bool]
    ]  # others of this visit: ref, number, state, category, outcome, whether the card did not fit
    is_told: bool  # a message about how it ended goes somewhere
    to_confirm: bool  # … would, had its person confirmed the telephone of the booking
    situation: BookedSituation | None = None  # as it was booked


@dataclass(frozen=True)
class DeskView:
    """state: signed_out | idle | called | serving | paused | emergency. `line`: whom this window may call, in order."""

    state: str
    staff_id: int
    hall_id: int
    hall: Named | None
    window_code: str
    window_number: str
    signed_in_at: datetime | None
    pause_reason: str
    since: datetime | None
    ticket: DeskTicket | None
    waiting: int
    line: tuple[LineTicket, ...]
    held: tuple[LineTicket, ...]
    missed: tuple[LineTicket, ...]
    version: int
    whole: Line | None
    help: Help | None = None
    taken_over: TakenOver | None = None


@dataclass(frozen=True)
class TakenOver:
    """A lead took this window's number over and it pauses since: the number, and the window where it goes on."""

    number: str
    window: str


@dataclass(frozen=True)
class Help:
    """Help was called at this window and is not over: since when, and who in the office said they see it."""

    hall_id: int
    window: str
    number: str
    floor_zh: str
    floor_en: str
    clerk_zh: str
    clerk_en: str
    called_at: datetime
    seen_at: datetime | None
    seen_by_zh: str
    seen_by_en: str


def help_called(*hall_ids: int) -> list[Help]:
    """Windows of these halls where help is called now, the oldest call first; one query."""
    calls = WindowSession.objects.filter(hall_id__in=hall_ids, signed_out_at=None, emergency_at__isnull=False)
    return [
        each
        for session in calls.select_related("window__zone__floor", "staff", "emergency_seen_by").order_by(
            "emergency_at", "id"
        )
        if (each := _help(session)) is not None
    ]


def _help(session: WindowSession) -> Help | None:
    if session.emergency_at is None:
        return None
    floor, seer = session.window.zone.floor, session.emergency_seen_by
    return Help(
        hall_id=session.hall_id,
        window=session.window.code,
        number=session.window.number,
        floor_zh=floor.label_zh,
        floor_en=floor.label_en,
        clerk_zh=session.staff.name_zh,
        clerk_en=session.staff.name_en,
        called_at=session.emergency_at,
        seen_at=session.emergency_seen_at,
        seen_by_zh=seer.name_zh if seer else "",
        seen_by_en=seer.name_en if seer else "",
    )


def desk(staff_id: int, now: datetime) -> DeskView:
    """What the clerk's console shows; `signed_out` when the clerk works no window."""
    session = (
        WindowSession.objects.select_related("window__zone__floor", "hall", "staff", "emergency_seen_by")
        .filter(staff_id=staff_id, signed_out_at=None)
        .order_by("id")
        .first()
    )
    if session is None:
        return DeskView("signed_out", staff_id, 0, None, "", "", None, "", None, None, 0, (), (), (), 0, None)
    whole, here = line_at(session.hall_id, session.window_id, now)
    mine = next(w for w in whole.windows if w.code == session.window.code)
    return DeskView(
        state=mine.state,
        staff_id=staff_id,
        hall_id=session.hall_id,
        hall=Named(session.hall.code, session.hall.name_zh, session.hall.name_en),
        window_code=session.window.code,
        window_number=session.window.number,
        signed_in_at=session.signed_in_at,
        pause_reason=session.pause_reason,
        since=mine.since,
        ticket=_at_window(session.window_id),
        waiting=len(here),
        line=here,
        held=tuple(t for t in whole.tickets if t.state == "held"),
        missed=tuple(t for t in whole.tickets if t.state == "missed"),
        version=whole.version,
        whole=whole,
        help=_help(session),
        taken_over=_taken_over(session),
    )


def _taken_over(session: WindowSession) -> TakenOver | None:
    if session.paused_at is None:
        return None
    since = Transfer.objects.filter(from_window_id=session.window_id, to_window__isnull=False, at=session.paused_at)
    row = since.order_by("-id").values_list("ticket__number", "to_window__number").first()
    return TakenOver(*row) if row is not None else None


@dataclass(frozen=True)
class Undoable:
    """The clerk's last step, as long as it may be taken back. verb: start | finish | miss | turn_away | go_on.

    `outcome`: how a finished one ended. `back_ref`, `back`: of a go_on, the finished number that comes back to the window.
    """

    ref: str
    number: str
    verb: str
    closes_at: datetime
    outcome: str
    back_ref: str = ""
    back: str = ""


def undoable(view: DeskView, *, now: datetime) -> Undoable | None:
    """What this clerk may take back at this moment; None where somebody else is at the window since."""
    if view.hall is None or view.help is not None:
        return None
    lasts = timedelta(minutes=policy_of(view.hall_id, now=now).tickets.undo_minutes)
    ticket = _latest_of(view, now - lasts)
    step = last_step(ticket) if ticket is not None else None
    if ticket is None or step is None or step.staff_id != view.staff_id or now > step.at + lasts:
        return None
    ended = step.ended or ticket
    back = (ended.ref, ended.number) if step.ended is not None else ()
    return Undoable(ticket.ref, ticket.number, step.verb, step.at + lasts, ended.outcome or "done", *back)


def _latest_of(view: DeskView, since: datetime) -> Ticket | None:
    """The number at the window; without one, the last this clerk put away since."""
    if view.ticket is not None:
        return Ticket.objects.get(ref=view.ticket.ref)
    here = {"hall_id": view.hall_id, "staff_id": view.staff_id}
    today = since - timedelta(hours=12)
    served = Service.objects.filter(**here, started_at__gte=today, ended_at__gte=since).values_list("ticket", flat=True)
    missed = Miss.objects.filter(hall_id=view.hall_id, by=f"staff:{view.staff_id}", at__gte=since)
    turned = Call.objects.filter(**here, at__gte=today, ticket__finished_at__gte=since, ticket__started_at=None)
    # Ids first: the planner would read every ticket ever made to join three reasons with OR.
    ids = {*served, *missed.values_list("ticket", flat=True), *turned.values_list("ticket", flat=True)}
    found = Ticket.objects.filter(pk__in=ids, state__in=["finished", "missed"]).annotate(call=Max("call_rows__id"))
    steps = [(step.at, ticket.call or 0, ticket) for ticket in found.order_by("id") if (step := last_step(ticket))]
    # Of two put away in the same moment (a clock that stands still) the one called later.
    return max(steps, key=lambda each: each[:2])[2] if steps else None


@dataclass(frozen=True)
class Preview:
    """Who is called next at this window, as the clerk may know before: what for, and since when they are here. Masked."""

    ref: str
    number: str
    masked_name: str
    kind: str
    lane: str
    lane_to_check: bool
    category: Named
    item: Named | None
    period: tuple[datetime, datetime] | None
    waited_s: int


def preview(view: DeskView) -> Preview | None:
    """The first of my line; None where nobody waits."""
    if not view.line:
        return None
    first = view.line[0]
    t = Ticket.objects.select_related("category", "item", "appointment").filter(ref=first.ref).order_by("id").first()
    if t is None:
        return None
    return Preview(
        ref=t.ref,
        number=t.number,
        masked_name=first.masked_name,
        kind=t.kind,
        lane=t.lane,
        lane_to_check=t.lane_to_check,
        category=Named(t.category.code, t.category.name_zh, t.category.name_en),
        item=Named(t.item.code, t.item.name_zh, t.item.name_en) if t.item else None,
        period=(t.appointment.starts_at, t.appointment.ends_at) if t.appointment else None,
        waited_s=first.waited_s,
    )


def _served_since(ticket: Ticket) -> datetime | None:
    """When its service began, had nothing come between: no hold, no evacuation."""
    stretches = list(Service.objects.filter(ticket=ticket).order_by("id"))
    if ticket.state != "serving" or not stretches:
        return ticket.started_at
    before = sum((each.ended_at - each.started_at for each in stretches if each.ended_at is not None), timedelta())
    return (stretches[-1].ended_at or stretches[-1].started_at) - before


def _at_window(window_id: int) -> DeskTicket | None:
    t = (
        Ticket.objects.select_related("category", "item", "person", "appointment", "late_for")
        .filter(window_id=window_id, state__in=AT_WINDOW)
        .order_by("id")
        .first()
    )
    if t is None:
        return None
    others = Ticket.objects.filter(visit_id=t.visit_id).exclude(pk=t.pk).select_related("category").order_by("id")
    return DeskTicket(
        ref=t.ref,
        number=t.number,
        kind=t.kind,
        lane=t.lane,
        lane_to_check=t.lane_to_check,
        state=t.state,
        category=Named(t.category.code, t.category.name_zh, t.category.name_en),
        item=Named(t.item.code, t.item.name_zh, t.item.name_en) if t.item else None,
        masked_name=mask_name(name_of(t)),
        masked_id=mask_id(t.person.id_number, first=4) if t.person else "",
        person_id=t.person_id,
        identity_ok=t.identity_ok,
        mismatch_allowed=t.mismatch_allowed,
        name_disputed=bool(t.person and t.person.name_disputed_at),
        names_differ=names_differ(t),
        appointment=t.appointment.code if t.appointment else None,
        persons=t.appointment.persons if t.appointment else 1,
        period=(t.appointment.starts_at, t.appointment.ends_at) if t.appointment else None,
        made_at=t.made_at,
        called_at=t.called_at,
        started_at=t.started_at,
        served_since=_served_since(t),
        wait_s=t.wait_s,
        recalls=t.recalls,
        misses=t.misses,
        note=t.note,
        visit_id=t.visit_id,
        earlier=[(o.ref, o.number, o.state, o.category.code, ending(o), o.identity_ok is False) for o in others],
        is_told=bool(contact_of(t)),
        to_confirm=bool(contact_unconfirmed(t)),
        situation=booked_situation(t.booked, t.item),
    )
