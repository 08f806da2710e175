"""What is done in a case between its phases is told like these: verified by somebody else's library, and naming nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from standardwebhooks.webhooks import Webhook

from banshi.foundation import clock
from banshi.journeys.case import cabinets, charging, conclude, courier, paying, reassessing
from banshi.kernel.actors import SYSTEM, Actor, ActorKind
from banshi.rooms.archive.actions import archive
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.consulting import actions as consulting
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.feedback import actions as feedback
from banshi.rooms.fees.models import Refund
from banshi.rooms.hooks import actions
from banshi.rooms.hooks.models import Event, Hook
from tests.bundles import opened, sign_of
from tests.journeys.case.test_courier import TO
from tests.matters import Matters
from tests.rooms.hooks.conftest import Receiver, key, listening, told
from tests.town import TUESDAY_NINE, at

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MADE_BY_CASES = ("case_no", "bundle_no", "hall", "item", "before", "phase", "verb")


def heard(hook: Hook, receiver: Receiver) -> list[tuple[str, dict[str, Any]]]:
    """Kind and what is said besides of each event since the last look, in the order in which it came, once verified."""
    found = []
    for (_, headers, _), body in zip(receiver.came, receiver.bodies, strict=True):
        event = Webhook(hook.secret).verify(body, headers)
        said = {name: value for name, value in event["data"].items() if name not in MADE_BY_CASES}
        found.append((event["type"].removeprefix("banshi."), said))
    receiver.came.clear(), receiver.bodies.clear()
    return found


@pytest.fixture
def hook(matters: Matters) -> Hook:
    return listening(key(hall="town"), types=["case.*", "enquiry.*"])


def told_of(hook: Hook, receiver: Receiver, now: Any = TUESDAY_NINE) -> list[tuple[str, dict[str, Any]]]:
    told(receiver, now)
    return heard(hook, receiver)


def test_a_clock_that_stands_runs_again_and_gets_longer(matters: Matters, hook: Hook, receiver: Receiver) -> None:
    case = matters.in_review()
    told_of(hook, receiver)

    matters.stop(case)
    cases.resume_clock(case_no=case.no, result="没有异议", by=matters.by["reviewer"], now=TUESDAY_NINE + DAY)
    cases.release(case_no=case.no, by=matters.by["reviewer"], now=TUESDAY_NINE + DAY)
    cases.extend(case_no=case.no, days=3, reason="复杂", by=matters.by["approver"], now=TUESDAY_NINE + DAY)
    stopped, resumed, extended = told_of(hook, receiver, TUESDAY_NINE + DAY)

    assert stopped == ("case.stopped", {"kind": "hearing", "expected_days": 3})
    assert (resumed[0], sorted(resumed[1])) == ("case.resumed", ["due_promised", "due_statutory"])
    assert (extended[0], extended[1]["days"]) == ("case.extended", 3)


def test_a_fee_is_asked_for_paid_and_given_back(matters: Matters, hook: Hook, receiver: Receiver) -> None:
    case, by = matters.owing(), matters.by
    due = told_of(hook, receiver)[-2:]

    paying.at_window(case_no=case.no, means="cash", by=by["receiver"], now=TUESDAY_NINE)
    charging.terminate(
        case_no=case.no, reason="重复申请", second_by=matters.staff["second_supervisor"].pk, second_may=True,
        by=by["supervisor"], now=TUESDAY_NINE + DAY,
    )  # fmt: skip
    ended = told_of(hook, receiver, TUESDAY_NINE + DAY)
    refund = Refund.objects.get().pk
    paying.give_back(case_no=case.no, refund_id=refund, by=by["receiver"], now=TUESDAY_NINE + DAY)

    assert [kind for kind, _ in due] == ["case.decided", "case.fee_due"]
    assert due[1][1] == {"fen": 8000}
    assert [kind for kind, _ in ended] == ["case.fee_paid", "case.terminated"]
    assert ended[0][1] == {"fen": 8000, "receipt": matters.receipt()}
    assert told_of(hook, receiver, TUESDAY_NINE + DAY) == [("case.refunded", {"fen": 8000, "why": "ended"})]


def test_a_fee_that_comes_to_nothing_is_said_with_the_decision(
    matters: Matters, hook: Hook, receiver: Receiver
) -> None:
    matters.owing_by_copy("3", included=3)

    kind, said = told_of(hook, receiver)[-1]

    assert (kind, said["grant"], said["fen"]) == ("case.decided", True, 0)


def test_a_fee_that_is_computed_anew_is_told_also_where_nothing_is_left(
    matters: Matters, hook: Hook, receiver: Receiver
) -> None:
    case = matters.owing_by_copy("3", included=1)
    due = told_of(hook, receiver)[-2:]

    reassessing.reassess(
        case_no=case.no, form={"copies": "1"}, reason="多填了", second_by=matters.staff["second_supervisor"].pk,
        second_may=True, by=matters.by["supervisor"], now=TUESDAY_NINE + DAY,
    )  # fmt: skip

    assert [(kind, said.get("fen")) for kind, said in due] == [("case.decided", None), ("case.fee_due", 2000)]
    assert told_of(hook, receiver, TUESDAY_NINE + DAY) == [("case.fee_changed", {"fen": 0, "fen_before": 2000})]


def test_a_result_lies_in_a_cabinet(matters: Matters, hook: Hook, receiver: Receiver) -> None:
    said = {"name_zh": "1 号柜", "name_en": "Cabinet 1", "place_zh": "东门", "place_en": "East gate"}
    cabinet = delivery.install(hall=matters.town.hall, code="c1", cells=2, **said)
    case = matters.decided()
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)

    cabinets.put(cabinets=[cabinet], case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    ready, lies = told_of(hook, receiver)[-2:]

    assert ready == ("case.ready", {})
    assert lies == ("case.in_cabinet", {"cabinet": "c1", "fetch_by": lies[1]["fetch_by"]})
    assert lies[1]["fetch_by"] > TUESDAY_NINE.isoformat()


def test_a_result_is_posted(matters: Matters, hook: Hook, receiver: Receiver, settings: Any, tmp_path: Any) -> None:
    settings.BANSHI_COURIER_FOLDER = tmp_path
    case = matters.decided()
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    courier.wish(case_no=case.no, how="courier", receiver=TO, by=matters.applicant, now=TUESDAY_NINE)
    courier.consign(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    courier.post(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)

    assert told_of(hook, receiver)[-1] == ("case.posted", {})


def test_what_is_filed_away_says_so_and_nothing_of_what_is_kept(
    matters: Matters, hook: Hook, receiver: Receiver
) -> None:
    case = matters.received()
    cases.withdraw(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)
    told_of(hook, receiver)

    archive(case_no=case.no, by=SYSTEM, now=TUESDAY_NINE + DAY)
    archive(case_no=case.no, by=SYSTEM, now=TUESDAY_NINE + DAY)

    assert told_of(hook, receiver, TUESDAY_NINE + DAY) == [("case.archived", {})]


def test_a_rating_and_an_answer_are_told_of_without_their_words(
    matters: Matters, hook: Hook, receiver: Receiver
) -> None:
    case = matters.received()
    cases.withdraw(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)
    told_of(hook, receiver)
    feedback.rate_case(
        case_no=case.no, stars=2, text="张三丰说太慢", channel="web", now=TUESDAY_NINE, by=matters.applicant
    )
    asking = consulting.Asking(
        hall=matters.town.hall, item_code="pension", text="装修时能先办吗？", account_id=matters.account.pk
    )
    asked = consulting.ask(asking, by=matters.applicant, now=TUESDAY_NINE)
    consulting.answer(no=asked.no, seq=1, text="可以。", department="hrss", by=matters.by["reviewer"], now=TUESDAY_NINE)

    rated, answered = told_of(hook, receiver)

    assert rated == ("case.rated", {"stars": 2, "follow_up": False})
    assert answered == ("enquiry.answered", {"enquiry": asked.no, "department": "hrss", "question": 1, "version": 1})


def test_what_silence_accepts_says_so(matters: Matters, hook: Hook, receiver: Receiver) -> None:
    matters.received()
    cases.deem_due(now=at("2026-03-20 09:00"))
    told(receiver, at("2026-03-20 09:00"))

    last = receiver.came[-1][2]
    assert (last["type"], last["data"]["verb"], last["data"]["phase"]) == ("banshi.case.accepted", "deem", "accepted")


def test_each_case_of_a_bundle_says_whose_part_it_is(matters: Matters, hook: Hook, receiver: Receiver) -> None:
    sign_of(matters.town)
    bundle = opened(matters)

    cases.withdraw_bundle(bundle_no=bundle.no, by=matters.applicant, now=TUESDAY_NINE)
    told(receiver)

    said = [event["data"] for _, _, event in receiver.came]
    assert [(each["phase"], each["bundle_no"]) for each in said] == [("withdrawn", bundle.no)] * 2
    assert {each["case_no"] for each in said} == set(
        Case.objects.filter(bundle=bundle).order_by("id").values_list("no", flat=True)
    )


def test_a_channel_hears_of_questions_it_asked_and_of_no_others(matters: Matters, receiver: Receiver) -> None:
    mine, other = key("channel"), key("channel")
    hooks = [listening(each, types=["enquiry.*"]) for each in (mine, other)]
    asking = consulting.Asking(hall=matters.town.hall, item_code="pension", text="装修时能先办吗？", account_id=None)
    asked = consulting.ask(asking, by=Actor(ActorKind.CHANNEL, str(mine.pk)), now=TUESDAY_NINE)
    consulting.answer(no=asked.no, seq=1, text="可以。", department="hrss", by=matters.by["reviewer"], now=TUESDAY_NINE)

    told(receiver)

    assert [url for url, _, _ in receiver.came] == [hooks[0].url]


def test_who_is_down_for_an_hour_hears_all_in_order_and_holds_up_nobody(
    matters: Matters, wait: Callable[[timedelta], None]
) -> None:
    down, up = (listening(key(hall="town"), types=["case.*"]) for _ in range(2))
    receivers = {down.url: Receiver([None] * 9), up.url: Receiver()}

    def post(url: str, **more: Any) -> Any:
        return receivers[url](url, **more)

    matters.decided()
    actions.gather(now=TUESDAY_NINE)
    actions.send_due(now=TUESDAY_NINE, post=post)
    at_once = [event["type"] for _, _, event in receivers[up.url].came]
    for _ in range(60):
        wait(timedelta(minutes=1))
        actions.send_due(now=TUESDAY_NINE, post=post)
    tried = len(receivers[down.url].came)
    receivers[down.url] = Receiver()
    wait(timedelta(hours=1))
    for _ in range(3):
        actions.send_due(now=TUESDAY_NINE, post=post)

    assert at_once == [f"banshi.case.{each}" for each in ("received", "accepted", "in_review", "decided")]
    assert tried < 10
    assert receivers[down.url].types == at_once


def test_of_many_cases_as_much_is_asked_as_of_one(matters: Matters, monkeypatch: pytest.MonkeyPatch) -> None:
    stands = clock.wall()  # a cursor asks once more when its mark is two seconds old
    monkeypatch.setattr(clock, "wall", lambda: stands)
    listening(key(hall="town"), types=["case.*"])
    counts = []
    for many in (1, 1, 3):  # what is read once is read
        for _ in range(many):
            matters.received()
        with CaptureQueriesContext(connection) as asked:
            actions.gather(now=TUESDAY_NINE)
        counts.append(len(asked))

    assert counts[1] == counts[2]
    assert Event.objects.count() == 5
