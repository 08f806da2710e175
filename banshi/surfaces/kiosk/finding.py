"""A matter to begin at the machine: found among those that need no window; alone, or picked to go with others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.urls import reverse

from banshi.frames.bundle_words import BETWEEN
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.catalogue.queries import ItemLine
from banshi.rooms.insight import queries as insight
from banshi.surfaces.kiosk import offering, sitting
from banshi.surfaces.kiosk.place import Place
from banshi.surfaces.kiosk.together import offered, picked, rest_of

LOOKED_THROUGH = 60  # of what is found, until so many are done here
WHOLE = 5000  # as many matters as a hall can have
ELSEWHERE = 3  # of what is found and not done at this machine
RESULTS = 6  # with the keys they fill a standing screen


@sitting.by_card
def find(request: Any, place: Place, person: int) -> HttpResponse:
    """By words, pinyin or initials; with nothing typed, those done most. Only what can be applied for here.

    `with`: what is picked already; what is chosen now is begun with it as one.
    """
    here = picked(place, request.GET.get("with", "")[:1000])
    asked = request.GET.get("q", "").replace("\0", "")[:40].strip()
    lines = (
        catalogue.search(asked, hall=place.hall.code, limit=LOOKED_THROUGH)
        if asked
        else insight.popular(place.hall.code, now=place.now, n=LOOKED_THROUGH)
    )
    offer = offering.offer(place)
    if offer.items is not None:
        if not asked:  # a machine of one trade shows all it does
            all_lines = {line.code: line for line in catalogue.search("", hall=place.hall.code, limit=WHOLE)}
            lines = [all_lines[code] for code in offer.items if code in all_lines]
        matters = []
    else:
        matters = [] if here else offered(place, asked)
    have = {item.code for item in here}
    most = len(lines) if offer.items is not None and not asked else RESULTS - len(matters)
    possible = [line for line in done_here(lines, online=bool(here)) if line.code not in have]
    found = [line for line in possible if offer.begins(line.code)][:most]
    others = [line for line in lines if line.code not in have and not offer.begins(line.code)] if asked else []
    places = {row.code: row for row in Item.objects.filter(code__in=[line.code for line in others[:ELSEWHERE]])}
    not_now = {line.code for line in found if line.seasons is not None and not line.seasons.hold(place.today)}
    context = {
        "q": asked,
        "found": [(line, _leads(place, here, line)) for line in found],
        "not_now": not_now,
        "narrow": offer.items is not None,
        "others": [(line, offering.elsewhere(place, places[line.code])) for line in others[:ELSEWHERE]],
        "picked": rest_of(here),
        "with": BETWEEN.join(item.code for item in here),
        "go": reverse("kiosk:together", args=[place.hall.code, BETWEEN.join(each.code for each in here)])
        if len(here) > 1
        else "",
        "matters": matters,
    }
    return sitting.shown(request, place, "part_begin.html" if request.htmx else "begin.html", context)


def _leads(place: Place, here: Sequence[Item], line: ItemLine) -> str:
    if not here:
        return reverse("kiosk:about", args=[place.hall.code, line.code])
    return reverse("kiosk:together", args=[place.hall.code, BETWEEN.join([*(item.code for item in here), line.code])])


def done_here(lines: Sequence[ItemLine], *, online: bool = False) -> list[ItemLine]:
    """Those that need no window to be applied for. :param online: what is begun with others goes the way that all go."""
    where = Q(handling__where__online=True)
    if not online:
        where |= Q(handling__where__kiosk=True)
    codes = set(Item.objects.filter(where, code__in=[line.code for line in lines]).values_list("code", flat=True))
    return [line for line in lines if line.code in codes]
