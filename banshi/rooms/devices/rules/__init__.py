"""Where slips may go. A hall's manager types a printer's address; the machine and its network are the operator's.

An address is `file:name` (a file of that plain name in the installation's spool folder), `file:/dev/…` or `tcp:host:port`
(both only where the operator's list has them), with `#columns` behind it for narrow paper.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal

ADDRESS = re.compile(
    r"(?:file:(?P<file>[^\0#]{1,110})|tcp:(?P<host>[A-Za-z0-9._-]{1,90}):(?P<port>\d{1,5}))(?:#(?:32|42|48))?"
)
PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}")
DEVICE = re.compile(r"/dev/[A-Za-z0-9_/.-]{1,100}")
ENTRY = re.compile(r"(?P<host>[A-Za-z0-9._-]{1,90}(?:/\d{1,2})?):(?P<port>\d{1,5})")

Fault = Literal["form", "name", "device", "host"]


@dataclass(frozen=True)
class Allowed:
    """One entry of the operator's list, as typed: `192.168.1.20:9100`, `192.168.1.0/28:9100`, `/dev/usb/lp0`."""

    text: str
    host: str = ""
    port: int = 0
    device: str = ""

    def covers(self, host: str, port: int) -> bool:
        if port != self.port or not self.host:
            return False
        try:
            return ipaddress.ip_address(host) in ipaddress.ip_network(self.host, strict=False)
        except ValueError:  # a name: only that very name
            return host.lower() == self.host.lower()


def allowed_printers(text: str) -> tuple[Allowed, ...]:
    """The operator's list, by commas.

    :raises ValueError: with the entry that is none.
    """
    return tuple(_entry(part.strip()) for part in text.split(",") if part.strip())


def _entry(text: str) -> Allowed:
    if DEVICE.fullmatch(text) and ".." not in text:
        return Allowed(text, device=text)
    found = ENTRY.fullmatch(text)
    if found is None or not 1 <= int(found["port"]) <= 65535:
        raise ValueError(f"{text} is no printer: write host:port, network/bits:port or /dev/…")
    if "/" in found["host"]:
        ipaddress.ip_network(found["host"], strict=False)
    return Allowed(text, host=found["host"], port=int(found["port"]))


def printer_fault(address: str, allowed: tuple[Allowed, ...]) -> Fault | None:
    """Why slips do not go there; None where they may. No printer ("") is no fault."""
    if not address:
        return None
    found = ADDRESS.fullmatch(address)
    if found is None:
        return "form"
    if (name := found["file"]) is None:
        return None if any(each.covers(found["host"], int(found["port"])) for each in allowed) else "host"
    if name.startswith("/"):
        return None if any(each.device == name for each in allowed) else "device"
    return None if PLAIN_NAME.fullmatch(name) else "name"


# Numbers a kiosk gives to nobody known: so many in a row, then so many a minute of the hall; a person needs ten seconds for
# one.
NUMBERS_IN_A_ROW = 30
NUMBERS_A_MINUTE = 8


def numbers_a_minute(speed: float) -> float:
    """Per minute of the machine: people arrive in hall time, and a demo plays a day in minutes.

    :param speed: hall seconds per machine second.
    """
    return NUMBERS_A_MINUTE * max(1.0, speed)


def numbers_key(hall: str, device: str) -> str:
    return f"kiosk-number:{hall}:{device}"


def suspicious(left: float) -> bool:
    """Whether so many numbers were given that somebody should look: half of those it gives in a row."""
    return left < NUMBERS_IN_A_ROW / 2
