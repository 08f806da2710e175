"""The folder of a call: answers, form and papers go into one draft of the person; a booked time brings it to the window."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import transaction

from banshi.journeys.case import changing, expecting, from_library
from banshi.journeys.case.carried import by_card, by_word, of_case
from banshi.journeys.case.changing import Known
from banshi.kernel.actors import Actor
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, CaseMaterial
from banshi.rooms.cases.queries import guided_case
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.queries.retiring import need_taken
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.actions import Enrolled, PersonAsked
from banshi.rooms.remote import actions as remote
from banshi.rooms.remote.actions.ground import changed, locked, need, record, staff_of, told
from banshi.rooms.remote.models import RemoteSession, Said

_NOBODY: Final = {
    "zh": "先写下来电人的姓名和证件号码，才能收集材料、预约",
    "en": "Write down the caller's name and document number before anything is collected or booked",
}
_NO_MATTER: Final = {"zh": "先说明办什么事项", "en": "Say first which matter it is"}
_BOOKED: Final = {
    "zh": "这通通话已约好时间，事项不能再改",
    "en": "A time is booked in this call already: its matter stays as it is",
}
_NO_FOLDER: Final = {"zh": "还没有收集材料", "en": "Nothing is collected yet"}
_NO_FILE: Final = {"zh": "这一条没有图片或文件", "en": "This line is no picture and no file"}


def choose(*, ref: str, item_code: str, by: Actor, now: datetime) -> RemoteSession:
    """Say which matter it is. What was collected for another one stays a draft of the person.

    :raises Refused: nothing-found, item-not-here, item-retired, wrong-state, changed-meanwhile (another seat has it by now),
        invalid (a time is booked already).
    """
    with transaction.atomic():
        session = _theirs(ref, by)
        item = catalogue.hall_item(session.hall_id, item_code).item
        if session.item_id == item.pk:
            return session
        if session.booking:
            raise Refused("invalid", facts={"field": "item", "reason": _BOOKED})
        need_taken(item, day=now.astimezone(ZoneInfo(session.hall.timezone)).date())
        changed(session, item=item, case=None)
        record("remote_matter_chosen", session, by=by, now=now, facts={"item": item.code})
        told(session, now=now)
    return session


def name_caller(*, ref: str, name: str, id_type: str, id_number: str, by: Actor, now: datetime) -> RemoteSession:
    """Write down who calls, on their word: a folder may be begun and a time booked. Nothing that is on record of that person is
    told or changed by it, and nothing of theirs is held up; the window compares the card.

    :raises Refused: nothing-found, wrong-state, changed-meanwhile (another seat has it by now), invalid (name; who calls is
        settled), identity-invalid, too-many-people (of the account), already-waiting.
    """
    with transaction.atomic():
        session = _theirs(ref, by)
        found = _said(session, name, id_type, id_number, by=by, now=now)
        return remote.named(ref=ref, person_id=found.id, evidence=Evidence.DECLARED, name=found.name, by=by, now=now)


def _said(session: RemoteSession, name: str, id_type: str, id_number: str, *, by: Actor, now: datetime) -> Enrolled:
    """Somebody of the account's people, where one calls; else a document and a name, as they were said."""
    if session.account_id is not None:
        account = session.account_id
        return identity.add_typed(account_id=account, name=name, id_type=id_type, id_number=id_number, now=now)
    (found,) = identity.enrol_many([PersonAsked(name, id_type, id_number, source=str(by))], now=now)
    if isinstance(found, Refused):
        raise found
    return found


def gather(
    *, ref: str, by: Actor, now: datetime, answers: Mapping[str, str] | None = None, form: Mapping[str, Any] | None = None,
    revision: int | None = None, language: str = "zh-hans",
) -> Case:  # fmt: skip
    """Answer questions, fill fields: in the draft of the call, which the first one opens, or a draft of the same account, person
    and matter here. The person goes on with it on any device. What is known of them is filled in with it.

    :param revision: as of `cases.change`.
    :raises Refused: nothing-found, wrong-state, changed-meanwhile (another seat has it by now), invalid (nobody knows who calls,
        no matter), those of `cases.open_case` and `cases.change`.
    """
    with transaction.atomic():
        session = _theirs(ref, by)
        case = session.case
        if case is None:
            case = _begun(session) or _opened(session, language=language, by=by, now=now)
            changed(session, case=case)
            record("remote_folder_begun", session, by=by, now=now, facts={"case": case.no})
        case = changing.change(
            case_no=case.no,
            answers=answers,
            form=form,
            revision=revision,
            known=known_in(case, now=now),
            by=by,
            now=now,
        )
        told(session, now=now)
    return case


def paper(*, ref: str, line: int, code: str, by: Actor, now: datetime) -> CaseMaterial:
    """A picture or file that was sent in the call becomes a paper of its case.

    :param line: its number in the session; :param code: which paper of the matter it is.
    :raises Refused: nothing-found, wrong-state, changed-meanwhile, invalid; those of `cases.add_material`.
    """
    with transaction.atomic():
        session = _theirs(ref, by)
        said = Said.objects.select_related("document").filter(session=session, n=line).first()
        if said is None or said.document is None:
            raise Refused("invalid", facts={"field": "line", "reason": _NO_FILE})
        case = session.case or gather(ref=ref, by=by, now=now)
        before = CaseMaterial.objects.filter(case=case, code=code, file=said.document, gone_at=None).first()
        if before is not None:
            return before
        material = cases.add_material(case_no=case.no, code=code, channel="upload", file=said.document, by=by, now=now)
        told(session, now=now)
    return material


def reuse(*, ref: str, consent: bool, by: Actor, now: datetime) -> None:
    """The caller lets papers that the authorities hold be used (免证办): what the folder lacks and they have. Each use is written
    down as online; asked again, nothing is left to use. Whose the library is the caller of this has asked.

    :raises Refused: nothing-found, wrong-state, invalid (nothing is collected yet), consent-missing.
    """
    with transaction.atomic():
        session = locked(ref)
        need(session, "help")
        if session.case is None:
            raise Refused("invalid", facts={"field": "consent", "reason": _NO_FOLDER})
        from_library.use(case_no=session.case.no, consent=consent, by=by, now=now)
        told(session, now=now)


def hand_over(*, ref: str, slot_id: int, by: Actor, now: datetime) -> Appointment:
    """Book a time at the window, which finds the folder with it. Booked already in this call, it is that one.

    :raises Refused: nothing-found, wrong-state, changed-meanwhile, invalid (nobody knows who calls, no matter), those of booking.
    """
    with transaction.atomic():
        session = _theirs(ref, by)
        if session.booking:
            return Appointment.objects.get(code=session.booking)
        person, item = _known(session)
        phone = session.account.phone if session.account is not None else session.phone or _own_phone(session)
        appointment = booking.place(
            slot_id=slot_id, item_code=item.code, person_id=person.pk, source="video", by=by, now=now,
            account_id=session.account_id, name=session.caller_name or person.name, contact=phone or None,
            behind=booking.behind(contact=phone), evidence=0 if session.account_id is not None else session.evidence,
            answers=session.case.answers if session.case is not None else None,
        )  # fmt: skip
        changed(session, booking=appointment.code)
        _comes_along(session, appointment, by=by, now=now)
        record("remote_handed_over", session, by=by, now=now, facts={"appointment": appointment.code})
        told(session, now=now)
    return appointment


def known_in(case: Case, *, now: datetime) -> Known:
    """What need not be asked of whoever the folder is for: as they see it online; without an account, by the card they put, or
    what they said."""
    today = now.astimezone(ZoneInfo(case.hall.timezone)).date()
    if case.account_id is None:
        known = by_card if Evidence(case.evidence).proves else by_word
        return lambda fields: known(fields, case, today=today)
    account_id = case.account_id
    return lambda fields: of_case(fields, case, account_id=account_id, today=today)


def _comes_along(session: RemoteSession, appointment: Appointment, *, by: Actor, now: datetime) -> None:
    """The folder travels with the booking: a draft as it is, what was looked over as papers that are expected then."""
    if session.case is not None and session.case.phase == "draft":
        cases.comes_along(case_no=session.case.no, appointment=appointment.code)
        return
    expecting.brings(appointment=appointment.code, by=by, now=now)


def _theirs(ref: str, by: Actor) -> RemoteSession:
    """The session, locked, of the seat that talks in it. :raises Refused: nothing-found, not-allowed, changed-meanwhile,
    wrong-state."""
    session = locked(ref)
    need(session, "help")
    if session.seat is None or session.seat.staff_id != staff_of(by):
        raise Refused("changed-meanwhile")
    return session


def _own_phone(session: RemoteSession) -> str | None:
    """The telephone on record of whoever is proven to call: of a name that is only said nobody is told anything."""
    return session.person.phone if session.proven and session.person is not None else None


def _known(session: RemoteSession) -> tuple[Any, Any]:
    """Who calls, and the matter. :raises Refused: invalid."""
    if session.person is None:
        raise Refused("invalid", facts={"field": "person", "reason": _NOBODY})
    if session.item is None:
        raise Refused("invalid", facts={"field": "item", "reason": _NO_MATTER})
    return session.person, session.item


def _begun(session: RemoteSession) -> Case | None:
    """What the person began before with the same account, in the matter and hall of the call."""
    person, item = _known(session)
    if session.account_id is None:
        return None
    rows = Case.objects.filter(
        account_id=session.account_id, person=person, organisation=None, item=item, hall=session.hall, phase="draft"
    )
    return rows.order_by("-id").first()


def _opened(session: RemoteSession, *, language: str, by: Actor, now: datetime) -> Case:
    person, item = _known(session)
    case = cases.open_case(
        cases.Opening(
            hall=session.hall, item_code=item.code, person_id=person.pk, channel="video", account_id=session.account_id,
            contact=session.account.phone if session.account is not None else session.phone, language=language,
            name=session.caller_name or "", evidence=Evidence(session.evidence),
        ),
        by=by, now=now,
    )  # fmt: skip
    found = known_in(case, now=now)(guided_case(case).fields)
    if not found:
        return case
    return cases.change(case_no=case.no, form={code: said.value for code, said in found.items()}, by=by, now=now)
