"""Live streams over real HTTP: state first, then every change; who may, and what a burst of callers gets."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.browser
HALL = "shuangliu"


def states(stream: httpx.Response) -> Iterator[tuple[int, dict[str, Any]]]:
    version = 0
    for line in stream.iter_lines():
        if line.startswith("id:"):
            version = int(line[3:])
        elif line.startswith("data:") and line != "data: {}":
            yield version, json.loads(line[5:])


@pytest.fixture
def open_hall(installation: Any) -> Any:
    installation.set_clock("2026-11-24T10:00:00+08:00", 0)
    return installation


def test_a_halls_stream_begins_with_its_state_and_tells_each_change(open_hall: Any):
    with (
        open_hall.api("kiosk", HALL) as kiosk,
        httpx.stream("GET", f"{open_hall.url}/live/halls/{HALL}", timeout=20, trust_env=False) as stream,
    ):
        arriving = states(stream)
        first_version, first = next(arriving)
        assert kiosk.post(f"/halls/{HALL}/tickets", json={"category": "A"}).status_code == 201
        second_version, second = next(arriving)

    assert stream.headers["content-type"].startswith("text/event-stream")
    assert (second["waiting"] - first["waiting"], second_version > first_version) == (1, True)
    assert set(first) >= {"version", "waiting", "serving", "windows", "categories"}


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/live/halls/nowhere", {}, 404),
        ("/live/tickets/NOSUCHTICKET", {}, 404),
        ("/live/tickets/..%2F..%2Fetc", {}, 404),
        ("/live/", {}, 404),
        ("/live/halls/shuangliu", {"Authorization": "Bearer wrong"}, 401),
        ("/live/halls/shuangliu", {"Authorization": "Basic wrong"}, 401),
    ],
)
def test_a_stream_that_cannot_be_is_refused_as_a_problem(
    open_hall: Any, path: str, headers: dict[str, str], status: int
):
    answer = httpx.get(f"{open_hall.url}{path}", headers=headers, timeout=10, trust_env=False)

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_windows_that_call_at_the_same_instant_get_each_number_once(open_hall: Any):
    windows = [w for w in open_hall.seeds["keys"]["desk"] if w.startswith("dongguan-")][:40]
    with open_hall.api("kiosk", "dongguan") as kiosk:
        letters = [c["code"] for c in kiosk.get("/halls/dongguan").json()["categories"]]
        for i in range(25):
            assert (
                kiosk.post("/halls/dongguan/tickets", json={"category": letters[i % len(letters)]}).status_code == 201
            )

    def call(window: str) -> tuple[int, str | None]:
        with open_hall.api("desk", window) as desk:
            desk.post(f"/windows/{window}/sign-in").raise_for_status()
            answer = desk.post(f"/windows/{window}/calls")
            return answer.status_code, answer.json()["id"] if answer.status_code == 201 else None

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(call, windows))

    called = Counter(ref for _, ref in answers if ref)
    assert {status for status, _ in answers} <= {201, 204}
    assert [ref for ref, times in called.items() if times > 1] == []
    assert len(called) > 0


def test_the_fast_lane_refuses_as_the_slow_one_does(open_hall: Any):
    with open_hall.api("channel") as api, httpx.Client(base_url=f"{open_hall.url}/api/v1", trust_env=False) as nobody:
        answers = [
            api.post("/appointments", content=b"{", headers={"Content-Type": "application/json"}),
            api.post("/appointments", json={"slot": 1, "item": "x", "person": {}, "source": "app", "more": 1}),
            api.post("/appointments", content=b"x" * (2 * 1024 * 1024), headers={"Content-Type": "application/json"}),
            nobody.post("/appointments", json={}),
            api.post("/halls/dongguan/tickets", json={"category": "A"}),
            api.post("/windows/dongguan-001/calls"),
            api.get("/appointments"),
        ]

    assert [a.status_code for a in answers] == [422, 422, 413, 401, 403, 403, 405]
    assert {a.headers["content-type"] for a in answers} == {"application/problem+json"}
