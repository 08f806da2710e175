"""统一窗口出件: the result is made, kept in the holder's library, laid ready, handed over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from banshi.journeys.case.learning import learn_from
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.actions.ground import today_of
from banshi.rooms.cases.models import Case, CasePaper
from banshi.rooms.cases.queries import case_by_no, facts_of, handling_of_case, papers_of
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.delivery.models import Cabinet
from banshi.rooms.delivery.queries import code_for_applicant
from banshi.rooms.identity import queries as identity
from banshi.rooms.library import actions as library
from banshi.rooms.library import queries as stored


def issue(*, case_no: str, by: Actor, now: datetime) -> CasePaper:
    """制证: number, paper, and – where the item's result is one – a certificate that nobody has to bring again.

    :raises Refused: those of `cases.actions.issue`.
    """
    with transaction.atomic():
        paper = cases.issue(case_no=case_no, by=by, now=now)
        keep_result(case_by_no(case_no), paper, by=by, now=now)
    return paper


def keep_result(case: Case, paper: CasePaper, *, by: Actor, now: datetime) -> None:
    """The certificate that a result is, in its holder's library, and what the case said of them."""
    learn_from(case, now=now)
    result = handling_of_case(case).result
    if result.certificate_type:
        library.issue_certificate(
            **cases.holder_of(case), type=result.certificate_type, number=paper.printed, name_zh=result.name_zh,
            name_en=result.name_en, issuer_zh=case.department.name_zh, issuer_en=case.department.name_en,
            issued_on=facts_of(paper).on, valid_until=facts_of(paper).valid_until, trust="A",
            source=f"case:{case.no}", case_no=case.no, by=by, now=now,
        )  # fmt: skip


def take_back(case: Case, *, by: Actor, now: datetime) -> None:
    """终止: the certificate in the library holds no more, and nobody is handed the result. Inside a transaction."""
    for ref in stored.standing_of(case.no):
        library.end_certificate(ref=ref, why="terminated", hall=case.hall.code, by=by, now=now)
    delivery.void(case=case, now=now)
    delivery.end(case=case)


def shelve(*, case_no: str, place: str, cabinet: Cabinet | None = None, by: Actor, now: datetime) -> Case:
    """待领取: it lies at its place, and the applicant gets the code that opens it.

    :param cabinet: in which the place is. :raises Refused: those of `cases.actions.shelve`.
    """
    with transaction.atomic():
        case = cases.shelve(case_no=case_no, place=place, by=by, now=now)
        own = is_their_own(case, now=now)
        code = delivery.make_ready(case=case, place=place, code_opens=own, by=by, now=now)
        if cabinet is not None:
            tell_in_cabinet(case, cabinet, now=now)
        else:
            more: dict[str, Any] = {"secret": {"code": code}} if own else {"link": ""}
            cases.tell(case, "case_ready", event=case.events.order_by("-seq")[0], now=now, **more)
    return case


def tell_in_cabinet(case: Case, cabinet: Cabinet, *, anew: str = "", now: datetime) -> None:
    """In which cabinet it lies, with the code that opens it where whoever applied may have it."""
    code = code_for_applicant(case) if is_their_own(case, now=now) else ""
    more: dict[str, Any] = {"secret": {"code": code}} if code else {"link": ""}
    words: dict[str, Any] = {"cabinet_zh": cabinet.name_zh, "cabinet_en": cabinet.name_en}
    event = case.events.order_by("-seq")[0]
    cases.tell(case, "case_in_cabinet", event=event, anew=anew, now=now, **words, **more)


def hand_over(
    *, case_no: str, code: str = "", identified: bool = False, how: str = "counter", by: Actor, now: datetime
) -> Case:
    """送达: by the code, or at the counter by the card of the person it is for.

    :param how: counter | cabinet. :raises Refused: nothing-found, wrong-state, code-wrong, code-used.
    """
    return _deliver(case_no=case_no, how=how, code=code, identified=identified, by=by, now=now)


def _deliver(*, case_no: str, how: str, code: str, identified: bool, by: Actor, now: datetime) -> Case:
    with transaction.atomic():
        case = cases.lock(case_no)  # the case before its delivery, as everybody takes them
        no = delivery.hand_over(case_no=case_no, how=how, code=code, identified=identified, by=by, now=now)
        if no is None:
            delivery.void(case=case, now=now)  # a parcel that was made for it goes nowhere
            proof = "实名账号" if how == "electronic" else "身份证件" if identified else "取件码"
            case = cases.deliver(case_no=case_no, how=how, proof=proof, by=by, now=now)
    if no is not None:
        raise Refused(no)
    return case


def receive_electronically(*, case_no: str, by: Actor, now: datetime) -> Case:
    """电子证照: whoever applied takes the result as a file, which is worth the same (国令716 号 10 条); the paper stays for them.

    :raises Refused: nothing-found, wrong-state; agent-not-allowed – the account is not proven to be the applicant;
        mandate-missing, member-limited – of an organisation's: they act for it no longer, or only fill in.
    """
    case = case_by_no(case_no)
    if not is_their_own(case, now=now):
        raise Refused("agent-not-allowed")
    with transaction.atomic():
        cases.need_acting(case, sends=True, by=by, now=now)
        return _deliver(case_no=case_no, how="electronic", code="", identified=True, by=by, now=now)


def hand_paper(*, case_no: str, by: Actor, now: datetime) -> None:
    """The paper of a result that was taken as a file, to whoever showed the card. :raises Refused: nothing-found, code-used."""
    with transaction.atomic():
        cases.lock(case_no)
        delivery.hand_paper(case_no=case_no, by=by, now=now)


def is_their_own(case: Case, *, now: datetime) -> bool:
    """Whether who opened it online is proven to be the applicant, or their guardian on this day. What an account merely says
    about somebody opens nothing of theirs: then the card has to be shown; and so where a guardian is none any more.
    """
    today = today_of(case, now)
    if case.account_id is not None:
        return identity.opens_for(case.account_id, case.person_id, today=today)
    return case.guardian_id is None or identity.guardian_stands(case.guardian_id, child_id=case.person_id, today=today)


def result_of(case: Case) -> CasePaper | None:
    """The licence or certificate, once it is made."""
    return next((paper for paper in papers_of(case) if paper.kind == "licence"), None)
