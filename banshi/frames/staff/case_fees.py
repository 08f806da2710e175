"""The fee of a case on pages for staff: what it costs and how it stands, and what a window does about it."""

from __future__ import annotations

from datetime import datetime

from banshi.foundation.doors import Asked
from banshi.frames.typed import clean, int_or_none
from banshi.journeys.case import paying
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import Case


def take(request: Asked, case: Case, by: Actor, now: datetime) -> None:
    """Somebody paid here. :raises Refused: those of `paying.at_window`."""
    paying.at_window(case_no=case.no, means=clean(request.POST.get("means"), 10), by=by, now=now)


def show_code(case: Case, by: Actor, now: datetime) -> None:
    """A code of the till, for their own telephone. :raises Refused: those of `paying.by_till`."""
    paying.by_till(case_no=case.no, way="qr", by=by, now=now)


def hand_back(request: Asked, case: Case, by: Actor, now: datetime) -> None:
    """What is to go back went back. :raises Refused: those of `paying.give_back`."""
    refund = int_or_none(request.POST.get("refund"))
    if refund is None:
        raise Refused("nothing-found", facts={"refund": ""})
    paying.give_back(case_no=case.no, refund_id=refund, by=by, now=now)
