"""Retiring a matter (停办): from which day, why, and what is applied for in its stead; a second person agrees."""

from __future__ import annotations

from collections.abc import Callable
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
from banshi.frames.staff.frame import acting, local, status_of
from banshi.frames.staff.names import names_of
from banshi.frames.typed import clean, day_or_none, invalid
from banshi.journeys.hall import retire_item
from banshi.journeys.hall.every_hall import lacking, must_everywhere
from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.actions import retiring
from banshi.rooms.catalogue.models import HallItem, Retirement
from banshi.rooms.catalogue.queries.retiring import is_retired, retirement_of
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.office.frame import page

FOUND = 8


@door(audience="staff", permission="items.edit")
@require_GET
def index(request: Asked, hall: str, hall_item_id: int) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    return _page(request, place, _row(place, hall_item_id))


def _row(place: Hall, hall_item_id: int) -> HallItem:
    """:raises Refused: nothing-found."""
    rows = HallItem.objects.filter(hall=place, id=hall_item_id)
    row = rows.select_related("item__department", "item__successor").first()
    if row is None:
        raise Refused("nothing-found", facts={"item": hall_item_id})
    return row


def _page(request: Asked, place: Hall, row: HallItem, **more: Any) -> HttpResponseBase:
    now = clock.now()
    found = retirement_of(row.item)
    who = names_of(each for each in (found.asked_by, found.agreed_by, found.back_asked_by) if each) if found else {}
    over = is_retired(row.item, now=now)
    may = request.who.may("items.publish", place.code)
    lacks = lacking(request.who.grants, "items.publish", row.item) if may else None
    mine = found is not None and str(request.who.by) == found.asked_by
    context: dict[str, Any] = {
        "row": row,
        "found": found,
        "asked_by": who.get(found.asked_by, "") if found else "",
        "agreed_by": who.get(found.agreed_by, "") if found else "",
        "back_asked_by": who.get(found.back_asked_by, "") if found else "",
        "touched": retire_item.touched(row.item, from_day=found.from_day, now=now) if found and not over else None,
        "over": over,
        "lacks": lacks if found is not None and found.state in ("asked", "asked_back") else None,
        "may_agree": found is not None and found.state == "asked" and may and not mine and lacks is None,
        "mine": found is not None and found.state == "asked" and may and mine,
        "back": found is not None and found.state == "asked_back",
        "may_put_back": found is not None and may and lacks is None and str(request.who.by) != found.back_asked_by,
        "today": local(place, now).date(),
        "typed": {},
    }
    return page(request, "office/item_retiring.html", place, **{**context, **more})


@door(audience="staff", permission="items.edit")
@require_POST
def ask(request: Asked, hall: str, hall_item_id: int) -> HttpResponseBase:
    """The day, the reason, and – by its code, its name or a few words – what is applied for in its stead."""
    place = places.hall_by_code(hall)
    row = _row(place, hall_item_id)
    names = ("from_day", "reason_zh", "reason_en", "successor", "chosen")
    typed = {name: clean(request.POST.get(name), 400) for name in names}
    day = day_or_none(typed["from_day"])
    successor, alike = _meant(typed["chosen"] or typed["successor"], but=row.item.code)
    if alike:
        return _page(request, place, row, typed=typed, alike=alike, status=422)
    try:
        if day is None:
            raise invalid("from_day", pgettext("retirement", "From which day?"))
        retiring.ask_to_retire(
            item=row.item, from_day=day, reason_zh=typed["reason_zh"], reason_en=typed["reason_en"], successor=successor,
            by=acting(request, place), now=clock.now(),
        )  # fmt: skip
    except Refused as refused:
        return _page(request, place, row, refused=refused, typed=typed, status=status_of(refused))
    messages.success(request, pgettext("retirement", "Asked for. It holds once another person agrees."))
    return redirect("office:item_retiring", hall=hall, hall_item_id=row.pk)


def _meant(text: str, *, but: str) -> tuple[str, list[Any]]:
    """The code of what was typed, and – where that is not one matter alone – those that are like it.

    :param but: the matter itself, which is not offered."""
    if not text:
        return "", []
    found = [each for each in catalogue.search(text, limit=FOUND + 1) if each.code != but or text == but][:FOUND]
    exact = [each for each in found if text in (each.code, each.name_zh, each.name_en)]
    if len(exact) == 1:
        return exact[0].code, []
    return ("", found) if found else (text, [])


@door(audience="staff", permission="items.publish")
@require_POST
def agree(request: Asked, hall: str, hall_item_id: int) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    row = _row(place, hall_item_id)
    try:
        must_everywhere(request.who.grants, "items.publish", row.item)
        done = retire_item.agree(retirement_id=_of(row).pk, by=acting(request, place), now=clock.now())
    except Refused as refused:
        return _page(request, place, row, refused=refused, status=status_of(refused))
    day = day_words(done.from_day, local(place, clock.now()).date())
    said = pgettext("retirement", "“%(name)s” is retired from %(day)s; everybody concerned is told.")
    messages.success(request, said % {"name": named(row.item), "day": day})
    return redirect("office:item_retiring", hall=hall, hall_item_id=row.pk)


@door(audience="staff", permission="items.edit")
@require_POST
def undo(request: Asked, hall: str, hall_item_id: int) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    row = _row(place, hall_item_id)
    try:
        retire_item.undo(retirement_id=_of(row).pk, by=acting(request, place), now=clock.now())
    except Refused as refused:
        return _page(request, place, row, refused=refused, status=status_of(refused))
    messages.success(request, pgettext("retirement", "“%(name)s” is handled as before.") % {"name": named(row.item)})
    return redirect("office:item_retiring", hall=hall, hall_item_id=row.pk)


@door(audience="staff", permission="items.edit")
@require_POST
def ask_back(request: Asked, hall: str, hall_item_id: int) -> HttpResponseBase:
    said = pgettext("retirement", "Asked for. It is handled again once another person agrees.")
    return _done(request, hall, hall_item_id, retiring.ask_back, said)


@door(audience="staff", permission="items.publish")
@require_POST
def put_back(request: Asked, hall: str, hall_item_id: int) -> HttpResponseBase:
    said = pgettext("retirement", "It is handled again.")
    return _done(request, hall, hall_item_id, retire_item.put_back, said, everywhere=True)


@door(audience="staff", permission="items.edit")
@require_POST
def stay(request: Asked, hall: str, hall_item_id: int) -> HttpResponseBase:
    return _done(request, hall, hall_item_id, retiring.stay_retired, pgettext("retirement", "It stays retired."))


def _done(
    request: Asked, hall: str, hall_item_id: int, act: Callable[..., Retirement], said: str, *, everywhere: bool = False
) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    row = _row(place, hall_item_id)
    try:
        if everywhere:
            must_everywhere(request.who.grants, "items.publish", row.item)
        act(retirement_id=_of(row).pk, by=acting(request, place), now=clock.now())
    except Refused as refused:
        return _page(request, place, row, refused=refused, status=status_of(refused))
    messages.success(request, said)
    return redirect("office:item_retiring", hall=hall, hall_item_id=row.pk)


def _of(row: HallItem) -> Retirement:
    """:raises Refused: nothing-found – nobody retires it any more."""
    found = retirement_of(row.item)
    if found is None:
        raise Refused("nothing-found", facts={"item": row.item.code})
    return found
