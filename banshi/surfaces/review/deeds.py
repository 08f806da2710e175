"""What is done to a case from its page: one address a verb, each with its own permission; a refusal shows the page again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from banshi.foundation.doors import Asked
from banshi.frames.staff import case_grants
from banshi.frames.staff import cases as shared
from banshi.frames.staff.case_deeds import Act, deed
from banshi.frames.typed import clean, int_or_none, lines_of
from banshi.journeys.case import by_rule, charging, folders, paying, reassessing, taking_in
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.actions.extending import LONGEST_WHY as LONGEST_REASON
from banshi.rooms.cases.actions.handing import LONGEST_WHY
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import guided_case, paper_rows, shown_fields, still_owed
from banshi.rooms.places.models import Hall
from banshi.surfaces.review.case import answer
from banshi.surfaces.review.fee_fields import fee_fields
from banshi.surfaces.review.said import counted_of, deferred_of, missing_of, told_of, verdicts_of

SAYS_NOTHING = {"zh": "写明文件无害，还是不能收", "en": "Say whether the file is harmless or not to be taken"}
ASKS_LONGER = ("cases.review", "cases.approve")


def of_case(permission: str, part: str) -> Callable[[Act], Callable[..., HttpResponseBase]]:
    """`part`: of the page, where a refusal keeps what was typed."""

    def again(request: Asked, hall: Hall, case: Case, refused: Refused) -> HttpResponseBase:
        return answer(request, hall, case, refused=refused, deed=part, typed=request.POST)

    return deed(permission, then="review:case", again=again)


@of_case("cases.pre_review", "pre_review")
def send_back(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    cases.send_back(case_no=case.no, verdicts=_looked_over(request, case), by=by, now=now)
    return _("Sent back, with everything that is to be put right.")


@of_case("cases.pre_review", "pre_review")
def pass_on(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    case = cases.pass_on(case_no=case.no, verdicts=_looked_over(request, case), by=by, now=now)
    if case.phase == "received":
        return _("Passed and received: nothing has to be brought. The applicant is told.")
    return _("Passed. The applicant is told.")


def _looked_over(request: Asked, case: Case) -> list[cases.Verdict]:
    """What is said of each paper, and which fields of the form are wrong."""
    return verdicts_of(request.POST, paper_rows(case)) + told_of(request.POST, shown_fields(case))


@of_case("cases.receive", "receive")
def receive(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    counted = counted_of(request.POST, paper_rows(case))
    done = by_rule.receive(case_no=case.no, materials=counted, by=by, now=now)
    return (
        _("Received.") if done.phase == "received" else _("Received, and granted by rule: it is at the issue window.")
    )


@of_case("cases.receive", "receipt")
def accept(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    papers = paper_rows(case)
    verdicts, deferred = verdicts_of(request.POST, papers, came_only=True), deferred_of(request.POST, papers)
    counted = counted_of(request.POST, papers)
    cases.accept(case_no=case.no, deferred=deferred, verdicts=verdicts, materials=counted, by=by, now=now)
    return _("Accepted. The clock runs.")


@of_case("cases.receive", "receipt")
def notice(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    second, may = shared.second_of(case, "notice", clean(request.POST.get("second"), 40), now=now)
    papers = paper_rows(case)
    told, counted = missing_of(request.POST, papers, guided_case(case).fields), counted_of(request.POST, papers)
    cases.give_notice(
        case_no=case.no, missing_now=told, materials=counted, second_by=second, second_may=may, by=by, now=now
    )
    return _("The notice is given.")


@of_case("cases.receive", "refuse")
def refuse(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    reason, body = lines_of(request.POST.get("reason"), 300), clean(request.POST.get("body"), 60)
    ground = clean(request.POST.get("ground"), 20)
    cases.refuse(case_no=case.no, reason=reason, body=body, ground=ground, by=by, now=now)
    return _("Not accepted. The notice says why, and what can be done about it.")


@of_case("cases.review", "hand_over")
def hand_over(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    folders.hand_over(case_no=case.no, by=by, now=now, fetched=True)
    return _("The department has it.")


@of_case("cases.receive", "give")
def give_papers(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    folders.hand_over(case_no=case.no, by=by, now=now)
    return _("Handed over. The department signs for it.")


@of_case("cases.review", "sign")
def sign_for(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    folders.sign_for(case_no=case.no, by=by, now=now)
    return _("Signed for.")


@of_case("cases.review", "sign")
def refuse_papers(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    folders.refuse_papers(case_no=case.no, why=lines_of(request.POST.get("why"), LONGEST_WHY + 1), by=by, now=now)
    return _("Not signed for: the case is back at the front.")


@of_case("cases.review", "opine")
def opine(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    says, text = clean(request.POST.get("says"), 10), lines_of(request.POST.get("text"), 1000)
    cases.opine(case_no=case.no, says=says, text=text, by=by, now=now)
    return _("Noted.")


@of_case("cases.review", "settle")
def settle(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    code = clean(request.POST.get("code"), 80)
    copies = int_or_none(request.POST.get("copies") or "0", 0, 99)
    if copies is None:
        raise Refused("invalid", facts={"field": "copies", "reason": _("1 to 99 copies")})
    folders.settle(case_no=case.no, code=code, on_paper=copies, by=by, now=now)
    return _("The paper is there.")


@of_case("cases.receive", "take_in")
def take_in(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    copies = {}
    for row in still_owed(case, now=now):
        n = int_or_none(request.POST.get(f"copies-{row.code}") or "0", 0, 99)
        if n is None:
            raise Refused("invalid", facts={"field": f"copies-{row.code}", "reason": _("1 to 99 copies")})
        if n:
            copies[row.code] = n
    nothing = request.POST.get("nothing") == "1"
    if not nothing and not copies:
        raise Refused("invalid", facts={"field": "copies", "reason": taking_in.NOTHING})
    done = taking_in.take_in(case_no=case.no, copies={} if nothing else copies, by=by, now=now)
    if done.phase == "supplement":
        return _("Something is still missing. The applicant is told by when it is to come.")
    return _("Taken in.")


@of_case("cases.review", "stop")
def propose_stop(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    days = int_or_none(request.POST.get("days"), 0, 1000) or 0
    kind, basis = clean(request.POST.get("kind"), 20), lines_of(request.POST.get("basis"), 300)
    cases.propose_stop(case_no=case.no, kind=kind, basis=basis, expected_days=days, by=by, now=now)
    return _("Proposed. The clock runs until an approver agrees.")


@of_case("cases.approve", "agree_stop")
def stop_clock(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    cases.stop_clock(case_no=case.no, by=by, now=now)
    return _("The clock is stopped. The applicant is told how long it takes.")


@of_case("cases.approve", "agree_stop")
def refuse_stop(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    cases.refuse_stop(case_no=case.no, why=lines_of(request.POST.get("why"), 301), by=by, now=now)
    return _("Not approved. The case is back with the review.")


@of_case("cases.review", "resume")
def resume_clock(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    cases.resume_clock(case_no=case.no, result=lines_of(request.POST.get("result"), 500), by=by, now=now)
    return _("The clock runs again.")


@of_case("cases.look", "ask_longer")
def propose_extension(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    """By whoever reviews or approves."""
    if not any(request.who.may(permission, case.hall.code) for permission in ASKS_LONGER):
        raise Refused("not-allowed", facts={"permission": " | ".join(ASKS_LONGER)})
    days = int_or_none(request.POST.get("days"), 0, 1000) or 0
    reason = lines_of(request.POST.get("reason"), LONGEST_REASON + 1)
    cases.propose_extension(case_no=case.no, days=days, reason=reason, by=by, now=now)
    return _("Asked for. The limit stays until the head approves.")


@of_case("cases.head", "extend")
def refuse_extension(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    why = lines_of(request.POST.get("why"), LONGEST_REASON + 1)
    cases.refuse_extension(case_no=case.no, why=why, by=by, now=now)
    return _("Not approved: the limit stays.")


@of_case("cases.head", "extend")
def extend(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    days = int_or_none(request.POST.get("days"), 0, 1000) or 0
    cases.extend(
        case_no=case.no, days=days, reason=lines_of(request.POST.get("reason"), LONGEST_REASON + 1), by=by, now=now
    )
    return _("Extended. The applicant is told.")


@of_case("cases.approve", "decide")
def decide(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    grant, reason = request.POST.get("grant") == "yes", lines_of(request.POST.get("reason"), 1000)
    granted = case_grants.sent(case, request.POST)
    charging.decide(case_no=case.no, grant=grant, reason=reason, granted=granted, by=by, now=now)
    return _("Decided.")


@of_case("cases.look", "file")
def clear_file(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    """What somebody who opened a file that no scanner cleared says of it."""
    says = request.POST.get("says")
    if says not in ("harmless", "bad"):
        raise Refused("invalid", facts={"field": "says", "reason": SAYS_NOTHING})
    material = int_or_none(request.POST.get("material")) or 0
    cases.clear_file(case_no=case.no, material_id=material, harmless=says == "harmless", by=by, now=now)
    return (
        _("Harmless: the file counts.") if says == "harmless" else _("The file is not taken; it has to be sent again.")
    )


@of_case("cases.look", "release")
def release(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    may = request.who.may("cases.supervise", case.hall.code)
    cases.release(case_no=case.no, may_supervise=may, by=by, now=now)
    return _("Somebody else may work on it.")


@of_case("cases.supervise", "take_over")
def take_over(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    cases.take(case_no=case.no, over=True, by=by, now=now)
    return _("It is yours now.")


@of_case("cases.supervise", "agree")
def agree(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    verb = clean(request.POST.get("verb"), 20)
    form = _fee_form(request, case) if verb == "reassess" else None
    cases.agree(case_no=case.no, verb=verb, form=form, by=by, now=now)
    return _("You agreed; it holds for half an hour.")


def _fee_form(request: Asked, case: Case) -> dict[str, str]:
    return {
        each.code: clean(request.POST.get(f"fee-{each.code}"), 40)
        for each in fee_fields(case) if f"fee-{each.code}" in request.POST
    }  # fmt: skip


@of_case("cases.supervise", "waive")
def waive(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    second, may = shared.second_of(case, "waive", clean(request.POST.get("second"), 40), now=now)
    reason = lines_of(request.POST.get("reason"), 301)
    paying.waive(case_no=case.no, reason=reason, second_by=second, second_may=may, by=by, now=now)
    return _("The fee is let off. The applicant is told.")


@of_case("cases.supervise", "reassess")
def reassess(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    second, may = shared.second_of(case, "reassess", clean(request.POST.get("second"), 40), now=now)
    form = _fee_form(request, case)
    reason = lines_of(request.POST.get("reason"), 301)
    reassessing.reassess(case_no=case.no, form=form, reason=reason, second_by=second, second_may=may, by=by, now=now)
    return _("The fee is computed anew. The applicant is told.")


@of_case("cases.supervise", "terminate")
def terminate(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    second, may = shared.second_of(case, "terminate", clean(request.POST.get("second"), 40), now=now)
    reason = lines_of(request.POST.get("reason"), 300)
    charging.terminate(case_no=case.no, reason=reason, second_by=second, second_may=may, by=by, now=now)
    return _("The case has ended.")
