"""Reads on charges, payments and refunds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.db.models import Q, Sum
from django.utils.module_loading import import_string

from banshi.kernel.money import yuan
from banshi.kernel.refusals import Refused
from banshi.rooms.fees.models import Charge, Payment, Refund
from banshi.rooms.fees.ports import Till
from banshi.rooms.fees.rules import ASK_AFTER, ASK_EVERY, CLOSED_AFTER


def till() -> Till:
    """What takes money by telephone here, named by the setting `BANSHI_TILL`."""
    return cast(Till, import_string(settings.BANSHI_TILL)())


@dataclass(frozen=True)
class OwedLine:
    """收费项目, as the item's pinned version says it."""

    name_zh: str
    name_en: str
    fen: int
    basis_zh: str
    basis_en: str
    how_zh: str = ""  # 3 份 × 10 元 = 30 元; "" where it is a sum that was set
    how_en: str = ""

    @property
    def amount(self) -> str:
        return yuan(self.fen)


@dataclass(frozen=True)
class Owed:
    """What a case owes or owed. `state`: due | paid | waived | released; `paid`: the payment that counts; `backs`: what goes or
    went back; `under_way`: the payment by telephone whose address takes money still; `at_machine`: the last one at a kiosk."""

    state: str
    fen: int
    lines: tuple[OwedLine, ...]
    raised_at: datetime
    settled_at: datetime | None
    paid: Payment | None
    under_way: Payment | None
    at_machine: Payment | None
    payments: tuple[Payment, ...]
    backs: tuple[Refund, ...]

    @property
    def amount(self) -> str:
        return yuan(self.fen)

    @property
    def is_due(self) -> bool:
        return self.state == "due"


def owed(case_no: str, *, now: datetime) -> Owed | None:
    """None: it owes nothing, and never did. Of several charges the live ones count; what came for any of them is here."""
    charges = list(Charge.objects.filter(case_no=case_no).order_by("id"))
    if not charges:
        return None
    live = [each for each in charges if each.state != "released"] or charges[-1:]
    due = next((each for each in live if each.state == "due"), None)
    stands = due or live[-1]
    payments = tuple(
        Payment.objects.filter(charge__in=charges).prefetch_related("refunds__payment").order_by("id")
    )  # fmt: skip
    going = (p for p in payments if p.state == "started" and p.way == "qr" and p.address and now < p.ends_at)
    machine = [p for p in payments if p.way == "kiosk" and p.address and p.charge_id == stands.pk]
    alive = {each.pk for each in live}
    counts = [p for p in payments if p.counts and p.charge_id in alive]
    return Owed(
        stands.state, due.fen if due is not None else sum(each.fen for each in live),
        tuple(_line(line) for each in live for line in each.lines), stands.raised_at, stands.settled_at,
        counts[-1] if counts else None, next(going, None), machine[-1] if machine else None, payments,
        tuple(refund for p in payments for refund in sorted(p.refunds.all(), key=lambda each: each.pk)),
    )  # fmt: skip


def paid_in_all(case_no: str) -> int:
    """Fen that count, less what of them goes back since the case owes less."""
    rows = Payment.objects.filter(charge__case_no=case_no, charge__state="paid", counts=True)
    came = rows.aggregate(fen=Sum("got", default=0))["fen"]
    back = Refund.objects.filter(payment__in=rows, why="less").aggregate(fen=Sum("fen", default=0))["fen"]
    return int(came) - int(back)


def _line(said: dict[str, Any]) -> OwedLine:
    """Older ones say nothing of how they were computed."""
    how = said.get("how_zh", ""), said.get("how_en", "")
    return OwedLine(said["zh"], said["en"], said["fen"], said["basis_zh"], said["basis_en"], *how)


def payment_of(reference: str) -> Payment:
    """:raises Refused: nothing-found."""
    found = Payment.objects.select_related("charge").filter(reference=reference).first()
    if found is None:
        raise Refused("nothing-found", facts={"payment": reference})
    return found


def refund_of(case_no: str, refund_id: int) -> Refund:
    """:raises Refused: nothing-found – also for that of another case."""
    rows = Refund.objects.select_related("payment__charge")
    found = rows.filter(pk=refund_id, payment__charge__case_no=case_no).first()
    if found is None:
        raise Refused("nothing-found", facts={"refund": refund_id})
    return found


def to_ask(*, now: datetime, most: int = 20) -> list[Payment]:
    """Under way, or closed by something else a while ago, and the till said nothing of it: its word may have been lost."""
    rows = Payment.objects.filter(state__in=["started", "closed"], started_at__lte=now - ASK_AFTER)
    rows = rows.filter(started_at__gt=now - CLOSED_AFTER).exclude(way="window")
    rows = rows.filter(Q(asked_at=None) | Q(asked_at__lte=now - ASK_EVERY))
    return list(rows.select_related("charge").order_by("started_at", "id")[:most])


def over(*, now: datetime) -> list[Payment]:
    """Under way for so long that nothing comes any more."""
    rows = Payment.objects.filter(state="started", started_at__lte=now - CLOSED_AFTER)
    return list(rows.order_by("started_at", "id")[:200])


def to_give_back(*, now: datetime, most: int = 20) -> list[int]:
    """Refunds that the till is to do, by key."""
    rows = Refund.objects.filter(done_at=None, next_at__lte=now).exclude(payment__way="window")
    return list(rows.order_by("next_at", "id").values_list("id", flat=True)[:most])
