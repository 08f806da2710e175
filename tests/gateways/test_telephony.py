"""The exchange is asked to dial with a signed request; what it does not take was not dialled."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from banshi.gateways.sms_http import signature
from banshi.gateways.telephony import Http, StandIn
from banshi.rooms.hotline.ports import Unreachable

DIAL = {"call": "out-1", "agent": "town-hotline", "phone": "+8613800138000"}


@pytest.fixture(autouse=True)
def exchange(settings: Any) -> None:
    settings.BANSHI_TELEPHONY_URL = "https://exchange.example/calls"
    settings.BANSHI_TELEPHONY_KEY, settings.BANSHI_TELEPHONY_SECRET = "k", "s"


def answering(monkeypatch: pytest.MonkeyPatch, status: int) -> list[httpx.Request]:
    asked: list[httpx.Request] = []

    def post(url: str, *, content: bytes, headers: dict[str, str], timeout: float) -> httpx.Response:
        asked.append(httpx.Request("POST", url, content=content, headers=headers))
        if not status:
            raise httpx.ConnectTimeout("late")
        return httpx.Response(status, request=asked[-1])

    monkeypatch.setattr("banshi.gateways.telephony.httpx.post", post)
    return asked


def test_who_is_to_be_rung_is_said_and_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(monkeypatch, 202)

    Http().dial(**DIAL)

    (one,) = asked
    body, sent = one.content, one.headers
    assert (json.loads(body), sent["Idempotency-Key"], sent["X-Banshi-Key"]) == (DIAL, "out-1", "k")
    assert sent["X-Banshi-Signature"] == signature("s", sent["X-Banshi-Timestamp"], body)


@pytest.mark.parametrize("status", [0, 400, 401, 500, 503])
def test_what_it_does_not_take_was_not_dialled(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    answering(monkeypatch, status)

    with pytest.raises(Unreachable):
        Http().dial(**DIAL)


def test_the_demos_stand_in_fails_only_where_it_is_set_to(settings: Any) -> None:
    StandIn().dial(**DIAL)
    settings.BANSHI_TELEPHONY_DOWN = True

    with pytest.raises(Unreachable):
        StandIn().dial(**DIAL)
