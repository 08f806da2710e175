"""Arriving: check-in by code, QR or ID number, and walk-in tickets."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from banshi.foundation import clock
from banshi.journeys.visit import check_in as journey
from banshi.kernel.refusals import Refused
from banshi.rooms.places import queries as places
from banshi.rooms.tickets import queries as tickets
from banshi.surfaces.api.answers import Answer, answer, refused
from banshi.surfaces.api.operations import caller, language, op, write
from banshi.surfaces.api.schemas import CheckInIn, CheckInOut, Code, TicketIn, TicketOut
from banshi.surfaces.api.ticket_parts import shown_ticket

router = Router(tags=["tickets"])


@router.post("/halls/{hall}/check-ins", **op("check_in", {201: CheckInOut}), summary="Check in")
@write
def check_in(request: HttpRequest, hall: Path[Code], body: CheckInIn) -> Answer:
    """An appointment becomes a ticket, and with it each matter of the same visit that is due: `others`.

    `code`: the reference, or what a scanner reads: the text of the QR or the address on a slip or in a message (a slip's
    shows its number, which has come if it was sent on to this hall); or `id_number`.
    Where the card took a number for this very matter already, the booking goes to that number: done, and answered with
    `already-checked-in`, since the number is for whoever shows the card.

    `presented: read` says that the chip was read (a kiosk's key only), with the `name` on it; a number that was only typed
    proves nothing: it checks in with the `phone_last4` of its booking alone, and every refusal of it is the same
    `nothing-found`. Where only the person can say which appointment is theirs the answer is
    `which-appointment`, with those to choose from: send the same again with `appointment`.
    """
    who = caller(request)
    here = places.hall_by_code(hall)
    who.must_reach(here.code)
    now = clock.now()
    channel = "kiosk" if who.scope == "kiosk" else "api"
    if body.code is not None:
        try:
            ticket = journey.by_code(hall=here, code=body.code, by=who.by, now=now, channel=channel)
        except journey.WithItsPerson as no:  # an answer, not a refusal that takes back what was joined
            return refused(no.refusal, language(request))
    elif body.presented != "read" and who.key.staff_id is None:
        assert body.id_number is not None  # the model saw to it
        try:
            ticket = journey.by_typed_id(
                hall=here, id_number=body.id_number, id_type=body.id_type, last4=body.phone_last4, by=who.by, now=now,
                channel=channel,
            )  # fmt: skip
        except Refused as no:  # an answer: a refusal that takes everything back takes the count of the tries, too
            return refused(no.refusal, language(request))
    else:
        assert body.id_number is not None
        evidence = who.shown(body.presented)
        try:
            ticket = journey.by_id(
                evidence=evidence,
                name=body.name,
                choice=body.appointment or "",
                hall=here,
                id_number=body.id_number,
                id_type=body.id_type,
                by=who.by,
                now=now,
                channel=channel,
            )
        except Refused as no:  # an answer: what the card proved stands, whatever there is to check in
            return refused(no.refusal, language(request))
    shown = shown_ticket(ticket.ref, who, now=now)
    shown["contact"] = "told" if ticket.notify_to else "to_confirm" if tickets.to_confirm(ticket.ref) else "none"
    shown["others"] = [shown_ticket(each.ref, who, now=now) for each in tickets.beside(ticket.ref, now)]
    return answer(201, shown)


@router.post("/halls/{hall}/tickets", **op("issue_ticket", {201: TicketOut}), summary="Give a walk-in number")
def issue_ticket(request: HttpRequest, hall: Path[Code], body: TicketIn) -> HttpResponse:
    """A number for an item or a category; the person may be given, and must be where the hall asks for it."""
    raise NotImplementedError  # config/lanes.py answers, by numbers.py
