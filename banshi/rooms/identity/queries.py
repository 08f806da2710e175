"""Who is who: roles of staff, keys, accounts and their people."""

from __future__ import annotations

from dataclasses import dataclass

from banshi.rooms.identity.models import Role


@dataclass(frozen=True)
class HeldRole:
    role: str
    scope_kind: str  # hall | region | all
    scope: str


def roles_of(staff_id: int) -> tuple[HeldRole, ...]:
    """Roles held now."""
    rows = Role.objects.filter(staff_id=staff_id, ended_at=None).values_list("role", "scope_kind", "scope").order_by("id")
    return tuple(HeldRole(*row) for row in rows)
