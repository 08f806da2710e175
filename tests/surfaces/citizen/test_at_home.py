"""Somebody who cannot come asks for a visit on the phone, follows it and calls it off; firms for their project."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.rooms.homevisits import actions
from banshi.rooms.homevisits.models import Visit
from banshi.rooms.messaging.models import Message
from tests.rooms.homevisits.conftest import ADDRESS, AT_TEN, PLANNER, Visits
from tests.surfaces.citizen.cases import applicant
from tests.surfaces.citizen.conftest import Phone, browser, text
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
HERE = "/items/pension/at-home"
SAID = {
    "kind": "home", "hall": "town", "reason": "bedridden", "name": "李雷雷", "phone": "13800138000", "area": "441900",
    "address": ADDRESS, "day": "2026-03-11", "half": "am",
}  # fmt: skip


@pytest.fixture
def visits(open_town: Town) -> Visits:
    return Visits(open_town)


@pytest.fixture
def me(visits: Visits) -> Phone:
    return applicant(visits.town)[1]


def asked(me: Phone, **more: str) -> Any:
    return me.client.post(HERE, {**SAID, **more})


def test_from_the_guide_to_the_visit_that_is_planned(me: Phone, visits: Visits):
    guide = text(me.get("/items/pension"))
    form = text(me.get(HERE))
    done = asked(me)
    visit = Visit.objects.get()
    waits = text(me.get(done.url))
    actions.plan(no=visit.no, to=visits.plan(), by=PLANNER, now=TUESDAY_NINE)

    assert (f'href="{HERE}"' in guide, "卧床" in form, done.url) == (True, True, f"/home-visits/{visit.no}/")
    assert (ADDRESS in waits, visit.account_id, visit.origin) == (True, me.account.pk, "guide")
    assert Message.objects.get(key="home_visit_planned").params["link"] == done.url
    assert ("10:00–10:40" in text(me.get(done.url)), visit.no in text(me.get("/home-visits/"))) == (True, True)


@pytest.mark.parametrize(
    ("wrong", "at"),
    [
        ({"reason": ""}, "reason"), ({"phone": "12"}, "phone"), ({"address": "路"}, "address"), ({"day": "2026-03-10"}, "day"),
        ({"day": ""}, "day"), ({"area": "1"}, "area"), ({"name": ""}, "name"), ({"hall": "other"}, "hall"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_kept(me: Phone, wrong: dict[str, str], at: str):
    done = asked(me, **wrong)

    page = text(done)
    assert (done.status_code, f'id="id_{at}-error"' in page, Visit.objects.count()) == (422, True, 0)
    assert {**SAID, **wrong}["address"] in page


def test_asked_for_twice_it_says_which_goes_on(me: Phone):
    asked(me)

    again = asked(me)

    assert (again.status_code, Visit.objects.get().no in text(again)) == (409, True)


def test_called_off_until_somebody_is_on_the_way(me: Phone, visits: Visits):
    asked(me)
    visit = Visit.objects.get()
    actions.plan(no=visit.no, to=visits.plan(), by=PLANNER, now=TUESDAY_NINE)
    actions.set_off(no=visit.no, by=PLANNER, now=AT_TEN)

    late = me.client.post(f"/home-visits/{visit.no}/cancel")
    Visit.objects.update(state="planned")
    done = me.client.post(f"/home-visits/{visit.no}/cancel")

    assert (late.status_code, done.status_code, Visit.objects.get().state) == (409, 302, "cancelled")


def test_a_firm_asks_for_its_project(me: Phone):
    project = {"kind": "project", "project": "松山湖二期", "firm": "东莞市南城糖水铺有限公司"}

    form = text(me.get(f"{HERE}?kind=project"))
    asked(me, **project)

    visit = Visit.objects.get()
    assert ('name="project"' in form, 'name="reason"' in form, visit.project, visit.reason) == (
        True,
        False,
        "松山湖二期",
        "",
    )


def test_what_came_of_it_and_what_was_taken_along_is_read_there(me: Phone, visits: Visits):
    asked(me)
    visit = Visit.objects.get()
    actions.plan(no=visit.no, to=visits.plan(), by=PLANNER, now=TUESDAY_NINE)
    actions.set_off(no=visit.no, by=PLANNER, now=AT_TEN)
    actions.finish(no=visit.no, outcome="办好了", taken="户口簿", by=PLANNER, now=AT_TEN)

    page = text(me.get(f"/home-visits/{visit.no}/"))

    assert ("办好了" in page, "户口簿" in page) == (True, True)


def test_nobody_else_finds_it(me: Phone, visits: Visits):
    visit = visits.asked()

    looks = [me.get(f"/home-visits/{visit.no}/"), me.client.post(f"/home-visits/{visit.no}/cancel")]

    assert [each.status_code for each in looks] == [404, 404]


def test_who_is_not_signed_in_signs_in_first(visits: Visits):
    done = browser().post(HERE, SAID)

    assert (done.status_code, done.url.startswith("/sign-in?next="), ADDRESS in done.url) == (302, True, False)


def test_where_no_hall_goes_nothing_is_offered(me: Phone, visits: Visits):
    visits.town.policy(home_visits={"most_per_half_day": 0})

    assert (me.get(HERE).status_code, HERE in text(me.get("/items/pension"))) == (404, False)


def test_who_asked_for_nothing_is_led_to_the_matters(me: Phone):
    assert "还没有申请过上门" in text(me.get("/home-visits/"))
