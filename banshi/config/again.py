"""A form that came too late – the session had ended, the page was too old – is shown again instead of lost."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from banshi.foundation import kept
from banshi.foundation.doors import door

ADDRESS = "/again"


@require_GET
@door(audience="public")
def again(request: HttpRequest) -> HttpResponse:
    """After signing in: what was typed, ready to be sent."""
    found = kept.take(request)
    if found is None:
        return redirect("/")
    path, fields = found
    return shown(request, _("Signed in again"), path, fields, status=200)


def shown(request: HttpRequest, title: str, path: str, fields: list[tuple[str, str]], *, status: int) -> HttpResponse:
    """The page that keeps a form: its values to look at, and one button."""
    visible = [value for name, value in fields if value.strip() and name not in ("next", "k")][:40]
    context = {"title": title, "path": path, "fields": fields, "shown": visible, "back": nearest(urlsplit(path).path)}
    return render(request, "again.html", context, status=status)


def nearest(path: str) -> str:
    """The nearest page above an address that only takes forms."""
    parts = path.strip("/").split("/")
    while parts := parts[:-1]:
        for candidate in (f"/{'/'.join(parts)}/", f"/{'/'.join(parts)}"):
            try:
                resolve(candidate)
            except (Resolver404, Http404):
                continue
            return candidate
    return "/"
