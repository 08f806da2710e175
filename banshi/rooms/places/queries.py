"""Reads on places: halls, their parts, the policy in force, and where a role reaches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from banshi.foundation.memory import forgettable
from banshi.kernel.policy import HallPolicy
from banshi.kernel.refusals import Refused
from banshi.rooms.identity.queries import HeldRole
from banshi.rooms.identity.rules import ROLES
from banshi.rooms.places.models import Category, Hall, PolicyVersion, Region, SelfServiceArea, Window, WindowCategory


def hall_by_code(code: str) -> Hall:
    """:raises Refused: nothing-found."""
    hall = Hall.objects.select_related("region").filter(code=code).first()
    if hall is None:
        raise Refused("nothing-found", facts={"hall": code})
    return hall


def hall_named(code: str) -> Hall | None:
    """The hall of a code, or None: for who only wants to name it."""
    return Hall.objects.filter(code=code).first()


def halls_in_region(region_code: str) -> list[Hall]:
    """Halls of a region and of everything below it, in their order; `*` is the whole installation.

    :raises Refused: nothing-found.
    """
    if region_code == "*":
        return all_halls()
    region = Region.objects.filter(code=region_code).first()
    if region is None:
        raise Refused("nothing-found", facts={"region": region_code})
    return list(
        Hall.objects.select_related("region").filter(region__path__startswith=region.path).order_by("order", "code")
    )


def grants(roles: Iterable[HeldRole]) -> dict[str, frozenset[str]]:
    """Permission → hall codes ("*" = every hall) of the roles."""
    found: dict[str, set[str]] = {}
    for held in roles:
        if held.scope_kind == "all":
            halls = {"*"}
        elif held.scope_kind == "hall":
            halls = {held.scope}
        else:
            halls = {hall.code for hall in halls_in_region(held.scope)}
        for permission in ROLES.get(held.role, frozenset()):
            found.setdefault(permission, set()).update(halls)
    return {permission: frozenset(halls) for permission, halls in found.items()}


@lru_cache(maxsize=256)
def parsed_policy(policy_id: int) -> HallPolicy:
    """The policy of a version, parsed once per process."""
    # A version is immutable, so its id is a sound cache key.
    return HallPolicy.model_validate(PolicyVersion.objects.get(id=policy_id).document)


forgettable(parsed_policy.cache_clear)


def policy_of(hall_id: int, *, now: datetime) -> HallPolicy:
    """The policy in force; the defaults where a hall has none."""
    versions = PolicyVersion.objects.filter(hall_id=hall_id, valid_from__lte=now).order_by("-version")
    policy_id = versions.values_list("id", flat=True).first()
    if policy_id is None:
        return HallPolicy()
    return parsed_policy(policy_id)


def planned_policies(hall_id: int, days: Iterable[tuple[date, datetime]], *, now: datetime) -> dict[date, HallPolicy]:
    """By day, the policy that will rule at the moment given with it, where that is a planned one."""
    versions = list(
        PolicyVersion.objects.filter(hall_id=hall_id, valid_from__gt=now).order_by("-version").values_list(
            "id", "version", "valid_from"
        )
    )  # fmt: skip
    if not versions:
        return {}
    ruling = PolicyVersion.objects.filter(hall_id=hall_id, valid_from__lte=now).order_by("-version")
    newest = ruling.values_list("version", flat=True).first() or 0
    found = {}
    for day, until in days:
        then = next((id_ for id_, version, since in versions if since <= until and version > newest), None)
        if then is not None:
            found[day] = parsed_policy(then)
    return found


def policies_of(hall_ids: Iterable[int], *, now: datetime) -> dict[int, HallPolicy]:
    """The policy in force of each hall, in one query; the defaults where a hall has none."""
    ids = list(hall_ids)
    versions = PolicyVersion.objects.filter(hall_id__in=ids, valid_from__lte=now).order_by("hall_id", "-version")
    newest = dict(versions.distinct("hall_id").values_list("hall_id", "id"))
    return {hall_id: parsed_policy(newest[hall_id]) if hall_id in newest else HallPolicy() for hall_id in ids}


@dataclass(frozen=True)
class FloorView:
    code: str
    label_zh: str
    label_en: str


@dataclass(frozen=True)
class ZoneView:
    code: str
    floor: str
    name_zh: str
    name_en: str


@dataclass(frozen=True)
class CategoryView:
    code: str
    letter: str
    name_zh: str
    name_en: str
    zone: str | None


@dataclass(frozen=True)
class WindowView:
    code: str
    number: str
    kind: str
    zone: str
    floor: str
    x: float
    y: float
    categories: tuple[str, ...]


@dataclass(frozen=True)
class HallView:
    """A hall with its parts, in their order."""

    code: str
    name_zh: str
    name_en: str
    address_zh: str
    address_en: str
    phone: str
    timezone: str
    region: str
    region_zh: str
    region_en: str
    lat: float | None
    lon: float | None
    floors: tuple[FloorView, ...]
    zones: tuple[ZoneView, ...]
    categories: tuple[CategoryView, ...]
    windows: tuple[WindowView, ...]


def hall_view(hall: Hall) -> HallView:
    """A hall with floors, zones, categories and windows; five queries whatever its size."""
    floors = tuple(FloorView(f.code, f.label_zh, f.label_en) for f in hall.floors.order_by("order", "code"))
    zones = tuple(
        ZoneView(z.code, z.floor.code, z.name_zh, z.name_en) for z in hall.zones.select_related("floor").order_by("id")
    )
    floor_of = {z.code: z.floor for z in zones}
    categories = tuple(
        CategoryView(c.code, c.letter, c.name_zh, c.name_en, c.zone.code if c.zone else None)
        for c in categories_of(hall)
    )
    served: dict[int, list[str]] = {}
    links = WindowCategory.objects.filter(window__hall=hall).order_by("category__order", "category_id")
    for window_id, code in links.values_list("window_id", "category__code"):
        served.setdefault(window_id, []).append(code)
    windows = tuple(
        WindowView(w.code, w.number, w.kind, w.zone.code, floor_of[w.zone.code], w.x, w.y, tuple(served.get(w.id, ())))
        for w in hall.windows.select_related("zone").order_by("code")
    )
    return HallView(
        hall.code, hall.name_zh, hall.name_en, hall.address_zh, hall.address_en, hall.phone, hall.timezone,
        hall.region.code, hall.region.name_zh, hall.region.name_en, hall.lat, hall.lon, floors, zones, categories, windows,
    )  # fmt: skip


def categories_of(hall: Hall) -> list[Category]:
    return list(hall.categories.select_related("zone").order_by("order", "code"))


def window_by_code(code: str) -> Window:
    """:raises Refused: nothing-found."""
    window = Window.objects.select_related("hall", "zone__floor").filter(code=code).first()
    if window is None:
        raise Refused("nothing-found", facts={"window": code})
    return window


def all_halls() -> list[Hall]:
    return list(Hall.objects.select_related("region").order_by("order", "code"))


def area_by_code(code: str) -> SelfServiceArea:
    """:raises Refused: nothing-found – also an area out of use."""
    area = SelfServiceArea.objects.select_related("hall__region").filter(code=code, active=True).first()
    if area is None:
        raise Refused("nothing-found", facts={"area": code})
    return area
