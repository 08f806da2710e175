"""What the guide finds of somebody: today's numbers, bookings and the places kept for them, with what can be done now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from banshi.foundation.crypto import sign, signed_ok
from banshi.frames.staff.frame import local
from banshi.journeys.hours.after_hours import first_place, owes_an_apology
from banshi.journeys.hours.close_line import FirstPlace
from banshi.journeys.hours.stops import stops_by_category
from banshi.kernel.policy import HallPolicy
from banshi.kernel.refusals import Alternative
from banshi.rooms.booking import queries as bookings
from banshi.rooms.booking.models import Appointment, Kept
from banshi.rooms.booking.queries import WaitView
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.identity.models import Person
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import queries as line
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import TicketView

PURPOSE = "guide-person"  # who was found may be given a number; an id alone gives nobody one


@dataclass(frozen=True)
class Booked:
    """A booking of today, with the name and state to show.

    `may`: a number is given for it now. Else `opens`: when it may check in; `walk_in`: meanwhile a walk-in number can be
    had for it; `next`: where nothing is possible any more today, the first time that can be booked.
    """

    row: Appointment
    name: str
    state: str
    may: bool = False
    opens: datetime | None = None
    walk_in: bool = False
    next: Alternative | None = None


@dataclass
class Found:
    """What one person, or a number that belongs to nobody known, has here today."""

    person: Person | None = None
    key: str = ""
    numbers: list[TicketView] = field(default_factory=list)
    booked: list[Booked] = field(default_factory=list)
    kept: list[WaitView] = field(default_factory=list)

    @property
    def query(self) -> str:
        """Says on the pages that book on behalf whom it is for; "" for a number that belongs to nobody known."""
        return "&" + urlencode({"person": self.person.pk, "k": self.key}) if self.person is not None else ""


@dataclass(frozen=True)
class More:
    """Beside a number: `unserved`: the day ended before it was called, with the first time that can be booked;
    `comes_from`: the hall that sent it on, while its person is on the way."""

    unserved: bool = False
    first_place: FirstPlace | None = None
    comes_from: Hall | None = None


def whose(hall: Hall, person: str, key: str) -> int | None:
    """The person who was found in this hall, by what `Found` says of them; None for anybody else."""
    found = key.isascii() and signed_ok(f"{hall.code}:{person}", key, purpose=PURPOSE)
    return int(person) if found else None


def of_people(hall: Hall, ids: set[int], *, over: Sequence[TicketView] = (), now: datetime) -> list[Found]:
    """Each person's numbers that go on – and those of `over` that are theirs –, bookings of today and kept places in this
    hall; as many queries for two as for one."""
    day = local(hall, now).date()
    found = {
        each.pk: Found(person=each, key=sign(f"{hall.code}:{each.pk}", purpose=PURPOSE))
        for each in Person.objects.filter(id__in=ids).order_by("id")
    }
    views = {view.ref: view for view in over}
    views |= {view.ref: view for view in line.not_over(ids, hall_id=hall.pk, day=day, now=now)} if ids else {}
    for ref, owner in Ticket.objects.filter(ref__in=list(views)).order_by("id").values_list("ref", "person_id"):
        if owner in found:
            found[owner].numbers.append(views[ref])
    rows = Appointment.objects.filter(person__in=ids, hall=hall, day=day).exclude(state="cancelled")
    for each in _booked(hall, list(rows.select_related("item", "category", "person").order_by("starts_at", "id")), now):
        found[each.row.person_id].booked.append(each)
    for wait in bookings.offers_for(ids, hall=hall, now=now) if ids else ():
        found[wait.person_id].kept.append(wait)
    return list(found.values())


def more_of(view: TicketView, now: datetime) -> More:
    if view.on_the_way:
        came = Ticket.objects.select_related("came_from__hall").filter(ref=view.ref).first()
        before = came.came_from if came is not None else None
        return More(comes_from=before.hall if before is not None else None)
    if view.state == "closed" and owes_an_apology(view.ref):
        return More(unserved=True, first_place=first_place(view.ref, now))
    return More()


def _booked(hall: Hall, rows: list[Appointment], now: datetime) -> list[Booked]:
    if not rows:
        return []
    policy, states = places.policy_of(hall.pk, now=now), line.states_to_staff(rows)
    codes = {row.category.code for row in rows}
    open_lines = line.categories_open(hall=hall, policy=policy.tickets, now=now, codes=codes)
    shut = set(stops_by_category(hall, now, codes))
    served = Kept.objects.filter(appointment__in=rows, served=True).order_by("id")
    kept = set(served.values_list("appointment_id", flat=True))
    listed = HallItem.objects.filter(hall=hall, item__in=[row.item_id for row in rows], walk_in=True)
    walk_in = set(listed.order_by("id").values_list("item_id", flat=True))
    later = _NextTimes(hall, now)
    return [
        _one(
            row,
            bookings.shown_name(row),
            states[row.code],
            policy=policy,
            line_open=row.category.code in open_lines,
            shut=row.category.code in shut and row.pk not in kept,
            walk_in=policy.tickets.walk_ins and row.item_id in walk_in,
            later=later,
            now=now,
        )
        for row in rows
    ]


def _one(
    row: Appointment,
    name: str,
    state: str,
    *,
    policy: HallPolicy,
    line_open: bool,
    shut: bool,
    walk_in: bool,
    later: _NextTimes,
    now: datetime,
) -> Booked:
    if row.state not in ("booked", "no_show"):
        return Booked(row, name, state)
    opens, closes = policy.tickets.check_in_window(starts_at=row.starts_at, ends_at=row.ends_at)
    if row.state == "booked" and now < opens:
        return Booked(row, name, state, opens=opens, walk_in=walk_in and line_open)
    if row.state == "booked" and now < closes:
        return Booked(row, name, state, may=not shut)
    if policy.tickets.late != "refuse" and line_open:
        return Booked(row, name, state, may=True)
    return Booked(row, name, state, next=later.of(row.item.code))


class _NextTimes:
    """The first time that can be booked; looked up once per matter."""

    def __init__(self, hall: Hall, now: datetime) -> None:
        self._hall, self._now = hall, now
        self._known: dict[str, Alternative | None] = {}

    def of(self, item: str) -> Alternative | None:
        if item not in self._known:
            self._known[item] = bookings.first_free(hall=self._hall, item_code=item, now=self._now, channel="staff")
        return self._known[item]
