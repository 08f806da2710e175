"""A video call under fire: somebody writes, the folder grows and a time is booked, each with one key until there is an answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final

import httpx

from banshi.crowd.people import person
from tests.e2e.conftest import ComesAgain
from tests.e2e.crash_matters import FIRST, ITEM

STANDS: Final = """
SELECT (SELECT count(*) FROM remote_said), (SELECT count(*) FROM remote_talk WHERE ended_at IS NULL),
  (SELECT count(*) FROM cases_case WHERE phase = 'draft'), (SELECT count(*) FROM booking_appointment)
"""


class Call:
    """Two who talk with the two seats of a hall; three requests inside."""

    def __init__(self, running: Any, hall: str) -> None:
        self.running, self.hall = running, hall
        self.keys: list[str] = running.seeds["keys"]["staff"][hall]["video"]
        self.refs = [self._talking(n, key) for n, key in enumerate(self.keys)]
        self.troubles: list[BaseException] = []
        one, other = self.refs
        slot = self._slot()
        acts: list[Callable[[], httpx.Response]] = [
            lambda: self.ask(
                None, "post", f"/remote/sessions/{one}/lines", {"text": "我的执照在哪里办", "key": "line-1"}
            ),
            lambda: self.ask(self.keys[0], "patch", f"/remote/sessions/{one}/folder", {}),
            lambda: self.ask(self.keys[1], "post", f"/remote/sessions/{other}/hand-over", {"slot": slot}),
        ]
        self.threads = [threading.Thread(target=self._run, args=(act,)) for act in acts]

    def ask(self, key: str | None, method: str, path: str, body: Any) -> httpx.Response:
        """With one Idempotency-Key, until there is an answer. :param key: of a seat; None: of whoever asked."""
        once = {"Idempotency-Key": f"call-{method}-{path}".replace("/", "-")}
        with self._by(key) as api:
            while True:
                try:
                    answer = api.request(method, path, json=body, headers=once)
                except httpx.HTTPError:
                    time.sleep(0.05)
                    continue
                if answer.status_code < 500:
                    return answer
                time.sleep(0.05)

    def _by(self, key: str | None) -> httpx.Client:
        return httpx.Client(
            base_url=f"{self.running.url}/api/v1", timeout=180, transport=ComesAgain(), trust_env=False,
            headers={"Authorization": f"Bearer {key or self.running.key('channel')}"},
        )  # fmt: skip

    def _talking(self, n: int, key: str) -> str:
        said = {
            "person": person(FIRST + 500 + n, hall=self.hall).body(),
            "item": ITEM,
            "hall": self.hall,
            "media": "text",
        }
        with self._by(None) as caller, self._by(key) as seat:
            ref = str(caller.post("/remote/sessions", json={**said, "from": "web"}).raise_for_status().json()["id"])
            seat.post("/remote/seats/ready").raise_for_status()
            seat.post(f"/remote/sessions/{ref}/answer").raise_for_status()
        return ref

    def _slot(self) -> int:
        with self._by(None) as api:
            rows = api.get(f"/halls/{self.hall}/slots", params={"item": ITEM}).raise_for_status().json()["data"]
        return int(next(row["id"] for row in rows if row["bookable"]))

    def _run(self, act: Callable[[], httpx.Response]) -> None:
        try:
            act().raise_for_status()
        except BaseException as trouble:
            self.troubles.append(trouble)

    def go(self) -> None:
        for thread in self.threads:
            thread.start()

    def through(self) -> None:
        """Each has its answer, and the calls go on until their seats end them."""
        for thread in self.threads:
            thread.join(timeout=180)
        assert not any(thread.is_alive() for thread in self.threads)
        assert self.troubles == []
        for ref, key in zip(self.refs, self.keys, strict=True):
            with self._by(key) as seat:
                assert seat.get("/remote/seats/mine").json()["session"]["state"] == "talking"
                assert seat.post(f"/remote/sessions/{ref}/end", json={"why": "helped"}).status_code == 200
