"""The fleet in the office: who sees which machines, what is shown of them, and what is done about one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.rooms.devices.actions import fleet
from banshi.rooms.devices.actions.fleet import Said
from banshi.rooms.devices.models import Device, Fault, Maintenance
from banshi.surfaces.office.needs import needs
from tests.rooms.devices.test_fleet import machines
from tests.surfaces.office.editing import manager, office, signed_in, staff_with  # noqa: F401 – fixtures
from tests.town import TUESDAY_NINE, Town

FIRST = "/office/town/fleet/machines/town-area-1-1/"
AREA = "/office/town/fleet/areas/town-area-1/"
WHEN = {"from_day": "2026-03-10", "from_time": "9:00", "to_day": "2026-03-10", "to_time": "11:00", "why": "换打印头"}


@pytest.fixture
def fleet_of_two(office: Town) -> Town:  # noqa: F811
    machines(office)
    for code, state in (("town-area-1-1", "jam"), ("town-area-1-2", "ok")):
        fleet.report(code=code, said=Said({"reader": state}), at=clock.wall(), now=TUESDAY_NINE)
    fleet.tell(now=TUESDAY_NINE)
    return office


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_machines_stand_by_area_the_worst_first(manager: Client, fleet_of_two: Town):  # noqa: F811
    shown = text(manager.get("/office/town/fleet/"))

    assert "河边自助区" in shown
    assert shown.index("town-area-1-1/") < shown.index("town-area-1-2/")
    assert "读卡器 · 卡住" in shown


def test_the_part_that_changes_is_the_same_as_the_fresh_page(manager: Client, fleet_of_two: Town):  # noqa: F811
    whole, part = (
        text(manager.get("/office/town/fleet/?state=ok")),
        text(manager.get("/office/town/fleet/now?state=ok")),
    )

    assert part.strip() in whole
    assert "town-area-1-2/" in part


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("state=trouble", {"1"}), ("state=ok", {"2"}), ("state=silent", set()), ("state=nonsense", {"1", "2"}),
        ("type=all-in-one", {"1", "2"}), ("type=tax", set()), ("q=河边", {"1", "2"}), ("q=1-2", {"2"}),
        ("q=RIVERSIDE", {"1", "2"}), ("q=nowhere", set()),
    ],
)  # fmt: skip
def test_filters_leave_what_was_asked_for(manager: Client, fleet_of_two: Town, asked: str, found: set[str]):  # noqa: F811
    shown = manager.get(f"/office/town/fleet/now?{asked}").content.decode().partition("fleet-areas")[2]

    assert {no for no in ("1", "2") if f"machines/town-area-1-{no}/" in shown} == found


def test_another_halls_manager_sees_nothing_of_it(fleet_of_two: Town):
    theirs = signed_in(staff_with("other-manager", "hall_manager", scope="other"))

    everywhere = theirs.get("/office/fleet/")
    answers = [
        theirs.get(FIRST),
        theirs.get("/office/other/fleet/machines/town-area-1-1/"),
        theirs.get("/office/other/fleet/areas/town-area-1/"),
        theirs.post("/office/other/fleet/machines/town-area-1-1/seen"),
        theirs.post("/office/other/fleet/areas/town-area-1/maintenance", WHEN),
    ]

    assert (everywhere.status_code, "town-area-1" in everywhere.content.decode()) == (200, False)
    assert [answer.status_code for answer in answers] == [403, 404, 404, 404, 404]
    assert not Maintenance.objects.exists()
    assert not Fault.objects.exclude(seen_at=None).exists()


def test_the_city_sees_the_machines_of_all_its_halls(fleet_of_two: Town):
    city = signed_in(staff_with("city", "city_admin", "all", "*"))

    assert "town-area-1-1/" in city.get("/office/fleet/").content.decode()


def test_who_looks_after_it_is_said_and_it_needs_nobody_else(manager: Client, fleet_of_two: Town):  # noqa: F811
    def waiting() -> int:
        who = manager.get("/office/town/").wsgi_request.who
        return sum(need.href == "/office/town/fleet/" for need in needs(who, [fleet_of_two.hall], now=TUESDAY_NINE))

    before = waiting()
    answer = manager.post(FIRST + "seen")
    shown = text(manager.get(FIRST))

    assert (before, answer.status_code, waiting()) == (1, 302, 0)
    assert f"{fleet_of_two.manager.name_zh} 在处理" in shown
    assert "我来处理" not in shown


@pytest.mark.parametrize("page", [FIRST, AREA])
def test_a_maintenance_is_planned_shown_and_ended(manager: Client, fleet_of_two: Town, page: str):  # noqa: F811
    planned = manager.post(page + "maintenance", WHEN)
    row = Maintenance.objects.get()
    shown = text(manager.get(page))
    ended = manager.post(f"/office/town/fleet/maintenance/{row.pk}/end")
    row.refresh_from_db()

    assert (planned.status_code, ended.status_code, row.ended_at is not None) == (302, 302, True)
    assert "换打印头" in shown
    assert (row.from_at, row.until_at) == (TUESDAY_NINE, TUESDAY_NINE + timedelta(hours=2))


@pytest.mark.parametrize("page", [FIRST, AREA])
@pytest.mark.parametrize("wrong", [{"to_time": "8:00"}, {"from_day": "soon"}, {"why": ""}, {"to_time": ""}])
def test_a_maintenance_that_cannot_be_leaves_what_was_typed(
    manager: Client,  # noqa: F811
    fleet_of_two: Town,
    page: str,
    wrong: dict[str, str],
):
    answer = manager.post(page + "maintenance", WHEN | {"why": "清洁"} | wrong)

    assert (answer.status_code, Maintenance.objects.count()) == (422, 0)
    assert 'value="2026-03-10"' in answer.content.decode()


def test_all_machines_of_a_hall_are_maintained_together(manager: Client, fleet_of_two: Town):  # noqa: F811
    wrong = manager.post("/office/town/fleet/maintenance", WHEN | {"to_time": "8:00", "why": "停电检修"})
    planned = manager.post("/office/town/fleet/maintenance", WHEN)
    row = Maintenance.objects.get()
    shown, machine = text(manager.get("/office/town/fleet/")), text(manager.get(FIRST))
    ended = manager.post(f"/office/town/fleet/maintenance/{row.pk}/end")
    theirs = signed_in(staff_with("other-manager", "hall_manager", scope="other"))

    assert (wrong.status_code, planned.status_code, ended.status_code) == (422, 302, 302)
    assert "停电检修" in wrong.content.decode()
    assert (row.hall_id, row.area, row.device) == (fleet_of_two.hall.pk, None, None)
    assert ("换打印头" in shown, "换打印头" in machine, ended.url) == (True, True, "/office/town/fleet/")
    assert theirs.post("/office/town/fleet/maintenance", WHEN).status_code == 403
    assert "maintenance" not in manager.get("/office/fleet/").content.decode()


def test_a_machine_out_of_use_is_shown_so(manager: Client, fleet_of_two: Town):  # noqa: F811
    Device.objects.filter(code="town-area-1-1").update(retired_at=TUESDAY_NINE)

    assert "已停用" in text(manager.get(FIRST))
