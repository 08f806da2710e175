"""The remote hand (远程协助): what the citizen's screen shows, and what the seat does on it, after a yes to each act."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.remote import queries, rules
from banshi.rooms.remote.actions.ground import invalid, locked, need, one_of, record, told
from banshi.rooms.remote.actions.saying import key_fits, next_of
from banshi.rooms.remote.models import Act, RemoteSession, Screen


def show_screen(*, ref: str, body: Mapping[str, Any], now: datetime) -> Screen:
    """What stands on the citizen's screen now, in words, instead of what was told before.

    :raises Refused: nothing-found, wrong-state, consent-missing, invalid (too long).
    """
    written = json.dumps(dict(body), ensure_ascii=False)
    if len(written) > rules.LONGEST_SCREEN:
        raise invalid("body", "太长了", "Too long")
    with transaction.atomic():
        session = locked(ref)
        need(session, "help")
        _seen_by_the_seat(session)
        before = Screen.objects.filter(session=session).first()
        screen, _ = Screen.objects.update_or_create(
            session=session, defaults={"n": before.n + 1 if before is not None else 1, "body": written, "at": now}
        )
        told(session, now=now)
    return screen


def _seen_by_the_seat(session: RemoteSession) -> None:
    """:raises Refused: consent-missing."""
    if "screen" not in queries.consents_of(session):
        raise Refused("consent-missing", facts={"what": "screen"})


def ask_act(*, ref: str, kind: str, body: Mapping[str, Any], key: str, by: Actor, now: datetime) -> Act:
    """The seat wants to do something on the citizen's screen; the same key is the same wish.

    :raises Refused: nothing-found, wrong-state, invalid, consent-missing (nobody let the seat see the screen), too-many-lines.
    """
    one_of("kind", kind, rules.ACTS)
    key_fits(key)
    written = json.dumps(dict(body), ensure_ascii=False)
    if len(written) > rules.LONGEST_ACT:
        raise invalid("body", "太长了", "Too long")
    with transaction.atomic():
        session = locked(ref)
        before = Act.objects.filter(session=session, key=key).first()
        if before is not None:
            return before
        need(session, "help")
        _seen_by_the_seat(session)
        n = next_of(session.acts.all(), rules.MOST_SAID)
        act = Act.objects.create(session=session, n=n, key=key, kind=kind, body=written, asked_at=now)
        record("remote_act_asked", session, by=by, now=now, facts={"act": kind, "n": n})
        told(session, now=now)
    return act


def answer_act(*, ref: str, n: int, yes: bool, by: Actor, now: datetime) -> Act:
    """The citizen's word. Said again the same, it is the same.

    :raises Refused: nothing-found, wrong-state, consent-missing (they no longer let their screen be seen).
    """
    with transaction.atomic():
        session, act = _act(ref, n)
        if act.yes is yes:
            return act
        if act.yes is not None:
            raise Refused("wrong-state", facts={"kind": "remote_act", "state": "answered", "needs": "asked"})
        need(session, "help")
        if yes:
            _seen_by_the_seat(session)
        act.yes, act.answered_at = yes, now
        act.save(update_fields=["yes", "answered_at"])
        record("remote_act_allowed" if yes else "remote_act_declined", session, by=by, now=now, facts={"n": n})
        told(session, now=now)
    return act


def act_done(*, ref: str, n: int, by: Actor, now: datetime) -> Act:
    """It was done on the screen. :raises Refused: nothing-found, wrong-state (not allowed, or not answered)."""
    with transaction.atomic():
        session, act = _act(ref, n)
        if act.yes is not True:
            state = "asked" if act.yes is None else "answered"
            raise Refused("wrong-state", facts={"kind": "remote_act", "state": state, "needs": "allowed"})
        if act.done_at is None:
            act.done_at = now
            act.save(update_fields=["done_at"])
            record("remote_act_done", session, by=by, now=now, facts={"n": n})
            told(session, now=now)
    return act


def _act(ref: str, n: int) -> tuple[RemoteSession, Act]:
    session = locked(ref)
    act = Act.objects.filter(session=session, n=n).first()
    if act is None:
        raise Refused("nothing-found", facts={"act": n})
    return session, act
