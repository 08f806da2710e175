"""A till that takes no money: the demo's. A person presses “pay” on its page; it then tells us, signed, as a real one would –
or fails, says it twice, says it long after its address took money, or says nothing, so that it has to be asked: as it is pressed,
or by itself (`banshi.gateways.moods`).

What it knows lies in files, one a payment: it is another's machine, with a memory of its own. A city's payment platform answers
behind the same port: `banshi.rooms.fees.ports.Till`.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from banshi.foundation import clock
from banshi.gateways.moods import strikes
from banshi.gateways.stand_in import Memory, tell
from banshi.kernel.signing import signature
from banshi.rooms.fees.ports import TillDown, Told

PRESSES: Final = ("pay", "twice", "silent", "late", "refuse")
BY_ITSELF: Final = {"behind": "late", "silent": "silent", "twice": "twice"}  # fault → as if that had been pressed
LATE: Final = timedelta(minutes=5)  # of the hall's clock, after the address took no money any more


class StandIn:
    """See above. `BANSHI_TILL_DOWN=1`: it does not answer."""

    def start(self, *, reference: str, fen: int, subject: str, until: datetime, back: str) -> str:
        _need_up()
        if _memory().known(reference) is None:
            _memory().keep(reference, {
                "fen": fen, "subject": subject, "until": until.isoformat(), "back": back, "state": "open", "refunds": {},
            })  # fmt: skip
        return f"{settings.BANSHI_PUBLIC_URL.rstrip('/')}/demo/till/{reference}/"

    def ask(self, reference: str) -> Told:
        _need_up()
        found = _memory().known(reference)
        if found is None or found["state"] in ("open", "late"):
            return Told("open")
        if found["state"] == "failed":
            return Told("failed")
        return Told("paid", found["fen"], _number(reference))

    def refund(self, *, reference: str, refund: str, fen: int) -> str:
        _need_up()
        found = _memory().known(reference)
        if found is None or found["state"] != "paid":
            raise TillDown("nothing was paid")
        if refund not in found["refunds"]:
            found["refunds"][refund] = fen
            _memory().keep(reference, found)
        return f"DEMO-{refund[-14:]}"

    # --- What its own page does ---------------------------------------------------------------------------------

    def look(self, reference: str) -> dict[str, Any] | None:
        """What it knows of a payment: fen, subject, state, back, refunds."""
        return _memory().known(reference)

    def press(self, reference: str, how: str) -> None:
        """Somebody presses: pay | twice (it is told twice) | silent (it is not told) | late (known and told later) | refuse."""
        found = _memory().known(reference)
        if found is None or how not in PRESSES or found["state"] in ("paid", "late"):
            return
        if how == "pay":
            how = next((pressed for fault, pressed in BY_ITSELF.items() if strikes("till", fault)), how)
        if how == "late":
            at = max(datetime.fromisoformat(found["until"]), clock.now()) + LATE
            _memory().keep(reference, {**found, "state": "late", "at": at.isoformat()})
            return
        _memory().keep(reference, {**found, "state": "failed" if how == "refuse" else "paid"})
        for _time in range({"silent": 0, "twice": 2}.get(how, 1)):
            _tell(reference)

    def tick(self, *, now: datetime) -> int:
        """What was paid and kept back is told. :returns: how many."""
        told = 0
        for reference in [file.stem for file in _memory().files()]:
            found = _memory().known(reference)
            if found is not None and found["state"] == "late" and datetime.fromisoformat(found["at"]) <= now:
                _memory().keep(reference, {**found, "state": "paid"})
                _tell(reference)
                told += 1
        return told


class NotSet:
    """Nobody said what takes money here: it is paid at a window."""

    def start(self, *, reference: str, fen: int, subject: str, until: datetime, back: str) -> str:
        raise TillDown("not-set")

    def ask(self, reference: str) -> Told:
        raise TillDown("not-set")

    def refund(self, *, reference: str, refund: str, fen: int) -> str:
        raise TillDown("not-set")


def word(reference: str, *, state: str, fen: int, number: str = "") -> tuple[bytes, dict[str, str]]:
    """Body and headers of what a till tells, signed with `BANSHI_TILL_SECRET`."""
    body = json.dumps({"reference": reference, "state": state, "fen": fen, "number": number}).encode()
    at = str(int(clock.wall().timestamp()))
    sign = signature(settings.BANSHI_TILL_SECRET, at=at, body=body)
    return body, {"Content-Type": "application/json", "Till-Timestamp": at, "Till-Signature": sign}


def _tell(reference: str) -> None:
    told = StandIn().ask(reference)
    tell(settings.BANSHI_TILL_TELLS, *word(reference, state=told.state, fen=told.fen, number=told.number))


def _need_up() -> None:
    if settings.BANSHI_TILL_DOWN or strikes("till", "down"):
        raise TillDown("down")


def _number(reference: str) -> str:
    return f"DEMO-{reference[:12].upper()}"


def _memory() -> Memory:
    return Memory(Path(settings.BANSHI_TILL_FOLDER))
