"""The rules of booking, on the days and numbers that halls report (mission §1) and at their edges."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banshi.kernel.policy import BookingPolicy, Credit, MessagePolicy, Quota
from banshi.kernel.refusals import Alternative
from banshi.kernel.working_days import WorkCalendar, rows_from_table
from banshi.rooms.booking import rules
from banshi.rooms.booking.rules import (
    Barred,
    Due,
    Entry,
    ItemFacts,
    PersonFacts,
    SlotFacts,
    State,
    opens_at,
    refusal,
    suspensions_from,
)
from tests.town import CN, at

NATIONAL = WorkCalendar.from_rows(
    rows_from_table((Path(__file__).resolve().parents[3] / "presets" / "calendar" / "national.csv").read_bytes())
)
WEEK = BookingPolicy(release="week_release")
DAYS_OF_THREE_YEARS = st.dates(date(2024, 1, 1), date(2026, 11, 30))
POLICIES = st.builds(
    BookingPolicy,
    release=st.sampled_from(["week_release", "rolling_working_days", "rolling_days"]),
    release_days=st.integers(1, 30),
    release_at=st.none() | st.sampled_from([time(0), time(8), time(23, 59)]),
)


def days(*texts: str) -> tuple[date, ...]:
    return tuple(date.fromisoformat(f"2026-{text}") for text in texts)


def open_days(policy: BookingPolicy, now: datetime, calendar: WorkCalendar) -> tuple[date, ...]:
    """The days after today that are open to book, in order."""
    today, last = now.date(), rules.horizon(policy, now.date(), calendar)
    coming = [today + timedelta(days=n) for n in range(1, (last - today).days + 1)]
    return tuple(day for day in coming if (opens := opens_at(policy, day, calendar, now)) is not None and opens <= now)


# --- Week release ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        # An ordinary week: tomorrow to the end of this working week.
        ("2026-03-09 00:00", days("03-10", "03-11", "03-12", "03-13")),
        ("2026-03-11 16:00", days("03-12", "03-13")),
        # On its last working day the next week's working days too.
        ("2026-03-12 23:59", days("03-13")),
        ("2026-03-13 00:00", days("03-16", "03-17", "03-18", "03-19", "03-20")),
        # What opened on Friday is still open at the weekend.
        ("2026-03-14 12:00", days("03-16", "03-17", "03-18", "03-19", "03-20")),
        ("2026-03-15 23:59", days("03-16", "03-17", "03-18", "03-19", "03-20")),
        # National Day 2026: 20 September (Sunday) and 10 October (Saturday) are worked, 1–7 October are free.
        ("2026-09-18 09:00", days("09-20")),
        ("2026-09-20 09:00", days("09-21", "09-22", "09-23", "09-24")),
        ("2026-09-24 09:00", days("09-28", "09-29", "09-30")),
        ("2026-09-29 09:00", days("09-30")),
        ("2026-09-30 09:00", days("10-08", "10-09", "10-10")),
        ("2026-10-03 09:00", days("10-08", "10-09", "10-10")),
        ("2026-10-08 09:00", days("10-09", "10-10")),
        ("2026-10-09 09:00", days("10-10")),
        ("2026-10-10 09:00", days("10-12", "10-13", "10-14", "10-15", "10-16")),
        # Spring Festival 2026: 14 February (Saturday) is worked, 15–23 February are free, 28 February is worked.
        ("2026-02-13 09:00", days("02-14")),
        ("2026-02-14 09:00", days("02-24", "02-25", "02-26", "02-27", "02-28")),
        ("2026-02-18 09:00", days("02-24", "02-25", "02-26", "02-27", "02-28")),
        ("2026-02-23 09:00", days("02-24", "02-25", "02-26", "02-27", "02-28")),
        ("2026-02-27 09:00", days("02-28")),
        ("2026-02-28 09:00", days("03-02", "03-03", "03-04", "03-05", "03-06")),
    ],
)
def test_week_release_opens_the_rest_of_this_week_and_on_its_last_working_day_the_next(
    now: str, expected: tuple[date, ...]
) -> None:
    assert open_days(WEEK, at(now), NATIONAL) == expected


def test_week_release_never_opens_today() -> None:
    for day in (date(2026, 3, 9) + timedelta(days=n) for n in range(14)):
        assert day not in open_days(WEEK, datetime.combine(day, time(12), CN), NATIONAL)


def test_a_release_hour_holds_back_only_what_opens_that_day() -> None:
    policy = BookingPolicy(release="week_release", release_at=time(8))

    before, after = (open_days(policy, at(f"2026-03-13 {hour}"), NATIONAL) for hour in ("07:59", "08:00"))

    assert before == ()
    assert after == days("03-16", "03-17", "03-18", "03-19", "03-20")


@given(policy=POLICIES, day=DAYS_OF_THREE_YEARS, hours=st.integers(0, 23))
def test_a_day_that_has_opened_stays_open_until_it_comes(policy: BookingPolicy, day: date, hours: int) -> None:
    now = datetime.combine(day, time(hours), CN)

    later = now + timedelta(days=1)

    assert {d for d in open_days(policy, now, NATIONAL) if d > later.date()} <= set(open_days(policy, later, NATIONAL))


@given(policy=POLICIES, day=DAYS_OF_THREE_YEARS)
def test_open_days_are_those_whose_opening_is_past_and_lie_after_today(policy: BookingPolicy, day: date) -> None:
    now = datetime.combine(day, time(12), CN)

    found = open_days(policy, now, NATIONAL)

    around = (day + timedelta(days=n) for n in range(-3, 60))
    opened = [(each, opens_at(policy, each, NATIONAL, now)) for each in around]
    assert found == tuple(each for each, opens in opened if each > day and opens is not None and opens <= now)


@given(day=DAYS_OF_THREE_YEARS, n=st.integers(1, 20))
def test_rolling_working_days_reach_exactly_n_working_days_ahead(day: date, n: int) -> None:
    policy = BookingPolicy(release="rolling_working_days", release_days=n)

    found = open_days(policy, datetime.combine(day, time(12), CN), NATIONAL)

    assert sum(NATIONAL.is_working(each) for each in found) == n
    assert found[-1] == NATIONAL.add_working_days(day, n)


def test_rolling_days_count_every_day_from_tomorrow() -> None:
    policy = BookingPolicy(release="rolling_days", release_days=3)

    assert open_days(policy, at("2026-03-13 09:00"), NATIONAL) == days("03-14", "03-15", "03-16")


def test_the_newest_rolling_working_day_opens_at_the_release_hour() -> None:
    policy = BookingPolicy(release="rolling_working_days", release_days=2, release_at=time(8))

    assert open_days(policy, at("2026-03-10 07:59"), NATIONAL) == days("03-11")
    assert open_days(policy, at("2026-03-10 08:00"), NATIONAL) == days("03-11", "03-12")


# --- Refusals ----------------------------------------------------------------------------------------------------

SLOT = SlotFacts(
    id=1,
    business="cat:A",
    day=date(2026, 3, 11),
    half="am",
    starts_at=at("2026-03-11 09:00"),
    ends_at=at("2026-03-11 10:00"),
    quota=30,
    taken=0,
)
ITEM = ItemFacts("pension", "A")
OPENED = at("2026-03-01 00:00")
TUESDAY = at("2026-03-10 09:00")
LOOSE = BookingPolicy(same_day=True, same_day_lead=30)


def slug(
    slot: SlotFacts = SLOT,
    item: ItemFacts | None = ITEM,
    *,
    policy: BookingPolicy = WEEK,
    now: datetime = TUESDAY,
    opens: datetime | None = OPENED,
    person: PersonFacts = rules.NOBODY,
    channel: str = "web",
    internal: bool = False,
) -> str | None:
    no = refusal(
        slot=slot, item=item, policy=policy, now=now, opens=opens, person=person, channel=channel, internal=internal
    )
    return no.slug if no else None


def test_an_open_slot_with_a_free_place_is_not_refused() -> None:
    assert slug() is None
    assert slug(replace(SLOT, taken=29)) is None


@pytest.mark.parametrize(
    ("expected", "slot"),
    [
        ("slot-full", replace(SLOT, taken=30)),
        ("slot-full", replace(SLOT, quota=0)),
        ("closed", replace(SLOT, closed=True)),
        ("channel-not-allowed", replace(SLOT, channels=frozenset({"phone"}))),
        ("cut-off", replace(SLOT, cut_off_at=TUESDAY)),
        (None, replace(SLOT, cut_off_at=TUESDAY + timedelta(seconds=1))),
        ("item-not-here", replace(SLOT, items=frozenset({"medical"}))),
        ("item-not-here", replace(SLOT, extended_only=True)),
        ("item-not-here", replace(SLOT, business="cat:B")),
        (None, replace(SLOT, business="hall")),
        (None, replace(SLOT, business="item:pension")),
    ],
)
def test_a_slot_says_why_not(expected: str | None, slot: SlotFacts) -> None:
    assert slug(slot) == expected


def test_chengdu_stops_bookings_for_the_weekend_on_friday_at_four() -> None:
    saturday = replace(
        SLOT,
        day=date(2026, 3, 14),
        starts_at=at("2026-03-14 09:00"),
        ends_at=at("2026-03-14 10:00"),
        cut_off_at=at("2026-03-13 16:00"),
    )

    assert slug(saturday, policy=LOOSE, now=at("2026-03-13 15:59")) is None
    assert slug(saturday, policy=LOOSE, now=at("2026-03-13 16:00")) == "cut-off"


def test_nancheng_never_books_for_today() -> None:
    assert slug(now=at("2026-03-11 00:00")) == "same-day"


def test_the_same_day_is_bookable_until_the_lead_before_the_period() -> None:
    assert slug(policy=LOOSE, now=at("2026-03-11 08:29")) is None
    assert slug(policy=LOOSE, now=at("2026-03-11 08:30")) == "cut-off"


def test_a_period_is_past_at_its_very_end() -> None:
    assert slug(policy=LOOSE, now=at("2026-03-11 09:59"), internal=True, slot=replace(SLOT, internal_quota=1)) is None
    assert slug(policy=LOOSE, now=at("2026-03-11 10:00"), internal=True, slot=replace(SLOT, internal_quota=1)) == "past"


def test_a_day_that_is_not_open_yet_says_when_it_opens() -> None:
    no = refusal(slot=SLOT, item=ITEM, policy=WEEK, now=TUESDAY, opens=TUESDAY + timedelta(hours=1))

    assert no is not None
    assert (no.slug, no.facts, no.next) == ("not-open-yet", {"opens": at("2026-03-10 10:00")}, at("2026-03-10 10:00"))


def test_a_day_opens_at_the_very_moment() -> None:
    assert slug(opens=TUESDAY) is None


def test_one_live_appointment_per_half_day_and_business_unless_the_item_is_exempt() -> None:
    booked = PersonFacts(same_half_day="K7Q29M4XA", same_half_day_starts_at=at("2026-03-11 11:00"))

    assert slug(person=booked) == "limit-half-day"
    assert slug(item=replace(ITEM, exempt=True), person=booked) is None
    assert slug(policy=BookingPolicy(half_day_limit=False), person=booked) is None


def test_a_suspension_says_until_when_and_when_booking_is_possible_again() -> None:
    barred = PersonFacts(barred=Barred(date(2026, 3, 31), "no_shows"))

    no = refusal(slot=SLOT, item=ITEM, policy=WEEK, now=TUESDAY, opens=OPENED, person=barred)

    assert no is not None
    assert no.slug == "suspended"
    assert no.facts["until"] == date(2026, 3, 31)
    assert no.next == at("2026-04-01 00:00")


def test_live_appointments_are_limited_by_policy() -> None:
    policy = BookingPolicy(live_limit=2)

    assert slug(policy=policy, person=PersonFacts(live=1)) is None
    assert slug(policy=policy, person=PersonFacts(live=2)) == "limit-live"


def test_an_item_that_is_not_here_or_needs_no_booking_is_refused_first() -> None:
    assert slug(item=None) == "item-not-here"
    assert slug(item=replace(ITEM, bookable=False), slot=replace(SLOT, closed=True)) == "not-bookable"


def test_staff_give_internal_places_before_opening_and_to_the_suspended_but_not_twice() -> None:
    slot = replace(SLOT, taken=30, internal_quota=1, channels=frozenset({"web"}), cut_off_at=OPENED)
    barred = PersonFacts(barred=Barred(date(2026, 3, 31), "no_shows"))

    assert slug(slot, opens=None, person=barred, channel="staff", internal=True) is None
    assert slug(slot, internal=True, person=PersonFacts(same_half_day="X")) == "limit-half-day"
    assert slug(replace(slot, internal_taken=1), internal=True) == "slot-full"


def test_an_item_with_places_of_its_own_cannot_use_those_of_its_category() -> None:
    own = BookingPolicy(quotas=(Quota(), Quota(target="item", code="pension", public=2)))

    assert slug(policy=own) == "item-not-here"
    assert slug(replace(SLOT, business="item:pension"), policy=own) is None


def test_the_half_day_turns_at_noon() -> None:
    assert [rules.half_of(at(f"2026-03-11 {hour}")) for hour in ("11:59", "12:00")] == ["am", "pm"]


# --- Cancel, move ------------------------------------------------------------------------------------------------


def change(policy: BookingPolicy = WEEK, *, now: str, state: str = "booked", by_hall: bool = False) -> str | None:
    no = rules.change_refusal(
        policy=policy, state=state, starts_at=SLOT.starts_at, ends_at=SLOT.ends_at, now=at(now), by_hall=by_hall
    )
    return no.slug if no else None


def test_nancheng_cancels_until_the_period_ends() -> None:
    assert change(now="2026-03-11 09:59") is None
    assert change(now="2026-03-11 10:00") == "too-late"
    assert change(now="2026-03-11 10:00", by_hall=True) is None


def test_another_hall_cancels_until_the_period_starts() -> None:
    policy = BookingPolicy(cancel_until="period_start")

    assert change(policy, now="2026-03-11 08:59") is None
    assert change(policy, now="2026-03-11 09:00") == "too-late"


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("cancelled", "already-cancelled"),
        ("checked_in", "wrong-state"),
        ("served", "wrong-state"),
        ("no_show", "wrong-state"),
    ],
)
def test_only_a_booked_appointment_is_cancelled(state: str, expected: str) -> None:
    assert change(now="2026-03-10 09:00", state=state) == expected


def test_moves_are_limited_by_policy() -> None:
    policy = BookingPolicy(move_limit=1)

    assert rules.move_refusal(policy=policy, moves=0) is None
    assert rules.move_refusal(policy=policy, moves=1) is not None


def test_what_a_person_was_once_is_taken_back_only_by_undoing() -> None:
    """Where each state leads without an undo: a no-show, a cancellation and a service are final."""
    steps = [each for each in rules.APPOINTMENT.steps.values() if each.to is not None and not each.undoes]
    leads = {state: {each.to for each in steps if state in each.of} for state in State}

    assert leads == {
        State.BOOKED: {State.CHECKED_IN, State.CANCELLED, State.NO_SHOW, State.SERVED},
        State.CHECKED_IN: {State.SERVED},
        State.SERVED: set(),
        State.CANCELLED: set(),
        State.NO_SHOW: set(),
    }


# --- Credit ------------------------------------------------------------------------------------------------------

NANCHENG = Credit()


def entry(id_: int, kind: str, on: str, credit: Credit = NANCHENG) -> Entry:
    return Entry(id_, kind, date.fromisoformat(f"2026-{on}"), at(f"2026-{on} 10:00"), credit)


def test_the_third_no_show_suspends_for_30_days_from_the_day_after() -> None:
    twice = [entry(1, "no_show", "03-02"), entry(2, "no_show", "03-05")]

    assert suspensions_from(twice) == ()
    assert suspensions_from([*twice, entry(3, "no_show", "03-10")]) == (
        Due("no_shows", date(2026, 3, 11), date(2026, 4, 9), (1, 2, 3)),
    )


def test_a_suspension_uses_its_strikes_up_so_the_fourth_counts_as_the_first() -> None:
    five = [entry(n, "no_show", f"03-{n:02d}") for n in range(1, 6)]

    assert [due.from_on for due in suspensions_from(five)] == [date(2026, 3, 4)]
    assert [due.from_on for due in suspensions_from([*five, entry(6, "no_show", "03-06")])] == [
        date(2026, 3, 4),
        date(2026, 3, 7),
    ]


def test_where_strikes_are_not_used_up_every_further_no_show_suspends_anew() -> None:
    strict = Credit(uses_strikes_up=False)
    four = [entry(n, "no_show", f"03-{n:02d}", strict) for n in range(1, 5)]

    assert [due.from_on for due in suspensions_from(four)] == [date(2026, 3, 4), date(2026, 3, 5)]


def test_more_than_three_cancellations_in_a_calendar_month_suspend_for_30_days() -> None:
    three = [entry(n, "cancel", f"03-{n:02d}") for n in range(1, 4)]

    assert suspensions_from(three) == ()
    assert suspensions_from([*three, entry(4, "cancel", "03-31")]) == (
        Due("cancels", date(2026, 3, 31), date(2026, 4, 29), (1, 2, 3, 4)),
    )


def test_cancellations_of_two_months_do_not_count_together() -> None:
    entries = [entry(n, "cancel", on) for n, on in enumerate(["03-29", "03-30", "03-31", "04-01", "04-02", "04-03"])]

    assert suspensions_from(entries) == ()


def test_a_hall_may_suspend_for_neither() -> None:
    never = Credit(no_shows=None, cancels_per_month=None)

    assert suspensions_from([entry(n, "no_show", f"03-{n:02d}", never) for n in range(1, 20)]) == ()


@given(st.permutations([entry(n, "no_show", f"03-{n:02d}") for n in range(1, 8)] + [entry(9, "cancel", "03-09")]))
def test_the_order_in_which_jobs_found_the_entries_changes_nothing(shuffled: list[Entry]) -> None:
    assert suspensions_from(shuffled) == suspensions_from(sorted(shuffled, key=lambda each: each.id))


def test_the_others_stand_for_no_further_suspension_until_something_new_comes() -> None:
    old = [replace(entry(n, "no_show", f"03-{n:02d}"), new=False) for n in range(2, 5)]

    assert suspensions_from(old) == ()
    assert suspensions_from([*old, entry(5, "no_show", "03-05")]) == (
        Due("no_shows", date(2026, 3, 6), date(2026, 4, 4), (2, 3, 4, 5)),
    )


def test_what_was_made_keeps_its_entries_whatever_is_found_late() -> None:
    found = [entry(n, "no_show", f"03-{n:02d}") for n in (1, 3, 4)]
    (made,) = suspensions_from(found)
    before = [replace(each, new=False) for each in found]

    after = suspensions_from([*before, entry(2, "no_show", "03-02")], made={made.called})

    assert [each.called for each in after] == [made.called]


LEDGER = [entry(n, kind, f"03-{n:02d}") for n, kind in enumerate(["no_show"] * 8 + ["cancel"] * 9, start=1)]


@given(st.sets(st.sampled_from(range(len(LEDGER)))), st.booleans())
def test_whatever_is_forgiven_no_suspension_comes_that_was_not_there(forgiven: set[int], uses_up: bool) -> None:
    ledger = [replace(each, credit=Credit(uses_strikes_up=uses_up)) for each in LEDGER]
    made = {each.called for each in suspensions_from(ledger)}
    left = [replace(each, new=False) for n, each in enumerate(ledger) if n not in forgiven]

    after = {each.called for each in suspensions_from(left, made=made)}

    assert after <= made
    assert forgiven or after == made  # counted anew for nothing, nothing changes


def test_a_cancellation_is_forgiven_by_booking_again_within_30_minutes() -> None:
    cancelled_at = at("2026-03-10 09:00")

    assert rules.rebooking_forgives(cancelled_at=cancelled_at, now=at("2026-03-10 09:29"))
    assert not rules.rebooking_forgives(cancelled_at=cancelled_at, now=at("2026-03-10 09:30"))


# --- Places, off-peak, reminders -----------------------------------------------------------------------------------


def test_the_most_specific_quota_wins() -> None:
    quotas = (
        Quota(target="hall", public=1),
        Quota(target="category", code="A", public=2),
        Quota(target="item", code="pension", public=3),
    )
    items = [ITEM, ItemFacts("medical", "A"), ItemFacts("id-card", "B"), ItemFacts("web-only", "C", bookable=False)]

    found = rules.businesses(quotas, items)

    assert {business: (quota.public, [i.code for i in users]) for business, (quota, users) in found.items()} == {
        "item:pension": (3, ["pension"]),
        "cat:A": (2, ["medical"]),
        "hall": (1, ["id-card"]),
    }


def test_overbooking_adds_its_share_rounded_down() -> None:
    assert [rules.places(Quota(public=30), percent) for percent in (0, 10, 5)] == [30, 33, 31]


def offered(slot_id: int, when: str) -> Alternative:
    return Alternative(slot_id, at(f"2026-03-11 {when}"), at(f"2026-03-11 {when}") + timedelta(hours=1), 1, "town")


def test_the_nearest_quiet_periods_are_offered_in_order_of_time() -> None:
    found = [
        (offered(1, "08:00"), 1.0),
        (offered(2, "10:00"), 0.9),
        (offered(3, "11:00"), 0.0),
        (offered(4, "14:00"), 0.0),
    ]

    best = rules.nearest_quiet(found, near=at("2026-03-11 09:00"), n=2)

    assert [each.slot_id for each in best] == [2, 3]


def test_reminders_come_the_day_before_and_when_it_is_time_to_leave() -> None:
    policy = MessagePolicy(day_before_at=time(18), leave_before=60)
    starts_at = at("2026-03-11 09:00")

    assert rules.reminder_times(policy, starts_at, at("2026-03-10 16:00")) == {
        "reminder": at("2026-03-10 18:00"),
        "leave": at("2026-03-11 08:00"),
    }
    assert rules.reminder_times(policy, starts_at, at("2026-03-10 18:00")) == {"leave": at("2026-03-11 08:00")}


@pytest.mark.parametrize(
    ("booked", "starts", "kept"),
    [
        ("2026-03-10 17:57", "2026-03-11 09:00", {"leave"}),  # the confirmation has just said it all
        ("2026-03-10 16:01", "2026-03-11 09:00", {"leave"}),
        ("2026-03-10 16:00", "2026-03-11 09:00", {"reminder", "leave"}),
        ("2026-03-11 06:00", "2026-03-11 09:00", {"leave"}),
        ("2026-03-11 07:30", "2026-03-11 09:00", set()),
        ("2026-03-01 09:00", "2026-03-11 20:00", {"reminder", "leave"}),
    ],
)
def test_a_reminder_that_adds_nothing_is_left_out(booked: str, starts: str, kept: set[str]) -> None:
    policy = MessagePolicy(day_before_at=time(18), leave_before=60, reminder_gap=120)

    assert set(rules.reminder_times(policy, at(starts), at(booked))) == kept


def test_of_two_reminders_close_together_the_later_is_kept() -> None:
    policy = MessagePolicy(day_before_at=time(22), leave_before=60, reminder_gap=120)

    assert rules.reminder_times(policy, at("2026-03-11 00:30"), at("2026-03-01 09:00")) == {
        "leave": at("2026-03-10 23:30")
    }


def test_periods_in_a_row_follow_each_other_directly() -> None:
    second = replace(SLOT, id=2, starts_at=SLOT.ends_at, ends_at=SLOT.ends_at + timedelta(hours=1))

    assert rules.in_a_row([SLOT, second], 2)
    assert not rules.in_a_row([SLOT], 2)
    assert not rules.in_a_row([SLOT, replace(second, business="cat:B")], 2)
    assert not rules.in_a_row([SLOT, replace(second, starts_at=SLOT.ends_at + timedelta(minutes=1))], 2)
