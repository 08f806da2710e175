"""现场勘查: two or more come on a day that was told; what came of it stands for its stage, and stays."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, SiteVisit
from banshi.rooms.cases.queries import (
    other_times,
    premises_of,
    stages_not_begun,
    stages_of,
    stages_to_visit,
    stages_waited_for,
    visit_of,
    visits_of,
    visits_on,
)
from banshi.rooms.cases.rules.site_visits import latest, time_refusal
from banshi.rooms.messaging.models import Message
from tests.matters import Matters
from tests.rooms.cases.site_visits import TUESDAY, WEDNESDAY, anybody, going, inspector, plan
from tests.rooms.cases.test_flow import FLOW, decide, follows
from tests.together import together
from tests.town import TUESDAY_NINE, at

pytestmark = pytest.mark.django_db
WEDNESDAY_TEN = at("2026-03-11 10:00")
SITE: list[dict[str, Any]] = [
    {"code": "look", "act": "review", "name_zh": "审查", "name_en": "Review"},
    {"code": "site", "act": "procedure", "procedure": "site_visit", "name_zh": "现场核查", "name_en": "On-site check"},
    {"code": "yes", "act": "decide", "name_zh": "决定", "name_en": "Decision"},
]


def slug(act: Any, *args: Any, **more: Any) -> tuple[str, str]:
    with pytest.raises(Refused) as no:
        act(*args, **more)
    return no.value.slug, str(no.value.facts.get("field", ""))


def move(matters: Matters, row: SiteVisit, **more: Any) -> SiteVisit:
    by = matters.by["reviewer"]
    said: dict[str, Any] = {
        "plan": going(by, day=date(2026, 3, 12)),
        "why": "下雨",
        "may": anybody,
        "now": TUESDAY_NINE,
    }
    return cases.move_visit(case_no=row.case.no, visit_id=row.pk, by=by, **{**said, **more})


def report(matters: Matters, row: SiteVisit, **more: Any) -> SiteVisit:
    said: dict[str, Any] = {
        "outcome": "pass",
        "words": "布局和图纸一致",
        "now": WEDNESDAY_TEN,
        "by": matters.by["reviewer"],
    }
    return cases.report_visit(case_no=row.case.no, visit_id=row.pk, **{**said, **more})


def cancel(matters: Matters, row: SiteVisit, **more: Any) -> SiteVisit:
    said: dict[str, Any] = {"why": "不用去了", "by": matters.by["reviewer"], "now": TUESDAY_NINE}
    return cases.cancel_visit(case_no=row.case.no, visit_id=row.pk, **{**said, **more})


def asks(matters: Matters, row: SiteVisit, **more: Any) -> SiteVisit:
    said: dict[str, Any] = {"text": "下午行吗", "by": matters.applicant, "now": TUESDAY_NINE}
    return cases.ask_other_time(case_no=row.case.no, visit_id=row.pk, **{**said, **more})


def told(key: str) -> list[dict[str, Any]]:
    return [row.params for row in Message.objects.filter(key=key).order_by("id")]


def test_a_visit_is_planned_told_made_and_stands_for_its_stage_of_the_flow(matters: Matters) -> None:
    follows(SITE)
    case = matters.in_review()
    before = (stages_not_begun(case), [each.code for each in stages_to_visit(case)])

    row = plan(matters, case, stage="site")
    during = (stages_not_begun(case), [each.code for each in stages_waited_for(case)], stages_to_visit(case))
    gate = next(each for each in stages_of(case) if each.stage.code == "site")
    cases.opine(case_no=case.no, says="grant", text="材料齐", by=matters.by["reviewer"], now=TUESDAY_NINE)
    no = slug(decide, case, matters)
    report(matters, row)
    done = next(each for each in stages_of(Case.objects.get(pk=case.pk)) if each.stage.code == "site")
    granted = decide(Case.objects.get(pk=case.pk), matters, now=WEDNESDAY_TEN)

    assert ([each.code for each in before[0]], before[1]) == ([], ["site"])  # its clock runs through it
    assert (during, gate.asked, no[0]) == (((), ["site"], []), True, "stage-open")
    assert (done.state, done.on, granted.granted) == ("done", WEDNESDAY, True)


def test_the_applicant_is_told_when_how_many_come_and_from_where_but_not_who(matters: Matters) -> None:
    case = matters.in_review()

    row = plan(matters, case)
    moved = move(matters, row)
    cancel(matters, moved)

    first, second, third = (told(key)[0] for key in ("case_visit", "case_visit_moved", "case_visit_off"))
    assert (first["starts_at"], first["ends_at"]) == ("2026-03-11T09:30:00+08:00", "2026-03-11T11:00:00+08:00")
    assert (first["persons"], first["department_zh"]) == (2, case.department.name_zh)
    assert (second["old_starts_at"], second["starts_at"]) == ("2026-03-11T09:30:00+08:00", "2026-03-12T09:30:00+08:00")
    assert (third["starts_at"], str(matters.staff["reviewer"].name_zh) in str([first, second, third])) == (
        "2026-03-12T09:30:00+08:00", False,
    )  # fmt: skip
    states = list(SiteVisit.objects.order_by("id").values_list("state", flat=True))
    assert (states, [str(each) for each in SiteVisit.objects.order_by("id").values_list("why", flat=True)]) == (
        ["moved", "cancelled"], ["下雨", "不用去了"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"day": date(2026, 3, 9)}, "day"),
        ({"day": date(2026, 3, 17)}, "day"),  # a day after it is promised
        ({"from_at": time(11), "until_at": time(11)}, "until_at"),
        ({"from_at": time(8), "until_at": time(16, 1)}, "until_at"),
        ({"day": TUESDAY, "from_at": time(9)}, "from_at"),  # it is nine
        ({"officers": []}, "officers"),
        ({"contact": "字" * 61}, "contact"),
    ],
)
def test_what_is_no_plan_is_refused_at_its_field_and_nothing_is_written(
    matters: Matters, said: Any, field: str
) -> None:
    case = matters.in_review()
    events = case.events.count()

    assert slug(plan, matters, case, **said) == ("invalid", field)
    assert (SiteVisit.objects.count(), case.events.count(), told("case_visit")) == (0, events, [])


def test_two_go_whoever_leads_among_them_and_nobody_who_does_not_review_here(matters: Matters) -> None:
    case, by = matters.in_review(), matters.by["reviewer"]
    me, other, third = int(by.id or 0), inspector().pk, inspector("case-third").pk

    alone = slug(plan, matters, case, officers=[me])
    twice = slug(plan, matters, case, officers=[me, me])
    apart = slug(plan, matters, case, officers=[me, other], leader=third)
    strange = slug(
        cases.plan_visit, case_no=case.no, plan=going(by), may=lambda _case: frozenset({me}), by=by, now=TUESDAY_NINE
    )  # fmt: skip
    plan(matters, case, officers=[me, other, third], day=TUESDAY, from_at=time(9, 1))

    assert (alone, twice, apart) == (("invalid", "officers"), ("invalid", "officers"), ("invalid", "leader"))
    assert (strange, [each.pk for each in visits_on(case)[0].officers]) == (("invalid", "officers"), [me, other, third])


def test_of_what_is_late_a_visit_is_still_planned() -> None:
    friday, now = date(2026, 3, 13), TUESDAY_NINE

    assert (latest(today=friday, promised=friday), latest(today=friday, promised=TUESDAY)) == (
        friday,
        date(2026, 4, 12),
    )
    assert time_refusal(date(2026, 4, 9), time(9), time(10), now=now, promised=None) is None
    assert time_refusal(date(2026, 4, 10), time(9), time(10), now=now, promised=None) is not None


def test_a_stage_has_one_planned_visit_and_none_once_it_was_made(matters: Matters) -> None:
    follows(SITE)
    case = matters.in_review()
    none = slug(plan, matters, case, stage="nothing")

    row = plan(matters, case, stage="site")
    own = plan(matters, case)
    twice = slug(plan, matters, case, stage="site")
    report(matters, row)
    after = slug(plan, matters, case, stage="site", now=WEDNESDAY_TEN, day=date(2026, 3, 12))

    assert (none, twice[0], after[0], own.stage) == (("invalid", "stage"), "changed-meanwhile", "changed-meanwhile", "")


def test_who_was_there_says_what_came_of_it_on_its_day_and_once(matters: Matters) -> None:
    case = matters.in_review()
    row = plan(matters, case)

    early = slug(report, matters, row, now=at("2026-03-10 23:59"))
    strange = slug(report, matters, row, by=matters.by["approver"])
    nothing = slug(report, matters, row, words=" ")
    other = slug(report, matters, row, outcome="fine")
    done = report(matters, row, now=at("2026-03-11 00:00"), outcome="faults", words="少一个水池")
    again = slug(report, matters, row)

    assert (early, strange) == (("invalid", "outcome"), ("invalid", "outcome"))
    assert (nothing, other, again[0]) == (("invalid", "words"), ("invalid", "outcome"), "changed-meanwhile")
    assert (done.state, done.outcome, str(done.words), done.done_by_id) == (
        "done", "faults", "少一个水池", int(matters.by["reviewer"].id or 0),
    )  # fmt: skip
    with pytest.raises(DatabaseError), transaction.atomic():
        SiteVisit.objects.filter(pk=row.pk).update(outcome="pass")


def test_where_nobody_was_met_another_one_is_planned(matters: Matters) -> None:
    follows(SITE)
    case = matters.in_review()
    row = plan(matters, case, stage="site")

    report(matters, row, outcome="not_met", words="没有人")
    left = [each.code for each in stages_waited_for(case)]
    plan(matters, case, stage="site", day=date(2026, 3, 12), now=WEDNESDAY_TEN)

    assert (left, SiteVisit.objects.filter(state="planned").count()) == (["site"], 1)


def test_an_applicant_asks_for_another_time_once_and_whoever_planned_it_reads_it(matters: Matters) -> None:
    case = matters.in_review()
    row = plan(matters, case)
    me = int(matters.by["reviewer"].id or 0)

    late = slug(asks, matters, row, now=at("2026-03-11 09:30"))
    empty = slug(asks, matters, row, text="")
    asks(matters, row, now=at("2026-03-11 09:29"))
    waits = [each.pk for each in other_times(me, halls=["town"])]
    again = slug(asks, matters, row)
    move(matters, row, now=at("2026-03-11 09:29"))

    assert (late[0], empty, again[0]) == ("too-late", ("invalid", "text"), "changed-meanwhile")
    assert (waits, list(other_times(me, halls=["town"]))) == ([row.pk], [])


def test_a_visit_is_theirs_who_make_it_or_planned_it_and_of_no_other_hall_or_department(matters: Matters) -> None:
    case = matters.in_review()
    row = plan(matters, case)
    me, other, stranger = int(matters.by["reviewer"].id or 0), inspector().pk, inspector("case-third").pk

    mine = [[each.pk for each in visits_of(who, halls=["town"])] for who in (me, other, stranger)]
    elsewhere = (list(visits_of(me, halls=["city"])), list(visits_of(me, halls=["town"], department="police")))
    today = list(visits_of(me, halls=["*"], until=TUESDAY))

    assert (mine, elsewhere, today) == ([[row.pk], [row.pk], []], ([], []), [])
    assert visit_of(row.pk, hall="town", department="", staff=other).row == row
    for asked in (("city", "", me), ("town", "police", me), ("town", "", stranger)):
        hall, department, staff = asked
        assert slug(visit_of, row.pk, hall=hall, department=department, staff=staff)[0] == "nothing-found"
    assert premises_of(case) == "一号路 2 号"


def test_a_visit_is_off_with_the_review_and_whoever_waits_is_told(matters: Matters) -> None:
    decided, back = matters.in_review(), matters.in_review()
    plan(matters, decided)
    plan(matters, back, day=date(2026, 3, 12))

    cases.opine(case_no=decided.no, says="grant", by=matters.by["reviewer"], now=TUESDAY_NINE)
    decide(decided, matters)
    cases.withdraw(case_no=back.no, by=matters.applicant, now=TUESDAY_NINE)

    assert [row.state for row in SiteVisit.objects.order_by("id")] == ["cancelled"] * 2
    assert len(told("case_visit_off")) == 1  # who took it back knows


def of_nobody(matters: Matters) -> None:
    by = int(matters.by["reviewer"].id or 0)
    span = {"day": WEDNESDAY, "from_at": time(9), "until_at": time(10)}
    with transaction.atomic():
        SiteVisit.objects.create(case=matters.in_review(), leader_id=by, made_by_id=by, made_at=TUESDAY_NINE, **span)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_database_keeps_two_officers(matters: Matters) -> None:
    with pytest.raises(IntegrityError):
        of_nobody(matters)


@pytest.mark.django_db(transaction=True)
def test_of_two_that_plan_at_once_one_visit_comes(matters: Matters) -> None:
    case = matters.in_review()
    inspector()

    results = together(2, lambda _i: plan(matters, case))

    assert sum(isinstance(each, SiteVisit) for each in results) == 1
    assert (SiteVisit.objects.count(), len(told("case_visit"))) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_it_is_moved_or_reported_never_both(matters: Matters) -> None:
    case = matters.in_review()
    row = plan(matters, case, day=TUESDAY, from_at=time(9, 30))
    acts = [lambda: move(matters, row), lambda: report(matters, row, now=TUESDAY_NINE + timedelta(minutes=1))]

    results = together(2, lambda i: acts[i]())

    assert sum(isinstance(each, SiteVisit) for each in results) == 1
    assert sorted(SiteVisit.objects.values_list("state", flat=True)) in (["done"], ["moved", "planned"])


def test_a_flow_without_a_visit_asks_nothing_of_them(matters: Matters) -> None:
    follows([each for each in FLOW if each["code"] != "police"])

    assert stages_to_visit(matters.in_review()) == []


def test_nobody_goes_to_two_places_at_once(matters: Matters) -> None:
    first, second = matters.in_review(), matters.in_review()
    row = plan(matters, first)

    crossing = slug(plan, matters, second, from_at=time(10), until_at=time(12))
    after = plan(matters, second, from_at=time(11), until_at=time(12))
    same_time = move(
        matters, row, plan=going(matters.by["reviewer"], from_at=time(9))
    )  # its own old time is no obstacle
    pushed = slug(move, matters, after, plan=going(matters.by["reviewer"], from_at=time(10, 59), until_at=time(12)))

    assert (crossing, pushed) == (("invalid", "officers"), ("invalid", "officers"))
    assert (after.state, SiteVisit.objects.get(pk=same_time.pk).state) == ("planned", "planned")


def test_somebody_whose_visit_was_called_off_may_go_elsewhere(matters: Matters) -> None:
    first, second = matters.in_review(), matters.in_review()
    cancel(matters, plan(matters, first))

    assert plan(matters, second).state == "planned"


@pytest.mark.django_db(transaction=True)
def test_two_plans_of_two_cases_at_one_instant_never_send_somebody_to_both(matters: Matters) -> None:
    inspector()
    both = [matters.in_review(), matters.in_review()]

    results = together(2, lambda i: plan(matters, both[i]))

    refused = [each for each in results if isinstance(each, Refused)]
    assert [each.refusal.facts["field"] for each in refused] == ["officers"]
    assert SiteVisit.objects.filter(state="planned").count() == 1
