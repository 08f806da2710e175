"""What is read: who is told of what, how it went; `sources` and `facts` are what there is to tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from banshi.kernel.refusals import Refused
from banshi.kernel.rights import EVERYWHERE
from banshi.rooms.hooks import rules
from banshi.rooms.hooks.models import Attempt, Delivery, Event, Hook
from banshi.rooms.identity.models import ApiKey
from banshi.rooms.places import queries as places


@dataclass(frozen=True)
class Listener:
    """A hook that is on, and what it may hear. :param halls: codes, or "*". :param maker: only what this key made; "" = all."""

    id: int
    types: tuple[str, ...]
    halls: frozenset[str]
    maker: str
    made_at: datetime

    def hears(self, fact: rules.Fact | Event) -> bool:
        return (
            fact.at >= self.made_at
            and rules.wants(self.types, fact.type)
            and (EVERYWHERE in self.halls or fact.hall in self.halls)
            and (not self.maker or fact.maker == self.maker)
        )


def reach() -> rules.Reach:
    """Where this installation may send to."""
    return rules.Reach(loopback=settings.BANSHI_HOOKS_LOOPBACK, inside=settings.BANSHI_HOOKS_INSIDE)


def listener(hook: Hook) -> Listener:
    """As its key stands now: a hall that left the region is heard of no more."""
    maker = f"key:{hook.key_id}" if hook.key.scope == "channel" else ""
    return Listener(hook.pk, tuple(hook.types), _halls(hook), maker, hook.made_at)


def _halls(hook: Hook) -> frozenset[str]:
    own = halls_of_key(hook.key)
    if not hook.hall:
        return own
    return frozenset({hook.hall}) if EVERYWHERE in own or hook.hall in own else frozenset()


def halls_of_key(key: ApiKey) -> frozenset[str]:
    """Hall codes that a key of a system reaches, or "*"."""
    if key.hall:
        return frozenset({key.hall})
    if key.region and key.region != EVERYWHERE:
        return frozenset(hall.code for hall in places.halls_in_region(key.region))
    return frozenset({EVERYWHERE})


def listeners() -> list[Listener]:
    """All hooks that are on, of keys in force."""
    rows = Hook.objects.filter(state="on", key__revoked_at=None).select_related("key").order_by("id")
    return [listener(row) for row in rows]


def hooks_of_key(key_id: int) -> list[Hook]:
    """Those that are not ended, the oldest first."""
    return list(Hook.objects.filter(key_id=key_id).exclude(state="ended").select_related("key").order_by("id"))


def hooks_of_hall(hall: str) -> list[Hook]:
    """Hooks that hear of this hall, the oldest first; also those of keys that reach others."""
    rows = Hook.objects.exclude(state="ended").filter(key__revoked_at=None).select_related("key").order_by("id")
    return [row for row in rows if {EVERYWHERE, hall} & _halls(row)]


def only_of(hook: Hook, hall: str) -> bool:
    """Whether it hears of no other hall: the hall's own office decides about it."""
    return _halls(hook) == frozenset({hall})


def hook(code: str, *, key_id: int) -> Hook:
    """:raises Refused: nothing-found – also for a hook of another key, or one that is ended."""
    found = next((each for each in hooks_of_key(key_id) if each.code == code), None)
    if found is None:
        raise Refused("nothing-found", facts={"webhook": code})
    return found


def hook_of_hall(code: str, hall: str) -> Hook:
    """:raises Refused: nothing-found – not there, or it hears of other halls only."""
    found = next((each for each in hooks_of_hall(hall) if each.code == code), None)
    if found is None:
        raise Refused("nothing-found", facts={"webhook": code})
    return found


def deliveries(hook: Hook) -> QuerySet[Delivery]:
    """The newest first, each with its attempts, the last first, in `tried`."""
    attempts = Prefetch("attempts", Attempt.objects.order_by("-id"), to_attr="tried")
    rows = Delivery.objects.filter(hook=hook).select_related("event").prefetch_related(attempts)
    return rows.order_by("-event_id")


def last_status(hooks: Sequence[Hook]) -> dict[int, int | None]:
    """What each receiver answered last, by hook id."""
    last = Attempt.objects.filter(delivery__hook=OuterRef("pk")).order_by("-id")
    rows = Hook.objects.filter(pk__in=[each.pk for each in hooks]).annotate(last=Subquery(last.values("status")[:1]))
    return dict(rows.order_by("id").values_list("pk", "last"))


def troubled(halls: Sequence[str]) -> dict[str, int]:
    """How many hooks of these halls alone went off because nothing got through, by hall."""
    found: dict[str, int] = {}
    rows = Hook.objects.filter(state="off", why__in=("failing", "gone")).select_related("key").order_by("id")
    for row in rows:
        own = _halls(row)
        if len(own) == 1 and (hall := next(iter(own))) in halls:
            found[hall] = found.get(hall, 0) + 1
    return found
