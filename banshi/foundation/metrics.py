"""Prometheus metrics of this process; gauges that must be right across processes are read from SQL at scrape time."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

requests = Counter("banshi_http_requests", "Requests answered", ["method", "route", "status"])
request_seconds = Histogram(
    "banshi_http_request_seconds",
    "Time to answer",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
watchers = Gauge("banshi_live_watchers", "Open SSE streams", ["kind"])
outbox_due = Gauge("banshi_outbox_due", "Messages due and not sent")
outbox_age_seconds = Gauge("banshi_outbox_age_seconds", "Age of the oldest due message, hall time")
jobs_waiting = Gauge("banshi_jobs_waiting", "Jobs not started", ["queue"])
jobs_last_tick_seconds = Gauge("banshi_jobs_last_tick_age_seconds", "Machine seconds since the last tick")
duty_failures = Gauge("banshi_duty_failures", "Failures of a duty or job since it last went well", ["duty"])
waiting_tickets = Gauge("banshi_waiting_tickets", "Tickets waiting", ["hall"])
