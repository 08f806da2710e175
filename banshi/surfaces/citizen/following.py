"""A number followed on the phone: ahead, the wait, and where to go when it is called."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET

from banshi.foundation import clock
from banshi.foundation.said import english
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.places import queries as places
from banshi.rooms.tickets import queries as tickets
from banshi.surfaces.citizen.doors import page, public_page
from banshi.surfaces.citizen.rating_keys import key_held, note_key


@public_page
@require_GET
def ticket(request: Any, ref: str) -> HttpResponseBase:
    """The number's page. The reference is random and printed on the slip: who has it may look."""
    note_key(request, ref)
    context = _ticket(ref, now=clock.now()) | {"rate_key": key_held(request, ref)}
    request.session["ticket"] = ref
    return page(request, "citizen/ticket.html", context | {"texts": _texts()}, hall=context["hall"])


@public_page
@require_GET
def ticket_part(request: Any, ref: str) -> HttpResponseBase:
    """The moving part, fetched again when the number's state changes."""
    context = _ticket(ref, now=clock.now()) | {"rate_key": key_held(request, ref)}
    return page(request, "citizen/_ticket.html", context, hall=context["hall"])


def _texts() -> dict[str, str]:
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


def _ticket(ref: str, *, now: datetime) -> dict[str, Any]:
    seen = tickets.ticket(ref[:32], now)
    hall = places.hall_by_code(seen.hall)
    floor = seen.floor_en if english() and seen.floor_en else seen.floor
    stopped = None
    if seen.state in ("waiting", "parked", "missed", "held"):
        stopped = calendars.opening(hall, now, item=seen.item, category=seen.category).closure
    policy = places.policy_of(hall.pk, now=now)
    return {
        "t": seen,
        "floor": floor,
        "stopped": stopped,
        "hall": hall,
        "policy": policy.tickets,
        "told": seen.has_contact and policy.messages.on_call,
        "now": now,
    }
