"""Whoever stands at a machine shows who they are: by a code to the telephone they confirmed earlier, a clerk, or their face.

Each way leads on by itself. After three misses of one the others lead on; new tries at the same machine wait longer and longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from django.conf import settings
from django.utils.module_loading import import_string

from banshi.foundation import clock
from banshi.foundation.limits import Tries
from banshi.journeys.person import sign_in
from banshi.kernel.actors import Actor
from banshi.kernel.masking import mask_phone
from banshi.kernel.refusals import Refused
from banshi.kernel.shown import CODE, FACE, MISSES, reaches, ways
from banshi.rooms.devices.models import Device
from banshi.rooms.devices.ports import FaceCheck, NoFace
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.actions import at_machine
from banshi.rooms.identity.models import KioskSession
from banshi.rooms.identity.queries import at_machine as known
from banshi.rooms.places.models import Hall
from banshi.rooms.places.queries import policy_of

LONGEST_WAIT_S: Final = 600


@dataclass(frozen=True)
class Ways:
    """What leads on for whoever stands there, in the order it is offered. `phone`: masked, where a code goes; "" for nowhere."""

    open: tuple[str, ...]
    phone: str


def begin(*, hall: Hall, device: Device | None, person_id: int, now: datetime) -> KioskSession:
    """A card was read there, and nothing else shown yet."""
    code = device.code if device is not None else ""
    return at_machine.begin_session(hall=hall.code, device=code, person_id=person_id, at=clock.wall(), now=now)


def ways_of(session: KioskSession, *, device: Device | None, now: datetime) -> Ways:
    number = known.number_to_ask(session.person_id, now=now)
    by_code = bool(number) and session.code_misses < MISSES
    by_face = has_face_check(device) and session.face_misses < MISSES
    return Ways(ways(number=by_code, face=by_face), mask_phone(number) if by_code else "")


def has_face_check(device: Device | None) -> bool:
    """Whether something there compares a face: the operator names what does it, and the machine has a camera."""
    if not settings.BANSHI_FACE_CHECK:
        return False
    return device is None or device.type is None or "camera" in device.type.parts


def ask_code(session: KioskSession, *, language: str, now: datetime) -> str:
    """A code to the telephone they confirmed earlier. :returns: that, masked.

    :raises Refused: way-not-shown – no such telephone, or missed too often; rate-limited.
    """
    number = known.number_to_ask(session.person_id, now=now)
    if not number or session.code_misses >= MISSES:
        raise _other_way(CODE)
    sign_in.ask_code(phone=number, language=language, browser=_browser(session), asker=session.device, now=now)
    return mask_phone(number)


def by_code(session: KioskSession, *, code: str, by: Actor, now: datetime) -> KioskSession:
    """:raises Refused: code-wrong, with the tries left; way-not-shown – missed too often; rate-limited; nothing-found – it ended.
    What is counted stays counted: not in a transaction that a refusal takes back.
    """
    number = known.number_to_ask(session.person_id, now=now)
    if not number or session.code_misses >= MISSES:
        raise _other_way(CODE)
    tries = _tries(session, CODE)
    tries.one()
    try:
        identity.answer_code(phone=number, code=code, browser=_browser(session))
    except Refused as no:
        if no.slug != "code-wrong":
            raise
        left = at_machine.session_missed(ref=session.ref, way=CODE, by=by, at=clock.wall(), now=now)
        if not left:
            raise _other_way(CODE) from no
        raise Refused("code-wrong", facts={"left": left}) from no
    tries.take_back()
    return at_machine.session_shown(ref=session.ref, way=CODE, by=by, at=clock.wall(), now=now)


def by_face(session: KioskSession, *, consent: bool, matched: bool | None, by: Actor, now: datetime) -> KioskSession:
    """What the machine's own comparison said; no picture comes here. :param matched: None – it could not compare.

    :raises Refused: consent-missing; way-not-shown, with the tries left; rate-limited; nothing-found – it ended. What is counted
        stays counted.
    """
    if not consent:
        raise Refused("consent-missing")
    if session.face_misses >= MISSES:
        raise _other_way(FACE)
    tries = _tries(session, FACE)
    tries.one()
    if not matched:
        left = at_machine.session_missed(ref=session.ref, way=FACE, by=by, at=clock.wall(), now=now)
        raise _other_way(FACE, left)
    tries.take_back()
    return at_machine.session_shown(ref=session.ref, way=FACE, by=by, at=clock.wall(), now=now, consent=True)


def compared(session: KioskSession, *, device: Device | None) -> bool | None:
    """Have the machine compare. :returns: yes, no; None where it could not."""
    check = cast(FaceCheck, import_string(settings.BANSHI_FACE_CHECK))
    try:
        return check(device.code if device is not None else "", session.ref)
    except NoFace:
        return None


def vouch(*, hall: Hall, number: str, person_id: int | None = None, by: Actor, now: datetime) -> KioskSession:
    """A clerk, at a counter or by video, saw whoever stands there and their card.

    :param person_id: who `who_waits` said that it is.
    :raises Refused: nothing-found, rate-limited – nobody guesses who stands where.
    """
    tries = _guesses(hall, by)
    tries.one()
    row = at_machine.vouch_for(hall=hall.code, number=number, person_id=person_id, by=by, at=clock.wall(), now=now)
    tries.take_back()
    return row


def who_waits(*, hall: Hall, number: str, by: Actor) -> KioskSession:
    """Whose card was read where this number stands, for the clerk to compare: guessed as little as in `vouch`.

    :raises Refused: nothing-found, rate-limited.
    """
    tries = _guesses(hall, by)
    tries.one()
    row = known.waiting_for_clerk(hall=hall.code, number=number, at=clock.wall())
    tries.take_back()
    return row


def _guesses(hall: Hall, by: Actor) -> Tries:
    return Tries(f"vouch:{hall.code}:{by}", free=5, most_s=LONGEST_WAIT_S)


def need(session: KioskSession, *, hall: Hall, what: str, now: datetime) -> None:
    """That they have shown as much as the hall's rules ask for this. :param what: prints | rules | contact, as the policy has it.

    :raises Refused: show-first.
    """
    asked = level_for(hall, what, now=now)
    if not reaches(session.level, asked):
        raise Refused("show-first", facts={"needs": asked, "level": session.level})


def level_for(hall: Hall, what: str, *, now: datetime) -> str:
    """What the hall's rules ask for it."""
    return str(getattr(policy_of(hall.pk, now=now).machines, f"{what}_level"))


def has_own_number(person_id: int) -> bool:
    return bool(people.phone_of(person_id=person_id))


def _browser(session: KioskSession) -> str:
    """A code is good where it was asked for."""
    return f"kiosk:{session.ref}"


def _tries(session: KioskSession, way: str) -> Tries:
    return Tries(f"shown:{way}:{session.person_id}:{session.device}", free=MISSES, most_s=LONGEST_WAIT_S)


def _other_way(way: str, left: int = 0) -> Refused:
    return Refused("way-not-shown", facts={"way": way, "left": left})
