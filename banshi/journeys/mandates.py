"""An agent's mandates (授权委托) meet the hall's matters and the systems agents book through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import KeyInfo
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall

_NO_KEY = {"zh": "这个接入不能在本厅预约", "en": "No system that books in this hall has this key"}


def matters(hall: Hall, codes: Iterable[str]) -> list[str]:
    """Codes of matters that this hall handles, each once, in order.

    :raises Refused: item-not-here, naming the first that it does not.
    """
    asked = sorted(set(codes))
    known = set(HallItem.objects.filter(hall=hall, item__code__in=asked).values_list("item__code", flat=True))
    unknown = [code for code in asked if code not in known]
    if unknown:
        raise Refused("item-not-here", facts={"item": unknown[0], "hall": hall.code})
    return asked


def systems(hall: Hall) -> list[KeyInfo]:
    """Keys of the systems that book in this hall, by name: an agent may come through one."""
    in_force = people.keys()
    found = [key for key in in_force if key.scope == "channel" and _books_in(key, hall)]
    return sorted(found, key=lambda key: (key.name, key.id))


def _books_in(key: KeyInfo, hall: Hall) -> bool:
    if key.hall:
        return key.hall == hall.code
    return key.region in ("", "*") or hall.code in {each.code for each in places.halls_in_region(key.region)}


def system(hall: Hall, key_id: int | None) -> int | None:
    """:raises Refused: invalid – no such system books here."""
    if key_id is not None and key_id not in {key.id for key in systems(hall)}:
        raise Refused("invalid", facts={"field": "key", "reason": _NO_KEY})
    return key_id


def accounts_of(asked: Mapping[int, tuple[int, int, str]], *, today: date) -> dict[int, int | Refused]:
    """The accounts that act as these agents; whoever else books for one waits until the transaction ends.

    :param asked: agent id, key id and end user of each request. A suspended agent, and another key's, acts for nobody.
    """
    wanted = sorted({agent_id for agent_id, _, _ in asked.values()})
    known = {each.id: each for each in people.agents(ids=wanted, today=today)} if wanted else {}
    identity.lock_accounts(each.account_id for each in known.values())
    known = {each.id: each for each in people.agents(ids=wanted, today=today)} if wanted else {}
    found: dict[int, int | Refused] = {}
    for i, (agent_id, key_id, end_user) in asked.items():
        one = known.get(agent_id)
        if one is None or not one.comes_through(key_id, end_user):
            found[i] = Refused("nothing-found", facts={"agent": agent_id})
        elif one.suspended_at is not None:
            found[i] = Refused("mandate-missing", facts={"agent": agent_id})
        else:
            found[i] = one.account_id
    return found
