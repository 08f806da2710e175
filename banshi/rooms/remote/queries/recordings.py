"""Reads of recordings: what is asked or runs in a call, a hall's list, one opened piece by piece, who looked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import QuerySet

from banshi.foundation.crypto import Unreadable
from banshi.kernel.refusals import Refused
from banshi.rooms.library.rules import chunks
from banshi.rooms.remote.models import Recording, RecordingChunk, RecordingLook, RemoteSession
from banshi.rooms.remote.rules import OPEN_RECORDINGS

LOOK_LASTS: Final = timedelta(hours=1)  # then the reason is asked for again
AT_A_TIME: Final = 4  # chunks read from the database in one go


def open_recording(session: RemoteSession) -> Recording | None:
    """What is asked, or runs, in a call now."""
    return Recording.objects.filter(session=session, state__in=OPEN_RECORDINGS).first()


def recording_mark(session: RemoteSession) -> str:
    """Another one whenever it was asked, answered or closed: no word of what."""
    last = Recording.objects.filter(session=session).order_by("-id").values_list("id", "state").first()
    return f"{last[0]}.{last[1]}" if last is not None else ""


def of_session(session: RemoteSession) -> list[Recording]:
    """What was recorded of a call, in its order; what was only asked is not among it."""
    rows = Recording.objects.filter(session=session, consent__isnull=False)
    return list(rows.order_by("id"))


def of_person(person_id: int, *, most: int = 20) -> list[Recording]:
    """What was recorded of somebody, the newest first."""
    rows = Recording.objects.filter(
        session__person_id=person_id, session__evidence__gt=0, consent__isnull=False
    ).select_related("session__hall")
    return list(rows.order_by("-asked_at", "-id")[:most])


def of_hall(hall_id: int) -> QuerySet[Recording]:
    """What was recorded in a hall, the newest first."""
    rows = Recording.objects.filter(hall_id=hall_id, consent__isnull=False)
    return rows.select_related("session__hall", "session__person", "session__item", "seat__staff").order_by(
        "-asked_at", "-id"
    )


def recording(ref: str, *, hall_id: int) -> Recording:
    """:raises Refused: nothing-found."""
    row = of_hall(hall_id).filter(ref=ref).first()
    if row is None:
        raise Refused("nothing-found", facts={"recording": ref})
    return row


def look_of(row: Recording, staff_id: int, *, now: datetime) -> RecordingLook | None:
    """The look under way for which somebody gave their reason; None: it is asked for."""
    rows = RecordingLook.objects.filter(recording=row, staff_id=staff_id, at__gt=now - LOOK_LASTS, at__lte=now)
    return rows.order_by("-at", "-id").first()


def looks_of(row: Recording) -> list[RecordingLook]:
    return list(RecordingLook.objects.filter(recording=row).select_related("staff").order_by("at", "id"))


def parts_of(row: Recording) -> list[tuple[int, str]]:
    """Each part that plays by itself: its number and its kind (video/webm, audio/webm)."""
    rows = RecordingChunk.objects.filter(recording=row).order_by("part", "no")
    return list(rows.distinct("part").values_list("part", "mime"))


def opened(row: Recording, part: int) -> Iterator[bytes]:
    """The bytes of one part, chunk by chunk. :raises Unreadable: there is no such key.

    :raises cryptography.exceptions.InvalidTag: a chunk was changed since, or is another's.
    """
    seals, after = sealer(row), -1
    while found := list(
        RecordingChunk.objects.filter(recording=row, part=part, no__gt=after).order_by("no")[:AT_A_TIME]
    ):
        for chunk in found:
            yield seals.open(chunk.no, bytes(chunk.body), last=False)
        after = found[-1].no


def sealer(row: Recording) -> chunks.Sealer:
    """For the chunks of a recording. :raises Unreadable: there is no such key."""
    if row.key_id not in settings.BANSHI_DATA_KEYS:
        raise Unreadable("remote_recording_chunk.body")
    return chunks.Sealer(settings.BANSHI_DATA_KEYS[row.key_id], salt=bytes(row.salt), blob=f"recording:{row.pk}")
