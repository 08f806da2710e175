"""What was asked for is taken to the last second of its day, be the worker early or late; and a lease ends with the right."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.kernel.working_days import DayInfo
from banshi.rooms.calendars import actions as calendars
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.rules.clocks import supplement_refusal
from banshi.rooms.identity.models import Role, Staff
from banshi.rooms.messaging.models import Message
from tests.matters import Matters
from tests.together import together
from tests.town import TUESDAY_NINE, at

pytestmark = pytest.mark.django_db
LAST, OVER = at("2026-03-24 23:59") + timedelta(seconds=59), at("2026-03-25 00:00")
LATER = TUESDAY_NINE + timedelta(minutes=1)


def told(matters: Matters, *, reminded: bool = True) -> Case:
    """Its lease is missing, asked for by the 24th; it has been added since, and is not sent."""
    case = matters.received(papers=("id", "photo"))
    missing = [cases.Missing("lease", "没有交租赁合同")]
    cases.give_notice(case_no=case.no, missing_now=missing, by=matters.by["receiver"], now=TUESDAY_NINE)
    cases.add_material(case_no=case.no, code="lease", channel="paper", by=matters.by["receiver"], now=TUESDAY_NINE)
    if reminded:
        cases.remind_due(now=at("2026-03-23 09:00"))
    return case


def sent(matters: Matters, case: Case, now: datetime) -> str:
    try:
        return cases.supplement(case_no=case.no, by=matters.applicant, now=now).phase
    except Refused as no:
        return no.slug


@pytest.mark.parametrize(("zone", "over"), [("Asia/Shanghai", "16:00:00"), ("Asia/Urumqi", "18:00:00")])
def test_the_last_second_is_that_of_the_hall(zone: str, over: str):
    first = datetime.fromisoformat(f"2026-03-24 {over}").replace(tzinfo=UTC)

    found = [
        supplement_refusal(due_on=date(2026, 3, 24), zone=ZoneInfo(zone), now=now)
        for now in (first - timedelta(seconds=1), first)
    ]

    assert [no and no.slug for no in found] == [None, "too-late"]
    assert supplement_refusal(due_on=None, zone=ZoneInfo(zone), now=first) is None


def test_it_is_taken_in_its_last_second_though_the_worker_came_before(matters: Matters):
    case = told(matters)

    done = [cases.lapse_due(now=LAST), sent(matters, case, LAST), cases.lapse_due(now=OVER)]

    assert done == [0, "received", 0]


def test_it_is_refused_after_its_last_day_though_the_worker_is_late(matters: Matters):
    case = told(matters)

    late = [sent(matters, case, OVER), sent(matters, case, OVER + timedelta(days=9))]

    assert (late, cases.lapse_due(now=OVER + timedelta(days=9))) == (["too-late", "too-late"], 1)
    case.refresh_from_db()
    assert (case.phase, case.outcome) == ("terminated", "lapsed")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("now", "phase"), [(LAST, "received"), (OVER, "terminated")])
def test_sent_at_the_instant_it_lapses_it_comes_to_the_same_whoever_is_first(
    committed_matters: Matters, now: datetime, phase: str
):
    case = told(committed_matters)

    together(2, lambda i: cases.lapse_due(now=now) if i else sent(committed_matters, case, now))

    case.refresh_from_db()
    assert case.phase == phase


# --- Nobody was reminded ------------------------------------------------------------------------------------------


def test_it_does_not_end_before_somebody_was_reminded_and_had_the_days_of_a_reminder(matters: Matters):
    case = told(matters, reminded=False)

    ended = [cases.lapse_due(now=OVER), cases.lapse_due(now=OVER)]
    case.refresh_from_db()
    given = (case.phase, case.supplement_due_on, Message.objects.filter(key="case_remind").count())
    ended += [cases.lapse_due(now=at("2026-03-30 23:59")), cases.lapse_due(now=at("2026-03-31 00:00"))]

    assert (given, ended) == (("supplement", date(2026, 3, 30), 1), [0, 0, 0, 1])


def test_it_is_taken_after_its_day_where_nobody_was_reminded(matters: Matters):
    case = told(matters, reminded=False)

    assert sent(matters, case, OVER) == "received"


def test_a_reminder_that_was_dropped_reminded_nobody(matters: Matters):
    case = told(matters)
    Message.objects.filter(key="case_remind").update(state="dropped", why="lapsed")

    assert cases.lapse_due(now=OVER) == 0
    case.refresh_from_db()
    assert case.supplement_due_on == date(2026, 3, 30)


def test_the_days_of_a_late_reminder_move_with_the_calendar_and_not_back_to_the_notice(matters: Matters):
    case = told(matters, reminded=False)
    cases.lapse_due(now=OVER)
    days = [DayInfo(date(2026, 3, 27), "restday", "节", "Holiday")]

    calendars.import_national_days(days=days, notice="测试", by=SYSTEM, now=OVER)
    cases.recount(now=OVER)

    case.refresh_from_db()
    assert case.supplement_due_on == date(2026, 3, 31)


def test_who_left_no_telephone_is_not_waited_for(matters: Matters):
    case = told(matters, reminded=False)
    Case.objects.filter(pk=case.pk).update(contact=None)

    assert cases.lapse_due(now=OVER) == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_workers_remind_late_once(committed_matters: Matters):
    case = told(committed_matters, reminded=False)

    done = together(3, lambda _: cases.lapse_due(now=OVER))

    assert (done, Message.objects.filter(key="case_remind").count()) == ([0, 0, 0], 1)
    assert case.events.filter(verb="recount").count() == 1


# --- Leases -------------------------------------------------------------------------------------------------------


def held(matters: Matters) -> Case:
    case = matters.in_review()
    return cases.take(case_no=case.no, by=matters.by["reviewer"], now=TUESDAY_NINE)


def lost(matters: Matters, who: str = "reviewer") -> None:
    Role.objects.filter(staff=matters.staff[who]).update(ended_at=TUESDAY_NINE)


def shown(case: Case) -> str:
    (line,) = queries.lines([queries.case_by_no(case.no)], now=LATER)
    return line.held_by_zh


@pytest.mark.parametrize("how", ["role", "gone", "department", "other role"])
def test_a_lease_ends_with_the_right(matters: Matters, how: str):
    case = held(matters)
    before = shown(case)
    if how in ("role", "other role"):
        lost(matters)
    if how == "other role":
        Role.objects.create(
            staff=matters.staff["reviewer"], role="issue_clerk", scope_kind="hall", scope="town",
            given_at=TUESDAY_NINE, given_by="system",
        )  # fmt: skip
    if how in ("gone", "department"):
        changed: dict[str, Any] = {"is_active": False} if how == "gone" else {"department": "other"}
        Staff.objects.filter(pk=matters.staff["reviewer"].pk).update(**changed)

    free = list(queries.free(Case.objects.all(), staff=matters.staff["approver"].pk, now=LATER))
    taken = cases.take(case_no=case.no, by=matters.by["approver"], now=LATER)

    assert (before != "", free) == (True, [case])
    assert taken.locked_by_id == matters.staff["approver"].pk


def test_while_the_right_holds_so_does_the_lease(matters: Matters):
    case = held(matters)

    with pytest.raises(Refused) as no:
        cases.take(case_no=case.no, by=matters.by["approver"], now=LATER)

    assert no.value.slug == "locked"
    assert list(queries.free(Case.objects.all(), staff=matters.staff["approver"].pk, now=LATER)) == []


def test_whoever_lost_the_role_is_refused_on_every_page(matters: Matters):
    case = held(matters)
    client = Client()
    client.force_login(matters.staff["reviewer"])
    at_ = f"/review/town/cases/{case.no}/"
    before = client.get(at_).status_code
    lost(matters)

    after = [client.get(at_).status_code, client.get("/review/town/review").status_code]

    assert (before, after) == (200, [403, 403])
    assert shown(case) == ""


@pytest.mark.django_db(transaction=True)
def test_the_role_ends_at_the_instant_another_takes_it(committed_matters: Matters):
    matters = committed_matters
    case = held(matters)

    def act(i: int) -> Any:
        return lost(matters) if i == 0 else cases.take(case_no=case.no, by=matters.by["approver"], now=LATER)

    _, taken = together(2, act)

    assert isinstance(taken, Case) or taken.slug == "locked"
    assert (
        cases.take(case_no=case.no, by=matters.by["approver"], now=LATER).locked_by_id == matters.staff["approver"].pk
    )
