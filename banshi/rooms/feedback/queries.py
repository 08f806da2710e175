"""Reads on feedback: what can be rated, what was said, and which tasks wait."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet

from banshi.kernel.refusals import Refusal, Refused
from banshi.rooms.calendars.queries import work_calendar
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries.exceptions import SOON
from banshi.rooms.cases.rules.clocks import light
from banshi.rooms.feedback import rules
from banshi.rooms.feedback.models import Rating, Task
from banshi.rooms.feedback.rules import Tag
from banshi.rooms.places.models import Hall
from banshi.rooms.places.queries import policy_of
from banshi.rooms.tickets.models import Service, Ticket
from banshi.rooms.tickets.queries import contact_of, not_there

PAGE = 50
APPEALED = Q(state="appealed")
WITH_NAMES = ("hall", "ticket__category", "ticket__person", "case__item", "window", "staff")
OF_A_TASK = (*(f"rating__{name}" for name in WITH_NAMES), "rating__task")


@dataclass(frozen=True)
class Rated:
    """What a rating is of. `ref`: of the ticket, or the number of the case."""

    ref: str
    subject: str
    number: str
    language: str
    day: date


@dataclass(frozen=True)
class Answered:
    """What came of a low rating. `text`: "" while nobody has answered, or once the words are forgotten; `outcome`: once it is
    settled by whoever answered, since `settled`, with the `settlement` in words; `set_aside`: since when it counts no more, with
    the `finding`."""

    text: str
    at: datetime | None
    outcome: str
    settlement: str
    settled: datetime | None
    set_aside: datetime | None
    finding: str

    @property
    def outcome_zh(self) -> str:
        return rules.OUTCOMES[self.outcome][0]

    @property
    def outcome_en(self) -> str:
        return rules.OUTCOMES[self.outcome][1]


@dataclass(frozen=True)
class RatePage:
    """What the rating page and the evaluator need. `step`: rate | follow_up | done; `refusal`: why not at all. Of a case `number`
    is empty, and `day` the one on which it ended."""

    ref: str
    number: str
    hall: str
    hall_zh: str
    hall_en: str
    item_zh: str
    item_en: str
    window: str
    staff_zh: str
    staff_en: str
    badge: str
    day: date
    step: str
    stars: int | None
    answers: tuple[Answered, ...]
    refusal: Refusal | None


@dataclass(frozen=True)
class ToRate:
    """A case that is over and can be rated, or added to, now; of a bundle the one to which its rating belongs. `step`: rate |
    follow_up."""

    case: Case
    step: str


@dataclass(frozen=True)
class RatingView:
    """One rating. `at` is hall time, UTC; nothing personal but what the person wrote. Of a case `ticket` is empty, `number` is
    the case's, and `category` its item."""

    id: int
    at: datetime
    stars: int
    level_zh: str
    level_en: str
    tags: tuple[Tag, ...]
    text: str
    channel: str
    follow_up: bool
    ticket: str
    case: str
    number: str
    window: str
    staff_zh: str
    staff_en: str
    category_zh: str
    category_en: str
    task_id: int | None
    task_state: str


@dataclass(frozen=True)
class AppealView:
    """申诉 against a rating. `ground`: groundless | malicious; `upheld`: None while nobody has judged it; upheld, the rating
    counts no more.
    """

    ground: str
    text: str
    at: datetime
    due_on: date | None  # promised: judged by
    light: str  # red, yellow, green; "" once it is judged
    upheld: bool | None
    finding: str
    judged_at: datetime | None


@dataclass(frozen=True)
class TaskView:
    """差评工单. Days are the hall's; `overdue`: somebody should have acted before today."""

    id: int
    rating: RatingView
    state: str
    opened_at: datetime
    answer_due_on: date
    settle_due_on: date
    overdue: bool
    answer: str
    answered_at: datetime | None
    outcome: str
    settlement: str
    settled_at: datetime | None
    appeal: AppealView | None
    told: bool  # a number is known that an answer goes to
    follow_up: RatingView | None  # what the person said later; it may have opened the task again


def tags_for(stars: int) -> tuple[Tag, ...]:
    """The tags offered beside a level, in both languages."""
    return rules.tags_for(stars)


def refusal(*, ticket: Ticket, within_days: int, now: datetime) -> Refusal | None:
    """Why the visit of this ticket cannot be rated now, before looking at what was said already; or None."""
    services = Service.objects.filter(ticket=ticket).order_by("-started_at", "-id")
    last = services.first()
    if last is None and ticket.state not in ("serving", "finished"):
        return Refusal("wrong-state", {"state": ticket.state, "needs": "served"})
    zone = ZoneInfo(ticket.hall.timezone)
    served_at = (
        (last.ended_at or last.started_at) if last else (ticket.finished_at or ticket.started_at or ticket.made_at)
    )
    return _too_late(served_at, zone, within_days=within_days, now=now)


def _too_late(over_at: datetime, zone: ZoneInfo, *, within_days: int, now: datetime) -> Refusal | None:
    until = rules.last_day(over_at.astimezone(zone).date(), within_days)
    if now.astimezone(zone).date() > until:
        return Refusal("too-late", {"closes": until.isoformat()})
    return None


def rated_with(case: Case) -> list[Case]:
    """What a rating of this case is about: of a bundle (一件事) every case of it, the first received one – to which the rating
    belongs – at the front; else the case alone."""
    if case.bundle_id is None:
        return [case]
    return _of_bundles([case.bundle_id])[case.bundle_id]


def _of_bundles(ids: Collection[int]) -> dict[int, list[Case]]:
    """The cases of each of them, the first received one at the front."""
    found: dict[int, list[Case]] = {}
    for part in Case.objects.filter(bundle_id__in=ids).select_related("hall", "item").order_by("id"):
        found.setdefault(part.bundle_id or 0, []).append(part)
    return {of: sorted(parts, key=lambda part: part.received_at is None) for of, parts in found.items()}


def case_refusal(*, case: Case, within_days: int, now: datetime) -> Refusal | None:
    """Why a case cannot be rated now, before looking at what was said already; or None. One that was never received has nobody
    to be rated."""
    return _refusal_of_parts(case, rated_with(case), within_days=within_days, now=now)


def _refusal_of_parts(case: Case, parts: Sequence[Case], *, within_days: int, now: datetime) -> Refusal | None:
    going_on = next((part for part in parts if part.closed_at is None), None)
    if going_on is not None or case.received_at is None:
        return Refusal("wrong-state", {"state": (going_on or case).phase, "needs": "closed"})
    return _too_late(
        max(part.closed_at for part in parts if part.closed_at),
        ZoneInfo(case.hall.timezone),
        within_days=within_days,
        now=now,
    )


def what_was_rated(rating: Rating) -> Rated:
    case = rating.case
    if case is not None:
        zone = ZoneInfo(rating.hall.timezone)
        return Rated(
            ref=case.no, subject=f"case:{case.no}", number=case.no, language=case.language,
            day=(case.closed_at or rating.at).astimezone(zone).date(),
        )  # fmt: skip
    ticket = rating.ticket
    assert ticket is not None, "a rating is of a visit or of a case"
    return Rated(
        ref=ticket.ref, subject=f"ticket:{ticket.ref}", number=ticket.number, language=ticket.language, day=ticket.day,
    )  # fmt: skip


def contact_for(rating: Rating) -> str | None:
    """Whom an answer goes to, E.164; None: no telephone is known."""
    if rating.case is not None:
        return rating.case.contact or None
    return contact_of(rating.ticket) if rating.ticket is not None else None


def rate_page(ref: str, *, now: datetime) -> RatePage:
    """:raises Refused: nothing-found."""
    ticket = Ticket.objects.select_related("hall", "item", "category", "window").filter(ref=ref).first()
    if ticket is None:
        raise not_there(ref)
    said = list(Rating.objects.filter(visit_id=ticket.visit_id).order_by("follow_up"))
    last = (
        Service.objects.select_related("window", "staff").filter(ticket=ticket).order_by("-started_at", "-id").first()
    )
    named: Any = ticket.item or ticket.category
    window = last.window if last else ticket.window
    no = refusal(ticket=ticket, within_days=policy_of(ticket.hall_id, now=now).rating.within_days, now=now)
    return RatePage(
        ref=ref, number=ticket.number, hall=ticket.hall.code, hall_zh=ticket.hall.name_zh, hall_en=ticket.hall.name_en,
        item_zh=named.name_zh, item_en=named.name_en, window=window.number if window else "",
        staff_zh=last.staff.name_zh if last else "", staff_en=last.staff.name_en if last else "",
        badge=last.staff.badge if last else "", day=ticket.day, step=_step(said),
        stars=said[0].stars if said else None, answers=_answers(said), refusal=no,
    )  # fmt: skip


def case_rate_page(case: Case, *, now: datetime) -> RatePage:
    """The same of a case; nobody is named, since several worked it."""
    case = rated_with(case)[0]
    said = list(Rating.objects.filter(case=case).order_by("follow_up"))
    hall, item = case.hall, case.item_then
    return RatePage(
        ref=case.no, number="", hall=hall.code, hall_zh=hall.name_zh, hall_en=hall.name_en,
        item_zh=item.name_zh, item_en=item.name_en, window="", staff_zh="", staff_en="", badge="",
        day=(case.closed_at or now).astimezone(ZoneInfo(hall.timezone)).date(), step=_step(said),
        stars=said[0].stars if said else None,
        answers=_answers(said),
        refusal=case_refusal(case=case, within_days=policy_of(case.hall_id, now=now).rating.within_days, now=now),
    )  # fmt: skip


def to_rate(rows: Iterable[Case], *, within_days: int, now: datetime) -> list[ToRate]:
    """Of these cases what can be rated now, or added to, in their order; a bundle (一件事) once, whichever of its cases are
    among them."""
    rows = list(rows)
    bundles = _of_bundles({case.bundle_id for case in rows if case.bundle_id is not None})
    wholes: dict[int, list[Case]] = {}
    for case in rows:
        parts = bundles[case.bundle_id] if case.bundle_id is not None else [case]
        wholes.setdefault(parts[0].pk, parts)
    said: dict[int, list[Rating]] = {}
    for row in Rating.objects.filter(case_id__in=wholes).order_by("follow_up", "id"):
        said.setdefault(row.case_id or 0, []).append(row)
    found = [
        ToRate(parts[0], _step(said.get(pk, ()))) for pk, parts in wholes.items() if _open(parts, within_days, now)
    ]
    return [each for each in found if each.step != "done"]


def _open(parts: Sequence[Case], within_days: int, now: datetime) -> bool:
    return _refusal_of_parts(parts[0], parts, within_days=within_days, now=now) is None


def _answers(said: Sequence[Rating]) -> tuple[Answered, ...]:
    """What the hall answered to these ratings, and whether one was set aside; in order."""
    rows = Task.objects.filter(rating__in=said).select_related("rating").order_by("id") if said else []
    found = []
    for row in rows:
        aside = row.rating.set_aside_at
        outcome, settlement, settled = ("", "", None) if aside else (row.outcome, row.settlement, row.settled_at)
        finding = row.finding if aside else ""
        found.append(Answered(row.answer, row.answered_at, outcome, settlement, settled, aside, finding))
    return tuple(each for each in found if each.text or each.outcome or each.set_aside)


def _step(said: Sequence[Rating]) -> str:
    return "rate" if not said else ("follow_up" if len(said) == 1 and not said[0].follow_up else "done")


def set_aside(*, halls: Sequence[Hall], first: date, last: date) -> int:
    """How many ratings of visits on these days count no more: an appeal against them was upheld."""
    rows = Rating.objects.filter(visit__hall__in=halls, visit__day__range=(first, last), follow_up=False)
    return rows.exclude(set_aside_at=None).count()


def rated(refs: Sequence[str]) -> dict[str, int]:
    """Ticket ref → how often its visit was rated (0, 1, 2), for those that exist."""
    rows = Ticket.objects.filter(ref__in=refs).values_list("ref").annotate(n=Count("visit__ratings")).order_by("ref")
    return dict(rows)


def ratings(
    *,
    hall: Hall,
    first: date | None = None,
    last: date | None = None,
    stars: Sequence[int] | None = None,
    window: str | None = None,
    staff_id: int | None = None,
    limit: int = PAGE,
    cursor: int | None = None,
) -> list[RatingView]:
    """Newest first. :param first: and `last`: days of the hall, both included. :param cursor: the last id seen."""
    rows = _with_names(Rating.objects.filter(hall=hall)).order_by("-id")
    if first is not None:
        rows = rows.filter(at__gte=_midnight(hall, first))
    if last is not None:
        rows = rows.filter(at__lt=_midnight(hall, last + timedelta(days=1)))
    if stars:
        rows = rows.filter(stars__in=stars)
    if window is not None:
        rows = rows.filter(window__number=window)
    if staff_id is not None:
        rows = rows.filter(staff_id=staff_id)
    if cursor is not None:
        rows = rows.filter(id__lt=cursor)
    return [_view(row) for row in rows[: max(1, min(limit, 500))]]


def tasks(*, hall: Hall, now: datetime, state: str | None = None, limit: int = 200) -> list[TaskView]:
    """Tasks of a hall, the most urgent first. :param state: open | answered | settled | overdue; None = all."""
    today = now.astimezone(ZoneInfo(hall.timezone)).date()
    rows = Task.objects.filter(hall=hall).select_related(*OF_A_TASK)
    if state == "overdue":
        rows = rows.filter(_overdue(today))
    elif state is not None:
        rows = rows.filter(state=state)
    due = "judge_due_on" if state == "appealed" else "answer_due_on"
    found = list(rows.order_by("settled_at", due, "id")[: max(1, min(limit, 500))])
    later = _follow_ups([row.rating for row in found])
    return [_task_view(row, today, later.get(_what(row.rating))) for row in found]


def _what(row: Rating) -> tuple[int | None, int | None]:
    return row.visit_id, row.case_id


def _follow_ups(first: Sequence[Rating]) -> dict[tuple[int | None, int | None], Rating]:
    visits, cases = [[what[n] for what in map(_what, first) if what[n] is not None] for n in (0, 1)]
    of_these = Q(visit_id__in=visits) | Q(case_id__in=cases)
    return {_what(row): row for row in _with_names(Rating.objects.filter(of_these, follow_up=True)).order_by("id")}


@dataclass(frozen=True)
class AppealDue:
    """An appeal that nobody has judged, past its day or near it."""

    task_id: int
    ground: str
    appealed_by: str
    due_on: date
    light: str


def appeals_due(hall: Hall, *, now: datetime, most: int = 50) -> list[AppealDue]:
    """Those that are red or yellow, due first."""
    today, calendar = now.astimezone(ZoneInfo(hall.timezone)).date(), work_calendar()
    rows = Task.objects.filter(APPEALED, hall=hall, judge_due_on__lt=calendar.add_working_days(today, SOON + 1))
    found = []
    for row in rows.order_by("judge_due_on", "id")[:most]:
        assert row.judge_due_on is not None
        shown = light(due_on=row.judge_due_on, today=today, calendar=calendar, stopped=False)
        found.append(AppealDue(row.pk, row.appeal_ground, row.appealed_by, row.judge_due_on, shown))
    return found


def task(task_id: int, *, now: datetime) -> TaskView:
    """:raises Refused: nothing-found."""
    row = Task.objects.select_related("hall", *OF_A_TASK).filter(id=task_id).first()
    if row is None:
        raise Refused("nothing-found", facts={"task": task_id})
    later = _follow_ups([row.rating]).get(_what(row.rating))
    return _task_view(row, now.astimezone(ZoneInfo(row.hall.timezone)).date(), later)


def _overdue(today: date) -> Q:
    return (
        Q(state="open", answer_due_on__lt=today)
        | Q(state="answered", settle_due_on__lt=today)
        | APPEALED & Q(judge_due_on__lt=today)
    )


def _midnight(hall: Hall, day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(hall.timezone))


def _with_names(rows: QuerySet[Rating]) -> QuerySet[Rating]:
    return rows.select_related(*WITH_NAMES, "task")


def _view(row: Rating) -> RatingView:
    level_zh, level_en = rules.LEVELS[row.stars]
    opened: Task | None = getattr(row, "task", None)
    rated = what_was_rated(row)
    named: Any = row.case.item if row.case else row.ticket.category if row.ticket else None
    return RatingView(
        id=row.id, at=row.at, stars=row.stars, level_zh=level_zh, level_en=level_en,
        tags=tuple(rules.tag(code) for code in row.tags), text=row.text, channel=row.channel, follow_up=row.follow_up,
        ticket="" if row.case_id else rated.ref, case=rated.ref if row.case_id else "", number=rated.number,
        window=row.window.number if row.window else "",
        staff_zh=row.staff.name_zh if row.staff else "", staff_en=row.staff.name_en if row.staff else "",
        category_zh=named.name_zh, category_en=named.name_en,
        task_id=opened.id if opened else None, task_state=opened.state if opened else "",
    )  # fmt: skip


def _appeal_view(row: Task, today: date) -> AppealView | None:
    if row.appealed_at is None:
        return None
    due_on = row.judge_due_on if row.judged_at is None else None
    shown = light(due_on=due_on, today=today, calendar=work_calendar(), stopped=False)
    return AppealView(
        ground=row.appeal_ground, text=row.appeal_text, at=row.appealed_at, due_on=row.judge_due_on, light=shown,
        upheld=row.upheld, finding=row.finding, judged_at=row.judged_at,
    )  # fmt: skip


def _task_view(row: Task, today: date, later: Rating | None) -> TaskView:
    late = rules.overdue(
        row.state, answer_due_on=row.answer_due_on, settle_due_on=row.settle_due_on, judge_due_on=row.judge_due_on, today=today
    )  # fmt: skip
    return TaskView(
        id=row.id, rating=_view(row.rating), state=row.state, opened_at=row.opened_at, answer_due_on=row.answer_due_on,
        settle_due_on=row.settle_due_on, overdue=late, answer=row.answer,
        answered_at=row.answered_at, outcome=row.outcome, settlement=row.settlement,
        settled_at=row.settled_at, appeal=_appeal_view(row, today),
        told=bool(contact_for(row.rating)),
        follow_up=_view(later) if later is not None and later.pk != row.rating_id else None,
    )  # fmt: skip
