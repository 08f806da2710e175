"""The hall now (现况): windows as a floor plan, who waits how long, and the few things a manager can do about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.foundation.said import named
from banshi.frames.staff.frame import acting, local, status_of
from banshi.frames.typed import clean, key_or_none
from banshi.journeys.hall import steer
from banshi.journeys.hours.stops import stops
from banshi.kernel.refusals import Refused
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.insight import queries as insight
from banshi.rooms.insight import rules as insight_rules
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall, Window
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets import queries as line_queries
from banshi.rooms.tickets.models import Ticket
from banshi.surfaces.office.floor_plan import plan
from banshi.surfaces.office.frame import page

LONG_SERVICE_S = 30 * 60
MOST_ROWS = 60
IN_HALL = ("waiting", "held", "parked", "missed")


# --- what is shown ---


def _now(request: HttpRequest | Asked, place: Hall) -> dict[str, Any]:
    """Everything that changes by itself; the page and its fragment show the same."""
    now = clock.now()
    line = line_queries.line(place.pk, now)
    view = places.hall_view(place)
    stopped = stops(place, now)
    floors = [f for f in view.floors if any(w.floor == f.code for w in view.windows)]
    floor = next((f.code for f in floors if f.code == request.GET.get("floor")), floors[0].code if floors else "")
    day = local(place, now).date()
    sessions = calendars.sessions(place, day, day).get(day, [])
    so_far = insight.visits(halls=[place], first=day, last=day)[-1]
    free = insight.free_clerks(place, now)
    categories = {c.code: c for c in line.categories}
    category = categories.get(request.GET.get("category", ""))
    state = request.GET.get("state", "waiting")
    state = state if state in IN_HALL else "waiting"
    rows = [t for t in line.tickets if t.state == state and (category is None or t.category == category.code)]
    if state == "waiting":
        rows.sort(key=lambda t: t.made_at)
    counts: dict[str, int] = {}
    for each in line.windows:
        counts[each.state] = counts.get(each.state, 0) + 1
    kept = {"floor": floor, "category": category.code if category else "", "state": state}
    return {
        "now": now,
        "line": line,
        "floors": [
            {
                "code": f.code,
                "label": named(f, "label"),
                "open": sum(w.floor == f.code and w.state != "closed" for w in line.windows),
                "all": sum(w.floor == f.code for w in line.windows),
                "href": _query(place, {**kept, "floor": f.code}),
            }
            for f in floors
        ],
        "floor": floor,
        "plan": plan(view, floor, line.windows, long_s=LONG_SERVICE_S, now=now),
        "counts": counts,
        "open_windows": sum(n for s, n in counts.items() if s != "closed"),
        "lanes": [
            {
                "category": c,
                "href": _query(place, {**kept, "category": "" if c is category else c.code}),
                "chosen": c is category,
                "late": c.waiting > 0 and c.longest_wait_s >= insight_rules.LONG_WAIT_S,
            }
            for c in line.categories
        ],
        "category": category,
        "all_categories_href": _query(place, {**kept, "category": ""}),
        "states": [
            {
                "code": s,
                "count": sum(t.state == s and (category is None or t.category == category.code) for t in line.tickets),
                "href": _query(place, {**kept, "state": s}),
                "here": s == state,
            }
            for s in IN_HALL
        ],
        "state": state,
        "rows": [{"ticket": t, "category": categories[t.category], "waited_s": t.waited_s} for t in rows[:MOST_ROWS]],
        "more": max(0, len(rows) - MOST_ROWS),
        "longest": max(line.categories, key=lambda c: c.longest_wait_s, default=None),
        "so_far": so_far,
        "sessions": sessions,
        "stops": stopped,
        "shut": any(each.where is None for each in stopped),
        "day_over": bool(sessions) and now >= max(s.ends_at for s in sessions),
        "may_close": request.who.may("calendar.edit", place.code),  # type: ignore[union-attr]
        "open_now": any(s.starts_at <= now < s.ends_at for s in sessions),
        "next_opening": None if sessions else calendars.next_opening(place, now),
        "free": free,
        "hints": [
            {
                "hint": h,
                "category": categories[h.category],
                "zone": next((named(z) for z in view.zones if z.code == h.zone), ""),
            }
            for h in insight.hints(
                line=line,
                categories=places.categories_of(place),
                free=len(free),
                now=now,
                shut={zone for each in stopped for zone in each.zones},
            )
        ],
        "emergencies": line_queries.help_called(place.pk) if counts.get("emergency") else [],
        "may_steer": request.who.may("line.steer", place.code),  # type: ignore[union-attr]
        "kept": urlencode({k: v for k, v in kept.items() if v}),
    }


def _query(place: Hall, asked: dict[str, str]) -> str:
    said = urlencode({k: v for k, v in asked.items() if v and (k, v) != ("state", "waiting")})
    return f"{reverse('office:live', kwargs={'hall': place.code})}?{said}"


@door(audience="staff", permission="line.view")
@require_GET
def live(request: Asked, hall: str) -> HttpResponseBase:
    """The page: floor plan, lines, hints; `window` or `ticket` in the query opens the panel about it."""
    place = places.hall_by_code(hall)
    panel: dict[str, Any] = {}
    if request.GET.get("window"):
        panel = _window_panel(request, place, request.GET["window"])
    elif request.GET.get("ticket"):
        panel = _ticket_panel(request, place, request.GET["ticket"])
    return page(request, "office/live.html", place, **(_now(request, place) | panel))


@door(audience="staff", permission="line.view")
@require_GET
def live_now(request: Asked, hall: str) -> HttpResponseBase:
    """The part of the page that changes."""
    place = places.hall_by_code(hall)
    return page(request, "office/_live_now.html", place, **_now(request, place))


# --- the panel ---


def _window_of(place: Hall, code: str) -> Window:
    """:raises Refused: nothing-found – also for a window of another hall."""
    window = places.window_by_code(code)
    if window.hall_id != place.pk:
        raise Refused("nothing-found", facts={"window": code})
    return window


def _window_panel(request: HttpRequest | Asked, place: Hall, code: str) -> dict[str, Any]:
    now = clock.now()
    window = _window_of(place, code)
    shown = next(w for w in line_queries.line(place.pk, now).windows if w.code == window.code)
    load = next(
        each for each in insight.window_loads(hall=place, day=local(place, now).date(), now=now) if each.code == code
    )
    return {
        "panel": "window",
        "window": window,
        "shown": shown,
        "load": load,
        "minutes_in_state": None if shown.since is None else (now - shown.since).total_seconds(),
        "serves": [(c, c.code in shown.categories) for c in places.categories_of(place)],
        "free": insight.free_clerks(place, now) if shown.state == "closed" else [],
        "may_steer": request.who.may("line.steer", place.code),  # type: ignore[union-attr]
        "live_href": reverse("office:live", kwargs={"hall": place.code}),
    }


def _ticket_of(place: Hall, ref: str) -> Ticket:
    """:raises Refused: nothing-found – also for a number of another hall."""
    ticket = Ticket.objects.select_related("category", "person").filter(hall=place, ref=ref).order_by("id").first()
    if ticket is None:
        raise Refused("nothing-found", facts={"ticket": ref})
    return ticket


def _ticket_panel(request: HttpRequest | Asked, place: Hall, ref: str) -> dict[str, Any]:
    ticket = _ticket_of(place, ref)
    return {
        "panel": "ticket",
        "ticket": ticket,
        "masked_name": ticket.person.masked_name if ticket.person else "",
        "waited_s": ticket.waited_s(clock.now()),
        "may_steer": request.who.may("line.steer", place.code),  # type: ignore[union-attr]
        "live_href": reverse("office:live", kwargs={"hall": place.code}),
    }


@door(audience="staff", permission="line.view")
@require_GET
def window_panel(request: Asked, hall: str, window: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    return page(request, "office/_live_panel.html", place, **_window_panel(request, place, window))


@door(audience="staff", permission="line.view")
@require_GET
def ticket_panel(request: Asked, hall: str, ref: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    return page(request, "office/_live_panel.html", place, **_ticket_panel(request, place, ref))


# --- what is done ---


def _answered(
    request: Asked,
    place: Hall,
    panel: Callable[[], dict[str, Any]],
    act: Callable[[], object],
    said: str,
    where: dict[str, str],
) -> HttpResponseBase:
    """Do it; then the panel (htmx) or the page again, with the reason where it was refused."""
    refused: Refused | None = None
    try:
        act()
    except Refused as no:
        refused = no
    if not request.htmx and refused is None:
        return redirect(f"{reverse('office:live', kwargs={'hall': place.code})}?{urlencode(where)}")
    shown = {**panel(), "refused": refused}
    if not request.htmx:
        assert refused is not None
        return page(request, "office/live.html", place, status=status_of(refused), **(_now(request, place) | shown))
    response = page(request, "office/_live_panel.html", place, status=status_of(refused) if refused else 200, **shown)
    if refused is None:
        # Headers are Latin-1: the text travels as \u escapes.
        response["HX-Trigger"] = json.dumps({"toast": {"text": said, "tone": "ok"}, "liveChanged": {}})
    return response


def _at_window(request: Asked, hall: str, code: str, act: Callable[[Window], object], said: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    window = _window_of(place, code)
    return _answered(
        request,
        place,
        lambda: _window_panel(request, place, code),
        lambda: act(window),
        said,
        {"window": code, "floor": window.zone.floor.code},
    )


@door(audience="staff", permission="line.steer")
@require_POST
def open_window(request: Asked, hall: str, window: str) -> HttpResponseBase:
    """Put the chosen clerk (or, without one, the first on duty) to the window."""
    asked = request.POST.get("staff", "")
    staff_id = (key_or_none(asked) or -1) if asked else None
    return _at_window(
        request,
        hall,
        window,
        lambda w: steer.open_window(window=w, staff_id=staff_id, by=acting(request, w.hall), now=clock.now()),
        gettext("The window is open."),
    )


@door(audience="staff", permission="line.steer")
@require_POST
def close_window(request: Asked, hall: str, window: str) -> HttpResponseBase:
    return _at_window(
        request,
        hall,
        window,
        lambda w: steer.close_window(window=w, by=acting(request, w.hall), now=clock.now()),
        gettext("The window is closed."),
    )


@door(audience="staff", permission="line.steer")
@require_POST
def pause_window(request: Asked, hall: str, window: str) -> HttpResponseBase:
    why = clean(request.POST.get("why"), 60)
    return _at_window(
        request,
        hall,
        window,
        lambda w: steer.pause_window(window=w, reason=why, by=acting(request, w.hall), now=clock.now()),
        gettext("The window takes no further numbers."),
    )


@door(audience="staff", permission="line.steer")
@require_POST
def resume_window(request: Asked, hall: str, window: str) -> HttpResponseBase:
    return _at_window(
        request,
        hall,
        window,
        lambda w: steer.resume_window(window=w, by=acting(request, w.hall), now=clock.now()),
        gettext("The window takes numbers again."),
    )


@door(audience="staff", permission="line.steer")
@require_POST
def let_serve(request: Asked, hall: str, window: str) -> HttpResponseBase:
    """`categories`: all it serves from now on; with `also` they are added to what it serves."""
    codes = [clean(code, 10) for code in request.POST.getlist("categories")]
    also = request.POST.get("also") == "1"
    return _at_window(
        request,
        hall,
        window,
        lambda w: steer.let_serve(window=w, codes=codes, also=also, by=acting(request, w.hall), now=clock.now()),
        gettext("Saved: what this window serves."),
    )


@door(audience="staff", permission="line.steer")
@require_POST
def put_first(request: Asked, hall: str, ref: str) -> HttpResponseBase:
    """Call this number before all others, with the reason."""
    place = places.hall_by_code(hall)
    ticket = _ticket_of(place, ref)
    why = clean(request.POST.get("why"), 200)
    return _answered(
        request,
        place,
        lambda: _ticket_panel(request, place, ref),
        lambda: tickets.put_first(ref=ticket.ref, why=why, by=acting(request, place), now=clock.now()),
        gettext("%(number)s is called next.") % {"number": ticket.number},
        {"ticket": ref},
    )
