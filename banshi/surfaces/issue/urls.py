"""Addresses of the issue window: /issue/<hall>/…"""

from __future__ import annotations

from django.urls import path

from banshi.surfaces.issue import pages

app_name = "issue"

CASE = "<slug:hall>/cases/<slug:no>/"

urlpatterns = [
    path("<slug:hall>/", pages.home, name="home"),
    path(CASE, pages.show, name="case"),
    path(CASE + "papers/<slug:number>", pages.paper, name="paper"),
    path(CASE + "make", pages.make, name="make"),
    path(CASE + "shelve", pages.shelve, name="shelve"),
    path(CASE + "hand-over", pages.hand_over, name="hand_over"),
    path(CASE + "by-card", pages.by_card, name="by_card"),
    path(CASE + "whole", pages.whole, name="whole"),
    path(CASE + "close", pages.close, name="close"),
]
