from datetime import date, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from banshi.rooms.insight import queries
from banshi.rooms.staffing.models import Shift
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets import queries as line_queries
from banshi.rooms.tickets.models import Pause, WindowSession
from tests.rooms.insight.facts import came
from tests.town import at

MONDAY, TUESDAY = date(2026, 3, 9), date(2026, 3, 10)


def test_arrivals_fall_into_the_half_hour_in_which_they_came(town):
    for moment in ("09:00", "09:29", "09:30", "10:59"):
        came(town.hall, town.categories["A"], at(f"{MONDAY} {moment}"))

    halves = queries.arrivals_by_half_hour(halls=[town.hall], first=MONDAY, last=MONDAY)

    assert [(h.start, h.visits) for h in halves] == [(time(9), 2), (time(9, 30), 1), (time(10), 0), (time(10, 30), 1)]
    assert queries.busiest(halves) == halves[0]


def test_nobody_came_has_no_half_hours_and_no_busiest(town):
    halves = queries.arrivals_by_half_hour(halls=[town.hall], first=MONDAY, last=MONDAY)

    assert halves == []
    assert queries.busiest(halves) is None


def test_wait_bars_hold_everybody_whose_service_began_and_begin_at_their_lower_end(town):
    for minutes in (0, 4.99, 5, 59.9, 60, 200):
        came(town.hall, town.categories["A"], at(f"{MONDAY} 09:00"), wait_min=minutes)
    came(town.hall, town.categories["A"], at(f"{MONDAY} 09:00"), state="left")

    bars = queries.wait_distribution(halls=[town.hall], first=MONDAY, last=MONDAY)

    assert [(b.from_min, b.to_min, b.people) for b in bars] == [
        (0, 5, 2), (5, 10, 1), (10, 15, 0), (15, 20, 0), (20, 30, 0), (30, 45, 0), (45, 60, 1), (60, None, 2),
    ]  # fmt: skip


def test_promises_agree_with_the_halls_own_hit_rate(town):
    for minutes, promised in ((8, (10, 15)), (15, (10, 15)), (16, (10, 15)), (None, (10, 15))):
        came(town.hall, town.categories["A"], at(f"{MONDAY} 09:00"), wait_min=minutes, promised=promised)

    kept = queries.promises(halls=[town.hall], first=MONDAY, last=TUESDAY)

    theirs = line_queries.hit_rate(town.hall.pk, MONDAY, TUESDAY)
    assert (kept.n, kept.kept, kept.below_likely, kept.off_s) == (3, 2, 1, 260)
    assert kept.days == ((MONDAY, 3, 2),)
    assert (kept.n, kept.share) == (theirs.n, theirs.hit_rate)


def test_no_promises_have_no_share(town):
    kept = queries.promises(halls=[town.hall], first=MONDAY, last=MONDAY)

    assert (kept.n, kept.share, kept.off_s, kept.days) == (0, None, None, ())


def test_a_windows_load_leaves_pauses_out_and_ends_now(town):
    session = WindowSession.objects.create(
        window=town.windows["01"], hall=town.hall, staff=town.clerk, signed_in_at=at(f"{MONDAY} 09:00")
    )
    Pause.objects.create(session=session, reason="午餐", starts_at=at(f"{MONDAY} 10:00"), ends_at=at(f"{MONDAY} 10:30"))
    came(
        town.hall, town.categories["A"], at(f"{MONDAY} 09:00"), wait_min=5, handling_min=84, window=town.windows["01"],
        staff=town.clerk,
    )  # fmt: skip

    loads = queries.window_loads(hall=town.hall, day=MONDAY, now=at(f"{MONDAY} 11:30"))

    assert [(load.number, load.at_work_s, load.busy_s, load.services, load.verdict) for load in loads] == [
        ("01", 7200, 84 * 60, 1, "even"), ("02", 0, 0, 0, ""), ("03", 0, 0, 0, ""),
    ]  # fmt: skip
    assert [load.share for load in loads] == [0.7, None, None]


def test_a_session_forgotten_overnight_counts_for_each_day_its_part(town):
    WindowSession.objects.create(
        window=town.windows["01"], hall=town.hall, staff=town.clerk, signed_in_at=at(f"{MONDAY} 23:00"),
        signed_out_at=at(f"{TUESDAY} 02:00"),
    )  # fmt: skip

    days = [queries.window_loads(hall=town.hall, day=day, now=at("2026-03-12 09:00"))[0] for day in (MONDAY, TUESDAY)]

    assert [load.at_work_s for load in days] == [3600, 7200]


def test_free_clerks_are_those_of_the_hall_who_are_signed_in_nowhere_on_duty_first(town):
    now = at(f"{MONDAY} 09:00")
    Shift.objects.create(
        hall=town.hall, staff=town.second_clerk, day=MONDAY, starts_at=now, ends_at=at(f"{MONDAY} 12:00"), made_by="system",
        made_at=now,
    )  # fmt: skip

    before = queries.free_clerks(town.hall, now)
    tickets.sign_in(window_code="town-01", staff_id=town.second_clerk.pk, now=now)
    after = queries.free_clerks(town.hall, now)

    assert [(clerk.login, clerk.on_duty) for clerk in before] == [("clerk2", True), ("clerk", False)]
    assert [clerk.login for clerk in after] == ["clerk"]


@pytest.mark.parametrize("people", [1, 3])
def test_each_reading_is_one_query(town, people):
    for _ in range(people):
        came(town.hall, town.categories["A"], at(f"{MONDAY} 09:00"), promised=(10, 15))

    with CaptureQueriesContext(connection) as done:
        queries.arrivals_by_half_hour(halls=[town.hall], first=MONDAY, last=MONDAY)
        queries.wait_distribution(halls=[town.hall], first=MONDAY, last=MONDAY)
        queries.promises(halls=[town.hall], first=MONDAY, last=MONDAY)
        queries.window_loads(hall=town.hall, day=MONDAY, now=at(f"{MONDAY} 12:00"))
        queries.free_clerks(town.hall, at(f"{MONDAY} 12:00"))

    assert len(done) == 5
