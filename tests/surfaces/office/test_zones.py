"""Night zones in the office: who is inside, masked, the look traced; help answered; limits, closed for today, by hand."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.rooms.audit.models import Entry as Trail
from banshi.rooms.places.models import SelfServiceArea
from banshi.rooms.zones import actions, queries
from banshi.rooms.zones.models import Closing, Entry, HelpCall
from tests.surfaces.office.editing import office, signed_in, staff_with  # noqa: F401 – fixtures
from tests.town import CITIZEN, TUESDAY_NINE
from tests.zones import a_zone

pytestmark = pytest.mark.django_db
ZONE = "/office/town/zones/town-zone/"


@pytest.fixture
def area(office: Any) -> SelfServiceArea:  # noqa: F811
    return a_zone(office, free_by_day=False)


def come(area: SelfServiceArea, person: Any) -> Entry:
    door = queries.door_of(area)
    return actions.enter(
        area=area, door=door, person_id=person.pk, people=2, by=CITIZEN, at=TUESDAY_NINE, now=TUESDAY_NINE
    )  # fmt: skip


def test_who_is_inside_is_seen_masked_and_the_look_is_traced_once(office: Any, area: SelfServiceArea):  # noqa: F811
    person = office.person(0)
    come(area, person)
    keeper = signed_in(office.manager)

    pages = [keeper.get(ZONE).content.decode() for _ in range(2)]

    assert (person.masked_name in pages[0], person.name in pages[0], person.id_number in pages[0]) == (
        True,
        False,
        False,
    )
    assert Trail.objects.filter(action="looked", subject=f"person:{person.pk}").count() == 1


def test_a_keeper_notes_who_left_and_twice_is_once(office: Any, area: SelfServiceArea):  # noqa: F811
    entry, keeper = come(area, office.person(0)), signed_in(office.manager)

    for _ in range(2):
        assert keeper.post(f"{ZONE}inside/{entry.pk}/left").status_code == 302

    assert (Entry.objects.get().out_how, queries.inside(area)) == ("left", 0)


def test_a_call_waits_on_the_first_page_until_somebody_looks_after_it(office: Any, area: SelfServiceArea):  # noqa: F811
    call = actions.call_for_help(area=area, device=None, by=CITIZEN, now=TUESDAY_NINE)
    keeper = signed_in(office.manager)
    before = keeper.get("/office/").content.decode()
    keeper.post(f"{ZONE}help/{call.pk}/answer")
    page = keeper.get(ZONE).content.decode()
    keeper.post(f"{ZONE}help/{call.pk}/end")

    assert ("24 小时自助区有 1 处求助" in before, f"{office.manager.name_zh}在处理" in page) == (True, True)
    assert HelpCall.objects.get().ended_at is not None
    assert "有人求助" not in keeper.get(ZONE).content.decode()


@pytest.mark.parametrize("most", ["0", "-1", "x", "99999", "501"])
def test_a_limit_that_is_none_is_refused_and_what_was_typed_stays(office: Any, area: SelfServiceArea, most: str):  # noqa: F811
    answer = signed_in(office.manager).post(ZONE + "limits", {"most_inside": most, "stay_minutes": "30"})

    assert (answer.status_code, f'value="{most[:4]}"' in answer.content.decode()) == (422, True)
    area.refresh_from_db()
    assert (area.most_inside, area.limits_by) == (3, "")


def test_limits_hold_at_once_and_nothing_typed_is_no_limit(office: Any, area: SelfServiceArea):  # noqa: F811
    answer = signed_in(office.manager).post(ZONE + "limits", {"most_inside": "", "stay_minutes": "45"})

    area.refresh_from_db()
    assert (answer.status_code, area.most_inside, area.stay_minutes, area.limits_by != "") == (302, None, 45, True)


DOOR = {"asks": "card", "free_by_day": "1", "nights_from": "20:00", "nights_until": "7:30", "lights": "always"}


def test_what_the_door_asks_and_when_lights_burn_is_set_and_traced(office: Any, area: SelfServiceArea):  # noqa: F811
    keeper = signed_in(office.manager)
    answer = keeper.post(ZONE + "door", DOOR)

    area.refresh_from_db()
    zone = queries.zone(area, now=TUESDAY_NINE)
    assert (answer.status_code, area.asks, area.free_by_day, area.lights) == (302, "card", True, "always")
    assert ([f"{area.nights_from:%H:%M}", f"{area.nights_until:%H:%M}"], zone.lights) == (["20:00", "07:30"], True)
    (row,) = Trail.objects.filter(action="area_door_set")
    assert (row.facts["from"]["asks"], row.facts["to"]["nights_until"]) == ("card-or-code", "07:30")
    page = keeper.get(ZONE).content.decode()
    assert ('value="7:30"' in page, '<option value="card" selected>' in page) == (True, True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"asks": "face"}, {"asks": ""}, {"lights": "never"}, {"nights_from": "25:00"}, {"nights_until": ""},
        {"nights_until": "20:00"}, {"nights_from": "x" * 300},
    ],
)  # fmt: skip
def test_a_door_that_cannot_be_is_refused(office: Any, area: SelfServiceArea, wrong: dict[str, str]):  # noqa: F811
    answer = signed_in(office.manager).post(ZONE + "door", DOOR | wrong)

    area.refresh_from_db()
    assert (answer.status_code, area.asks, area.door_by) == (422, "card-or-code", "")


def test_closed_for_today_needs_a_reason_and_is_opened_again(office: Any, area: SelfServiceArea):  # noqa: F811
    keeper = signed_in(office.manager)
    none = keeper.post(ZONE + "close", {"why": " "})
    done = keeper.post(ZONE + "close", {"why": "停电检修"})
    closed = queries.zone(area, now=TUESDAY_NINE).mode
    keeper.post(ZONE + "reopen")

    assert (none.status_code, done.status_code, closed) == (422, 302, "closed")
    assert (Closing.objects.get().ended_at is not None, queries.zone(area, now=TUESDAY_NINE).mode) == (
        True,
        "card-or-code",
    )


def test_whom_a_keeper_let_in_by_hand_is_counted(office: Any, area: SelfServiceArea):  # noqa: F811
    keeper = signed_in(office.manager)

    answers = [keeper.post(ZONE + "by-hand", {"people": said}).status_code for said in ("2", "0", "21", "x")]

    assert (answers, queries.inside(area)) == ([302, 422, 422, 422], 2)


def test_a_door_is_registered_with_its_area_and_no_other_halls(office: Any, area: SelfServiceArea):  # noqa: F811
    keeper = signed_in(office.manager)
    a_zone(office, "other-zone", hall=office.other_hall)
    said = {"code": "town-door-2", "kind": "door", "name": "北门"}

    answers = [
        keeper.post("/office/town/devices/new", {**said, "area": code}).status_code
        for code in ("", "other-zone", "town-zone")
    ]

    assert answers == [422, 422, 302]
    assert area.devices.filter(kind="door", name="北门").exists()


def test_a_zone_of_another_hall_is_not_found(office: Any, area: SelfServiceArea):  # noqa: F811
    theirs = signed_in(staff_with("theirs", "hall_manager", scope="other"))

    assert theirs.get("/office/other/zones/town-zone/").status_code == 404
