"""Names for actors and places: `staff:12` as the trail keeps it, “王敏” as people read it; a machine by its name in the hall;
110101 is 东城区.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from banshi.foundation.said import named
from banshi.rooms.devices.models import Device
from banshi.rooms.identity.models import Staff
from banshi.rooms.places.models import Hall, Region


class Held(Protocol):
    """A role as it is held somewhere."""

    @property
    def scope_kind(self) -> str: ...
    @property
    def scope(self) -> str: ...


R = TypeVar("R", bound=Held)


def scopes_named(scopes: Iterable[str]) -> dict[str, str]:
    """Code of a hall or region → its name, in two queries; `*` is everywhere."""
    codes = set(scopes)
    halls = Hall.objects.filter(code__in=codes).order_by("pk")
    regions = Region.objects.filter(code__in=codes).order_by("pk")
    found = {row.code: named(row) for row in regions} | {row.code: named(row) for row in halls}
    return found | ({"*": pgettext("staff", "everywhere")} if "*" in codes else {})


def with_where(roles: Iterable[R]) -> list[tuple[R, str]]:
    """Each role with the place in which it is held, in words."""
    rows = list(roles)
    names = scopes_named(row.scope for row in rows)
    return [(row, names.get(row.scope, "–")) for row in rows]


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """Actor → name, in a query each for people and machines. Citizens stay nameless."""
    wanted = set(actors)
    ids = {int(each.split(":", 1)[1]) for each in wanted if each.startswith("staff:") and each[6:].isdecimal()}
    staff = {row.pk: row for row in Staff.objects.filter(id__in=ids).order_by("id")} if ids else {}
    codes = {each.rpartition(":")[2] for each in wanted if each.startswith("kiosk:")}  # kiosk:evaluator:w1, too
    machines = dict(Device.objects.filter(code__in=codes).order_by("code").values_list("code", "name")) if codes else {}
    kinds = {
        "system": _("by itself"),
        "citizen": _("a citizen"),
        "channel": _("another system"),
        "kiosk": _("a kiosk"),
        "demo": _("the demo"),
    }
    found = {}
    for each in wanted:
        kind, _colon, key = each.partition(":")
        member = staff.get(int(key)) if kind == "staff" and key.isdecimal() else None
        machine = machines.get(key.rpartition(":")[2], "") if kind == "kiosk" else ""
        found[each] = named(member) if member is not None else machine or kinds.get(kind, each)
    return found
