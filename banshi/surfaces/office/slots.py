"""Places of a day (号源): a grid of periods × businesses, changed in place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.foundation.said import named
from banshi.foundation.times import span_words
from banshi.frames.staff.frame import local, status_of, zone_of
from banshi.frames.typed import clean, day_asked, day_or_none, int_or_none, ints_of, invalid, moment_or_none
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Slot
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.catalogue.models import Item
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Category, Hall
from banshi.surfaces.office.frame import page

MOST_DAYS = 31
HEATS = ("free", "some", "tight", "full", "over")


@dataclass(frozen=True)
class Cell:
    """One slot of the grid. Moments in the hall's zone."""

    slot: Slot
    starts_at: datetime
    ends_at: datetime
    free: int
    internal_free: int
    past: bool
    heat: str  # none | free | some | tight | full | over: how much of it is taken


@dataclass(frozen=True)
class Period:
    starts_at: datetime
    ends_at: datetime
    cells: list[Cell | None]
    quota: int
    taken: int
    closed: bool  # no slot of it takes bookings
    past: bool
    old: bool  # of an earlier grid: its time is given out in periods cut anew


def _cell(slot: Slot, hall: Hall, now: datetime) -> Cell:
    zone = zone_of(hall)
    return Cell(
        slot,
        slot.starts_at.astimezone(zone),
        slot.ends_at.astimezone(zone),
        max(0, slot.quota - slot.taken - slot.carried),
        max(0, slot.internal_quota - slot.internal_taken),
        slot.ends_at <= now,
        heat(slot.taken + slot.carried, slot.quota),
    )


def heat(taken: int, quota: int) -> str:
    """How full: the colour of a cell and the word in it. Full means that nobody more can book."""
    if taken > quota:
        return "over"
    if quota == 0:
        return "none"
    if taken == quota:
        return "full"
    share = taken / quota
    return "tight" if share >= 0.8 else "some" if share >= 0.5 else "free"


def businesses(hall: Hall, slots: Iterable[Slot]) -> list[tuple[str, str]]:
    """Businesses of these periods with their names: the hall's, its categories in their order, single items."""
    present = {slot.business for slot in slots}
    categories = {
        f"cat:{each.code}": f"{each.letter} {named(each)}"
        for each in Category.objects.filter(hall=hall).order_by("order", "code")
    }
    codes = [each.removeprefix("item:") for each in present if each.startswith("item:")]
    items = (
        {f"item:{each.code}": named(each) for each in Item.objects.filter(code__in=codes).order_by("code")}
        if codes
        else {}
    )
    names = {"hall": _("Everything"), **categories, **items, "video": pgettext("slots", "By video")}
    return [(business, name) for business, name in names.items() if business in present]


@door(audience="staff", permission="slots.edit")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    now = clock.now()
    today = local(place, now).date()
    return _grid(request, place, day_asked(request.GET.get("day"), today))


def _grid(request: Asked, hall: Hall, day: date, **more: Any) -> HttpResponseBase:
    now = clock.now()
    today = local(hall, now).date()
    found = list(Slot.objects.filter(hall=hall, day=day).order_by("starts_at", "ends_at", "business"))
    old = _of_old_grid(found)
    slots = [each for each in found if each.pk not in old or each.taken or each.internal_taken]
    columns = businesses(hall, slots)
    by_period: dict[tuple[datetime, datetime], dict[str, Cell]] = {}
    for slot in slots:
        by_period.setdefault((slot.starts_at, slot.ends_at), {})[slot.business] = _cell(slot, hall, now)
    zone = zone_of(hall)
    periods = [
        Period(
            start.astimezone(zone),
            end.astimezone(zone),
            [cells.get(business) for business, _name in columns],
            sum(cell.slot.quota for cell in cells.values() if cell.slot.pk not in old),
            sum(cell.slot.taken for cell in cells.values()),
            all(cell.slot.closed for cell in cells.values()),
            end <= now,
            all(cell.slot.pk in old for cell in cells.values()),
        )
        for (start, end), cells in by_period.items()
    ]
    return page(
        request,
        "office/slots.html",
        hall,
        day=day,
        today=today,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        days=[day + timedelta(days=i) for i in range(-3, 11)],
        columns=columns,
        periods=periods,
        quota=sum(each.quota for each in slots if each.pk not in old),
        taken=sum(each.taken for each in slots),
        why=None if slots else calendars.why_closed(hall, day),
        last=day + timedelta(days=7),
        heats=HEATS,
        **more,
    )


def _of_old_grid(slots: Sequence[Slot]) -> set[int]:
    """Stopped periods across whose time others of the same business lie: their places are given out there."""
    open_ones = [each for each in slots if not each.closed]
    return {
        slot.pk
        for slot in slots
        if slot.closed
        and any(
            other.business == slot.business and other.starts_at < slot.ends_at and slot.starts_at < other.ends_at
            for other in open_ones
        )
    }


def _slot(hall: Hall, slot_id: int) -> Slot:
    slot = Slot.objects.filter(id=slot_id, hall=hall).first()
    if slot is None:
        raise Refused("nothing-found", facts={"slot": slot_id})
    return slot


@door(audience="staff", permission="slots.edit")
@require_http_methods(["GET", "POST"])
def cell(request: Asked, hall: str, slot_id: int) -> HttpResponseBase:
    """One cell: to look at, to edit (`?edit=1`), and changed by POST (`act` = look | save | close | open)."""
    place = places.hall_by_code(hall)
    slot = _slot(place, slot_id)
    now = clock.now()
    if request.method == "GET":
        return _shown(request, place, slot, editing=bool(request.GET.get("edit")) or not request.htmx)
    act = request.POST.get("act", "save")
    typed = {"quota": clean(request.POST.get("quota"), 8), "internal": clean(request.POST.get("internal"), 8)}
    try:
        if act in ("close", "open"):
            booking.close_slot(
                slot_id=slot.pk,
                by=request.who.by,
                now=now,
                closed=act == "close",
                why=clean(request.POST.get("why"), 120),
            )
            booking.end_waiting_for_closed_days(hall=place, now=now)  # whoever is offered a place of it is told
        else:
            quota, internal = int_or_none(typed["quota"], 0, 10_000), int_or_none(typed["internal"], 0, 10_000)
            if quota is None or internal is None:
                raise invalid("quota", _("Places: a whole number from 0 to 10,000."))
            effect = {
                "free": max(0, quota - slot.taken - slot.carried),
                "was": max(0, slot.quota - slot.taken - slot.carried),
                "over": max(0, slot.taken + slot.carried - quota),
            }
            if act == "look":
                return _shown(request, place, slot, editing=True, typed=typed, effect=effect)
            booking.set_quota(slot_id=slot.pk, quota=quota, internal_quota=internal, by=request.who.by, now=now)
    except Refused as refused:
        slot.refresh_from_db()
        return _shown(request, place, slot, editing=True, typed=typed, refused=refused, status=status_of(refused))
    slot.refresh_from_db()
    if not request.htmx:
        messages.success(request, _saved(place, slot, act))
        return redirect(f"/office/{hall}/slots/?day={slot.day}")
    return _shown(request, place, slot, editing=False)


def _shown(request: Asked, hall: Hall, slot: Slot, **context: Any) -> HttpResponseBase:
    """As a part of the grid, or on a page of its own, which says what it is and leads back to the grid."""
    template = "office/_slot_cell.html" if request.htmx else "office/slot.html"
    context |= {
        "cell": _cell(slot, hall, clock.now()),
        "in_grid": bool(request.htmx),
        "business": _business(hall, slot),
    }
    return page(request, template, hall, **context)


def _business(hall: Hall, slot: Slot) -> str:
    return next((name for _code, name in businesses(hall, [slot])), "")


def _saved(hall: Hall, slot: Slot, act: str) -> str:
    """What holds for the period from now on."""
    zone = zone_of(hall)
    span = span_words(slot.starts_at.astimezone(zone), slot.ends_at.astimezone(zone), None)
    told = {"of": _business(hall, slot), "span": span, "public": slot.quota, "kept": slot.internal_quota}
    if act == "close":
        return _("%(of)s, %(span)s: booking is stopped.") % told
    if act == "open":
        return _("%(of)s, %(span)s: booking goes on.") % told
    return _("%(of)s, %(span)s: %(public)s public, %(kept)s kept.") % told


@door(audience="staff", permission="slots.edit")
@require_POST
def period(request: Asked, hall: str) -> HttpResponseBase:
    """Stop or resume bookings of a whole period: all its slots."""
    place = places.hall_by_code(hall)
    day, start = day_or_none(request.POST.get("day")), moment_or_none(request.POST.get("starts_at"))
    if day is None or start is None:
        raise invalid("starts_at", _("There is no such period."))
    closed = request.POST.get("act") == "close"
    rows = list(Slot.objects.filter(hall=place, day=day, starts_at=start).order_by("id").values_list("id", flat=True))
    try:
        for slot_id in rows:
            booking.close_slot(slot_id=slot_id, by=request.who.by, now=clock.now(), closed=closed)
        booking.end_waiting_for_closed_days(hall=place, now=clock.now())
    except Refused as refused:
        return _grid(request, place, day, refused=refused, status=status_of(refused))
    messages.success(
        request, _("Bookings are stopped for this period.") if closed else _("Bookings are open again for this period.")
    )
    return redirect(f"/office/{hall}/slots/?day={day}")


@dataclass(frozen=True)
class Copying:
    """What copying a day's places onto other days would do."""

    changes: list[tuple[Slot, Slot]]  # from, to
    same: int
    over: list[tuple[Slot, Slot]]  # of these, more people are booked than the copied quota has places
    days: int


def _copying(hall: Hall, day: date, first: date, last: date, weekdays: set[int]) -> Copying:
    pattern = {
        (slot.business, slot.starts_at.astimezone(zone_of(hall)).time()): slot
        for slot in Slot.objects.filter(hall=hall, day=day).order_by("id")
    }
    changes, over, same, days = [], [], 0, set()
    targets = Slot.objects.filter(hall=hall, day__range=(first, last), starts_at__gt=clock.now()).exclude(day=day)
    for slot in targets.order_by("day", "starts_at", "id"):
        if slot.day.weekday() not in weekdays:
            continue
        model = pattern.get((slot.business, slot.starts_at.astimezone(zone_of(hall)).time()))
        if model is None:
            continue
        days.add(slot.day)
        if (model.quota, model.internal_quota) == (slot.quota, slot.internal_quota):
            same += 1
        else:
            changes.append((model, slot))
            if model.quota < slot.taken or model.internal_quota < slot.internal_taken:
                over.append((model, slot))
    return Copying(changes, same, over, len(days))


@door(audience="staff", permission="slots.edit")
@require_POST
def copy(request: Asked, hall: str) -> HttpResponseBase:
    """Give other days the places of this one: first what it would do (`act=look`), then do it (`act=copy`)."""
    place = places.hall_by_code(hall)
    day, first, last = (day_or_none(request.POST.get(name)) for name in ("day", "first", "last"))
    typed = {"first": clean(request.POST.get("first"), 10), "last": clean(request.POST.get("last"), 10)}
    if day is None:
        raise invalid("day", _("There is no such day."))
    if first is None or last is None or last < first or (last - first).days >= MOST_DAYS:
        refused = invalid("first", _("Choose from–to, at most 31 days."))
        return _grid(request, place, day, copy_typed=typed, refused=refused, status=status_of(refused))
    weekdays = set(ints_of(request.POST.getlist("weekday")[:7], 0, 6)) or set(range(7))
    found = _copying(place, day, first, last, weekdays)
    if request.POST.get("act") != "copy":
        return _grid(request, place, day, copying=found, copy_typed={**typed, "weekdays": sorted(weekdays)})
    for model, slot in found.changes:
        booking.set_quota(
            slot_id=slot.pk,
            quota=model.quota,
            internal_quota=model.internal_quota,
            by=request.who.by,
            now=clock.now(),
        )
    done = len(found.changes)
    messages.success(request, ngettext("%(n)s period was changed.", "%(n)s periods were changed.", done) % {"n": done})
    if found.over:
        text = ngettext(
            "In %(n)s period more people are booked than places: none is free until enough have gone.",
            "In %(n)s periods more people are booked than places: none is free until enough have gone.",
            len(found.over),
        )
        messages.warning(request, text % {"n": len(found.over)})
    return redirect(f"/office/{hall}/slots/?day={day}")
