"""Papers that were to follow: reminded of, late, come – each written down and told once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import override_settings

from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, CaseEvent, CasePaper, Obligation
from banshi.rooms.cases.queries import facts_of
from banshi.rooms.cases.queries.exceptions import exceptions
from banshi.rooms.cases.rules.papers import words
from banshi.rooms.messaging.models import Message
from tests.matters import Matters
from tests.moods import ill, stand_ins
from tests.together import together
from tests.town import TUESDAY_NINE, at

DAY = timedelta(days=1)
FRIDAY = date(2026, 3, 13)
SATURDAY = at("2026-03-14 00:05")
pytestmark = pytest.mark.django_db


def owing(matters: Matters) -> Case:
    """In review, the photo to follow by Friday."""
    case, by = matters.received(papers=("id", "lease")), matters.by["receiver"]
    cases.accept(case_no=case.no, deferred=[("photo", FRIDAY)], by=by, now=TUESDAY_NINE)
    return cases.hand_over(case_no=case.no, by=by, now=TUESDAY_NINE)


def told(key: str) -> int:
    return Message.objects.filter(key=key).count()


def title(kind: str) -> str:
    return words(kind, facts_of(CasePaper.objects.get(kind=kind))).title


def test_a_promised_day_that_goes_by_is_written_down_once(matters: Matters):
    case = owing(matters)

    done = [cases.lapse_deferred(now=now) for now in (at("2026-03-13 23:59"), SATURDAY, SATURDAY + DAY)]

    case.refresh_from_db()
    assert done == [0, 1, 0]
    assert (case.phase, case.tolerant, told("case_follow_late")) == ("in_review", True, 1)
    assert title("deferral_overdue") == "容缺逾期告知"
    assert [each.case.no for each in exceptions(case.hall, now=SATURDAY).unmet] == [case.no]


def test_what_was_sent_in_time_is_in_time_though_nobody_looked(matters: Matters):
    case = owing(matters)
    cases.add_material(case_no=case.no, code="photo", channel="upload", by=matters.applicant, now=TUESDAY_NINE + DAY)

    assert (cases.lapse_deferred(now=SATURDAY), Obligation.objects.get().lapsed_at) == (0, None)


def test_a_paper_that_comes_late_is_still_taken_and_said_to_have_come(matters: Matters):
    case, by = owing(matters), matters.by["reviewer"]
    cases.lapse_deferred(now=SATURDAY)

    cases.add_material(case_no=case.no, code="photo", channel="upload", by=matters.applicant, now=SATURDAY)
    settled = cases.settle_deferred(case_no=case.no, code="photo", by=by, now=SATURDAY)

    assert (settled.tolerant, told("case_follow_came"), title("deferral_receipt")) == (False, 1, "容缺补齐回执")
    assert exceptions(case.hall, now=SATURDAY).unmet == []


def test_who_promised_a_paper_is_reminded_before_the_day_and_once_a_day(matters: Matters):
    owing(matters)

    for day in range(10, 17):
        for hour in (8, 20):
            cases.remind_deferred(now=at(f"2026-03-{day} {hour:02d}:00"))

    days = Message.objects.filter(key="case_follow_remind").order_by("id").values_list("due_at", flat=True)
    assert [moment.date() for moment in days] == [date(2026, 3, 10), date(2026, 3, 12)]


def test_the_paper_of_a_tolerant_acceptance_says_so_in_its_title(matters: Matters):
    owing(matters)

    assert title("acceptance") == "容缺受理通知书"


def test_who_stands_in_the_credit_record_may_not_promise(matters: Matters):
    case = matters.received(papers=("id", "lease"))
    number = str(case.person.id_number)

    with (
        override_settings(BANSHI_CREDIT="banshi.gateways.credit.StandIn", BANSHI_CREDIT_BARRED=frozenset({number})),
        pytest.raises(Refused) as no,
    ):
        cases.accept(case_no=case.no, deferred=[("photo", FRIDAY)], by=matters.by["receiver"], now=TUESDAY_NINE)

    assert (no.value.slug, Case.objects.get().phase) == ("deferral-barred", "received")


@pytest.mark.parametrize(("fault", "said"), [("down", "silent"), ("old", "old")])
def test_a_record_that_does_not_know_keeps_nobody_from_their_right_and_the_acceptance_says_so(
    matters: Matters, settings: Any, tmp_path: Any, fault: str, said: str
):
    case = matters.received(papers=("id", "lease"))
    stand_ins(settings, tmp_path)
    ill("credit", fault)

    cases.accept(case_no=case.no, deferred=[("photo", FRIDAY)], by=matters.by["receiver"], now=TUESDAY_NINE)

    facts = CaseEvent.objects.get(case=case, verb="accept").facts
    assert (Case.objects.get().phase, facts["credit"], len(facts["deferred"])) == ("accepted", said, 1)


def test_whoever_is_not_promising_is_not_asked_about(matters: Matters):
    case = matters.received()

    with override_settings(BANSHI_CREDIT="nowhere.Record"):
        accepted = cases.accept(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)

    assert accepted.phase == "accepted"


@pytest.mark.django_db(transaction=True)
def test_two_workers_write_a_lapse_once(committed_matters: Matters):
    case = owing(committed_matters)

    together(4, lambda i: cases.lapse_deferred(now=SATURDAY))

    assert CaseEvent.objects.filter(case=case, verb="unmet").count() == 1
