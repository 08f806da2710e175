"""Numbers ahead over HTTP: of the machine's own key alone, and in the line once they are told."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.rooms.devices.models import Device
from banshi.rooms.identity.actions import create_key
from banshi.rooms.tickets.models import Ticket
from tests.surfaces.api.conftest import Calls
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db


@pytest.fixture
def machine(calls: Calls) -> Device:
    calls.keys["machine"] = create_key(name="k-1", scope="kiosk", hall="town", device="k-1", now=TUESDAY_NINE)
    return Device.objects.create(hall=calls.town.hall, code="k-1", kind="kiosk", name="一号机")


def what(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("type", "")


def one(seq: int, **more: Any) -> dict[str, Any]:
    return {"letter": "PA", "seq": seq, "ago_s": 60, **more}


def test_granted_given_and_told_twice(calls: Calls, machine: Device) -> None:
    granted = calls("post", "/devices/k-1/numbers/ahead", "machine").json()
    told = [calls("post", "/devices/k-1/numbers", "machine", {"given": [one(1, language="en"), one(2)]}) for _ in "12"]

    (of_a, of_b) = granted["data"]
    assert (granted["hall"], of_a["letter"], of_a["first"], of_a["last"], of_b["letter"]) == ("town", "PA", 1, 60, "PB")
    assert [each["number"] for each in told[0].json()["data"]] == ["PA001", "PA002"]
    assert (what(told[1]), told[1].json()["data"]) == ((200, ""), [])
    assert list(Ticket.objects.order_by("seq").values_list("language", flat=True)) == ["en", "zh-hans"]


def test_another_machines_numbers_are_not_given(calls: Calls, machine: Device) -> None:
    Device.objects.create(hall=calls.town.hall, code="k-2", kind="kiosk", name="二号机")
    calls("post", "/devices/k-1/numbers/ahead", "machine")
    body = {"given": [one(1)]}

    refused = [
        what(calls("post", f"/devices/{device}/numbers{path}", key, sent))
        for path, sent in (("/ahead", None), ("", body))
        for device, key in (("k-2", "machine"), ("k-1", "kiosk"), ("k-1", "manage"))
    ]

    assert refused == [(404, "nothing-found"), (404, "nothing-found"), (403, "not-allowed")] * 2
    assert what(calls("post", "/devices/k-1/numbers", "machine", {"given": [one(61)]})) == (422, "invalid")
    assert Ticket.objects.count() == 0


@pytest.mark.parametrize(
    "given",
    [
        [], [one(0)], [one(100_000)], [{"letter": "PA", "seq": 1}], [one(1, ago_s=-1)], [one(1, letter="pa")],
        [one(1, language="fr")], [one(1, more=1)], [one(1)] * 201, "x",
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused(calls: Calls, machine: Device, given: Any) -> None:
    calls("post", "/devices/k-1/numbers/ahead", "machine")

    assert what(calls("post", "/devices/k-1/numbers", "machine", {"given": given})) == (422, "invalid")
