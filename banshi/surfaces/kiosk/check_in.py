"""Booked people: check in by QR code or ID, or just look."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from banshi.foundation.said import named
from banshi.journeys.visit import check_in as arriving
from banshi.journeys.visit import redirect as sending_on
from banshi.journeys.visit import which_booking
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import queries as bookings
from banshi.rooms.booking.models import Appointment
from banshi.rooms.booking.queries import AppointmentView
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.identity import queries as identity
from banshi.rooms.tickets import queries as tickets
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import TicketView
from banshi.rooms.tickets.rules import checks_in_from
from banshi.surfaces.kiosk import early, presented, slips, typed
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
            return _to_slip(request, place, shown)
        if shown.is_document and not shown.chip and "last4" not in request.POST:
            return _last_digits(request, place)
        ref = _arrive(request, place, shown, request.POST.get("choice", "")[:20].replace("\0", ""))
    except Refused as no:
        return _instead(request, place, shown, no, here)
    return redirect(slips.address(request, place, ref) + "?new=1")


def _last_digits(request: HttpRequest, place: Place) -> HttpResponse:
    """Asked of everybody who types a number, whether or not anything is booked on it."""
    sent = [(name, value) for name, value in request.POST.items() if name not in ("csrfmiddlewaretoken", "last4")]
    return page(request, place, "last_digits.html", {"sent": sent})


def _arrive(request: HttpRequest, place: Place, shown: Presented, choice: str) -> str:
    """The ref of the ticket. :raises Refused: what `journeys.visit.check_in` says."""
    if shown.appointment:
        return arriving.by_code(
            hall=place.hall, code=shown.appointment, signed=shown.signed, by=place.by, now=place.now, channel="kiosk"
        ).ref
    if not shown.chip:
        last4 = request.POST.get("last4", "")[:4].replace("\0", "")
        return arriving.by_typed_id(
            hall=place.hall, id_type=shown.id_type, id_number=shown.number, last4=last4, by=place.by, now=place.now,
            channel="kiosk",
        ).ref  # fmt: skip
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
    if shown.is_document and not shown.chip:
        return refused_page(request, place, no, again=here)
    if no.slug in ("nothing-found", "already-checked-in") and (gone := _sent_on(place, shown)):
        return redirect(slips.address(request, place, gone))
    mine = _numbers(place, shown)
    if no.slug == "which-appointment":
        return _which(request, place, no)
    card = typed.token_of(shown)
    others = typed.offered(place, card)
    if no.slug == "too-early":
        matters = _walk_in_matters(place, shown)
        return refused_page(request, place, no, again=here, early=matters, mine=mine, card=card if others else "")
    may_see = shown.chip or shown.signed
    # A number given up is nothing to look at: another can be had.
    given = no.facts.get("ticket") if no.slug == "already-checked-in" and may_see and "left" not in no.facts else None
    if no.slug == "already-checked-in" and not may_see:
        became = {fact: True for fact in ("left", "over") if fact in no.facts}
        no = Refused(no.slug, facts=became or {"declared": True})
    if given or (len(mine) == 1 and not others):
        return redirect(slips.address(request, place, str(given or mine[0].ref)))
    if mine or others:
        return typed.numbers_page(request, place, mine, card)
    return refused_page(request, place, no, again=here)


def _which(request: HttpRequest, place: Place, no: Refused) -> HttpResponse:
    """Several are booked on the card, and only the person can say which is theirs."""
    sent = [(name, value) for name, value in request.POST.items() if name not in ("csrfmiddlewaretoken", "choice")]
    return page(request, place, "which_appointment.html", {"mine": no.facts["appointments"], "sent": sent}, status=409)


def _sent_on(place: Place, shown: Presented) -> str:
    """The number with which the card's person was sent on from here: its slip says where to."""
    person = identity.person_by_document(shown.id_type, shown.number) if shown.chip else None
    return sending_on.sent_on_from(place.hall, people=[person.pk], now=place.now) if person else ""


def _numbers(place: Place, shown: Presented) -> list[TicketView]:
    """The numbers of today that go on or may be put back, of the person by their card."""
    person = identity.person_by_document(shown.id_type, shown.number) if shown.chip else None
    if person is None:
        return []
    return tickets.not_over([person.pk], hall_id=place.hall.pk, day=place.today, now=place.now, limit_key="")


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
    found: dict[str, Early] = {}
    for each in _the_persons_first([each for each in booked if _opens(place, each)], card=shown.chip):
        with suppress(Refused):
            if each.item.code not in found and catalogue.hall_item(place.hall.pk, each.item.code).walk_in:
                token = early.of(each.code, card=shown.chip)
                found[each.item.code] = Early(each.item.code, named(each.item), token, each.starts_at)
    return sorted(found.values(), key=lambda each: (each.starts_at, each.item))


def _the_persons_first(booked: list[AppointmentView], *, card: bool) -> list[AppointmentView]:
    """By the card, what fits its person best goes before what strangers booked on the document; then the earliest."""
    rows = Appointment.objects.filter(code__in=[each.code for each in booked]).select_related("person") if card else ()
    fits = [row.code for row in which_booking.own_first(sorted(rows, key=lambda row: (row.starts_at, row.pk)))]

    def order(each: AppointmentView) -> tuple[int, datetime, str]:
        return fits.index(each.code) if each.code in fits else len(fits), each.starts_at, each.item.code

    return sorted(booked, key=order)


def _to_slip(request: HttpRequest, place: Place, shown: Presented) -> HttpResponse:
    """:raises Refused: not-allowed – without the key on the slip, a ref opens nothing; nothing-found; other-hall."""
    ref = shown.ticket
    slips.need_key(ref, shown.key)
    sent_on = sending_on.arrive(hall=place.hall, by=place.by, now=place.now, ref=ref)
    if sent_on is not None:  # from another hall: here now
        return redirect(slips.address(request, place, sent_on.ref))
    ticket = Ticket.objects.select_related("hall").filter(ref=ref).first()
    if ticket is None:
        raise tickets.not_there(ref)
    if ticket.hall_id != place.hall.pk:
        raise arriving.of_other_hall(ticket, hall=place.hall, now=place.now)
    return redirect(slips.address(request, place, ref))


@at_kiosk
@require_POST
def look_up(request: HttpRequest, place: Place) -> HttpResponse:
    """Today's appointments of whoever is at the reader, names masked.

    POST although it only reads: what was typed must not stand in an address.
    """
    here = reverse("kiosk:check-in", args=[place.hall.code])
    shown = Presented()
    try:
        not_too_often(place)
        shown = presented.posted(request)
        if shown.fits:
            return which_document(request, place, shown)
        if shown.ticket:
            return _to_slip(request, place, shown)
        if shown.is_document and not shown.chip:
            raise arriving.says_nothing(place.hall, place.now)
        mine = _today(place, shown)
    except Refused as no:
        return _instead(request, place, shown, no, here)
    return page(request, place, "looked_up.html", {"mine": mine})


def _today(place: Place, shown: Presented) -> list[dict[str, object]]:
    """:raises Refused: nothing-found."""
    today = place.today
    if shown.appointment:
        found = [bookings.appointment(shown.appointment, now=place.now)]
    else:
        person = identity.person_by_document(shown.id_type, shown.number)
        found = bookings.of_person(person.pk, place.now) if person else []
    here = [a for a in found if a.hall_id == place.hall.pk and a.day == today and a.state != "cancelled"]
    if not here:
        raise Refused("nothing-found")
    here.sort(key=lambda a: a.starts_at)
    states = tickets.shown_states(here)
    return [{"appointment": a, "state": states[a.code], "opens": _opens(place, a)} for a in here]


def _opens(place: Place, appointment: AppointmentView) -> datetime | None:
    """When it may check in; None where it may now, or no more."""
    return checks_in_from(
        appointment.state,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        policy=place.policy.tickets,
        now=place.now,
    )
