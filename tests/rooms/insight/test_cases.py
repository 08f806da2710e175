"""Figures of cases: what they mean, that every split adds up to the same, and that what is kept equals a recount."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import date, timedelta
from statistics import median

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from banshi.kernel.actors import SYSTEM
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.catalogue.models import Department
from banshi.rooms.feedback.models import Rating
from banshi.rooms.insight import actions, queries, rules
from banshi.rooms.insight.models import CaseSum, Changed, Span
from banshi.rooms.insight.queries.facts import add
from banshi.rooms.insight.rules import CASE_COUNTS, DAYS, case_figures, step_of_days
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall, Region
from tests.matters import matters_of
from tests.rooms.insight.case_rows import case_of, rated, some_case, somebody
from tests.town import TUESDAY_NINE, at

FIRST = date(2026, 2, 2)
LAST = FIRST + timedelta(days=25)
NOW = at("2026-03-08 09:00")


class Undone(Exception):
    pass


def everything(halls, first=FIRST, last=LAST):
    asked = {"halls": halls, "first": first, "last": last}
    return {**queries.cases(**asked, bys=queries.CASE_BYS), "levels": queries.case_levels(**asked)}


def recount(halls, first=FIRST, last=LAST):
    found = {}
    with suppress(Undone), transaction.atomic():
        Span.objects.all().delete()
        found = everything(halls, first, last)
        raise Undone
    return found


def settle_all(now=NOW):
    while actions.settle_due(now=now, most=50):
        pass


def another_department():
    return Department.objects.create(code="market", name_zh="市场监管局", name_en="Market regulation")


@pytest.fixture
def crowd(county):
    """Three hundred cases of any kind in four halls on three levels."""
    town, halls, _ = county
    dice = random.Random(7)
    items = list(town.items.values())
    departments = [items[0].department, another_department()]
    person = town.person(1)
    for _ in range(300):
        some_case(dice, dice.choice(list(halls.values())), items, departments, person, FIRST)
    return list(halls.values())


# --- what they mean ---


def test_a_limit_in_hours_is_kept_to_the_minute(town):
    for last in ("2026-03-12 09:00", "2026-03-12 08:59"):
        case_of(
            town.hall, town.items["pension"], town.person(1), received=at("2026-03-12 08:00"),
            accepted=at("2026-03-12 08:00"), decided=at("2026-03-12 09:00"), due=date(2026, 3, 12), due_at=at(last),
        )  # fmt: skip

    total = queries.cases(halls=[town.hall], first=date(2026, 3, 12), last=date(2026, 3, 12), bys=[])[""][-1]

    assert (total["due"], total["on_time"]) == (2, 1)


def test_each_thing_counts_on_the_day_it_happened(town):
    case_of(
        town.hall, town.items["pension"], town.person(1), received=at("2026-03-10 23:59"), accepted=at("2026-03-11 00:00"),
        decided=at("2026-03-12 09:00"), closed=at("2026-03-13 09:00"), due=date(2026, 3, 12), trips=1, days_saved=18, stars=4,
    )  # fmt: skip

    days = queries.cases(halls=[town.hall], first=date(2026, 3, 10), last=date(2026, 3, 13), bys=["day"])["day"]

    happened = ("received", "accepted", "decided", "on_time", "completed", "one_stop", "ratings")
    assert [[row[name] for name in happened] for row in days] == [
        [1, 0, 0, 0, 0, 0, 0],
        [0, 1, 0, 0, 0, 0, 0],
        [0, 0, 1, 1, 0, 0, 0],
        [0, 0, 0, 0, 1, 1, 1],
        [1, 1, 1, 1, 1, 1, 1],
    ]


def test_what_was_withdrawn_lapsed_or_not_accepted_is_not_completed(town):
    for outcome in ("withdrawn", "lapsed", "not_accepted"):
        case_of(
            town.hall, town.items["pension"], town.person(1), received=at("2026-03-10 09:00"),
            closed=at("2026-03-10 10:00"), outcome=outcome, stars=1,
        )  # fmt: skip

    total = queries.cases(halls=[town.hall], first=date(2026, 3, 10), last=date(2026, 3, 10), bys=[])[""][-1]

    assert (total["received"], total["completed"], total["ratings"]) == (3, 0, 0)


def test_shares_without_anything_to_share_are_none():
    row = case_figures({}, {})

    assert {name: row[name] for name in row if name not in CASE_COUNTS} == dict.fromkeys(
        (
            "completion_share", "on_time_share", "saved_p50", "second_notice_share", "one_stop_share", "trips_mean",
            "rating_mean", "satisfied_share", "rated_share", "prepared_mean_s", "unprepared_mean_s", "seconds_saved",
        )
    )  # fmt: skip


def test_shares_are_of_what_they_say():
    counts = {
        "received": 20, "second_notices": 1, "accepted": 16, "decided": 12, "due": 10, "on_time": 9, "completed": 8,
        "one_stop": 6, "trips": 10, "ratings": 2, "stars_5": 1, "stars_2": 1,
    }  # fmt: skip

    row = case_figures(counts, {step_of_days(10): 1, step_of_days(15): 1})

    assert row["completion_share"] == 0.5
    assert row["on_time_share"] == 0.9
    assert row["saved_p50"] == 12.5
    assert row["second_notice_share"] == 0.05
    assert row["one_stop_share"] == 0.75
    assert row["trips_mean"] == 1.25
    assert (row["rating_mean"], row["satisfied_share"], row["rated_share"]) == (3.5, 0.5, 0.25)


@given(st.lists(st.lists(st.integers(-DAYS[-1], DAYS[-1]), max_size=8), max_size=8))
def test_the_half_of_any_union_is_that_of_its_cases(parts):
    found: dict = {}
    for part in parts:
        steps: dict[int, int] = {}
        for days in part:
            steps[step_of_days(days)] = steps.get(step_of_days(days), 0) + 1
        add(found, {("", None): {"saved_steps": rules.unpacked(rules.packed(steps))}})
    everybody = [days for part in parts for days in part]

    half = case_figures({}, found.get(("", None), {}).get("saved_steps", {}))["saved_p50"]

    assert half == (median(everybody) if everybody else None)


# --- every split adds up ---


def counts(row):
    return {name: row[name] for name in CASE_COUNTS}


def summed(rows):
    return {name: sum(row[name] for row in rows) for name in CASE_COUNTS}


@pytest.mark.parametrize("settled", [False, True])
def test_every_split_of_every_figure_adds_up_to_the_same(crowd, settled):
    if settled:
        settle_all()

    found = everything(crowd)

    total = found[""][-1]
    there = [name for name in CASE_COUNTS if name not in ("stars_2", "stars_4") and "prepared" not in name]
    assert min(total[name] for name in there) > 0
    for by in queries.CASE_BYS:
        *rows, last = found[by]
        assert last == total, by
        assert summed(rows) == counts(total), by
    *rows, whole = found["levels"]
    assert counts(whole) == counts(total)
    for parent in [*(row for row in rows if row["level"] != "hall"), {**whole, "key": None}]:
        parts = [row for row in rows if row["parent"] == parent["key"]]
        assert summed(parts) == counts(parent), parent["key"]


def test_a_hall_alone_is_its_row_among_all(crowd):
    rows = {row["key"]: row for row in queries.cases(halls=crowd, first=FIRST, last=LAST, bys=["hall"])["hall"]}

    alone = {hall.code: queries.cases(halls=[hall], first=FIRST, last=LAST, bys=[])[""][-1] for hall in crowd}

    figures = list(case_figures({}, {}))
    assert {code: [row[name] for name in figures] for code, row in alone.items()} == {
        code: [rows[code][name] for name in figures] for code in alone
    }


# --- what is kept equals a recount ---


def test_what_is_kept_equals_a_recount_before_while_and_after_days_are_settled(crowd):
    before = everything(crowd)
    differing = []

    while actions.settle_due(now=NOW, most=9):
        if everything(crowd) != before:
            differing.append(Span.objects.count())

    assert differing == []
    assert CaseSum.objects.filter(span__days=8).count() > 0
    assert before == recount(crowd)


def test_a_range_is_the_same_from_longer_spans_and_from_days(crowd):
    crowd = crowd[:2]
    Rating.objects.exclude(hall__in=crowd).delete()
    Case.objects.exclude(hall__in=crowd).delete()
    settle_all(now=at("2026-05-01 09:00"))
    dice = random.Random(3)
    differing = []

    for _ in range(4):
        first = FIRST + timedelta(days=dice.randrange(20))
        last = first + timedelta(days=dice.randrange(70))
        if everything(crowd, first, last) != recount(crowd, first, last):
            differing.append((first, last))

    assert differing == []
    assert CaseSum.objects.filter(span__days=64).count() > 0


@pytest.mark.parametrize("days", [1, 3, 30])
def test_settled_days_take_one_query_and_one_for_names_however_many(town, days):
    for n in range(days):
        case_of(town.hall, town.items["pension"], town.person(1), received=at(f"{FIRST + timedelta(days=n)} 09:00"))
    settle_all(now=at("2026-04-20 09:00"))

    with CaptureQueriesContext(connection) as done:
        queries.cases(halls=[town.hall], first=FIRST, last=FIRST + timedelta(days=days - 1), bys=["item"])

    assert len(done) == 2


# --- what comes later ---


@pytest.fixture
def settled(town):
    """A case received, accepted, decided and closed on four days that are settled; and one that is under way."""
    done = case_of(
        town.hall, town.items["pension"], town.person(1), received=at("2026-02-03 09:00"), accepted=at("2026-02-04 09:00"),
        decided=at("2026-02-05 09:00"), closed=at("2026-02-06 09:00"), due=date(2026, 2, 5), days_saved=15, trips=1,
    )  # fmt: skip
    going = case_of(
        town.hall,
        town.items["pension"],
        town.person(2),
        received=at("2026-02-03 09:00"),
        accepted=at("2026-02-04 09:00"),
    )
    settle_all()
    return {"town": town, "done": done, "going": going}


def of(case, **columns):
    Case.objects.filter(pk=case.pk).update(**columns)


def decided_late(on):
    of(
        on["going"],
        phase="decided",
        decided_at=at("2026-02-10 09:00"),
        decided_by=somebody(),
        granted=True,
        outcome="granted",
    )


def accepted_from_the_day_of_receipt(on):
    of(on["going"], accepted_at=at("2026-02-03 09:00"), deemed=True)


def told_a_second_time(on):
    of(on["going"], notices=2)


def rated_late(on):
    rated(on["done"], 5)


def rating_gone(on):
    rated(on["done"], 5)
    settle_all()
    Rating.objects.all().delete()


def rating_set_aside(on):
    rated(on["done"], 1)
    settle_all()
    Rating.objects.all().update(set_aside_at=NOW)


def entered_afterwards(on):
    case_of(on["town"].hall, on["town"].items["pension"], on["town"].person(3), received=at("2026-02-04 15:00"))


def given_to_another_department(on):
    of(on["done"], department_id=another_department().pk)


def came_more_often(on):
    of(on["done"], trips=3)


LATE = [
    (decided_late, {date(2026, 2, 10)}),
    (accepted_from_the_day_of_receipt, {date(2026, 2, 3), date(2026, 2, 4)}),
    (told_a_second_time, {date(2026, 2, 3)}),
    (rated_late, {date(2026, 2, 6)}),
    (rating_gone, {date(2026, 2, 6)}),
    (rating_set_aside, {date(2026, 2, 6)}),
    (entered_afterwards, {date(2026, 2, 4)}),
    (given_to_another_department, {date(2026, 2, 3), date(2026, 2, 4), date(2026, 2, 5), date(2026, 2, 6)}),
    (came_more_often, {date(2026, 2, 6)}),
]


@pytest.mark.parametrize(("change", "days"), LATE)
def test_what_comes_later_lands_on_its_own_day_and_the_day_is_settled_again(settled, change, days):
    halls = [settled["town"].hall]

    change(settled)
    noted = set(Changed.objects.values_list("day", flat=True))
    at_once = everything(halls)
    truth = recount(halls)
    settle_all()

    assert noted == days
    assert at_once == truth
    assert Changed.objects.count() == 0
    assert everything(halls) == truth


def test_what_figures_do_not_read_leaves_days_settled(settled):
    of(settled["going"], notices=1, language="en", tolerant=True, stopped_at=NOW, due_promised=date(2026, 2, 20))
    rated(settled["done"], 1, follow_up=True)
    Rating.objects.filter(follow_up=True).update(stars=2)
    Rating.objects.all().delete()

    assert Changed.objects.count() == 0


def test_a_hall_that_lived_by_another_clock_is_counted_anew(settled):
    hall = settled["town"].hall
    of(settled["going"], accepted_at=at("2026-02-04 23:30"))
    settle_all()
    Hall.objects.filter(pk=hall.pk).update(timezone="Asia/Tokyo")
    hall.refresh_from_db()

    at_once = everything([hall])
    truth = recount([hall])
    settle_all()

    assert {row["key"]: row["accepted"] for row in truth["day"]}["2026-02-05"] == 1
    assert (at_once, everything([hall])) == (truth, truth)


# --- by the steps that people take ---


def test_a_case_taken_through_its_steps_counts_with_each(town):
    matters = matters_of(town)
    case = matters.received()
    day = TUESDAY_NINE.date()

    def now_says():
        row = queries.cases(halls=[town.hall], first=day, last=day + timedelta(days=20), bys=[])[""][-1]
        return [
            row[name]
            for name in ("received", "accepted", "decided", "granted", "on_time", "completed", "one_stop", "trips")
        ]

    told = [now_says()]
    cases.accept(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)
    told.append(now_says())
    cases.hand_over(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)
    cases.opine(case_no=case.no, says="grant", by=matters.by["reviewer"], now=at("2026-03-11 09:00"))
    cases.decide(case_no=case.no, grant=True, by=matters.by["approver"], now=at("2026-03-11 10:00"))
    told.append(now_says())
    cases.issue(case_no=case.no, by=matters.by["issuer"], now=at("2026-03-11 11:00"))
    cases.shelve(case_no=case.no, place="A-1", by=matters.by["issuer"], now=at("2026-03-11 11:00"))
    cases.deliver(case_no=case.no, how="courier", by=SYSTEM, now=at("2026-03-12 11:00"))
    told.append(now_says())

    assert told == [
        [1, 0, 0, 0, 0, 0, 0, 0],
        [1, 1, 0, 0, 0, 0, 0, 0],
        [1, 1, 1, 1, 1, 0, 0, 0],
        [1, 1, 1, 1, 1, 1, 1, 1],
    ]
    assert queries.cases(halls=[town.hall], first=day, last=day + timedelta(days=20), bys=[])[""][-1]["saved_p50"] == 19


def test_seconds_at_the_window_with_and_without_a_prepared_folder(town):
    from tests.rooms.insight.facts import came

    window, received = town.hall.windows.get(code="town-01"), at("2026-03-10 09:03")
    for i, (minutes, sent_at) in enumerate([(4, at("2026-03-09 20:00")), (10, None), (20, None)], start=1):
        ticket = came(
            town.hall, town.categories["A"], at("2026-03-10 09:00"), handling_min=minutes, window=window, staff=town.clerk
        )  # fmt: skip
        for item in ["pension", "medical"][: 2 if minutes == 20 else 1]:  # the last has two cases, and shares its time
            case_of(
                town.hall, town.items[item], town.person(i), received=received, visit=ticket.visit, submitted_at=sent_at
            )  # fmt: skip

    total = queries.cases(halls=[town.hall], first=date(2026, 3, 10), last=date(2026, 3, 10), bys=[])[""][-1]

    assert (total["prepared"], total["unprepared"], total["unprepared_s"]) == (1, 3, 1800)
    assert (total["prepared_mean_s"], total["unprepared_mean_s"], total["seconds_saved"]) == (240, 600, 360)


def test_every_hall_counts_in_one_region_below_the_asked_one_and_they_add_up(crowd, county):
    town, halls, _ = county
    city = town.hall.region
    district = Region.objects.create(
        code="441901", parent=city, level="district", name_zh="东区", name_en="East", path=f"{city.path}441901/"
    )
    street = Region.objects.create(
        code="441901001",
        parent=district,
        level="town",
        name_zh="一街道",
        name_en="First",
        path=f"{district.path}441901001/",
    )
    Hall.objects.filter(pk=halls["next"].pk).update(region=street)
    in_city = places.halls_in_region(city.code)
    asked = {"halls": in_city, "first": FIRST, "last": LAST}

    *regions, total = queries.cases(**asked, bys=["region"], region=city.code)["region"]
    *by_hall, of_halls = queries.cases(**asked, bys=["hall"])["hall"]
    settle_all()

    assert [row["key"] for row in regions] == [city.code, "441900004", "441901"]
    assert regions[0]["name_zh"] == f"{city.name_zh}本级"
    counted = {row["key"]: row["received"] for row in by_hall}
    assert [row["received"] for row in regions] == [counted["town"], counted["south"], counted["other"]]
    assert total == of_halls
    for name in CASE_COUNTS:
        assert sum(row[name] for row in regions) == sum(row[name] for row in by_hall) == total[name]
    assert queries.cases(**asked, bys=["region"], region=city.code)["region"] == [*regions, total]
    assert queries.cases(**asked, bys=["region"])["region"] == [*regions, total]


def test_below_a_region_asked_for_only_its_own_are_told_apart(crowd, county):
    *rows, _ = queries.cases(halls=crowd, first=FIRST, last=LAST, bys=["region"])["region"]

    assert [row["key"] for row in rows] == ["440000", "510100"]
