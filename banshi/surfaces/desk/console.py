"""The clerk's console: my line, the person in front of me, the one next step. Read side."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from banshi.foundation import clock
from banshi.foundation.doors import Asked, Who, door
from banshi.foundation.said import named
from banshi.journeys.hours.after_hours import after_hours
from banshi.journeys.hours.stops import Stop, evacuating, stops, stops_at
from banshi.journeys.visit import redirect
from banshi.kernel.refusals import Refused
from banshi.kernel.rights import must_hold
from banshi.rooms.booking import queries as booking
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.rules import Closure
from banshi.rooms.cases import queries as cases
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.queries import MaterialLine
from banshi.rooms.catalogue.rules.handling import Paper
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import queries as tickets
from banshi.rooms.tickets.models import Ticket, WindowSession
from banshi.rooms.tickets.queries.tally import tally
from banshi.surfaces.desk import case_front, panels, steps

LINE_SHOWN = 5


@require_GET
@door(audience="staff", permission="desk.work")
def desk(request: Asked) -> HttpResponse:
    """The console, or the choice of a window where the clerk works none yet."""
    now = clock.now()
    assert request.who.staff_id is not None
    view = tickets.desk(request.who.staff_id, now)
    if view.state == "signed_out":
        return render(request, "desk/choose.html", choice(request.who, wanted=request.GET.get("hall", "")))
    return render(request, "desk/desk.html", context(request.who, view, now=now))


@require_GET
@door(audience="staff", permission="desk.work")
def whole(request: Asked) -> HttpResponse:
    """The console's fragment: what is inside the page's main part."""
    now = clock.now()
    assert request.who.staff_id is not None
    view = tickets.desk(request.who.staff_id, now)
    if view.state == "signed_out":
        return HttpResponse(headers={"HX-Redirect": "/desk/"})
    return render(request, "desk/_console.html", context(request.who, view, now=now))


@require_GET
@door(audience="staff", permission="desk.work")
def line(request: Asked) -> HttpResponse:
    """My line alone, refreshed while the hall moves; tells the page when the person in front has changed meanwhile."""
    now = clock.now()
    assert request.who.staff_id is not None
    view = tickets.desk(request.who.staff_id, now)
    if view.state == "signed_out":
        return HttpResponse(headers={"HX-Redirect": "/desk/"})
    shown = context(request.who, view, now=now)
    response = render(request, "desk/_line.html", shown)
    if request.GET.get("seen", "") != shown["seen"]:
        response["HX-Trigger"] = "desk-changed"
    return response


@require_GET
@door(audience="staff", permission="desk.work")
def items(request: Asked) -> HttpResponse:
    """Matters of this hall by words, pinyin or initials, for a second matter."""
    now = clock.now()
    assert request.who.staff_id is not None
    view = tickets.desk(request.who.staff_id, now)
    q = request.GET.get("q", "")[:60]
    found = catalogue.search(q, hall=view.hall.code, limit=8) if view.hall and q.strip() else []
    act = "set-matter" if request.GET.get("act") == "set-matter" else "add-matter"
    return render(
        request, "desk/_items.html", {"found": found, "q": q, "ref": request.GET.get("ref", "")[:40], "act": act}
    )


@require_GET
@door(audience="staff", permission="desk.work")
def halls(request: Asked) -> HttpResponse:
    """Where the number in front of me could be sent on to: each hall with the way, and whether it takes people now."""
    now = clock.now()
    assert request.who.staff_id is not None
    view = tickets.desk(request.who.staff_id, now)
    aims: list[redirect.Aim] = []
    if view.hall is not None and view.ticket is not None and view.ticket.item is not None:
        aims = redirect.aims(places.hall_by_code(view.hall.code), view.ticket.item.code, now=now)
    return render(request, "desk/_halls.html", {"aims": [panels.Aim.of_hall(each) for each in aims]})


@require_GET
@door(audience="staff", permission="desk.work")
def aims(request: Asked) -> HttpResponse:
    """Where the number in front of me could be passed on to in this hall at this moment: windows and lines."""
    now = clock.now()
    assert request.who.staff_id is not None
    view = tickets.desk(request.who.staff_id, now)
    if view.hall is None:
        return HttpResponse(headers={"HX-Redirect": "/desk/"})
    shut = calendars.closed_now(places.hall_by_code(view.hall.code), now)
    return render(request, "desk/_aims.html", _aims(view, shut))


def hall_at_work(staff_id: int) -> Hall:
    """The hall of the window this clerk works.

    :raises Refused: not-signed-in.
    """
    session = (
        WindowSession.objects.select_related("hall")
        .filter(staff_id=staff_id, signed_out_at=None)
        .order_by("id")
        .first()
    )
    if session is None:
        raise Refused("not-signed-in")
    return session.hall


def hall_to_receive(request: Asked) -> Hall:
    """Where a clerk works who receives cases there. :raises Refused: not-signed-in, not-your-hall."""
    assert request.who.staff_id is not None
    hall = hall_at_work(request.who.staff_id)
    must_hold(request.who.grants, case_front.PERMISSION, hall.code)
    return hall


def seen(view: tickets.DeskView, closed: Sequence[Stop] = ()) -> str:
    """What the centre of the page shows, as a mark to compare. With nobody in front it says who waits, so it shows that.

    :param closed: the closures that run now; each is shown whoever is in front.
    """
    if view.ticket is None:
        mark = f"{view.state}:{view.waiting}:{view.line[0].ref if view.line else ''}"
    else:
        mark = f"{view.state}:{view.ticket.ref}:{view.ticket.state}"
    if view.ticket is not None and view.ticket.identity_ok is False:
        mark += ":mismatch"
    mark += "".join(f":closed-{each.id}" for each in closed)
    return f"{mark}:seen" if view.help is not None and view.help.seen_at is not None else mark


def _brings(ticket: tickets.DeskTicket | None, guide: catalogue.Guide | None) -> Sequence[Paper | MaterialLine]:
    """What the situation takes that was booked, else the matter in general."""
    if ticket is not None and ticket.situation is not None and ticket.situation.complete:
        return ticket.situation.papers
    return guide.materials if guide is not None else ()


def context(who: Who, view: tickets.DeskView, *, now: datetime, **more: Any) -> dict[str, Any]:
    """Everything the console's templates show."""
    assert view.hall is not None
    assert view.whole is not None
    hall = places.hall_by_code(view.hall.code)
    zone = ZoneInfo(hall.timezone)
    midnight = datetime.combine(now.astimezone(zone).date(), time(0), zone)
    mine = next(w for w in view.whole.windows if w.code == view.window_code)
    guide, blanks = None, frozenset[str]()
    if view.ticket is not None and view.ticket.item is not None:
        guide = catalogue.guide(catalogue.item_by_code(view.ticket.item.code))
        blanks = cases.blanks_of(guide.item)
    soon = [a for a in booking.coming(hall.id, now, limit=40) if a.starts_at <= now + timedelta(hours=1)]
    categories = {c.code: named(c) for c in view.whole.categories}
    undoable = tickets.undoable(view, now=now)
    closed = stops_at(hall, now, zone=mine.zone, categories=mine.categories)
    shut = calendars.closed_now(hall, now)
    after = after_hours(hall, now) if view.waiting else None
    begins = calendars.begins_at(hall, now) if view.waiting and view.ticket is None else None
    missed = [t for t in view.missed if t.category in mine.categories]
    back = tickets.comes_back_by_ref([t.ref for t in missed], now)
    away, leads = _away(view, mine.categories), who.may("desk.out_of_order", hall.code)
    at_work = [w for w in view.whole.windows if w.ticket_ref and w.code != view.window_code]
    halted, evacuated = _halted(view, mine.zone, closed), evacuating(closed, zone=mine.zone)
    stopped = sum(t.state == "waiting" and t.stopped and t.category in mine.categories for t in view.whole.tickets)
    aims, policy = _aims(view, shut), places.policy_of(hall.id, now=now).tickets
    undo_left_s = max(0, int((undoable.closes_at - now).total_seconds())) if undoable else 0
    with timezone.override(zone):
        shelves = (
            panels.on_hold(view),
            panels.stepped_out(away),
            panels.missed(missed, back, {c.code for c in view.whole.categories if c.stopped}),
        )
        nobody = panels.nobody(view, halted=halted, stopped=stopped, shut=_shut(hall, view, zone, now), now=now)
    return {
        "view": view,
        "hall": hall,
        "window": mine,
        "ticket": view.ticket,
        "front": panels.front(view) if view.ticket is not None else None,
        "nobody": nobody,
        "seen": seen(view, closed)
        + "".join(f":shut-{n}" for n in sorted({each.id for each in shut}))
        + (":after-hours" if after else ":before-hours" if begins else ""),
        "after": after,
        "begins": begins.astimezone(zone) if begins else None,
        "line": [(t, categories.get(t.category, t.category), t.waited_s) for t in view.line[1:LINE_SHOWN]],
        "more": max(0, view.waiting - LINE_SHOWN),
        "longest_s": max((t.waited_s for t in view.line), default=None),
        "coming": soon,
        "shelves": [each for each in shelves if each is not None],
        "dialogs": panels.dialogs(
            view,
            leads=leads,
            away=[t for t, _until in away],
            coming_back=[t for t in missed if t.ref in back],
            at_work=at_work,
        ),
        "guide": guide,
        "brings": _brings(view.ticket, guide),
        "blanks": blanks,
        "tally": tally(view.staff_id, since=midnight, until=midnight + timedelta(days=1)),
        **aims,
        "halls": _other_halls(hall, view, now),
        "leads": leads,
        "next_step": steps.next_step(view, halted=halted),
        "acts": steps.acts(
            view,
            leads=leads,
            recalls=policy.recall_limit,
            go_on=_next_matters(view, mine.categories, now),
            undo=steps.undo_of(undoable, left_s=undo_left_s),
            evacuated=evacuated is not None,
        ),
        "next": tickets.preview(view),
        "bookings": to_confirm(view, now),
        "matters": case_front.beside(who, view, hall, now=now),
        "listens": who.may(case_front.PERMISSION, hall.code),
        "numbers_beside": _numbers_beside(view),
        "pauses": panels.pauses(),
        "refusals": panels.reasons_to_refuse(view),
        "elapsed_s": _elapsed(view, now),
        "speed": clock.speed(),
        "closed": closed,
        "evacuated": evacuated,
        "alarm": f"{evacuated.id if evacuated else ''}{':help' if view.help else ''}",
        "nobody_called": bool(stopped or halted),
        "stopped": stopped,
        **more,
    }


def _aims(view: tickets.DeskView, shut: Sequence[Closure]) -> dict[str, Any]:
    """The windows of this hall that call now, beside mine, and its lines.

    :param shut: the closures that run now.
    """
    assert view.whole is not None
    shut_zones = {each.zone for each in shut if each.zone is not None}
    calling = [] if any(each.whole for each in shut) else view.whole.windows
    return {
        "others": [
            w
            for w in calling
            if w.state not in ("closed", "paused", "emergency") and w.code != view.window_code
            if w.zone not in shut_zones
        ],
        "lines": [panels.Aim.of(each) for each in view.whole.categories],
    }


def to_confirm(view: tickets.DeskView, now: datetime) -> list[booking.ToConfirm]:
    """What else the person in front has booked here, as far as its confirmation can be sent again."""
    if view.ticket is None or view.ticket.person_id is None or view.ticket.identity_ok is False:
        return []
    return booking.to_confirm(view.hall_id, now=now, person_id=view.ticket.person_id)


def _numbers_beside(view: tickets.DeskView) -> list[str]:
    """The visit's other numbers that wait, where whoever stands here is not the person of the card."""
    if view.ticket is None or view.ticket.identity_ok is not False:
        return []
    return [number for _ref, number, state, *_rest in view.ticket.earlier if state in ("waiting", "parked")]


def _next_matters(view: tickets.DeskView, categories: Collection[str], now: datetime) -> list[tickets.TicketView]:
    """Other numbers of the visit of whoever is served, that this window can go on with."""
    if view.ticket is None or view.ticket.state != "serving" or view.ticket.identity_ok is False:
        return []
    waiting = ("waiting", "parked", "missed")
    return [t for t in tickets.to_go_on_with(view.ticket.ref, now) if t.state in waiting and t.category in categories]


def _shut(hall: Hall, view: tickets.DeskView, zone: ZoneInfo, now: datetime) -> panels.Shut | None:
    """Outside the hall's hours, where nobody is left to serve: when it opens again."""
    if view.ticket is not None or view.waiting:
        return None
    today = now.astimezone(zone).date()
    if any(each.starts_at <= now < each.ends_at for each in calendars.sessions(hall, today, today).get(today, [])):
        return None
    session = calendars.next_opening(hall, now)
    return panels.Shut(session.starts_at if session is not None else None)


def _halted(view: tickets.DeskView, zone: str, closed: Sequence[Stop]) -> bool:
    """Whether the next step would call, and nobody may be called: its own place is closed, and none whom the hall kept
    waits."""
    idle = view.ticket is None and view.help is None and view.state != "paused"
    return idle and not view.line and any(each.over(zone) for each in closed)


def _away(view: tickets.DeskView, categories: Collection[str]) -> list[tuple[tickets.LineTicket, datetime | None]]:
    """Who stepped out of my line, with the time they are back by themselves; who is back first comes first."""
    assert view.whole is not None
    out = [t for t in view.whole.tickets if t.state == "parked" and t.category in categories]
    if not out:
        return []
    until = dict(Ticket.objects.filter(ref__in=[t.ref for t in out]).values_list("ref", "parked_until"))
    rows = [(t, until.get(t.ref)) for t in out]
    return sorted(rows, key=lambda row: (row[1] is None, row[1] or row[0].made_at))


def _other_halls(hall: Hall, view: tickets.DeskView, now: datetime) -> list[Hall]:
    """Halls within reach that handle the matter in front: where a redirect makes sense."""
    if view.ticket is None or view.ticket.item is None:
        return []
    handling = set(catalogue.guide(catalogue.item_by_code(view.ticket.item.code)).halls)
    policy = places.policy_of(hall.id, now=now).tickets
    others = [h for h in places.all_halls() if h.code in handling and h.pk != hall.pk]
    return [h for h in others if redirect.within_reach(hall, h, policy)]


def _elapsed(view: tickets.DeskView, now: datetime) -> int | None:
    since = view.since
    if view.ticket is not None:
        since = view.ticket.served_since or view.ticket.called_at
    return max(0, int((now - since).total_seconds())) if since else None


def choice(who: Who, *, wanted: str = "", **more: Any) -> dict[str, Any]:
    """Windows to sign in at: halls where this person may work, the free windows first in order."""
    halls = [h for h in places.all_halls() if who.may("desk.work", h.code)]
    hall = next((h for h in halls if h.code == wanted), halls[0] if halls else None)
    taken = (
        {
            s.window_id: s.staff
            for s in WindowSession.objects.select_related("staff").filter(hall=hall, signed_out_at=None).order_by("id")
        }
        if hall
        else {}
    )
    windows = hall.windows.select_related("zone__floor").order_by("zone__floor__order", "code") if hall else []
    rows = [(w, taken.get(w.pk)) for w in windows]
    own = next((w for w, _ in rows if w.code == who.login), None)
    evacuations = [each for each in stops(hall, clock.now()) if each.evacuates] if hall else []
    return {
        "halls": [(h, h == hall) for h in halls],
        "hall": hall,
        "rows": rows,
        "own": own,
        "evacuations": evacuations,
        **more,
    }
