"""Orders to a machine (命令), as the server gives them and the machine's own program does them: kinds, shapes, ends, words.

An order is done at most once: what was handed out and not answered by its time is `unsure`, and a person decides – paper that
came out twice is two tickets to the eye.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from banshi.kernel.transitions import Step, Table

ORDER: Final = Table(
    "device_order",
    states=["waiting", "sent", "done", "failed", "expired", "unsure"],
    ends=["done", "failed", "expired"],
    steps={
        "hand_out": Step("waiting", to="sent"),
        "expire": Step("waiting", to="expired"),  # nobody fetched it in time
        "lose": Step("sent", to="unsure"),  # nobody answered in time, or the machine does not know
        # What was given up may be told all the same, once the line is back.
        "done": Step("sent", "unsure", to="done"),
        "failed": Step("sent", "unsure", to="failed"),
        "unsure": Step("sent", to="unsure"),
    },
)
REPEATABLE: Final = ("failed", "expired", "unsure")  # by a person: a new order, this one stays what it is
SAID: Final = ("done", "failed", "unsure")  # what a machine may say of an order

# Parts of a machine, and how each is.
PARTS: Final = (
    "receipt_printer", "page_printer", "reader", "scanner", "camera", "document_camera", "cabinet", "door", "evaluator",
    "screen",
)  # fmt: skip
HEALTH: Final = ("ok", "low", "out", "jam", "broken", "left")  # left: somebody's card lies there, long after they went
# Why an order did not end well. `late`: it came to its turn after its time; `restarted`: the machine stopped in the middle.
WHYS: Final = (
    "paper_out", "jam", "stuck", "offline", "broken", "no_part", "bad_order", "late", "restarted", "not_answered",
)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """One kind of order. `part`: who does it; `fields`: what its body holds, each with its check; `waits`: how long it may wait
    to be fetched; `takes`: by when after that it is to be answered.
    """

    part: str
    fields: Mapping[str, Callable[[Any], bool]]
    waits: timedelta
    takes: timedelta


DOOR_PORT: Final = 8377  # of the program on 127.0.0.1: where the kiosk's page looks for it while the server is away

MOST_TEXT: Final = 400
MOST_LINES: Final = 40
MOST_CELLS: Final = 1000
MOST_PDF: Final = 4 * 1024 * 1024  # bytes; a licence has a few pages


def _text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MOST_TEXT and "\0" not in value


def _texts(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= MOST_LINES and all(_text(each) for each in value)


def _pairs(value: Any) -> bool:
    lines = isinstance(value, list) and len(value) <= MOST_LINES
    return lines and all(isinstance(each, list) and len(each) == 2 and _texts(each) for each in value)


def _cell(value: Any) -> bool:
    return type(value) is int and 1 <= value <= MOST_CELLS


def _pdf(value: Any) -> bool:
    try:
        return isinstance(value, str) and pages_of(value).startswith(b"%PDF-")
    except ValueError:
        return False


def pages_of(text: str) -> bytes:
    """The document in the body of `print_pages`. :raises ValueError: it is none, or too large."""
    if len(text) > MOST_PDF * 4 // 3 + 4:
        raise ValueError("too large")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as wrong:
        raise ValueError("not base64") from wrong


_SOON, _QUICK = timedelta(minutes=2), timedelta(minutes=1)
KINDS: Final[Mapping[str, Kind]] = {
    "print_slip": Kind(
        "receipt_printer",
        {
            "hall": _text, "kind": _text, "number": _text, "lines": _pairs, "qr": _text, "qr_says": _text,
            "foot": _texts,
        },
        _SOON,
        _QUICK,
    ),
    "print_pages": Kind("page_printer", {"pdf": _pdf}, timedelta(minutes=10), timedelta(minutes=5)),
    "open_cell": Kind("cabinet", {"cell": _cell}, timedelta(seconds=20), timedelta(seconds=30)),
    "open_door": Kind("door", {}, timedelta(seconds=20), timedelta(seconds=30)),
    "show": Kind("screen", {"lines": _texts}, _SOON, _QUICK),
    "call": Kind("screen", {"number": _text, "window": _text}, timedelta(seconds=20), _QUICK),
}  # fmt: skip


def fault(kind: str, body: Any) -> str | None:
    """What is wrong with an order: "kind", "body" or the field's name; None where nothing is."""
    known = KINDS.get(kind)
    if known is None:
        return "kind"
    if not isinstance(body, dict) or body.keys() - known.fields.keys():
        return "body"
    return next((name for name, fits in known.fields.items() if name not in body or not fits(body[name])), None)
