"""A real-name person books: enrol (identity), then place (booking)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from banshi.kernel.actors import Actor
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
    account_id: int | None = None,
    **more: Any,
) -> Appointment:
    """Book one place for the person of this document. `more` goes to booking.actions.place.

    :raises Refused: identity-invalid, identity-mismatch, phone-invalid, or any refusal of booking.
    """
    person = identity.enrol(name=name, id_type=id_type, id_number=id_number, phone=phone, now=now)
    if account_id is not None:
        identity.add_to_account(account_id=account_id, person_id=person.id, now=now)
    return booking.place(
        slot_id=slot_id,
        item_code=item_code,
        person_id=person.id,
        source=source,
        by=by,
        now=now,
        account_id=account_id,
        **more,
    )
