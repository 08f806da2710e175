"""The rules of a hall that says nothing, and what two of its numbers mean together."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from banshi.kernel.policy import HallPolicy, TicketPolicy

NINE = datetime(2026, 3, 10, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
TEN = NINE + timedelta(hours=1)
UNSAID: dict[str, dict[str, Any]] = {
    "booking": {
        "release": "rolling_working_days", "release_days": 10, "release_at": None, "same_day": False, "same_day_lead": 30,
        "half_day_limit": True, "live_limit": None, "account_live": 6, "account_per_period": 2, "account_people": 6,
        "account_new_people": 3, "suspension_bars": ["web", "wechat", "app", "kiosk", "video", "api"],
        "matters_per_visit": 3, "cancel_until": "period_end", "move_limit": None, "come_early": 15, "hold": 10,
        "withhold_cancelled": 0, "overbook_percent": 0, "waiting_list": True, "waiting_offer": 30,
        "waiting_from": "08:00:00", "waiting_until": "21:00:00", "waiting_come": 60, "waiting_lapse": "keep",
        "kept": "serve", "quotas": [{"target": "category", "code": "*", "public": 10, "internal": 0}],
        "credit": {
            "no_shows": 3, "no_show_days": 30, "cancels_per_month": 3, "cancel_days": 30, "uses_strikes_up": True,
            "scope": "hall", "appeal_days": 15,
        },
    },
    "tickets": {
        "check_in_opens": 15, "check_in_closes": "period_end", "check_in_grace": 0, "late": "walk_in", "walk_ins": True,
        "numbers_before_opening": 0, "last_number": "warn", "booked_first": True, "missed": "behind_all",
        "reissue_limit": 2, "reissue_within": 120, "undo_minutes": 3, "recall_limit": 3, "way_back": 10,
        "late_number": "park", "late_behind": 3, "priority_lanes": ["elderly", "disabled", "pregnant", "serviceman"],
        "elderly_from": 65, "daily_limit": None, "daily_limits": {}, "weights": {}, "finally_call_after": None,
        "call_within": "hall", "spill_over_after": 10, "redirect_to": [], "identity_required": False,
        "start_without_identity": True, "auto_call": False, "one_ticket_per_person_and_category": True,
    },
    "machines": {
        "keepers_after": 0, "head_after": 15, "region_after": 60, "rules_level": "shown", "prints_level": "shown",
        "contact_level": "shown",
    },
    "video": {
        "opens": None, "closes": None, "ring_s": 20, "most_waiting": 30, "windows_take": "none", "idle_s": 60,
        "hall_waits_below": 3, "booked_seats": 0, "booked_percent": 50, "talk_minutes": 15, "release_days": None,
        "lobby_minutes": 15, "late_minutes": 10, "no_show_counts": True, "recording_days": 30, "recording_minutes": 60,
        "recording_megabytes": 300,
    },
    "hotline": {
        "assign_working_days": 1, "enquiry_working_days": 1, "help_working_days": 5, "complaint_working_days": 5,
        "suggestion_working_days": 10, "city_more_days": 2, "revisit_working_days": 2, "revisit_tries": 3,
    },
    "home_visits": {
        "most_per_half_day": 6, "days_ahead": 30, "projects": True, "stay_minutes": 40, "km_per_hour": 25,
        "reasons": ["moves_badly", "bedridden", "disabled", "aged", "pregnant", "carer"],
    },
    "delivery": {
        "courier": True, "postage": "receiver", "quiet_working_days": 3, "cabinet_hours": 72, "remind_after_days": 7,
        "kiosk_prints": 1,
    },
    "cases": {"returned_first_hours": 24, "promise_check_days": 40, "promise_bar_days": 365},
    "fees": {"pay_working_days": 15, "remind_working_days": 3},
    "screens": {
        "silent": True, "chime": False, "voice": False, "names": "masked", "notices_zh": [], "notices_en": [],
    },
    "messages": {
        "channels": ["sms", "wechat"], "day_before_at": "18:00:00", "leave_before": 60, "reminder_gap": 120,
        "season_ends_before": 7, "a_day_proven": 40, "a_day_typed": 5, "ahead": 3, "on_call": True, "day_sheet_at": "07:30:00",
        "day_sheet_to": [], "day_sheet_names": "masked",
    },
    "consulting": {"answer_working_days": 3, "close_days": 15, "open_each": 5, "a_day_each": 10},
    "rating": {
        "within_days": 7, "bad_from_below": 3, "answer_working_days": 1, "settle_working_days": 15,
        "judge_working_days": 10,
    },
    "remedy": {
        "reconsider_zh": "", "reconsider_en": "", "reconsider_of_zh": [], "reconsider_of_en": [], "court_zh": "",
        "court_en": "",
    },
    "records": {"contacts_days": 365, "archive_days": 30, "purge_wait_days": 30, "draft_days": 90, "returned_days": 180,
        "forget_told_days": 7},
}  # fmt: skip


@pytest.mark.parametrize("section", UNSAID)
def test_a_hall_that_says_nothing_goes_by_these_rules(section: str) -> None:
    assert HallPolicy().model_dump(mode="json")[section] == UNSAID[section]


def test_no_section_is_left_out() -> None:
    assert set(HallPolicy.model_fields) == set(UNSAID)


@pytest.mark.parametrize(
    ("rules", "opens", "before"),
    [
        ({}, -15, 60),
        ({"check_in_opens": 0}, 0, 60),
        ({"check_in_closes": "period_start"}, -15, 0),
        ({"check_in_closes": "period_start", "check_in_grace": 10}, -15, 10),
        ({"check_in_grace": 5, "check_in_opens": 30}, -30, 65),
    ],
)
def test_check_in_is_open_from_before_the_period_until_it_closes_and_its_grace(
    rules: dict[str, Any], opens: int, before: int
) -> None:
    """Minutes from the start of a period of an hour."""
    policy = TicketPolicy.model_validate(rules)

    assert policy.check_in_window(starts_at=NINE, ends_at=TEN) == (
        NINE + timedelta(minutes=opens),
        NINE + timedelta(minutes=before),
    )
    assert policy.checks_in_before(starts_at=NINE, ends_at=TEN) == NINE + timedelta(minutes=before)


@pytest.mark.parametrize(("silent", "voice", "goes"), [(True, True, False), (True, False, True), (False, True, True)])
def test_a_hall_calls_in_silence_or_aloud(silent: bool, voice: bool, goes: bool) -> None:
    said = {"screens": {"silent": silent, "voice": voice}}

    if goes:
        assert HallPolicy.model_validate(said).screens.voice == voice
    else:
        with pytest.raises(ValidationError, match="exclude each other"):
            HallPolicy.model_validate(said)


def test_what_no_hall_can_say_is_refused() -> None:
    for wrong in ({"bokking": {}}, {"booking": {"hold": -1}}, {"booking": {"release_days": 0}}):
        with pytest.raises(ValidationError):
            HallPolicy.model_validate(wrong)
