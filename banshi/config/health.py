"""/healthz and /metrics."""

from __future__ import annotations

import hmac
import os
from typing import Any

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from banshi.foundation import clock, heartbeat, metrics
from banshi.foundation.doors import door
from banshi.kernel.refusals import Refused
from banshi.rooms.messaging import queries as messaging

JOBS_SILENT_AFTER_S = 20.0


def state() -> dict[str, Any]:
    """What is up: {"web", "database", "jobs"} → ok or what is wrong."""
    found: dict[str, Any] = {"web": "ok"}
    try:
        age = heartbeat.age_s("tick")
        found["database"] = "ok"
    except DatabaseError as trouble:
        return found | {"database": type(trouble).__name__, "jobs": "unknown"}
    if age is None:
        found["jobs"] = "not started"
    else:
        found["jobs"] = "ok" if age < JOBS_SILENT_AFTER_S else f"silent for {age:.0f} s"
    return found


@require_safe
@door(audience="public")
def healthz(request: HttpRequest) -> HttpResponse:
    """200 only when web, database and jobs are up."""
    found = state()
    up = all(value == "ok" for value in found.values())
    return JsonResponse({"status": "up" if up else "down", **found}, status=200 if up else 503)


@require_safe
@door(audience="public")
def prometheus(request: HttpRequest) -> HttpResponse:
    """Metrics for a scraper on this machine, or with BANSHI_METRICS_TOKEN as bearer token."""
    token = os.environ.get("BANSHI_METRICS_TOKEN", "")
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    local = request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1") and "X-Forwarded-For" not in request.headers
    if not (hmac.compare_digest(given, token) if token else local):
        raise Refused("not-allowed", facts={"permission": "metrics"})
    _read_gauges()
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _read_gauges() -> None:
    now = clock.now()
    age = heartbeat.age_s("tick")
    metrics.jobs_last_tick_seconds.set(-1 if age is None else age)
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
