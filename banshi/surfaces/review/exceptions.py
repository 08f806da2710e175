"""督办: one page with all that is out of the ordinary in a hall – and what people could not get done (办不成事)."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.foundation.words import words
from banshi.frames.staff import folders
from banshi.frames.staff.cases import case_here, department_of
from banshi.frames.staff.frame import acting
from banshi.frames.staff.names import names_of
from banshi.frames.typed import lines_of
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries
from banshi.rooms.cases.actions.handing import LONGEST_WHY
from banshi.rooms.consulting import queries as consulting
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.delivery.models import PaperFolder
from banshi.rooms.feedback import queries as feedback
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.review import lists
from banshi.surfaces.review.frame import page

MOST = 50
Said = tuple[str, str, str]  # number, what cannot be, why


@door(audience="staff", permission="cases.supervise")
@require_GET
def show(request: Asked, hall: str) -> HttpResponseBase:
    return _shown(request, places.hall_by_code(hall))


@door(audience="staff", permission="cases.supervise")
@require_POST
def urge(request: Asked, hall: str) -> HttpResponseBase:
    """催办: each case that is ticked, with one note; what is refused is said of each."""
    place, now, refusals = places.hall_by_code(hall), clock.now(), list[Said]()
    note, nos = lines_of(request.POST.get("note"), LONGEST_WHY + 1), request.POST.getlist("no")[:MOST]
    for no in dict.fromkeys(each[:50] for each in nos):
        try:
            cases.urge(case_no=case_here(request, place, no).no, note=note, by=acting(request, place), now=now)
        except Refused as refused:
            refusals.append((no, *words(refused.refusal)))
    if refusals:
        return _shown(request, place, refusals=refusals, note=note)
    if nos:
        messages.success(request, pgettext("supervision", "Urged. It stands on the work list of whoever has it."))
    else:
        messages.info(request, _("Tick some cases first."))
    return redirect("review:exceptions", hall=hall)


def _shown(request: Asked, place: Hall, *, refusals: Sequence[Said] = (), note: str = "") -> HttpResponseBase:
    hall, own, now = place.code, department_of(request), clock.now()
    found = queries.exceptions(place, department=own, now=now)
    appeals = feedback.appeals_due(place, now=now) if not own and request.who.may("ratings.view", hall) else []
    amiss = deliveries.folders_amiss(place, department=own, now=now, most=MOST)
    return page(
        request, "review/exceptions.html", place, found=found, tabs=lists.tabs(request, place, own, "exceptions"),
        names=names_of([*(each.actor for each in found.taken_over), *(each.appealed_by for each in appeals)]),
        appeals=appeals,
        stuck=list(consulting.stuck(hall)[:MOST]),
        missing=_folders(amiss.missing), left=_folders(amiss.left),
        refusals=refusals, note=note, status=409 if refusals else 200, may_see=request.who.may("enquiries.look", hall),
    )  # fmt: skip


def _folders(rows: Sequence[PaperFolder]) -> list[folders.Shown]:
    return [folders.Shown(row, folders.where(row)) for row in rows]
