"""寄件: papers that whoever applied posts to the hall. In the caller's transaction, the case locked before."""

from __future__ import annotations

from datetime import date, datetime

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.kernel.wording import legible
from banshi.rooms.audit import actions as audit
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.models import SentPapers

LONGEST_CARRIER, LONGEST_WAYBILL, SHORTEST_WAYBILL = 20, 40, 6


def announce(*, case: Case, carrier: str, waybill: str, by: Actor, now: datetime) -> SentPapers:
    """They are on their way; said again it replaces what was said. :raises Refused: invalid."""
    number = "".join(waybill.split()).upper()
    if not SHORTEST_WAYBILL <= len(number) <= LONGEST_WAYBILL or not number.isascii() or not number.isalnum():
        raise _invalid(
            "waybill", "写运单号，只有字母和数字", "Give the number of the waybill: letters and digits alone"
        )
    carrier = legible(carrier, field="carrier")
    if not carrier or len(carrier) > LONGEST_CARRIER:
        raise _invalid("carrier", "写快递公司", "Name the courier")
    row, _new = SentPapers.objects.update_or_create(
        case=case, came_at=None, off_at=None,
        defaults={"carrier": carrier, "waybill": number, "said_at": now, "said_by": str(by)},
    )  # fmt: skip
    return row


def call_off(*, case: Case, now: datetime) -> SentPapers:
    """They are not sent after all. :raises Refused: changed-meanwhile – they came, or never were to."""
    row = _to_come(case)
    row.off_at = now
    row.save(update_fields=["off_at"])
    return row


def came(*, case: Case, day: date, by: Actor, now: datetime) -> SentPapers:
    """The hall has the parcel; its papers count from `day`. Once. :raises Refused: changed-meanwhile."""
    row = _to_come(case)
    row.came_at, row.came_by, row.counts_from = now, str(by), day
    row.save(update_fields=["came_at", "came_by", "counts_from"])
    audit.record(action="papers-came", subject=f"case:{case.no}", by=by, now=now, hall=case.hall.code)
    return row


def _to_come(case: Case) -> SentPapers:
    """:raises Refused: changed-meanwhile."""
    row = SentPapers.objects.select_for_update(no_key=True).filter(case=case, came_at=None, off_at=None).first()
    if row is None:
        raise Refused("changed-meanwhile")
    return row


def _invalid(field: str, zh: str, en: str) -> Refused:
    return Refused("invalid", facts={"field": field, "reason": {"zh": zh, "en": en}})
