"""What costs the hall a place or a message asks a browser for proof of work where load or pattern calls for it.

The browser reads the answer, calculates and sends the same form again by itself (ui/proof.js). Who uses no script reads
where to ring up. Never asked: the hall's own machines and networks. Staff, kiosks and API keys do not come this way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponseBase

from banshi.foundation import proof
from banshi.foundation.problem import problem_response
from banshi.frames.typed import key_or_none
from banshi.kernel.addresses import within
from banshi.kernel.refusals import Refused
from banshi.rooms.booking.models import Appointment, Slot
from banshi.rooms.devices import queries as devices
from banshi.rooms.identity import actions as identity
from banshi.rooms.places.models import Hall
from banshi.surfaces.citizen.doors import page
from banshi.surfaces.citizen.forms import DayAsked
from banshi.surfaces.citizen.known_numbers import known

View = Callable[..., HttpResponseBase]
TOKENS = ("csrfmiddlewaretoken", proof.FIELD)
NEEDS_ACCOUNT = ("people", "hold", "book", "wait")  # without one, the view only leads to signing in
FAILED = (404, 409, 422)


@dataclass(frozen=True)
class Where:
    """What is asked for, as the view reads it: a period, or a hall with a day. `key`: in one spelling; "" where neither."""

    slot: int | None = None
    hall: str = ""
    day: date | None = None

    @property
    def key(self) -> str:
        if self.slot is not None:
            return str(self.slot)
        return f"{self.hall} {self.day}" if self.hall and self.day else ""


Reads = Callable[[Any, dict[str, Any]], Where]


def slot_of_path(request: Any, kwargs: dict[str, Any]) -> Where:
    """The period of the address."""
    return Where(_id(kwargs["slot"]))


def slot_of_form(request: Any, kwargs: dict[str, Any]) -> Where:
    """The period that the form names."""
    return Where(_id(request.POST.get("slot")))


def day_of_form(request: Any, kwargs: dict[str, Any]) -> Where:
    """The hall and day that the form names (`forms.DayAsked`)."""
    form = DayAsked(request.POST)
    form.is_valid()
    return Where(hall=form.cleaned_data.get("hall", ""), day=form.cleaned_data.get("day"))


def slot_of_booking(request: Any, kwargs: dict[str, Any]) -> Where:
    """The period of the booking in the address."""
    return Where(_booking(kwargs).values_list("slot_id", flat=True).first())


def hall_of_booking(request: Any, kwargs: dict[str, Any]) -> Where:
    """The hall of the booking in the address: it asks for no certain day."""
    return Where(hall=_booking(kwargs).values_list("hall__code", flat=True).first() or "")


def _booking(kwargs: dict[str, Any]) -> QuerySet[Appointment]:
    return Appointment.objects.filter(code=kwargs["code"].upper())


def costs(purpose: str, reads: Reads | None = None) -> Callable[[View], View]:
    """A view whose POST costs a place or a message.

    :param purpose: what for; a proof of one is none of another. :param reads: which place it asks for; None – it asks for none.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not _asked_here(request, purpose):
                return view(request, *args, **kwargs)
            where = reads(request, kwargs) if reads is not None else Where()
            asks = _asks(request, purpose, where)
            try:
                proof.admit(asks, given=_given(request))
            except Refused as refused:
                return _needed(request, refused, where)
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


def _asked_here(request: Any, purpose: str) -> bool:
    nobody = request.who.account_id is None and purpose in NEEDS_ACCOUNT
    return request.method == "POST" and not nobody and not from_the_hall(request)


def _asks(request: Any, purpose: str, where: Where) -> proof.Asks:
    account = request.who.account_id
    return proof.Asks(
        purpose=purpose,
        address=request.META.get("REMOTE_ADDR", ""),
        who=f"account:{account}" if account is not None else "",
        number=_number(request) if purpose == "code" else "",
        place=where.key,
    )


def _id(given: Any) -> int | None:
    """A period's number, or None where it cannot be one."""
    return key_or_none(str(given or ""))


def _number(request: Any) -> str:
    """The telephone a code is asked for, whoever asks; "" for a browser that has signed in with it."""
    try:
        index = identity.number_index(str(request.POST.get("phone") or "")[:30].replace("\0", ""))
    except Refused:
        return ""  # none, as the view will say
    return "" if index in known(request).numbers else index


def _given(request: Any) -> str:
    return str(request.POST.get(proof.FIELD) or request.headers.get("X-Proof") or "")


def _needed(request: Any, refused: Refused, where: Where) -> HttpResponseBase:
    """The same form once more, with the challenge; a problem for programs."""
    if request.accepts("application/problem+json") and not request.accepts("text/html"):
        return problem_response(refused.refusal)
    fields = [(name, value) for name, values in request.POST.lists() if name not in TOKENS for value in values]
    context = {
        "challenge": refused.facts["challenge"],
        "path": request.get_full_path(),
        "fields": fields,
        "hall": _hall(where),
        "target": request.headers.get("HX-Target", ""),
    }
    template = "citizen/_proof.html" if request.htmx else "citizen/proof.html"
    return page(request, template, context, refused=refused)


def _hall(where: Where) -> Hall | None:
    """Where to ring up, if it is known."""
    if where.slot is not None:
        slot = Slot.objects.select_related("hall").filter(id=where.slot).first()
        return slot.hall if slot else None
    return Hall.objects.filter(code=where.hall).first() if where.hall else None
