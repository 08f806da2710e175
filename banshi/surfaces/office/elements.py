"""The data dictionary (数据字典): what each entry is, what its values have to be, who asks for it and whence it is known.

To read: why nobody writes it here stands in the README of the catalogue.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_GET

from banshi.foundation.doors import Asked, door
from banshi.foundation.said import english
from banshi.frames.staff.frame import paged, query_without_page
from banshi.frames.typed import clean
from banshi.rooms.catalogue.models import DataElement
from banshi.rooms.catalogue.queries import dictionary as queries
from banshi.rooms.catalogue.rules.checks import listed
from banshi.rooms.library import queries as library
from banshi.rooms.places import queries as places
from banshi.surfaces.office.frame import page
from banshi.surfaces.office.item_edit_words import TYPES

PER_PAGE = 40
SENSITIVITY = {
    "public": pgettext_lazy("dictionary", "public"),
    "internal": pgettext_lazy("dictionary", "internal"),
    "personal": pgettext_lazy("dictionary", "personal"),
    "sensitive": pgettext_lazy("dictionary", "sensitive personal"),
}
TONES = {"personal": "info", "sensitive": "wait"}
SOURCES = {
    "library": pgettext_lazy("dictionary", "what the authorities hold"),
    "card": pgettext_lazy("dictionary", "the identity document"),
    "account": pgettext_lazy("dictionary", "the account"),
    "earlier": pgettext_lazy("dictionary", "an earlier case that was granted"),
    "applicant": pgettext_lazy("dictionary", "the applicant"),
}
CAME = {
    "case": pgettext_lazy("dictionary", "Cases that were granted"),
    "certificate": pgettext_lazy("dictionary", "Certificates"),
    "window": pgettext_lazy("dictionary", "Windows"),
}


@door(audience="staff", permission="items.edit")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    q = clean(request.GET.get("q"), 60)
    asked = queries.how_often_asked()
    rows = paged(request, queries.entries(q), PER_PAGE)
    lines = [(each, asked.get(each.code, 0)) for each in map(_shown, rows)]
    return page(request, "office/elements.html", place, rows=rows, lines=lines, q=q, more=query_without_page(request))


@door(audience="staff", permission="items.edit")
@require_GET
def one(request: Asked, hall: str, element: str) -> HttpResponseBase:
    place, row = places.hall_by_code(hall), queries.element_called(element)
    kept = [(_came(each), each) for each in library.kept_of(row.code)]
    return page(request, "office/element.html", place, shown=_shown(row), asked=queries.asked_by(row.code), kept=kept)


class _Shown:
    """An entry in words."""

    def __init__(self, row: DataElement) -> None:
        self.row, self.code = row, row.code
        self.name_zh, self.name_en = row.name_zh, row.name_en
        self.type = TYPES[row.type]
        self.sensitivity, self.tone = SENSITIVITY[row.sensitivity], TONES.get(row.sensitivity, "")
        self.sources = [SOURCES.get(each, each) for each in row.source_precedence.split(";")]
        hints = [(str(each), each.hint) for each in listed(row.checks)]
        self.checks = [(name, hint.en if english() else hint.zh) for name, hint in hints]


def _shown(row: DataElement) -> _Shown:
    return _Shown(row)


def _came(kept: library.Kept) -> Any:
    if kept.kind == "import":
        return pgettext("dictionary", "List of %(who)s") % {"who": kept.who}
    return CAME.get(kept.kind, pgettext("dictionary", "Otherwise"))
