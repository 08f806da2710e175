"""Addresses of a zone's door, mounted at /zone/."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "zone"

urlpatterns: list[URLPattern] = []
