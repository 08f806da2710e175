"""办理流程: what a case has behind it, what a grant waits for, and whose step it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.kernel.working_days import WorkCalendar
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, Opinion
from banshi.rooms.cases.queries import next_refusal, stages_not_begun, stages_of, stages_waited_for
from banshi.rooms.cases.rules.duties import issue_refusal, review_refusal
from banshi.rooms.cases.rules.flow import Lived, grant_refusal, not_begun, stand
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.catalogue.rules.flow import stages
from banshi.rooms.catalogue.rules.handling import Duties, Handling, Stage
from tests.matters import SHOP, Matters
from tests.rooms.cases.test_consulting import answer, ask, police
from tests.town import TUESDAY_NINE, at

FLOW = [
    {"code": "in", "act": "receive", "name_zh": "受理", "name_en": "Acceptance"},
    {"code": "look", "act": "review", "name_zh": "审查", "name_en": "Review"},
    {"code": "police", "act": "consult", "department": "police", "name_zh": "问公安", "name_en": "The police is asked"},
    {
        "code": "visit", "act": "procedure", "procedure": "inspection", "name_zh": "店面检验", "name_en": "Inspection",
        "needed_if": {"eq": ["food", "yes"]},
    },
    {"code": "said", "name_zh": "公开", "name_en": "Made public"},
    {"code": "yes", "act": "decide", "name_zh": "决定", "name_en": "Decision", "days": 2},
    {"code": "out", "act": "issue", "name_zh": "送达", "name_en": "Handed over", "days": 3},
]  # fmt: skip
TUESDAY = date(2026, 3, 10)


def follows(flow: list[dict[str, Any]], **more: Any) -> None:
    """From now on the shop licence goes this way."""
    item = Item.objects.get(code="pension")
    item.handling = {**item.handling, "flow": flow, **more}
    item.save(update_fields=["handling"])
    catalogue.keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))


def no_of(act: Any, **more: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        act(**more)
    return refused.value


def decide(case: Case, matters: Matters, **more: Any) -> Case:
    said = {"grant": True, "by": matters.by["approver"], "now": TUESDAY_NINE} | more
    return cases.decide(case_no=case.no, **said)


def test_a_grant_waits_for_the_department_that_the_flow_asks(matters: Matters) -> None:
    follows(FLOW)
    officer = police(matters)
    case = matters.in_review()
    row = ask(matters, case)
    cases.opine(case_no=case.no, says="grant", by=matters.by["reviewer"], now=TUESDAY_NINE)

    no = no_of(decide, case=case, matters=matters)
    answer(row, officer, says="grant", text="")
    done = decide(case, matters)

    assert (no.slug, no.facts["stages"]) == ("stage-open", [{"zh": "问公安", "en": "The police is asked"}])
    assert done.granted is True


def test_a_department_that_got_the_case_is_not_asked_what_it_thinks(matters: Matters) -> None:
    """It cannot be asked about its own case: its review is its opinion. Else nothing could be granted any more."""
    follows(FLOW)
    officer = police(matters)
    case = matters.in_review()
    cases.hand_to_department(
        case_no=case.no, department="police", may=True, why="归公安", by=matters.by["supervisor"], now=TUESDAY_NINE
    )  # fmt: skip
    cases.hand_over(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)
    case = Case.objects.get(pk=case.pk)

    before = (stages_not_begun(case), [each.code for each in stages_waited_for(case)])
    cases.opine(case_no=case.no, says="grant", by=officer, now=TUESDAY_NINE)

    assert before == ((), ["police"])
    assert decide(Case.objects.get(pk=case.pk), matters).granted is True


def test_a_refusal_waits_for_nobody(matters: Matters) -> None:
    follows(FLOW)
    case = matters.in_review()
    cases.opine(case_no=case.no, says="refuse", text="离学校太近", by=matters.by["reviewer"], now=TUESDAY_NINE)

    done = decide(case, matters, grant=False, reason="离学校太近")

    assert done.granted is False


def test_a_procedure_of_the_situation_is_held_before_a_grant(matters: Matters) -> None:
    """Of shops that sell food alone the place is looked at; while it is, the clock stands anyway."""
    follows([each for each in FLOW if each["code"] != "police"])
    plain = matters.in_review()
    case = matters.in_review(answers={"premises": "rented", "food": "yes"})

    waits = [[stage.code for stage in stages_waited_for(each)] for each in (plain, case)]
    by = matters.by["reviewer"]
    matters.stop(case, kind="inspection")
    during = stages_waited_for(Case.objects.get(pk=case.pk))
    cases.resume_clock(case_no=case.no, result="店面合格", by=by, now=TUESDAY_NINE)

    assert waits == [[], ["visit"]]
    assert [stage.code for stage in during] == ["visit"]
    assert stages_waited_for(Case.objects.get(pk=case.pk)) == ()


def visited() -> list[dict[str, Any]]:
    """The shop licence with a visit, which the law's list does not have."""
    return [
        {**each, "procedure": "site_visit"} if each["code"] == "visit" else each
        for each in FLOW
        if each["code"] != "police"
    ]


def test_a_visit_for_a_permit_is_held_while_the_clock_runs(matters: Matters) -> None:
    """The opinion says what came of it, and with that it is done; nothing was stopped."""
    follows(visited())
    case = matters.in_review(answers={"premises": "rented", "food": "yes"})
    by, waits = matters.by["reviewer"], stages_waited_for(case)

    no = no_of(cases.opine, case_no=case.no, says="grant", text=" ", by=by, now=TUESDAY_NINE)
    case = cases.opine(case_no=case.no, says="grant", text="两人到店勘查，合格", by=by, now=TUESDAY_NINE)

    assert (no.slug, no.facts["field"]) == ("invalid", "text")
    assert [stage.code for stage in waits] == ["visit"]
    assert {row.stage.code: row.on for row in stages_of(case)}["visit"] == TUESDAY
    assert (decide(case, matters).granted, case.stops.count()) == (True, 0)


def test_without_a_visit_in_its_situation_an_opinion_needs_no_words(matters: Matters) -> None:
    follows(visited())
    case = matters.in_review()

    cases.opine(case_no=case.no, says="grant", by=matters.by["reviewer"], now=TUESDAY_NINE)

    assert decide(case, matters).granted is True


def test_a_visit_for_what_is_no_permit_stops_the_clock_before_a_grant(matters: Matters) -> None:
    Item.objects.filter(code="pension").update(item_type="20")
    follows(visited())
    case = matters.in_review(answers={"premises": "rented", "food": "yes"})
    by = matters.by["reviewer"]
    cases.opine(case_no=case.no, says="grant", by=by, now=TUESDAY_NINE)
    no = no_of(decide, case=case, matters=matters)

    matters.stop(case, kind="site_visit")
    cases.resume_clock(case_no=case.no, result="合格", by=by, now=TUESDAY_NINE)

    assert (no.slug, stages_waited_for(Case.objects.get(pk=case.pk))) == ("stage-open", ())


def test_a_running_case_keeps_the_flow_it_was_opened_with(matters: Matters) -> None:
    case = matters.in_review()
    follows(FLOW)

    cases.opine(case_no=case.no, says="grant", by=matters.by["reviewer"], now=TUESDAY_NINE)

    assert [row.stage.code for row in stages_of(case)] == ["receive", "review", "decide", "issue"]
    assert decide(case, matters).granted is True


def test_the_stages_of_a_case_say_what_is_done_and_what_goes_on(matters: Matters) -> None:
    follows(FLOW)
    police(matters)
    draft = [row.state for row in stages_of(matters.opened())]
    case = matters.in_review()
    ask(matters, case)

    rows = {row.stage.code: row for row in stages_of(case)}

    assert draft == ["ahead"] * 6  # the visit is none of this situation's
    assert {code: row.state for code, row in rows.items()} == {
        "in": "done", "look": "now", "police": "ahead", "said": "ahead", "yes": "ahead", "out": "ahead",
    }  # fmt: skip
    assert (rows["in"].on, rows["police"].asked) == (TUESDAY, True)


def test_what_was_passed_over_is_never_under_way() -> None:
    lived = Lived(received=TUESDAY, accepted=TUESDAY, proposed=TUESDAY, decided=TUESDAY)
    handling = Handling.model_validate({**SHOP, "flow": FLOW})

    rows = {row.stage.code: row for row in stand(handling.flow, lived, calendar=lambda: WorkCalendar({}))}

    assert [code for code, row in rows.items() if row.state == "now"] == ["out"]
    assert rows["out"].due_on == TUESDAY + timedelta(days=3)
    assert (rows["police"].state, rows["said"].state) == ("ahead", "done")


def test_nothing_is_under_way_in_what_ended() -> None:
    """Withdrawn while it was under review: what is left would look as if it were to come, by a day."""
    handling = Handling.model_validate({**SHOP, "flow": FLOW})
    lived = Lived(received=TUESDAY, accepted=TUESDAY, ended=True)

    rows = stand(handling.flow, lived, calendar=lambda: WorkCalendar({}))

    assert [(row.stage.code, row.state) for row in rows if row.state != "ahead" or row.due_on] == [("in", "done")]


def test_of_a_refusal_the_last_stage_is_done_when_its_decision_is_handed_over(matters: Matters) -> None:
    follows([each for each in FLOW if each.get("act") not in ("consult", "procedure")])
    case = matters.in_review()
    cases.opine(case_no=case.no, says="refuse", text="不符合规划", by=matters.by["reviewer"], now=TUESDAY_NINE)
    case = decide(case, matters, grant=False, reason="不符合规划")

    waits = stages_of(case)[-1]
    cases.deliver(case_no=case.no, how="counter", by=matters.by["issuer"], now=TUESDAY_NINE)
    done = stages_of(Case.objects.get(pk=case.pk))[-1]

    assert (waits.state, done.state, done.on, done.due_on) == ("now", "done", TUESDAY, None)


def test_gates_wait_for_the_last_of_each() -> None:
    gates = [Stage.model_validate(each) for each in FLOW]
    lived = Lived(answered={"police": TUESDAY}, over={})

    no = grant_refusal(gates, lived)

    assert no is not None
    assert [each["en"] for each in no.facts["stages"]] == ["Inspection"]
    assert grant_refusal(gates, Lived(answered={"police": TUESDAY}, over={"inspection": TUESDAY})) is None


def test_nobody_began_with_what_was_neither_asked_nor_done_nor_is_told_of_with_the_opinion() -> None:
    gates = [Stage.model_validate(each) for each in FLOW]
    fresh = Lived(received=TUESDAY, accepted=TUESDAY)
    told = [each for each in gates if each.act == "procedure"]

    def left(lived: Lived, counted: list[Stage]) -> list[str]:
        rows = stand(gates, lived, calendar=lambda: WorkCalendar({}))
        return [each.code for each in not_begun(rows, counted=counted)]

    assert left(fresh, []) == ["police", "visit"]
    assert left(fresh, told) == ["police"]
    assert left(replace(fresh, open=frozenset({"police", "inspection"})), []) == []
    assert left(replace(fresh, answered={"police": TUESDAY}, over={"inspection": TUESDAY}), []) == []


@pytest.mark.parametrize(
    ("more", "acts"),
    [
        ({}, ["receive", "review", "decide", "issue"]),
        ({"instant": True}, ["receive", "decide", "issue"]),
        ({"flow": FLOW[:2]}, ["receive", "review"]),
    ],
)
def test_a_matter_without_a_flow_of_its_own_has_the_general_one(more: dict[str, Any], acts: list[str]) -> None:
    assert [each.act for each in stages(Handling.model_validate({**SHOP, **more}))] == acts


# --- Duties -----------------------------------------------------------------------------------------------------


def test_who_accepted_it_does_not_review_it_unless_the_item_says_so() -> None:
    may = [review_refusal(reviews=1, accepted_by=1, duties=Duties(receiver_reviews=each)) for each in (False, True)]

    assert [no.slug if no else None for no in may] == ["same-person", None]
    assert review_refusal(reviews=2, accepted_by=1, duties=Duties()) is None


@pytest.mark.parametrize(
    ("who", "instant", "duties", "no"),
    [
        ("decided", False, Duties(), True),
        ("decided", False, Duties(reviewer_issues=True), True),
        ("decided", True, Duties(), False),
        ("proposed", False, Duties(), True),
        ("proposed", False, Duties(reviewer_issues=True), False),
        ("other", False, Duties(), False),
    ],
)
def test_whose_it_is_to_make_the_result(who: str, instant: bool, duties: Duties, no: bool) -> None:
    people = {"decided": 1, "proposed": 2, "other": 3}

    said = issue_refusal(issues=people[who], decided_by=1, proposed_by={2}, instant=instant, duties=duties)

    assert (said is not None) == no


def test_a_receiver_leaves_a_remark_and_no_opinion(matters: Matters) -> None:
    """Where they may do both here: the duties are the person's, not the role's."""
    case = matters.in_review()
    receiver = matters.by["receiver"]
    cases.release(case_no=case.no, by=matters.by["reviewer"], now=TUESDAY_NINE)

    cases.opine(case_no=case.no, says="note", text="照片很清楚", by=receiver, now=TUESDAY_NINE)
    no = no_of(cases.opine, case_no=case.no, says="grant", by=receiver, now=TUESDAY_NINE)

    assert no.slug == "same-person"
    assert list(Opinion.objects.filter(case=case).values_list("says", flat=True)) == ["note"]


def test_who_proposed_it_does_not_make_the_result(matters: Matters) -> None:
    case = matters.decided()

    no = no_of(cases.issue, case_no=case.no, by=matters.by["reviewer"], now=TUESDAY_NINE)

    assert no.slug == "same-person"


def test_whom_the_law_keeps_from_the_next_step_is_asked_in_one_place(matters: Matters) -> None:
    """Of a review, of a procedure that was proposed, of a decision, of the result."""
    who = {name: matters.staff[name].pk for name in ("receiver", "reviewer", "approver", "issuer")}

    def kept(case: Case) -> list[str]:
        case.refresh_from_db()
        return [name for name, staff in who.items() if next_refusal(case, staff=staff) is not None]

    received, case, stopped = matters.received(), matters.in_review(), matters.in_review()
    found = [kept(received), kept(case)]
    asked = {"kind": "hearing", "basis": "规程", "expected_days": 3, "by": matters.by["reviewer"], "now": TUESDAY_NINE}
    cases.propose_stop(case_no=stopped.no, **asked)
    cases.opine(case_no=case.no, says="grant", by=matters.by["reviewer"], now=TUESDAY_NINE)
    found += [kept(stopped), kept(case)]
    decide(case, matters)
    found.append(kept(case))

    assert found == [[], ["receiver"], ["reviewer"], ["receiver", "reviewer"], ["reviewer", "approver"]]
