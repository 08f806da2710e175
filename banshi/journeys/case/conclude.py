"""统一窗口出件: the result is made, kept in the holder's library, laid ready, handed over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from banshi.journeys.case import codes
from banshi.journeys.case.learning import learn_from
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.documents import IdType
from banshi.kernel.evidence import Evidence
from banshi.kernel.masking import mask_known
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.actions.ground import today_of
from banshi.rooms.cases.models import Case, CasePaper
from banshi.rooms.cases.queries import (
    agent_of_case,
    case_by_no,
    facts_of,
    firm_of,
    form_of,
    guided_case,
    handling_of_case,
    papers_of,
    sees,
    siblings,
)
from banshi.rooms.cases.queries.agents import over
from banshi.rooms.catalogue.rules.ending import endings_of
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.delivery.models import Cabinet
from banshi.rooms.delivery.queries import code_for_applicant, delivery_of, lying_since, ready_among, stay_of, wish_of
from banshi.rooms.identity import actions as people
from banshi.rooms.identity import queries as identity
from banshi.rooms.identity.actions import PersonAsked
from banshi.rooms.identity.models import Person
from banshi.rooms.identity.queries import MandateRef
from banshi.rooms.library import actions as library
from banshi.rooms.library import queries as stored
from banshi.rooms.places.models import Hall
from banshi.rooms.places.queries import policy_of

MOST_REMINDED = 500  # of a hall, in one run


@dataclass(frozen=True)
class Letter:
    """授权委托书 to fetch a result, as it is seen at the window."""

    kind: str
    number: str
    valid_until: date


def issue(*, case_no: str, by: Actor, now: datetime) -> CasePaper:
    """制证: number, paper, and – where the item's result is one – a certificate that nobody has to bring again.

    :raises Refused: those of `cases.actions.issue`.
    """
    with transaction.atomic():
        hold(cases.lock(case_no))
        paper = cases.issue(case_no=case_no, by=by, now=now)
        keep_result(case_by_no(case_no), paper, by=by, now=now)
    return paper


def hold(case: Case) -> None:
    """Before anything is made of it, or taken back: two cases that give or end a certificate of the same holder come one after
    the other. The case is locked."""
    library.hold_holder(**cases.holder_of(case))


def keep_result(case: Case, paper: CasePaper, *, by: Actor, now: datetime) -> None:
    """The certificate that a result is, in its holder's library, what holds no more for it, and what the case said of them. The
    holder is held (`hold`)."""
    learn_from(case, now=now)
    _end_others(case, by=by, now=now)
    result = handling_of_case(case).result
    if result.certificate_type:
        library.issue_certificate(
            **cases.holder_of(case), type=result.certificate_type, number=paper.printed, name_zh=result.name_zh,
            name_en=result.name_en, issuer_zh=case.department.name_zh, issuer_en=case.department.name_en,
            issued_on=facts_of(paper).on, valid_until=facts_of(paper).valid_until, trust="A",
            source=f"case:{case.no}", case_no=case.no, by=by, now=now,
        )  # fmt: skip


def _end_others(case: Case, *, by: Actor, now: datetime) -> None:
    """注销、换发: what the item says that its result ends. What one of our own cases gave is not in force on paper either."""
    for wanted in _ended_by(case):
        for gone in library.end_for_case(
            case_no=case.no, wanted=wanted, **cases.holder_of(case), hall=case.hall.code, by=by, now=now
        ):
            if gone.case_no:
                cases.end_result(case_no=gone.case_no, number=gone.number, now=now)


def _ended_by(case: Case) -> list[library.Wanted]:
    found = endings_of(handling_of_case(case), guided_case(case).answers)
    form = form_of(case) if found else {}
    return [
        library.Wanted(
            each.type, each.which,
            used=list(
                case.materials.filter(gone_at=None, certificate__type=each.type)
                .order_by("id")
                .values_list("certificate_id", flat=True)
            ),
            number=str(form.get(each.field) or "") if each.field else "",
        )
        for each in found
    ]  # fmt: skip


@dataclass(frozen=True)
class Gone:
    """A certificate that a result ends. `number`: masked; "": the library knows of none."""

    name_zh: str
    name_en: str
    number: str = ""


@dataclass(frozen=True)
class Replaced:
    """What the result of a case ends. `done`: it is made, and they hold no more; else they still do."""

    done: bool
    gone: list[Gone]


def replaced_by(case: Case) -> Replaced | None:
    """What the result of a case ends, for whoever makes it or hands it over; None: it ends nothing, or nothing is granted."""
    found = endings_of(handling_of_case(case), guided_case(case).answers)
    if not found or not case.granted:
        return None
    done = case.phase != "decided"
    rows = stored.ended_for(case.no) if done else [
        each
        for wanted in _ended_by(case)
        for each in library.would_end(case_no=case.no, wanted=wanted, **cases.holder_of(case))
    ]  # fmt: skip
    known = [Gone(each.name_zh, each.name_en, mask_known(each.number)) for each in rows]
    return Replaced(done, known or [Gone(each.name_zh, each.name_en) for each in found])


def take_back(case: Case, *, why: str = "terminated", by: Actor, now: datetime) -> None:
    """终止, 撤销: the certificate in the library holds no more, what it had ended holds again, what was learned from the case is
    known no more, and nobody is handed the result. Inside a transaction, the holder held (`hold`) before its papers were touched.
    """
    for ref in stored.standing_of(case.no):
        library.end_certificate(ref=ref, why=why, hall=case.hall.code, by=by, now=now)
    library.unlearn(source=f"case:{case.no}")
    for again in library.put_back_of_case(case_no=case.no, hall=case.hall.code, by=by, now=now):
        if again.case_no:
            cases.restore_result(case_no=again.case_no, number=again.number)
    delivery.void(case=case, now=now)
    delivery.end(case=case)


def shelve(*, case_no: str, place: str, cabinet: Cabinet | None = None, by: Actor, now: datetime) -> Case:
    """待领取: it lies at its place, and the applicant gets the code that opens it.

    :param cabinet: in which the place is. :raises Refused: those of `cases.actions.shelve`.
    """
    with transaction.atomic():
        case = cases.shelve(case_no=case_no, place=place, by=by, now=now)
        to_post = (wish := wish_of(case)) is not None and wish.how == "courier"
        if to_post:
            cases.lies_to_be_posted(case)
        own = is_their_own(case, now=now)
        rests_on = codes.rests_on(case, now=now)
        delivery.make_ready(case=case, place=place, code_opens=own, rests_on=rests_on, by=by, now=now)
        if cabinet is not None:
            tell_in_cabinet(case, cabinet, now=now)
        elif to_post and own:
            cases.tell_to_be_posted(case, now=now)
        else:
            _tell_ready(case, now=now)
    return case


def _tell_ready(case: Case, *, now: datetime) -> None:
    """It lies at the issue window; told once each time that it does."""
    more = _code_or_card(case, now=now) | _beside(case, now=now)
    cases.tell_of(case, "case_ready", mark=cases.lying(case), now=now, **more)


def _code_or_card(case: Case, *, now: datetime) -> dict[str, Any]:
    """For a message: what opens it, where whoever applied may have it."""
    code = code_for_applicant(case) if is_their_own(case, now=now) else ""
    return {"secret": {"code": code}} if code else {"link": ""}


def tell_wished(case: Case, *, was: str, how: str, now: datetime) -> None:
    """What lies ready at the issue window is wanted another way since: what was not said yet is said as it is now. Whoever was to
    have it posted hears that it lies there, with the code. In the caller's transaction, the case locked.

    :param was: how it was wanted before; "": nothing was said.
    """
    if case.phase != "ready" or (was == "courier") == (how == "courier") or stay_of(case, "result") is not None:
        return
    unsaid = cases.unsay_ready(case)
    if how != "courier":
        _tell_ready(case, now=now)
    elif unsaid:  # else they know that it is made
        cases.tell_to_be_posted(case, now=now)


def _beside(case: Case, cabinet: Cabinet | None = None, *, now: datetime) -> dict[str, Any]:
    """What was begun with it as one and lies ready at the same place: one trip fetches all of it. Nobody hears by it of a case
    that is told to other telephones."""
    phones = {phone for phone, _ in cases.told_at(case, now=now)}
    rows = [
        each for each in ready_among(siblings(case), cabinet=cabinet)
        if phones <= {phone for phone, _ in cases.told_at(each, now=now)}
    ]  # fmt: skip
    return {"beside": [(each.item_then.name_zh, each.item_then.name_en) for each in rows]} if rows else {}


def lies_refused(case: Case, *, by: Actor, now: datetime) -> str:
    """A refusal in writing is there to be delivered, from the moment it is decided: at the issue window, where it is printed for
    whoever comes, as a parcel, or as a file. In the caller's transaction, the case locked. Again it is the same.

    :returns: the code that opens it, for whoever applied alone; "" for none, or where it was there.
    """
    if delivery_of(case) is not None:
        return ""
    return delivery.make_ready(case=case, place="", code_opens=is_their_own(case, now=now), by=by, now=now)


def remind_due(*, now: datetime) -> int:
    """What lies at the issue window for some days, by policy, is told of once more, and once. Late or twice it comes to the same.

    :returns: how many were reminded.
    """
    done = 0
    for hall in Hall.objects.order_by("id"):
        days = policy_of(hall.pk, now=now).delivery.remind_after_days
        numbers = lying_since(hall, before=now - timedelta(days=days), most=MOST_REMINDED) if days else []
        for case_no in numbers:
            with cases.alone(case_no, what="remind-ready"):
                done += _remind(cases.lock(case_no), now=now)
    return done


def _remind(case: Case, *, now: datetime) -> bool:
    if not delivery.reminded(case=case, now=now):
        return False
    more = _code_or_card(case, now=now)
    cases.tell(case, "case_ready_remind", event=case.events.order_by("-seq")[0], now=now, **more)
    return True


def tell_in_cabinet(case: Case, cabinet: Cabinet, *, anew: str = "", now: datetime) -> None:
    """In which cabinet it lies, with the code that opens it where whoever applied may have it."""
    more = _code_or_card(case, now=now)
    words: dict[str, Any] = {"cabinet_zh": cabinet.name_zh, "cabinet_en": cabinet.name_en}
    words |= _beside(case, cabinet, now=now)
    stay = stay_of(case, "result")
    if stay is not None and stay.fetch_by is not None:
        words["hours"] = (stay.fetch_by - stay.put_at) // timedelta(hours=1)
    event = case.events.order_by("-seq")[0]
    cases.tell(case, "case_in_cabinet", event=event, anew=anew, now=now, **words, **more)


def hand_over(
    *,
    case_no: str,
    code: str = "",
    identified: bool = False,
    member: int | None = None,
    how: str = "counter",
    by: Actor,
    now: datetime,
) -> Case:
    """送达: by the code, or at the counter by the card of the person it is for.

    :param member: whose card it was, of those who act for the organisation it is for, or of the guardians of the child.
    :param how: counter; cabinet or kiosk – whether whoever had the code may fetch was asked there, before the door opened or the
        pages came out. :raises Refused: nothing-found, wrong-state, code-wrong, code-used, changed-meanwhile (a machine prints
        it); mandate-missing – the member acts for it no longer, or in other matters; code-void – whoever was given the code may
        fetch no more, and a new one went to whoever applied.
    """
    if member is None:
        return _deliver(case_no=case_no, how=how, code=code, identified=identified, by=by, now=now)
    with transaction.atomic():
        case = cases.lock(case_no)
        if (taker := _acting(case, member, now=now)) is None:
            raise Refused("mandate-missing", facts={"item": case.item.code})
        return _deliver(case_no=case_no, how=how, code=code, identified=identified, taker=taker, by=by, now=now)


def hand_to_agent(
    *, case_no: str, code: str, agent: PersonAsked, letter: Letter | None = None, by: Actor, now: datetime
) -> Case:
    """代领: to somebody whose document was compared, by the code and a mandate to fetch – the case's own agent, another one on
    record, or a letter that is seen now and written down. Of an organisation's case whoever acts for it needs neither.

    :raises Refused: those of `hand_over`; agent-not-allowed – no code was sent: the applicant comes with the card;
        mandate-missing – nothing lets them fetch it, or it is over; those of `identity.record_letter`.
    """
    with transaction.atomic():
        case = cases.lock(case_no)
        if letter is None and (taker := _member(case, agent, by=by, now=now)) is not None:
            return _deliver(case_no=case_no, how="counter", code="", identified=True, taker=taker, by=by, now=now)
        row = delivery_of(case)
        if (row is not None and row.state == "ready" and row.tries_left < 1) or not case.item_then.agent_allowed:
            raise Refused("agent-not-allowed")
        known = _fetching(case, agent, None, by=by, now=now) if letter is None else None
        codes.renewed(case, by=by, now=now)
        no = delivery.try_code(case=case, code=code)
        if no is None:  # no letter is written down for nothing
            fetching = known or _fetching(case, agent, letter, by=by, now=now)
            return _deliver(
                case_no=case_no, how="counter", code=code, identified=False, fetching=fetching, by=by, now=now
            )
    raise Refused(no)


def _fetching(case: Case, agent: PersonAsked, letter: Letter | None, *, by: Actor, now: datetime) -> delivery.Fetching:
    """:raises Refused: mandate-missing, identity-invalid, invalid."""
    if letter is not None:
        made = people.record_letter(
            agent=agent, client=_client(case), kind=letter.kind, number=letter.number, items=[case.item.code], fetches=True,
            valid_until=letter.valid_until, by=by, now=now,
        )  # fmt: skip
        return delivery.Fetching(made.agent_id, str(made.name), MandateRef("letter", made.pk))
    shown = people.enrol(
        name=agent.name, id_type=agent.id_type, id_number=agent.id_number, evidence=Evidence.WINDOW, by=by, now=now
    )
    today = today_of(case, now)
    client = _client_id(case)
    may = None
    if client is not None:
        may = identity.acting_between(shown.pk, client, item=case.item.code, fetches=True, today=today)
    if may is None:
        raise _may_not_fetch(case, shown.pk, now=now)
    return delivery.Fetching(shown.pk, shown.name, may.ref)


def _member(case: Case, shown: PersonAsked, *, by: Actor, now: datetime) -> Person | None:
    """Who acts for the organisation of a case in this matter, or for the child it is for, their document compared, their standing
    held; None: it is nobody of theirs. :raises Refused: identity-invalid, invalid."""
    if firm_of(case) is None and not identity.guardians_of(case.person_id, today=today_of(case, now)):
        return None
    seen = people.enrol(
        name=shown.name, id_type=shown.id_type, id_number=shown.id_number, evidence=Evidence.WINDOW, by=by, now=now
    )
    return _acting(case, seen.pk, now=now)


def _acting(case: Case, person_id: int, *, now: datetime) -> Person | None:
    """Somebody who acts for the organisation of a case in this matter, or is guardian of the child it is for, held: whoever ends
    it comes before or after."""
    if (firm := firm_of(case)) is None:
        return _guardian(case, person_id, now=now)
    standing = people.hold_member(organisation_id=firm, person_id=person_id, today=today_of(case, now))
    return identity.person(person_id) if standing is not None and sees(standing, case) else None


def _guardian(case: Case, person_id: int, *, now: datetime) -> Person | None:
    today = today_of(case, now)
    row = identity.guardianship_between(person_id, case.person_id, today=today)
    if row is None or not people.hold_guardian(row, child_id=case.person_id, today=today):
        return None
    return identity.person(person_id)


def _client(case: Case) -> PersonAsked:
    """Whose the letter has to be: of a firm's case the firm's, by its code. Its member, who opened it, gives by it nobody a
    mandate over themselves."""
    if (firm := case.organisation) is not None:
        return PersonAsked(firm.name, IdType.USCC, firm.uscc)
    return PersonAsked(case.applicant, case.person.id_type, case.person.id_number)


def _client_id(case: Case) -> int | None:
    """The same as an entry; None: of a firm that never gave a letter."""
    if (firm := case.organisation) is None:
        return case.person_id
    entry = identity.person_by_document(IdType.USCC, firm.uscc)
    return entry.pk if entry is not None else None


def _may_not_fetch(case: Case, person_id: int, *, now: datetime) -> Refused:
    """Of the case's own agent: what their mandate covers, and that it is over or lets them not fetch; of anybody else nothing."""
    agent = agent_of_case(case, today=today_of(case, now))
    if agent is None or agent.agent_id != person_id:
        return Refused("mandate-missing", facts={"item": case.item.code})
    return over(agent) if not agent.stands else Refused("mandate-missing", facts={"fetches": False})


def _deliver(
    *,
    case_no: str,
    how: str,
    code: str,
    identified: bool,
    fetching: delivery.Fetching | None = None,
    taker: Person | None = None,
    by: Actor,
    now: datetime,
) -> Case:
    with transaction.atomic():
        case = cases.lock(case_no)  # the case before its delivery, as everybody takes them
        if case.granted is False and case.phase == "decided":
            cases.need_sealed(case)
            lies_refused(case, by=by, now=now)
        if fetching is not None:
            _need_fetching(case, fetching, now=now)
        if how != "kiosk":
            delivery.need_not_printing(case=case, now=now)
        if how == "counter" and not identified:
            codes.renewed(case, by=by, now=now)  # then what they brought is void, and answered so
        no = delivery.hand_over(
            case_no=case_no, how=how, code=code, identified=identified, fetching=fetching, taker=taker.pk if taker else None,
            by=by, now=now,
        )  # fmt: skip
        if no is None:
            delivery.void(case=case, now=now)  # a parcel that was made for it goes nowhere
            proof = "实名账号" if how == "electronic" else "身份证件" if identified else "取件码"
            proof = "取件码、代领人身份证件和授权委托" if fetching else proof
            name = fetching.name if fetching else taker.name if taker else ""
            case = cases.deliver(case_no=case_no, how=how, proof=proof, taker=name, by=by, now=now)
    if no is not None:
        raise Refused(no)
    return case


def _need_fetching(case: Case, fetching: delivery.Fetching, *, now: datetime) -> None:
    """The mandate, held: whoever ends it comes before or after.

    :raises Refused: agent-not-allowed – the matter is done in person; mandate-missing.
    """
    if not case.item_then.agent_allowed:
        raise Refused("agent-not-allowed")
    found = people.hold_acting(fetching.ref, today=today_of(case, now))
    if found is None or found.person_id != _client_id(case):
        raise Refused("mandate-missing", facts={"item": case.item.code})
    if not (found.stands and found.fetches and found.covers(case.item.code)):
        raise over(found)


def receive_electronically(*, case_no: str, by: Actor, now: datetime) -> Case:
    """电子证照: whoever applied takes the result as a file, which is worth the same (国令716 号 10 条); the paper stays for them.
    So they take a refusal in writing, whose paper is printed at the issue window for whoever wants one.

    :raises Refused: nothing-found, wrong-state; agent-not-allowed – the account is not proven to be the applicant;
        mandate-missing, member-limited – of an organisation's: they act for it no longer, or only fill in.
    """
    case_by_no(case_no)
    with transaction.atomic():
        case = cases.lock(case_no)
        if not is_their_own(case, now=now):
            raise Refused("agent-not-allowed")
        cases.need_acting(case, sends=True, by=by, now=now)
        _need_own_file(case, by, now=now)
        return _deliver(case_no=case_no, how="electronic", code="", identified=True, by=by, now=now)


def _need_own_file(case: Case, by: Actor, *, now: datetime) -> None:
    """Of a case that an agent opened by letter, through another system, the agent takes the file where they may fetch.

    :raises Refused: agent-not-allowed.
    """
    agent = agent_of_case(case, today=today_of(case, now))
    if case.letter_id is not None and by.kind is not ActorKind.CITIZEN and (agent is None or not agent.fetches):
        raise Refused("agent-not-allowed")


def hand_paper(*, case_no: str, by: Actor, now: datetime) -> None:
    """The paper of a result that was taken as a file, to whoever showed the card. :raises Refused: nothing-found, code-used."""
    with transaction.atomic():
        cases.lock(case_no)
        delivery.hand_paper(case_no=case_no, by=by, now=now)


def is_their_own(case: Case, *, now: datetime) -> bool:
    """Whether who opened it online is proven to be the applicant, or their guardian on this day. What an account merely says
    about somebody opens nothing of theirs: then the card has to be shown; and so where a guardian is none any more. Of a case
    that an agent opened by letter: whether what opens the result reaches the client, or an agent who may fetch it.
    """
    today = today_of(case, now)
    if case.letter_id is not None:
        return any(opens for _phone, opens in cases.told_at(case, now=now))
    if case.account_id is not None:
        return identity.opens_for(case.account_id, case.person_id, today=today)
    return case.guardian_id is None or identity.guardian_stands(case.guardian_id, child_id=case.person_id, today=today)


def result_of(case: Case) -> CasePaper | None:
    """The licence or certificate, once it is made."""
    return next((paper for paper in papers_of(case) if paper.kind == "licence"), None)
