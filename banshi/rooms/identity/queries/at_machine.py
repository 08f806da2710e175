"""Who stands at a machine, and how far they have shown who they are. `at`: machine time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from banshi.kernel.refusals import Refused
from banshi.kernel.shown import confirmed_earlier
from banshi.rooms.identity.models import KioskSession, Person


def session(ref: str, *, at: datetime) -> KioskSession | None:
    """None where nobody stands there any more."""
    if not ref:
        return None
    return KioskSession.objects.filter(ref=ref, ended_at=None, until__gt=at).select_related("person").first()


def session_of(ref: str, *, device: str, at: datetime) -> KioskSession:
    """:raises Refused: nothing-found – also of another machine's."""
    found = session(ref, at=at)
    if found is None or found.device != device:
        raise Refused("nothing-found", facts={"session": ref[:32]})
    return found


def waiting_for_clerk(*, hall: str, number: str, at: datetime) -> KioskSession:
    """:raises Refused: nothing-found – nobody of that number stands there now, or they have shown who they are."""
    rows = KioskSession.objects.filter(hall=hall, number=number, level="card", ended_at=None, until__gt=at)
    found = rows.select_related("person").first() if number else None
    if found is None:
        raise Refused("nothing-found", facts={"number": number[:6]})
    return found


def is_shown(entries: Iterable[int], *, hall: str, at: datetime) -> bool:
    """Whether the person of these entries stands at a machine of this hall at this moment, and has shown who they are."""
    rows = KioskSession.objects.filter(person__in=entries, hall=hall, level="shown", ended_at=None, until__gt=at)
    return rows.exists()


def number_to_ask(person_id: int, *, now: datetime) -> str:
    """The telephone that a code goes to: one that its holder confirmed earlier; "" for none. :param now: hall time."""
    row = Person.objects.filter(pk=person_id).only("phone", "phone_evidence", "phone_at").first()
    if row is None or not row.phone or not confirmed_earlier(row.phone_evidence, row.phone_at, now=now):
        return ""
    return str(row.phone)
