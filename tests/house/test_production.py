"""A production installation refuses to start half-safe, and a running one guards its pages, logs and metrics."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from banshi.config import jobs
from banshi.foundation import clock, heartbeat
from banshi.foundation.models import Heartbeat
from tests.town import Town

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


def environment(**changed: str | None) -> dict[str, str]:
    """A production installation's, with some settings changed or (None) taken away."""
    bare = {k: v for k, v in os.environ.items() if not k.startswith(("BANSHI_", "DJANGO_"))}
    return bare | {k: v for k, v in (SAFE | changed).items() if v is not None}


def start(**changed: str | None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SHOW], env=environment(**changed), capture_output=True, text=True, timeout=60
    )


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
        ({"BANSHI_PRINTERS": "10.0.0.1"}, "BANSHI_PRINTERS: 10.0.0.1 is no printer"),
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
    from banshi.journeys.hall.housekeeping import DUTIES, run_due

    before = client.get("/healthz")
    run_due(now=clock.now(), everything=True)
    after = client.get("/healthz")

    assert (before.status_code, before.json()["jobs"]) == (503, "not started")
    assert after.status_code == 200
    assert after.json() == {
        "status": "up", "web": "ok", "database": "ok", "jobs": "ok", "warnings": [],
        "duties": dict.fromkeys([*(d.name for d in DUTIES), *jobs.LATE_AFTER_S], "ok"),
    }  # fmt: skip


def broken(now: Any) -> None:
    raise ValueError("of no use")


@pytest.mark.django_db
def test_a_duty_that_keeps_failing_is_named_and_the_pages_stay(client: Client, monkeypatch: pytest.MonkeyPatch):
    from banshi.journeys.hall import housekeeping

    duties = tuple(replace(each, act=broken) if each.name == "no-shows" else each for each in housekeeping.DUTIES)
    monkeypatch.setattr(housekeeping, "DUTIES", duties)
    said = []
    for _ in range(3):
        failed = housekeeping.run_due(now=clock.now(), everything=True)
        said.append(client.get("/healthz"))

    assert failed == ["no-shows"]
    assert [answer.status_code for answer in said] == [200, 200, 503]
    found = said[-1].json()
    assert (found["status"], found["duties"]["no-shows"]) == ("degraded", "failed 3 times, never went well")
    assert {name for name, word in found["duties"].items() if word != "ok"} == {"no-shows"}
    assert (client.get("/readyz").status_code, client.get("/livez").status_code) == (200, 200)
    assert 'banshi_duty_failures{duty="duty:no-shows"} 3.0' in client.get("/metrics").content.decode()

    monkeypatch.undo()
    housekeeping.run_due(now=clock.now(), everything=True)

    assert client.get("/healthz").json()["duties"]["no-shows"] == "ok"


@pytest.mark.django_db
def test_a_job_or_duty_that_did_not_come_for_long_is_late(client: Client, settings: Any):
    from banshi.journeys.hall.housekeeping import run_due

    settings.BANSHI_VIRTUAL_CLOCK = False
    run_due(now=clock.now(), everything=True)
    heartbeat.beat("job:send_messages")
    Heartbeat.objects.filter(name="job:send_messages").update(succeeded_at=clock.wall() - timedelta(seconds=700))
    Heartbeat.objects.filter(name="duty:expire holds").update(succeeded_at=clock.wall() - timedelta(seconds=119))
    Heartbeat.objects.filter(name="duty:no-shows").update(succeeded_at=clock.wall() - timedelta(seconds=130))

    answer = client.get("/healthz")

    duties = answer.json()["duties"]
    assert answer.status_code == 503
    assert (duties["send_messages"], duties["no-shows"]) == ("late, went well 700 s ago", "late, went well 130 s ago")
    assert (duties["expire holds"], duties["materialise slots"]) == ("ok", "ok")


@pytest.mark.django_db
def test_a_job_leaves_a_sign_of_how_it_went():
    @jobs.watched
    def fine(timestamp: int) -> None:
        pass

    @jobs.watched
    def faulty(timestamp: int) -> None:
        broken(None)

    fine(0)
    for _ in range(2):
        with pytest.raises(ValueError, match="of no use"):
            faulty(0)

    signs = heartbeat.signs()
    assert (signs["job:fine"].failures, signs["job:faulty"].failures) == (0, 2)
    assert (signs["job:fine"].failed_at, signs["job:faulty"].succeeded_at) == (None, None)


def test_every_job_is_watched_and_all_but_the_tick_have_a_time_after_which_they_are_late():
    from procrastinate.contrib.django import app

    app.perform_import_paths()

    ours = [task.task for task in app.periodic_registry.periodic_tasks.values()]
    assert {task.name for task in ours} == {*jobs.LATE_AFTER_S, "tick"}
    assert [task.name for task in ours if not hasattr(task.func, "__wrapped__")] == []  # each is @watched


@pytest.mark.django_db
def test_probes_answer_whatever_name_and_scheme_they_ask_by(client: Client, settings: Any):
    settings.ALLOWED_HOSTS = ["banshi.example"]
    settings.SECURE_SSL_REDIRECT = True

    found = {path: client.get(path, HTTP_HOST="10.0.0.7:8000").status_code for path in ("/livez", "/readyz", "/")}

    assert found == {"/livez": 200, "/readyz": 200, "/": 400}


@pytest.mark.django_db
def test_metrics_are_for_this_machine_or_for_who_has_the_token(client: Client, monkeypatch: pytest.MonkeyPatch):
    here = client.get("/metrics")
    elsewhere = client.get("/metrics", REMOTE_ADDR="203.0.113.7")
    through_proxy = [
        client.get("/metrics", headers={name: "203.0.113.7"})
        for name in ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded")
    ]
    monkeypatch.setenv("BANSHI_METRICS_TOKEN", "a-token")
    with_token = client.get("/metrics", REMOTE_ADDR="203.0.113.7", headers={"Authorization": "Bearer a-token"})
    wrong_token = client.get("/metrics", headers={"Authorization": "Bearer another"})
    odd_token = client.get("/metrics", headers={"Authorization": "Bearer \xe9"})

    assert [a.status_code for a in (here, elsewhere, with_token, wrong_token, odd_token)] == [200, 403, 200, 403, 403]
    assert {a.status_code for a in through_proxy} == {403}
    assert "banshi_outbox_due" in here.content.decode()


@pytest.mark.django_db
def test_metrics_of_a_production_installation_need_the_token_even_here(client: Client, settings: Any):
    """A proxy that forwards nothing but the request looks like this machine."""
    settings.PRODUCTION = True

    assert client.get("/metrics").status_code == 403


@pytest.mark.django_db
def test_the_office_says_that_no_message_reaches_anybody(town: Town, client: Client, monkeypatch: pytest.MonkeyPatch):
    client.force_login(town.manager)
    said = "没有配置短信网关"
    pages = ["/office/", f"/office/{town.hall.code}/", f"/office/{town.hall.code}/notices"]

    demo = [said in client.get(page, follow=True).content.decode() for page in pages]
    monkeypatch.setenv("BANSHI_MODE", "production")
    real = [said in client.get(page, follow=True).content.decode() for page in pages]

    assert demo == [False, False, False]
    assert real == [True, True, True]


@pytest.mark.parametrize(
    ("process", "statement", "lock"), [("web", "15s", "5s"), ("work", "2min", "20s"), ("operator", "0", "5min")]
)
def test_each_program_waits_for_the_database_as_long_as_it_may(process: str, statement: str, lock: str):
    """A migration takes its time; a page does not, and no program waits for ever on a lock or a server that is gone."""
    show = (
        "import django; django.setup(); from django.db import connection as c\n"
        "with c.cursor() as q:\n"
        "    q.execute(\"SELECT current_setting('statement_timeout'), current_setting('lock_timeout')\")\n"
        "    print(*q.fetchone(), c.settings_dict['OPTIONS']['connect_timeout'])"
    )
    asked = environment(
        BANSHI_PROCESS=process, DATABASE_URL=os.environ["DATABASE_URL"], DJANGO_SETTINGS_MODULE="banshi.config.settings"
    )

    done = subprocess.run([sys.executable, "-c", show], env=asked, capture_output=True, text=True, timeout=60)

    assert done.stdout.split() == [statement, lock, "5"], done.stderr
