"""Addresses of the fleet: all of somebody's halls, and one hall's."""

from __future__ import annotations

from django.urls import URLPattern, path

from banshi.surfaces.office import fleet

MACHINE = "office/<slug:hall>/fleet/machines/<slug:device>/"
AREA = "office/<slug:hall>/fleet/areas/<slug:area>/"

urlpatterns: list[URLPattern] = [
    path("office/fleet/", fleet.everywhere, name="fleet-all"),
    path("office/fleet/now", fleet.everywhere_now, name="fleet-all-now"),
    path("office/<slug:hall>/fleet/", fleet.index, name="fleet"),
    path("office/<slug:hall>/fleet/now", fleet.index_now, name="fleet-now"),
    path(MACHINE, fleet.machine, name="fleet-machine"),
    path(MACHINE + "seen", fleet.seen, name="fleet-seen"),
    path(MACHINE + "maintenance", fleet.maintain_machine, name="fleet-maintain-machine"),
    path(AREA, fleet.area, name="fleet-area"),
    path(AREA + "maintenance", fleet.maintain_area, name="fleet-maintain-area"),
    path(
        "office/<slug:hall>/fleet/maintenance/<int:maintenance>/end",
        fleet.end_maintenance,
        name="fleet-maintenance-end",
    ),
]
