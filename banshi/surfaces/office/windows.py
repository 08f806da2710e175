"""Windows: what each serves – integrated ones everything, unless something was taken off them – and what it calls first."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.foundation.said import named
from banshi.frames.staff.frame import acting, paged, query_without_page, status_of
from banshi.journeys.hall import steer
from banshi.kernel.refusals import Refused
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Category, Window, WindowCategory
from banshi.surfaces.office.frame import page

KINDS = ("special", "integrated")


@door(audience="staff", permission="line.steer")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    kind = request.GET.get("kind", "")
    found = Window.objects.filter(hall=place)
    counts = {each: found.filter(kind=each).count() for each in KINDS}
    if kind not in KINDS:
        kind = "special" if counts["special"] else "integrated"
    rows = paged(
        request,
        found.filter(kind=kind).select_related("zone__floor").prefetch_related("categories").order_by("number", "id"),
        50,
    )
    categories = list(Category.objects.filter(hall=place).order_by("order", "code"))
    served: dict[int, int] = {each.pk: 0 for each in categories}
    for category_id in (
        Category.objects.filter(hall=place, window__hall=place).order_by("id").values_list("id", flat=True)
    ):
        served[category_id] += 1
    return page(
        request,
        "office/windows.html",
        place,
        rows=rows,
        more=query_without_page(request),
        kind=kind,
        counts=counts,
        served=[(each, served[each.pk]) for each in categories],
        every=len(categories),
    )


@door(audience="staff", permission="line.steer")
@require_http_methods(["GET", "POST"])
def one(request: Asked, hall: str, code: str) -> HttpResponseBase:
    """Choose what a window serves, and what it calls before the rest (a quick desk)."""
    place = places.hall_by_code(hall)
    window = Window.objects.select_related("hall", "zone__floor").filter(hall=place, code=code).first()
    if window is None:
        raise Refused("nothing-found", facts={"window": code})
    categories = list(Category.objects.filter(hall=place).order_by("order", "code"))
    links = WindowCategory.objects.filter(window=window).order_by("id").values_list("category__code", "preferred")
    served, preferred = {code for code, _first in links}, {code for code, first in links if first}
    chosen = set(served)
    refused: Refused | None = None
    if request.method == "POST":
        chosen = set(request.POST.getlist("category")[:200])
        preferred = set(request.POST.getlist("preferred")[:200])
        try:
            left = steer.let_serve(
                window=window,
                codes={each.code for each in categories if each.code in chosen},
                preferred=preferred,
                by=acting(request, place),
                now=clock.now(),
            )
        except Refused as wrong:
            refused = wrong
        else:
            messages.success(
                request, _("Window %(number)s is changed. The next call follows it.") % {"number": window.number}
            )
            for each in left:
                text = ngettext(
                    "%(letter)s (%(name)s): %(n)s person waits, and no open window serves it any more.",
                    "%(letter)s (%(name)s): %(n)s people wait, and no open window serves it any more.",
                    each.waiting,
                )
                messages.warning(request, text % {"letter": each.letter, "name": named(each), "n": each.waiting})
            return redirect("office:windows", hall=hall)
    return page(
        request,
        "office/window.html",
        place,
        window=window,
        categories=categories,
        chosen=chosen,
        preferred=preferred,
        refused=refused,
        status=status_of(refused) if refused else 200,
    )
