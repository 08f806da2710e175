"""Ports of messaging: what an adapter in gateways/ must be able to do. config/wiring.py says which one is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from banshi.rooms.messaging.rules import Standing


class Passing(Exception):
    """It may work later: the network, a busy gateway, a key or credit that somebody mends. Tried until its last moment."""


class Final(Exception):
    """It will never work like this: a dead number, a refused template. A person looks at it."""


@dataclass(frozen=True)
class Attachment:
    """A file that goes with an e-mail."""

    name: str
    content: bytes
    kind: str  # its media type


class Enclosing(Protocol):
    """Makes what goes with messages of a key, when they go out: nothing of it is stored with the message."""

    def __call__(self, subject: str, /, *, language: str) -> Attachment:
        """:param language: zh | en."""
        ...


@dataclass(frozen=True)
class Outgoing:
    """One message for one recipient. `idempotency` stays the same over all tries of one message."""

    to: str  # E.164 number, e-mail address, or what was bound for a channel that needs an address
    text: str
    template: str  # message key
    params: Mapping[str, Any]  # values as said in the text, by placeholder
    idempotency: str
    attachments: Sequence[Attachment] = ()  # for channels that are e-mail


class Condition(Protocol):
    """How things stand, asked of the room that owns them: one query for all references of a batch."""

    def __call__(self, refs: Sequence[str], /, *, now: datetime) -> Mapping[str, Standing]:
        """By reference (the part of a subject after the colon); what is not known is left out. :param now: hall time."""
        ...


class Asking(Protocol):
    """Which telephones asked themselves for what they are told, asked of the room that owns the subject."""

    def __call__(self, refs: Sequence[str], /) -> Mapping[str, frozenset[str] | None]:
        """By reference: blind indexes of the telephones of whoever asked; None: somebody answers for it (the staff, a
        channel that vouches). What is not known is left out: nobody asked."""
        ...


class Channel(Protocol):
    """A way to reach a person (SMS, WeChat, e-mail). Adapters are called from several threads."""

    name: str
    needs_address: bool  # True: `to` is what `actions.bind` stored for this channel, not the telephone number

    def send(self, to: str, text: str, *, template: str, params: Mapping[str, Any], idempotency: str) -> str:
        """Send once; the same idempotency again must not reach the person twice.

        :returns: the gateway's receipt, up to 120 characters.
        :raises Passing: to be tried again.
        :raises Final: not to be tried again.
        """
        ...


@runtime_checkable
class BulkChannel(Protocol):
    """A channel that takes a whole batch in one go."""

    def send_many(self, messages: Sequence[Outgoing]) -> Sequence[str | Passing | Final]:
        """One receipt or trouble per message, in order."""
        ...
