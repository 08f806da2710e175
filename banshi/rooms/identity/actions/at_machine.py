"""Somebody stands at a machine, and shows who they are. Times said as `at` are the machine's, as `now` the hall's."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.kernel.shown import CLERK, FACE, MISSES
from banshi.rooms.audit import actions as audit
from banshi.rooms.identity.models import KioskSession

LASTS: Final = timedelta(minutes=10)  # from step to step
KEPT: Final = timedelta(days=30)  # the trail keeps which way and when for longer
DRAWS: Final = 5  # draws of a number that nobody else stands there with


def begin_session(*, hall: str, device: str, person_id: int, at: datetime, now: datetime) -> KioskSession:
    """A card was read there. Whoever's was read there before has gone."""
    with transaction.atomic():
        if device:
            KioskSession.objects.filter(hall=hall, device=device, ended_at=None).update(ended_at=at)
        return KioskSession.objects.create(
            ref=secrets.token_hex(16), hall=hall, device=device, person_id=person_id, began_at=now, until=at + LASTS
        )


def keep_session(*, ref: str, at: datetime) -> bool:
    """They are still there. :returns: False where it has ended meanwhile."""
    rows = KioskSession.objects.filter(ref=ref, ended_at=None, until__gt=at)
    return rows.update(until=at + LASTS) == 1


def end_session(*, ref: str, at: datetime) -> None:
    """They have gone; said again it changes nothing."""
    KioskSession.objects.filter(ref=ref, ended_at=None).update(ended_at=at)


def session_shown(
    *, ref: str, way: str, by: Actor, at: datetime, now: datetime, consent: bool = False, vouched_by: str = ""
) -> KioskSession:
    """One of the ways led on. :raises Refused: nothing-found – nobody stands there any more."""
    with transaction.atomic():
        row = _there(ref, at)
        if row.level == "shown":
            return row
        row.level, row.way, row.shown_at, row.number = "shown", way, now, ""
        row.consent_at, row.vouched_by = now if consent else None, vouched_by
        row.until = at + LASTS
        row.save(update_fields=["level", "way", "shown_at", "number", "consent_at", "vouched_by", "until"])
        audit.record(
            action="shown_at_machine", subject=f"person:{row.person_id}", by=by, now=now, hall=row.hall,
            facts={"way": way, "machine": row.device, "consent": consent},
        )  # fmt: skip
        return row


def session_missed(*, ref: str, way: str, by: Actor, at: datetime, now: datetime) -> int:
    """It did not lead on. :returns: how often it may be tried still. :raises Refused: nothing-found."""
    with transaction.atomic():
        row = _there(ref, at)
        name = "face_misses" if way == FACE else "code_misses"
        missed = min(MISSES, int(getattr(row, name)) + 1)
        setattr(row, name, missed)
        row.save(update_fields=[name])
        if missed == MISSES:
            audit.record(
                action="not_shown_at_machine", subject=f"person:{row.person_id}", by=by, now=now, hall=row.hall,
                facts={"way": way, "machine": row.device},
            )  # fmt: skip
        return MISSES - missed


def number_to_vouch(
    *, ref: str, at: datetime, draw: Callable[[], str] = lambda: f"{secrets.randbelow(10_000):04d}"
) -> str:
    """What a clerk types who vouches for whoever stands there: four digits, nobody else's of this hall now.

    :raises Refused: nothing-found; changed-meanwhile – as many stand there as there are numbers.
    """
    KioskSession.objects.filter(ended_at=None, until__lte=at).exclude(number="").update(number="")
    for _ in range(DRAWS):
        try:
            with transaction.atomic():
                row = _there(ref, at)
                if not row.number:
                    row.number = draw()
                    row.save(update_fields=["number"])
                return row.number
        except IntegrityError:
            continue
    raise Refused("changed-meanwhile")


def vouch_for(
    *, hall: str, number: str, person_id: int | None = None, by: Actor, at: datetime, now: datetime
) -> KioskSession:
    """A clerk saw person and card.

    :param person_id: whom they were told that it is: somebody else may have been given the number since.
    :raises Refused: nothing-found – nobody of that number stands there now.
    """
    with transaction.atomic():
        row = KioskSession.objects.filter(hall=hall, number=number, ended_at=None, until__gt=at).first()
        if row is None or not number or person_id not in (None, row.person_id):
            raise Refused("nothing-found", facts={"number": number[:6]})
        return session_shown(ref=row.ref, way=CLERK, by=by, at=at, now=now, vouched_by=str(by))


def forget_sessions(*, at: datetime, most: int) -> int:
    """:returns: how many of a month ago are gone."""
    old = KioskSession.objects.filter(until__lt=at - KEPT).order_by("until").values_list("pk", flat=True)[:most]
    return KioskSession.objects.filter(pk__in=list(old)).delete()[0]


def _there(ref: str, at: datetime) -> KioskSession:
    row = KioskSession.objects.select_for_update().filter(ref=ref, ended_at=None, until__gt=at).first()
    if row is None:
        raise Refused("nothing-found", facts={"session": ref[:32]})
    return row
