"""Signing in for all staff, and who I am here: /staff/…"""

from __future__ import annotations

from django.urls import path

from banshi.frames.staff import sign_in

app_name = "staff"
urlpatterns = [
    path("sign-in", sign_in.sign_in, name="sign_in"),
    path("sign-out", sign_in.sign_out, name="sign_out"),
    path("me", sign_in.me, name="me"),
]
