"""What is on record of oneself (一库): facts and certificates, what they were used for, and who looked (PIPL Art. 44, 45)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_GET

from banshi.frames.typed import int_or_none
from banshi.kernel.masking import mask_id, mask_name
from banshi.rooms.audit import queries as audit
from banshi.rooms.audit.queries import EntryView
from banshi.rooms.catalogue.models import DataElement
from banshi.rooms.identity import queries as people
from banshi.rooms.library import queries as library
from banshi.rooms.library.queries import FactView
from banshi.rooms.places import queries as places
from banshi.surfaces.citizen.doors import citizen_page, page
from banshi.surfaces.citizen.uses import with_cases

PAGE = 20
FIRST_USES = 5

# Why somebody looked, by the kind of its occasion.
OCCASIONS = {
    "ticket": pgettext_lazy("look", "While you were served"),
    "case": pgettext_lazy("look", "For a case"),
    "people": pgettext_lazy("look", "To put your data right"),
    "library": pgettext_lazy("look", "Looked up in the library"),
    "form": pgettext_lazy("look", "To fill in a form"),
    "agents": pgettext_lazy("look", "For a mandate"),
    "guardian": pgettext_lazy("look", "As guardian"),
    "guardians": pgettext_lazy("look", "For a guardianship"),
}


@dataclass(frozen=True)
class Known:
    """A fact with its value masked. `case`: the number of the one that said so, "" where none did."""

    element: DataElement
    value: str
    case: str
    at: datetime


@dataclass(frozen=True)
class Looked:
    """`hall`: its name, None for all of them; `why`: what for; `case`: its number, or "". `who`: staff | citizen | other."""

    at: datetime
    hall: Any
    who: str
    why: str
    case: str


@citizen_page
@require_GET
def record(request: Any) -> HttpResponseBase:
    """Of whoever is proven to be somebody; else how that is done."""
    me = people.proven_person(request.who.account_id)
    if me is None:
        return page(request, "citizen/my_record.html", {"me": None})
    before = int_or_none(request.GET.get("before"), 1, 2**62)
    mine = [each.pk for each in people.documents_of(library.standing(me))]
    looks = audit.looks_at([f"person:{each}" for each in mine], limit=PAGE + 1, cursor=before)
    context = {
        "me": me,
        "certificates": [(each, mask_id(each.number)) for each in library.certificates_of(person_id=me)],
        "known": _known(library.facts_of(person_id=me)),
        "uses": with_cases(library.uses_of(me, most=FIRST_USES)),
        "looks": looked(looks[:PAGE]),
        "older": looks[PAGE - 1].id if len(looks) > PAGE else None,
        "later": before is not None,
    }
    return page(request, "citizen/my_record.html", context)


def _known(facts: dict[str, FactView]) -> list[Known]:
    names = DataElement.objects.filter(code__in=facts).order_by("code")
    found = [
        Known(each, _masked(facts[each.code].value), _case_of(facts[each.code].source), facts[each.code].at)
        for each in names
    ]
    return sorted(found, key=lambda each: each.at, reverse=True)


def _masked(value: str) -> str:
    return mask_id(value) if any(each.isdigit() for each in value) else mask_name(value)


def looked(entries: Sequence[EntryView]) -> list[Looked]:
    halls = {each.code: each for each in places.all_halls()}
    found = []
    for entry in entries:
        why = str(entry.facts.get("why", ""))
        kind = why.partition(":")[0]
        said = OCCASIONS.get(kind, pgettext("look", "For another reason"))
        who = entry.actor.partition(":")[0]
        side = who if who in ("staff", "citizen") else "other"
        found.append(Looked(entry.at, halls.get(entry.hall), side, str(said), _case_of(why)))
    return found


def _case_of(occasion: str) -> str:
    kind, _, rest = occasion.partition(":")
    case = rest.partition(":")[0]
    return case if kind in ("case", "guardian") else ""
