"""Messages to whoever waits for a call and looks away: that it is nearly their turn, that the day ended, that nobody answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import transaction

from banshi.rooms.messaging import actions as messaging
from banshi.rooms.places.models import Hall
from banshi.rooms.places.queries import policy_of
from banshi.rooms.remote import queries, rules
from banshi.rooms.remote.actions.ground import changed, locked
from banshi.rooms.remote.models import RemoteSession

_HOW: Final = {
    "closed": ("call_closed", "再打，或写下问题", "Call again, or ask in writing"),
    "no-answer": ("call_unanswered", "要办再打", "Call again whenever you like"),
}


def tell_near(*, hall: Hall, now: datetime) -> int:
    """Tell those of a line who can be told that at most so many are ahead (policy `messages.ahead`), each once.

    :returns: how many.
    """
    ahead = policy_of(hall.pk, now=now).messages.ahead
    rows = RemoteSession.objects.filter(hall=hall, state__in=rules.LINE, told_near_at=None)
    untold = dict(rows.order_by("id").values_list("pk", "ref")) if ahead else {}
    if not untold:
        return 0
    standing, done = queries.standing(hall.pk, now=now), 0
    for pk, ref in untold.items():
        place = standing.of(pk)
        if place is not None and place.ahead <= ahead:
            done += _told_near(ref, place, now=now)
    return done


def _told_near(ref: str, place: queries.Place, *, now: datetime) -> bool:
    with transaction.atomic():
        session = locked(ref)
        if session.state not in rules.LINE or session.told_near_at is not None:
            return False
        changed(session, told_near_at=now)
        seconds = None if place.minutes is None else place.minutes * 60
        _write(session, "call_near", now=now, more={"ahead": place.ahead, "likely_s": seconds})
    return True


def tell_over(session: RemoteSession, why: str, *, now: datetime) -> None:
    """Within the transaction that ends it: whoever waited to the end of the day, or was called back in vain, need not look."""
    if why not in _HOW:
        return
    key, how_zh, how_en = _HOW[why]
    no = queries.closed(session.hall, now=now)
    opens = no.next if no is not None else None
    more: dict[str, Any] = {"how_zh": how_zh, "how_en": how_en}
    if isinstance(opens, datetime):
        more["starts_at"] = opens.isoformat()
    _write(session, key, now=now, more=more)


def _write(session: RemoteSession, key: str, *, now: datetime, more: dict[str, Any]) -> None:
    account = session.account
    phone = session.phone or (account.phone if account is not None else None)
    language = account.language if account is not None else ("en" if session.language == "en" else "zh-hans")
    page = f"/video/{session.ref}/" if key == "call_near" else "/video/"
    messaging.write(
        key=key, to_phone=phone, hall=session.hall, subject=f"call:{session.ref}", now=now, language=language,
        params={"number": session.no, **({"link": page} if account is not None else {}), **more},
        dedupe=f"{key}:{session.ref}",
    )  # fmt: skip
