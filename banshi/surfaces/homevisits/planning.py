"""Who plans: what is asked for, due first; a day's way; one visit, planned, moved, called off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.frame import acting, local, paged, query_without_page, status_of, zone_of
from banshi.frames.staff.names import names_of
from banshi.frames.typed import clean, day_asked, day_or_none, int_or_none, ints_of, invalid, lines_of, time_or_none
from banshi.kernel.actors import Actor
from banshi.kernel.clock_words import clock_words
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.homevisits import actions, queries
from banshi.rooms.homevisits.models import Visit
from banshi.rooms.homevisits.rules import LONGEST, LONGEST_STAY, MOST_STAFF, SHORTEST_STAY, VISIT
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.homevisits.frame import PLANNING
from banshi.surfaces.homevisits.words import HALVES, KINDS, LOOKS, STEPS, reason_word

PER_PAGE = 50
LISTS = ("all", "asked", "planned", "on_the_way", "late", "over")
TYPED = ("day", "time", "minutes", "reason", "outcome", "taken", "text")
FIRST = {"am": "09:00", "pm": "14:00"}  # when a half day begins, where no way says better
MOST_KEY = 2**31


def here(hall: Hall, no: str) -> Visit:
    """:raises Refused: nothing-found – also where another hall has it."""
    visit = queries.by_no(no[:20])
    if visit.hall_id != hall.pk:
        raise Refused("nothing-found", facts={"home_visit": no})
    return visit


@door(audience="staff", permission="visits.plan")
@require_GET
def home(request: Asked, hall: str) -> HttpResponseBase:
    """What goes on, due first; by how far it is, and what is late."""
    place, now = places.hall_by_code(hall), clock.now()
    name = request.GET.get("list", LISTS[0])
    name = name if name in LISTS else LISTS[0]
    goes_on = queries.of_hall(hall)
    lists = {"all": goes_on, "late": goes_on.filter(due_on__lt=local(place, now).date())}
    lists |= {state: goes_on.filter(state=state) for state in VISIT.goes_on}
    rows = lists.get(name)
    shown = paged(request, queries.ended(hall) if rows is None else rows, PER_PAGE)
    return PLANNING.page(
        request, "homevisits/home.html", place, rows=shown, lines=queries.lines(shown, now=now), name=name,
        counts={each: found.count() for each, found in lists.items()}, more=query_without_page(request), kinds=KINDS,
        halves=HALVES,
    )  # fmt: skip


@door(audience="staff", permission="visits.plan")
@require_GET
def day(request: Asked, hall: str) -> HttpResponseBase:
    """In what order a team makes its visits of a day, with what is only asked for in the gaps."""
    place, now = places.hall_by_code(hall), clock.now()
    today = local(place, now).date()
    asked = day_asked(request.GET.get("day"), today + timedelta(days=1))
    who = ints_of(request.GET.getlist("who"), 1, MOST_KEY)[:MOST_STAFF]
    route = queries.route_of(place, asked, who, now=now)
    lines = {each.no: each for each in queries.lines(queries.of_hall(hall).filter(due_on=asked), now=now)}
    return PLANNING.page(
        request, "homevisits/day.html", place, day=asked, before=asked - timedelta(days=1),
        after=asked + timedelta(days=1), goers=[*who, 0, 0][:2], staff=queries.staff_who_go(place), halves=HALVES,
        legs=[
            (leg, lines[leg.no], clock_words(_time(leg.starts)), clock_words(_time(leg.ends)), _field(leg.starts))
            for leg in route.legs
            if leg.no in lines
        ],
        left=[lines[no] for no in route.left if no in lines],
        query="&".join(f"who={one}" for one in who),
    )  # fmt: skip


def _time(minutes: int) -> time:
    """:param minutes: since midnight."""
    return time(minutes // 60, minutes % 60)


def _field(minutes: int) -> str:
    """As a field of a form holds it."""
    return _time(minutes).isoformat("minutes")


@door(audience="staff", permission="visits.plan")
@require_GET
def show(request: Asked, hall: str, visit_no: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    return _page(request, place, here(place, visit_no), typed=request.GET)


def told(visit: Visit, now: datetime) -> dict[str, Any]:
    """What is known of a visit, masked, and what was done with it."""
    steps = queries.steps(visit)
    names = names_of(step.by for step in steps)
    (line,) = queries.lines([visit], now=now)
    return {
        "visit": visit, "line": line, "kind": KINDS[visit.kind], "reason": reason_word(visit.reason),
        "half": HALVES[line.half], "wished": HALVES[visit.wish_half],
        "steps": [(step, STEPS[step.verb], names[step.by]) for step in steps],
    }  # fmt: skip


def _page(
    request: Asked, hall: Hall, visit: Visit, *, refused: Refused | None = None, deed: str = "",
    typed: Mapping[str, Any] | None = None, is_whole: bool = False,
) -> HttpResponseBase:  # fmt: skip
    """The page; where something was refused, with why and what was typed."""
    now = clock.now()
    return PLANNING.page(
        request, "homevisits/visit.html", hall, **told(visit, now), refused=refused, deed=deed, is_whole=is_whole,
        deeds={verb for verb in VISIT.steps if VISIT.may(visit.state, verb)}, said=_said(hall, visit, typed or {}, now),
        staff=queries.staff_who_go(hall), looks=list(LOOKS.items()), least=SHORTEST_STAY, most=LONGEST_STAY,
        status=status_of(refused) if refused else 200,
    )  # fmt: skip


def _said(hall: Hall, visit: Visit, typed: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What stands in the forms: as typed, else as planned, else as wished and as the day's way suggests."""
    found: dict[str, Any] = {name: clean(typed.get(name), 60) for name in TYPED}
    found |= {name: lines_of(typed.get(name), LONGEST) for name in ("reason", "outcome", "taken", "text")}
    who = ints_of(typed.getlist("who") if hasattr(typed, "getlist") else [], 1, MOST_KEY)[:MOST_STAFF]
    who = who or [each.staff_id for each in visit.going.all()]
    asked = day_or_none(found["day"]) or visit.due_on
    suggested: int | None = None
    if visit.state == "asked" and asked is not None:
        legs = queries.route_of(hall, asked, who, now=now).legs
        suggested = next((leg.starts for leg in legs if leg.no == visit.no), None)
    starts = local(hall, visit.starts_at) if visit.starts_at is not None else None
    minutes = queries.minutes_of(visit.item, places.policy_of(hall.pk, now=now).home_visits)
    if visit.starts_at is not None and visit.ends_at is not None:
        minutes = int((visit.ends_at - visit.starts_at).total_seconds() // 60)
    found["day"] = found["day"] or (f"{asked:%Y-%m-%d}" if asked else "")
    found["time"] = found["time"] or _first(starts, suggested, visit)
    found["minutes"] = found["minutes"] or str(minutes)
    return found | {"who": who[0] if who else 0, "second": who[1] if len(who) > 1 else 0, "suggested": suggested is not None,
                    "suggested_at": clock_words(_time(suggested)) if suggested is not None else ""}  # fmt: skip


def _first(starts: datetime | None, suggested: int | None, visit: Visit) -> str:
    """The time that stands in the form at first: as planned, as suggested, or when the half day begins."""
    if starts is not None:
        return starts.time().isoformat("minutes")
    return _field(suggested) if suggested is not None else FIRST[visit.wish_half]


@door(audience="staff", permission="visits.plan")
@require_POST
def whole(request: Asked, hall: str, visit_no: str) -> HttpResponseBase:
    """Name, telephone and address, for a reason; the trail says who looked, and why."""
    place = places.hall_by_code(hall)
    visit = here(place, visit_no)
    why = clean(request.POST.get("why"), 10)
    if why not in LOOKS:
        no = invalid("why", pgettext("home visit", "Say why you look."))
        return _page(request, place, visit, refused=no)
    _looked(request, place, visit, why)
    return _page(request, place, visit, is_whole=True)


@door(audience="staff", permission="visits.plan")
@require_GET
def sheet(request: Asked, hall: str, visit_no: str) -> HttpResponseBase:
    """上门单: one visit on paper, to be signed there; a look, as it names who is visited and where."""
    place, now = places.hall_by_code(hall), clock.now()
    visit = here(place, visit_no)
    _looked(request, place, visit, "sheet")
    return render(request, "homevisits/sheet.html", {"hall": place, **told(visit, now)})


def _looked(request: Asked, hall: Hall, visit: Visit, why: str) -> None:
    audit.looked(
        subject=f"homevisit:{visit.no}",
        by=acting(request, hall),
        now=clock.now(),
        hall=hall.code,
        why=f"homevisit:{why}",
    )


Act = Callable[[Asked, Visit, Actor, datetime], str]


def _deed(act: Act) -> Callable[..., HttpResponseBase]:
    """A view that does one thing to a visit of this hall; what it returns is said on the page that follows."""

    @door(audience="staff", permission="visits.plan")
    @require_POST
    def view(request: Asked, hall: str, visit_no: str) -> HttpResponseBase:
        place = places.hall_by_code(hall)
        visit = here(place, visit_no)
        try:
            said = act(request, visit, acting(request, place), clock.now())
        except Refused as refused:
            again = here(place, visit_no)
            return _page(request, place, again, refused=refused, deed=act.__name__, typed=request.POST)
        messages.success(request, said)
        return redirect("homevisits:visit", hall=hall, visit_no=visit.no)

    view.__name__ = act.__name__
    return view


def _plan(request: Asked, visit: Visit) -> actions.Plan:
    """As typed. :raises Refused: invalid."""
    day, at = day_or_none(request.POST.get("day")), time_or_none(request.POST.get("time"))
    if day is None or at is None:
        field = "day" if day is None else "time"
        raise invalid(field, pgettext("home visit", "Give the day and the time."))
    starts_at = datetime.combine(day, at, tzinfo=zone_of(visit.hall))
    minutes = int_or_none(request.POST.get("minutes"), 0, LONGEST_STAY * 9) or 0
    return actions.Plan(starts_at, minutes, sorted(set(ints_of(request.POST.getlist("who"), 1, MOST_KEY))))


def _words(request: Asked, name: str) -> str:
    return lines_of(request.POST.get(name), LONGEST + 1)


@_deed
def plan(request: Asked, visit: Visit, by: Actor, now: datetime) -> str:
    actions.plan(no=visit.no, to=_plan(request, visit), by=by, now=now)
    return pgettext("home visit", "Planned. A message tells whoever asked.")


@_deed
def move(request: Asked, visit: Visit, by: Actor, now: datetime) -> str:
    actions.move(no=visit.no, to=_plan(request, visit), reason=_words(request, "reason"), by=by, now=now)
    return pgettext("home visit", "Moved. A message tells whoever asked.")


@_deed
def cancel(request: Asked, visit: Visit, by: Actor, now: datetime) -> str:
    actions.cancel(no=visit.no, reason=_words(request, "reason"), by=by, now=now)
    return pgettext("home visit", "Cancelled. A message tells whoever asked.")


@_deed
def set_off(request: Asked, visit: Visit, by: Actor, now: datetime) -> str:
    actions.set_off(no=visit.no, staff_id=None, by=by, now=now)
    return pgettext("home visit", "On the way. A message tells whoever asked.")


@_deed
def finish(request: Asked, visit: Visit, by: Actor, now: datetime) -> str:
    """What who went told by telephone, written down for them."""
    outcome, taken = _words(request, "outcome"), _words(request, "taken")
    actions.finish(no=visit.no, outcome=outcome, taken=taken, by=by, now=now)
    return pgettext("home visit", "Written down.")


@_deed
def not_met(request: Asked, visit: Visit, by: Actor, now: datetime) -> str:
    actions.not_met(no=visit.no, text=_words(request, "text"), by=by, now=now)
    return pgettext("home visit", "Written down.")
