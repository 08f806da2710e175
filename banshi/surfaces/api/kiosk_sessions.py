"""Somebody stands at a machine: their card, who they have shown to be, and what they do there. For the machine's own key alone;
a clerk vouches with a key of theirs.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Path, Router

from banshi.foundation import clock
from banshi.journeys.case import at_machine as beginning
from banshi.journeys.case import own_print
from banshi.journeys.person import at_kiosk as showing
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue.queries import machines
from banshi.rooms.devices import queries as devices
from banshi.rooms.devices.models import Device
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.actions import at_machine
from banshi.rooms.identity.models import KioskSession
from banshi.rooms.identity.queries import at_machine as known
from banshi.rooms.places import queries as places
from banshi.surfaces.api.answers import Answer, answer, refused
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.operations import caller, language, op, write
from banshi.surfaces.api.schemas import Code
from banshi.surfaces.api.schemas.kiosk_sessions import (
    KioskCaseIn,
    KioskCaseOut,
    KioskCodeIn,
    KioskFaceIn,
    KioskPrintIn,
    KioskPrintOut,
    KioskSessionIn,
    KioskSessionOut,
    KioskVouchIn,
)

router = Router(tags=["devices"])
HERE = "/kiosk-sessions/{session}"


@router.post(
    "/kiosk-sessions", **op("begin_kiosk_session", {201: KioskSessionOut}), summary="Somebody laid their card there"
)
@write
def begin_kiosk_session(request: HttpRequest, body: KioskSessionIn) -> Answer:
    """Whoever stood there before has gone. It ends by itself after ten minutes without a step."""
    who, now = caller(request), clock.now()
    device = _own_device(who, body.device)
    person = identity.enrol(
        name=body.card.name, id_type=body.card.id_type, id_number=body.card.id_number, evidence=Evidence.CHIP, by=who.by,
        now=now,
    )  # fmt: skip
    return answer(201, _said(showing.begin(hall=device.hall, device=device, person_id=person.pk, now=now), device))


@router.post(f"{HERE}/face", **op("show_face", {200: KioskSessionOut}), summary="The machine compared a face")
@write
def show_face(request: HttpRequest, session: Path[Code], body: KioskFaceIn) -> Answer:
    """With consent alone; three that do not fit, and another way leads on (`way-not-shown`)."""
    who = caller(request)
    found, device = _own(who, session)
    try:
        found = showing.by_face(found, consent=body.consent, matched=body.matched, by=who.by, now=clock.now())
    except Refused as no:  # an answer: a refusal that takes everything back takes the count of the tries, too
        return refused(no.refusal, language(request))
    return answer(200, _said(found, device))


@router.post(f"{HERE}/code", **op("show_code", {200: KioskSessionOut}), summary="A code to their telephone")
@write
def show_code(request: HttpRequest, session: Path[Code], body: KioskCodeIn) -> Answer:
    """Without `code` one goes to the number that they confirmed earlier; with it that is looked at, three times."""
    who, now = caller(request), clock.now()
    found, device = _own(who, session)
    try:
        if body.code is None:
            showing.ask_code(found, language=language(request), now=now)
        else:
            found = showing.by_code(found, code=body.code, by=who.by, now=now)
    except Refused as no:  # as above
        return refused(no.refusal, language(request))
    return answer(200, _said(found, device))


@router.delete(HERE, **op("end_kiosk_session", {204: None}), summary="They have gone")
@write
def end_kiosk_session(request: HttpRequest, session: Path[Code]) -> Answer:
    """What was shown ends with it."""
    found, _device = _own(caller(request), session)
    at_machine.end_session(ref=found.ref, at=clock.wall())
    return answer(204)


@router.post(f"{HERE}/prints", **op("print_own", {200: KioskPrintOut}), summary="Print a document of theirs")
@write
def print_own(request: HttpRequest, session: Path[Code], body: KioskPrintIn) -> Answer:
    """On the machine's printer: what was granted to them, is theirs already and holds. `show-first`: only a card was shown."""
    who = caller(request)
    found, device = _own(who, session)
    done = own_print.print_own(
        session=found, hall=device.hall, number=body.document, device=device, by=who.by, now=clock.now()
    )  # fmt: skip
    return answer(200, {"document": done.paper.number, "pages": done.pages})


@router.post(f"{HERE}/cases", **op("begin_at_machine", {201: KioskCaseOut}), summary="Begin a matter at the machine")
@write
def begin_at_machine(request: HttpRequest, session: Path[Code], body: KioskCaseIn) -> Answer:
    """A draft of theirs, with what need not be asked, filled in and sent by the operations of cases. Rules decide it where they
    have shown more than the card; else a person does. `item-not-here`: this kind of machine does not begin it."""
    who = caller(request)
    found, device = _own(who, session)
    if not machines.offer_of(device.type_id or "").begins(body.item):
        raise Refused("item-not-here", facts={"item": body.item})
    asked = beginning.Beginning(
        hall=device.hall, item_code=body.item, person_id=found.person_id, answers=body.answers,
        language=language(request), anyway=body.anyway,
    )  # fmt: skip
    case = beginning.begin(asked, by=who.by, now=clock.now())
    return answer(201, {"case": case.no, "phase": case.phase})


@router.post("/halls/{hall}/kiosk-sessions/vouch", **op("vouch_at_machine", {204: None}), summary="A clerk vouches")
@write
def vouch_at_machine(request: HttpRequest, hall: Path[Code], body: KioskVouchIn) -> Answer:
    """Who saw person and card, at a counter or by video, says the number on the machine's screen: that is enough by itself."""
    who, here = caller(request), places.hall_by_code(hall)
    who.must("vouch_at_machine", here.code)
    try:
        showing.vouch(hall=here, number=body.number, by=who.by, now=clock.now())
    except Refused as no:  # as above
        return refused(no.refusal, language(request))
    return answer(204)


def _own_device(who: Caller, code: str) -> Device:
    """:raises Refused: not-your-hall; nothing-found – also another machine's, and without a machine's own key."""
    device = devices.device_by_code(code)
    who.must_reach(device.hall.code)
    if device.code != who.key.device:
        raise Refused("nothing-found", facts={"device": code})
    return device


def _own(who: Caller, session: str) -> tuple[KioskSession, Device]:
    """:raises Refused: nothing-found – it has ended, or is another machine's."""
    if not who.key.device:
        raise Refused("nothing-found", facts={"session": session})
    found = known.session_of(session, device=who.key.device, at=clock.wall())
    return found, _own_device(who, found.device)


def _said(session: KioskSession, device: Device) -> dict[str, Any]:
    at_machine.keep_session(ref=session.ref, at=clock.wall())
    ways = showing.ways_of(session, device=device, now=clock.now())
    shown = session.level == "shown"
    return {
        "id": session.ref, "level": session.level, "ways": [] if shown else list(ways.open),
        "phone": "" if shown else ways.phone, "until": clock.wall() + at_machine.LASTS,
    }  # fmt: skip
