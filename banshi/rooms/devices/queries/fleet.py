"""Reads on the fleet: every area and machine, how each is, what is wrong and who was told; in as many statements for four
hundred machines as for one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from banshi.rooms.devices.models import Device, Fault, MachineType, Maintenance
from banshi.rooms.devices.queries import SILENT_AFTER
from banshi.rooms.devices.rules import fleet as rules
from banshi.rooms.identity import queries as identity
from banshi.rooms.identity.queries import HeldRole
from banshi.rooms.identity.rules import ROLES
from banshi.rooms.places.models import Hall, SelfServiceArea

KEEPS = "devices.manage"


@dataclass(frozen=True)
class Name:
    zh: str
    en: str


@dataclass(frozen=True)
class Told:
    """Who was told of a fault. `step`: keepers | head | region; `names`: none where nobody held the role."""

    step: str
    names: tuple[Name, ...]
    at: datetime


@dataclass(frozen=True)
class OpenFault:
    """`part`: "" = the whole machine; `kind`: low | out | jam | broken | silent; `lasts`: until now."""

    part: str
    kind: str
    opened_at: datetime
    lasts: timedelta
    seen_by: str
    seen_at: datetime | None
    told: tuple[Told, ...]


@dataclass(frozen=True)
class Machine:
    """`no`: its number in the area; `health`: a word of `rules.HEALTHS`; `parts`: part → state, "" = not said yet, in the order
    of its type; `unheard`: since it was heard last, in machine time; `available`: share of the last 30 days, 0–1, None = no time
    yet; `maintenance`: the one in force."""

    code: str
    name: str
    no: int
    hall: Hall
    area: SelfServiceArea | None
    type: MachineType
    health: str
    parts: dict[str, str]
    version: str
    last_seen_at: datetime | None
    unheard: timedelta | None
    faults: tuple[OpenFault, ...]
    maintenance: Maintenance | None
    available: float | None

    @property
    def told(self) -> tuple[Told, ...]:
        """Of any of its faults, the latest last."""
        return tuple(sorted((told for fault in self.faults for told in fault.told), key=lambda told: told.at))

    @property
    def worst(self) -> OpenFault | None:
        """The fault to show of several: what serves nobody before what still does, the longest of them."""
        ranked = sorted(self.faults, key=lambda fault: (fault.kind not in rules.DOWN, fault.opened_at))
        return ranked[0] if ranked else None


@dataclass(frozen=True)
class Area:
    """Machines in one place. `area` None: those of the hall that stand in none."""

    hall: Hall
    area: SelfServiceArea | None
    machines: tuple[Machine, ...]

    @property
    def counts(self) -> Counter[str]:
        """Health → how many."""
        return Counter(machine.health for machine in self.machines)

    @property
    def worst(self) -> int:
        """Where its worst machine stands in `rules.HEALTHS`."""
        return min((rules.HEALTHS.index(machine.health) for machine in self.machines), default=len(rules.HEALTHS))


@dataclass(frozen=True)
class Fleet:
    areas: tuple[Area, ...]

    @property
    def machines(self) -> list[Machine]:
        return [machine for area in self.areas for machine in area.machines]

    @property
    def counts(self) -> Counter[str]:
        return Counter(machine.health for machine in self.machines)

    @property
    def available(self) -> float | None:
        """The mean of those that had time to be there."""
        known = [machine.available for machine in self.machines if machine.available is not None]
        return sum(known) / len(known) if known else None


def fleet(halls: Iterable[Hall], *, at: datetime, now: datetime, devices: Collection[int] | None = None) -> Fleet:
    """The machines of halls, by area, the worst first.

    :param at: machine time; :param now: hall time; :param devices: ids, to look at these alone.
    """
    mine = {hall.pk: hall for hall in halls}
    since = now - rules.LOOKED_BACK
    found = Device.objects.filter(hall_id__in=mine, type__isnull=False).select_related("type", "area")
    rows = list((found if devices is None else found.filter(pk__in=devices)).order_by("id"))
    areas = (
        list(SelfServiceArea.objects.filter(hall_id__in=mine, active=True).order_by("code")) if devices is None else []
    )
    ids = [row.pk for row in rows]
    lately = Q(ended_at=None) | Q(ended_at__gt=since) & ~Q(kind="low")
    faults: dict[int, list[Fault]] = {}
    for fault in Fault.objects.filter(lately, device_id__in=ids).order_by("opened_at", "id").prefetch_related("alarms"):
        faults.setdefault(fault.device_id, []).append(fault)
    kept = _Maintenances(mine, since)
    grouped: dict[tuple[int, int | None], list[Device]] = {(area.hall_id, area.pk): [] for area in areas}
    by_id = {area.pk: area for area in areas}
    for row in sorted(rows, key=lambda row: (len(row.code), row.code)):
        grouped.setdefault((row.hall_id, row.area_id), []).append(row)
        if row.area is not None:
            by_id.setdefault(row.area.pk, row.area)
    shown = []
    for (hall_id, area_id), members in grouped.items():
        machines = [
            _machine(row, no, mine[hall_id], faults.get(row.pk, []), kept, at=at, now=now)
            for no, row in enumerate(members, start=1)
        ]
        machines.sort(key=lambda machine: (rules.HEALTHS.index(machine.health), machine.no))
        shown.append(Area(mine[hall_id], by_id[area_id] if area_id is not None else None, tuple(machines)))
    order = {pk: nth for nth, pk in enumerate(mine)}
    shown.sort(key=lambda each: (order[each.hall.pk], each.worst, each.area.code if each.area else ""))
    return Fleet(tuple(shown))


class _Maintenances:
    """Those of halls that matter for the last 30 days; one query."""

    def __init__(self, halls: Iterable[int], since: datetime) -> None:
        rows = Maintenance.objects.filter(hall_id__in=list(halls), until_at__gt=since)
        self.rows = list(rows.order_by("from_at", "id"))

    def of(self, device: Device) -> list[Maintenance]:
        return [
            row
            for row in self.rows
            if row.hall_id == device.hall_id
            and (row.device_id == device.pk if row.device_id else row.area_id in (None, device.area_id))
        ]


def _over(row: Maintenance) -> datetime:
    return min(row.ended_at, row.until_at) if row.ended_at else row.until_at


def _machine(
    row: Device, no: int, hall: Hall, faults: list[Fault], kept: _Maintenances, *, at: datetime, now: datetime
) -> Machine:
    assert row.type is not None
    mine = kept.of(row)
    now_kept = next((each for each in mine if each.from_at <= now < _over(each)), None)
    still = [fault for fault in faults if fault.ended_at is None]
    since = max(row.in_use_since, now - rules.LOOKED_BACK) if row.in_use_since else now
    said = row.state.get("parts", {})
    unheard = at - row.last_seen_at if row.last_seen_at else None
    return Machine(
        code=row.code,
        name=row.name,
        no=no,
        hall=hall,
        area=row.area,
        type=row.type,
        health=rules.health(
            retired=row.retired_at is not None,
            heard=row.last_seen_at is not None,
            late=unheard is not None and unheard > SILENT_AFTER,
            in_maintenance=now_kept is not None,
            kinds=[fault.kind for fault in still],
        ),
        parts={part: str(said.get(part, "")) for part in row.type.parts},
        version=str(row.state.get("agent", "")),
        last_seen_at=row.last_seen_at,
        unheard=unheard,
        faults=tuple(_open(fault, now) for fault in still),
        maintenance=now_kept,
        available=rules.available(
            down=[(fault.opened_at, fault.ended_at) for fault in faults if fault.kind in rules.DOWN],
            kept=[(each.from_at, _over(each)) for each in mine],
            since=since,
            until=now,
        ),
    )


def _open(fault: Fault, now: datetime) -> OpenFault:
    told = sorted(
        (Told(row.step, tuple(Name(**name) for name in row.told), row.at) for row in fault.alarms.all()),
        key=lambda each: each.at,
    )
    lasts = max(now - fault.opened_at, timedelta(0))
    return OpenFault(fault.part, fault.kind, fault.opened_at, lasts, fault.seen_by, fault.seen_at, tuple(told))


def in_maintenance(devices: Iterable[Device], *, now: datetime) -> set[int]:
    """Ids of those that are being maintained at this moment; one query."""
    rows = list(devices)
    if not rows:
        return set()
    kept = _Maintenances({row.hall_id for row in rows}, now)
    return {row.pk for row in rows if any(each.from_at <= now < _over(each) for each in kept.of(row))}


def who_is_told(halls: Iterable[Hall]) -> dict[tuple[int, str], list[dict[str, str]]]:
    """(hall, step) → the names of whoever holds the role now; as many queries for thirty halls as for one.

    keepers: who looks after the machines of that hall; head: the head of its body; region: who looks after machines in a
    region the hall lies in, or everywhere. :param halls: with their regions.
    """
    keepers = {role for role, may in ROLES.items() if KEEPS in may}
    people = identity.staff_by_role([*keepers, "head"])
    found: dict[tuple[int, str], list[dict[str, str]]] = {}
    for hall in halls:
        for one in people:
            steps = {step for step in (_step(held, hall, keepers) for held in one.roles) if step}
            for step in sorted(steps):
                found.setdefault((hall.pk, step), []).append({"zh": one.name_zh, "en": one.name_en})
    return found


def _step(held: HeldRole, hall: Hall, keepers: Collection[str]) -> str:
    here = held.scope_kind == "hall" and held.scope == hall.code
    if held.role == "head":
        return "head" if here else ""
    if held.role not in keepers:
        return ""
    if here:
        return "keepers"
    around = held.scope_kind == "all" or (held.scope_kind == "region" and f"/{held.scope}/" in hall.region.path)
    return "region" if around else ""


def waiting(halls: Collection[str], *, now: datetime) -> Mapping[str, int]:
    """Hall → machines of which somebody was told and which nobody looks after yet; those in maintenance wait for nobody."""
    rows = Device.objects.filter(
        hall__code__in=halls, retired_at=None, type__isnull=False,
        pk__in=Fault.objects.filter(ended_at=None, seen_at=None, alarms__isnull=False).values("device_id"),
    )  # fmt: skip
    devices = list(rows.select_related("hall").order_by("hall__order", "id"))
    asleep = in_maintenance(devices, now=now)
    return Counter(device.hall.code for device in devices if device.pk not in asleep)


def machine(code: str, *, at: datetime, now: datetime) -> Machine | None:
    """One machine of the fleet; None: there is none."""
    row = Device.objects.select_related("hall").filter(code=code, type__isnull=False).first()
    if row is None:
        return None
    found = fleet([row.hall], at=at, now=now, devices=_siblings(row)).machines
    return next((each for each in found if each.code == code), None)


def _siblings(row: Device) -> list[int]:
    """Its number counts among those of its area."""
    rows = Device.objects.filter(hall=row.hall, area=row.area, type__isnull=False)
    return list(rows.order_by("id").values_list("pk", flat=True))


def faults_before(code: str, *, most: int) -> list[Fault]:
    """Faults of a machine that are over, the latest first."""
    return list(Fault.objects.filter(device__code=code).exclude(ended_at=None).order_by("-opened_at", "-id")[:most])


def planned(hall: Hall, *, now: datetime) -> list[Maintenance]:
    """Maintenance of a hall in force or to come, the next one first."""
    rows = Maintenance.objects.filter(hall=hall, ended_at=None, until_at__gt=now).select_related("area", "device")
    return list(rows.order_by("from_at", "id"))


def machine_types() -> list[MachineType]:
    return list(MachineType.objects.order_by("order", "code"))


def for_stand_in() -> list[tuple[str, list[Any]]]:
    """Machines of the demo with their parts, those left out that a real program speaks for: it has a key, or a secret."""
    spoken = identity.devices_with_keys()
    rows = Device.objects.filter(type__isnull=False, retired_at=None, secret_hash="").exclude(code__in=spoken)
    return list(rows.order_by("id").values_list("code", "type__parts"))


def area_with(kinds: Iterable[str], *, hall: Hall) -> SelfServiceArea | None:
    """The self-service area with a machine of one of these kinds: one of this hall, else one of its city; those open at all hours
    first. None where there is none.
    """
    rows = Device.objects.filter(type__in=list(kinds), area__isnull=False, area__active=True, retired_at=None)
    there = rows.filter(hall__region__code__startswith=hall.region.code[:4]).select_related("area")
    found = sorted(
        (row.area for row in there if row.area is not None),
        key=lambda a: (a.hall_id != hall.pk, not a.all_hours, a.code),
    )
    return next(iter(found), None)
