"""逾期不告知 of a first receipt: its papers came by cabinet or by post, and nobody received them. A permit counts as accepted all
the same, from the day they came, once; what lies here is still counted, and nothing more is asked for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from banshi.journeys.case import by_rule, cabinets, folders, sending_in
from banshi.journeys.case.drop_slip import slip_of
from banshi.kernel.working_days import DayInfo
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, CaseEvent, CasePaper
from banshi.rooms.cases.queries import exceptions, still_owed, with_of
from banshi.rooms.catalogue.models import Item
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.delivery.models import Cabinet
from banshi.rooms.messaging.models import Message
from tests.journeys.case.test_cabinets import KIOSK, cabinet, cabinet_of, dropped, jammed, passed
from tests.journeys.case.test_taking_in import emptied, fresh, on_list, take_in
from tests.journeys.case.test_untaken import accepted_on, messages, slug
from tests.matters import Matters
from tests.rooms.cases.test_recounting import comes
from tests.together import together
from tests.town import at

__all__ = ["cabinet"]
pytestmark = pytest.mark.django_db
CAME = at("2026-03-12 10:00")  # a Thursday: five working days end on the 19th
LAST, OVER = at("2026-03-19 23:59"), at("2026-03-20 00:00")
BOTH = ["id", "lease"]


def lying(matters: Matters, cabinet: Cabinet) -> Case:
    """Looked over beforehand; its papers lie in a cell since the twelfth."""
    matters.lease_by_hand()
    case = passed(matters)
    dropped(cabinet, case, now=CAME)
    return fresh(case)


def posted(matters: Matters) -> Case:
    """The same, on their way by courier."""
    case = passed(matters)
    by = matters.by["receiver"]
    sending_in.announce(case_no=case.no, carrier="顺丰", waybill="SF1234567890", by=by, now=CAME)
    return fresh(case)


def test_what_nobody_receives_counts_as_accepted_from_the_day_it_came_once(matters: Matters, cabinet: Cabinet) -> None:
    case = lying(matters, cabinet)

    done = [cases.deem_due(now=now) for now in (LAST, OVER, OVER)]

    over = fresh(case)
    assert (case.phase, case.notice_due_on, done) == ("await_receipt", date(2026, 3, 19), [0, 1, 0])
    assert (over.phase, over.deemed, over.tolerant, over.notice_due_on) == ("accepted", True, False, None)
    assert (accepted_on(over), over.due_promised, over.brought_on) == (
        date(2026, 3, 12), date(2026, 3, 18), date(2026, 3, 12),
    )  # fmt: skip
    received, deemed = over.events.order_by("seq").filter(verb__in=("receive", "deem"))
    assert (received.actor, received.facts, deemed.verb) == (
        "system", {"due_on": "2026-03-19", "counts_from": "2026-03-12", "untaken": True}, "deem",
    )  # fmt: skip
    assert not CasePaper.objects.filter(case=case, kind="receipt").exists()
    assert CasePaper.objects.filter(case=case, kind="acceptance").count() == 1
    assert messages(case) == ["case_deemed_late"]
    assert [each.case.no for each in exceptions(case.hall, now=OVER).deemed] == [case.no]


def test_what_came_as_a_parcel_counts_from_the_day_it_was_signed_for(matters: Matters, cabinet: Cabinet) -> None:
    case, clerk = posted(matters), matters.by["receiver"]
    before = cases.deem_due(now=at("2026-04-20 09:00"))

    sending_in.came(case_no=case.no, by=clerk, now=at("2026-04-20 10:00"))
    done = [cases.deem_due(now=now) for now in (at("2026-04-27 23:59"), at("2026-04-28 00:00"))]

    over = fresh(case)
    assert (before, done, over.phase, accepted_on(over)) == (0, [0, 1], "accepted", date(2026, 4, 20))
    assert (over.brought_on, on_list(over)) == (date(2026, 4, 20), True)


def test_what_lies_here_is_counted_after_it_and_goes_to_the_case(matters: Matters, cabinet: Cabinet) -> None:
    case = lying(matters, cabinet)
    stay = case.stays.get()
    before = [row.code for row in slip_of(stay).leaves]
    cases.deem_due(now=OVER)
    lies = fresh(case)
    listed, owed = on_list(case), [row.code for row in still_owed(lies, now=OVER)]

    early = slug(lambda: take_in(matters, case, OVER, lease=1))
    emptied(matters, stay, at("2026-03-20 09:00"))
    other = slug(lambda: take_in(matters, case, at("2026-03-20 09:10"), photo=1))
    late = slug(lambda: receive(matters, case, at("2026-03-20 09:10")))
    done = take_in(matters, case, at("2026-03-20 09:10"), id=1, lease=1)
    again = slug(lambda: take_in(matters, case, at("2026-03-20 09:20"), lease=1))

    assert (listed, owed, [row.code for row in slip_of(stay).leaves], before) == (True, BOTH, [], ["lease"])
    assert (early, other, late, again) == ("papers-in-cabinet", "nothing-found", "wrong-state", "wrong-state")
    assert (done.phase, fresh(case).brought_on, on_list(case), with_of(fresh(case))) == (
        "accepted", None, False, "department",
    )  # fmt: skip
    rows = case.materials.filter(channel="paper", gone_at=None).order_by("code")
    assert list(rows.values_list("code", flat=True)) == BOTH
    settled = CaseEvent.objects.filter(case=case, verb="settle").order_by("seq")
    assert [each.facts for each in settled] == [{"material": "id"}, {"material": "lease"}]


def test_its_papers_lie_in_the_folder_they_were_taken_out_into(matters: Matters, cabinet: Cabinet) -> None:
    case = lying(matters, cabinet)
    cases.deem_due(now=OVER)
    emptied(matters, case.stays.get(), at("2026-03-20 09:00"))

    take_in(matters, case, at("2026-03-20 09:10"), lease=1)

    folder, receiver = deliveries.folder_of(case), matters.by["receiver"]
    assert folder is not None
    assert (folder.place, str(folder.holder_id), deliveries.follower_of(case)) == ("person", receiver.id, None)
    assert [row.code for row in folder.papers.order_by("id")] == ["lease"]
    assert folders.to_put_in(case) == {}


def test_where_nothing_lay_there_nothing_is_asked_for_any_more(matters: Matters, cabinet: Cabinet) -> None:
    case = lying(matters, cabinet)
    cases.deem_due(now=OVER)
    emptied(matters, case.stays.get(), at("2026-03-20 09:00"))

    done = take_in(matters, case, at("2026-03-20 09:10"))

    assert (done.phase, done.tolerant, fresh(case).brought_on, on_list(case)) == ("accepted", False, None, False)


def receive(matters: Matters, case: Case, now: Any) -> Case:
    Case.objects.filter(pk=case.pk).update(locked_by=None, locked_until=None)
    got = [cases.Counted("lease")]
    return by_rule.receive(case_no=case.no, materials=got, by=matters.by["receiver"], now=now)


def test_a_clerk_who_receives_it_after_its_day_and_before_the_worker_may_not_ask_for_more(
    matters: Matters, cabinet: Cabinet
) -> None:
    case, clerk = lying(matters, cabinet), matters.by["receiver"]
    emptied(matters, case.stays.get(), at("2026-03-13 09:00"))

    received = receive(matters, case, OVER)
    missing = [cases.Missing("id", "缺")]
    no = slug(lambda: cases.give_notice(case_no=case.no, missing_now=missing, by=clerk, now=OVER))
    deemed = [cases.deem_due(now=OVER), cases.deem_due(now=OVER)]

    over = fresh(case)
    assert (received.phase, no, deemed, over.phase, accepted_on(over)) == (
        "received", "too-late", [1, 0], "accepted", date(2026, 3, 12),
    )  # fmt: skip
    assert (over.brought_on, CasePaper.objects.filter(case=case, kind="receipt").count()) == (None, 1)
    told = Message.objects.filter(subject=f"case:{case.no}").exclude(key="case_dropped").order_by("id")
    assert list(told.values_list("key", flat=True)) == ["case_deemed_late"]  # no “by a day that is over you hear”


def test_a_clerk_who_receives_it_in_time_begins_no_other_days(matters: Matters, cabinet: Cabinet) -> None:
    case = lying(matters, cabinet)
    emptied(matters, case.stays.get(), at("2026-03-13 09:00"))

    received = receive(matters, case, LAST)

    assert (received.phase, received.notice_due_on, cases.deem_due(now=LAST)) == ("received", date(2026, 3, 19), 0)


def test_what_is_no_permit_waits_for_whoever_receives(matters: Matters, cabinet: Cabinet) -> None:
    Item.objects.filter(code="pension").update(item_type="07")
    case = lying(matters, cabinet)

    done = cases.deem_due(now=at("2026-03-23 09:00"))

    assert (done, fresh(case).phase, on_list(case)) == (0, "await_receipt", True)


def test_what_never_came_counts_as_nothing(matters: Matters, cabinet: Cabinet, settings: Any) -> None:
    """A parcel that was told and is not here; a cell whose door stayed shut, beside it."""
    case = posted(matters)
    jammed(settings, 1, 2, 3)
    shut = slug(lambda: cabinets.drop(cabinets=[cabinet], case_no=case.no, by=KIOSK, now=CAME))

    done = cases.deem_due(now=at("2026-05-20 09:00"))

    assert (shut, done, fresh(case).notice_due_on) == ("door-stuck", 0, None)


def test_a_calendar_that_came_meanwhile_moves_the_day(matters: Matters, cabinet: Cabinet) -> None:
    case = lying(matters, cabinet)
    comes(DayInfo(date(2026, 3, 16), "restday", "节", "Holiday"))

    done = [cases.deem_due(now=OVER), cases.deem_due(now=at("2026-03-21 00:00"))]

    assert (done, fresh(case).phase, accepted_on(fresh(case))) == ([0, 1], "accepted", date(2026, 3, 12))


@pytest.mark.django_db(transaction=True)
def test_a_clerk_who_receives_it_as_it_is_deemed_makes_one_story_of_it(committed_matters: Matters) -> None:
    """Whoever is first: it is received and accepted once, since the day it came, and what lay there is counted once."""
    case = lying(committed_matters, cabinet_of(committed_matters.town))
    assert case.notice_due_on is not None
    over, came = at(f"{case.notice_due_on + timedelta(days=1)} 00:00"), case.counts_from
    emptied(committed_matters, case.stays.get(), CAME + timedelta(hours=1))
    Case.objects.filter(pk=case.pk).update(locked_by=None, locked_until=None)

    def act(n: int) -> Any:
        return receive(committed_matters, case, over) if n % 2 else cases.deem_due(now=over)

    done = together(4, act)
    cases.deem_due(now=over)
    if fresh(case).brought_on is not None:  # the worker was first: it lies here still, and is counted now
        take_in(committed_matters, case, over, lease=1)

    after, slugs = fresh(case), {str(getattr(each, "slug", "")) for each in done}
    assert slugs == {"", "wrong-state"}
    assert (after.phase, after.brought_on, accepted_on(after)) == ("accepted", None, came)
    assert [after.events.filter(verb=verb).count() for verb in ("receive", "deem")] == [1, 1]
    assert case.materials.filter(code="lease", gone_at=None).count() == 1
    assert len(messages(case)) == 1
