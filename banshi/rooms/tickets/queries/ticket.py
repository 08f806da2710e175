"""One number, as its holder sees it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock

from django.db import connection
from django.db.models import Q

from banshi.foundation.memory import forgettable
from banshi.kernel.ownership import is_typed
from banshi.kernel.refusals import Refused
from banshi.rooms.booking.queries import BookedSituation, booked_situation
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets.models import AT_WINDOW, Ticket, Visit
from banshi.rooms.tickets.queries.contact import contact_unconfirmed
from banshi.rooms.tickets.queries.line import Line, LineTicket, line
from banshi.rooms.tickets.queries.missed import Missed, comes_back, ending
from banshi.rooms.tickets.queries.renewed import not_there, renewed
from banshi.rooms.tickets.queries.where import Place, places
from banshi.rooms.tickets.rules import NUMBER, lane_that_ranks

QR_PREFIX = "BT1."
_WITH = (
    "hall", "category", "item", "window__zone__floor", "only_window__zone__floor", "visit", "appointment", "late_for",
)  # fmt: skip
NOT_OVER = ("called", "serving", "waiting", "held", "parked", "missed")  # in the order in which they matter
FRESH_S = 15  # a line worked out so long ago (hall time) still gives estimates, if nothing has happened since


@dataclass(frozen=True)
class TicketView:
    """`called_to`: number of the window it is called to or served at. `floors`, `beyond`: (zh, en) where it may be called;
    `floor`, `floor_en`: where to go now. `hall`, `category` and `item` are codes.

    `likely_s`, `at_most_s`, `ahead`, `served_today`: only while waiting; None when nothing honest can be said.
    """

    ref: str
    number: str
    kind: str
    lane: str
    state: str
    hall: str
    hall_zh: str
    hall_en: str
    timezone: str
    category: str
    category_zh: str
    category_en: str
    item: str | None
    item_zh: str
    item_en: str
    ahead: int | None
    windows: list[str]
    floors: list[tuple[str, str]]
    beyond: list[tuple[str, str]]  # other floors: called there, too, once it waits long
    floor: str
    floor_en: str
    likely_s: int | None
    at_most_s: int | None
    served_today: bool | None  # whether it will probably be called before `service_ends_at`
    service_ends_at: datetime | None
    called_to: str | None
    called_to_code: str | None
    called_at: datetime | None
    visit_id: int
    rated: bool
    made_at: datetime
    qr: str
    recalls: int
    appointment: str | None
    appointment_id: int | None
    persons: int  # of its booking
    has_contact: bool  # messages about it go somewhere
    unconfirmed: bool  # they would go to the booking's telephone, once its person says so at a machine
    walk_off_until: datetime | None = None  # only while waiting; None while there is no time for a walk
    lane_to_check: bool = False  # the lane is asked for, and nobody has seen why
    lane_waits: bool = False  # … and ranks only once somebody has
    on_the_way: bool = False  # sent here from another hall, not yet arrived
    stopped: bool = False  # waits in a line that a closure has stopped
    without_windows: bool = False  # all windows that may call it are closed now
    moved: bool = False  # its floor is closed: `floor` is another one, to which its people go to wait
    back_until: datetime | None = None  # only while missed: before when it may be put back
    back_stands: bool = False  # … but no time runs now, its line is closed: that moment is not said
    back_way: str = ""  # … and how, `TicketPolicy.missed`, as its person was told; "" where nothing of the kind was
    outcome: str = ""  # of a finished one, `missed.ending`; "" where nobody said
    outcome_why: str = ""  # for its holder's eyes
    situation: BookedSituation | None = None  # as it was booked


@dataclass(frozen=True)
class Told:
    """What somebody was told about the wait, in people and seconds."""

    ahead: int | None
    likely_s: int | None
    at_most_s: int | None
    served_today: bool | None
    walk_off_until: datetime | None = None


def qr_text(ref: str, key: str = "") -> str:
    """A QR code of the number. :param key: for its holder's eyes: what opens it at a machine."""
    return f"{QR_PREFIX}{ref}.{key}" if key else QR_PREFIX + ref


def read_qr(text: str) -> str | None:
    """The ticket's ref in a scanned or typed text, or None."""
    return read_keyed_qr(text)[0] or None


def read_keyed_qr(text: str) -> tuple[str, str]:
    """Ref and key in a scanned or typed text, each "" where it is not there."""
    found = re.fullmatch(r"BT1\.([0-9A-Z]{4,32})(?:\.([0-9A-Z]{16}))?", text.strip())
    return (found[1], found[2] or "") if found else ("", "")


class _LastLine:
    """The line of each hall as last worked out here, kept while nothing happens: many phones ask the same."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[int, Line] = {}

    def of(self, hall_id: int, hall_code: str, now: datetime) -> Line:
        kept = self._kept.get(hall_id)
        if kept is not None and abs((now - kept.at).total_seconds()) <= FRESH_S and kept.version == _version(hall_code):
            return kept
        fresh = line(hall_id, now)
        with self._lock:
            self._kept[hall_id] = fresh
        return fresh

    def forget(self) -> None:
        self._kept.clear()


_last_line = _LastLine()
forgettable(_last_line.forget)


def _version(hall_code: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(max(id), 0) FROM foundation_event WHERE hall = %s", [hall_code])
        return int(cursor.fetchone()[0])


def ticket(ref: str, now: datetime) -> TicketView:
    """:raises Refused: nothing-found."""
    found = Ticket.objects.select_related(*_WITH).filter(ref=ref).order_by("id").first()
    if found is None:
        raise not_there(ref)
    mine: LineTicket | None = None
    if found.state == "waiting":
        mine = next((t for t in _last_line.of(found.hall_id, found.hall.code, now).tickets if t.ref == ref), None)
    back = comes_back([found], now).get(found.pk)
    return _view(found, places([found.category_id], now)[found.category_id], mine, back)


def ticket_now(ref: str) -> TicketView:
    """A number without its place in line, in two queries: for whom it is called, this is all that counts.

    :raises Refused: nothing-found.
    """
    row = Ticket.objects.select_related(*_WITH).filter(ref=ref).order_by("id").first()
    if row is None:
        raise not_there(ref)
    return _view(row, places([row.category_id], row.called_at or row.made_at)[row.category_id], None)


def given(issued: Ticket) -> TicketView:
    """A number just given, with the wait it was told: no need to work out the line again."""
    return given_many([issued])[0]


def given_many(issued: Sequence[Ticket]) -> list[TicketView]:
    """`given` of each, in order; one query for those that stand in line as they were given, two for the others, however many
    there are."""
    plain: list[Ticket] = []
    others: list[Ticket] = []
    for ticket in issued:
        (plain if _as_given(ticket) else others).append(ticket)
    visits = Visit.objects.in_bulk([ticket.visit_id for ticket in plain]) if plain else {}
    for ticket in plain:
        ticket.visit = visits[ticket.visit_id]
    read = Ticket.objects.select_related(*_WITH).in_bulk([ticket.pk for ticket in others]) if others else {}
    where = places({ticket.category_id for ticket in others}, max(t.made_at for t in others)) if others else {}
    views = []
    for ticket in issued:
        row = read.get(ticket.pk, ticket)
        told = Told(*ticket.told) if ticket.told is not None and row.state == "waiting" else None
        views.append(_view(row, ticket.where if row is ticket and ticket.where else where[row.category_id], told))
    return views


def _as_given(ticket: Ticket) -> bool:
    """Whether nothing about it is to be read but its visit."""
    apart = (ticket.appointment_id, ticket.late_for_id, ticket.window_id, ticket.only_window_id)
    return ticket.where is not None and ticket.state == "waiting" and not any(apart)


def not_over(
    people: Iterable[int], *, hall_id: int, day: date, now: datetime, limit_key: str | None = None
) -> list[TicketView]:
    """Numbers of these people that still go on, or may be put back; as many queries for ten as for one.

    :param limit_key: of this holder only.
    """
    mine = Ticket.objects.filter(person__in=list(people), hall_id=hall_id, day=day, state__in=NOT_OVER)
    if limit_key is not None:
        mine = mine.filter(limit_key=limit_key)
    views = _views(list(mine.select_related(*_WITH).order_by("id")), now)
    return sorted(views, key=lambda view: NOT_OVER.index(view.state))


def claimable(person_id: int, *, hall_id: int, day: date, now: datetime) -> list[TicketView]:
    """Walk-in numbers for which this person's document was only typed, and which its person may take over."""
    mine = Ticket.objects.filter(person_id=person_id, hall_id=hall_id, day=day, appointment=None)
    rows = mine.filter(state__in=NUMBER.of("claim")).select_related(*_WITH).order_by("id")
    return _views([row for row in rows if is_typed(row.limit_key)], now)


def beside(ref: str, now: datetime) -> list[TicketView]:
    """The other numbers of the same booked visit that still go on or may be put back, of the same holder."""
    row = Ticket.objects.select_related("appointment", "late_for").filter(ref=ref).first()
    if row is None or row.booked is None or not row.booked.visit_group:
        return []
    group = row.booked.visit_group
    same = Ticket.objects.filter(
        Q(appointment__visit_group=group) | Q(late_for__visit_group=group),
        hall=row.hall_id, day=row.day, person=row.person_id, limit_key=row.limit_key, state__in=NOT_OVER,
    )  # fmt: skip
    return _views(list(same.exclude(pk=row.pk).select_related(*_WITH).order_by("id")), now)


def to_go_on_with(ref: str, now: datetime) -> list[TicketView]:
    """The numbers with which a window may go on after this one: those booked with it, and those added at a window."""
    row = Ticket.objects.filter(ref=ref).first()
    if row is None:
        return []
    same = Ticket.objects.filter(
        visit_id=row.visit_id, channel="desk", day=row.day, person=row.person_id, limit_key=row.limit_key,
        state__in=NOT_OVER,
    )  # fmt: skip
    added = _views(list(same.exclude(pk=row.pk).select_related(*_WITH).order_by("id")), now)
    booked = beside(ref, now)
    return booked + [each for each in added if each.ref not in {other.ref for other in booked}]


def goes_first(seen: TicketView, others: Iterable[TicketView]) -> TicketView | None:
    """Of the other numbers of a visit, one that its person goes to before this one; no wait of this one's own is true then."""
    if seen.state != "waiting":
        return None
    earlier = [each for each in others if each.state in ("called", "serving", "held") or _earlier(each, seen)]
    return min(earlier, key=lambda each: (NOT_OVER.index(each.state), *_turn(each)), default=None)


def _earlier(one: TicketView, other: TicketView) -> bool:
    return one.state == "waiting" and _turn(one) < _turn(other)


def _turn(view: TicketView) -> tuple[int, int, str]:
    never = 10**9
    return (never if view.likely_s is None else view.likely_s, never if view.ahead is None else view.ahead, view.number)


def by_number(number: str, *, hall_id: int, day: date, now: datetime) -> list[TicketView]:
    """The number of a day as it is called: A012."""
    rows = Ticket.objects.filter(number=number, hall_id=hall_id, day=day)
    return _views(list(rows.select_related(*_WITH).order_by("id")), now)


def _views(rows: list[Ticket], now: datetime) -> list[TicketView]:
    """Views of numbers of one hall."""
    if not rows:
        return []
    where = places({row.category_id for row in rows}, now)
    in_line: dict[str, LineTicket] = {}
    if any(row.state == "waiting" for row in rows):
        in_line = {each.ref: each for each in _last_line.of(rows[0].hall_id, rows[0].hall.code, now).tickets}
    back = comes_back(rows, now)
    return [_view(row, where[row.category_id], in_line.get(row.ref), back.get(row.pk)) for row in rows]


def _view(found: Ticket, where: Place, mine: LineTicket | Told | None, back: Missed | None = None) -> TicketView:
    where = where.now
    only = None if found.only_window_id in where.closed else found.only_window
    at = found.window if found.state in AT_WINDOW else only
    floor = (at.zone.floor.label_zh, at.zone.floor.label_en) if at else (where.floor_zh, where.floor_en)
    at = found.window if found.state in AT_WINDOW else None
    item = found.item
    return TicketView(
        ref=found.ref,
        number=found.number,
        kind=found.kind,
        lane=found.lane,
        state=found.state,
        hall=found.hall.code,
        hall_zh=found.hall.name_zh,
        hall_en=found.hall.name_en,
        timezone=found.hall.timezone,
        category=found.category.code,
        category_zh=found.category.name_zh,
        category_en=found.category.name_en,
        item=item.code if item else None,
        item_zh=item.name_zh if item else "",
        item_en=item.name_en if item else "",
        ahead=mine.ahead if mine else None,
        windows=[only.number] if only else [] if found.only_window else where.numbers,
        floors=[floor] if found.only_window else where.floors,
        beyond=[] if found.only_window else where.beyond_floors,
        floor=floor[0],
        floor_en=floor[1],
        likely_s=mine.likely_s if mine else None,
        at_most_s=mine.at_most_s if mine else None,
        served_today=mine.served_today if mine else None,
        service_ends_at=found.line_closes_at,
        called_to=at.number if at else None,
        called_to_code=at.code if at else None,
        called_at=found.called_at,
        visit_id=found.visit_id,
        rated=found.visit.rated_at is not None,
        made_at=found.made_at,
        qr=qr_text(found.ref),
        recalls=found.recalls,
        appointment=found.appointment.code if found.appointment else None,
        appointment_id=found.appointment_id,
        persons=found.appointment.persons if found.appointment else 1,
        has_contact=bool(found.notify_to),
        unconfirmed=bool(contact_unconfirmed(found)),
        walk_off_until=mine.walk_off_until if mine else None,
        lane_to_check=found.lane_to_check,
        lane_waits=not lane_that_ranks(found.lane, to_check=found.lane_to_check) and bool(found.lane),
        on_the_way=found.came_from_id is not None and found.waits_from is None,
        stopped=mine.stopped if isinstance(mine, LineTicket) else False,
        without_windows=where.shut,
        moved=where.moved and not only,
        back_until=back.until if back else None,
        back_stands=back.stands and back.until is not None if back else False,
        back_way=back.way if back else "",
        outcome=ending(found),
        outcome_why=found.outcome_why,
        situation=booked_situation(found.booked, item),
    )


def hall_code_of(ref: str) -> str:
    """Code of the hall that gave the number, also by a ref of before.

    :raises Refused: nothing-found.
    """
    code = Ticket.objects.filter(ref=ref).order_by("id").values_list("hall__code", flat=True).first()
    if code is not None:
        return code
    before = renewed(ref)
    if before is None:
        raise Refused("nothing-found", facts={"ticket": ref})
    return str(before.hall.code)


def expected_wait(*, hall_id: int, category_code: str, now: datetime) -> tuple[int, int | None, int | None]:
    """Waiting in the category, and the wait of somebody who takes a number now: likely, at most (seconds, or None)."""
    code = Hall.objects.values_list("code", flat=True).get(pk=hall_id)
    for category in _last_line.of(hall_id, code, now).categories:
        if category.code == category_code:
            return category.waiting, category.likely_s, category.at_most_s
    return 0, None, None


def name_of(ticket: Ticket) -> str:
    """Whom this number is for, by the best that is known: a proven name, else the one declared with the booking."""
    declared = ticket.appointment.name if ticket.appointment is not None else None
    if ticket.person is None:
        return declared or ""
    return str(ticket.person.name if ticket.person.name_evidence or not declared else declared)


def names_differ(ticket: Ticket) -> bool:
    """Whether the booking was made in another name than the one proven for its document: the window decides."""
    person, booking = ticket.person, ticket.appointment
    if person is None or booking is None or not person.name_evidence:
        return False
    return bool(booking.name_index) and booking.name_index != person.name_index
