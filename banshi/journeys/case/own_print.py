"""本人证照打印: whoever stands at a machine and has shown who they are sees what was granted to them, and prints it: the paper
that stands with the case, with its verification code. It hands nothing over: what lies at the issue window opens with its own
code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Final

import pikepdf
from django.db.models import QuerySet

from banshi.foundation import limits
from banshi.journeys.case import conclude
from banshi.journeys.case.kiosk_print import is_printable
from banshi.journeys.person import at_kiosk
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, CasePaper
from banshi.rooms.devices import actions as devices
from banshi.rooms.devices.actions import use
from banshi.rooms.devices.models import Device
from banshi.rooms.devices.ports import PrinterTrouble
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.models import KioskSession
from banshi.rooms.places.models import Hall

LOOKED_THROUGH: Final = 50
COPIES: Final = 5  # of one document; then one every few hours: paper costs money


@dataclass(frozen=True)
class Own:
    """A document of theirs that is worth the same on paper, and in force. It is told by the number on it."""

    case: Case
    paper: CasePaper


@dataclass(frozen=True)
class Printed:
    paper: CasePaper
    pages: int


def documents_of(person_id: int) -> list[Own]:
    """What was granted to this very person and is theirs already, of any hall, the newest first."""
    return [own for case in _theirs(person_id).order_by("-id")[:LOOKED_THROUGH] if (own := _own(case)) is not None]


def document_of(person_id: int, *, case_no: str) -> Own | None:
    """The same, of one case."""
    case = _theirs(person_id).filter(no=case_no).first()
    return _own(case) if case is not None else None


def _theirs(person_id: int) -> QuerySet[Case]:
    entries = [row.pk for row in people.documents_of(person_id)]
    rows = Case.objects.filter(person__in=entries, organisation=None, granted=True, phase__in=("delivered", "closed"))
    return rows.select_related("item", "hall")


def _own(case: Case) -> Own | None:
    paper = conclude.result_of(case) if is_printable(case) else None
    return Own(case, paper) if paper is not None else None


def print_own(
    *, session: KioskSession, hall: Hall, number: str, device: Device | None, by: Actor, now: datetime
) -> Printed:
    """:param number: of the document.

    :raises Refused: show-first; nothing-found – also somebody else's, and what is not theirs yet; rate-limited; printer-stuck;
        paper-set-aside.
    """
    at_kiosk.need(session, hall=hall, what="prints", now=now)
    case = _theirs(session.person_id).filter(papers__number=number).first()
    own = _own(case) if case is not None else None
    if own is None or own.paper.number != number:
        raise Refused("nothing-found", facts={"document": number[:60]})
    limits.take(key=f"own-print:{own.paper.number}", per_minute=COPIES / 1440, burst=COPIES)
    pdf = cases.pdf_of(own.paper.number, now=now)
    try:
        devices.print_pages(device=device, pdf=pdf)
    except PrinterTrouble as trouble:
        raise Refused("printer-stuck", facts={"own": True}) from trouble
    audit.record(
        action="document-printed", subject=f"case:{own.case.no}", by=by, now=now, hall=hall.code,
        facts={"document": own.paper.number, "machine": session.device},
    )  # fmt: skip
    printed = f"{own.case.no}:own-{now.timestamp():.0f}"
    use.used(device=device, deed="print", key=printed, item_id=own.case.item_id, now=now)
    with pikepdf.open(BytesIO(pdf)) as document:
        return Printed(own.paper, len(document.pages))
