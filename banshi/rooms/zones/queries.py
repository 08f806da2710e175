"""Reads on night zones: what a door does now, how many are inside, who they are, who called for help."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Sum

from banshi.foundation.crypto import blind_index
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.devices.models import Device
from banshi.rooms.places.models import Hall, SelfServiceArea
from banshi.rooms.zones import rules
from banshi.rooms.zones.models import Closing, Entry, HelpCall
from banshi.rooms.zones.rules import Mode, ZonePolicy


@dataclass(frozen=True)
class Zone:
    """An area with a door as it is now. `inside`: people; `opens_at`: when a closed one lets people in again, if that is known;
    `frees_at`: when the next stay ends; `help`: the open call."""

    area: SelfServiceArea
    policy: ZonePolicy
    mode: Mode
    inside: int
    night: bool
    lights: bool
    opens_at: datetime | None
    frees_at: datetime | None
    too_long: int
    closing: Closing | None
    help: HelpCall | None
    evacuated: bool = False  # everybody is to leave the hall: nobody is let in, and the way out is as open as ever

    @property
    def left(self) -> int | None:
        """Places that are free; None where nobody counts."""
        return None if self.policy.limit is None else max(0, self.policy.limit - self.inside)

    @property
    def full(self) -> bool:
        return self.left == 0


@dataclass(frozen=True)
class Inside:
    """Somebody inside, as whoever keeps the area may see it: `name` is masked, "" where no card told it."""

    id: int
    name: str
    last4: str
    person_id: int | None
    way: str
    people: int
    in_at: datetime
    stay_until: datetime
    lasts: timedelta
    too_long: bool


def policy_of(area: SelfServiceArea) -> ZonePolicy:
    return ZonePolicy(
        asks=area.asks,  # type: ignore[arg-type]
        all_hours=area.all_hours, free_by_day=area.free_by_day, limit=area.most_inside,
        stay=timedelta(minutes=area.stay_minutes), nights=(area.nights_from, area.nights_until),
        lights=area.lights,  # type: ignore[arg-type]
    )  # fmt: skip


def code_index(area: SelfServiceArea, code: str) -> str:
    return blind_index(f"{area.code}:{code}", purpose="zone-code")


def zone(area: SelfServiceArea, *, now: datetime) -> Zone:
    return zones([area], now=now)[0]


def zones(areas: Iterable[SelfServiceArea], *, now: datetime) -> list[Zone]:
    """In the order given; the hours of a hall are read once. :param areas: with their halls."""
    rows = list(areas)
    ids = [area.pk for area in rows]
    inside = _inside(ids)
    first = dict(
        Entry.objects.filter(area__in=ids, out_at=None, stay_until__gt=now)
        .order_by("area_id", "stay_until").distinct("area_id").values_list("area_id", "stay_until")
    )  # fmt: skip
    late = dict(
        Entry.objects.filter(area__in=ids, out_at=None, stay_until__lt=now)
        .values("area_id").annotate(n=Count("id")).order_by("area_id").values_list("area_id", "n")
    )  # fmt: skip
    closings = {each.area_id: each for each in closed(ids, now=now)}
    calls = {each.area_id: each for each in HelpCall.objects.filter(area__in=ids, ended_at=None).order_by("id")}
    halls = {area.hall_id: area.hall for area in rows}
    openings = {hall_id: calendars.opening(hall, now) for hall_id, hall in halls.items()}
    out = {hall_id for hall_id, hall in halls.items() if _evacuated(hall, now)}
    found = []
    for area in rows:
        policy, opening, closing = policy_of(area), openings[area.hall_id], closings.get(area.pk)
        local = now.astimezone(ZoneInfo(area.hall.timezone))
        people = inside.get(area.pk, 0)
        leave = area.hall_id in out
        mode = rules.mode(policy, local=local, hall_open=opening.open, closed=closing is not None or leave)
        opens_at = closing.until_at if closing is not None else opening.opens_at if mode == "closed" else None
        opens_at = None if leave else opens_at  # nobody knows when an evacuation is over
        found.append(
            Zone(
                area, policy, mode, people, rules.is_night(policy, local),
                rules.lights(policy, local, people, evacuated=leave), opens_at, first.get(area.pk), late.get(area.pk, 0),
                closing, calls.get(area.pk), leave,
            )
        )  # fmt: skip
    return found


def _evacuated(hall: Hall, now: datetime) -> bool:
    """Whether the whole hall is: an area hangs on it, wherever its door is."""
    return any(each.kind == "evacuation" and each.whole for each in calendars.closed_now(hall, now))


def closed(area_ids: Collection[int], *, now: datetime) -> list[Closing]:
    """Closings in force, by area."""
    rows = Closing.objects.filter(area__in=area_ids, ended_at=None, from_at__lte=now, until_at__gt=now)
    return list(rows.order_by("area_id"))


def inside(area: SelfServiceArea) -> int:
    """How many people are there."""
    return _inside([area.pk]).get(area.pk, 0)


def _inside(ids: Collection[int]) -> dict[int, int]:
    rows = (
        Entry.objects.filter(area__in=ids, out_at=None).values("area_id").annotate(n=Sum("people")).order_by("area_id")
    )
    return {row["area_id"]: row["n"] for row in rows}


def who_is_inside(area: SelfServiceArea, *, now: datetime) -> list[Inside]:
    """By when they came. Whoever shows this traces the look."""
    rows = Entry.objects.filter(area=area, out_at=None).select_related("person").order_by("in_at", "id")
    return [
        Inside(
            row.pk, row.person.masked_name if row.person else "", row.person.number_last4 if row.person else "",
            row.person_id, row.way, row.people, row.in_at, row.stay_until, now - row.in_at,
            rules.too_long(stay_until=row.stay_until, now=now),
        )
        for row in rows
    ]  # fmt: skip


def doors_of(areas: Iterable[SelfServiceArea]) -> dict[int, Device]:
    """Area → its door, the first by code of those in use."""
    rows = Device.objects.filter(kind="door", retired_at=None, area__in=[area.pk for area in areas])
    found: dict[int, Device] = {}
    for row in rows.select_related("hall").order_by("code"):
        if row.area_id is not None:
            found.setdefault(row.area_id, row)
    return found


def door_of(area: SelfServiceArea) -> Device | None:
    return doors_of([area]).get(area.pk)


def with_doors(halls: Iterable[Hall] | None = None) -> list[SelfServiceArea]:
    """Areas in use with a door that asks, of these halls (None: of all), by hall and code."""
    rows = SelfServiceArea.objects.filter(active=True).exclude(asks="nobody")
    if halls is not None:
        rows = rows.filter(hall__in=list(halls))
    return list(rows.select_related("hall__region").order_by("hall__order", "code"))


def calls_waiting(halls: Collection[str], *, now: datetime) -> Mapping[str, int]:
    """Hall → calls for help that nobody has answered."""
    rows = HelpCall.objects.filter(area__hall__code__in=halls, ended_at=None, answered_at=None, at__lte=now)
    counted = rows.values("area__hall__code").annotate(n=Count("id")).order_by("area__hall__code")
    return {row["area__hall__code"]: row["n"] for row in counted}


def calls(area: SelfServiceArea, *, most: int) -> list[HelpCall]:
    """The last calls for help, the newest first, each with who was told."""
    rows = HelpCall.objects.filter(area=area).select_related("device").prefetch_related("told")
    return list(rows.order_by("-id")[:most])
