"""The clerk's verbs: each POST is one action, and answers with the console as it then is."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.foundation.said import named
from banshi.frames.typed import invalid, lines_of, time_or_none
from banshi.journeys.hall import steer
from banshi.journeys.visit import redirect as elsewhere
from banshi.journeys.visit import serve, take_number
from banshi.kernel import cards
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import SLUGS, Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.booking import actions as booking
from banshi.rooms.places import queries as places
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets import queries
from banshi.rooms.tickets.actions.noting import write_note
from banshi.rooms.tickets.models import Ticket
from banshi.surfaces.desk import console


@require_POST
@door(audience="staff", permission="desk.work")
def sign_in(request: Asked) -> HttpResponse:
    """Work a window (上岗)."""
    code = _text(request, "window", 60)
    assert request.who.staff_id is not None
    try:
        window = places.window_by_code(code)
        if not request.who.may("desk.work", window.hall.code):
            raise Refused("not-your-hall", facts={"hall": {"zh": window.hall.name_zh, "en": window.hall.name_en}})
        steer.sign_in(window_code=code, staff_id=request.who.staff_id, now=clock.now())
    except Refused as no:
        shown = console.choice(request.who, wanted=_text(request, "hall", 40), refused=no)
        return render(request, "desk/choose.html", shown, status=SLUGS[no.slug])
    return redirect("desk:desk")


@require_POST
@door(audience="staff", permission="desk.work")
def do(request: Asked, verb: str) -> HttpResponse:
    """One verb of the console: call, start, finish …; the refusal, if any, stands on top of the console."""
    act = VERBS.get(verb)
    if act is None:
        raise Refused("nothing-found")
    now = clock.now()
    assert request.who.staff_id is not None
    refused: Refused | None = None
    more: dict[str, Any] = {}
    try:
        more = act(request, request.who.staff_id, now) or {}
    except Refused as no:
        refused = no
        more = {"typed": _number(request)} if verb == "identity" else {}
    if not request.htmx:
        return redirect("desk:desk") if refused is None else _page(request, refused, now)
    view = queries.desk(request.who.staff_id, now)
    if view.state == "signed_out":
        return HttpResponse(headers={"HX-Redirect": "/desk/"})
    shown = console.context(request.who, view, now=now, refused=refused, **more)
    response = render(request, "desk/_console.html", shown, status=SLUGS[refused.slug] if refused else 200)
    if refused is None and (told := _told(verb, shown)):
        response["HX-Trigger-After-Settle"] = json.dumps(told)  # \u escapes: headers are Latin-1
    return response


def _told(verb: str, shown: dict[str, Any]) -> dict[str, Any]:
    """What the page says for a moment: what was done and can be taken back, or that something is on its way."""
    if verb in PUT_AWAY and shown["acts"].undo is not None:
        return {"desk-done": {"ref": shown["acts"].undo.ref}}
    if verb == "confirm-again":
        return {"toast": {"text": gettext("The confirmation is on its way again."), "tone": "ok"}}
    return {}


def _page(request: Asked, refused: Refused, now: datetime) -> HttpResponse:
    assert request.who.staff_id is not None
    view = queries.desk(request.who.staff_id, now)
    if view.state == "signed_out":
        raise refused
    return render(
        request,
        "desk/desk.html",
        console.context(request.who, view, now=now, refused=refused),
        status=SLUGS[refused.slug],
    )


def _text(request: Asked, name: str, most: int = 200) -> str:
    return lines_of(request.POST.get(name), most)


Did = dict[str, Any] | None
Act = Callable[[Asked, int, datetime], Did]


def _call(request: Asked, staff_id: int, now: datetime) -> Did:
    view = queries.desk(staff_id, now)
    tickets.call_next(window_code=view.window_code, staff_id=staff_id, now=now)
    return None


def _call_this(request: Asked, staff_id: int, now: datetime) -> Did:
    view = queries.desk(staff_id, now)
    hall = view.hall.code if view.hall else ""
    if not request.who.may("desk.out_of_order", hall):
        raise Refused("not-allowed", facts={"permission": "desk.out_of_order"})
    tickets.call_ticket(
        window_code=view.window_code,
        ref=_text(request, "ref", 40),
        staff_id=staff_id,
        why=_text(request, "why", 120),
        now=now,
    )
    return None


def _by_ref(action: Callable[..., Any]) -> Act:
    def act(request: Asked, staff_id: int, now: datetime) -> Did:
        action(ref=_text(request, "ref", 40), staff_id=staff_id, now=now)
        return None

    return act


def _here(request: Asked, staff_id: int) -> Actor:
    """Who acts, bound to the hall of the window worked: numbers of other halls are not this desk's.

    :raises Refused: not-signed-in.
    """
    return replace(request.who.by, hall=console.hall_at_work(staff_id).code)


def _in_line(action: Callable[..., Any]) -> Act:
    def act(request: Asked, staff_id: int, now: datetime) -> Did:
        action(ref=_text(request, "ref", 40), by=_here(request, staff_id), now=now)
        return None

    return act


def _park(request: Asked, staff_id: int, now: datetime) -> Did:
    """Let somebody step out, back at a time of today or when they say so."""
    by = _here(request, staff_id)
    until = None
    if typed := _text(request, "until", 8):
        at, zone = time_or_none(typed), ZoneInfo(console.hall_at_work(staff_id).timezone)
        if at is None:
            raise invalid("until", gettext("A time like 10:30"))
        until = datetime.combine(now.astimezone(zone).date(), at, zone)
    tickets.step_out(ref=_text(request, "ref", 40), until=until, by=by, now=now)
    return None


def _transfer(request: Asked, staff_id: int, now: datetime) -> Did:
    ref, why = _text(request, "ref", 40), _text(request, "why", 200)
    if hall := _text(request, "hall", 40):
        elsewhere.to_hall(ref=ref, hall=hall, by=_here(request, staff_id), now=now, why=why)
        old = Ticket.objects.select_related("item", "category").get(ref=ref)
        return {"sent_on": elsewhere.sent_on(ref), "sent": old.number, "sent_matter": named(old.item or old.category)}
    window, category = _text(request, "window", 60), _text(request, "category", 10)
    tickets.transfer(
        ref=ref,
        staff_id=staff_id,
        now=now,
        window_code=window or None,
        category_code=None if window else category or None,
        why=why,
    )
    return None


def _identity(request: Asked, staff_id: int, now: datetime) -> Did:
    """Compare. A button pressed says what was seen, whatever stands in the field; what did not fit stays there."""
    ok = {"yes": True, "no": False}.get(_text(request, "ok", 3))
    number = _number(request) if ok is None else ""
    ticket = tickets.identity_checked(
        ref=_text(request, "ref", 40), staff_id=staff_id, now=now, id_number=number or None, ok=ok
    )
    return {"typed": number} if ticket.identity_ok is False else None


def _number(request: Asked) -> str:
    """Of a document, typed or read from a card."""
    return cards.number_in(_text(request, "id_number", 300))[:40]


def _look(request: Asked, staff_id: int, now: datetime) -> Did:
    """Show the full name and number of the person at this window, and leave a trace."""
    view = queries.desk(staff_id, now)
    hall = view.hall.code if view.hall else ""
    if view.ticket is None or view.ticket.person_id is None or view.ticket.ref != _text(request, "ref", 40):
        raise Refused("nothing-found")
    if not request.who.may("desk.identity", hall):
        raise Refused("not-allowed", facts={"permission": "desk.identity"})
    ticket = Ticket.objects.select_related("person", "appointment").get(ref=view.ticket.ref)
    look = audit.Look(f"person:{ticket.person_id}", request.who.by, hall, f"ticket:{ticket.ref}")
    audit.looked_once([look], now=now)
    assert ticket.person is not None
    return {"shown": {"name": queries.name_of(ticket), "id_number": ticket.person.id_number}}


def _finish(request: Asked, staff_id: int, now: datetime) -> Did:
    serve.finish(
        ref=_text(request, "ref", 40),
        staff_id=staff_id,
        now=now,
        outcome=_text(request, "outcome", 16) or "done",
        why=_text(request, "why"),
    )
    return None


def _go_on(request: Asked, staff_id: int, now: datetime) -> Did:
    """Done, and the next matter of the same visit at once."""
    ref, then = _text(request, "ref", 40), _text(request, "then", 40)
    serve.go_on(ref=ref, then=then, staff_id=staff_id, now=now, why=_text(request, "why"))
    return None


def _with_why(action: Callable[..., Any]) -> Act:
    def act(request: Asked, staff_id: int, now: datetime) -> Did:
        action(ref=_text(request, "ref", 40), staff_id=staff_id, why=_text(request, "why"), now=now)
        return None

    return act


def _skip(request: Asked, staff_id: int, now: datetime) -> Did:
    """Pass a number by; where no other window can take it, it stays this one's, and the clerk reads so."""
    ref = _text(request, "ref", 40)
    ticket = tickets.skip(ref=ref, staff_id=staff_id, why=_text(request, "why"), now=now)
    stays = any(each.ref == ref for each in queries.desk(staff_id, now).line)
    return {"not_passed": ticket.number} if stays else None


def _turn_away(request: Asked, staff_id: int, now: datetime) -> Did:
    ref, why, others = _text(request, "ref", 40), _text(request, "why"), _text(request, "others", 3) == "yes"
    serve.turn_away(ref=ref, staff_id=staff_id, why=why, others=others, now=now)
    return None


def _as_lead(request: Asked, staff_id: int) -> None:
    """:raises Refused: not-allowed, where this clerk leads nobody in the hall."""
    if not request.who.may("desk.out_of_order", console.hall_at_work(staff_id).code):
        raise Refused("not-allowed", facts={"permission": "desk.out_of_order"})


def _take_over(request: Asked, staff_id: int, now: datetime) -> Did:
    """A lead goes on with the number at another window; the form says which number at which window it means."""
    _as_lead(request, staff_id)
    window, _, ref = _text(request, "at", 120).partition(" ")
    ticket = tickets.take_over(ref=ref, window_code=window, staff_id=staff_id, why=_text(request, "why"), now=now)
    return {"taken_over": ticket.number, "taken_from": places.window_by_code(window).number}


def _confirm_again(request: Asked, staff_id: int, now: datetime) -> Did:
    """The confirmation of another booking of the person in front, to the number given with it."""
    view = queries.desk(staff_id, now)
    code = _text(request, "code", 16)
    if code not in {each.code for each in console.to_confirm(view, now)}:
        raise Refused("nothing-found", facts={"appointment": code})
    booking.confirm_again(code=code, by=_here(request, staff_id), now=now)
    return None


def _override(request: Asked, staff_id: int, now: datetime) -> Did:
    """A lead lets a number go on though card and person differ."""
    _as_lead(request, staff_id)
    return _with_why(tickets.override_mismatch)(request, staff_id, now)


def _set_matter(request: Asked, staff_id: int, now: datetime) -> Did:
    tickets.set_matter(ref=_text(request, "ref", 40), item_code=_text(request, "item", 80), staff_id=staff_id, now=now)
    return None


def _add_matter(request: Asked, staff_id: int, now: datetime) -> Did:
    take_number.add(ref=_text(request, "ref", 40), item_code=_text(request, "item", 80), staff_id=staff_id, now=now)
    return None


def _note(request: Asked, staff_id: int, now: datetime) -> Did:
    view = queries.desk(staff_id, now)
    ref = _text(request, "ref", 40)
    if view.ticket is None or view.ticket.ref != ref:
        raise Refused("nothing-found")
    write_note(ref=ref, text=_text(request, "note"), staff_id=staff_id, now=now)
    return {"noted": True}


def _pause(request: Asked, staff_id: int, now: datetime) -> Did:
    tickets.pause(staff_id=staff_id, reason=_text(request, "reason", 60), now=now)
    return None


def _session(action: Callable[..., Any]) -> Act:
    def act(request: Asked, staff_id: int, now: datetime) -> Did:
        action(staff_id=staff_id, now=now)
        return None

    return act


def _at_my_window(action: Callable[..., Any]) -> Act:
    def act(request: Asked, staff_id: int, now: datetime) -> Did:
        action(staff_id=staff_id, by=_here(request, staff_id), now=now)
        return None

    return act


PUT_AWAY = ("finish", "turn-away", "miss", "go-on")
VERBS: dict[str, Act] = {
    "call": _call,
    "call-this": _call_this,
    "recall": _by_ref(tickets.recall),
    "start": _by_ref(tickets.start),
    "finish": _finish,
    "go-on": _go_on,
    "undo": _by_ref(serve.undo),
    "turn-away": _turn_away,
    "override": _override,
    "skip": _skip,
    "take-over": _take_over,
    "confirm-again": _confirm_again,
    "set-matter": _set_matter,
    "miss": _by_ref(serve.miss),
    "hold": _by_ref(tickets.hold),
    "resume-held": _by_ref(tickets.resume_held),
    "park": _park,
    "unpark": _in_line(tickets.is_here),
    "reinstate": _in_line(tickets.reinstate),
    "leave": _in_line(tickets.leave),
    "transfer": _transfer,
    "identity": _identity,
    "look": _look,
    "add-matter": _add_matter,
    "note": _note,
    "pause": _pause,
    "resume": _at_my_window(steer.go_on),
    "emergency": _at_my_window(steer.call_help),
    "sign-out": _session(tickets.sign_out),
}
