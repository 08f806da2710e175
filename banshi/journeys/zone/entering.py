"""In and out of a night zone: a card is read, its holder known, the area's door ordered to open – never the hall's.

What was read is not kept. Leaving is never refused: whoever is not known goes as everybody.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.utils.module_loading import import_string

from banshi.kernel import cards
from banshi.kernel.actors import Actor
from banshi.kernel.documents import types_that_fit
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.devices.actions import orders
from banshi.rooms.devices.models import Device
from banshi.rooms.identity import actions as enrolling
from banshi.rooms.identity import queries as identity
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import SelfServiceArea
from banshi.rooms.zones import actions, queries
from banshi.rooms.zones.models import Entry, HelpCall

LONGEST: Final = 400
_NO_CARD = {
    "zh": "没有读到身份证。把身份证放到读卡区，停一秒",
    "en": "No ID card was read. Lay the card on the reader and wait a second",
}
_NOT_OURS = {
    "zh": "读卡器没有和这扇门配对，按求助按钮",
    "en": "The card reader is not paired with this door; press the help button",
}


def by_card(
    *, area: SelfServiceArea, door: Device | None, card: str, people: int, by: Actor, at: datetime, now: datetime
) -> Entry:
    """Let in whoever's card lies on the door's reader.

    :param card: as the reader signed it (kernel/cards.py); where the door has no reader – a demo – as it was laid there.
    :raises Refused: identity-invalid – no card, or of another reader; those of `zones.actions.enter`.
    """
    person_id = holder(card, door=door, by=by, at=at, now=now)
    made = actions.enter(area=area, door=door, person_id=person_id, people=people, by=by, at=at, now=now)
    return _opened_here(made, door, at=at, now=now)


def by_code(
    *, area: SelfServiceArea, door: Device | None, code: str, people: int, by: Actor, at: datetime, now: datetime
) -> Entry:
    """Let in whoever types the six digits of their phone. :raises Refused: those of `zones.actions.enter_by_code`."""
    made = actions.enter_by_code(area=area, door=door, code=code, people=people, by=by, at=at, now=now)
    return _opened_here(made, door, at=at, now=now)


def out_by_card(
    *, area: SelfServiceArea, door: Device | None, card: str, by: Actor, at: datetime, now: datetime
) -> Entry | None:
    """Whoever lays their card there on the way out is counted no more; None: they were not counted, or nothing was read."""
    try:
        person_id = holder(card, door=door, by=by, at=at, now=now)
    except Refused:
        return None
    return actions.left_by_card(area=area, person_id=person_id, now=now)


def call_for_help(*, area: SelfServiceArea, device: Device | None, by: Actor, now: datetime) -> HelpCall:
    """求助: whoever looks after the area is told at once, where the hall's policy says at once."""
    call = actions.call_for_help(area=area, device=device, by=by, now=now)
    actions.tell_of_help(policies=places.policies_of({area.hall_id}, now=now), now=now)
    return call


def look_after(*, now: datetime) -> None:
    """Every few seconds: who left without a word, and whom a call for help is told to next."""
    actions.sweep(now=now)
    halls = {area.hall_id for area in queries.with_doors()}
    actions.tell_of_help(policies=places.policies_of(halls, now=now), now=now)


def holder(card: str, *, door: Device | None, by: Actor, at: datetime, now: datetime) -> int:
    """Whose card it is. :param at: machine time. :raises Refused: identity-invalid."""
    key = door.reader_key if door is not None else ""
    text = card[:LONGEST].replace("\0", "").strip()
    if not text.startswith(f"{cards.MARK}|"):
        raise Refused("identity-invalid", facts={"reason": _NO_CARD})
    said = cards.on_reader(text, key=key, now=at, demo=not settings.PRODUCTION)
    if said is None:
        raise Refused("identity-invalid", facts={"reason": _NOT_OURS})
    fits = [each.value for each in types_that_fit(said.number)]
    if not said.name or not fits or (said.kind and said.kind not in fits):
        raise Refused("identity-invalid", facts={"reason": _NO_CARD})
    person = enrolling.enrol(
        name=said.name, id_type=said.kind or fits[0], id_number=said.number, evidence=Evidence.CHIP, by=by, now=now
    )  # fmt: skip
    return person.pk


def _opened_here(entry: Entry, door: Device | None, *, at: datetime, now: datetime) -> Entry:
    """In a demo a door that no program of its own opens is opened by its stand-in."""
    machines: Any = import_string(settings.BANSHI_MACHINES)()
    if door is None or not machines.opens_doors or door.code in identity.devices_with_keys():
        return entry
    for order in orders.hand_out(device=door.code, at=at):
        state, why = machines.door(order.id)
        orders.ended(device=door.code, order=order.id, state=state, why=why, at=at)
    return actions.settle(entry_id=entry.pk, now=now)
