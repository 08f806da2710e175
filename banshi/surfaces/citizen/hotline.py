"""My calls to the hotline (热线工单): what came of each, for whoever signed in with the telephone they rang from; and a mark."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.frames.typed import clean, int_or_none
from banshi.kernel.refusals import Refused
from banshi.rooms.hotline import actions, queries
from banshi.rooms.hotline.models import Order
from banshi.rooms.identity import queries as people
from banshi.surfaces.citizen.doors import citizen_page, page
from banshi.surfaces.citizen.refusals import panel

PAGE = 20
MOST_TEXT = 300  # `rules.LONGEST_REASON`
KINDS = {
    "enquiry": pgettext_lazy("my call", "Question"),
    "help": pgettext_lazy("my call", "Call for help"),
    "complaint": pgettext_lazy("my call", "Complaint"),
    "suggestion": pgettext_lazy("my call", "Suggestion"),
}


def _theirs(request: Any) -> Any:
    phone = people.phone_of(account_id=request.who.account_id)
    return queries.shown_to(phone, now=clock.now())


@citizen_page
@require_GET
def orders(request: Any) -> HttpResponseBase:
    """What came of my calls, newest first."""
    number = int_or_none(request.GET.get("page"), 1, 500) or 1
    some = list(_theirs(request)[PAGE * (number - 1) : PAGE * number + 1])
    context = {
        "lines": queries.lines(some[:PAGE], now=clock.now()),
        "number": number,
        "has_more": len(some) > PAGE,
    }
    return page(request, "citizen/hotline.html", context)


def _mine(request: Any, no: str) -> Order:
    """:raises Http404: there is none, or somebody else rang up."""
    found: Order | None = _theirs(request).filter(no=no[:20]).first()
    if found is None:
        raise Http404
    return found


@citizen_page
@require_GET
def order(request: Any, no: str) -> HttpResponseBase:
    """By when, the answers, and how content I am: nothing of what desk and lines say to each other."""
    return _page(request, _mine(request, no))


def _page(request: Any, found: Order, *, refused: Refused | None = None) -> HttpResponseBase:
    now, zone = clock.now(), ZoneInfo(found.hall.timezone)
    (line,) = queries.lines([found], now=now)
    context = {
        "order": found, "line": line, "kind": KINDS[found.kind],
        "elsewhere": bool(line.line) and found.line_hall_id != found.hall_id, "replies": queries.replies(found),
        "awaited": found.state in ("open", "assigned"), "rates": queries.may_rate(found),
        "marks": range(1, 6), "most": MOST_TEXT, "text": clean(request.POST.get("text"), MOST_TEXT),
        "panel": panel(refused, today=now.astimezone(zone).date(), zone=zone) if refused is not None else None,
    }  # fmt: skip
    return page(request, "citizen/hotline_order.html", context, hall=found.hall, refused=refused)


@citizen_page
@require_POST
def rate(request: Any, no: str) -> HttpResponseBase:
    """Once."""
    found = _mine(request, no)
    stars = int_or_none(request.POST.get("stars")) or 0
    text = str(request.POST.get("text", "")).strip()
    try:
        actions.rate(no=found.no, stars=stars, text=text, by=request.who.by, now=clock.now())
    except Refused as refused:
        return _page(request, _mine(request, no), refused=refused)
    return redirect("citizen:hotline-order", found.no)
