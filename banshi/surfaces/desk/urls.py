"""Addresses of the clerk's desk."""

from __future__ import annotations

from django.urls import path

from banshi.surfaces.desk import acting, console

app_name = "desk"
urlpatterns = [
    path("", console.desk, name="desk"),
    path("console", console.whole, name="console"),
    path("line", console.line, name="line"),
    path("items", console.items, name="items"),
    path("aims", console.aims, name="aims"),
    path("halls", console.halls, name="halls"),
    path("sign-in", acting.sign_in, name="sign-in"),
    path("do/<slug:verb>", acting.do, name="do"),
]
