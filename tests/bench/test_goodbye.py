"""What the crowd says when the server it asks goes first."""

from __future__ import annotations

import asyncio
import gc
import json
from pathlib import Path
from typing import Any

import pytest

from banshi.crowd import run
from banshi.crowd.ledger import Finding
from banshi.crowd.run import Crowd

HALLS = ("first", "second", "third")


def crowd(folder: Path, monkeypatch: pytest.MonkeyPatch, compared: Any) -> Crowd:
    """A crowd of three halls whose figures are compared so."""
    keys: dict[str, Any] = {"channel": "c", "read": "r", "demo": "d", "kiosk": {}, "desk": {}}
    (folder / "demo.json").write_text(json.dumps({"keys": keys}))
    made = Crowd("http://nowhere", folder / "demo.json", {"json": True})
    monkeypatch.setattr(made, "halls", dict.fromkeys(HALLS))
    monkeypatch.setattr(made, "_compared", compared)
    monkeypatch.setattr(made, "_tell", lambda findings, trouble: ([each.hall for each in findings], trouble))
    return made


def reported(made: Crowd) -> tuple[Any, list[str]]:
    """What the report says, and what is said of tasks that nobody asked how they went."""
    said: list[str] = []

    async def report() -> Any:
        asyncio.get_running_loop().set_exception_handler(lambda _, about: said.append(about["message"]))
        told = await made._report()
        await asyncio.sleep(0)
        gc.collect()
        return told

    return asyncio.run(report()), said


def test_a_server_that_goes_is_said_once_and_leaves_no_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async def compared(code: str, _: Any) -> list[Finding]:
        if code == "second":
            return [Finding(code, "tickets", 1, 1, "same")]
        raise RuntimeError("GET /stats/visits: 503")

    told, said = reported(crowd(tmp_path, monkeypatch, compared))

    assert told == (["second"], "GET /stats/visits: 503")
    assert said == []


def test_a_server_that_falls_silent_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async def compared(code: str, _: Any) -> list[Finding]:
        if code != "first":
            await asyncio.Event().wait()
        return [Finding(code, "tickets", 1, 1, "same")]

    monkeypatch.setattr(run, "GONE_S", 0.05)
    made = crowd(tmp_path, monkeypatch, compared)
    made.told.set()

    told, said = reported(made)

    assert told == (["first"], "no answer in time")
    assert said == []


def test_a_mistake_of_our_own_is_not_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async def compared(code: str, _: Any) -> list[Finding]:
        return [{}[code]]

    with pytest.raises(KeyError):
        reported(crowd(tmp_path, monkeypatch, compared))
