"""Appointments: slots, booking, looking, cancelling, moving."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field

from banshi.foundation import clock
from banshi.foundation.problem import rfc3339
from banshi.journeys.case import expecting
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking import queries as bookings
from banshi.rooms.booking.models import Appointment
from banshi.rooms.catalogue import queries as catalogue
from banshi.surfaces.api.answers import Answer, answer
from banshi.surfaces.api.appointment_parts import appointment_part, mandate_over, seen_by
from banshi.surfaces.api.halls import Days, days_of, reached
from banshi.surfaces.api.operations import caller, found, op, write
from banshi.surfaces.api.pages import page
from banshi.surfaces.api.parts import zone_of
from banshi.surfaces.api.schemas import (
    AppointmentOut,
    BookedPlace,
    BookingIn,
    Code,
    EndUser,
    MoveIn,
    Page,
    SlotOut,
    WhoActs,
)

router = Router(tags=["appointments"])


class SlotDays(Days):
    item: Code = Field(description="The matter to be handled.")
    end_user: EndUser = Field("", description="Who looks at what an agent booked through a channel's system.")
    place: BookedPlace = Field(
        "window", description="Times at a window of the hall, or by video: those have places of their own."
    )
    appointment: Code | None = Field(
        None,
        description="The appointment of this hall that is to be moved, by a key that may move it: an earlier place that the "
        "waiting list keeps for it is free then (`kept_until`).",
    )


@router.get("/halls/{hall}/slots", **op("list_slots", {200: Page[SlotOut]}), summary="Slots of an item")
def list_slots(request: HttpRequest, hall: Path[Code], asked: Query[SlotDays]) -> HttpResponse:
    """Slots of the asked days (two weeks from today if none are), by start; `reason` says why not bookable. With an
    `appointment` as it may be moved: an earlier place that is kept for it is free (`kept_until`), for nobody else.
    """
    asked_hall = reached(request, hall)
    catalogue.hall_item(asked_hall.pk, asked.item)
    zone = zone_of(asked_hall)
    first, last = days_of(asked, asked_hall, usual=14)
    now, kept = clock.now(), None
    whose: dict[str, Any] = {"channel": "api"}
    if asked.appointment is not None:
        who = caller(request)
        who.must("move_appointment", asked_hall.code)
        mine = seen_by(who, asked.appointment, end_user=asked.end_user)
        if mine.hall_id != asked_hall.pk:
            raise Refused("nothing-found", facts={"code": mine.code})
        kept = bookings.kept_earlier(mine.code, now=now)
        whose = {"channel": mine.source, "internal": mine.internal, "persons": mine.persons}
    kept_slots = [kept.slot_id] if kept is not None and kept.slot_id is not None else []
    slots = bookings.slots(
        hall=asked_hall,
        item_code=asked.item,
        first=first,
        last=last,
        now=now,
        kept=kept_slots,
        place=asked.place,
        **whose,
    )
    rows: list[dict[str, Any]] = [
        {
            "id": s.id,
            "place": asked.place,
            "starts_at": rfc3339(s.starts_at, zone),
            "ends_at": rfc3339(s.ends_at, zone),
            "quota": s.quota,
            "free": s.free,
            "bookable": s.bookable,
            "reason": s.refusal.slug if s.refusal else None,
            "busy": round(s.busy, 3),
            "kept_until": rfc3339(kept.until, zone) if kept and kept.until and s.id == kept.slot_id else None,
        }
        for s in slots
    ]
    return found(page(rows, asked))


@router.post("/appointments", **op("book", {201: AppointmentOut}), summary="Book")
def book(request: HttpRequest, body: BookingIn) -> HttpResponse:
    """Book one place for a real-name person. Refusals carry up to three slots that are possible instead. With a `case` that
    passed the pre-review its papers are expected then; both are done, or neither."""
    raise NotImplementedError  # config/lanes.py answers, by bookings.py


@router.get("/appointments/{code}", **op("get_appointment", {200: AppointmentOut}), summary="One appointment")
def get_appointment(request: HttpRequest, code: Path[Code], asked: Query[WhoActs]) -> HttpResponse:
    """A channel sees the appointments it made, and what its agents booked through it; other keys those of their halls. Of
    a mandate that is over it sees what became of it, without `name` and `qr`."""
    who = caller(request)
    appointment = seen_by(who, code, end_user=asked.end_user, look=True)
    shown = appointment_part(appointment)
    return found(shown | ({"name": "", "qr": "", "case": None} if mandate_over(who, appointment) else {}))


@router.delete("/appointments/{code}", **op("cancel_appointment", {200: AppointmentOut}), summary="Cancel")
@write
def cancel_appointment(request: HttpRequest, code: Path[Code], asked: Query[WhoActs]) -> Answer:
    """Cancel. By a channel it counts as the person's own; by a `manage` key the hall cancels, which never counts."""
    who = caller(request)
    appointment = seen_by(who, code, end_user=asked.end_user)
    booking.cancel(code=appointment.code, by=who.by, now=clock.now(), by_hall=who.scope == "manage")
    return answer(200, appointment_part(_fresh(code)))


@router.post(
    "/appointments/{code}/move", **op("move_appointment", {200: AppointmentOut}), summary="Move to another slot"
)
@write
def move_appointment(request: HttpRequest, code: Path[Code], body: MoveIn, asked: Query[WhoActs]) -> Answer:
    """Move to another slot of the same hall and business; the code stays."""
    who = caller(request)
    appointment = seen_by(who, code, end_user=asked.end_user)
    booking.move(code=appointment.code, slot_id=body.slot, by=who.by, now=clock.now())
    return answer(200, appointment_part(_fresh(code)))


@router.post(
    "/appointments/{code}/confirmation",
    **op("confirm_appointment_again", {200: AppointmentOut}),
    summary="Send the confirmation again",
)
@write
def confirm_appointment_again(request: HttpRequest, code: Path[Code], asked: Query[WhoActs]) -> Answer:
    """Send the confirmation again, to the number given with the booking; twice in ten minutes at most."""
    who = caller(request)
    appointment = seen_by(who, code, end_user=asked.end_user)
    booking.confirm_again(code=appointment.code, by=who.by, now=clock.now())
    return answer(200, appointment_part(_fresh(code)))


@router.post(
    "/appointments/{code}/rebook",
    **op("rebook_appointment", {201: AppointmentOut}),
    summary="Book again what was cancelled",
)
@write
def rebook_appointment(request: HttpRequest, code: Path[Code], asked: Query[WhoActs]) -> Answer:
    """The same again, in the same period if a place is left; within 30 minutes the cancellation does not count."""
    who = caller(request)
    appointment = seen_by(who, code, end_user=asked.end_user)
    now = clock.now()
    again = booking.rebook(code=appointment.code, by=who.by, now=now)
    expecting.goes_along(given_up=appointment.code, booked=again.code, by=who.by, now=now)
    return answer(201, appointment_part(_fresh(again.code)))


def _fresh(code: str) -> Appointment:
    return Appointment.objects.select_related("hall", "item", "person").get(code=code)
