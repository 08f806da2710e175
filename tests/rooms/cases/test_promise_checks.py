"""承诺核查: by a day, once; what is not so counts as missing before the decision, and is revoked by another after it; it bars
promises for a time, until somebody else lifts it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from banshi.journeys.case import charging, conclude
from banshi.kernel.actors import SYSTEM, Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.archive.queries import waiting
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries
from banshi.rooms.cases.models import Case, CaseEvent, CaseMaterial, CasePaper, PromiseCheck
from banshi.rooms.cases.queries import facts_of
from banshi.rooms.cases.rules.papers import words
from banshi.rooms.catalogue.actions import keep_item_versions
from banshi.rooms.catalogue.models import Item
from banshi.rooms.library.models import Certificate
from banshi.rooms.messaging.models import Message
from tests.matters import Matters
from tests.rooms.cases.test_promising import SAID
from tests.together import together
from tests.town import TUESDAY_NINE, at

pytestmark = pytest.mark.django_db
NEXT_DAY = TUESDAY_NINE + timedelta(days=1)


@pytest.fixture(autouse=True)
def the_lease_may_be_promised(matters: Matters) -> None:
    item = Item.objects.get(code="pension")
    papers = [{**each, "by_promise": SAID} if each["code"] == "lease" else each for each in item.handling["materials"]]
    item.handling = {**item.handling, "materials": papers}
    item.save(update_fields=["handling"])
    keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))


def promised(matters: Matters) -> Case:
    """Received, with a promise in place of the lease."""
    case, clerk = matters.opened(), matters.by["receiver"]
    for code in ("id", "photo"):
        cases.add_material(case_no=case.no, code=code, channel="scan", by=clerk, now=TUESDAY_NINE)
    _promise(case, clerk)
    return cases.receive(case_no=case.no, by=clerk, now=TUESDAY_NINE)


def _promise(case: Case, by: Actor, now: Any = TUESDAY_NINE) -> CaseMaterial:
    return cases.add_material(case_no=case.no, code="lease", channel="promise", consent=True, by=by, now=now)


def in_review(matters: Matters) -> Case:
    case, clerk = promised(matters), matters.by["receiver"]
    cases.accept(case_no=case.no, by=clerk, now=TUESDAY_NINE)
    return cases.hand_over(case_no=case.no, by=clerk, now=TUESDAY_NINE)


def proposed(matters: Matters, says: str = "grant") -> Case:
    case = in_review(matters)
    return cases.opine(case_no=case.no, says=says, text="核过", by=matters.by["reviewer"], now=TUESDAY_NINE)


def granted(matters: Matters) -> Case:
    case = proposed(matters)
    return charging.decide(case_no=case.no, grant=True, by=matters.by["approver"], now=TUESDAY_NINE)


def closed(matters: Matters) -> Case:
    case, clerk = granted(matters), matters.by["issuer"]
    conclude.issue(case_no=case.no, by=clerk, now=TUESDAY_NINE)
    conclude.shelve(case_no=case.no, place="A-1", by=clerk, now=TUESDAY_NINE)
    return conclude.hand_over(case_no=case.no, identified=True, by=clerk, now=TUESDAY_NINE)


def untrue(case: Case, matters: Matters, *, who: str = "reviewer", **said: Any) -> PromiseCheck:
    asked = {"ground": "untrue", "reason": "现场没有这个店", **said}
    return cases.check_promise(case_no=case.no, code="lease", kept=False, by=matters.by[who], now=TUESDAY_NINE, **asked)


def refusal(call: Callable[[], Any]) -> Refused:
    with pytest.raises(Refused) as no:
        call()
    return no.value


def test_a_promise_that_was_accepted_is_to_be_checked_by_a_day_of_the_policy(matters: Matters) -> None:
    matters.town.policy(cases={"promise_check_days": 10})

    case = in_review(matters)
    row = PromiseCheck.objects.get(case=case)

    assert (row.due_on, row.says) == (date(2026, 3, 24), "")
    assert list(queries.to_check(halls=["town"])) == [row]
    assert list(queries.to_check(halls=["other"])) == list(queries.to_check(halls=["town"], department="police")) == []


def test_one_that_is_so_is_checked_once_and_nothing_follows(matters: Matters) -> None:
    case = in_review(matters)

    row = cases.check_promise(case_no=case.no, code="lease", kept=True, by=matters.by["reviewer"], now=TUESDAY_NINE)

    assert (row.says, row.barred_until, queries.bar_of(case, now=NEXT_DAY)) == ("kept", None, None)
    assert refusal(lambda: untrue(case, matters)).slug == "changed-meanwhile"
    assert list(queries.to_check(halls=["town"])) == []
    assert not Message.objects.filter(key__startswith="case_promise").exists()


def test_before_the_decision_the_paper_is_missing_again_and_nothing_is_granted_until_it_comes(matters: Matters) -> None:
    case, approver = proposed(matters), matters.by["approver"]

    def grant() -> Case:
        return charging.decide(case_no=case.no, grant=True, by=approver, now=TUESDAY_NINE)

    row = untrue(case, matters)

    assert (row.late, CaseMaterial.objects.get(code="lease").verdict) == (False, "bad")
    no = refusal(grant)
    assert (no.slug, no.refusal.facts["codes"]) == ("material-missing", ["lease"])
    cases.add_material(case_no=case.no, code="lease", channel="paper", by=matters.by["receiver"], now=TUESDAY_NINE)
    assert grant().granted


def test_it_may_be_refused_for_it(matters: Matters) -> None:
    case = proposed(matters, "refuse")
    untrue(case, matters)

    done = charging.decide(case_no=case.no, grant=False, reason="承诺不实", by=matters.by["approver"], now=TUESDAY_NINE)

    assert (done.phase, done.granted) == ("decided", False)


def test_at_the_window_it_is_told_as_missing_before_it_is_accepted(matters: Matters) -> None:
    case, clerk = promised(matters), matters.by["receiver"]
    untrue(case, matters)

    assert refusal(lambda: cases.accept(case_no=case.no, by=clerk, now=TUESDAY_NINE)).slug == "material-missing"
    told = [cases.Missing("lease", "承诺不实，交租约")]
    assert cases.give_notice(case_no=case.no, missing_now=told, by=clerk, now=TUESDAY_NINE).phase == "supplement"


def test_who_promised_is_told_with_the_reason_and_how_to_turn_against_it(matters: Matters) -> None:
    case = in_review(matters)

    untrue(case, matters)
    sheet = words("promise_untrue", facts_of(CasePaper.objects.get(case=case, kind="promise_untrue")))

    assert sheet.title == "承诺核查结果告知书"
    assert "现场没有这个店" in "".join(sheet.paragraphs)
    assert "2027 年 3 月 10 日" in "".join(sheet.paragraphs)
    assert "行政复议" in sheet.remedy
    assert Message.objects.filter(key="case_promise_untrue", subject=f"case:{case.no}").count() == 1


@pytest.mark.parametrize("ground", ["", "other_body", "x" * 40])
def test_a_finding_has_a_ground_and_a_reason(matters: Matters, ground: str) -> None:
    case = in_review(matters)

    assert refusal(lambda: untrue(case, matters, ground=ground)).refusal.facts["field"] == "ground"
    assert refusal(lambda: untrue(case, matters, reason="  ")).refusal.facts["field"] == "reason"
    assert refusal(lambda: untrue(case, matters, reason="长" * 301)).refusal.facts["field"] == "reason"
    assert PromiseCheck.objects.get(case=case).says == ""


def test_what_was_not_promised_or_not_received_is_not_checked(matters: Matters) -> None:
    draft = matters.opened()
    _promise(draft, matters.applicant)
    case = in_review(matters)

    def check(case: Case, code: str) -> Callable[[], Any]:
        return lambda: cases.check_promise(
            case_no=case.no, code=code, kept=True, by=matters.by["reviewer"], now=TUESDAY_NINE
        )

    assert [refusal(check(*each)).slug for each in ((draft, "lease"), (case, "id"), (case, "none"))] == [
        "wrong-state", "nothing-found", "nothing-found",
    ]  # fmt: skip


def test_it_bars_promises_of_that_person_for_the_days_of_the_policy_and_no_longer(matters: Matters) -> None:
    matters.town.policy(cases={"promise_bar_days": 30})
    untrue(in_review(matters), matters)
    last, after = at("2026-04-09 10:00"), at("2026-04-10 10:00")
    other = matters.opened(last)

    no = refusal(lambda: _promise(other, matters.applicant, last))

    assert (no.slug, no.refusal.facts["until"]) == ("promise-barred-until", "2026-04-09")
    assert _promise(other, matters.applicant, after).channel == "promise"
    assert queries.bar_of(matters.opened(person_id=matters.town.person(2).pk, account_id=None), now=last) is None


def test_what_was_promised_elsewhere_meanwhile_is_not_accepted_either(matters: Matters) -> None:
    first, second = in_review(matters), promised(matters)
    untrue(first, matters)

    no = refusal(lambda: cases.accept(case_no=second.no, by=matters.by["receiver"], now=TUESDAY_NINE))

    assert no.slug == "promise-barred-until"


def test_a_policy_of_no_days_bars_nothing(matters: Matters) -> None:
    matters.town.policy(cases={"promise_bar_days": 0})
    case = in_review(matters)

    assert untrue(case, matters).barred_until is None
    assert queries.bar_of(case, now=TUESDAY_NINE) is None


def test_another_who_supervises_lifts_it_and_before_the_decision_the_promise_stands_again(matters: Matters) -> None:
    case = proposed(matters)
    untrue(case, matters, who="supervisor")

    def lift(who: str, reason: str = "核错了店") -> Case:
        return cases.lift_bar(case_no=case.no, code="lease", reason=reason, by=matters.by[who], now=TUESDAY_NINE)

    assert refusal(lambda: lift("supervisor")).slug == "same-person"
    assert refusal(lambda: lift("second_supervisor", " ")).slug == "invalid"
    lift("second_supervisor")
    assert refusal(lambda: lift("second_supervisor")).slug == "nothing-found"
    assert queries.bar_of(case, now=TUESDAY_NINE) is None
    assert charging.decide(case_no=case.no, grant=True, by=matters.by["approver"], now=TUESDAY_NINE).granted
    assert Message.objects.filter(key="case_promise_lifted").count() == 1


def test_after_it_was_handed_over_another_approver_revokes_it(matters: Matters) -> None:
    case = closed(matters)
    untrue(case, matters, who="approver")

    def revoke(who: str) -> Case:
        return charging.revoke(case_no=case.no, code="lease", by=matters.by[who], now=NEXT_DAY)

    assert len(queries.to_revoke(halls=["town"])) == 1
    assert refusal(lambda: revoke("approver")).slug == "same-person"
    assert Certificate.objects.get().status == "valid"
    done = revoke("head")
    assert (done.phase, Certificate.objects.get().status) == ("closed", "ended")
    assert not CasePaper.objects.filter(case=case, kind__in=("grant", "licence"), ended_at=None).exists()
    sheet = words("revocation", facts_of(CasePaper.objects.get(case=case, kind="revocation")))
    licence = CasePaper.objects.get(case=case, kind="licence")
    assert ("撤销的文书", licence.printed) in sheet.rows
    assert "第六十九条" in sheet.paragraphs[0]
    assert Message.objects.filter(key="case_revoked").count() == 1
    assert len(queries.to_revoke(halls=["town"])) == 0
    assert refusal(lambda: revoke("head")).slug == "nothing-found"
    assert queries.chain_holds(done)


def test_what_is_not_handed_over_yet_is_ended_by_two_and_not_revoked(matters: Matters) -> None:
    case = granted(matters)

    assert untrue(case, matters).late
    assert (
        refusal(lambda: charging.revoke(case_no=case.no, code="lease", by=matters.by["head"], now=NEXT_DAY)).slug
        == "wrong-state"
    )


def test_what_was_refused_or_taken_back_is_not_checked_any_more(matters: Matters) -> None:
    case = proposed(matters, "refuse")
    charging.decide(case_no=case.no, grant=False, reason="不符", by=matters.by["approver"], now=TUESDAY_NINE)

    assert refusal(lambda: untrue(case, matters)).slug == "wrong-state"
    assert list(queries.to_check(halls=["town"])) == []


def test_a_lifted_finding_is_not_revoked_for(matters: Matters) -> None:
    case = closed(matters)
    untrue(case, matters)
    cases.lift_bar(case_no=case.no, code="lease", reason="已经补办", by=matters.by["supervisor"], now=NEXT_DAY)

    no = refusal(lambda: charging.revoke(case_no=case.no, code="lease", by=matters.by["head"], now=NEXT_DAY))

    assert (no.slug, list(queries.to_revoke(halls=["town"]))) == ("nothing-found", [])


def test_the_paper_itself_needs_no_check(matters: Matters) -> None:
    case = in_review(matters)
    cases.add_material(case_no=case.no, code="lease", channel="paper", by=matters.by["receiver"], now=TUESDAY_NINE)

    assert list(queries.to_check(halls=["town"])) == []
    assert refusal(lambda: untrue(case, matters)).slug == "nothing-found"


def test_the_archive_waits_for_the_check_until_its_day_and_says_what_was_found(matters: Matters) -> None:
    case = closed(matters)
    soon, late = at("2026-04-20 10:00"), at("2026-05-20 10:00")

    assert (list(waiting(case.hall, now=soon)), list(waiting(case.hall, now=late))) == ([], [case])
    untrue(case, matters)
    assert list(waiting(case.hall, now=soon)) == [case]


@pytest.mark.django_db(transaction=True)
def test_of_those_who_check_at_once_one_does(matters: Matters) -> None:
    case = in_review(matters)

    results = together(6, lambda i: untrue(case, matters, who=("reviewer", "supervisor")[i % 2]))

    assert sum(isinstance(each, PromiseCheck) for each in results) == 1
    assert CaseEvent.objects.filter(case=case, verb="check_promise").count() == 1
    assert CasePaper.objects.filter(case=case, kind="promise_untrue").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_finding_and_a_grant_at_once_leave_a_missing_paper_or_a_proposal_to_revoke(matters: Matters) -> None:
    case = proposed(matters)

    def act(i: int) -> Any:
        if i % 2:
            return untrue(case, matters)
        return charging.decide(case_no=case.no, grant=True, by=matters.by["approver"], now=TUESDAY_NINE)

    together(2, act)
    row, after = PromiseCheck.objects.get(case=case), Case.objects.get(pk=case.pk)

    assert row.says == "broken"
    assert row.late == bool(after.granted)


@pytest.mark.django_db(transaction=True)
def test_a_revocation_and_a_lift_at_once_are_one_of_them(matters: Matters) -> None:
    case = closed(matters)
    untrue(case, matters)

    def act(i: int) -> Any:
        if i % 2:
            return cases.lift_bar(
                case_no=case.no, code="lease", reason="补了", by=matters.by["supervisor"], now=NEXT_DAY
            )
        return charging.revoke(case_no=case.no, code="lease", by=matters.by["head"], now=NEXT_DAY)

    together(4, act)
    row = PromiseCheck.objects.get(case=case)

    assert CaseEvent.objects.filter(case=case, verb="revoke").count() == (0 if row.revoked_at is None else 1)
    assert (Certificate.objects.get().status == "ended") == (row.revoked_at is not None)
    assert row.lifted_at is not None  # what bars may be lifted also after it was revoked


def test_what_was_found_stays_in_the_table(matters: Matters) -> None:
    case = in_review(matters)
    untrue(case, matters)

    with pytest.raises(DatabaseError, match="what was found of a promise stays"), transaction.atomic():
        PromiseCheck.objects.filter(case=case).update(says="kept", ground="", barred_until=None)
    mine = matters.staff["reviewer"].pk
    with pytest.raises(IntegrityError, match="another_person_lifts"), transaction.atomic():
        PromiseCheck.objects.filter(case=case).update(lifted_at=NEXT_DAY, lifted_by=mine)


def test_the_package_says_what_was_found(matters: Matters) -> None:
    from banshi.rooms.archive.actions.packing_work import worked

    case = in_review(matters)
    untrue(case, matters)

    said = worked(case)["promise_checks"]

    assert [(each["code"], each["says"], each["ground"], each["why"]) for each in said] == [
        ("lease", "broken", "untrue", "现场没有这个店")
    ]
    assert json.dumps(said)
