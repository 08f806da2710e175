"""预审通过: what needs nobody to come with it is received in the same moment, from the day on which the last of it was sent; it
is nobody's to forget."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from banshi.kernel.refusals import Refused
from banshi.rooms.archive import actions as archive
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, CasePaper
from banshi.rooms.cases.queries import due_of, with_of
from banshi.rooms.cases.rules.paper_facts import read
from banshi.rooms.messaging.models import Message
from tests.matters import Matters
from tests.together import together
from tests.town import TUESDAY_NINE, at

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
RIGHT = [cases.Verdict("lease", True)]


def sent(matters: Matters, now: datetime = TUESDAY_NINE) -> Case:
    """All of it is here: an identity card that its issuer vouches for, and a lease of which no original is asked for."""
    case = matters.opened(now)
    for code in ("id", "lease"):
        cases.add_material(case_no=case.no, code=code, channel="upload", by=matters.applicant, now=now)
    case.materials.filter(code="id").update(channel="library", trust="A")
    return cases.submit(case_no=case.no, by=matters.applicant, now=now)


def passed(matters: Matters, case: Case, now: datetime, *verdicts: Any) -> Case:
    return cases.pass_on(case_no=case.no, verdicts=verdicts or RIGHT, by=matters.by["pre_reviewer"], now=now)


def keys(case: Case) -> list[str]:
    return list(Message.objects.filter(subject=f"case:{case.no}").order_by("id").values_list("key", flat=True))


def test_what_has_nothing_to_be_brought_is_received_as_it_passes(matters: Matters):
    case = passed(matters, sent(matters), TUESDAY_NINE + DAY)

    paper = read(CasePaper.objects.get(case=case, kind="receipt").facts)
    assert (case.phase, case.received_by_id, with_of(case)) == ("received", None, "hall")
    assert (due_of(case), paper.due_notice, paper.counts_from) == (
        date(2026, 3, 17), date(2026, 3, 17), date(2026, 3, 10)
    )  # fmt: skip
    assert keys(case) == ["case_sent", "case_received"]
    assert [event.verb for event in case.events.order_by("seq")][-2:] == ["pass", "receive"]


def test_its_days_count_from_the_last_time_it_was_sent(matters: Matters):
    case, by = sent(matters), matters.by["pre_reviewer"]
    cases.send_back(case_no=case.no, verdicts=[cases.Verdict("lease", False, "缺页")], by=by, now=TUESDAY_NINE)
    case.materials.filter(code="lease").update(gone_at=TUESDAY_NINE)
    cases.add_material(
        case_no=case.no, code="lease", channel="upload", by=matters.applicant, now=TUESDAY_NINE + DAY, further=False
    )
    cases.submit(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE + DAY)

    case = passed(matters, case, TUESDAY_NINE + 2 * DAY)

    assert (case.counts_from, case.notice_due_on) == (date(2026, 3, 11), date(2026, 3, 18))


def test_a_permit_that_nobody_answers_counts_as_accepted_since_it_was_sent(matters: Matters):
    case = passed(matters, sent(matters), TUESDAY_NINE + DAY)

    before, done = cases.deem_due(now=at("2026-03-17 23:59")), cases.deem_due(now=at("2026-03-18 00:00"))

    case.refresh_from_db()
    assert (before, done, case.deemed) == (0, 1, True)
    assert case.accepted_at is not None
    assert case.accepted_at.date() == date(2026, 3, 10)


def test_what_an_original_is_asked_of_waits_for_whoever_brings_it(matters: Matters):
    case = sent(matters)
    case.materials.filter(code="id").update(channel="upload", trust="C")

    case = passed(matters, case, TUESDAY_NINE, *RIGHT, cases.Verdict("id", True))

    assert (case.phase, with_of(case), keys(case)) == ("pre_passed", "applicant", ["case_sent", "case_passed"])


def test_what_passed_before_and_waits_for_nothing_is_received_and_not_forgotten(matters: Matters):
    """It passed while its identity card was to be shown; the authority's came since."""
    case = sent(matters)
    case.materials.filter(code="id").update(channel="upload", trust="C")
    passed(matters, case, TUESDAY_NINE, *RIGHT, cases.Verdict("id", True))
    case.materials.filter(code="id").update(channel="library", trust="A")

    gone = archive.forget_unsent(now=TUESDAY_NINE + 400 * DAY)

    case.refresh_from_db()
    assert (gone, case.phase, case.destroyed_at, case.counts_from) == (0, "received", None, date(2026, 3, 10))


def test_two_who_pass_it_together_receive_it_once(committed_matters: Matters):
    matters = committed_matters
    case = sent(matters)

    def attempt(_n: int) -> str:
        try:
            return passed(matters, case, TUESDAY_NINE).phase
        except Refused as no:
            return no.slug

    assert sorted(together(2, attempt)) == ["received", "wrong-state"]
    assert CasePaper.objects.filter(case=case, kind="receipt").count() == 1
