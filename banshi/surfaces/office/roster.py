"""The roster (排班): a week of shifts per person, with who is on duty in each session."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.frame import acting, local, monday_of, paged, query_without_page, status_of
from banshi.frames.typed import clean, day_asked, day_or_none, int_or_none, invalid, time_or_none
from banshi.kernel.refusals import Refused
from banshi.rooms.identity.models import Staff
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall, Window
from banshi.rooms.staffing import actions as staffing
from banshi.rooms.staffing import queries as rosters
from banshi.rooms.staffing.queries import ShiftView
from banshi.surfaces.office.frame import page
from banshi.surfaces.office.words import DUTIES

PER_PAGE = 25


def _people(hall: Hall) -> Any:
    """Who works here: a role in this hall, and may sign in."""
    return Staff.objects.filter(
        roles__scope_kind="hall", roles__scope=hall.code, roles__ended_at=None, is_active=True
    ).distinct()


PROPOSED: dict[str, Any] = {"starts": "09:00", "ends": "17:00", "duty": "window", "staff": "", "window": "", "days": []}


def _week(
    request: Asked, hall: Hall, monday: date, refused: Refused | None = None, typed: dict[str, Any] | None = None
) -> HttpResponseBase:
    week = rosters.week(hall, monday)
    by_person: dict[int, dict[date, list[ShiftView]]] = {}
    for shift in week.shifts:
        by_person.setdefault(shift.staff_id, {}).setdefault(shift.day, []).append(shift)
    planned_only = request.GET.get("who") == "planned"
    people = _people(hall)
    shown = (
        people.filter(id__in=by_person) if planned_only else people | Staff.objects.filter(id__in=by_person).distinct()
    )
    q = clean(request.GET.get("q"), 40)
    if q:
        shown = shown.filter(Q(login__icontains=q) | Q(name_zh__icontains=q) | Q(name_en__icontains=q) | Q(badge=q))
    rows = paged(request, shown.order_by("login"), PER_PAGE)
    days = [monday + timedelta(days=i) for i in range(7)]
    lines = [(each, [(day, by_person.get(each.pk, {}).get(day, [])) for day in days]) for each in rows]
    return page(
        request,
        "office/roster.html",
        hall,
        monday=monday,
        sunday=days[-1],
        before=monday - timedelta(days=7),
        after=monday + timedelta(days=7),
        today=local(hall, clock.now()).date(),
        days=[(day, week.duties.get(day, [])) for day in days],
        week=week,
        rows=rows,
        lines=lines,
        more=query_without_page(request),
        people=people.order_by("login").only("id", "login", "name_zh", "name_en"),
        windows=Window.objects.filter(hall=hall).order_by("number").only("id", "number"),
        duties=DUTIES.items(),
        planned_only=planned_only,
        q=q,
        typed=typed or PROPOSED,
        refused=refused,
        clashing=len(week.clashing),
        outside=len(week.outside),
        status=status_of(refused) if refused else 200,
    )


def _monday(request: Asked, hall: Hall) -> date:
    return monday_of(day_asked(request.POST.get("week") or request.GET.get("week"), local(hall, clock.now()).date()))


@door(audience="staff", permission="roster.edit")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    return _week(request, place, _monday(request, place))


@door(audience="staff", permission="roster.edit")
@require_POST
def add(request: Asked, hall: str) -> HttpResponseBase:
    """Plan the same hours on one or several days; the first that does not fit is said, the others stay planned."""
    place = places.hall_by_code(hall)
    monday = _monday(request, place)
    typed: dict[str, Any] = {
        name: clean(request.POST.get(name), 40) for name in ("staff", "window", "duty", "starts", "ends")
    }
    typed["days"] = [each for each in map(day_or_none, request.POST.getlist("day")[:7]) if each is not None]
    planned = 0
    try:
        person = _people(place).filter(id=int_or_none(typed["staff"]) or 0).first()
        starts, ends = time_or_none(typed["starts"]), time_or_none(typed["ends"])
        window = Window.objects.filter(hall=place, id=int_or_none(typed["window"]) or 0).first()
        if person is None:
            raise invalid("staff", _("Choose who works."))
        if starts is None or ends is None:
            raise invalid("starts" if starts is None else "ends", _("From and to: times like 9:00."))
        if not typed["days"]:
            raise invalid("day", _("Choose at least one day."))
        for day in typed["days"]:
            staffing.add_shift(
                hall=place, staff=person, day=day, starts=starts, ends=ends, window=window, duty=typed["duty"],
                by=acting(request, place), now=clock.now(),
            )  # fmt: skip
            planned += 1
    except Refused as refused:
        if planned:
            text = ngettext("%(n)s shift was planned before.", "%(n)s shifts were planned before.", planned)
            messages.success(request, text % {"n": planned})
        return _week(request, place, monday, refused, typed)
    messages.success(
        request, ngettext("%(n)s shift is planned.", "%(n)s shifts are planned.", planned) % {"n": planned}
    )
    return redirect(f"/office/{hall}/roster/?week={monday}")


@door(audience="staff", permission="roster.edit")
@require_POST
def copy(request: Asked, hall: str) -> HttpResponseBase:
    """Plan this week's shifts again in another week."""
    place = places.hall_by_code(hall)
    monday = _monday(request, place)
    to = day_or_none(request.POST.get("to"))
    try:
        if to is None:
            raise invalid("to", _("Choose the week."))
        copied = staffing.copy_week(
            hall=place, from_monday=monday, to_monday=monday_of(to), by=acting(request, place), now=clock.now()
        )
    except Refused as refused:
        return _week(request, place, monday, refused)
    text = ngettext("%(n)s shift is planned.", "%(n)s shifts are planned.", copied.planned)
    messages.success(request, text % {"n": copied.planned})
    if copied.refused:
        text = ngettext("%(n)s was left out: planned already.", "%(n)s were left out: planned already.", copied.refused)
        messages.warning(request, text % {"n": copied.refused})
    return redirect(f"/office/{hall}/roster/?week={monday_of(to)}")


@door(audience="staff", permission="roster.edit")
@require_POST
def remove(request: Asked, hall: str, shift_id: int) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    staffing.remove_shift(hall=place, shift_id=shift_id, by=acting(request, place), now=clock.now())
    messages.success(request, _("The shift is taken out."))
    return redirect(f"/office/{hall}/roster/?week={_monday(request, place)}")
