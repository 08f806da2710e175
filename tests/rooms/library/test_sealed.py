"""Files are sealed part by part: what was changed, cut, moved or taken from elsewhere is not read."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from banshi.foundation.crypto import Unreadable
from banshi.kernel.actors import SYSTEM
from banshi.rooms.library import actions, queries
from banshi.rooms.library.models import Blob, BlobPart, DocumentVersion
from banshi.rooms.library.rules import chunks
from tests.town import TUESDAY_NINE

CHUNK = chunks.CHUNK


def kept(content: bytes) -> DocumentVersion:
    return actions.keep(
        content=content, mime="application/pdf", kind="paper:receipt", name="收据.pdf", by=SYSTEM, now=TUESDAY_NINE
    )


def noise(size: int) -> bytes:
    return (hashlib.sha512(b"seed").digest() * (size // 64 + 1))[:size]


def tamper(sql: str, *values: Any) -> None:
    """As somebody who may alter the tables."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("library_blob", "library_blob_part"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql, values)
        for table in ("library_blob", "library_blob_part"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 8 * CHUNK, 8 * CHUNK + 1, 20_000_000])
def test_what_was_put_in_comes_out(db: Any, size: int):
    version = kept(noise(size))

    assert queries.content(version.pk) == noise(size)
    assert (version.blob.size, version.blob.sha256) == (size, hashlib.sha256(noise(size)).hexdigest())
    assert BlobPart.objects.filter(blob=version.blob).count() == max(1, -(-size // CHUNK))


def test_nothing_stands_in_clear_and_equal_files_differ(db: Any):
    words = "李雷的户口簿".encode() * 1000
    one, other = kept(words), kept(words)

    bodies = [bytes(part.body) for part in BlobPart.objects.order_by("id")]
    assert [b"\xe6\x9d\x8e\xe9\x9b\xb7" in body for body in bodies] == [False, False]
    assert (one.blob.sha256 == other.blob.sha256, bodies[0] == bodies[1]) == (True, False)


def test_parts_are_stored_as_they_are_and_out_of_line(db: Any):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attstorage FROM pg_attribute WHERE attrelid = 'library_blob_part'::regclass AND attname = 'body'"
        )
        assert cursor.fetchone() == ("e",)


SWAP = """
UPDATE library_blob_part p SET body = q.body FROM library_blob_part q
WHERE p.blob_id = q.blob_id AND p.blob_id = %s AND (p.no, q.no) IN ((0, 1), (1, 0))
"""
FLIP = "UPDATE library_blob_part SET body = set_byte(body, %s, get_byte(body, %s) # 1) WHERE blob_id = %s AND no = %s"


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        (FLIP, (0, 0, "blob", 0)),
        (FLIP, (CHUNK + 15, CHUNK + 15, "blob", 1)),
        (FLIP, (100, 100, "blob", 2)),
        (SWAP, ("blob",)),
        ("DELETE FROM library_blob_part WHERE blob_id = %s AND no = 2", ("blob",)),
        ("DELETE FROM library_blob_part WHERE blob_id = %s AND no = 1", ("blob",)),
        ("DELETE FROM library_blob_part WHERE blob_id = %s", ("blob",)),
        ("UPDATE library_blob_part SET body = substr(body, 1, 40) WHERE blob_id = %s AND no = 2", ("blob",)),
        ("UPDATE library_blob_part SET body = '' WHERE blob_id = %s AND no = 2", ("blob",)),
        # Cut at the border of a part, the size made to fit.
        (
            "WITH gone AS (DELETE FROM library_blob_part WHERE blob_id = %s AND no = 2) "
            "UPDATE library_blob SET size = %s WHERE id = %s",
            ("blob", 2 * CHUNK, "blob"),
        ),
        ("UPDATE library_blob SET size = size - 1 WHERE id = %s", ("blob",)),
        # One more.
        (
            "INSERT INTO library_blob_part (blob_id, no, body) SELECT blob_id, 3, body FROM library_blob_part "
            "WHERE blob_id = %s AND no = 2",
            ("blob",),
        ),
        # Of another file: one part, and all of them.
        (
            "UPDATE library_blob_part p SET body = q.body FROM library_blob_part q "
            "WHERE p.blob_id = %s AND q.blob_id = %s AND p.no = q.no AND p.no = 1",
            ("blob", "other"),
        ),
        (
            "UPDATE library_blob_part p SET body = q.body FROM library_blob_part q "
            "WHERE p.blob_id = %s AND q.blob_id = %s AND p.no = q.no",
            ("blob", "other"),
        ),
        (
            "WITH parts AS (UPDATE library_blob_part p SET body = q.body FROM library_blob_part q "
            "WHERE p.blob_id = %s AND q.blob_id = %s AND p.no = q.no) "
            "UPDATE library_blob p SET salt = q.salt, sha256 = q.sha256, size = q.size FROM library_blob q "
            "WHERE p.id = %s AND q.id = %s",
            ("blob", "other", "blob", "other"),
        ),
        ("UPDATE library_blob SET sha256 = repeat('0', 64) WHERE id = %s", ("blob",)),
        ("UPDATE library_blob SET salt = set_byte(salt, 0, get_byte(salt, 0) # 1) WHERE id = %s", ("blob",)),
        ("UPDATE library_blob SET key_id = 'gone' WHERE id = %s", ("blob",)),
    ],
)
def test_what_was_tampered_with_is_not_read(db: Any, sql: str, values: tuple[Any, ...]):
    version, other = kept(noise(2 * CHUNK + 100)), kept(noise(2 * CHUNK + 100)[::-1])
    names = {"blob": version.blob.pk, "other": other.blob.pk}

    tamper(sql, *(names.get(value, value) for value in values))

    with pytest.raises(Unreadable):
        queries.content(version.pk)
    assert queries.content(other.pk) == noise(2 * CHUNK + 100)[::-1]


def test_a_file_of_eight_parts_has_no_ninth(db: Any):
    version = kept(noise(8 * CHUNK))

    tamper(
        "INSERT INTO library_blob_part (blob_id, no, body) SELECT blob_id, 8, body FROM library_blob_part "
        "WHERE blob_id = %s AND no = 7",
        version.blob.pk,
    )

    with pytest.raises(Unreadable):
        queries.content(version.pk)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE library_blob SET size = 1",
        "UPDATE library_blob_part SET no = 5",
        "UPDATE library_document_version SET mime = 'text/html'",
        "UPDATE library_document_version SET version = 9, scan = 'rejected'",
    ],
)
def test_what_was_put_in_stands(db: Any, sql: str):
    kept(b"x")

    with pytest.raises(DatabaseError, match="stands"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_rejected_file_does_not_come_back(db: Any):
    DocumentVersion.objects.filter(pk=kept(b"x").pk).update(scan="rejected", reason="by-hand")

    with pytest.raises(DatabaseError, match="stands"), transaction.atomic():
        DocumentVersion.objects.update(scan="clean")


def test_an_older_key_still_opens_what_it_sealed(db: Any, settings: Any):
    version = kept(b"of the old key")
    old = dict(settings.BANSHI_DATA_KEYS)

    settings.BANSHI_DATA_KEYS = {"newer": b"n" * 32, **old}
    fresh = kept(b"of the new key")

    assert [queries.content(version.pk), queries.content(fresh.pk)] == [b"of the old key", b"of the new key"]
    assert list(Blob.objects.order_by("id").values_list("key_id", flat=True)) == [next(iter(old)), "newer"]
