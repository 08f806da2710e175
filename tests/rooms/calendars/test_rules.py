from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from banshi.kernel.spans import Span, covers, overlap
from banshi.kernel.working_days import WorkCalendar, rows_from_table
from banshi.rooms.calendars.rules import (
    CalendarDocument,
    ClosedSlug,
    Closure,
    Half,
    InvalidCalendar,
    Words,
    applies,
    checked_when,
    halves,
    is_open,
    load,
    lunar_day,
    next_opening,
    rules_on,
    session_at,
    sessions_on,
    why_closed,
)

PRESETS = Path(__file__).parents[3] / "presets"
CAL = WorkCalendar.from_rows(rows_from_table((PRESETS / "calendar" / "national.csv").read_bytes()))
CHINA = ZoneInfo("Asia/Shanghai")
REPAIR = Words(zh="空调检修", en="air conditioning repair")

MONDAY, WEDNESDAY, THURSDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 25), date(2026, 11, 26), date(2026, 11, 27)
SATURDAY, SUNDAY = date(2026, 11, 28), date(2026, 11, 29)
NATIONAL_DAY = date(2026, 10, 1)
MAKE_UP_SATURDAY, SPRING_FESTIVAL_SUNDAY, SPRING_FESTIVAL = date(2026, 2, 14), date(2026, 2, 15), date(2026, 2, 17)


def preset(hall):
    return load(yaml.safe_load((PRESETS / "halls" / hall / "calendar.yaml").read_bytes()))


def at(day, hour, minute=0):
    return datetime.combine(day, time(hour, minute), CHINA)


def rule(code="regular", **fields):
    return {
        "code": code,
        "name": {"zh": code, "en": code},
        "when": "every_day",
        "hours": [["09:00", "17:00"]],
        **fields,
    }


def document(*rules, **fields):
    return load({"rules": list(rules), **fields})


def hours(doc, day, closures=()):
    return [
        (session.rule, f"{session.starts_at:%H:%M}–{session.ends_at:%H:%M}")
        for session in sessions_on(doc, day, CAL, closures)
    ]


def periods(doc, day, closures=()):
    return [
        f"{start:%H:%M}–{end:%H:%M}"
        for session in sessions_on(doc, day, CAL, closures)
        for start, end in session.periods
    ]


# --- The halls -------------------------------------------------------------------------------------------------


def test_nancheng_has_six_one_hour_periods_on_a_working_day():
    assert periods(preset("nancheng"), MONDAY) == [
        "08:30–09:30",
        "09:30–10:30",
        "10:30–11:30",
        "14:00–15:00",
        "15:00–16:00",
        "16:00–17:00",
    ]


def test_nancheng_works_on_a_make_up_saturday_and_rests_at_the_weekend_and_in_a_holiday():
    nancheng = preset("nancheng")

    assert len(periods(nancheng, MAKE_UP_SATURDAY)) == 6
    assert [hours(nancheng, day) for day in (SATURDAY, SUNDAY, SPRING_FESTIVAL)] == [[], [], []]


def test_dongcheng_is_open_nine_to_five_without_a_noon_break():
    dongcheng = preset("dongcheng")

    assert hours(dongcheng, MONDAY) == [("regular", "09:00–17:00")]
    assert is_open(dongcheng, at(MONDAY, 12, 30), CAL) is True
    assert is_open(dongcheng, at(MONDAY, 17), CAL) is False


def test_the_dongguan_centre_has_sixteen_half_hour_periods_on_a_working_day():
    assert len(periods(preset("dongguan"), MONDAY)) == 16
    assert hours(preset("dongguan"), SATURDAY) == []


@pytest.mark.parametrize("hall", ["chengdu", "xindu", "shuangliu"])
@pytest.mark.parametrize("day", [SATURDAY, SUNDAY])
def test_chengdu_weekends_take_bookings_until_friday_four_and_walk_ins_after_those(hall, day):
    sessions = sessions_on(preset(hall), day, CAL)

    assert {session.cut_off_at for session in sessions} == {at(FRIDAY, 16)}
    assert {(session.kind, session.walk_ins, session.item_tag) for session in sessions} == {
        ("weekend", "after_booked", "extended")
    }


def test_a_chengdu_weekend_serves_only_the_items_chosen_for_it():
    saturday = sessions_on(preset("chengdu"), SATURDAY, CAL)[0]

    assert saturday.serves("id-card", ["extended"]) is True
    assert saturday.serves("id-card", ["other"]) is False


def test_a_chengdu_make_up_saturday_is_a_working_day_and_not_a_weekend_session():
    assert [code for code, _ in hours(preset("chengdu"), MAKE_UP_SATURDAY)] == ["regular", "evening"]
    assert hours(preset("chengdu"), SPRING_FESTIVAL_SUNDAY) == []


def test_a_chengdu_evening_takes_bookings_until_four_of_the_same_day():
    evening = sessions_on(preset("chengdu"), MONDAY, CAL)[-1]

    assert (evening.kind, evening.starts_at, evening.cut_off_at) == ("extended", at(MONDAY, 17), at(MONDAY, 16))


@pytest.mark.parametrize(
    ("day", "closes"), [(MONDAY, 18.5), (date(2026, 11, 24), 17), (WEDNESDAY, 18.5), (THURSDAY, 17), (FRIDAY, 18.5)]
)
def test_shuangliu_is_open_to_half_past_six_on_monday_wednesday_and_friday(day, closes):
    last = sessions_on(preset("shuangliu"), day, CAL)[-1].ends_at

    assert last == at(day, 0) + timedelta(hours=closes)


@pytest.mark.parametrize("day", [date(2017, 8, 5), date(2017, 8, 13)])
def test_xilai_is_open_nine_to_one_on_the_market_saturday_and_sunday_of_the_report(day):
    assert hours(preset("xilai"), day) == [("market", "09:00–13:00")]


@pytest.mark.parametrize("day", [date(2017, 8, 6), date(2017, 8, 12), date(2017, 8, 20)])
def test_xilai_rests_on_a_weekend_day_without_market(day):
    xilai = preset("xilai")

    assert hours(xilai, day) == []
    assert why_closed(xilai, day, CAL).slug == ClosedSlug.NOT_A_MARKET_DAY


def test_xilai_works_both_odd_and_even_working_days():
    assert [code for code, _ in hours(preset("xilai"), date(2017, 8, 8))] == ["regular", "regular"]
    assert [code for code, _ in hours(preset("xilai"), date(2017, 8, 9))] == ["regular", "regular"]


@pytest.mark.parametrize("hall", ["nancheng", "dongguan", "dongcheng", "chengdu", "xindu", "shuangliu", "xilai"])
def test_a_preset_survives_being_stored_and_read_back(hall):
    doc = preset(hall)

    assert load(doc.model_dump(mode="json")) == doc


# --- When ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "day", "holds"),
    [
        ("every_day", SPRING_FESTIVAL, True),
        ("working", MAKE_UP_SATURDAY, True),
        ("working", SATURDAY, False),
        ("rest_day", SATURDAY, True),
        ("holiday", SATURDAY, False),
        ("holiday", SPRING_FESTIVAL, True),
        ("make_up", MAKE_UP_SATURDAY, True),
        ("make_up", MONDAY, False),
        ({"weekdays": ["mon", "sat"]}, SATURDAY, True),
        ({"weekdays": ["mon", "sat"]}, SUNDAY, False),
        ({"weekdays": ["mon", "tue", "wed", "thu", "fri"]}, NATIONAL_DAY, False),
        ({"weekdays": ["mon", "tue", "wed", "thu", "fri"]}, MAKE_UP_SATURDAY, True),
        ({"weekdays": ["sat"]}, MAKE_UP_SATURDAY, False),
        ({"any": [{"weekdays": ["thu"]}, {"dates": [NATIONAL_DAY.isoformat()]}]}, NATIONAL_DAY, True),
        ({"nth_weekday": {"nth": [4], "weekday": "mon"}}, MONDAY, True),
        ({"nth_weekday": {"nth": [1, 3], "weekday": "mon"}}, MONDAY, False),
        ({"nth_weekday": {"nth": [-1], "weekday": "mon"}}, date(2026, 11, 30), True),
        ({"nth_weekday": {"nth": [-1], "weekday": "mon"}}, MONDAY, False),
        ({"nth_weekday": {"nth": [1], "weekday": "thu"}}, NATIONAL_DAY, False),
        ({"every_weeks": {"every": 2, "from": "2026-11-09"}}, MONDAY, True),
        ({"every_weeks": {"every": 2, "from": "2026-11-18"}}, MONDAY, False),
        ({"every_weeks": {"every": 2, "from": "2026-12-07"}}, MONDAY, False),
        ({"all": [{"every_weeks": {"every": 2, "from": "2026-11-12"}}, {"weekdays": ["mon"]}]}, MONDAY, True),
        ({"parity": "odd"}, date(2026, 10, 31), True),
        ({"parity": "odd"}, date(2026, 11, 1), True),
        ({"parity": "even"}, date(2026, 11, 1), False),
        ({"digits": [1, 4, 7]}, date(2026, 11, 24), True),
        ({"digits": [1, 4, 7]}, date(2026, 11, 25), False),
        ({"digits": [0]}, date(2026, 11, 30), True),
        ({"lunar_digits": [4]}, date(2017, 8, 5), True),
        ({"lunar_digits": [5]}, date(2017, 8, 5), False),
        ({"dates": ["2026-11-23"]}, MONDAY, True),
        ({"dates": [date(2026, 11, 24)]}, MONDAY, False),
        ({"range": {"from": "2026-11-23", "to": "2026-11-23"}}, MONDAY, True),
        ({"range": {"from": "2026-11-24"}}, MONDAY, False),
        ({"range": {"to": "2026-11-22"}}, MONDAY, False),
        ({"all": ["working", {"parity": "odd"}]}, MONDAY, True),
        ({"all": ["working", {"parity": "even"}]}, MONDAY, False),
        ({"any": ["holiday", {"parity": "odd"}]}, MONDAY, True),
        ({"not": {"any": ["holiday", "working"]}}, SATURDAY, True),
    ],
)
def test_an_expression_holds_on_the_days_it_names(when, day, holds):
    assert applies(checked_when(when), day, CAL) is holds


def test_the_market_saturday_of_the_report_was_the_fourteenth_of_the_leap_sixth_moon():
    assert lunar_day(date(2017, 8, 5)) == 14


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        ("sometimes", "'when' knows the words every_day, working, rest_day, holiday, make_up, not 'sometimes'"),
        (
            {"weekday": ["mon"]},
            "'when' knows the keys weekdays, nth_weekday, every_weeks, parity, digits, lunar_digits, dates, range, all, "
            "any, not, not 'weekday'",
        ),
        ({"weekdays": ["monday"]}, "weekdays are mon, tue, wed, thu, fri, sat, sun, not 'monday'"),
        ({"weekdays": []}, "'weekdays' needs a list with something in it"),
        ({"parity": "both"}, "parity is odd or even, not 'both'"),
        ({"digits": [10]}, "digits are last digits of the day, 0 to 9 (0 for 逢十), not 10"),
        ({"dates": ["2026-02-30"]}, "'2026-02-30' is not a day like 2026-10-01"),
        ({"range": {}}, "a range has a 'from' day, a 'to' day, or both"),
        (
            {"range": {"from": "2026-02-02", "to": "2026-02-01"}},
            "the range ends on 2026-02-01, before it begins on 2026-02-02",
        ),
        ({"all": []}, "'all' needs a list with something in it"),
        (
            {"working": True, "parity": "odd"},
            "'when' is a word or has exactly one of the keys "
            "weekdays, nth_weekday, every_weeks, parity, digits, lunar_digits, dates, range, all, any, not",
        ),
    ],
)
def test_a_wrong_expression_is_answered_with_a_sentence(when, sentence):
    with pytest.raises(InvalidCalendar) as refused:
        document(rule(when=when))

    assert refused.value.sentences == (f'rule "regular", when: {sentence}',)


def test_an_expression_nested_without_end_is_refused():
    when = "working"
    for _ in range(40):
        when = {"not": when}

    with pytest.raises(InvalidCalendar, match="nested more than 12 deep"):
        document(rule(when=when))


# --- The document ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"hours": [["17:00", "09:00"]]}, 'rule "regular": hours 17:00–9:00 end before they start'),
        (
            {"hours": [["09:00", "12:00"], ["11:00", "13:00"]]},
            'rule "regular": hours 9:00–12:00 and 11:00–13:00 overlap',
        ),
        ({"hours": [["9:00", "12:00"]]}, 'rule "regular", hours.1.1: \'9:00\' is not a time of day like "09:00"'),
        (
            {"hours": [[540, "12:00"]]},
            'rule "regular", hours.1.1: write times in quotes, like "09:00"; YAML read this one as the number 540',
        ),
        ({"periods": [["08:00", "09:00"]]}, 'rule "regular": the period 8:00–9:00 lies outside the hours'),
        (
            {"periods": [["09:00", "10:00"]], "period_minutes": 30},
            'rule "regular": give either periods or period_minutes, not both',
        ),
        (
            {"code": "Ünlock"},
            "rule \"Ünlock\", code: a code is made of small letters, digits, - and _, unlike 'Ünlock'",
        ),
        (
            {"items": []},
            'rule "regular", items: an empty list would serve nothing; leave it out to serve everything',
        ),
        ({"hours": []}, 'rule "regular": a rule needs at least one stretch of hours'),
        ({"colour": "red"}, 'rule "regular", colour: is not known here'),
        (
            {"cut_off": {"time": "16:00"}},
            'rule "regular", cut_off: a cut-off names either a weekday or days_before, and not both',
        ),
        ({"overrides": ["nowhere"]}, "calendar: rule 'regular' overrides 'nowhere', which does not exist"),
        ({"overrides": ["regular"]}, "calendar: rule 'regular' overrides itself, directly or through another"),
        (
            {"valid_from": "2026-02-01", "valid_to": "2026-01-01"},
            'rule "regular": valid_to 2026-01-01 lies before valid_from 2026-02-01',
        ),
    ],
)
def test_a_wrong_rule_is_answered_with_a_sentence_that_names_it(fields, sentence):
    with pytest.raises(InvalidCalendar) as refused:
        document(rule(**fields))

    assert refused.value.sentences == (sentence,)


def test_every_fault_gets_its_own_sentence():
    broken = rule()
    del broken["name"]

    with pytest.raises(InvalidCalendar) as refused:
        load({"timezone": "Mars/Olympus", "rules": [broken, rule("b", when="never")]})

    assert refused.value.sentences == (
        "timezone: there is no time zone 'Mars/Olympus'",
        'rule "regular", name: is missing',
        "rule \"b\", when: 'when' knows the words every_day, working, rest_day, holiday, make_up, not 'never'",
    )


def test_a_calendar_without_rules_is_refused():
    with pytest.raises(InvalidCalendar, match="calendar: a calendar needs at least one rule"):
        document()


def test_two_rules_cannot_share_a_code_nor_replace_each_other():
    with pytest.raises(InvalidCalendar, match="two rules have the code 'regular'"):
        document(rule(), rule())
    with pytest.raises(InvalidCalendar, match="overrides itself, directly or through another"):
        document(rule("a", overrides=["b"]), rule("b", overrides=["a"]))


# --- Sessions --------------------------------------------------------------------------------------------------


def test_a_rule_replaces_the_ones_it_names_on_the_days_it_applies():
    short = rule("short", when={"dates": ["2026-11-23"]}, hours=[["09:00", "12:00"]], overrides=["regular"])
    doc = document(rule(), short)

    assert hours(doc, MONDAY) == [("short", "09:00–12:00")]
    assert hours(doc, WEDNESDAY) == [("regular", "09:00–17:00")]


def test_a_rule_that_is_replaced_replaces_nothing():
    doc = document(rule("a"), rule("b", overrides=["a"]), rule("c", overrides=["b"]))

    assert [each.code for each in rules_on(doc, MONDAY, CAL)] == ["a", "c"]


def test_a_rule_holds_on_its_first_and_last_day_and_not_around_them():
    doc = document(rule(valid_from="2026-11-24", valid_to="2026-11-25"))

    assert [bool(hours(doc, date(2026, 11, day))) for day in (23, 24, 25, 26)] == [False, True, True, False]


def test_periods_come_from_the_rule_then_the_document_then_the_hours():
    short = {"hours": [["09:00", "10:00"]]}

    assert periods(document(rule(**short), period_minutes=30), MONDAY) == ["09:00–09:30", "09:30–10:00"]
    assert periods(document(rule(**short, period_minutes=60), period_minutes=30), MONDAY) == ["09:00–10:00"]
    assert periods(document(rule(**short), periods=[["08:00", "09:00"], ["09:15", "10:00"]]), MONDAY) == ["09:15–10:00"]
    assert periods(document(rule(**short)), MONDAY) == ["09:00–10:00"]


def test_a_closure_cuts_a_session_in_two_and_takes_the_periods_it_touches():
    doc = document(rule(hours=[["09:00", "13:00"]], period_minutes=60))
    closure = Closure(at(MONDAY, 10, 30), at(MONDAY, 11, 30), REPAIR)

    assert hours(doc, MONDAY, [closure]) == [("regular", "09:00–10:30"), ("regular", "11:30–13:00")]
    assert periods(doc, MONDAY, [closure]) == ["09:00–10:00", "12:00–13:00"]


def test_a_closure_stored_in_utc_gives_sessions_in_the_hall_s_own_time():
    closure = Closure(at(MONDAY, 9).astimezone(UTC), at(MONDAY, 10).astimezone(UTC), REPAIR)

    (session,) = sessions_on(document(rule()), MONDAY, CAL, [closure])

    assert session.starts_at.isoformat() == "2026-11-23T10:00:00+08:00"


def test_a_closure_of_several_days_closes_the_days_between():
    closure = Closure(at(MONDAY, 12), at(WEDNESDAY, 12), REPAIR)
    doc = document(rule())

    assert hours(doc, MONDAY, [closure]) == [("regular", "09:00–12:00")]
    assert hours(doc, date(2026, 11, 24), [closure]) == []
    assert hours(doc, WEDNESDAY, [closure]) == [("regular", "12:00–17:00")]


def test_closing_one_zone_leaves_the_session_and_says_which_part_is_shut():
    doc = document(rule(zones=["east", "west"]))
    closure = Closure(at(MONDAY, 8), at(MONDAY, 10), REPAIR, zone="east")

    (session,) = sessions_on(doc, MONDAY, CAL, [closure])

    assert [(part.zone, part.starts_at, part.ends_at) for part in session.part_closures] == [
        ("east", at(MONDAY, 9), at(MONDAY, 10))
    ]
    assert is_open(doc, at(MONDAY, 9, 30), CAL, [closure], zone="west") is True
    assert is_open(doc, at(MONDAY, 9, 30), CAL, [closure], zone="east") is False
    assert is_open(doc, at(MONDAY, 10), CAL, [closure], zone="east") is True


def test_a_session_stops_while_all_of_its_zones_are_closed():
    doc = document(rule(zones=["east", "west"]))
    closures = [
        Closure(at(MONDAY, 9), at(MONDAY, 12), REPAIR, zone="east"),
        Closure(at(MONDAY, 11), at(MONDAY, 14), REPAIR, zone="west"),
    ]

    assert hours(doc, MONDAY, closures) == [("regular", "09:00–11:00"), ("regular", "12:00–17:00")]


def test_a_session_serves_what_is_listed_tagged_or_of_its_category():
    doc = document(rule(items=["rent"], item_tag="extended", categories=["A"], zones=["east"], channels=["web"]))
    (session,) = sessions_on(doc, MONDAY, CAL)

    assert [
        session.serves("rent"),
        session.serves("other", ["extended"]),
        session.serves("other", category="A"),
        session.serves("other"),
        session.serves(),
        session.serves("rent", zone="west"),
        session.serves("rent", channel="kiosk"),
    ] == [True, True, True, False, True, False, False]


@pytest.mark.parametrize(
    ("start", "cut_off", "stops"),
    [
        ("09:00", {"weekday": "fri", "time": "16:00"}, at(date(2026, 11, 20), 16)),
        ("17:00", {"weekday": "fri", "time": "16:00"}, at(FRIDAY, 16)),
        ("16:00", {"weekday": "fri", "time": "16:00"}, at(date(2026, 11, 20), 16)),
        ("09:00", {"weekday": "sat", "time": "16:00"}, at(date(2026, 11, 21), 16)),
        ("09:00", {"days_before": 1, "time": "18:00"}, at(THURSDAY, 18)),
    ],
)
def test_bookings_stop_at_the_last_such_moment_before_the_session(start, cut_off, stops):
    doc = document(rule(hours=[[start, "18:00"]], cut_off=cut_off))

    assert sessions_on(doc, FRIDAY, CAL)[0].cut_off_at == stops


def test_of_two_sessions_at_once_the_one_of_higher_priority_answers():
    doc = document(rule("low"), rule("high", priority=5))

    assert session_at(doc, at(MONDAY, 9), CAL).rule == "high"
    assert session_at(doc, at(MONDAY, 8, 59), CAL) is None


# --- Questions -------------------------------------------------------------------------------------------------


def test_the_next_opening_after_friday_evening_is_saturday_for_a_chosen_item_and_monday_for_another():
    chengdu, friday_night = preset("chengdu"), at(FRIDAY, 20)

    chosen = next_opening(chengdu, friday_night, CAL, item="id-card", tags=["extended"])
    other = next_opening(chengdu, friday_night, CAL, item="land-transfer", tags=[])

    assert (chosen.starts_at, other.starts_at) == (at(SATURDAY, 9), at(date(2026, 11, 30), 9))


def test_the_next_opening_is_the_running_session_until_the_moment_it_ends():
    nancheng = preset("nancheng")

    assert next_opening(nancheng, at(MONDAY, 11, 29), CAL).starts_at == at(MONDAY, 8, 30)
    assert next_opening(nancheng, at(MONDAY, 11, 30), CAL).starts_at == at(MONDAY, 14)


def test_there_is_no_next_opening_beyond_the_horizon():
    doc = document(rule(when={"dates": ["2026-12-31"]}))

    assert next_opening(doc, at(MONDAY, 9), CAL, horizon_days=37) is None
    assert next_opening(doc, at(MONDAY, 9), CAL, horizon_days=38).starts_at == at(date(2026, 12, 31), 9)


def test_the_next_opening_looks_from_the_hall_s_own_day_and_not_from_that_of_utc():
    one_in_the_morning = at(MONDAY, 1).astimezone(UTC)

    assert next_opening(preset("nancheng"), one_in_the_morning, CAL).starts_at == at(MONDAY, 8, 30)


def test_a_zone_that_is_closed_today_opens_tomorrow():
    closure = Closure(at(MONDAY, 9), at(MONDAY, 17), REPAIR, zone="east")

    assert next_opening(document(rule()), at(MONDAY, 8), CAL, [closure], zone="east").starts_at.date() == date(
        2026, 11, 24
    )


@pytest.mark.parametrize(
    ("day", "slug", "zh", "en"),
    [
        (SATURDAY, "weekend", "周末休息，大厅不开放。", "The hall is closed at the weekend."),
        (SPRING_FESTIVAL, "holiday", "春节放假，大厅不开放。", "The hall is closed for Spring Festival."),
        (SPRING_FESTIVAL_SUNDAY, "holiday", "春节放假，大厅不开放。", "The hall is closed for Spring Festival."),
    ],
)
def test_a_day_off_says_why_in_both_languages(day, slug, zh, en):
    reason = why_closed(preset("nancheng"), day, CAL)

    assert (reason.slug, reason.words.zh, reason.words.en) == (slug, zh, en)


def test_an_open_day_has_no_reason_to_be_closed():
    assert why_closed(preset("nancheng"), MONDAY, CAL) is None
    assert why_closed(preset("nancheng"), MONDAY, CAL, at=at(MONDAY, 9)) is None


def test_the_noon_break_is_answered_with_the_day_s_hours():
    reason = why_closed(preset("nancheng"), MONDAY, CAL, at=at(MONDAY, 12))

    assert reason.slug == ClosedSlug.OUTSIDE_HOURS
    assert reason.words.zh == "当天的服务时间是 8:30–11:30、14:00–17:00。"


def test_a_closed_working_day_tells_the_closure_s_reason():
    closure = Closure(at(MONDAY, 0), at(date(2026, 11, 24), 0), REPAIR)

    reason = why_closed(preset("nancheng"), MONDAY, CAL, [closure])

    assert (reason.slug, reason.words.zh) == (ClosedSlug.CLOSURE, "临时关闭：空调检修")


def test_a_closed_hour_tells_the_closure_s_reason():
    closure = Closure(at(MONDAY, 9), at(MONDAY, 10), REPAIR)

    assert why_closed(preset("nancheng"), MONDAY, CAL, [closure], at=at(MONDAY, 9, 30)).slug == ClosedSlug.CLOSURE


def test_a_closed_zone_tells_the_closure_s_reason():
    closure = Closure(at(MONDAY, 9), at(MONDAY, 17), REPAIR, zone="east")

    assert why_closed(document(rule()), MONDAY, CAL, [closure], zone="east").slug == ClosedSlug.CLOSURE
    assert why_closed(document(rule()), MONDAY, CAL, [closure], zone="west") is None


def test_an_item_that_is_not_chosen_for_the_weekend_is_told_so():
    assert why_closed(preset("chengdu"), SATURDAY, CAL, item="land", tags=[]).slug == ClosedSlug.ITEM_NOT_SERVED


def test_a_working_day_without_a_session_says_that_none_is_planned():
    doc = document(rule(when={"weekdays": ["mon"]}))

    assert why_closed(doc, WEDNESDAY, CAL).slug == ClosedSlug.NO_SESSION


@pytest.mark.parametrize(
    ("hour", "minute", "half"), [(8, 30, Half.AM), (11, 59, Half.AM), (12, 0, Half.PM), (16, 0, Half.PM)]
)
def test_a_period_belongs_to_the_half_day_it_starts_in(hour, minute, half):
    start = at(MONDAY, hour, minute)

    assert halves((start, start + timedelta(hours=1))) == half


# --- Properties ------------------------------------------------------------------------------------------------

some_days = st.dates(date(2019, 1, 1), date(2030, 12, 31))
leaves = st.one_of(
    st.sampled_from(["every_day", "working", "rest_day", "holiday", "make_up"]),
    st.lists(st.sampled_from(["mon", "tue", "sat", "sun"]), min_size=1).map(lambda each: {"weekdays": each}),
    st.sampled_from(["odd", "even"]).map(lambda each: {"parity": each}),
    st.lists(st.integers(0, 9), min_size=1).map(lambda each: {"digits": each}),
    st.lists(st.integers(0, 9), min_size=1).map(lambda each: {"lunar_digits": each}),
)
whens = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda each: {"all": each}),
        st.lists(inner, min_size=1, max_size=3).map(lambda each: {"any": each}),
        inner.map(lambda each: {"not": each}),
    ),
    max_leaves=6,
)
closures_of_monday = st.lists(
    st.tuples(st.integers(0, 24 * 60), st.integers(1, 600), st.sampled_from([None, "east", "west"])).map(
        lambda c: Closure(
            at(MONDAY, 0) + timedelta(minutes=c[0]), at(MONDAY, 0) + timedelta(minutes=c[0] + c[1]), REPAIR, zone=c[2]
        )
    ),
    max_size=5,
)
DAY = document(
    rule(hours=[["09:00", "12:00"], ["12:00", "13:00"], ["14:00", "17:00"]], period_minutes=45, zones=["east", "west"])
)


@given(whens, some_days)
def test_an_expression_and_its_negation_never_agree(when, day):
    doc = document(rule("is", when=when), rule("not", when={"not": when}))

    assert len(rules_on(doc, day, CAL)) == 1


@given(whens)
def test_an_expression_survives_being_stored(when):
    doc = document(rule(when=when))

    assert CalendarDocument.model_validate_json(doc.model_dump_json()) == doc


@given(closures_of_monday)
def test_sessions_of_a_rule_never_overlap_and_stay_within_its_hours(closures):
    spans = [session.span for session in sessions_on(DAY, MONDAY, CAL, closures)]
    allowed = [session.span for session in sessions_on(DAY, MONDAY, CAL)]

    assert not any(overlap(one, other) for one, other in pairwise(spans))
    assert all(any(covers(hours, span) for hours in allowed) for span in spans)


@given(closures_of_monday, st.integers(0, 24 * 60 - 1))
def test_a_zone_is_open_exactly_in_its_hours_outside_every_closure(closures, minute):
    moment = at(MONDAY, 0) + timedelta(minutes=minute)
    planned = any(moment in session.span for session in sessions_on(DAY, MONDAY, CAL))
    shut = any(moment in closure.span for closure in closures if closure.zone in (None, "east"))

    assert is_open(DAY, moment, CAL, closures, zone="east") == (planned and not shut)


@given(closures_of_monday)
def test_a_period_is_offered_exactly_when_no_closure_of_the_hall_touches_it(closures):
    of_the_hall = [closure for closure in closures if closure.zone is None]
    planned = [period for session in sessions_on(DAY, MONDAY, CAL) for period in session.periods]

    offered = [period for session in sessions_on(DAY, MONDAY, CAL, of_the_hall) for period in session.periods]

    assert offered == [
        period for period in planned if not any(overlap(Span(*period), closure.span) for closure in of_the_hall)
    ]


@given(st.sampled_from(["nancheng", "chengdu", "shuangliu", "xilai"]).map(preset), some_days)
def test_every_day_of_a_hall_either_has_sessions_or_a_reason(doc, day):
    assert (why_closed(doc, day, CAL) is None) == bool(sessions_on(doc, day, CAL))


@given(st.sampled_from(["nancheng", "chengdu", "shuangliu", "xilai"]).map(preset), some_days)
def test_a_session_runs_by_the_clock_on_the_wall_and_its_cut_off_lies_before_it(doc, day):
    for session in sessions_on(doc, day, CAL):
        assert session.starts_at.utcoffset() == session.ends_at.utcoffset() == timedelta(hours=8)
        assert session.starts_at.date() == day
        assert session.cut_off_at is None or session.cut_off_at < session.starts_at
        assert session.periods[0][0] == session.starts_at


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"hours": [["9:00", "12:00"]]}, "“窗口” 时间 第 1 项 第 1 项：“9:00”不是 09:00 这样的时间"),
        ({"hours": [["12:00", "09:00"]]}, "“窗口”：12:00–9:00 的结束早于开始"),
        ({"when": "never"}, "“窗口” 日期：条件可用的词是 every_day, working, rest_day, holiday, make_up，没有“never”"),
        ({"colour": "red"}, "“窗口” colour：没有这一项"),
        ({"period_minutes": 1}, "“窗口” 每段分钟数：至少 5"),
        ({"period_minutes": "viele"}, "“窗口” 每段分钟数：写得不对"),
        ({"walk_ins": "perhaps"}, "“窗口” 现场取号：可以写 "),
        ({"name": {"zh": "", "en": "x"}}, "“regular” 名称 中文：不能为空"),
        ({"overrides": ["regular"]}, "日历：“窗口”直接或间接替换了自己"),
    ],
)
def test_a_wrong_rule_is_answered_in_chinese_too(fields, sentence):
    with pytest.raises(InvalidCalendar) as refused:
        document({**rule(), "name": {"zh": "窗口", "en": "Windows"}, **fields})

    assert [said.startswith(sentence) for said in refused.value.chinese] == [True]
    assert len(refused.value.chinese) == len(refused.value.sentences)
