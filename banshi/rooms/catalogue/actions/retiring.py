"""停办: somebody asks that an item be retired from a day, another person agrees, and either takes it back before that day."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction

from banshi.foundation import locks
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.catalogue.models import Item, Retirement
from banshi.rooms.catalogue.queries import item_by_code
from banshi.rooms.catalogue.queries.retiring import retirement_by_id, today
from banshi.rooms.catalogue.rules.retiring import RETIREMENT, day_fault

MOST_CHARACTERS = 200
_ASKED = {"zh": "提出的人不能自己确认", "en": "Whoever asked does not agree to it"}


def ask_to_retire(
    *,
    item: Item,
    from_day: date,
    reason_zh: str,
    reason_en: str = "",
    successor: str = "",
    by: Actor,
    now: datetime,
) -> Retirement:
    """Ask that nothing new of the item is begun from a day to come. Nothing changes before another person agrees.

    :param successor: code of the item that is applied for in its stead, "" where there is none.
    :raises Refused: invalid (the day, no reason, what cannot succeed it); nothing-found; wrong-state – it is being retired.
    """
    zh, en = " ".join(reason_zh.split()), " ".join(reason_en.split())
    _need_day(from_day, now)
    if not zh:
        raise _invalid("reason_zh", "写明原因", "Say why")
    if max(len(zh), len(en)) > MOST_CHARACTERS:
        raise _invalid("reason_zh", f"最多 {MOST_CHARACTERS} 个字", f"{MOST_CHARACTERS} characters at most")
    with transaction.atomic():
        locks.hold(locks.PRESETS)  # whoever writes the catalogue does so alone
        after = item_by_code(successor) if successor else None
        _need_successor(item, after)
        try:
            with transaction.atomic():
                row = Retirement.objects.create(
                    item=item, from_day=from_day, reason_zh=zh, reason_en=en, successor=after, asked_by=str(by), asked_at=now
                )  # fmt: skip
        except IntegrityError as twice:
            there = Retirement.objects.get(item=item, state__in=RETIREMENT.goes_on)
            raise _wrong_state(there, RETIREMENT.to("undo")) from twice
        _record("asked-to-retire", row, by=by, now=now)
    return row


def agree_to_retire(*, retirement_id: int, by: Actor, now: datetime) -> Retirement:
    """From its day on nothing new of the item is begun.

    :param by: another member of staff than who asked.
    :raises Refused: nothing-found; wrong-state; same-person; invalid – its day has come meanwhile, or its successor is retired.
    """
    with transaction.atomic():
        locks.hold(locks.PRESETS)
        row = _locked(retirement_id, "agree")
        if str(by) == row.asked_by:
            raise Refused("same-person", facts={"reason": _ASKED})
        _need_day(row.from_day, now)
        _need_successor(row.item, row.successor)
        row.state, row.agreed_by, row.agreed_at = RETIREMENT.to("agree"), str(by), now
        row.save(update_fields=["state", "agreed_by", "agreed_at"])
        Item.objects.filter(pk=row.item_id).update(retired_on=row.from_day, successor=row.successor)
        _record("agreed-to-retire", row, by=by, now=now)
    return row


def undo_retirement(*, retirement_id: int, by: Actor, now: datetime) -> Retirement:
    """The item is handled as before. Once its day has come it takes two people: `ask_back`.

    :raises Refused: nothing-found; wrong-state; too-late.
    """
    with transaction.atomic():
        locks.hold(locks.PRESETS)
        row = _locked(retirement_id, "undo")
        if row.state == RETIREMENT.to("agree") and row.from_day <= today(now):
            raise Refused("too-late", facts={"closes": row.from_day})
        _undone(row, by=by, now=now)
        _record("kept-item", row, by=by, now=now)
    return row


def _undone(row: Retirement, *, by: Actor, now: datetime) -> None:
    row.state, row.undone_by, row.undone_at = RETIREMENT.to("undo"), str(by), now
    row.save(update_fields=["state", "undone_by", "undone_at"])
    Item.objects.filter(pk=row.item_id).update(retired_on=None, successor=None)


def ask_back(*, retirement_id: int, by: Actor, now: datetime) -> Retirement:
    """恢复办理: ask that a retired item is handled again. Nothing changes before another person agrees.

    :raises Refused: nothing-found; wrong-state – also before its day, when it is simply taken back.
    """
    with transaction.atomic():
        locks.hold(locks.PRESETS)
        row = _locked(retirement_id, "ask_back")
        if row.from_day > today(now):
            raise _wrong_state(row, RETIREMENT.to("undo"))
        row.state, row.back_asked_by = RETIREMENT.to("ask_back"), str(by)
        row.save(update_fields=["state", "back_asked_by"])
        _record("asked-item-back", row, by=by, now=now)
    return row


def stay_retired(*, retirement_id: int, by: Actor, now: datetime) -> Retirement:
    """It is not handled again. :raises Refused: nothing-found; wrong-state."""
    with transaction.atomic():
        locks.hold(locks.PRESETS)
        row = _locked(retirement_id, "stay")
        row.state, row.back_asked_by = RETIREMENT.to("stay"), ""
        row.save(update_fields=["state", "back_asked_by"])
        _record("kept-retired", row, by=by, now=now)
    return row


def put_back(*, retirement_id: int, by: Actor, now: datetime) -> Retirement:
    """It is handled again, as its newest version says, from now on. :param by: another than who asked.

    :raises Refused: nothing-found; wrong-state; same-person.
    """
    with transaction.atomic():
        locks.hold(locks.PRESETS)
        row = _locked(retirement_id, "put_back")
        if str(by) == row.back_asked_by:
            raise Refused("same-person", facts={"reason": _ASKED})
        _undone(row, by=by, now=now)
        _record("put-item-back", row, by=by, now=now)
    return row


def _locked(retirement_id: int, verb: str) -> Retirement:
    row = retirement_by_id(retirement_id)  # whoever writes one holds the lock of the catalogue
    if not RETIREMENT.may(row.state, verb):
        raise _wrong_state(row, RETIREMENT.needs(verb))
    return row


def _wrong_state(row: Retirement, needs: str | list[str] | None) -> Refused:
    return Refused("wrong-state", facts={"kind": RETIREMENT.kind, "state": row.state, "needs": needs})


def _need_day(from_day: date, now: datetime) -> None:
    if (fault := day_fault(from_day, today=today(now))) is not None:
        raise _invalid("from_day", *fault)


def _need_successor(item: Item, after: Item | None) -> None:
    """What is retired itself, or will be, leads nowhere – or in a circle."""
    if after is None:
        return
    if after.pk == item.pk:
        raise _invalid("successor", "不能接替自己", "It does not succeed itself")
    if after.retired_on is not None:
        raise _invalid("successor", "接替的事项也要停办", "What is to succeed it is being retired too")


def _invalid(field: str, zh: str, en: str) -> Refused:
    return Refused("invalid", facts={"field": field, "reason": {"zh": zh, "en": en}})


def _record(action: str, row: Retirement, *, by: Actor, now: datetime) -> None:
    facts = {"valid_from": row.from_day.isoformat()} | ({"successor": row.successor.code} if row.successor else {})
    audit.record(action=action, subject=f"item:{row.item.code}", by=by, now=now, facts=facts)
