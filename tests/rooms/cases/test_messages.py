"""What is said about a case is said while it is so."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from banshi.journeys.case import conclude
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.actions.receiving import Missing
from banshi.rooms.cases.models import Case
from banshi.rooms.messaging import actions, queries
from tests.matters import Matters
from tests.rooms.messaging.test_outbox import Spy
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
LATER = TUESDAY_NINE + timedelta(minutes=1)


def sent(matters: Matters) -> tuple[dict[str, tuple[str, str]], Spy]:
    gateway = Spy()
    matters.town.policy(messages={"channels": ["sms"]})
    actions.drain(channels={"sms": gateway}, now=LATER)
    return {n.key: (n.status, n.why) for n in queries.notices()}, gateway


def test_what_was_asked_for_and_has_come_is_asked_for_no_more(matters: Matters):
    case = matters.received(papers=("id", "photo"))
    cases.give_notice(
        case_no=case.no, missing_now=[Missing("lease", "没有签字")], by=matters.by["receiver"], now=TUESDAY_NINE
    )
    cases.add_material(case_no=case.no, code="lease", channel="paper", by=matters.by["receiver"], now=TUESDAY_NINE)
    cases.supplement(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)

    found, _ = sent(matters)

    assert found["case_notice"] == ("dropped", "moved_on")
    assert found["case_supplemented"] == ("sent", "")


def supplementing(matters: Matters) -> Case:
    case = matters.received(papers=("id", "photo"))
    told, clerk = [Missing("lease", "没有签字")], matters.by["receiver"]
    return cases.give_notice(case_no=case.no, missing_now=told, by=clerk, now=TUESDAY_NINE)


def following(matters: Matters) -> Case:
    case = matters.received(papers=("id", "lease"))
    later, clerk = [("photo", date(2026, 3, 12))], matters.by["receiver"]
    return cases.accept(case_no=case.no, deferred=later, by=clerk, now=TUESDAY_NINE)


@pytest.mark.parametrize("begun", [supplementing, following])
@pytest.mark.parametrize("key", ["case_dropped", "case_papers_came"])
def test_what_was_missing_or_was_to_follow_is_told_of_when_it_came(matters: Matters, begun: Any, key: str):
    case = begun(matters)
    event = case.events.order_by("-seq")[0]
    cases.tell(case, key, event=event, now=TUESDAY_NINE, day="2026-03-10")

    found, _ = sent(matters)

    assert found[key] == ("sent", "")


@pytest.mark.parametrize("phase", ["await_receipt", "ready"])
def test_a_day_that_moved_is_told_also_of_what_lies_here(matters: Matters, phase: str):
    case = matters.opened()
    Case.objects.filter(pk=case.pk).update(phase=phase)
    event = case.events.order_by("-seq")[0]
    cases.tell(case, "case_day_later", event=event, now=TUESDAY_NINE, day="2026-03-20")

    found, _ = sent(matters)

    assert found["case_day_later"] == ("sent", "")


def test_the_pickup_code_goes_to_the_applicant_and_stands_nowhere_in_clear(matters: Matters):
    case = matters.decided()
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    case = conclude.shelve(case_no=case.no, place="A-3", by=matters.by["issuer"], now=TUESDAY_NINE)

    _, gateway = sent(matters)

    (told,) = [text for text in map(str, gateway.sent) if "取件码" in text]
    assert case.delivery.code in told
    assert case.delivery.code not in str(list(queries.notices()))


def test_received_and_accepted_in_one_go_is_said_in_one_message(matters: Matters):
    case = matters.received()
    cases.accept(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)

    found, gateway = sent(matters)

    assert (found["case_received"], found["case_taken"]) == (("dropped", "taken_back"), ("sent", ""))
    (told,) = [str(text) for _, text, _ in gateway.sent]
    assert ("收下了，也受理了" in told, case.no in told) == (True, True)


def test_what_was_told_already_is_not_told_again_with_the_acceptance(matters: Matters):
    case = matters.received()
    sent(matters)
    cases.accept(case_no=case.no, by=matters.by["receiver"], now=LATER)

    found, _ = sent(matters)

    assert (found["case_received"], found["case_accepted"], "case_taken" in found) == (
        ("sent", ""),
        ("sent", ""),
        False,
    )


def test_what_is_to_follow_is_told_with_its_day(matters: Matters):
    case = matters.received(papers=("id", "lease"))
    cases.accept(case_no=case.no, deferred=[("photo", date(2026, 3, 13))], by=matters.by["receiver"], now=TUESDAY_NINE)

    _, gateway = sent(matters)

    (told,) = [str(text) for _, text, _ in gateway.sent]
    assert "店面照片（3月13日前）" in told


def test_a_number_that_was_left_at_a_window_is_promised_nothing_online(matters: Matters):
    case = matters.decided(account_id=None, channel="window", contact="13900139007")
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    conclude.shelve(case_no=case.no, place="A-3", by=matters.by["issuer"], now=TUESDAY_NINE)

    _, gateway = sent(matters)

    (told,) = [str(text) for _, text, _ in gateway.sent if "证照好了" in str(text)]
    assert ("取件码" in told, "在线" in told, "http" in told) == (True, False, False)


def test_received_and_granted_on_the_spot_is_said_in_one_message(matters: Matters):
    case = matters.received()
    Case.objects.filter(pk=case.pk).update(instant=True)
    cases.decide_at_once(case_no=case.no, grant=True, by=matters.by["receiver"], now=TUESDAY_NINE)

    found, gateway = sent(matters)

    assert (found["case_received"], found["case_granted"]) == (("dropped", "taken_back"), ("sent", ""))
    assert len(gateway.sent) == 1


def test_received_and_found_wanting_in_one_go_is_said_in_one_message(matters: Matters):
    case = matters.received(papers=("id", "photo"))
    told = [Missing("lease", "没有签字")]
    cases.give_notice(case_no=case.no, missing_now=told, by=matters.by["receiver"], now=TUESDAY_NINE)

    found, _ = sent(matters)

    assert (found["case_received"], found["case_notice"]) == (("dropped", "taken_back"), ("sent", ""))


def test_whoever_waits_reads_until_when_with_the_acceptance(matters: Matters):
    case = matters.received()
    until = TUESDAY_NINE + timedelta(hours=2)
    Case.objects.filter(pk=case.pk).update(wait_until=until)
    cases.accept(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)

    _, gateway = sent(matters)

    (told,) = [str(text) for _, text, _ in gateway.sent]
    assert ("也受理了" in told, "11:00" in told) == (True, True)
