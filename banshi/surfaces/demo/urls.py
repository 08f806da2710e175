"""Addresses of the demo's own pages; they answer 404 in production."""

from __future__ import annotations

from django.urls import path

from banshi.surfaces.demo import cabinets, couriers, outside, pages, telephone, till

app_name = "demo"
urlpatterns = [
    path("", pages.landing, name="landing"),
    path("clock", pages.set_clock, name="clock"),
    path("crowd", pages.set_crowd, name="crowd"),
    path("enter", pages.enter, name="enter"),
    path("notices", pages.notices, name="notices"),
    path("till/<slug:reference>/", till.show, name="till"),
    path("courier/", couriers.parcels, name="couriers"),
    path("courier/<slug:waybill>/", couriers.parcel, name="courier"),
    path("cabinet/", cabinets.cabinets, name="cabinets"),
    path("telephone/", telephone.telephone, name="telephone"),
    path("outside/", outside.outside, name="outside"),
    path("gallery", pages.gallery, name="gallery"),
]
