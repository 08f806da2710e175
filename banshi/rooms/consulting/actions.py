"""Ask a department, answer, ask further; and write what everybody may read, for a second person to publish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import F, Q

from banshi.foundation import locks, phones
from banshi.foundation.crypto import blind_index
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.kernel.wording import legible
from banshi.rooms.audit import actions as audit
from banshi.rooms.calendars.queries import work_calendar
from banshi.rooms.catalogue.models import Department
from banshi.rooms.catalogue.queries import hall_item
from banshi.rooms.consulting import rules
from banshi.rooms.consulting.models import Answer, Enquiry, Forwarding, PublicAnswer, Question
from banshi.rooms.consulting.rules import ENQUIRY, PUBLIC_ANSWER
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.places.models import Hall
from banshi.rooms.places.queries import policy_of

_ANOTHER = {"zh": "写的人不能自己发布", "en": "Whoever wrote it does not publish it"}
_WORKED_IT = {
    "zh": "反映的是自己经办的件，由别人答复",
    "en": "It complains of a case you worked: somebody else answers",
}
_PERSONAL = {
    "zh": "里面有手机号或证件号，去掉后再写",
    "en": "There is a telephone or an identity number in it: take it out",
}


@dataclass(frozen=True)
class Asking:
    """Who asks what, where. `account_id`: of whoever signed in; `contact`: of whoever asks through another system, E.164 or as
    typed; None: nobody is told. `case_id`: the case it complains of; the caller knows that they may follow it. `person_id`: of
    whoever stands at a window, where they are known; `complaint`: something goes wrong, with a case or without."""

    hall: Hall
    item_code: str
    text: str
    account_id: int | None = None
    case_id: int | None = None
    contact: str | None = None
    language: str = "zh-hans"
    person_id: int | None = None
    complaint: bool = False


def ask(asking: Asking, *, by: Actor, now: datetime) -> Enquiry:
    """A question to the department of an item, with its number.

    :raises Refused: nothing-found, item-not-here, invalid (the words), phone-invalid, too-many-enquiries.
    """
    text = _words(asking.text, least=rules.SHORTEST, most=rules.LONGEST)
    item = hall_item(asking.hall.pk, asking.item_code).item
    contact = phones.known(asking.contact) if asking.contact else None
    index = blind_index(contact, purpose="phone") if contact else _of_nobody(asking, by)
    policy = policy_of(asking.hall.pk, now=now).consulting
    local = now.astimezone(ZoneInfo(asking.hall.timezone))
    with transaction.atomic():
        locks.hold_each(locks.ENQUIRIES, [f"{_counter(by)}/{index}"])  # two taps are counted one after the other
        no = rules.too_many(_asked(by, index, local), policy, now=local)
        if no is not None:
            raise Refused(no)
        enquiry = Enquiry.objects.create(
            no=_number(local), hall=asking.hall, item=item, department_id=item.department_id, account_id=asking.account_id,
            case_id=asking.case_id, asked_by=str(by), contact=contact, contact_index=index, language=asking.language,
            asked_at=now, due_on=work_calendar().add_working_days(local.date(), policy.answer_working_days),
            complaint=asking.complaint or asking.case_id is not None,
        )  # fmt: skip
        Question.objects.create(enquiry=enquiry, seq=1, text=text, asked_at=now)
        _record("enquiry_asked", enquiry, by=by, now=now, facts={"item": item.code})
    return enquiry


def _counter(by: Actor) -> str:
    """Who counts what somebody asks: an account and a system their own; at the windows all count together."""
    return "window" if by.kind is ActorKind.STAFF else str(by)


def _of_nobody(asking: Asking, by: Actor) -> str:
    """By what they are counted who left no telephone: at a window by who they are.

    :raises Refused: invalid – at a window, and nobody knows who it is.
    """
    if by.kind is not ActorKind.STAFF:
        return ""
    if asking.person_id is None:
        raise _invalid("phone", "写一个手机号，答复时告诉", "Write a telephone: there the answer is told")
    return blind_index(f"person:{asking.person_id}", purpose="enquiry")


def _asked(by: Actor, index: str, local: datetime) -> rules.Asked:
    rows = Enquiry.objects.filter(contact_index=index)
    rows = rows.filter(asked_by__startswith="staff:") if by.kind is ActorKind.STAFF else rows.filter(asked_by=str(by))
    midnight = datetime.combine(local.date(), time(0), local.tzinfo)
    due = [day for day in rows.filter(state="open").order_by("due_on").values_list("due_on", flat=True) if day]
    return rules.Asked(due, rows.filter(asked_at__gte=midnight).count())


def _number(local: datetime) -> str:
    """ZX (咨询), the day, a number that no other has. A sequence waits for nobody; gaps say nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('consulting_number')")
        serial = int(cursor.fetchone()[0])
    return f"ZX-{local:%y%m%d}-{serial:06d}"


def _invalid(field: str, zh: str, en: str) -> Refused:
    return Refused("invalid", facts={"field": field, "reason": {"zh": zh, "en": en}})


def _words(text: str, *, least: int = 1, most: int, field: str = "text") -> str:
    """:raises Refused: invalid."""
    kept = legible(text, field=field)
    if not least <= len(kept) <= most:
        raise _invalid(field, f"写 {least} 到 {most} 个字", f"{least} to {most} characters")
    return kept


def _locked(no: str) -> Enquiry:
    """The enquiry, and everybody else who does something with it waits. :raises Refused: nothing-found."""
    rows = Enquiry.objects.select_for_update(no_key=True, of=("self",))
    enquiry = rows.select_related("hall", "item", "department", "account", "case").filter(no=no).first()
    if enquiry is None:
        raise Refused("nothing-found", facts={"enquiry": no})
    return enquiry


def _need(enquiry: Enquiry, verb: str) -> None:
    """:raises Refused: wrong-state."""
    if (no := ENQUIRY.refusal(enquiry.state, verb)) is not None:
        raise Refused(no.slug, facts={"kind": "enquiry", **no.facts})


def _set(enquiry: Enquiry, **columns: Any) -> None:
    for name, value in columns.items():
        setattr(enquiry, name, value)
    enquiry.save(update_fields=list(columns))


def _record(action: str, enquiry: Enquiry, *, by: Actor, now: datetime, facts: Mapping[str, Any] | None = None) -> None:
    """Into the trail: what was done, never what was said."""
    audit.record(
        action=action, subject=f"enquiry:{enquiry.no}", by=by, now=now, hall=enquiry.hall.code, facts=facts or {}
    )


def _staff(by: Actor) -> int:
    """:raises Refused: not-allowed – who does not work here."""
    if by.kind is not ActorKind.STAFF or not by.id:
        raise Refused("not-allowed", facts={"permission": "enquiries.answer"})
    return int(by.id)


def _theirs(enquiry: Enquiry, department: str) -> None:
    """:raises Refused: changed-meanwhile – it was forwarded to another department."""
    if department and enquiry.department.code != department:
        raise Refused("changed-meanwhile")


# --- The department ---------------------------------------------------------------------------------------------


def answer(*, no: str, seq: int, text: str, department: str, by: Actor, now: datetime) -> Enquiry:
    """Answer the question that waits. Who asked is told that there is an answer, not which.

    :param seq: of the question that was read: another one may wait by now.
    :param department: code of the one that whoever answers belongs to; "" = none in particular.
    :raises Refused: nothing-found, invalid, wrong-state (answered, withdrawn), changed-meanwhile (forwarded, asked further),
        same-person (it complains of a case they worked).
    """
    staff, kept = _staff(by), _words(text, most=rules.LONGEST_ANSWER)
    with transaction.atomic():
        enquiry = _locked(no)
        _need(enquiry, "answer")
        _theirs(enquiry, department)
        _not_their_own(enquiry, staff)
        question = _last_question(enquiry)
        if question.seq != seq:
            raise Refused("changed-meanwhile")
        Answer.objects.create(
            question=question, version=1, text=kept, by_id=staff, department=enquiry.department, at=now
        )
        late = rules.overdue(
            enquiry.state, enquiry.due_on, today=now.astimezone(ZoneInfo(enquiry.hall.timezone)).date()
        )
        _set(enquiry, state=ENQUIRY.to("answer"), answered_at=now, due_on=None, helped=None)
        _tell(enquiry, f"{seq}", now=now)
        _record("enquiry_answered", enquiry, by=by, now=now, facts={"question": seq, "late": late})
    return enquiry


def _not_their_own(enquiry: Enquiry, staff: int) -> None:
    """:raises Refused: same-person."""
    case = enquiry.case
    if case is not None and staff in case.worked_by:
        raise Refused("same-person", facts={"reason": _WORKED_IT})


def correct(*, no: str, seq: int, text: str, department: str, by: Actor, now: datetime) -> Enquiry:
    """Another version of the last answer; the earlier one stays, and who asked is told again.

    :raises Refused: as of `answer`.
    """
    staff, kept = _staff(by), _words(text, most=rules.LONGEST_ANSWER)
    with transaction.atomic():
        enquiry = _locked(no)
        _need(enquiry, "correct")
        _theirs(enquiry, department)
        _not_their_own(enquiry, staff)
        question = _last_question(enquiry)
        last = question.answers.order_by("-version").first()
        if question.seq != seq or last is None:
            raise Refused("changed-meanwhile")
        version = last.version + 1
        Answer.objects.create(
            question=question, version=version, text=kept, by_id=staff, department=enquiry.department, at=now
        )
        _set(enquiry, answered_at=now, helped=None)
        _tell(enquiry, f"{seq}.{version}", now=now)
        _record("enquiry_corrected", enquiry, by=by, now=now, facts={"question": seq, "version": version})
    return enquiry


def _last_question(enquiry: Enquiry) -> Question:
    return enquiry.questions.order_by("-seq")[0]


def told_at(enquiry: Enquiry) -> str | None:
    """The telephone of whoever asked; None: they left none, and find the answer by its number alone."""
    return enquiry.contact or (enquiry.account.phone if enquiry.account is not None else None)


def _tell(enquiry: Enquiry, which: str, *, now: datetime) -> None:
    messaging.write(
        key="enquiry_answered", to_phone=told_at(enquiry), hall=enquiry.hall, subject=f"enquiry:{enquiry.no}",
        params={"item_zh": enquiry.item.name_zh, "item_en": enquiry.item.name_en, "enquiry": enquiry.no,
                **({"link": f"/enquiries/{enquiry.no}/"} if enquiry.account_id else {})},
        dedupe=f"enquiry:{enquiry.no}:answered:{which}", language=enquiry.language, now=now,
    )  # fmt: skip


def forward(*, no: str, to: str, reason: str, department: str, by: Actor, now: datetime) -> Enquiry:
    """Another department answers it: once, with why. The clock goes on.

    :param to: code of the department; one that has items in this hall.
    :raises Refused: nothing-found, invalid (department, words, a second time), wrong-state, changed-meanwhile.
    """
    staff, kept = _staff(by), _words(reason, least=2, most=rules.LONGEST_REASON, field="reason")
    with transaction.atomic():
        enquiry = _locked(no)
        _need(enquiry, "forward")
        _theirs(enquiry, department)
        if Forwarding.objects.filter(enquiry=enquiry).exists():
            raise _invalid(
                "to", "已经转过一次，由现在的部门答复", "It was forwarded once: the department it is with answers"
            )
        receiver = Department.objects.filter(code=to, item__halls__hall=enquiry.hall_id).distinct().first()
        if receiver is None or receiver.pk == enquiry.department_id:
            raise _invalid("to", "选择本大厅的另一个部门", "Choose another department of this hall")
        Forwarding.objects.create(
            enquiry=enquiry, sender=enquiry.department, receiver=receiver, reason=kept, by_id=staff, at=now
        )
        _set(enquiry, department=receiver)
        _record("enquiry_forwarded", enquiry, by=by, now=now, facts={"department": receiver.code})
    return enquiry


# --- Whoever asked ----------------------------------------------------------------------------------------------


def ask_further(*, no: str, text: str, by: Actor, now: datetime) -> Enquiry:
    """One further question on the same enquiry, with days of its own.

    :raises Refused: nothing-found, invalid (the words, a second time), wrong-state (not answered yet, over).
    """
    kept = _words(text, least=rules.SHORTEST, most=rules.LONGEST)
    with transaction.atomic():
        enquiry = _locked(no)
        _need(enquiry, "ask_further")
        seq = _last_question(enquiry).seq + 1
        if seq > rules.QUESTIONS:
            raise _invalid("text", "已经追问过一次，另提一个问题", "You asked further once: ask a new question")
        policy = policy_of(enquiry.hall_id, now=now).consulting
        today = now.astimezone(ZoneInfo(enquiry.hall.timezone)).date()
        Question.objects.create(enquiry=enquiry, seq=seq, text=kept, asked_at=now)
        due_on = work_calendar().add_working_days(today, policy.answer_working_days)
        _set(enquiry, state=ENQUIRY.to("ask_further"), due_on=due_on, helped=None)
        _record("enquiry_asked_further", enquiry, by=by, now=now)
    return enquiry


def withdraw(*, no: str, by: Actor, now: datetime) -> Enquiry:
    """Whoever asked wants no answer any more. :raises Refused: nothing-found, wrong-state."""
    with transaction.atomic():
        enquiry = _locked(no)
        _need(enquiry, "withdraw")
        _set(enquiry, state=ENQUIRY.to("withdraw"), due_on=None, closed_at=now)
        _record("enquiry_withdrawn", enquiry, by=by, now=now)
    return enquiry


def mark(*, no: str, helped: bool, by: Actor, now: datetime) -> Enquiry:
    """Whether the answer helped. :raises Refused: nothing-found, wrong-state."""
    with transaction.atomic():
        enquiry = _locked(no)
        _need(enquiry, "mark")
        _set(enquiry, helped=helped)
        _record("enquiry_marked", enquiry, by=by, now=now, facts={"helped": helped})
    return enquiry


def close(*, no: str, by: Actor, now: datetime) -> Enquiry:
    """It is settled. :raises Refused: nothing-found, wrong-state."""
    with transaction.atomic():
        enquiry = _locked(no)
        _need(enquiry, "close")
        _close(enquiry, by=by, now=now)
    return enquiry


def _close(enquiry: Enquiry, *, by: Actor, now: datetime) -> None:
    _set(enquiry, state=ENQUIRY.to("close"), closed_at=now)
    _record("enquiry_closed", enquiry, by=by, now=now)


def close_silent(*, hall: Hall, by: Actor, now: datetime, most: int = 200) -> int:
    """Close what was answered long enough ago and nothing more was asked. :returns: how many."""
    before = now - timedelta(days=policy_of(hall.pk, now=now).consulting.close_days)
    rows = Enquiry.objects.filter(hall=hall, state__in=ENQUIRY.of("close"), answered_at__lte=before)
    done = 0
    with transaction.atomic():
        waiting = rows.select_for_update(no_key=True, skip_locked=True, of=("self",)).select_related("hall")
        for enquiry in waiting.order_by("answered_at", "id")[:most]:
            _close(enquiry, by=by, now=now)
            done += 1
    return done


# --- Answers for everybody --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Writing:
    """A question and its answer without whose they were. English is optional, both or neither."""

    question_zh: str
    answer_zh: str
    question_en: str = ""
    answer_en: str = ""


def write_up(*, no: str, writing: Writing, department: str, by: Actor, now: datetime) -> PublicAnswer:
    """Write for everybody what one enquiry was about; another person publishes it. What was written before and waits is
    replaced.

    :raises Refused: nothing-found, invalid, wrong-state (not answered yet), changed-meanwhile.
    """
    staff, words = _staff(by), _public_words(writing)
    with transaction.atomic():
        enquiry = _locked(no)
        if enquiry.answered_at is None:
            raise Refused("wrong-state", facts={"kind": "enquiry", "state": enquiry.state, "needs": "answered"})
        _theirs(enquiry, department)
        drafts = PublicAnswer.objects.filter(enquiry=enquiry, state__in=PUBLIC_ANSWER.of("publish"))
        drafts.update(state=PUBLIC_ANSWER.to("withdraw"), withdrawn_by_id=staff, withdrawn_at=now)
        written = PublicAnswer.objects.create(
            item=enquiry.item, hall=enquiry.hall, department=enquiry.department, enquiry=enquiry, written_by_id=staff,
            written_at=now, **words,
        )  # fmt: skip
        _record("answer_written", enquiry, by=by, now=now, facts={"answer": written.pk})
    return written


def _public_words(writing: Writing) -> dict[str, str]:
    """:raises Refused: invalid."""
    most = {"question": rules.LONGEST_PUBLIC_QUESTION, "answer": rules.LONGEST_ANSWER}
    least = {"zh": 1, "en": 1 if writing.question_en.strip() or writing.answer_en.strip() else 0}
    found = {}
    for language in ("zh", "en"):
        for part in ("question", "answer"):
            field = f"{part}_{language}"
            text = _words(getattr(writing, field), least=least[language], most=most[part], field=field)
            if rules.personal(text):
                raise Refused("invalid", facts={"field": field, "reason": _PERSONAL})
            found[field] = text
    return found


def publish(*, answer_id: int, hall: Hall, department: str, by: Actor, now: datetime) -> PublicAnswer:
    """Everybody reads it from now on. A second person does it, who did not write it.

    :raises Refused: nothing-found, same-person, wrong-state.
    """
    staff = _staff(by)
    with transaction.atomic():
        row = _public(answer_id, hall, department)
        _need_public(row, "publish")
        if row.written_by_id == staff:
            raise Refused("same-person", facts={"reason": _ANOTHER})
        row.state, row.published_by_id, row.published_at = PUBLIC_ANSWER.to("publish"), staff, now
        row.save(update_fields=["state", "published_by", "published_at"])
        _record("answer_published", row.enquiry, by=by, now=now, facts={"answer": row.pk})
    return row


def take_down(*, answer_id: int, hall: Hall, department: str, by: Actor, now: datetime) -> PublicAnswer:
    """Nobody reads it any more; or a draft is dropped. :raises Refused: nothing-found, wrong-state."""
    staff = _staff(by)
    with transaction.atomic():
        row = _public(answer_id, hall, department)
        _need_public(row, "withdraw")
        row.state, row.withdrawn_by_id, row.withdrawn_at = PUBLIC_ANSWER.to("withdraw"), staff, now
        row.save(update_fields=["state", "withdrawn_by", "withdrawn_at"])
        _record("answer_withdrawn", row.enquiry, by=by, now=now, facts={"answer": row.pk})
    return row


def _public(answer_id: int, hall: Hall, department: str) -> PublicAnswer:
    """One of this hall, and of this department where somebody belongs to one. :raises Refused: nothing-found."""
    rows = PublicAnswer.objects.select_for_update(no_key=True, of=("self",)).select_related("enquiry__hall")
    rows = rows.filter(pk=answer_id, hall=hall)
    row = (rows.filter(department__code=department) if department else rows).first()
    if row is None:
        raise Refused("nothing-found", facts={"answer": answer_id})
    return row


def _need_public(row: PublicAnswer, verb: str) -> None:
    """:raises Refused: wrong-state."""
    if (no := PUBLIC_ANSWER.refusal(row.state, verb)) is not None:
        raise Refused(no.slug, facts={"kind": "public_answer", **no.facts})


# --- Words end --------------------------------------------------------------------------------------------------


def forget_words(*, before: Mapping[int, datetime], most: int) -> int:
    """Delete what was asked and answered in enquiries that ended long ago, and what was written for everybody but is read by
    nobody. Item, days and states stay.

    :param before: by hall id, what an end is older than. :returns: of how many enquiries.
    """
    if not before:
        return 0
    ended, down, lying = Q(), Q(), Q()
    for hall_id, moment in before.items():
        ended |= Q(hall_id=hall_id, closed_at__lt=moment)
        down |= Q(hall_id=hall_id, withdrawn_at__lt=moment)
        lying |= Q(hall_id=hall_id, written_at__lt=moment)
    drafts = PublicAnswer.objects.filter(lying, state__in=PUBLIC_ANSWER.of("publish"))
    drafts.update(state=PUBLIC_ANSWER.to("withdraw"), withdrawn_at=F("written_at"))
    nothing = {"question_zh": "", "answer_zh": "", "question_en": "", "answer_en": ""}
    PublicAnswer.objects.filter(down).exclude(question_zh="").update(**nothing)
    rows = Enquiry.objects.filter(ended, forgotten=False).order_by("closed_at", "id")
    old = list(rows.values_list("pk", flat=True)[:most])
    with transaction.atomic():
        Question.objects.filter(enquiry__in=old).exclude(text="").update(text="")
        Answer.objects.filter(question__enquiry__in=old).exclude(text="").update(text="")
        Forwarding.objects.filter(enquiry__in=old).exclude(reason="").update(reason="")
        return Enquiry.objects.filter(pk__in=old).update(contact=None, contact_index="", forgotten=True)
