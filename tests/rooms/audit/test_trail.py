"""The audit trail: appended, sealed, and whole – or shown not to be."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.audit import actions, queries
from banshi.rooms.audit.models import Entry, Seal
from tests.together import together
from tests.town import TUESDAY_NINE

CLERK = Actor(ActorKind.STAFF, "7", "town")


def write(n=1, **more):
    for i in range(n):
        asked = {"action": "placed", "subject": f"appointment:{i}", "by": CLERK, "now": TUESDAY_NINE, "hall": "town"}
        actions.record(**{**asked, "facts": {"slot": i, "why": "高峰", "share": 0.1}, **more})


def tamper(sql):
    """Change rows as somebody with the right to alter the table could."""
    with connection.cursor() as cursor:
        for table in ("audit_entry", "audit_seal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql)
        for table in ("audit_entry", "audit_seal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_entry SET actor = 'nobody'",
        "UPDATE audit_entry SET facts = '{}'",
        "UPDATE audit_entry SET sealed_hash = 'x', sealed_no = 9, actor = 'nobody'",
        "UPDATE audit_entry SET sealed_hash = 'x'",
        "DELETE FROM audit_entry",
    ],
)
@pytest.mark.parametrize("sealed", [True, False])
def test_an_entry_is_neither_changed_nor_deleted(db, sql, sealed):
    write()
    if sealed:
        actions.seal()

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("sql", ["UPDATE audit_seal SET last_no = 9", "DELETE FROM audit_seal"])
def test_a_seal_is_neither_changed_nor_deleted(db, sql):
    write()
    actions.seal()

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_sealed_entry_is_not_sealed_again(db):
    write()
    actions.seal()

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Entry.objects.update(sealed_hash="y", sealed_no=2)


def test_sealing_chains_in_batches_and_the_chain_is_whole(db):
    write(7)
    first = actions.seal(batch=3)
    write(2)

    before = queries.verify()
    second = actions.seal(batch=3)

    assert (first, second) == (7, 2)
    assert (before.whole, before.sealed, before.unsealed) == (True, 7, 2)
    assert queries.verify() == queries.Verdict(sealed=9, unsealed=0)
    assert list(Seal.objects.order_by("last_no").values_list("last_no", flat=True)) == [3, 6, 7, 9]


def test_an_empty_trail_is_whole(db):
    assert actions.seal() == 0
    assert queries.verify() == queries.Verdict(sealed=0, unsealed=0)


@pytest.mark.parametrize(
    ("sql", "broken_at", "why"),
    [
        ("UPDATE audit_entry SET actor = 'staff:1' WHERE sealed_no = 3", 3, "changed"),
        ("UPDATE audit_entry SET facts = facts || '{\"slot\": 9}' WHERE sealed_no = 1", 1, "changed"),
        ("UPDATE audit_entry SET at = at + interval '1 microsecond' WHERE sealed_no = 5", 5, "changed"),
        ("UPDATE audit_entry SET sealed_hash = repeat('0', 64) WHERE sealed_no = 2", 2, "changed"),
        ("DELETE FROM audit_entry WHERE sealed_no = 3", 3, "gap"),
        ("DELETE FROM audit_entry WHERE sealed_no >= 4", 4, "cut"),
        ("UPDATE audit_seal SET last_hash = repeat('0', 64) WHERE last_no = 4", 4, "changed"),
    ],
)
def test_tampering_is_found_and_placed(db, sql, broken_at, why):
    write(5)
    actions.seal(batch=2)

    tamper(sql)

    verdict = queries.verify()
    assert (verdict.whole, verdict.broken_at, verdict.why) == (False, broken_at, why)


def test_the_trail_is_read_newest_first_by_subject_hall_and_actor(db):
    write(3)
    write(1, hall="other", subject="appointment:1", by=Actor(ActorKind.SYSTEM))
    actions.looked(subject="person:4", by=CLERK, now=TUESDAY_NINE, hall="town", why="identity check")

    assert [e.hall for e in queries.trail(subject="appointment:1")] == ["other", "town"]
    assert [e.action for e in queries.trail(hall="town", actor="staff:7")] == ["looked", "placed", "placed", "placed"]
    assert [e.facts for e in queries.trail(action="looked")] == [{"why": "identity check"}]
    newest = queries.trail(limit=1)[0]
    assert len(queries.trail(cursor=newest.id)) == 4


@pytest.mark.race
def test_two_sealers_together_make_one_chain(transactional_db):
    write(40)

    sealed = together(3, lambda i: actions.seal(batch=7))

    assert sum(sealed) == 40
    assert queries.verify() == queries.Verdict(sealed=40, unsealed=0)
