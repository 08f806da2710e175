"""Whatever breaks says in the log which request it was: pages, the API, its lanes, and nothing of the person."""

from __future__ import annotations

import json
from typing import Any

import pytest

from banshi.rooms.identity.actions import create_key
from tests.doors.conftest import Asgi
from tests.surfaces.api.conftest import PERSON, booking, open_all_day, stop_the_clock
from tests.town import TUESDAY_NINE, Town

PHONE = PERSON["phone"]


def breaks(*_args: Any, **_more: Any) -> Any:
    raise RuntimeError(f"no route to {PHONE} for {PERSON['id_number']}")


@pytest.mark.parametrize(
    ("method", "path", "broken"),
    [
        ("GET", "/screens/town/board", "banshi.rooms.places.queries.hall_by_code"),
        ("GET", "/api/v1/halls/town", "banshi.rooms.places.queries.hall_by_code"),
        ("POST", "/api/v1/appointments", "banshi.surfaces.api.bookings._book_together"),
        ("POST", "/api/v1/halls/town/tickets", "banshi.rooms.tickets.actions.issue_many"),
        ("POST", "/api/v1/windows/town-01/calls", "banshi.rooms.tickets.actions.call_next_many"),
    ],
)
def test_what_breaks_names_its_request_and_nobody(
    asgi: Asgi, committed_town: Town, monkeypatch: pytest.MonkeyPatch, capfd: Any, method: str, path: str, broken: str
) -> None:
    stop_the_clock()
    open_all_day(committed_town)
    scopes = {"appointments": "channel", "tickets": "kiosk", "calls": "desk"}
    scope = scopes.get(path.rsplit("/", 1)[1], "read")
    bound: dict[str, Any] = {"kiosk": {"hall": "town"}, "desk": {"hall": "town", "staff": committed_town.clerk}}.get(
        scope, {}
    )
    key = create_key(name="k", scope=scope, now=TUESDAY_NINE, **bound)
    content = {"appointments": booking(committed_town.slot()), "tickets": {"category": "A"}}.get(path.rsplit("/", 1)[1])
    body = json.dumps(content).encode() if content else b""
    monkeypatch.setattr(broken, breaks)
    capfd.readouterr()

    reply = asgi(method, path, body, Authorization=f"Bearer {key}", X_Request_Id="trace-7")
    written = "".join(capfd.readouterr())

    errors = [line for line in written.splitlines() if "[error" in line]
    assert (reply.status, reply.headers["x-request-id"]) == (500, "trace-7")
    assert errors
    assert [line for line in errors if "request_id=trace-7" not in line] == []
    assert [secret for secret in (PHONE, PERSON["id_number"], PERSON["name"], key) if secret in written] == []
