"""Closures (临时闭厅): announce one with whom it touches, take it back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.foundation.said import english, named
from banshi.foundation.times import when
from banshi.frames.staff.frame import paged, query_without_page, status_of, zone_of
from banshi.frames.staff.names import names_of
from banshi.frames.typed import clean, day_or_none, invalid, time_or_none
from banshi.journeys.hours import change_hours, close_line, outside
from banshi.journeys.hours.consequences import consequences
from banshi.journeys.hours.follow_up import Outcome, outcome_of
from banshi.journeys.hours.stops import as_announced
from banshi.kernel.refusals import Refused
from banshi.rooms.booking.models import FollowUp
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.models import Closure
from banshi.rooms.catalogue.models import Item
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Category, Floor, Hall, Zone
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.actions.stopping import NOT_BEGUN
from banshi.rooms.tickets.models import AT_WINDOW, Ticket
from banshi.surfaces.office.calendar_editor import choices_of, people_context
from banshi.surfaces.office.frame import page


@dataclass(frozen=True)
class Wanted:
    """A closure as typed."""

    starts_at: datetime
    ends_at: datetime
    reason_zh: str
    reason_en: str
    part: dict[str, Any]  # floor, zone, category or item: at most one

    @property
    def place_name(self) -> str:
        """What is closed; "" for the whole hall."""
        return next((_name(row) for row in self.part.values()), "")


PARTS = {"floor": Floor, "zone": Zone, "category": Category}


def _typed(post: QueryDict) -> dict[str, str]:
    names = ("from_day", "from_time", "to_day", "to_time", "reason_zh", "reason_en", "part")
    return {name: clean(post.get(name), 200) for name in names}


def _wanted(hall: Hall, typed: dict[str, str]) -> Wanted:
    """:raises Refused: invalid, naming the field."""
    moments = []
    for name, label in (("from", _("From")), ("to", _("To"))):
        day, at = day_or_none(typed[f"{name}_day"]), time_or_none(typed[f"{name}_time"])
        if day is None or at is None:
            raise invalid(f"{name}_day", _("%(what)s: a day and a time like 9:00") % {"what": label})
        moments.append(datetime.combine(day, at, zone_of(hall)))
    starts_at, ends_at = moments
    if ends_at <= starts_at:
        raise invalid("to_day", _("The end must be after the start."))
    if ends_at <= clock.now():
        raise invalid("to_day", _("This time is over."))
    if not typed["reason_zh"]:
        raise invalid("reason_zh", _("Say why: people will read it."))
    reason_en = (typed["reason_en"] or typed["reason_zh"])[:160]
    return Wanted(starts_at, ends_at, typed["reason_zh"][:120], reason_en, _part(hall, typed["part"]))


def _part(hall: Hall, text: str) -> dict[str, Any]:
    """The part of the hall as chosen: `floor:1`, `zone:east`, `category:A`, `item:<code>`; nothing for the whole hall.

    :raises Refused: invalid, when it is not there.
    """
    kind, _sep, code = text.partition(":")
    if not kind:
        return {}
    row: Any = None
    if kind in PARTS:
        row = PARTS[kind].objects.filter(hall=hall, code=code).first()  # type: ignore[attr-defined]
    elif kind == "item":
        row = Item.objects.filter(halls__hall=hall, code=code).first()
    if row is None:
        raise invalid("part", _("There is no such part of the hall."))
    return {kind: row}


def _name(row: Any) -> str:
    return named(row, "label") if isinstance(row, Floor) else named(row)


def _parts(hall: Hall, *, served: bool = False) -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be closed, by kind: (label, [(value, name)]).

    :param served: only floors and zones with windows: closing another stops nothing.
    """
    floors, zones = Floor.objects.filter(hall=hall), Zone.objects.filter(hall=hall)
    if served:
        with_windows = hall.windows.order_by("id")
        floors = floors.filter(pk__in=with_windows.values("zone__floor_id"))
        zones = zones.filter(pk__in=with_windows.values("zone_id"))
    kinds: list[tuple[str, str, Any]] = [
        (_("Floors"), "floor", floors.order_by("order", "code")),
        (_("Zones"), "zone", zones.order_by("code")),
        (_("Categories"), "category", Category.objects.filter(hall=hall).order_by("order", "code")),
    ]
    return [(label, [(f"{kind}:{row.code}", _name(row)) for row in rows]) for label, kind, rows in kinds]


def _unsaved(hall: Hall, wanted: Wanted) -> Closure:
    """The closure before it is announced."""
    return Closure(
        hall=hall,
        starts_at=wanted.starts_at,
        ends_at=wanted.ends_at,
        reason_zh=wanted.reason_zh,
        reason_en=wanted.reason_en,
        **wanted.part,
    )


def _list(request: Asked, hall: Hall, typed: dict[str, str], refused: Refused | None = None) -> HttpResponseBase:
    rows = paged(
        request,
        Closure.objects.filter(hall=hall)
        .select_related("floor", "zone", "category", "item")
        .order_by("-starts_at", "-id"),
        20,
    )
    return page(
        request,
        "office/closures.html",
        hall,
        rows=rows,
        more=query_without_page(request),
        who_made=names_of(row.made_by for row in rows),
        parts=_parts(hall, served=True),
        follow_ups=_progress(hall, rows),
        typed=typed,
        refused=refused,
        status=status_of(refused) if refused else 200,
    )


def _progress(hall: Hall, rows: Iterable[Closure]) -> dict[int, Outcome]:
    """How far the follow-up of each closure is."""
    causes = {f"closure:{row.pk}": row.pk for row in rows}
    found = FollowUp.objects.filter(hall=hall, cause__in=causes).order_by("id")
    return {causes[each.cause]: outcome_of(each) for each in found}


@door(audience="staff", permission="calendar.edit")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    return _list(request, places.hall_by_code(hall), _typed(QueryDict()))


@door(audience="staff", permission="calendar.edit")
@require_POST
def preview(request: Asked, hall: str) -> HttpResponseBase:
    """Whom the closure touches, before it is announced."""
    place = places.hall_by_code(hall)
    typed = _typed(request.POST)
    try:
        wanted = _wanted(place, typed)
    except Refused as refused:
        return _list(request, place, typed, refused)
    row = _unsaved(place, wanted)
    spans = calendars.spans_of(row)
    people = outside.affected(hall=place, now=clock.now(), closure=spans)
    rule = places.policy_of(place.pk, now=clock.now()).booking.kept
    context: dict[str, Any] = people_context(people) | {"kept": rule}
    context["foreseen"] = consequences(hall=place, now=clock.now(), shut=spans)
    context["said"] = as_announced(place, row, clock.now())
    today = clock.now().astimezone(zone_of(place)).date()
    if wanted.starts_at.astimezone(zone_of(place)).date() <= today:
        stopped = tickets.stopped_by(hall=place, closures=spans, now=clock.now(), states=NOT_BEGUN)
        begun = (*AT_WINDOW, "held")
        at_windows = tickets.stopped_by(hall=place, closures=spans, now=clock.now(), states=begun)
        context |= {"in_line": len(tickets.concerned(stopped, clock.now())), "at_windows": len(at_windows)}
    return page(request, "office/closure_preview.html", place, typed=typed, wanted=wanted, **context)


@door(audience="staff", permission="calendar.edit")
@require_POST
def close(request: Asked, hall: str) -> HttpResponseBase:
    place, now = places.hall_by_code(hall), clock.now()
    typed = _typed(request.POST)
    choices, others = choices_of(request.POST)
    try:
        wanted = _wanted(place, typed)
        closure, follow_up = change_hours.close(
            hall=place,
            starts_at=wanted.starts_at,
            ends_at=wanted.ends_at,
            reason_zh=wanted.reason_zh,
            reason_en=wanted.reason_en,
            **wanted.part,
            choices=choices,
            others=others,
            by=request.who.by,
            now=now,
        )
    except Refused as refused:
        return _list(request, place, typed, refused)
    if closure.starts_at <= now:
        close_line.begin(closure=closure, now=now)
    _say_announced(request, closure, _("The closure is announced."), now)
    return redirect("office:follow_up", hall=hall, follow_up_id=follow_up.pk)


def _say_announced(request: Asked, closure: Closure, said: str, now: datetime) -> None:
    """:param said: where this hand announced it; a second one for the same time and part reads that the first stands."""
    if (closure.made_by, closure.made_at) == (str(request.who.by), now):
        messages.success(request, said)
        return
    here = zone_of(closure.hall)
    at = when(closure.made_at.astimezone(here), now.astimezone(here).date())
    said = _(
        "Announced already, %(at)s, by %(who)s: that reason and what was chosen then stand; what you typed is not used."
    )
    messages.warning(request, said % {"who": names_of([closure.made_by])[closure.made_by], "at": at})


@door(audience="staff", permission="calendar.edit")
@require_http_methods(["GET", "POST"])
def evacuate(request: Asked, hall: str) -> HttpResponseBase:
    """Everybody out, now: the hall or a part of it. Asked once more, then done: calling stops, everybody is told."""
    place = places.hall_by_code(hall)
    now = clock.now()
    part = clean(request.POST.get("part") or request.GET.get("part"), 120)
    until = time_or_none(request.POST.get("until", "")) if request.POST.get("until") else None
    parts = _parts(place, served=True)[:2]  # people leave a floor or a zone, not a category
    if request.method == "GET" or request.POST.get("sure") != "yes":
        return page(request, "office/evacuate.html", place, parts=parts, part=part, chosen=_part(place, part))
    here = zone_of(place)
    today = now.astimezone(here).date()
    ends_at = datetime.combine(today, until, here) if until else datetime.combine(today, time(23, 59), here)
    try:
        closure, follow_up = change_hours.close(
            hall=place,
            starts_at=now.replace(second=0, microsecond=0),
            ends_at=ends_at,
            reason_zh=clean(request.POST.get("reason_zh"), 120) or "紧急疏散",
            reason_en=clean(request.POST.get("reason_en"), 160) or "Evacuation",
            **_part(place, part),
            kind="evacuation",
            choices={},
            others="move",
            by=request.who.by,
            now=now,
        )
    except Refused as refused:
        context: dict[str, Any] = {"parts": parts, "part": part, "chosen": {}, "refused": refused}
        return page(request, "office/evacuate.html", place, status=status_of(refused), **context)
    close_line.begin(closure=closure, now=now)
    said = _("Evacuated: calling has stopped; who is in line or at a window is told to leave.")
    _say_announced(request, closure, said, now)
    return redirect("office:follow_up", hall=hall, follow_up_id=follow_up.pk)


@door(audience="staff", permission="calendar.edit")
@require_POST
def withdraw(request: Asked, hall: str, closure_id: int) -> HttpResponseBase:
    """Take a closure back; its periods open again."""
    place = places.hall_by_code(hall)
    closure = Closure.objects.select_related("hall").filter(id=closure_id, hall=place).first()
    if closure is None:
        raise Refused("nothing-found", facts={"closure": closure_id})
    now = clock.now()
    running = closure.begun_at is not None and closure.over_at is None
    held_up = close_line.held_up(closure=closure, now=now) if running else []
    stood = tickets.concerned(held_up, now)
    sent_home = tickets.sent_home(hall=place, closures=calendars.spans_of(closure), now=now) if running else []
    done = change_hours.withdraw(closure=closure, by=request.who.by, now=now)
    close_line.look(now=now)
    back = Ticket.objects.filter(pk__in=[each.pk for each in sent_home], state__in=NOT_BEGUN).order_by("id")
    line = _goes_on(stood, list(back))
    messages.success(request, _taken_back(line, done))
    return redirect("office:live" if request.POST.get("back") == "live" else "office:closures", hall=hall)


def _goes_on(numbers: Sequence[Ticket], back: Sequence[Ticket]) -> list[str]:
    """What becomes of the numbers that were held up, and how many of their people no message reaches.

    :param back: numbers that it had sent home, and that count again.
    """
    states = Counter(ticket.state for ticket in numbers)
    said = []
    if n := states["waiting"] + states["called"] + sum(ticket.state == "waiting" for ticket in back):
        said.append(ngettext("%(n)s person in line goes on.", "%(n)s people in line go on.", n) % {"n": n})
    if n := states["serving"] + states["held"]:
        one, many = "%(n)s service under way goes on.", "%(n)s services under way go on."
        said.append(ngettext(one, many, n) % {"n": n})
    if n := states["parked"]:
        one, many = "%(n)s number set aside stays so.", "%(n)s numbers set aside stay so."
        said.append(ngettext(one, many, n) % {"n": n})
    if n := sum(ticket.state == "parked" for ticket in back):
        one, many = (
            "%(n)s number that was sent home counts again, and is called once its person is back.",
            "%(n)s numbers that were sent home count again, and are called once their people are back.",
        )
        said.append(ngettext(one, many, n) % {"n": n})
    if n := states["missed"] + sum(ticket.state == "missed" for ticket in back):
        one, many = "%(n)s missed number can be put back.", "%(n)s missed numbers can be put back."
        said.append(ngettext(one, many, n) % {"n": n})
    if n := sum(not ticket.notify_to for ticket in (*numbers, *back)):
        one, many = "%(n)s person left no telephone: say it aloud.", "%(n)s people left no telephone: say it aloud."
        said.append(ngettext(one, many, n) % {"n": n})
    return said


def _taken_back(line: Sequence[str], done: change_hours.TakenBack) -> str:
    """What it meant, to whom. :param line: to those in line."""
    said = [_("Taken back."), *line]
    if n := done.told:
        one, many = "%(n)s moved visit is told of its old time.", "%(n)s moved visits are told of their old time."
        said.append(ngettext(one, many, n) % {"n": n})
    if n := done.kept:
        one, many = "%(n)s kept visit is told that nothing closes.", "%(n)s kept visits are told that nothing closes."
        said.append(ngettext(one, many, n) % {"n": n})
    if n := done.cancelled:
        one, many = "%(n)s cancelled visit is told to book again.", "%(n)s cancelled visits are told to book again."
        said.append(ngettext(one, many, n) % {"n": n})
    return (" " if english() else "").join(said)
