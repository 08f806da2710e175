"""What the crowd saw against what the halls report."""

from __future__ import annotations

from collections import Counter
from typing import Any

from banshi.crowd.ledger import COUNTS, Finding, Kept, Lived, Seen, Told, by_window, compare, kept, kept_by, totals


def seen_one_day(*, within: float = 0.0) -> Seen:
    seen = Seen("nancheng")
    seen.counts.update({"tickets": 10, "booked": 4, "walk_in": 6, "ratings": 3, "appointments": 5})
    for n in range(8):
        seen.served("nancheng-02")
        seen.waits.append(Lived(300.0 + n, within))
        seen.handlings.append(Lived(600.0, within))
    seen.miss("REF1")
    seen.miss("REF1")
    return seen


def verdicts(seen: Seen, *, times: Any = None, windows: int = 8, clock_s: float = 0.5, **more: int) -> dict[str, str]:
    after = Counter({name: seen.counts[name] for name in COUNTS}) + Counter(more)
    found = compare(
        seen,
        before=Counter(),
        after=after,
        windows_before=Counter(),
        windows_after=Counter({"nancheng-02": windows}),
        times=times,
        clock_s=clock_s,
    )
    return {f.what: f.verdict for f in found}


def test_a_number_missed_twice_counts_once():
    assert seen_one_day().counts["missed"] == 1


def test_equal_counts_are_the_same():
    found = verdicts(seen_one_day())

    assert {found[name] for name in COUNTS} == {"same"}


def test_a_hall_that_lost_a_rating_differs():
    seen = seen_one_day()
    seen.counts["ratings"] = 4

    found = verdicts(seen, ratings=0)
    reported = compare(
        seen,
        before=Counter(),
        after=Counter({**{name: seen.counts[name] for name in COUNTS}, "ratings": 3}),
        windows_before=Counter(),
        windows_after=Counter({"nancheng-02": 8}),
        times=None,
        clock_s=0.5,
    )

    assert found["ratings"] == "same"
    assert [f for f in reported if f.bad] == [Finding("nancheng", "ratings", 4, 3, "differs")]


def test_others_in_the_hall_may_add_to_its_counts_but_not_to_the_crowds_windows():
    found = verdicts(seen_one_day(), windows=9, tickets=2, walk_in=2, served=1)

    assert (found["tickets"], found["served"], found["ratings"]) == ("others", "others", "same")
    assert found["served at the crowd's windows"] == "differs"


def test_alone_in_the_hall_one_served_too_many_differs():
    assert verdicts(seen_one_day(), served=1)["served"] == "differs"


def test_mean_times_may_be_off_by_little():
    near = {"wait": {"mean": 310}, "handling": {"mean": 615}}
    far = {"wait": {"mean": 400}, "handling": {"mean": None}}

    assert verdicts(seen_one_day(), times=near)["mean wait, s"] == "same"
    assert verdicts(seen_one_day(), times=near)["mean handling, s"] == "same"
    assert verdicts(seen_one_day(), times=far)["mean wait, s"] == "differs"
    assert verdicts(seen_one_day(), times=far)["mean handling, s"] == "skipped"


def test_the_row_that_sums_up_is_not_counted_again():
    rows = [{"code": "2026-11-24", "tickets": 3}, {"code": "2026-11-25", "tickets": 4}, {"code": "total", "tickets": 7}]

    assert totals(rows)["tickets"] == 7


def test_served_by_window_leaves_out_those_who_served_nobody():
    rows = [{"code": "w1", "served": 3}, {"code": "w2", "served": 0}, {"code": "total", "served": 3}]

    assert by_window(rows) == Counter({"w1": 3})


def test_what_a_slow_server_adds_to_a_wait_is_no_difference():
    late = {"wait": {"mean": 140.0}, "handling": {"mean": 600.0}}

    quick = verdicts(seen_one_day(within=12.0), times=late, clock_s=60.0)
    slow = verdicts(seen_one_day(within=240.0), times=late, clock_s=60.0)
    astray = verdicts(seen_one_day(within=12.0), times=late, clock_s=160.0)

    assert [each["mean wait, s"] for each in (quick, slow, astray)] == ["differs", "same", "same"]


def test_promises_are_set_beside_what_came_true():
    told = [(60.0, 180.0, 100.0), (300.0, 400.0, 500.0), (240.0, 400.0, 0.0)]

    assert kept(told) == Kept(3, 2 / 3, 0.0)
    assert kept([]) is None


def test_promises_are_weighed_for_each_category_apart():
    told = [Told(10, 20, 15, "B", 9), Told(10, 20, 5, "A", 9), Told(30, 40, 60, "A", 10)]

    assert kept_by(told, lambda each: each.category) == {
        "A": Kept(2, 0.5, 40 / 65 - 1),
        "B": Kept(1, 1.0, 10 / 15 - 1),
    }
