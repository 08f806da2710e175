"""Booked people: check in by QR code or ID, or just look."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from banshi.foundation.said import named
from banshi.journeys import check_in as arriving
from banshi.journeys import redirect as sending_on
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import queries as bookings
from banshi.rooms.booking.queries import AppointmentView
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.identity import queries as identity
from banshi.rooms.tickets import queries as tickets
from banshi.rooms.tickets.queries import TicketView
from banshi.surfaces.kiosk import early, presented
from banshi.surfaces.kiosk.place import Place, at_kiosk, not_too_often, page
from banshi.surfaces.kiosk.presented import Presented
from banshi.surfaces.kiosk.refusing import Early, refused_page
from banshi.surfaces.kiosk.walk_in import no_walk_ins
from banshi.surfaces.kiosk.which import which_document


@at_kiosk
@require_http_methods(["GET", "POST"])
def check_in(request: HttpRequest, place: Place) -> HttpResponse:
    """POST with what the reader typed makes the appointment a ticket; a ticket's code shows that ticket."""
    if request.method == "GET":
        return page(request, place, "check_in.html")
    here = reverse("kiosk:check-in", args=[place.hall.code])
    shown = Presented()
    try:
        not_too_often(place)
        shown = presented.posted(request)
        if shown.fits:
            return which_document(request, place, shown)
        if shown.ticket:
            return _to_slip(place, shown.ticket)
        ref = _arrive(place, shown, request.POST.get("choice", "")[:20].replace("\0", ""))
    except Refused as no:
        return _instead(request, place, shown, no, here)
    return redirect(reverse("kiosk:slip", args=[place.hall.code, ref]) + "?new=1")


def _arrive(place: Place, shown: Presented, choice: str) -> str:
    """The ref of the ticket. :raises Refused: what `journeys.check_in` says."""
    if shown.appointment:
        code = bookings.qr_text(shown.appointment)
        return arriving.by_code(hall=place.hall, code=code, by=place.by, now=place.now, channel="kiosk").ref
    if shown.name:
        presented.person_of(shown, by=place.by, now=place.now, required=False)  # the chip's name is the person's
    return arriving.by_id(
        hall=place.hall,
        id_type=shown.id_type,
        id_number=shown.number,
        evidence=shown.evidence,
        name=shown.name,
        choice=choice,
        by=place.by,
        now=place.now,
        channel="kiosk",
    ).ref


def _instead(request: HttpRequest, place: Place, shown: Presented, no: Refused, here: str) -> HttpResponse:
    """Where nothing can be checked in: the number whoever stands here has already, or what is possible now."""
    mine = _numbers(place, shown)
    if no.slug == "which-appointment" and shown.chip:
        return _which(request, place, no)
    if shown.is_document and not shown.chip:
        return _told_nothing(request, place, no, here, [each.number for each in mine])
    if no.slug == "too-early":
        return refused_page(request, place, no, again=here, early=_walk_in_matters(place, shown), mine=mine)
    given = no.facts.get("ticket") if no.slug == "already-checked-in" else None
    if given or len(mine) == 1:
        return redirect("kiosk:slip", hall=place.hall.code, ref=given or mine[0].ref)
    if mine:
        return page(request, place, "numbers.html", {"mine": mine})
    return refused_page(request, place, no, again=here)


def _which(request: HttpRequest, place: Place, no: Refused) -> HttpResponse:
    """Several are booked on the card, and only the person can say which is theirs."""
    sent = [(name, value) for name, value in request.POST.items() if name not in ("csrfmiddlewaretoken", "choice")]
    return page(request, place, "which_appointment.html", {"mine": no.facts["appointments"], "sent": sent}, status=409)


_ALIKE = ("nothing-found", "already-checked-in", "already-waiting", "which-appointment", "wrong-state")
_CARD = {
    "zh": "只输号码查不到更多：放身份证、扫预约码，或到咨询台",
    "en": "A typed number finds no more: lay the card on the reader, scan the code, or ask at the service desk",
}


def _told_nothing(request: HttpRequest, place: Place, no: Refused, here: str, numbers: list[str]) -> HttpResponse:
    """Whoever types a number may be anybody: who waits, who was here and who never was get the same answer.

    What was taken by typing it is called by its number, and opens nothing.
    """
    if numbers:
        return page(request, place, "typed_numbers.html", {"numbers": numbers})
    if no.slug in _ALIKE:
        no = Refused("nothing-found", facts={"reason": _CARD})
    return refused_page(request, place, no, again=here)


def _numbers(place: Place, shown: Presented) -> list[TicketView]:
    """The numbers of today that go on or may be put back: of the person by their card, else those taken by typing it."""
    person = identity.person_by_document(shown.id_type, shown.number) if shown.is_document else None
    if person is None:
        return []
    key = "" if shown.chip else arriving.TYPED
    return tickets.not_over([person.pk], hall_id=place.hall.pk, day=_day(place), now=place.now, limit_key=key)


def _walk_in_matters(place: Place, shown: Presented) -> list[Early]:
    """What somebody too early has booked and a walk-in number can be had for now, earliest first: which, they choose."""
    if no_walk_ins(place) is not None:
        return []
    try:
        today = [each["appointment"] for each in _today(place, shown)]
    except Refused:
        return []
    booked = [each for each in today if isinstance(each, AppointmentView)]
    if shown.appointment:  # the code of one matter stands for the whole visit
        booked += [
            each for each in bookings.of_visit(booked[0].visit_group, now=place.now) if each.code != booked[0].code
        ]
    found = []
    for each in sorted(
        (each for each in booked if _opens(place, each)), key=lambda each: (each.starts_at, each.item.code)
    ):
        with suppress(Refused):
            if catalogue.hall_item(place.hall.pk, each.item.code).walk_in:
                token = early.of(each.code) if shown.appointment else ""
                found.append(Early(each.item.code, named(each.item), token))
    return list({each.item: each for each in reversed(found)}.values())[::-1]  # of one matter the first


def _day(place: Place) -> date:
    return place.now.astimezone(ZoneInfo(place.hall.timezone)).date()


def _to_slip(place: Place, ref: str) -> HttpResponse:
    sent_on = sending_on.arrive(hall=place.hall, by=place.by, now=place.now, ref=ref)
    if sent_on is not None:  # from another hall: here now
        return redirect("kiosk:slip", hall=place.hall.code, ref=sent_on.ref)
    ticket = tickets.ticket(ref, place.now)
    if ticket.hall != place.hall.code:
        raise Refused("not-your-hall", facts={"hall": {"zh": ticket.hall_zh, "en": ticket.hall_en}})
    return redirect("kiosk:slip", hall=place.hall.code, ref=ref)


@at_kiosk
@require_POST
def look_up(request: HttpRequest, place: Place) -> HttpResponse:
    """Today's appointments of whoever is at the reader, names masked.

    POST although it only reads: what was typed must not stand in an address.
    """
    here = reverse("kiosk:check-in", args=[place.hall.code])
    try:
        not_too_often(place)
        shown = presented.posted(request)
        if shown.fits:
            return which_document(request, place, shown)
        if shown.ticket:
            return _to_slip(place, shown.ticket)
        mine = _today(place, shown)
    except Refused as no:
        return refused_page(request, place, no, again=here)
    told = shown.chip or bool(shown.appointment)  # a number alone tells when, never whose or what
    return page(request, place, "looked_up.html", {"mine": mine, "told": told})


def _today(place: Place, shown: Presented) -> list[dict[str, object]]:
    """:raises Refused: nothing-found."""
    today = _day(place)
    if shown.appointment:
        found = [bookings.appointment(shown.appointment, now=place.now)]
    else:
        person = identity.person_by_document(shown.id_type, shown.number)
        found = bookings.of_person(person.pk, place.now) if person else []
    here = [a for a in found if a.hall_id == place.hall.pk and a.day == today and a.state != "cancelled"]
    if not here:
        raise Refused("nothing-found")
    here.sort(key=lambda a: a.starts_at)
    return [{"appointment": a, "opens": _opens(place, a)} for a in here]


def _opens(place: Place, appointment: AppointmentView) -> datetime | None:
    """When it may check in; None where it may now, or no more."""
    opens, _ = arriving.window(place.policy.tickets, appointment)  # type: ignore[arg-type]  # has the same moments
    return opens if appointment.state == "booked" and place.now < opens else None
