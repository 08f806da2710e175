"""Too early for what is booked, and a number now: the machine keeps in mind whose appointment was shown, and by what."""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing

from banshi.kernel.evidence import Evidence
from banshi.rooms.booking.models import Appointment

_SALT = "kiosk-early"
_FOR_S = 300  # machine time: as long as somebody stands there


@dataclass(frozen=True)
class Booked:
    """An appointment that was shown a moment ago. `shown`: what its person's card was seen by; None for its code."""

    appointment: Appointment
    shown: Evidence | None


def of(code: str, *, card: bool) -> str:
    """A token for an address; it names the row only, and this installation alone can make one."""
    row = Appointment.objects.values_list("pk", flat=True).get(code=code)
    return signing.dumps([row, int(card)], salt=_SALT)


def booked_by(token: str) -> Booked | None:
    """The appointment that was shown; None where the token is none, or old."""
    try:
        row, card = signing.loads(token, salt=_SALT, max_age=_FOR_S)
    except (signing.BadSignature, TypeError):
        return None
    found = Appointment.objects.select_related("hall", "item", "person").filter(pk=row).first()
    return Booked(found, Evidence.CHIP if card else None) if found is not None else None
