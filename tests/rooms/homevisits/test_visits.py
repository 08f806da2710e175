"""Visits at home and for projects: asked for, planned, moved, gone to, over; what the tables promise; people at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from banshi.kernel.policy import HomeVisitPolicy
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.homevisits import actions, queries
from banshi.rooms.homevisits.models import Going, Visit, VisitStep
from banshi.rooms.identity.models import Account
from tests.rooms.homevisits.conftest import ADDRESS, AT_TEN, PLANNER, WEDNESDAY, Visits
from tests.together import meanwhile, together
from tests.town import TUESDAY_NINE, at

LATER = AT_TEN + timedelta(hours=1)


def refused(act: Callable[[], Any]) -> Refused:
    with pytest.raises(Refused) as found:
        act()
    return found.value


def test_a_visit_has_a_number_a_day_and_a_masked_line(visits: Visits):
    visit = visits.asked()

    (line,) = queries.lines([queries.by_no(visit.no)], now=TUESDAY_NINE)
    assert (line.no, line.state, line.due_on, line.half, line.late) == (
        "SM-260310-0001", "asked", WEDNESDAY, "am", False,
    )  # fmt: skip
    assert (line.name, line.phone, line.area_en, line.going_en) == ("李**", "138****8000", "Dongguan", "")


def test_a_project_names_itself_and_its_firm(visits: Visits):
    visit = visits.project(item="medical")

    (line,) = queries.lines([queries.by_no(visit.no)], now=TUESDAY_NINE)
    assert (visit.project, line.firm, visit.reason) == ("松山湖二期", "东莞****公司", "")


def test_from_the_wish_to_the_outcome(visits: Visits):
    town = visits.town
    visit = visits.planned(at("2026-03-12 14:30"), staff=(town.clerk, town.second_clerk))
    planned = (visit.state, visit.due_on, visit.half)

    actions.set_off(no=visit.no, staff_id=town.clerk.pk, by=PLANNER, now=AT_TEN)
    done = actions.finish(no=visit.no, outcome="办好了", taken="户口簿", staff_id=town.clerk.pk, by=PLANNER, now=LATER)

    assert planned == ("planned", date(2026, 3, 12), "pm")
    assert (done.state, done.outcome, done.taken, done.due_on, done.ended_at) == (
        "done",
        "办好了",
        "户口簿",
        None,
        LATER,
    )
    assert [(step.seq, step.verb) for step in queries.steps(visit)] == [
        (1, "ask"), (2, "plan"), (3, "set_off"), (4, "finish"),
    ]  # fmt: skip
    assert [row.no for row in queries.ended("town")] == [visit.no]


def test_moved_with_a_reason_to_somebody_else(visits: Visits):
    visit, town = visits.planned(), visits.town

    to = visits.plan(at("2026-03-13 09:00"), staff=(town.second_clerk,))
    early = refused(lambda: actions.move(no=visit.no, to=to, reason="", by=PLANNER, now=TUESDAY_NINE))
    moved = actions.move(no=visit.no, to=to, reason="下大雨", by=PLANNER, now=TUESDAY_NINE)

    assert (early.facts["field"], moved.due_on, queries.steps(moved)[-1].text) == (
        "reason",
        date(2026, 3, 13),
        "下大雨",
    )
    assert [list(queries.of_goer(one.pk, "town")) for one in (town.clerk, town.second_clerk)] == [[], [moved]]


def test_who_meets_nobody_says_so(visits: Visits):
    visit = visits.under_way()

    over = actions.not_met(no=visit.no, text="敲门没有人应", by=PLANNER, now=LATER)

    assert (over.state, Going.objects.get(visit=visit).live) == ("not_met", False)


def test_called_off_its_people_are_free_and_it_is_asked_for_anew(visits: Visits):
    visit = visits.planned()

    actions.cancel(no=visit.no, reason="儿子带来了", by=PLANNER, now=TUESDAY_NINE)

    assert visits.planned().state == "planned"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"kind": "moon"}, "kind"), ({"half": "noon"}, "half"), ({"name": "李"}, "name"), ({"reason": ""}, "reason"),
        ({"reason": "lazy"}, "reason"), ({"address": "元美路"}, "address"), ({"address": "路" * 121}, "address"),
        ({"area": "440000"}, "area"), ({"item": "medical"}, "item"), ({"day": date(2026, 3, 10)}, "day"),
        ({"day": date(2026, 4, 10)}, "day"), ({"kind": "project"}, "project"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_for_is_refused_and_takes_no_number(visits: Visits, more: dict[str, Any], field: str):
    no = refused(lambda: visits.asked(**more))

    assert (no.slug, no.facts["field"], visits.asked().no) == ("invalid", field, "SM-260310-0001")


@pytest.mark.parametrize(
    ("policy", "field"),
    [({"most_per_half_day": 0}, "hall"), ({"reasons": ["aged"]}, "reason"), ({"days_ahead": 1}, None)],
)
def test_a_hall_has_rules_of_its_own(visits: Visits, policy: dict[str, Any], field: str | None):
    visits.town.policy(home_visits=policy)

    if field is None:
        assert visits.asked().due_on == WEDNESDAY
    else:
        assert refused(visits.asked).facts["field"] == field


def test_a_hall_may_go_to_no_projects(visits: Visits):
    visits.town.policy(home_visits={"projects": False})

    assert refused(visits.project).facts["field"] == "kind"


def test_a_person_has_one_open_visit_a_matter(visits: Visits):
    person = visits.town.person(0).pk
    first = visits.asked(person_id=person)

    no = refused(lambda: visits.asked(person_id=person, phone="13900139000"))

    assert (no.slug, no.facts["number"]) == ("visit-asked", first.no)
    assert visits.asked(person_id=person, item="id-card").state == "asked"


def test_a_telephone_alone_has_one_open_visit_a_matter(visits: Visits):
    visits.asked()

    assert [refused(visits.asked).slug, visits.asked(phone="13900139000").state] == ["visit-asked", "asked"]


def test_a_telephone_that_is_only_typed_keeps_nobody_else_from_asking(visits: Visits):
    """Knowing a name and a number is enough to type them: the person's own visit stands beside it."""
    person = visits.town.person(0)
    accounts = [
        Account.objects.create(phone=f"+861390000000{i}", phone_index=f"visit-{i}", created_at=TUESDAY_NINE).pk
        for i in (1, 2)
    ]
    typed = visits.asked(name=person.name, phone=person.phone, account_id=accounts[0])

    theirs = visits.asked(person_id=person.pk, phone=person.phone, account_id=accounts[1])
    rung = visits.asked(name=person.name, phone=person.phone)
    again = refused(lambda: visits.asked(name="李雷雷", phone=person.phone, account_id=accounts[0]))

    assert ((typed.person_id, theirs.person_id, rung.person_id), again.facts["number"]) == (
        (None, person.pk, None),
        typed.no,
    )


def test_a_matter_that_takes_longer_is_reckoned_so(visits: Visits):
    item = visits.town.items["pension"]
    item.handling_minutes = 65.5

    assert [queries.minutes_of(each, HomeVisitPolicy()) for each in (item, visits.town.items["id-card"])] == [66, 40]


@pytest.mark.parametrize(
    ("minutes", "people", "starts", "slug"),
    [
        (5, 1, "2026-03-11 10:00", "invalid"), (300, 1, "2026-03-11 10:00", "invalid"), (40, 3, "2026-03-11 10:00", "invalid"),
        (40, 1, "2026-03-10 08:00", "past"),
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_is_refused(visits: Visits, minutes: int, people: int, starts: str, slug: str):
    town, visit = visits.town, visits.asked()
    staff = (town.clerk, town.second_clerk, town.other_halls_clerk)[:people]
    plan = visits.plan(at(starts), minutes=minutes, staff=staff)

    assert refused(lambda: actions.plan(no=visit.no, to=plan, by=PLANNER, now=TUESDAY_NINE)).slug == slug


def test_only_who_goes_for_the_hall_is_sent(visits: Visits):
    visit, town = visits.asked(), visits.town

    for stranger in (town.other_halls_clerk, town.manager):
        plan = visits.plan(staff=(stranger,))
        no = refused(lambda plan=plan: actions.plan(no=visit.no, to=plan, by=PLANNER, now=TUESDAY_NINE))
        assert no.facts["field"] == "staff"


def test_nobody_is_at_two_visits_at_a_time(visits: Visits):
    visits.planned()
    visit = visits.asked(item="id-card")

    no = refused(lambda: actions.plan(
        no=visit.no, to=visits.plan(AT_TEN + timedelta(minutes=20)), by=PLANNER, now=TUESDAY_NINE
    ))  # fmt: skip
    after = actions.plan(no=visit.no, to=visits.plan(AT_TEN + timedelta(minutes=40)), by=PLANNER, now=TUESDAY_NINE)

    assert (no.slug, no.facts["who"], after.state) == ("visitor-busy", {"zh": "工号一", "en": "Clerk One"}, "planned")


def test_a_half_day_has_so_many_visits(visits: Visits):
    visits.town.policy(home_visits={"most_per_half_day": 1})
    visits.planned()
    visit, other = visits.asked(item="id-card"), visits.plan(at("2026-03-11 11:00"), staff=(visits.town.second_clerk,))

    no = refused(lambda: actions.plan(no=visit.no, to=other, by=PLANNER, now=TUESDAY_NINE))
    afternoon = actions.plan(no=visit.no, to=visits.plan(at("2026-03-11 14:00")), by=PLANNER, now=TUESDAY_NINE)

    assert (no.slug, no.facts, afternoon.half) == ("visits-full", {"limit": 1}, "pm")


@pytest.mark.parametrize("verb", ["set_off", "finish", "not_met", "cancel", "plan", "move"])
def test_what_does_not_fit_the_state_is_refused(visits: Visits, verb: str):
    visit = visits.under_way() if verb in ("set_off", "cancel", "plan", "move") else visits.asked()
    acts: dict[str, Callable[[], Any]] = {
        "set_off": lambda: actions.set_off(no=visit.no, by=PLANNER, now=LATER),
        "finish": lambda: actions.finish(no=visit.no, outcome="办好", by=PLANNER, now=LATER),
        "not_met": lambda: actions.not_met(no=visit.no, by=PLANNER, now=LATER),
        "cancel": lambda: actions.cancel(no=visit.no, by=PLANNER, now=LATER),
        "plan": lambda: actions.plan(no=visit.no, to=visits.plan(), by=PLANNER, now=TUESDAY_NINE),
        "move": lambda: actions.move(no=visit.no, to=visits.plan(), reason="下雨", by=PLANNER, now=TUESDAY_NINE),
    }

    no = refused(acts[verb])

    assert (no.slug, no.facts["kind"]) == ("wrong-state", "home_visit")


def test_who_does_not_go_there_says_nothing_of_it(visits: Visits):
    visit = visits.planned()

    no = refused(lambda: actions.set_off(no=visit.no, staff_id=visits.town.second_clerk.pk, by=PLANNER, now=AT_TEN))

    assert no.slug == "changed-meanwhile"


def test_a_visit_that_is_none_is_not_found(visits: Visits):
    assert refused(lambda: actions.cancel(no="SM-0", by=PLANNER, now=LATER)).slug == "nothing-found"


def test_lists_are_due_first(visits: Visits):
    later, first = visits.asked(day=date(2026, 3, 20)), visits.asked(item="id-card")

    assert [row.no for row in queries.of_hall("town")] == [first.no, later.no]
    assert [row.late for row in queries.lines([first], now=TUESDAY_NINE + timedelta(days=2))] == [True]
    assert list(queries.of_hall("other")) == []


def test_a_route_is_suggested_for_who_goes(visits: Visits):
    hall = visits.town.hall
    hall.lat, hall.lon = 23.02, 113.75
    hall.save(update_fields=["lat", "lon"])
    planned, asked = visits.planned(), visits.asked(item="id-card")

    found = queries.route_of(visits.town.hall, WEDNESDAY, [visits.town.clerk.pk], now=TUESDAY_NINE)

    assert [(leg.no, leg.starts, leg.ends) for leg in found.legs] == [(asked.no, 545, 585), (planned.no, 600, 640)]


def test_the_trail_and_the_tables_hold_no_word_in_clear(visits: Visits):
    visit = visits.under_way()
    actions.finish(no=visit.no, outcome="李雷雷签了字", taken="户口簿", by=PLANNER, now=LATER)
    visits.project(item="medical")

    trail = json.dumps([[entry.subject, entry.facts] for entry in Entry.objects.order_by("id")], ensure_ascii=False)
    columns = "name, firm, project, phone, address, outcome, taken"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM homevisits_visit")
        stored = [each for row in cursor.fetchall() for each in row]
    assert [word in trail for word in ("元美路", "李雷", "138", "签", "松山湖")] == [False] * 5
    assert [each for each in stored if each and not each.startswith("v1:aesgcm:")] == []


def test_whose_it_was_is_deleted_once_it_is_over_for_long_enough(visits: Visits):
    visit, goes_on = visits.under_way(person_id=visits.town.person(0).pk), visits.asked(item="id-card")
    actions.not_met(no=visit.no, text="没有人", by=PLANNER, now=LATER)
    hall = visits.town.hall.pk

    done = [actions.forget_words(before={hall: until}, most=9) for until in (LATER, LATER + timedelta(seconds=1))]

    visit.refresh_from_db()
    goes_on.refresh_from_db()
    assert (done, visit.name, visit.address, visit.phone, visit.person_id, goes_on.address) == (
        [0, 1], "", "", "", None, ADDRESS,
    )  # fmt: skip
    assert {step.text for step in queries.steps(visit)} == {""}


def test_where_no_hall_forgets_nothing_goes(visits: Visits):
    assert actions.forget_words(before={}, most=9) == 0


def test_a_step_is_never_changed(visits: Visits):
    step = VisitStep.objects.get(visit=visits.asked())

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        VisitStep.objects.filter(pk=step.pk).update(verb="cancel")


@pytest.mark.parametrize(
    "columns",
    [
        {"state": "lost"}, {"kind": "project"}, {"reason": "lazy"}, {"origin": "moon"}, {"due_on": None},
        {"state": "cancelled"}, {"state": "planned"}, {"starts_at": AT_TEN}, {"half": "am"},
    ],
)  # fmt: skip
def test_the_table_itself_refuses_what_cannot_be(visits: Visits, columns: dict[str, Any]):
    visit = visits.asked()

    with pytest.raises(IntegrityError), transaction.atomic():
        Visit.objects.filter(pk=visit.pk).update(**columns)


@pytest.mark.race
def test_visits_of_the_same_instant_are_numbered_without_a_gap(committed_visits: Visits):
    phones = ["12"] + [f"1380013810{i}" for i in range(5)]  # one of them is refused

    results = together(6, lambda i: committed_visits.asked(phone=phones[i]))

    assert sorted(each.no for each in results if isinstance(each, Visit)) == [f"SM-260310-{n:04d}" for n in range(1, 6)]


@pytest.mark.race
def test_asked_for_twice_at_once_it_is_one(committed_visits: Visits):
    results = together(3, lambda _: committed_visits.asked())

    assert sorted(getattr(each, "slug", "asked") for each in results) == ["asked", "visit-asked", "visit-asked"]


@pytest.mark.race
def test_the_same_people_planned_twice_at_once_go_once(committed_visits: Visits):
    town = committed_visits.town
    numbers = [committed_visits.asked().no, committed_visits.asked(item="id-card").no]
    teams = [(town.clerk, town.second_clerk), (town.second_clerk, town.clerk)]

    results = together(2, lambda i: actions.plan(
        no=numbers[i], to=committed_visits.plan(staff=teams[i]), by=PLANNER, now=TUESDAY_NINE
    ))  # fmt: skip

    assert sorted(getattr(each, "slug", "planned") for each in results) == ["planned", "visitor-busy"]


@pytest.mark.race
def test_the_last_visit_of_a_half_day_is_planned_once(committed_visits: Visits):
    town = committed_visits.town
    town.policy(home_visits={"most_per_half_day": 1})
    numbers = [committed_visits.asked().no, committed_visits.asked(item="id-card").no]
    staff = [town.clerk, town.second_clerk]

    results = together(2, lambda i: actions.plan(
        no=numbers[i], to=committed_visits.plan(staff=(staff[i],)), by=PLANNER, now=TUESDAY_NINE
    ))  # fmt: skip

    assert sorted(getattr(each, "slug", "planned") for each in results) == ["planned", "visits-full"]


@pytest.mark.race
@pytest.mark.parametrize("cancels_first", [True, False])
def test_called_off_or_on_the_way_never_both(committed_visits: Visits, cancels_first: bool):
    visit = committed_visits.planned()

    def cancelling() -> Any:
        return actions.cancel(no=visit.no, by=PLANNER, now=AT_TEN)

    def setting_off() -> Any:
        return actions.set_off(no=visit.no, by=PLANNER, now=AT_TEN)

    result = meanwhile(cancelling, setting_off) if cancels_first else meanwhile(setting_off, cancelling)

    visit.refresh_from_db()
    assert (result.slug, visit.state) == ("wrong-state", "cancelled" if cancels_first else "on_the_way")
