"""Matters of a hall: the category of each, and whether it is booked, walked in with, or served in extended hours."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.frame import acting, paged, query_without_page, status_of
from banshi.frames.staff.saved import saved
from banshi.frames.typed import clean, int_or_none, invalid
from banshi.journeys.hall import change_items
from banshi.kernel.refusals import Refused
from banshi.rooms.booking.models import Appointment
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.catalogue.rules.retiring import RETIREMENT
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Category
from banshi.surfaces.office.frame import page

FLAGS = ("bookable", "walk_in", "extended")


@door(audience="staff", permission="catalogue.edit")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    q, category, only = (
        clean(request.GET.get("q"), 60),
        clean(request.GET.get("category"), 10),
        clean(request.GET.get("only"), 12),
    )
    found = HallItem.objects.filter(hall=place).select_related("item__department", "category")
    if category:
        found = found.filter(category__code=category)
    if only == "retiring":
        found = found.filter(item__retirements__state__in=RETIREMENT.goes_on)
    elif only in FLAGS:
        found = found.filter(**{only: True})
    elif only.startswith("no-") and only[3:] in FLAGS:
        found = found.filter(**{only[3:]: False})
    rows: Any
    if q:
        codes = [each.code for each in catalogue.search(q, hall=hall, limit=200, retired=True)]
        known = {each.item.code: each for each in found.filter(item__code__in=codes)}
        rows = [known[code] for code in codes if code in known]
    else:
        rows = found.order_by("category__order", "item__code")
    rows = paged(request, rows, 40)
    return page(
        request,
        "office/items.html",
        place,
        rows=rows,
        more=query_without_page(request),
        q=q,
        category=category,
        only=only,
        saved=saved(request, place, "office:items"),
        categories=Category.objects.filter(hall=place).order_by("order", "code"),
    )


@door(audience="staff", permission="catalogue.edit")
@require_http_methods(["GET", "POST"])
def row(request: Asked, hall: str, hall_item_id: int) -> HttpResponseBase:
    """One matter: shown, edited (`?edit=1`) and changed in its row of the list."""
    place = places.hall_by_code(hall)
    rows = HallItem.objects.filter(hall=place, id=hall_item_id)
    found = rows.select_related("item__department", "item__successor", "category").first()
    if found is None:
        raise Refused("nothing-found", facts={"item": hall_item_id})
    categories = list(Category.objects.filter(hall=place).order_by("order", "code"))
    template = "office/_item_row.html" if request.htmx else "office/item.html"
    context: dict[str, Any] = {
        "row": found,
        "categories": categories,
        "editing": bool(request.GET.get("edit")) or not request.htmx,
        "may_retire": request.who.may("items.edit", place.code),
        "may_edit": request.who.may("items.edit", place.code),
    }
    if request.method == "GET":
        if context["editing"]:
            context["booked"] = Appointment.objects.filter(
                hall=place, item=found.item_id, state="booked", starts_at__gt=clock.now()
            ).count()
            context["waiting"] = change_items.waiting_for(found) if found.bookable else 0
        return page(request, template, place, **context)
    category = next((each for each in categories if each.code == request.POST.get("category")), None)
    try:
        if category is None:
            raise invalid("category", _("Choose a category."))
        flags = {name: bool(request.POST.get(name)) for name in FLAGS}
        changed, moves = change_items.change(
            hall_item_id=found.pk, category=category, bookable=flags["bookable"], walk_in=flags["walk_in"],
            extended=flags["extended"], most_persons=int_or_none(request.POST.get("persons"), 1, 999),
            by=acting(request, place), now=clock.now(),
        )  # fmt: skip
    except Refused as refused:
        context |= {"editing": True, "refused": refused}
        return page(request, template, place, status=status_of(refused), **context)
    if not request.htmx:
        messages.success(request, _("Saved."))
        if moves is not None:
            return redirect("office:follow_up", hall=hall, follow_up_id=moves.pk)
        return redirect("office:items", hall=hall)
    found.category, found.bookable, found.walk_in, found.extended, found.most_persons = (
        category,
        changed.bookable,
        changed.walk_in,
        changed.extended,
        changed.most_persons,
    )
    return page(request, template, place, row=found, categories=categories, editing=False, saved=True, moves=moves)
