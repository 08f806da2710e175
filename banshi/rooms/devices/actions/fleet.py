"""Hear the machines of the fleet, note who is silent, tell who looks after them, and let them be seen to or maintained.

All of it in hall time, but for `last_seen_at`: a fast clock makes no machine silent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import orjson
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest

from banshi.foundation import prepared
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.devices import queries
from banshi.rooms.devices.models import Alarm, Device, Fault, MachineType, Maintenance
from banshi.rooms.devices.queries import fleet as fleet_queries
from banshi.rooms.devices.rules import fleet as rules
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall, SelfServiceArea

LONGEST_MAINTENANCE: Final = timedelta(days=30)
AT_ONCE: Final = 500  # rows of one statement
WHY_MOST: Final = 200


@dataclass(frozen=True)
class Said:
    """What a machine says of itself: its parts, by name, and the version of what runs on it ("" = it does not say)."""

    parts: Mapping[str, str]
    version: str = ""


def report(*, code: str, said: Said, at: datetime, now: datetime) -> list[Fault]:
    """One machine's heartbeat. :returns: its open faults, by part.

    :param at: machine time (`clock.wall()`).
    :raises Refused: nothing-found (no such machine, or one out of use); invalid (no such part, no such state). A part that
        machines of its type need not have is heard and opens no fault.
    """
    device = Device.objects.select_related("type").filter(code=code, retired_at=None).exclude(type=None).first()
    if device is None or device.type is None:
        raise Refused("nothing-found", facts={"device": code})
    if any(part not in rules.PARTS for part in said.parts):
        listed = ", ".join(rules.PARTS)
        raise _invalid("parts", f"部件写这些之一：{listed}", f"A part is one of {listed}")
    if any(state not in rules.STATES for state in said.parts.values()):
        listed = ", ".join(rules.STATES)
        raise _invalid("parts", f"部件的状态写 {listed} 之一", f"The state of a part is one of {listed}")
    if not re.fullmatch(r"[A-Za-z0-9._+-]{0,40}", said.version):
        raise _invalid("version", "版本号用字母、数字和 . _ + -", "A version has letters, digits and . _ + -")
    heard({code: said}, at=at, now=now)
    return list(Fault.objects.filter(device=device, ended_at=None).order_by("part"))


STEADY_SQL: Final = """
WITH said AS (
  SELECT * FROM unnest(%(codes)s::text[], %(parts)s::text[], %(versions)s::text[]) AS said (code, parts, version)
), steady AS (
  SELECT d.id FROM devices_device d JOIN said ON said.code = d.code
  WHERE d.retired_at IS NULL AND d.type_id IS NOT NULL AND d.last_seen_at IS NOT NULL AND d.in_use_since IS NOT NULL
    AND COALESCE(d.state -> 'parts', '{}') @> said.parts::jsonb
    AND (said.version = '' OR d.state ->> 'agent' = said.version)
    AND NOT EXISTS (SELECT FROM devices_fault f WHERE f.device_id = d.id AND f.ended_at IS NULL)
  ORDER BY d.id FOR NO KEY UPDATE OF d
)
UPDATE devices_device d SET last_seen_at = GREATEST(d.last_seen_at, %(at)s) FROM steady WHERE d.id = steady.id
RETURNING d.code
"""


def steady(states: Mapping[str, Said], *, at: datetime) -> frozenset[str]:
    """Of machines that say how they are, note in one statement those that are well and say nothing new: no fault is open, none
    begins, and what is known of them stays. For the others `report` is to be called. A machine that is found silent in this very
    moment keeps that fault until its next heartbeat.

    :param states: by code. :param at: machine time. :returns: their codes.
    """
    well = {code: said for code, said in states.items() if all(state == "ok" for state in said.parts.values())}
    if not well:
        return frozenset()
    rows = prepared.rows(
        STEADY_SQL,
        {
            "codes": list(well), "parts": [orjson.dumps(dict(said.parts)).decode() for said in well.values()],
            "versions": [said.version for said in well.values()], "at": at,
        },
    )  # fmt: skip
    return frozenset(code for (code,) in rows)


def heard(states: Mapping[str, Said], *, at: datetime, now: datetime) -> int:
    """Machines say how they are, all in one transaction, in as many statements for four hundred as for one.

    :param states: by code; who is not known, or out of use, is passed over. :param at: machine time.
    :returns: how many were heard.
    """
    with transaction.atomic():
        # In the order of their ids, as everybody who locks several: two batches that cross wait, and never for each other.
        known = Device.objects.select_for_update(of=("self",), no_key=True).filter(
            code__in=list(states), retired_at=None, type__isnull=False
        )
        devices = list(known.select_related("type").order_by("id"))
        if not devices:
            return 0
        open_faults: dict[int, dict[str, Fault]] = {}
        for fault in Fault.objects.filter(device__in=devices, ended_at=None).order_by("id"):
            open_faults.setdefault(fault.device_id, {})[fault.part] = fault
        over: list[int] = []
        fresh: list[Fault] = []
        changed: list[Device] = []
        for device in devices:
            said, mine = states[device.code], open_faults.get(device.pk, {})
            counted = {part: state for part, state in said.parts.items() if part in _parts_of(device)}
            found = rules.change({part: fault.kind for part, fault in mine.items()}, counted)
            over += [mine[part].pk for part in found.ended]
            fresh += [Fault(device=device, part=part, kind=kind, opened_at=now) for part, kind in found.opened.items()]
            state = _after(device, said)
            if state != device.state:
                device.state = state
                changed.append(device)
        Device.objects.filter(pk__in=[device.pk for device in devices]).update(
            last_seen_at=Greatest(Coalesce("last_seen_at", at), at), in_use_since=Coalesce("in_use_since", now)
        )
        if changed:
            Device.objects.bulk_update(changed, ["state"], batch_size=AT_ONCE)
        _end(over, now)
        if fresh:
            Fault.objects.bulk_create(fresh, batch_size=AT_ONCE * 4)
    return len(devices)


def _parts_of(device: Device) -> list[str]:
    return device.type.parts if device.type is not None else []


def _after(device: Device, said: Said) -> dict[str, object]:
    parts = {**device.state.get("parts", {}), **said.parts}
    return {**device.state, "parts": parts, **({"agent": said.version} if said.version else {})}


def _end(faults: Iterable[int], now: datetime) -> None:
    """A clock that was set back ends no fault before it began."""
    ids = list(faults)
    if ids:
        Fault.objects.filter(pk__in=ids, ended_at=None).update(ended_at=Greatest(F("opened_at"), now))


def note_silent(*, at: datetime, now: datetime) -> int:
    """Machines that were heard once and are not heard any more: a fault each, until the next heartbeat.

    :param at: machine time. :returns: how many.
    """
    late = at - queries.SILENT_AFTER
    with transaction.atomic():
        # A heartbeat under way holds its row: it is looked at when it is done, and is late no more.
        rows = Device.objects.select_for_update(of=("self",), no_key=True).filter(
            type__isnull=False, retired_at=None, last_seen_at__lt=late
        )
        silent = list(rows.exclude(faults__in=Fault.objects.filter(kind="silent", ended_at=None)).order_by("id"))
        Fault.objects.bulk_create(
            [Fault(device=device, part=rules.WHOLE, kind="silent", opened_at=now) for device in silent],
            ignore_conflicts=True,
        )
    return len(silent)


def tell(*, now: datetime) -> int:
    """Tell the step that is due of each open fault nobody looks after, once; none within a maintenance.

    In a few statements whatever their number. Two who tell at once tell it once: the table has one row a step.

    :returns: how many were told.
    """
    rows = Fault.objects.filter(ended_at=None, seen_at=None, device__retired_at=None).order_by("id")
    faults = list(rows.select_related("device__hall__region").prefetch_related("alarms"))
    policies = places.policies_of({fault.device.hall_id for fault in faults}, now=now) if faults else {}
    asleep = fleet_queries.in_maintenance([fault.device for fault in faults], now=now)
    due: list[tuple[Fault, rules.Step]] = []
    for fault in faults:
        if fault.device_id in asleep:
            continue
        told = {alarm.step: alarm.at for alarm in fault.alarms.all()}
        step = rules.due(
            policy=policies[fault.device.hall_id].machines,
            kind=fault.kind,
            opened_at=fault.opened_at,
            told=told,
            now=now,
        )
        if step is not None:
            due.append((fault, step))
    if not due:
        return 0
    whom = fleet_queries.who_is_told({fault.device.hall for fault, _step in due})
    alarms = [
        Alarm(fault=fault, step=step, told=whom.get((fault.device.hall_id, step), []), at=now) for fault, step in due
    ]
    Alarm.objects.bulk_create(alarms, ignore_conflicts=True)
    return len(alarms)


def see_to(*, code: str, by: Actor, now: datetime) -> int:
    """Somebody looks after a machine's open faults: nobody else is told of them. Seen to already: nothing changes.

    :returns: how many faults that is. :raises Refused: nothing-found.
    """
    device = queries.device_by_code(code)
    with transaction.atomic():
        seen = Fault.objects.filter(device=device, ended_at=None, seen_at=None).update(seen_by=str(by), seen_at=now)
        if seen:
            audit.record(action="device_seen_to", subject=f"device:{code}", by=by, now=now, hall=device.hall.code)
    return seen


def maintain(
    *,
    hall: Hall,
    from_at: datetime,
    until_at: datetime,
    why: str,
    by: Actor,
    now: datetime,
    area: SelfServiceArea | None = None,
    device: Device | None = None,
) -> Maintenance:
    """Plan a maintenance of one machine, of an area, or of all machines of a hall.

    :param why: up to 200 characters.
    :raises Refused: invalid (its ends, no reason); not-your-hall (an area or a machine of another hall).
    """
    if until_at <= from_at:
        raise _invalid("until_at", "结束时间要晚于开始时间", "It ends after it starts")
    if until_at <= now:
        raise _invalid("until_at", "结束时间已过，写以后的时间", "That is over already: give a time to come")
    if until_at - from_at > LONGEST_MAINTENANCE:
        raise _invalid("until_at", "一次检修最长 30 天", "A maintenance lasts 30 days at most")
    if not why.strip() or len(why) > WHY_MOST:
        raise _invalid("why", "写明检修原因，最多 200 字", "Say why, in 200 characters at most")
    if (area is not None and area.hall_id != hall.pk) or (device is not None and device.hall_id != hall.pk):
        raise Refused("not-your-hall", facts={"hall": {"zh": hall.name_zh, "en": hall.name_en}})
    subject = f"device:{device.code}" if device else f"area:{area.code}" if area else f"hall:{hall.code}"
    with transaction.atomic():
        made = Maintenance.objects.create(
            hall=hall, area=area, device=device, from_at=from_at, until_at=until_at, why=why.strip(), made_by=str(by),
            made_at=now,
        )  # fmt: skip
        facts = {"from": from_at.isoformat(), "until": until_at.isoformat()}
        audit.record(action="maintenance_planned", subject=subject, by=by, now=now, hall=hall.code, facts=facts)
    return made


def end_maintenance(*, hall: Hall, maintenance_id: int, by: Actor, now: datetime) -> None:
    """Over earlier than planned, or not at all. Twice is once.

    :raises Refused: nothing-found – also one of another hall.
    """
    row = Maintenance.objects.select_related("area", "device").filter(pk=maintenance_id, hall=hall).first()
    if row is None:
        raise Refused("nothing-found", facts={"maintenance": str(maintenance_id)})
    thing = f"device:{row.device.code}" if row.device else f"area:{row.area.code}" if row.area else f"hall:{hall.code}"
    with transaction.atomic():
        over = Maintenance.objects.filter(pk=row.pk, ended_at=None, until_at__gt=now)
        if over.update(ended_at=now, ended_by=str(by)):
            audit.record(action="maintenance_ended", subject=thing, by=by, now=now, hall=hall.code)


def keep_types(types: Iterable[MachineType]) -> None:
    """The kinds of machines that there are, as the presets say. One that is said no more stays: a machine may be one."""
    MachineType.objects.bulk_create(
        types, update_conflicts=True, unique_fields=["code"], update_fields=["name_zh", "name_en", "parts", "order"]
    )


def _invalid(field: str, zh: str, en: str) -> Refused:
    return Refused("invalid", facts={"field": field, "reason": {"zh": zh, "en": en}})
