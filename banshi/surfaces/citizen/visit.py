"""What else a visit is for: which of its matters go along, by whose hand, and to which periods."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from banshi.journeys.visit import whole_visit
from banshi.journeys.visit.whole_visit import Part
from banshi.kernel.refusals import Refusal
from banshi.rooms.booking import queries as bookings
from banshi.rooms.booking.models import Appointment
from banshi.rooms.booking.queries import AppointmentView
from banshi.surfaces.citizen import choosing
from banshi.surfaces.citizen.doors import actor_for, by_clients_link, mandate_over, on_my_document


def same_visit(found: Appointment, *, now: datetime) -> list[AppointmentView]:
    """The other matters of its visit, as they stand: what was cancelled and booked again is there once."""
    rows = [each for each in bookings.of_visit(found.visit_group, now=now) if each.code != found.code]
    newest = {each.item.code: each.code for each in rows}  # the last one booked
    if found.state != "cancelled":
        newest[found.item.code] = found.code
    return [each for each in rows if each.state != "cancelled" or newest[each.item.code] == each.code]


def along(request: Any, found: Appointment) -> list[Appointment]:
    """What else of its visit goes with it where nothing else is said."""
    clients = by_clients_link(request, found)  # to one of them: they are the client's, all of them
    return [each for each in whole_visit.beside(found) if clients or not mandate_over(request, each)]


def part(request: Any, found: Appointment, row: Appointment) -> Part:
    """:param found: whose page, or link, it is done by."""
    somebody_elses = row.account_id != request.who.account_id and on_my_document(request, row)
    counts = not somebody_elses or bool(row.evidence) or bookings.by_mandate(row)
    return Part(row, whole_visit.same_hand(actor_for(request, found), found, row), counts)


def booked_again(found: Appointment, *, now: datetime) -> Appointment | None:
    """What was booked in the same hands for the same matter and time since it was cancelled."""
    if found.state != "cancelled":
        return None
    since = Appointment.objects.filter(
        person=found.person_id, hall=found.hall_id, item=found.item_id, starts_at=found.starts_at, state="booked",
        holder=found.holder, limit_key=found.limit_key, account_id=found.account_id,
        created_at__gte=found.cancelled_at, ends_at__gt=now,
    )  # fmt: skip
    return next((each for each in since.order_by("-id") if each.contact == found.contact), None)


def not_for_all(choice: choosing.Choice, along: Sequence[Appointment], *, now: datetime) -> dict[int, Refusal]:
    """Of the day's periods those that another matter of the visit cannot go to, with why."""
    refused: dict[int, Refusal] = {}
    day = choice.chosen.day
    for row in along:
        views = bookings.slots(
            hall=choice.hall, item_code=row.item.code, first=day, last=day, now=now, persons=row.persons
        )
        there = {each.starts_at: each for each in views}
        for period in choice.periods:
            view = there.get(period.starts_at)
            if view is None:
                refused[period.id] = Refusal("closed", {"reason": NOT_ALL_MATTERS})
            elif view.refusal is not None and view.id != row.slot_id:
                refused[period.id] = view.refusal
    return refused


NOT_ALL_MATTERS = {"zh": "这个时段不是每件事都能办", "en": "Not all of the matters are served in this period"}
