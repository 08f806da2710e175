"""Looked into, stopped, extended, decided: by whom, by when, and never by the wrong one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError

from banshi.foundation.crypto import SEALED
from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.kernel.working_days import DayInfo
from banshi.rooms.calendars import actions as calendars
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, CaseEvent, CasePaper, Stop
from banshi.rooms.cases.queries import clock_of, facts_of, lines, worklist
from banshi.rooms.cases.rules.chain import FIRST, chained
from banshi.rooms.cases.rules.papers import words
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.messaging.models import Message
from tests.matters import SHOP, Matters
from tests.together import together
from tests.town import TUESDAY_NINE, at

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def refusal_of(call: object) -> Refused:
    with pytest.raises(Refused) as refused:
        call()  # type: ignore[operator]
    return refused.value


def proposed(matters: Matters, by: str = "reviewer") -> Case:
    case = matters.in_review()
    return cases.opine(case_no=case.no, says="grant", by=matters.by[by], now=TUESDAY_NINE)


def test_who_accepted_it_does_not_decide_it(matters: Matters):
    case = proposed(matters)

    no = refusal_of(lambda: cases.decide(case_no=case.no, grant=True, by=matters.by["receiver"], now=TUESDAY_NINE))

    assert no.slug == "same-person"


def test_who_proposed_it_does_not_decide_it(matters: Matters):
    case = proposed(matters)

    no = refusal_of(lambda: cases.decide(case_no=case.no, grant=True, by=matters.by["reviewer"], now=TUESDAY_NINE))

    assert no.slug == "same-person"


def test_who_proposed_before_another_did_does_not_decide_it_either(matters: Matters):
    case = proposed(matters)
    cases.opine(case_no=case.no, says="grant", by=matters.by["supervisor"], now=TUESDAY_NINE)

    no = refusal_of(lambda: cases.decide(case_no=case.no, grant=True, by=matters.by["reviewer"], now=TUESDAY_NINE))
    seen = {
        who: list(worklist("approval", halls="*", staff=matters.staff[who].pk))
        for who in ("reviewer", "supervisor", "approver")
    }

    assert no.slug == "same-person"
    assert seen == {"reviewer": [], "supervisor": [], "approver": [case]}


def test_the_table_itself_keeps_acceptance_and_decision_apart(matters: Matters):
    case = matters.decided()

    with pytest.raises(IntegrityError, match="who_accepted_a_case_does_not_decide_it"), transaction.atomic():
        Case.objects.filter(id=case.pk).update(decided_by_id=int(matters.by["receiver"].id))


def test_who_decided_it_does_not_issue_it(matters: Matters):
    case = matters.decided()

    no = refusal_of(lambda: cases.issue(case_no=case.no, by=matters.by["approver"], now=TUESDAY_NINE))

    assert no.slug == "same-person"


def test_nothing_is_decided_without_an_opinion(matters: Matters):
    case = matters.in_review()

    no = refusal_of(lambda: cases.decide(case_no=case.no, grant=True, by=matters.by["approver"], now=TUESDAY_NINE))

    assert (no.slug, no.facts["needs"]) == ("wrong-state", "proposed")


def test_nothing_is_granted_while_papers_are_to_follow(matters: Matters):
    case = matters.received(papers=("id", "lease"))
    by = matters.by
    cases.accept(case_no=case.no, deferred=[("photo", date(2026, 3, 13))], by=by["receiver"], now=TUESDAY_NINE)
    cases.hand_over(case_no=case.no, by=by["receiver"], now=TUESDAY_NINE)
    cases.opine(case_no=case.no, says="grant", by=by["reviewer"], now=TUESDAY_NINE)

    no = refusal_of(lambda: cases.decide(case_no=case.no, grant=True, by=by["approver"], now=TUESDAY_NINE))
    cases.release(case_no=case.no, by=by["approver"], now=TUESDAY_NINE)
    cases.add_material(case_no=case.no, code="photo", channel="scan", by=by["reviewer"], now=TUESDAY_NINE)
    settled = cases.settle_deferred(case_no=case.no, code="photo", by=by["reviewer"], now=TUESDAY_NINE)
    cases.release(case_no=case.no, by=by["reviewer"], now=TUESDAY_NINE)
    done = cases.decide(case_no=case.no, grant=True, by=by["approver"], now=TUESDAY_NINE)

    assert no.slug == "deferred-open"
    assert settled.tolerant is False
    assert done.phase == "decided"


def test_a_paper_that_was_to_follow_is_found_right_by_who_settles_it(matters: Matters):
    case, by = matters.received(papers=("id", "lease")), matters.by
    cases.accept(case_no=case.no, deferred=[("photo", date(2026, 3, 13))], by=by["receiver"], now=TUESDAY_NINE)
    cases.hand_over(case_no=case.no, by=by["receiver"], now=TUESDAY_NINE)

    no = refusal_of(lambda: cases.settle_deferred(case_no=case.no, code="photo", by=by["reviewer"], now=TUESDAY_NINE))
    cases.add_material(case_no=case.no, code="photo", channel="upload", by=matters.applicant, now=TUESDAY_NINE)
    cases.settle_deferred(case_no=case.no, code="photo", by=by["reviewer"], now=TUESDAY_NINE)

    photo = case.materials.get(code="photo")
    assert no.slug == "material-missing"
    assert (photo.verdict, photo.judged_by_id) == ("ok", matters.staff["reviewer"].pk)


def test_days_on_which_the_clock_stood_move_the_day(matters: Matters):
    case = matters.in_review()
    by = matters.by["reviewer"]
    matters.stop(case, TUESDAY_NINE + DAY, kind="inspection")

    gone_on = cases.resume_clock(case_no=case.no, result="符合", by=by, now=TUESDAY_NINE + 3 * DAY)

    # From Tuesday: Wednesday counts, Thursday and Friday do not, then Monday, Tuesday, Wednesday.
    assert (gone_on.due_promised, gone_on.stopped_at) == (date(2026, 3, 18), None)
    clock = clock_of(gone_on, now=TUESDAY_NINE + 3 * DAY)
    assert clock is not None
    assert (clock.counted, clock.stopped, clock.left, clock.unit) == (1, 2, 3, "working_day")


def test_while_the_clock_stands_nothing_is_decided_and_it_does_not_stop_twice(matters: Matters):
    case = proposed(matters)
    by = matters.by["reviewer"]
    matters.stop(case)

    twice = refusal_of(lambda: cases.propose_stop(
        case_no=case.no, kind="hearing", basis="再次", expected_days=5, by=by, now=TUESDAY_NINE
    ))  # fmt: skip
    cases.release(case_no=case.no, by=by, now=TUESDAY_NINE)
    no = refusal_of(lambda: cases.decide(case_no=case.no, grant=True, by=matters.by["approver"], now=TUESDAY_NINE))

    assert (twice.slug, no.slug) == ("clock-stopped", "clock-stopped")
    assert Stop.objects.count() == 1


def test_an_extension_is_once_and_ten_days_at_most(matters: Matters):
    case = matters.in_review()
    by = matters.by["approver"]

    def extend(days: int) -> Case:
        return cases.extend(case_no=case.no, days=days, reason="案情复杂", by=by, now=TUESDAY_NINE)

    assert refusal_of(lambda: extend(11)).slug == "invalid"
    assert extend(10).due_statutory == date(2026, 4, 21)
    assert refusal_of(lambda: extend(1)).slug == "wrong-state"


def test_while_the_clock_stands_the_statutory_day_is_not_gone_by(matters: Matters):
    case = matters.in_review()
    matters.stop(case, TUESDAY_NINE + DAY, expected_days=20)

    longer = cases.extend(
        case_no=case.no, days=5, reason="案情复杂", by=matters.by["approver"], now=at("2026-04-10 09:00")
    )

    assert longer.due_statutory is not None
    assert longer.due_statutory > date(2026, 4, 10)


def test_after_the_statutory_day_nothing_is_extended(matters: Matters):
    case = matters.in_review()

    no = refusal_of(lambda: cases.extend(
        case_no=case.no, days=5, reason="案情复杂", by=matters.by["approver"], now=at("2026-04-08 09:00")
    ))  # fmt: skip

    assert no.slug == "too-late"


def test_somebody_elses_case_is_theirs_for_half_an_hour(matters: Matters):
    case = matters.in_review()
    cases.take(case_no=case.no, by=matters.by["reviewer"], now=TUESDAY_NINE)

    def stop_at(moment: object) -> Case:
        return cases.opine(case_no=case.no, says="note", text="看过", by=matters.by["approver"], now=moment)  # type: ignore[arg-type]

    no = refusal_of(lambda: stop_at(TUESDAY_NINE + timedelta(minutes=29)))

    assert (no.slug, no.next) == ("locked", TUESDAY_NINE + timedelta(minutes=30))
    assert stop_at(TUESDAY_NINE + timedelta(minutes=30)).no == case.no


def test_a_supervisor_takes_a_case_over_with_a_trace(matters: Matters):
    case = matters.in_review()
    cases.take(case_no=case.no, by=matters.by["reviewer"], now=TUESDAY_NINE)

    taken = cases.take(case_no=case.no, by=matters.by["supervisor"], over=True, now=TUESDAY_NINE)

    assert taken.locked_by_id == int(matters.by["supervisor"].id)
    assert CaseEvent.objects.filter(case=case, verb="take").count() == 1


def test_a_holiday_published_later_moves_the_day_and_tells_who_waits_longer(matters: Matters):
    case = matters.in_review()
    calendars.import_national_days(
        days=[DayInfo(date(2026, 3, 12), "restday", "节", "Holiday")],
        notice="测试",
        by=matters.by["supervisor"],
        now=TUESDAY_NINE,
    )

    moved = [cases.recount(now=TUESDAY_NINE), cases.recount(now=TUESDAY_NINE)]

    case.refresh_from_db()
    assert moved == [1, 0]
    assert case.due_promised == date(2026, 3, 17)
    assert Message.objects.filter(key="case_later").count() == 1


def test_a_day_that_moves_earlier_is_told_to_nobody(matters: Matters):
    case = matters.in_review()
    calendars.import_national_days(
        days=[DayInfo(date(2026, 3, 14), "workday", "调休", "Make-up day")], notice="测试", by=matters.by["supervisor"],
        now=TUESDAY_NINE,
    )  # fmt: skip

    cases.recount(now=TUESDAY_NINE)

    case.refresh_from_db()
    assert case.due_promised == date(2026, 3, 14)
    assert Message.objects.filter(key="case_later").count() == 0


def test_the_story_is_a_chain_and_stands(matters: Matters):
    case = matters.decided()

    earlier = FIRST
    for event in CaseEvent.objects.filter(case=case).order_by("seq"):
        earlier = chained(
            earlier, case_no=case.no, seq=event.seq, verb=event.verb, actor=event.actor, at=event.at, before=event.before,
            after=event.after, facts=event.facts, why=event.why,
        )  # fmt: skip
        assert event.hash == earlier
    with pytest.raises(DatabaseError, match="stands"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_event SET verb = 'close'")
    with pytest.raises(DatabaseError, match="stands"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM cases_event")


def test_the_window_decides_only_what_is_instant(matters: Matters):
    case = matters.received()

    no = refusal_of(
        lambda: cases.decide_at_once(case_no=case.no, grant=True, by=matters.by["receiver"], now=TUESDAY_NINE)
    )
    Case.objects.update(instant=True)
    done = cases.decide_at_once(case_no=case.no, grant=True, by=matters.by["receiver"], now=TUESDAY_NINE)

    assert no.slug == "not-allowed"
    assert (done.phase, done.granted) == ("decided", True)


def test_what_is_settled_on_the_spot_promises_no_day_on_paper_or_by_message(matters: Matters):
    Item.objects.filter(code="pension").update(handling=SHOP | {"instant": True})
    catalogue.keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))
    case = matters.received(channel="window")

    cases.decide_at_once(case_no=case.no, grant=True, by=matters.by["receiver"], now=TUESDAY_NINE)

    said = {paper.kind: dict(words(paper.kind, facts_of(paper)).rows) for paper in CasePaper.objects.filter(case=case)}
    assert (said["receipt"]["办结时限"], said["acceptance"]["办结时限"]) == ("当场办结", "当场办结")
    assert "承诺办结日期" not in said["acceptance"]
    keys = Message.objects.filter(subject=f"case:{case.no}").order_by("id").values_list("key", flat=True)
    assert list(keys) == ["case_at_once", "case_granted"]


def test_an_instant_matter_that_goes_on_to_the_department_promises_its_day(matters: Matters):
    Item.objects.filter(code="pension").update(handling=SHOP | {"instant": True})
    catalogue.keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))
    case = matters.received(channel="window")

    cases.accept(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)

    paper = CasePaper.objects.get(case=case, kind="acceptance")
    assert dict(words("acceptance", facts_of(paper)).rows)["承诺办结日期"].startswith(
        "2026 年 3 月 16 日（4 个工作日）"
    )
    assert Message.objects.filter(subject=f"case:{case.no}", key="case_taken").exists()


def test_two_who_supervise_end_a_case_and_one_alone_does_not(matters: Matters):
    case = matters.in_review()
    one, other = matters.by["supervisor"], int(matters.by["second_supervisor"].id)

    def end(second: int | None, may: bool) -> Case:
        return cases.terminate(
            case_no=case.no, reason="重复申请", second_by=second, second_may=may, by=one, now=TUESDAY_NINE
        )

    assert refusal_of(lambda: end(None, True)).slug == "same-person"
    assert refusal_of(lambda: end(int(one.id), True)).slug == "same-person"
    assert refusal_of(lambda: end(other, False)).slug == "same-person"
    assert (end(other, True).phase, Case.objects.get().outcome) == ("terminated", "terminated")


def test_a_work_list_holds_what_that_person_may_decide(matters: Matters):
    case = proposed(matters)

    def offered(who: str) -> list[str]:
        return [c.no for c in worklist("approval", halls=["town"], staff=int(matters.by[who].id))]

    assert offered("approver") == [case.no]
    assert offered("reviewer") == []
    assert offered("receiver") == []
    assert [c.no for c in worklist("approval", halls=["other"])] == []


def test_lists_show_due_first_with_the_light(matters: Matters):
    late, early = matters.in_review(at("2026-03-10 09:00")), matters.in_review(at("2026-03-05 09:00"))

    rows = lines(worklist("review", halls=["*"]), now=at("2026-03-12 09:00"))

    assert [(row.no, row.light, row.left) for row in rows] == [(early.no, "red", -1), (late.no, "yellow", 2)]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_granted_and_refused_in_one_instant_is_decided_once(committed_matters: Matters):
    case = proposed(committed_matters)

    def press(i: int) -> object:
        return cases.decide(
            case_no=case.no, grant=bool(i % 2), reason="不符合", by=committed_matters.by["approver"], now=TUESDAY_NINE
        )

    done = together(10, press)

    assert sum(isinstance(each, Case) for each in done) == 1
    assert CaseEvent.objects.filter(case=case, verb="decide").count() == 1


def test_after_a_procedure_the_review_says_anew_what_it_proposes(matters: Matters):
    """What came of it is not in the opinion that was given before."""
    case, by = proposed(matters), matters.by
    cases.release(case_no=case.no, by=by["reviewer"], now=TUESDAY_NINE)
    matters.stop(case)
    cases.resume_clock(case_no=case.no, result="符合", by=by["reviewer"], now=TUESDAY_NINE)
    cases.release(case_no=case.no, by=by["reviewer"], now=TUESDAY_NINE)

    no = refusal_of(lambda: cases.decide(case_no=case.no, grant=True, by=by["approver"], now=TUESDAY_NINE))
    cases.release(case_no=case.no, by=by["approver"], now=TUESDAY_NINE)
    cases.opine(case_no=case.no, says="grant", by=by["reviewer"], now=TUESDAY_NINE)
    decided = cases.decide(case_no=case.no, grant=True, by=by["approver"], now=TUESDAY_NINE)

    assert (no.slug, no.facts["needs"], decided.outcome) == ("wrong-state", "proposed", "granted")


def test_what_people_write_about_a_case_is_sealed(matters: Matters):
    case, by = matters.in_review(), matters.by
    words = "李雷 13912345678 说的"
    matters.stop(case, basis=words)
    cases.resume_clock(case_no=case.no, result=words, by=by["reviewer"], now=TUESDAY_NINE)
    cases.opine(case_no=case.no, says="note", text=words, by=by["reviewer"], now=TUESDAY_NINE)
    cases.release(case_no=case.no, by=by["reviewer"], now=TUESDAY_NINE)
    cases.extend(case_no=case.no, days=1, reason=words, by=by["approver"], now=TUESDAY_NINE)
    case.materials.filter(code="id").update(why=words)

    columns = ["cases_stop.basis", "cases_stop.result", "cases_opinion.text", "cases_extension.reason", "cases_event.why",
               "cases_material.why"]  # fmt: skip
    found = {}
    with connection.cursor() as cursor:
        for name in columns:
            table, column = name.split(".")
            cursor.execute(f"SELECT {column} FROM {table} WHERE {column} <> ''")
            found[name] = [str(value) for (value,) in cursor.fetchall()]

    assert {name: len(values) for name, values in found.items()} == {
        **dict.fromkeys(columns, 1), "cases_event.why": 2,  # of the proposal, and of the extension
    }  # fmt: skip
    assert [value for values in found.values() for value in values if not value.startswith(SEALED)] == []
