"""The day's bookings to print or take along (今日预约单)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff import exports
from banshi.frames.staff.frame import acting, local
from banshi.frames.typed import day_asked
from banshi.kernel.clock_words import hours_words
from banshi.rooms.audit import actions as audit
from banshi.rooms.booking import queries as bookings
from banshi.rooms.messaging.rules import language_of
from banshi.rooms.places import queries as places


@door(audience="staff", permission="appointments.view")
@require_GET
def sheet(request: Asked, hall: str) -> HttpResponseBase:
    """A page that prints, or `?format=xlsx`. Names as the hall's policy says; who took it is on record."""
    place = places.hall_by_code(hall)
    now = clock.now()
    day = day_asked(request.GET.get("day"), local(place, now).date())
    found = bookings.day_sheet(place, day, now=now)
    audit.looked(subject=f"day-sheet:{day.isoformat()}", by=acting(request, place), now=now, hall=hall, why="print")
    language = language_of(get_language() or "")
    if request.GET.get("format") == "xlsx":
        return exports.answer(exports.as_xlsx([_table(found, language)]), name=f"{day}-{hall}", form="xlsx")
    return HttpResponse(bookings.as_html(found, language=language))


def _table(found: bookings.DaySheet, language: str) -> exports.Table:
    columns = tuple(
        exports.Column(key, str(label), "count" if key == "persons" else "text")
        for key, label in (
            ("time", _("Time")),
            ("category", _("Category")),
            ("matter", _("Matter")),
            ("name", _("Name")),
            ("persons", pgettext("day sheet", "Persons")),
            ("last4", _("Document ends")),
            ("code", _("Reference")),
            ("came", _("Came")),
        )
    )
    rows: tuple[dict[str, Any], ...] = tuple(
        {
            "time": hours_words(line.starts_at, line.ends_at),
            "category": line.letter,
            "matter": line.matter(language),
            "name": line.name,
            "persons": line.persons,
            "last4": line.last4,
            "code": line.code,
            "came": "✓" if line.arrived else "",
        }
        for line in found.lines
    )
    return exports.Table("day-sheet", f"{_('Day sheet')} {found.day.isoformat()}", columns, rows)
