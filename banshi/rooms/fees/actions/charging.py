"""What is owed: raised with the decision, let off by two people, released where its case ends. All in the caller's transaction,
the case locked before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.fees.actions.refunding import ask_back, ask_part_back
from banshi.rooms.fees.models import Charge, Payment, Refund, Waiver
from banshi.rooms.fees.rules import settled
from banshi.rooms.places.models import Hall


@dataclass(frozen=True)
class Line:
    """收费项目, with what it costs in fen, the document that says so (收费依据), and how it was computed."""

    zh: str
    en: str
    fen: int
    basis_zh: str = ""
    basis_en: str = ""
    how_zh: str = ""
    how_en: str = ""


def raise_charge(
    *, hall: Hall, case_no: str, lines: Sequence[Line], further: bool = False, by: Actor, now: datetime
) -> Charge:
    """应缴. Again it is the one there is. :param lines: at least one, with some money in all. :param further: beside what was
    paid."""
    there = Charge.objects.filter(case_no=case_no, further=further).exclude(state="released").last()
    if there is not None and (there.state == "due" or not further):
        return there
    return Charge.objects.create(
        hall=hall, case_no=case_no, lines=[asdict(line) for line in lines], fen=sum(line.fen for line in lines),
        further=further, raised_at=now, raised_by=str(by),
    )  # fmt: skip


def lock(case_no: str, charge_id: int | None = None) -> Charge:
    """The last charge of a case, or that one of it, and whoever else wants to settle any waits. Its case is locked before.

    :raises Refused: nothing-found – it owes nothing.
    """
    charges = lock_all(case_no)
    found = next((each for each in reversed(charges) if charge_id in (None, each.pk)), None)
    if found is None:
        raise Refused("nothing-found", facts={"case": case_no})
    return found


def lock_all(case_no: str) -> list[Charge]:
    """Every charge of a case, the first one first."""
    rows = Charge.objects.select_for_update(no_key=True, of=("self",)).select_related("hall")
    return list(rows.filter(case_no=case_no).order_by("id"))


def lessen(*, case_no: str, fen: int, by: Actor, now: datetime) -> list[Refund]:
    """退差额: the case owes so much less than it paid. What was paid last goes back first. The case is locked."""
    left, back = fen, []
    for charge in reversed(lock_all(case_no)):
        paid = Payment.objects.filter(charge=charge, counts=True).first() if charge.state == "paid" else None
        part = ask_part_back(paid, fen=left, by=by, now=now) if paid is not None and left else None
        if part is not None:
            left -= part.fen
            back.append(part)
    return back


def waive(*, charge: Charge, reason: str, second_by: int, by: Actor, now: datetime) -> Waiver:
    """减免. :param charge: locked. :raises Refused: fee-settled."""
    if no := settled(charge.state):
        raise Refused(no)
    waiver = Waiver.objects.create(charge=charge, reason=reason, at=now, by_id=int(by.id or 0), second_by_id=second_by)
    _settle(charge, "waived", now=now)
    audit.record(
        action="fee-waived", subject=f"case:{charge.case_no}", by=by, now=now, hall=charge.hall.code,
        facts={"fen": charge.fen, "second_by": second_by},
    )  # fmt: skip
    return waiver


def release(*, charge: Charge, by: Actor, now: datetime) -> Refund | None:
    """Its case ended otherwise: nothing is owed. What was paid for it goes back.

    :param charge: locked. :returns: what goes back, if anything.
    """
    if charge.state == "released":
        return None
    _settle(charge, "released", now=now)
    paid = Payment.objects.filter(charge=charge, counts=True).first()
    return ask_back(paid, why="ended", by=by, now=now) if paid is not None else None


def _settle(charge: Charge, state: str, *, now: datetime) -> None:
    charge.state, charge.settled_at = state, now
    charge.save(update_fields=["state", "settled_at"])
    Payment.objects.filter(charge=charge, state="started").update(state="closed", ended_at=now)
