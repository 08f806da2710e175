"""What is said in a session – words, pictures, files –, what the browsers tell each other, and consents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.library import actions as library
from banshi.rooms.remote import queries, rules
from banshi.rooms.remote.actions.ground import invalid, locked, need, one_of, record, recording_ends, told, words
from banshi.rooms.remote.models import Act, Consent, Recording, RecordingLook, RemoteSession, Said, Screen, Signal

SIGNALS_KEPT = timedelta(hours=1)


def say(*, ref: str, side: str, text: str, key: str, now: datetime, kind: str = "text") -> Said:
    """A line. Sent again with the same key – the answer was lost – it is the line of before.

    :param side: citizen | seat | hall. :param kind: text | act. :param key: made by whoever sends, 1 to 64 characters.
    :raises Refused: nothing-found, wrong-state, invalid (words, key), too-many-lines.
    """
    one_of("kind", kind, ("text", "act"))
    kept = words(text, least=1, most=rules.LONGEST_TEXT, field="text")
    with transaction.atomic():
        return _said(locked(ref), side, key, now, lambda: {"kind": kind, "body": kept})


def say_file(*, ref: str, side: str, content: bytes, name: str, key: str, by: Actor, now: datetime) -> Said:
    """A picture or a file: scanned, cleaned and sealed by the library, as the papers of cases are. It is the person's, and may
    become a paper of their case; of who only said a name it is their account's. Opened outside of the transaction, for seconds.

    :raises Refused: as of `say`; material-rejected, rate-limited (library).
    """
    session = queries.by_ref(ref)
    before = Said.objects.filter(session=session, by=side, key=key).first()
    if before is not None:
        return before
    need(session, "say")
    version = library.take_in(
        content=content, name=name, channel="upload", person_id=session.person_id if session.proven else None,
        account_id=None if session.proven else session.account_id, hall=session.hall.code, by=by, now=now,
    )  # fmt: skip
    kind = "picture" if version.mime.startswith("image/") else "file"
    with transaction.atomic():
        return _said(locked(ref), side, key, now, lambda: {"kind": kind, "document": version})


def _said(session: RemoteSession, side: str, key: str, now: datetime, what: Callable[[], dict[str, Any]]) -> Said:
    """Under the session's lock: numbers have no gaps, and what is sent twice at once is there once."""
    one_of("by", side, rules.SIDES)
    key_fits(key)
    before = Said.objects.filter(session=session, by=side, key=key).first()
    if before is not None:
        return before
    need(session, "say")
    n = next_of(session.said.all(), rules.MOST_SAID)
    line = Said.objects.create(session=session, n=n, by=side, key=key, at=now, **what())
    told(session, now=now)
    return line


def key_fits(key: str) -> None:
    """:raises Refused: invalid."""
    if not 1 <= len(key) <= 64 or not all("!" <= c <= "~" for c in key):
        raise invalid("key", "应为 1 到 64 个可见 ASCII 字符", "1 to 64 visible ASCII characters")


def next_of(rows: QuerySet[Any], most: int) -> int:
    """:raises Refused: too-many-lines."""
    last = int(rows.aggregate(last=Max("n"))["last"] or 0)
    if last >= most:
        raise Refused("too-many-lines", facts={"limit": most})
    return last + 1


def signal(*, ref: str, side: str, kind: str, body: str, now: datetime) -> Signal:
    """What one browser tells the other. Nothing in it is looked at.

    :param side: citizen | seat. :raises Refused: nothing-found, wrong-state, invalid, too-many-lines.
    """
    one_of("by", side, ("citizen", "seat"))
    one_of("kind", kind, rules.SIGNALS)
    if len(body) > rules.LONGEST_SIGNAL:
        raise invalid("body", "太长了", "Too long")
    with transaction.atomic():
        session = locked(ref)
        need(session, "signal")
        n = next_of(session.signals.all(), rules.MOST_SIGNALS)
        row = Signal.objects.create(session=session, n=n, by=side, kind=kind, body=body, at=now)
        told(session, now=now)
    return row


def forget_signals(*, now: datetime, most: int = 5000) -> int:
    """Nobody needs them an hour later. :returns: how many."""
    old = Signal.objects.filter(at__lt=now - SIGNALS_KEPT).order_by("id").values("pk")[:most]
    return Signal.objects.filter(pk__in=old).delete()[0]


def forget_words(*, before: Mapping[int, datetime], most: int) -> int:
    """Delete what was said in sessions that ended long ago, and how to reach whoever asked. Times, ends and scores stay; files
    are the library's.

    :param before: by hall id, what an end is older than. :returns: of how many sessions.
    """
    if not before:
        return 0
    old = Q()
    for hall_id, moment in before.items():
        old |= Q(hall_id=hall_id, ended_at__lt=moment)
    rows = RemoteSession.objects.filter(old, forgotten=False).order_by("ended_at", "id")
    found = list(rows.values_list("pk", flat=True)[:most])
    with transaction.atomic():
        Said.objects.filter(session__in=found).update(body="", document=None)
        Act.objects.filter(session__in=found).update(body="{}")
        Recording.objects.filter(session__in=found).update(purpose="")
        RecordingLook.objects.filter(recording__session__in=found).update(reason="")
        Signal.objects.filter(session__in=found).delete()
        return RemoteSession.objects.filter(pk__in=found).update(
            phone=None, caller_name=None, outcome="", forgotten=True
        )


# --- Consents -----------------------------------------------------------------------------------------------------


def consent(*, ref: str, what: str, by: Actor, now: datetime) -> Consent:
    """The citizen allows it, until they take it back or the session ends. Given already, it is given.

    :param what: recording | screen. :raises Refused: nothing-found, wrong-state, invalid.
    """
    one_of("what", what, rules.CONSENTS)
    with transaction.atomic():
        session = locked(ref)
        need(session, "help")
        row, new = Consent.objects.get_or_create(
            session=session, what=what, taken_back_at=None, defaults={"given_at": now}
        )
        if new:
            record("remote_consent_given", session, by=by, now=now, facts={"what": what})
            told(session, now=now)
    return row


def take_back(*, ref: str, what: str, by: Actor, now: datetime) -> None:
    """At any time, also after the end. Taken back already, it is. :raises Refused: nothing-found, invalid."""
    one_of("what", what, rules.CONSENTS)
    with transaction.atomic():
        session = locked(ref)
        if _closed(session, what, now=now):
            record("remote_consent_taken_back", session, by=by, now=now, facts={"what": what})
            told(session, now=now)


def _closed(session: RemoteSession, what: str, *, now: datetime) -> bool:
    """What hangs on it goes with it. :returns: whether it stood."""
    stood = Consent.objects.filter(session=session, what=what, taken_back_at=None)
    if what == "recording":
        was = stood.exists()
        recording_ends(session, "taken-back", now=now)
        return was
    Screen.objects.filter(session=session).delete()
    return bool(stood.update(taken_back_at=now))
