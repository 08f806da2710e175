"""Who wants to hear: registered by a key, seen to by the office."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from banshi.foundation import clock, locks
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.hooks import rules
from banshi.rooms.hooks.actions.gathering import start_reading
from banshi.rooms.hooks.models import Delivery, Event, Hook
from banshi.rooms.hooks.queries import hooks_of_key, listener, listeners, reach
from banshi.rooms.identity.models import ApiKey

_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


@transaction.atomic
def register(
    *, key_id: int, url: str, types: Sequence[str], hall: str = "", by: Actor, now: datetime
) -> tuple[Hook, str]:
    """A hook that hears what its key may see from now on. :returns: it, and its secret, which is shown this once.

    :param types: of `rules.WANTED`; none = all. :param hall: only of this one. The caller has looked whether the key reaches it.
    :raises Refused: address-not-allowed; too-many-webhooks.
    """
    fault = rules.url_fault(url, reach())
    if fault:
        raise Refused("address-not-allowed", facts={"reason": fault})
    # The finder holds it, too: nothing is read between the look whether anybody listens and the new one.
    locks.hold(locks.HOOKS)
    key = ApiKey.objects.select_for_update(no_key=True).get(id=key_id)
    if len(hooks_of_key(key_id)) >= rules.MOST_HOOKS:
        raise Refused("too-many-webhooks", facts={"limit": rules.MOST_HOOKS})
    if not listeners():
        start_reading()
    secret = new_secret()
    made = Hook.objects.create(
        code="wh_" + "".join(secrets.choice(_LETTERS) for _ in range(16)), key=key, hall=hall, url=url,
        types=list(dict.fromkeys(types)), secret=secret, made_at=now,
    )  # fmt: skip
    _record("hook-registered", made, by=by, now=now)
    return made, secret


def new_secret() -> str:
    return rules.secret_of(secrets.token_bytes(32))


@transaction.atomic
def change_secret(*, code: str, by: Actor, now: datetime) -> tuple[Hook, str]:
    """A new secret, shown this once. The one before signs along for a day, so that the receiver may change in peace.

    Twice within that day: the one before goes, whichever it is – at most two sign.
    """
    row = _locked(code)
    secret = new_secret()
    row.old_secret, row.old_until, row.secret = row.secret, clock.wall() + rules.BOTH_KEYS, secret
    row.save(update_fields=["old_secret", "old_until", "secret"])
    _record("hook-secret-changed", row, by=by, now=now)
    return row, secret


@transaction.atomic
def turn_off(*, code: str, by: Actor, now: datetime) -> Hook:
    """Nothing is told until it is turned on again. Repeating it changes nothing."""
    row = _locked(code)
    if row.state == "on":
        row.state, row.why = rules.HOOK.to("turn_off"), "hand"
        row.save(update_fields=["state", "why"])
        _record("hook-turned-off", row, by=by, now=now)
    return row


@transaction.atomic
def turn_on(*, code: str, by: Actor, now: datetime) -> Hook:
    """It hears again what happens from now on, and what was on its way. Repeating it changes nothing."""
    locks.hold(locks.HOOKS)
    row = _locked(code)
    if row.state == "off":
        if not listeners():
            start_reading()
        row.state, row.why, row.made_at = rules.HOOK.to("turn_on"), "", now
        row.failing_since = row.resting_until = None
        row.save(update_fields=["state", "why", "made_at", "failing_since", "resting_until"])
        _record("hook-turned-on", row, by=by, now=now)
    return row


@transaction.atomic
def end(*, code: str, by: Actor, now: datetime) -> Hook:
    """Nothing is told any more, and its secrets are forgotten. How it went stays until it is old."""
    row = _locked(code)
    row.state, row.why, row.secret, row.old_secret, row.old_until = rules.HOOK.to("end"), "", "", None, None
    row.save(update_fields=["state", "why", "secret", "old_secret", "old_until"])
    Delivery.objects.filter(hook=row, state="due").delete()
    _record("hook-ended", row, by=by, now=now)
    return row


@transaction.atomic
def ping(*, code: str, by: Actor, now: datetime) -> str:
    """A test event, whatever types it asked for. :returns: the event's id. :raises Refused: wrong-state – it is off."""
    row = _locked(code)
    _need(row, "ping")
    wall = clock.wall()
    event = Event.objects.create(
        code="evt_" + secrets.token_hex(16), type=rules.PING, hall=row.hall or row.key.hall, subject=f"webhook:{row.code}",
        at=now, data={"webhook": row.code}, found_at=wall,
    )  # fmt: skip
    Delivery.objects.create(hook=row, event=event, subject=event.subject, due_at=wall)
    Hook.objects.filter(pk=row.pk).update(resting_until=None)
    _record("hook-tested", row, by=by, now=now)
    return event.code


@transaction.atomic
def replay(*, code: str, event: str, by: Actor, now: datetime) -> int:
    """Tell again everything from this event on, in order, with the same ids. :returns: how many.

    :param event: id of an event this hook was told of, or was to be.
    :raises Refused: nothing-found – no such event of its; wrong-state – it is off.
    """
    row = _locked(code)
    _need(row, "repeat")
    first = Delivery.objects.filter(hook=row, event__code=event).values_list("event_id", flat=True).first()
    if first is None:
        raise Refused("nothing-found", facts={"event": event})
    may = listener(row)
    again = Delivery.objects.filter(hook=row, event_id__gte=first)
    if "*" not in may.halls:
        again = again.filter(event__hall__in=may.halls)
    count = again.filter(state__in=[*rules.DELIVERY.of("replay"), "due"]).update(
        state=rules.DELIVERY.to("replay"), tries=0, due_at=clock.wall(), claimed_at=None
    )
    Hook.objects.filter(pk=row.pk).update(resting_until=None)
    _record("hook-replayed", row, by=by, now=now, count=count)
    return count


def _need(row: Hook, verb: str) -> None:
    """:raises Refused: wrong-state."""
    if (no := rules.HOOK.refusal(row.state, verb)) is not None:
        raise Refused(no)


def _locked(code: str) -> Hook:
    """:raises Refused: nothing-found."""
    row = Hook.objects.select_for_update(of=("self",), no_key=True).select_related("key").filter(code=code).first()
    if row is None or row.state == "ended":
        raise Refused("nothing-found", facts={"webhook": code})
    return row


def _record(action: str, row: Hook, *, by: Actor, now: datetime, **facts: int) -> None:
    hall = row.hall or row.key.hall
    audit.record(action=action, subject=f"hook:{row.code}", by=by, now=now, hall=hall, facts=facts)
