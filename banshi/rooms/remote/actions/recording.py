"""A recording of a call (录音录像): asked for with its purpose, begun by the citizen's yes, kept in sealed chunks, looked at
with a reason, deleted in time. Not one chunk is taken without consent that stands."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from banshi.kernel.actors import SYSTEM, Actor
from banshi.kernel.numbers import code_from
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.library.rules import chunks
from banshi.rooms.places.queries import policy_of
from banshi.rooms.remote import rules
from banshi.rooms.remote.actions.ground import (
    invalid,
    locked,
    need,
    one_of,
    record,
    recording_ends,
    staff_of,
    theirs,
    told,
    words,
)
from banshi.rooms.remote.models import Consent, Recording, RecordingChunk, RecordingLook, RemoteSession
from banshi.rooms.remote.queries.recordings import sealer
from banshi.rooms.remote.rules import OPEN_RECORDINGS, RECORDING

MEGABYTE = 1024 * 1024


def ask_recording(*, ref: str, purpose: str, by: Actor, now: datetime) -> Recording:
    """The seat asks whether it may record, and says what for. Asked already, or running, it is that.

    :raises Refused: nothing-found, wrong-state, changed-meanwhile (another seat's call), invalid (no purpose; nothing is
        recorded in this hall, or there is neither picture nor sound), too-many-lines (asked often enough).
    """
    kept = words(purpose, least=1, most=rules.LONGEST_PURPOSE, field="purpose")
    with transaction.atomic():
        session = locked(ref)
        seat_id = theirs(session, by)
        need(session, "help")
        if (open_one := _open(session)) is not None:
            return open_one
        if session.media == "text" or not policy_of(session.hall_id, now=now).video.recording_days:
            raise invalid("purpose", "这里不录音录像", "Nothing is recorded here")
        if session.recordings.count() >= rules.MOST_ASKED:
            raise Refused("too-many-lines", facts={"limit": rules.MOST_ASKED})
        row = Recording.objects.create(
            ref=code_from(os.urandom(19)), session=session, hall=session.hall, seat_id=seat_id, purpose=kept, asked_at=now,
            salt=os.urandom(chunks.SALT), key_id=next(iter(settings.BANSHI_DATA_KEYS)),
        )  # fmt: skip
        record("remote_recording_asked", session, by=by, now=now)
        told(session, now=now)
    return row


def answer_recording(*, ref: str, yes: bool, by: Actor, now: datetime) -> Recording:
    """The citizen's word to what is asked. A yes is a consent, and begins it; said twice, it is said once.

    :raises Refused: nothing-found (nothing is asked), wrong-state.
    """
    with transaction.atomic():
        session = locked(ref)
        row = _open(session)
        if row is None:
            raise Refused("nothing-found", facts={"recording": ref})
        if row.state == "running" and yes:
            return row
        if not yes and row.state == "running":
            recording_ends(session, "taken-back", now=now)
            record("remote_consent_taken_back", session, by=by, now=now, facts={"what": "recording"})
            told(session, now=now)
            row.refresh_from_db()
            return row
        need(session, "help")
        row.state, row.answered_at = RECORDING.to("allow" if yes else "decline"), now
        if yes:
            row.consent, _ = Consent.objects.get_or_create(
                session=session, what="recording", taken_back_at=None, defaults={"given_at": now}
            )
            row.heard_at = now
        row.save(update_fields=["state", "answered_at", "consent", "heard_at"])
        facts = {"what": "recording"}
        if yes:
            record("remote_consent_given", session, by=by, now=now, facts=facts)
        else:
            record("remote_recording_declined", session, by=by, now=now)
        told(session, now=now)
    return row


def keep_chunk(
    *, ref: str, no: int, body: bytes, mime: str, anew: bool, by: Actor, now: datetime, recording: str = ""
) -> Recording:
    """Some seconds of picture and sound, in their order; the same chunk again is there once. Where it would become longer than
    may be it closes instead, and the chunk is not kept: look at `state`.

    :param no: from 0, the next one. :param mime: as the browser says it, codecs and all. :param anew: a new stream begins
        with it. :param recording: its ref, where the sender knows which one it goes to.
    :raises Refused: nothing-found, changed-meanwhile (another seat's call), consent-missing (taken back, or never given),
        invalid (size, kind, a chunk is left out), idempotency-conflict (another one came as this number).
    """
    kind = one_of("mime", mime.split(";")[0].strip().lower(), rules.MIMES)
    if not 1 <= len(body) <= rules.LARGEST_CHUNK:
        raise invalid("body", "一段应为 1 字节到 2 MiB", "A chunk is 1 byte to 2 MiB")
    digest = hashlib.sha256(body).hexdigest()
    with transaction.atomic():
        session = locked(ref)
        theirs(session, by)
        row = Recording.objects.select_for_update(no_key=True).filter(session=session, state="running").first()
        if row is None or row.consent_id is None or (recording and row.ref != recording):
            raise Refused("consent-missing", facts={"what": "recording"})
        before = RecordingChunk.objects.filter(recording=row, no=no).only("sha256").first()
        if before is not None:
            if before.sha256 == digest:
                return row
            raise Refused("idempotency-conflict", facts={"key": str(no)})
        if no != row.chunks:
            raise invalid("no", f"下一段是第 {row.chunks} 段", f"The next chunk is {row.chunks}")
        if _full(session, row, len(body), now=now):
            recording_ends(session, "full", now=now)
            told(session, now=now)
            row.refresh_from_db()
            return row
        last = RecordingChunk.objects.filter(recording=row).order_by("-no").values_list("part", flat=True).first()
        RecordingChunk.objects.create(
            recording=row, no=no, part=0 if last is None else last + anew, mime=kind, size=len(body), sha256=digest,
            body=sealer(row).seal(no, memoryview(body), last=False), at=now,
        )  # fmt: skip
        row.chunks, row.size, row.heard_at = no + 1, row.size + len(body), now
        row.save(update_fields=["chunks", "size", "heard_at"])
    return row


def _full(session: RemoteSession, row: Recording, more: int, *, now: datetime) -> bool:
    video = policy_of(session.hall_id, now=now).video
    begun = row.answered_at or row.asked_at
    return (
        row.size + more > video.recording_megabytes * MEGABYTE
        or now - begun > timedelta(minutes=video.recording_minutes)
        or row.chunks >= rules.MOST_CHUNKS
    )


def stop_recording(*, ref: str, by: Actor, now: datetime) -> None:
    """The seat stops it, or takes its question back. Stopped already, it is.

    :raises Refused: nothing-found, changed-meanwhile.
    """
    with transaction.atomic():
        session = locked(ref)
        theirs(session, by)
        if _open(session) is None:
            return
        recording_ends(session, "stopped", now=now)
        record("remote_recording_stopped", session, by=by, now=now)
        told(session, now=now)


def close_silent(*, now: datetime, speed: float = 1.0) -> int:
    """Of which nothing has come for long: the page that recorded is gone.

    :param speed: hall seconds per second, as of `not_answered`. :returns: how many.
    """
    before, done = now - timedelta(seconds=rules.SILENT_S * max(speed, 1.0)), 0
    rows = Recording.objects.filter(state="running", heard_at__lt=before).order_by("heard_at", "id")
    for ref in list(rows.values_list("session__ref", flat=True)[:100]):
        with transaction.atomic():
            session = locked(ref)
            row = Recording.objects.filter(session=session, state="running", heard_at__lt=before).first()
            if row is not None:  # else a chunk came meanwhile, or it closed
                recording_ends(session, "silent", now=now)
                told(session, now=now)
                done += 1
    return done


def delete_recordings(*, now: datetime, most: int) -> int:
    """What was kept long enough: the bytes go, the row says when. :returns: how many."""
    due = Recording.objects.filter(state="ended", kept_until__lte=now).order_by("kept_until", "id")
    done = 0
    for pk in list(due.values_list("pk", flat=True)[:most]):
        with transaction.atomic():
            rows = Recording.objects.select_for_update(no_key=True, of=("self",)).select_related("session__hall")
            row = rows.filter(pk=pk, state="ended", kept_until__lte=now).first()
            if row is None:
                continue
            RecordingChunk.objects.filter(recording=row).delete()
            row.state, row.deleted_at = RECORDING.to("delete"), now
            row.save(update_fields=["state", "deleted_at"])
            record("remote_recording_deleted", row.session, by=SYSTEM, now=now)
            done += 1
    return done


def look_at(*, recording: str, reason: str, by: Actor, now: datetime) -> RecordingLook:
    """Somebody who may wants to see it, and says why: kept, and told to whom it is of. Whether they may is the door's to say.

    :param recording: its ref. :raises Refused: nothing-found, wrong-state (it runs, or is deleted), invalid (no reason).
    """
    kept = words(reason, least=2, most=rules.LONGEST_PURPOSE, field="reason")
    staff = staff_of(by)
    with transaction.atomic():
        rows = Recording.objects.select_for_update(no_key=True, of=("self",)).select_related("session__hall")
        row = rows.filter(ref=recording).first()
        if row is None:
            raise Refused("nothing-found", facts={"recording": recording})
        if (no := RECORDING.refusal(row.state, "look")) is not None:
            raise Refused(no.slug, facts={"kind": "remote_recording", **no.facts})
        look = RecordingLook.objects.create(recording=row, staff_id=staff, reason=kept, at=now)
        record("remote_recording_looked_at", row.session, by=by, now=now, facts={"why": kept})
        if (whose := row.session.person_id) is not None and row.session.proven:
            audit.looked(
                subject=f"person:{whose}",
                by=by,
                now=now,
                hall=row.session.hall.code,
                why=f"recording:{row.session.ref}",
            )
    return look


def _open(session: RemoteSession) -> Recording | None:
    return Recording.objects.filter(session=session, state__in=OPEN_RECORDINGS).first()
