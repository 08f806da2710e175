"""A real-name person books: enrol (identity), then place (booking)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment
from banshi.rooms.identity import actions as identity


def book(
    *,
    slot_id: int,
    item_code: str,
    name: str,
    id_type: str = "resident_id",
    id_number: str,
    phone: str,
    source: str,
    by: Actor,
    now: datetime,
    evidence: Evidence = Evidence.DECLARED,
    **more: Any,
) -> Appointment:
    """Book one place for the person of this document; messages go to `phone`. `more` goes to booking.actions.place.

    :param evidence: WINDOW where a clerk saw the card: then the name is the person's from now on.
    :raises Refused: invalid (name), identity-invalid, phone-invalid, or any refusal of booking.
    """
    asked = identity.PersonAsked(name, id_type, id_number, phone, evidence, str(by))
    (person,) = identity.enrol_many([asked], now=now)
    if isinstance(person, Refused):
        raise person
    return booking.place(
        slot_id=slot_id,
        item_code=item_code,
        person_id=person.id,
        source=source,
        by=by,
        now=now,
        name=person.name,
        contact=person.phone,
        evidence=int(evidence),
        # Staff see who stands before them without a telephone: the document tells them apart, not each booking anew.
        behind=booking.behind(contact=person.phone) if person.phone or by.kind is not ActorKind.STAFF else "",
        **more,
    )
