"""督办: what is out of the ordinary in a hall's cases – lights, further notices, take-overs, signatures and answers that lack."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from banshi.rooms.calendars.queries import work_calendar
from banshi.rooms.cases.models import Case, CaseEvent, Consultation, Handover, Notice, Obligation, Stop
from banshi.rooms.cases.queries.consulted import consultations
from banshi.rooms.cases.queries.lists import by_shown_day
from banshi.rooms.cases.queries.stopping import longer_than_told
from banshi.rooms.cases.queries.views import CaseLine, due_before, lines, over_at, stage_before, worklist
from banshi.rooms.cases.rules.lifecycle import UNDER_CLOCK
from banshi.rooms.places.models import Hall

LOOKED_BACK = timedelta(days=30)
SOON = 2  # working days, as the lights of lists count them (rules/clocks.light)
UNSIGNED = timedelta(days=1)
MOST = 50  # of a kind


@dataclass(frozen=True)
class Exceptions:
    """Each kind with its newest or most urgent, `MOST` of them; `red`, `yellow`: how many cases in all."""

    red: int
    yellow: int
    late: list[CaseLine]
    soon: list[CaseLine]
    notices: list[Notice]  # further ones
    taken_over: list[CaseEvent]
    deemed: list[CaseEvent]  # counted as accepted: nobody answered
    not_at_once: list[CaseEvent]  # 不予受理 of what is not for this body, said after the day on which it came
    unsigned: list[Handover]
    refused: list[Handover]
    unanswered: list[Consultation]
    longer: list[Stop]  # procedures that take longer than was told
    unmet: list[Obligation]  # papers that were to follow, and did not by the day that was promised


def exceptions(hall: Hall, *, department: str = "", now: datetime) -> Exceptions:
    """:param department: of this one's cases alone."""
    today, since = now.astimezone(ZoneInfo(hall.timezone)).date(), now - LOOKED_BACK
    going = worklist("supervision", halls=[hall.code], department=department)
    theirs: dict[str, object] = {"case__hall": hall} | ({"case__department__code": department} if department else {})
    late = by_shown_day(_due(going, today) | going.filter(over_at(now)))
    soon = _due(going, work_calendar().add_working_days(today, SOON + 1)).exclude(
        due_before(today) | stage_before(today) | over_at(now)
    )
    soon = by_shown_day(soon)
    notices = Notice.objects.filter(**theirs, round__gt=1, at__gte=since).select_related(
        "case__item", "by", "second_by"
    )
    events = CaseEvent.objects.filter(**theirs, at__gte=since).select_related("case__item").order_by("-at", "-id")
    slips = Handover.objects.filter(**theirs).select_related("case__item", "case__department", "given_by", "refused_by")
    asked = consultations().filter(**theirs, answered_at=None, due_on__lt=today, case__phase="in_review")
    unmet = Obligation.objects.filter(**theirs, met_at=None, lapsed_at__isnull=False, case__phase__in=UNDER_CLOCK)
    unmet = unmet.select_related("case__item")
    return Exceptions(
        red=late.count(), yellow=soon.count(),
        late=lines(late[:MOST], now=now), soon=lines(soon[:MOST], now=now),
        notices=list(notices.order_by("-at", "-id")[:MOST]), taken_over=list(events.filter(verb="take")[:MOST]),
        deemed=list(events.filter(verb="deem")[:MOST]),
        not_at_once=list(events.filter(verb="refuse", facts__late_days__gt=0)[:MOST]),
        unsigned=list(
            slips.filter(signed_at=None, refused_at=None, given_at__lt=now - UNSIGNED, case__phase="in_review").order_by(
                "given_at", "id"
            )[:MOST]
        ),
        refused=list(slips.filter(refused_at__gte=since, case__phase="accepted").order_by("-refused_at", "-id")[:MOST]),
        unanswered=list(asked.order_by("due_on", "id")[:MOST]),
        longer=sorted(
            longer_than_told(list(going.exclude(stopped_at=None)), now=now).values(), key=lambda stop: stop.started_at
        )[:MOST],
        unmet=list(unmet.order_by("due_on", "id")[:MOST]),
    )  # fmt: skip


def _due(going: QuerySet[Case], day: date) -> QuerySet[Case]:
    """Those whose clock runs, and whose day comes before this one."""
    return going.filter(due_before(day) | stage_before(day), stopped_at=None)
