"""Signing in for all staff, and who I am here: /staff/…"""

from __future__ import annotations

from django.urls import path

from banshi.frames.staff import saved, sign_in

app_name = "staff"
urlpatterns = [
    path("sign-in", sign_in.sign_in, name="sign_in"),
    path("sign-out", sign_in.sign_out, name="sign_out"),
    path("me", sign_in.me, name="me"),
    path("<slug:hall>/filters", saved.save, name="filter_save"),
    path("<slug:hall>/filters/<int:filter_id>/drop", saved.drop, name="filter_drop"),
]
