"""Webhooks (事件推送): what is sent, to which addresses, how it is signed, and when it is tried again. No clock, no network."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from banshi.kernel.addresses import Network
from banshi.kernel.transitions import Step, Table

HOOK = Table(
    "hook",
    states=["on", "off", "ended"],
    ends=["ended"],
    steps={
        "turn_off": Step("on", to="off"),  # by the office, after 410, or where nothing got through for days
        "turn_on": Step("off", to="on"),
        "ping": Step("on"),
        "repeat": Step("on"),
        "end": Step("on", "off", to="ended"),
    },
)
DELIVERY = Table(
    "hook_delivery",
    states=["due", "sending", "sent", "failed"],
    ends=["sent", "failed"],
    steps={
        "claim": Step("due", to="sending"),
        "send": Step("sending", to="sent"),
        "try_later": Step("sending", to="due"),
        "fail": Step("sending", to="failed"),
        "replay": Step("sent", "failed", to="due", undoes=True),
    },
)

PING: Final = "ping"
TYPES: Final = (
    *(f"appointment.{each}" for each in ("booked", "moved", "cancelled", "checked_in", "served", "missed")),
    *(
        f"ticket.{each}"
        for each in (
            "given", "called", "recalled", "started", "missed", "returned", "transferred", "served", "left", "closed",
            "redirected",
        )
    ),
    *(
        f"case.{each}"
        for each in (
            "pre_review", "pre_returned", "pre_passed", "await_receipt", "received", "supplement", "accepted", "in_review",
            "decided", "issuing", "ready", "delivered", "closed", "not_accepted", "withdrawn", "terminated",
            # the phase stays as it is
            "stopped", "resumed", "extended", "fee_due", "fee_paid", "fee_waived", "fee_changed", "refunded", "in_cabinet",
            "posted", "came_back", "rated", "archived",
        )
    ),
    "enquiry.answered",
)  # fmt: skip
GROUPS: Final = ("appointment", "ticket", "case", "enquiry")
WANTED: Final = (*(f"{group}.*" for group in GROUPS), *TYPES)  # what a hook may ask for

# After each try that failed; after the last one nothing is tried any more. Together about six days.
BACK_OFF: Final = tuple(
    timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, *[24 * 3600] * 5)
)
REST_MOST: Final = timedelta(minutes=10)  # a receiver that fails is left alone for so long at most
FAILING_MOST: Final = timedelta(days=5)  # without one that got through, the hook is turned off
LEASE: Final = timedelta(seconds=120)  # of what is on its way; then it is sent again, with the same id
BOTH_KEYS: Final = timedelta(hours=24)  # the old secret signs along so long
FRESH: Final = timedelta(days=7)  # of an older fact nothing is told any more
KEPT: Final = timedelta(days=30)  # what was sent can be sent again so long
MOST_HOOKS: Final = 10  # of one key
AT_ONCE: Final = 50  # deliveries to one hook in one run, that is a second
MOST_URL: Final = 500
MOST_SAID: Final = 200
GONE: Final = 410
SECRET: Final = "whsec_"  # noqa: S105 – a prefix
TIMEOUT_S: Final = 10.0


def delay(tries: int) -> timedelta | None:
    """How long to wait after so many tries (at least one); None: it has failed."""
    return BACK_OFF[tries - 1] if tries <= len(BACK_OFF) else None


def rest(tries: int) -> timedelta:
    """How long the whole hook rests after a try that failed, so that a dead receiver costs little."""
    return min(delay(tries) or REST_MOST, REST_MOST)


def wants(types: Sequence[str], kind: str) -> bool:
    """Whether a hook that asked for these (nothing: everything) is told of this type."""
    return not types or kind in types or f"{kind.partition('.')[0]}.*" in types


# --- What is sent ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fact:
    """Something that happened, found in a room's own rows. No personal data: codes, numbers, states, times.

    :param name: what tells it from every other fact, however often it is found. :param maker: `key:3` where another system
        made what it is about. :param at: hall time.
    """

    name: str
    type: str
    hall: str
    subject: str
    maker: str
    at: datetime
    data: Mapping[str, Any]

    @property
    def code(self) -> str:
        """Its id for receivers. Made of the fact itself: found again after a restore, it is the same."""
        return "evt_" + hashlib.sha256(self.name.encode()).hexdigest()[:32]


def maker_of(actor: str) -> str:
    """`key:3` where that system made it, for whichever of its users; "" where no system did."""
    kind, _, rest = actor.partition(":")
    return f"key:{rest.partition(':')[0]}" if kind in ("key", "channel") else ""


def envelope(
    *, code: str, type: str, hall: str, subject: str, at: datetime, data: Mapping[str, Any], source: str
) -> bytes:
    """The CloudEvents 1.0 event, structured JSON. :param source: address of this installation."""
    event = {
        "specversion": "1.0",
        "id": code,
        "source": f"{source.rstrip('/')}/halls/{hall}" if hall else source,
        "type": f"banshi.{type}",
        "subject": subject,
        "time": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": dict(data),
    }
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def secret_of(random: bytes) -> str:
    return SECRET + base64.b64encode(random).decode()


def signature(secret: str, *, code: str, timestamp: int, body: bytes) -> str:
    """One signature of Standard Webhooks: `v1,<base64>`.

    :raises ValueError: not a secret of ours.
    """
    try:
        key = base64.b64decode(secret.removeprefix(SECRET), validate=True)
    except binascii.Error as wrong:
        raise ValueError("not a secret") from wrong
    signed = hmac.new(key, f"{code}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode()


def headers(secrets: Iterable[str], *, code: str, timestamp: int, body: bytes) -> dict[str, str]:
    """What goes with a body. :param secrets: the new one first; while one is changed, both sign."""
    signed = (signature(secret, code=code, timestamp=timestamp, body=body) for secret in secrets)
    return {
        "content-type": "application/cloudevents+json; charset=utf-8",
        "user-agent": "banshi-webhooks/1",
        "webhook-id": code,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signed),
    }


# --- Where it may go ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reach:
    """Where an installation may send to. :param loopback: to itself, and in clear: demo and test. :param inside: networks that
    are not public and may be reached all the same, such as a government's own."""

    loopback: bool = False
    inside: tuple[Network, ...] = ()


def url_fault(url: str, reach: Reach) -> str:
    """Why nothing is sent there: scheme | host | login | port | address | long; "" where it may be."""
    if len(url) > MOST_URL or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return "long" if len(url) > MOST_URL else "host"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "host"
    if parts.scheme != "https" and not (parts.scheme == "http" and reach.loopback and _is_here(host)):
        return "scheme"
    if parts.username is not None or parts.password is not None:
        return "login"
    if not host or parts.fragment:
        return "host"
    if port == 0:
        return "port"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "address" if _is_here(host) and not reach.loopback else ""
    return "" if may_reach(str(address), reach) else "address"


def shown(url: str) -> str:
    """An address as the office sees it: whose it is, not what stands behind and may open something."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" + ("/…" if len(parts.path) > 1 or parts.query else "")


def _is_here(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


_WRAPS_V4 = ipaddress.IPv6Network("64:ff9b::/96")  # NAT64: another address lies in it


def may_reach(address: str, reach: Reach) -> bool:
    """Whether a resolved address may be connected to: public, or named as inside. Never a guess by the name of the host."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo[1] if parsed.teredo else None)
        if inner is None and parsed in _WRAPS_V4:
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if inner is not None:
            return may_reach(str(inner), reach)
    if any(parsed.version == net.version and parsed in net for net in reach.inside):
        return True
    if parsed.is_loopback:
        return reach.loopback
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved
