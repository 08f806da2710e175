"""My children: whose guardian I am, or say to be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import queries as audit
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import GuardianView
from banshi.rooms.library import queries as library
from banshi.surfaces.citizen import sent
from banshi.surfaces.citizen.doors import citizen_page, page
from banshi.surfaces.citizen.forms import NewChild
from banshi.surfaces.citizen.my_record import Looked, looked
from banshi.surfaces.citizen.proving import costs
from banshi.surfaces.citizen.refusals import NOT_FILLED, panel, unfilled

MOST_LOOKS = 10


@citizen_page
@require_GET
def family(request: Any) -> HttpResponseBase:
    """Each child with what stands, and somebody new."""
    return _family(request, form=sent.again(request, NewChild, reverse("citizen:declare-child")))


def _family(request: Any, *, form: NewChild, refused: Refused | None = None) -> HttpResponseBase:
    today = timezone.localtime(clock.now()).date()
    shown = None
    if refused is not None:
        told = unfilled(NOT_FILLED) if sent.beside(form, refused) else refused
        shown = panel(told, today=today, zone=timezone.get_default_timezone())
    children = people.children_of(request.who.account_id, today=today)
    context = {
        "me": people.proven_person(request.who.account_id),
        "children": children,
        "looked": _looked(children),
        "opened": form.is_bound or not children,
        "form": form,
        "panel": shown,
    }
    return page(request, "citizen/family.html", context, refused=refused)


def _looked(children: Sequence[GuardianView]) -> list[tuple[GuardianView, list[Looked]]]:
    """Who looked lately at the record of each child whose guardian I am; not where nobody did."""
    found = []
    for each in children:
        if each.proven and not each.contested:
            documents = [f"person:{row.pk}" for row in people.documents_of(library.standing(each.child_id))]
            if looks := audit.looks_at(documents, limit=MOST_LOOKS):
                found.append((each, looked(looks)))
    return found


@citizen_page
@require_POST
@costs("people")
def declare(request: Any) -> HttpResponseBase:
    """I say whose guardian I am; a window sees the papers before I may act."""
    me = people.proven_person(request.who.account_id)
    if me is None:
        return redirect("citizen:family")
    form = NewChild(request.POST)
    if not form.is_valid():
        return _family(request, form=form, refused=unfilled(NOT_FILLED))
    said = {name: form.cleaned_data[name] for name in ("relation", "name", "id_type", "id_number")}
    try:
        identity.declare_guardian(guardian_id=me, **said, by=request.who.by, now=clock.now())
    except Refused as refused:
        return _family(request, form=form, refused=refused)
    messages.success(
        request, pgettext("guardian", "Noted. Show the papers at a window: then you can act for the child.")
    )
    return redirect("citizen:family")


@citizen_page
@require_POST
def drop(request: Any, guardianship: int) -> HttpResponseBase:
    """I do not say so any more; what a window has entered is the window's to end."""
    today = timezone.localtime(clock.now()).date()
    mine = [each for each in people.children_of(request.who.account_id, today=today) if not each.proven]
    if guardianship not in {each.id for each in mine}:
        raise Http404
    why = pgettext("guardian", "Taken back by who said it")
    identity.end_guardian(guardianship_id=guardianship, why=why, by=request.who.by, now=clock.now())
    return redirect("citizen:family")
