"""How long is kept, who holds back, and what is destroyed on the word of two people."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.frame import acting, paged, query_without_page
from banshi.frames.typed import clean, day_or_none
from banshi.kernel.refusals import Refused
from banshi.rooms.archive import actions, queries
from banshi.rooms.archive.models import Purge
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.office.archive import package_here
from banshi.surfaces.office.frame import page

YEARS = {"10": 10, "30": 30, "ever": None}
PER_PAGE = 20


@door(audience="staff", permission="archive.manage")
@require_POST
def hold(request: Asked, hall: str, package: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    package_here(place, package)
    actions.place_hold(
        case_no=package, reason=clean(request.POST.get("reason"), 300), basis=clean(request.POST.get("basis"), 300),
        until=day_or_none(request.POST.get("until")), by=acting(request, place), now=clock.now(),
    )  # fmt: skip
    messages.success(request, pgettext("archive", "It is held back from destruction."))
    return redirect("office:archive_package", hall=hall, package=package)


@door(audience="staff", permission="archive.manage")
@require_POST
def lift(request: Asked, hall: str, package: str, hold_id: int) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    row = package_here(place, package)
    if not queries.holds_of(row.case).filter(id=hold_id).exists():
        raise Refused("nothing-found", facts={"hold": hold_id})
    actions.lift_hold(hold_id=hold_id, by=acting(request, place), now=clock.now())
    messages.success(request, pgettext("archive", "The hold is lifted."))
    return redirect("office:archive_package", hall=hall, package=package)


@door(audience="staff", permission="archive.manage")
@require_POST
def keep(request: Asked, hall: str, package: str) -> HttpResponseBase:
    """How long cases of its matter are kept, in every hall: for who looks after all of them."""
    place = places.hall_by_code(hall)
    row = package_here(place, package)
    if not request.who.may("archive.manage", "*"):
        raise Refused("not-allowed", facts={"permission": "archive.manage"})
    years = YEARS.get(request.POST.get("years", ""), 0)
    basis = clean(request.POST.get("basis"), 300)
    actions.set_retention(item=row.item, years=years, basis=basis, by=acting(request, place), now=clock.now())
    messages.success(request, pgettext("archive", "The years to keep are set."))
    return redirect("office:archive_package", hall=hall, package=package)


@door(audience="staff", permission="archive.look")
@require_GET
def purges(request: Asked, hall: str) -> HttpResponseBase:
    """What was proposed, confirmed, dropped; newest first."""
    place, now = places.hall_by_code(hall), clock.now()
    rows = paged(request, queries.purges(place), PER_PAGE)
    return page(
        request, "office/archive_purges.html", place, more=query_without_page(request), rows=rows,
        lines=[(row, sum(queries.became(row).values()), queries.became(row).get("destroyed", 0)) for row in rows],
        may=request.who.may("archive.manage", place.code), run_out=len(queries.run_out(place, now=now)),
    )  # fmt: skip


@door(audience="staff", permission="archive.manage")
@require_POST
def propose(request: Asked, hall: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    purge = actions.propose(hall=place, by=acting(request, place), now=clock.now())
    return redirect("office:archive_purge", hall=hall, purge_id=purge.pk)


@door(audience="staff", permission="archive.look")
@require_GET
def one(request: Asked, hall: str, purge_id: int) -> HttpResponseBase:
    """Case by case, so that who confirms has seen them."""
    place = places.hall_by_code(hall)
    purge = _here(place, purge_id)
    rows = paged(request, queries.lines_of(purge), 100)
    mine = purge.proposed_by_id == request.who.staff_id
    return page(
        request, "office/archive_purge.html", place, purge=purge, rows=rows, more=query_without_page(request),
        waits=purge.confirmed_at is None and purge.dropped_at is None, mine=mine, early=clock.now() < purge.confirm_from,
        may=request.who.may("archive.manage", place.code),
    )  # fmt: skip


def _here(hall: Hall, purge_id: int) -> Purge:
    """:raises Refused: nothing-found – also where it is another hall's."""
    purge = queries.purges(hall).filter(id=purge_id).first()
    if purge is None:
        raise Refused("nothing-found", facts={"purge": purge_id})
    return purge


@door(audience="staff", permission="archive.manage")
@require_POST
def confirm(request: Asked, hall: str, purge_id: int) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    _here(place, purge_id)
    actions.confirm(purge_id=purge_id, by=acting(request, place), now=clock.now())
    messages.success(request, pgettext("archive", "Confirmed. What nobody holds is destroyed within minutes."))
    return redirect("office:archive_purge", hall=hall, purge_id=purge_id)


@door(audience="staff", permission="archive.manage")
@require_POST
def drop(request: Asked, hall: str, purge_id: int) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    _here(place, purge_id)
    actions.drop(purge_id=purge_id, by=acting(request, place), now=clock.now())
    messages.success(request, pgettext("archive", "Dropped: nothing is destroyed."))
    return redirect("office:archive_purges", hall=hall)
