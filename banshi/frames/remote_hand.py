"""The remote hand between a machine's page and a seat's: a screen in words, and what may be done on it.

Whatever a machine tells is cut to what a seat is shown; whatever a seat asks for names a field or a key of the screen that is
shown now, in the machine's own words. What counts – to send, sign or pay – is no key of these: the person alone presses it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from banshi.kernel.refusals import Refused
from banshi.rooms.remote import queries
from banshi.rooms.remote.models import Act, RemoteSession

MOST_FIELDS, MOST_KEYS, MOST_OPTIONS = 30, 60, 12
LONGEST: Final = 80  # characters of a label or a value
LONGEST_FILLED: Final = 200
DOES: Final = ("press", "print", "open")  # what a key does; other keys are only pointed at


@dataclass(frozen=True)
class Field:
    """Something to write in, or to choose in: `options` by value. `shut`: nobody else writes there."""

    id: str
    label: str
    value: str
    options: tuple[tuple[str, str], ...] = ()
    shut: bool = False

    @property
    def fills(self) -> str:
        """How something is written there: words, choice; "" – not by others."""
        return "" if self.shut else "choice" if self.options else "words"


@dataclass(frozen=True)
class Key:
    """Something to press. `does`: press, print or open; "" – the person alone presses it."""

    id: str
    label: str
    does: str = ""


@dataclass(frozen=True)
class Shown:
    """A screen. `page`: which one it is, anew with each that opens."""

    page: str
    title: str
    fields: tuple[Field, ...]
    keys: tuple[Key, ...]


def cleaned(told: Any) -> dict[str, Any]:
    """What a machine told of its screen, as it is kept. Whatever is none of it is left out."""
    told = told if isinstance(told, Mapping) else {}
    return {
        "page": _text(told.get("page"), 40),
        "title": _text(told.get("title")),
        "fields": [
            {
                "id": _text(each.get("id"), 40), "label": _text(each.get("label")), "value": _text(each.get("value")),
                "options": [[_text(value), _text(label)] for value, label in _pairs(each.get("options"))],
                "shut": bool(each.get("shut")),
            }
            for each in _rows(told.get("fields"), MOST_FIELDS)
        ],
        "keys": [
            {
                "id": _text(each.get("id"), 40), "label": _text(each.get("label")),
                "does": each["does"] if each.get("does") in DOES else "",
            }
            for each in _rows(told.get("keys"), MOST_KEYS)
        ],
    }  # fmt: skip


def _text(given: Any, most: int = LONGEST) -> str:
    return " ".join(str(given).replace("\0", "").split())[:most] if isinstance(given, str) else ""


def _rows(given: Any, most: int) -> list[Mapping[str, Any]]:
    return [each for each in given if isinstance(each, Mapping)][:most] if isinstance(given, list) else []


def _pairs(given: Any) -> list[list[Any]]:
    rows = given if isinstance(given, list) else []
    return [each for each in rows if isinstance(each, list) and len(each) == 2][:MOST_OPTIONS]


def shown(session: RemoteSession) -> Shown | None:
    """What the seat sees; None: nothing, or not yet."""
    screen = queries.screen_of(session)
    if screen is None:
        return None
    body = cleaned(orjson.loads(screen.body))
    fields = [Field(**{**each, "options": tuple((a, b) for a, b in each["options"])}) for each in body["fields"]]
    return Shown(body["page"], body["title"], tuple(fields), tuple(Key(**each) for each in body["keys"]))


def asked(session: RemoteSession, *, kind: str, target: str, text: str) -> dict[str, Any]:
    """The body of an act on the screen as it stands now.

    :param kind: point | fill | press | print | open. :param target: id of a field or key.
    :raises Refused: changed-meanwhile (no such thing on the screen by now), invalid (nothing to write).
    """
    screen = shown(session)
    field = next((each for each in screen.fields if each.id == target), None) if screen is not None else None
    key = next((each for each in screen.keys if each.id == target), None) if screen is not None else None
    if screen is None or (field is None and key is None):
        raise Refused("changed-meanwhile")
    label = field.label if field is not None else key.label if key is not None else ""
    body = {"page": screen.page, "target": target, "label": label, "text": "", "words": ""}
    if kind == "point":
        return body
    if kind == "fill":
        if field is None or field.shut:
            raise Refused("changed-meanwhile")
        return {**body, **_written(field, text)}
    if key is None or key.does != kind:
        raise Refused("changed-meanwhile")
    return body


def _written(field: Field, text: str) -> dict[str, str]:
    """What is to be written, and how that is said. :raises Refused: invalid."""
    options = dict(field.options)
    if (options and text not in options) or not text or len(text) > LONGEST_FILLED:
        reason = {"zh": "写上要填的内容", "en": "Say what is to be written"}
        raise Refused("invalid", facts={"field": "text", "reason": reason})
    return {"text": text, "words": options.get(text, text)}


def wanted(session: RemoteSession) -> list[dict[str, Any]]:
    """Acts that nobody has answered, or that were allowed and not done, in order."""
    rows = session.acts.filter(done_at=None).exclude(yes=False).order_by("n")
    return [{**_body(each), "n": each.n, "kind": each.kind, "allowed": each.yes is True} for each in rows]


@dataclass(frozen=True)
class Done:
    """An act as the seat reads it afterwards. `state`: asked, allowed, declined or done."""

    n: int
    kind: str
    label: str
    words: str
    state: str


def done_so_far(session: RemoteSession, *, most: int = 6) -> list[Done]:
    """The last acts, newest first."""
    found = []
    for each in session.acts.order_by("-n")[:most]:
        body = _body(each)
        state = "done" if each.done_at else {None: "asked", True: "allowed", False: "declined"}[each.yes]
        found.append(Done(each.n, each.kind, str(body.get("label", "")), str(body.get("words", "")), state))
    return found


def _body(act: Act) -> dict[str, Any]:
    body = orjson.loads(act.body or "{}")
    return body if isinstance(body, dict) else {}


def key() -> str:
    """Of a form that asks for an act: sent twice it is one."""
    return secrets.token_hex(12)
