"""My appointments: one of them, all of them, cancel, move, book again, the waiting list, and my credit."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banshi.foundation import clock
from banshi.foundation.crypto import blind_index, link_key, link_key_ok
from banshi.foundation.said import english
from banshi.frames.typed import key_or_none
from banshi.journeys.case import expecting
from banshi.journeys.hours.after_hours import first_place
from banshi.journeys.hours.stops import Stop, stop_of
from banshi.journeys.remote import booked
from banshi.journeys.visit import time_back, whole_visit
from banshi.journeys.visit.whole_visit import PartRefused
from banshi.kernel.refusals import Alternative, Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking import queries as bookings
from banshi.rooms.booking.actions.following import moved_by_hall
from banshi.rooms.booking.models import Appointment, Waiting
from banshi.rooms.booking.queries import AppointmentView
from banshi.rooms.cases import queries as cases
from banshi.rooms.catalogue.models import Item
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import Mine
from banshi.rooms.places import queries as places
from banshi.rooms.remote import queries as remote
from banshi.rooms.tickets import queries as tickets
from banshi.rooms.tickets.models import AT_WINDOW, Ticket
from banshi.surfaces.citizen import choosing, credit, sent, visit
from banshi.surfaces.citizen.arrival import arrival, closed_now, may_come
from banshi.surfaces.citizen.case_doors import reads
from banshi.surfaces.citizen.doors import (
    actor_for,
    appointment_for,
    by_clients_link,
    citizen_page,
    key_given,
    language,
    mandate_over,
    on_my_document,
    page,
    public_page,
)
from banshi.surfaces.citizen.following import may_act
from banshi.surfaces.citizen.forms import Appeal
from banshi.surfaces.citizen.home import my_numbers
from banshi.surfaces.citizen.numbers_now import number_now, number_texts, numbers_of
from banshi.surfaces.citizen.proving import costs, hall_of_booking, slot_of_booking, slot_of_form
from banshi.surfaces.citizen.refusals import NO_APPEAL, Panel, panel, unfilled, ways_on
from banshi.surfaces.citizen.retired import gone
from banshi.surfaces.citizen.to_follow import may_follow

PAST_SHOWN = 20


def _own_number(request: Any, found: Appointment, ticket: Ticket | None) -> bool:
    """Whether whoever looks at the appointment may follow the number it became, and act for it; a link is its booker's.

    Once the card was shown it is the person's: who only declared the document learns no number and no place.
    """
    if ticket is None:
        return False
    account = request.who.account_id
    if account is not None and may_act(ticket, account_id=account):
        return True
    key = key_given(request)
    by_link = link_key_ok(found.code, key, found.link_turn) or bookings.clients_link_ok(found, key)
    return by_link and (bool(ticket.limit_key) or not found.limit_key)


def _query(request: Any, found: Appointment) -> str:
    """`?k=…` where the holder of a link acts, so that every step keeps it."""
    own = request.who.account_id is not None and found.account_id == request.who.account_id
    if own or on_my_document(request, found):
        return ""
    key = key_given(request) if by_clients_link(request, found) else link_key(found.code, found.link_turn)
    return f"?{urlencode({'k': key})}"


def _clients_phone(request: Any, found: Appointment) -> str:
    """Where the client of an agent came by the link on their telephone: its blind index."""
    phone = people.told_at(found.person_id)[0] if by_clients_link(request, found) else None
    return blind_index(phone, purpose="phone") if phone else ""


def _to(name: str, found: Appointment, request: Any) -> str:
    return reverse(f"citizen:{name}", args=[found.code]) + _query(request, found)


def _brought(request: Any, found: Appointment) -> dict[str, Any] | None:
    """The case whose papers it brings, for those who may read it: which ones are still to be seen."""
    case = cases.expected_at(found.code, person_id=found.person_id)
    if case is None or not reads(request, case):
        return None
    return {"case": case, "papers": cases.to_bring(case), "later": may_follow(case)}


# --- one ----------------------------------------------------------------------------------------------------------


@public_page
@require_GET
def appointment(request: Any, code: str) -> HttpResponseBase:
    """The appointment with its QR code, what to bring, when to come, and what can be done with it."""
    return _page(request, appointment_for(request, code, look=True), now=clock.now())


def _page(
    request: Any,
    found: Appointment,
    *,
    now: datetime,
    refused: Refused | None = None,
    moving: bool = False,
    earlier_now: bool = False,
    form: Appeal | None = None,
) -> HttpResponseBase:
    """:param moving: the times that a refusal names are for this appointment, not for a second one.
    :param earlier_now: who asked to be told of an earlier place need not wait for one."""
    hall = found.hall
    if mandate_over(request, found):
        return _fate(request, found, now=now, refused=refused, form=form)
    policy = places.policy_of(hall.pk, now=now)
    ticket = Ticket.objects.filter(appointment=found).exclude(state="redirected").order_by("-id").first()
    without_number = tickets.came_without_number(found)
    apart = without_number and tickets.has_number_apart(found)
    a = bookings.appointment(found.code, now=now)
    same_visit = visit.same_visit(found, now=now)
    arriving, closed = arrival(a, now), _closed(found, now)
    own_number = _own_number(request, found, ticket)
    fate = tickets.fates([a]).get(a.code, "")
    came_late = Ticket.objects.filter(late_for=found, state__in=("waiting", "parked", *AT_WINDOW)).first()
    in_hall = ticket or (came_late if _own_number(request, found, came_late) else None)
    number = number_now(in_hall.ref, now) if in_hall is not None and (own_number or in_hall is came_late) else None
    ended = tickets.ending(ticket) or "done" if ticket is not None and own_number else ""
    to_book_again = fate == "not_reached" or ended == "not_finished"
    running = None if closed is not None or number is not None or fate else closed_now(a, now)
    is_today = found.day == now.astimezone(ZoneInfo(hall.timezone)).date()
    context = {
        "call": _call(request, found, now=now),
        # On its day as the slip will say it; before, nobody knows which windows will be at work.
        "where": tickets.places([found.category_id], now)[found.category_id] if is_today else None,
        "a": a,
        "found": found,
        "hall": hall,
        "check_in": arriving,
        "closed": closed,
        "closed_now": running,
        "may_come": may_come(arriving, closed or running),
        "policy": policy,
        "ticket": ticket,
        "number": number,
        "texts": number_texts(),
        "watched": a if is_today and a.state in ("booked", "checked_in") else None,
        "without_number": without_number,
        "apart": apart,
        "numbers_given": without_number
        and not apart
        and is_today
        and policy.tickets.late != "refuse"
        and tickets.numbers_given(hall, item=found.item.code, category=found.category.code, now=now),
        "own_number": own_number,
        "fate": fate,
        "first_place": first_place(ticket.ref, now) if ticket is not None and to_book_again else None,
        "ended": ended,
        "booked_again": visit.booked_again(found, now=now),
        "same_visit": same_visit,
        "along": visit.along(request, found) if found.state == "booked" else [],
        "barred": credit.barred(found.account_id, hall, now=now) if found.state == "booked" else None,
        "states": tickets.shown_states(same_visit) | tickets.fates(same_visit),
        "ends": _outcomes(request.who.account_id, same_visit),
        "shown": tickets.shown_states([found])[found.code],
        "k": _query(request, found),
        "clients_phone": _clients_phone(request, found),
        "is_new": request.GET.get("new") == "1",
        "by_others": found.account_id != request.who.account_id and on_my_document(request, found),
        "by_agent": _agent(request, found),
        "names": _names(request, found),
        "is_today": is_today,
        "brought": _brought(request, found) if found.state == "booked" else None,
        "moved_by_hall": found.state == "booked" and moved_by_hall(found),
        "times_back": time_back.times_back(found, now=now),
        "given_back": a.can_rebook and booking.was_given_back(found, now=now),
        "earlier": _earlier(found),
        **_struck(request, found, form, now=now),
        "may_wait": found.state == "booked"
        and policy.booking.waiting_list
        and not (earlier_now or a.can_move or found.persons > 1 or any(each.state == "booked" for each in same_visit))
        and found.starts_at - now >= booking.EARLIER_BY,
    }
    if refused is not None and not (form is not None and sent.beside(form, refused)):
        said = _panel(refused, request, found, now=now, moving=moving)
        if earlier_now:
            said = replace(
                said, title=gettext("There are earlier places now"), detail=gettext("Choose one to move to it.")
            )
        context["panel"] = said
    retired_on = found.item.retired_on
    touched = found.state == "booked" and retired_on is not None and found.day >= retired_on
    context["gone"] = gone(found.item, now=now) if touched else None
    turns = [*arriving.turns, found.starts_at, found.ends_at]
    return page(request, "citizen/appointment.html", context, hall=hall, refused=refused, turns=turns)


def _call(request: Any, found: Appointment, *, now: datetime) -> dict[str, Any] | None:
    """Of a time by video that stands, or whose person came: its lobby, whether it is open, over, or somebody is in it."""
    if found.place != "video" or found.state not in ("booked", "checked_in"):
        return None
    video = places.policy_of(found.hall_id, now=now).video
    lobby = booked.lobby_of(found, video)
    inside = remote.held_for(found.code) is not None
    return {
        "lobby": lobby, "inside": inside, "over": not inside and now >= lobby.closes,
        "open": booked.refusal(found, video, now=now) is None,
    }  # fmt: skip


def _closed(found: Appointment, now: datetime) -> Stop | None:
    """The closure over its time, while it is still to come."""
    if found.state != "booked" or found.ends_at <= now:
        return None
    at, item, category = max(found.starts_at, now), found.item.code, found.category.code
    return stop_of(found.hall, now, at=at, item=item, category=category, appointment_id=found.pk)


def _struck(request: Any, found: Appointment, form: Appeal | None, *, now: datetime) -> dict[str, Any]:
    """What was noted about it, and the form to appeal."""
    to = _to("appeal-here", found, request)
    struck = credit.of_booking(request, found, now=now)
    if form is None:
        path = reverse("citizen:appeal-here", args=[found.code])
        form = sent.again(request, Appeal, path) if struck else Appeal()
    return {"struck": struck, "appeal_to": to, "form": form}


def _fate(
    request: Any, found: Appointment, *, now: datetime, refused: Refused | None, form: Appeal | None = None
) -> HttpResponseBase:
    """For an agent whose mandate is over: that it was booked, and what became of it."""
    context: dict[str, Any] = {
        "a": bookings.appointment(found.code, now=now),
        "state": tickets.shown_states([found])[found.code],
        "hall": found.hall,
        "closed": _closed(found, now),
        "why": people.why_over(found.account_id or 0, found.person_id, today=timezone.localtime(now).date()),
        **_struck(request, found, form, now=now),
    }
    if refused is not None and not (form is not None and sent.beside(form, refused)):
        context["panel"] = _panel(refused, request, found, now=now)
    return page(request, "citizen/mandate_over.html", context, hall=found.hall, refused=refused)


def _names(request: Any, found: Appointment) -> dict[int, str]:
    """Whose appointment it is, as this account itself wrote it; nothing for whoever holds only the link."""
    account = request.who.account_id
    if account is None or not (found.account_id == account or on_my_document(request, found)):
        return {}
    return {each.pk: each.name for each in people.people_of(account)}


def _agent(request: Any, found: Appointment) -> str:
    """For the client: the name of their agent who booked it; "" where it was somebody else."""
    if found.account_id is None or found.limit_key or found.account_id == request.who.account_id:
        return ""
    if not on_my_document(request, found):
        return ""
    return people.agents_given(found.person_id).get(found.account_id, "")


def _earlier(found: Appointment) -> Waiting | None:
    """The wish for an earlier place, with what is offered."""
    rows = Waiting.objects.filter(appointment=found, state__in=["waiting", "offered"])
    return rows.select_related("hold__slot").first()


def _panel(refused: Refused, request: Any, found: Appointment, *, now: datetime, moving: bool = False) -> Panel:
    """The refusal; while moving, an offered time leads on in the move, not to a second appointment."""
    zone = ZoneInfo(found.hall.timezone)

    def href(slot: Alternative) -> str:
        if not moving:
            return reverse("citizen:confirm", args=[found.item.code, slot.slot_id])
        here = _to("move", found, request)
        day = slot.starts_at.astimezone(zone).date().isoformat()
        return f"{here}{'&' if '?' in here else '?'}{urlencode({'day': day, 'to': slot.slot_id})}#period-{slot.slot_id}"

    of_another = refused.row.item if isinstance(refused, PartRefused) else None
    if of_another is not None:  # the times it names are of another line
        refused = Refused(refused.slug, facts=refused.facts)
    if moving and not isinstance(refused.next, datetime | None):
        others = [slot for slot in refused.next if slot.slot_id != found.slot_id]
        refused = Refused(refused.slug, facts=refused.facts, next=others or None)
    said = panel(refused, today=now.astimezone(zone).date(), zone=zone, href=href, more=ways_on(refused))
    if of_another is None:
        return said
    return replace(said, title=gettext("“%(item)s”: %(why)s") % {"item": _name(of_another), "why": said.title})


def _name(item: Item) -> str:
    return item.name_en if english() else item.name_zh


@public_page
@require_http_methods(["GET", "POST"])
def cancel(request: Any, code: str) -> HttpResponseBase:
    """Asked once, with what it means; then the place is free at once."""
    now = clock.now()
    found = appointment_for(request, code)
    if request.method == "GET":
        context = {
            "found": found,
            "hall": found.hall,
            "k": _query(request, found),
            "policy": places.policy_of(found.hall_id, now=now),
            "excused": bool(bookings.excused([found.code])),
            "moved_by_hall": moved_by_hall(found),
            "along": visit.along(request, found),
            "barred": credit.barred(found.account_id, found.hall, now=now),
        }
        return page(request, "citizen/cancel.html", context, hall=found.hall)
    along = [] if request.POST.get("only") else visit.along(request, found)
    try:
        whole_visit.cancel([visit.part(request, found, each) for each in (found, *along)], now=now)
    except Refused as refused:
        return _page(request, appointment_for(request, code, look=True), now=now, refused=refused)
    return redirect(_to("appointment", found, request))


@citizen_page
@require_POST
def not_by_me(request: Any, code: str) -> HttpResponseBase:
    """Somebody else booked on my document without my knowing: it is cancelled, and counts against whoever did."""
    now = clock.now()
    found = appointment_for(request, code)
    if found.account_id == request.who.account_id or not on_my_document(request, found) or _agent(request, found):
        raise Http404
    try:
        booking.disown(code=found.code, by=request.who.by, now=now)
    except Refused as refused:
        return _page(request, found, now=now, refused=refused)
    messages.success(request, gettext("Cancelled. It counts against whoever booked it, not against you."))
    return redirect("citizen:appointments")


@public_page
@require_POST
@costs("book", slot_of_booking)
def rebook(request: Any, code: str) -> HttpResponseBase:
    """Book the same again after a mistaken cancel, in one tap."""
    now = clock.now()
    found = appointment_for(request, code)
    by = actor_for(request, found)
    try:
        placed, gone = time_back.book_again(row=found, by=by, now=now)
        again = Appointment.objects.get(code=placed.code)
        expecting.goes_along(given_up=found.code, booked=again.code, by=by, now=now)
        for each in gone:
            said = _panel(each, request, found, now=now)
            messages.warning(request, gettext("%(why)s. It is not booked again.") % {"why": said.title})
    except Refused as refused:
        stands = visit.booked_again(found, now=now)  # tapped twice, or in another browser
        if stands is None:
            return _page(request, found, now=now, refused=refused)
        again = stands
    # The key of the new one is for whoever held a key of the old one, and not where it went to another telephone meanwhile.
    by_link = by.id.startswith("link-") and again.contact == found.contact
    held = by_link or (by.id.startswith("client-") and again.account_id != found.account_id)
    key = f"&{urlencode({'k': link_key(again.code, again.link_turn)})}" if held else ""
    return redirect(f"{reverse('citizen:appointment', args=[again.code])}?new=1{key}")


@public_page
@require_http_methods(["GET", "POST"])
@costs("book", slot_of_form)
def move(request: Any, code: str) -> HttpResponseBase:
    """Another time, the same reference, in one step."""
    now = clock.now()
    found = appointment_for(request, code)
    if request.method == "GET":
        return _move_page(request, found, day=request.GET.get("day"), now=now)
    slot = key_or_none(request.POST.get("slot"))
    if slot is None:
        raise Http404
    same = slot == found.slot_id
    along = (
        [] if request.POST.get("only") else [visit.part(request, found, each) for each in visit.along(request, found)]
    )
    try:
        time_back.move_back(row=found, slot_id=slot, by=actor_for(request, found), now=now, along=along)
    except Refused as refused:
        return _move_page(request, found, day=request.POST.get("day"), now=now, refused=refused)
    if same:
        messages.info(request, gettext("This is the time it has already. Nothing has changed."))
    else:
        messages.success(request, gettext("Changed. The reference stays the same."))
    return redirect(_to("appointment", found, request))


def _move_page(
    request: Any, found: Appointment, *, day: str | None, now: datetime, refused: Refused | None = None
) -> HttpResponseBase:
    hall = found.hall
    along = visit.along(request, found)
    only = bool(along) and bool(request.GET.get("only") or request.POST.get("only"))
    kept = bookings.kept_earlier(found.code, now=now)
    place = "window"  # several matters are done at the windows
    if not along or only:
        place = choosing.place_asked(hall, request.GET.get("place"), otherwise=found.place, now=now)
    choice = choosing.choose(
        hall=hall, item_code=found.item.code, day=day, now=now, persons=found.persons, kept=kept, place=place
    )
    free = [each.id for each in choice.periods if each.bookable and each.id != found.slot_id]
    refused_there = booking.cannot_move_to(found.code, free, by=actor_for(request, found), now=now)
    refused_there |= {} if only else visit.not_for_all(choice, along, now=now)
    given_back = booking.times_back if only else time_back.times_back
    back = [each.pk for each in given_back(found, now=now)]
    choice = choosing.for_mover(choice, refused_there, back)
    here, key = reverse("citizen:move", args=[found.code]), _query(request, found)
    base = f"{here}{key or '?'}{'&only=1' if only else ''}"
    context = {
        "ways": choosing.ways(hall, base, place, now=now) if not along or only else [],
        "along": along,
        "matters": gettext(", ").join(_name(each.item) for each in (found, *along)),
        "only": only,
        "alone_url": f"{here}{key or '?'}&only=1",
        "a": bookings.appointment(found.code, now=now),
        "found": found,
        "item": found.item,
        "hall": hall,
        "choice": choice,
        "base": f"{base}&place={place}",
        "take_url": _to("move", found, request),
        "moving": True,
        "current_slot": found.slot_id,
        "offered_slots": {key_or_none(request.GET.get("to")), kept.slot_id if kept else None},
        "kept": kept,
        "kept_days": choice.kept_days,
        "shut_days": choice.shut_but(choice.kept_days),
        "k": key,
    }
    if refused is not None:
        context["panel"] = _panel(refused, request, found, now=now, moving=True)
    template = "citizen/_choose.html" if request.htmx else "citizen/move.html"
    turns = [*choosing.turns(choice, now=now), *([kept.until] if kept is not None and kept.until is not None else [])]
    return page(request, template, context, hall=hall, refused=refused, turns=turns)


@public_page
@require_GET
def calendar_file(request: Any, code: str) -> HttpResponseBase:
    """The appointment for the phone's calendar, with an alarm for leaving."""
    found = appointment_for(request, code)
    text = bookings.ics(found.code, now=clock.now(), language=language())
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.code}.ics"'
    return response


# --- all ----------------------------------------------------------------------------------------------------------


@public_page
@require_GET
def appointments(request: Any) -> HttpResponseBase:
    """Coming, past, waiting lists, and the credit of the account's people."""
    if request.who.account_id is None:
        walk_ins = my_numbers(request, None, now=clock.now())
        return page(request, "citizen/appointments_signed_out.html", {"walk_ins": walk_ins})
    return _all(request, now=clock.now(), form=sent.again(request, Appeal, reverse("citizen:appeal")))


def _all(request: Any, *, now: datetime, form: Appeal, refused: Refused | None = None) -> HttpResponseBase:
    account_id = request.who.account_id
    mine = bookings.of_account(account_id, now)
    fates = tickets.fates(mine)
    coming = sorted(
        (a for a in mine if _is_coming(a, now) and a.code not in fates), key=lambda a: (a.starts_at, a.code)
    )
    here = {a.code for a in coming}
    past = sorted((a for a in mine if a.code not in here), key=lambda a: (a.starts_at, a.code), reverse=True)
    family = people.people_of(account_id)
    by_mandate = [a for a in mine if not a.limit_key]
    mandates = people.mandates_of(account_id if by_mandate else None, today=timezone.localtime(now).date())
    by_others = _by_others(account_id, family, now)
    by_agents = _by_agents(by_others)
    numbers = numbers_of([a.code for a in coming if a.state == "checked_in"], account_id=account_id, now=now)
    shown = {each.ticket.ref for each in numbers.values()}
    context: dict[str, Any] = {
        "numbers": numbers,
        "walk_ins": [each for each in my_numbers(request, account_id, now=now) if each.ticket.ref not in shown],
        "closed_now": {a.code: stop for a in coming if a.code not in numbers and (stop := closed_now(a, now))},
        "by_agents": by_agents,
        "by_others": [a for a in by_others if a.code not in by_agents],
        "coming": coming,
        "past": past[:PAST_SHOWN],
        "outcomes": _outcomes(account_id, past[:PAST_SHOWN]),
        "states": tickets.shown_states(mine) | fates,
        "waiting": bookings.waits_of(account_id, now=now),
        "waits_over": bookings.waits_over(account_id, now=now),
        "names": {each.pk: each.name for each in family},
        "nameless": [a.code for a in by_mandate if mandates.over(a.person_id, a.item.code)],
        "credit": credit.of_account(account_id, now=now),
        "form": form,
    }
    if refused is not None and not sent.beside(form, refused):
        zone = ZoneInfo("Asia/Shanghai")
        context["panel"] = panel(refused, today=now.astimezone(zone).date(), zone=zone)
    turns = [each for a in coming for each in (a.starts_at, a.ends_at)]
    return page(request, "citizen/appointments.html", context, refused=refused, turns=turns)


def _outcomes(account_id: int | None, past: list[AppointmentView]) -> dict[str, str]:
    """By reference: how those ended at the window, where the number is this account's."""
    served = [a.code for a in past if a.state == "served"]
    if account_id is None or not served:
        return {}
    ended = Ticket.objects.filter(appointment__code__in=served, state="finished")
    rows = ended.select_related("appointment__item", "hall").order_by("id")
    mine = [row for row in rows if may_act(row, account_id=account_id)]
    return {str(row.appointment.code): tickets.ending(row) or "done" for row in mine}  # type: ignore[union-attr]


def _by_others(account_id: int, family: list[Mine], now: datetime) -> list[AppointmentView]:
    """What others have booked on the document of the person this account is proven to be, and is still to come."""
    me = next((each.pk for each in family if each.is_me), None)
    if me is None:
        return []
    booked = [a for a in bookings.of_person(me, now) if a.account_id != account_id and _is_coming(a, now)]
    return sorted(booked, key=lambda a: (a.starts_at, a.code))


def _by_agents(by_others: list[AppointmentView]) -> dict[str, tuple[AppointmentView, str]]:
    """By reference those of them that an agent of the person booked, with its name."""
    mandated = [a for a in by_others if not a.limit_key and a.account_id is not None]
    names = people.agents_given(mandated[0].person_id) if mandated else {}
    return {a.code: (a, names[a.account_id]) for a in mandated if a.account_id in names}


def _is_coming(a: AppointmentView, now: datetime) -> bool:
    """Booked and not over, or in the hall now."""
    return (a.state == "booked" and a.ends_at > now) or (
        a.state == "checked_in" and a.ends_at > now - timedelta(hours=6)
    )


@citizen_page
@require_POST
def appeal(request: Any) -> HttpResponseBase:
    """Say why a no-show, a cancellation or a suspension should not count."""
    now = clock.now()
    form = Appeal(request.POST)
    if not form.is_valid():
        return _all(request, now=now, form=form, refused=unfilled(NO_APPEAL, field="text"))
    given = form.cleaned_data
    credit.mine_or_404(request.who.account_id, suspension=given["suspension"], entry=given["entry"])
    try:
        booking.appeal(
            suspension_id=given["suspension"], entry_id=given["entry"], text=given["text"], by=request.who.by, now=now
        )
    except Refused as refused:
        return _all(request, now=now, form=form, refused=refused)
    messages.success(request, gettext("The hall has the appeal. A message tells you the answer, and it stands here."))
    return redirect(f"{reverse('citizen:appointments')}#credit")


@public_page
@require_POST
def appeal_here(request: Any, code: str) -> HttpResponseBase:
    """The same for one booking and the suspension that came of it, by whoever it falls on: signed in, or with its link."""
    now = clock.now()
    found = appointment_for(request, code, look=True)
    form = Appeal(request.POST)
    if not form.is_valid():
        return _page(request, found, now=now, form=form, refused=unfilled(NO_APPEAL, field="text"))
    given = form.cleaned_data
    struck = credit.of_booking(request, found, now=now)
    if given["entry"] not in {None, *(each.entry.pk for each in struck)}:
        raise Http404
    if given["suspension"] not in {None, *(each.suspension.pk for each in struck if each.suspension is not None)}:
        raise Http404
    by = actor_for(request, found)
    try:
        booking.appeal(suspension_id=given["suspension"], entry_id=given["entry"], text=given["text"], by=by, now=now)
    except Refused as refused:
        return _page(request, found, now=now, form=form, refused=refused)
    messages.success(request, gettext("The hall has the appeal. A message tells you the answer, and it stands here."))
    return redirect(_to("appointment", found, request) + "#credit")


@public_page
@require_POST
@costs("wait", hall_of_booking)
def wait_earlier(request: Any, code: str) -> HttpResponseBase:
    """Ask for an earlier place; the answer comes by message, and here."""
    now = clock.now()
    found = appointment_for(request, code)
    try:
        booking.join_earlier(code=found.code, by=actor_for(request, found), now=now)
    except Refused as refused:
        free = bool(refused.next)
        return _page(request, found, now=now, refused=refused, moving=free, earlier_now=free)
    return redirect(_to("appointment", found, request))


@public_page
@require_POST
def leave_earlier(request: Any, code: str) -> HttpResponseBase:
    """No earlier place after all; a place that is kept goes to the next."""
    now = clock.now()
    found = appointment_for(request, code)
    one = Waiting.objects.filter(appointment=found, state__in=["waiting", "offered"]).first()
    if one is not None:
        booking.leave_waiting(waiting_id=one.pk, by=actor_for(request, found), now=now)
    return redirect(_to("appointment", found, request))


@public_page
@require_POST
def take_earlier(request: Any, code: str) -> HttpResponseBase:
    """The earlier place: the appointment moves and keeps its reference."""
    now = clock.now()
    found = appointment_for(request, code)
    newest = Waiting.objects.filter(appointment=found).order_by("-id").values_list("id", flat=True).first()
    try:
        booking.take_offer(waiting_id=newest or 0, source="web", by=actor_for(request, found), now=now)
    except Refused as refused:
        if _taken_already(newest or 0) is not None:  # tapped twice, or in another browser
            return redirect(_to("appointment", found, request))
        return _page(request, found, now=now, refused=refused)
    return redirect(_to("appointment", found, request))


# --- waiting list (候补) ------------------------------------------------------------------------------------------


def _waiting_of(request: Any, waiting: int) -> Waiting:
    found = Waiting.objects.filter(id=waiting, account_id=request.who.account_id).first()
    if found is None:
        raise Http404
    return found


@citizen_page
@require_POST
def leave_waiting(request: Any, waiting: int) -> HttpResponseBase:
    now = clock.now()
    found = _waiting_of(request, waiting)
    try:
        booking.leave_waiting(waiting_id=found.pk, by=request.who.by, now=now)
    except Refused as refused:
        if (taken := _taken_already(found.pk)) is not None:  # in another browser
            return redirect("citizen:appointment", taken.code)
        return _all(request, now=now, form=Appeal(), refused=refused)
    return redirect("citizen:appointments")


@citizen_page
@require_POST
def take_offer(request: Any, waiting: int) -> HttpResponseBase:
    """Take the place that came free."""
    now = clock.now()
    found = _waiting_of(request, waiting)
    try:
        placed = booking.take_offer(
            waiting_id=found.pk,
            source="web",
            by=request.who.by,
            now=now,
            account_id=request.who.account_id,
            language=language(),
        )
    except Refused as refused:
        if (taken := _taken_already(found.pk)) is not None:  # tapped twice, or in another browser
            return redirect("citizen:appointment", taken.code)
        return _all(request, now=now, form=Appeal(), refused=refused)
    return redirect(f"{reverse('citizen:appointment', args=[placed.code])}?new=1")


def _taken_already(waiting: int) -> Appointment | None:
    """What this offer became, where whoever it was made to took it a moment ago."""
    kept = Waiting.objects.select_related("hold", "appointment").filter(id=waiting).first()
    if kept is None or kept.state != "taken" or kept.hold is None:
        return None
    if kept.appointment is not None:
        return kept.appointment if kept.appointment.slot_id == kept.hold.slot_id else None
    mine = Appointment.objects.filter(
        account_id=kept.account_id, person=kept.person_id, item=kept.item_id, slot=kept.hold.slot_id, state="booked"
    )
    return mine.order_by("-id").first()
