"""A booking whose number came to nothing keeps its person from no other one; it does again where the number goes on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction

from banshi.rooms.booking import rules
from banshi.rooms.booking.actions.retrying import again
from banshi.rooms.booking.models import Appointment


def let_go(*, appointment_ids: Collection[int], now: datetime) -> int:
    """Checked in, and the number came to nothing: its person was here, and may book anew, for the same half day too.

    :returns: how many.
    """
    rows = Appointment.objects.filter(id__in=appointment_ids, state=rules.State.CHECKED_IN, let_go_at=None)
    return rows.update(let_go_at=now)


@again
def hold_again(*, appointment_id: int) -> bool:
    """Its number goes on after all. False where its person has booked in its stead meanwhile: both stay as they are."""
    row = Appointment.objects.filter(id=appointment_id, state=rules.State.CHECKED_IN).exclude(let_go_at=None)
    try:
        with transaction.atomic():
            row.update(let_go_at=None)
    except IntegrityError:
        return False
    return True
