"""自助打印: whoever shows their card and knows the code has the result printed at a kiosk, and that hands it over. What does not
come out is not handed over, and the code stays good.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from banshi.journeys.case import codes, conclude
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import handling_of_case
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.delivery.models import Printing
from banshi.rooms.devices import actions as devices
from banshi.rooms.devices.actions import use
from banshi.rooms.devices.models import Device
from banshi.rooms.devices.ports import PrinterTrouble
from banshi.rooms.places.models import Hall
from banshi.rooms.places.queries import policy_of


def print_result(*, hall: Hall, code: str, person_id: int, device: Device | None, by: Actor, now: datetime) -> Printing:
    """Printed on the device's printer, between two transactions: a machine that dies there leaves a copy that counts for nothing.

    :param person_id: whose card lies on the reader. :raises Refused: rate-limited, code-wrong (also of somebody else's),
        way-not-here (this result is not for a kiosk), code-used (no more copies), changed-meanwhile, printer-stuck; code-void –
        whoever was given the code may fetch no more, and a new one went to whoever applied.
    """
    most = policy_of(hall.pk, now=now).delivery.kiosk_prints
    row = delivery.printable_of(
        person_id=person_id, hall_id=hall.pk, code=code, at=device.code if device is not None else hall.code
    )
    if not most:
        raise Refused("way-not-here")
    if not is_printable(row.case):
        raise Refused("way-not-here", facts={"sheet": False})
    with transaction.atomic():
        case = cases.lock(row.case.no)
        void = codes.renewed(case, by=by, now=now)
        if not void and not is_printable(case):  # revoked since
            raise Refused("way-not-here", facts={"sheet": False})
        if not void:  # nobody else hands it over, or ends the case, until the pages are out
            printing = delivery.claim_copy(case=case, code=code, most=most, device=device, by=by, now=now)
    if void:
        raise Refused("code-void")
    try:
        devices.print_pages(device=device, pdf=_pages(case, now=now))
    except PrinterTrouble as trouble:
        delivery.end_copy(printing=printing, state="jammed", by=by, now=now)
        raise Refused("printer-stuck") from trouble
    with transaction.atomic():
        case = cases.lock(case.no)
        ours = delivery.end_copy(printing=printing, state="printed", by=by, now=now)
        if not ours and not is_printable(case):
            raise Refused("changed-meanwhile")  # the printer took longer than anybody waits for, and the case has ended
        there = deliveries.delivery_of(case)
        if there is not None and there.state == "ready":  # else it is a further copy, or a window was quicker
            conclude.hand_over(case_no=case.no, code=code, how="kiosk", by=by, now=now)
        use.used(device=device, deed="print", key=f"{case.no}:{printing.n}", item_id=case.item_id, now=now)
    return printing


def is_printable(case: Case) -> bool:
    """Whether its result is worth the same on a sheet of paper, and in force."""
    paper = conclude.result_of(case) if handling_of_case(case).result.printable else None
    return paper is not None and paper.ended_at is None


def _pages(case: Case, *, now: datetime) -> bytes:
    paper = conclude.result_of(case)
    assert paper is not None
    return cases.pdf_of(paper.number, now=now)
