"""Whoever changes what every hall goes by holds the right in every hall that handles it: none acts for another."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from banshi.foundation.said import named
from banshi.kernel.refusals import Refused
from banshi.kernel.rights import holds
from banshi.rooms.catalogue.models import Item
from banshi.rooms.identity import queries as identity
from banshi.rooms.identity.queries import Holder
from banshi.rooms.identity.rules import ROLES
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall

Grants = Mapping[str, frozenset[str]]
Changed = Item | Sequence[Item] | None
NOBODY = {"zh": "现在没有人", "en": "nobody now"}
NAMED = 6  # of those who may, so many are named


@dataclass(frozen=True)
class Lacking:
    """Where the right is not held, and who holds it in every hall that handles the item."""

    halls: tuple[Hall, ...]
    who: tuple[Holder, ...]

    @property
    def refused(self) -> Refused:
        who = [{"zh": each.name_zh, "en": each.name_en} for each in self.who] or [NOBODY]
        return Refused("not-every-hall", facts={"halls": [hall.code for hall in self.halls], "who": who})

    @property
    def who_names(self) -> list[str]:
        return [named(each) for each in self.who]

    @property
    def hall_names(self) -> list[str]:
        return [named(hall) for hall in self.halls]


def lacking(grants: Grants, permission: str, *changed: Changed) -> Lacking | None:
    """None: whoever holds `grants` may act for every hall that handles what is changed; so where no hall does yet.

    :param changed: an item, or those of a 一件事, which stands where all of them are handled.
    """
    halls = _halls_of(changed)
    missing = tuple(hall for hall in halls if not holds(grants, permission, hall.code))
    return Lacking(missing, _who_may(permission, halls)) if missing else None


def must_everywhere(grants: Grants, permission: str, *changed: Changed) -> None:
    """:raises Refused: not-every-hall, with the halls that lack it and who may."""
    if (found := lacking(grants, permission, *changed)) is not None:
        raise found.refused


def lacking_to_drop(
    grants: Grants, permission: str, *changed: Changed, by: str, wrote: Collection[str]
) -> Lacking | None:
    """As `lacking`, of what another wrote: who wrote any of it takes it back anywhere, nobody else over a hall's head.

    :param wrote: `kind:id` of each.
    """
    return None if by in wrote else lacking(grants, permission, *changed)


def _halls_of(changed: Iterable[Changed]) -> list[Hall]:
    found: dict[int, Hall] = {}
    for each in changed:
        items = [each] if isinstance(each, Item) else list(each or ())
        halls = Hall.objects.all() if items else Hall.objects.none()
        for item in items:
            halls = halls.filter(items__item=item)
        found |= {hall.pk: hall for hall in halls.order_by("order", "code")}
    return sorted(found.values(), key=lambda hall: (hall.order, hall.code))


def _who_may(permission: str, halls: list[Hall]) -> tuple[Holder, ...]:
    able = [role for role, allowed in ROLES.items() if permission in allowed]
    found = []
    for each in identity.staff_by_role(able):
        grants = places.grants(each.roles)
        if all(holds(grants, permission, hall.code) for hall in halls):
            found.append(each)
    return tuple(found[:NAMED])
