"""Addresses of night zones, for whoever keeps them."""

from __future__ import annotations

from django.urls import URLPattern, path

from banshi.surfaces.office import zones

ZONE = "office/<slug:hall>/zones/<slug:area>/"

urlpatterns: list[URLPattern] = [
    path("office/<slug:hall>/zones/", zones.index, name="zones"),
    path(ZONE, zones.one, name="zone"),
    path(ZONE + "inside/<int:inside>/left", zones.left, name="zone-left"),
    path(ZONE + "help/<int:help_id>/answer", zones.answer, name="zone-help-answer"),
    path(ZONE + "help/<int:help_id>/end", zones.end, name="zone-help-end"),
    path(ZONE + "limits", zones.limits, name="zone-limits"),
    path(ZONE + "door", zones.door_asks, name="zone-door"),
    path(ZONE + "close", zones.close, name="zone-close"),
    path(ZONE + "reopen", zones.reopen, name="zone-reopen"),
    path(ZONE + "by-hand", zones.by_hand, name="zone-by-hand"),
]
