"""What was missing comes by cabinet, by post or at a booked time: the case stays in its phase, counts from the day it came, and
no day goes by on what lies here – until somebody takes it in."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from banshi.journeys.case import cabinets, expecting, folders, sending_in, taking_in
from banshi.journeys.case.drop_slip import slip_of
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, CaseMaterial, CasePaper, Obligation
from banshi.rooms.cases.queries import due_before, due_of, still_owed, with_of, worklist
from banshi.rooms.cases.rules.paper_facts import read
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.delivery.models import Cabinet, SentPapers, Stay
from banshi.rooms.messaging.models import Message
from tests.journeys.case.test_cabinets import KIOSK, cabinet, dropped, jammed
from tests.matters import Matters
from tests.rooms.cases.test_recounting import comes
from tests.rooms.tickets.line import booked as booked_by
from tests.together import together
from tests.town import TUESDAY_NINE, at

__all__ = ["cabinet"]
pytestmark = pytest.mark.django_db
LAST = at("2026-03-24 23:00")  # ten working days after the notice, the hall closed
AFTER = at("2026-03-25 00:00")


def told(matters: Matters, *missing: str) -> Case:
    """A supplement: these are missing."""
    case = matters.received(papers=("id",))
    said = [cases.Missing(code, "缺") for code in missing or ("lease",)]
    return cases.give_notice(case_no=case.no, missing_now=said, by=matters.by["receiver"], now=TUESDAY_NINE)


def tolerant(matters: Matters, due_on: str = "2026-03-12") -> Case:
    """Accepted, and the photo is to follow."""
    case = matters.received(papers=("id", "lease"))
    later = [("photo", date.fromisoformat(due_on))]
    return cases.accept(case_no=case.no, deferred=later, by=matters.by["receiver"], now=TUESDAY_NINE)


def fresh(case: Case) -> Case:
    return Case.objects.select_related("hall").get(pk=case.pk)


def on_list(case: Case) -> bool:
    return worklist("acceptance", halls=["town"]).filter(pk=case.pk).exists()


def take_in(matters: Matters, case: Case, now: Any, **copies: int) -> Case:
    Case.objects.filter(pk=case.pk).update(locked_by=None, locked_until=None)
    return taking_in.take_in(case_no=case.no, copies=copies, by=matters.by["receiver"], now=now)


def emptied(matters: Matters, stay: Stay, now: Any) -> None:
    cabinets.empty(stay_id=stay.pk, by=matters.by["issuer"], now=now)


def test_a_supplement_dropped_in_the_night_of_its_last_day_counts_from_the_next_and_does_not_lapse(
    matters: Matters, cabinet: Cabinet
):
    case = told(matters)

    stay = dropped(cabinet, case, now=LAST)
    lapsed = cases.lapse_due(now=AFTER + timedelta(days=9))

    lies = fresh(case)
    assert (lapsed, lies.phase, lies.brought_on, stay.counts_from) == (
        0,
        "supplement",
        date(2026, 3, 25),
        date(2026, 3, 25),
    )
    assert (with_of(lies), due_of(lies), on_list(case)) == ("hall", date(2026, 4, 1), True)
    assert Case.objects.filter(due_before(date(2026, 4, 2))).filter(pk=case.pk).exists()
    assert not Case.objects.filter(due_before(date(2026, 4, 1))).filter(pk=case.pk).exists()
    assert Message.objects.filter(key="case_dropped", subject=f"case:{case.no}").count() == 1
    assert [paper.code for paper in slip_of(stay).leaves] == ["lease"]


def test_what_is_taken_in_counts_from_the_day_it_came(matters: Matters, cabinet: Cabinet):
    case = told(matters)
    emptied(matters, dropped(cabinet, case, now=at("2026-03-12 10:00")), at("2026-03-16 09:00"))

    done = take_in(matters, case, at("2026-03-16 09:30"), lease=1)

    assert (done.phase, done.notice_due_on, done.brought_on) == ("received", date(2026, 3, 19), None)
    paper = CasePaper.objects.get(case=case, kind="supplement_receipt")
    assert read(paper.facts).received_on == date(2026, 3, 12)
    assert cases.recount(now=at("2026-03-16 09:40")) == 0
    assert CaseMaterial.objects.get(case=case, code="lease", gone_at=None).verdict == "ok"


def test_what_is_not_all_there_is_told_with_the_days_of_a_reminder_at_least(matters: Matters, cabinet: Cabinet):
    case = told(matters, "lease", "photo")
    emptied(matters, dropped(cabinet, case, now=LAST), at("2026-03-25 09:00"))

    left = take_in(matters, case, at("2026-03-26 09:00"), photo=1)

    assert (left.phase, left.brought_on, left.supplement_due_on) == ("supplement", None, date(2026, 3, 31))
    assert with_of(fresh(case)) == "applicant"
    assert [row.code for row in still_owed(fresh(case))] == ["lease"]
    assert not on_list(case)
    assert Message.objects.filter(key="case_remind", subject=f"case:{case.no}").count() == 1
    assert cases.lapse_due(now=at("2026-03-31 23:59")) == 0
    assert cases.lapse_due(now=at("2026-04-01 00:00")) == 1


def test_who_drops_nothing_gains_days_once(matters: Matters, cabinet: Cabinet):
    case = told(matters)
    emptied(matters, dropped(cabinet, case, now=LAST), at("2026-03-25 09:00"))
    first = take_in(matters, case, at("2026-03-26 09:00")).supplement_due_on
    emptied(matters, dropped(cabinet, case, now=at("2026-03-31 23:00")), at("2026-04-01 09:00"))

    again = take_in(matters, case, at("2026-04-02 09:00"))

    assert (first, again.supplement_due_on, again.brought_on) == (date(2026, 3, 31), first, None)
    assert Message.objects.filter(key="case_remind", subject=f"case:{case.no}").count() == 1
    assert cases.lapse_due(now=at("2026-04-02 23:00")) == 1


def test_nothing_is_taken_in_while_it_lies_in_its_cell(matters: Matters, cabinet: Cabinet):
    case = told(matters)
    dropped(cabinet, case)

    with pytest.raises(Refused) as no:
        take_in(matters, case, TUESDAY_NINE, lease=1)

    assert (no.value.slug, fresh(case).phase) == ("papers-in-cabinet", "supplement")


def test_after_its_last_day_a_supplement_is_not_dropped_any_more(matters: Matters, cabinet: Cabinet):
    case = told(matters)
    cases.remind_due(now=at("2026-03-23 09:00"))

    with pytest.raises(Refused) as no:
        dropped(cabinet, case, now=AFTER)

    assert (no.value.slug, Stay.objects.count(), fresh(case).brought_on) == ("too-late", 0, None)


def test_where_no_door_opens_its_day_runs_on(matters: Matters, cabinet: Cabinet, settings: Any):
    case = told(matters)
    jammed(settings, 1, 2, 3)

    with pytest.raises(Refused):
        dropped(cabinet, case)

    lies = fresh(case)
    assert (lies.brought_on, lies.notice_due_on, due_of(lies)) == (None, None, date(2026, 3, 24))


def test_what_was_to_follow_may_be_dropped_and_its_day_does_not_go_by(matters: Matters, cabinet: Cabinet):
    case = tolerant(matters)

    stay = dropped(cabinet, case, now=at("2026-03-12 22:00"))
    over = cases.lapse_deferred(now=at("2026-03-16 09:00"))
    emptied(matters, stay, at("2026-03-16 10:00"))
    listed = on_list(case)
    done = take_in(matters, case, at("2026-03-16 10:30"), photo=1)

    assert (over, listed, done.phase, done.tolerant, done.brought_on) == (0, True, "accepted", False, None)
    assert Obligation.objects.get().lapsed_at is None
    assert read(CasePaper.objects.get(case=case, kind="deferral_receipt").facts).received_on == date(2026, 3, 13)
    assert not on_list(case)


def test_where_it_was_not_in_what_came_its_day_goes_by_again(matters: Matters, cabinet: Cabinet):
    case = tolerant(matters)
    emptied(matters, dropped(cabinet, case), TUESDAY_NINE)

    done = take_in(matters, case, at("2026-03-13 09:00"))

    assert (done.tolerant, done.brought_on) == (True, None)
    assert cases.lapse_deferred(now=at("2026-03-13 09:01")) == 1


def test_it_is_posted_and_counts_from_the_day_the_hall_has_it(matters: Matters, cabinet: Cabinet):
    case = told(matters)
    sending_in.announce(case_no=case.no, carrier="EMS", waybill="EA1234567", by=matters.applicant, now=TUESDAY_NINE)
    on_its_way = fresh(case)

    sending_in.came(case_no=case.no, by=matters.by["issuer"], now=at("2026-03-13 10:00"))

    assert (on_its_way.phase, on_its_way.brought_on, with_of(on_its_way)) == ("supplement", None, "applicant")
    assert (fresh(case).brought_on, on_list(case)) == (date(2026, 3, 13), True)
    with pytest.raises(Refused) as no:
        sending_in.announce(case_no=case.no, carrier="EMS", waybill="EA7654321", by=matters.applicant, now=LAST)
    assert no.value.slug == "already-dropped"


def test_what_comes_by_post_after_the_last_day_keeps_nothing_open(matters: Matters, cabinet: Cabinet):
    case = told(matters)
    sending_in.announce(case_no=case.no, carrier="EMS", waybill="EA1234567", by=matters.applicant, now=TUESDAY_NINE)
    cases.remind_due(now=at("2026-03-23 09:00"))

    sending_in.came(case_no=case.no, by=matters.by["issuer"], now=at("2026-03-25 10:00"))

    assert fresh(case).brought_on is None
    assert cases.lapse_due(now=at("2026-03-25 10:01")) == 1


def test_a_parcel_called_off_leaves_the_supplement_as_it_was(matters: Matters):
    case = told(matters)
    sending_in.announce(case_no=case.no, carrier="EMS", waybill="EA1234567", by=matters.applicant, now=TUESDAY_NINE)

    sending_in.call_off(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)

    assert (fresh(case).phase, deliveries.sent_now(fresh(case))) == ("supplement", None)


@pytest.mark.parametrize("made", [told, tolerant])
def test_a_booked_time_brings_what_is_missing_without_another_phase(matters: Matters, made: Any):
    row = booked_by(matters.town, starts=at("2026-03-11 09:00"))
    row.person, row.account_id = matters.person, matters.account.pk
    row.save(update_fields=["person", "account_id"])
    case = made(matters)

    expecting.brings(appointment=row.code, by=matters.applicant, now=TUESDAY_NINE)
    expecting.give_back(now=at("2026-03-20 09:00"))

    assert (fresh(case).phase, fresh(case).appointment) == (case.phase, row.code)


def test_what_owes_nothing_takes_nothing(matters: Matters, cabinet: Cabinet):
    case = matters.in_review()

    for act in (
        lambda: dropped(cabinet, case),
        lambda: sending_in.announce(
            case_no=case.no, carrier="EMS", waybill="EA1234567", by=matters.applicant, now=TUESDAY_NINE
        ),
        lambda: take_in(matters, case, TUESDAY_NINE, photo=1),
    ):
        with pytest.raises(Refused) as no:
            act()
        assert no.value.slug == "wrong-state"
    assert (Stay.objects.count(), SentPapers.objects.count()) == (0, 0)


def test_the_calendar_moves_the_day_of_what_lies_here(matters: Matters, cabinet: Cabinet):
    case = told(matters)
    dropped(cabinet, case)
    before = due_of(fresh(case))

    comes()

    assert (before, due_of(fresh(case))) == (date(2026, 3, 17), date(2026, 3, 20))


@pytest.mark.django_db(transaction=True)
def test_a_drop_and_the_end_of_its_days_in_one_instant_come_to_one_of_the_two(committed_matters: Matters):
    from tests.journeys.case.test_cabinets import cabinet_of

    matters = committed_matters
    kept = cabinet_of(matters.town)
    case = told(matters)
    cases.remind_due(now=at("2026-03-23 09:00"))

    results = together(
        2,
        lambda i: (
            cabinets.drop(cabinets=[kept], case_no=case.no, by=KIOSK, now=LAST) if i else cases.lapse_due(now=AFTER)
        ),
    )

    lies = fresh(case)
    if isinstance(results[1], Refused):
        assert (results[1].slug, lies.phase, Stay.objects.count()) == ("wrong-state", "terminated", 0)
    else:
        assert (lies.phase, lies.brought_on is not None, Stay.objects.count()) == ("supplement", True, 1)
    assert results[0] == (1 if lies.phase == "terminated" else 0)


@pytest.mark.django_db(transaction=True)
def test_a_drop_while_the_window_settles_it_is_refused_or_lies_on_the_list_of_the_cabinet(committed_matters: Matters):
    from tests.journeys.case.test_cabinets import cabinet_of

    matters = committed_matters
    kept = cabinet_of(matters.town)
    case = tolerant(matters)

    def settle() -> Case:
        return folders.settle(
            case_no=case.no, code="photo", on_paper=1, at_window=True, by=matters.by["receiver"], now=TUESDAY_NINE
        )

    results = together(
        2, lambda i: cabinets.drop(cabinets=[kept], case_no=case.no, by=KIOSK, now=TUESDAY_NINE) if i else settle()
    )

    lies = fresh(case)
    assert (lies.tolerant, lies.brought_on) == (False, None)
    refused = isinstance(results[1], Refused)
    assert len(deliveries.lying(matters.town.hall, now=TUESDAY_NINE)) == (0 if refused else 1)
