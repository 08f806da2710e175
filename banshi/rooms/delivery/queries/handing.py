"""Reads on deliveries."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.models import Delivery
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets.models import Ticket

CALLED_FOR: Final = timedelta(minutes=20)  # on the boards, from when it is ready
MOST_CALLED: Final = 8


def delivery_of(case: Case) -> Delivery | None:
    """Where the result of a case lies or went, if there is one."""
    return Delivery.objects.filter(case=case).first()


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


def posted_among(cases: list[Case]) -> frozenset[str]:
    """Numbers of those whose result is on its way."""
    rows = Delivery.objects.filter(case__in=[case for case in cases if case.phase == "ready"], state="posted")
    return frozenset(rows.values_list("case__no", flat=True))


def called_for(hall: Hall, *, now: datetime) -> list[str]:
    """立等可取: the numbers of those who wait in the hall and whose result has just been laid ready, the newest first; where
    they had none, the end of the case's. Nothing on a board says who they are.
    """
    rows = Delivery.objects.filter(
        case__hall=hall, case__wait_until__isnull=False, state="ready", ready_at__gt=now - CALLED_FOR, ready_at__lte=now
    ).select_related("case")
    found = list(rows.order_by("-ready_at", "-id")[:MOST_CALLED])
    tickets = Ticket.objects.filter(visit__in=[row.case.visit_id for row in found if row.case.visit_id]).order_by("id")
    numbers = dict(tickets.values_list("visit_id", "number"))
    return [numbers.get(row.case.visit_id or 0) or f"…{row.case.no[-4:]}" for row in found]
