import random
import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from banshi.rooms.booking.models import Appointment, LedgerEntry
from banshi.rooms.insight import queries
from banshi.rooms.insight.queries import facts as facts_sql
from banshi.rooms.tickets.models import Ticket, Visit
from tests.rooms.insight.facts import booked, came
from tests.town import at

MONDAY, TUESDAY, WEDNESDAY = date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 11)


def scatter(town, halls, categories):
    """Some hundred facts over three days, halls, channels and outcomes; the same ones each time."""
    dice = random.Random(7)
    for code, hall in halls.items():
        category = categories[code]
        for _ in range(30):
            day = dice.choice([MONDAY, TUESDAY, WEDNESDAY])
            arrived = at(f"{day} 09:00") + timedelta(minutes=dice.randrange(0, 420))
            state = dice.choice(["finished"] * 5 + ["left", "closed", "redirected", "waiting", "missed"])
            home = code == "city"
            came(
                hall, dice.choice([category, town.categories["B"]]) if home else category, arrived,
                wait_min=dice.uniform(0, 60), handling_min=dice.uniform(2, 30), state=state,
                window=town.windows[dice.choice(["01", "02", "03"])] if home and state == "finished" else None,
                staff=town.clerk if home else None, item=dice.choice([None, *town.items.values()]),
                channel=dice.choice(["kiosk", "wechat", "web"]), kind=dice.choice(["booked", "walk_in"]),
                misses=dice.choice([0, 0, 0, 1, 2]),
                stars=dice.choice([None, 1, 3, 4, 5, 5]),
            )  # fmt: skip
        slot = town.slot(hall=hall, quota=50, starts=at(f"{TUESDAY} 09:00"))
        for state in ("booked", "served", "served", "no_show", "cancelled"):
            booked(
                hall,
                category,
                town.items["pension"],
                town.person(1),
                slot,
                state=state,
                source=dice.choice(["web", "phone"]),
            )


@pytest.mark.parametrize("by", ["day", "hour", "hall", "category", "item", "window", "channel"])
def test_the_rows_of_a_level_add_up_to_its_total_in_every_count(county, by):
    town, halls, categories = county
    scatter(town, halls, categories)

    *rows, total = queries.visits(halls=list(halls.values()), first=MONDAY, last=WEDNESDAY, by=by)

    assert total["visits"] == 120
    assert {count: sum(row[count] for row in rows) for count in queries.COUNTS} == {c: total[c] for c in queries.COUNTS}


def test_each_region_is_exactly_the_sum_of_its_regions_and_halls(county):
    town, halls, categories = county
    scatter(town, halls, categories)

    *rows, total = queries.levels(halls=list(halls.values()), first=MONDAY, last=WEDNESDAY)

    for parent in [*(row for row in rows if row["level"] != "hall"), {**total, "key": None}]:
        parts = [row for row in rows if row["parent"] == parent["key"]]
        sums = {count: sum(part[count] for part in parts) for count in queries.COUNTS}
        assert sums == {count: parent[count] for count in queries.COUNTS}, parent["key"]
    assert [(row["key"], row["depth"]) for row in rows] == [
        ("440000", 0),
        ("441900", 1),
        ("town", 2),
        ("other", 2),
        ("441900004", 2),
        ("south", 3),
        ("510100", 0),
        ("far", 1),
    ]


def test_by_region_leaves_the_halls_out_and_keeps_the_total(county):
    town, halls, categories = county
    scatter(town, halls, categories)

    rows = queries.visits(halls=list(halls.values()), first=MONDAY, last=WEDNESDAY, by="region")

    assert [(row["key"], row["visits"]) for row in rows] == [
        ("440000", 90), ("441900", 90), ("441900004", 30), ("510100", 30), ("total", 120),
    ]  # fmt: skip


def test_every_ticket_is_served_left_closed_redirected_or_open(county):
    town, halls, categories = county
    scatter(town, halls, categories)

    [total] = queries.visits(halls=list(halls.values()), first=MONDAY, last=WEDNESDAY)

    parts = [total[each] for each in ("served", "left", "closed", "redirected", "open")]
    assert sum(parts) == total["tickets"] == 120
    assert total["booked"] + total["walk_in"] == 120
    assert min(parts) > 0


def test_percentiles_of_a_level_come_from_its_facts_and_not_from_its_parts(town):
    for minutes in (1, 1, 1, 1, 1, 1, 1, 1, 1):
        came(town.hall, town.categories["A"], at(f"{MONDAY} 09:00"), wait_min=minutes)
    came(town.hall, town.categories["A"], at(f"{TUESDAY} 09:00"), wait_min=61)

    monday, tuesday, total = queries.visits(halls=[town.hall], first=MONDAY, last=TUESDAY, by="day")

    assert (monday["wait_p50_s"], tuesday["wait_p50_s"]) == (60, 3660)
    assert (total["wait_p50_s"], total["wait_p90_s"], total["wait_mean_s"]) == (60, 60 + 360, 420)


def test_a_day_without_anybody_has_a_row_of_zeros_and_no_times(town):
    rows = queries.visits(halls=[town.hall], first=MONDAY, last=MONDAY, by="day")

    assert [row["key"] for row in rows] == ["2026-03-09", "total"]
    assert {rows[0][count] for count in queries.COUNTS} == {0}
    assert {rows[0][time] for time in queries.TIMES} == {None}
    assert rows[0]["satisfied_share"] is None


def test_hours_are_those_of_the_halls_own_clock_with_quiet_ones_between(town):
    came(town.hall, town.categories["A"], at(f"{MONDAY} 08:59"))
    came(town.hall, town.categories["A"], at(f"{MONDAY} 11:00"))

    rows = queries.visits(halls=[town.hall], first=MONDAY, last=MONDAY, by="hour")

    assert [(row["key"], row["visits"]) for row in rows] == [("08", 1), ("09", 0), ("10", 0), ("11", 1), ("total", 2)]


def test_a_visit_with_two_matters_is_one_visit_of_its_first_category(town):
    first = came(town.hall, town.categories["A"], at(f"{MONDAY} 09:00"), stars=5)
    came(town.hall, town.categories["B"], at(f"{MONDAY} 09:30"), visit=first.visit)

    a, b, total = queries.visits(halls=[town.hall], first=MONDAY, last=MONDAY, by="category")

    assert (a["visits"], a["tickets"], b["visits"], b["tickets"]) == (1, 1, 0, 1)
    assert (total["visits"], total["tickets"], total["rated_share"]) == (1, 2, 1.0)


def test_who_come_together_are_one_visit_and_several_persons(town):
    together = came(town.hall, town.categories["A"], at(f"{MONDAY} 09:00"))
    came(town.hall, town.categories["A"], at(f"{MONDAY} 09:00"))
    slot = town.slot(starts=at(f"{MONDAY} 09:00"))
    booking = booked(town.hall, town.categories["A"], town.items["pension"], town.person(0), slot, state="served")
    Appointment.objects.filter(pk=booking.pk).update(persons=3)
    Ticket.objects.filter(pk=together.pk).update(appointment=booking)

    a, b, total = queries.visits(halls=[town.hall], first=MONDAY, last=MONDAY, by="category")

    assert [(row["visits"], row["persons"]) for row in (a, b, total)] == [(2, 4), (0, 0), (2, 4)]


def test_numbers_without_window_or_item_have_a_row_of_their_own(town):
    came(town.hall, town.categories["A"], at(f"{MONDAY} 09:00"), state="left")

    by_window = queries.visits(halls=[town.hall], first=MONDAY, last=MONDAY, by="window")
    by_item = queries.visits(halls=[town.hall], first=MONDAY, last=MONDAY, by="item")

    assert [(row["key"], row["tickets"]) for row in by_window] == [
        ("town-01", 0), ("town-02", 0), ("town-03", 0), ("none", 1), ("total", 1),
    ]  # fmt: skip
    assert [(row["key"], row["tickets"]) for row in by_item] == [("none", 1), ("total", 1)]


def test_satisfaction_counts_real_ratings_once_and_follow_ups_not_at_all(town):
    for stars in (5, 5, 3, 2):
        came(town.hall, town.categories["A"], at(f"{MONDAY} 09:00"), stars=stars, follow_up=1)
    came(town.hall, town.categories["A"], at(f"{MONDAY} 09:00"))

    [total] = queries.visits(halls=[town.hall], first=MONDAY, last=MONDAY)

    assert (total["ratings"], total["rating_mean"]) == (4, 3.75)
    assert (total["satisfied_share"], total["five_star_share"], total["rated_share"]) == (0.75, 0.5, 0.8)


def test_other_halls_and_other_days_are_left_out(county):
    town, halls, categories = county
    came(halls["city"], categories["city"], at(f"{MONDAY} 09:00"))
    came(halls["city"], categories["city"], at(f"{WEDNESDAY} 09:00"))
    came(halls["next"], categories["next"], at(f"{TUESDAY} 09:00"))

    [total] = queries.visits(halls=[halls["city"]], first=MONDAY, last=TUESDAY)

    assert total["visits"] == 1


def test_no_halls_give_an_empty_total(town):
    rows = queries.visits(halls=[], first=MONDAY, last=TUESDAY, by="hall")

    assert [(row["key"], row["visits"]) for row in rows] == [("total", 0)]


def test_an_unknown_level_is_refused(town):
    with pytest.raises(ValueError, match="shoe size"):
        queries.visits(halls=[town.hall], first=MONDAY, last=MONDAY, by="shoe size")


@pytest.mark.parametrize("facts", [1, 3])
@pytest.mark.parametrize(
    ("by", "wanted"),
    [
        (None, 2),
        ("day", 2),
        ("hour", 2),
        ("hall", 2),
        ("channel", 2),
        ("category", 3),
        ("window", 3),
        ("item", 3),
        ("region", 3),
    ],
)
def test_days_not_settled_take_a_query_for_what_is_kept_one_for_facts_and_one_for_names(county, by, wanted, facts):
    town, halls, categories = county
    for _ in range(facts):
        for code, hall in halls.items():
            window = town.windows["01"] if code == "city" else None
            came(hall, categories[code], at(f"{MONDAY} 09:00"), item=town.items["pension"], window=window)

    with CaptureQueriesContext(connection) as done:
        queries.visits(halls=list(halls.values()), first=MONDAY, last=WEDNESDAY, by=by)

    assert len(done) == wanted


def test_all_levels_of_a_page_are_read_at_once(town):
    came(town.hall, town.categories["A"], at(f"{MONDAY} 09:00"), item=town.items["pension"])

    with CaptureQueriesContext(connection) as done:
        queries.figures(
            halls=[town.hall],
            first=MONDAY,
            last=WEDNESDAY,
            bys=["day", "hour", "category", "window", "channel", "item"],
        )

    assert len(done) == 5


@pytest.fixture
def long_history(town):
    """A year and a half of thirty people a day, all in one hall, with the planner knowing it."""
    start, person, slot = at("2024-09-15 09:00"), town.person(1), town.slot(quota=1)
    days = [start + timedelta(days=n) for n in range(540)]
    visits = Visit.objects.bulk_create(
        Visit(hall=town.hall, day=day.date(), channel="kiosk", arrived_at=day) for day in days for _ in range(30)
    )
    Ticket.objects.bulk_create(
        Ticket(
            ref=f"h{n}", hall=town.hall, day=visit.day, number=f"A{n}", letter="A", seq=n, kind="walk_in", visit=visit,
            category=town.categories["A"], channel="kiosk", state="finished", rank_class=4, rank_key=n,
            made_at=visit.arrived_at, wait_s=600, handling_s=700,
        )
        for n, visit in enumerate(visits)
    )  # fmt: skip
    Appointment.objects.bulk_create(
        Appointment(
            code=f"h{n}", hall=town.hall, slot=slot, item=town.items["pension"], category=town.categories["A"],
            person=person, business="cat:A", day=visit.day, half="am", starts_at=visit.arrived_at,
            ends_at=visit.arrived_at + timedelta(hours=1), exempt=True, state="served", source="web", booked_by="system",
            created_at=visit.arrived_at,
        )
        for n, visit in enumerate(visits)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tickets_visit, tickets_ticket, booking_appointment, feedback_rating")
    return town


NUMBERS = "(tickets_by_hall_day|a_number_is_given_once_a_day)"  # both begin with hall and day


def test_in_a_long_history_the_days_are_found_by_hall_and_day(long_history):
    wanted = {
        "TICKETS": [NUMBERS],
        "VISITS": ["visits_by_hall_day", NUMBERS],
        "APPOINTMENTS": ["appointments_by_hall_day"],
        "RATINGS": ["visits_by_hall_day"],
    }
    read_whole = {}

    for name, indexes in wanted.items():
        with connection.cursor() as cursor:
            cursor.execute(
                f"EXPLAIN {getattr(facts_sql, name)}",
                {"halls": [long_history.hall.pk] * 2, "days": [MONDAY, TUESDAY]},
            )
            plan = "\n".join(row[0] for row in cursor.fetchall())
        read_whole[name] = [index for index in indexes if not re.search(f"(using|Index Scan on) {index}", plan)]

    assert read_whole == {"TICKETS": [], "VISITS": [], "APPOINTMENTS": [], "RATINGS": []}


def test_a_no_show_that_was_forgiven_is_none(county):
    town, halls, categories = county
    hall, slot = halls["city"], town.slot(hall=halls["city"], quota=5, starts=at(f"{TUESDAY} 09:00"))
    missed = [
        booked(hall, categories["city"], town.items["pension"], town.person(1), slot, state="no_show") for _ in range(2)
    ]
    for row, forgiven_at in zip(missed, (None, at(f"{TUESDAY} 12:00")), strict=True):
        LedgerEntry.objects.create(
            person=row.person, appointment=row, visit=row.code, scope="city", kind="no_show", on=row.day, at=row.ends_at,
            forgiven_at=forgiven_at,
        )  # fmt: skip

    *_, total = queries.visits(halls=[hall], first=MONDAY, last=WEDNESDAY)

    assert (total["appointments"], total["no_shows"]) == (2, 1)
