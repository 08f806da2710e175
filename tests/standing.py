"""Somebody stands at a machine of the town and has shown who they are."""

from __future__ import annotations

from banshi.foundation import clock
from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.identity.actions import at_machine
from banshi.rooms.identity.models import KioskSession
from tests.town import TUESDAY_NINE

KIOSK = Actor(ActorKind.KIOSK, "town-kiosk-1", "town")


def stands_there(person_id: int, *, hall: str = "town", device: str = "town-kiosk-1") -> KioskSession:
    """With their card alone."""
    return at_machine.begin_session(hall=hall, device=device, person_id=person_id, at=clock.wall(), now=TUESDAY_NINE)


def shown_there(person_id: int, *, hall: str = "town", device: str = "town-kiosk-1") -> KioskSession:
    return shown(stands_there(person_id, hall=hall, device=device))


def shown(session: KioskSession) -> KioskSession:
    """A code came back."""
    return at_machine.session_shown(ref=session.ref, way="code", by=KIOSK, at=clock.wall(), now=TUESDAY_NINE)


def shown_at_page() -> KioskSession:
    """Whoever was led to the page that asks who it is."""
    return shown(KioskSession.objects.get(ended_at=None))
