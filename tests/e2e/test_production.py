"""A production installation as an operator runs it: `banshi up` with a PostgreSQL of its own, nginx or Caddy in front."""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from banshi.foundation.postgres import Server
from tests.proxies import HOST, PROXIES, Proxy, free_port, proxied

ROOT = Path(__file__).resolve().parent.parent.parent
UP_WITHIN_S = 240


@dataclass
class City:
    """What runs. `banshi(…)` is an operator's command beside it."""

    port: int
    data: Path
    environment: dict[str, str]
    token: str

    def banshi(self, *command: str, typed: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "banshi.cli", *command],
            env=self.environment | more, cwd=ROOT, input=typed, capture_output=True, text=True, timeout=120,
        )  # fmt: skip

    def health(self) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=40, trust_env=False).json()
        return found

    def gauge(self, name: str) -> float:
        answer = httpx.get(
            f"http://127.0.0.1:{self.port}/metrics", headers={"Authorization": f"Bearer {self.token}"}, timeout=40,
            trust_env=False,
        )  # fmt: skip
        (line,) = [line for line in answer.text.splitlines() if line.startswith(f"{name} ")]
        return float(line.split()[1])

    def worker(self) -> int | None:
        """Process id of the job worker."""
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
                environment = (folder / "environ").read_bytes()
            except OSError:
                continue
            if words[1:4] == [b"-m", b"banshi.cli", b"work"] and f"BANSHI_DATA={self.data}".encode() in environment:
                return int(folder.name)
        return None

    def log(self, name: str) -> str:
        return (self.data / "log" / f"{name}.log").read_text()


def until(condition: Callable[[], Any], what: str, seconds: float = 60) -> Any:
    """Wait for what a running installation does by itself."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if found := condition():
                return found
        except (httpx.HTTPError, ValueError, KeyError):
            pass
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds:.0f} s: {what}")


def a_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    data, port = tmp_path_factory.mktemp("city"), free_port()
    bare = {k: v for k, v in os.environ.items() if not k.startswith(("BANSHI_", "DJANGO_", "DATABASE_"))}
    kept = {k: v for k, v in os.environ.items() if k.startswith("BANSHI_PG_")}
    token = secrets.token_urlsafe(16)
    environment = bare | kept | {
        "BANSHI_MODE": "production", "BANSHI_DATA": str(data), "PORT": str(port), "BANSHI_METRICS_TOKEN": token,
        "BANSHI_SECRET_KEY": secrets.token_urlsafe(48), "BANSHI_DATA_KEYS": f"k1={a_key()}",
        "BANSHI_INDEX_KEY": a_key(), "BANSHI_AUDIT_KEY": a_key(), "BANSHI_HOSTS": HOST,
        "BANSHI_PUBLIC_URL": f"https://{HOST}", "BANSHI_BEHIND_TLS": "1", "PYTHONUNBUFFERED": "1",
    }  # fmt: skip
    said = data / "said"
    with said.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "banshi.cli", "up"], env=environment, cwd=ROOT, stdout=out, stderr=out,
            start_new_session=True,
        )  # fmt: skip
    try:
        until(lambda: process.poll() is not None or "Ctrl-C stops everything." in said.read_text(), "up", UP_WITHIN_S)
        assert process.poll() is None, said.read_text()
        yield City(port, data, environment, token)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=30)
        finally:
            if process.poll() is None:
                process.kill()
            Server(data).stop()
            home = json.loads((data / "pg.json").read_text())["home"]
            if Path(home).is_absolute():  # root's PostgreSQL cannot walk into a directory of pytest's
                shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module", params=PROXIES)
def proxy(request: pytest.FixtureRequest, city: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with proxied(request.param, city.port, tmp_path_factory.mktemp(request.param)) as running:
        yield running


@pytest.fixture
def client(proxy: Proxy) -> Iterator[httpx.Client]:
    with proxy.client() as one:
        yield one


def test_it_comes_up_says_where_and_that_no_message_goes_out(city: City):
    said = (city.data / "said").read_text()

    assert f"https://{HOST}/" in said
    assert "no SMS gateway is set" in said
    assert "/demo/" not in said
    assert city.health()["warnings"] == [
        "no SMS gateway is set: messages and sign-in codes wait and reach nobody. Set BANSHI_SMS (docs/operate.md)"
    ]
    assert city.health()["status"] == "up"


def test_people_reach_pages_and_files_through_the_proxy(proxy: Proxy, client: httpx.Client):
    home = proxy.ask(client, "GET", "/")
    halls = proxy.ask(client, "GET", "/api/v1/halls")
    style = re.search(r'href="(/static/[^"]+\.css)"', home.text)
    assert style is not None
    sheet = proxy.ask(client, "GET", style[1])

    assert [home.status_code, halls.status_code, sheet.status_code] == [200, 401, 200]
    assert halls.headers["Content-Type"] == "application/problem+json"
    assert sheet.headers["Content-Type"].startswith("text/css")
    assert home.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert home.headers["X-Frame-Options"] == "DENY"


def test_a_form_is_taken_from_its_own_page_and_from_no_other(proxy: Proxy, client: httpx.Client):
    page = proxy.ask(client, "GET", "/staff/sign-in")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert token is not None
    form = {"csrfmiddlewaretoken": token[1], "login": "nobody", "password": "not-this-one"}

    ours = proxy.ask(client, "POST", "/staff/sign-in", data=form, headers={"Origin": f"https://{HOST}"})
    foreign = proxy.ask(client, "POST", "/staff/sign-in", data=form, headers={"Origin": "https://evil.example"})

    assert all("Secure" in cookie for cookie in page.headers.get_list("set-cookie"))
    assert ours.status_code != 403
    assert foreign.status_code == 403


def test_a_board_follows_its_hall_through_the_proxy(proxy: Proxy, client: httpx.Client):
    request = client.build_request("GET", "/live/halls/nancheng", extensions={"sni_hostname": HOST})

    answer = client.send(request, stream=True)
    first = next(line for line in answer.iter_lines() if line)
    answer.close()

    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert first != ""


def test_metrics_stay_inside(city: City, proxy: Proxy, client: httpx.Client):
    token = {"Authorization": f"Bearer {city.token}"}
    here = f"http://127.0.0.1:{city.port}/metrics"

    outside = proxy.ask(client, "GET", "/metrics", headers=token)
    inside = [httpx.get(here, headers=headers, trust_env=False).status_code for headers in ({}, token)]

    assert outside.status_code == 404
    assert inside == [403, 200]


def test_a_large_body_does_not_reach_the_pages(proxy: Proxy, client: httpx.Client):
    answer = proxy.ask(client, "POST", "/staff/sign-in", content=b"a" * 3_000_000)

    assert answer.status_code in (413, 502)


def test_a_demo_page_is_not_there(proxy: Proxy, client: httpx.Client):
    assert proxy.ask(client, "GET", "/demo/").status_code == 404


def test_the_first_administrator_signs_in_and_chooses_a_password(city: City, proxy: Proxy, client: httpx.Client):
    login = f"admin-{proxy.name}"
    made = city.banshi(
        "staff", "create-admin", "--login", login, "--name-zh", "李敏", "--name-en", "Li Min", "--generate", "--another"
    )
    page = proxy.ask(client, "GET", "/staff/sign-in")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert token is not None
    form = {"csrfmiddlewaretoken": token[1], "login": login, "password": made.stdout.strip()}

    signed_in = proxy.ask(client, "POST", "/staff/sign-in", data=form, headers={"Origin": f"https://{HOST}"})
    office = proxy.ask(client, "GET", "/office/")

    assert made.returncode == 0, made.stderr
    assert (signed_in.status_code, office.headers.get("Location")) == (302, "/staff/me")


def test_the_trail_is_whole_anchored_and_not_for_web_and_worker_to_change(city: City):
    def anchored() -> bool:
        return bool(json.loads(city.banshi("audit", "verify", "--json").stdout)["anchored"])

    made = city.banshi(
        "staff", "create-admin", "--login", "trail", "--name-zh", "李", "--name-en", "Li", "--generate", "--another"
    )
    assert made.returncode == 0, made.stderr
    until(anchored, "a seal and its anchor")
    found = json.loads(city.banshi("audit", "verify", "--json").stdout)
    assert (found["whole"], found["broken_at"]) == (True, None)
    with psycopg.connect(Server(city.data).app_url(), autocommit=True) as connection:
        for sql in ("DELETE FROM audit_entry", "TRUNCATE audit_seal", "ALTER TABLE audit_entry DISABLE TRIGGER USER"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(sql)
        roles = connection.execute(
            "SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name IN ('banshi web', 'banshi work')"
        ).fetchall()
    assert roles == [("banshi_app",)]
    pid = city.worker()
    assert b"BANSHI_OWNER_URL" not in Path(f"/proc/{pid}/environ").read_bytes()


def test_check_finds_all_well_but_the_gateway(city: City):
    found = json.loads(city.banshi("check", "--json").stdout)["checks"]

    assert [each["name"] for each in found if each["state"] == "fail"] == ["gateways"]
    assert [each["state"] for each in found if each["name"] == "trail"] == ["ok"]


def test_a_restore_over_the_running_city_is_refused_and_a_rehearsal_is_not(city: City, tmp_path: Path):
    made = city.banshi("db", "backup", str(tmp_path / "city.dump"))
    over = city.banshi("db", "restore", str(tmp_path / "city.dump"))
    rehearsed = city.banshi("db", "rehearse", str(tmp_path / "city.dump"))

    assert made.returncode == 0, made.stderr
    assert (over.returncode, "it is in use by banshi w" in over.stderr) == (1, True)
    assert "7 halls" in over.stdout
    assert rehearsed.returncode == 0, rehearsed.stderr
    assert "The backup is good." in rehearsed.stdout
    assert city.health()["status"] == "up"


def test_the_worker_outlives_a_restart_of_the_database(city: City):
    before = city.worker()
    server = Server(city.data)

    for _ in range(2):
        server.stop()
        server.ensure()
        until(lambda: city.gauge("banshi_jobs_last_tick_age_seconds") < 2, "the jobs tick again")

    until(lambda: city.health()["status"] == "up", "all is well again")
    assert city.worker() == before
    assert before is not None


def test_a_killed_worker_is_started_again(city: City):
    before = city.worker()
    assert before is not None

    os.kill(before, signal.SIGKILL)

    after = until(lambda: (now := city.worker()) != before and now, "another worker")
    until(lambda: city.gauge("banshi_jobs_last_tick_age_seconds") < 2, "its jobs tick")
    assert "worker ended with signal SIGKILL; starting it again" in (city.data / "said").read_text()
    assert after != before


def test_logs_are_lines_of_json_that_know_their_process(city: City):
    for name, process in (("web", "web"), ("worker", "work")):
        lines = [line for line in city.log(name).splitlines() if line.startswith("{")]
        assert {json.loads(line)["process"] for line in lines} <= {process}
    assert any("request_id" in line for line in city.log("web").splitlines())
