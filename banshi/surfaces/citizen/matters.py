"""Matters: browse, the guide of one, and when and where it can be done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET

from banshi.foundation import clock
from banshi.foundation.said import english
from banshi.frames.typed import int_or_none
from banshi.journeys.visit import when as when_journey
from banshi.journeys.visit.when import Chance
from banshi.kernel.refusals import Refused
from banshi.kernel.working_days import YEARS
from banshi.rooms.cases import queries as cases
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import HallItem, Item, Material
from banshi.rooms.catalogue.queries.remedies import remedies_of
from banshi.rooms.catalogue.rules.flow import stages
from banshi.rooms.catalogue.rules.handling import Stated
from banshi.rooms.catalogue.rules.national import stated
from banshi.rooms.catalogue.rules.remedy import Remedy
from banshi.rooms.consulting import queries as consulting
from banshi.rooms.consulting.rules import LISTED
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.citizen.at_home import halls_that_go
from banshi.surfaces.citizen.blanks import Blank
from banshi.surfaces.citizen.chosen import codes_chosen
from banshi.surfaces.citizen.doors import asked, near, page, public_page
from banshi.surfaces.citizen.in_season import in_season
from banshi.surfaces.citizen.online_level import to_prove
from banshi.surfaces.citizen.quota import round_line
from banshi.surfaces.citizen.retired import gone

PAGE = 20
AUDIENCES = ("person", "firm")


def _whole(text: str | None, *, most: int) -> int:
    """A page number as typed: 1 where it is none."""
    return min(most, int_or_none(text, 1, 99_999) or 1)


@public_page
@require_GET
def browse(request: HttpRequest) -> HttpResponseBase:
    """Matters by theme, department, audience and words."""
    themes = catalogue.themes()
    departments = catalogue.departments()
    halls = places.all_halls()
    hall = next((each for each in halls if each.code == request.GET.get("hall")), None)
    filters = {
        "q": asked(request, "q"),
        "theme": _known(request.GET.get("theme"), [t.code for t in themes]),
        "department": _known(request.GET.get("department"), [d.code for d in departments]),
        "audience": _known(request.GET.get("audience"), AUDIENCES),
        "hall": hall.code if hall else "",
        "category": asked(request, "category")[:20] if hall else "",
    }
    number = _whole(request.GET.get("page"), most=500)
    chosen: dict[str, Any] = {key: value or None for key, value in filters.items() if key != "q"}
    found = catalogue.search(filters["q"], limit=PAGE + 1, offset=PAGE * (number - 1), **chosen)
    plain = number == 1 and not any(chosen[key] for key in ("theme", "department", "category"))
    matters = catalogue.find_matters(filters["q"], hall=chosen["hall"], audience=chosen["audience"]) if plain else []
    context = {
        "matters": matters,
        "asked": filters,
        "themes": themes,
        "departments": departments,
        "theme": next((t for t in themes if t.code == filters["theme"]), None),
        "department": next((d for d in departments if d.code == filters["department"]), None),
        "found": found[:PAGE],
        "in_hall": hall,
        "number": number,
        "query": urlencode({k: v for k, v in filters.items() if v}),
        "has_more": len(found) > PAGE,
        "narrowed": any(filters.values()),
        "by_audience": [
            (audience, urlencode({k: v for k, v in {**filters, "audience": audience}.items() if v}))
            for audience in ("", *AUDIENCES)
        ],
    }
    return page(request, "citizen/items.html", context)


def _known(value: str | None, known: Any) -> str:
    return value if value and value in known else ""


@public_page
@require_GET
def guide(request: Any, code: str) -> HttpResponseBase:
    """What it is, for whom, what to bring, what it costs, how long; then where and when."""
    now = clock.now()
    here = near(request)
    item = catalogue.item_by_code(code)
    found = catalogue.guide(item)
    materials = Material.objects.filter(code__in=[m.code for m in found.materials])
    ended = gone(item, now=now)
    over = ended is not None and ended.over
    rows = HallItem.objects.none() if over else HallItem.objects.filter(item=item)
    ways = list(rows.order_by("id").values_list("hall__code", "bookable", "walk_in"))
    best = chances(item.code, here=here, now=now)
    handling = catalogue.handling_of(item)
    season = in_season(item, now=now)
    far = season is not None and season.far
    context = {
        "item": item,
        "guide": found,
        # Where there is something to ask or to do online, one begins with that.
        "guided": bool(ways) and bool(handling.questions or handling.where.online),
        "together": bool(ways) and handling.where.online and (season is None or season.now),
        "chosen": codes_chosen(request),
        # What the item itself says of a paper goes before the shared list.
        "issuers": {m.code: m for m in materials} | {p.code: p for p in handling.materials if p.issuer_zh},
        "papers": {p.code: p for p in handling.materials},
        "promised": [p for p in handling.materials if p.by_promise is not None],
        "faq": handling.faq,
        "themes": list(item.themes.order_by("order", "code")),
        # Where somebody modelled it, the guide's own: those that hang on an answer say so.
        "conditions": handling.conditions if item.handling else (),
        "handling_items": handling.handling_items,
        "stages": stages(handling),
        "elements": stated(catalogue.columns_of(item), handling),
        "remedies": _remedies(item, handling.stated, found, now=now),
        "season": season,
        "to_prove": None if over else to_prove(handling, account_id=request.who.account_id, hall=None),
        "quota": round_line(item, handling, now=now),
        "received": season is None or season.now,
        "bookable": set() if far else {hall for hall, bookable, _ in ways if bookable},
        "by_appointment": bool(ways) and not any(walk_in for *_, walk_in in ways),
        "visiting": _visiting(rows) if item.home_visit else [],
        "comes": not over and bool(halls_that_go(item, "home", now=now)),
        "comes_to_projects": not over and item.audience != "person" and bool(halls_that_go(item, "project", now=now)),
        "chances": best,
        "near": here is not None,
        "answers": consulting.answers_of(item, limit=LISTED),
        "asks": bool(found.halls),
        "gone": ended,
        "over": over,
        "forms": [] if over else [(each, [Blank(item, each.code)]) for each in handling.materials if each.form],
        "result_sample": handling.result if not over and cases.has_result_sample(item) else None,
    }
    return page(request, "citizen/item.html", context, turns=_turns(best))


@dataclass(frozen=True)
class HallRemedy:
    """To whom one turns against what these halls decide."""

    names: list[str]
    remedy: Remedy


def _remedies(item: Item, stated: Stated, found: catalogue.Guide, *, now: datetime) -> list[HallRemedy]:
    """Of its halls, those together that name the same."""
    halls = {each.code: each for each in places.all_halls()}
    said: dict[Remedy, list[str]] = {}
    for code, remedy in remedies_of(item, stated, found.halls, now=now):
        said.setdefault(remedy, []).append(halls[code].name_en if english() else halls[code].name_zh)
    return [HallRemedy(names, remedy) for remedy, names in said.items()]


def _visiting(rows: QuerySet[HallItem]) -> list[Hall]:
    """The halls to ring up about a visit at home (上门服务)."""
    return [
        row.hall for row in rows.exclude(hall__phone="").select_related("hall").order_by("hall__order", "hall__code")
    ]


def chances(
    item_code: str,
    *,
    hall: str | None = None,
    region: str | None = None,
    at: datetime | None = None,
    here: tuple[float, float] | None = None,
    now: datetime,
) -> list[Chance]:
    """Where and when this matter can be done, best first; empty where no hall handles it."""
    try:
        return list(when_journey.when(item_code=item_code, hall=hall, region=region, at=at, near=here, now=now))
    except Refused as refused:
        if refused.slug in ("nothing-found", "item-not-here", "item-retired", "out-of-season"):
            return []
        raise


@public_page
@require_GET
def when(request: HttpRequest) -> HttpResponseBase:
    """One matter, now or at a time, here or anywhere: which hall, when (mission §3.3)."""
    now = clock.now()
    q = asked(request, "q")
    code = asked(request, "item")
    halls = places.all_halls()
    hall = _known(request.GET.get("hall"), [h.code for h in halls])
    at = _moment(request.GET.get("at"))
    here = near(request)
    item = None
    if code:
        try:
            item = catalogue.item_by_code(code)
        except Refused:
            item = None
    best = chances(item.code, hall=hall or None, at=at, here=here, now=now) if item else []
    context = {
        "q": q,
        "item": item,
        "found": catalogue.search(q, limit=12) if q and item is None else [],
        "halls": halls,
        "hall": hall,
        "at": at,
        "gone": gone(item, now=now) if item else None,
        "chances": best,
        "near": f"{here[0]},{here[1]}" if here else "",
        "bookable": set(HallItem.objects.filter(item=item, bookable=True).values_list("hall__code", flat=True))
        if item
        else set(),
    }
    return page(request, "citizen/when.html", context, turns=_turns(best))


def _turns(chances: Iterable[Chance]) -> list[datetime | None]:
    """When a hall opens or closes, or a place can no longer be booked."""
    return [
        each
        for chance in chances
        for each in (chance.opens_at, chance.closes_at, chance.next_slot.ends_at if chance.next_slot else None)
    ]


def _moment(text: str | None) -> datetime | None:
    """A time as the browser's field gives it, in the installation's zone; None where it is none."""
    try:
        found = parse_datetime(text[:40]) if text else None
    except ValueError:
        return None
    if found is None or found.year not in YEARS:
        return None
    try:
        return found if found.tzinfo else timezone.make_aware(found)
    except (ValueError, OverflowError):
        return None
