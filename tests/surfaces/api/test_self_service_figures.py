"""What machines did, and their share of all work, over the API."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.rooms.devices.actions.use import used
from banshi.rooms.devices.models import Device
from tests.rooms.insight.facts import came
from tests.surfaces.api.conftest import Calls
from tests.town import at

DAYS = "from=2026-03-09&to=2026-03-10"


@pytest.fixture
def worked(calls: Calls) -> Calls:
    town = calls.town
    machine = Device.objects.create(hall=town.hall, code="town-m-1", kind="machine", name="1 号自助机")
    pension = town.items["pension"]
    for deed, key, item in (("ticket", "t1", None), ("apply", "N1", pension), ("payment", "N1", pension)):
        used(device=machine, deed=deed, key=key, item_id=item.pk if item else None, now=at("2026-03-09 23:59"))
    far = Device.objects.create(hall=town.other_hall, code="other-m-1", kind="machine", name="far")
    used(device=far, deed="apply", key="N2", now=at("2026-03-10 09:00"))
    for state in ("finished", "finished", "finished", "left"):
        came(town.hall, town.categories["A"], at("2026-03-10 09:00"), state=state, item=pension)
    return calls


def asked(calls: Calls, query: str) -> Any:
    answer = calls("get", f"/stats/self-service?{query}", "read")
    assert answer.status_code == 200, answer.json()
    return answer.json()


def figures(row: Any) -> list[Any]:
    return [row[name] for name in ("uses", "matters", "visits_served", "share")]


def test_machines_beside_windows(worked: Calls) -> None:
    found = asked(worked, f"hall=town&{DAYS}")

    assert found["data"] == [found["total"]]
    assert figures(found["total"]) == [3, 1, 3, 0.25]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("machine", {"town-m-1": [3, 1, None, None]}),
        ("item", {"pension": [2, 1, 3, 0.25], "none": [1, 0, 0, None]}),
        ("day", {"2026-03-09": [3, 1, 0, 1.0], "2026-03-10": [0, 0, 3, 0.0]}),
        ("hall", {"town": [3, 1, 3, 0.25]}),
    ],
)
def test_rows_of_a_split(worked: Calls, by: str, expected: dict[str, Any]) -> None:
    found = asked(worked, f"hall=town&{DAYS}&by={by}")

    assert {row["code"]: figures(row) for row in found["data"]} == expected
    assert figures(found["total"]) == [3, 1, 3, 0.25]


@pytest.mark.parametrize("by", ["hour", "deed"])
def test_rows_add_up_to_the_total(worked: Calls, by: str) -> None:
    found = asked(worked, f"hall=town&{DAYS}&by={by}")

    assert [sum(row[name] for row in found["data"]) for name in ("uses", "matters")] == [3, 1]


def test_pages_follow_each_other(worked: Calls) -> None:
    first = asked(worked, f"hall=town&{DAYS}&by=hour&limit=1")
    second = asked(worked, f"hall=town&{DAYS}&by=hour&limit=1&cursor={first['next']}")

    assert [first["data"][0]["code"], second["data"][0]["code"]] == ["09", "10"]


@pytest.mark.parametrize("query", ["by=window", "hall=town&region=440000", "from=2024-01-01&to=2026-01-01"])
def test_what_cannot_be_asked_for_is_invalid(calls: Calls, query: str) -> None:
    answer = calls("get", f"/stats/self-service?{query}", "read")

    assert (answer.status_code, answer.json()["type"]) == (422, "invalid")


def test_a_region_reaching_beyond_the_key_is_refused(calls: Calls) -> None:
    answer = calls("get", "/stats/self-service?region=440000", "manage")

    assert (answer.status_code, answer.json()["type"]) == (403, "not-your-hall")
