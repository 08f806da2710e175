"""A holiday or make-up day stands in the office's calendar with the number (文号) of the notice that makes it one."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from banshi.foundation.translations import compile_all
from banshi.journeys.hours import change_hours
from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.kernel.working_days import DayInfo
from banshi.rooms.audit.models import Entry
from banshi.rooms.calendars.models import NationalDay
from banshi.surfaces.office.calendars import ByNotice
from tests.surfaces.office.editing import manager, office
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
compile_all()
__all__ = ["manager", "office"]
GIVEN = "国办发明电〔2025〕7号"
OF_ITS_OWN = "粤府办〔2026〕2号"
WEEK, MONTH = "/office/town/calendar/?day=2026-03-18", "/office/town/calendar/?view=month&day=2026-03-18"


@pytest.fixture
def imported(office: Town) -> Town:  # noqa: F811
    days = [
        DayInfo(date(2026, 3, 18), "restday", "节日", "Holiday"),
        DayInfo(date(2026, 3, 19), "restday", "节日", "Holiday"),
        DayInfo(date(2026, 3, 21), "workday", "调休上班", "Make-up day", notice=OF_ITS_OWN),
    ]
    change_hours.import_national_days(days=days, notice=f" {GIVEN} ", by=SYSTEM, now=TUESDAY_NINE)
    return office


def test_the_number_given_with_the_import_is_kept_of_every_day_that_names_none(imported: Town):
    assert list(NationalDay.objects.order_by("day").values_list("notice", flat=True)) == [GIVEN, GIVEN, OF_ITS_OWN]
    assert Entry.objects.get(action="imported-national-days").facts == {"days": 3, "notice": GIVEN}


def test_the_week_says_beside_each_day_where_it_comes_from(imported: Town, manager: Client):  # noqa: F811
    page = manager.get(WEEK).content.decode()

    assert re.findall(r'<div class="muted small">([^<]*号)</div>', page) == [GIVEN, GIVEN, OF_ITS_OWN]


@pytest.mark.parametrize("address", [WEEK, MONTH])
def test_below_stands_what_each_notice_makes_of_the_days(imported: Town, manager: Client, address: str):  # noqa: F811
    answer = manager.get(address)

    found: list[ByNotice] = answer.context["by_notice"]
    assert [(each.notice, [day.name_zh for day in each.days]) for each in found] == [
        (GIVEN, ["节日"]), (OF_ITS_OWN, ["调休上班"]),
    ]  # fmt: skip
    assert answer.content.decode().count("节假日和调休的依据") == 1


def test_a_later_notice_of_the_same_days_is_shown_at_once(imported: Town, manager: Client):  # noqa: F811
    manager.get(WEEK)
    days = [DayInfo(date(2026, 3, 18), "restday", "节日", "Holiday")]

    change_hours.import_national_days(days=days, notice="国办发明电〔2026〕1号", by=SYSTEM, now=TUESDAY_NINE)

    assert manager.get(WEEK).context["by_notice"][0].notice == "国办发明电〔2026〕1号"


def test_days_without_a_number_say_so_and_days_without_a_notice_say_nothing(office: Town, manager: Client):  # noqa: F811
    before = manager.get(WEEK).content.decode()
    NationalDay.objects.create(
        day=date(2026, 3, 18), kind="restday", name_zh="节日", name_en="Holiday", state="confirmed"
    )

    after = manager.get(WEEK).content.decode()

    assert ("依据" in before, "没有登记文号" in after) == (False, True)


@pytest.mark.parametrize("notice", ["国" * 61, "国办\u202e发明电"])
def test_a_number_too_long_or_not_readable_takes_nothing_over(office: Town, notice: str):  # noqa: F811
    days: Any = [DayInfo(date(2026, 3, 18), "restday", "节日", "Holiday")]

    with pytest.raises(Refused) as refused:
        change_hours.import_national_days(days=days, notice=notice, by=SYSTEM, now=TUESDAY_NINE)

    assert (refused.value.slug, refused.value.facts["field"], NationalDay.objects.count()) == ("invalid", "notice", 0)
