"""Who may see what here: everything public is open; what is personal needs the signed-in account or a signed link."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from banshi.foundation import clock
from banshi.foundation.crypto import link_key_ok
from banshi.foundation.doors import Who, door, to_sign_in
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import SLUGS, Refused
from banshi.rooms.booking import queries as bookings
from banshi.rooms.booking.models import Appointment
from banshi.rooms.identity import queries as people
from banshi.rooms.places.models import Hall
from banshi.surfaces.citizen import sent
from banshi.surfaces.citizen.turning import next_turn

View = Callable[..., HttpResponseBase]


class SignInFirst(Exception):
    """Nobody is signed in, and it is no page for nobody."""


def public_page(view: View) -> View:
    """Open to everybody; knows the signed-in person where there is one."""
    return _as_citizen(door(audience="public")(view))


def citizen_page(view: View) -> View:
    """For a signed-in person; others sign in first and come back."""
    return _as_citizen(door(audience="citizen")(view))


def _as_citizen(view: View) -> View:
    # A browser may hold a clerk's session and a citizen's at once (a clerk's own appointment, a demo).
    # Here the citizen acts.
    @wraps(view)
    def page(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        account_id = request.session.get("account")
        if account_id and people.epoch_of(int(account_id)) != request.session.get("epoch", 0):
            request.session.pop("account", None)  # ended everywhere, from another browser
            account_id = None
            request.who = request.who if request.who.is_staff else Who()
        if account_id:
            request.who = Who(actor=Actor(ActorKind.CITIZEN, str(account_id)), account_id=int(account_id))
        elif request.who.is_staff:
            request.who = Who()
        try:
            answer = view(request, *args, **kwargs)
        except SignInFirst:
            return to_sign_in(request, "/sign-in")
        if request.method == "POST":
            sent.note(request, answer)
        return answer

    return page


def ask_to_sign_in(next_path: str) -> HttpResponseBase:
    """To the sign-in page, and back to `next_path` with the choice made so far."""
    return redirect(f"{reverse('citizen:sign-in')}?{urlencode({'next': next_path})}")


def appointment_for(request: Any, code: str, *, look: bool = False) -> Appointment:
    """The appointment, for the account that booked it, the proven person whose document it is on, or the holder of its
    link; else 404: codes tell nothing. Whoever is signed in no more signs in first, whatever the code.

    :param look: only to see that it was booked and what became of it, which an agent may whose mandate is over.
    :raises Refused: mandate-missing – such an agent, for anything else.
    """
    found = _appointment(request, code)
    if not look and mandate_over(request, found):
        raise Refused("mandate-missing", facts={"item": found.item.code})
    return found


def mandate_over(request: Any, found: Appointment) -> bool:
    """Whether it was booked under a mandate that is over, and whoever looks is not the client by proof: the agent may have
    given any telephone for the link."""
    if found.account_id is None or found.limit_key or on_my_document(request, found) or by_clients_link(request, found):
        return False
    today = clock.now().astimezone(ZoneInfo(found.hall.timezone)).date()
    theirs = request.who.account_id == found.account_id
    if not theirs and people.speaks_for(found.contact_index, found.person_id, item=found.item.code, today=today):
        return False
    return people.mandate_over(found.account_id, found.person_id, item=found.item.code, today=today)


def _appointment(request: Any, code: str) -> Appointment:
    key = key_given(request)
    if request.who.account_id is None and not key and bookings.code_of(code) is not None:
        raise SignInFirst
    found = Appointment.objects.select_related("hall", "item", "category").filter(code=code.upper()).first()
    if found is None:
        raise Http404
    if request.who.account_id is not None and found.account_id == request.who.account_id:
        return found
    if on_my_document(request, found):
        return found
    if link_key_ok(found.code, key, found.link_turn) or bookings.clients_link_ok(found, key):
        return found
    raise Http404


def key_given(request: Any) -> str:
    """The `k` of a link, "" where none is given."""
    return str(request.GET.get("k") or request.POST.get("k") or "")[:40]


def by_clients_link(request: Any, found: Appointment) -> bool:
    """Whether somebody comes by the link that the client of an agent has to it, and not by the agent's."""
    key = key_given(request)
    return not link_key_ok(found.code, key, found.link_turn) and bookings.clients_link_ok(found, key)


def on_my_document(request: Any, found: Appointment) -> bool:
    """Whether this account is proven to be the person it is booked for."""
    return people.proven_by(request.who.account_id, found.person_id).proves


def actor_for(request: Any, found: Appointment) -> Actor:
    """Who acts on an appointment: the signed-in person, or the one who holds its link."""
    mine = found.account_id == request.who.account_id or on_my_document(request, found)
    if request.who.account_id is not None and mine:
        return Actor(ActorKind.CITIZEN, str(request.who.account_id))
    holder = "client" if by_clients_link(request, found) else "link"
    return Actor(ActorKind.CITIZEN, f"{holder}-{found.code}"[:40])


def asked(request: HttpRequest, name: str, *, most: int = 80) -> str:
    """A value of the address as typed: trimmed, short, without control characters (which a database trips over)."""
    text = str(request.GET.get(name, ""))[:most]
    return "".join(c for c in text if c.isprintable()).strip()


def elder(request: HttpRequest) -> bool:
    """Whether this browser reads in large type (适老模式)."""
    return request.COOKIES.get("elder") == "1"


def near(request: HttpRequest) -> tuple[float, float] | None:
    """Where the phone is, as `?near=23.02,113.75` (latitude, longitude in degrees); None where it is not said.

    The page's script rounds to about a kilometre before it asks; nothing of it is kept.
    """
    parts = str(request.GET.get("near", ""))[:40].split(",")
    try:
        lat, lon = (float(part) for part in parts)
    except ValueError:
        return None
    return (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None


def page(
    request: Any,
    template: str,
    context: dict[str, Any],
    *,
    hall: Hall | None = None,
    refused: Refused | None = None,
    turns: Iterable[datetime | None] = (),
) -> HttpResponse:
    """Render in the hall's time, with the status of the refusal it shows, if any.

    :param turns: moments at which the page says something else; it is fetched anew then, and at midnight.
    """
    zone = ZoneInfo(hall.timezone) if hall else timezone.get_default_timezone()
    request.refused = refused  # a form that was refused is kept (sent.py)
    now = clock.now().astimezone(zone)
    context = {"turns_s": (next_turn(now, turns) - now).total_seconds(), "panel": None, **context}
    with timezone.override(zone):
        return render(request, template, context, status=SLUGS[refused.slug] if refused else 200)


def language() -> str:
    """The active language as stored with appointments."""
    return "en" if (get_language() or "").startswith("en") else "zh-hans"
