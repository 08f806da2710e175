"""Addresses of what managers look at: the hall now, and the figures."""

from __future__ import annotations

from django.urls import URLPattern, path

from banshi.surfaces.office import case_figures, figures, help, live

urlpatterns: list[URLPattern] = [
    path("office/<slug:hall>/live", live.live, name="live"),
    path("office/<slug:hall>/live/now", live.live_now, name="live-now"),
    path("office/<slug:hall>/live/windows/<slug:window>", live.window_panel, name="live-window"),
    path("office/<slug:hall>/live/windows/<slug:window>/open", live.open_window, name="live-open"),
    path("office/<slug:hall>/live/windows/<slug:window>/close", live.close_window, name="live-close"),
    path("office/<slug:hall>/live/windows/<slug:window>/pause", live.pause_window, name="live-pause"),
    path("office/<slug:hall>/live/windows/<slug:window>/resume", live.resume_window, name="live-resume"),
    path("office/<slug:hall>/live/windows/<slug:window>/serves", live.let_serve, name="live-serves"),
    path("office/<slug:hall>/live/tickets/<slug:ref>", live.ticket_panel, name="live-ticket"),
    path("office/<slug:hall>/live/tickets/<slug:ref>/first", live.put_first, name="live-first"),
    path("office/help", help.called_in_mine, name="help-mine"),
    path("office/<slug:hall>/help", help.called, name="help"),
    path("office/<slug:hall>/help/<slug:window>/seen", help.seen, name="help-seen"),
    path("office/regions/<slug:region>/figures", figures.region_figures, name="region-figures"),
    path("office/regions/<slug:region>/figures/export", figures.region_export, name="region-figures-export"),
    path("office/<slug:hall>/figures", figures.hall_figures, name="figures"),
    path("office/<slug:hall>/figures/export", figures.hall_export, name="figures-export"),
    path("office/regions/<slug:region>/figures/cases", case_figures.region_cases, name="region-case-figures"),
    path(
        "office/regions/<slug:region>/figures/cases/export",
        case_figures.region_cases_export,
        name="region-case-figures-export",
    ),
    path("office/<slug:hall>/figures/cases", case_figures.hall_cases, name="case-figures"),
    path("office/<slug:hall>/figures/cases/export", case_figures.hall_cases_export, name="case-figures-export"),
]
