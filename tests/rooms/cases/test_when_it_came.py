"""From which day a limit counts: papers that lay in a cabinet or came by courier, a supplement, what was computed anew, an
extension of limits that are not in working days."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.kernel.working_days import DayInfo
from banshi.rooms.calendars import actions as calendars
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.actions.ground import dues
from banshi.rooms.cases.actions.receiving import Missing
from banshi.rooms.cases.models import Case, CasePaper, Extension
from banshi.rooms.cases.queries import clock_of, due_of, facts_of, with_of
from banshi.rooms.cases.rules.papers import words
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.messaging.models import Message
from tests.matters import SHOP, Matters
from tests.town import TUESDAY_NINE, at

DAY = timedelta(days=1)
FRIDAY_NIGHT, MONDAY = at("2026-03-13 21:30"), date(2026, 3, 16)
FORM = {"name": "一号店", "address": "一号路 1 号"}
pytestmark = pytest.mark.django_db


def lying_here(matters: Matters, *, day: date = MONDAY) -> Case:
    """Looked over, and dropped: its papers count from `day`."""
    case = matters.opened(form=FORM)
    Case.objects.filter(pk=case.pk).update(phase="pre_passed")
    by = matters.by["receiver"]
    for code in ("id", "lease", "photo"):
        cases.add_material(case_no=case.no, code=code, channel="scan", by=by, now=TUESDAY_NINE)
    cases.expect(case_no=case.no, appointment="", cell="1 号柜 1 格", by=matters.applicant, now=FRIDAY_NIGHT)
    return cases.tell_dropped(case_no=case.no, day=day, now=FRIDAY_NIGHT)


def took_in(matters: Matters, case: Case, now: datetime) -> Case:
    return cases.receive(case_no=case.no, by=matters.by["receiver"], now=now)


def test_the_days_to_tell_run_from_the_day_that_was_told(matters: Matters):
    case = lying_here(matters)

    received = took_in(matters, case, at("2026-03-18 10:00"))
    paper = words("receipt", facts_of(CasePaper.objects.get(case=case, kind="receipt")))

    assert received.notice_due_on == date(2026, 3, 23)
    assert ("期限起算", "2026 年 3 月 16 日") in paper.rows


def test_papers_that_lie_here_have_a_day_and_are_the_halls(matters: Matters):
    case = lying_here(matters)

    assert (due_of(case), with_of(case)) == (date(2026, 3, 23), "hall")


def test_papers_that_never_came_leave_no_day(matters: Matters):
    case = lying_here(matters)

    back = cases.expect_no_more(case_no=case.no, by=SYSTEM, now=FRIDAY_NIGHT)

    assert (back.counts_from, back.notice_due_on, with_of(back)) == (None, None, "applicant")


def test_received_before_they_count_the_days_run_from_the_receipt(matters: Matters):
    """A clerk who empties the cabinet on a Saturday."""
    received = took_in(matters, lying_here(matters), at("2026-03-14 09:00"))

    assert received.notice_due_on == date(2026, 3, 20)


def test_received_after_the_day_it_counts_as_accepted_from_the_day_they_came(matters: Matters):
    case = took_in(matters, lying_here(matters), at("2026-04-01 10:00"))

    done = cases.deem_due(now=at("2026-04-01 10:01"))

    case.refresh_from_db()
    assert (done, case.deemed, case.accepted_at.date(), case.due_promised) == (1, True, MONDAY, date(2026, 3, 20))


def test_a_late_calendar_counts_from_the_day_they_came(matters: Matters):
    case = took_in(matters, lying_here(matters), at("2026-03-18 10:00"))
    calendars.import_national_days(
        days=[DayInfo(date(2026, 3, 19), "restday", "节", "Holiday")], notice="测试", by=SYSTEM, now=TUESDAY_NINE
    )

    cases.recount(now=at("2026-03-18 11:00"))

    case.refresh_from_db()
    assert case.notice_due_on == date(2026, 3, 24)


def supplemented(matters: Matters, now: datetime) -> Case:
    case = matters.received(papers=("id", "photo"))
    cases.give_notice(
        case_no=case.no, missing_now=[Missing("lease", "没有交")], by=matters.by["receiver"], now=TUESDAY_NINE
    )
    cases.add_material(case_no=case.no, code="lease", channel="paper", by=matters.by["receiver"], now=now)
    return cases.supplement(case_no=case.no, by=matters.applicant, now=now)


def test_after_a_supplement_it_counts_as_accepted_from_the_supplement(matters: Matters):
    sent = at("2026-03-23 09:00")
    case = supplemented(matters, sent)

    done = cases.deem_due(now=at("2026-03-31 00:00"))

    case.refresh_from_db()
    assert (done, case.accepted_at, case.due_promised) == (1, sent, date(2026, 3, 27))


def test_accepted_too_late_after_a_supplement_it_counts_from_the_supplement(matters: Matters):
    sent = at("2026-03-23 09:00")
    case = supplemented(matters, sent)

    late = cases.accept(case_no=case.no, by=matters.by["receiver"], now=at("2026-03-31 09:00"))

    assert late.accepted_at == sent
    assert case.no == late.no


# --- What was told and did not come --------------------------------------------------------------------------


def told(matters: Matters, *codes: str) -> Case:
    """All papers came; these were told to be wrong."""
    case = matters.received(papers=("id", "lease", "photo", "plan"))
    missing = [Missing(code, "看不清") for code in codes]
    cases.give_notice(case_no=case.no, missing_now=missing, by=matters.by["receiver"], now=TUESDAY_NINE)
    return case


def slug_of(call: object) -> tuple[str, list[str]]:
    with pytest.raises(Refused) as no:
        call()  # type: ignore[operator]
    return no.value.slug, no.value.facts.get("codes", [])


@pytest.mark.parametrize("code", ["photo", "plan"])
def test_a_paper_that_was_told_is_not_supplemented_by_leaving_it_wrong(matters: Matters, code: str):
    case = told(matters, code)

    no = slug_of(lambda: cases.supplement(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE + DAY))

    assert no == ("material-missing", [code])


def test_what_may_be_left_out_is_mended_by_taking_it_back(matters: Matters):
    case = told(matters, "plan")
    wrong = case.materials.get(code="plan")
    cases.take_back_material(case_no=case.no, material_id=wrong.pk, by=matters.by["receiver"], now=TUESDAY_NINE + DAY)

    assert cases.supplement(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE + DAY).phase == "received"


def test_a_window_takes_in_the_rest_and_the_receipt_says_what_is_left(matters: Matters):
    """It may still accept with what may follow (容缺)."""
    case = told(matters, "photo")

    cases.supplement(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE + DAY)
    paper = words("supplement_receipt", facts_of(CasePaper.objects.get(case=case, kind="supplement_receipt")))

    assert "补正告知书列出的店面照片还没有交来。" in paper.paragraphs[0]


@pytest.mark.parametrize("code", ["photo", "plan"])
def test_what_was_sent_back_is_not_sent_again_as_it_was(matters: Matters, code: str):
    case = matters.opened(form=FORM)
    for each in ("id", "lease", code):
        cases.add_material(case_no=case.no, code=each, channel="scan", by=matters.by["receiver"], now=TUESDAY_NINE)
    cases.submit(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)
    verdicts = [
        cases.Verdict("id", ok=True),
        cases.Verdict("lease", ok=True),
        cases.Verdict(code, ok=False, reason="看不清"),
    ]
    cases.send_back(case_no=case.no, verdicts=verdicts, by=matters.by["pre_reviewer"], now=TUESDAY_NINE)

    no = slug_of(lambda: cases.submit(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE + DAY))

    assert no == ("material-missing", [code])


# --- Fees and extensions -------------------------------------------------------------------------------------


def reassessed(matters: Matters, case: Case, now: datetime) -> Case:
    by = matters.by
    return cases.reassess(
        case_no=case.no, form={"copies": "2"}, paid=0, reason="多算了一份", second_by=int(by["second_supervisor"].id),
        second_may=True,
        by=by["supervisor"], now=now,
    )  # fmt: skip


def test_a_late_calendar_counts_the_days_to_pay_from_what_was_computed_anew(matters: Matters):
    case = reassessed(matters, matters.owing_by_copy(), at("2026-03-20 10:00"))
    before = case.fee_due_on
    calendars.import_national_days(
        days=[DayInfo(date(2026, 3, 23), "restday", "节", "Holiday")], notice="测试", by=SYSTEM, now=TUESDAY_NINE
    )

    cases.recount(now=at("2026-03-20 11:00"))

    case.refresh_from_db()
    assert before is not None
    assert case.fee_due_on is not None
    assert case.fee_due_on > before


def test_who_owes_another_sum_is_reminded_again(matters: Matters):
    case = matters.owing_by_copy()
    assert case.fee_due_on is not None
    cases.remind_unpaid(now=at(f"{case.fee_due_on - DAY} 09:00"))
    case = reassessed(matters, case, at(f"{case.fee_due_on - DAY} 10:00"))

    cases.remind_unpaid(now=at(f"{case.fee_due_on - DAY} 09:00"))

    assert Message.objects.filter(key="case_fee_remind").count() == 2


@pytest.mark.parametrize(
    ("limit", "day"),
    [
        ({"value": 10, "unit": "day"}, date(2026, 3, 25)),  # 20 March, and three working days
        ({"value": 2, "unit": "hour"}, date(2026, 3, 13)),
        ({"value": 4, "unit": "working_day"}, date(2026, 3, 19)),
    ],
)
def test_an_extension_is_in_working_days_whatever_the_limit_is_in(
    matters: Matters, limit: dict[str, object], day: date
):
    item = Item.objects.get(code="pension")
    item.handling = SHOP | {"limits": {"promised": limit, "statutory": {"value": 20}}}
    item.save(update_fields=["handling"])
    catalogue.keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))
    case = matters.in_review()
    Extension.objects.create(case=case, days=3, reason="案情复杂", at=TUESDAY_NINE, by="staff:1")
    case = Case.objects.get(pk=case.pk)

    days = dues(case, now=TUESDAY_NINE)
    clock = clock_of(case, now=TUESDAY_NINE)

    assert days["due_promised"] == day
    assert clock is not None
    assert clock.in_days
