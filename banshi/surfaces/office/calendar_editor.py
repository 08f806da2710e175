"""Change the opening hours: edit, see whom it touches, publish."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import combinations, groupby
from typing import Any

import yaml
from django.contrib import messages
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.foundation.said import english
from banshi.foundation.states import CHANNELS
from banshi.frames.staff.frame import local, status_of
from banshi.frames.staff.names import names_of
from banshi.frames.typed import clean, day_or_none, int_or_none, invalid, moment_or_none
from banshi.journeys.hall.meanwhile import hours_carried
from banshi.journeys.hours import change_hours, outside
from banshi.journeys.hours.change_hours import WHATS, Choice, What
from banshi.journeys.hours.consequences import consequences, places_within
from banshi.journeys.hours.outside import Affected
from banshi.kernel.clock_words import hours_words
from banshi.kernel.refusals import Refused
from banshi.rooms.booking.rules import SOURCES
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars import rules
from banshi.rooms.calendars.models import CalendarVersion
from banshi.rooms.calendars.rules import CalendarDocument, Session
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.office import calendar_form, calendar_month, calendar_words
from banshi.surfaces.office.calendars import plain
from banshi.surfaces.office.frame import page
from banshi.surfaces.office.meanwhile import Meanwhile
from banshi.surfaces.office.words import SESSION_KINDS, WALK_INS, WEEKDAYS

_ALIAS = re.compile(r"(^|[\s\[{,:-])[&*]\w", re.MULTILINE)
PREVIEW_DAYS = 30
LISTED = 200  # people shown one by one; the rest follow the choice for all


@dataclass(frozen=True)
class HoursChange:
    """Days whose hours change in the same way, before and after, as text."""

    days: list[date]
    before: list[str]
    after: list[str]


def newest_of(hall: Hall) -> CalendarVersion | None:
    """What two editors must not both follow; where a change starts from is another question."""
    return CalendarVersion.objects.filter(hall=hall).order_by("-version").first()


def _tomorrow(hall: Hall) -> date:
    return local(hall, clock.now()).date() + timedelta(days=1)


@door(audience="staff", permission="calendar.edit")
@require_http_methods(["GET", "POST"])
def edit(request: Asked, hall: str) -> HttpResponseBase:
    """The form of session rules, or the document as YAML (`tab=text`). POST: add a rule, or preview.

    It starts from the hours in force on the day chosen (`from`, tomorrow if not said), or from `version`.
    """
    place = places.hall_by_code(hall)
    newest = newest_of(place)
    said = request.POST.get("valid_from") if request.method == "POST" else request.GET.get("from")
    valid_from = day_or_none(said)
    start = calendars.ruling(place.pk, valid_from or _tomorrow(place)) or newest
    wanted = int_or_none(request.POST.get("start") or request.GET.get("version"), 1)
    if wanted is not None:
        start = CalendarVersion.objects.filter(hall=place, version=wanted).first() or start
    base: dict[str, Any] = start.document if start else {"timezone": place.timezone, "rules": []}
    as_text = (request.POST.get("tab") or request.GET.get("tab")) == "text"
    typed: dict[str, Any] = {
        "tab": "text" if as_text else "form",
        "valid_from": (said or _first_day(place, start, wanted).isoformat())[:10],
        "start": start,
        "note": clean(request.POST.get("note"), 200),
        "text": plain(base),
        "forms": [calendar_form.to_form(rule) for rule in base.get("rules", ())],
    }
    if request.method == "GET":
        return _form(request, place, typed, newest)
    act = request.POST.get("act", "preview")
    kept = act == "redraw"  # in another language, as typed
    document, faults = _typed_document(request.POST, place, base, typed, as_text=as_text, with_marked=kept)
    if act == "add":
        typed["forms"].append({**calendar_form.BLANK, "code": f"rule-{len(typed['forms']) + 1}"})
        return _form(request, place, typed, newest)
    if act in ("remove", "redraw") or "month" in request.POST:
        typed["month"] = day_or_none(request.POST.get("month"))
        return _form(request, place, typed, newest)
    if valid_from is None:
        faults.append(_("Valid from: a day like 2026-10-01"))
    elif valid_from < local(place, clock.now()).date():
        faults.append(_("Valid from: today or later; what has been cannot change"))
    checked: CalendarDocument | None = None
    if not faults:
        try:
            checked = rules.load(document)
        except rules.InvalidCalendar as wrong:
            faults += wrong.sentences if english() else wrong.chinese
    if checked is not None:
        faults += [w.en if english() else w.zh for w in change_hours.unknown_codes(hall=place, document=checked)]
    if faults or checked is None or valid_from is None:
        return _form(request, place, typed, newest, faults=faults)
    seen = int_or_none(request.POST.get("seen"))
    if seen is not None and newest is not None and seen != newest.version:
        return _told(request, place, checked.model_dump(mode="json", by_alias=True), typed, valid_from, seen)
    return _preview(request, place, checked, valid_from, typed, newest)


def _told(
    request: Asked, hall: Hall, mine: dict[str, Any], typed: dict[str, Any], valid_from: date, seen: int
) -> HttpResponseBase:
    """The form with both: what was typed, and what somebody else published meanwhile. Nothing is published yet."""
    versions = CalendarVersion.objects.filter(hall=hall)
    newest = versions.latest("version")
    before = versions.filter(version__lte=seen, valid_from__lte=valid_from).order_by("-version").first()
    theirs = calendars.ruling(hall.pk, valid_from) or newest
    old = before.document if before else {"rules": []}
    start: CalendarVersion | None = typed["start"]
    carried = start is not None and before is not None and start.version == before.version
    merged = hours_carried(old=old, new=theirs.document, mine=mine) if carried else mine
    said = calendar_words.changes(old, theirs.document, calendar_words.Names(hall))
    typed |= {
        "text": plain(merged),
        "forms": [calendar_form.to_form(rule) for rule in merged["rules"]],
        "start": theirs if carried else start,
    }
    by = names_of([newest.made_by])[newest.made_by]
    return _form(request, hall, typed, newest, meanwhile=Meanwhile(newest.version, by, said, carried))


def _first_day(hall: Hall, start: CalendarVersion | None, wanted: int | None) -> date:
    """Tomorrow; whoever changes a plan changes it from its own day on."""
    tomorrow = _tomorrow(hall)
    return max(tomorrow, start.valid_from) if start is not None and wanted is not None else tomorrow


def _typed_document(
    post: QueryDict,
    hall: Hall,
    base: Mapping[str, Any],
    typed: dict[str, Any],
    *,
    as_text: bool,
    with_marked: bool,
) -> tuple[dict[str, Any], list[str]]:
    """The document as typed, and what cannot be read; `typed` gets what to show again."""
    if not as_text:
        typed["forms"] = calendar_form.forms_of(post, with_marked=with_marked)
        return calendar_form.document_of(typed["forms"], timezone=hall.timezone, base=base)
    typed["text"] = post.get("text", "")[:60_000]
    return _read_text(typed["text"])


def _read_text(text: str) -> tuple[dict[str, Any], list[str]]:
    if _ALIAS.search(text):  # an alias of an alias can stand for more than any machine holds
        return {}, [_("Write everything out: “&name” and “*name” are not possible here.")]
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        return {}, [_("The text cannot be read at line %(line)s.") % {"line": line}]
    except (ValueError, RecursionError):
        return {}, [_("The text cannot be read at line %(line)s.") % {"line": 1}]
    if not isinstance(found, dict) or not isinstance(found.get("rules"), list):
        return {}, [_("The text needs a list called “rules”.")]
    return found, []


def _form(
    request: Asked,
    hall: Hall,
    typed: dict[str, Any],
    newest: CalendarVersion | None,
    *,
    faults: list[str] | None = None,
    refused: Refused | None = None,
    meanwhile: Meanwhile | None = None,
) -> HttpResponseBase:
    view = places.hall_view(hall)
    status = 409 if meanwhile else 422 if faults else status_of(refused) if refused else 200
    return page(
        request,
        "office/calendar_edit.html",
        hall,
        typed=typed,
        newest=newest,
        faults=faults or [],
        refused=refused,
        meanwhile=meanwhile,
        seen=_seen(request, newest, meanwhile),
        kinds=SESSION_KINDS.items(),
        walk_ins=WALK_INS.items(),
        weekdays=WEEKDAYS,
        channels=[(each, CHANNELS[each]) for each in SOURCES],
        categories=view.categories,
        zones=view.zones,
        sessions=[(form["code"], _name(form)) for form in typed["forms"]],
        plans=calendars.planned(hall.pk, day_or_none(typed["valid_from"]) or _tomorrow(hall)),
        month=calendar_month.of(hall, _draft(hall, typed), day_or_none(typed["valid_from"]), typed.get("month")),
        today=local(hall, clock.now()).date(),
        status=status,
    )


def _name(form: Mapping[str, Any]) -> str:
    first, second = ("name_en", "name_zh") if english() else ("name_zh", "name_en")
    return str(form[first] or form[second] or form["code"])


def _seen(request: Asked, newest: CalendarVersion | None, meanwhile: Meanwhile | None) -> int:
    """The newest version that this form has taken in: of its first page, until it is told of another."""
    now = newest.version if newest else 0
    return now if meanwhile else int_or_none(request.POST.get("seen")) or now


def _draft(hall: Hall, typed: Mapping[str, Any]) -> CalendarDocument | None:
    """What is typed, as far as it can be read already."""
    start: CalendarVersion | None = typed.get("start")
    base = start.document if start else {}
    if typed["tab"] == "text":
        document, faults = _read_text(typed["text"])
    else:
        document, faults = calendar_form.document_of(typed["forms"], timezone=hall.timezone, base=base)
    try:
        return None if faults else rules.load(document)
    except rules.InvalidCalendar:
        return None


@door(audience="staff", permission="calendar.edit")
@require_POST
def month(request: Asked, hall: str) -> HttpResponseBase:
    """The month beside the editor, as what is typed now would make it; `month` = earlier | later | a day of it."""
    place = places.hall_by_code(hall)
    start = CalendarVersion.objects.filter(hall=place, version=int_or_none(request.POST.get("start"), 1) or 0).first()
    typed = {
        "tab": "text" if request.POST.get("tab") == "text" else "form",
        "text": request.POST.get("text", "")[:60_000],
        "forms": calendar_form.forms_of(request.POST),
        "start": start,
    }
    valid_from, shown = day_or_none(request.POST.get("valid_from")), day_or_none(request.POST.get("month"))
    drawn = calendar_month.of(place, _draft(place, typed), valid_from, shown)
    if not request.htmx:
        return redirect("office:calendar_edit", hall=hall)
    return page(request, "office/_calendar_month.html", place, month=drawn)


def _preview(
    request: Asked,
    hall: Hall,
    document: CalendarDocument,
    valid_from: date,
    typed: dict[str, Any],
    newest: CalendarVersion | None,
) -> HttpResponseBase:
    people = outside.affected(hall=hall, now=clock.now(), document=document, valid_from=valid_from)
    stored = document.model_dump(mode="json", by_alias=True)
    return page(
        request,
        "office/calendar_preview.html",
        hall,
        typed=typed,
        text=plain(stored),
        document=json.dumps(stored, ensure_ascii=False),
        valid_from=valid_from,
        last=valid_from + timedelta(days=PREVIEW_DAYS - 1),
        changes=_changes(hall, document, valid_from),
        version=newest.version if newest else 0,
        foreseen=consequences(hall=hall, now=clock.now(), document=document, valid_from=valid_from),
        overlaps=_overlaps(hall, document, valid_from),
        **people_context(people),
    )


def _overlaps(hall: Hall, document: CalendarDocument, first: date) -> list[Overlap]:
    """Sessions of the new hours that overlap, with the places of each: the same hour is given out once only."""
    days = [first + timedelta(days=i) for i in range(PREVIEW_DAYS)]
    calendar = calendars.work_calendar()
    found: dict[frozenset[str], Overlap] = {}
    for day in days:
        for one, other in combinations(rules.sessions_on(document, day, calendar), 2):
            starts_at, ends_at = max(one.starts_at, other.starts_at), min(one.ends_at, other.ends_at)
            pair = frozenset({one.rule, other.rule})
            if starts_at < ends_at and pair not in found:
                names = [each.name.en if english() else each.name.zh for each in (one, other)]
                each = [places_within(hall, [session], starts_at, ends_at, now=clock.now()) for session in (one, other)]
                together = places_within(hall, [one, other], starts_at, ends_at, now=clock.now())
                found[pair] = Overlap(day, names, starts_at, ends_at, each, together)
    return list(found.values())


@dataclass(frozen=True)
class Overlap:
    """Two sessions at once. `places`: what each would give alone in the hours of both; `together`: what is given."""

    day: date
    names: list[str]
    starts_at: datetime
    ends_at: datetime
    places: list[int]
    together: int

    @property
    def sum(self) -> int:
        return sum(self.places)


def people_context(people: list[Affected]) -> dict[str, Any]:
    """What the list of affected people needs: by day, with how many are only reached by the choice for all."""
    listed = people[:LISTED]
    return {
        "people": people,
        "by_day": [(day, list(rows)) for day, rows in groupby(listed, key=lambda each: each.day)],
        "unlisted": len(people) - len(listed),
        "without_offer": sum(each.suggestion is None for each in people),
        "whats": WHATS,
    }


def _changes(hall: Hall, document: CalendarDocument, first: date) -> list[HoursChange]:
    last = first + timedelta(days=PREVIEW_DAYS - 1)
    then = outside.sessions_after(hall, first, last, document=document, valid_from=first, shut=())
    found: dict[tuple[str, ...], HoursChange] = {}
    for day, before in calendars.sessions(hall, first, last).items():
        old, new = _hours(before), _hours(then[day])
        if old != new:
            found.setdefault((*old, "→", *new), HoursChange([], old, new)).days.append(day)
    return list(found.values())


def _hours(sessions: list[Session]) -> list[str]:
    return [
        f"{hours_words(each.starts_at, each.ends_at)} {each.name.en if english() else each.name.zh}"
        for each in sessions
    ]


def choices_of(post: QueryDict) -> tuple[dict[str, Choice], What]:
    """What was chosen for each person, and for all others.

    `all` = each | move | cancel | keep; `c-<code>` = move | cancel | keep; `t-<code>` = the time that was offered.
    """
    whats: dict[str, What] = {each: each for each in WHATS}
    for_all = post.get("all", "each")
    others = whats.get(for_all) or whats.get(post.get("others", "")) or "keep"
    found: dict[str, Choice] = {}
    for key in post:
        if not key.startswith("c-") or len(found) >= 2000:
            continue
        what = whats.get(for_all) or whats.get(post.get(key, ""))
        if what is not None:
            found[key[2:][:16]] = Choice(what, moment_or_none(post.get(f"t-{key[2:]}")))
    return found, others


def _confirmed(request: Asked, hall: Hall, document: dict[str, Any], valid_from: date) -> None:
    """:raises Refused: invalid, when nothing could be booked any more and nobody said that this is meant."""
    if request.POST.get("confirmed") == "yes":
        return
    try:
        checked = rules.load(document)
    except rules.InvalidCalendar:  # said by whoever publishes it
        return
    if consequences(hall=hall, now=clock.now(), document=checked, valid_from=valid_from).nothing_left:
        raise invalid("confirmed", _("Nothing in the hall could be booked after this."))


@door(audience="staff", permission="calendar.edit")
@require_POST
def publish(request: Asked, hall: str) -> HttpResponseBase:
    """Publish what was previewed, with what was chosen for each person."""
    place = places.hall_by_code(hall)
    newest = newest_of(place)
    valid_from = day_or_none(request.POST.get("valid_from"))
    try:
        document = json.loads(request.POST.get("document", ""))
    except (ValueError, RecursionError):
        document = None
    # PostgreSQL keeps no NUL; no name of a session needs one.
    if "\\u0000" in request.POST.get("document", ""):
        document = None
    if not isinstance(document, dict) or valid_from is None or valid_from < local(place, clock.now()).date():
        messages.error(request, _("The preview was not complete. Look at it once more."))
        return redirect("office:calendar_edit", hall=hall)
    choices, others = choices_of(request.POST)
    try:
        _confirmed(request, place, document, valid_from)
        version, follow_up = change_hours.publish(
            hall=place,
            document=document,
            valid_from=valid_from,
            note=clean(request.POST.get("note"), 200),
            choices=choices,
            others=others,
            by=request.who.by,
            now=clock.now(),
            expected_version=int_or_none(request.POST.get("version")) or 0,
        )
    except Refused as refused:
        typed: dict[str, Any] = {
            "tab": "text",
            "valid_from": valid_from.isoformat(),
            "note": clean(request.POST.get("note"), 200),
            "text": plain(document),
            "forms": [],
            "start": CalendarVersion.objects.filter(
                hall=place, version=int_or_none(request.POST.get("start"), 1) or 0
            ).first(),
        }
        if refused.slug == "changed-meanwhile" and newest is not None:
            typed["tab"] = "form"
            mine = rules.load(document).model_dump(mode="json", by_alias=True)
            seen = int_or_none(request.POST.get("version")) or 0
            return _told(request, place, mine, typed, valid_from, seen)
        return _form(request, place, typed, newest, refused=refused)
    messages.success(request, _("Version %(n)s is published.") % {"n": version.version})
    if not follow_up.visits.exists():
        return redirect("office:calendar", hall=hall)
    return redirect("office:follow_up", hall=hall, follow_up_id=follow_up.pk)
