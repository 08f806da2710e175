"""The door of a night zone (24 小时自助服务区): in by card or code, out without anything, help by one touch."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banshi.foundation.words import words
from banshi.frames.typed import int_or_none
from banshi.journeys.zone import entering
from banshi.kernel.refusals import SLUGS, Refused
from banshi.rooms.zones import actions
from banshi.rooms.zones.models import Entry
from banshi.rooms.zones.rules import MOST_TOGETHER
from banshi.surfaces.zone.place import Place, at_door, not_too_often, page


@at_door
@require_GET
def door(request: HttpRequest, place: Place) -> HttpResponse:
    return _door(request, place)


def _door(request: HttpRequest, place: Place, refused: Refused | None = None, people: int = 1) -> HttpResponse:
    title, detail = words(refused.refusal) if refused else ("", "")
    context = {"title": title, "detail": detail, "people": people, "counts": range(1, MOST_TOGETHER + 1)}
    return page(request, place, "door.html", context, status=SLUGS[refused.slug] if refused else 200)


@at_door
@require_GET
def now(request: HttpRequest, place: Place) -> HttpResponse:
    """What changes by itself: how many are inside, whether it is closed, whether somebody comes."""
    return page(request, place, "_now.html")


@at_door
@require_POST
def enter(request: HttpRequest, place: Place) -> HttpResponseBase:
    """By what lay on the reader, or by six digits."""
    people = int_or_none(request.POST.get("people"), 1, MOST_TOGETHER) or 1
    said = {name: request.POST.get(name, "")[:400].replace("\0", "").strip() for name in ("chip", "code")}
    try:
        not_too_often(place)
        if said["code"] and not said["chip"]:
            entry = entering.by_code(
                area=place.area, door=place.device, code=said["code"], people=people, by=place.by, at=place.at,
                now=place.now,
            )  # fmt: skip
        else:
            entry = entering.by_card(
                area=place.area, door=place.device, card=said["chip"], people=people, by=place.by, at=place.at,
                now=place.now,
            )  # fmt: skip
    except Refused as refused:
        return _door(request, place, refused, people)
    return redirect("zone:entry", area=place.area.code, entry=entry.pk)


@at_door
@require_GET
def entry(request: HttpRequest, place: Place, entry: int) -> HttpResponse:
    """The door opens, is open, or stays shut: the page asks until the door has said which."""
    row = _entry(place, entry)
    template = "_entry.html" if request.headers.get("HX-Request") == "true" else "entry.html"
    return page(request, place, template, {"entry": row, "state": _state(row)})


def _state(row: Entry) -> str:
    """opening | open | shut: what became of the last order to the door."""
    if actions.is_opening(row):
        return "opening"
    return "shut" if actions.why_shut(row) else "open"


def _entry(place: Place, entry_id: int) -> Entry:
    """:raises Refused: nothing-found – also an entry of another area."""
    if not Entry.objects.filter(pk=entry_id, area=place.area).exists():
        raise Refused("nothing-found", facts={"entry": entry_id})
    return actions.settle(entry_id=entry_id, now=place.now)


@at_door
@require_http_methods(["GET", "POST"])
def out(request: HttpRequest, place: Place) -> HttpResponse:
    """On the way out: nothing is needed. Whoever lays the card there is counted no more, at once."""
    counted = False
    if request.method == "POST":
        chip = request.POST.get("chip", "")[:400].replace("\0", "").strip()
        left = entering.out_by_card(
            area=place.area, door=place.device, card=chip, by=place.by, at=place.at, now=place.now
        )  # fmt: skip
        counted = left is not None
    return page(request, place, "out.html", {"counted": counted, "asked": request.method == "POST"})


@at_door
@require_POST
def help_(request: HttpRequest, place: Place) -> HttpResponseBase:
    """求助: whoever looks after the area is told. Pressed again it is the same call."""
    entering.call_for_help(area=place.area, device=place.device, by=place.by, now=place.now)
    return redirect("zone:door", area=place.area.code)
