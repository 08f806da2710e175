"""What the outside may ask of a running installation: /livez, /readyz, /healthz and /metrics.

Alive: this process answers. Ready: it can serve people, so a proxy may send them. Healthy: every duty and job goes well;
a late job is for whoever watches, and no reason to take the pages away.

These are answered before host and TLS rules: a probe on this machine knows neither the public name nor the certificate,
and nothing in the answers depends on them.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import resolve
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from banshi.config import jobs, wiring
from banshi.foundation import clock, heartbeat, metrics
from banshi.foundation.doors import NOBODY, door
from banshi.foundation.heartbeat import Sign
from banshi.foundation.problem import problem_response
from banshi.journeys.hall.housekeeping import DUTIES
from banshi.kernel.refusals import Refusal
from banshi.rooms.messaging import queries as messaging

JOBS_SILENT_AFTER_S: Final = 20.0
FAILED_AFTER: Final = 3  # times in a row: one stumble over a deadlock or a restart is no alarm
DUTY_GRACE: Final = timedelta(minutes=2)
Handler = Callable[[HttpRequest], HttpResponseBase]


def state() -> dict[str, Any]:
    """{"status": up | degraded | down, "web", "database", "jobs", "duties": {name: ok or what is wrong}, "warnings"}."""
    found: dict[str, Any] = {"status": "down", "web": "ok", "warnings": wiring.warnings(os.environ)}
    try:
        signs = heartbeat.signs()
    except (DatabaseError, InterfaceError) as trouble:
        return found | {"database": type(trouble).__name__, "jobs": "unknown", "duties": {}}
    now = clock.wall()
    duties = _duties(signs, now) | _jobs(signs, now)
    found |= {"database": "ok", "jobs": _tick(signs.get("tick"), now), "duties": duties}
    if found["jobs"] == "ok":
        found["status"] = "up" if all(said == "ok" for said in duties.values()) else "degraded"
    return found


def _tick(sign: Sign | None, now: datetime) -> str:
    if sign is None:
        return "not started"
    age = (now - sign.at).total_seconds()
    return "ok" if age < JOBS_SILENT_AFTER_S else f"silent for {age:.0f} s"


def _duties(signs: dict[str, Sign], now: datetime) -> dict[str, str]:
    """A demo's clock may stand still, and with it duties that come by hall time: late is a word for real time alone."""
    return {
        duty.name: _went(
            signs.get(f"duty:{duty.name}"), now, None if settings.BANSHI_VIRTUAL_CLOCK else duty.every + DUTY_GRACE
        )
        for duty in DUTIES
    }


def _jobs(signs: dict[str, Sign], now: datetime) -> dict[str, str]:
    return {name: _went(signs.get(f"job:{name}"), now, timedelta(seconds=s)) for name, s in jobs.LATE_AFTER_S.items()}


def _went(sign: Sign | None, now: datetime, late_after: timedelta | None) -> str:
    if sign is None:  # a fresh installation: the tick says whether anybody works at all
        return "ok"
    last = sign.succeeded_at
    since = f"went well {(now - last).total_seconds():.0f} s ago" if last else "never went well"
    if sign.failures >= FAILED_AFTER:
        return f"failed {sign.failures} times, {since}"
    if late_after is not None and (last is None or now - last > late_after):
        return f"late, {since}"
    return "ok"


@require_safe
@door(audience="public")
def livez(request: HttpRequest) -> HttpResponse:
    """200 while this process answers at all."""
    return JsonResponse({"status": "alive"})


@require_safe
@door(audience="public")
def readyz(request: HttpRequest) -> HttpResponse:
    """200 while the database answers: people can be served."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError) as trouble:
        return _unavailable({"status": "not ready", "database": type(trouble).__name__})
    return JsonResponse({"status": "ready"})


@require_safe
@door(audience="public")
def healthz(request: HttpRequest) -> HttpResponse:
    """200 only when web, database, jobs and every duty are well."""
    found = state()
    return JsonResponse(found) if found["status"] == "up" else _unavailable(found)


def _unavailable(found: dict[str, Any]) -> HttpResponse:
    return JsonResponse(found, status=503, headers={"Retry-After": "5"})


@require_safe
@door(audience="public")
def prometheus(request: HttpRequest) -> HttpResponse:
    """Metrics for who has BANSHI_METRICS_TOKEN as bearer token; in a demo also for this machine.

    Behind a proxy every request seems to come from this machine, so in production there is no way in without the token.
    """
    token = os.environ.get("BANSHI_METRICS_TOKEN", "")
    given = request.META.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
    passed_on = any(name.startswith("HTTP_X_FORWARDED") or name == "HTTP_FORWARDED" for name in request.META)
    here = request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1") and not passed_on and not settings.PRODUCTION
    if not (hmac.compare_digest(given.encode(), token.encode()) if token else here):
        return problem_response(Refusal("not-allowed", facts={"permission": "metrics"}))
    _read_gauges()
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


PROBES: Final[dict[str, Handler]] = {"/livez": livez, "/readyz": readyz, "/healthz": healthz, "/metrics": prometheus}


def Probes(get_response: Handler) -> Handler:
    """Middleware: answers the probes itself, before host and TLS rules."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        probe = PROBES.get(request.path)
        if probe is None:
            return get_response(request)
        request.who = NOBODY  # type: ignore[attr-defined]
        request.resolver_match = resolve(request.path)  # the request log names the route by it
        return probe(request)

    return middleware


def _read_gauges() -> None:
    now = clock.now()
    signs = heartbeat.signs()
    tick = signs.get("tick")
    metrics.jobs_last_tick_seconds.set((clock.wall() - tick.at).total_seconds() if tick else -1)
    for name, sign in signs.items():
        metrics.duty_failures.labels(name).set(sign.failures)
    metrics.outbox_due.set(messaging.outbox_due(now))
    metrics.outbox_age_seconds.set(messaging.outbox_age(now))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT queue_name, count(*) FROM procrastinate_jobs WHERE status = 'todo' GROUP BY 1 ORDER BY 1"
        )
        for queue, count in cursor.fetchall():
            metrics.jobs_waiting.labels(queue).set(count)
        cursor.execute(
            "SELECT h.code, count(*) FROM tickets_ticket t JOIN places_hall h ON h.id = t.hall_id "
            "WHERE t.state = 'waiting' GROUP BY 1 ORDER BY 1"
        )
        for hall, count in cursor.fetchall():
            metrics.waiting_tickets.labels(hall).set(count)
