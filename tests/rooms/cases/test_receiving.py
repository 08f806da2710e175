"""Received, told once, accepted or not: each step, its refusals, and people who press at the same instant."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.actions import receiving
from banshi.rooms.cases.actions.ground import papers_listed
from banshi.rooms.cases.actions.receiving import Missing
from banshi.rooms.cases.models import Case, CaseEvent, CaseMaterial, CasePaper, Notice, Obligation
from banshi.rooms.cases.queries import facts_of
from banshi.rooms.cases.queries.exceptions import exceptions
from banshi.rooms.cases.rules.grounds import GROUNDS
from banshi.rooms.cases.rules.paper_facts import read
from banshi.rooms.cases.rules.papers import words
from banshi.rooms.catalogue.models import Item
from banshi.rooms.messaging.models import Message
from tests.matters import ANSWERS, FORM, Matters
from tests.together import together
from tests.town import TUESDAY_NINE, at

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db
NO_LEASE = [Missing("lease", "没有签字")]


def slug_of(call: object) -> str:
    with pytest.raises(Refused) as refused:
        call()  # type: ignore[operator]
    return refused.value.slug


def test_five_working_days_run_from_the_receipt(matters: Matters):
    case = matters.received()

    assert (case.phase, case.notice_due_on) == ("received", date(2026, 3, 17))


def test_a_form_with_faults_is_not_received_and_names_every_field(matters: Matters):
    case = matters.opened(form={"phone": "12"})

    with pytest.raises(Refused) as refused:
        cases.receive(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)

    assert refused.value.slug == "form-invalid"
    assert [each["code"] for each in refused.value.facts["fields"]] == ["name", "address", "phone"]
    assert Case.objects.get().phase == "draft"


def test_a_question_without_an_answer_is_named(matters: Matters):
    case = matters.opened(answers={"premises": "own"})

    with pytest.raises(Refused) as refused:
        cases.receive(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)

    assert refused.value.facts["questions"] == ["food"]


def test_accepted_with_everything_it_is_promised_in_four_working_days(matters: Matters):
    case = matters.received()

    done = cases.accept(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)

    assert (done.phase, done.due_promised, done.due_statutory, done.tolerant) == (
        "accepted", date(2026, 3, 16), date(2026, 4, 7), False,
    )  # fmt: skip


def test_without_the_lease_it_is_not_accepted(matters: Matters):
    case = matters.received(papers=("id", "photo"))

    with pytest.raises(Refused) as refused:
        cases.accept(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)

    assert (refused.value.slug, refused.value.facts["codes"]) == ("material-missing", ["lease"])


def test_a_situation_that_needs_no_lease_is_accepted_without(matters: Matters):
    case = matters.received(papers=("id", "photo"), answers={**ANSWERS, "premises": "own"})

    assert cases.accept(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE).phase == "accepted"


def test_a_deferrable_paper_may_follow_against_a_promise(matters: Matters):
    case = matters.received(papers=("id", "lease"))

    done = cases.accept(
        case_no=case.no, deferred=[("photo", date(2026, 3, 13))], by=matters.by["receiver"], now=TUESDAY_NINE
    )

    assert done.tolerant is True
    assert list(Obligation.objects.values_list("code", "due_on")) == [("photo", date(2026, 3, 13))]


def test_what_a_supplement_brought_is_judged_with_the_acceptance(matters: Matters):
    case, by = matters.received(papers=("id", "photo")), matters.by["receiver"]
    cases.give_notice(case_no=case.no, missing_now=[Missing("lease", "没有交")], by=by, now=TUESDAY_NINE)
    cases.add_material(case_no=case.no, code="lease", channel="upload", by=matters.applicant, now=TUESDAY_NINE)
    cases.supplement(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)

    with pytest.raises(Refused):
        cases.accept(case_no=case.no, by=by, now=TUESDAY_NINE)
    done = cases.accept(case_no=case.no, verdicts=[cases.Verdict("lease", ok=True)], by=by, now=TUESDAY_NINE)

    assert done.phase == "accepted"
    assert done.materials.get(code="lease").judged_by_id == matters.staff["receiver"].pk


@pytest.mark.parametrize(
    ("deferred", "slug"),
    [
        ([("lease", date(2026, 3, 13))], "not-deferrable"),
        ([("photo", date(2026, 3, 10))], "invalid"),  # today
        ([("photo", date(2026, 3, 14))], "invalid"),  # a Saturday
        ([("photo", date(2026, 3, 17))], "invalid"),  # after the promised day
    ],
)
def test_what_may_not_follow_is_refused(matters: Matters, deferred: list[tuple[str, date]], slug: str):
    case = matters.received(papers=("id",) if slug == "not-deferrable" else ("id", "lease"))

    with pytest.raises(Refused) as refused:
        cases.accept(
            case_no=case.no, deferred=[*deferred, *([("photo", date(2026, 3, 13))] if slug == "not-deferrable" else [])],
            by=matters.by["receiver"], now=TUESDAY_NINE,
        )  # fmt: skip

    assert refused.value.slug == slug
    assert Case.objects.get().phase == "received"


def test_everything_missing_is_told_at_once(matters: Matters):
    case = matters.received(papers=())

    with pytest.raises(Refused) as refused:
        cases.give_notice(case_no=case.no, missing_now=NO_LEASE, by=matters.by["receiver"], now=TUESDAY_NINE)

    assert refused.value.slug == "invalid"
    assert "身份证" in refused.value.facts["reason"]["zh"]


def test_a_notice_is_given_once_with_its_paper_and_its_day(matters: Matters):
    case = matters.received(papers=("id", "photo"))

    done = cases.give_notice(case_no=case.no, missing_now=NO_LEASE, by=matters.by["receiver"], now=TUESDAY_NINE)

    assert (done.phase, done.notices, done.supplement_due_on) == ("supplement", 1, date(2026, 3, 24))
    assert json.loads(Notice.objects.get().reasons) == {"lease": "没有签字"}
    assert Message.objects.get(key="case_notice").params["bring"] == [["租约", "Lease"]]


def waiting_for_a_field(matters: Matters, code: str = "address") -> Case:
    case, told = matters.received(), [Missing(code, "写到门牌号", kind="field")]
    return cases.give_notice(case_no=case.no, missing_now=told, by=matters.by["receiver"], now=TUESDAY_NINE)


def test_a_told_field_is_supplemented_only_when_it_says_something_else(matters: Matters):
    case, who = waiting_for_a_field(matters), matters.applicant
    cases.change(case_no=case.no, form={"address": FORM["address"]}, by=who, now=TUESDAY_NINE)

    with pytest.raises(Refused) as same:
        cases.supplement(case_no=case.no, by=who, now=TUESDAY_NINE)
    cases.change(case_no=case.no, form={"address": "南城区元美路 8 号 2 层"}, by=who, now=TUESDAY_NINE)
    done = cases.supplement(case_no=case.no, by=who, now=TUESDAY_NINE)

    assert (same.value.slug, [each["code"] for each in same.value.facts["fields"]]) == ("form-invalid", ["address"])
    assert done.phase == "received"


def test_a_window_takes_a_field_as_it_stands_that_was_told_by_mistake(matters: Matters):
    case = waiting_for_a_field(matters)

    done = cases.supplement(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)

    assert done.phase == "received"


def test_what_a_told_field_said_is_kept_without_saying_it(matters: Matters):
    waiting_for_a_field(matters)

    kept = json.dumps(Notice.objects.get().missing, ensure_ascii=False)

    assert ('"said"' in kept, FORM["address"] in kept) == (True, False)


def test_a_further_notice_asks_for_the_field_to_change_again(matters: Matters):
    case, who = waiting_for_a_field(matters), matters.applicant
    cases.change(case_no=case.no, form={"address": "南城区元美路 8 号 2 层"}, by=who, now=TUESDAY_NINE)
    cases.supplement(case_no=case.no, by=who, now=TUESDAY_NINE)
    cases.give_notice(
        case_no=case.no, missing_now=[Missing("address", "还差房号", kind="field")],
        second_by=matters.staff["second_supervisor"].pk, second_may=True, by=matters.by["receiver"], now=TUESDAY_NINE,
    )  # fmt: skip

    assert slug_of(lambda: cases.supplement(case_no=case.no, by=who, now=TUESDAY_NINE)) == "form-invalid"


def supplemented(matters: Matters) -> Case:
    case = matters.received(papers=("id", "photo"))
    cases.give_notice(case_no=case.no, missing_now=NO_LEASE, by=matters.by["receiver"], now=TUESDAY_NINE)
    later = TUESDAY_NINE + DAY
    cases.add_material(case_no=case.no, code="lease", channel="paper", by=matters.by["receiver"], now=later)
    return cases.supplement(case_no=case.no, by=matters.applicant, now=later)


def test_a_supplement_starts_the_five_days_anew(matters: Matters):
    assert supplemented(matters).notice_due_on == date(2026, 3, 18)


def test_a_further_notice_needs_somebody_else_who_supervises(matters: Matters):
    case = supplemented(matters)
    told = [Missing("id", "过期了")]

    def again(second: str | None, may: bool) -> Case:
        return cases.give_notice(
            case_no=case.no, missing_now=told, second_by=int(matters.by[second].id) if second else None, second_may=may,
            by=matters.by["receiver"], now=TUESDAY_NINE + DAY,
        )  # fmt: skip

    assert slug_of(lambda: again(None, False)) == "second-notice"
    assert slug_of(lambda: again("receiver", True)) == "second-notice"
    assert slug_of(lambda: again("supervisor", False)) == "second-notice"
    assert again("supervisor", True).notices == 2
    event = CaseEvent.objects.filter(verb="notice").order_by("-seq")[0]
    assert event.facts["visible_before"] is True


def test_what_nobody_answers_in_time_counts_as_accepted_from_the_receipt(matters: Matters):
    case = matters.received()
    last_day, next_day = at("2026-03-17 23:59"), at("2026-03-18 00:00")

    done = [cases.deem_due(now=last_day), cases.deem_due(now=next_day), cases.deem_due(now=next_day)]

    case.refresh_from_db()
    assert done == [0, 1, 0]
    assert (case.phase, case.deemed, case.accepted_at, case.due_promised) == (
        "accepted", True, TUESDAY_NINE, date(2026, 3, 16),
    )  # fmt: skip
    assert CasePaper.objects.filter(kind="acceptance").count() == 1
    assert (
        Message.objects.filter(key__startswith="case_deemed").values_list("key", flat=True).get() == "case_deemed_late"
    )
    assert not Message.objects.filter(key="case_accepted").exists()


def test_what_is_no_permit_does_not_count_as_accepted_and_shows_red(matters: Matters):
    """行政许可法 32 条 binds permits alone."""
    Item.objects.filter(code="pension").update(item_type="07")
    case, by, next_day = matters.received(), matters.by["receiver"], at("2026-03-18 00:00")

    done = cases.deem_due(now=next_day)
    found = exceptions(case.hall, now=next_day)
    accepted = cases.accept(case_no=case.no, by=by, now=next_day)

    assert (done, found.red, [line.no for line in found.late]) == (0, 1, [case.no])
    assert (accepted.deemed, accepted.accepted_at) == (False, next_day)


def test_what_counts_as_accepted_is_shown_to_who_supervises(matters: Matters):
    case = matters.received()
    cases.deem_due(now=at("2026-03-18 00:00"))

    found = exceptions(case.hall, now=at("2026-03-18 09:00"))

    assert [each.case.no for each in found.deemed] == [case.no]


def test_after_the_day_for_telling_nothing_is_refused_or_asked_for_any_more(matters: Matters):
    """The worker has not deemed it yet: it counts as accepted all the same, since the day of its receipt."""
    case, by = matters.received(), matters.by["receiver"]
    last_day, next_day = at("2026-03-17 23:59"), at("2026-03-18 00:00")

    no = slug_of(lambda: cases.refuse(case_no=case.no, reason="不归本部门管", by=by, now=next_day))
    nor = slug_of(lambda: cases.give_notice(case_no=case.no, missing_now=NO_LEASE, by=by, now=next_day))
    accepted = cases.accept(case_no=case.no, by=by, now=next_day)
    in_time = matters.received()
    cases.refuse(case_no=in_time.no, reason="不归本部门管", by=by, now=last_day)

    assert (no, nor) == ("too-late", "too-late")
    assert (accepted.phase, accepted.accepted_at, accepted.due_promised) == (
        "accepted", TUESDAY_NINE, date(2026, 3, 16),
    )  # fmt: skip


def test_what_is_not_due_anywhere_yet_is_not_even_locked(matters: Matters, django_assert_num_queries):
    matters.received()
    case = matters.received(papers=("id", "photo"))
    cases.give_notice(case_no=case.no, missing_now=NO_LEASE, by=matters.by["receiver"], now=TUESDAY_NINE)
    cases.remind_due(now=TUESDAY_NINE)

    with django_assert_num_queries(4):  # a list each, and the calendar
        done = [act(now=TUESDAY_NINE) for act in (cases.deem_due, cases.lapse_due, cases.remind_due)]

    assert done == [0, 0, 0]


def test_a_hall_where_the_day_begins_first_waits_for_no_other(matters: Matters):
    type(matters.town.hall).objects.update(timezone="Pacific/Kiritimati")
    case = matters.received(at("2026-03-10 01:00"))
    midnight_there = at("2026-03-17 18:00")

    done = [cases.deem_due(now=midnight_there - timedelta(minutes=1)), cases.deem_due(now=midnight_there)]

    assert (case.notice_due_on, done) == (date(2026, 3, 17), [0, 1])


def test_a_supplement_that_does_not_come_ends_the_case_after_its_last_day(matters: Matters):
    case = matters.received(papers=("id", "photo"))
    cases.give_notice(case_no=case.no, missing_now=NO_LEASE, by=matters.by["receiver"], now=TUESDAY_NINE)
    cases.remind_due(now=at("2026-03-23 09:00"))

    done = [cases.lapse_due(now=at("2026-03-24 23:59")), cases.lapse_due(now=at("2026-03-25 00:00"))]

    case.refresh_from_db()
    assert done == [0, 1]
    assert (case.phase, case.outcome) == ("terminated", "lapsed")
    paper = CasePaper.objects.get(kind="lapse_notice")
    assert words("lapse_notice", facts_of(paper)).title == "终止通知"


def test_who_has_to_bring_something_is_reminded_twice_and_never_twice_a_day(matters: Matters):
    case = matters.received(papers=("id", "photo"))
    cases.give_notice(case_no=case.no, missing_now=NO_LEASE, by=matters.by["receiver"], now=TUESDAY_NINE)

    for day in range(10, 25):
        for hour in (8, 20):
            cases.remind_due(now=at(f"2026-03-{day} {hour:02d}:00"))

    days = Message.objects.filter(key="case_remind").order_by("id").values_list("due_at", flat=True)
    assert [moment.date() for moment in days] == [date(2026, 3, 19), date(2026, 3, 23)]
    assert case.no


def test_who_was_reminded_today_is_not_even_locked_again(matters: Matters, django_assert_num_queries):
    for _ in range(3):
        case = matters.received(papers=("id", "photo"), anyway=True)
        cases.give_notice(case_no=case.no, missing_now=NO_LEASE, by=matters.by["receiver"], now=TUESDAY_NINE)
    day = at("2026-03-19 09:00")

    first = cases.remind_due(now=day)
    with django_assert_num_queries(3):  # the calendar, whose day is near, and who heard of it
        again = cases.remind_due(now=day)

    assert (first, again) == (3, 0)


def test_not_accepted_says_why_and_ends(matters: Matters):
    case = matters.received()

    done = cases.refuse(
        case_no=case.no, reason="不归本部门管", body="市场监管局", by=matters.by["receiver"], now=TUESDAY_NINE
    )

    assert (done.phase, done.outcome, done.closed_at) == ("not_accepted", "not_accepted", TUESDAY_NINE)


def test_the_same_matter_is_opened_once_unless_it_is_meant(matters: Matters):
    case = matters.opened()

    with pytest.raises(Refused) as refused:
        matters.opened(anyway=False)

    assert (refused.value.slug, refused.value.facts) == ("duplicate-case", {"case": case.no})
    assert matters.opened(anyway=True).no != case.no


def test_what_another_account_has_under_way_is_nobodys_to_learn(matters: Matters):
    matters.opened(account_id=None)

    assert matters.opened(anyway=False).phase == "draft"


def test_what_was_received_stands_but_for_a_paper_that_is_to_follow(matters: Matters):
    case = matters.received(papers=("id", "lease"))
    cases.accept(case_no=case.no, deferred=[("photo", date(2026, 3, 13))], by=matters.by["receiver"], now=TUESDAY_NINE)

    def send(code: str) -> object:
        return cases.add_material(case_no=case.no, code=code, channel="upload", by=matters.applicant, now=TUESDAY_NINE)

    assert slug_of(lambda: send("id")) == "wrong-state"
    assert send("photo").code == "photo"  # type: ignore[attr-defined]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_taps_open_one_case(committed_matters: Matters):
    done = together(5, lambda _: committed_matters.opened(anyway=False))

    assert sum(isinstance(each, Case) for each in done) == 1


def test_a_citizen_cannot_say_that_paper_has_come(matters: Matters):
    case = matters.opened()

    assert slug_of(lambda: cases.add_material(
        case_no=case.no, code="id", channel="paper", by=matters.applicant, now=TUESDAY_NINE
    )) == "invalid"  # fmt: skip


def test_two_tabs_do_not_overwrite_each_other_unseen(matters: Matters):
    case = matters.opened()
    cases.change(case_no=case.no, form={"name": "甲"}, revision=0, by=matters.applicant, now=TUESDAY_NINE)

    assert slug_of(lambda: cases.change(
        case_no=case.no, form={"name": "乙"}, revision=0, by=matters.applicant, now=TUESDAY_NINE
    )) == "changed-meanwhile"  # fmt: skip
    assert json.loads(Case.objects.get().form) == {**FORM, "name": "甲"}


def test_a_new_version_of_the_item_changes_no_running_case(matters: Matters):
    from banshi.kernel.actors import SYSTEM
    from banshi.rooms.cases.queries import wanted_of
    from banshi.rooms.catalogue import actions as catalogue
    from banshi.rooms.catalogue.models import Item

    case = matters.opened()
    item = Item.objects.get(code="pension")
    item.handling = {**item.handling, "materials": item.handling["materials"][:1]}
    item.save(update_fields=["handling"])
    catalogue.keep_item_versions(by=SYSTEM, now=TUESDAY_NINE)

    assert [w.code for w in wanted_of(case)] == ["id", "lease", "photo", "plan"]


def test_what_comes_on_paper_alone_is_not_asked_for_before_it_can_be_brought(matters: Matters):
    matters.lease_by_hand()
    case = matters.opened()
    lacks = slug_of(lambda: cases.submit(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE))
    cases.add_material(case_no=case.no, code="id", channel="upload", by=matters.applicant, now=TUESDAY_NINE)

    sent = cases.submit(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)
    seen = cases.pass_on(
        case_no=case.no, verdicts=[cases.Verdict("id", True)], by=matters.by["pre_reviewer"], now=TUESDAY_NINE
    )
    cases.receive(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)
    not_brought = slug_of(lambda: cases.accept(case_no=case.no, deferred=[("photo", date(2026, 3, 12))],
                                               by=matters.by["receiver"], now=TUESDAY_NINE))  # fmt: skip

    assert (lacks, sent.phase, seen.phase) == ("material-missing", "pre_review", "pre_passed")
    assert (not_brought, Case.objects.get().phase) == ("material-missing", "received")


def test_what_was_told_and_comes_on_paper_alone_is_not_supplemented_without_it(matters: Matters):
    matters.lease_by_hand()
    case = matters.received(papers=("id",))
    cases.give_notice(case_no=case.no, missing_now=NO_LEASE, by=matters.by["receiver"], now=TUESDAY_NINE)

    def bring() -> Case:
        return cases.supplement(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE + DAY)

    before = slug_of(bring)
    cases.add_material(
        case_no=case.no, code="lease", channel="paper", by=matters.by["receiver"], now=TUESDAY_NINE + DAY
    )

    assert (before, bring().phase) == ("material-missing", "received")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_fifty_who_accept_in_one_instant_accept_once(committed_matters: Matters):
    case = committed_matters.received()

    def press(_: int) -> object:
        return cases.accept(case_no=case.no, by=committed_matters.by["receiver"], now=TUESDAY_NINE)

    done = together(50, press)

    assert sum(isinstance(each, Case) for each in done) == 1
    assert {each.slug for each in done if isinstance(each, Refused)} == {"wrong-state"}
    assert CasePaper.objects.filter(kind="acceptance").count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_withdrawn_and_accepted_in_one_instant_is_one_of_them(committed_matters: Matters):
    case = committed_matters.received()

    def press(i: int) -> object:
        if i % 2:
            return cases.withdraw(case_no=case.no, by=committed_matters.applicant, now=TUESDAY_NINE)
        return cases.accept(case_no=case.no, by=committed_matters.by["receiver"], now=TUESDAY_NINE)

    together(6, press)

    case.refresh_from_db()
    events = list(CaseEvent.objects.filter(case=case).order_by("seq").values_list("verb", flat=True))
    assert case.phase == "withdrawn"
    assert events in (["open", "receive", "withdraw"], ["open", "receive", "accept", "withdraw"])


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_who_opens_together_gets_a_number_each(committed_matters: Matters):
    done = together(20, lambda _: committed_matters.opened())

    assert len({case.no for case in done}) == 20


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_papers_given_together_are_numbered_without_a_gap(committed_matters: Matters):
    opened = [committed_matters.opened() for _ in range(10)]

    together(10, lambda i: cases.receive(
        case_no=opened[i].no, materials=[cases.Counted("id")], by=committed_matters.by["receiver"], now=TUESDAY_NINE
    ))  # fmt: skip

    assert sorted(CasePaper.objects.values_list("serial", flat=True)) == list(range(1, 11))


def test_a_further_page_leaves_what_was_told_to_be_wrong_and_is_looked_at_with_it(matters: Matters):
    case = matters.received(papers=("id", "photo"))
    first = cases.add_material(
        case_no=case.no, code="lease", channel="upload", by=matters.by["receiver"], now=TUESDAY_NINE
    )
    cases.give_notice(
        case_no=case.no, missing_now=[Missing("lease", "缺第二页")], by=matters.by["receiver"], now=TUESDAY_NINE
    )

    further = cases.add_material(
        case_no=case.no, code="lease", channel="upload", further=True, by=matters.applicant, now=TUESDAY_NINE + DAY
    )

    rows = CaseMaterial.objects.filter(case=case, code="lease", gone_at=None).order_by("id")
    assert [(row.pk, row.verdict) for row in rows] == [(first.pk, ""), (further.pk, "")]


def test_one_that_takes_its_place_does_so(matters: Matters):
    case = matters.received(papers=("id", "photo"))
    cases.add_material(case_no=case.no, code="lease", channel="upload", by=matters.by["receiver"], now=TUESDAY_NINE)
    cases.give_notice(
        case_no=case.no, missing_now=[Missing("lease", "看不清")], by=matters.by["receiver"], now=TUESDAY_NINE
    )

    better = cases.add_material(
        case_no=case.no, code="lease", channel="upload", by=matters.applicant, now=TUESDAY_NINE + DAY
    )

    assert [row.pk for row in CaseMaterial.objects.filter(case=case, code="lease", gone_at=None)] == [better.pk]


def test_what_came_in_the_press_that_told_what_is_missing_is_no_supplement(matters: Matters):
    case = matters.received(papers=("id",))
    cases.give_notice(
        case_no=case.no, missing_now=[Missing("lease", "缺")], by=matters.by["receiver"], now=TUESDAY_NINE
    )
    cases.add_material(case_no=case.no, code="lease", channel="upload", by=matters.applicant, now=TUESDAY_NINE + DAY)
    cases.supplement(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE + DAY)

    came = facts_of(CasePaper.objects.get(kind="supplement_receipt")).materials

    assert [each.name for each in came] == ["租约"]


def test_a_receipt_names_each_paper_once_and_that_of_a_supplement_only_what_came(matters: Matters):
    case = matters.received(papers=("id",))
    for _ in range(2):
        cases.add_material(case_no=case.no, code="photo", channel="upload", by=matters.by["receiver"], now=TUESDAY_NINE)
    cases.give_notice(
        case_no=case.no, missing_now=[Missing("lease", "缺")], by=matters.by["receiver"], now=TUESDAY_NINE + DAY
    )
    cases.add_material(
        case_no=case.no, code="lease", channel="upload", by=matters.applicant, now=TUESDAY_NINE + 2 * DAY
    )
    cases.supplement(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE + 2 * DAY)

    came = facts_of(CasePaper.objects.get(kind="supplement_receipt")).materials

    assert [(each.name, each.why) for each in came] == [("租约", "网上提交")]
    assert [(each.name, each.why) for each in papers_listed(case)] == [
        ("身份证", "纸质 1 份"), ("店面照片", "网上提交 2 个文件"), ("租约", "网上提交"),
    ]  # fmt: skip


def test_a_telephone_said_at_the_window_is_where_messages_go(matters: Matters):
    matters.asks_for_a_mobile()
    case = matters.opened(account_id=None, contact=None, channel="window")

    changed = cases.change(case_no=case.no, form={"phone": "13800138009"}, by=matters.by["receiver"], now=TUESDAY_NINE)
    cases.receive(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)

    assert changed.contact == "+8613800138009"
    assert Message.objects.filter(subject=f"case:{case.no}", key="case_received").count() == 1


def test_one_applied_for_online_keeps_the_telephone_it_has(matters: Matters):
    matters.asks_for_a_mobile()
    case = matters.opened()

    changed = cases.change(case_no=case.no, form={"phone": "13800138009"}, by=matters.applicant, now=TUESDAY_NINE)

    assert changed.contact == "+8613800138000"


@pytest.mark.django_db
def test_one_case_that_breaks_keeps_no_other_from_its_turn(matters: Matters, monkeypatch: pytest.MonkeyPatch):
    first, second = matters.received(), matters.received()
    accepted = receiving._accepted

    def breaks(case: Case, *given: Any, **more: Any) -> Any:
        if case.pk == first.pk:
            raise ValueError("a paper that cannot be made")
        return accepted(case, *given, **more)

    monkeypatch.setattr(receiving, "_accepted", breaks)

    done = cases.deem_due(now=at("2026-04-20 09:00"))

    assert done == 1
    assert [Case.objects.get(pk=each.pk).phase for each in (first, second)] == ["received", "accepted"]


# --- Not accepted -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ground", "body", "kept"),
    [
        ("not_eligible", "", "not_eligible"),
        ("other_body", "区市场监管局", "other_body"),
        ("", "区市场监管局", "other_body"),
        ("", "", "other"),
    ],
)
def test_what_is_not_accepted_has_one_of_the_grounds(matters: Matters, ground: str, body: str, kept: str):
    case = cases.refuse(
        case_no=matters.received().no, reason="不归这里管", body=body, ground=ground, by=matters.by["receiver"],
        now=TUESDAY_NINE,
    )  # fmt: skip

    facts = read(CasePaper.objects.get(kind="non_acceptance").facts)
    assert (case.ground, case.events.get(verb="refuse").facts) == (kept, {"ground": kept})
    assert (facts.ground, facts.body) == (GROUNDS[kept].name_zh, body)


@pytest.mark.parametrize(("ground", "body"), [("other_body", " "), ("nothing", ""), ("not_eligible", "长" * 61)])
def test_a_ground_that_is_none_or_names_no_body_is_refused(matters: Matters, ground: str, body: str):
    case, by = matters.received(), matters.by["receiver"]

    no = slug_of(
        lambda: cases.refuse(case_no=case.no, reason="不归这里管", body=body, ground=ground, by=by, now=TUESDAY_NINE)
    )

    assert (no, Case.objects.get().phase) == ("invalid", "received")


@pytest.mark.parametrize(
    ("item_type", "law"), [("01", "《中华人民共和国行政许可法》第三十二条第一款第二项"), ("05", "")]
)
def test_the_law_is_named_of_permits_alone(matters: Matters, item_type: str, law: str):
    Item.objects.filter(code="pension").update(item_type=item_type)
    case = matters.received()

    cases.refuse(case_no=case.no, reason="不归这里管", body="区市场监管局", by=matters.by["receiver"], now=TUESDAY_NINE)

    assert read(CasePaper.objects.get(kind="non_acceptance").facts).law == law


def test_a_ground_is_of_what_was_not_accepted(matters: Matters):
    case = matters.received()

    with pytest.raises(IntegrityError, match="a_ground_is_known_and_of_what_was_not_accepted"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(ground="decided")


@pytest.mark.django_db(transaction=True)
def test_a_refusal_and_a_supplement_at_once_are_one_or_one_after_the_other(matters: Matters) -> None:
    case = matters.received(papers=("id", "photo"))
    clerk = matters.by["receiver"]
    cases.give_notice(case_no=case.no, missing_now=[Missing("lease", "没有交")], by=clerk, now=TUESDAY_NINE)
    cases.add_material(case_no=case.no, code="lease", channel="upload", by=matters.applicant, now=TUESDAY_NINE)

    def act(i: int) -> Case:
        if i:
            return cases.supplement(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)
        return cases.refuse(case_no=case.no, reason="归公安", body="公安局", by=clerk, now=TUESDAY_NINE)

    together(2, act)
    case.refresh_from_db()

    assert (case.phase, case.supplement_due_on, case.notice_due_on) == ("not_accepted", None, None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ground", "on", "late"),
    [
        ("other_body", "2026-03-10 23:59", None),
        ("other_body", "2026-03-11 00:01", 1),
        ("not_needed", "2026-03-16 09:00", 4),
        ("not_eligible", "2026-03-16 09:00", None),
    ],
)
def test_what_is_not_for_this_body_is_said_on_the_day_or_is_red(
    matters: Matters, ground: str, on: str, late: int | None
):
    case = matters.received()

    cases.refuse(
        case_no=case.no, reason="去区里", body="区局" if ground == "other_body" else "", ground=ground,
        by=matters.by["receiver"], now=at(on),
    )  # fmt: skip

    found = exceptions(matters.town.hall, now=at("2026-03-17 09:00")).not_at_once
    assert [event.facts["late_days"] for event in found] == ([late] if late else [])
    assert exceptions(matters.town.other_hall, now=at("2026-03-17 09:00")).not_at_once == []
