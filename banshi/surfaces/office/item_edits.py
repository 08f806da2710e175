"""A matter is changed: the draft with its parts, what keeps it from being published, and what differs. A second publishes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.foundation.said import english, named
from banshi.frames.staff.frame import acting, local, status_of
from banshi.frames.staff.names import names_of
from banshi.frames.typed import int_or_none
from banshi.journeys.hall.every_hall import lacking
from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.actions import editing
from banshi.rooms.catalogue.models import HallItem, ItemDraft
from banshi.rooms.catalogue.queries import drafts as queries
from banshi.rooms.catalogue.queries.drafts import MOVED_ON, LookedAt
from banshi.rooms.catalogue.rules.compared import Said, compared
from banshi.rooms.catalogue.rules.condition_words import sentence
from banshi.rooms.catalogue.rules.drafts import DRAFT
from banshi.rooms.catalogue.rules.editing import CODED, ENDS, RATES, REMISSIONS, VALID, WITHIN, entries
from banshi.rooms.catalogue.rules.faults import Fault
from banshi.rooms.catalogue.rules.handling import Handling
from banshi.rooms.catalogue.rules.unfinished import unfinished
from banshi.rooms.catalogue.rules.valid import length_said
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.office.frame import page
from banshi.surfaces.office.item_edit_words import PARTS, REST, REST_LABEL, Part, Text, part_of
from banshi.surfaces.office.item_version_words import ENDED, Shown, change_shown, rate_said


@dataclass(frozen=True)
class PartLine:
    """A part on the overview: how much is in it, and its faults."""

    code: str
    label: Text
    names: list[str]
    faults: list[Fault]


@dataclass(frozen=True)
class EntryLine:
    """One of a list: what it is called, when it counts, what is wrong with it."""

    name: str
    more: str
    condition: str
    faults: list[Fault]
    first: bool
    last: bool


@dataclass(frozen=True)
class Change:
    """A draft of the office in a hall that handles its matter. `handling`: eased; None where nobody can read it."""

    hall: Hall
    draft: ItemDraft
    document: dict[str, Any]
    handling: Handling | None

    @property
    def open(self) -> bool:
        return DRAFT.may(self.draft.state, "edit")

    @property
    def own(self) -> str:
        """How codes of papers begin that belong to this matter alone."""
        return f"m-{self.draft.item_id}"


def change_of(hall: str, change: int) -> Change:
    """:raises Refused: nothing-found – no such draft, or of a matter that is not handled in this hall."""
    place = places.hall_by_code(hall)
    draft = queries.draft_by_id(change)
    if draft.kind != "office" or not HallItem.objects.filter(hall=place, item=draft.item).exists():
        raise Refused("nothing-found", facts={"draft": change})
    document = draft.document["handling"]
    return Change(place, draft, document, unfinished(document).handling)


def seen_in(request: Asked) -> int:
    """The revision that the form was made of."""
    return int_or_none(request.POST.get("seen")) or 0


@door(audience="staff", permission="items.edit")
@require_POST
def begin(request: Asked, hall: str, hall_item_id: int) -> HttpResponseBase:
    """From what stands; or go on with what somebody has begun."""
    place = places.hall_by_code(hall)
    row = HallItem.objects.filter(hall=place, id=hall_item_id).first()
    if row is None:
        raise Refused("nothing-found", facts={"item": hall_item_id})
    draft = editing.open_change(item_id=row.item_id, by=acting(request, place), now=clock.now())
    return redirect("office:item_edit", hall=hall, change=draft.pk)


@door(audience="staff", permission="items.edit")
@require_GET
def overview(request: Asked, hall: str, change: int) -> HttpResponseBase:
    return overview_page(request, change_of(hall, change))


@door(audience="staff", permission="items.edit")
@require_POST
def base(request: Asked, hall: str, change: int) -> HttpResponseBase:
    """It is a change of the newest version from now on."""
    said = change_of(hall, change)
    try:
        editing.take_as_base(
            draft_id=said.draft.pk, seen=seen_in(request), by=acting(request, said.hall), now=clock.now()
        )
    except Refused as refused:
        return overview_page(request, change_of(hall, change), refused=refused, status=status_of(refused))
    messages.success(request, pgettext("item edit", "It is held against the newest version now."))
    return redirect("office:item_edit", hall=hall, change=change)


@door(audience="staff", permission="items.edit")
@require_POST
def finish(request: Asked, hall: str, change: int) -> HttpResponseBase:
    """Ready for the second person: whoever may publish it finds it on their first page."""
    said = change_of(hall, change)
    try:
        editing.finish_change(
            draft_id=said.draft.pk, seen=seen_in(request), by=acting(request, said.hall), now=clock.now()
        )
    except Refused as refused:
        return overview_page(request, change_of(hall, change), refused=refused, status=status_of(refused))
    messages.success(request, pgettext("item edit", "Whoever may publish it finds it on their first page."))
    return redirect("office:item_edit", hall=hall, change=change)


def overview_page(request: Asked, said: Change, **more: Any) -> HttpResponseBase:
    """The draft with everything that differs and everything that is wrong. Also where publishing it was refused."""
    draft = said.draft
    (seen,) = queries.looked_at([draft])
    editors = list(dict.fromkeys([draft.entered_by, *draft.editors.split()]))
    who = names_of(filter(None, [*editors, draft.ready_by, draft.published_by]))
    is_open = draft.state in DRAFT.goes_on
    may = is_open and request.who.may("items.publish", said.hall.code)
    context = {
        "draft": draft,
        "change": said,
        "item": draft.item,
        "is_open": is_open,
        "editors": gettext(", ").join(who.get(each, "") for each in editors),
        "published_by": who.get(draft.published_by, ""),
        "parts": _parts(said, seen) if is_open else [],
        "elsewhere": _elsewhere(seen) if is_open else [],
        "faults": seen.faults if is_open else (),
        "moved_on": is_open and said.open and any(each.where == MOVED_ON for each in seen.faults),
        "changes": differences(seen) if is_open else [],
        "may": may,
        "ready_by": who.get(draft.ready_by, ""),
        "mine": may and str(request.who.by) in editors,
        "lacks": lacking(request.who.grants, "items.publish", draft.item) if may else None,
        "today": local(said.hall, clock.now()).date(),
    }
    return page(request, "office/item_edit.html", said.hall, **{**context, **more})


def _parts(said: Change, seen: LookedAt) -> list[PartLine]:
    found = [
        PartLine(
            part.code,
            part.label,
            [
                named(each, part.text) or pgettext("item edit", "(without words)")
                for each in entries(said.document, part.code)
            ],
            faults_of(part.code, seen.faults),
        )
        for part in PARTS.values()
    ]
    names = [str(said.document["result"]["name_en" if english() else "name_zh"])]
    return [*found, PartLine(REST, REST_LABEL, names, faults_of(REST, seen.faults))]


def faults_of(part: str, faults: tuple[Fault, ...]) -> list[Fault]:
    return [each for each in faults if part_of(each.where) == part and not _is_elsewhere(each)]


def _is_elsewhere(fault: Fault) -> bool:
    return fault.where == MOVED_ON or fault.where.startswith("by_rule")


def _elsewhere(seen: LookedAt) -> list[Fault]:
    """What is wrong with no part that is edited here."""
    return [each for each in seen.faults if _is_elsewhere(each)]


def differences(seen: LookedAt) -> list[Shown]:
    """Everything that publishing the draft changes, part by part."""
    if seen.draft.item is None:
        return []
    before = Said(queries.columns_of(seen.draft.item), catalogue.handling_of(seen.draft.item))
    after = Said(seen.writing.columns, seen.writing.handling)
    return change_shown(compared(before, after), before, after)


def entry_lines(said: Change, part: Part) -> tuple[list[EntryLine], list[Fault]]:
    """The entries of a list, each with its faults beside it; and the faults of the list that are of none of them."""
    (seen,) = queries.looked_at([said.draft])
    listed = entries(said.document, part.code)
    faults = faults_of(part.code, seen.faults)
    lines = [
        EntryLine(
            named(each, part.text) or pgettext("item edit", "(without words)"),
            _more(each, part.code, said.handling),
            sentence(each[part.tree], said.handling, zh=not english())
            if part.tree and said.handling is not None
            else "",
            [fault for fault in faults if _at(fault, part.code, each, i)],
            first=i == 0,
            last=i == len(listed) - 1,
        )
        for i, each in enumerate(listed)
    ]
    beside = [fault for line in lines for fault in line.faults]
    return lines, [each for each in faults if each not in beside]


def _at(fault: Fault, part: str, entry: dict[str, Any], at: int) -> bool:
    """Whether a fault is about this entry."""
    code = entry.get(CODED.get(part, ""))
    here = f"{part}.{code}" if code else f"{WITHIN.get(part, part)}[{at}]"
    return fault.where == here or fault.where.startswith((f"{here}.", f"{here}["))


def _more(entry: dict[str, Any], part: str, handling: Handling | None) -> str:
    if part == RATES:
        return rate_said(entry, handling)
    if part == REMISSIONS:
        return pgettext("item edit", "%(percent)s%% less") % {"percent": entry["percent"]}
    if part == VALID:
        return length_said(entry)[english()]
    if part == ENDS:
        return str(ENDED[entry["which"]])
    return " · ".join(named(each, "text") for each in entry["options"]) if part in ("questions", "fields") else ""
