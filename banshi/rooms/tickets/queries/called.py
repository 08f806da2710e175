"""Numbers just called, as the clerk at the window sees them: of many windows at once, in two statements."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from banshi.foundation import prepared
from banshi.foundation.crypto import decrypt
from banshi.rooms.booking.models import Appointment
from banshi.rooms.booking.queries import BookedSituation, booked_situation
from banshi.rooms.messaging.statements import TO_PLACE
from banshi.rooms.tickets.models import AT_WINDOW
from banshi.rooms.tickets.queries.where import Place, places

AT_WINDOWS_SQL = """
SELECT t.id, t.ref, t.number, t.kind, t.lane, t.state, t.outcome, h.code, h.timezone, c.id, c.code, c.name_zh, c.name_en,
  i.code, i.name_zh, i.name_en, t.only_window_id, ow.number, w.number, f.label_zh, t.line_closes_at, t.made_at,
  COALESCE(t.called_at, t.made_at), t.notify_to, t.limit_key, p.id, p.name, p.name_evidence, p.id_type, p.id_number,
  p.phone, a.name, CASE WHEN b.item_id = t.item_id AND b.answers <> '{}' THEN b.id END
FROM tickets_ticket t
JOIN places_hall h ON h.id = t.hall_id
JOIN places_category c ON c.id = t.category_id
JOIN places_window w ON w.id = t.window_id
JOIN places_zone z ON z.id = w.zone_id
JOIN places_floor f ON f.id = z.floor_id
LEFT JOIN places_window ow ON ow.id = t.only_window_id
LEFT JOIN catalogue_item i ON i.id = t.item_id
LEFT JOIN identity_person p ON p.id = t.person_id
LEFT JOIN booking_appointment a ON a.id = t.appointment_id
LEFT JOIN booking_appointment b ON b.id = COALESCE(t.appointment_id, t.late_for_id)
WHERE t.id = ANY (%(tickets)s) AND t.state = ANY (%(states)s) ORDER BY t.id
"""


class _Row(NamedTuple):
    """Names, numbers and telephones sealed."""

    id: int
    ref: str
    number: str
    kind: str
    lane: str
    state: str
    outcome: str
    hall: str
    timezone: str
    category_id: int
    category: str
    category_zh: str
    category_en: str
    item: str | None
    item_zh: str | None
    item_en: str | None
    only_window: int | None
    only_number: str | None
    window: str
    floor: str
    line_closes_at: datetime | None
    made_at: datetime
    called_at: datetime
    notify_to: str
    limit_key: str
    person: int | None
    name: str | None
    name_evidence: int | None
    id_type: str | None
    id_number: str | None
    phone: str | None
    booked_name: str | None
    situated: int | None  # its booking, where that says the situation


@dataclass(frozen=True, slots=True)
class Called:
    """A number at a window. Nothing is estimated for it any more; the words as in `TicketView`."""

    pk: int
    ref: str
    number: str
    kind: str
    lane: str
    state: str
    outcome: str
    hall: str
    timezone: str
    category: str
    category_zh: str
    category_en: str
    item: str | None
    item_zh: str
    item_en: str
    windows: list[str]
    floor: str
    beyond: list[tuple[str, str]]
    service_ends_at: datetime | None
    called_to: str
    made_at: datetime
    person: CalledPerson | None
    ahead: int | None = None
    likely_s: int | None = None
    at_most_s: int | None = None
    served_today: bool | None = None
    walk_off_until: datetime | None = None
    back_until: datetime | None = None
    back_stands: bool = False
    back_way: str = ""
    situation: BookedSituation | None = None


@dataclass(frozen=True, slots=True)
class CalledPerson:
    """Who is at the window, in clear, by the best that is known (`name_of`, `contact_of`)."""

    id: int
    name: str
    id_type: str
    id_number: str
    phone: str | None


def at_windows(ids: Iterable[int]) -> list[Called]:
    """Those of these numbers that are at a window, by id, each with its person; two queries however many there are, and a third
    where some were booked for a situation."""
    values = {"tickets": list(ids), "states": list(AT_WINDOW)}
    rows = [_Row(*row) for row in prepared.rows(AT_WINDOWS_SQL, values)]
    if not rows:
        return []
    where = places(sorted({row.category_id for row in rows}), max(row.called_at for row in rows))
    situations = _situations({row.situated for row in rows if row.situated is not None})
    return [_called(row, where[row.category_id].now, situations.get(row.situated or 0)) for row in rows]


def _situations(bookings: Collection[int]) -> dict[int, BookedSituation | None]:
    if not bookings:
        return {}
    rows = Appointment.objects.select_related("item").in_bulk(bookings)
    return {pk: booked_situation(row, row.item) for pk, row in rows.items()}


def _called(row: _Row, where: Place, situation: BookedSituation | None) -> Called:
    windows, beyond = where.numbers, where.beyond_floors
    if row.only_window is not None:
        windows = [row.only_number] if row.only_number and row.only_window not in where.closed else []
        beyond = []
    return Called(
        pk=row.id,
        ref=row.ref,
        number=row.number,
        kind=row.kind,
        lane=row.lane,
        state=row.state,
        outcome=row.outcome,
        hall=row.hall,
        timezone=row.timezone,
        category=row.category,
        category_zh=row.category_zh,
        category_en=row.category_en,
        item=row.item,
        item_zh=row.item_zh or "",
        item_en=row.item_en or "",
        windows=windows,
        floor=row.floor,
        beyond=beyond,
        service_ends_at=row.line_closes_at,
        called_to=row.window,
        made_at=row.made_at,
        person=_person(row),
        situation=situation,
    )


def _person(row: _Row) -> CalledPerson | None:
    if row.person is None:
        return None
    declared = _clear(row.booked_name, "booking_appointment.name")
    proven = _clear(row.name, "identity_person.name")
    phone = _clear(row.notify_to, TO_PLACE) or (None if row.limit_key else _clear(row.phone, "identity_person.phone"))
    return CalledPerson(
        id=row.person,
        name=(proven if row.name_evidence or not declared else declared) or "",
        id_type=row.id_type or "",
        id_number=_clear(row.id_number, "identity_person.id_number") or "",
        phone=phone,
    )


def _clear(sealed: str | None, place: str) -> str | None:
    return decrypt(sealed, place=place) if sealed else None
