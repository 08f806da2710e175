"""Files that come in parts (断点续传): begun, each part sealed as it comes, put together once, forgotten where nobody goes on.

Whoever sends knows the offset at any time: after a line that dropped, a page that was closed, a process that was killed.
"""

from __future__ import annotations

import os
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from banshi.foundation import locks
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.library import rules
from banshi.rooms.library.actions.files import new_ref
from banshi.rooms.library.models import Upload, UploadPart
from banshi.rooms.library.queries import upload_sealer
from banshi.rooms.library.rules import chunks, parts


def begin_upload(*, subject: str, name: str, size: int, sha256: str = "", by: Actor, now: datetime) -> Upload:
    """Begin a file, or go on with the same one: who says its hash gets what has come of it, and where to go on (`received`).

    :param subject: what it is for, such as `case:…:lease`. :param size: bytes of the whole.
    :raises Refused: material-rejected (empty, too large), invalid, rate-limited – as many as may be are under way, of this
        sender or of all.
    """
    if (no := parts.start_refusal(size, sha256)) is not None:
        raise Refused(no)
    with transaction.atomic():
        locks.hold_each(locks.UPLOADS, [str(by)])
        mine = Upload.objects.select_for_update(no_key=True).filter(by=str(by), finished_at=None)
        if sha256 and (same := mine.filter(subject=subject, sha256=sha256, size=size).first()) is not None:
            return same
        _room_left()
        place, wait = parts.place_for({row.place: row.changed_at for row in mine.order_by("id") if row.place}, now=now)
        if place is None:
            raise Refused("rate-limited", facts={"wait_s": max(1, int((wait - now).total_seconds()))})
        mine.filter(place=place).delete()
        return Upload.objects.create(
            ref=new_ref(), subject=subject, name=rules.file_name(name), size=size, sha256=sha256, place=place,
            salt=os.urandom(chunks.SALT), key_id=next(iter(settings.BANSHI_DATA_KEYS)), by=str(by), made_at=now,
            changed_at=now,
        )  # fmt: skip


def put_part(*, ref: str, subject: str, offset: int, body: bytes, by: Actor, now: datetime) -> Upload:
    """The next part. One that has come before is answered as if it came now.

    :param offset: bytes of the file before it.
    :raises Refused: nothing-found – there is none, it is over, or somebody else's; wrong-offset, with the one to go on at;
        invalid; rate-limited.
    """
    _room_left()
    with transaction.atomic():
        row = _under_way(ref, subject, by)
        if parts.come_before(offset=offset, length=len(body), received=row.received):
            return row
        if (
            no := parts.part_refusal(offset=offset, length=len(body), received=row.received, size=row.size)
        ) is not None:
            raise Refused(no)
        seals, last = upload_sealer(row), chunks.count(row.size) - 1
        first = offset // parts.PART
        UploadPart.objects.bulk_create(
            UploadPart(upload=row, no=no, body=seals.seal(no, piece, last=no == last))
            for no, piece in enumerate(chunks.pieces(body), start=first)
        )
        row.received, row.changed_at = offset + len(body), now
        row.save(update_fields=["received", "changed_at"])
    return row


def finish_upload(*, ref: str, subject: str, became: str, by: Actor, now: datetime) -> None:
    """What came of it is kept elsewhere now, as `became`; the parts go. Call it in the transaction in which that is kept.

    :raises Refused: nothing-found – it is finished, or gone: somebody was quicker.
    """
    row = _under_way(ref, subject, by)
    UploadPart.objects.filter(upload=row).delete()
    row.finished_at, row.changed_at, row.place, row.became = now, now, None, became
    row.save(update_fields=["finished_at", "changed_at", "place", "became"])


def drop_upload(*, ref: str, subject: str, by: Actor) -> None:
    """It is not sent on, or what came is no file; where there is none any more, nothing happens."""
    Upload.objects.filter(ref=ref, subject=subject, by=str(by), finished_at=None).delete()


def forget_uploads(*, now: datetime, most: int) -> int:
    """Delete those that nobody went on with for a day, and what is remembered of those that ended. :returns: how many."""
    old = Upload.objects.filter(changed_at__lt=now - parts.KEPT).order_by("id").values_list("id", flat=True)[:most]
    ids = list(old)
    Upload.objects.filter(id__in=ids).delete()
    return len(ids)


def _under_way(ref: str, subject: str, by: Actor) -> Upload:
    """Locked. :raises Refused: nothing-found."""
    row = Upload.objects.select_for_update(no_key=True).filter(ref=ref, subject=subject, by=str(by), finished_at=None)
    found = row.first()
    if found is None:
        raise Refused("nothing-found", facts={"upload": ref})
    return found


def _room_left() -> None:
    """Parts of everybody fill no disk. :raises Refused: rate-limited."""
    kept = Upload.objects.filter(finished_at=None).aggregate(bytes=Sum("received"))["bytes"] or 0
    if kept >= settings.BANSHI_UPLOADS_KEPT_BYTES:
        raise Refused("rate-limited", facts={"wait_s": parts.FULL_S})
