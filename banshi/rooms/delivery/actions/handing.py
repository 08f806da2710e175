"""Lay a result ready, hand it over once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refusal, Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.models import Delivery
from banshi.rooms.delivery.rules import CODE_DIGITS, DELIVERY, TRIES
from banshi.rooms.identity.queries import MandateRef


@dataclass(frozen=True)
class Fetching:
    """代领: somebody fetches it for whoever applied. `person_id`: whose document was compared; `name`: theirs."""

    person_id: int
    name: str
    ref: MandateRef


def make_ready(*, case: Case, place: str, code_opens: bool = True, rests_on: str = "", by: Actor, now: datetime) -> str:
    """待领取: it lies at `place`.

    :param code_opens: False: only the card does. :param rests_on: by what somebody beside whoever applied is given the code.
    :returns: the code that opens it, for whoever applied, and them; "" for none.
    """
    code = _new_code()
    Delivery.objects.create(
        case=case, place=place, code=code, tries_left=TRIES if code_opens else 0, rests_on=rests_on if code_opens else "",
        ready_at=now, ready_by=str(by),
    )  # fmt: skip
    return code if code_opens else ""


def renew_code(*, case: Case, code_opens: bool, by: Actor, now: datetime) -> str:
    """What somebody was given by a right that is over opens nothing any more; a new code does. In the caller's transaction, the
    case locked before.

    :param code_opens: somebody may be told the new one; False: only the card opens it. :returns: it; "" for none.
    """
    row = Delivery.objects.select_for_update(no_key=True).get(case=case, state="ready")
    old, rested = row.code, row.rests_on
    while row.code == old:
        row.code = _new_code()
    row.void_code, row.rests_on, row.tries_left = old, "", TRIES if code_opens else 0
    row.save(update_fields=["code", "void_code", "rests_on", "tries_left"])
    audit.record(
        action="code-renewed",
        subject=f"case:{case.no}",
        by=by,
        now=now,
        hall=case.hall.code,
        facts={"rested_on": rested},
    )
    return row.code if code_opens else ""


def _new_code() -> str:
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def hand_over(
    *,
    case_no: str,
    how: str,
    code: str = "",
    identified: bool = False,
    fetching: Fetching | None = None,
    taker: int | None = None,
    by: Actor,
    now: datetime,
) -> Refusal | None:
    """领取: to whoever brings the code, or was identified by their card. Once. In the caller's transaction.

    A wrong code is answered, not raised: the try it cost has to stay. After five only the card helps.

    :param identified: a clerk compared person and card. :param fetching: who fetches it for somebody, with the code; the caller
        holds their mandate. :param taker: whose card it was, of those who act for the organisation it is for.
    :returns: None when it is handed over; code-wrong; code-void – whoever had it may fetch no more.
    :raises Refused: nothing-found, code-used; on-its-way – the carrier has it.
    """
    row = Delivery.objects.select_for_update(no_key=True).filter(case__no=case_no).first()
    if row is None:
        raise Refused("nothing-found", facts={"case": case_no})
    if row.state == "posted":
        raise Refused("on-its-way")
    if no := DELIVERY.refusal(row.state, "hand_over"):
        raise Refused("code-used", facts=no.facts)
    if not identified and (no := _wrong(row, code)) is not None:
        return no
    row.state, row.how = DELIVERY.to("hand_over"), how
    row.by_what = "agent" if fetching else "card" if identified else "code"
    row.delivered_at, row.delivered_by = now, str(by)
    shown: dict[str, object] = {}
    if fetching is not None:
        row.fetched_by_id, row.fetch_mandate = fetching.person_id, str(fetching.ref)
        shown = {"agent_person": fetching.person_id, "mandate": row.fetch_mandate}
    elif taker is not None:
        shown = {"taker_person": taker}
    row.save(update_fields=["state", "how", "by_what", "fetched_by", "fetch_mandate", "delivered_at", "delivered_by"])
    facts = {"how": how, "by_what": row.by_what, **shown}
    audit.record(action="handed-over", subject=f"case:{case_no}", by=by, now=now, facts=facts)
    return None


def try_code(*, case: Case, code: str) -> Refusal | None:
    """Why a code does not open what lies ready, which costs a try; None where it does, or nothing lies there. In the caller's
    transaction, which is to be kept."""
    row = Delivery.objects.select_for_update(no_key=True).filter(case=case, state="ready").first()
    return _wrong(row, code) if row is not None else None


def _wrong(row: Delivery, code: str) -> Refusal | None:
    if is_void(row, code):
        return Refusal("code-void")
    if row.tries_left > 0 and secrets.compare_digest(row.code.encode(), code.strip().encode()):
        return None
    row.tries_left = max(0, row.tries_left - 1)
    row.save(update_fields=["tries_left"])
    return Refusal("code-wrong", {"left": row.tries_left, "pickup": True})


def is_void(row: Delivery, code: str) -> bool:
    """Whether it opened this once, and was given by a right that is over."""
    return bool(row.void_code) and secrets.compare_digest(str(row.void_code).encode(), code.strip().encode())


def hand_paper(*, case_no: str, by: Actor, now: datetime) -> None:
    """The paper that stayed when the file was taken goes to whoever showed the card. Once; in the caller's transaction.

    :raises Refused: nothing-found; code-used – none is left.
    """
    row = Delivery.objects.select_for_update(no_key=True).filter(case__no=case_no).first()
    if row is None:
        raise Refused("nothing-found", facts={"case": case_no})
    if not row.paper_left:
        raise Refused("code-used")
    row.paper_out_at = now
    row.save(update_fields=["paper_out_at"])
    audit.record(
        action="handed-over", subject=f"case:{case_no}", by=by, now=now, facts={"how": "counter", "by_what": "card"}
    )


def reminded(*, case: Case, now: datetime) -> bool:
    """It is told of once more. In the caller's transaction. :returns: whether it lies there still, and was not told of before."""
    return bool(Delivery.objects.filter(case=case, state="ready", reminded_at=None).update(reminded_at=now))


def end(*, case: Case) -> None:
    """终止: no code, card or carrier's word gives it to anybody any more; where it lies staff take it out."""
    Delivery.objects.filter(case=case, state__in=DELIVERY.of("end")).update(
        state=DELIVERY.to("end"), code="", void_code=None
    )


def moved(*, case: Case, place: str) -> None:
    """It lies elsewhere now; the same code opens it."""
    Delivery.objects.filter(case=case, state="ready").update(place=place)


def forget_code(case: Case) -> None:
    """What opened it, once the case is destroyed."""
    Delivery.objects.filter(case=case).update(code="", void_code=None)
