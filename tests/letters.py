"""Letters (授权委托书) for tests: somebody of a town has another one act for them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import PaperMandate, Person
from banshi.rooms.identity.queries import MandateRef
from tests.town import CLERK, TUESDAY_NINE


def asked(person: Person) -> identity.PersonAsked:
    return identity.PersonAsked(person.name, person.id_type, person.id_number)


def letter(agent: Person, client: Person, *, now: datetime = TUESDAY_NINE, **more: Any) -> PaperMandate:
    terms: dict[str, Any] = {"kind": "written", "valid_until": date(2026, 12, 31), **more}
    return identity.record_letter(agent=asked(agent), client=asked(client), by=CLERK, now=now, **terms)


def ref(row: PaperMandate) -> MandateRef:
    return MandateRef("letter", row.pk)
