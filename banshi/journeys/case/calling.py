"""叫领取: the result of whoever waits in the rest area is ready, and the issue window calls them as a number is called."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.actions import calling
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.queries import delivery_of, stay_of
from banshi.rooms.places.models import Window

_NO_WINDOW = {"zh": "本大厅没有这个窗口", "en": "This hall has no such window"}


def may_be_called(case: Case) -> bool:
    """Whether somebody waits for it in the hall, and it lies at the issue window."""
    if case.phase != "ready" or case.wait_until is None:
        return False
    delivery = delivery_of(case)
    return delivery is not None and delivery.state == "ready" and stay_of(case, "result") is None


def call(*, case_no: str, window: str, by: Actor, now: datetime) -> Case:
    """:raises Refused: nothing-found; invalid (no such window here); wrong-state – it was fetched, or nobody waits for it."""
    with transaction.atomic():
        case = _lying(case_no)
        if not Window.objects.filter(hall=case.hall, number=window).exists():
            raise Refused("invalid", facts={"field": "window", "reason": _NO_WINDOW})
        calling.call(case, window=window, by=by, now=now)
    return case


def missed(*, case_no: str, by: Actor, now: datetime) -> Case:
    """Nobody came: back to the shelf. :raises Refused: nothing-found; wrong-state – it was fetched, or nobody is called."""
    with transaction.atomic():
        case = _lying(case_no)
        if case.called_at is None:
            raise Refused("wrong-state", facts={"kind": "case", "state": case.phase, "needs": "ready"})
        calling.give_up(case, by=by, now=now)
    return case


def _lying(case_no: str) -> Case:
    case = cases.lock(case_no)
    if not may_be_called(case):
        raise Refused("wrong-state", facts={"kind": "case", "state": case.phase, "needs": "ready"})
    return case
