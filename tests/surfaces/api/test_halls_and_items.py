"""What is public: halls, sessions, items, slots, when."""

from __future__ import annotations

from banshi.foundation import clock
from banshi.journeys.hall import retire_item
from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.catalogue import queries
from banshi.rooms.catalogue.actions.retiring import ask_to_retire
from banshi.rooms.catalogue.models import Item
from tests.matters import SHOP
from tests.surfaces.api.conftest import Calls
from tests.town import CLERK, TUESDAY_NINE, at


def test_a_hall_comes_with_its_region_floors_zones_categories_and_windows(calls: Calls) -> None:
    hall = calls("get", "/halls/town", "read").json()

    assert hall["code"] == "town"
    assert (hall["name"], hall["name_en"]) == ("小镇大厅", "Town Hall")
    assert hall["region"] == {"code": "441900", "name": "东莞市", "name_en": "Dongguan"}
    assert hall["floors"] == [{"code": "1", "name": "1 楼", "name_en": "Floor 1"}]
    assert hall["zones"] == [{"code": "main", "name": "综合区", "name_en": "Main zone", "floor": "1"}]
    assert [c["code"] for c in hall["categories"]] == ["A", "B"]
    assert hall["windows"][2] == {
        "code": "town-03", "name": "03", "name_en": "03", "number": "03", "floor": "1", "zone": "main",
        "kind": "special", "categories": ["B"],
    }  # fmt: skip


def test_halls_are_paged_by_cursor_without_gap_or_repetition(calls: Calls) -> None:
    first = calls("get", "/halls?limit=1").json()
    second = calls("get", f"/halls?limit=1&cursor={first['next']}").json()

    assert [h["code"] for h in first["data"] + second["data"]] == ["town", "other"]
    assert second["next"] is None


def test_sessions_are_listed_per_day_in_the_halls_zone(calls: Calls) -> None:
    sessions = calls("get", "/halls/town/sessions?from=2026-03-10&to=2026-03-11").json()["data"]

    assert [(s["day"], s["starts_at"], s["ends_at"], s["kind"], s["items"]) for s in sessions] == [
        ("2026-03-10", "2026-03-10T08:00:00+08:00", "2026-03-10T20:00:00+08:00", "regular", None),
        ("2026-03-11", "2026-03-11T08:00:00+08:00", "2026-03-11T20:00:00+08:00", "regular", None),
    ]


def test_items_are_found_by_initials_with_their_category_in_the_hall(calls: Calls) -> None:
    items = calls("get", "/items?q=ylbx&hall=town").json()["data"]

    assert {i["code"] for i in items} == {"pension", "medical"}
    assert items[0]["category"] == {"code": "A", "name": "社保", "name_en": "Social security"}
    assert items[0]["department"]["code"] == "hrss"


def test_items_are_paged_in_order_of_code(calls: Calls) -> None:
    seen, cursor = [], ""
    while cursor is not None:
        page = calls("get", f"/items?limit=3{f'&cursor={cursor}' if cursor else ''}").json()
        seen += [i["code"] for i in page["data"]]
        cursor = page["next"]

    assert sorted(seen) == ["id-card", "medical", "pension", "rent-invoice"]


def test_the_guide_of_an_item_names_the_halls_that_handle_it(calls: Calls) -> None:
    guide = calls("get", "/items/pension").json()

    assert (guide["name"], guide["name_en"]) == ("养老保险参保登记", "Pension enrolment")
    assert guide["halls"] == ["town"]
    assert guide["materials"] == []


def test_slots_say_what_is_free_and_why_not_bookable(calls: Calls) -> None:
    calls.town.slot(quota=4, taken=1)
    calls.town.slot(quota=2, taken=2, starts=at("2026-03-11 10:00"))

    slots = calls("get", "/halls/town/slots?item=pension&from=2026-03-11&to=2026-03-11").json()["data"]

    assert [(s["starts_at"], s["quota"], s["free"], s["bookable"], s["reason"]) for s in slots] == [
        ("2026-03-11T09:00:00+08:00", 4, 3, True, None),
        ("2026-03-11T10:00:00+08:00", 2, 0, False, "slot-full"),
    ]


def test_times_by_video_are_listed_where_they_are_asked_for_and_say_so(calls: Calls) -> None:
    window, video = calls.town.slot(), calls.town.slot(business="video")
    days = "/halls/town/slots?item=pension&from=2026-03-11&to=2026-03-11"

    listed = {where: calls("get", days + where).json()["data"] for where in ("", "&place=window", "&place=video")}

    assert {where: [(s["id"], s["place"]) for s in found] for where, found in listed.items()} == {
        "": [(window.pk, "window")], "&place=window": [(window.pk, "window")], "&place=video": [(video.pk, "video")],
    }  # fmt: skip
    assert calls("get", f"{days}&place=home").status_code == 422


def test_slots_of_an_item_handled_elsewhere_are_refused_with_its_slug(calls: Calls) -> None:
    answer = calls("get", "/halls/other/slots?item=pension")

    assert (answer.status_code, answer.json()["type"]) == (409, "item-not-here")


def test_when_lists_the_halls_that_handle_the_item_with_the_next_place(calls: Calls) -> None:
    slot = calls.town.slot()

    chances = calls("get", "/when?item=pension&region=441900").json()["data"]

    assert [c["hall"]["code"] for c in chances] == ["town"]
    assert chances[0]["open_now"] is True
    assert chances[0]["next_slot"]["slot"] == chances[0]["first_slot"]["slot"] == slot.id
    assert chances[0]["next_slot"]["starts_at"] == "2026-03-11T09:00:00+08:00"


def test_when_at_a_moment_of_the_night_tells_the_next_opening(calls: Calls) -> None:
    chance = calls("get", "/when?item=pension&hall=town&at=2026-03-10T22:00:00%2B08:00").json()["data"][0]

    assert chance["open_now"] is False
    assert chance["opens_at"] == "2026-03-11T08:00:00+08:00"


def test_a_retired_item_is_in_no_list_and_its_guide_says_what_takes_its_place(calls: Calls) -> None:
    day = at("2026-03-13 09:30")
    row = ask_to_retire(
        item=Item.objects.get(code="pension"), from_day=day.date(), reason_zh="合并", successor="medical", by=CLERK,
        now=TUESDAY_NINE,
    )  # fmt: skip
    retire_item.agree(retirement_id=row.pk, by=Actor(ActorKind.STAFF, "2"), now=TUESDAY_NINE)
    before = calls("get", "/when?item=pension").status_code
    clock.set_clock(now=day, speed=0)
    queries.forget()

    listed = calls("get", "/items?hall=town").json()["data"]
    guide = calls("get", "/items/pension").json()["retired"]
    no = calls("get", "/when?item=pension")

    assert sorted(each["code"] for each in listed) == ["id-card", "medical", "rent-invoice"]
    assert guide == {
        "on": "2026-03-13", "reason": "合并", "reason_en": "",
        "successor": {"code": "medical", "name": "医疗保险参保登记", "name_en": "Medical insurance enrolment"},
    }  # fmt: skip
    assert (before, no.status_code, no.json()["type"], no.json()["facts"]["link"]) == (
        200, 409, "item-retired", "/items/medical",
    )  # fmt: skip


def test_an_item_says_when_it_is_received_and_is_refused_with_its_next_day(calls: Calls) -> None:
    row = Item.objects.get(code="pension")
    row.handling = {**SHOP, "seasons": [{"first": "11-01", "last": "02-28"}]}
    row.save(update_fields=["handling"])

    guide = calls("get", "/items/pension").json()
    said, elements = guide["seasons"], {each["code"]: each["value"] for each in guide["elements"]}
    no = calls("get", "/when?item=pension")

    assert said == {
        "spans": [{"first": "11-01", "last": "02-28"}],
        "text": "每年11月1日至次年2月28日", "text_en": "1 November – 28 February of each year",
        "received": False, "closes": None, "opens": "2026-11-01",
    }  # fmt: skip
    assert (elements["seasons"], elements["result_kind"]) == ("每年11月1日至次年2月28日", "证照，有效期 5 年")
    assert (no.status_code, no.json()["type"], no.json()["facts"]["opens"]) == (409, "out-of-season", "2026-11-01")
