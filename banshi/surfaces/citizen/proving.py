"""What costs the hall a place or a message asks a browser for proof of work where load or pattern calls for it.

The browser reads the answer, calculates and sends the same form again by itself (ui/proof.js). Who uses no script reads
where to ring up. Never asked: the hall's own machines and networks. Staff, kiosks and API keys do not come this way.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpResponseBase
from django.utils.dateparse import parse_date

from banshi.foundation import proof
from banshi.foundation.problem import problem_response
from banshi.kernel.addresses import within
from banshi.kernel.refusals import Refused
from banshi.rooms.booking.models import Slot
from banshi.rooms.devices import queries as devices
from banshi.rooms.identity import actions as identity
from banshi.rooms.places.models import Hall
from banshi.surfaces.citizen.doors import page
from banshi.surfaces.citizen.known_numbers import known

View = Callable[..., HttpResponseBase]
TOKENS = ("csrfmiddlewaretoken", proof.FIELD)
NEEDS_ACCOUNT = ("people", "hold", "book", "wait")  # without one, the view only leads to signing in
FAILED = (404, 409, 422)


def costs(purpose: str) -> Callable[[View], View]:
    """A view whose POST costs a place or a message. :param purpose: what for; a proof of one is none of another."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            asks = _asks(request, purpose, kwargs)
            if asks is None:
                return view(request, *args, **kwargs)
            try:
                proof.admit(asks, given=_given(request))
            except Refused as refused:
                return _needed(request, refused, kwargs)
            answer = view(request, *args, **kwargs)
            if answer.status_code in FAILED:
                proof.failed(asks)
            return answer

        guarded.costs = purpose  # type: ignore[attr-defined]
        return guarded

    return wrap


def from_the_hall(request: Any) -> bool:
    """Whether this comes from a hall's own machine or network."""
    device, _, token = request.COOKIES.get("device", "").partition(":")
    address = request.META.get("REMOTE_ADDR", "")
    return within(address, settings.BANSHI_HALL_NETWORKS) or bool(token and devices.by_token(device, token))


def _asks(request: Any, purpose: str, kwargs: dict[str, Any]) -> proof.Asks | None:
    account = request.who.account_id
    if request.method != "POST" or (account is None and purpose in NEEDS_ACCOUNT) or from_the_hall(request):
        return None
    return proof.Asks(
        purpose=purpose,
        address=request.META.get("REMOTE_ADDR", ""),
        who=f"account:{account}" if account is not None else "",
        number=_number(request) if purpose == "code" else "",
        place=_place(request, kwargs) if purpose in ("hold", "book", "wait") else "",
    )


def _place(request: Any, kwargs: dict[str, Any]) -> str:
    """The period, else the hall and day, that is asked for: each in one spelling, whatever else is sent beside it."""
    slot = str(kwargs.get("slot") or request.POST.get("slot") or "")
    if slot.isascii() and slot.isdigit() and len(slot) < 19:
        return str(int(slot))
    try:
        day = parse_date(str(request.POST.get("day") or "")[:10])
    except ValueError:
        day = None
    hall = str(request.POST.get("hall") or "")[:40].strip().lower()
    return f"{hall} {day}" if hall and day else ""


def _number(request: Any) -> str:
    """The telephone a code is asked for, whoever asks; "" for a browser that has signed in with it."""
    try:
        index = identity.number_index(str(request.POST.get("phone") or "")[:30].replace("\0", ""))
    except Refused:
        return ""  # none, as the view will say
    return "" if index in known(request).numbers else index


def _given(request: Any) -> str:
    return str(request.POST.get(proof.FIELD) or request.headers.get("X-Proof") or "")


def _needed(request: Any, refused: Refused, kwargs: dict[str, Any]) -> HttpResponseBase:
    """The same form once more, with the challenge; a problem for programs."""
    if request.accepts("application/problem+json") and not request.accepts("text/html"):
        return problem_response(refused.refusal)
    fields = [(name, value) for name, values in request.POST.lists() if name not in TOKENS for value in values]
    context = {
        "challenge": refused.facts["challenge"],
        "path": request.get_full_path(),
        "fields": fields,
        "hall": _hall(request, kwargs),
        "target": request.headers.get("HX-Target", ""),
    }
    template = "citizen/_proof.html" if request.htmx else "citizen/proof.html"
    return page(request, template, context, refused=refused)


def _hall(request: Any, kwargs: dict[str, Any]) -> Hall | None:
    """Where to ring up, if it is known."""
    said = str(kwargs.get("slot") or request.POST.get("slot") or "")
    if said.isascii() and said.isdigit() and len(said) < 19:
        slot = Slot.objects.select_related("hall").filter(id=int(said)).first()
        return slot.hall if slot else None
    code = str(request.POST.get("hall") or "")[:40]
    return Hall.objects.filter(code=code).first() if code else None
