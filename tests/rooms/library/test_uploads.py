"""Files that come in parts: the offset is told at any time, parts follow each other, few are under way, one page comes of one."""

from __future__ import annotations

import hashlib
import os
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from banshi.foundation.crypto import Unreadable
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.library import actions, queries
from banshi.rooms.library.models import Upload, UploadPart
from banshi.rooms.library.rules import MOST_BYTES
from banshi.rooms.library.rules.parts import IDLE, KEPT, PART, PLACES, matches
from tests.together import together
from tests.town import CITIZEN, TUESDAY_NINE

OTHER = Actor(ActorKind.CITIZEN, "99")
FOR = "case:1:lease"
CONTENT = os.urandom(2 * PART + 5)
SHA = hashlib.sha256(CONTENT).hexdigest()


def begin(
    content: bytes = CONTENT, *, sha256: str = SHA, by: Actor = CITIZEN, now: Any = TUESDAY_NINE, **more: Any
) -> Upload:
    asked = {"subject": FOR, "name": "租约.pdf", "size": len(content), **more}
    return actions.begin_upload(sha256=sha256, by=by, now=now, **asked)


def put(row: Upload, offset: int, body: bytes, *, by: Actor = CITIZEN, now: Any = TUESDAY_NINE) -> Upload:
    return actions.put_part(ref=row.ref, subject=FOR, offset=offset, body=body, by=by, now=now)


def no_of(act: Any, *args: Any, **more: Any) -> Refused:
    with pytest.raises(Refused) as no:
        act(*args, **more)
    return no.value


def in_database() -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(body, '') FROM library_upload_part")
        return bytes(cursor.fetchone()[0])


@pytest.mark.django_db
def test_what_has_come_stays_and_the_same_file_goes_on_from_there():
    row = begin()
    put(row, 0, CONTENT[:PART])

    again = begin(now=TUESDAY_NINE + timedelta(hours=5))
    put(again, PART, CONTENT[PART:])

    assert (again.ref, again.received) == (row.ref, PART)
    assert queries.gathered(row.ref, subject=FOR, by=CITIZEN) == CONTENT
    assert (matches(CONTENT, SHA), matches(CONTENT[1:], SHA), matches(CONTENT, "")) == (True, False, True)
    assert CONTENT[:32] not in in_database()


@pytest.mark.django_db
def test_a_part_that_came_before_changes_nothing_and_a_gap_is_told_the_offset():
    row = begin()
    put(row, 0, CONTENT[:PART])

    assert put(row, 0, CONTENT[:PART]).received == PART
    gap = no_of(put, row, 2 * PART, CONTENT[2 * PART :])
    assert (gap.slug, gap.facts) == ("wrong-offset", {"offset": PART})
    for odd in (CONTENT[PART : PART + 7], b"", CONTENT[PART:] + b"more"):
        assert no_of(put, row, PART, odd).slug == "invalid"
    early = no_of(queries.gathered, row.ref, subject=FOR, by=CITIZEN)
    assert (early.slug, early.facts) == ("wrong-offset", {"offset": PART})


@pytest.mark.django_db
def test_nobody_else_finds_it_and_not_for_another_paper():
    row = begin()

    assert no_of(put, row, 0, CONTENT[:PART], by=OTHER).slug == "nothing-found"
    elsewhere = {"ref": row.ref, "subject": "case:1:photo", "by": CITIZEN}
    assert no_of(queries.gathered, **elsewhere).slug == no_of(queries.upload, **elsewhere).slug == "nothing-found"
    assert begin(by=OTHER).ref != row.ref
    assert queries.begun("case:1:", by=OTHER)[0].name == "租约.pdf"


@pytest.mark.django_db
def test_few_are_under_way_and_one_that_idles_gives_its_place_up():
    rows = [begin(sha256="", now=TUESDAY_NINE + timedelta(minutes=i)) for i in range(PLACES)]

    no = no_of(begin, sha256="", now=TUESDAY_NINE + timedelta(minutes=30))
    late = begin(sha256="", now=TUESDAY_NINE + IDLE)

    assert (no.slug, no.facts["wait_s"]) == ("rate-limited", 30 * 60)
    assert set(Upload.objects.values_list("ref", flat=True)) == {row.ref for row in rows[1:]} | {late.ref}
    with pytest.raises(IntegrityError, match="a_sender_has_few_uploads_under_way"), transaction.atomic():
        Upload.objects.filter(pk=rows[1].pk).update(place=late.place)


@pytest.mark.django_db
def test_neither_too_large_nor_more_than_there_is_room_for(settings):
    assert no_of(begin, size=MOST_BYTES + 1).facts["why"] == "too-large"
    assert no_of(begin, size=0).facts["why"] == "empty"
    row = begin()
    put(row, 0, CONTENT[:PART])

    settings.BANSHI_UPLOADS_KEPT_BYTES = PART

    assert no_of(put, row, PART, CONTENT[PART:]).slug == "rate-limited"
    assert no_of(begin, sha256="").slug == "rate-limited"
    assert begin().ref == row.ref  # what is there is gone on with when there is room


@pytest.mark.django_db
def test_a_part_that_was_changed_where_it_lies_is_not_read_and_no_sql_changes_one():
    row = begin()
    put(row, 0, CONTENT)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE library_upload_part SET no = 7")
    part = UploadPart.objects.get(upload=row, no=1)
    UploadPart.objects.filter(pk=part.pk).delete()
    UploadPart.objects.create(upload=row, no=1, body=bytes(UploadPart.objects.get(upload=row, no=0).body))

    with pytest.raises(Unreadable):
        queries.gathered(row.ref, subject=FOR, by=CITIZEN)


@pytest.mark.django_db
def test_nobody_went_on_for_a_day_and_it_is_forgotten():
    begin()
    busy = begin(sha256="")
    put(busy, 0, CONTENT[:PART], now=TUESDAY_NINE + timedelta(hours=2))

    gone = actions.forget_uploads(now=TUESDAY_NINE + KEPT + timedelta(minutes=1), most=100)

    assert (gone, list(Upload.objects.values_list("ref", flat=True))) == (1, [busy.ref])


@pytest.mark.django_db(transaction=True)
def test_two_tabs_send_the_same_file_at_once_and_it_comes_once():
    refs = {row.ref for row in together(4, lambda i: begin())}
    (row,) = Upload.objects.all()

    answers = together(4, lambda i: put(row, 0, CONTENT[:PART]).received)

    assert refs == {row.ref}
    assert answers == [PART] * 4
    assert UploadPart.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_begun_at_once_are_no_more_than_there_are_places():
    results = together(PLACES + 4, lambda i: begin(sha256=""))

    assert sum(isinstance(row, Upload) for row in results) == PLACES
    assert {row.facts["wait_s"] for row in results if isinstance(row, Refused)} == {int(IDLE.total_seconds())}
