"""Addresses under /api/v1/. Every view is guarded here: language, and HTTP's own refusals as problems."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.urls import URLPattern, path
from django.utils import translation

from banshi.surfaces.api import docs
from banshi.surfaces.api.answers import http_problem, response_of
from banshi.surfaces.api.api import api
from banshi.surfaces.api.operations import FILE_IS_BODY, MOST_BYTES, MOST_FORM_BYTES, is_form, language, lower

app_name = "api"
PUBLIC = {"openapi-json", "api-root", "verify", "till_callback", "courier_callback"}


def _guarded(view: Callable[..., HttpResponseBase], *, name: str, audience: str) -> Callable[..., HttpResponseBase]:
    @wraps(view, assigned=(), updated=())
    def guard(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked_in = language(request)
        if _announced_length(request) > _most(request, name):
            return response_of(http_problem("too-large", asked_in))
        with translation.override(asked_in):
            response = view(request, *args, **kwargs)
        if isinstance(response, HttpResponseNotAllowed):
            allowed = ", ".join(sorted(response["Allow"].split(", ")))
            return response_of(http_problem("method-not-allowed", asked_in, Allow=allowed))
        response.setdefault("Vary", "Authorization, Accept-Language")
        return response

    # Exempt from CSRF: keys, no cookies.
    guard.__dict__.update(csrf_exempt=True, audience=audience, permission=None)
    return guard


def _most(request: HttpRequest, name: str) -> int:
    return MOST_FORM_BYTES if name in FILE_IS_BODY or is_form(lower(request.headers)) else MOST_BYTES


def _announced_length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


urlpatterns: list[URLPattern] = [path("docs", docs.page, name="docs")]
for pattern in api.urls[0]:
    if isinstance(pattern, URLPattern):
        open_to_all = "public" if pattern.name in PUBLIC else "key"
        pattern.callback = _guarded(pattern.callback, name=pattern.name or "", audience=open_to_all)
        urlpatterns.append(pattern)
