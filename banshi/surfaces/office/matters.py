"""一件事 as the office writes them: those that are offered, the drafts, and the second person's word."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.foundation.said import english
from banshi.frames.staff.frame import acting, status_of
from banshi.frames.staff.names import names_of
from banshi.frames.typed import clean, int_or_none
from banshi.journeys.hall.every_hall import Lacking, lacking, lacking_to_drop, must_everywhere
from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue.actions import one_matters as acts
from banshi.rooms.catalogue.models import OneMatterDraft
from banshi.rooms.catalogue.queries import matter_drafts as queries
from banshi.rooms.catalogue.queries.retiring import today
from banshi.rooms.catalogue.rules.drafts import DRAFT
from banshi.rooms.catalogue.rules.one_matters import AUDIENCES, LONGEST, MOST_DAYS
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.office.frame import page
from banshi.surfaces.office.matter_form import Form, changes_of, found_for, lines_of, typed_in
from banshi.surfaces.office.matter_preview import preview_of


@door(audience="staff", permission="items.edit")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    """All of them, and what is drafted; one more is begun here."""
    return _index(request, places.hall_by_code(hall))


def _index(request: Asked, place: Hall, **more: Any) -> HttpResponseBase:
    drafts = queries.open_drafts()
    standing = queries.all_matters()
    codes = {row.code for row in standing}
    context = {
        "rows": [
            (row, len(row.codes), next((each for each in drafts if each.code == row.code), None)) for row in standing
        ],
        "begun": [(each, _title(each)) for each in drafts if each.code not in codes],
        "typed": {},
    }
    return page(request, "office/matters.html", place, **{**context, **more})


def writers(draft: OneMatterDraft) -> list[str]:
    return [draft.entered_by, *draft.editors.split()]


def _title(draft: OneMatterDraft) -> str:
    """In the language of whoever reads it, as far as it has a name."""
    names = [draft.document["name_en"], draft.document["name_zh"]]
    return next(
        (name for name in (names if english() else names[::-1]) if name), pgettext("one matter", "Not named yet")
    )


@door(audience="staff", permission="items.edit")
@require_POST
def begin(request: Asked, hall: str) -> HttpResponseBase:
    """A new one, a change of one that stands, or that one be retired."""
    place = places.hall_by_code(hall)
    code = clean(request.POST.get("code"), 61).lower()
    try:
        draft = acts.begin_draft(
            code=code, retires=request.POST.get("do") == "retire", by=acting(request, place), now=clock.now()
        )
    except Refused as refused:
        return _index(request, place, refused=refused, typed={"code": code}, status=status_of(refused))
    return redirect("office:matter", hall=hall, matter_draft=draft.pk)


@door(audience="staff", permission="items.edit")
@require_http_methods(["GET", "POST"])
def one(request: Asked, hall: str, matter_draft: int) -> HttpResponseBase:
    """The draft: what it says, what keeps it from being published, its one form. Every button keeps what was typed."""
    place, draft = places.hall_by_code(hall), queries.draft_of(matter_draft)
    if request.method == "GET":
        return _page(request, place, draft)
    form = typed_in(request.POST)
    try:
        acts.edit_draft(
            draft_id=draft.pk, seen=int_or_none(request.POST.get("seen")) or 0, document=form.document,
            by=acting(request, place), now=clock.now(),
        )  # fmt: skip
    except Refused as refused:
        draft = queries.draft_of(matter_draft)
        return _page(request, place, draft, form=form, refused=refused, status=status_of(refused))
    here = reverse("office:matter", kwargs={"hall": hall, "matter_draft": draft.pk})
    if not form.words:
        messages.success(request, pgettext("one matter", "Kept."))
        return redirect(here)
    return _page(request, place, queries.draft_of(matter_draft), words=form.words)


def _page(
    request: Asked, place: Hall, draft: OneMatterDraft, *, form: Form | None = None, words: str = "", **more: Any
) -> HttpResponseBase:
    document = form.document if form is not None else draft.document
    is_open, by = draft.state in DRAFT.goes_on, str(request.who.by)
    wrote = writers(draft)
    matter = queries.standing(draft.code)
    who = names_of({*wrote, draft.published_by} - {""})
    may = is_open and request.who.may("items.publish", place.code)
    lacks = lacking(request.who.grants, "items.publish", *queries.items_changed([draft])[draft.pk]) if may else None
    context = {
        "draft": draft,
        "title": _title(draft),
        "said": document,
        "matter": matter,
        "lines": lines_of(document),
        "found": found_for(words, document) if words else [],
        "words": words,
        "faults": queries.faults_of(draft.document, day=today(clock.now())) if is_open and not draft.retires else [],
        "changes": changes_of(queries.said_by(matter), draft.document) if is_open and not draft.retires else [],
        "preview": preview_of(request, draft.document),
        "wrote": [who.get(each, "") for each in dict.fromkeys(wrote)],
        "published_by": who.get(draft.published_by, ""),
        "is_open": is_open,
        "edits": is_open and not draft.retires,
        "lacks": lacks,
        "lacks_to_drop": _lacks_to_drop(request, draft) if is_open else None,
        "may_publish": may and by not in wrote and lacks is None,
        "mine": may and by in wrote,
        "audiences": AUDIENCES,
        "longest": LONGEST,
        "most_days": MOST_DAYS,
    }
    return page(request, "office/matter.html", place, **{**context, **more})


@door(audience="staff", permission="items.publish")
@require_POST
def publish(request: Asked, hall: str, matter_draft: int) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    try:
        changed = queries.items_changed([queries.draft_of(matter_draft)])[matter_draft]
        must_everywhere(request.who.grants, "items.publish", *changed)
        draft = acts.publish_draft(
            draft_id=matter_draft, seen=int_or_none(request.POST.get("seen")) or 0, by=acting(request, place),
            now=clock.now(),
        )  # fmt: skip
    except Refused as refused:
        return _page(request, place, queries.draft_of(matter_draft), refused=refused, status=status_of(refused))
    said = pgettext("one matter", "It is no longer offered. What was begun goes on.")
    messages.success(request, said if draft.retires else pgettext("one matter", "It is published."))
    return redirect("office:matters", hall=hall)


def _lacks_to_drop(request: Asked, draft: OneMatterDraft) -> Lacking | None:
    """Of another's draft: the halls where it is offered, or would be, without their right."""
    return lacking_to_drop(
        request.who.grants, "items.edit", *queries.items_changed([draft])[draft.pk], by=str(request.who.by),
        wrote=writers(draft),
    )  # fmt: skip


@door(audience="staff", permission="items.edit")
@require_POST
def drop(request: Asked, hall: str, matter_draft: int) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    try:
        if (lacks := _lacks_to_drop(request, queries.draft_of(matter_draft))) is not None:
            raise lacks.refused
        acts.drop_draft(draft_id=matter_draft, by=acting(request, place), now=clock.now())
    except Refused as refused:
        return _page(request, place, queries.draft_of(matter_draft), refused=refused, status=status_of(refused))
    messages.success(request, pgettext("one matter", "The draft is dropped; what stands stays."))
    return redirect("office:matters", hall=hall)
