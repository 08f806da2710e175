"""Addresses of the issue window: /issue/<hall>/…"""

from __future__ import annotations

from django.urls import path

from banshi.surfaces.issue import cabinets, pages, parcels

app_name = "issue"

CASE = "<slug:hall>/cases/<slug:no>/"

urlpatterns = [
    path("<slug:hall>/", pages.home, name="home"),
    path("<slug:hall>/cabinets/", cabinets.cabinets, name="cabinets"),
    path("<slug:hall>/cabinets/empty", cabinets.empty, name="empty"),
    path("<slug:hall>/cabinets/look", cabinets.look, name="look"),
    path("<slug:hall>/cabinets/works", cabinets.works, name="works"),
    path("<slug:hall>/parcels/", parcels.parcels, name="parcels"),
    path("<slug:hall>/parcels/one", parcels.act, name="parcel"),
    path(CASE, pages.show, name="case"),
    path(CASE + "papers/<slug:number>", pages.paper, name="paper"),
    path(CASE + "make", pages.make, name="make"),
    path(CASE + "fee", pages.take_fee, name="take_fee"),
    path(CASE + "fee/code", pages.show_code, name="show_code"),
    path(CASE + "fee/back", pages.hand_back, name="hand_back"),
    path(CASE + "shelve", pages.shelve, name="shelve"),
    path(CASE + "call", pages.call, name="call"),
    path(CASE + "missed", pages.missed, name="missed"),
    path(CASE + "to-cabinet", pages.to_cabinet, name="to_cabinet"),
    path(CASE + "consign", pages.consign, name="consign"),
    path(CASE + "label", parcels.label, name="label"),
    path(CASE + "posted", pages.posted, name="posted"),
    path(CASE + "hand-over", pages.hand_over, name="hand_over"),
    path(CASE + "by-card", pages.by_card, name="by_card"),
    path(CASE + "by-agent", pages.by_agent, name="by_agent"),
    path(CASE + "paper-out", pages.paper_out, name="paper_out"),
    path(CASE + "whole", pages.whole, name="whole"),
]
