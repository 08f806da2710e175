"""暂缓销毁 and 保管期限: who still needs a case, and how long everything is kept."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.archive.models import Hold, RetentionRule
from banshi.rooms.archive.rules.retention import YEARS
from banshi.rooms.audit import actions as audit
from banshi.rooms.cases import actions as cases

LONGEST = 300


def place_hold(
    *, case_no: str, reason: str, basis: str = "", until: date | None = None, by: Actor, now: datetime
) -> Hold:
    """From now on nothing of the case is destroyed. Whoever destroys it just now is waited for.

    :param until: the last day; None: until somebody lifts it.
    :raises Refused: nothing-found; wrong-state – it is destroyed; invalid.
    """
    reason = _words("reason", reason)
    with transaction.atomic():
        case = cases.lock(case_no)
        if case.destroyed_at is not None:
            raise Refused("wrong-state", facts={"kind": "package", "state": "destroyed", "needs": "kept"})
        hold = Hold.objects.create(
            case=case, reason=reason, basis=basis.strip()[:LONGEST], until=until, placed_by_id=int(by.id or 0),
            placed_at=now,
        )  # fmt: skip
        audit.record(action="hold-placed", subject=f"case:{case_no}", by=by, now=now, hall=case.hall.code)
    return hold


def lift_hold(*, hold_id: int, by: Actor, now: datetime) -> None:
    """By another person than who placed it. :raises Refused: nothing-found, same-person."""
    with transaction.atomic():
        hold = Hold.objects.select_for_update(of=("self",)).select_related("case__hall").filter(id=hold_id).first()
        if hold is None:
            raise Refused("nothing-found", facts={"hold": hold_id})
        if hold.lifted_at is not None:
            return
        if hold.placed_by_id == int(by.id or 0):
            raise Refused("same-person", facts={"reason": SECOND})
        hold.lifted_by_id, hold.lifted_at = int(by.id or 0), now
        hold.save(update_fields=["lifted_by", "lifted_at"])
        audit.record(action="hold-lifted", subject=f"case:{hold.case.no}", by=by, now=now, hall=hold.case.hall.code)


SECOND = {"zh": "由另一个人来办", "en": "Another person has to do it"}


def set_retention(
    *, item: str = "", item_type: str = "", years: int | None, basis: str, by: Actor, now: datetime
) -> RetentionRule:
    """How long packages of an item, or of a type of items, are kept; also of those that are kept already.

    :param years: 10, 30, None = for ever. :raises Refused: invalid.
    """
    if years not in YEARS or bool(item) == bool(item_type):
        raise Refused(
            "invalid",
            facts={"field": "years", "reason": {"zh": "期限是 10 年、30 年或永久", "en": "10 years, 30, or for ever"}},
        )
    with transaction.atomic():
        rule = RetentionRule.objects.create(
            item=item, item_type=item_type, years=years, basis=_words("basis", basis), set_at=now, set_by=str(by)
        )
        subject = f"item:{item}" if item else f"item_type:{item_type}"
        audit.record(action="retention-set", subject=subject, by=by, now=now, facts={"years": years or 0})
    return rule


def _words(field: str, said: str) -> str:
    text = said.strip()
    if not text or len(text) > LONGEST:
        reason = {"zh": f"写明，{LONGEST} 字以内", "en": f"Say it, in up to {LONGEST} characters"}
        raise Refused("invalid", facts={"field": field, "reason": reason})
    return text
