"""A carrier that carries nothing: the demo's. Its parcels go on by themselves, by hall time, and some come back; a person may
also push one on at its page. It tells us of each step, signed, as a real one would – some twice, some in the wrong order, some
never, so that it has to be asked.

What it knows lies in files, one a waybill, without names: it is another's machine, with a memory of its own. A real carrier
answers behind the same port: `banshi.rooms.delivery.ports.Courier`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from banshi.foundation import clock
from banshi.gateways.stand_in import Memory, tell
from banshi.kernel.signing import signature
from banshi.rooms.delivery.ports import Consignment, CourierDown, Told

SIGNED_BY: Final = "本人签收"
NEXT: Final = {"": "accepted", "accepted": "moving", "moving": "out", "out": "delivered", "refused": "returning"}
AFTER: Final = {  # each step so long after the one before, in hall time
    "accepted": timedelta(hours=2), "moving": timedelta(hours=4), "out": timedelta(hours=16), "delivered": timedelta(hours=3),
    "refused": timedelta(hours=3), "returning": timedelta(hours=6),
}  # fmt: skip
PRESSES: Final = ("next", "twice", "early", "refuse", "silent")
ONE_IN: Final = 5  # so many parcels, one comes back; of as many, one is told in the wrong order, one twice
LOST_IN: Final = 11
MOST_SHOWN: Final = 100


class StandIn:
    """See above. `BANSHI_COURIER_DOWN=1`: it does not answer."""

    def order(self, consignment: Consignment) -> str:
        _need_up()
        waybill = _number(consignment.reference)
        if _memory().known(waybill) is None:
            at = clock.now().isoformat()
            _memory().keep(waybill, {"payer": consignment.payer, "at": at, "events": []})
        return waybill

    def trace(self, waybill: str) -> Sequence[Told]:
        _need_up()
        found = _memory().known(waybill)
        return [_said(each) for each in found["events"]] if found is not None else []

    # --- What moves it ------------------------------------------------------------------------------------------

    def look(self, waybill: str) -> dict[str, Any] | None:
        """What it knows of a parcel: payer, at, events."""
        return _memory().known(waybill)

    def parcels(self) -> Mapping[str, str]:
        """Waybill → the last that happened to it; the newest first."""
        files = sorted(_memory().files(), key=lambda file: file.stat().st_mtime, reverse=True)
        found = {file.stem: _memory().known(file.stem) for file in files[:MOST_SHOWN]}
        return {
            name: said["events"][-1]["status"] if said["events"] else "posted" for name, said in found.items() if said
        }

    def tick(self, *, now: datetime) -> int:
        """Every parcel goes on as far as time has. :returns: steps taken."""
        return sum(_go_on(file.stem, now=now) for file in _memory().files())

    def press(self, waybill: str, how: str) -> None:
        """Somebody pushes it on: next | twice (told twice) | early (two steps, the later told first) | refuse | silent."""
        found = _memory().known(waybill)
        if found is None or how not in PRESSES:
            return
        wanted = ["refused"] if how == "refuse" else [None, None] if how == "early" else [None]
        new = [each for each in (_step(waybill, status, now=clock.now()) for status in wanted) if each is not None]
        for each in {"early": new[::-1], "twice": new * 2, "silent": []}.get(how, new):
            _tell(waybill, each)


class NotSet:
    """Nobody said what carries parcels here: results are fetched."""

    def order(self, consignment: Consignment) -> str:
        raise CourierDown("not-set")

    def trace(self, waybill: str) -> Sequence[Told]:
        raise CourierDown("not-set")


def _go_on(waybill: str, *, now: datetime) -> int:
    """All steps that are due, told as this parcel's are: one in some comes back, is told twice, backwards, or not at all."""
    kind, new = int(hashlib.sha256(waybill.encode()).hexdigest(), 16), []
    while (found := _memory().known(waybill)) is not None:
        last = found["events"][-1] if found["events"] else {"status": "", "at": found["at"]}
        status = NEXT.get(last["status"])
        if status == "delivered" and kind % ONE_IN == 0:
            status = "refused"
        if status is None or datetime.fromisoformat(last["at"]) + AFTER[status] > now:
            break
        step = _step(waybill, status, now=datetime.fromisoformat(last["at"]) + AFTER[status])
        if step is None:
            break
        new.append(step)
    order = new[::-1] if kind % ONE_IN == 1 else new * 2 if kind % ONE_IN == 2 else [] if kind % LOST_IN == 3 else new
    for each in order:
        _tell(waybill, each)
    return len(new)


def _step(waybill: str, status: str | None, *, now: datetime) -> dict[str, Any] | None:
    """One step more; None where there is none. :param status: None: the next one."""
    found = _memory().known(waybill)
    if found is None:
        return None
    last = found["events"][-1]["status"] if found["events"] else ""
    status = status or NEXT.get(last)
    if status is None or last in ("delivered", "returning") or (status == "refused" and last == "refused"):
        return None
    signer = SIGNED_BY if status == "delivered" else ""
    event = {
        "event": f"{waybill}-{len(found['events']) + 1}",
        "status": status,
        "at": now.isoformat(),
        "signer": signer,
    }
    _memory().keep(waybill, {**found, "events": [*found["events"], event]})
    return event


def word(waybill: str, said: Told) -> tuple[bytes, dict[str, str]]:
    """Body and headers of what a carrier tells, signed with `BANSHI_COURIER_SECRET`."""
    body = json.dumps({
        "waybill": waybill, "event": said.event, "status": said.status, "at": said.at.isoformat(), "signer": said.signer,
    }).encode()  # fmt: skip
    at = str(int(clock.wall().timestamp()))
    sign = signature(settings.BANSHI_COURIER_SECRET, at=at, body=body)
    return body, {"Content-Type": "application/json", "Courier-Timestamp": at, "Courier-Signature": sign}


def _said(event: dict[str, Any]) -> Told:
    return Told(event["event"], event["status"], datetime.fromisoformat(event["at"]), event["signer"])


def _tell(waybill: str, event: dict[str, Any]) -> None:
    tell(settings.BANSHI_COURIER_TELLS, *word(waybill, _said(event)))


def _need_up() -> None:
    if settings.BANSHI_COURIER_DOWN:
        raise CourierDown("down")


def _number(reference: str) -> str:
    return f"DX{int(hashlib.sha256(reference.encode()).hexdigest(), 16) % 10**11:011d}"


def _memory() -> Memory:
    return Memory(Path(settings.BANSHI_COURIER_FOLDER))
