"""A refusal in writing is delivered as a result is: within its days, to whom it is for, each way once; then the case ends."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from banshi.journeys.case import charging, conclude, courier, due
from banshi.journeys.case.conclude import Letter
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries
from banshi.rooms.cases.models import Case, CasePaper
from banshi.rooms.cases.queries import facts_of
from banshi.rooms.delivery.actions import Receiver
from banshi.rooms.delivery.models import Delivery, Parcel
from banshi.rooms.delivery.ports import Told
from banshi.rooms.delivery.queries import code_for_applicant
from banshi.rooms.identity.actions import PersonAsked
from banshi.rooms.identity.models import Account
from banshi.rooms.messaging.models import Message
from tests.journeys.case.test_cabinets import made
from tests.matters import Matters
from tests.together import together
from tests.town import TUESDAY_NINE

DAY = timedelta(days=1)
TO = Receiver("陈小红", "13900139000", "东莞市南城街道一号路 8 号 201")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Any) -> None:
    settings.BANSHI_COURIER_FOLDER = tmp_path


def refused_case(matters: Matters) -> Case:
    case = matters.in_review()
    cases.opine(case_no=case.no, says="refuse", text="不符合规划", by=matters.by["reviewer"], now=TUESDAY_NINE)
    return charging.decide(
        case_no=case.no, grant=False, reason="不符合规划", by=matters.by["approver"], now=TUESDAY_NINE
    )


def slug_of(act: Any, **asked: Any) -> str:
    with pytest.raises(Refused) as no:
        act(**asked)
    return no.value.slug


def receipt(case: Case) -> Any:
    return facts_of(CasePaper.objects.get(case=case, kind="delivery_receipt"))


def test_it_has_the_days_of_a_grant_and_shows_its_light(matters: Matters):
    case = refused_case(matters)

    (line,) = queries.lines([case], now=TUESDAY_NINE)
    (late,) = queries.lines([case], now=TUESDAY_NINE + 20 * DAY)
    listed = list(queries.worklist("issue", halls=["town"]).values_list("no", flat=True))

    assert case.issue_due_on == date(2026, 3, 24)  # ten working days
    assert (line.due_on, line.light, late.light, listed) == (date(2026, 3, 24), "green", "red", [case.no])
    assert queries.next_steps(case) == [("deliver", "hall"), ("terminate", "supervisor")]


def test_its_message_says_where_it_lies_and_what_opens_it(matters: Matters):
    case = refused_case(matters)

    told = Message.objects.get(key="case_refused", channel="")
    assert told.params["link"] == f"/cases/{case.no}/"
    assert code_for_applicant(case) in str(told.sealed)
    assert code_for_applicant(case) not in str(told.params)


def test_it_goes_to_whoever_has_the_code_and_the_system_closes_the_case(matters: Matters):
    case = refused_case(matters)
    code = code_for_applicant(case)

    done = conclude.hand_over(case_no=case.no, code=code, by=matters.by["issuer"], now=TUESDAY_NINE + DAY)

    events = list(done.events.order_by("seq").values_list("verb", "actor"))[-2:]
    said = receipt(case)
    assert (done.phase, done.outcome, done.closed_at) == ("closed", "refused", TUESDAY_NINE + DAY)
    assert events == [("deliver", str(matters.by["issuer"])), ("close", "system")]
    assert [each.name for each in said.materials] == ["不予批准决定书"]
    assert (said.channel, said.place, said.refused) == ("窗口领取", case.hall.address_zh, True)
    assert "自送达之日起算" in str(queries.papers_of(done) and _paragraphs(said))
    assert (
        slug_of(conclude.hand_over, case_no=case.no, code=code, by=matters.by["issuer"], now=TUESDAY_NINE)
        == "code-used"
    )


def _paragraphs(said: Any) -> tuple[str, ...]:
    from banshi.rooms.cases.rules.paper_texts import SAID

    return SAID["delivery_receipt"](said).paragraphs


def test_nobody_gets_it_without_a_code_or_the_card(matters: Matters):
    case = refused_case(matters)

    assert slug_of(conclude.hand_over, case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE) == "code-wrong"
    assert (Case.objects.get().phase, Delivery.objects.get().tries_left) == ("decided", 4)


def test_an_agent_fetches_it_by_code_and_letter(matters: Matters):
    case = refused_case(matters)
    agent = PersonAsked("李四", "resident_id", "110101199001011237")
    letter = Letter("written", "", date(2026, 6, 1))
    code = code_for_applicant(case)

    done = conclude.hand_to_agent(
        case_no=case.no, code=code, agent=agent, letter=letter, by=matters.by["issuer"], now=TUESDAY_NINE
    )

    assert (done.phase, receipt(case).taker) == ("closed", "李四")


def test_whoever_applied_reads_it_online_and_that_is_the_delivery(matters: Matters):
    case = refused_case(matters)

    done = conclude.receive_electronically(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)

    said = receipt(case)
    assert (done.phase, Delivery.objects.get().how) == ("closed", "electronic")
    assert (said.channel, said.place, said.proof) == ("电子证照", "网上送达，无送达地点", "实名账号")
    assert Delivery.objects.get().paper_left is False  # it is printed for whoever comes, nothing lies there


def test_an_account_that_is_not_proven_takes_no_refusal(matters: Matters):
    Account.objects.update(person_evidence=0)
    case = refused_case(matters)

    no = slug_of(conclude.receive_electronically, case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)
    done = conclude.hand_over(case_no=case.no, identified=True, by=matters.by["issuer"], now=TUESDAY_NINE)

    assert (no, code_for_applicant(case), done.phase) == ("agent-not-allowed", "", "closed")


def test_it_is_posted_where_it_is_wished_comes_back_and_is_posted_again(matters: Matters):
    case, by = refused_case(matters), matters.by["issuer"]
    asked: dict[str, Any] = {"case_no": case.no, "by": by, "now": TUESDAY_NINE}
    ways = courier.ways_of(case, now=TUESDAY_NINE)
    for event in ("a", "b"):
        courier.wish(case_no=case.no, how="courier", receiver=TO, by=matters.applicant, now=TUESDAY_NINE)
        courier.consign(**asked)
        parcel = courier.post(**asked)
        read = slug_of(conclude.receive_electronically, case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)
        assert read == "on-its-way"
        if event == "a":
            courier.came_back(place="A-7", **asked)
    courier.told(waybill=parcel.waybill, said=Told("x", "delivered", TUESDAY_NINE + DAY), now=TUESDAY_NINE + DAY)

    done, said = Case.objects.get(), receipt(case)
    assert ways == ("counter", "courier")
    assert (done.phase, done.outcome, Parcel.objects.count()) == ("closed", "refused", 2)
    assert (said.channel, said.place) == ("政务专递", TO.address)
    assert Message.objects.filter(key__in=["case_arrived", "case_closed"], channel="").count() == 1


def test_a_grant_that_is_not_made_is_not_handed_over(matters: Matters):
    case, by = matters.decided(), matters.by["issuer"]

    for act, more in (
        (cases.deliver, {"how": "counter"}),
        (cases.post, {"waybill": "SF1"}),
        (cases.come_back, {"place": "A"}),
    ):
        assert slug_of(act, case_no=case.no, by=by, now=TUESDAY_NINE, **more) == "wrong-state"
    assert slug_of(conclude.hand_over, case_no=case.no, identified=True, by=by, now=TUESDAY_NINE) == "nothing-found"
    assert Case.objects.get().phase == "decided"


def test_one_that_was_decided_before_there_was_a_code_goes_by_card(matters: Matters):
    case = matters.decided(grant=False)  # nothing was laid ready with it

    done = conclude.hand_over(case_no=case.no, identified=True, by=matters.by["issuer"], now=TUESDAY_NINE)

    assert (done.phase, Delivery.objects.get().by_what) == ("closed", "card")


@pytest.mark.django_db(transaction=True)
def test_of_a_window_and_a_telephone_at_once_one_delivers_it(matters: Matters):
    case = refused_case(matters)

    def act(n: int) -> Any:
        if n % 2:
            return conclude.hand_over(case_no=case.no, identified=True, by=matters.by["issuer"], now=TUESDAY_NINE)
        return conclude.receive_electronically(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)

    results = together(6, act)

    assert sum(isinstance(each, Case) for each in results) == 1
    assert CasePaper.objects.filter(case=case, kind="delivery_receipt").count() == 1
    assert Case.objects.get().events.filter(verb="close").count() == 1


# --- Told of once more --------------------------------------------------------------------------------------------


def reminders() -> int:
    return Message.objects.filter(key="case_ready_remind", channel="").count()


@pytest.mark.parametrize("refused", [True, False])
def test_what_lies_ready_is_told_of_once_more(matters: Matters, refused: bool):
    case = refused_case(matters) if refused else made(matters)
    if not refused:
        conclude.shelve(case_no=case.no, place="A-3", by=matters.by["issuer"], now=TUESDAY_NINE)

    counted = []
    for now in (TUESDAY_NINE + 7 * DAY, TUESDAY_NINE + 7 * DAY + timedelta(seconds=1), TUESDAY_NINE + 9 * DAY):
        due.run(now=now)
        counted.append(reminders())

    assert counted == [0, 1, 1]
    assert code_for_applicant(case) in str(Message.objects.get(key="case_ready_remind", channel="").sealed)


def test_what_was_fetched_or_is_to_be_posted_is_not_told_of(matters: Matters):
    case = refused_case(matters)
    courier.wish(case_no=case.no, how="courier", receiver=TO, by=matters.applicant, now=TUESDAY_NINE)
    to_post = conclude.remind_due(now=TUESDAY_NINE + 8 * DAY)
    courier.wish(case_no=case.no, how="counter", by=matters.applicant, now=TUESDAY_NINE)
    conclude.hand_over(case_no=case.no, identified=True, by=matters.by["issuer"], now=TUESDAY_NINE + 8 * DAY)

    assert (to_post, conclude.remind_due(now=TUESDAY_NINE + 8 * DAY), reminders()) == (0, 0, 0)


def test_who_has_it_is_asked_how_it_went(matters: Matters):
    case = refused_case(matters)

    conclude.hand_over(case_no=case.no, identified=True, by=matters.by["issuer"], now=TUESDAY_NINE)

    assert Message.objects.get(key="case_closed", channel="").params["ask_zh"] == "办得怎么样，评一下。"
