"""People and duties that come to one case in the same instant: which may win is said here, and exactly one does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from banshi.journeys.case import charging, conclude, courier, folders, paying
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, CaseEvent, CasePaper
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.delivery.models import Delivery, FolderMove, PaperFolder, Parcel
from banshi.rooms.delivery.rules import folder_no
from banshi.rooms.fees.models import Charge, Payment, Waiver
from banshi.rooms.messaging.models import Message
from tests.journeys.case.test_cabinets import made
from tests.journeys.case.test_courier import folder, wished
from tests.matters import Matters
from tests.rooms.cases.test_walks import holds
from tests.together import together
from tests.town import TUESDAY_NINE

__all__ = ["folder"]
pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = range(3)  # of a race that two may win
A_DAY_OVER = datetime(2026, 3, 19, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
LAST_SECOND = datetime(2026, 3, 24, 23, 59, 59, tzinfo=ZoneInfo("Asia/Shanghai"))


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """Each at the same instant; "" where it was done, else why not. Nothing but refusals."""
    results = together(len(acts), lambda i: acts[i]())
    strange = [each for each in results if isinstance(each, Exception) and not isinstance(each, Refused)]
    assert strange == []
    return [each.slug if isinstance(each, Refused) else "" for each in results]


def verbs(case: Case, *of: str) -> list[str]:
    """Of these, in the order in which they came; and the whole story holds."""
    holds(Case.objects.get(pk=case.pk))
    return list(CaseEvent.objects.filter(case=case, verb__in=of).order_by("seq").values_list("verb", flat=True))


def one_paper_each(case: Case, kinds: Sequence[str]) -> bool:
    return all(CasePaper.objects.filter(case=case, kind=kind).count() == 1 for kind in kinds)


@pytest.mark.parametrize("turn", ROUNDS)
def test_two_accept_it_as_it_is_taken_back_and_counts_as_accepted(committed_matters: Matters, turn: int) -> None:
    """The days to tell what is missing are over. One acceptance at most, by a clerk or by law, from the day of receipt; and taken
    back it is in the end, before it or after: nobody accepts what was withdrawn.
    """
    matters = committed_matters
    case, now = matters.received(), A_DAY_OVER

    said = at_once(
        lambda: cases.accept(case_no=case.no, by=matters.by["receiver"], now=now),
        lambda: cases.accept(case_no=case.no, by=matters.by["supervisor"], now=now),
        lambda: cases.withdraw(case_no=case.no, by=matters.applicant, now=now),
        lambda: cases.deem_due(now=now),
    )

    story = verbs(case, "accept", "deem", "withdraw")
    assert story in (["withdraw"], ["accept", "withdraw"], ["deem", "withdraw"])
    assert said[2] == ""
    assert said[:2].count("") == story.count("accept")
    assert set(said[:2]) <= {"", "wrong-state", "locked"}
    after = Case.objects.get(pk=case.pk)
    assert (after.phase, after.outcome, after.locked_by_id) == ("withdrawn", "withdrawn", None)
    assert (after.accepted_at == TUESDAY_NINE) is (len(story) == 2)
    assert one_paper_each(case, ["withdrawal", *(["acceptance"] if len(story) == 2 else [])])
    assert Message.objects.filter(key="case_withdrawn").count() == 1


@pytest.mark.parametrize("turn", ROUNDS)
def test_what_is_sent_in_the_last_second_meets_the_end_a_second_later(committed_matters: Matters, turn: int) -> None:
    """The request bears the last second, the duty the next day. Who has the case first is right, the other does nothing."""
    matters = committed_matters
    case = matters.received(papers=("id", "photo"))
    missing = [cases.Missing("lease", "没有租约")]
    cases.give_notice(case_no=case.no, missing_now=missing, by=matters.by["receiver"], now=TUESDAY_NINE)
    assert Case.objects.get(pk=case.pk).supplement_due_on == LAST_SECOND.date()
    cases.remind_due(now=LAST_SECOND - timedelta(days=1))
    cases.add_material(case_no=case.no, code="lease", channel="upload", by=matters.applicant, now=LAST_SECOND)

    said = at_once(
        lambda: cases.supplement(case_no=case.no, by=matters.applicant, now=LAST_SECOND),
        lambda: cases.lapse_due(now=LAST_SECOND + timedelta(seconds=1)),
        lambda: cases.lapse_due(now=LAST_SECOND + timedelta(seconds=1)),
    )

    story, phase = verbs(case, "supplement", "lapse"), Case.objects.get(pk=case.pk).phase
    assert (story, phase, said[0]) in [(["supplement"], "received", ""), (["lapse"], "terminated", "wrong-state")]
    assert one_paper_each(case, ["supplement_receipt" if phase == "received" else "lapse_notice"])


@pytest.mark.parametrize("turn", ROUNDS)
def test_decided_as_it_is_taken_back_it_is_one_of_both(committed_matters: Matters, turn: int) -> None:
    """Until the decision it may be taken back (行政许可法): nothing is owed for what was, and what was granted stands."""
    matters = committed_matters
    matters.costs()
    case, now = matters.in_review(), TUESDAY_NINE
    cases.opine(case_no=case.no, says="grant", by=matters.by["reviewer"], now=now)

    said = at_once(
        lambda: charging.decide(case_no=case.no, grant=True, by=matters.by["approver"], now=now),
        lambda: cases.withdraw(case_no=case.no, by=matters.applicant, now=now),
    )

    story = verbs(case, "decide", "withdraw")
    assert len(story) == 1
    assert sorted(said) == ["", "wrong-state"]
    assert Charge.objects.filter(case_no=case.no).exists() is (story == ["decide"])


@pytest.mark.parametrize("turn", ROUNDS)
def test_paid_let_off_and_taken_back_at_once(committed_matters: Matters, turn: int) -> None:
    """It is paid or let off; taken back it is by nobody any more. Nobody pays for what was let off."""
    matters = committed_matters
    case, now, by = matters.owing(), TUESDAY_NINE, matters.by
    second = int(by["second_supervisor"].id or 0)

    said = at_once(
        lambda: paying.at_window(case_no=case.no, means="cash", by=by["receiver"], now=now),
        lambda: paying.waive(
            case_no=case.no, reason="困难", second_by=second, second_may=True, by=by["supervisor"], now=now
        ),
        lambda: cases.withdraw(case_no=case.no, by=matters.applicant, now=now),
    )

    story = verbs(case, "pay", "waive", "withdraw")
    assert story in (["pay"], ["waive"])
    assert (sorted(said[:2]), said[2]) == (["", "fee-settled"], "wrong-state")
    assert (Payment.objects.filter(state="paid").count(), Waiver.objects.count()) == (
        (1, 0) if story == ["pay"] else (0, 1)
    )


@pytest.mark.parametrize("turn", ROUNDS)
def test_shelved_and_given_to_the_carrier_at_once(committed_matters: Matters, turn: int) -> None:
    """It lies ready once, with one code, in one parcel: from the shelf, where it lay there first. It is posted once."""
    matters = committed_matters
    case, now, by = made(matters), TUESDAY_NINE, matters.by["issuer"]
    wished(case, matters)

    said = at_once(
        lambda: conclude.shelve(case_no=case.no, place="A-1", by=by, now=now),
        lambda: courier.consign(case_no=case.no, by=by, now=now),
    )

    assert verbs(case, "shelve") == ["shelve"]
    assert (Delivery.objects.count(), Parcel.objects.count()) == (1, 1)
    assert (said[0] in ("", "wrong-state"), said[1]) == (True, "")
    at_once(*[lambda: courier.post(case_no=case.no, by=by, now=now)] * 3)
    assert verbs(case, "post") == ["post"]
    assert (Parcel.objects.get().state, Message.objects.filter(key="case_posted").count()) == ("posted", 1)


def test_a_folder_is_taken_while_its_shelf_is_counted(committed_matters: Matters) -> None:
    """Two reach for it, and a third counts the shelf without it: one has it, and it is missed by nobody."""
    matters = committed_matters
    case, now = matters.received(), TUESDAY_NINE
    folders.put(case_no=case.no, place="shelf", spot="A-3", by=matters.by["issuer"], now=now)
    row = PaperFolder.objects.get()

    def take(who: str) -> Any:
        at = delivery.with_whom(matters.by[who])
        return delivery.move(
            folder_id=row.pk, hall=case.hall, deed="taken", at=at, seen=row.moves, by=matters.by[who], now=now
        )

    def count(*numbers: str) -> Any:
        return delivery.take_stock(hall=case.hall, spot="A-3", numbers=numbers, by=matters.by["supervisor"], now=now)

    said = at_once(
        lambda: take("receiver"), lambda: take("reviewer"), lambda: count(), lambda: count(folder_no(row.pk))
    )

    after = PaperFolder.objects.get()
    has = matters.by["receiver" if said[0] == "" else "reviewer"]
    assert (sorted(said[:2]), said[2:]) == (["", "changed-meanwhile"], ["", ""])
    assert (after.place, str(after.holder_id), after.missed_at) == ("person", has.id, None)
    assert list(FolderMove.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, after.moves + 1))
