"""Too early for what is booked, and a number now: the machine keeps in mind whose appointment was shown."""

from __future__ import annotations

from django.core import signing

from banshi.rooms.booking.models import Appointment

_SALT = "kiosk-early"
_FOR_S = 300  # machine time: as long as somebody stands there


def of(code: str) -> str:
    """A token for an address; it names the row only, and this installation alone can make one."""
    return signing.dumps(Appointment.objects.values_list("pk", flat=True).get(code=code), salt=_SALT)


def booked_by(token: str) -> Appointment | None:
    """The appointment that was shown a moment ago; None where the token is none, or old."""
    try:
        return Appointment.objects.filter(pk=signing.loads(token, salt=_SALT, max_age=_FOR_S)).first()
    except signing.BadSignature:
        return None
