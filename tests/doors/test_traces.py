"""Every API write is one line in the log, with the id that the caller was told: on the bare lanes and off them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from banshi.config import middleware
from banshi.surfaces.api import traces
from tests.doors.conftest import Asgi
from tests.surfaces.api.conftest import booking, keys_of, open_all_day, stop_the_clock
from tests.town import Town


class Book:
    """A log that is read in the test."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []

    def info(self, event: str, **line: Any) -> None:
        self.lines.append({"event": event, **line})


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch) -> Book:
    one = Book()
    monkeypatch.setattr(traces, "log", one)
    monkeypatch.setattr(middleware, "log", one)
    return one


def test_each_api_write_leaves_one_line_with_its_request_id(asgi: Asgi, committed_town: Town, book: Book) -> None:
    stop_the_clock()
    open_all_day(committed_town)
    keys = keys_of(committed_town)

    def write(path: str, key: str, body: dict[str, Any], *, said: str = "", method: str = "post") -> Any:
        headers = {"Authorization": f"Bearer {keys[key]}", **({"X-Request-Id": said} if said else {})}
        return asgi(method, f"/api/v1{path}", json.dumps(body).encode(), **headers)

    made = write("/appointments", "channel", booking(committed_town.slot()), said="from-the-partner")
    answers = [
        made,
        write("/halls/town/tickets", "kiosk", {"category": "A"}),
        write("/windows/town-01/sign-in", "desk", {}),
        write("/windows/town-01/calls", "desk", {}),
        write(f"/appointments/{made.json()['code']}", "channel", {}, method="delete"),
        write("/halls/town/tickets", "read", {"category": "A"}, said="not one word"),
    ]

    assert [each["operation"] for each in book.lines] == [
        "book", "issue_ticket", "sign_in", "call_next", "cancel_appointment", "issue_ticket",
    ]  # fmt: skip
    assert [each["request_id"] for each in book.lines] == [each.headers["x-request-id"] for each in answers]
    assert [each["status"] for each in book.lines] == [each.status for each in answers]
    assert answers[0].headers["x-request-id"] == "from-the-partner"
    assert len({each.headers["x-request-id"] for each in answers}) == len(answers)
