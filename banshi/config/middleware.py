"""Middleware: who asks, refusals as pages or problems, security headers, the request log and metrics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_to_bytes

import structlog
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotFound,
    HttpResponseRedirect,
)
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render

from banshi.config.again import nearest
from banshi.config.errors import bad_request, not_found
from banshi.config.plain import plain
from banshi.foundation import clock, metrics, once
from banshi.foundation.doors import NOBODY, Who
from banshi.foundation.patience import patience
from banshi.foundation.problem import problem_response
from banshi.foundation.said import named
from banshi.foundation.texts import is_json, is_text
from banshi.foundation.words import words
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import SLUGS, Refusal, Refused
from banshi.rooms.identity import queries as identity
from banshi.rooms.identity.rules import PERMISSIONS
from banshi.rooms.places import queries as places
from banshi.surfaces.api.answers import response_of
from banshi.surfaces.api.traces import request_id_of

Handler = Callable[[HttpRequest], HttpResponseBase]
log = structlog.get_logger("banshi.http")

CSP = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; script-src 'self'; "
    "connect-src 'self' ws: wss:; media-src 'self' blob:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
)


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def RequestLog(get_response: Handler) -> Handler:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        request_id = request_id_of(request.headers.get("X-Request-Id", ""))
        request.request_id = request_id  # type: ignore[attr-defined]
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = clock.monotonic()
        try:
            with patience(settings.BANSHI_DATABASE_PATIENCE_S):
                response = get_response(request)
        finally:
            structlog.contextvars.clear_contextvars()
        took = clock.monotonic() - started
        route = getattr(request.resolver_match, "route", "") or "unmatched"
        # A made-up method would be a new time series each time.
        method = request.method if request.method in METHODS else "other"
        metrics.requests.labels(method, route, str(response.status_code)).inc()
        metrics.request_seconds.labels(route).observe(took)
        log.info(
            "request",
            request_id=request_id,
            method=method,
            route=route,
            status=response.status_code,
            ms=round(took * 1000, 1),
            key=getattr(getattr(getattr(request, "auth", None), "key", None), "id", None),
            operation=getattr(request, "operation", None),
        )
        response["X-Request-Id"] = request_id
        return response

    return middleware


def NoSuchFile(get_response: Handler) -> Handler:
    """A file that is not there is no page, which would ask a database that may be silent on a thread kept for files."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(settings.STATIC_URL):
            return HttpResponseNotFound(b"", content_type="text/plain")
        return get_response(request)

    return middleware


class Clean:
    """What no text can hold is turned away here, once for all views: NUL and bytes that are not UTF-8.

    In a path there is nothing under such an address (404); in a query, a form or a JSON body the request cannot be read
    (400, for the API 422 as for any malformed field); a cookie or header is as if it had not been sent.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_text(request.path_info):
            return not_found(request, Http404())
        for name in [name for name, value in request.COOKIES.items() if not is_text(name + value)]:
            del request.COOKIES[name]
        try:
            readable = _readable(request)
        except (SuspiciousOperation, MultiPartParserError, UnicodeError):
            readable = False
        return self.get_response(request) if readable else bad_request(request, SuspiciousOperation())


def _readable(request: HttpRequest) -> bool:
    if not is_text(unquote_to_bytes(request.META.get("QUERY_STRING", "").replace("+", " "))):
        return False
    if request.method in ("GET", "HEAD") or request.path_info.startswith("/api/"):
        return True  # the API reads its bodies itself, as strictly
    if request.content_type == "application/json":
        return is_json(request.body)
    return all(is_text(text) for name, values in request.POST.lists() for text in (name, *values))


def Headers(get_response: Handler) -> Handler:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.setdefault("Content-Security-Policy", CSP)
        response.setdefault("Permissions-Policy", "geolocation=(self), camera=(), microphone=()")
        if not request.path.startswith(settings.STATIC_URL):
            response.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def WhoAsks(get_response: Handler) -> Handler:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        request.who = NOBODY if request.path.startswith("/api/") else _who(request)  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def _who(request: HttpRequest) -> Who:
    user: Any = request.user
    if user.is_authenticated:
        roles = identity.roles_of(user.id)
        return Who(
            actor=Actor(ActorKind.STAFF, str(user.id)),
            name=named(user),
            login=user.login,
            staff_id=user.id,
            department=user.department,
            roles=tuple(sorted({r.role for r in roles})),
            must_change_password=user.must_change_password,
            grants=places.grants(roles),
        )
    account_id = request.session.get("account")
    if account_id and identity.epoch_of(int(account_id)) == request.session.get("epoch", 0):
        return Who(actor=Actor(ActorKind.CITIZEN, str(account_id)), account_id=int(account_id))
    return NOBODY


# Signing in and out and switching the language set cookies; sending them twice does no harm.
MAY_REPEAT = ("/i18n/", "/staff/sign-", "/sign-", "/demo/", "/api/")
KEPT_AS_TYPED = "/typed"  # keeps what stands in a form, and nothing else


def SentOnce(get_response: Handler) -> Handler:
    """A browser's form is carried out once (foundation/once.py)."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.method != "POST" or request.path.startswith(MAY_REPEAT) or request.path.endswith(KEPT_AS_TYPED):
            return get_response(request)
        actor = getattr(getattr(request, "who", None), "actor", None)
        form = once.form_of(request, owner=f"form:{actor or 'nobody'}")
        if form is None:
            return get_response(request)
        try:
            first = once.first_answer(form)
        except TimeoutError:
            return response_of(plain("busy", path=request.path, request_id=getattr(request, "request_id", "")))
        if first is not None:
            return first
        try:
            response = get_response(request)
        except BaseException:
            once.release(form)
            raise
        once.keep(form, response)
        return response

    return middleware


def NoDeadEnds(get_response: Handler) -> Handler:
    """Who comes by Back, a bookmark or another language to an address that only takes forms is led to its page."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code != 405 or request.path.startswith(("/api/", "/live/", settings.STATIC_URL)):
            return response
        if request.method not in ("GET", "HEAD", "POST"):
            return response
        where = request.path if request.method == "POST" else nearest(request.path)
        if request.method != "POST" and request.META.get("QUERY_STRING"):
            where += "?" + request.META["QUERY_STRING"]  # a link's key opens its page, too
        led = HttpResponseRedirect(where, status=303)
        led["Allow"] = response["Allow"]  # what the address does take
        return led

    return middleware


def _for_people(refusal: Refusal) -> Refusal:
    """The refusal with names where a door only knew codes: the hall's, and what the permission allows."""
    facts = dict(refusal.facts)
    if isinstance(code := facts.get("hall"), str) and (hall := places.hall_named(code)) is not None:
        facts["hall"] = {"zh": hall.name_zh, "en": hall.name_en}
    if isinstance(permission := facts.get("permission"), str) and permission in PERMISSIONS:
        facts["permission"] = PERMISSIONS[permission]
    return replace(refusal, facts=facts)


class Refusals:
    """A Refused that no view caught becomes a problem (API) or a page that says what is possible now."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refused):
            return None
        if request.path.startswith("/api/"):
            return problem_response(exception.refusal)
        title, detail = words(_for_people(exception.refusal))
        return render(
            request,
            "refused.html",
            {"title": title, "detail": detail, "refusal": exception.refusal},
            status=SLUGS[exception.slug],
        )
