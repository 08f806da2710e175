"""数量限制: in which order places are given, and a draw that anybody can do again.

By order: whoever was accepted first and fulfils the conditions has a place (行政许可法 57 条); a later one only where those
before leave one. By lot: the list of a round is numbered from 1, the SHA-256 of a seed is published with it, and the seed once it
is drawn. `drawn` is the documented rule: with list and seed everybody comes to the same (docs/decisions/0023).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from datetime import date

from banshi.kernel.refusals import Refusal

ENTRY_STATES = ("waits", "drawn", "missed", "holds", "out")
LIVE = ("waits", "drawn", "holds")  # in these a case is in its round; in no other at the same time
TAKES = ("drawn", "holds")  # these have a place
WAYS = ("order", "draw")
MOST_PLACES = 1_000_000
_WHOLE = 2**256
# What a refusal may say where no place is left that could be given; an approver writes it as they see fit.
REASONS = {
    "quota-full": "符合条件，但本期名额已全部给予受理在先的申请人（《中华人民共和国行政许可法》第五十七条）。",
    "not-drawn": "符合条件，但本期名额经公开摇号确定，没有中签。",
}


def order_refusal(*, places: int, taken: int, earlier: int) -> Refusal | None:
    """:param earlier: how many wait in the round that were accepted before this one."""
    left = places - taken
    if left <= 0:
        return Refusal("quota-full", {"places": places})
    return Refusal("earlier-first", {"left": left, "earlier": earlier}) if earlier >= left else None


def draw_refusal(state: str, *, draw_on: date | None) -> Refusal | None:
    """Whether somebody of a round by lot may be granted it."""
    if state == "waits":
        return Refusal("not-drawn-yet", {"day": draw_on.isoformat() if draw_on else ""})
    return Refusal("not-drawn") if state == "missed" else None


def round_faults(*, by: str, places: int, opens: date, closes: date, draw: date | None) -> tuple[str, str, str] | None:
    """What is wrong with a round, as field and words; None: nothing."""
    if not 1 <= places <= MOST_PLACES:
        return "places", f"名额是 1 到 {MOST_PLACES}", f"1 to {MOST_PLACES} places"
    if closes < opens:
        return "closes_on", "截止日在开始日之前", "It closes before it opens"
    if by == "draw" and (draw is None or draw <= closes):
        return "draw_on", "摇号日在截止日之后", "It is drawn after the day on which it closes"
    if by != "draw" and draw is not None:
        return "draw_on", "按受理先后的没有摇号日", "What goes by order is not drawn"
    return None


def committed(seed: str) -> str:
    """What is published of a seed before it is drawn. :param seed: 64 hexadecimal digits. :returns: SHA-256, hexadecimal."""
    return hashlib.sha256(bytes.fromhex(seed)).hexdigest()


def listed(cases: Sequence[str]) -> str:
    """What is published of the list: SHA-256 over lines of `number,case`, in order.

    :param cases: case numbers as they are published, the first is 1.
    """
    return hashlib.sha256("".join(f"{i},{no}\n" for i, no in enumerate(cases, 1)).encode()).hexdigest()


def drawn(seed: str, count: int) -> tuple[int, ...]:
    """The numbers 1 to `count` in the order in which they are drawn: Fisher and Yates, from the end; each step takes the next
    value of HMAC-SHA256(seed, counter) – counter 0, 1, 2 … as text – below the greatest multiple of what is chosen from.
    """
    numbers, values = list(range(1, count + 1)), _values(bytes.fromhex(seed))
    for last in range(count - 1, 0, -1):
        among = last + 1
        bound = _WHOLE - _WHOLE % among
        chosen = next(value for value in values if value < bound) % among
        numbers[last], numbers[chosen] = numbers[chosen], numbers[last]
    return tuple(numbers)


def _values(key: bytes) -> Iterator[int]:
    counter = 0
    while True:
        yield int.from_bytes(hmac.new(key, str(counter).encode(), hashlib.sha256).digest(), "big")
        counter += 1


def masked_no(no: str) -> str:
    """A case number as the public list has it: its last four signs."""
    return "*" * max(0, len(no) - 4) + no[-4:]
