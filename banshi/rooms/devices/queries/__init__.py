"""Reads on devices: which one is asking, and how they are."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.conf import settings
from django.db.models import F

from banshi.foundation import clock, limits
from banshi.kernel.refusals import Refused
from banshi.rooms.devices import rules
from banshi.rooms.devices.models import Device, Fault
from banshi.rooms.devices.rules import Allowed
from banshi.rooms.places.models import Hall

SILENT_AFTER = timedelta(seconds=90)  # three missed heartbeats


def secret_hash(kind: Literal["pairing", "token", "reader", "enrol"], secret: str) -> str:
    """What is kept of a secret. A pairing secret is no token and the other way round.

    "reader" is the key that the chip reader of a paired machine signs with: both sides make it from the pairing secret.
    """
    return hashlib.sha256(f"{kind}:{secret}".encode()).hexdigest()


def by_token(code: str, token: str) -> Device | None:
    """The paired device that holds this token, or None: also for one that is retired."""
    device = _holding(code, token)
    return device if device is not None and device.retired_at is None else None


def retired_by_token(code: str, token: str) -> Device | None:
    """The retired device that held this token: its machine is told so, and may do nothing."""
    device = _holding(code, token)
    return device if device is not None and device.retired_at is not None else None


def _holding(code: str, token: str) -> Device | None:
    device = Device.objects.select_related("hall").filter(code=code).first()
    if device is None or not hmac.compare_digest(device.secret_hash, secret_hash("token", token)):
        return None
    return device


def device_by_code(code: str) -> Device:
    """:raises Refused: nothing-found."""
    device = Device.objects.select_related("hall", "zone", "window", "area").filter(code=code).first()
    if device is None:
        raise Refused("nothing-found", facts={"device": code})
    return device


def allowed() -> tuple[Allowed, ...]:
    """Printers that the operator lets halls use (setting BANSHI_PRINTERS)."""
    return settings.BANSHI_PRINTERS


def allowed_addresses() -> list[str]:
    """The same as addresses to type; a file in the spool folder is always one."""
    return ["file:name", *(f"file:{each.device}" if each.device else f"tcp:{each.text}" for each in allowed())]


def first_of_kind(hall: Hall, kind: str, *, beside: Device | None = None) -> Device | None:
    """The hall's first device of a kind: what an unpaired page of a demo stands for; the first other one than `beside`."""
    rows = Device.objects.filter(hall=hall, kind=kind, retired_at=None).order_by("code")
    return (rows.exclude(pk=beside.pk) if beside else rows).first()


@dataclass(frozen=True)
class DeviceHealth:
    """How a device is. `health`: ok | trouble | silent | never | retired; `trouble`: stale | printer_offline | printer_no_paper …

    `last_seen_at` is machine time; `state` is what the page said of itself last.
    """

    code: str
    kind: str
    name: str
    zone: str | None
    window: str | None
    printer: str
    paired: bool
    health: str
    trouble: str
    last_seen_at: datetime | None
    state: dict[str, Any]


def health(hall: Hall, *, now: datetime) -> list[DeviceHealth]:
    """Every device of a hall, by code, the retired ones last; one query.

    :param now: machine time (`clock.wall()`): a heartbeat is a machine's.
    """
    rows = Device.objects.filter(hall=hall).select_related("zone", "window")
    rows = rows.order_by(F("retired_at").asc(nulls_first=True), "code")
    return [_health(row, now) for row in rows]


def _health(row: Device, now: datetime) -> DeviceHealth:
    trouble = trouble_of(row.state)
    if row.retired_at is not None:
        word = "retired"
    elif row.last_seen_at is None:
        word = "never"
    elif now - row.last_seen_at > SILENT_AFTER:
        word = "silent"
    else:
        word = "trouble" if trouble else "ok"
    return DeviceHealth(
        code=row.code,
        kind=row.kind,
        name=row.name,
        zone=row.zone.code if row.zone else None,
        window=row.window.number if row.window else None,
        printer=row.printer,
        paired=bool(row.secret_hash),
        health=word,
        trouble=trouble,
        last_seen_at=row.last_seen_at,
        state=row.state,
    )


@dataclass(frozen=True)
class Tested:
    """The last test of a device. `screen`: asked | seen | silent | never (no machine was ever
    heard); `printer`: "" (none) | ok | offline | no_paper …

    Moments are machine time.
    """

    id: str
    asked_at: datetime
    printer: str
    screen: str
    seen_at: datetime | None


def tested(device: Device, *, now: datetime) -> Tested | None:
    """How the last test went; None where there was none.

    :param now: machine time (`clock.wall()`).
    """
    if not device.test:
        return None
    asked_at = datetime.fromisoformat(device.test["asked_at"])
    seen = device.test.get("seen_at")
    unheard = "silent" if device.last_seen_at is not None else "never"
    screen = "seen" if seen else unheard if now - asked_at > SILENT_AFTER else "asked"
    return Tested(
        device.test["id"], asked_at, device.test["printer"], screen, datetime.fromisoformat(seen) if seen else None
    )


def test_to_show(code: str, *, now: datetime) -> str:
    """The id of the test that the device's page is to show now, or "".

    :param now: machine time (`clock.wall()`).
    """
    device = Device.objects.filter(code=code, retired_at=None).first()
    last = tested(device, now=now) if device is not None else None
    return last.id if last is not None and last.screen == "asked" else ""


def card_left(code: str) -> bool:
    """Whether somebody's card lies in the reader of a machine, long after they went."""
    return Fault.objects.filter(device__code=code, part="reader", kind="left", ended_at=None).exists()


def trouble_of(state: dict[str, Any]) -> str:
    """The trouble a device's own report names, or ""."""
    if state.get("printer") not in (None, "ok"):
        return f"printer_{state['printer']}"
    return "stale" if state.get("stale") else ""


def much_used(hall: Hall) -> list[Device]:
    """The hall's kiosks that just gave unusually many numbers to nobody known: the guide looks who stands there."""
    kiosks = {
        rules.numbers_key(hall.code, device.code): device
        for device in Device.objects.filter(hall=hall, kind="kiosk", retired_at=None).order_by("code")
    }
    per_minute = rules.numbers_a_minute(clock.speed())
    left = limits.left(kiosks, per_minute=per_minute, burst=rules.NUMBERS_IN_A_ROW) if kiosks else {}
    return [device for key, device in kiosks.items() if key in left and rules.suspicious(left[key])]
