"""The rules of the line, without a database."""

from __future__ import annotations

import heapq
import random
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banshi.kernel.policy import TicketPolicy
from banshi.kernel.refusals import Refusal
from banshi.rooms.tickets import rules
from banshi.rooms.tickets.rules import AtWork, Band, Due, Forecaster, Handling, InLine, Rank, RankClass
from tests.town import TUESDAY_NINE, at

POLICY = TicketPolicy()
MOMENTS = st.integers(0, 3_000_000_000).map(lambda ms: TUESDAY_NINE + timedelta(milliseconds=ms))
LANES = st.sampled_from(["", *rules.LANES])
KINDS = st.sampled_from(["booked", "walk_in"])


def rank(kind: str = "walk_in", lane: str = "", period: datetime | None = None, now: datetime = TUESDAY_NINE) -> Rank:
    return rules.rank(kind=kind, lane=lane, policy=POLICY, period_start=period, now=now)


def test_booked_numbers_go_before_walk_ins_that_came_earlier():
    booked = rank("booked", period=at("2026-03-10 10:00"), now=at("2026-03-10 09:50"))

    assert booked < rank(now=at("2026-03-10 09:00"))


def test_of_two_booked_numbers_the_earlier_period_goes_first_whoever_came_first():
    early_comer = rank("booked", period=at("2026-03-10 11:00"), now=at("2026-03-10 09:46"))
    early_period = rank("booked", period=at("2026-03-10 10:00"), now=at("2026-03-10 09:50"))

    assert early_period < early_comer


def test_where_booked_numbers_are_not_preferred_arrival_decides():
    policy = TicketPolicy(booked_first=False)
    walk_in = rules.rank(kind="walk_in", lane="", policy=policy, period_start=None, now=TUESDAY_NINE)
    booked = rules.rank(
        kind="booked", lane="", policy=policy, period_start=TUESDAY_NINE, now=TUESDAY_NINE + timedelta(seconds=1)
    )

    assert walk_in < booked


def test_a_priority_lane_goes_before_booked_numbers_where_the_policy_has_it():
    assert rank(lane="pregnant") < rank("booked", period=TUESDAY_NINE)


def test_a_lane_the_policy_does_not_have_gives_nothing():
    policy = TicketPolicy(priority_lanes=("disabled",))
    got = rules.rank(kind="walk_in", lane="pregnant", policy=policy, period_start=None, now=TUESDAY_NINE)

    assert got == rank()


@given(kind=KINDS, lane=LANES, period=MOMENTS, earlier=MOMENTS, wait_s=st.integers(1, 36_000))
def test_policy_a_puts_a_missed_number_behind_every_number_already_given(kind, lane, period, earlier, wait_s):
    back = rules.reinstated_rank(policy=TicketPolicy(missed="behind_all"), now=earlier + timedelta(seconds=wait_s))

    assert rank(kind, lane, period, earlier) < back


@given(kind=KINDS, lane=LANES, period=MOMENTS, now=MOMENTS)
def test_policy_b_puts_a_missed_number_before_everybody_who_queues(kind, lane, period, now):
    back = rules.reinstated_rank(policy=TicketPolicy(missed="reissue"), now=now)

    assert back < rank(kind, lane, period, now)


@given(period=MOMENTS, booked_at=MOMENTS, walked_in_at=MOMENTS)
def test_whoever_is_booked_goes_before_whoever_walks_in(period, booked_at, walked_in_at):
    assert rank("booked", period=period, now=booked_at) < rank(now=walked_in_at)


@given(st.lists(st.tuples(KINDS, LANES, MOMENTS, MOMENTS), min_size=3, max_size=3))
def test_ranks_are_a_total_order(people):
    a, b, c = (rank(kind, lane, period, now) for kind, lane, period, now in people)

    assert (a <= b) or (b <= a)
    assert not (a <= b and b <= c) or a <= c


@pytest.mark.parametrize(
    ("asked", "born", "found"),
    [
        ("", date(1961, 3, 10), ("elderly", False)),  # 65 today
        ("", date(1961, 3, 11), ("", False)),  # 65 tomorrow
        ("", None, ("", False)),
        ("elderly", date(1950, 1, 1), ("elderly", False)),
        ("elderly", None, ("elderly", True)),
        ("pregnant", date(1990, 1, 1), ("pregnant", True)),
        ("pregnant", None, ("pregnant", True)),
    ],
)
def test_a_lane_is_given_by_the_document_or_checked_at_the_window(asked, born, found):
    got = rules.lane_of(
        asked=asked, born=born, shown=True, policy=TicketPolicy(elderly_from=65), today=date(2026, 3, 10)
    )

    assert got == found


def test_whose_document_says_otherwise_is_refused_the_elderly_lane():
    got = rules.lane_of(asked="elderly", born=date(1990, 1, 1), shown=True, policy=POLICY, today=date(2026, 3, 10))

    assert isinstance(got, Refusal)
    assert (got.slug, got.facts["field"]) == ("invalid", "lane")


def test_a_walk_in_is_called_at_the_latest_after_the_policys_time_and_a_booked_one_has_no_such_moment():
    policy = TicketPolicy(finally_call_after=60)

    assert rules.call_by(rank_class=RankClass.WALK_IN, policy=policy, now=TUESDAY_NINE) == at("2026-03-10 10:00")
    assert rules.call_by(rank_class=RankClass.BOOKED, policy=policy, now=TUESDAY_NINE) is None
    assert rules.call_by(rank_class=RankClass.WALK_IN, policy=POLICY, now=TUESDAY_NINE) is None


def test_nothing_can_be_done_to_a_number_that_has_ended():
    """But what was pressed by mistake, within minutes, and what was sent home by a closure that is taken back."""
    number = rules.NUMBER
    may = {verb for verb in number.steps for state in number.ends if number.may(state, verb)}

    back = {"bring_back", "bring_back_in_line", "bring_back_missed"}
    assert may == {"undo", "undo_finish", "undo_turning_away", "undo_closing"} | back


def test_a_wrong_state_says_what_it_is_and_what_it_would_need_to_be():
    refusal = rules.NUMBER.refusal("finished", "start")

    assert refusal is not None
    assert (refusal.slug, dict(refusal.facts)) == ("wrong-state", {"state": "finished", "needs": ["called"]})


def test_a_step_asks_its_guard_with_what_is_known():
    policy = TicketPolicy(recall_limit=3)

    assert rules.NUMBER.refusal("called", "recall", recalls=2, policy=policy) is None
    no = rules.NUMBER.refusal("called", "recall", recalls=3, policy=policy)
    assert no is not None
    assert no.slug == "recall-limit"


@pytest.mark.parametrize(("recalls", "slug"), [(2, None), (3, "recall-limit")])
def test_recalls_end_at_the_limit(recalls, slug):
    refusal = rules.recall_refusal(recalls=recalls, policy=TicketPolicy(recall_limit=3))

    assert (refusal and refusal.slug) == slug


@pytest.mark.parametrize(
    ("came_back", "minutes", "slug"), [(0, 119, None), (1, 5, None), (2, 5, "wrong-state"), (0, 120, "too-late")]
)
def test_a_missed_number_comes_back_so_often_and_so_long(came_back, minutes, slug):
    policy = TicketPolicy(reissue_limit=2, reissue_within=120)
    refusal = rules.reinstate_refusal(
        came_back=came_back,
        closes=rules.comes_back_before(missed_at=TUESDAY_NINE, policy=policy),
        policy=policy,
        now=TUESDAY_NINE + timedelta(minutes=minutes),
    )

    assert (refusal and refusal.slug) == slug


@pytest.mark.parametrize(
    ("told", "came_back", "rule", "found"),
    [
        (60, 0, {"reissue_within": 10}, (60, True, "reissue")),
        (60, 0, {"reissue_within": 90}, (90, True, "reissue")),
        (60, 0, {"reissue_within": 90, "reissue_limit": 0}, (60, True, "reissue")),
        (60, 2, {"reissue_within": 90, "reissue_limit": 2}, (60, True, "reissue")),
        (60, 0, {"missed": "behind_all"}, (120, True, "reissue")),
        (None, 0, {"reissue_within": 10, "missed": "behind_all"}, (10, True, "behind_all")),
        (None, 0, {"reissue_limit": 0}, (120, False, "behind_all")),
    ],
)
def test_what_was_told_at_the_miss_stands_and_only_a_longer_time_is_new(told, came_back, rule, found):
    way = "" if told is None else "reissue"
    kept = rules.as_told(TicketPolicy(**rule), within=told, way=way, came_back=came_back)

    assert (kept.reissue_within, came_back < kept.reissue_limit, kept.missed) == found


@pytest.mark.parametrize(
    ("stood", "line_closes", "minutes"), [(0, None, 60), (20, None, 80), (0, 45, 45), (20, 45, 45), (20, 90, 80)]
)
def test_the_time_for_coming_back_stands_while_closed_and_ends_with_the_line(stood, line_closes, minutes):
    closes = rules.comes_back_before(
        missed_at=TUESDAY_NINE, policy=TicketPolicy(reissue_within=60), stood=timedelta(minutes=stood),
        line_closes_at=None if line_closes is None else TUESDAY_NINE + timedelta(minutes=line_closes),
    )  # fmt: skip

    assert closes == TUESDAY_NINE + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("policy", "zh"),
    [
        ({"missed": "reissue", "reissue_within": 30}, "9:30 前补号，不用重新排队。"),
        ({"missed": "behind_all", "reissue_within": 60}, "10:00 前可以补号，排在已取号的人后面。"),
        ({"reissue_limit": 0}, "要办就重新取号。"),
    ],
)
def test_whoever_missed_the_call_is_told_the_halls_own_rule(policy, zh):
    rule = TicketPolicy(**policy)
    closes = rules.comes_back_before(missed_at=TUESDAY_NINE, policy=rule)
    until = rules.back_until(came_back=0, closes=closes, policy=rule, now=TUESDAY_NINE)

    assert rules.missed_advice(rule, until=until, numbers=True)["advice_zh"] == zh


def test_whom_neither_the_number_nor_a_new_one_helps_is_not_sent_to_take_one():
    said = rules.missed_advice(TicketPolicy(reissue_limit=0), until=None, numbers=False)

    assert said["advice_zh"] == "不能再补号，现在也不再发号。"


# --- Learning -----------------------------------------------------------------------------------------------------


def test_learned_times_come_near_the_truth_of_what_was_seen():
    chance = random.Random(7)
    known = rules.prior(12)
    seen = [chance.lognormvariate(5.5, 0.6) for _ in range(2000)]

    for seconds in seen:
        known = rules.learn(known, seconds)

    truth = sorted(seen)
    assert known.p50_s == pytest.approx(truth[1000], rel=0.2)
    assert known.p90_s == pytest.approx(truth[1800], rel=0.2)
    assert known.mean_s == pytest.approx(sum(seen) / 2000, rel=0.15)


def test_what_happened_long_ago_fades():
    known = rules.prior(12)
    for seconds in [300.0] * 1000 + [900.0] * 1000:
        known = rules.learn(known, seconds)

    assert known.mean_s == pytest.approx(900, rel=0.1)


@given(st.lists(st.floats(0, 1e5), max_size=200))
def test_learned_times_stay_in_order_whatever_is_seen(seen):
    known = rules.prior(12)
    for seconds in seen:
        known = rules.learn(known, seconds)

    assert 0 < known.p50_s < known.p90_s
    assert known.mean_s > 0


# --- Forecast ------------------------------------------------------------------------------------------------------

TEN_MINUTES = Handling(100, 600.0, 600.0, 606.0)  # hardly varies
A, B = 1, 2


def forecaster(windows: list[AtWork], due: list[Due] | None = None) -> Forecaster:
    return Forecaster(windows=windows, handling={A: TEN_MINUTES, B: TEN_MINUTES}, due=due or [])


def test_at_an_idle_window_nobody_waits():
    assert forecaster([AtWork(1, frozenset({A}))]).place(InLine(A, 4)) == Band(0, rules.LEAST_BAND_S)


def test_where_no_window_serves_it_nothing_is_promised():
    assert forecaster([AtWork(1, frozenset({B}))]).place(InLine(A, 4)) is None
    assert forecaster([]).probe(A) is None


def test_two_windows_halve_the_wait():
    one = forecaster([AtWork(1, frozenset({A}))])
    two = forecaster([AtWork(1, frozenset({A})), AtWork(2, frozenset({A}))])
    for _ in range(8):
        one.place(InLine(A, 4))
        two.place(InLine(A, 4))

    alone, shared = one.probe(A), two.probe(A)

    assert alone is not None
    assert shared is not None
    assert alone.likely_s == 8 * 640
    assert shared.likely_s == pytest.approx(4 * 640, rel=0.01)


def test_an_integrated_window_shares_its_time_and_a_special_one_does_not():
    line = forecaster([AtWork(1, frozenset({A, B})), AtWork(2, frozenset({B}))])
    for _ in range(2):
        line.place(InLine(B, 4))

    both = line.probe(A), line.probe(B)

    assert [band and band.likely_s for band in both] == [pytest.approx(640, abs=5), pytest.approx(640, abs=5)]


def test_the_service_under_way_shortens_the_wait_by_what_is_done():
    fresh = forecaster([AtWork(1, frozenset({A}), A, 0.0)]).probe(A)
    half = forecaster([AtWork(1, frozenset({A}), A, 300.0)]).probe(A)

    assert [band and band.likely_s for band in (fresh, half)] == [600, 300]


def test_a_service_that_has_lasted_long_lasts_longer_still():
    varied = Handling(100, 600.0, 470.0, 1150.0)  # sigma 0.7

    def left(elapsed: float) -> float:
        parts = varied.in_parts(elapsed)
        return sum(parts) / len(parts)

    fresh, mean, long = left(0.0), left(600.0), left(1800.0)

    assert (fresh, mean) == (pytest.approx(600, rel=0.01), pytest.approx(450, rel=0.01))
    assert long > mean > 0.25 * fresh


def test_booked_people_who_will_have_come_go_before_a_walk_in_but_not_before_a_lane():
    due = [Due(A, 900.0), Due(A, 20_000.0)]
    busy = [AtWork(1, frozenset({A}), A, 0.0)]

    walk_in = forecaster(busy, due).place(InLine(A, RankClass.WALK_IN))
    lane = forecaster(busy, due).place(InLine(A, RankClass.LANE))

    assert walk_in is not None
    assert lane is not None
    # Comes with 85 %, from 15 minutes before the period on: most often before the window is free again.
    assert 600 < walk_in.likely_s <= 600 + 640 * rules.Turnout().comes
    assert lane.likely_s == 600


def test_booked_people_who_have_not_come_are_not_counted_as_here():
    absent = [Due(A, -2700.0, 900.0) for _ in range(100)]

    band = forecaster([AtWork(1, frozenset({A}))], absent).probe(A)

    assert band == Band(0, rules.LEAST_BAND_S)


def test_a_number_for_one_window_waits_for_that_window():
    line = forecaster([AtWork(1, frozenset({A}), A, 0.0), AtWork(2, frozenset({A}))])

    mine, nobodys = line.place(InLine(A, 0, only_window=1)), line.place(InLine(A, 0, only_window=9))

    assert (mine and mine.likely_s, nobodys) == (600, None)


@given(
    n=st.integers(0, 60),
    windows=st.integers(1, 12),
    classes=st.lists(st.integers(0, 4), min_size=60, max_size=60).map(sorted),
)
def test_waits_grow_along_the_line_and_the_most_is_never_less_than_the_likely(n, windows, classes):
    line = forecaster([AtWork(i, frozenset({A})) for i in range(windows)])

    bands = [line.place(InLine(A, classes[i])) for i in range(n)]

    likely = [band.likely_s for band in bands if band]
    assert likely == sorted(likely)
    assert all(band.at_most_s >= band.likely_s for band in bands if band)


def test_nine_waits_in_ten_are_at_most_what_was_promised():
    chance = random.Random(11)
    sigma = 0.6
    truth = Handling(500, 600.0, 600 / 1.1972, 600 / 1.1972 * 2.158)  # lognormal, mean 600 s, sigma 0.6
    kept = likely_kept = n = 0

    for _ in range(400):
        windows, ahead = chance.randint(1, 12), chance.randint(0, 40)
        promise = Forecaster(windows=[AtWork(i, frozenset({A})) for i in range(windows)], handling={A: truth}, due=[])
        for _ in range(ahead):
            promise.place(InLine(A, 4))
        band = promise.place(InLine(A, 4))
        assert band is not None
        actual = _played(chance, windows, ahead, sigma)
        if actual == 0:
            continue
        n += 1
        kept += actual <= band.at_most_s
        likely_kept += actual <= band.likely_s

    assert 0.88 <= kept / n <= 0.97
    assert 0.40 <= likely_kept / n <= 0.65


def _played(chance: random.Random, windows: int, ahead: int, sigma: float) -> float:
    """What happens: every service drawn anew."""
    free = [0.0] * windows
    for _ in range(ahead):
        start = heapq.heappop(free)
        heapq.heappush(free, start + chance.lognormvariate(0, sigma) * 600 / 1.1972 + rules.CHANGEOVER_S)
    return free[0]


def test_those_served_by_one_window_stand_in_one_line():
    windows = [frozenset({A, B}), frozenset({3})]

    assert rules.served_together(A, windows) == {A, B}
    assert rules.served_together(3, windows) == {3}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], ""),
        ([(None, 4)], ""),
        ([(600, 3)], "quiet"),
        ([(601, 0)], "fair"),
        ([(1500, 0), (None, 90)], "fair"),
        ([(1501, 0)], "busy"),
        ([(0, 0), (1800, 5)], "busy"),  # most wait where it is long: 1,543 s
        ([(0, 5), (1800, 0)], "quiet"),
    ],
)
def test_how_busy_a_hall_is_goes_by_the_lines_in_which_people_wait(lines, said):
    assert rules.how_busy(lines) == said


@pytest.mark.parametrize(("age", "lanes", "lane"), [
    (64, ("elderly",), ""), (65, ("elderly",), "elderly"), (80, ("disabled",), ""), (None, ("elderly",), ""),
])  # fmt: skip
def test_whole_years_open_the_elderly_lane_where_the_hall_has_one(age, lanes, lane):
    assert rules.lane_by_age(age, TicketPolicy(priority_lanes=lanes)) == lane


NINE, TEN = TUESDAY_NINE, TUESDAY_NINE + timedelta(hours=1)


@pytest.mark.parametrize(("likely_s", "called"), [(0, True), (3599, True), (3600, False), (3601, False), (None, False)])
def test_who_would_be_called_when_the_line_closes_is_not_called_any_more(likely_s: int | None, called: bool) -> None:
    assert rules.still_called(likely_s=likely_s, until=TEN, now=NINE) is called


@pytest.mark.parametrize(
    ("asked", "soonest"),
    [
        ({}, (0, 60 + 600)),
        ({"likely_s": 0}, (0, 60)),
        ({"likely_s": None}, (0, 60 + 3600)),
        ({"closes_at": NINE + timedelta(seconds=61)}, (0, 60 + 600)),
        ({"closes_at": NINE + timedelta(seconds=60)}, (1, 60 + 3600)),
        ({"open_now": False}, (1, 60 + 3600)),
        ({"open_now": False, "first_at": None}, (1, float("inf"))),
    ],
)
def test_a_hall_that_closes_before_one_gets_there_is_no_use_now(asked: Any, soonest: tuple[int, float]) -> None:
    usual = {"way_s": 60, "open_now": True, "closes_at": None, "likely_s": 600, "first_at": TEN}

    assert rules.where_soonest(**{**usual, **asked}, moment=NINE) == soonest
