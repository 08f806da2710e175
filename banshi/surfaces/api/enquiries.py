"""Questions to a department (咨询): asked through another system, answered by staff, and what everybody may read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field, StringConstraints

from banshi.foundation import clock
from banshi.kernel.masking import mask_phone
from banshi.kernel.refusals import Refused
from banshi.kernel.rights import must_hold
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.consulting import actions
from banshi.rooms.consulting import queries as consulting
from banshi.rooms.consulting.models import Enquiry
from banshi.rooms.consulting.queries import AnswerView, EnquiryLine, PublicView
from banshi.rooms.identity import queries as identity
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.api.answers import Answer, answer
from banshi.surfaces.api.keys import Caller, permissions_of
from banshi.surfaces.api.operations import caller, found, language, op, write
from banshi.surfaces.api.pages import page_of_more, start_of
from banshi.surfaces.api.parts import hall_name, moment, named, zone_of
from banshi.surfaces.api.schemas import PRINTABLE, Code, In, Named, Out, Page, Paged

router = Router(tags=["enquiries"])
LOOK = "enquiries.look"
_NO_ITEM = {"zh": "写事项，或者写反映的件", "en": "Name the item, or the case it complains of"}
State = Literal["open", "answered", "closed", "withdrawn"]  # as the table of the room has them
Words = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\u0000]*$")]


class EnquiryIn(In):
    item: Code | None = Field(None, description="Required, but where a case is named.")
    hall: Code
    text: Words = Field(description="5 to 1,000 characters.")
    phone: Annotated[str, StringConstraints(max_length=30, pattern=PRINTABLE)] = Field(
        "", description="Who is told that there is an answer; nobody where it is empty. Required of a staff key."
    )
    case: Code | None = Field(
        None, description="Number of the case of this hall that it complains of (办不成事). With a staff key alone."
    )
    complaint: bool = Field(
        False,
        description="No question: something does not get done. The hall's supervisors follow it. With a staff key alone.",
    )


class EnquiryAnswerIn(In):
    question: int = Field(description="Number of the question that was read: another one may wait by now.", ge=1, le=9)
    text: Words = Field(description="1 to 2,000 characters.")


class EnquiryForwardIn(In):
    to: Code = Field(description="Code of the department; one that has items in this hall.")
    reason: Words = Field(description="2 to 300 characters.")


class EnquiryAnswerOut(Out):
    text: str = Field(description="Empty once it was deleted with time.")
    at: datetime
    version: int = Field(description="More than 1: it was corrected.")
    department: str
    department_en: str


class AnsweredQuestionOut(Out):
    question: int
    text: str
    at: datetime
    answer: EnquiryAnswerOut | None


class EnquiryOut(Out):
    no: str
    hall: Named
    item: Named
    department: Named
    state: State
    asked_at: datetime
    due_on: date | None = Field(description="By which day it is answered, while it waits.")
    helped: bool | None
    questions: list[AnsweredQuestionOut]


class EnquiryLineOut(Out):
    no: str
    hall: Named
    item: Named
    department: Named
    state: State
    asked_at: datetime
    asker: str | None = Field(description="The telephone of who asks, masked; null: none was left.")
    due_on: date | None
    light: Literal["red", "yellow", "green"] | None = Field(description="How near its day is, while it waits.")
    further: bool = Field(description="Asked once more (追问).")
    forwarded: bool
    helped: bool | None
    case: str | None = Field(description="Number of the case that it complains of.")
    complaint: bool = Field(description="Something does not get done (办不成事), with a case or without.")


class EnquiriesAsked(Paged):
    hall: Code | None = None
    item: Code | None = None
    state: State | None = None
    overdue: bool = Field(False, description="Only what should have been answered before today.")


class PublicAnswerOut(Out):
    question: str
    question_en: str
    answer: str
    answer_en: str
    hall: Named
    department: str
    department_en: str
    published_on: date


class AnswersAsked(Paged):
    q: Annotated[str, StringConstraints(max_length=80, pattern=PRINTABLE)] = Field(
        "", description="Words of a question; the likest first. Empty: the newest first."
    )


@router.get(
    "/items/{item}/answers", **op("list_answers", {200: Page[PublicAnswerOut]}), summary="Questions and answers"
)
def list_answers(request: HttpRequest, item: Path[Code], asked: Query[AnswersAsked]) -> HttpResponse:
    """What was answered on an item, for everybody."""
    start = start_of(asked)
    views = consulting.answers_of(catalogue.item_by_code(item), asked.q, limit=start + asked.limit + 1)
    return found(page_of_more([_public(view) for view in views[start:]], asked))


def _public(view: PublicView) -> dict[str, Any]:
    zone = zone_of(places.hall_by_code(view.hall))
    return {
        "question": view.question_zh, "question_en": view.question_en, "answer": view.answer_zh, "answer_en": view.answer_en,
        "hall": named(view.hall, view.hall_zh, view.hall_en), "department": view.department_zh,
        "department_en": view.department_en, "published_on": view.at.astimezone(zone).date().isoformat(),
    }  # fmt: skip


@router.post("/enquiries", **op("ask_department", {201: EnquiryOut}), summary="Ask the department of an item")
@write
def ask_department(request: HttpRequest, body: EnquiryIn) -> Answer:
    """A question with its number, and the day by which it is answered. Of channel keys only the one that asked sees it. A staff
    key takes down what somebody says at a window, also what does not get done (办不成事)."""
    who = caller(request)
    hall = places.hall_by_code(body.hall)
    who.must("ask_department", hall.code)
    if who.scope != "staff" and (body.case is not None or body.complaint):
        raise _only_staff("case" if body.case is not None else "complaint")
    case = _complained_of(hall, body.case) if body.case is not None else None
    if case is None and body.item is None:
        raise Refused("invalid", facts={"field": "item", "reason": _NO_ITEM})
    asking = actions.Asking(
        hall=hall, item_code=consulting.where_to_complain(case) if case is not None else body.item or "", text=body.text,
        contact=body.phone or None, language=language(request), case_id=case.pk if case is not None else None,
        complaint=body.complaint or case is not None,
    )  # fmt: skip
    return answer(201, _part(actions.ask(asking, by=who.by, now=clock.now())))


def _only_staff(field: str) -> Refused:
    reason = {"zh": "只有工作人员的密钥能填", "en": "With a staff key alone"}
    return Refused("invalid", facts={"field": field, "reason": reason})


def _complained_of(hall: Hall, no: str) -> Case:
    """:raises Refused: nothing-found – also another hall's."""
    found = cases.all_cases().filter(hall=hall, no=no).first()
    if found is None:
        raise Refused("nothing-found", facts={"case": no})
    return found


@router.get("/enquiries", **op("list_enquiries", {200: Page[EnquiryLineOut]}), summary="Questions to my department")
def list_enquiries(request: HttpRequest, asked: Query[EnquiriesAsked]) -> HttpResponse:
    """Newest first, without a word of them: those that the department of the key's member of staff answers, in the halls where
    they see enquiries; who belongs to none sees all of a hall."""
    who, start, now = caller(request), start_of(asked), clock.now()
    halls = who.where(*permissions_of("list_enquiries"))
    must_hold({LOOK: halls}, LOOK)
    if asked.hall is not None:
        must_hold({LOOK: halls}, LOOK, places.hall_by_code(asked.hall).code)
        halls = frozenset({asked.hall})
    rows = consulting.to_answer(halls=halls, department=identity.department_of(who.staff_id))
    exactly = {"item__code": asked.item, "state": asked.state}
    rows = rows.filter(**{name: value for name, value in exactly.items() if value is not None})
    if asked.overdue:
        rows = rows.filter(consulting.overdue(now))
    some = list(rows.select_related("account")[start : start + asked.limit + 1])
    return found(
        page_of_more([_line(*each) for each in zip(some, consulting.lines(some, now=now), strict=True)], asked)
    )


def _line(enquiry: Enquiry, line: EnquiryLine) -> dict[str, Any]:
    phone = enquiry.contact or (enquiry.account.phone if enquiry.account is not None else None)
    return {
        "no": line.no, "hall": named(line.hall, line.hall_zh, line.hall_en),
        "item": named(line.item, line.item_zh, line.item_en),
        "department": named(line.department, line.department_zh, line.department_en), "state": line.state,
        "asked_at": moment(line.asked_at, zone_of(enquiry.hall)), "asker": mask_phone(str(phone)) if phone else None,
        "due_on": line.due_on.isoformat() if line.due_on else None, "light": line.light or None, "further": line.further,
        "forwarded": line.forwarded, "helped": line.helped, "case": line.case or None,
        "complaint": line.complaint,
    }  # fmt: skip


@router.get("/enquiries/{no}", **op("get_enquiry", {200: EnquiryOut}), summary="One question")
def get_enquiry(request: HttpRequest, no: Path[Code]) -> HttpResponse:
    """What was asked, and what the department answered."""
    return found(_part(_seen(caller(request), no)))


@router.post("/enquiries/{no}/answer", **op("answer_enquiry", {200: EnquiryOut}), summary="Answer")
@write
def answer_enquiry(request: HttpRequest, no: Path[Code], body: EnquiryAnswerIn) -> Answer:
    """Who asked is told that there is an answer. Of two who answer at once one does."""
    who = caller(request)
    seen = _worked(who, no, "answer_enquiry")
    department = identity.department_of(who.staff_id)
    actions.answer(no=seen.no, seq=body.question, text=body.text, department=department, by=who.by, now=clock.now())
    return answer(200, _part(consulting.enquiry_by_no(seen.no)))


@router.post("/enquiries/{no}/forward", **op("forward_enquiry", {200: EnquiryOut}), summary="Forward")
@write
def forward_enquiry(request: HttpRequest, no: Path[Code], body: EnquiryForwardIn) -> Answer:
    """Another department answers, once; the day by which it is answered stays."""
    who = caller(request)
    seen = _worked(who, no, "forward_enquiry")
    department = identity.department_of(who.staff_id)
    actions.forward(no=seen.no, to=body.to, reason=body.reason, department=department, by=who.by, now=clock.now())
    return answer(200, _part(consulting.enquiry_by_no(seen.no)))


def _seen(who: Caller, no: str) -> Enquiry:
    """The enquiry, if this key may see it. :raises Refused: nothing-found – also for somebody else's."""
    enquiry = consulting.enquiry_by_no(no)
    if who.scope == "channel":
        sees = enquiry.asked_by == str(who.by) and who.reaches(enquiry.hall.code)
    else:
        halls = who.where(*permissions_of("get_enquiry"))
        rows = consulting.all_enquiries().filter(pk=enquiry.pk)
        sees = consulting.visible_to(rows, halls=halls, department=identity.department_of(who.staff_id)).exists()
    if not sees:
        raise Refused("nothing-found", facts={"enquiry": no})
    return enquiry


def _worked(who: Caller, no: str, operation: str) -> Enquiry:
    seen = _seen(who, no)
    who.must(operation, seen.hall.code)
    return seen


def _part(enquiry: Enquiry) -> dict[str, Any]:
    zone = zone_of(enquiry.hall)

    def answered(view: AnswerView | None) -> dict[str, Any] | None:
        if view is None:
            return None
        return {
            "text": view.text, "at": moment(view.at, zone), "version": view.version, "department": view.department_zh,
            "department_en": view.department_en,
        }  # fmt: skip

    item, department = enquiry.item, enquiry.department
    return {
        "no": enquiry.no, "hall": hall_name(enquiry.hall), "item": named(item.code, item.name_zh, item.name_en),
        "department": named(department.code, department.name_zh, department.name_en), "state": enquiry.state,
        "asked_at": moment(enquiry.asked_at, zone), "due_on": enquiry.due_on.isoformat() if enquiry.due_on else None,
        "helped": enquiry.helped,
        "questions": [
            {"question": each.seq, "text": each.text, "at": moment(each.asked_at, zone), "answer": answered(each.answer)}
            for each in consulting.questions_of(enquiry)
        ],
    }  # fmt: skip
