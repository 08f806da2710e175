"""A calendar that comes late: every day that is waited for is worked out anew, and told once, to those who wait longer."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from banshi.journeys.hall import national_days
from banshi.kernel.actors import SYSTEM
from banshi.kernel.working_days import DayInfo
from banshi.rooms.calendars import actions as calendars
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.actions.receiving import Missing
from banshi.rooms.cases.models import Case, CaseEvent, CasePaper
from banshi.rooms.cases.queries import lines
from banshi.rooms.cases.rules.paper_facts import read
from banshi.rooms.messaging.models import Message
from tests.matters import Matters
from tests.rooms.cases.test_flow import follows
from tests.town import TUESDAY_NINE, at

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db
MARCH = [DayInfo(date(2026, 3, day), "restday", "节", "Holiday") for day in (11, 12, 13)]


def comes(*days: DayInfo) -> None:
    """The notice is taken over."""
    national_days.take_over(days=days or MARCH, notice="测试", by=SYSTEM, now=TUESDAY_NINE)


def told() -> list[str]:
    rows = Message.objects.filter(key__in=["case_later", "case_day_later"]).order_by("id")
    return [row.key for row in rows]


def test_nothing_counts_as_accepted_before_the_new_day_for_telling_is_over(matters: Matters):
    case = matters.received()

    comes()
    too_early = cases.deem_due(now=at("2026-03-18 00:00"))
    case.refresh_from_db()
    moved_to = case.notice_due_on
    in_time = [cases.deem_due(now=at("2026-03-20 23:59")), cases.deem_due(now=at("2026-03-21 00:00"))]

    assert (too_early, moved_to, in_time) == (0, date(2026, 3, 20), [0, 1])
    assert told() == ["case_day_later"]


def test_a_case_is_not_deemed_by_the_old_day_while_others_are_still_recounted(matters: Matters):
    """The worker comes between the notice's days and the recount."""
    case = matters.received()
    calendars.import_national_days(days=MARCH, notice="测试", by=SYSTEM, now=TUESDAY_NINE)

    done = cases.deem_due(now=at("2026-03-18 00:00"))

    case.refresh_from_db()
    assert (done, case.phase, case.notice_due_on) == (0, "received", date(2026, 3, 20))


def test_the_window_of_a_supplement_moves_and_does_not_end_the_case_early(matters: Matters):
    case = matters.received(papers=("id", "photo"))
    cases.give_notice(
        case_no=case.no, missing_now=[Missing("lease", "没有签字")], by=matters.by["receiver"], now=TUESDAY_NINE
    )
    cases.remind_due(now=at("2026-03-19 09:00"))

    comes()
    done = [cases.lapse_due(now=at("2026-03-25 00:00")), cases.lapse_due(now=at("2026-03-28 00:00"))]

    assert done == [0, 1]
    assert told() == ["case_day_later"]


def test_the_limit_for_telling_counts_from_the_supplement_not_from_the_first_receipt(matters: Matters):
    case = matters.received(papers=("id", "photo"))
    by = matters.by["receiver"]
    cases.give_notice(case_no=case.no, missing_now=[Missing("lease", "没有签字")], by=by, now=TUESDAY_NINE)
    cases.add_material(case_no=case.no, code="lease", channel="paper", by=by, now=TUESDAY_NINE + 6 * DAY)
    cases.supplement(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE + 6 * DAY)  # on the 16th

    comes(DayInfo(date(2026, 3, 18), "restday", "节", "Holiday"))

    case.refresh_from_db()
    assert case.notice_due_on == date(2026, 3, 24)


def test_the_day_of_the_pre_review_of_the_fee_and_of_the_result_move_too(matters: Matters):
    sent = matters.opened()
    for code in ("id", "lease"):
        cases.add_material(case_no=sent.no, code=code, channel="upload", by=matters.applicant, now=TUESDAY_NINE)
    cases.submit(case_no=sent.no, by=matters.applicant, now=TUESDAY_NINE)
    decided = matters.decided()
    owing = matters.owing()
    before = {row.no: row.fee_due_on for row in Case.objects.filter(fee_due_on__isnull=False)}

    comes()

    rows = {row.no: row for row in Case.objects.all()}
    assert rows[sent.no].pre_review_due_on == date(2026, 3, 16)
    assert rows[decided.no].issue_due_on == date(2026, 3, 27)
    assert rows[owing.no].fee_due_on > before[owing.no]
    assert told() == ["case_day_later"] * 3


def test_who_was_told_a_later_day_once_is_not_told_it_again(matters: Matters):
    matters.received()
    comes()

    comes(*(DayInfo(row.day, "workday", "上班", "Worked") for row in MARCH))  # taken back
    comes()

    assert told() == ["case_day_later"]


def test_the_day_of_the_law_may_move_where_the_promised_one_does_not(matters: Matters):
    """Accepted in the middle of December: promised within the year, by law in the next."""
    december = at("2026-12-15 09:00")
    comes(DayInfo(date(2026, 10, 1), "restday", "国庆节", "National Day"))  # 2026 is published
    case = matters.received(december)
    case = cases.accept(case_no=case.no, by=matters.by["receiver"], now=december)
    paper = read(CasePaper.objects.get(case=case, kind="acceptance").facts)
    events = CaseEvent.objects.filter(case=case).count()

    flags = (case.provisional, case.statutory_provisional, paper.provisional, paper.law_provisional)
    national_days.take_over(
        days=[DayInfo(date(2027, 5, 1), "restday", "劳动节", "Labour Day")], notice="测试", by=SYSTEM, now=december
    )

    case.refresh_from_db()
    assert flags == (False, True, False, True)
    assert (case.due_promised, case.due_statutory) == (date(2026, 12, 21), date(2027, 1, 12))
    assert (case.statutory_provisional, CaseEvent.objects.filter(case=case).count()) == (False, events)


def test_a_day_beyond_the_published_calendar_is_provisional_until_it_is_published(matters: Matters):
    eve = at("2026-12-29 09:00")
    comes(DayInfo(date(2026, 10, 1), "restday", "国庆节", "National Day"))  # 2026 is published
    case = matters.received(eve)
    before = lines([case], now=eve)[0].flags
    events = CaseEvent.objects.filter(case=case).count()

    national_days.take_over(
        days=[DayInfo(date(2027, 5, 1), "restday", "劳动节", "Labour Day")], notice="测试", by=SYSTEM, now=eve
    )

    case.refresh_from_db()
    assert ("provisional" in before, case.provisional) == (True, False)
    assert CaseEvent.objects.filter(case=case).count() == events  # nothing happened to it: its day is the same


def test_what_lies_here_uncounted_moves_too(matters: Matters):
    case = matters.opened()
    Case.objects.filter(pk=case.pk).update(phase="pre_passed")
    cases.expect(case_no=case.no, appointment="", cell="1", by=matters.applicant, now=TUESDAY_NINE)
    cases.tell_dropped(case_no=case.no, day=TUESDAY_NINE.date(), now=TUESDAY_NINE)
    before = Case.objects.get(pk=case.pk).notice_due_on

    comes()

    case.refresh_from_db()
    assert (before, case.notice_due_on, case.phase) == (date(2026, 3, 17), date(2026, 3, 20), "await_receipt")
    assert (told(), cases.recount(now=TUESDAY_NINE)) == (["case_day_later"], 0)


def test_a_stage_in_working_days_moves_where_the_whole_limit_counts_every_day(matters: Matters):
    look = {"code": "look", "act": "review", "name_zh": "审查", "name_en": "Review", "days": 3}
    steps = [
        {"code": "in", "act": "receive", "name_zh": "受理", "name_en": "Acceptance"}, look,
        {"code": "yes", "act": "decide", "name_zh": "决定", "name_en": "Decision"},
        {"code": "out", "act": "issue", "name_zh": "送达", "name_en": "Handed over"},
    ]  # fmt: skip
    limits = {
        "promised": {"value": 15, "unit": "day"},
        "statutory": {"value": 30, "unit": "day"},
        "supplement_days": 10,
    }
    follows(steps, limits=limits)
    case = matters.in_review()
    before = case.stage_due_on, case.due_promised

    comes()

    case.refresh_from_db()
    assert before == (date(2026, 3, 13), date(2026, 3, 25))
    assert (case.stage_due_on, case.due_promised) == (date(2026, 3, 18), date(2026, 3, 25))
    assert (told(), cases.recount(now=TUESDAY_NINE)) == ([], 0)
