"""Addresses of a zone's door, mounted at /zone/."""

from __future__ import annotations

from django.urls import path

from banshi.surfaces.zone import door

app_name = "zone"

urlpatterns = [
    path("<slug:area>/", door.door, name="door"),
    path("<slug:area>/now", door.now, name="now"),
    path("<slug:area>/enter", door.enter, name="enter"),
    path("<slug:area>/entries/<int:entry>/", door.entry, name="entry"),
    path("<slug:area>/out", door.out, name="out"),
    path("<slug:area>/help", door.help_, name="help"),
]
