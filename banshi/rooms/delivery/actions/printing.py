"""自助打印: a copy is claimed, sent to the printer between transactions, and counted where it came out. In the caller's
transaction, the case locked before.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from banshi.foundation.limits import Tries
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.actions.handing import is_void
from banshi.rooms.delivery.models import Delivery, Printing
from banshi.rooms.delivery.rules import WRONG_CODES
from banshi.rooms.devices.models import Device

LONGEST_WAIT_S: Final = 600
STUCK_AFTER: Final = timedelta(minutes=2)  # whoever printed it is gone: it did not come out


def printable_of(*, person_id: int, hall_id: int, code: str, at: str) -> Delivery:
    """The result of this very person here that the code is of, not posted, nor handed over otherwise. Wrong ones wait longer and
    longer.

    :param at: of the machine. :raises Refused: rate-limited, code-wrong; code-void – whoever had it may fetch no more.
    """
    tries = Tries(f"kiosk-print:{at}", free=WRONG_CODES, most_s=LONGEST_WAIT_S)
    tries.one()
    rows = Delivery.objects.filter(case__person_id=person_id, case__hall_id=hall_id).select_related("case__hall")
    theirs = list(rows.order_by("-id"))
    found = next(_fits(theirs, code), None)
    if found is None and any(row.state == "ready" and is_void(row, code) for row in theirs):
        tries.take_back()
        raise Refused("code-void")
    if found is None:
        raise Refused("code-wrong", facts={"print": True})
    tries.take_back()
    return found


def _fits(rows: Iterable[Delivery], code: str) -> Iterator[Delivery]:
    for row in rows:
        open_still = (row.state == "ready" and row.tries_left > 0) or (row.state == "delivered" and row.how == "kiosk")
        if open_still and row.code and secrets.compare_digest(row.code.encode(), code.strip().encode()):
            yield row


def claim_copy(*, case: Case, code: str, most: int, device: Device | None, by: Actor, now: datetime) -> Printing:
    """The next copy is this machine's to print.

    :param most: copies of a result. :raises Refused: code-used (no more copies), changed-meanwhile (another machine prints it, or
        it was handed over otherwise, has ended, or opens with another code by now).
    """
    if not any(_fits([Delivery.objects.get(case=case)], code)):
        raise Refused("changed-meanwhile")
    rows = Printing.objects.filter(case=case)
    rows.filter(ended_at=None, at__lte=now - STUCK_AFTER).update(state="jammed", ended_at=now)
    if rows.filter(ended_at=None).exists():
        raise Refused("changed-meanwhile")
    printed = rows.filter(state="printed").count()
    if printed >= most:
        raise Refused("code-used")
    return Printing.objects.create(case=case, device=device, n=printed + 1, at=now, by=str(by))


def need_not_printing(*, case: Case, now: datetime) -> None:
    """That no machine prints it at this moment: what comes out of one is handed over there. In the caller's transaction, the case
    locked before.

    :raises Refused: changed-meanwhile.
    """
    if Printing.objects.filter(case=case, ended_at=None, at__gt=now - STUCK_AFTER).exists():
        raise Refused("changed-meanwhile")


def end_copy(*, printing: Printing, state: str, by: Actor, now: datetime) -> bool:
    """printed | jammed. What counts as jammed already stays so. :returns: whether it was this machine's to the end."""
    done = Printing.objects.filter(pk=printing.pk, ended_at=None).update(state=state, ended_at=now)
    if done and state == "printed":
        audit.record(
            action="result-printed", subject=f"case:{printing.case.no}", by=by, now=now, hall=printing.case.hall.code,
            facts={"copy": printing.n},
        )  # fmt: skip
    return bool(done)
