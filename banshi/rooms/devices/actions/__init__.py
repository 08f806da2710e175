"""Name devices, pair them, hear their heartbeat, print on their printer."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.module_loading import import_string

from banshi.foundation import clock, limits
from banshi.kernel.actors import Actor
from banshi.kernel.names import InvalidName, label
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.devices import queries, rules
from banshi.rooms.devices.models import Device, Fault, MachineType
from banshi.rooms.devices.ports import PagePrinter, Printer, PrinterTrouble, Slip
from banshi.rooms.devices.queries import device_by_code, secret_hash
from banshi.rooms.devices.rules.fleet import WHOLE
from banshi.rooms.identity import actions as identity
from banshi.rooms.places.models import Hall, SelfServiceArea, Window, Zone

MACHINE = "machine"  # of the fleet
DOOR = "door"  # of a self-service area
KINDS = ("kiosk", "board", "zone_board", "window_display", "evaluator", DOOR)
SAYS = {"page": str, "version": int, "stale": bool, "language": str, "width": int, "height": int, "waiting": int}
ENROL_WITHIN = timedelta(days=1)  # of the secret's making: whoever sets the machine up is there
PRINTER = "banshi.gateways.printers.print_slip"


def register(
    *,
    hall: Hall,
    code: str,
    kind: str,
    name: str,
    by: Actor,
    now: datetime,
    zone: Zone | None = None,
    window: Window | None = None,
    printer: str = "",
    area: SelfServiceArea | None = None,
    type: MachineType | None = None,
) -> Device:
    """Make a device known, or change one that is (same code).

    :param printer: "" (none), `file:name` or what the operator allows (rules.py), with `#32` for 58 mm paper.
    :param area: of this hall, where it helps people outside of it; which one a door opens. :param type: of a machine of the
        fleet – a `machine` always, a kiosk where it is looked after as one.
    :raises Refused: invalid (code, kind, printer, type, area – a door of none), not-your-hall (the code is another hall's).
    """
    if not re.fullmatch(r"[a-z0-9_-]{1,60}", code):
        raise _invalid("code", "编号用小写字母、数字、横线和下划线", "A code has small letters, digits, - and _")
    if kind not in (*KINDS, MACHINE):
        raise _invalid("kind", "没有这种设备", "There is no such kind of device")
    _check_fleet(hall, kind, area, type)
    _check_printer(code, printer)
    name = _name(name)
    with transaction.atomic():
        known = (
            Device.objects.select_for_update(of=("self",), no_key=True).select_related("hall").filter(code=code).first()
        )
        if known is not None and known.hall_id != hall.pk:
            raise Refused("not-your-hall", facts={"hall": {"zh": known.hall.name_zh, "en": known.hall.name_en}})
        values: dict[str, Any] = {
            "hall": hall,
            "kind": kind,
            "name": name,
            "zone": zone,
            "window": window,
            "printer": printer,
            "area": area,
            "type": type,
        }
        if known is not None and known.type_id != (type.pk if type else None):
            _end_faults(known, parts=type.parts if type else [], now=now)
        device, _ = Device.objects.update_or_create(code=code, defaults=values)
        deed, facts = _deed(known, name, kind)
        audit.record(action=deed, subject=f"device:{code}", by=by, now=now, hall=hall.code, facts=facts)
    return device


def _check_fleet(hall: Hall, kind: str, area: SelfServiceArea | None, type: MachineType | None) -> None:
    """:raises Refused: invalid."""
    if kind == MACHINE and type is None:
        raise _invalid("type", "选自助设备的类型", "Choose what kind of self-service machine it is")
    if type is not None and kind not in (MACHINE, "kiosk"):
        raise _invalid("type", "只有取号机和自助终端有类型", "Only a kiosk or a self-service machine is of such a kind")
    if area is not None and area.hall_id != hall.pk:
        raise _invalid("area", "选本大厅的自助服务区", "Choose a self-service area of this hall")
    if kind == DOOR and area is None:
        raise _invalid("area", "选这扇门属于哪个自助服务区", "Choose the self-service area that this door opens")
    if area is not None and type is None and kind != DOOR:
        raise _invalid(
            "area", "自助服务区里的设备要选类型", "What stands in a self-service area needs a kind of machine"
        )


def _end_faults(device: Device, *, parts: Sequence[str], now: datetime) -> None:
    """Of another kind from now on: of parts that it has no more nobody will say that they work."""
    gone = Fault.objects.filter(device=device, ended_at=None)
    gone.exclude(part__in=[*parts, *([WHOLE] if parts else [])]).update(ended_at=Greatest(F("opened_at"), now))


def _deed(known: Device | None, name: str, kind: str) -> tuple[str, dict[str, str]]:
    if known is None:
        return "device_registered", {"kind": kind}
    if known.name != name:
        return "device_renamed", {"from": known.name, "to": name}
    return "device_changed", {}


def _name(text: str) -> str:
    """:raises Refused: invalid."""
    try:
        return label(text, 80)
    except InvalidName as wrong:
        raise _invalid("name", wrong.zh, wrong.en) from wrong


def _check_printer(code: str, printer: str) -> None:
    """One that is set already may stay, though the operator's list has changed: it just prints nothing.

    :raises Refused: invalid.
    """
    fault = rules.printer_fault(printer, queries.allowed())
    if fault is None or Device.objects.filter(code=code, printer=printer).exists():
        return
    listed = ", ".join(queries.allowed_addresses())
    zh, en = {
        "form": (
            "打印机地址写 file:名称 或 tcp:主机:端口",
            "A printer is file:name or tcp:host:port",
        ),
        "name": (
            "file: 后面只写文件名，不写路径；小票存到打印目录",
            "After file: stands a plain name, no path; slips go to the spool folder",
        ),
        "device": (
            f"这台设备不在运维人员允许的打印机之中。可用：{listed}",
            f"The operator has not allowed this device. Allowed: {listed}",
        ),
        "host": (
            f"这个地址不在运维人员允许的打印机之中。可用：{listed}",
            f"The operator has not allowed this address. Allowed: {listed}",
        ),
    }[fault]
    raise _invalid("printer", zh, en)


def new_secret(*, code: str, by: Actor, now: datetime) -> str:
    """A pairing secret for a device, shown once; whatever was paired before is no longer, nor the API key it held.

    :raises Refused: nothing-found, invalid (it is retired).
    """
    secret = "-".join(secrets.token_hex(2) for _ in range(4))
    device = device_by_code(code)
    with transaction.atomic():
        known = Device.objects.filter(pk=device.pk, retired_at=None)
        if not known.update(
            secret_hash=secret_hash("pairing", secret),
            enrol_hash=secret_hash("enrol", secret),
            enrol_until=clock.wall() + ENROL_WITHIN,
            reader_key="",
        ):
            raise _retired()
        identity.revoke_device_keys(device=code, by=by, now=now)
        audit.record(action="device_secret_made", subject=f"device:{code}", by=by, now=now, hall=device.hall.code)
    return secret


def pair(*, hall: Hall, code: str, secret: str, by: Actor, now: datetime) -> str:
    """Pair a device with its one-time secret; returns the token that its cookie keeps.

    :raises Refused: code-wrong – no such device here, or not its secret (which of both is not said).
    """
    token = secrets.token_urlsafe(24)
    with transaction.atomic():
        # One conditional update: a secret pairs one machine, however many try at once.
        paired = Device.objects.filter(
            hall=hall,
            code=code.strip().lower(),
            secret_hash=secret_hash("pairing", secret.strip().lower()),
            retired_at=None,
        ).update(secret_hash=secret_hash("token", token), reader_key=secret_hash("reader", secret.strip().lower()))
        if not paired:
            raise Refused("code-wrong")
        audit.record(action="device_paired", subject=f"device:{code.strip().lower()}", by=by, now=now, hall=hall.code)
    return token


def enrol(*, code: str, secret: str, by: Actor, now: datetime) -> str:
    """Let the machine's own program (`banshi-agent`) in, with the secret that pairs its page, within a day of its making, once.
    Returns the key that it works with.

    :raises Refused: code-wrong – no such device, or not its secret, or used, or too old (which of them is not said).
    """
    code, secret = code.strip().lower(), secret.strip().lower()
    with transaction.atomic():
        # One conditional update: a secret lets one program in, however many try at once.
        enrolled = Device.objects.filter(
            code=code, enrol_hash=secret_hash("enrol", secret), enrol_until__gt=clock.wall(), retired_at=None
        ).update(enrol_hash="", enrol_until=None, reader_key=secret_hash("reader", secret))
        if not enrolled:
            raise Refused("code-wrong")
        hall = device_by_code(code).hall.code
        key = identity.create_key(name=f"banshi-agent {code}", scope="kiosk", hall=hall, device=code, now=now)
        audit.record(action="device_enrolled", subject=f"device:{code}", by=by, now=now, hall=hall)
    return key


def heartbeat(*, code: str, state: Mapping[str, Any], now: datetime) -> bool:
    """A device says it is there, and a few words about itself; others are ignored. Returns whether it is known and in use.

    :param state: page, version, stale, language, width, height, waiting.
    :param now: machine time (`clock.wall()`).
    """
    said = {key: _kept(value) for key, value in state.items() if key in SAYS and isinstance(value, SAYS[key])}
    with transaction.atomic():
        device = Device.objects.select_for_update(of=("self",), no_key=True).filter(code=code, retired_at=None).first()
        if device is None:
            return False
        kept = {
            key: value for key, value in device.state.items() if key not in SAYS
        }  # the printer's word is not the page's
        device.state = {**kept, **said}
        device.last_seen_at = now
        device.save(update_fields=["state", "last_seen_at"])
    return True


def retire(*, code: str, by: Actor, now: datetime) -> None:
    """Take a device out of use: what it held – cookie, reader, pairing secret, its API key – opens nothing. Twice is once.

    :raises Refused: nothing-found.
    """
    device = device_by_code(code)
    with transaction.atomic():
        if Device.objects.filter(pk=device.pk, retired_at=None).update(retired_at=now, enrol_hash="", reader_key=""):
            identity.revoke_device_keys(device=code, by=by, now=now)
            open_faults = Fault.objects.filter(device=device, ended_at=None)
            open_faults.update(
                ended_at=Greatest(F("opened_at"), now)
            )  # a clock that was set back ends none before it began
            audit.record(action="device_retired", subject=f"device:{code}", by=by, now=now, hall=device.hall.code)


def bring_back(*, code: str, by: Actor, now: datetime) -> None:
    """Take a retired device into use again. No key it had works: it is paired anew.

    :raises Refused: nothing-found.
    """
    device = device_by_code(code)
    with transaction.atomic():
        back = (
            Device.objects.filter(pk=device.pk)
            .exclude(retired_at=None)
            .update(retired_at=None, secret_hash="", enrol_hash="", reader_key="", test={})
        )
        if back:
            audit.record(action="device_brought_back", subject=f"device:{code}", by=by, now=now, hall=device.hall.code)


def test(*, code: str, slip: Slip, by: Actor, at: datetime, now: datetime) -> None:
    """Try a device: its printer at once, its page when it is heard next. `queries.tested` tells how it went.

    :param at: machine time (`clock.wall()`): pages answer by it.
    :raises Refused: nothing-found, invalid (it is retired).
    """
    device = device_by_code(code)
    if device.retired_at is not None:
        raise _retired()
    printed = ""
    if device.printer:
        try:
            print_slip(device=device, slip=slip)
            printed = "ok"
        except PrinterTrouble as trouble:
            printed = trouble.why
    asked = {"id": secrets.token_hex(4), "asked_at": at.isoformat(), "printer": printed}
    with transaction.atomic():
        Device.objects.filter(pk=device.pk).update(test=asked)
        audit.record(action="device_tested", subject=f"device:{code}", by=by, now=now, hall=device.hall.code)


def test_seen(*, code: str, test: str, at: datetime) -> None:
    """The device's page has shown a test. An older test's answer is nobody's.

    :param at: machine time (`clock.wall()`).
    """
    with transaction.atomic():
        device = Device.objects.select_for_update(of=("self",), no_key=True).filter(code=code, retired_at=None).first()
        if device is None or device.test.get("id") != test or device.test.get("seen_at"):
            return
        device.test = {**device.test, "seen_at": at.isoformat()}
        device.save(update_fields=["test"])


def number_given(*, hall: str, device: str) -> None:
    """Count one more number given at a kiosk to nobody known. A queue of people that uses one machine stays below.

    :param device: its code; of a machine that is on no list what its key is called.
    :raises Refused: rate-limited.
    """
    limits.take(
        key=rules.numbers_key(hall, device),
        per_minute=rules.numbers_a_minute(clock.speed()),
        burst=rules.NUMBERS_IN_A_ROW,
    )


def print_slip(*, device: Device | None, slip: Slip) -> None:
    """Print on the device's printer, and remember on the device how that went.

    :raises PrinterTrouble: not_set, offline, no_paper, wrong_address. The ticket is valid all the same.
    """
    with _printer_of(device) as address:
        cast(Printer, import_string(getattr(settings, "BANSHI_PRINTER", PRINTER)))(address, slip)


def print_pages(*, device: Device | None, pdf: bytes) -> None:
    """Print a document on the device's printer, one that takes PDF, and remember on the device how that went.

    :raises PrinterTrouble: not_set, offline, no_paper, wrong_address: nothing came out.
    """
    with _printer_of(device) as address:
        cast(PagePrinter, import_string(settings.BANSHI_PAGE_PRINTER))(address, pdf)


@contextmanager
def _printer_of(device: Device | None) -> Iterator[str]:
    """Where the device prints; how it went is remembered. :raises PrinterTrouble: not_set, and what printing raises."""
    if device is None or not device.printer:
        raise PrinterTrouble("not_set")
    word = "ok"
    try:
        yield device.printer
    except PrinterTrouble as trouble:
        word = trouble.why
        raise
    finally:
        _remember_printer(device, word)


def _remember_printer(device: Device, word: str) -> None:
    with transaction.atomic():
        row = Device.objects.select_for_update(of=("self",), no_key=True).get(pk=device.pk)
        if row.state.get("printer") != word:
            row.state = {**row.state, "printer": word}
            row.save(update_fields=["state"])


def _kept(value: Any) -> Any:
    return value[:80].replace("\0", "") if isinstance(value, str) else max(-(2**53), min(2**53, value))


def _retired() -> Refused:
    return _invalid("device", "这台设备已停用，先恢复使用", "This device is retired: bring it back first")


def _invalid(field: str, zh: str, en: str) -> Refused:
    return Refused("invalid", facts={"field": field, "reason": {"zh": zh, "en": en}})
