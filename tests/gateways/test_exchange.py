"""Batches by HTTP: signed, the same number with the same bytes each time, and no answer is no loss."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from banshi.gateways.exchange import Http, signature

URL = "https://front.example.gov.cn/batches"


class Platform:
    """A front machine that keeps what it was sent, or answers with `status`."""

    def __init__(self) -> None:
        self.status, self.kept, self.receipts = 200, {}, {}  # type: ignore[var-annotated]

    def __call__(self, method: str, url: httpx.URL, *, content: bytes, headers: dict[str, str], timeout: float) -> Any:
        at, sign = headers["X-Banshi-Timestamp"], headers["X-Banshi-Signature"]
        if sign != signature("secret", method, url.path, at, content):
            return httpx.Response(401)
        if self.status != 200:
            return httpx.Response(self.status)
        no = url.path.removeprefix("/batches/").removesuffix("/receipts")
        if method == "PUT":
            assert self.kept.setdefault(no, content) == content
            return httpx.Response(201)
        return httpx.Response(200, content=self.receipts[no]) if no in self.receipts else httpx.Response(404)


@pytest.fixture
def platform(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Platform:
    settings.BANSHI_EXCHANGE_URL, settings.BANSHI_EXCHANGE_SECRET = f"{URL}/", "secret"
    made = Platform()
    monkeypatch.setattr(httpx, "request", made)
    return made


def test_the_same_batch_twice_is_once(platform: Platform) -> None:
    for _ in range(2):
        Http().send("20260310000001", b"{}")

    assert platform.kept == {"20260310000001": b"{}"}


def test_answers_come_back_row_by_row(platform: Platform) -> None:
    before = Http().receipts("1")
    said = [{"row_guid": "a", "accepted": True}, {"row_guid": "b", "accepted": False, "why": "缺字段"}]
    platform.receipts["1"] = json.dumps(said).encode()

    assert (before, Http().receipts("1")) == ({}, {"a": "", "b": "缺字段"})


@pytest.mark.parametrize("status", [302, 401, 409, 500, 503])
def test_what_is_not_taken_is_tried_again(platform: Platform, status: int) -> None:
    platform.status = status

    for act in (lambda: Http().send("1", b"{}"), lambda: Http().receipts("1")):
        with pytest.raises(OSError, match=str(status)):
            act()


@pytest.mark.parametrize("content", [b"<html>", b"{}1", b'[{"row": 1}]', b'["a"]', b"[1]", b"7"])
def test_what_are_no_receipts_changes_nothing(platform: Platform, content: bytes) -> None:
    platform.receipts["1"] = content

    with pytest.raises(OSError, match="not receipts"):
        Http().receipts("1")


def test_who_cannot_be_reached_or_is_nobody_is_tried_again(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.conf import settings

    def away(*_: Any, **__: Any) -> Any:
        raise httpx.ConnectTimeout("slow")

    monkeypatch.setattr(httpx, "request", away)
    with pytest.raises(OSError, match="ConnectTimeout"):
        Http().send("1", b"{}")
    monkeypatch.setattr(settings, "BANSHI_EXCHANGE_SECRET", "")
    with pytest.raises(OSError, match="not set"):
        Http().send("1", b"{}")
