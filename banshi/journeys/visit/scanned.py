"""What a scanner types of a code of ours: the address on a slip or in a message, or the text of a number's QR code."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from banshi.rooms.booking import queries as bookings
from banshi.rooms.tickets import queries as tickets

_ADDRESS = re.compile(r"https?://[^/\s]+/(?P<kind>[atr])/(?P<ref>[0-9A-Za-z]{4,32})/?(?:[?](?P<said>[^#]*))?(?:#.*)?")


@dataclass(frozen=True)
class Scanned:
    """A number (`ticket`, its ref, with the `key` on its slip) or an appointment (its reference; `signed`: as its booker
    has it)."""

    ticket: str = ""
    key: str = field(default="", repr=False)
    appointment: str = ""
    signed: bool = False


def scanned(text: str) -> Scanned | None:
    """None for anything else."""
    if found := _ADDRESS.fullmatch(text):
        key = parse_qs(found["said"] or "").get("k", [""])[0]
        if found["kind"] == "a":
            code = found["ref"].upper()
            return Scanned(appointment=code, signed=bookings.link_ok(code, key))
        return Scanned(ticket=found["ref"], key=key)
    ref, key = tickets.read_keyed_qr(text.upper())
    return Scanned(ticket=ref, key=key) if ref else None
