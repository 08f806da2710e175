"""Walk-in numbers (现场取号): category or matter → confirm → number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language, pgettext
from django.views.decorators.http import require_GET, require_http_methods

from banshi.foundation import clock
from banshi.foundation.lanes import LANES
from banshi.journeys.hours.stops import stop_of, stops_by_category
from banshi.journeys.visit import take_number
from banshi.kernel.clock_words import clock_words
from banshi.kernel.refusals import Refused
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.rules import ClosedSlug
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.catalogue.queries.retiring import need_taken
from banshi.rooms.insight import queries as insight
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Category
from banshi.rooms.tickets import queries as tickets
from banshi.rooms.tickets.rules import lane_by_age, line_closes_at, served_today
from banshi.surfaces.kiosk import early, presented, slips
from banshi.surfaces.kiosk.place import Place, at_kiosk, not_too_many, not_too_often, page
from banshi.surfaces.kiosk.refusing import refused_page
from banshi.surfaces.kiosk.together import offered
from banshi.surfaces.kiosk.where import where
from banshi.surfaces.kiosk.which import which_document

RESULTS = 6


def no_walk_ins(place: Place, item: str | None = None, category: str | None = None) -> Refused | None:
    """Why no walk-in number is given now: to nobody at all, or not for this matter or category."""
    if not place.policy.tickets.walk_ins:
        reason = {"zh": "本大厅只接待预约，先约时间再来", "en": "This hall serves by appointment; book a time first"}
        return Refused("walk-ins-closed", facts={"reason": reason})
    found = tickets.numbers_open(
        hall=place.hall, policy=place.policy.tickets, now=place.now, item=item, category=category
    )
    if found.open:
        return None
    opens, why = found.opens_at, found.why
    reason = {"zh": why.words.zh, "en": why.words.en} if why else {"zh": "现在不是开放时间", "en": "It is not open now"}
    if found.closure is not None and (stop := stop_of(place.hall, place.now, item=item, category=category)) is not None:
        said = stop.both()
        reason = {"zh": said.zh, "en": said.en}
    facts: dict[str, Any] = {"reason": reason, "slug": why.slug if why else ClosedSlug.OUTSIDE_HOURS}
    if found.closure is not None:
        facts["until"] = found.closure.ends_at
    return Refused("closed", facts=facts, next=opens)


@at_kiosk
@require_GET
def categories(request: HttpRequest, place: Place) -> HttpResponse:
    """All categories as tiles."""
    refused = no_walk_ins(place)
    if refused is not None:
        return refused_page(request, place, refused, again=place.start)
    line = tickets.line(place.hall.pk, place.now)
    given = tickets.categories_open(
        hall=place.hall, policy=place.policy.tickets, now=place.now, codes=[c.code for c in line.categories]
    )
    why = _not_served(place, [c.code for c in line.categories if c.code not in given])
    tiles = [
        {
            "line": c,
            "served": c.code in given,
            "why": why.get(c.code, ""),
            "late": _late(place, c, given.get(c.code)),
        }
        for c in line.categories
    ]
    crowd = "is-many" if len(tiles) > 16 else "is-few" if len(tiles) < 7 else ""
    return page(request, place, "categories.html", {"tiles": tiles, "crowd": crowd})


def _not_served(place: Place, codes: Sequence[str]) -> dict[str, str]:
    """Why no number is given for these categories now, and from when it is: a closure says so in its own words."""
    if not codes:
        return {}
    stops = stops_by_category(place.hall, place.now, codes)
    zones = calendars.zones_by_category(place.hall.pk)
    today = place.now.astimezone(ZoneInfo(place.hall.timezone)).date()
    later = [s for s in calendars.sessions(place.hall, today, today)[today] if s.starts_at > place.now]
    said = {}
    for code in codes:
        opens = min((s.starts_at for s in later if s.serves(category=code, zone=zones.get(code))), default=None)
        if code in stops:
            said[code] = stops[code].then
        elif opens is None:
            said[code] = pgettext("kiosk", "Not in this session")
        else:
            said[code] = pgettext("kiosk", "Not in this session; from %(when)s") % {"when": clock_words(opens)}
    return said


@at_kiosk
@require_GET
def search(request: HttpRequest, place: Place) -> HttpResponse:
    """Find a matter by words, pinyin or initials; with nothing typed, the frequent ones."""
    asked = request.GET.get("q", "").replace("\0", "")[:40].strip()
    found = (
        catalogue.search(asked, hall=place.hall.code, limit=RESULTS)
        if asked
        else insight.popular(place.hall.code, now=place.now, n=RESULTS)
    )
    today = _today(place)
    not_now = {line.code for line in found if line.seasons is not None and not line.seasons.hold(today)}
    matters = offered(place, asked) if asked else []
    context = {"q": asked, "found": found[: RESULTS - len(matters)], "not_now": not_now, "matters": matters}
    return page(request, place, "part_found.html" if request.htmx else "search.html", context)  # type: ignore[attr-defined]


@at_kiosk
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, place: Place) -> HttpResponse:
    """What will be waited for, where and how long; POST takes the number."""
    item_code, category_code = request.GET.get("item", ""), request.GET.get("category", "")
    here = request.get_full_path()
    try:
        if request.method == "POST":
            return _take(request, place, item_code, category_code)
        listed, category = _asked(place, item_code, category_code)
        refused = no_walk_ins(place, listed.item.code if listed else None, category.code)
        if refused is not None:
            raise refused
        if listed is not None and not listed.walk_in:
            reason = {"zh": "这个事项只接受预约", "en": "This matter is by appointment only"}
            raise Refused("walk-ins-closed", facts={"reason": reason})
        if listed is not None:
            need_taken(listed.item, day=_today(place))
    except Refused as no:
        return refused_page(request, place, no, again=here, item=item_code, category=category_code)
    line = tickets.line(place.hall.pk, place.now)
    context = {**_shown(place, listed, category, line), "came_by": here}
    context["booked"] = early.booked_by(request.GET.get("early", ""))  # says whose the number is: no card is asked for
    return page(request, place, "confirm.html", context)


def _today(place: Place) -> date:
    return place.now.astimezone(ZoneInfo(place.hall.timezone)).date()


def _asked(place: Place, item_code: str, category_code: str) -> tuple[HallItem | None, Category]:
    """:raises Refused: nothing-found, item-not-here."""
    if item_code:
        listed = catalogue.hall_item(place.hall.pk, item_code[:80].replace("\0", ""))
        return listed, listed.category
    for category in places.categories_of(place.hall):
        if category.code == category_code:
            return None, category
    raise Refused("nothing-found", facts={"category": category_code[:20]})


def _shown(place: Place, listed: HallItem | None, category: Category, line: tickets.Line) -> dict[str, Any]:
    rules = place.policy.tickets
    state = next((c for c in line.categories if c.code == category.code), None)
    return {
        "late_until": _late_until(place, listed, category, state.likely_s if state else None),
        "item": listed.item if listed else None,
        "category": category,
        "state": state,
        "ahead": state.ahead if state else 0,
        "where": where(category, place.now),
        "lanes": [(code, LANES[code]) for code in rules.priority_lanes if code in LANES],
        "elderly_from": rules.elderly_from if "elderly" in rules.priority_lanes else None,
        "year": place.now.astimezone(ZoneInfo(place.hall.timezone)).year,
        "required": rules.identity_required,
    }


def _late_until(place: Place, listed: HallItem | None, category: Category, likely_s: int | None) -> datetime | None:
    """When service ends, where a number taken now will probably not be served before; else None."""
    item = listed.item.code if listed else None
    found = tickets.numbers_open(
        hall=place.hall, policy=place.policy.tickets, now=place.now, item=item, category=category.code
    )
    until = line_closes_at(found.day_ends_at)
    in_time = served_today(policy=place.policy.tickets, likely_s=likely_s, until=until, now=place.now)
    return until if in_time is False else None


def _late(place: Place, category: tickets.LineCategory, until: datetime | None) -> bool:
    in_time = served_today(policy=place.policy.tickets, likely_s=category.likely_s, until=until, now=place.now)
    return in_time is False


def _take(request: HttpRequest, place: Place, item_code: str, category_code: str) -> HttpResponse:
    """:raises Refused: what `tickets.actions.issue` and the document say."""
    rules = place.policy.tickets
    lane = request.POST.get("lane", "")[:20]
    person_id = shown = None
    booked = early.booked_by(request.GET.get("early", "")) if item_code else None
    if not presented.anything(request):
        if booked is None:
            not_too_many(place)
        else:
            not_too_often(place)
            shown = booked.shown
    else:
        not_too_often(place)
        document = presented.posted(request)
        if document.fits:
            return which_document(request, place, document)
        if not document.is_document:
            reason = {
                "zh": "这里放身份证；预约码在“已预约”里扫",
                "en": "Lay the ID card here; appointment codes go to “Booked”",
            }
            raise Refused("identity-invalid", facts={"reason": reason})
        shown = document.evidence
        if not shown.proves:
            not_too_many(place)  # any number can be typed
        person_id = presented.person_of(document, by=place.by, now=place.now, required=rules.identity_required)
        age = presented.age_of(document, now=place.now, zone=ZoneInfo(place.hall.timezone))
        lane = lane or lane_by_age(age, rules)
    asked = take_number.Asked(
        category_code=None if item_code else category_code[:20].replace("\0", "") or None,
        item_code=item_code[:80].replace("\0", "") or None,
        person_id=person_id,
        shown=shown,
        lane=lane,
        channel="kiosk",
        by=place.by,
        language=get_language() or "zh-hans",
        booked=booked.appointment if booked else None,
    )
    ticket = take_number.take(asked, hall=place.hall, now=clock.now())
    return redirect(slips.address(request, place, ticket.ref) + "?new=1")
