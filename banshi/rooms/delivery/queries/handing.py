"""Reads on deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q

from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.models import Cabinet, Delivery, Stay
from banshi.rooms.identity.models import Guardianship, OrganisationMember
from banshi.rooms.identity.queries.guardians import in_force as guardians_in_force
from banshi.rooms.identity.queries.organisations import in_force
from banshi.rooms.places.models import Hall, Window
from banshi.rooms.tickets.models import Ticket

CALLED_FOR: Final = timedelta(minutes=20)  # on the boards, from when it is ready
MOST_CALLED: Final = 8
CHINA: Final = ZoneInfo("Asia/Shanghai")
CALL_STANDS: Final = timedelta(minutes=10)  # a call to a window


def delivery_of(case: Case) -> Delivery | None:
    """Where the result of a case lies or went, if there is one."""
    return Delivery.objects.filter(case=case).first()


def lying_since(hall: Hall, *, before: datetime, most: int) -> list[str]:
    """Numbers of cases whose result, or refusal in writing, lies at the issue window since before, and that were not told of
    again: the oldest first. What lies in a cabinet, or is to be posted, waits for nobody to come.
    """
    rows = Delivery.objects.filter(case__hall=hall, state="ready", reminded_at=None, ready_at__lt=before)
    rows = rows.filter(case__phase__in=["decided", "ready"]).exclude(case__wish__how="courier")
    in_cells = Stay.objects.filter(case=OuterRef("case"), kind="result", out_at=None)
    rows = rows.filter(~Exists(in_cells))
    return list(rows.order_by("ready_at", "id").values_list("case__no", flat=True)[:most])


def papers_left(hall: Hall, *, most: int) -> list[Delivery]:
    """Papers whose file was taken, and that lie at the issue window still: the oldest first."""
    rows = Delivery.objects.filter(case__hall=hall, state="delivered", how="electronic", paper_out_at=None).exclude(
        place=""
    )
    return list(rows.select_related("case__item").order_by("delivered_at", "id")[:most])


def code_for_applicant(case: Case) -> str:
    """The code while it still opens something; "" afterwards. Only ever for whoever applied."""
    row = delivery_of(case)
    return row.open_code if row is not None else ""


def codes_of_others(*, now: datetime) -> list[str]:
    """Numbers of cases whose result lies ready and may be opened by somebody else than whoever applied, by a right that seems to
    be over; not while a cell is open by it. Whether it is over is for the journey to say.
    """
    today = now.astimezone(CHINA).date()
    theirs = OrganisationMember.objects.filter(
        in_force(today), organisation=OuterRef("case__organisation"), person=OuterRef("case__person")
    )
    letter = Q(case__letter__ended_at__isnull=False) | Q(case__letter__valid_until__lt=today)
    account = Guardianship.objects.filter(
        guardians_in_force(today), child=OuterRef("case__person"), guardian=OuterRef("case__account__person")
    )
    guardian = ~Exists(account) & (
        Q(case__guardian=None)
        | Q(case__guardian__ended_at__isnull=False)
        | Q(case__guardian__contested_at__isnull=False)
        | Q(case__guardian__valid_until__lt=today)
    )
    over = (
        (Q(rests_on__startswith="p") & letter)
        | (Q(rests_on__startswith="g") & guardian)
        | (Q(rests_on__startswith="o") & ~Exists(theirs))
    )
    opened = Stay.objects.filter(case=OuterRef("case"), kind="result", out_at=None, opened_at__isnull=False)
    rows = Delivery.objects.filter(over, state="ready").exclude(rests_on="").exclude(Exists(opened))
    return list(rows.order_by("id").values_list("case__no", flat=True))


def posted_among(cases: list[Case]) -> frozenset[str]:
    """Numbers of those whose result is on its way."""
    rows = Delivery.objects.filter(
        case__in=[case for case in cases if case.phase in ("decided", "ready")], state="posted"
    )
    return frozenset(rows.values_list("case__no", flat=True))


def ready_among(cases: list[Case], *, cabinet: Cabinet | None = None) -> list[Case]:
    """Those of them whose result waits to be fetched at the issue window, or – `cabinet` – in a cell of that one: none that is to
    be posted."""
    waiting = [case for case in cases if case.phase == "ready"]
    if not waiting:
        return []
    rows = Delivery.objects.filter(case__in=waiting, state="ready").exclude(case__wish__how="courier")
    stays = Stay.objects.filter(case=OuterRef("case"), kind="result", out_at=None)
    there = Exists(stays) if cabinet is None else Exists(stays.filter(cell__cabinet=cabinet))
    lying = frozenset(rows.filter(~there if cabinet is None else there).values_list("case_id", flat=True))
    return [case for case in waiting if case.pk in lying]


def called_for(hall: Hall, *, now: datetime) -> list[str]:
    """立等可取: the numbers of those who wait in the hall and whose result has just been laid ready, and whom no window calls
    yet (`called_to`), the newest first. Nothing on a board says who they are.
    """
    rows = Delivery.objects.filter(
        case__hall=hall,
        case__phase="ready",
        case__wait_until__isnull=False,
        state="ready",
        ready_at__gt=now - CALLED_FOR,
        ready_at__lte=now,
    ).select_related("case")
    recent = rows.filter(case__called_at=None) | rows.filter(case__called_at__lte=now - CALL_STANDS)
    found = [row.case for row in recent.order_by("-ready_at", "-id")[:MOST_CALLED]]
    return numbers_of(found)


def numbers_of(cases: Sequence[Case]) -> list[str]:
    """The number each of them had in the line; where it had none, the end of the case's."""
    tickets = Ticket.objects.filter(visit__in=[case.visit_id for case in cases if case.visit_id]).order_by("id")
    numbers = dict(tickets.values_list("visit_id", "number"))
    return [numbers.get(case.visit_id or 0) or f"…{case.no[-4:]}" for case in cases]


@dataclass(frozen=True)
class CalledTo:
    """A number that is called to a window for its result. `zone`, `floor_zh`, `floor_en`: of the window."""

    number: str
    window: str
    at: datetime
    zone: str
    floor_zh: str
    floor_en: str


def call_of(case: Case, *, now: datetime) -> str:
    """The window that its person is called to now; "" for none."""
    if case.phase != "ready" or case.called_at is None or not now - CALL_STANDS < case.called_at <= now:
        return ""
    return case.called_to


def called_to(hall: Hall, *, now: datetime) -> list[CalledTo]:
    """叫领取: who is called to an issue window, the last first, for some minutes or until the result is fetched."""
    rows = Case.objects.filter(hall=hall, phase="ready", called_at__gt=now - CALL_STANDS, called_at__lte=now)
    found = list(rows.order_by("-called_at", "-id")[:MOST_CALLED])
    windows = {
        each.number: each
        for each in Window.objects.filter(hall=hall, number__in=[row.called_to for row in found]).select_related(
            "zone__floor"
        )
    }
    return [
        CalledTo(
            number,
            case.called_to,
            case.called_at,
            there.zone.code,
            there.zone.floor.label_zh,
            there.zone.floor.label_en,
        )
        for case, number in zip(found, numbers_of(found), strict=True)
        if case.called_at is not None and (there := windows.get(case.called_to)) is not None
    ]
