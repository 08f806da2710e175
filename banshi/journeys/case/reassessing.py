"""重新核定: a number that a fee was computed by was wrong. Never silent: two people, a reason, and whoever applied is told.

Before it is paid, a new notice takes the place of the old one, and what was owed is owed no more. After it, what is owed beside
is asked for by a further notice, what is owed no more goes back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from banshi.journeys.case import by_rule
from banshi.journeys.case.charging import line_of, tell_back
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import Word, cost_of, fee_of
from banshi.rooms.cases.rules.duties import second_refusal
from banshi.rooms.fees import actions as fees
from banshi.rooms.fees import queries as owing


def reassess(
    *,
    case_no: str,
    form: Mapping[str, str],
    reason: str,
    second_by: int | None,
    second_may: bool | Word,
    by: Actor,
    now: datetime,
) -> Case:
    """:param form: the fields that the fee hangs on, as they are.

    :param second_may: `second_by` agreed to these very values; that is asked once the case is locked, so that one word carries
        one step.
    :raises Refused: nothing-found, wrong-state, fee-settled (it was let off), same-person, invalid, form-invalid.
    """
    if no := second_refusal(first=int(by.id or 0), second=second_by, may=bool(second_may)):
        raise Refused(no)
    assert second_by is not None
    with transaction.atomic():
        cases.lock(case_no)
        live = [each for each in fees.lock_all(case_no) if each.state != "released"]
        if any(each.state == "waived" for each in live):
            raise Refused("fee-settled", facts={"state": live[-1].state})
        for charge in live:  # none where it came to nothing: a wrong number may have let it off
            if charge.state == "due":
                fees.release(charge=charge, by=by, now=now)
        paid = owing.paid_in_all(case_no)
        case = cases.reassess(
            case_no=case_no,
            form=form,
            paid=paid,
            reason=reason,
            second_by=second_by,
            second_may=second_may,
            by=by,
            now=now,
        )
        owes, cost = fee_of(case) - paid, cost_of(case)
        if owes > 0 and cost is not None:
            line = line_of(cost) if not paid else fees.Line(
                "补缴差额", "Difference", owes, cost.basis_zh[:200], cost.basis_en[:200], cost.how_zh, cost.how_en
            )  # fmt: skip
            beside = any(each.state == "paid" for each in live)  # also where all of it went back since
            fees.raise_charge(hall=case.hall, case_no=case_no, lines=[line], further=beside, by=by, now=now)
        for back in fees.lessen(case_no=case_no, fen=-owes, by=by, now=now) if owes < 0 else ():
            tell_back(case, back, now=now)
        if owes <= 0:
            by_rule.give_paid(case_no=case_no, now=now)
    return case
