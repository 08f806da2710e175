"""秒批开关: one proposes that the rules of an item decide, another switches them on; whoever may, stops them alone and at once.

Whoever switches an item's rules holds its row of `RuleSwitch` first, then what is proposed of it.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.cases.actions.ground import invalid
from banshi.rooms.cases.models import RuleProposal, RuleSwitch
from banshi.rooms.cases.rules import by_rule as rules
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import Item

_PROPOSED = {"zh": "提出启用的人不能自己启用", "en": "Whoever proposed it does not switch it on"}

_TWO = {
    "zh": "由规则办理要两个人：一人提出，另一人启用",
    "en": "One proposes that rules decide, another switches them on",
}


def propose_rules(*, item_code: str, sample_percent: int, by: Actor, now: datetime) -> RuleProposal:
    """提出启用: that the rules decide, and of a hundred cases so many go to a person all the same. Nothing changes before another
    person switches them on; what was proposed before is dropped.

    :raises Refused: nothing-found; invalid – no such share, or an item without rules.
    """
    item = _item(item_code, sample_percent, rules_needed=True)
    with transaction.atomic():
        _locked(item, by=by, now=now)
        _drop(item, by=by, now=now)
        row = RuleProposal.objects.create(
            item=item, version=item.version, sample_percent=sample_percent, asked_at=now, asked_by=str(by)
        )
        _record("proposed-rules", item, by=by, now=now, sample_percent=sample_percent)
    return row


def switch_on(*, item_code: str, proposal: int, by: Actor, now: datetime) -> RuleSwitch:
    """启用: the rules decide from the next case on.

    :param proposal: the one that was read; another one since then is not agreed to unseen. :param by: another than who proposed.
    :raises Refused: nothing-found; changed-meanwhile – something else is proposed now, or the item has a newer version;
        same-person.
    """
    item = _item(item_code, 0, rules_needed=True)
    with transaction.atomic():
        row = _locked(item, by=by, now=now)
        asked = RuleProposal.objects.select_for_update(no_key=True).filter(item=item, ended_at=None).first()
        if asked is None or asked.pk != proposal or asked.version != item.version:
            raise Refused("changed-meanwhile")
        if asked.asked_by == str(by):
            raise Refused("same-person", facts={"reason": _PROPOSED})
        asked.ended_at, asked.ended_by, asked.agreed = now, str(by), True
        asked.save(update_fields=["ended_at", "ended_by", "agreed"])
        _set(row, item, "live", asked.sample_percent, by=by, now=now)
    return row


def set_rules(*, item_code: str, mode: str, sample_percent: int, by: Actor, now: datetime) -> RuleSwitch:
    """试运行、停用, or more samples while they decide: by one person, from the next case on; who is deciding now comes to the
    end. What was proposed is dropped.

    :raises Refused: nothing-found; invalid – no such mode or share, or an item without rules; same-person – to let rules decide,
        or decide more, takes another person: `propose_rules`.
    """
    if mode not in rules.MODES:
        raise invalid("mode", "停用、试运行或启用", "Off, trial or on")
    item = _item(item_code, sample_percent, rules_needed=mode != "off")
    with transaction.atomic():
        row = _locked(item, by=by, now=now)
        if mode == "live" and not (row.mode == "live" and sample_percent >= row.sample_percent):
            raise Refused("same-person", facts={"reason": _TWO})
        _drop(item, by=by, now=now)
        _set(row, item, mode, sample_percent, by=by, now=now)
    return row


def drop_proposal(*, item_code: str, by: Actor, now: datetime) -> None:
    """不启用: by whoever proposed it, or anybody who could have agreed. :raises Refused: nothing-found – nothing is proposed."""
    item = catalogue.item_by_code(item_code)
    with transaction.atomic():
        _locked(item, by=by, now=now)
        if not _drop(item, by=by, now=now):
            raise Refused("nothing-found", facts={"item": item_code})
        _record("dropped-rules", item, by=by, now=now)


def stop_all_rules(*, by: Actor, now: datetime) -> int:
    """一键停用: from now on no rule decides anything, and nothing that was proposed is switched on. Who is deciding at this
    instant comes to the end first; so does who is switching on.

    :returns: of how many items rules decided.
    """
    with transaction.atomic():
        held = list(RuleSwitch.objects.select_for_update(no_key=True).order_by("id"))
        rows = [row for row in held if row.mode == "live"]
        RuleSwitch.objects.filter(id__in=[row.pk for row in rows]).update(
            mode="off", changed_at=now, changed_by=str(by)
        )
        RuleProposal.objects.filter(ended_at=None).update(ended_at=now, ended_by=str(by))
        for item in Item.objects.filter(id__in=[row.item_id for row in rows]).order_by("id"):
            _record("set-rules", item, by=by, now=now, before="live", mode="off", all=True)
    return len(rows)


def _item(code: str, sample_percent: int, *, rules_needed: bool) -> Item:
    """:raises Refused: nothing-found, invalid."""
    if not 0 <= sample_percent <= 100:
        raise invalid("sample_percent", "抽查比例是 0 到 100", "0 to 100 in a hundred")
    item = catalogue.item_by_code(code)
    if rules_needed and catalogue.handling_of(item).by_rule is None:
        raise invalid("mode", "这个事项没有审批规则", "This matter has no rules")
    return item


def _locked(item: Item, *, by: Actor, now: datetime) -> RuleSwitch:
    RuleSwitch.objects.get_or_create(item=item, defaults={"changed_at": now, "changed_by": str(by)})
    return RuleSwitch.objects.select_for_update(no_key=True).get(item=item)


def _drop(item: Item, *, by: Actor, now: datetime) -> int:
    return RuleProposal.objects.filter(item=item, ended_at=None).update(ended_at=now, ended_by=str(by))


def _set(row: RuleSwitch, item: Item, mode: str, sample_percent: int, *, by: Actor, now: datetime) -> None:
    was, row.mode, row.sample_percent = row.mode, mode, sample_percent
    row.changed_at, row.changed_by = now, str(by)
    row.save(update_fields=["mode", "sample_percent", "changed_at", "changed_by"])
    _record("set-rules", item, by=by, now=now, before=was, mode=mode, sample_percent=sample_percent)


def _record(action: str, item: Item, *, by: Actor, now: datetime, **facts: object) -> None:
    audit.record(action=action, subject=f"item:{item.code}", by=by, now=now, facts=facts)
