"""All addresses. Each surface owns its part."""

from __future__ import annotations

from django.urls import include, path

urlpatterns: list = []
handler400 = "banshi.config.errors.bad_request"
handler403 = "banshi.config.errors.forbidden"
handler404 = "banshi.config.errors.not_found"
handler500 = "banshi.config.errors.broken"
