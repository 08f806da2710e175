"""特殊程序: two people stop a clock, and one that stands longer than was told is seen and told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.calendars import actions as calendars
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, CasePaper, Stop
from banshi.rooms.cases.queries import clock_of, facts_of, lines, next_steps, worklist
from banshi.rooms.cases.queries.exceptions import exceptions
from banshi.rooms.cases.rules.paper_texts import SAID
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.messaging.models import Message
from tests.matters import Matters
from tests.surfaces.api.conftest import open_all_day
from tests.together import together
from tests.town import TUESDAY_NINE

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def proposes(matters: Matters, case: Case, by: str = "reviewer") -> Case:
    return cases.propose_stop(
        case_no=case.no, kind="hearing", basis="申请人要求", expected_days=2, by=matters.by[by], now=TUESDAY_NINE
    )


def slug_of(call: object) -> str:
    with pytest.raises(Refused) as refused:
        call()  # type: ignore[operator]
    return refused.value.slug


def test_the_clock_runs_until_an_approver_agrees(matters: Matters):
    case = proposes(matters, matters.in_review())
    papers = CasePaper.objects.filter(kind="special_procedure")
    runs, waits = case.stopped_at is None, list(worklist("approval", halls="*", staff=matters.staff["approver"].pk))
    given = papers.count()

    stopped = cases.stop_clock(case_no=case.no, by=matters.by["approver"], now=TUESDAY_NINE + DAY)

    stop = Stop.objects.get()
    assert (runs, waits, given, papers.count()) == (True, [case], 0, 1)
    assert (stopped.stopped_at, stop.basis, stop.expected_days) == (TUESDAY_NINE + DAY, "申请人要求", 2)
    assert (stop.proposed_by, stop.approved_by) == (matters.staff["reviewer"], matters.staff["approver"])
    assert SAID["special_procedure"](facts_of(papers.get())).paragraphs[-1] == "依据：申请人要求。"


@pytest.mark.parametrize("kind", ["site_visit", "publication"])
def test_the_clock_of_a_permit_does_not_stop_for_what_the_law_does_not_name(matters: Matters, kind: str):
    """行政许可法 45: the list is closed. What other matters stop for is left to their own rules."""
    asked = {"basis": "规程", "expected_days": 2, "by": matters.by["reviewer"], "now": TUESDAY_NINE}
    case = matters.in_review()
    with pytest.raises(Refused) as no:
        cases.propose_stop(case_no=case.no, kind=kind, **asked)
    permit = Case.objects.get(pk=case.pk).proposed

    Item.objects.filter(code="pension").update(item_type="05")
    another = matters.in_review(anyway=True)
    other = cases.propose_stop(case_no=another.no, kind=kind, **asked)

    assert (no.value.slug, no.value.facts["field"]) == ("invalid", "kind")
    assert (permit, other.proposed) == ("", "stop")


def test_what_was_proposed_before_is_not_agreed_to(matters: Matters):
    """The proposal is older than the rule: it is sent back, and the clock ran all the time."""
    Item.objects.filter(code="pension").update(item_type="05")
    case = matters.in_review()
    cases.propose_stop(
        case_no=case.no, kind="site_visit", basis="规程", expected_days=2, by=matters.by["reviewer"], now=TUESDAY_NINE
    )
    Case.objects.filter(pk=case.pk).update(item_type="01")

    no = slug_of(lambda: cases.stop_clock(case_no=case.no, by=matters.by["approver"], now=TUESDAY_NINE))
    back = cases.refuse_stop(case_no=case.no, why="期限照算", by=matters.by["approver"], now=TUESDAY_NINE)

    assert (no, back.proposed, Stop.objects.count()) == ("invalid", "", 0)


@pytest.mark.parametrize("kind", ["bidding", "auction"])
def test_a_permit_stops_for_each_that_the_law_names(matters: Matters, kind: str):
    assert matters.stop(matters.in_review(), kind=kind).stopped_at == TUESDAY_NINE


def test_who_proposed_it_does_not_approve_it_nor_does_the_table_let_them(matters: Matters):
    case = proposes(matters, matters.in_review(), by="approver")

    no = slug_of(lambda: cases.stop_clock(case_no=case.no, by=matters.by["approver"], now=TUESDAY_NINE))
    cases.stop_clock(case_no=case.no, by=matters.by["supervisor"], now=TUESDAY_NINE)

    assert no == "same-person"
    with pytest.raises(IntegrityError, match="who_proposes_a_procedure_does_not_approve_it"), transaction.atomic():
        Stop.objects.update(approved_by=matters.staff["approver"])


def test_nothing_stops_that_nobody_proposed(matters: Matters):
    case = matters.in_review()

    no = slug_of(lambda: cases.stop_clock(case_no=case.no, by=matters.by["approver"], now=TUESDAY_NINE))

    assert (no, "stop_clock" in dict(next_steps(case)), "propose_stop" in dict(next_steps(case))) == (
        "wrong-state", False, True,
    )  # fmt: skip


def test_a_proposal_that_is_not_approved_leaves_the_clock_running(matters: Matters):
    case = proposes(matters, matters.in_review())

    back = cases.refuse_stop(case_no=case.no, why="不必听证", by=matters.by["approver"], now=TUESDAY_NINE)

    assert (back.proposed, back.stopped_at, Stop.objects.count()) == ("", None, 0)
    assert list(worklist("review", halls="*")) == [case]


def test_an_opinion_takes_the_place_of_a_proposal(matters: Matters):
    case = proposes(matters, matters.in_review())

    cases.opine(case_no=case.no, says="grant", by=matters.by["reviewer"], now=TUESDAY_NINE)
    cases.release(case_no=case.no, by=matters.by["reviewer"], now=TUESDAY_NINE)

    assert (
        slug_of(lambda: cases.stop_clock(case_no=case.no, by=matters.by["approver"], now=TUESDAY_NINE)) == "wrong-state"
    )


def test_nothing_is_decided_while_a_procedure_is_proposed(matters: Matters):
    case = proposes(matters, matters.in_review())

    no = slug_of(lambda: cases.decide(case_no=case.no, grant=True, by=matters.by["approver"], now=TUESDAY_NINE))

    assert no == "wrong-state"


def test_a_procedure_that_takes_longer_than_was_told_is_red_and_told_once(matters: Matters):
    case = matters.in_review()
    matters.stop(case, expected_days=2)
    in_time, over = TUESDAY_NINE + 2 * DAY, TUESDAY_NINE + 3 * DAY

    done = [cases.tell_longer(now=now) for now in (in_time, over, over + DAY)]

    case.refresh_from_db()
    assert done == [0, 1, 0]
    assert [lines([case], now=now)[0].light for now in (in_time, over)] == ["", "red"]
    assert [len(exceptions(case.hall, now=now).longer) for now in (in_time, over)] == [0, 1]
    assert Message.objects.filter(key="case_stop_longer").count() == 1


def test_a_limit_in_hours_counts_the_minutes_in_which_the_hall_is_open(matters: Matters):
    item = Item.objects.get(code="pension")
    limits = {**item.handling["limits"], "promised": {"value": 2, "unit": "hour"}}
    item.handling = {**item.handling, "limits": limits}
    item.save(update_fields=["handling"])
    catalogue.keep_item_versions(by=SYSTEM, now=TUESDAY_NINE - 30 * DAY)
    open_all_day(matters.town)
    case = matters.in_review()

    clock = clock_of(case, now=TUESDAY_NINE + timedelta(minutes=30))

    assert clock is not None
    assert (clock.counted, clock.left, clock.unit, case.due_promised) == (30, 90, "minute", TUESDAY_NINE.date())


def test_a_limit_in_hours_is_red_after_its_last_minute_and_moves_with_the_hours_of_the_hall(matters: Matters):
    item = Item.objects.get(code="pension")
    item.handling = {
        **item.handling, "limits": {**item.handling["limits"], "promised": {"value": 2, "unit": "hour"}}
    }  # fmt: skip
    item.save(update_fields=["handling"])
    catalogue.keep_item_versions(by=SYSTEM, now=TUESDAY_NINE - 30 * DAY)
    open_all_day(matters.town)
    case = matters.in_review()
    last, after = (TUESDAY_NINE + timedelta(hours=2, seconds=n) for n in (0, 1))

    lights = [lines([case, case], now=now)[1].light for now in (last, after)]
    flags = [lines([case], now=now)[0].flags for now in (last, after)]
    red = [exceptions(case.hall, now=now).red for now in (last, after)]
    stood = cases.recount_minutes(now=TUESDAY_NINE)
    calendars.close(
        hall=case.hall, starts_at=TUESDAY_NINE + timedelta(minutes=30), ends_at=TUESDAY_NINE + timedelta(minutes=90),
        reason_zh="停电", reason_en="Power cut", by=SYSTEM, now=TUESDAY_NINE,
    )  # fmt: skip
    moved = [cases.recount_minutes(now=TUESDAY_NINE), cases.recount_minutes(now=TUESDAY_NINE)]

    assert (lights, flags, red) == (["yellow", "red"], [(), ("overdue",)], [0, 1])
    case.refresh_from_db()
    assert (stood, moved, case.due_at) == (0, [1, 0], last + timedelta(hours=1))


@pytest.mark.django_db(transaction=True)
def test_two_who_agree_at_once_stop_the_clock_once(committed_matters: Matters):
    case = proposes(committed_matters, committed_matters.in_review())
    who = ("approver", "supervisor")

    done = together(2, lambda i: cases.stop_clock(case_no=case.no, by=committed_matters.by[who[i]], now=TUESDAY_NINE))

    assert sum(isinstance(each, Case) for each in done) == 1
    assert Stop.objects.count() == 1
