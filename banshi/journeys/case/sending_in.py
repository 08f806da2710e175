"""寄件: papers come to the hall by courier. They count as dropped ones do: from the hall's day, or from its next day of work."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from banshi.journeys.case import folders
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import wants_more
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.delivery.models import SentPapers


def announce(*, case_no: str, carrier: str, waybill: str, by: Actor, now: datetime) -> SentPapers:
    """Whoever applied has posted the papers of a case that was looked over beforehand: it waits for them. Those of a supplement,
    and what was to follow, change no phase: they have to be here by their day.

    :raises Refused: nothing-found, wrong-state, too-late (of a supplement), already-dropped (they are here), invalid.
    """
    with transaction.atomic():
        case = cases.lock(case_no)
        cases.need_wanted(case, now=now)
        _need_none(case)
        sent = delivery.announce(case=case, carrier=carrier, waybill=waybill, by=by, now=now)
        if not wants_more(case) and case.phase != "await_receipt":
            cases.expect(case_no=case_no, appointment="", waybill=sent.waybill, by=by, now=now)
    return sent


def _need_none(case: Case) -> None:
    """:raises Refused: already-dropped."""
    if wants_more(case):  # what came for the receipt is another matter
        if case.brought_on is not None:
            raise Refused("already-dropped", facts={"day": case.brought_on})
        return
    sent, drop = deliveries.sent_papers_of(case), deliveries.drop_of(case)
    day = drop.counts_from if drop is not None else sent.counts_from if sent is not None else None
    if day is not None:
        raise Refused("already-dropped", facts={"day": day})


def call_off(*, case_no: str, by: Actor, now: datetime) -> Case:
    """They are not sent after all. :raises Refused: nothing-found, changed-meanwhile (they came, or never were to)."""
    with transaction.atomic():
        case = cases.lock(case_no)
        row = delivery.call_off(case=case, now=now)
        if case.phase == "await_receipt" and not case.appointment and deliveries.drop_of(case) is None:
            case = cases.expect_no_more(case_no=case_no, waybill=row.waybill, by=by, now=now)
    return case


def came(*, case_no: str, by: Actor, now: datetime) -> SentPapers:
    """A clerk has the parcel in hand: as papers out of a cabinet, it is to be received.

    :raises Refused: nothing-found, changed-meanwhile.
    """
    with transaction.atomic():
        case = cases.lock(case_no)
        day = deliveries.counts_from(case.hall, now)
        row = delivery.came(case=case, day=day, by=by, now=now)
        cases.papers_here(case, day=day, now=now)
        folders.make(case_no=case_no, by=by, now=now)
        event = case.events.order_by("-seq")[0]
        cases.tell(case, "case_papers_came", event=event, anew=f":{row.pk}", now=now, day=day.isoformat())
    return row
