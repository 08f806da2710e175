"""Recording with consent: asked with its purpose, begun by a yes, kept in sealed chunks, closed with consent, deleted in time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.remote import actions, rules
from banshi.rooms.remote.models import Consent, Recording, RecordingChunk
from banshi.rooms.remote.queries import recordings
from tests.rooms.remote.conftest import Video
from tests.together import together
from tests.town import CITIZEN, TUESDAY_NINE

NOW = TUESDAY_NINE
A_MINUTE = timedelta(minutes=1)
WEBM = "video/webm;codecs=vp8,opus"


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as no:
        act()
    return no.value.slug


def asked(video: Video, session: Any, now: Any = NOW) -> Recording:
    return actions.ask_recording(ref=session.ref, purpose="核对身份", by=video.agent, now=now)


def running(video: Video, session: Any | None = None, now: Any = NOW) -> tuple[Any, Recording]:
    session = session or video.talking()
    asked(video, session, now)
    return session, actions.answer_recording(ref=session.ref, yes=True, by=CITIZEN, now=now)


def chunk(
    video: Video, session: Any, no: int = 0, body: bytes = b"webm 0", *, anew: bool = False, now: Any = NOW
) -> Recording:
    return actions.keep_chunk(ref=session.ref, no=no, body=body, mime=WEBM, anew=anew, by=video.agent, now=now)


@pytest.mark.django_db
def test_nothing_is_kept_before_the_yes_after_a_no_or_once_it_is_taken_back(video: Video):
    session = video.talking()
    unasked = refused(lambda: chunk(video, session))
    asked(video, session)
    unanswered = refused(lambda: chunk(video, session))
    actions.answer_recording(ref=session.ref, yes=False, by=CITIZEN, now=NOW)
    declined = refused(lambda: chunk(video, session))
    running(video, session)
    kept = chunk(video, session).chunks
    actions.take_back(ref=session.ref, what="recording", by=CITIZEN, now=NOW + A_MINUTE)
    over = refused(lambda: chunk(video, session, 1, b"webm 1"))

    assert (unasked, unanswered, declined, kept, over) == ("consent-missing",) * 3 + (1, "consent-missing")
    assert list(Recording.objects.order_by("id").values_list("state", "why", "chunks")) == [
        ("declined", "", 0), ("ended", "taken-back", 1)
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_a_chunk_that_meets_take_back_is_kept_before_it_or_not_at_all(committed_video: Video):
    session, recording = running(committed_video)
    chunk(committed_video, session)

    def act(i: int) -> Any:
        if i == 3:
            return actions.take_back(ref=session.ref, what="recording", by=CITIZEN, now=NOW)
        try:
            return chunk(committed_video, session, 1, b"webm 1")
        except Refused as no:
            return no.slug

    together(6, act)

    recording.refresh_from_db()
    kept = RecordingChunk.objects.filter(recording=recording).count()
    assert (recording.state, recording.why, kept) == ("ended", "taken-back", recording.chunks)
    assert refused(lambda: chunk(committed_video, session, 2, b"webm 2")) == "consent-missing"


@pytest.mark.django_db
def test_the_table_takes_no_chunk_without_a_consent_that_stands(video: Video):
    session, recording = running(video)
    Consent.objects.filter(session=session, what="recording").update(taken_back_at=NOW)

    with pytest.raises(IntegrityError, match="nothing is recorded without consent"), transaction.atomic():
        RecordingChunk.objects.create(
            recording=recording, no=0, part=0, mime="video/webm", size=1, sha256="", body=b"x", at=NOW
        )
    with pytest.raises(IntegrityError, match="nothing_is_recorded_without_consent"), transaction.atomic():
        Recording.objects.filter(pk=recording.pk).update(consent=None)


@pytest.mark.django_db
def test_a_chunk_sent_again_is_there_once_and_another_body_or_a_gap_is_refused(video: Video):
    session, _recording = running(video)

    first, again = chunk(video, session), chunk(video, session)
    other = refused(lambda: chunk(video, session, 0, b"another"))
    gap = refused(lambda: chunk(video, session, 5, b"webm 5"))

    assert (first.chunks, again.chunks, other, gap) == (1, 1, "idempotency-conflict", "invalid")
    assert RecordingChunk.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_the_same_chunk_sent_at_once_is_kept_once(committed_video: Video):
    session, recording = running(committed_video)

    together(6, lambda _: chunk(committed_video, session))

    recording.refresh_from_db()
    assert (recording.chunks, RecordingChunk.objects.count()) == (1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "mime"),
    [(b"", WEBM), (b"x" * (rules.LARGEST_CHUNK + 1), WEBM), (b"x", "text/html"), (b"x", "")],
)
def test_what_is_no_chunk_is_refused(video: Video, body: bytes, mime: str):
    session, _recording = running(video)

    assert refused(
        lambda: actions.keep_chunk(
            ref=session.ref, no=0, body=body, mime=mime, anew=False, by=video.agent, now=NOW
        )
    ) == "invalid"  # fmt: skip


@pytest.mark.django_db
def test_another_seat_neither_asks_nor_records_nor_stops(video: Video):
    session, _recording = running(video)
    video.seat(video.town.second_clerk)

    assert {
        refused(lambda: actions.ask_recording(ref=session.ref, purpose="x", by=video.second, now=NOW)),
        refused(
            lambda: actions.keep_chunk(
                ref=session.ref, no=0, body=b"x", mime=WEBM, anew=False, by=video.second, now=NOW
            )
        ),
        refused(lambda: actions.stop_recording(ref=session.ref, by=video.second, now=NOW)),
    } == {"changed-meanwhile"}


@pytest.mark.django_db
def test_chunks_rest_sealed_and_open_in_their_order_part_by_part(video: Video):
    session, recording = running(video)
    for no, (body, anew) in enumerate([(b"begin", True), (b" more", False), (b"anew", True), (b"!", False)]):
        chunk(video, session, no, body, anew=anew)

    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM remote_recording_chunk ORDER BY no")
        assert not [row for row in cursor.fetchall() if b"begin" in bytes(row[0]) or b"more" in bytes(row[0])]
    assert recordings.parts_of(recording) == [(0, "video/webm"), (1, "video/webm")]
    assert [b"".join(recordings.opened(recording, part)) for part in (0, 1)] == [b"begin more", b"anew!"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("closes", "why"),
    [
        (lambda v, s: actions.stop_recording(ref=s.ref, by=v.agent, now=NOW + A_MINUTE), "stopped"),
        (lambda v, s: actions.end(ref=s.ref, by=v.agent, now=NOW + A_MINUTE), "talk-over"),
        (lambda v, s: actions.leave(ref=s.ref, by=CITIZEN, now=NOW + A_MINUTE), "talk-over"),
        (lambda v, s: actions.answer_recording(ref=s.ref, yes=False, by=CITIZEN, now=NOW + A_MINUTE), "taken-back"),
        (lambda v, s: actions.close_silent(now=NOW + timedelta(seconds=rules.SILENT_S + 1)), "silent"),
    ],
)
def test_it_closes_with_its_consent(video: Video, closes: Callable[[Video, Any], Any], why: str):
    session, recording = running(video)
    chunk(video, session)

    closes(video, session)

    recording.refresh_from_db()
    assert (recording.state, recording.why) == ("ended", why)
    assert recording.kept_until == (recording.ended_at or NOW) + timedelta(days=30)
    assert not Consent.objects.filter(session=session, taken_back_at=None).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("policy", [{"recording_minutes": 1}, {"recording_megabytes": 1}])
def test_it_closes_where_it_would_become_longer_than_may_be(video: Video, policy: dict[str, int]):
    video.town.policy(video={"opens": "00:00", "closes": "23:59", **policy})
    session, _recording = running(video)
    chunk(video, session, 0, b"x" * 1024 * 1024)

    full = chunk(video, session, 1, b"y", now=NOW + 2 * A_MINUTE)

    assert (full.state, full.why, full.chunks) == ("ended", "full", 1)


@pytest.mark.django_db
def test_where_nothing_is_recorded_or_only_written_it_is_not_even_asked(video: Video):
    video.town.policy(video={"opens": "00:00", "closes": "23:59", "recording_days": 0})

    assert refused(lambda: asked(video, video.talking())) == "invalid"


@pytest.mark.django_db
def test_nobody_is_asked_again_and_again(video: Video):
    session = video.talking()
    for _ in range(rules.MOST_ASKED):
        asked(video, session)
        actions.answer_recording(ref=session.ref, yes=False, by=CITIZEN, now=NOW)

    assert refused(lambda: asked(video, session)) == "too-many-lines"


@pytest.mark.django_db
def test_a_look_needs_a_reason_and_an_end_and_leaves_a_trace(video: Video):
    session, recording = running(video)
    chunk(video, session)
    by = video.by(video.town.manager)
    runs = refused(lambda: actions.look_at(recording=recording.ref, reason="投诉核查", by=by, now=NOW))
    actions.stop_recording(ref=session.ref, by=video.agent, now=NOW)
    unsaid = refused(lambda: actions.look_at(recording=recording.ref, reason=" ", by=by, now=NOW))

    look = actions.look_at(recording=recording.ref, reason="投诉核查", by=by, now=NOW + A_MINUTE)

    assert (runs, unsaid, [each.pk for each in recordings.looks_of(recording)]) == ("wrong-state", "invalid", [look.pk])
    assert recordings.look_of(recording, video.town.manager.pk, now=NOW + 2 * A_MINUTE) == look
    assert recordings.look_of(recording, video.town.clerk.pk, now=NOW + 2 * A_MINUTE) is None
    assert recordings.look_of(recording, video.town.manager.pk, now=NOW + timedelta(hours=2)) is None
    trail = Entry.objects.filter(action__in=["remote_recording_looked_at", "looked"]).values_list("action", "subject")
    assert sorted(trail)[0] == ("looked", f"person:{session.person_id}")
    assert trail.count() == 2


@pytest.mark.django_db
def test_what_was_kept_long_enough_is_gone_and_its_row_says_so(video: Video):
    session, recording = running(video)
    chunk(video, session)
    actions.stop_recording(ref=session.ref, by=video.agent, now=NOW)

    early = actions.delete_recordings(now=NOW + timedelta(days=29), most=10)
    late = actions.delete_recordings(now=NOW + timedelta(days=31), most=10)

    recording.refresh_from_db()
    assert (early, late, recording.state, recording.chunks) == (0, 1, "deleted", 1)
    assert (recording.deleted_at, RecordingChunk.objects.count()) == (NOW + timedelta(days=31), 0)


@pytest.mark.django_db
def test_with_the_words_of_a_call_go_the_purpose_and_the_reasons(video: Video):
    session, recording = running(video)
    actions.stop_recording(ref=session.ref, by=video.agent, now=NOW)
    actions.look_at(recording=recording.ref, reason="投诉核查", by=video.by(video.town.manager), now=NOW)
    actions.end(ref=session.ref, by=video.agent, now=NOW)

    actions.forget_words(before={video.town.hall.pk: NOW + A_MINUTE}, most=10)

    recording.refresh_from_db()
    assert (recording.purpose, recordings.looks_of(recording)[0].reason) == ("", "")
