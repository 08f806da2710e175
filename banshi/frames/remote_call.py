"""A video session as both its sides see it: what is new in it, what opens its socket, and over which servers browsers meet.

The citizen's page, the seat's and the socket of either say the same of it from here.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.conf import settings

from banshi.foundation import clock
from banshi.foundation.crypto import sign, signed_ok
from banshi.frames import remote_recording
from banshi.kernel.clock_words import clock_words
from banshi.kernel.refusals import Refused
from banshi.kernel.rights import must_hold
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.models import Staff
from banshi.rooms.places import queries as places
from banshi.rooms.remote import actions, queries
from banshi.rooms.remote.models import RemoteSession, Said
from banshi.rooms.remote.queries import recordings

ANSWERS = "video.answer"  # the duty of a seat
SIGNALS = ("offer", "answer", "candidate", "bye", "pointer")
MOST_SHOWN = 50  # of a line: what changes behind them is not told at once
OPENS_S = 60  # a ticket opens a socket so long, in machine time
TURN_TTL = timedelta(hours=4)
_PURPOSE = "live-remote"


@dataclass(frozen=True)
class Side:
    """Who is at one end. `name`: `citizen`, `seat`, or `hall` for a seat that waits; `staff`: of the latter two, else 0."""

    name: str
    staff: int = 0


@dataclass(frozen=True)
class Since:
    """The last line and the last signal somebody has."""

    said: int = 0
    signal: int = 0


@dataclass(frozen=True)
class News:
    """`lines`: what is new, in order, each `{"kind": "said" | "signal", …}`; `since`: to ask with the next time; `waits`: in the
    line of which hall, as which session – of a citizen's side while it waits."""

    state: dict[str, Any]
    lines: Sequence[dict[str, Any]]
    since: Since
    over: bool
    waits: tuple[int, int] | None = None


# --- Tickets ----------------------------------------------------------------------------------------------------


def ticket(subject: str, side: Side, *, at: datetime) -> str:
    """What opens the socket of a call, or of a hall, for one side. :param at: machine time."""
    return _signed(subject, side, int(at.timestamp()) + OPENS_S)


def side_of(subject: str, given: str, *, at: datetime) -> Side | None:
    """Whom a ticket is for; None where it is none for this subject, or too old."""
    try:
        letter, staff, until, signature = given.split("-")
        side, ends = Side(_NAMES[letter], int(staff, 36)), int(until, 36)
    except (ValueError, KeyError):
        return None
    if (side.name == "hall") != subject.startswith("hall-"):
        return None
    good = signed_ok(_text(subject, side, ends), signature, purpose=_PURPOSE)
    return side if good and at.timestamp() < ends else None


_NAMES = {"c": "citizen", "s": "seat", "h": "hall"}


def _text(subject: str, side: Side, ends: int) -> str:
    return f"{subject} {side.name} {side.staff} {ends}"


def _signed(subject: str, side: Side, ends: int) -> str:
    signature = sign(_text(subject, side, ends), purpose=_PURPOSE, length=24)
    return f"{side.name[0]}-{_base36(side.staff)}-{_base36(ends)}-{signature}"


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits or "0"


# --- Servers between browsers -----------------------------------------------------------------------------------


def ice_servers(name: str, *, at: datetime) -> list[dict[str, Any]]:
    """Servers over which two browsers meet that do not reach each other, with credentials that end (coturn's
    `use-auth-secret`). None where none is set up: they meet directly, or write to each other.

    :param at: machine time; coturn knows no other.
    """
    urls: Sequence[str] = settings.BANSHI_TURN_URLS
    if not urls:
        return []
    turns = [url for url in urls if url.startswith(("turn:", "turns:"))]
    servers: list[dict[str, Any]] = (
        [{"urls": [url for url in urls if url not in turns]}] if len(turns) < len(urls) else []
    )
    if turns and settings.BANSHI_TURN_SECRET:
        username = f"{int((at + TURN_TTL).timestamp())}:{name}"
        digest = hmac.digest(settings.BANSHI_TURN_SECRET.encode(), username.encode(), "sha1")
        servers.append({"urls": turns, "username": username, "credential": base64.b64encode(digest).decode()})
    return servers


# --- What is new ------------------------------------------------------------------------------------------------


def session_for(ref: str, side: Side) -> RemoteSession:
    """The session, for whoever is at that side of it now.

    :raises Refused: nothing-found; not-allowed – the duty was taken from them, or another seat has the call.
    """
    session = queries.by_ref(ref)
    if side.name == "seat":
        _on_duty(side.staff, session.hall.code)
        if session.seat is None or session.seat.staff_id != side.staff:
            raise Refused("not-allowed", facts={"permission": ANSWERS})
    return session


def _on_duty(staff: int, hall: str) -> None:
    if not Staff.objects.filter(pk=staff, is_active=True).exists():
        raise Refused("not-allowed", facts={"permission": ANSWERS})
    must_hold(places.grants(people.roles_of(staff)), ANSWERS, hall)


def signal(subject: str, side: Side, kind: str, body: str, *, now: datetime) -> None:
    """What one browser tells the other. :raises Refused: as of `session_for`; wrong-state, invalid, too-many-lines."""
    session_for(subject, side)
    actions.signal(ref=subject, side=side.name, kind=kind, body=body, now=now)


def news(subject: str, side: Side, since: Since, *, now: datetime) -> News:
    """What is new for one side of a session, or in the line of a hall.

    :raises Refused: nothing-found; not-allowed, not-your-hall – whoever asks is no longer on that side.
    """
    if side.name == "hall":
        return _news_of_hall(subject.removeprefix("hall-"), side)
    session = session_for(subject, side)
    state: dict[str, Any] = {"state": session.state}
    waits = (
        (session.hall_id, session.pk) if session.state in ("waiting", "callback") and side.name == "citizen" else None
    )
    if waits is not None:
        state |= place_part(queries.place(session, now=now))
    if session.state == "talking" and side.name == "citizen":
        state["folder"] = folder_mark(session)
    if session.state == "talking" and side.name == "seat":
        state["papers"] = papers_mark(session)
    if session.state == "talking" and session.origin == "kiosk":
        state["hand"] = queries.hand_mark(session)
    if session.media != "text" and session.answered_at is not None:
        state["recording"] = recordings.recording_mark(session)
    said = [said_part(each, zone=ZoneInfo(session.hall.timezone)) for each in queries.said_since(session, since.said)]
    told = [] if session.state != "talking" else queries.signals_since(session, to=side.name, n=since.signal)
    signals: list[dict[str, Any]] = [
        {"kind": "signal", "n": each.n, "name": each.kind, "body": _object(each.body)} for each in told
    ]
    last = Since(
        max([since.said, *(each["n"] for each in said)]), max([since.signal, *(each["n"] for each in signals)])
    )
    return News(state, [*said, *signals], last, session.state == "ended", waits)


def place_part(place: queries.Place) -> dict[str, Any]:
    """Of a state: where it stands in the line. It moves with the clock and with others, so it is also told by itself."""
    return {"ahead": place.ahead, "minutes": place.minutes}


def _object(text: str) -> dict[str, Any]:
    """What a page's browser told is an object; over the API anything may be sent, of which pages understand nothing."""
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return told if isinstance(told, dict) else {}


def folder_mark(session: RemoteSession) -> str:
    """Another one whenever something was collected or booked in the call: no word of what."""
    revision = session.case.revision if session.case is not None else 0
    return f"{session.item_id or 0}.{session.case_id or 0}.{revision}.{'b' if session.booking else ''}"


def papers_mark(session: RemoteSession) -> str:
    """Another one whenever a paper came into the folder, or went."""
    if session.case is None:
        return ""
    rows = list(session.case.materials.filter(gone_at=None).order_by("-id").values_list("id", flat=True))
    return f"{len(rows)}.{rows[0]}" if rows else "0"


def said_part(line: Said, *, zone: ZoneInfo) -> dict[str, Any]:
    """A line as a page shows it; `file`: picture | file, and `text` its name then."""
    at, document = line.at.astimezone(zone), line.document
    part = {"kind": "said", "n": line.n, "by": line.by, "key": line.key, "text": line.body, "at": clock_words(at)}
    return part if document is None else {**part, "file": line.kind, "text": document.document.name}


def _news_of_hall(hall: str, side: Side) -> News:
    """That something moved: the page asks for the rest."""
    _on_duty(side.staff, hall)
    place = places.hall_by_code(hall)
    rings = queries.for_seat(side.staff)
    seat = queries.seat_of(side.staff)
    state = {
        "state": seat.state if seat is not None else "none",
        "rings": rings.ref if rings is not None else "",
        "line": [each.ref for each in queries.waiting([place.pk], now=clock.now())][:MOST_SHOWN],
    }
    return News(state, [], Since(), False)


# --- The page of a side -----------------------------------------------------------------------------------------


def shown(session: RemoteSession, side: Side, *, at: datetime, addresses: Mapping[str, str]) -> dict[str, Any]:
    """What `ui/call.html` shows. :param at: machine time. :param addresses: of `news`, `say`, `signal` and the page, `here`; of
    `files`, what the number of a line is put behind, and of `file` where files may be sent."""
    lines, more = [], queries.said_since(session)
    while more:
        lines += more
        more = queries.said_since(session, lines[-1].n)
    zone = ZoneInfo(session.hall.timezone)
    servers = ice_servers(f"{side.name}-{session.pk}", at=at) if session.state == "talking" else []
    return {
        **addresses,
        "side": side.name,
        "ref": session.ref,
        "state": session.state,
        "folder": folder_mark(session),
        "papers": papers_mark(session) if side.name == "seat" else "",
        "hand": queries.hand_mark(session) if session.origin == "kiosk" and session.state == "talking" else "",
        "recording": remote_recording.shown(session, side.name, now=clock.now()),
        "open": session.state != "ended",
        "media": session.media,
        "lines": [{**said_part(each, zone=zone), "whose": "me" if each.by == side.name else each.by} for each in lines],
        "said": lines[-1].n if lines else 0,
        "signals": session.signals.order_by("-n").values_list("n", flat=True).first() or 0,
        "ice": orjson.dumps(servers).decode(),
        "relay": "1" if settings.BANSHI_TURN_ONLY else "",
        "key": secrets.token_hex(12),
    }
