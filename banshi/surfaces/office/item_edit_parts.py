"""One part of a matter that is changed: its list, one of the list, or the rest, as a form that is kept at every step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.foundation.said import named
from banshi.frames.staff.frame import acting, status_of
from banshi.frames.staff.names import names_of
from banshi.frames.typed import clean, int_or_none
from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue.actions import editing
from banshi.rooms.catalogue.models import DataElement, Department
from banshi.rooms.catalogue.queries import departments
from banshi.rooms.catalogue.queries import drafts as queries
from banshi.rooms.catalogue.rules.compared import Said, compared
from banshi.rooms.catalogue.rules.condition_rows import Fact, facts_for
from banshi.rooms.catalogue.rules.editing import CODED, RATES, REMISSIONS, blank, entries, moved, put, taken_out
from banshi.rooms.catalogue.rules.unfinished import unfinished
from banshi.surfaces.office.frame import page
from banshi.surfaces.office.item_edit_form import Read, drawn, grouped, read, rest_of, with_rest
from banshi.surfaces.office.item_edit_rates import closed, opened
from banshi.surfaces.office.item_edit_words import INPUTS, PARTS, REST, REST_LABEL
from banshi.surfaces.office.item_edits import Change, change_of, entry_lines, seen_in
from banshi.surfaces.office.item_version_words import Shown, change_shown

MOVES = {"up": -1, "down": 1}


@dataclass(frozen=True)
class Meanwhile:
    """Somebody else saved while this was typed. `lines`: what stands now, beside what was typed."""

    by: str
    lines: list[Shown]
    gone: bool


@door(audience="staff", permission="items.edit")
@require_http_methods(["GET", "POST"])
def part(request: Asked, hall: str, change: int, part: str) -> HttpResponseBase:
    """A list. POST: `act` is up, down or out, with the place: `up:2`."""
    said = change_of(hall, change)
    if part not in PARTS:
        raise Refused("nothing-found", facts={"part": part})
    if request.method == "GET":
        return _list_page(request, said, part)
    verb, _, place = request.POST.get("act", "").partition(":")
    at = int_or_none(place, 0, 999)
    document = said.document
    if at is not None and verb in MOVES:
        document = moved(document, part, at, MOVES[verb])
    elif at is not None and verb == "out":
        document = taken_out(document, part, at)
    try:
        _keep(request, said, document, part)
    except Refused as refused:
        return _list_page(request, change_of(hall, change), part, refused=refused, status=status_of(refused))
    return redirect("office:item_edit_part", hall=hall, change=change, part=part)


def _list_page(request: Asked, said: Change, part: str, **more: Any) -> HttpResponseBase:
    lines, others = entry_lines(said, PARTS[part])
    return page(
        request, "office/item_edit_part.html", said.hall, draft=said.draft, change=said, part=PARTS[part], lines=lines,
        others=others, next_at=len(lines), **more,
    )  # fmt: skip


@door(audience="staff", permission="items.edit")
@require_http_methods(["GET", "POST"])
def entry(request: Asked, hall: str, change: int, part: str, at: int) -> HttpResponseBase:
    """One of a list; at the place after the last one a new one."""
    said = change_of(hall, change)
    if part not in PARTS or at > len(entries(said.document, part)):
        raise Refused("nothing-found", facts={"part": part})
    listed = entries(said.document, part)
    code = clean(request.POST.get("code"), 80)
    if request.method == "POST":
        at = _place_of(listed, part, code, len(listed) if request.POST.get("new") else at)
    before = opened(part, listed[at] if at < len(listed) else blank(said.document, part, said.own))
    if at == len(listed) and code:  # somebody took it out meanwhile; it comes back as what it was
        before[CODED[part]] = code
    facts = facts_for(said.document, part, at)
    if request.method == "GET":
        return _form_page(request, said, part, at, before, facts)
    typed = read(part, request.POST, before, facts, said.document)
    if part == "materials" and _is_new(said, part, at) and not code:
        typed.entry["code"] = _shared_code(listed, typed.entry)
    return _saved(request, said, part, at, typed, facts, put(said.document, part, at, closed(part, typed)))


def _shared_code(listed: Sequence[Mapping[str, Any]], entry: Mapping[str, Any]) -> str:
    """A paper that bears a name of the shared list is that paper, unless it is here already; else it is this matter's own."""
    code = queries.shared_paper(str(entry["name_zh"]))
    return code if code and code not in [each["code"] for each in listed] else str(entry["code"])


def _place_of(listed: Sequence[Mapping[str, Any]], part: str, code: str, at: int) -> int:
    """Where it stands now, whatever was moved since; after the last one where it is not there any more."""
    if part not in CODED or not code:
        return min(at, len(listed))
    codes = [each[CODED[part]] for each in listed]
    return codes.index(code) if code in codes else len(codes)


@door(audience="staff", permission="items.edit")
@require_http_methods(["GET", "POST"])
def rest(request: Asked, hall: str, change: int) -> HttpResponseBase:
    """Where, appointment, limits, fee, result."""
    said = change_of(hall, change)
    before, facts = rest_of(said.document), facts_for(said.document, REST, 0)
    if request.method == "GET":
        return _form_page(request, said, REST, 0, before, facts)
    typed = read(REST, request.POST, before, facts, said.document)
    return _saved(request, said, REST, 0, typed, facts, with_rest(said.document, typed.entry))


def _saved(
    request: Asked, said: Change, part: str, at: int, typed: Read, facts: tuple[Fact, ...], document: Mapping[str, Any]
) -> HttpResponseBase:
    """Keep it and go back to the list, or stay for more answers; or say why not, with all that was typed."""
    refused = typed.refused
    if refused is None:
        try:
            _keep(request, said, document, part)
        except Refused as no:
            refused = no
    if refused is not None:
        now = change_of(said.hall.code, said.draft.pk)
        meanwhile = (
            _meanwhile(request, now, document, refused, at, part) if refused.slug == "changed-meanwhile" else None
        )
        return _form_page(
            request, now, part, at, typed.entry, facts, refused=_at_input(refused, part), meanwhile=meanwhile,
            status=status_of(refused),
        )  # fmt: skip
    if said.draft.ready_at is not None and document != said.document:
        back = pgettext("item edit", "Saved. It was ready and is not any more: say so again once it is.")
        messages.warning(request, back)
    else:
        messages.success(request, pgettext("item edit", "Saved."))
    if request.POST.get("then") == "stay":  # not `act`: of a stage that is which step of a case it is
        return redirect(_address(said, part, at))
    if part == REST:
        return redirect("office:item_edit", hall=said.hall.code, change=said.draft.pk)
    return redirect("office:item_edit_part", hall=said.hall.code, change=said.draft.pk, part=part)


def _keep(request: Asked, said: Change, document: Mapping[str, Any], part: str) -> None:
    """:raises Refused: changed-meanwhile, wrong-state, invalid."""
    editing.edit_change(
        draft_id=said.draft.pk, seen=seen_in(request), handling=document, part=part, by=acting(request, said.hall),
        now=clock.now(),
    )  # fmt: skip


def _at_input(refused: Refused, part: str) -> Refused:
    """The same, named by the field of the form."""
    where = str(refused.facts.get("field", ""))
    name = next((each.name for each in INPUTS[part] if f".{each.name}." in f".{where.replace('[', '.')}."), None)
    return Refused(refused.slug, facts={**refused.facts, "field": name}) if name else refused


def _meanwhile(
    request: Asked, now: Change, document: Mapping[str, Any], refused: Refused, at: int, part: str
) -> Meanwhile:
    """What stands now beside what saving again would make of it."""
    by = str(refused.facts.get("by", now.draft.entered_by))
    mine = unfinished(document).handling
    lines: list[Shown] = []
    if mine is not None and now.handling is not None:
        sides = Said({}, now.handling), Said({}, mine)
        lines = change_shown(compared(*sides), *sides)
    gone = part != REST and _is_new(now, part, at) and not request.POST.get("new")
    return Meanwhile(names_of([by])[by], lines, gone)


def _form_page(
    request: Asked, said: Change, part: str, at: int, entry: Mapping[str, Any], facts: tuple[Fact, ...], **more: Any
) -> HttpResponseBase:
    back = reverse("office:item_edit", kwargs={"hall": said.hall.code, "change": said.draft.pk})
    if part != REST:
        back = reverse("office:item_edit_part", kwargs={"hall": said.hall.code, "change": said.draft.pk, "part": part})
    new = part != REST and _is_new(said, part, at)
    return page(
        request, "office/item_edit_form.html", said.hall, draft=said.draft, change=said, part=part, at=at, back=back,
        came_by=_address(said, part, at), title=_title(said, part, at, entry), new=new,
        code=entry.get(CODED.get(part, ""), ""),
        groups=grouped(drawn(part, entry, facts, said.handling, said.document)),
        elements=DataElement.objects.order_by("code") if part == "fields" else (),
        departments=_departments(entry) if part == "flow" else (),
        papers=queries.shared_papers() if part == "materials" and new else (),
        blank=_blank_of(said, part, entry), rates=len(entry["fee"][RATES]) if part == REST else 0,
        remissions=len(entry["fee"].get(REMISSIONS, ())) if part == REST else 0, **more,
    )  # fmt: skip


def _departments(entry: Mapping[str, Any]) -> list[Department]:
    """All that there are, and one that stands there and is none: a fault says so, saving keeps it."""
    found, code = departments(), str(entry.get("department", ""))
    there = not code or any(each.code == code for each in found)
    return found if there else [*found, Department(code=code, name_zh=code, name_en=code)]


def _blank_of(said: Change, part: str, entry: Mapping[str, Any]) -> str:
    """Where the blank that is kept can be seen; "" where there is none."""
    kept = (
        (each for each in entries(said.document, part) if each["code"] == entry["code"]) if part == "materials" else ()
    )
    if not any(each.get("form") for each in kept):
        return ""
    return reverse("office:item_edit_blank", args=[said.hall.code, said.draft.pk, entry["code"]])


def _title(said: Change, part: str, at: int, entry: Mapping[str, Any]) -> str | Promise:
    if part == REST:
        return REST_LABEL
    if _is_new(said, part, at):
        return PARTS[part].add
    return named(dict(entry), PARTS[part].text) or PARTS[part].label


def _is_new(said: Change, part: str, at: int) -> bool:
    return at >= len(entries(said.document, part))


def _address(said: Change, part: str, at: int) -> str:
    where: dict[str, Any] = {"hall": said.hall.code, "change": said.draft.pk}
    if part == REST:
        return reverse("office:item_edit_rest", kwargs=where)
    return reverse("office:item_edit_entry", kwargs={**where, "part": part, "at": at})
