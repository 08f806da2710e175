"""Reads on places: halls, their parts, the policy in force, and where a role reaches."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from django.db.models import Max

from banshi.kernel.policy import HallPolicy
from banshi.kernel.refusals import Refused
from banshi.rooms.identity.queries import HeldRole
from banshi.rooms.identity.rules import ROLES
from banshi.rooms.places.models import Hall, PolicyVersion, Region


def hall_by_code(code: str) -> Hall:
    """:raises Refused: nothing-found."""
    hall = Hall.objects.select_related("region").filter(code=code).first()
    if hall is None:
        raise Refused("nothing-found", facts={"hall": code})
    return hall


def halls_in_region(region_code: str) -> list[Hall]:
    """Halls of a region and of everything below it, in their order."""
    region = Region.objects.filter(code=region_code).first()
    if region is None:
        raise Refused("nothing-found", facts={"region": region_code})
    return list(Hall.objects.select_related("region").filter(region__path__startswith=region.path).order_by("order", "code"))


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
def _parsed(policy_id: int) -> HallPolicy:
    # A version is immutable, so its id is a sound cache key.
    return HallPolicy.model_validate(PolicyVersion.objects.get(id=policy_id).document)


def policy_of(hall_id: int, *, now: datetime) -> HallPolicy:
    """The policy in force; the defaults where a hall has none."""
    newest = PolicyVersion.objects.filter(hall_id=hall_id, valid_from__lte=now).aggregate(Max("version"))["version__max"]
    if newest is None:
        return HallPolicy()
    policy_id = PolicyVersion.objects.values_list("id", flat=True).get(hall_id=hall_id, version=newest)
    return _parsed(policy_id)
