"""Looking after the fleet: the demo's machines, silence after listening for long enough, and the areas that the presets name."""

from __future__ import annotations

from collections import Counter
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured

from banshi.gateways.machines import StandIn
from banshi.journeys.hall import demo_seeds, load_fleet, watch_fleet
from banshi.kernel.actors import SYSTEM
from banshi.rooms.devices.actions import fleet
from banshi.rooms.devices.actions.fleet import Said
from banshi.rooms.devices.models import Alarm, Device, Fault, MachineType
from banshi.rooms.devices.queries import fleet as queries
from banshi.rooms.identity.actions import create_key
from banshi.rooms.places import actions as places
from banshi.rooms.places.actions import AreaDoor
from banshi.rooms.places.models import Hall, SelfServiceArea
from tests.rooms.devices.test_fleet import machines
from tests.town import TUESDAY_NINE, Town

PRESETS = configured.ROOT / "presets"
SECOND = timedelta(seconds=1)
FLEET = [(f"m-{no}", ["screen", "receipt_printer", "reader", "camera"]) for no in range(387)]


@pytest.fixture(autouse=True)
def begun_anew() -> None:
    watch_fleet.forget()


def look(after: timedelta) -> None:
    watch_fleet.look(at=TUESDAY_NINE + after, now=TUESDAY_NINE + after)


@pytest.mark.django_db
def test_after_a_night_in_which_nobody_listened_nobody_is_silent_before_ninety_seconds(town: Town):
    machines(town)
    fleet.heard({"town-area-1-1": Said({})}, at=TUESDAY_NINE - timedelta(hours=9), now=TUESDAY_NINE)
    found = []

    for seconds in (0, 15, 30, 45, 60, 75, 89, 90):
        look(seconds * SECOND)
        found.append(Fault.objects.count())

    assert found == [0, 0, 0, 0, 0, 0, 0, 1]
    assert Alarm.objects.count() == 1


@pytest.mark.django_db
def test_a_gap_in_listening_begins_the_ninety_seconds_anew(town: Town):
    machines(town)
    fleet.heard({"town-area-1-1": Said({})}, at=TUESDAY_NINE - timedelta(hours=9), now=TUESDAY_NINE)

    for seconds in (0, 60, 121, 180):
        look(seconds * SECOND)

    assert Fault.objects.count() == 0


@pytest.mark.django_db
def test_the_stand_in_speaks_for_machines_that_no_program_speaks_for(town: Town, settings: Any):
    settings.BANSHI_MACHINES = "banshi.gateways.machines.StandIn"
    machines(town, 3)
    create_key(name="k", scope="kiosk", hall="town", device="town-area-1-1", now=TUESDAY_NINE)
    Device.objects.filter(code="town-area-1-2").update(secret_hash="x")

    look(timedelta(0))

    heard = Device.objects.exclude(last_seen_at=None).order_by("code")
    assert list(heard.values_list("code", flat=True)) == ["town-area-1-3"]


@pytest.mark.django_db
def test_what_fails_keeps_nothing_else_from_its_turn(town: Town, settings: Any):
    settings.BANSHI_MACHINES = "banshi.gateways.machines.Nobody"
    machines(town)
    fleet.heard({"town-area-1-1": Said({"reader": "jam"})}, at=TUESDAY_NINE, now=TUESDAY_NINE)

    look(timedelta(0))

    assert Alarm.objects.count() == 1


def test_the_demos_machines_say_the_same_whoever_asks_and_mostly_that_all_is_well():
    noon = TUESDAY_NINE.replace(hour=12)

    once, again = StandIn().states(FLEET, at=noon), StandIn().states(FLEET, at=noon)

    assert once == again
    assert all(set(parts) == set(FLEET[0][1]) for parts in once.values())
    well = sum(set(parts.values()) == {"ok"} for parts in once.values())
    assert 0.9 * 387 < well < 387


def test_in_a_day_everything_happens_to_some_machine_and_ends():
    seen: Counter[str] = Counter()

    for quarter in range(96):
        said = StandIn().states(FLEET, at=TUESDAY_NINE + quarter * timedelta(minutes=5))
        seen.update(state for parts in said.values() for state in parts.values())
        seen["silent"] += len(FLEET) - len(said)

    assert set(seen) == {"ok", "low", "out", "jam", "broken", "silent"}
    assert min(seen.values()) > 0


@pytest.fixture
def city(town: Town) -> None:
    Hall.objects.filter(code="town").update(code="dongguan")
    Hall.objects.filter(code="other").update(code="nancheng")
    Hall.objects.create(
        code="dongcheng", region=town.hall.region, name_zh="东城", name_en="Dongcheng", address_zh="一", address_en="1"
    )


def test_the_presets_name_seventy_seven_areas_and_three_hundred_and_eighty_seven_machines(city: None):
    for _ in range(2):
        load_fleet.load_fleet(PRESETS)
        demo_seeds._machines()

    found = queries.fleet(Hall.objects.order_by("id"), at=TUESDAY_NINE, now=TUESDAY_NINE)
    assert (SelfServiceArea.objects.count(), len(found.areas), len(found.machines)) == (77, 77, 387)
    assert found.counts == {"never": 387}
    assert {kind.code for kind in MachineType.objects.all()} == {machine.type.code for machine in found.machines}


def test_an_area_that_an_office_closed_stays_closed_when_presets_are_loaded_again(city: None):
    load_fleet.load_fleet(PRESETS)
    SelfServiceArea.objects.filter(code="dg-area-001").update(active=False, name_zh="旧名")

    load_fleet.load_fleet(PRESETS)

    row = SelfServiceArea.objects.get(code="dg-area-001")
    assert (row.active, row.name_zh) == (False, "市民服务中心东门自助区")


@pytest.mark.parametrize("limits", [True, False])
@pytest.mark.parametrize("door", [True, False])
def test_what_an_office_has_set_of_an_area_presets_leave_alone(city: None, limits: bool, door: bool):
    load_fleet.load_fleet(PRESETS)
    row = SelfServiceArea.objects.exclude(asks="nobody").order_by("code")[0]
    said = (row.most_inside, row.stay_minutes), row.asks
    other = AreaDoor("nobody", False, time(20), time(7), "always")
    if limits:
        places.set_area_limits(area=row, most_inside=499, stay_minutes=239, by=SYSTEM, now=TUESDAY_NINE)
    if door:
        places.set_area_door(area=row, door=other, by=SYSTEM, now=TUESDAY_NINE)

    load_fleet.load_fleet(PRESETS)

    row.refresh_from_db()
    assert (row.most_inside, row.stay_minutes) == ((499, 239) if limits else said[0])
    assert (row.asks, row.lights) == (("nobody", "always") if door else (said[1], "night"))


HEAD = "code,hall,name_zh,name_en,place_zh,place_en,all_hours,most_inside,stay_minutes,machines\n"


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ("a,nowhere,区,Area,处,Place,1,,30,\n", "nowhere"),
        ("a,dongguan,区,Area,处,Place,perhaps,,30,\n", "perhaps"),
        ("a,dongguan,区,Area,处,Place,1,many,30,\n", "many"),
        ("a,dongguan,区,Area,处,Place,1,,30,toaster:1\n", "toaster"),
        ("a,dongguan,区,Area,处,Place,1,,30,tax:x\n", "tax:x"),
    ],
)
def test_a_file_that_says_something_else_is_refused_with_what_it_says(city: None, tmp_path: Path, row: str, wrong: str):
    (tmp_path / "machines.yaml").write_bytes((PRESETS / "machines.yaml").read_bytes())
    (tmp_path / "areas.csv").write_text(HEAD + row, encoding="utf-8")

    with pytest.raises(ValueError, match=wrong):
        load_fleet.load_fleet(tmp_path)


def test_no_file_is_no_area(city: None, tmp_path: Path):
    load_fleet.load_fleet(tmp_path)

    assert (load_fleet.counted(tmp_path), SelfServiceArea.objects.count()) == ([], 0)
