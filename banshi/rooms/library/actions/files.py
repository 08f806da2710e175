"""Files: what strangers send in is opened apart from us, drawn anew and looked at for viruses; what we made is kept as it is."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.module_loading import import_string

from banshi.foundation import prepared
from banshi.kernel.actors import Actor
from banshi.kernel.numbers import code_from
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.library import rules
from banshi.rooms.library.actions.scanning import scanned
from banshi.rooms.library.models import Blob, Document, DocumentVersion
from banshi.rooms.library.ports import Busy, Cleaned, Intake, Rejected
from banshi.rooms.library.queries import sealer, standing
from banshi.rooms.library.rules import chunks

AGAIN_S = 10  # when others' files are being opened
SHARE = 3  # files of one sender that one process opens at once
PART_SQL = """
INSERT INTO library_blob_part (blob_id, no, body) VALUES (%(blob)s, %(no)s, %(body)s) RETURNING no
"""


def take_in(
    *,
    content: bytes,
    name: str,
    channel: str,
    person_id: int | None = None,
    organisation_id: int | None = None,
    account_id: int | None = None,
    hall: str = "",
    replaces: Document | None = None,
    kind: str = "upload",
    by: Actor,
    now: datetime,
) -> DocumentVersion:
    """A file from outside: a photo becomes a JPEG of at most 2400 pixels a side without what it told besides (place, camera), a
    PDF in which nothing runs stays as it is. It is opened in a process of its own, for seconds: call it outside of transactions.

    :param content: up to 20 MB; JPEG, PNG, HEIC or PDF, whatever its name says.
    :param channel: `rules.CHANNELS`. :param hall: where it was taken in, "" = nowhere.
    :param replaces: the document that this is a newer version of, of the same owners.
    :raises Refused: material-rejected (with `why` and a reason), rate-limited (many files are being opened), invalid,
        nothing-found (no such person, or somebody else's document).
    """
    if channel not in rules.CHANNELS:
        reason = {"zh": f"渠道是 {'、'.join(rules.CHANNELS)} 之一", "en": f"One of {', '.join(rules.CHANNELS)}"}
        raise Refused("invalid", facts={"field": "channel", "reason": reason})
    owner = _owner(person_id, organisation_id, account_id)
    with _a_share(by):
        cleaned = _cleaned(content)
    source = hashlib.sha256(content).hexdigest()
    del content  # a picture is drawn anew by now
    scan = scanned(cleaned.content)
    with transaction.atomic():
        document = _document(replaces, owner, kind=kind, name=rules.file_name(name), hall=hall, by=by, now=now)
        version = _add(document, cleaned, scan=scan, source=source, channel=channel, by=by, now=now)
        audit.record(
            action="document_taken_in", subject=f"document:{document.ref}", by=by, now=now, hall=hall,
            facts={"channel": channel, "version": version.version},
        )  # fmt: skip
    return version


def keep(
    *,
    content: bytes,
    mime: str,
    kind: str,
    name: str,
    pages: int = 1,
    person_id: int | None = None,
    organisation_id: int | None = None,
    hall: str = "",
    replaces: Document | None = None,
    by: Actor,
    now: datetime,
) -> DocumentVersion:
    """A file that we made ourselves – a notice, a certificate –, byte for byte.

    :param kind: such as `paper:receipt`.
    :raises Refused: nothing-found (no such person, or somebody else's document).
    """
    owner = _owner(person_id, organisation_id, None)
    made = Cleaned(content, mime, pages)
    source = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        document = _document(replaces, owner, kind=kind, name=rules.file_name(name), hall=hall, by=by, now=now)
        return _add(document, made, scan="clean", source=source, channel=rules.MADE, by=by, now=now)


@dataclass(frozen=True)
class _Owner:
    person_id: int | None
    organisation_id: int | None
    account_id: int | None

    def owns(self, document: Document) -> bool:
        """Whether all that is said of the owner is so of the document."""
        theirs = (document.person_id and standing(document.person_id), document.organisation_id, document.account_id)
        asked = (self.person_id, self.organisation_id, self.account_id)
        return all(said is None or said == known for said, known in zip(asked, theirs, strict=True))


def _owner(person_id: int | None, organisation_id: int | None, account_id: int | None) -> _Owner:
    return _Owner(None if person_id is None else standing(person_id), organisation_id, account_id)


_opening: Counter[str] = Counter()
_counted = threading.Lock()


@contextmanager
def _a_share(by: Actor) -> Iterator[None]:
    """One sender's files hold no more than a few of the places in which all are opened. :raises Refused: rate-limited."""
    with _counted:
        if _opening[str(by)] >= SHARE:
            raise Refused("rate-limited", facts={"wait_s": AGAIN_S})
        _opening[str(by)] += 1
    try:
        yield
    finally:
        with _counted:
            _opening[str(by)] -= 1
            if not _opening[str(by)]:
                del _opening[str(by)]


def _cleaned(content: bytes) -> Cleaned:
    if (no := rules.size_refusal(len(content))) is not None:
        raise Refused(no)
    intake = cast(Intake, import_string(settings.BANSHI_INTAKE))
    try:
        return intake(content)
    except Rejected as rejected:
        raise Refused(rules.rejected(rejected.why)) from rejected
    except Busy as busy:
        raise Refused("rate-limited", facts={"wait_s": AGAIN_S}) from busy


def new_ref() -> str:
    """Twenty characters that nobody guesses (95 bits)."""
    return code_from(os.urandom(19))


def _document(
    replaces: Document | None, owner: _Owner, *, kind: str, name: str, hall: str, by: Actor, now: datetime
) -> Document:
    """A new one; or the one that is replaced, under its lock: versions of one document wait for each other."""
    if replaces is None:
        return Document.objects.create(
            ref=new_ref(), person_id=owner.person_id, organisation_id=owner.organisation_id,
            account_id=owner.account_id, hall=hall, kind=kind, name=name, made_at=now, made_by=str(by),
        )  # fmt: skip
    document = Document.objects.select_for_update(no_key=True).filter(id=replaces.pk).first()
    if document is None or not owner.owns(document):
        raise Refused("nothing-found", facts={"document": replaces.ref})
    return document


def _add(
    document: Document, made: Cleaned, *, scan: str, source: str, channel: str, by: Actor, now: datetime
) -> DocumentVersion:
    last = DocumentVersion.objects.filter(document=document).aggregate(last=Max("version"))["last"] or 0
    return DocumentVersion.objects.create(
        document=document, version=last + 1, blob=_sealed(made.content, now=now), mime=made.mime, pages=made.pages,
        scan=scan, source_sha256=source, channel=channel, at=now, by=str(by),
    )  # fmt: skip


def _sealed(content: bytes, *, now: datetime) -> Blob:
    """The content, sealed part by part under the newest key."""
    key_id = next(iter(settings.BANSHI_DATA_KEYS))
    digest, salt = hashlib.sha256(content).hexdigest(), os.urandom(chunks.SALT)
    blob = Blob.objects.create(sha256=digest, size=len(content), salt=salt, key_id=key_id, made_at=now)
    seals = sealer(key_id, salt=salt, blob_id=blob.pk)
    last = chunks.count(len(content)) - 1
    for no, piece in enumerate(chunks.pieces(content)):
        prepared.rows(PART_SQL, {"blob": blob.pk, "no": no, "body": seals.seal(no, piece, last=no == last)})
    return blob
