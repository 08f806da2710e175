"""The applicant's part: open, change, hand in papers, send, supplement, take back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction

from banshi.foundation import phones
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.documents import IdType, age_on
from banshi.kernel.evidence import Evidence
from banshi.kernel.masking import mask_name
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.actions.acting import held_mandate, need_acting, need_member
from banshi.rooms.cases.actions.bringing import more_here, need_in_time
from banshi.rooms.cases.actions.coming_back import back_to
from banshi.rooms.cases.actions.facts_used import note_facts_used
from banshi.rooms.cases.actions.ground import (
    give,
    invalid,
    locked,
    need,
    need_begun,
    need_item,
    need_papers,
    notice_day,
    papers_listed,
    put_down,
    step,
    tell,
    tell_came,
    today_in,
    today_of,
    until,
    write_event,
)
from banshi.rooms.cases.actions.promising import give_promises
from banshi.rooms.cases.actions.recounting import recounted
from banshi.rooms.cases.actions.reusing import add_pages, need_earlier
from banshi.rooms.cases.models import Case, CaseMaterial
from banshi.rooms.cases.queries.adding import owed_of
from banshi.rooms.cases.queries.credit import credit_of
from banshi.rooms.cases.queries.handling import form_of, got_of, guided_case, handling_of_case, wanted_of
from banshi.rooms.cases.queries.levels import level_refusal
from banshi.rooms.cases.queries.promises import bar_of
from banshi.rooms.cases.queries.told import phone_index
from banshi.rooms.cases.queries.untouched import untouched
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.cases.rules.materials import (
    CARD,
    CHANNELS,
    LIBRARY,
    PROMISE,
    Wanted,
    not_there,
    takes,
    unmended,
    unsent,
)
from banshi.rooms.cases.rules.paper_texts import Named
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.catalogue.rules.guided import (
    FieldFault,
    Guided,
    answer_faults,
    cleaned,
    form_faults,
    guided,
    of_agent,
    said_firm,
    said_self,
    wrong_age,
)
from banshi.rooms.catalogue.rules.handling import IDENTITY_CARD, PHONE, Handling, Paper
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.models import Organisation, Person
from banshi.rooms.identity.queries import Acting, MandateRef
from banshi.rooms.library import actions as library
from banshi.rooms.library.models import DocumentVersion
from banshi.rooms.places.models import Hall

CHANNELS_OF_CASES = ("web", "window", "video", "kiosk", "api", "phone")
MOST_PAGES = 30  # files that one paper may have
TRUST = {
    "paper": "B",
    "usb": "C",
    "scan": "B",
    "upload": "C",
    "library": "A",
    PROMISE: "D",
    CARD: "B",
}  # the window sees paper and what it scans
BY_WHOM = {
    ActorKind.STAFF: tuple(each for each in CHANNELS if each != CARD),  # a window sees the card itself
    ActorKind.KIOSK: ("usb", "upload", "library", PROMISE, CARD),
}  # a stick is in a machine of the hall's


@dataclass(frozen=True)
class Opening:
    """Who applies for what, where.

    :ivar contact: telephone for this case; None: nobody is told. :ivar answers: question → option.
    """

    hall: Hall
    item_code: str
    person_id: int
    channel: str
    organisation_id: int | None = None
    account_id: int | None = None
    guardian_id: int | None = None  # guardianship by which somebody acts at a window; with an account it is its owner's
    mandate: MandateRef | None = None  # by which an agent (代理人) acts; with an account it is the registered agent's
    name: str = ""  # as the account typed it: which name a document bears is nobody's to learn; "": the person's own
    contact: str | None = None
    language: str = "zh-hans"
    answers: Mapping[str, str] | None = None
    form: Mapping[str, Any] | None = None
    visit_id: int | None = None
    window_id: int | None = None
    bundle_id: int | None = None  # 一件事
    anyway: bool = False  # another one of the same matter is under way, and this one is wanted all the same
    seen: bool = False  # the person's card was read for it: what they have under way is theirs to know
    evidence: Evidence = Evidence.DECLARED  # how who applies was shown to be that person, as it was opened


def open_case(asked: Opening, *, by: Actor, now: datetime) -> Case:
    """A case as a draft, with its number: nothing slow comes before it.

    :raises Refused: nothing-found, item-not-here, item-retired, out-of-season, phone-invalid, guardian-over, mandate-missing,
        agent-not-allowed, member-limited; invalid (channel, an answer to no question, an organisation where people apply, a
        person where it was answered that a firm applies, the applicant themselves where somebody comes with a letter,
        another age than the document says);
        duplicate-case – the same matter is under way already, as far as whoever asks may know.
    """
    if asked.channel not in CHANNELS_OF_CASES:
        raise invalid("channel", "没有这个渠道", "No such channel")
    item = catalogue.hall_item(asked.hall.pk, asked.item_code).item
    need_begun(item, day=today_in(asked.hall, now), visit_id=asked.visit_id)
    if asked.organisation_id is not None and item.audience == "person":
        raise invalid("organisation", "这个事项由个人申请", "People apply for this, not organisations")
    handling = catalogue.handling_of(item)
    _check_answers(handling, asked.answers or {})
    found = guided(handling, asked.answers or {})
    person = Person.objects.get(id=asked.person_id)
    firm = Organisation.objects.get(id=asked.organisation_id) if asked.organisation_id else None
    _need_firm(found.answers, person, firm)
    _need_age(found.answers, person, firm, day=today_in(asked.hall, now))
    name = firm.name if firm else asked.name or person.name
    contact = phones.known(asked.contact) if asked.contact else None
    with transaction.atomic():
        hold_applicant(person.pk, asked.organisation_id)
        guardian = _guardian_of(asked, now)
        agent = _agent_of(asked, item, by, now)
        if agent is not None and agent.ref.kind == "letter":
            found = _by_letter(handling, asked.answers or {})
        if firm is not None:
            need_member(firm.pk, person.pk, item=item, hall=asked.hall, now=now)
        elif asked.account_id is not None and by.kind is ActorKind.CITIZEN:
            identity.need_mandate(account_id=asked.account_id, person_id=person.pk, item=item.code, now=now)
        if not asked.anyway and (there := _under_way(asked, item.pk, by)) is not None:
            raise Refused("duplicate-case", facts={"case": there})
        case = Case.objects.create(
            no=number_for(asked.hall, now), hall=asked.hall, item=item, item_version=item.version,
            item_type=item.item_type, department_id=item.department_id, case_kind=item.case_kind, instant=handling.instant,
            person=person, organisation=firm, account_id=asked.account_id, guardian_id=guardian,
            applicant=name, **_pinned(agent),
            masked_applicant=firm.masked_name if firm else mask_name(name),
            contact=contact, contact_index=phone_index(contact), language=asked.language,
            channel=asked.channel, answers=dict(found.answers), situation=found.situation.id if found.situation else "",
            form=_written(cleaned(handling, found.answers, asked.form or {})), opened_at=now, visit_id=asked.visit_id,
            window_id=asked.window_id, opened_by=str(by), bundle_id=asked.bundle_id,
            evidence=int(asked.evidence),
        )  # fmt: skip
        write_event(case, "open", before="", by=by, now=now, facts={"item": item.code, "version": item.version}, why="")
    return case


def hold_applicant(person_id: int, organisation_id: int | None) -> None:
    """Inside a transaction: two taps open one case, and so do two members of one organisation, who are held in this order."""
    if organisation_id is not None:
        Organisation.objects.select_for_update(no_key=True).get(id=organisation_id)
    Person.objects.select_for_update(no_key=True).get(id=person_id)


def _guardian_of(asked: Opening, now: datetime) -> int | None:
    """The guardianship in force by which a minor's case is opened, its person held: whoever ends it comes before or after.

    :raises Refused: guardian-over – the one said is none of theirs, or holds no more.
    """
    if asked.organisation_id is not None:
        return None
    today = today_in(asked.hall, now)
    if asked.guardian_id is None:
        return people.guardianship_of(asked.account_id, asked.person_id, today=today)
    if not people.guardian_stands(asked.guardian_id, child_id=asked.person_id, today=today):
        raise Refused("guardian-over")
    return asked.guardian_id


def _agent_of(asked: Opening, item: Item, by: Actor, now: datetime) -> Acting | None:
    """Who acts for the applicant by a mandate, which is held: whoever ends it comes before or after.

    :raises Refused: agent-not-allowed, mandate-missing; invalid – beside a guardian or an organisation.
    """
    ref = asked.mandate
    if ref is None and asked.account_id is not None and by.kind is ActorKind.CITIZEN and asked.organisation_id is None:
        today = today_in(asked.hall, now)
        found = people.mandate_for(asked.account_id, asked.person_id, item=item.code, today=today)
        ref = found.ref if found is not None else None
    if ref is None:
        return None
    if asked.guardian_id is not None or asked.organisation_id is not None:
        raise invalid(
            "agent", "监护人或单位的经办人不是代理人", "A guardian, or a member of an organisation, is no agent"
        )
    return held_mandate(ref, person_id=asked.person_id, item=item, hall=asked.hall, now=now)


def _pinned(agent: Acting | None) -> dict[str, Any]:
    """Columns of who acts, and by which mandate."""
    if agent is None:
        return {}
    by = {"letter_id": agent.ref.id} if agent.ref.kind == "letter" else {"mandate_id": agent.ref.id}
    return {"agent": agent.name, "masked_agent": agent.masked_name, **by}


def _under_way(asked: Opening, item_id: int, by: Actor) -> str | None:
    """The number of a case of the same matter that goes on: of the same account; at a window, or by a card that was read, of the
    same person there; of another system or a machine, what it sent itself. Of an organisation's, whoever of its members began it:
    who acts for it in this matter may know.
    """
    rows, firm = Case.objects.filter(item_id=item_id, phase__in=CASE.goes_on), asked.organisation_id
    rows = (
        rows.filter(organisation=None, person_id=asked.person_id) if firm is None else rows.filter(organisation_id=firm)
    )
    if asked.account_id is not None:
        rows = rows.filter(account_id=asked.account_id) if firm is None else rows
    elif asked.seen:
        rows = rows.filter(hall=asked.hall)
    elif by.kind in (ActorKind.CHANNEL, ActorKind.KIOSK):  # they may not learn what somebody has under way elsewhere
        rows = rows.filter(opened_by=str(by)).exclude(phase="draft")
    elif asked.channel == "window":
        rows = rows.filter(hall=asked.hall)
        if asked.mandate is not None:  # what the client began without this agent is not theirs to know
            rows = rows.filter(**{f"{asked.mandate.kind}_id": asked.mandate.id})
    else:
        return None
    return rows.order_by("id").values_list("no", flat=True).first()


def _check_answers(handling: Handling, answers: Mapping[str, str]) -> None:
    """:raises Refused: invalid – the first answer to no question, or that is none of its answers."""
    for fault in answer_faults(handling, answers):
        raise invalid(f"answers.{fault.code}", fault.zh, fault.en)


def _need_firm(answers: Mapping[str, str], person: Person, firm: Organisation | None) -> None:
    """:raises Refused: invalid – it was answered that a firm applies, and a natural person would."""
    if firm is None and person.id_type != IdType.USCC and said_firm(answers):
        raise invalid(
            "organisation",
            "回答的是企业或其他单位申请，申请人却是个人：换成单位，或改这个回答。",
            "It was answered that an organisation applies, but a person does: apply for the organisation, or answer otherwise.",
        )


def _need_age(answers: Mapping[str, str], person: Person, firm: Organisation | None, *, day: date) -> None:
    """:raises Refused: invalid – the document of whoever applies says another age than was answered."""
    born = people.born_on(person) if firm is None else None
    if born is not None and wrong_age(answers, age_on(born, day)):
        raise invalid(
            "answers",
            f"证件上的申请人 {age_on(born, day)} 岁，与所选的年龄不符：改选年龄，或换成要办的人。",
            f"By the document whoever applies is {age_on(born, day)}, not what was answered: mend it, or say who it is for.",
        )


def _by_letter(handling: Handling, answers: Mapping[str, str]) -> Guided:
    """What answers come to where somebody comes with a letter.

    :raises Refused: invalid – it was answered that the applicant does.
    """
    found = guided(handling, of_agent(handling, answers))
    if said_self(found.answers):
        raise invalid(
            "answers",
            "凭授权委托书代办，要回答由代理人办理；本人到场的，由本人另开一件。",
            "Somebody comes with a letter: answer that an agent does. Where the applicant comes, open it for themselves.",
        )
    return found


def number_for(hall: Hall, now: datetime, *, sequence: str = "cases_number", letter: str = "") -> str:
    """办件编号: region, day, a number that no other one has. A sequence waits for nobody; gaps say nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", [sequence])
        serial = int(cursor.fetchone()[0])
    return f"{hall.region_id}-{now.astimezone(ZoneInfo(hall.timezone)):%y%m%d}-{letter}{serial:06d}"


def _written(form: Mapping[str, Any]) -> str:
    return json.dumps(form, ensure_ascii=False, sort_keys=True)


def change(
    *,
    case_no: str,
    answers: Mapping[str, str] | None = None,
    form: Mapping[str, Any] | None = None,
    revision: int | None = None,
    by: Actor,
    now: datetime,
) -> Case:
    """Answer questions, fill fields: what is given replaces what stands under the same name; the rest stays.

    A half-filled form is kept as it is; whether it will do is asked when it is sent.

    :param revision: the one this change was made from; an older one is refused, so that two tabs never overwrite each
        other unseen. None does not ask.
    :raises Refused: nothing-found, wrong-state, changed-meanwhile, invalid, mandate-missing, member-limited.
    """
    with transaction.atomic():
        case = locked(case_no)
        need(case, "change")
        need_acting(case, by=by, now=now)
        if revision is not None and revision != case.revision:
            raise Refused("changed-meanwhile", facts={"case": case_no})
        handling = handling_of_case(case)
        _check_answers(handling, answers or {})
        said = {**case.answers, **(answers or {})}
        found = guided(handling, said) if case.letter_id is None else _by_letter(handling, said)
        if answers:
            _need_firm(found.answers, case.person, case.organisation)
            _need_age(found.answers, case.person, case.organisation, day=today_of(case, now))
        case.answers, case.situation = dict(found.answers), found.situation.id if found.situation else ""
        case.form = _written(cleaned(handling, found.answers, {**form_of(case), **(form or {})}))
        case.revision += 1
        if case.contact is None and case.channel in ("window", "kiosk"):
            case.contact = _told_there(handling, form_of(case))
            case.contact_index = phone_index(case.contact)
        case.save(update_fields=["answers", "situation", "form", "revision", "contact", "contact_index"])
    return case


def _told_there(handling: Handling, form: Mapping[str, Any]) -> str | None:
    """The applicant's own telephone, where somebody without one on record says it for the form: messages go there."""
    typed = next((form.get(field.code) for field in handling.fields if field.element == PHONE), None)
    try:
        return phones.known(str(typed)) if typed else None
    except Refused:
        return None


def add_material(
    *,
    case_no: str,
    code: str,
    channel: str,
    copies: int = 1,
    file: DocumentVersion | None = None,
    certificate: str = "",
    earlier: int | None = None,
    consent: bool = False,
    further: bool = False,
    by: Actor,
    now: datetime,
) -> CaseMaterial:
    """A paper that has come: counted, scanned, uploaded, or from the library.

    Before it is received only the applicant's files and certificates come; paper is counted at the window.

    :param certificate: its reference: used with `consent` of whose it is, for this case; the use is written down.
    A promise (`consent`: signed) stands for a paper that may be promised, as trust D, until the paper itself comes.

    :param earlier: a page of the same paper that was handed in before (queries/reuse.py): used with `consent`, all of its pages,
        with the trust they had; the use is written down.
    :param further: a further page of what was told to be wrong, which stays and is looked at again; else it goes.
    :raises Refused: nothing-found, wrong-state, invalid (no such paper, not by this channel, too many pages, a certificate that
        does not stand for it, a promise beside the paper), consent-missing, promise-barred, promise-barred-until,
        mandate-missing, member-limited.
    """
    with transaction.atomic():
        case = locked(case_no)
        if case.phase not in (*_COMING, *_AT_WINDOW):
            need(case, "change")
        elif case.phase in _AT_WINDOW and by.kind is not ActorKind.STAFF and code not in owed_of(case):
            need(case, "change")  # what was received stands
        need_acting(case, by=by, now=now)
        papers = {paper.code: paper for paper in guided_case(case).materials}
        paper = papers.get(code)
        if paper is None:
            raise invalid("requirement", "这种情形不需要这份材料", "This situation does not ask for this paper")
        promisable, again = paper.by_promise is not None, earlier is not None and paper.reuse_days is not None
        if channel not in CHANNELS or not takes(
            paper.channels,
            channel,
            by_promise=promisable,
            again=again,
            by_card=by_card_of(case, paper, read=_chip_read(case)),
        ):
            raise invalid("channel", "这份材料不能这样交", "This paper is not taken in this way")
        if channel not in BY_WHOM.get(by.kind, ("upload", "library", PROMISE)):
            raise invalid("channel", "这样交的材料由窗口收", "What comes this way is taken at the window")
        if not 1 <= copies <= 99:
            raise invalid("copies", "份数是 1 到 99", "1 to 99 copies")
        named = bool(certificate) + (earlier is not None)
        if (channel == LIBRARY) != (named == 1) or named > 1 or (named and file is not None):
            raise invalid(
                "certificate",
                "从证照库取的材料是一份证照或以前交过的一份材料，不带文件",
                "From the library comes a certificate or an earlier paper, and no file",
            )
        live = CaseMaterial.objects.filter(case=case, code=code, gone_at=None)
        if channel == PROMISE:
            _need_promisable(case, signed=consent and file is None, there=live.exclude(verdict="bad").exists(), now=now)
        else:  # the paper itself is better than a promise
            live.filter(channel=PROMISE).update(gone_at=now)
        if live.count() >= MOST_PAGES:
            raise invalid("file", f"一份材料最多 {MOST_PAGES} 个文件", f"At most {MOST_PAGES} files for one paper")
        held = None
        if certificate:
            held = library.use_certificate(
                ref=certificate, purpose=code, subject=f"case:{case.no}", consent=consent, hall=case.hall.code, by=by,
                now=now, **holder_of(case),
            ).certificate  # fmt: skip
            assert held is not None
            if held.type not in paper.satisfied_by:  # the use goes with the transaction
                raise invalid(
                    "certificate", "这份证照代替不了这份材料", "This certificate does not stand for this paper"
                )
        before = None
        if earlier is not None:
            before = need_earlier(case, code, earlier, consent=consent, by=by, now=now, **holder_of(case))
            if live.count() + len(before.pages) > MOST_PAGES:
                raise invalid("file", f"一份材料最多 {MOST_PAGES} 个文件", f"At most {MOST_PAGES} files for one paper")
        if further:
            live.filter(verdict="bad").update(verdict="")
        else:  # a better one takes the place of what was not right
            live.filter(verdict="bad").update(gone_at=now)
        if before is not None:
            return add_pages(case, before, by=by, now=now)
        trust = held.trust if held is not None else TRUST[channel]
        try:
            with transaction.atomic():
                return CaseMaterial.objects.create(
                    case=case, code=code, channel=channel, copies=copies, file=file, certificate=held, trust=trust,
                    at=now, by=str(by),
                    verdict="ok" if trust in ("A", "B") and by.kind is ActorKind.STAFF else "",
                )  # fmt: skip
        except IntegrityError as twice:
            raise invalid("certificate", "这份证照已经用上了", "This certificate is there already") from twice


def _need_promisable(case: Case, *, signed: bool, there: bool, now: datetime) -> None:
    """:raises Refused: consent-missing – it is not signed; invalid – the paper is there; promise-barred, promise-barred-until."""
    if not signed:
        raise Refused("consent-missing")
    if there:
        raise invalid(
            "requirement", "这份材料已经交了，不用再承诺", "This paper is there already: nothing is to be promised"
        )
    need_promises(case, now=now)


def need_promises(case: Case, *, now: datetime) -> None:
    """A record of bad credit bars promises, as it bars papers that follow; so does a promise of theirs that was found untrue,
    for a time. :raises Refused: promise-barred, promise-barred-until."""
    if (until := bar_of(case, now=now)) is not None:
        raise Refused("promise-barred-until", facts={"until": until.isoformat()})
    if credit_of(case) == "barred":
        raise Refused("promise-barred")


def _chip_read(case: Case) -> bool:
    return Evidence(case.evidence).rank >= Evidence.CHIP.rank


def by_card_of(case: Case, paper: Paper, *, read: bool) -> bool:
    """Whether the applicant's identity card stands for the paper once a machine `read` its chip: the case is their own, they
    stood there themselves, and a certificate of that card would do."""
    themselves = case.organisation_id is None and case.guardian_id is None and not case.masked_agent
    return themselves and read and case.person.id_type == "resident_id" and IDENTITY_CARD in paper.satisfied_by


def card_counts(*, case_no: str, by: Actor, now: datetime) -> list[str]:
    """The card a machine has just read counts for each paper it stands for that has not come. :returns: their codes.

    :raises Refused: those of `add_material`.
    """
    with transaction.atomic():
        case = locked(case_no)
        read = _chip_read(case)
        there = set(case.materials.filter(gone_at=None).exclude(verdict="bad").values_list("code", flat=True))
        codes = [
            each.code
            for each in guided_case(case).materials
            if each.code not in there and by_card_of(case, each, read=read)
        ]
        for code in codes:
            add_material(case_no=case_no, code=code, channel=CARD, by=by, now=now)
        return codes


class Holder(TypedDict):
    person_id: int | None
    organisation_id: int | None


def holder_of(case: Case) -> Holder:
    """Whose papers of the library the case may use, and who gets its result."""
    if case.organisation_id is not None:
        return Holder(person_id=None, organisation_id=case.organisation_id)
    return Holder(person_id=case.person_id, organisation_id=None)


_COMING = ("draft", "pre_returned", "pre_passed", "await_receipt", "supplement")
_AT_WINDOW = ("received", "accepted", "in_review")


def take_back_material(*, case_no: str, material_id: int, by: Actor, now: datetime) -> None:
    """A page that was taken by mistake goes. What was received stays.

    :raises Refused: nothing-found, wrong-state.
    """
    with transaction.atomic():
        case = locked(case_no)
        need(case, "change")
        need_acting(case, by=by, now=now)
        row = CaseMaterial.objects.filter(case=case, id=material_id, gone_at=None).first()
        if row is None or row.by != str(by):
            raise Refused("nothing-found", facts={"material": material_id})
        row.gone_at = now
        row.save(update_fields=["gone_at"])


def need_form(case: Case, *, by: Actor, now: datetime) -> None:
    """Every question answered, every field right, and every field that a notice told put right since – or looked at by whoever
    takes the supplement at a window: a field may have been told by mistake, and then it stays as it is.

    :raises Refused: form-invalid, with every field at once.
    """
    found = guided_case(case)
    faults: list[FieldFault] = list(
        form_faults(handling_of_case(case), case.answers, form_of(case), today_of(case, now))
    )
    wrong = {each.code for each in faults}
    if by.kind is not ActorKind.STAFF:
        faults += [each for each in untouched(case) if each.code not in wrong]
    if not found.complete or faults:
        unanswered = [found.next_question.id] if found.next_question else []
        fields = [{"code": f.code, "reason": {"zh": f.zh, "en": f.en}} for f in faults]
        raise Refused(
            "form-invalid", facts={"questions": unanswered, "fields": fields, "count": len(fields) + len(unanswered)}
        )


def need_level(case: Case, *, by: Actor) -> None:
    """What was sent before goes on. :raises Refused: identity-level – who sends it online is not known as its item asks."""
    if case.phase == "draft" and (no := level_refusal(case, by=by)) is not None:
        raise Refused(no)


def seen_again(*, case_nos: Iterable[str], evidence: Evidence) -> None:
    """Whoever applies is shown to be that person once more, such as by their card, before they send what they began elsewhere."""
    Case.objects.filter(no__in=list(case_nos), phase="draft", evidence__lt=int(evidence)).update(evidence=int(evidence))


def submit(*, case_no: str, by: Actor, now: datetime) -> Case:
    """申报: the form is right and the papers are there; somebody looks at them before anything binds (网上预审).

    :raises Refused: nothing-found, wrong-state, item-retired, out-of-season, identity-level, form-invalid, material-missing,
        channel-not-allowed, mandate-missing, member-limited.
    """
    with transaction.atomic():
        case = locked(case_no)
        need(case, "submit")
        need_acting(case, sends=True, by=by, now=now)
        need_item(case, now=now)
        handling = handling_of_case(case)
        where = guided_case(case).where
        if not (where.online or (where.kiosk and by.kind is ActorKind.KIOSK)):
            raise Refused("channel-not-allowed", facts={"channel": "web"})
        need_level(case, by=by)
        need_form(case, by=by, now=now)
        again = case.phase == "pre_returned"
        wanted, got = wanted_of(case), got_of(case, now=now)
        bad = {each.code for each in got if each.verdict == "bad"}
        sent_back = unmended(wanted, got, bad) if again else []
        need_papers(_together(unsent(wanted, got), sent_back), same=bad)
        columns = until("pre_review_due_on", handling.limits.pre_review_days, begun=today_of(case, now))
        due = columns["pre_review_due_on"]
        event = step(
            case,
            "submit",
            by=by,
            now=now,
            facts={"due_on": due, "again": again},
            submitted_at=now,
            **columns,
            **back_to(case, by=by, now=now),
        )
        give(case, "submission_receipt", event=event, now=now, due_notice=due, materials=papers_listed(case))
        give_promises(case, event=event, now=now)
        note_facts_used(case, by=by, now=now)
        tell(case, "case_sent", event=event, now=now, day=due.isoformat())
    return case


def supplement(*, case_no: str, to_refuse: bool = False, by: Actor, now: datetime) -> Case:
    """补正: what was told has come, by whichever way; the limit for telling runs again from today.

    :param to_refuse: it is turned away in the same moment (不予受理): what came has its receipt, nothing more is asked or told.
    :raises Refused: nothing-found, wrong-state, too-late (its last day is over), mandate-missing, member-limited; unless
        `to_refuse`, form-invalid, material-missing.
    """
    with transaction.atomic():
        case = locked(case_no)
        need(case, "supplement")
        need_acting(case, sends=True, by=by, now=now)
        recounted(case, now=now)  # a calendar may have come since the day was written down
        need_in_time(case, now=now)
        if not to_refuse:
            need_form(case, by=by, now=now)
        wanted, got = wanted_of(case), got_of(case, now=now)
        last = case.notices_given.latest("id")
        left = unmended(wanted, got, {each["code"] for each in last.missing if each["kind"] == "material"})
        at_window = by.kind is ActorKind.STAFF  # where it may still be accepted with what may follow (容缺)
        bad = {each.code for each in got if each.verdict == "bad"}
        if not to_refuse:
            need_papers(_together(not_there(wanted, got), [] if at_window else left), same=bad)
        today = today_of(case, now)
        lay = case.brought_on if at_window and case.brought_on is not None and case.brought_on < today else None
        columns = notice_day(case, begun=lay or today)
        due = columns["notice_due_on"]
        event = step(
            case,
            "supplement",
            by=by,
            now=now,
            facts={"due_on": due, **({"counts_from": lay} if lay else {})},
            to_refuse=to_refuse,
            supplement_due_on=None,
            **columns,
            **back_to(case, by=by, now=now),
        )
        give(
            case, "supplement_receipt", event=event, now=now, received_on=lay or today, due_notice=due,
            materials=papers_listed(case, since=last.at), missing=tuple(Named(each.name_zh) for each in left),
        )  # fmt: skip
        give_promises(case, event=event, now=now)
        note_facts_used(case, by=by, now=now)
        if not to_refuse:
            tell_came(case, "case_supplemented", event=event, due=due, now=now)
    return case


def _together(one: Sequence[Wanted], other: Sequence[Wanted]) -> list[Wanted]:
    return [*one, *(each for each in other if each not in one)]


def withdraw(
    *,
    case_no: str,
    reason: str = "",
    held: Sequence[Named] | None = None,
    told: Mapping[str, Any] | None = None,
    by: Actor,
    now: datetime,
) -> Case:
    """撤回: until it is decided the applicant may take it back, and fetches the papers.

    :param held: papers that the hall still has; None: all that were counted. :param told: what else its message says.
    :raises Refused: nothing-found, wrong-state, mandate-missing, member-limited.
    """
    with transaction.atomic():
        case = locked(case_no)
        need_acting(case, sends=case.phase != "draft", by=by, now=now)
        handed_in = case.phase != "draft"
        event = step(case, "withdraw", by=by, now=now, why=reason, outcome="withdrawn", closed_at=now, stopped_at=None)
        case.stops.filter(ended_at=None).update(ended_at=now)
        case.consultations.filter(answered_at=None).update(closed_at=now)
        if handed_in:
            papers = papers_listed(case, channel="paper") if held is None else tuple(held)
            give(case, "withdrawal", event=event, now=now, reason=reason, materials=papers)
            tell(case, "case_withdrawn", event=event, now=now, **(told or {}))
    return case


def expect(*, case_no: str, appointment: str, cell: str = "", waybill: str = "", by: Actor, now: datetime) -> Case:
    """待收件: a time is booked at which the papers come, or they lie in a cabinet, or are on their way by courier.

    :param cell: of the cabinet. :raises Refused: nothing-found, wrong-state.
    """
    facts = {"cell": cell} if cell else {"waybill": waybill} if waybill else {"appointment": appointment}
    with transaction.atomic():
        case = locked(case_no)
        step(case, "expect", by=by, now=now, facts=facts, appointment=appointment)
    return case


def tell_dropped(*, case_no: str, day: date, now: datetime) -> Case:
    """投件凭条: the papers lie in the cabinet, and from which day they count. :raises Refused: nothing-found."""
    with transaction.atomic():
        case = locked(case_no)
        papers_here(case, day=day, now=now)
        event = case.events.order_by("-seq")[0]
        tell(case, "case_dropped", event=event, anew=f":{now.isoformat()}", now=now, day=day.isoformat())
    return case


def papers_here(case: Case, *, day: date, now: datetime) -> None:
    """What came by cabinet or courier lies here and counts from `day`: from then the days to tell what is missing run, whenever
    somebody counts it. A case that does not wait for them any more stays as it is. It is locked."""
    more_here(case, day=day, now=now)
    if case.phase != "await_receipt" or (case.counts_from is not None and case.counts_from <= day):
        return
    put_down(case, counts_from=day, **notice_day(case, begun=day))


def expect_no_more(*, case_no: str, waybill: str = "", by: Actor, now: datetime) -> Case:
    """The time at which the papers were to come is given up, or they are not posted after all.

    :raises Refused: nothing-found, wrong-state.
    """
    with transaction.atomic():
        case = locked(case_no)
        facts = {"waybill": waybill} if waybill else {"appointment": case.appointment}
        nothing_here: dict[str, Any] = {
            "counts_from": None,
            "notice_due_on": None,
            "due_told": None,
            "provisional": False,
        }
        step(case, "expect_no_more", by=by, now=now, facts=facts, appointment="", **nothing_here)
    return case
