"""Cases: what members of staff do with them, each step by the permission it takes, in the hall of the case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from banshi.foundation import clock
from banshi.frames.staff.colleagues import colleagues, other_departments
from banshi.journeys.case import at_window, by_rule, charging, conclude, folders
from banshi.journeys.case.folders import Goes
from banshi.kernel.documents import InvalidDocument
from banshi.kernel.refusals import Refused
from banshi.kernel.rights import holds, must_hold
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries
from banshi.rooms.cases.models import Case, CaseMaterial
from banshi.rooms.cases.queries.second import Word
from banshi.rooms.cases.queries.stopping import proposed_stop
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.identity import queries as identity
from banshi.rooms.identity.models import Person
from banshi.rooms.places import queries as places
from banshi.surfaces.api.answers import Answer, answer, refused
from banshi.surfaces.api.case_agents import person_of
from banshi.surfaces.api.case_parts import case_part, line_parts, on_list, seen_case
from banshi.surfaces.api.case_schemas import (
    AcceptIn,
    AgreeIn,
    CaseLineOut,
    CaseOut,
    CheckPromiseIn,
    CountedIn,
    DecideIn,
    DeliverIn,
    ExtendIn,
    FetchIn,
    HandOnIn,
    LiftBarIn,
    MissingIn,
    NoticeIn,
    OpineIn,
    PassIn,
    ReceiveIn,
    RefuseExtensionIn,
    RefuseIn,
    RefusePapersIn,
    RefuseStopIn,
    ResumeIn,
    RevokeIn,
    SettleIn,
    ShelveIn,
    StopClockIn,
    StopIn,
    TakeIn,
    TerminateIn,
    UrgeIn,
    VerdictIn,
    VerdictsIn,
    Worklist,
    WorklistAsked,
)
from banshi.surfaces.api.keys import Caller, permissions_of
from banshi.surfaces.api.operations import caller, found, language, op, write
from banshi.surfaces.api.pages import page_of_more, start_of
from banshi.surfaces.api.parts import zone_of
from banshi.surfaces.api.schemas import Code, Page

router = Router(tags=["cases"])
# Whose turn it is, phase by phase: who may take a case, and lay it down again.
WORKED_BY = {
    "pre_review": ("cases.pre_review",),
    "pre_passed": ("cases.receive",),
    "await_receipt": ("cases.receive",),
    "received": ("cases.receive",),
    "accepted": ("cases.receive", "cases.review"),
    "in_review": ("cases.review", "cases.approve"),
    "decided": ("cases.issue",),
    "issuing": ("cases.issue",),
}


@router.get("/worklists/{name}", **op("worklist", {200: Page[CaseLineOut]}), summary="What I may take now")
def worklist(request: HttpRequest, name: Path[Worklist], asked: Query[WorklistAsked]) -> HttpResponse:
    """Due first: pre-review, acceptance, review, approval, extension, issue, supervision. In the halls where the key's member
    of staff does that, of their department; without what the law keeps from them."""
    who, start = caller(request), start_of(asked)
    rows = on_list(name, who, hall=asked.hall, item=asked.item, q=asked.q.strip())
    shown = queries.read(rows[start : start + asked.limit + 1])
    return found(page_of_more(line_parts(shown, who, now=clock.now()), asked))


Act = Callable[[Caller, Case, datetime], object]


def _did(request: HttpRequest, no: str, operation: str, act: Act) -> Answer:
    """One step with a case that the key's member of staff sees, where they may take it."""
    who, now = caller(request), clock.now()
    seen = seen_case(who, no)
    who.must(operation, seen.hall.code)
    act(who, seen, now)
    return answer(200, case_part(seen.no, who, now=now))


def _need(who: Caller, case: Case, *permissions: str) -> None:
    """One of these, here. :raises Refused: not-allowed, not-your-hall."""
    here = {"|".join(permissions): who.where(*permissions)}
    must_hold(here, "|".join(permissions), case.hall.code, needs=" | ".join(permissions))


# --- Before receipt -----------------------------------------------------------------------------------------------


def _verdicts(case: Case, said: list[VerdictIn]) -> list[cases.Verdict]:
    return [_verdict(case, each) for each in said]


def _verdict(case: Case, each: VerdictIn) -> cases.Verdict:
    if each.field is not None:
        return cases.Verdict(each.field, each.ok, each.reason, "field")
    assert each.material is not None  # the model saw to it
    return cases.Verdict(_code(case, each.material), each.ok, each.reason)


def _code(case: Case, material: str | int) -> str:
    """Of a paper, by its code or by what came for it. :raises Refused: nothing-found."""
    if isinstance(material, str):
        return material
    rows = CaseMaterial.objects.filter(case=case, id=material, gone_at=None)
    code = rows.values_list("code", flat=True).first()
    if code is None:
        raise Refused("nothing-found", facts={"material": material})
    return code


@router.post("/cases/{case}/return", **op("return_case", {200: CaseOut}), summary="Send back what was looked over")
@write
def return_case(request: HttpRequest, case: Path[Code], body: VerdictsIn) -> Answer:
    """预审退回: everything that is wrong, in one answer: papers, and fields of the form."""
    return _did(
        request, case, "return_case",
        lambda who, seen, now: cases.send_back(
            case_no=seen.no, verdicts=_verdicts(seen, body.verdicts), by=who.by, now=now
        ),
    )  # fmt: skip


@router.post("/cases/{case}/pass", **op("pass_case", {200: CaseOut}), summary="The papers are right")
@write
def pass_case(request: HttpRequest, case: Path[Code], body: PassIn | None = None) -> Answer:
    """预审通过: every paper is right, or trusted as it is; verdicts may be given with it. Where nothing is to be brought it is
    received in the same moment, and its days count from the day on which the last of it was sent."""
    return _did(
        request, case, "pass_case",
        lambda who, seen, now: cases.pass_on(
            case_no=seen.no, verdicts=_verdicts(seen, body.verdicts if body else []), by=who.by, now=now
        ),
    )  # fmt: skip


# --- At the window ------------------------------------------------------------------------------------------------


@router.post("/cases/{case}/receive", **op("receive_case", {200: CaseOut}), summary="Receive the papers")
@write
def receive_case(request: HttpRequest, case: Path[Code], body: ReceiveIn | None = None) -> Answer:
    """收件: from a draft the papers counted at the window; what was pre-reviewed, as it came. Where the matter has rules that
    decide and all of them hold, it is granted in the same moment: see `by_rule`."""
    asked = body or ReceiveIn(materials=[], window=None)

    def act(who: Caller, seen: Case, now: datetime) -> None:
        window = places.window_by_code(asked.window) if asked.window is not None else None
        if window is not None and window.hall_id != seen.hall_id:
            raise Refused("nothing-found", facts={"window": asked.window})
        by_rule.receive(
            case_no=seen.no, materials=_counted(asked.materials), window_id=window.pk if window else None, by=who.by,
            now=now,
        )  # fmt: skip

    return _did(request, case, "receive_case", act)


def _counted(said: Sequence[CountedIn | str]) -> list[cases.Counted]:
    return [
        cases.Counted(each) if isinstance(each, str) else cases.Counted(each.requirement, each.channel, each.copies)
        for each in said
    ]


@router.post("/cases/{case}/notice", **op("give_notice", {200: CaseOut}), summary="Say what is missing, at once")
@write
def give_notice(request: HttpRequest, case: Path[Code], body: NoticeIn) -> Answer:
    """一次性告知: everything, once. A further one names in `second_by` who agreed to it."""

    def act(who: Caller, seen: Case, now: datetime) -> None:
        second, may = second_of(seen, body.second_by, "notice", now)
        cases.give_notice(
            case_no=seen.no, missing_now=[_told(each) for each in body.missing], second_by=second, second_may=may,
            by=who.by, now=now,
        )  # fmt: skip

    return _did(request, case, "give_notice", act)


def _told(each: MissingIn) -> cases.Missing:
    if each.requirement is not None:
        return cases.Missing(each.requirement, each.reason)
    assert each.field is not None  # the model saw to it
    return cases.Missing(each.field, each.reason, "field")


def second_of(case: Case, login: str | None, verb: str, now: datetime) -> tuple[int | None, bool | Word]:
    """Who signs in so, and their word, if they supervise cases here: whether they agreed is asked where the step is taken.
    Somebody unknown is as somebody who did not."""
    second = identity.staff_named(login) if login is not None else None
    if second is None:
        return None, False
    grants = places.grants(identity.roles_of(second)).get("cases.supervise", frozenset())
    here = "*" in grants or case.hall.code in grants
    return second, here and Word(verb, second, now)


@router.post("/cases/{case}/accept", **op("accept_case", {200: CaseOut}), summary="Accept")
@write
def accept_case(request: HttpRequest, case: Path[Code], body: AcceptIn | None = None) -> Answer:
    """受理: the promised and the statutory limit begin."""
    asked = body or AcceptIn(deferred=[], verdicts=[], materials=[])
    return _did(
        request, case, "accept_case",
        lambda who, seen, now: cases.accept(
            case_no=seen.no, deferred=[(each.requirement, each.due_on) for each in asked.deferred],
            verdicts=_verdicts(seen, asked.verdicts), materials=_counted(asked.materials), by=who.by, now=now,
        ),
    )  # fmt: skip


@router.post("/cases/{case}/refuse", **op("refuse_case", {200: CaseOut}), summary="Do not accept")
@write
def refuse_case(request: HttpRequest, case: Path[Code], body: RefuseIn) -> Answer:
    """不予受理, by one of the grounds there are; said in writing, with whom to turn to. Also of a draft, whatever is not filled
    in yet: what is not for this body is turned away at once."""
    return _did(
        request, case, "refuse_case",
        lambda who, seen, now: at_window.turn_away(
            case_no=seen.no, reason=body.reason, body=body.body, ground=body.code or "", by=who.by, now=now
        ),
    )  # fmt: skip


@router.post("/cases/{case}/hand-over", **op("hand_over_case", {200: CaseOut}), summary="Hand over to the department")
@write
def hand_over_case(request: HttpRequest, case: Path[Code]) -> Answer:
    return _did(
        request, case, "hand_over_case",
        lambda who, seen, now: folders.hand_over(case_no=seen.no, by=who.by, now=now),
    )  # fmt: skip


@router.post("/cases/{case}/sign-for", **op("sign_for_papers", {200: CaseOut}), summary="Sign for the papers")
@write
def sign_for_papers(request: HttpRequest, case: Path[Code]) -> Answer:
    """签收: by the department, never by who handed them over."""
    return _did(
        request, case, "sign_for_papers",
        lambda who, seen, now: folders.sign_for(case_no=seen.no, by=who.by, now=now),
    )  # fmt: skip


@router.post(
    "/cases/{case}/refuse-papers", **op("refuse_papers", {200: CaseOut}), summary="Do not sign: something is missing"
)
@write
def refuse_papers(request: HttpRequest, case: Path[Code], body: RefusePapersIn) -> Answer:
    """The case goes back to the front, whose clock runs on."""
    return _did(
        request, case, "refuse_papers",
        lambda who, seen, now: folders.refuse_papers(case_no=seen.no, why=body.why, by=who.by, now=now),
    )  # fmt: skip


# --- Whoever works on it ------------------------------------------------------------------------------------------


@router.post("/cases/{case}/take", **op("take_case", {200: CaseOut}), summary="Work on it")
@write
def take_case(request: HttpRequest, case: Path[Code], body: TakeIn | None = None) -> Answer:
    """For half an hour after each step nobody else does (`locked`). `over`: a supervisor takes it from whoever has it."""
    over = body is not None and body.over

    def act(who: Caller, seen: Case, now: datetime) -> None:
        _need(who, seen, *(("cases.supervise",) if over else WORKED_BY.get(seen.phase) or permissions_of("take_case")))
        cases.take(case_no=seen.no, over=over, by=who.by, now=now)

    return _did(request, case, "take_case", act)


@router.post("/cases/{case}/release", **op("release_case", {200: CaseOut}), summary="Let somebody else work on it")
@write
def release_case(request: HttpRequest, case: Path[Code]) -> Answer:
    """What one has oneself; a supervisor also what somebody else has."""

    def act(who: Caller, seen: Case, now: datetime) -> None:
        halls = who.where("cases.supervise")
        supervises = "*" in halls or seen.hall.code in halls
        cases.release(case_no=seen.no, may_supervise=supervises, by=who.by, now=now)

    return _did(request, case, "release_case", act)


# --- Review and decision ------------------------------------------------------------------------------------------


@router.post("/cases/{case}/opine", **op("opine", {200: CaseOut}), summary="Give an opinion")
@write
def opine(request: HttpRequest, case: Path[Code], body: OpineIn) -> Answer:
    """审查意见: what the review proposes; `note`: a remark for whoever reads it next."""
    return _did(
        request, case, "opine",
        lambda who, seen, now: cases.opine(case_no=seen.no, says=body.says, text=body.text, by=who.by, now=now),
    )  # fmt: skip


@router.post("/cases/{case}/propose-stop", **op("propose_stop", {200: CaseOut}), summary="Propose a special procedure")
@write
def propose_stop(request: HttpRequest, case: Path[Code], body: StopIn) -> Answer:
    """特殊程序: the clock runs until an approver agrees (`stop-clock`)."""
    return _proposed_to_stop(request, case, body)


def _proposed_to_stop(request: HttpRequest, case: str, body: StopIn) -> Answer:
    return _did(
        request, case, "propose_stop",
        lambda who, seen, now: cases.propose_stop(
            case_no=seen.no, kind=body.kind, basis=body.basis, expected_days=body.expected_days, by=who.by, now=now
        ),
    )  # fmt: skip


@router.post("/cases/{case}/stop-clock", **op("stop_clock", {200: CaseOut}), summary="Begin a special procedure")
@write
def stop_clock(request: HttpRequest, case: Path[Code], body: StopClockIn | None = None) -> Answer:
    """Agrees to what is proposed, by another: its time is not counted, and the applicant is told how long it takes. With what
    and how long, while nothing is proposed, it proposes (`propose-stop`), so that two people say the same."""
    proposed = proposed_stop(seen_case(caller(request), case))
    said = (body.kind, body.expected_days) if body and body.kind and body.expected_days else None
    if body and said and proposed is None:
        return _proposed_to_stop(request, case, StopIn(kind=said[0], basis=body.basis, expected_days=said[1]))

    def act(who: Caller, seen: Case, now: datetime) -> None:
        _need(who, seen, "cases.approve")
        cases.stop_clock(case_no=seen.no, said=said, by=who.by, now=now)

    return _did(request, case, "stop_clock", act)


@router.post(
    "/cases/{case}/refuse-stop", **op("refuse_stop", {200: CaseOut}), summary="Do not agree to a special procedure"
)
@write
def refuse_stop(request: HttpRequest, case: Path[Code], body: RefuseStopIn) -> Answer:
    return _did(
        request, case, "refuse_stop",
        lambda who, seen, now: cases.refuse_stop(case_no=seen.no, why=body.why, by=who.by, now=now),
    )  # fmt: skip


@router.post("/cases/{case}/resume-clock", **op("resume_clock", {200: CaseOut}), summary="End a special procedure")
@write
def resume_clock(request: HttpRequest, case: Path[Code], body: ResumeIn) -> Answer:
    """The day it is due is worked out anew."""
    return _did(
        request, case, "resume_clock",
        lambda who, seen, now: cases.resume_clock(case_no=seen.no, result=body.result, by=who.by, now=now),
    )  # fmt: skip


@router.post("/cases/{case}/extend", **op("extend_case", {200: CaseOut}), summary="Extend the limit")
@write
def extend_case(request: HttpRequest, case: Path[Code], body: ExtendIn) -> Answer:
    """Once, before the statutory limit ends: by up to ten working days, fifteen where several bodies decide. The head of the
    body extends; by the key of whoever reviews or approves it is asked for, and waits for a head (`flags`:
    `extension_asked`). Who asked does not approve."""

    def act(who: Caller, seen: Case, now: datetime) -> None:
        heads = holds({"cases.head": who.where("cases.head")}, "cases.head", seen.hall.code)
        step = cases.extend if heads else cases.propose_extension
        step(case_no=seen.no, days=body.days, reason=body.reason, by=who.by, now=now)

    return _did(request, case, "extend_case", act)


@router.post(
    "/cases/{case}/refuse-extension", **op("refuse_extension", {200: CaseOut}), summary="Do not approve an extension"
)
@write
def refuse_extension(request: HttpRequest, case: Path[Code], body: RefuseExtensionIn) -> Answer:
    """The limit stays, and it may be asked for again."""
    return _did(
        request, case, "refuse_extension",
        lambda who, seen, now: cases.refuse_extension(case_no=seen.no, why=body.why, by=who.by, now=now),
    )  # fmt: skip


@router.post(
    "/cases/{case}/settle", **op("settle_material", {200: CaseOut}), summary="A paper that was to follow is there"
)
@write
def settle_material(request: HttpRequest, case: Path[Code], body: SettleIn) -> Answer:
    """容缺补齐: it came, and is right."""
    return _did(
        request, case, "settle_material",
        lambda who, seen, now: folders.settle(
            case_no=seen.no, code=_code(seen, body.material), by=who.by, now=now
        ),
    )  # fmt: skip


@router.post("/cases/{case}/decide", **op("decide_case", {200: CaseOut}), summary="Decide")
@write
def decide_case(request: HttpRequest, case: Path[Code], body: DecideIn) -> Answer:
    """By neither who accepted it nor who proposed it. A window settles on the spot what its item lets it (即办)."""
    said: dict[str, Any] = {"grant": body.grant, "reason": body.reason, "granted": body.granted}

    def act(who: Caller, seen: Case, now: datetime) -> None:
        if seen.instant and seen.phase == "received":
            _need(who, seen, "cases.receive")
            charging.decide_at_once(case_no=seen.no, **said, seen=body.seen, by=who.by, now=now)
        else:
            _need(who, seen, "cases.approve")
            charging.decide(case_no=seen.no, **said, by=who.by, now=now)

    return _did(request, case, "decide_case", act)


# --- The result ---------------------------------------------------------------------------------------------------


@router.post("/cases/{case}/issue", **op("issue_result", {200: CaseOut}), summary="Make the result")
@write
def issue_result(request: HttpRequest, case: Path[Code]) -> Answer:
    """制证: with a number of its own, by somebody who did not decide it."""
    return _did(
        request, case, "issue_result",
        lambda who, seen, now: conclude.issue(case_no=seen.no, by=who.by, now=now),
    )  # fmt: skip


@router.post("/cases/{case}/shelve", **op("shelve_result", {200: CaseOut}), summary="Lay it ready")
@write
def shelve_result(request: HttpRequest, case: Path[Code], body: ShelveIn) -> Answer:
    """待领取: the applicant is told, with the code that opens it."""
    return _did(
        request, case, "shelve_result",
        lambda who, seen, now: conclude.shelve(case_no=seen.no, place=body.place, by=who.by, now=now),
    )  # fmt: skip


@router.post("/cases/{case}/deliver", **op("deliver_case", {200: CaseOut}), summary="Hand it over")
@write
def deliver_case(request: HttpRequest, case: Path[Code], body: DeliverIn) -> Answer:
    """送达: by the code, once, or by the card; that ends the case. So is a refusal in writing, once it is decided.
    `electronic`: by the key that opened the case."""
    who, now = caller(request), clock.now()
    seen = seen_case(who, case)
    who.must("deliver_case", seen.hall.code)
    if (body.channel == "electronic") == (who.scope == "staff"):
        reason = {"zh": "这把密钥不能这样送达", "en": "This key does not hand over in this way"}
        raise Refused("invalid", facts={"field": "channel", "reason": reason})
    try:
        _deliver(seen, body, who, now)
    except Refused as no:
        if no.slug not in ("code-wrong", "code-void"):
            raise
        return refused(
            no.refusal, language(request)
        )  # an answer: what takes everything back takes back the try, or the new code, too
    return answer(200, case_part(seen.no, who, now=now))


def _deliver(case: Case, asked: DeliverIn, who: Caller, now: datetime) -> None:
    if asked.channel == "electronic":
        conclude.receive_electronically(case_no=case.no, by=who.by, now=now)
    elif asked.agent is not None:
        _to_agent(case, asked, asked.agent, who, now)
    else:
        by_number = not isinstance(asked.identity, bool)
        taker = _whose_card(case, str(asked.identity), now) if by_number else None
        compared = by_number or bool(asked.identity)
        conclude.hand_over(case_no=case.no, code=asked.code, identified=compared, member=taker, by=who.by, now=now)


def _to_agent(case: Case, asked: DeliverIn, fetch: FetchIn, who: Caller, now: datetime) -> None:
    """:raises Refused: those of `conclude.hand_to_agent`; mandate-missing – the letter is about other matters."""
    seen = fetch.letter
    if seen is not None and seen.items and case.item.code not in seen.items:
        raise Refused("mandate-missing", facts={"item": case.item.code})
    letter = conclude.Letter(seen.kind, seen.number, seen.valid_until) if seen is not None else None
    conclude.hand_to_agent(
        case_no=case.no, code=asked.code, agent=person_of(fetch.person), letter=letter, by=who.by, now=now
    )


def _whose_card(case: Case, number: str, now: datetime) -> int | None:
    """Whose card it is: None – the applicant's own; else, of an organisation's case, of who acts for it in this on that day, of a
    child's its guardian.

    :raises Refused: identity-mismatch, identity-invalid.
    """
    today, firms = now.astimezone(zone_of(case.hall)).date(), queries.firm_of(case) is not None
    for each in identity.people_by_number(number):
        guards = not firms and identity.guardianship_between(each.pk, case.person_id, today=today) is not None
        if guards or (firms and queries.acts_in(case, each.pk, today=today) is not None):
            return each.pk
    if not _has(case.person, number, today) or firms:
        raise Refused("identity-mismatch")
    return None


def _has(person: Person, number: str, today: date) -> bool:
    """:raises Refused: identity-invalid."""
    try:
        return identity.has_document(person, number, today=today)
    except InvalidDocument as wrong:
        raise Refused("identity-invalid", facts={"reason": {"zh": wrong.zh, "en": wrong.en}}) from wrong


# --- What two people do -------------------------------------------------------------------------------------------


@router.post("/cases/{case}/agree", **op("agree_to_step", {200: CaseOut}), summary="Agree, as the second person")
@write
def agree_to_step(request: HttpRequest, case: Path[Code], body: AgreeIn) -> Answer:
    """For half an hour, and one time: the other one then names this one's login in `second_by`. Of `reassess` it is to the
    numbers in `form`: other ones need another word."""
    form = {code: "" if value is None else str(value) for code, value in body.form.items()}
    return _did(
        request, case, "agree_to_step",
        lambda who, seen, now: cases.agree(
            case_no=seen.no, verb=body.verb, form=form if body.verb == "reassess" else None, by=who.by, now=now
        ),
    )  # fmt: skip


@router.post("/cases/{case}/terminate", **op("terminate_case", {200: CaseOut}), summary="End a case early")
@write
def terminate_case(request: HttpRequest, case: Path[Code], body: TerminateIn) -> Answer:
    """终止: by two people who supervise, with a reason. The second one agrees first."""

    def act(who: Caller, seen: Case, now: datetime) -> None:
        second, may = second_of(seen, body.second_by, "terminate", now)
        charging.terminate(
            case_no=seen.no, reason=body.reason, second_by=second, second_may=may, by=who.by, now=now
        )  # fmt: skip

    return _did(request, case, "terminate_case", act)


# --- Promises in place of papers ----------------------------------------------------------------------------------


@router.post("/cases/{case}/check-promise", **op("check_promise", {200: CaseOut}), summary="Check a promise")
@write
def check_promise(request: HttpRequest, case: Path[Code], body: CheckPromiseIn) -> Answer:
    """承诺核查: once, by the day in `review.promise_checks`. Not so before the decision, the paper is missing again; after it,
    another approver may revoke what was granted. Either way nothing is promised for a time (`promise-barred-until`)."""
    return _did(
        request, case, "check_promise",
        lambda who, seen, now: cases.check_promise(
            case_no=seen.no, code=body.material, kept=body.kept, ground=body.ground or "", reason=body.reason, by=who.by,
            now=now,
        ),
    )  # fmt: skip


@router.post("/cases/{case}/revoke", **op("revoke_case", {200: CaseOut}), summary="Revoke what was granted")
@write
def revoke_case(request: HttpRequest, case: Path[Code], body: RevokeIn) -> Answer:
    """撤销: what was granted on a promise that is not so, and handed over, by another approver than who checked it."""
    return _did(
        request, case, "revoke_case",
        lambda who, seen, now: charging.revoke(case_no=seen.no, code=body.material, by=who.by, now=now),
    )  # fmt: skip


@router.post("/cases/{case}/lift-bar", **op("lift_bar", {200: CaseOut}), summary="Take promises again")
@write
def lift_bar(request: HttpRequest, case: Path[Code], body: LiftBarIn) -> Answer:
    """By another one than who checked: the finding was wrong, or was made good. Nothing is revoked for it any more."""
    return _did(
        request, case, "lift_bar",
        lambda who, seen, now: cases.lift_bar(case_no=seen.no, code=body.material, reason=body.reason, by=who.by, now=now),
    )  # fmt: skip


# --- Supervision --------------------------------------------------------------------------------------------------


@router.post("/cases/{case}/urge", **op("urge_case", {200: CaseOut}), summary="Urge whoever has it")
@write
def urge_case(request: HttpRequest, case: Path[Code], body: UrgeIn) -> Answer:
    """催办: once a working day (`urged-already`); the note stands on the work list until they have done their part."""
    return _did(
        request, case, "urge_case",
        lambda who, seen, now: cases.urge(case_no=seen.no, note=body.note, by=who.by, now=now),
    )  # fmt: skip


@router.post("/cases/{case}/hand-on", **op("hand_on_case", {200: CaseOut}), summary="Hand on to somebody else")
@write
def hand_on_case(request: HttpRequest, case: Path[Code], body: HandOnIn) -> Answer:
    """转办: to a colleague, for whom it is kept until the end of the next working day; or to another department, which signs for
    its papers anew while the limits run on."""

    def act(who: Caller, seen: Case, now: datetime) -> None:
        if body.department is not None:
            may = body.department in {each.code for each in other_departments(seen)}
            folders.hand_to_department(
                case_no=seen.no, department=body.department, may=may, why=body.why, goes=Goes(), by=who.by, now=now
            )  # fmt: skip
        else:
            to = identity.staff_named(body.to or "") or 0

            def may_take(case: Case) -> bool:
                return CASE.may(case.phase, "hand_on") and to in {one.pk for one in colleagues(case)}

            folders.hand_on(
                case_no=seen.no, to=to, may=may_take, why=body.why, goes=Goes(), by=who.by, now=now
            )  # fmt: skip

    return _did(request, case, "hand_on_case", act)
