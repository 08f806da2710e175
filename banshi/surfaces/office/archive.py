"""The archive of a hall: what is kept, read again, taken out."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock, limits
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.frame import acting, paged, query_without_page
from banshi.frames.typed import clean
from banshi.kernel.refusals import Refused
from banshi.rooms.archive import actions, queries
from banshi.rooms.archive.models import Package
from banshi.rooms.archive.rules.checks import CHECKS
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.office.frame import page

PER_PAGE = 40


@door(audience="staff", permission="archive.look")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    """Packages, newest first; what was destroyed under `gone=1`. `q`: the number of a case."""
    place = places.hall_by_code(hall)
    gone, q = bool(request.GET.get("gone")), clean(request.GET.get("q"), 50)
    rows = paged(request, queries.packages(place, q=q, gone=gone), PER_PAGE)
    return page(
        request, "office/archive.html", place, rows=rows, gone=gone, q=q, more=query_without_page(request),
        waiting=queries.waiting(place, now=clock.now()).count(),
    )  # fmt: skip


@door(audience="staff", permission="archive.look")
@require_GET
def one(request: Asked, hall: str, package: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    row = package_here(place, package)
    return page(
        request, "office/archive_package.html", place, package=row, case=row.case,
        checks=[(name, bool(row.checks.get(name))) for name in CHECKS], unscanned=row.checks.get("unscanned", 0),
        size=row.file.blob.size if row.file else 0, until=queries.until(row), years=queries.years(row),
        holds=queries.holds_of(row.case), held=queries.held(row.case, now=clock.now()), me=request.who.staff_id,
        may=request.who.may("archive.manage", place.code), may_everywhere=request.who.may("archive.manage", "*"),
    )  # fmt: skip


def package_here(hall: Hall, no: str) -> Package:
    """:raises Refused: nothing-found – also where it is another hall's."""
    row = queries.package_of(no)
    if row.hall_id != hall.pk:
        raise Refused("nothing-found", facts={"case": no})
    return row


@door(audience="staff", permission="archive.look")
@require_POST
def verify(request: Asked, hall: str, package: str) -> HttpResponseBase:
    """Reads every byte of it, so not too often."""
    place = places.hall_by_code(hall)
    package_here(place, package)
    limits.take(key=f"archive-verify:{request.who.staff_id}", per_minute=10, burst=10)
    if actions.verify(case_no=package, by=acting(request, place), now=clock.now()):
        messages.success(request, pgettext("archive", "The package is as it was kept."))
    else:
        messages.error(
            request, pgettext("archive", "The package is not as it was kept. Tell whoever looks after the data.")
        )
    return redirect("office:archive_package", hall=hall, package=package)


@door(audience="staff", permission="archive.look")
@require_POST
def take_out(request: Asked, hall: str, package: str) -> HttpResponseBase:
    """The package as a file, with a trace: it names people."""
    place = places.hall_by_code(hall)
    package_here(place, package)
    limits.take(key=f"archive-take-out:{request.who.staff_id}", per_minute=10, burst=10)
    content = actions.take_out(case_no=package, by=acting(request, place), now=clock.now())
    answer = HttpResponse(content, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{package}.zip"'
    answer["Cache-Control"] = "no-store"
    return answer
