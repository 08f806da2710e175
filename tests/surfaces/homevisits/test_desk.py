"""Home visits as pages: taken down, a day's way, planned, moved, gone to by whose they are, on paper."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from banshi.rooms.audit.models import Entry
from banshi.rooms.homevisits import actions
from banshi.rooms.homevisits.models import Visit
from banshi.rooms.messaging.models import Message
from tests.rooms.homevisits.conftest import ADDRESS, AT_TEN, PLANNER, Visits
from tests.surfaces.api.conftest import stop_the_clock
from tests.surfaces.office.editing import signed_in
from tests.town import TUESDAY_NINE, Town, at

AT = "/home-visits-desk/town/"
PLAN = {"day": "2026-03-11", "time": "10:00", "minutes": "40"}
FORM = {
    "kind": "home", "item": "pension", "reason": "bedridden", "name": "李雷雷", "phone": "13800138000", "area": "441900",
    "address": ADDRESS, "day": "2026-03-11", "half": "am",
}  # fmt: skip


@pytest.fixture
def visits(town: Town) -> Visits:
    stop_the_clock()
    return Visits(town)


@pytest.fixture
def planner(visits: Visits) -> Client:
    return signed_in(visits.town.second_clerk)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def told() -> list[str]:
    return list(Message.objects.exclude(state="dropped").order_by("id").values_list("key", flat=True))


def test_a_visit_is_taken_down_and_stands_masked_in_the_list(planner: Client):
    done = planner.post(f"{AT}ask", FORM)

    visit = Visit.objects.get()
    pages = text(planner.get(done.url)) + text(planner.get(AT))
    assert (done.status_code, visit.address, visit.origin) == (302, ADDRESS, "staff")
    assert [word in pages for word in (visit.no, "李**", "李雷雷", "13800138000", "元美路")] == [
        True,
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    "wrong", [{"day": "soon"}, {"item": "medical"}, {"phone": "12"}, {"reason": ""}, {"kind": "project"}, {"area": ""}]
)
def test_what_cannot_be_taken_down_is_refused_and_kept(planner: Client, wrong: dict[str, str]):
    done = planner.post(f"{AT}ask", {**FORM, **wrong})

    assert (done.status_code, ADDRESS in text(done), Visit.objects.count()) == (422, True, 0)


def test_planned_moved_and_called_off_with_a_message_each(planner: Client, visits: Visits):
    town, visit = visits.town, visits.asked()
    here = f"{AT}visits/{visit.no}/"

    planner.post(f"{here}plan", {**PLAN, "who": [town.clerk.pk, ""]})
    first = told()
    planner.post(f"{here}move", {**PLAN, "time": "11:00", "who": [town.second_clerk.pk], "reason": "下大雨"})
    second = told()
    page = text(planner.get(here))
    planner.post(f"{here}cancel", {"reason": "儿子带来了"})

    visit.refresh_from_db()
    assert (first, second, told()) == (["home_visit_planned"], ["home_visit_moved"], ["home_visit_off"])
    assert ("下大雨" in page, "工号二" in page, visit.state) == (True, True, "cancelled")


def test_the_way_of_a_day_leads_to_the_plan(planner: Client, visits: Visits):
    visit = visits.asked()

    page = text(planner.get(f"{AT}day?day=2026-03-11&who={visits.town.clerk.pk}"))
    form = text(planner.get(f"{AT}visits/{visit.no}/?day=2026-03-11&time=09:20&who={visits.town.clerk.pk}"))

    assert (f"time=09:20&amp;who={visits.town.clerk.pk}" in page, 'value="09:20"' in form) == (True, True)
    assert f'value="{visits.town.clerk.pk}" selected' in form


def test_what_does_not_fit_into_the_day_is_said(planner: Client, visits: Visits):
    visits.town.policy(home_visits={"stay_minutes": 170})
    visits.asked()

    assert "排不下" in text(planner.get(f"{AT}day?day=2026-03-11"))


@pytest.mark.parametrize("which", ["all", "asked", "planned", "on_the_way", "late", "over", "x"])
def test_each_list_opens(planner: Client, visits: Visits, which: str):
    visit = visits.asked()

    assert (visit.no in text(planner.get(f"{AT}?list={which}"))) is (which in ("all", "asked", "x"))


def test_an_address_is_shown_for_a_reason_with_a_trace(planner: Client, visits: Visits):
    visit = visits.asked()
    here = f"{AT}visits/{visit.no}/"

    without = planner.post(f"{here}whole", {})
    shown = planner.post(f"{here}whole", {"why": "ring"})
    sheet = planner.get(f"{here}sheet")

    assert (without.status_code, ADDRESS in text(without), ADDRESS in text(shown), ADDRESS in text(sheet)) == (
        422, False, True, True,
    )  # fmt: skip
    traced = Entry.objects.filter(action="looked", subject=f"homevisit:{visit.no}").order_by("id")
    assert [entry.facts["why"] for entry in traced] == ["homevisit:ring", "homevisit:sheet"]


@pytest.mark.parametrize(
    ("verb", "fields", "status"),
    [
        ("plan", {}, 422), ("plan", {**PLAN, "time": "x"}, 422), ("plan", {**PLAN, "minutes": "x", "who": ["1"]}, 422),
        ("plan", {**PLAN, "who": []}, 422), ("move", {**PLAN, "reason": "下雨"}, 409), ("set-off", {}, 409),
        ("done", {"outcome": "办好"}, 409), ("not-met", {}, 409),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_on_its_page(
    planner: Client, visits: Visits, verb: str, fields: dict[str, Any], status: int
):
    visit = visits.asked()

    done = planner.post(f"{AT}visits/{visit.no}/{verb}", fields)

    visit.refresh_from_db()
    assert (done.status_code, visit.no in text(done), visit.state) == (status, True, "asked")


def test_the_planner_writes_down_what_was_said_by_telephone(planner: Client, visits: Visits):
    first, second = visits.planned(), visits.planned(AT_TEN + timedelta(hours=1), item="id-card")
    for visit in (first, second):
        planner.post(f"{AT}visits/{visit.no}/set-off", {})
    planner.post(f"{AT}visits/{first.no}/done", {"outcome": "办好了", "taken": "户口簿"})
    planner.post(f"{AT}visits/{second.no}/not-met", {"text": "没有人"})

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.taken, second.state) == ("done", "户口簿", "not_met")
    assert "户口簿" in text(planner.get(f"{AT}visits/{first.no}/"))


def test_who_goes_has_todays_stops_whole_and_later_ones_masked(visits: Visits):
    today, later = visits.planned(), visits.planned(at("2026-03-12 10:00"), item="id-card")
    visits.planned(at("2026-03-11 10:00"), staff=(visits.town.second_clerk,), phone="13900139000")
    goer = signed_in(visits.town.clerk)
    stop_the_clock(AT_TEN)

    page = text(goer.get(f"{AT}mine/"))
    again = text(goer.get(f"{AT}mine/"))

    assert (page.count(ADDRESS), "13900139000" in page, today.no in page, later.no in again) == (1, False, True, False)
    assert Entry.objects.filter(action="looked").count() == 1


def test_who_goes_sets_off_and_says_what_came_of_it(visits: Visits):
    visit, goer = visits.planned(), signed_in(visits.town.clerk)
    stop_the_clock(AT_TEN)
    here = f"{AT}mine/{visit.no}/"

    early = goer.post(f"{here}done", {"outcome": "办好"}).status_code
    goer.post(f"{here}set-off", {})
    unsaid = goer.post(f"{here}done", {"outcome": "", "taken": "户口簿"})
    done = goer.post(f"{here}done", {"outcome": "办好了", "taken": "户口簿"})

    visit.refresh_from_db()
    assert (early, unsaid.status_code, "户口簿" in text(unsaid), done.status_code, visit.state) == (
        409, 422, True, 302, "done",
    )  # fmt: skip
    assert "home_visit_on_the_way" in told()


def test_who_goes_meets_nobody(visits: Visits):
    visit, goer = visits.under_way(), signed_in(visits.town.clerk)

    goer.post(f"{AT}mine/{visit.no}/not-met", {"text": "敲门没有人应"})

    visit.refresh_from_db()
    assert visit.state == "not_met"


def test_anothers_stop_is_not_found(visits: Visits):
    visit = visits.planned()

    assert signed_in(visits.town.second_clerk).post(f"{AT}mine/{visit.no}/set-off", {}).status_code == 404


def test_another_hall_does_not_find_it(visits: Visits):
    visit = visits.asked()
    visits.town.other_halls_clerk.roles.update(role="senior_clerk")

    assert (
        signed_in(visits.town.other_halls_clerk).get(f"/home-visits-desk/other/visits/{visit.no}/").status_code == 404
    )


def test_a_clerk_who_only_goes_plans_nothing(visits: Visits):
    clerk = signed_in(visits.town.clerk)

    assert (clerk.get(AT).status_code, clerk.get(f"{AT}mine/").status_code) == (403, 200)


@pytest.mark.parametrize("rows", [1, 4])
def test_the_list_asks_the_same_however_long_it_is(
    planner: Client, visits: Visits, rows: int, django_assert_num_queries: Any
):
    for i in range(rows):
        visits.planned(AT_TEN + timedelta(hours=i), phone=f"1380013810{i}")
    planner.get(AT)

    with django_assert_num_queries(13):
        page = text(planner.get(AT))

    assert page.count("SM-") >= rows


def test_a_project_names_itself_on_the_page(planner: Client, visits: Visits):
    visit = visits.project(item="medical")

    page = text(planner.get(f"{AT}visits/{visit.no}/"))

    assert ("松山湖二期" in page, "糖水铺" in page, TUESDAY_NINE < AT_TEN) == (True, False, True)
    actions.cancel(no=visit.no, by=PLANNER, now=TUESDAY_NINE)
    assert "/plan" not in text(planner.get(f"{AT}visits/{visit.no}/"))
