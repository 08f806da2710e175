"""缴费, first part: whatever grants a case raises what it owes, whatever ends one lets go of it – in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

import structlog
from django.db import transaction

from banshi.journeys.case import conclude, ending
from banshi.kernel.actors import Actor
from banshi.kernel.money import fen, yuan
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import cost_of
from banshi.rooms.cases.queries.second import Word
from banshi.rooms.catalogue.rules.costs import Cost
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.fees import actions as fees
from banshi.rooms.fees.models import Refund

log = structlog.get_logger("banshi.fees")


def decide(
    *, case_no: str, grant: bool, reason: str = "", granted: Mapping[str, str] | None = None, by: Actor, now: datetime
) -> Case:
    """决定, and what it costs; what is refused lies ready to be delivered. :raises Refused: those of `cases.decide`."""
    with transaction.atomic():
        done = cases.decide(
            case_no=case_no, grant=grant, reason=reason, granted=granted,
            code=_code(case_no, grant=grant, by=by, now=now), by=by, now=now,
        )  # fmt: skip
        return charged(done, by=by, now=now)


def decide_at_once(
    *,
    case_no: str,
    grant: bool,
    reason: str = "",
    granted: Mapping[str, str] | None = None,
    seen: str = "",
    by: Actor,
    now: datetime,
) -> Case:
    """即办, and what it costs; what is refused lies ready to be delivered. :param seen: as in `cases.decide_at_once`.

    :raises Refused: those of it.
    """
    with transaction.atomic():
        done = cases.decide_at_once(
            case_no=case_no, grant=grant, reason=reason, granted=granted, seen=seen,
            code=_code(case_no, grant=grant, by=by, now=now), by=by, now=now,
        )  # fmt: skip
        return charged(done, by=by, now=now)


def _code(case_no: str, *, grant: bool, by: Actor, now: datetime) -> str:
    """By which a refusal that is about to be written is fetched; it goes with its transaction where it is not."""
    return "" if grant else conclude.lies_refused(cases.lock(case_no), by=by, now=now)


def charged(case: Case, *, by: Actor, now: datetime) -> Case:
    """应缴: what a case that was just decided owes. Nothing where it is refused, or free. The case is locked."""
    cost = cost_of(case)
    if case.fee_due_on is None or cost is None or cost.amount is None:
        return case
    fees.raise_charge(hall=case.hall, case_no=case.no, lines=[line_of(cost)], by=by, now=now)
    return case


def line_of(cost: Cost) -> fees.Line:
    """:param cost: of a sum that is known."""
    return fees.Line(
        cost.text_zh[:200], cost.text_en[:200], fen(cost.amount or Decimal(0)), cost.basis_zh[:200], cost.basis_en[:200],
        cost.how_zh, cost.how_en,
    )  # fmt: skip


def terminate(
    *, case_no: str, reason: str, second_by: int | None, second_may: bool | Word, by: Actor, now: datetime
) -> Case:
    """终止: it owes nothing any more; what was paid goes back, what was made of it holds no more, nobody is expected for it.

    :raises Refused: those of `cases.terminate`; changed-meanwhile – a machine prints its result at this moment.
    """
    with transaction.atomic():
        begun = _held(case_no, now=now)
        case = cases.terminate(
            case_no=case_no, reason=reason, second_by=second_by, second_may=second_may, held=ending.held(begun),
            told=ending.booking_off(begun, by=by, now=now), by=by, now=now,
        )  # fmt: skip
        conclude.take_back(case, by=by, now=now)
        for charge in fees.lock_all(case.no):
            back = fees.release(charge=charge, by=by, now=now)
            if back is not None:
                tell_back(case, back, now=now)
    return case


def revoke(*, case_no: str, code: str, by: Actor, now: datetime) -> Case:
    """撤销: what was granted on a promise that is not so holds no more, nor what lies of it in the library.

    :raises Refused: those of `cases.revoke`; changed-meanwhile – a machine prints its result at this moment.
    """
    with transaction.atomic():
        _held(case_no, now=now)
        case = cases.revoke(case_no=case_no, code=code, by=by, now=now)
        conclude.take_back(case, why="revoked", by=by, now=now)
    return case


def _held(case_no: str, *, now: datetime) -> Case:
    """A case whose result is to hold no more: locked, its holder held (`conclude.hold`), and nothing of it in a printer.

    :raises Refused: nothing-found; changed-meanwhile – what comes out of a machine now would look valid.
    """
    case = cases.lock(case_no)
    conclude.hold(case)
    delivery.need_not_printing(case=case, now=now)
    return case


def tell_back(case: Case, back: Refund, *, now: datetime) -> None:
    """Whoever applied is told that money goes back, and how."""
    key = "case_fee_fetch" if back.payment.way == "window" else "case_fee_back"
    event = case.events.order_by("-seq")[0]
    cases.tell(case, key, event=event, now=now, amount=yuan(back.fen), anew=f":{back.pk}")
