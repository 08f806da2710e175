"""Whole matters under fire, from the first paper – in parts or at once – to the licence in hand: each step with one
Idempotency-Key until there is an answer. Remembers what was acknowledged.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import httpx

from banshi.crowd.filling import filled, picture
from banshi.crowd.matters import LATER
from banshi.crowd.people import person
from banshi.kernel.documents import generate_resident_id
from tests.e2e.conftest import ComesAgain

ITEM = "sole-trader-licence-new"
FIRST = 900_000  # of the crowd's people: nobody else is one of these
ONCE = ("submit", "pass", "receive", "accept", "hand_over", "opine", "decide", "issue", "shelve", "deliver")


class Matters:
    """One worker; `done`: (number, verb) acknowledged; `files`: (number, paper) acknowledged."""

    def __init__(self, running: Any, hall: str, worker: int) -> None:
        self.running, self.hall, self.worker = running, hall, worker
        self.staff = running.seeds["keys"]["staff"][hall]
        self.done: list[tuple[str, str]] = []
        self.files: list[tuple[str, str]] = []

    @property
    def through(self) -> int:
        return sum(verb == "deliver" for _, verb in self.done)

    def until(self, over: threading.Event) -> None:
        n = 0
        while not over.is_set():
            n += 1
            self.one(n, over)

    # ---- one matter ----

    def one(self, n: int, over: threading.Event) -> None:
        with self._by() as applicant:
            no, papers = self.open(applicant, n)
            for place, code in enumerate(papers):
                (self.in_parts if place == 0 else self.at_once)(applicant, no, code)
            self.walk(applicant, no, over=over)

    def open(self, applicant: httpx.Client, n: int) -> tuple[str, list[str]]:
        """A filled draft: its number, and the papers that are sent as files."""
        seed = f"crash/{self.worker}/{n}"
        who = {**person(FIRST + self.worker * 10_000 + n, hall=self.hall).body()}
        who["id_number"] = generate_resident_id("110101", self._born(n), 100 + self.worker)
        answers = self._answers(applicant)
        asked = self._surely(applicant, "/forms", {"items": [ITEM], "answers": answers, "person": who}, f"form-{seed}")
        opened = self._surely(applicant, "/cases", {
            "item": ITEM, "hall": self.hall, "person": who, "channel": "web", "anyway": True, "answers": answers,
            "form": filled(asked.json()["fields"], who, seed=seed, today=None),
        }, f"open-{seed}")  # fmt: skip
        no = opened.json()["case_no"]
        self.done.append((no, "open"))
        wanted = opened.json()["requirements"]
        return no, [p["code"] for p in wanted if p["necessity"] != "optional" and "upload" in p["channels"]]

    def walk(
        self,
        applicant: httpx.Client,
        no: str,
        *,
        since: str = "",
        before: str = "",
        over: threading.Event | None = None,
    ) -> None:
        """One step after the other. :param since: begin with this one. :param before: the one that is not taken."""
        steps = self._steps(applicant, no)
        first = ONCE.index(since) if since else 0
        for verb, step in steps[first:]:
            if verb == before or (over is not None and over.is_set()):
                return
            tries = 0
            while (answer := step(f"{verb}-{no}-{tries}")).status_code == 409 and answer.json()["type"] in LATER:
                tries += 1  # its seal follows, somebody else has it: nothing was done
                time.sleep(0.3)
            assert answer.is_success, (verb, answer.text)
            self.done.append((no, verb))

    def _steps(self, applicant: httpx.Client, no: str) -> list[tuple[str, Callable[[str], httpx.Response]]]:
        def staff(role: str, verb: str, body: Callable[[dict[str, Any]], Any] = lambda case: None) -> Any:
            def step(key: str) -> httpx.Response:
                case = self._read(applicant, no)
                with self._by(role) as api:
                    return self._surely(api, f"/cases/{no}/{verb}", body(case), key)

            return step

        def judged(case: dict[str, Any]) -> Any:
            return {
                "verdicts": [{"material": p["code"], "ok": True} for p in case["requirements"] if p["state"] == "came"]
            }

        def on_paper(case: dict[str, Any]) -> Any:
            return {"materials": [
                {"requirement": p["code"], "channel": "paper", "copies": max(1, p["originals"] + p["copies"])}
                for p in case["requirements"] if p["necessity"] != "optional" and not p["materials"]
            ]}  # fmt: skip

        return [
            ("submit", lambda key: self._surely(applicant, f"/cases/{no}/submit", None, key)),
            ("pass", staff("pre_reviewer", "pass", judged)),
            ("receive", staff("receiver", "receive", on_paper)),
            ("accept", staff("receiver", "accept", judged)),
            ("hand_over", staff("receiver", "hand-over")),
            ("opine", staff("reviewer", "opine", lambda case: {"says": "grant", "text": "齐全，符合条件。"})),
            ("decide", staff("approver", "decide", lambda case: {"grant": True, "reason": ""})),
            ("issue", staff("issue_clerk", "issue")),
            ("shelve", staff("issue_clerk", "shelve", lambda case: {"place": "A-1"})),
            ("deliver", staff("issue_clerk", "deliver", self._handed)),
        ]

    @staticmethod
    def _handed(case: dict[str, Any]) -> Any:
        code = (case["delivery"] or {}).get("code") or ""
        return {"channel": "counter", "code": code, "identity": not code}

    # ---- papers ----

    def at_once(self, api: httpx.Client, no: str, code: str) -> None:
        self._ask(lambda: api.post(
            f"/cases/{no}/materials", data={"requirement": code, "channel": "upload"},
            files={"file": ("page.jpg", picture(), "image/jpeg")}, headers={"Idempotency-Key": f"file-{no}-{code}"},
        ))  # fmt: skip
        self.files.append((no, code))

    def in_parts(self, api: httpx.Client, no: str, code: str) -> None:
        content = picture() + bytes(600_000)  # behind the picture's end: several parts, and a picture all the same
        said = {
            "requirement": code,
            "name": "page.jpg",
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        begun = self._surely(api, f"/cases/{no}/uploads", said, f"begin-{no}-{code}").json()
        ref, size, offset = begun["id"], begun["part_bytes"], begun["offset"]
        while offset < len(content):
            part = content[offset : offset + size]
            came = self._ask(lambda part=part, offset=offset: api.put(
                f"/cases/{no}/uploads/{ref}/parts", params={"requirement": code, "offset": offset}, content=part,
                headers={"Content-Type": "application/octet-stream"},
            ))  # fmt: skip
            body = came.json()
            offset = body["offset"] if came.is_success else body["facts"]["offset"]
        finish = {"requirement": code, "channel": "upload"}
        self._surely(api, f"/cases/{no}/uploads/{ref}/finish", finish, f"finish-{no}-{code}")
        self.files.append((no, code))

    # ---- how one asks ----

    def by_channel(self) -> httpx.Client:
        return self._by()

    def _by(self, role: str = "") -> httpx.Client:
        key = self.staff[role][-1] if role else self.running.key("channel")
        return httpx.Client(
            base_url=f"{self.running.url}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=30,
            transport=ComesAgain(), trust_env=False,
        )  # fmt: skip

    def _answers(self, api: httpx.Client) -> dict[str, str]:
        answers: dict[str, str] = {}
        while True:
            guided = self._ask(
                lambda: api.post(f"/items/{ITEM}/guide", json={"hall": self.hall, "answers": answers})
            ).json()
            question = guided["next_question"]
            if question is None:
                return answers
            answers[question["id"]] = question["options"][0]["id"]

    def _read(self, api: httpx.Client, no: str) -> dict[str, Any]:
        found: dict[str, Any] = self._ask(lambda: api.get(f"/cases/{no}")).json()
        return found

    def _surely(self, api: httpx.Client, path: str, body: Any, key: str) -> httpx.Response:
        answer = self._ask(lambda: api.post(path, json=body, headers={"Idempotency-Key": key}))
        assert answer.status_code < 400 or answer.status_code == 409, (path, answer.text)
        return answer

    @staticmethod
    def _ask(act: Callable[[], httpx.Response]) -> httpx.Response:
        """Until there is an answer; that nothing was done, and to come again, is none."""
        while True:
            try:
                answer = act()
                if answer.status_code != 503:
                    return answer
            except httpx.HTTPError:
                time.sleep(0.05)

    @staticmethod
    def _born(n: int) -> date:
        return date(1960 + n % 30, 1 + n % 12, 1 + n % 27)
