"""What is on record of oneself (一库): facts and certificates, what they were used for, and who looked (PIPL Art. 44, 45)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods

from banshi.foundation import clock
from banshi.foundation.said import named
from banshi.frames.typed import int_or_none
from banshi.kernel.masking import mask_id, mask_known
from banshi.rooms.audit import queries as audit
from banshi.rooms.audit.queries import EntryView
from banshi.rooms.cases import queries as cases
from banshi.rooms.catalogue.models import DataElement
from banshi.rooms.identity import queries as people
from banshi.rooms.library import queries as library
from banshi.rooms.library.queries import FactView
from banshi.rooms.places import queries as places
from banshi.rooms.remote.queries import recordings
from banshi.rooms.tickets.models import Ticket
from banshi.surfaces.citizen.doors import citizen_page, page
from banshi.surfaces.citizen.facts_used import facts_used
from banshi.surfaces.citizen.uses import with_cases

PAGE = 20
FIRST_USES = 5

# Why somebody looked, by the kind of its occasion.
OCCASIONS = {
    "ticket": pgettext_lazy("look", "While you were served"),
    "case": pgettext_lazy("look", "For a case"),
    "copy": pgettext_lazy("look", "The copy of a certificate"),
    "certificate": pgettext_lazy("look", "A certificate, at the window"),
    "people": pgettext_lazy("look", "To put your data right"),
    "library": pgettext_lazy("look", "Looked up in the library"),
    "form": pgettext_lazy("look", "To fill in a form"),
    "agents": pgettext_lazy("look", "For a mandate"),
    "guardian": pgettext_lazy("look", "As guardian"),
    "recording": pgettext_lazy("look", "A recorded call"),
    "guardians": pgettext_lazy("look", "For a guardianship"),
}


@dataclass(frozen=True)
class Known:
    """A fact, its value masked until it is asked for. `case`: the number of the one that said so, "" where none did; `item`: code
    of its matter, of which is asked where it is wrong."""

    element: DataElement
    value: str
    case: str
    at: datetime
    item: str = ""
    by_authority: bool = False


@dataclass(frozen=True)
class Looked:
    """`hall`: its name, None for all of them; `why`: what for; `what`: the matter or the certificate, or ""; `case`: its number,
    or "". `who`: staff | citizen | other.
    """

    at: datetime
    hall: Any
    who: str
    why: str
    what: str
    case: str


@citizen_page
@require_http_methods(["GET", "POST"])
def record(request: Any) -> HttpResponseBase:
    """Of whoever is proven to be somebody; else how that is done. Numbers and what is known stand masked, for who looks over a
    shoulder; POST shows them, this once.
    """
    me = people.proven_person(request.who.account_id)
    if me is None:
        return page(request, "citizen/my_record.html", {"me": None})
    whole, today = request.method == "POST", timezone.localtime(clock.now()).date()
    before = int_or_none(request.GET.get("before"), 1, 2**62)
    mine = [each.pk for each in people.documents_of(library.standing(me))]
    looks = audit.looks_at([f"person:{each}" for each in mine], limit=PAGE + 1, cursor=before)
    context = {
        "me": me,
        "certificates": [
            (each, each.number if whole else mask_id(each.number), not each.holds(today))
            for each in library.certificates_of(person_id=me)
        ],
        "known": known_of(library.facts_of(person_id=me, today=today), whole=whole),
        "whole": whole,
        "fact_uses": facts_used(library.fact_uses_of(me, most=FIRST_USES), today=today),
        "uses": with_cases(library.uses_of(me, most=FIRST_USES)),
        "recorded": recordings.of_person(me),
        "looks": looked(looks[:PAGE]),
        "older": looks[PAGE - 1].id if len(looks) > PAGE else None,
        "later": before is not None,
    }
    return page(request, "citizen/my_record.html", context)


def known_of(facts: dict[str, FactView], *, whole: bool) -> list[Known]:
    names = DataElement.objects.filter(code__in=facts).order_by("code")
    items = _items({_case_of(each.source) for each in facts.values()} - {""})
    found = []
    for each in names:
        fact = facts[each.code]
        no = _case_of(fact.source)
        by_authority = fact.source.startswith("import:")
        shown = _shown(fact.value, whole=whole)
        found.append(Known(each, shown, no, fact.at, items.get(no, ""), by_authority))
    return sorted(found, key=lambda each: each.at, reverse=True)


def _items(numbers: Collection[str]) -> dict[str, str]:
    """Codes of the matters of these cases that are handled still."""
    rows = cases.all_cases().filter(no__in=numbers, item__retired_on=None)
    return dict(rows.order_by("id").values_list("no", "item__code"))


def _shown(value: str, *, whole: bool) -> str:
    return value if whole else mask_known(value)


def looked(entries: Sequence[EntryView]) -> list[Looked]:
    halls = {each.code: each for each in places.all_halls()}
    said_of = _what(entries)
    found = []
    for entry in entries:
        why = str(entry.facts.get("why", ""))
        kind = why.partition(":")[0]
        said = OCCASIONS.get(kind, pgettext("look", "For another reason"))
        who = entry.actor.partition(":")[0]
        side = who if who in ("staff", "citizen") else "other"
        found.append(
            Looked(entry.at, halls.get(entry.hall), side, str(said), said_of.get(_parts(why), ""), _case_of(why))
        )
    return found


def _what(entries: Sequence[EntryView]) -> dict[tuple[str, str, str], str]:
    """The matter of a case or a number, or the certificate, by what `_parts` says of an occasion: three queries at most."""
    occasions = {_parts(str(entry.facts.get("why", ""))) for entry in entries}
    numbers = {ref for kind, ref, _ in occasions if kind in ("case", "guardian")}
    called = {ref for kind, ref, _ in occasions if kind == "ticket"}
    copied = {_certificate(each) for each in occasions} - {""}
    matters = (
        {row.no: named(row.item) for row in cases.all_cases().filter(no__in=numbers).order_by("id")} if numbers else {}
    )
    tickets = (
        Ticket.objects.filter(ref__in=called, item__isnull=False).select_related("item").order_by("id")
        if called
        else ()
    )
    matters |= {row.ref: named(row.item) for row in tickets}
    held = {ref: named(each) for ref, each in library.certificates_called(copied).items()} if copied else {}
    return {each: held.get(ref, "") if (ref := _certificate(each)) else matters.get(each[1], "") for each in occasions}


def _certificate(occasion: tuple[str, str, str]) -> str:
    """Reference of the one that was looked at, "" where none was."""
    kind, ref, further = occasion
    return {"copy": further, "certificate": ref}.get(kind, "")


def _parts(why: str) -> tuple[str, str, str]:
    """Kind, reference, and what follows."""
    kind, _, rest = why.partition(":")
    ref, _, further = rest.partition(":")
    return kind, ref, further


def _case_of(occasion: str) -> str:
    kind, case, _ = _parts(occasion)
    return case if kind in ("case", "copy", "guardian") else ""
