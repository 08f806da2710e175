"""The crowd's people and days: seeded, shaped by the presets, plausible to the product."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from statistics import mean, pstdev
from zoneinfo import ZoneInfo

import pytest

from banshi.crowd import plan
from banshi.crowd.dice import dice, lognormal, moments, weighted
from banshi.crowd.halls import Place, busy_windows, on_duty, profile_of
from banshi.crowd.people import person
from banshi.crowd.run import share_of_public
from banshi.kernel.documents import IdType, normalise
from banshi.kernel.phones import is_mobile

CHINA = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 24)
HALLS = ("nancheng", "dongguan", "dongcheng", "chengdu", "xindu", "shuangliu", "xilai")


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(DAY.year, DAY.month, DAY.day, hour, minute, tzinfo=CHINA)


REGULAR = (
    plan.Session(at(8, 30), at(12), "regular"),
    plan.Session(at(14), at(17, 30), "regular"),
)


def test_the_same_seed_plans_the_same_day_and_another_seed_another():
    nancheng = profile_of("nancheng")

    first, again, other = (
        plan.arrivals(nancheng, seed=seed, day=DAY, sessions=REGULAR, booked=0) for seed in (1, 1, 2)
    )

    assert first == again
    assert first != other


def test_a_citizen_is_drawn_from_seed_hall_day_and_number_alone():
    nancheng = profile_of("nancheng")

    assert plan.citizen(nancheng, seed=3, day=DAY, number=9) == plan.citizen(nancheng, seed=3, day=DAY, number=9)


def test_ten_thousand_people_have_ten_thousand_valid_documents_and_phones():
    people = [person(n) for n in range(10_000)]

    assert len({p.id_number for p in people}) == 10_000
    assert [normalise(IdType.RESIDENT_ID, p.id_number, today=DAY) for p in people] == [p.id_number for p in people]
    assert all(is_mobile(p.phone) for p in people[:300])


def test_one_document_has_one_name_whatever_number_led_to_it():
    names: dict[str, set[str]] = {}
    for n in range(3000):
        someone = person(n % 1000, hall="chengdu", elder=n % 2 == 0)
        names.setdefault(someone.id_number, set()).add(someone.name)

    assert Counter(len(given) for given in names.values()) == Counter({1: len(names)})


def test_elders_are_old_enough_for_their_lane_and_others_are_not():
    elders = {int(person(n, elder=True).id_number[6:10]) for n in range(500)}
    others = {int(person(n).id_number[6:10]) for n in range(500)}

    assert max(elders) <= DAY.year - 65 < min(others)


def test_an_ordinary_day_brings_the_preset_number_of_visitors_within_opening_hours():
    nancheng = profile_of("nancheng")

    day = plan.arrivals(nancheng, seed=1, day=DAY, sessions=REGULAR, booked=200)

    walking = [a for a in day if a.what == "walk_in"]
    assert len(walking) == nancheng.daily_arrivals - 200
    assert [a for a in walking if plan.session_at(REGULAR, a.at) is None] == []
    assert [a.at for a in day] == sorted(a.at for a in day)


def test_nobody_comes_on_a_day_without_sessions():
    assert plan.arrivals(profile_of("nancheng"), seed=1, day=DAY, sessions=(), booked=0) == []


def test_more_people_walk_in_mid_morning_than_at_the_end_of_the_day():
    dongguan = profile_of("dongguan")
    day = plan.arrivals(dongguan, seed=1, day=DAY, sessions=(plan.Session(at(9), at(17), "regular"),), booked=0)

    hours = Counter(a.at.hour for a in day if a.what == "walk_in")

    assert hours[9] > 2 * hours[16]


def test_a_days_mix_of_visitors_in_dongguan_takes_12_69_minutes_on_the_mean():
    dongguan = profile_of("dongguan")
    weights = dongguan.arrivals_weight

    expected = sum(w * dongguan.mean_minutes(c) for c, w in weights.items()) / sum(weights.values())
    chance = dice(1, "handling")
    drawn = [
        lognormal(chance, dongguan.mean_minutes(weighted(chance, dict(weights))), dongguan.handling_spread)
        for _ in range(20_000)
    ]

    assert expected == pytest.approx(12.69, abs=0.005)
    assert mean(drawn) == pytest.approx(12.69, rel=0.02)


def test_handling_times_have_the_asked_mean_and_spread():
    chance = dice("spread")

    drawn = [lognormal(chance, 10.0, 0.45) for _ in range(30_000)]

    assert mean(drawn) == pytest.approx(10.0, rel=0.02)
    assert pstdev(drawn) / mean(drawn) == pytest.approx(0.45, rel=0.05)


def test_without_spread_every_handling_takes_the_mean():
    assert lognormal(dice(1), 9.5, 0.0) == 9.5


def test_what_has_no_weight_cannot_be_drawn():
    with pytest.raises(ValueError, match="weight"):
        weighted(dice(1), {"a": 0.0})


def test_moments_lie_within_their_pieces_in_order():
    found = moments(dice(1), [(at(9), at(9, 30), 3.0), (at(14), at(15), 0.0)], 50)

    assert (len(found), found == sorted(found), min(found) >= at(9), max(found) < at(9, 30)) == (50, True, True, True)


@pytest.mark.parametrize("hall", HALLS)
def test_every_category_is_served_however_few_people_come(hall: str):
    profile = profile_of(hall)
    categories = sorted(profile.arrivals_weight)
    places = [Place(f"{hall}-{c}", c, frozenset({c}), False) for c in categories]
    places += [Place(f"{hall}-all-{n}", str(n), frozenset(categories), True) for n in range(200)]

    for scale in (1.0, 0.3, 0.01):
        chosen = set(on_duty(places, profile, open_minutes=420, scale=scale))
        served = {c for p in places if p.code in chosen for c in p.categories}
        assert served == set(categories)


def test_windows_are_staffed_for_the_load_and_never_beyond_the_staff():
    dongguan = profile_of("dongguan")
    categories = frozenset(dongguan.arrivals_weight)
    places = [Place(f"w{n}", str(n), categories, True) for n in range(400)]

    busy = sum(busy_windows(dongguan, 480).values())
    whole = on_duty(places, dongguan, open_minutes=480, scale=1.0)
    tenth = on_duty(places, dongguan, open_minutes=480, scale=0.1)
    flooded = on_duty(places, dongguan, open_minutes=480, scale=50.0)

    assert busy * 1.2 < len(whole) < busy * 1.5
    assert len(tenth) < len(whole) / 5
    assert len(flooded) == dongguan.clerks


def test_the_public_is_thinned_out_only_when_the_clock_runs_fast():
    shares = [share_of_public(7207, speed) for speed in (0, 1, 60, 600)]

    assert shares[:2] == [1.0, 1.0]
    assert 0 < shares[3] < shares[2] < 1
    assert shares[2] == pytest.approx(10 * shares[3])


def test_most_who_booked_come_early_and_the_preset_share_never_comes():
    nancheng = profile_of("nancheng")
    starts = at(9) + timedelta(days=1)
    fates = [
        plan.fate(
            nancheng, seed=1, code="X", hall="nancheng", item="i", number=n, made_at=at(10), starts_at=starts,
            ends_at=starts + timedelta(hours=1),
        )
        for n in range(4000)
    ]  # fmt: skip

    never = sum(f.fate == "never" for f in fates) / len(fates)
    assert never == pytest.approx(nancheng.no_show_rate, abs=0.012)
    assert [f for f in fates if f.fate == "come" and f.come_at >= f.starts_at] == []
    assert [f for f in fates if f.fate == "late" and f.come_at <= f.starts_at] == []
    assert [f for f in fates if f.act_at is not None and f.act_at <= at(10)] == []


def test_an_appointment_survives_being_written_down():
    starts = at(9) + timedelta(days=1)
    booked = plan.fate(
        profile_of("nancheng"), seed=1, code="K7Q2", hall="nancheng", item="i", number=7, made_at=at(10),
        starts_at=starts, ends_at=starts + timedelta(hours=1),
    )  # fmt: skip

    assert plan.Booked.known(booked.kept()) == booked


@pytest.mark.parametrize("hall", HALLS)
def test_the_crowd_rates_as_the_report_says(hall):
    chance, stars = dice(1, hall, "stars"), dict(profile_of(hall).stars)

    given = Counter(weighted(chance, stars) for _ in range(200_000))

    assert sorted(stars) == [1, 2, 3, 4, 5]
    assert round(sum(share for star, share in stars.items() if star >= 3), 5) == 0.99936
    assert round(stars[5], 5) == 0.99895
    assert sorted(given) == [1, 2, 3, 4, 5]
    assert abs(given[5] / 200_000 - 0.99895) < 0.0004
    assert abs(sum(n for star, n in given.items() if star >= 3) / 200_000 - 0.99936) < 0.0003


def test_who_rates_gives_each_of_the_five_where_the_preset_has_them():
    hall = replace(profile_of("nancheng"), rating_share=1.0, stars=dict.fromkeys(range(1, 6), 0.2))

    given = Counter(plan.citizen(hall, seed=1, day=DAY, number=n).stars for n in range(500))

    assert sorted(given) == [1, 2, 3, 4, 5]
    assert min(given.values()) > 70
