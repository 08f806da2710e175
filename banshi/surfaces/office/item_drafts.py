"""Drafts of matters, from the item store and of the office: what each changes, what keeps it from being published, and the second
person's word."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.foundation.said import named
from banshi.foundation.times import day_words
from banshi.frames.staff.frame import acting, local, paged, query_without_page, status_of
from banshi.frames.staff.names import names_of
from banshi.frames.typed import day_or_none, int_or_none, invalid
from banshi.journeys.hall.every_hall import lacking, must_everywhere
from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue.actions import drafts as acts
from banshi.rooms.catalogue.models import ItemDraft
from banshi.rooms.catalogue.queries import drafts as queries
from banshi.rooms.catalogue.rules.drafts import DRAFT
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.office.frame import page
from banshi.surfaces.office.item_draft_words import Change, change_lines, kept_beside, mended_lines, unknown_lines
from banshi.surfaces.office.item_edits import change_of, differences, overview_page

PER_PAGE = 20
ENDED = ("published", "dropped")


@door(audience="staff", permission="items.edit")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    """Those to decide on with what each changes; those that were published or dropped."""
    place = places.hall_by_code(hall)
    state = request.GET.get("state", "")
    state = state if state in ENDED else ""
    rows = paged(request, queries.drafts(state), PER_PAGE)
    seen = queries.looked_at(rows) if not state else []
    changes = {each.draft.pk: (_changes(each), each.faults) for each in seen}
    who = names_of(name for row in rows for name in (row.entered_by, row.published_by) if name)
    lines = [
        (row, who.get(row.entered_by, ""), who.get(row.published_by, ""), *changes.get(row.pk, ([], ())))
        for row in rows
    ]
    return page(
        request, "office/item_drafts.html", place, rows=rows, lines=lines, state=state, ended=ENDED,
        more=query_without_page(request),
    )  # fmt: skip


def _changes(seen: queries.LookedAt) -> list[Change]:
    """What a draft of the store changes, line by line; of the office, in which parts."""
    if seen.draft.kind == "store":
        return change_lines(seen.differences)
    return [Change(part, "–", "–") for part in dict.fromkeys(each.part for each in differences(seen))]


@door(audience="staff", permission="items.edit")
@require_GET
def one(request: Asked, hall: str, draft_id: int) -> HttpResponseBase:
    place, draft = places.hall_by_code(hall), queries.draft_by_id(draft_id)
    if draft.kind == "office":
        return redirect("office:item_edit", hall=hall, change=draft.pk)
    return _page(request, place, draft)


def _page(request: Asked, place: Hall, draft: ItemDraft, **more: Any) -> HttpResponseBase:
    if draft.kind == "office":
        return overview_page(request, change_of(place.code, draft.pk), **more)
    is_open = draft.state in DRAFT.goes_on
    (seen,) = queries.looked_at([draft])
    who = names_of(each for each in (draft.entered_by, draft.published_by) if each)
    mine = str(request.who.by) == draft.entered_by
    may = is_open and request.who.may("items.publish", place.code)
    context = {
        "draft": draft,
        "entered_by": who.get(draft.entered_by, ""),
        "published_by": who.get(draft.published_by, ""),
        "changes": change_lines(seen.differences) if is_open else [],
        "faults": seen.faults if is_open else (),
        "earlier": draft.notes.get("faults", []) if is_open else [],
        "mended": mended_lines(draft.notes.get("mended", [])),
        "unknown": unknown_lines(draft.notes.get("unknown", [])),
        "beside": kept_beside(draft.document["more"]),
        "is_open": is_open,
        "may": may,
        "mine": mine and may,
        "lacks": lacking(request.who.grants, "items.publish", draft.item) if may else None,
        "today": local(place, clock.now()).date(),
    }
    return page(request, "office/item_draft.html", place, **{**context, **more})


def _theirs(hall: str, draft_id: int) -> None:
    """:raises Refused: nothing-found – a change of a matter that is not handled in this hall."""
    if queries.draft_by_id(draft_id).kind == "office":
        change_of(hall, draft_id)


@door(audience="staff", permission="items.publish")
@require_POST
def publish(request: Asked, hall: str, draft_id: int) -> HttpResponseBase:
    """Now, or from the day that was typed."""
    place = places.hall_by_code(hall)
    typed = request.POST.get("from_day", "").strip()
    day = day_or_none(typed)
    _theirs(hall, draft_id)
    try:
        must_everywhere(request.who.grants, "items.publish", queries.draft_by_id(draft_id).item)
        if typed and day is None:
            raise invalid("from_day", pgettext("item draft", "Not a day"))
        draft = acts.publish_draft(
            draft_id=draft_id,
            from_day=day,
            seen=int_or_none(request.POST.get("seen")),
            by=acting(request, place),
            now=clock.now(),
        )
    except Refused as refused:
        draft = queries.draft_by_id(draft_id)
        return _page(request, place, draft, refused=refused, typed=typed, status=status_of(refused))
    if draft.planned_from is not None and draft.state == DRAFT.to("plan"):
        said = pgettext("item draft", "“%(name)s” is published on %(day)s.")
        day_said = day_words(draft.planned_from, local(place, clock.now()).date())
        messages.success(request, said % {"name": _name(draft), "day": day_said})
    else:
        messages.success(request, pgettext("item draft", "“%(name)s” is published.") % {"name": _name(draft)})
    return redirect("office:item_drafts", hall=hall)


def _name(draft: ItemDraft) -> str:
    """In the language of whoever reads it, once there is an item."""
    return named(draft.item) if draft.item is not None else draft.name_zh


@door(audience="staff", permission="items.publish")
@require_POST
def drop(request: Asked, hall: str, draft_id: int) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    _theirs(hall, draft_id)
    try:
        draft = acts.drop_draft(draft_id=draft_id, by=acting(request, place), now=clock.now())
    except Refused as refused:
        return _page(request, place, queries.draft_by_id(draft_id), refused=refused, status=status_of(refused))
    messages.success(request, pgettext("item draft", "“%(name)s” stays as it is.") % {"name": draft.name_zh})
    return redirect("office:item_drafts", hall=hall)
