"""A number followed on the phone: ahead, the wait, where to go when it is called; put off, or given up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banshi.foundation import clock
from banshi.foundation.closed import stays_words
from banshi.foundation.crypto import rating_key
from banshi.foundation.said import english
from banshi.foundation.times import day_words
from banshi.journeys.hours.after_hours import after_hours, first_place, owes_an_apology
from banshi.journeys.hours.stops import Stop, evacuation, for_line, over_windows, stop_of
from banshi.journeys.visit import redirect as elsewhere
from banshi.journeys.visit.after_miss import after_miss
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.rules import What
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.models import Account
from banshi.rooms.places import queries as places
from banshi.rooms.tickets import actions as line
from banshi.rooms.tickets import queries as tickets
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.rules import NUMBER
from banshi.surfaces.citizen.doors import page, public_page
from banshi.surfaces.citizen.rating_keys import keep_key, key_held, note_key
from banshi.surfaces.citizen.refusals import panel

NO_KEY = {"zh": "取号单或短信里的链接", "en": "The link on the slip or in the message"}


@public_page
@require_GET
def ticket(request: Any, ref: str) -> HttpResponseBase:
    """The number's page. The reference is random and printed on the slip: who has it may look."""
    note_key(request, ref)
    if (row := tickets.renewed(ref[:32])) is not None:
        return _renewed(request, ref, row)
    context = _ticket(request, ref, now=clock.now())
    if onward := _arrived_as(request, context["t"]):
        return redirect("citizen:ticket", ref=onward)
    return _page(request, ref, context)


@public_page
@require_GET
def ticket_part(request: Any, ref: str) -> HttpResponseBase:
    """The moving part, fetched again when the number's state changes; of one that was sent on, from arrival there on, the
    page of the new one."""
    if (row := tickets.renewed(ref[:32])) is not None:
        if onward := followed_as(request, ref):
            return _to_page_of(onward)
        _said(request, ref)
        return page(request, "citizen/_renewed.html", {"hall": row.hall}, hall=row.hall)
    context = _ticket(request, ref, now=clock.now())
    if onward := _arrived_as(request, context["t"]):
        return _to_page_of(onward)
    return page(request, "citizen/_ticket.html", context, hall=context["hall"])


def _to_page_of(ref: str) -> HttpResponseBase:
    answer = HttpResponse(status=204)
    answer["HX-Redirect"] = reverse("citizen:ticket", args=[ref])
    return answer


def _renewed(request: Any, ref: str, row: Ticket) -> HttpResponseBase:
    """The page of a ref that the number had before: on to the present one by right, else only that there is a new slip."""
    if onward := followed_as(request, ref):
        return redirect("citizen:ticket", ref=onward)
    _said(request, ref)
    no = tickets.not_there(ref[:32])
    return page(request, "citizen/renewed.html", {"ref": ref, "hall": row.hall}, hall=row.hall, refused=no)


def _said(request: Any, ref: str) -> None:
    """That there is a new slip: the first page need not say it again."""
    if request.session.get("ticket") == ref:
        del request.session["ticket"]


def followed_as(request: Any, ref: str) -> str:
    """The ref that a number has now – sent on, the one in the other hall –, for whoever is signed in as who may follow it
    without its slip; else ""."""
    account, row = request.who.account_id, tickets.renewed(ref[:32])
    if account is None or row is None:
        return ""
    rows = Ticket.objects.select_related("hall", "appointment__item").order_by("-id")
    while (onward := rows.filter(came_from=row).first()) is not None:
        row = onward
    return row.ref if may_act(row, account_id=account) else ""


def _arrived_as(request: Any, seen: tickets.TicketView) -> str:
    """The number as which one that was sent on is in another hall, from its person's arrival there on; else ""."""
    if seen.state != "redirected":
        return ""
    here, onward = seen.ref, ""
    while (row := elsewhere.goes_on_as(here)) is not None and not elsewhere.is_expected(row):
        keep_key(request, here, goes_on_as=row.ref)
        here = onward = row.ref
    return onward


def goes_on_as(request: Any, ref: str) -> str:
    """The number as which one that was sent on goes on, its person there or still on the way; else ""."""
    here, onward = ref[:32], ""
    while (row := elsewhere.goes_on_as(here)) is not None:
        keep_key(request, here, goes_on_as=row.ref)
        here = onward = row.ref
    return onward


def _page(request: Any, ref: str, context: dict[str, Any], *, refused: Refused | None = None) -> HttpResponseBase:
    context = context | {"texts": texts()}
    request.session["ticket"] = ref
    if refused is not None:
        zone = ZoneInfo(context["hall"].timezone)
        context["panel"] = panel(refused, today=context["now"].astimezone(zone).date(), zone=zone)
    return page(
        request,
        "citizen/ticket.html",
        context,
        hall=context["hall"],
        refused=refused,
        turns=[context["until"], None if context["t"].back_stands else context["t"].back_until],
    )


# --- what its holder may do ---------------------------------------------------------------------------------------


@public_page
@require_http_methods(["GET", "POST"])
def late(request: Any, ref: str) -> HttpResponseBase:
    """I am late: set aside with its rank, which one tap takes back, or behind some others, which is asked once."""
    if request.method == "GET":
        return _ask(request, ref, "late")
    return _act(request, ref, line.late)


@public_page
@require_http_methods(["GET", "POST"])
def leave(request: Any, ref: str) -> HttpResponseBase:
    """Give the number up; asked once."""
    if request.method == "GET":
        return _ask(request, ref, "leave")
    return _act(request, ref, line.leave)


@public_page
@require_POST
def come_back(request: Any, ref: str) -> HttpResponseBase:
    """Set aside before, and here again."""
    return _act(request, ref, line.come_back)


def _ask(request: Any, ref: str, what: str) -> HttpResponseBase:
    context = _ticket(request, ref, now=clock.now())
    if not context["mine"]:
        raise Refused("not-allowed", facts={"permission": NO_KEY, "link": True})
    return page(request, "citizen/number_ask.html", context | {"what": what}, hall=context["hall"])


def _act(request: Any, ref: str, act: Callable[..., Ticket]) -> HttpResponseBase:
    now = clock.now()
    if not _mine(request, ref):
        raise Refused("not-allowed", facts={"permission": NO_KEY, "link": True})
    account = request.who.account_id
    by = Actor(ActorKind.CITIZEN, str(account) if account is not None else f"link-{ref}"[:40])
    try:
        done = act(ref=ref[:32], by=by, now=now)
    except Refused as refused:
        return _page(request, ref, _ticket(request, ref, now=now), refused=refused)
    if act is line.late and done.state == "waiting":
        messages.success(request, gettext("Put off. Some numbers go first now."))
    return redirect("citizen:ticket", ref=ref)


def _mine(request: Any, ref: str) -> bool:
    """Whoever came by the slip's or message's link; the account that booked, where the number was taken with its code; the
    one proven to be its person. Who only declared whose document it is does nothing to a number taken with the card."""
    account = request.who.account_id
    found = Ticket.objects.filter(ref=ref[:32]).select_related("appointment").first()
    held = bool(key_held(request, ref)) and not (found is not None and found.renew_on_return)
    if held and account is None:
        return True
    if account is None or found is None:
        return False
    return not _is_over(found, account_id=account) if held else may_act(found, account_id=account)


def _is_over(ticket: Ticket, *, account_id: int) -> bool:
    """Whether an agent holds the key of a number it booked under a mandate that is over."""
    booked = tickets.booked_behind(ticket)
    if booked is None or booked.account_id != account_id or booked.limit_key:
        return False
    today = clock.now().astimezone(ZoneInfo(ticket.hall.timezone)).date()
    return people.mandate_over(account_id, booked.person_id, item=booked.item.code, today=today)


def told_as_said(account_id: int) -> QuerySet[Ticket]:
    """Of what this account booked, the numbers whose messages, with the link that steers, go to its own telephone: their
    person, whose card was seen, said so at the machine."""
    phone = Account.objects.filter(id=account_id).values("phone_index")
    told = Ticket.objects.filter(appointment__account_id=account_id, phone_index__in=phone)
    return told.exclude(notify_to="").exclude(appointment__limit_key="")


def may_act(ticket: Ticket, *, account_id: int) -> bool:
    """Whether this account, without the slip, may do something to the number."""
    booked = ticket.booked
    if booked is not None and booked.account_id == account_id:
        if not booked.limit_key and not _is_over(ticket, account_id=account_id):
            return True  # an agent with a mandate; with evidence, the person
        if booked.limit_key and ticket.limit_key == f"account:{account_id}":
            return True
        if told_as_said(account_id).filter(pk=ticket.pk).exists():
            return True
    return ticket.person_id is not None and people.proven_by(account_id, ticket.person_id).proves


# --- what it shows ------------------------------------------------------------------------------------------------


def texts() -> dict[str, str]:
    """Words that the phone fills itself while the number waits: a hall's line may move for thousands at once."""
    return {
        "min": gettext("%(n)s min"),
        "h": gettext("%(n)s h"),
        "h_min": gettext("%(h)s h %(m)s min"),
        "about": gettext("about %(time)s"),
        "at_most": gettext("%(about)s, at most %(time)s"),
        "soon": gettext("right away"),
        "unknown": gettext("cannot be estimated yet"),
        "one": ngettext("%(n)s person", "%(n)s people", 1),
        "many": ngettext("%(n)s person", "%(n)s people", 2),
    }


def stays(seen: tickets.TicketView, closed: Stop | None) -> str:
    """What becomes of the number while nobody is called."""
    today, out = closed is None or closed.keeps, closed is None or closed.evacuates
    may_return = seen.back_until is not None
    return stays_words(seen.state, expected=seen.on_the_way, may_return=may_return, today=today, out=out)


def evacuation_over(seen: tickets.TicketView, now: datetime) -> Stop | None:
    """The evacuation over where this number waits, or over the window it is at."""
    if seen.state not in NUMBER.goes_on:
        return None
    hall = places.hall_by_code(seen.hall)
    zone = None
    if seen.called_to_code is not None:
        zone = hall.windows.filter(code=seen.called_to_code).values_list("zone__code", flat=True).order_by("id").first()
    else:
        zone = calendars.zones_by_category(hall.pk).get(seen.category)
    out = evacuation(hall, now, zone=zone)
    return for_line(out, hall, now, item=seen.item, category=seen.category) if out is not None else None


def _sent_on(seen: tickets.TicketView) -> elsewhere.SentOn | None:
    """The other hall: of the number given up, and of the one there until its person arrives."""
    if seen.state == "redirected":
        return elsewhere.sent_on(seen.ref)
    return elsewhere.on_the_way(seen.ref) if seen.on_the_way else None


def _ticket(request: Any, ref: str, *, now: datetime) -> dict[str, Any]:
    seen = tickets.ticket(ref[:32], now)
    hall = places.hall_by_code(seen.hall)
    floor = seen.floor_en if english() and seen.floor_en else seen.floor
    opening = None
    if seen.state in ("waiting", "parked", "missed", "held"):
        opening = calendars.opening(hall, now, What(seen.item, category=seen.category))
    policy = places.policy_of(hall.pk, now=now)
    until = opening.session.ends_at if opening and opening.session else None
    no_walk = opening is not None and (opening.closure is not None or until is None or seen.served_today is False)
    walk = seen.walk_off_until
    closed = None
    if opening is not None and opening.closure is not None:
        closed = stop_of(hall, now, item=seen.item, category=seen.category, appointment_id=seen.appointment_id)
    if closed is None and seen.state in ("waiting", "parked") and seen.without_windows:
        closed = over_windows(hall, now, category=seen.category)
    stopped = closed if closed is not None and not closed.lets_in else None
    evacuated = evacuation_over(seen, now)
    after = after_hours(hall, now) if seen.state == "waiting" and until is None and closed is None else None
    too_late = after is not None and not after.reaches(likely_s=seen.likely_s, now=now)
    late = seen.state == "waiting" and seen.served_today is False and stopped is None
    unserved = seen.state == "closed" and owes_an_apology(seen.ref)
    if unserved:  # why, as long as that closure runs
        closed = stop_of(hall, now, item=seen.item, category=seen.category)
    not_finished = seen.outcome == "not_finished"
    mine = _mine(request, ref)
    others = tickets.beside(seen.ref, now) if mine else []
    zone = ZoneInfo(hall.timezone)
    taken = seen.made_at.astimezone(zone).date()
    gone = after_miss(seen, hall=hall, now=now)
    return {
        "t": seen,
        "floor": floor,
        "beyond": [en if english() and en else zh for zh, en in seen.beyond],
        "closed": closed,
        "stopped": stopped,
        "evacuated": evacuated,
        "stays": stays(seen, evacuated or closed),
        "after": after,
        "too_late": too_late,
        "unserved": unserved,
        "of_day": day_words(taken, None) if taken != now.astimezone(zone).date() else "",
        "gone": gone,
        "sent_on": _sent_on(seen),
        "first_place": first_place(seen.ref, now)
        if too_late or unserved or late or not_finished
        else gone and gone.first_place,
        "hall": hall,
        "policy": policy.tickets,
        "told": seen.has_contact and policy.messages.on_call,
        "mine": mine,
        "others": [(each, rating_key(each.ref)) for each in others],
        "first": tickets.goes_first(seen, others),
        "code": tickets.qr_text(seen.ref, rating_key(seen.ref)) if mine else "",  # what opens it at a machine
        "rate_key": key_held(request, ref),
        "until": until or (opening.opens_at if opening else None),
        "no_walk": no_walk,  # while calling has stopped there is nothing honest to say
        "walk_until": None if no_walk or walk is None or (until is not None and walk >= until) else walk,
        "now": now,
    }
