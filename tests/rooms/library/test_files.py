"""Files from outside: taken in, versions, whose they are, and what becomes of those nobody has cleared of viruses."""

from __future__ import annotations

import hashlib
import io
import threading
from typing import Any

import pytest
from django.db import connection
from django.utils import translation
from PIL import Image

from banshi.foundation.words import words
from banshi.kernel.actors import SYSTEM, Actor, ActorKind
from banshi.kernel.refusals import SLUGS, Refusal, Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.library import actions, queries, rules
from banshi.rooms.library.actions.files import SHARE
from banshi.rooms.library.models import Document, DocumentVersion
from banshi.rooms.library.ports import Busy, Cleaned, Rejected
from tests.together import together
from tests.town import CITIZEN, TUESDAY_NINE, Town, at

CLERK = Actor(ActorKind.STAFF, "7", "town")


def as_it_is(content: bytes) -> Cleaned:
    return Cleaned(content, "application/pdf", 2)


def never(content: bytes) -> Cleaned:
    raise AssertionError("nobody opens this")


def too_heavy(content: bytes) -> Cleaned:
    raise Rejected("heavy")


def busy(content: bytes) -> Cleaned:
    raise Busy


def no_virus(content: bytes) -> str | None:
    return None


def silent(content: bytes) -> str | None:
    raise ConnectionRefusedError


def finds(content: bytes) -> str | None:
    return "Eicar-Test" if content == b"evil" else None


def scanner(settings: Any, name: str) -> None:
    settings.BANSHI_SCANNER = f"{__name__}.{name}" if name else ""


@pytest.fixture(autouse=True)
def opened_at_once(settings: Any) -> None:
    settings.BANSHI_INTAKE = f"{__name__}.as_it_is"
    settings.BANSHI_SCANNER = f"{__name__}.no_virus"


def take_in(content: bytes = b"content", **more: Any) -> DocumentVersion:
    asked = {"name": "户口簿.pdf", "channel": "upload", "by": CITIZEN, "now": TUESDAY_NINE, **more}
    return actions.take_in(content=content, **asked)


def slug_of(act: Any, *args: Any, **more: Any) -> str:
    with pytest.raises(Refused) as no:
        act(*args, **more)
    return no.value.slug


def test_a_file_is_a_document_of_its_owner(town: Town):
    person = town.person(1).pk

    version = take_in(person_id=person, hall="town", channel="scan", by=CLERK)

    (found,) = queries.documents_of(person_id=person)
    (only,) = found.versions
    assert (found.ref, found.name, found.kind, found.hall, found.person_id, found.made_by) == (
        version.document.ref, "户口簿.pdf", "upload", "town", person, "staff:7",
    )  # fmt: skip
    assert (only.version, only.mime, only.pages, only.size, only.scan, only.channel) == (
        1, "application/pdf", 2, 7, "clean", "scan",
    )  # fmt: skip
    assert (only.sha256, only.source_sha256) == (hashlib.sha256(b"content").hexdigest(),) * 2
    assert (queries.content(only.id), queries.document(found.ref)) == (b"content", found)


def test_a_photo_goes_all_the_way(town: Town, settings: Any):
    settings.BANSHI_INTAKE = "banshi.gateways.uploads.cleaned"
    sent = io.BytesIO()
    Image.new("RGB", (3000, 20), "red").save(sent, "PNG")

    version = take_in(sent.getvalue(), person_id=town.person(1).pk)

    kept = queries.content(version.pk)
    assert (version.mime, Image.open(io.BytesIO(kept)).size) == ("image/jpeg", (2400, 16))
    assert version.source_sha256 == hashlib.sha256(sent.getvalue()).hexdigest() != version.blob.sha256


@pytest.mark.parametrize(
    ("content", "why"), [(b"", "empty"), (bytes(rules.MOST_BYTES + 1), "too-large")], ids=["empty", "too large"]
)
def test_what_is_nothing_or_too_much_is_not_opened(db: Any, settings: Any, content: bytes, why: str):
    settings.BANSHI_INTAKE = f"{__name__}.never"

    with pytest.raises(Refused) as no:
        take_in(content)

    assert (no.value.slug, no.value.facts) == ("material-rejected", {"why": why, "reason": rules.REASONS[why]})


waiting, go_on = threading.Semaphore(0), threading.Event()


def slow(content: bytes) -> Cleaned:
    waiting.release()
    assert go_on.wait(timeout=60)
    return as_it_is(content)


def test_one_sender_holds_a_share_of_the_places_and_no_more(committed_town: Town, settings: Any):
    settings.BANSHI_INTAKE = f"{__name__}.slow"
    go_on.clear()
    other = Actor(ActorKind.CITIZEN, "2")

    def send(i: int) -> DocumentVersion:
        if i == SHARE:  # the last one: all places of the sender are taken by now
            for _ in range(SHARE):
                assert waiting.acquire(timeout=60)
            refused = slug_of(take_in)
            settings.BANSHI_INTAKE = f"{__name__}.as_it_is"
            took = take_in(by=other)
            go_on.set()
            assert refused == "rate-limited"
            return took
        return take_in()

    done = together(SHARE + 1, send)

    assert [each.size for each in (row.blob for row in done)] == [7] * (SHARE + 1)
    assert take_in().blob.size == 7


def test_twenty_megabytes_are_taken(db: Any):
    assert take_in(bytes(rules.MOST_BYTES)).blob.size == 20 * 1024 * 1024


def test_what_is_not_taken_leaves_nothing(db: Any, settings: Any):
    settings.BANSHI_INTAKE = f"{__name__}.too_heavy"

    assert slug_of(take_in) == "material-rejected"
    assert (Document.objects.count(), Entry.objects.count()) == (0, 0)


def test_when_many_files_are_being_opened_somebody_waits(db: Any, settings: Any):
    settings.BANSHI_INTAKE = f"{__name__}.busy"

    with pytest.raises(Refused) as no:
        take_in()

    assert (no.value.slug, no.value.facts) == ("rate-limited", {"wait_s": 10})


def test_a_channel_that_is_none_is_invalid(db: Any):
    assert slug_of(take_in, channel="made") == "invalid"


def test_nobodys_file_and_somebody_who_is_not_there(db: Any):
    assert take_in().document.person_id is None
    assert slug_of(take_in, person_id=404404) == "nothing-found"


@pytest.mark.parametrize("why", sorted(rules.REASONS))
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_rejection_is_said_plainly(why: str, language: str):
    with translation.override(language):
        title, detail = words(rules.rejected(why))

    assert (title.isascii(), detail.isascii()) == (language == "en",) * 2
    assert "{" not in detail
    assert "–" not in detail


@pytest.mark.parametrize(("slug", "status"), [("consent-missing", 409), ("library-can-supply", 409)])
def test_new_refusals_are_said_in_chinese(slug: str, status: int):
    with translation.override("zh-hans"):
        title, detail = words(Refusal(slug, {"what": {"zh": "身份证", "en": "ID card"}}))

    assert (SLUGS[slug], title.isascii(), detail.isascii(), "–" in detail) == (status, False, False, False)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("户口簿.pdf", "户口簿.pdf"), ("C:\\Users\\li\\证件.jpg", "证件.jpg"), ("../../etc/passwd", "passwd"),
        ("a\u202egpj.exe", "agpj.exe"), ("  a\n\tb  ", "ab"), ("", "file"), ("/", "file"), ("长" * 200, "长" * 120),
        ("a\x00b\x7f", "ab"), ("𠮷".encode().decode() + ".png", "𠮷.png"), ("x" * 200 + ".pdf", "x" * 116 + ".pdf"),
    ],
)  # fmt: skip
def test_a_name_is_kept_as_it_can_be_shown(given: str, kept: str):
    assert rules.file_name(given) == kept


# --- Versions and owners ------------------------------------------------------------------------------------------


def test_a_newer_version_stands_beside_the_older(town: Town):
    person = town.person(1).pk
    first = take_in(b"blurred", person_id=person)

    second = take_in(b"sharp", person_id=person, replaces=first.document, now=at("2026-03-10 10:00"))

    (found,) = queries.documents_of(person_id=person)
    assert [(each.version, queries.content(each.id)) for each in found.versions] == [(2, b"sharp"), (1, b"blurred")]
    assert (second.document.pk, second.version) == (first.document.pk, 2)


def test_nobody_replaces_somebody_elses_document(town: Town):
    first = take_in(person_id=town.person(1).pk)
    account = identity_account(town)

    assert slug_of(take_in, person_id=town.person(2).pk, replaces=first.document) == "nothing-found"
    assert slug_of(take_in, account_id=account, replaces=first.document) == "nothing-found"
    assert slug_of(take_in, organisation_id=5, replaces=first.document) == "nothing-found"
    assert take_in(replaces=first.document, by=CLERK).version == 2


def identity_account(town: Town) -> int:
    from banshi.rooms.identity.models import Account

    return Account.objects.create(phone="+8613800138000", phone_index="x" * 64, created_at=TUESDAY_NINE).pk


def test_what_an_account_sent_in_is_found_by_it(town: Town):
    account = identity_account(town)
    sent = take_in(account_id=account, person_id=town.person(1).pk)
    take_in(person_id=town.person(1).pk)
    take_in(organisation_id=8)

    assert [each.ref for each in queries.documents_of(account_id=account)] == [sent.document.ref]
    assert len(queries.documents_of(person_id=town.person(1).pk)) == 2
    assert [each.organisation_id for each in queries.documents_of(organisation_id=8)] == [8]


def test_documents_are_asked_for_one_owner():
    with pytest.raises(ValueError, match="either"):
        queries.documents_of()
    with pytest.raises(ValueError, match="either"):
        queries.documents_of(person_id=1, organisation_id=1)


def test_a_person_with_two_documents_has_one_library(town: Town):
    old, new = town.person(1), town.person(2)
    take_in(b"old passport", person_id=old.pk)
    type(old).objects.filter(pk=old.pk).update(same_as=new)

    take_in(b"after the merger", person_id=old.pk)

    refs = [each.ref for each in queries.documents_of(person_id=new.pk)]
    assert (len(refs), [each.ref for each in queries.documents_of(person_id=old.pk)]) == (2, refs)
    assert sorted(Document.objects.values_list("person_id", flat=True)) == sorted([old.pk, new.pk])


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_costs_as_many_queries_however_long(town: Town, django_assert_num_queries: Any, count: int):
    person = town.person(1).pk
    for _ in range(count):
        take_in(person_id=person)

    with django_assert_num_queries(4):
        assert len(queries.documents_of(person_id=person)) == count


def test_references_are_not_guessed(db: Any):
    refs = {take_in().document.ref for _ in range(20)}

    assert (len(refs), {len(ref) for ref in refs}) == (20, {20})
    assert len({ref[:4] for ref in refs}) > 15  # by lot from the first character on
    assert queries.document("0" * 20) is None


def test_versions_that_come_together_are_numbered_each(committed_town: Town):
    first = take_in(person_id=committed_town.person(1).pk)

    results = together(4, lambda i: take_in(b"%d" % i, replaces=first.document).version)

    assert sorted(results) == [2, 3, 4, 5]


def test_a_name_is_sealed(db: Any):
    take_in(name="李雷的病历.pdf")

    with connection.cursor() as cursor:
        cursor.execute("SELECT d::text FROM library_document d")
        assert "李雷" not in cursor.fetchone()[0]


def test_the_trail_says_that_a_file_came_in_and_not_which(town: Town):
    version = take_in(person_id=town.person(1).pk, hall="town", by=CLERK)

    entry = Entry.objects.get(action="document_taken_in")
    assert (entry.actor, entry.hall, entry.subject) == ("staff:7", "town", f"document:{version.document.ref}")
    assert entry.facts == {"channel": "upload", "version": 1}


def test_what_we_made_is_kept_byte_for_byte(town: Town, settings: Any):
    settings.BANSHI_INTAKE = settings.BANSHI_SCANNER = f"{__name__}.never"

    version = actions.keep(
        content=b"%PDF-ours", mime="application/pdf", kind="paper:acceptance", name="受理通知书.pdf", pages=3,
        person_id=town.person(1).pk, by=SYSTEM, now=TUESDAY_NINE,
    )  # fmt: skip

    assert (queries.content(version.pk), version.pages, version.scan, version.channel) == (
        b"%PDF-ours",
        3,
        "clean",
        "made",
    )
    assert (version.document.kind, version.source_sha256) == ("paper:acceptance", version.blob.sha256)


# --- Viruses ------------------------------------------------------------------------------------------------------


def test_a_virus_is_refused_at_once(db: Any, settings: Any):
    scanner(settings, "finds")

    with pytest.raises(Refused) as no:
        take_in(b"evil")

    assert (no.value.slug, no.value.facts["why"], Document.objects.count()) == ("material-rejected", "infected", 0)


def test_without_a_scanner_staff_are_told_so_and_can_work(db: Any, settings: Any):
    scanner(settings, "")

    version = take_in()

    assert (version.scan, queries.content(version.pk)) == ("unavailable", b"content")


def test_what_no_scanner_has_seen_is_kept_back(db: Any, settings: Any):
    scanner(settings, "silent")

    version = take_in()

    assert version.scan == "pending"
    assert slug_of(queries.content, version.pk) == "wrong-state"
    assert queries.content(version.pk, unchecked=True) == b"content"


def test_the_scanner_is_asked_again(db: Any, settings: Any):
    scanner(settings, "silent")
    good, evil = take_in(b"good"), take_in(b"evil")
    still = actions.scan_pending(now=TUESDAY_NINE)
    scanner(settings, "finds")

    settled = actions.scan_pending(now=TUESDAY_NINE)

    assert (still, settled, actions.scan_pending(now=TUESDAY_NINE)) == (0, 2, 0)
    assert queries.content(good.pk) == b"good"
    assert [slug_of(queries.content, evil.pk, unchecked=unchecked) for unchecked in (False, True)] == [
        "material-rejected"
    ] * 2
    rows = DocumentVersion.objects.order_by("id").values_list("scan", "reason")
    assert list(rows) == [("clean", ""), ("rejected", "infected")]
    assert list(Entry.objects.order_by("id").values_list("action", "actor"))[2:] == [
        ("document_released", "system"), ("document_rejected", "system"),
    ]  # fmt: skip


def test_so_many_at_a_time(db: Any, settings: Any):
    scanner(settings, "silent")
    for _ in range(3):
        take_in()
    scanner(settings, "no_virus")

    assert [actions.scan_pending(now=TUESDAY_NINE, most=2) for _ in range(3)] == [2, 1, 0]


def test_who_looked_takes_it_or_not(db: Any, settings: Any):
    scanner(settings, "silent")
    one, other = take_in(), take_in()

    released = actions.release(version_id=one.pk, by=CLERK, now=TUESDAY_NINE)
    rejected = actions.reject(version_id=other.pk, by=CLERK, now=TUESDAY_NINE)

    assert (released.scan, queries.content(one.pk)) == ("clean", b"content")
    assert (rejected.scan, rejected.reason, slug_of(queries.content, other.pk)) == (
        "rejected", "by-hand", "material-rejected",
    )  # fmt: skip
    again = {"version_id": one.pk, "by": CLERK, "now": TUESDAY_NINE}
    assert slug_of(actions.release, **again) == "wrong-state"
    assert slug_of(actions.release, **{**again, "version_id": other.pk}) == "material-rejected"
    assert slug_of(actions.reject, **{**again, "version_id": 404404}) == "nothing-found"


def test_a_cleared_file_can_be_rejected_yet(db: Any):
    version = take_in()

    actions.reject(version_id=version.pk, by=CLERK, now=TUESDAY_NINE)

    assert slug_of(queries.content, version.pk) == "material-rejected"


def test_what_is_not_there_has_no_content(db: Any):
    assert slug_of(queries.content, 404404) == "nothing-found"
