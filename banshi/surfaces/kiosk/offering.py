"""What this machine does, by its kind; and where else somebody gets what it does not."""

from __future__ import annotations

from django.utils.translation import pgettext

from banshi.foundation.said import named
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.catalogue.queries import machines
from banshi.rooms.catalogue.queries.machines import Offer
from banshi.rooms.devices.queries.fleet import area_with
from banshi.surfaces.kiosk.place import Place


def offer(place: Place) -> Offer:
    """A machine of no kind does everything."""
    return machines.offer_of((place.device.type_id or "") if place.device is not None else "")


def deeds(place: Place) -> frozenset[str]:
    return offer(place).deeds


def elsewhere(place: Place, item: Item) -> str:
    """Where a matter is begun that is not begun here: at the nearest machine that does it, on the phone, or at a window."""
    handling = catalogue.handling_of(item)
    if handling.where.online or handling.where.kiosk:
        area = area_with(machines.kinds_that_begin(item.code), hall=place.hall)
        if area is not None:
            return pgettext("kiosk", "At another machine: %(place)s") % {"place": named(area)}
    if handling.where.online:
        return pgettext("kiosk", "On the phone")
    return pgettext("kiosk", "At a window")
