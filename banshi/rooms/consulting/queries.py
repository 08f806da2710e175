"""Reads on enquiries: one with all that was said, work lists, and the answers everybody may read."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet

from banshi.foundation.memory import forgettable
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.kernel.search import Entry, Index
from banshi.kernel.working_days import WorkCalendar
from banshi.rooms.calendars.queries import work_calendar
from banshi.rooms.cases.models import Case
from banshi.rooms.catalogue.models import Department, HallItem, Item
from banshi.rooms.consulting import rules
from banshi.rooms.consulting.models import Answer, Enquiry, Forwarding, PublicAnswer, Question
from banshi.rooms.consulting.rules import PUBLIC_ANSWER
from banshi.rooms.places.models import Hall


@dataclass(frozen=True)
class AnswerView:
    """One version of an answer. `by`: of the staff who wrote it."""

    version: int
    text: str
    at: datetime
    by: int
    department_zh: str
    department_en: str


@dataclass(frozen=True)
class QuestionView:
    """What was asked, with the answer that stands and the earlier ones, newest first."""

    seq: int
    text: str
    asked_at: datetime
    answer: AnswerView | None
    earlier: tuple[AnswerView, ...]


@dataclass(frozen=True)
class EnquiryLine:
    """An enquiry in a list, without a word of it. `light`: red | yellow | green | ""."""

    no: str
    hall: str
    hall_zh: str
    hall_en: str
    item: str
    item_zh: str
    item_en: str
    department: str
    department_zh: str
    department_en: str
    state: str
    asked_at: datetime
    due_on: date | None
    left: int | None
    light: str
    further: bool
    forwarded: bool
    helped: bool | None
    case: str  # the number of the case it complains of, or ""
    complaint: bool

    @property
    def late(self) -> int:
        """Working days since it was due."""
        return max(0, -self.left) if self.left is not None else 0


@dataclass(frozen=True)
class PublicView:
    """常见问答. Where nobody wrote English, the Chinese stands there."""

    id: int
    item: str
    item_zh: str
    item_en: str
    hall: str
    hall_zh: str
    hall_en: str
    department_zh: str
    department_en: str
    question_zh: str
    question_en: str
    answer_zh: str
    answer_en: str
    state: str
    written_by: int
    at: datetime  # when it was published, or written


# --- Enquiries --------------------------------------------------------------------------------------------------


def all_enquiries() -> QuerySet[Enquiry]:
    """`case_no`: the number of what one complains of, None of any other; the case itself, with its form, is not read."""
    rows = Enquiry.objects.select_related("hall", "item", "department", "forwarding")
    return rows.annotate(case_no=F("case__no"))


def where_to_complain(case: Case) -> str:
    """The item under which somebody says what went wrong with a case: the hall's own window for that, else the case's."""
    stuck = HallItem.objects.filter(hall_id=case.hall_id, item__code=rules.STUCK).exists()
    return rules.STUCK if stuck else case.item.code


def enquiry_by_no(no: str) -> Enquiry:
    """:raises Refused: nothing-found."""
    found = all_enquiries().filter(no=no).first()
    if found is None:
        raise Refused("nothing-found", facts={"enquiry": no})
    return found


def mine(account_id: int) -> QuerySet[Enquiry]:
    """What an account asked. Newest first."""
    return all_enquiries().filter(account_id=account_id).order_by("-id")


def asked_by(actor: Actor) -> QuerySet[Enquiry]:
    """What another system asked for somebody. Newest first."""
    return all_enquiries().filter(asked_by=str(actor)).order_by("-id")


def taken_at_windows(hall: str) -> QuerySet[Enquiry]:
    """What people said to a clerk of this hall. Newest first."""
    return all_enquiries().filter(hall__code=hall, asked_by__startswith="staff:").order_by("-id")


def stuck(hall: str) -> QuerySet[Enquiry]:
    """What people could not get done (办不成事) and nobody has answered yet, due first."""
    rows = all_enquiries().filter(hall__code=hall, state__in=rules.ENQUIRY.of("answer"))
    return rows.filter(Q(item__code=rules.STUCK) | Q(case__isnull=False) | Q(complaint=True)).order_by("due_on", "id")


def visible_to(rows: QuerySet[Enquiry], *, halls: Collection[str], department: str = "") -> QuerySet[Enquiry]:
    """Those that somebody who works here may see: of the halls where they look at enquiries – "*" = all –, and of their
    department where they belong to one, also those it forwarded; who belongs to none sees all of a hall.
    """
    if "*" not in halls:
        rows = rows.filter(hall__code__in=list(halls))
    if not department:
        return rows
    return rows.filter(Q(department__code=department) | Q(forwarding__sender__code=department))


def worklist(
    *, halls: Collection[str], department: str = "", item: str = "", late_on: date | None = None
) -> QuerySet[Enquiry]:
    """What waits for an answer of the department, due first. :param late_on: only what was due before this day."""
    rows = visible_to(all_enquiries(), halls=halls).filter(state__in=rules.ENQUIRY.of("answer"))
    if department:
        rows = rows.filter(department__code=department)
    if item:
        rows = rows.filter(item__code=item)
    if late_on is not None:
        rows = rows.filter(due_on__lt=late_on)
    return rows.order_by("due_on", "id")


def to_answer(*, halls: Collection[str], department: str = "") -> QuerySet[Enquiry]:
    """All that is the department's to answer, or was: not what it forwarded. Newest first."""
    rows = visible_to(all_enquiries(), halls=halls)
    return (rows.filter(department__code=department) if department else rows).order_by("-id")


def overdue(now: datetime) -> Q:
    """Those that wait since before the day that it is in their hall."""
    zones = Hall.objects.order_by("timezone").values_list("timezone", flat=True).distinct()
    found = Q(pk__in=[])
    for zone in zones:
        found |= Q(hall__timezone=zone, due_on__lt=now.astimezone(ZoneInfo(zone)).date())
    return found & Q(state__in=rules.ENQUIRY.of("answer"))


def found_by(asked: str) -> Q:
    """By number or its last digits, or by matter; what people wrote is nobody's to search."""
    return Q(no__endswith=asked.upper()) | Q(item__name_zh__icontains=asked) | Q(item__name_en__icontains=asked)


def lines(rows: Iterable[Enquiry], *, now: datetime) -> list[EnquiryLine]:
    """One calendar for all of them, one look for further questions."""
    some = list(rows)
    calendar = work_calendar()
    further = set(Question.objects.filter(enquiry__in=some, seq=2).values_list("enquiry_id", flat=True))
    return [_line(row, now, calendar, further=row.pk in further) for row in some]


def _line(row: Enquiry, now: datetime, calendar: WorkCalendar, *, further: bool) -> EnquiryLine:
    today = now.astimezone(ZoneInfo(row.hall.timezone)).date()
    left = calendar.working_days_between(today, row.due_on) if row.due_on is not None else None
    return EnquiryLine(
        no=row.no, hall=row.hall.code, hall_zh=row.hall.name_zh, hall_en=row.hall.name_en, item=row.item.code,
        item_zh=row.item.name_zh, item_en=row.item.name_en, department=row.department.code,
        department_zh=row.department.name_zh, department_en=row.department.name_en, state=row.state,
        asked_at=row.asked_at, due_on=row.due_on, left=left,
        light=rules.light(row.state, row.due_on, today=today, left=left or 0), further=further,
        forwarded=forwarding_of(row) is not None, helped=row.helped,
        case=getattr(row, "case_no", None) or "", complaint=row.complaint,
    )  # fmt: skip


def forwarding_of(enquiry: Enquiry) -> Forwarding | None:
    return getattr(enquiry, "forwarding", None)


def questions_of(enquiry: Enquiry) -> list[QuestionView]:
    """All that was asked and answered, in its order. Empty words were deleted with time."""
    given: dict[int, list[AnswerView]] = {}
    for row in Answer.objects.filter(question__enquiry=enquiry).select_related("department").order_by("-version"):
        view = AnswerView(row.version, row.text, row.at, row.by_id, row.department.name_zh, row.department.name_en)
        given.setdefault(row.question_id, []).append(view)
    found = []
    for each in Question.objects.filter(enquiry=enquiry).order_by("seq"):
        stands, *earlier = given.get(each.pk, [None])
        found.append(
            QuestionView(each.seq, each.text, each.asked_at, stands, tuple(one for one in earlier if one is not None))
        )
    return found


def other_departments(enquiry: Enquiry) -> list[Department]:
    """Those that have items in its hall, without its own."""
    rows = Department.objects.filter(item__halls__hall=enquiry.hall_id).exclude(pk=enquiry.department_id)
    return list(rows.distinct().order_by("code"))


# --- Answers for everybody --------------------------------------------------------------------------------------

_MOST_KEPT = 500
_indexes: dict[int, tuple[tuple[int, ...], Index]] = {}


@forgettable
def forget() -> None:
    """Read what is published anew."""
    _indexes.clear()


def answers_of(item: Item, q: str = "", *, limit: int = 20) -> list[PublicView]:
    """What is published on an item: the newest first; of a question, those that are alike, the likest first."""
    rows = _public().filter(item=item, state="published").order_by("-published_at", "-id")
    if not q.strip():
        return [public_view(row) for row in rows[:limit]]
    ids = tuple(rows.values_list("id", flat=True)[:_MOST_KEPT])
    hits = _index_of(item.pk, ids).search(q[: rules.LONGEST_PUBLIC_QUESTION], limit=limit)
    found = {str(row.pk): row for row in rows.filter(pk__in=[int(hit.code) for hit in hits])}
    return [public_view(found[hit.code]) for hit in hits if hit.code in found]


def _index_of(item_id: int, ids: tuple[int, ...]) -> Index:
    """Built once as long as the same ones are published: what is published never changes."""
    kept = _indexes.get(item_id)
    if kept is None or kept[0] != ids:
        if len(_indexes) >= _MOST_KEPT:
            _indexes.clear()
        rows = PublicAnswer.objects.filter(pk__in=ids).order_by("-published_at", "-id")
        questions = rows.values_list("id", "question_zh", "question_en")
        kept = ids, Index.build([Entry(str(id_), zh, en or zh) for id_, zh, en in questions], [])
        _indexes[item_id] = kept
    return kept[1]


def _public() -> QuerySet[PublicAnswer]:
    return PublicAnswer.objects.select_related("item", "hall", "department")


def public_answers(*, hall: str, department: str = "", state: str) -> QuerySet[PublicAnswer]:
    """Drafts or published ones of a hall, and of a department where somebody belongs to one. Newest first."""
    rows = _public().filter(hall__code=hall, state=state)
    return (rows.filter(department__code=department) if department else rows).order_by("-id")


def written_of(enquiry: Enquiry) -> list[PublicView]:
    """What was written for everybody from this enquiry, and stands."""
    rows = _public().filter(enquiry=enquiry, state__in=list(PUBLIC_ANSWER.goes_on)).order_by("-id")
    return [public_view(row) for row in rows]


def public_view(row: PublicAnswer) -> PublicView:
    return PublicView(
        id=row.pk, item=row.item.code, item_zh=row.item.name_zh, item_en=row.item.name_en,
        hall=row.hall.code, hall_zh=row.hall.name_zh, hall_en=row.hall.name_en,
        department_zh=row.department.name_zh, department_en=row.department.name_en, question_zh=row.question_zh,
        question_en=row.question_en or row.question_zh, answer_zh=row.answer_zh, answer_en=row.answer_en or row.answer_zh,
        state=row.state, written_by=row.written_by_id, at=row.published_at or row.written_at,
    )  # fmt: skip
