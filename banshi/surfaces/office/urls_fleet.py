"""Addresses of the fleet: all of somebody's halls, and one hall's."""

from __future__ import annotations

from django.urls import URLPattern, path

from banshi.surfaces.office import fleet, fleet_figures

MACHINE = "office/<slug:hall>/fleet/machines/<slug:device>/"
AREA = "office/<slug:hall>/fleet/areas/<slug:area>/"

urlpatterns: list[URLPattern] = [
    path("office/fleet/", fleet.everywhere, name="fleet-all"),
    path("office/fleet/now", fleet.everywhere_now, name="fleet-all-now"),
    path("office/fleet/figures", fleet_figures.everywhere, name="fleet-figures-all"),
    path("office/fleet/figures/export", fleet_figures.everywhere_export, name="fleet-figures-all-export"),
    path("office/<slug:hall>/fleet/figures", fleet_figures.index, name="fleet-figures"),
    path("office/<slug:hall>/fleet/figures/export", fleet_figures.index_export, name="fleet-figures-export"),
    path("office/<slug:hall>/fleet/", fleet.index, name="fleet"),
    path("office/<slug:hall>/fleet/now", fleet.index_now, name="fleet-now"),
    path(MACHINE, fleet.machine, name="fleet-machine"),
    path(MACHINE + "seen", fleet.seen, name="fleet-seen"),
    path(MACHINE + "orders/<int:order>/again", fleet.order_again, name="fleet-order-again"),
    path(MACHINE + "maintenance", fleet.maintain_machine, name="fleet-maintain-machine"),
    path(AREA, fleet.area, name="fleet-area"),
    path(AREA + "maintenance", fleet.maintain_area, name="fleet-maintain-area"),
    path("office/<slug:hall>/fleet/maintenance", fleet.maintain_hall, name="fleet-maintain-hall"),
    path(
        "office/<slug:hall>/fleet/maintenance/<int:maintenance>/end",
        fleet.end_maintenance,
        name="fleet-maintenance-end",
    ),
]
