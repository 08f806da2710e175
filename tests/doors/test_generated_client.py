"""A client that openapi-python-client makes of openapi.json books, moves and cancels against the server as it runs."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from banshi.rooms.booking.models import Appointment
from tests.doors.conftest import serving
from tests.surfaces.api.conftest import PERSON, Calls
from tests.town import at

NAME = "banshi_client"
Module = Callable[[str], Any]

FILES = dict.fromkeys(("application/pdf", "image/jpeg"), "application/octet-stream")  # as a client takes them


@pytest.fixture
def generated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes], Module]]:
    """`generated(document)("models")`: a module of the client made of it."""

    def make(document: bytes) -> Module:
        written = tmp_path / "openapi.json"
        written.write_bytes(document)
        (tmp_path / "client.json").write_text(json.dumps({"content_type_overrides": FILES}))
        made = subprocess.run(
            [sys.executable, "-m", "openapi_python_client", "generate", "--path", str(written), "--meta", "none"]
            + ["--output-path", str(tmp_path / NAME), "--fail-on-warning", "--config", str(tmp_path / "client.json")],
            env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"},  # it formats what it writes with ruff
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode == 0, made.stdout + made.stderr
        monkeypatch.syspath_prepend(str(tmp_path))
        return lambda module: importlib.import_module(f"{NAME}.{module}")

    yield make
    for module in [each for each in sys.modules if each.split(".")[0] == NAME]:
        del sys.modules[module]


@pytest.mark.race
def test_it_books_moves_and_cancels(
    committed_calls: Calls, tmp_path: Path, generated: Callable[[bytes], Module]
) -> None:
    town, key = committed_calls.town, committed_calls.keys["channel"]
    first, other = town.slot(), town.slot(starts=at("2026-03-12 09:00"))
    with serving(tmp_path) as served:
        module = generated(served.get("/api/v1/openapi.json").content)
        models, asked = module("models"), "api.appointments."
        client = module("client").AuthenticatedClient(
            served.url, key, httpx_args={"trust_env": False}, timeout=httpx.Timeout(120)
        )
        person = models.PersonIn.from_dict(PERSON)

        with client:
            shown = module(f"{asked}list_slots").sync("town", client=client, item="pension")
            wish = models.BookingIn(slot=first.pk, item="pension", person=person, source=models.BookingInSource.APP)
            booked = module(f"{asked}book").sync(client=client, body=wish, idempotency_key="once")
            again = module(f"{asked}book").sync(client=client, body=wish, idempotency_key="once")
            twice = module(f"{asked}book").sync_detailed(client=client, body=wish)
            moved = module(f"{asked}move_appointment").sync(
                booked.code, client=client, body=models.MoveIn(slot=other.pk), idempotency_key="moved"
            )
            seen = module(f"{asked}get_appointment").sync(booked.code, client=client)
            cancelled = module(f"{asked}cancel_appointment").sync_detailed(booked.code, client=client)

    assert [each.id for each in shown.data] == [first.pk, other.pk]
    assert (booked.status, again.code, booked.starts_at) == ("booked", booked.code, first.starts_at)
    assert (twice.status_code, type(twice.parsed), twice.parsed.type_) == (409, models.Problem, "limit-half-day")
    assert (moved.code, moved.starts_at, seen.starts_at) == (booked.code, other.starts_at, other.starts_at)
    assert (cancelled.status_code, cancelled.parsed.status) == (200, "cancelled")
    assert list(Appointment.objects.values_list("code", "state", "slot")) == [(booked.code, "cancelled", other.pk)]
