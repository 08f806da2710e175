"""The audit trail: appended, sealed, and whole – or shown not to be."""

from __future__ import annotations

import json

import httpx
import pytest
from django.db import IntegrityError, connection, transaction

from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.audit import actions, queries, rules
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


@pytest.mark.parametrize("table", ["audit_entry", "audit_seal"])
def test_the_trail_is_not_emptied(db, table):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_is_not_emptied")

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")


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


def plain_chain():
    """What an installation has that sealed before there was a key."""
    before, no = rules.FIRST, 0
    for row in Entry.objects.order_by("id"):
        no += 1
        before = rules.chained(
            before, version=rules.PLAIN, key=b"", no=no, id=row.id, at=row.at, actor=row.actor, hall=row.hall,
            action=row.action, subject=row.subject, facts=row.facts,
        )  # fmt: skip
        Entry.objects.filter(id=row.id).update(sealed_no=no, sealed_hash=before)
    Seal.objects.create(last_no=no, last_hash=before, version=rules.PLAIN, at=TUESDAY_NINE)


def reforge(version):
    """Rewrite the whole chain so that it holds together, as who may write the tables but has no key could."""
    before = rules.FIRST
    entries = list(Entry.objects.exclude(sealed_no=None).order_by("sealed_no"))
    for row in entries:
        before = rules.chained(
            before, version=version, key=b"guessed", no=row.sealed_no, id=row.id, at=row.at, actor="staff:nobody",
            hall=row.hall, action=row.action, subject=row.subject, facts=row.facts,
        )  # fmt: skip
        tamper(
            f"UPDATE audit_entry SET actor = 'staff:nobody', sealed_hash = '{before}' WHERE id = {row.id};"
            f"UPDATE audit_seal SET last_hash = '{before}', version = {version} WHERE last_no = {row.sealed_no}"
        )


@pytest.fixture
def anchored(settings, tmp_path, monkeypatch):
    """Anchors in files of the test's own."""
    monkeypatch.setenv("BANSHI_AUDIT_ANCHORS", str(tmp_path))
    settings.BANSHI_ANCHORS = "banshi.gateways.anchors.anchors"


def test_a_chain_from_before_the_key_carries_on_under_it(db):
    write(3)
    plain_chain()
    write(2)

    actions.seal()

    assert queries.verify() == queries.Verdict(sealed=5, unsealed=0)
    assert list(Seal.objects.order_by("last_no").values_list("last_no", "version")) == [(3, 1), (5, 2)]


def test_the_plain_past_is_held_by_the_keyed_present(db):
    write(3)
    plain_chain()
    write(2)
    actions.seal()

    tamper("UPDATE audit_entry SET actor = 'staff:nobody' WHERE sealed_no = 2")
    plain = list(Entry.objects.filter(sealed_no__lte=3).order_by("sealed_no"))
    before = rules.FIRST
    for row in plain:
        before = rules.chained(
            before, version=rules.PLAIN, key=b"", no=row.sealed_no, id=row.id, at=row.at, actor=row.actor,
            hall=row.hall, action=row.action, subject=row.subject, facts=row.facts,
        )  # fmt: skip
        tamper(f"UPDATE audit_entry SET sealed_hash = '{before}' WHERE id = {row.id}")
    tamper(f"UPDATE audit_seal SET last_hash = '{before}' WHERE last_no = 3")

    verdict = queries.verify()
    assert (verdict.broken_at, verdict.why) == (4, "changed")


def test_who_writes_the_table_without_the_key_makes_no_chain_that_fits(db):
    write(4)
    actions.seal(batch=2)

    reforge(rules.KEYED)

    verdict = queries.verify()
    assert (verdict.broken_at, verdict.why) == (1, "changed")


def test_a_chain_does_not_go_back_from_keyed_to_plain(db):
    write(4)
    actions.seal(batch=2)

    tamper("UPDATE audit_seal SET version = 1 WHERE last_no = 4")

    verdict = queries.verify()
    assert (verdict.broken_at, verdict.why) == (3, "changed")


def test_a_chain_rewritten_as_one_from_before_the_key_is_not_the_anchored_one(db, anchored):
    write(4)
    actions.seal(batch=2)

    reforge(rules.PLAIN)

    verdict = queries.verify()
    assert (verdict.broken_at, verdict.why, verdict.anchored) == (4, "rewritten", 0)
    assert verdict.anchored_at is not None


def test_a_chain_cut_at_a_seal_is_too_short_for_its_anchors(db, anchored):
    write(3)
    actions.seal()
    write(2)
    actions.seal()
    assert queries.verify() == queries.Verdict(sealed=5, unsealed=0, anchored=5)

    tamper("DELETE FROM audit_entry WHERE sealed_no > 3; DELETE FROM audit_seal WHERE last_no > 3")

    verdict = queries.verify()
    assert (verdict.sealed, verdict.broken_at, verdict.why, verdict.anchored) == (3, 4, "cut", 3)
    assert verdict.anchored_at is not None


def test_an_emptied_trail_is_missed(db, anchored):
    write(3)
    actions.seal()

    tamper("TRUNCATE audit_entry, audit_seal")

    assert (queries.verify().broken_at, queries.verify().why) == (1, "cut")


def test_sealed_entries_that_no_seal_ends_are_not_believed(db):
    write(3)
    actions.seal()

    tamper("DELETE FROM audit_seal")

    verdict = queries.verify()
    assert (verdict.broken_at, verdict.why) == (1, "changed")


def test_after_a_restore_the_chain_goes_on_from_where_the_backup_ended(db, anchored):
    write(3)
    actions.seal()
    write(2)
    actions.seal()
    tamper("DELETE FROM audit_entry WHERE sealed_no > 3; DELETE FROM audit_seal WHERE last_no > 3")

    actions.anchor_restored()
    write(4)
    actions.seal()

    assert queries.verify() == queries.Verdict(sealed=7, unsealed=0, anchored=7)


def test_an_anchor_is_a_line_on_the_disk_and_a_torn_line_hides_no_other(db, anchored, tmp_path):
    write(1)
    actions.seal()
    write(1)
    actions.seal()
    (file,) = tmp_path.rglob("*.jsonl")
    lines = file.read_text().splitlines()
    file.write_text(lines[0] + "\n" + lines[1][:20])

    assert [json.loads(line)["no"] for line in lines] == [1, 2]
    assert file.stat().st_mode & 0o777 == 0o600
    assert [anchor.no for anchor in queries.kept_anchors().kept()] == [1]


def test_where_another_machine_is_named_the_head_goes_there_and_its_refusal_is_trouble(db, anchored, monkeypatch):
    told = []

    def post(url, *, json, headers, timeout):
        told.append((url, json["no"], headers))
        return httpx.Response(200 if len(told) == 1 else 503, request=httpx.Request("POST", url))

    monkeypatch.setattr(httpx, "post", post)
    monkeypatch.setenv("BANSHI_AUDIT_ANCHOR_URL", "https://safe.example/anchors")
    monkeypatch.setenv("BANSHI_AUDIT_ANCHOR_TOKEN", "t")
    write(2)
    actions.seal()
    write(1)

    with pytest.raises(OSError, match="the remote anchor was not taken"):
        actions.seal()

    bearer = {"Authorization": "Bearer t"}
    assert told == [("https://safe.example/anchors", 2, bearer), ("https://safe.example/anchors", 3, bearer)]
    assert queries.verify() == queries.Verdict(sealed=3, unsealed=0, anchored=3)


def test_the_trail_is_read_newest_first_by_subject_hall_and_actor(db):
    write(3)
    write(1, hall="other", subject="appointment:1", by=Actor(ActorKind.SYSTEM))
    actions.looked(subject="person:4", by=CLERK, now=TUESDAY_NINE, hall="town", why="identity check")

    assert [e.hall for e in queries.trail(subject="appointment:1")] == ["other", "town"]
    assert [e.action for e in queries.trail(hall="town", actors=["staff:7"])] == [
        "looked",
        "placed",
        "placed",
        "placed",
    ]
    assert [e.facts for e in queries.trail(action="looked")] == [{"why": "identity check"}]
    newest = queries.trail(limit=1)[0]
    assert len(queries.trail(cursor=newest.id)) == 4


@pytest.mark.race
def test_two_sealers_together_make_one_chain(transactional_db):
    write(40)

    sealed = together(3, lambda i: actions.seal(batch=7))

    assert sum(sealed) == 40
    assert queries.verify() == queries.Verdict(sealed=40, unsealed=0)
