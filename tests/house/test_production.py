"""A production installation refuses to start half-safe, and a running one guards its pages, logs and metrics."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from typing import Any

import pytest
from django.test import Client

from banshi.config.logs import scrub
from banshi.foundation import clock

SAFE = {
    "BANSHI_MODE": "production",
    "BANSHI_SECRET_KEY": "a-secret-of-more-than-thirty-two-characters",
    "BANSHI_AUDIT_KEY": base64.b64encode(bytes(range(64, 96))).decode(),
    "BANSHI_HOSTS": "banshi.example",
    "BANSHI_PUBLIC_URL": "https://banshi.example",
    "BANSHI_BEHIND_TLS": "1",
    "BANSHI_DATA_KEYS": "k1=" + base64.b64encode(bytes(range(32))).decode(),
    "BANSHI_INDEX_KEY": base64.b64encode(bytes(range(32, 64))).decode(),
    "DATABASE_URL": "postgresql:///nowhere",
}
SHOW = (
    "from banshi.config import settings as s; print(s.DEBUG, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, "
    "s.SECURE_HSTS_SECONDS, s.BANSHI_VIRTUAL_CLOCK)"
)


def start(**changed: str | None) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("BANSHI_", "DJANGO_"))}
    environment |= {k: v for k, v in (SAFE | changed).items() if v is not None}
    return subprocess.run([sys.executable, "-c", SHOW], env=environment, capture_output=True, text=True, timeout=60)


def test_safe_settings_start_with_secure_cookies_real_time_and_no_debug():
    assert start().stdout.split() == ["False", "True", "True", "31536000", "False"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"BANSHI_SECRET_KEY": None}, "BANSHI_SECRET_KEY"),
        ({"BANSHI_SECRET_KEY": "short"}, "BANSHI_SECRET_KEY"),
        ({"BANSHI_DEBUG": "1"}, "BANSHI_DEBUG"),
        ({"BANSHI_HOSTS": "*"}, "BANSHI_HOSTS"),
        ({"BANSHI_HOSTS": None}, "BANSHI_HOSTS"),
        ({"BANSHI_PUBLIC_URL": "http://banshi.example"}, "BANSHI_PUBLIC_URL"),
        ({"BANSHI_BEHIND_TLS": None}, "BANSHI_BEHIND_TLS"),
        ({"BANSHI_DATA_KEYS": None}, "BANSHI_DATA_KEYS"),
        ({"BANSHI_DATA_KEYS": "k1=YWJj"}, "BANSHI_DATA_KEYS: the key k1 has 3 bytes"),
        ({"BANSHI_INDEX_KEY": None}, "BANSHI_INDEX_KEY is not set"),
        ({"BANSHI_INDEX_KEY": ""}, "BANSHI_INDEX_KEY is not set"),
        ({"BANSHI_INDEX_KEY": "eA=="}, "BANSHI_INDEX_KEY has 1 bytes"),
        ({"BANSHI_AUDIT_KEY": None}, "BANSHI_AUDIT_KEY is not set"),
        ({"BANSHI_PUBLIC_URL": "https://other.example"}, "which is not in BANSHI_HOSTS"),
        ({"BANSHI_PUBLIC_URL": "https://banshi.example/hall"}, "BANSHI_PUBLIC_URL must be"),
    ],
)
def test_an_unsafe_setting_is_named_and_nothing_starts(changed: dict[str, str | None], said: str):
    tried = start(**changed)

    assert tried.returncode != 0
    assert said in tried.stderr


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/staff/sign-in", "/nowhere", "/api/v1/halls", "/desk/"])
def test_every_answer_carries_the_security_headers(client: Client, path: str):
    answer = client.get(path)

    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/staff/sign-in", "/sign-in", "/demo/clock", "/desk/sign-in", "/desk/do/call"])
def test_a_form_without_its_token_changes_nothing(path: str):
    assert Client(enforce_csrf_checks=True).post(path, {}).status_code == 403


@pytest.mark.django_db
def test_the_demo_pages_are_not_there_in_production(client: Client, settings: Any):
    settings.BANSHI_VIRTUAL_CLOCK = False

    assert [client.get(path).status_code for path in ("/demo/", "/demo/notices", "/demo/gallery")] == [404, 404, 404]


@pytest.mark.django_db
def test_health_is_bad_until_the_jobs_beat_and_while_they_are_silent(client: Client):
    from banshi.journeys.housekeeping import run_due

    before = client.get("/healthz")
    run_due(now=clock.now(), everything=True)
    after = client.get("/healthz")

    assert (before.status_code, before.json()["jobs"]) == (503, "not started")
    assert (after.status_code, after.json()) == (200, {"status": "up", "web": "ok", "database": "ok", "jobs": "ok"})


@pytest.mark.django_db
def test_metrics_are_for_this_machine_or_for_who_has_the_token(client: Client, monkeypatch: pytest.MonkeyPatch):
    here = client.get("/metrics")
    elsewhere = client.get("/metrics", REMOTE_ADDR="203.0.113.7")
    monkeypatch.setenv("BANSHI_METRICS_TOKEN", "a-token")
    with_token = client.get("/metrics", REMOTE_ADDR="203.0.113.7", headers={"Authorization": "Bearer a-token"})
    wrong_token = client.get("/metrics", headers={"Authorization": "Bearer another"})

    assert [a.status_code for a in (here, elsewhere, with_token, wrong_token)] == [200, 403, 200, 403]
    assert "banshi_outbox_due" in here.content.decode()


def test_logs_hold_no_names_numbers_or_codes():
    event = {
        "event": "sent to 13800138000",
        "name": "张三",
        "id_number": "441900199001011234",
        "note": "41900199001011234X",
        "ms": 3,
    }

    assert scrub(None, "info", event) == {
        "event": "sent to ***",
        "name": "***",
        "id_number": "***",
        "note": "***",
        "ms": 3,
    }
