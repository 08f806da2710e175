"""A machine's own program over HTTP: let in once, its orders handed out once, each ended once; nobody else's."""

from __future__ import annotations

import json
from typing import Any

import pytest

from banshi.foundation import clock
from banshi.kernel.actors import SYSTEM
from banshi.kernel.machine_orders import KINDS, SAID, WHYS
from banshi.kernel.version import VERSION
from banshi.rooms.devices import actions
from banshi.rooms.devices.actions import orders
from banshi.rooms.devices.models import Device, DeviceOrder
from banshi.surfaces.api import keys
from banshi.surfaces.api.device_orders import MAY_WAIT
from banshi.surfaces.api.device_schemas import MachineOrderOut, OrderEndedIn
from tests.surfaces.api.conftest import Calls
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
LINES = {"lines": ["暂停办理"]}


@pytest.fixture
def machine(calls: Calls) -> Device:
    return Device.objects.create(hall=calls.town.hall, code="k-1", kind="kiosk", name="一号机")


def secret() -> str:
    return actions.new_secret(code="k-1", by=SYSTEM, now=TUESDAY_NINE)


@pytest.fixture
def key(calls: Calls, machine: Device) -> str:
    answer = calls("post", "/devices/k-1/enrol", "", {"code": secret()})
    return answer.json()["key"]


def given(machine: Device, key: str = "t-1") -> DeviceOrder:
    return orders.give(device=machine, key=key, kind="show", body=LINES, by=SYSTEM, at=clock.wall(), now=TUESDAY_NINE)


def what(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("type", "")


def test_an_order_is_fetched_once_and_its_end_told_once_or_twice(calls: Calls, machine: Device, key: str) -> None:
    order = given(machine)

    fetched = [calls("get", "/devices/k-1/orders", key) for _ in range(2)]
    ended = [calls("post", f"/devices/k-1/orders/{order.pk}/ended", key, {"state": "done"}) for _ in range(2)]
    other = calls("post", f"/devices/k-1/orders/{order.pk}/ended", key, {"state": "failed", "why": "jam"})

    told = {"id": order.pk, "key": "t-1", "kind": "show", "body": LINES, "takes_s": 60}
    assert [answer.json() for answer in fetched] == [
        {"data": [told], "version": VERSION}, {"data": [], "version": VERSION},
    ]  # fmt: skip
    assert fetched[0]["Cache-Control"] == "no-store"
    assert [(a.status_code, a.json()) for a in ended] == [(200, {"id": order.pk, "state": "done", "why": ""})] * 2
    assert (what(other), other.json()["facts"]["state"]) == ((409, "wrong-state"), "done")


def test_who_would_wait_is_told_that_there_is_nothing(calls: Calls, machine: Device, key: str) -> None:
    empty = [calls("get", f"/devices/k-1/orders{query}", key).get(MAY_WAIT) for query in ("", "?wait=0", "?wait=7")]
    given(machine)

    assert (empty, calls("get", "/devices/k-1/orders?wait=7", key).get(MAY_WAIT)) == ([None, None, "7"], None)


@pytest.mark.parametrize("wait", ["-1", "26", "x", "", "1.5"])
def test_nobody_waits_for_ever(calls: Calls, key: str, wait: str) -> None:
    assert what(calls("get", f"/devices/k-1/orders?wait={wait}", key)) == (422, "invalid")


def test_a_code_lets_one_program_in_and_a_wrong_one_none(calls: Calls, machine: Device) -> None:
    old, code = secret(), secret()
    asked = [
        ("k-1", {"code": old}), ("k-2", {"code": code}), ("k-1", {"code": "guessed"}), ("k-1", {"code": code}),
        ("k-1", {"code": code}),
    ]  # fmt: skip

    answers = [what(calls("post", f"/devices/{device}/enrol", "", body)) for device, body in asked]

    assert answers == [(409, "code-wrong")] * 3 + [(201, ""), (409, "code-wrong")]


def test_another_machines_orders_are_neither_read_nor_ended(calls: Calls, machine: Device, key: str) -> None:
    second = Device.objects.create(hall=calls.town.hall, code="k-2", kind="kiosk", name="二号机")
    elsewhere = Device.objects.create(hall=calls.town.other_hall, code="k-3", kind="kiosk", name="三号机")
    rows = {row.code: given(row) for row in (second, elsewhere)}

    def tried(device: str, order: int, key: str) -> list[tuple[int, str]]:
        return [
            what(calls("get", f"/devices/{device}/orders", key)),
            what(calls("post", f"/devices/{device}/orders/{order}/ended", key, {"state": "done"})),
        ]

    assert tried("k-2", rows["k-2"].pk, key) == [(404, "nothing-found")] * 2
    assert tried("k-2", rows["k-2"].pk, "kiosk") == [(404, "nothing-found")] * 2  # a hall's key without a machine
    assert tried("k-3", rows["k-3"].pk, key) == [(403, "not-your-hall")] * 2
    assert tried("k-2", rows["k-2"].pk, "manage") == [(403, "not-allowed")] * 2
    ended = calls("post", f"/devices/k-1/orders/{rows['k-2'].pk}/ended", key, {"state": "done"})
    assert what(ended) == (404, "nothing-found")
    assert set(DeviceOrder.objects.values_list("state", flat=True)) == {"waiting"}


@pytest.mark.parametrize("how", ["retired", "new code"])
def test_a_key_of_before_opens_nothing(calls: Calls, machine: Device, key: str, how: str) -> None:
    given(machine)
    if how == "retired":
        actions.retire(code="k-1", by=SYSTEM, now=TUESDAY_NINE)
    else:
        secret()
    keys.forget()  # a running process hears of it from the database

    assert what(calls("get", "/devices/k-1/orders", key)) == (401, "unauthenticated")
    assert DeviceOrder.objects.get().state == "waiting"


def test_what_is_said_of_an_order_is_known_words(calls: Calls, machine: Device, key: str) -> None:
    order = given(machine)
    calls("get", "/devices/k-1/orders", key)
    wrong: list[Any] = [
        {}, {"state": "sent"}, {"state": "failed"}, {"state": "done", "why": "jam"}, {"state": "failed", "why": "x"},
        {"state": None}, {"state": "failed", "why": None}, {"state": "done", "more": 1}, [], b"{", b"null",
    ]  # fmt: skip

    answers = [what(calls("post", f"/devices/k-1/orders/{order.pk}/ended", key, body)) for body in wrong]
    strange = [calls("post", f"/devices/k-1/orders/{no}/ended", key, {"state": "done"}) for no in ("0", "x", 2**70)]

    assert answers == [(422, "invalid")] * len(wrong)
    assert [what(answer) for answer in strange] == [(404, "nothing-found")] * 3
    assert DeviceOrder.objects.get().state == "sent"


def test_the_document_names_the_words_that_the_rules_know() -> None:
    kinds = MachineOrderOut.model_json_schema()["properties"]["kind"]["enum"]
    said = json.loads(json.dumps(OrderEndedIn.model_json_schema()))

    assert (kinds, said["properties"]["state"]["enum"]) == (list(KINDS), list(SAID))
    assert said["properties"]["why"]["enum"] == ["", *WHYS]
