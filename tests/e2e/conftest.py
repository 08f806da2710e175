"""A whole installation on a port, and a real browser in front of it.

The installation has a database of its own with all presets, the demo's staff and keys, a clock that stands at 9:10 on
Tuesday 2026-11-24 until a test moves it, and a job worker. Tests share it: each uses people of its own.
"""

from __future__ import annotations

import fcntl
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlparse, urlunparse

import httpx
import psutil
import psycopg
import pytest

from banshi.cli.restoring import drop_database
from banshi.foundation.clock import REFRESH_S
from tests.tables import tables

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PATIENCE = 20  # how often a busy answer is taken before it counts
SHARED: list[Installation] = []  # of this worker, while it runs
ENDS_HERE: list[pytest.Item] = []  # the next test, where it is no browser test
PICTURES = ROOT / "docs" / "pictures"
OPENING = "2026-11-24T09:10:00+08:00"
CHROMIUM = "/usr/bin/chromium"
# htmx reports a question given up for a newer one as if it were an error; a lost line also says htmx:sendError.
LOST_LINE = re.compile("ERR_INTERNET_DISCONNECTED|htmx:sendError|htmx:responseError|status of 5|Response Status Error")
GIVEN_UP = ("htmx:afterRequest", "htmx:sendAbort")
CHROMIUM_ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--font-render-hinting=none", "--force-color-profile=srgb",
]  # fmt: skip
SERVE = ("serve", "--host", "127.0.0.1", "--port")
SEED = """
import os, sys
from pathlib import Path
import django
django.setup()
from banshi.foundation.translations import compile_all
compile_all()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from datetime import datetime
from banshi.foundation import clock, demo
clock.set_clock(now=datetime.fromisoformat(sys.argv[1]), speed=0)
from banshi.journeys.hall.load_presets import load
load(Path(sys.argv[2]), clock.now())
from banshi.journeys.hall.demo_seeds import sow
sow(sys.argv[3], Path(sys.argv[4]))
demo.set_crowd_halls([])
from banshi.journeys.hall.housekeeping import run_due
failed = run_due(now=clock.now(), everything=True)
sys.exit(f"duties failed: {failed}" if failed else 0)
"""


class ComesAgain(httpx.HTTPTransport):
    """As every client should: a 503 says that nothing was done and when to come again. On a machine with much else to do a
    lock may take longer than somebody waits for it."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        for _ in range(PATIENCE):
            answer = super().handle_request(request)
            if answer.status_code != 503 or "retry-after" not in answer.headers:
                return answer
            answer.close()
            time.sleep(1)
        return super().handle_request(request)


@dataclass
class Installation:
    """A running Banshi. `key("kiosk", "nancheng")` etc. give its API keys."""

    url: str
    seeds: dict[str, Any]
    data: Path
    environment: dict[str, str]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def key(self, scope: str, what: str | None = None) -> str:
        keys = self.seeds["keys"][scope]
        return str(keys[what] if what else keys)

    def api(self, scope: str, what: str | None = None, **headers: str) -> httpx.Client:
        return httpx.Client(
            base_url=f"{self.url}/api/v1",
            headers={"Authorization": f"Bearer {self.key(scope, what)}", **headers},
            timeout=20,
            transport=ComesAgain(),
            trust_env=False,
        )

    def set_clock(self, moment: str | None = None, speed: float | None = None) -> None:
        """`2026-11-24T09:10:00+08:00`; every process has followed when this returns."""
        body = {k: v for k, v in {"now": moment, "speed": speed}.items() if v is not None}
        with self.api("demo") as api:
            stands = api.get("/demo/clock").raise_for_status().json()
            if stands["speed"] == 0 and speed in (0, None) and moment is not None and same(stands["now"], moment):
                return
            api.put("/demo/clock", json=body).raise_for_status()
        time.sleep(REFRESH_S + 0.1)  # a process remembers the setting this long, however slow it is

    def messages(self, phone: str, *, until: Callable[[list[dict[str, Any]]], bool] = bool) -> list[dict[str, Any]]:
        """Messages sent to a phone; waits up to 15 s until they satisfy `until`."""
        rows: list[dict[str, Any]] = []
        with self.api("demo") as api:
            for _ in range(75):
                rows = api.get("/notices", params={"person": phone}).raise_for_status().json()["data"]
                if until(rows):
                    return rows
                time.sleep(0.2)
        return rows


def same(one: str, other: str) -> bool:
    """Whether two RFC 3339 texts name one moment."""
    return datetime.fromisoformat(one) == datetime.fromisoformat(other)


def _free_port() -> int:
    """A port below those that outgoing connections take: until the server is up, a browser beside may open hundreds."""
    for port in random.sample(range(12_000, 32_000), 100):
        with socket.socket() as one, suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port is free")


def _database(name: str, template: str) -> str:
    """A fresh database beside the test database, on the same server."""
    url = os.environ["DATABASE_URL"]
    base = urlparse(url).path.strip("/") or "banshi"
    with psycopg.connect(url, autocommit=True) as connection:
        drop_database(connection, f"{base}_{name}")
        connection.execute(f"CREATE DATABASE {base}_{name} TEMPLATE {template.format(base=base)}")
    return urlunparse(urlparse(url)._replace(path=f"/{base}_{name}"))


def _seeded(data: Path) -> Path:
    """The data folder of an installation with everything in it, whose database is the template of all others.

    Made once per test run, by whoever needs it first; the others wait for it.
    """
    shared = data.parent.parent if "PYTEST_XDIST_WORKER" in os.environ else data.parent
    folder = shared / "seeded"
    with (shared / "seeded.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "demo.json").exists():
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        database = _database("seeded", tables(os.environ["DATABASE_URL"]))
        subprocess.run(
            [sys.executable, "-c", SEED, OPENING, str(ROOT / "presets"), "http://seeded", str(folder / "new.json")],
            env=_environment(database, folder),
            cwd=ROOT,
            check=True,
        )
        (folder / "new.json").rename(folder / "demo.json")
    return folder


def _environment(database: str, data: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": database,
        "BANSHI_MODE": "demo",
        "BANSHI_DATA": str(data),
        "BANSHI_LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "banshi.config.settings",
    }


@contextmanager
def installed(data: Path, name: str) -> Iterator[Installation]:
    """A running installation with a database called after `name`; stopped at the end."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    shutil.copytree(_seeded(data), data, dirs_exist_ok=True)
    seeds = {**json.loads((data / "demo.json").read_text()), "url": url}
    (data / "demo.json").write_text(json.dumps(seeds))
    database = _database(name + os.environ.get("PYTEST_XDIST_WORKER", ""), "{base}_seeded")
    running = Installation(url, seeds, data, {**_environment(database, data), "PORT": str(port)})
    start(running, *SERVE, str(port))
    start(running, "work")
    try:
        until_up(running)
        yield running
    finally:
        stop(running)


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("installation"), "e2e") as running:
        SHARED.append(running)
        yield running


def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    ENDS_HERE.clear()
    ENDS_HERE.extend([nextitem] if nextitem is not None and HERE not in nextitem.path.parents else [])


def pytest_runtest_logfinish(nodeid: str) -> None:
    """Files in a browser follow each other. After the last one, tried again where it failed, its city would run on for nobody
    and take a third of a core."""
    while ENDS_HERE and SHARED:
        stop(SHARED.pop())


def start(running: Installation, *command: str) -> subprocess.Popen[bytes]:
    with (running.data / f"{command[0]}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "banshi.cli", *command],
            env=running.environment,
            cwd=ROOT,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    running.processes.append(process)
    return process


def stop(running: Installation) -> None:
    for process in running.processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    for process in running.processes:
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def until_up(running: Installation) -> None:
    for _ in range(300):
        try:
            if httpx.get(f"{running.url}/healthz", timeout=2, trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    logs = "".join((running.data / f"{name}.log").read_text()[-3000:] for name in ("serve", "work"))
    raise RuntimeError(f"the installation did not come up:\n{logs}")


@pytest.fixture
def live_url(installation: Installation) -> str:
    return installation.url


CLOSES_S = 60.0  # machine time


def let_go(*browsers: Any) -> None:
    """Close them. A Chromium that hangs in its own end – it happens to one in hundreds – is killed: it would hold everything up
    until the test's own time is over, and take the test with it."""
    late = threading.Timer(CLOSES_S, _kill_browsers)
    late.daemon = True
    late.start()
    try:
        for each in browsers:
            each.close()
    finally:
        late.cancel()


def _kill_browsers() -> None:
    """Those that this process started."""
    for each in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if is_browser(each):
                each.kill()


def is_browser(process: psutil.Process) -> bool:
    return bool(process.name().startswith("chrom"))


@pytest.fixture(scope="module")  # its event loop must be gone before others use the database in this thread
def browser() -> Iterator[Any]:
    if not Path(CHROMIUM).exists():
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs Chromium: apt-get install chromium")
        pytest.skip("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield chromium
        let_go(chromium)


@pytest.fixture
def open_page(browser: Any, live_url: str) -> Iterator[Callable[..., Any]]:
    """`open_page("/path", size=(390, 844), language="zh-CN")` → a page in a context of its own; console errors fail the test.

    Where a test cuts the line (`open_page.offline = True`), what the browser says of that does not.
    """
    contexts: list[Any] = []
    troubles: list[str] = []

    def opened(path: str = "/", *, size: tuple[int, int] = (390, 844), language: str = "zh-CN", **options: Any) -> Any:
        context = browser.new_context(
            base_url=live_url,
            viewport={"width": size[0], "height": size[1]},
            locale=language,
            timezone_id="Asia/Shanghai",
            **options,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                troubles.append(f"{page.url}: {message.text}")
                if message.type == "error"
                and "status of 4" not in message.text
                and not message.text.startswith(GIVEN_UP)
                and not (getattr(opened, "offline", False) and LOST_LINE.search(message.text))
                else None
            ),
        )
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def page(open_page: Callable[..., Any]) -> Any:
    """A phone in Chinese."""
    return open_page("/")


@pytest.fixture
def picture() -> Callable[..., None]:
    """`picture(page, "citizen-home-zh")` keeps a picture to look at (var/pictures); test_pictures.py takes those of the docs."""

    def keep(page: Any, name: str, *, full: bool = False) -> None:
        target = Path(os.environ.get("BANSHI_DATA", ROOT / "var")) / "pictures"
        target.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(target / f"{name}.png"), full_page=full, animations="disabled")

    return keep


@pytest.fixture
def axe() -> Callable[[Any], list[str]]:
    """Accessibility violations of a page as `rule: selector` lines; an empty list is what a test asserts."""
    from axe_playwright_python.sync_playwright import Axe

    def check(page: Any) -> list[str]:
        # What lies under a bar that stays in sight depends on how far somebody has scrolled, and is no fault of the page.
        bars = "(at) => document.querySelectorAll('.action-bar').forEach((bar) => { bar.style.position = at; })"
        page.evaluate(bars, "static")
        results = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
        page.evaluate(bars, "")
        return [
            f"{violation['id']}: {node['target']}"
            for violation in results.response["violations"]
            for node in violation["nodes"]
        ]

    return check
