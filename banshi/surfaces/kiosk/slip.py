"""The slip (号票): on the screen, and from the printer of the device."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import npgettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation.closed import joined, stays_words
from banshi.foundation.crypto import rating_key
from banshi.foundation.lanes import LANES
from banshi.foundation.said import english, named
from banshi.foundation.templatetags.ui import wait
from banshi.foundation.times import day_words
from banshi.foundation.windows import windows_words
from banshi.journeys.hours.after_hours import AfterHours, after_hours, first_place, owes_an_apology
from banshi.journeys.hours.stops import Stop, stop_of
from banshi.journeys.visit import redirect as sending_on
from banshi.journeys.visit.after_miss import after_miss
from banshi.kernel.clock_words import clock_words
from banshi.kernel.lists import BETWEEN_PAPERS
from banshi.kernel.refusals import Refused
from banshi.rooms.devices import actions as devices
from banshi.rooms.devices.ports import PrinterTrouble, Slip
from banshi.rooms.tickets import actions as moving
from banshi.rooms.tickets import queries as tickets
from banshi.rooms.tickets.queries import TicketView
from banshi.rooms.tickets.rules import BEYOND_WAITING, FOLLOWED, NUMBER
from banshi.surfaces.kiosk import slips
from banshi.surfaces.kiosk.place import Place, at_kiosk, page
from banshi.surfaces.kiosk.refusing import refused_page
from banshi.surfaces.kiosk.where import Where, floors


def _ticket(request: HttpRequest, place: Place, ref: str) -> TicketView:
    """:raises Refused: nothing-found – also for another hall's ticket; not-allowed – a ref is no key (`slips`)."""
    ticket = tickets.ticket(ref, place.now)
    if ticket.hall != place.hall.code:
        raise Refused("nothing-found", facts={"ticket": ref})
    slips.need_let(request, ref)
    slips.let(request, ref)
    return ticket


def _others(request: HttpRequest, place: Place, ref: str) -> list[TicketView]:
    """The other numbers of the visit, opened for this machine with the one that may be shown."""
    others = tickets.beside(ref, place.now)
    if others:
        slips.let(request, *(each.ref for each in others))
    return others


def _closed(place: Place, ticket: TicketView) -> Stop | None:
    """The closure over what the number waits for."""
    booked = ticket.appointment_id
    return stop_of(place.hall, place.now, item=ticket.item, category=ticket.category, appointment_id=booked)


def evacuation_over(place: Place, ticket: TicketView) -> Stop | None:
    """Of a number that is at a window, or was missed: only whether everybody has to leave."""
    closed = _closed(place, ticket) if ticket.state in BEYOND_WAITING else None
    return closed if closed is not None and closed.evacuates else None


def _stays(ticket: TicketView, closed: Stop | None) -> str:
    """What becomes of the number while nobody is called."""
    today, may_return = closed is None or closed.keeps, ticket.back_until is not None
    out = closed is None or closed.evacuates
    return stays_words(ticket.state, expected=ticket.on_the_way, may_return=may_return, today=today, out=out)


def _after(place: Place, ticket: TicketView, closed: Stop | None) -> AfterHours | None:
    """After closing time, of a number in line that no closure is over."""
    return after_hours(place.hall, place.now) if ticket.state == "waiting" and closed is None else None


def _too_late(ticket: TicketView, after: AfterHours | None, now: datetime) -> bool:
    return after is not None and not after.reaches(likely_s=ticket.likely_s, now=now)


View = Callable[[HttpRequest, Place, str], HttpResponse]


def _of_a_slip(view: View) -> View:
    """A number that may not be shown here is refused on a page of the kiosk's own."""

    @wraps(view)
    def shown(request: HttpRequest, place: Place, ref: str) -> HttpResponse:
        try:
            return view(request, place, ref)
        except Refused as no:
            if no.slug != "not-allowed":
                raise
            again = reverse("kiosk:check-in", args=[place.hall.code])
            return refused_page(request, place, no, again=again)

    return shown


def _where(ticket: TicketView) -> Where:
    """Where to wait, and the windows that may call."""
    return Where(
        named({"floor_zh": ticket.floor, "floor_en": ticket.floor_en}, "floor"),
        windows_words(ticket.windows),
        floors(ticket.beyond),
    )


def follow_address(ref: str) -> str:
    """What the slip's QR code opens on the holder's phone."""
    return f"{settings.BANSHI_PUBLIC_URL}/t/{ref}?k={rating_key(ref)}"


@at_kiosk
@require_GET
@_of_a_slip
def slip(request: HttpRequest, place: Place, ref: str) -> HttpResponse:
    """The number, huge. `?new=1` prints it once the page is there."""
    ticket = _ticket(request, place, ref)
    waiting = ticket.state == "waiting"
    others = _others(request, place, ref)
    closed = _closed(place, ticket) if waiting else evacuation_over(place, ticket)
    after = _after(place, ticket, closed)
    too_late = _too_late(ticket, after, place.now)
    late = waiting and ticket.served_today is False
    unserved = ticket.state == "closed" and owes_an_apology(ref)
    not_finished = ticket.outcome == "not_finished"
    gone = after_miss(ticket, hall=place.hall, now=place.now)
    taken = ticket.made_at.astimezone(ZoneInfo(place.hall.timezone)).date()
    to_confirm = tickets.to_confirm(ref)[-4:]
    comes_again = ticket.state == "parked" or ticket.back_until or (gone is not None and gone.numbers)
    context = {
        "ends_here": not comes_again and not to_confirm,
        "closed": closed,
        "stopped": closed is not None and not closed.lets_in,
        "standing": _closed(place, ticket) if ticket.back_stands else None,
        "stays": _stays(ticket, closed),
        "after": after,
        "too_late": too_late,
        "unserved": unserved,
        "of_day": day_words(taken, None) if taken != place.today else "",
        "gone": gone,
        "sent_on": sending_on.sent_on(ref) if ticket.state == "redirected" else None,
        "first_place": (
            first_place(ref, place.now) if too_late or unserved or late or not_finished else gone and gone.first_place
        ),
        "ticket": ticket,
        "others": others,
        "first": tickets.goes_first(ticket, others),
        "where": _where(ticket),
        "have_ready": _have_ready(ticket) if ticket.state in NUMBER.goes_on else "",
        "follow": follow_address(ref),
        "told": ticket.has_contact and (place.policy.messages.on_call or place.policy.messages.ahead > 0),
        "follows": not gone and not unserved and ticket.state in FOLLOWED,
        "printing": request.GET.get("new") == "1",
        "has_printer": bool(place.device and place.device.printer),
        "rule": place.policy.tickets,
        "to_confirm": to_confirm,
    }
    return page(request, place, "slip.html", context)


@at_kiosk
@require_POST
@_of_a_slip
def tell(request: HttpRequest, place: Place, ref: str) -> HttpResponse:
    """The person with the card says that the booking's telephone may be told about the number."""
    _ticket(request, place, ref)
    here = reverse("kiosk:slip", args=[place.hall.code, ref])
    try:
        moving.tell_as_booked(ref=ref, by=place.by, now=place.now)
    except Refused as no:
        return refused_page(request, place, no, again=here)
    return redirect(here)


@at_kiosk
@require_POST
@_of_a_slip
def put_back(request: HttpRequest, place: Place, ref: str) -> HttpResponse:
    """Put a missed number back in line (补号) as the hall's rule has it, or one that was set aside."""
    ticket = _ticket(request, place, ref)
    here = reverse("kiosk:slip", args=[place.hall.code, ref])
    back = moving.is_here if ticket.state == "parked" else moving.reinstate
    try:
        back(ref=ref, by=place.by, now=place.now)
    except Refused as no:
        if _ticket(request, place, ref).state != "waiting":  # pressed twice: it is back, which is what was wanted
            return refused_page(request, place, no, again=here)
    return redirect(here)


@at_kiosk
@require_POST
@_of_a_slip
def print_it(request: HttpRequest, place: Place, ref: str) -> HttpResponse:
    """Print the slip – a new one with those of the visit's other matters, one after the other; says how that went.
    Whatever happens, the numbers stand."""
    ticket = _ticket(request, place, ref)
    trouble = ""
    try:
        for each in [ticket, *(_others(request, place, ref) if request.POST.get("all") else [])]:
            devices.print_slip(device=place.device, slip=slip_of(place, each))
    except PrinterTrouble as wrong:
        trouble = wrong.why
    return render(request, "kiosk/part_printed.html", {"trouble": trouble, "ticket": ticket})


def slip_of(place: Place, ticket: TicketView) -> Slip:
    """The words on the paper, in the active language."""
    at = _where(ticket)
    closed = _closed(place, ticket) if ticket.state == "waiting" else evacuation_over(place, ticket)
    after = _after(place, ticket, closed)
    too_late = _too_late(ticket, after, place.now)
    lines = [(pgettext("kiosk", "For"), named(ticket, "item") or named(ticket, "category")), *_as_booked(ticket)]
    if ticket.persons > 1:
        lines.append((pgettext("kiosk", "Persons"), str(ticket.persons)))
    if ticket.lane:
        lines.append((pgettext("kiosk", "Priority"), str(LANES.get(ticket.lane, ticket.lane))))
    if ticket.lane_waits:
        lines.append((pgettext("kiosk", "To go first"), pgettext("kiosk", "Show the card to the guide")))
    window = pgettext("kiosk", "window %(n)s")
    evacuated = closed is not None and closed.evacuates
    if ticket.called_to and not evacuated:
        lines.append((pgettext("kiosk", "Go now to"), f"{_floor(ticket)} {window % {'n': ticket.called_to}}"))
    elif not evacuated:
        if at.wait_on:
            lines.append((pgettext("kiosk", "Wait on"), at.wait_on))
        if at.windows:
            lines.append((pgettext("kiosk", "Windows"), at.windows))
        if at.later:
            lines.append((pgettext("kiosk", "After a long wait also"), at.later))
        if ticket.ahead is not None:
            people = npgettext("kiosk", "%(n)s person", "%(n)s people", ticket.ahead) % {"n": ticket.ahead}
            lines.append((pgettext("kiosk", "Ahead of you"), people))
            first = tickets.goes_first(ticket, tickets.beside(ticket.ref, place.now))
            if first is not None:
                lines.append(
                    (pgettext("kiosk", "Wait"), pgettext("kiosk", "After %(number)s") % {"number": first.number})
                )
            elif not ticket.stopped and not too_late:
                lines.append((pgettext("kiosk", "Wait"), wait(ticket.likely_s, ticket.at_most_s)))
        if after is None and ticket.served_today is False and ticket.service_ends_at is not None:
            lines.append((pgettext("kiosk", "Probably not served today"), _ends(place, ticket.service_ends_at)))
    for each in tickets.beside(ticket.ref, place.now):
        what = named(each, "item") or named(each, "category")
        lines.append((pgettext("kiosk", "Also in this visit"), f"{each.number} {what}"))
    lines.append((pgettext("kiosk", "Taken at"), _moment(ticket.made_at, ZoneInfo(place.hall.timezone))))
    kind = pgettext("kiosk", "Booked number") if ticket.kind == "booked" else pgettext("kiosk", "Walk-in number")
    foot: tuple[str, ...] = (
        pgettext("kiosk", "Valid today only. When missed, scan this code at the machine, or ask at the service desk."),
    )
    if closed is not None:
        foot = (joined(closed.words, _stays(ticket, closed) if closed.evacuates else closed.for_holder), *foot)
    elif after is not None:
        foot = (after.sorry if too_late else after.stays, *foot)
    return Slip(
        hall=named(place.hall),
        kind=kind,
        number=ticket.number,
        lines=tuple(lines),
        qr=follow_address(ticket.ref),
        qr_says=pgettext("kiosk", "Scan: follow the line, rate afterwards"),
        foot=foot,
    )


def _as_booked(ticket: TicketView) -> list[tuple[str, str]]:
    """The situation that was booked, and what to have ready for it."""
    booked, lines = ticket.situation, []
    if booked is not None and booked.situation is not None:
        lines.append((pgettext("kiosk", "Situation"), named(booked.situation)))
    if ready := _have_ready(ticket):
        lines.append((pgettext("kiosk", "Have ready"), ready))
    return lines


def _have_ready(ticket: TicketView) -> str:
    """The papers that the booking's answers come to; "" where nothing was said."""
    papers = ticket.situation.bring if ticket.situation is not None else ()
    return BETWEEN_PAPERS["en" if english() else "zh"].join(named(each) for each in papers)


def _floor(ticket: TicketView) -> str:
    return named({"floor_zh": ticket.floor, "floor_en": ticket.floor_en}, "floor")


def _ends(place: Place, at: datetime) -> str:
    return pgettext("kiosk", "Service ends at %(at)s") % {
        "at": clock_words(timezone.localtime(at, ZoneInfo(place.hall.timezone)))
    }


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return timezone.localtime(at, zone).strftime("%Y-%m-%d %H:%M")
