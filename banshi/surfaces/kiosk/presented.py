"""What was put on the reader or typed: a QR code, a reference, or an ID document. Nothing of it is kept."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest

from banshi.foundation import clock
from banshi.journeys.visit.scanned import scanned
from banshi.kernel import cards
from banshi.kernel.actors import Actor
from banshi.kernel.documents import IdType, InvalidDocument, age_on, birth_date, normalise, types_that_fit
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import queries as bookings
from banshi.rooms.booking.models import Appointment
from banshi.rooms.identity import actions as enrolling
from banshi.rooms.identity import queries as identity

LONGEST = 400
READER_KEY = "reader_key"  # of a request: what the machine's reader signs with


@dataclass(frozen=True)
class Presented:
    """One of: `ticket` (ref, and the `key` on its slip), `appointment` (reference), or a document. `name` only where a chip
    reader gave it.

    `chip`: a reader read it; whatever was typed or scanned is only declared.

    `fits`: the types that the number can be of, where it is for the holder to say which.
    """

    ticket: str = ""
    key: str = field(default="", repr=False)
    appointment: str = ""
    number: str = field(default="", repr=False)
    id_type: str = ""
    name: str = field(default="", repr=False)
    chip: bool = False
    signed: bool = False  # a booking's code as its booker has it; its reference alone, staff know
    fits: tuple[IdType, ...] = ()

    @property
    def evidence(self) -> Evidence:
        return Evidence.CHIP if self.chip else Evidence.DECLARED

    @property
    def is_document(self) -> bool:
        return bool(self.number)


def read(text: str, *, id_type: str = "") -> Presented:
    """Understand what a reader or a finger typed.

    Scanners type a QR code's text; people, and readers that are not paired, a number, perhaps with a name and the kind of
    document behind a comma or tab. None of it is a chip: anybody can type it, or show it as a code.

    :param id_type: which document it is, where the holder was asked.
    :raises Refused: identity-invalid, with what is wrong about a number; nothing-found for anything else.
    """
    text = unicodedata.normalize("NFKC", text[:LONGEST]).strip()
    if found := scanned(text):
        return Presented(ticket=found.ticket, key=found.key, appointment=found.appointment, signed=found.signed)
    if text.upper().startswith("BS1."):
        code = bookings.read_qr(text)
        if code is None:
            raise Refused("nothing-found")
        return Presented(appointment=code, signed=True)
    parts = cards.parts_of(text)
    if len(parts) > 1:
        card = cards.taken_apart(parts)
        return _document(card.number, id_type=card.kind or id_type)
    code = bookings.code_of(text)
    if code is not None and not id_type and _is_a_reference(code, text):
        return Presented(appointment=code)
    return _document(text, id_type=id_type)


def posted(request: HttpRequest) -> Presented:
    """What the form of a page brought: from the reader, in its own field, or typed. :raises Refused: those of `read`."""
    said = {name: request.POST.get(name, "").replace("\0", "") for name in ("presented", "id_type", "chip")}
    if said["chip"]:
        return _from_chip(said["chip"][:LONGEST], said["id_type"], key=getattr(request, READER_KEY, ""))
    return read(said["presented"], id_type=said["id_type"])


def _is_a_reference(code: str, text: str) -> bool:
    """A passport number may look like a reference: it is one where no such appointment is known."""
    fits = types_that_fit(text)
    if not fits:
        return True
    return IdType.RESIDENT_ID not in fits and Appointment.objects.filter(code=code).exists()


def anything(request: HttpRequest) -> bool:
    """Whether a document was put there at all."""
    return any(request.POST.get(name, "").replace("\0", "").strip() for name in ("presented", "chip"))


_NO_READER = {
    "zh": "读卡器没有和这台机器配对，到咨询台办理",
    "en": "The card reader is not paired with this machine; ask at the service desk",
}


def _from_chip(text: str, id_type: str, *, key: str) -> Presented:
    """What the paired reader signed. In a demo a machine without a reader takes `BC1|number|name` as a card laid on it.

    :raises Refused: identity-invalid.
    """
    card = cards.on_reader(text, key=key, now=clock.wall(), demo=not settings.PRODUCTION)
    if card is None:
        raise Refused("identity-invalid", facts={"reason": _NO_READER})
    return _document(card.number, card.name, id_type=card.kind or id_type, chip=True)


def _document(text: str, name: str = "", *, id_type: str, chip: bool = False) -> Presented:
    fits = types_that_fit(text)
    if id_type and id_type in fits:
        fits = (IdType(id_type),)
    if not fits:
        try:
            normalise(IdType.RESIDENT_ID, text)
        except InvalidDocument as wrong:
            raise Refused("identity-invalid", facts={"reason": {"zh": wrong.zh, "en": wrong.en}}) from wrong
    return Presented(number=text, id_type=fits[0].value, name=name, chip=chip, fits=fits if len(fits) > 1 else ())


def person_of(shown: Presented, *, by: Actor, now: datetime, required: bool) -> int | None:
    """The person who showed a document: known, or enrolled – with the name that the chip gave, or with the number alone.

    A number that was only typed finds what was taken with it, on this day and later, and tells and changes nothing else.

    :param required: refuse whatever was only typed, known or not: the answer would tell who has been here.
    :raises Refused: identity-invalid.
    """
    if not shown.is_document:
        return None
    if shown.name:
        return enrolling.enrol(
            name=shown.name,
            id_type=shown.id_type,
            id_number=shown.number,
            evidence=Evidence.CHIP,
            by=by,
            now=now,
        ).pk
    if required:
        reason = {
            "zh": "这里要把身份证放到读卡区，只输号码不够；没带证件到咨询台",
            "en": "The ID card has to lie on the reader; the number alone is not enough. Without a card ask at the service desk",
        }
        raise Refused("identity-invalid", facts={"reason": reason})
    known = identity.person_by_document(shown.id_type, shown.number)
    if known is None:
        known = enrolling.enrol_number(id_type=shown.id_type, id_number=shown.number, now=now)
    return known.pk


def age_of(shown: Presented, *, now: datetime, zone: ZoneInfo) -> int | None:
    """Whole years, by the birth date inside the number; None where there is none."""
    if not shown.is_document:
        return None
    born = birth_date(IdType(shown.id_type), normalise(IdType(shown.id_type), shown.number))
    return age_on(born, now.astimezone(zone).date()) if born else None
