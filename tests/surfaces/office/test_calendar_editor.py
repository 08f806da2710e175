"""The editor of the opening hours: where it starts, what stays planned, the month beside it, versions in sentences."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from banshi.rooms.booking.models import Slot
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars import rules
from banshi.rooms.calendars.models import CalendarVersion, Closure
from banshi.surfaces.office import calendar_words
from tests.surfaces.office.editing import document, manager, office  # noqa: F401 – fixtures
from tests.town import TUESDAY_NINE, Town, at

EDIT = "/office/town/calendar/edit/"


@pytest.fixture
def planned(office: Town) -> CalendarVersion:  # noqa: F811
    """Version 2: from 1 April, eight to noon."""
    return CalendarVersion.objects.create(
        hall=office.hall, version=2, document=rules.load(document(("08:00", "12:00"))).model_dump(mode="json"),
        valid_from=date(2026, 4, 1), made_by="staff:1", made_at=TUESDAY_NINE, note="夏令",
    )  # fmt: skip


def hours_of(answer: Any) -> list[str]:
    return [form["hours"] for form in answer.context["typed"]["forms"]]


def fields(hours: str, **more: str) -> dict[str, str]:
    return {
        "rules": "1", "valid_from": "2026-03-16", "r0-code": "regular", "r0-name_zh": "工作日服务", "r0-name_en": "Regular",
        "r0-day": "working", "r0-kind": "regular", "r0-hours": hours, "r0-cut": "document", "r0-walk_ins": "always",
        **more,
    }  # fmt: skip


def test_the_editor_starts_from_the_hours_in_force_and_names_the_plan(manager: Client, planned: CalendarVersion):  # noqa: F811
    answer = manager.get(EDIT)

    assert hours_of(answer) == ["09:00–12:00, 14:00–17:00"]
    assert answer.context["typed"]["start"].version == 1
    assert "第 2 版将于 2026-04-01 生效，计划不变。" in answer.content.decode()


def test_the_day_chosen_says_which_hours_it_starts_from(manager: Client, planned: CalendarVersion):  # noqa: F811
    before, on_the_day = manager.get(EDIT, {"from": "2026-03-31"}), manager.get(EDIT, {"from": "2026-04-01"})

    assert hours_of(before) == ["09:00–12:00, 14:00–17:00"]
    assert (hours_of(on_the_day), on_the_day.context["typed"]["valid_from"]) == (["08:00–12:00"], "2026-04-01")


def test_a_plan_is_changed_from_its_own_day_on(manager: Client, planned: CalendarVersion):  # noqa: F811
    answer = manager.get(EDIT, {"version": "2"})

    assert (hours_of(answer), answer.context["typed"]["valid_from"]) == (["08:00–12:00"], "2026-04-01")


def publish(manager: Client, hours: str, valid_from: str) -> Any:  # noqa: F811
    shown = manager.post(EDIT, fields(hours, valid_from=valid_from))
    kept = {name: shown.context[name] for name in ("document", "version")}
    return manager.post("/office/town/calendar/publish", {**kept, "valid_from": valid_from, "note": "", "all": "keep"})


def test_a_change_before_a_plan_leaves_the_plan_as_it_is(manager: Client, planned: CalendarVersion, office: Town):  # noqa: F811
    publish(manager, "10:00–12:00", "2026-03-16")

    def opens(day: date) -> list[str]:
        return [f"{each.starts_at:%H:%M}" for each in calendars.sessions(office.hall, day, day)[day]]

    assert opens(date(2026, 3, 16)) == ["10:00"]
    assert opens(date(2026, 3, 31)) == ["10:00"]
    assert opens(date(2026, 4, 1)) == ["08:00"]
    kept = CalendarVersion.objects.order_by("-version").first()
    assert (kept.version, kept.valid_from, kept.note) == (4, date(2026, 4, 1), "夏令")


def test_a_change_from_the_plans_day_on_replaces_it(manager: Client, planned: CalendarVersion, office: Town):  # noqa: F811
    publish(manager, "10:00–12:00", "2026-04-01")

    day = date(2026, 4, 2)
    assert [f"{s.starts_at:%H:%M}" for s in calendars.sessions(office.hall, day, day)[day]] == ["10:00"]
    assert CalendarVersion.objects.count() == 3


def test_the_month_beside_shows_the_draft_and_publishes_nothing(manager: Client, office: Town):  # noqa: F811
    slots = Slot.objects.count()

    answer = manager.post(
        "/office/town/calendar/month", fields("09:00–11:30", start="1"), headers={"HX-Request": "true"}
    )

    drawn = answer.context["month"]
    monday = next(each for week in drawn.weeks for each in week if each.day == date(2026, 3, 16))
    earlier = next(each for week in drawn.weeks for each in week if each.day == date(2026, 3, 13))
    assert [f"{s.ends_at:%H:%M}" for s in monday.sessions] == ["11:30"]
    assert (monday.before is not None, earlier.before) == (True, None)
    assert drawn.changed == 12  # working days from the 16th to the end of March
    assert (CalendarVersion.objects.count(), Slot.objects.count()) == (1, slots)


def test_the_month_turns_and_says_what_cannot_be_read(manager: Client):  # noqa: F811
    later = manager.post(
        "/office/town/calendar/month", fields("09:00–12:00", month="2026-05-01"), headers={"HX-Request": "true"}
    )
    unread = manager.post("/office/town/calendar/month", fields("nine to five"), headers={"HX-Request": "true"})

    assert (later.context["month"].first, later.context["month"].later) == (date(2026, 5, 1), date(2026, 6, 1))
    assert (unread.context["month"].readable, unread.context["month"].changed) == (False, 0)


def test_without_a_script_the_month_turns_and_what_was_typed_stays(manager: Client):  # noqa: F811
    answer = manager.post(EDIT, fields("09:00–11:00", month="2026-05-01"))

    assert (hours_of(answer), answer.context["month"].first) == (["09:00–11:00"], date(2026, 5, 1))


def test_overlapping_sessions_are_told_with_their_places(manager: Client, office: Town):  # noqa: F811
    more = {"rules": "2", "r1-code": "second", "r1-name_zh": "加开", "r1-day": "working", "r1-kind": "regular",
            "r1-hours": "09:00–11:00", "r1-cut": "document", "r1-walk_ins": "always"}  # fmt: skip

    answer = manager.post(EDIT, fields("09:00–12:00", **more))

    (overlap,) = answer.context["overlaps"]
    each = overlap.together  # two hours of every category, given out once
    assert (overlap.places, overlap.sum) == ([each, each], 2 * each)
    assert each > 0
    assert f"{each} + {each} 个号，合计 {2 * each} 个；实际放出 {each} 个" in answer.content.decode()


def test_the_same_hours_with_fewer_places_are_not_called_unchanged(manager: Client):  # noqa: F811
    answer = manager.post(EDIT, fields("09:00–12:00, 14:00–17:00", **{"r0-cut": "minutes", "r0-period_minutes": "120"}))

    shown = answer.content.decode()
    assert answer.context["changes"] == []
    assert ("开放时间不变，但可预约的号有变化" in shown) == (not answer.context["foreseen"].unchanged)
    assert answer.context["foreseen"].fewer > 0


def rule(**more: Any) -> dict[str, Any]:
    return {"code": "sat", "name": {"zh": "周六服务", "en": "Saturdays"}, "when": {"weekdays": ["sat"]},
            "hours": [["09:00", "12:00"]], **more}  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ([], [rule()], ["新增：周六服务：周六，09:00–12:00"]),
        ([rule()], [], ["取消：周六服务：周六，09:00–12:00"]),
        ([rule()], [rule()], []),
        ([rule()], [rule(hours=[["09:00", "13:00"]])], ["周六服务 · 服务时间：09:00–12:00 → 09:00–13:00"]),
        ([rule()], [rule(categories=["A"])], ["周六服务 · 类别：无 → 社保"]),
        ([rule()], [rule(walk_ins="never")], ["周六服务 · 现场取号：随时现场取号 → 不接现场号"]),
        ([rule()], [rule(period_minutes=30)], ["周六服务 · 预约时段：按日历默认 → 每段 30 分钟"]),
        (
            [rule()],
            [rule(cut_off={"weekday": "fri", "time": "16:00"})],
            ["周六服务 · 预约截止：时段开始时 → 之前的周五 16:00"],
        ),
    ],
)
def test_a_version_is_told_in_sentences(office: Town, old: Any, new: Any, said: list[str]):  # noqa: F811
    names = calendar_words.Names(office.hall)

    assert calendar_words.changes({"rules": old}, {"rules": new}, names) == said


def test_the_page_of_versions_tells_what_changed(manager: Client, planned: CalendarVersion):  # noqa: F811
    shown = manager.get("/office/town/calendar/versions/").content.decode()

    assert "工作日服务" in shown
    assert "09:00–12:00, 14:00–17:00 → 08:00–12:00" in shown


@pytest.mark.parametrize("typed", ["09:00–12:00 14:00–17:00", "9:00-12:00, , 14:00-17:00", "09:00–12:00、14:00–17:00 "])
def test_two_spans_are_read_whatever_stands_between_them(manager: Client, typed: str):  # noqa: F811
    drawn = manager.post("/office/town/calendar/month", fields(typed), headers={"HX-Request": "true"}).context["month"]

    day = next(each for week in drawn.weeks for each in week if each.day == date(2026, 3, 17))
    assert drawn.readable
    assert [(s.starts_at.hour, s.ends_at.hour) for s in day.sessions] == [(9, 12), (14, 17)]


@pytest.mark.parametrize("view", ["week", "month"])
def test_the_week_marks_what_is_closed_of_a_day(manager: Client, office: Town, view: str):  # noqa: F811
    for hours, part in (((10, 11), {"category": office.categories["B"]}), ((0, 23), {"zone": office.hall.zones.get()})):
        Closure.objects.create(
            hall=office.hall, starts_at=at(f"2026-03-12 {hours[0]:02d}:00"), ends_at=at(f"2026-03-12 {hours[1]:02d}:00"),
            reason_zh="检修", reason_en="Repair", made_by="staff:1", made_at=TUESDAY_NINE, **part,
        )  # fmt: skip

    answer = manager.get(f"/office/town/calendar/?view={view}&day=2026-03-12", headers={"accept-language": "zh-CN"})

    days = {day.day: day.parts for week in answer.context["weeks"] for day in week}
    marked = [(part.where.zh, part.starts_at.hour, part.ends_at.hour, part.all_day) for part in days[date(2026, 3, 12)]]
    page = answer.content.decode()
    assert sorted(marked) == [("户政", 10, 11, False), ("综合区", 9, 17, True)]
    assert [day for day, parts in days.items() if parts] == [date(2026, 3, 12)]
    assert ("户政 · 未开放" in page, "综合区 · 未开放" in page) == (True, True)
