"""Pages and problems for what no view answered: 400, 403, 404, 500 and a failed CSRF check."""

from __future__ import annotations

import sys
from urllib.parse import urlsplit

import structlog
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from banshi.config.again import shown
from banshi.config.plain import plain
from banshi.foundation.kept import fields_of
from banshi.foundation.problem import problem_response
from banshi.foundation.trouble import slug_of
from banshi.kernel.refusals import Refusal
from banshi.surfaces.api.answers import response_of

log = structlog.get_logger("banshi.http")


def _answer(request: HttpRequest, slug: str, status: int, title: str, detail: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem_response(Refusal(slug, {"reason": detail}))
    return render(request, "refused.html", {"title": title, "detail": detail}, status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(
        request, "nothing-found", 404, _("Nothing found"), _("Check the address, or start again from the first page.")
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(
        request,
        "invalid",
        400,
        _("Something in the input is not right"),
        _("Go back, look at the fields and send again."),
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, "not-allowed", 403, _("Not allowed"), _("This page is for somebody else."))


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A page left open too long, or a session that changed below it. Our own page's form is kept; a stranger's is not."""
    if not request.path.startswith("/api/") and request.method == "POST" and _from_here(request):
        return shown(request, _("The page was too old"), request.get_full_path(), fields_of(request), status=403)
    return _answer(
        request, "not-allowed", 403, _("The page was too old"), _("Load it again and repeat; nothing was changed.")
    )


def _from_here(request: HttpRequest) -> bool:
    """Whether the browser says that a page of ours sent the form."""
    said = request.headers.get("Origin") or request.headers.get("Referer") or ""
    try:
        return bool(said) and urlsplit(said).netloc == request.get_host()
    except (ValueError, SuspiciousOperation):
        return False


def broken(request: HttpRequest) -> HttpResponse:
    """An exception no view answered. The page needs no database: it may be just that which is away."""
    trouble = sys.exception() if sys.version_info >= (3, 12) else sys.exc_info()[1]
    slug = "broken" if trouble is None else slug_of(trouble)
    request_id = getattr(request, "request_id", "")
    route = getattr(request.resolver_match, "route", "") or "unmatched"
    log.error("a page broke", exc_info=trouble is not None and slug != "unavailable", slug=slug, route=route)
    if slug == "bad-request":
        return bad_request(request, SuspiciousOperation())
    return response_of(
        plain(
            slug,
            path=request.path,
            accept_language=request.headers.get("Accept-Language", ""),
            request_id=request_id,
            method=request.method or "",
        )
    )
