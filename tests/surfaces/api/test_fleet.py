"""The fleet over HTTP: a machine speaks for itself alone, and who looks at all of them sees the halls of the key."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from banshi.rooms.devices.actions import fleet
from banshi.rooms.devices.models import Device, Fault
from banshi.rooms.identity.actions import create_key
from banshi.surfaces.api.heartbeats import Hearing, hear_many
from tests.rooms.devices.test_fleet import machines
from tests.surfaces.api.conftest import Calls
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
HEARTBEAT = "/devices/town-area-1-1/heartbeat"


@pytest.fixture
def machine(calls: Calls) -> Calls:
    """`calls` with the key of the first of two machines."""
    machines(calls.town)
    calls.keys["machine"] = create_key(
        name="m", scope="kiosk", hall="town", device="town-area-1-1", now=TUESDAY_NINE
    )  # fmt: skip
    return calls


def test_a_machine_says_how_it_is_and_hears_what_is_open(machine: Calls) -> None:
    answers = [
        machine("post", HEARTBEAT, "machine", {"parts": {"reader": state}, "version": "1.2"}) for state in ("jam", "ok")
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    first = answers[0].json()
    assert (first["device"], [(each["part"], each["kind"]) for each in first["faults"]]) == (
        "town-area-1-1",
        [("reader", "jam")],
    )
    assert answers[1].json()["faults"] == []
    row = Device.objects.get(code="town-area-1-1")
    assert (row.state["parts"], row.state["agent"], row.last_seen_at is not None) == ({"reader": "ok"}, "1.2", True)


def test_nothing_said_is_a_heartbeat_too(machine: Calls) -> None:
    assert machine("post", HEARTBEAT, "machine", {}).json() == {"device": "town-area-1-1", "faults": []}


def test_a_machine_that_speaks_twice_in_one_go_is_heard_both_times(machine: Calls) -> None:
    machine("post", HEARTBEAT, "machine", {"parts": {"reader": "ok"}})
    both = [Hearing("town-area-1-1", fleet.Said({"reader": state}), "zh") for state in ("jam", "ok")]

    answers = [orjson.loads(each.body)["faults"] for each in hear_many(both)]

    assert [[each["kind"] for each in faults] for faults in answers] == [["jam"], []]
    assert Fault.objects.filter(kind="jam").exclude(ended_at=None).count() == 1


def test_nobody_speaks_for_another_machine(machine: Calls) -> None:
    body = {"parts": {"reader": "jam"}}

    answers = [
        machine("post", HEARTBEAT, "kiosk", body),
        machine("post", HEARTBEAT, "other-kiosk", body),
        machine("post", "/devices/town-area-1-2/heartbeat", "machine", body),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert Fault.objects.count() == 0


@pytest.mark.parametrize(
    "body", [{"parts": {"wheel": "ok"}}, {"parts": {"reader": "tired"}}, {"parts": ["reader"]}, {"version": "a b"},
             {"parts": {"": "ok"}}, {"parts": {"reader": "silent"}}],
)  # fmt: skip
def test_what_a_machine_cannot_say_is_a_problem(machine: Calls, body: Any) -> None:
    answer = machine("post", HEARTBEAT, "machine", body)

    assert (answer.status_code, answer.json()["type"]) == (422, "invalid")
    assert Device.objects.exclude(last_seen_at=None).count() == 0


def test_the_fleet_in_one_answer_for_who_reaches_the_hall(machine: Calls) -> None:
    machine("post", HEARTBEAT, "machine", {"parts": {"reader": "jam"}})
    fleet.tell(now=TUESDAY_NINE)

    mine = machine("get", "/fleet?region=441900", "read").json()
    theirs = machine("get", "/fleet?region=441900", "other-read").json()
    nowhere = machine("get", "/fleet?region=000000", "read")

    assert mine["counts"] == {"trouble": 1, "never": 1}
    assert [(area["code"], area["hall"], len(area["machines"])) for area in mine["areas"]] == [
        ("town-area-1", "town", 2)
    ]
    worst = mine["areas"][0]["machines"][0]
    assert (worst["code"], worst["parts"]["reader"], worst["parts"]["screen"]) == ("town-area-1-1", "jam", "unknown")
    assert [(each["step"], len(each["names"])) for each in worst["faults"][0]["told"]] == [("keepers", 1)]
    assert theirs == {"counts": {}, "available": None, "areas": []}
    assert nowhere.status_code == 404
