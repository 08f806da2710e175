"""Orders to machines (命令): given, handed out once, answered, ended where nobody answers, repeated by a person.

An order is handed out by one conditional update, and never a second time by itself: what was handed out and not answered is
`unsure`, for it may have come out. Moments are machine time (`clock.wall()`): a machine does not hurry with a demo's clock.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from banshi.foundation.announce import announce
from banshi.kernel.actors import Actor
from banshi.kernel.machine_orders import KINDS, ORDER, REPEATABLE, SAID, WHYS, fault
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.devices.models import Device, DeviceOrder

TOPIC: Final = "orders"  # told to whoever waits for a machine's orders; the subject is its code
AT_ONCE: Final = 5  # handed out together: a machine does one after the other, and each has its time
BODIES_KEPT: Final = timedelta(days=7)  # of what did not come out, so that somebody can have it repeated
ORDERS_KEPT: Final = timedelta(days=90)


@dataclass(frozen=True)
class HandedOut:
    """An order as its machine gets it. `takes`: how long from now on it may be begun and answered."""

    id: int
    key: str
    kind: str
    body: dict[str, Any]
    takes: timedelta


def give(
    *, device: Device, key: str, kind: str, body: Mapping[str, Any], by: Actor, at: datetime, now: datetime
) -> DeviceOrder:
    """Order something of a machine; the same key again is the same order, whatever else it says.

    :param body: by its kind (`kernel/machine_orders.py`).
    :param at: machine time; :param now: hall time, for whoever listens.
    :raises Refused: invalid – no such kind, not its fields, a retired device.
    """
    _check(key, kind, dict(body))
    with transaction.atomic():
        # Not retired between two looks: a retired machine is given nothing.
        if not Device.objects.select_for_update(no_key=True).filter(pk=device.pk, retired_at=None).exists():
            raise _invalid("device", "这台设备已停用，先恢复使用", "This device is retired: bring it back first")
        values = {
            "kind": kind, "body": json.dumps(dict(body), ensure_ascii=False), "made_by": str(by), "made_at": at,
            "expires_at": at + KINDS[kind].waits,
        }  # fmt: skip
        order, new = DeviceOrder.objects.get_or_create(device=device, key=key, defaults=values)
        if new:
            announce(hall=device.hall.code, topic=TOPIC, subject=device.code, now=now)
    return order


def hand_out(*, device: str, at: datetime) -> list[HandedOut]:
    """What waits for this machine, in the order it was given, to whoever asks first: two that ask at once never get one order
    twice. Nothing for a retired one."""
    with transaction.atomic():
        rows = list(
            DeviceOrder.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
            .filter(
                device__code=device, device__retired_at=None, state__in=ORDER.of("hand_out"), expires_at__gt=at
            )
            .order_by("id")[:AT_ONCE]
        )  # fmt: skip
        for row in rows:
            # The promise is the condition, not the lock: whatever was handed out stays out.
            DeviceOrder.objects.filter(pk=row.pk, state__in=ORDER.of("hand_out")).update(
                state=ORDER.to("hand_out"), sent_at=at, expires_at=at + KINDS[row.kind].takes
            )
    return [HandedOut(row.pk, row.key, row.kind, json.loads(row.body or "{}"), KINDS[row.kind].takes) for row in rows]


def ended(*, device: str, order: int, state: str, why: str, at: datetime) -> DeviceOrder:
    """The machine says how an order went. Said again it is the same; `done` or `failed` after it was given up is believed: the
    machine knows.

    :param state: done | failed | unsure. :param why: one of `WHYS`; "" with done, and with done alone.
    :raises Refused: nothing-found (no order of this machine), invalid, wrong-state (never handed out, or ended otherwise).
    """
    if state not in SAID:
        raise _invalid("state", "只能是 done、failed 或 unsure", "One of done, failed, unsure")
    if (why == "") != (state == "done") or why not in ("", *WHYS):
        raise _invalid("why", "没有这种原因", "There is no such reason")
    with transaction.atomic():
        rows = DeviceOrder.objects.select_for_update(no_key=True, of=("self",)).select_related("device")
        row = rows.filter(pk=order, device__code=device).first()
        if row is None:
            raise Refused("nothing-found", facts={"order": order})
        if row.state == state:
            return row
        if (no := ORDER.refusal(row.state, state)) is not None:
            raise Refused(no)
        row.state, row.why, row.ended_at = ORDER.to(state), "" if state == "done" else why, at
        if state == "done":
            row.body = None
        row.save(update_fields=["state", "why", "ended_at", "body"])
    return row


def end_due(*, at: datetime) -> int:
    """What nobody fetched in time is expired; what was not answered in time is unsure. :returns: how many of both."""
    due = DeviceOrder.objects.filter(expires_at__lte=at)
    expired = due.filter(state__in=ORDER.of("expire")).update(state=ORDER.to("expire"), why="late", ended_at=at)
    lost = due.filter(state__in=ORDER.of("lose")).update(state=ORDER.to("lose"), why="not_answered", ended_at=at)
    return expired + lost


def again(*, order: int, by: Actor, at: datetime, now: datetime) -> DeviceOrder:
    """A person has looked and wants it once more: a new order. Twice is once.

    :raises Refused: nothing-found; wrong-state – it may still come out, it did, or what it said is kept no longer; invalid.
    """
    row = DeviceOrder.objects.select_related("device__hall").filter(pk=order).first()
    if row is None:
        raise Refused("nothing-found", facts={"order": order})
    if row.state not in REPEATABLE or row.body is None:
        raise Refused("wrong-state", facts={"state": row.state, "needs": list(REPEATABLE)})
    with transaction.atomic():
        made = give(
            device=row.device, key=f"again:{row.pk}", kind=row.kind, body=json.loads(row.body), by=by, at=at, now=now
        )
        # The key is the promise: of two people who press at once, one gave it.
        if DeviceOrder.objects.filter(pk=made.pk, repeats=None).update(repeats=row):
            audit.record(
                action="device_order_repeated", subject=f"device:{row.device.code}", by=by, now=now,
                hall=row.device.hall.code, facts={"order": row.pk, "kind": row.kind},
            )  # fmt: skip
    made.refresh_from_db()
    return made


def forget_old(*, at: datetime, most: int = 5000) -> int:
    """What orders said goes a week after they ended, the orders themselves a season later. :returns: how many of both."""
    said = DeviceOrder.objects.filter(ended_at__lt=at - BODIES_KEPT, body__isnull=False).order_by("pk").values("pk")
    emptied = DeviceOrder.objects.filter(pk__in=said[:most]).update(body=None)
    old = DeviceOrder.objects.filter(made_at__lt=at - ORDERS_KEPT, repeated=None).order_by("pk").values("pk")[:most]
    gone, _ = DeviceOrder.objects.filter(pk__in=old).delete()
    return emptied + gone


def _check(key: str, kind: str, body: dict[str, Any]) -> None:
    """:raises Refused: invalid."""
    if not 1 <= len(key) <= 80 or not all("!" <= c <= "~" for c in key):
        raise _invalid("key", "应为 1 到 80 个可见 ASCII 字符", "1 to 80 visible ASCII characters")
    wrong = fault(kind, body)
    if wrong is not None:
        raise _invalid(wrong, "命令里的这一项不对", "This does not fit in the order")


def _invalid(field: str, zh: str, en: str) -> Refused:
    return Refused("invalid", facts={"field": field, "reason": {"zh": zh, "en": en}})
