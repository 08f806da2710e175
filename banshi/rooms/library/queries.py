"""Read the library: documents and what is in them, certificates, uses, facts."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    Func,
    Max,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Value,
    When,
)

from banshi.foundation import prepared
from banshi.foundation.crypto import Unreadable, blind_index
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.identity import queries as identity
from banshi.rooms.identity.models import Person
from banshi.rooms.library import rules
from banshi.rooms.library.models import (
    AuthorityKey,
    Blob,
    Certificate,
    CertificateUse,
    Document,
    DocumentVersion,
    Fact,
    FactConsent,
    FactUse,
    Upload,
    UploadPart,
)
from banshi.rooms.library.rules import chunks

AT_A_TIME = 8  # parts: two megabytes
PARTS_SQL = """
SELECT no, body FROM library_blob_part WHERE blob_id = %(blob)s AND no >= %(first)s ORDER BY no LIMIT %(most)s
"""


@dataclass(frozen=True)
class VersionView:
    """A document as it was from `at` on. `sha256`, `size`: of what is kept; `source_sha256`: of what was sent."""

    id: int
    version: int
    mime: str
    pages: int
    size: int
    sha256: str
    source_sha256: str
    scan: str
    reason: str
    channel: str
    at: datetime
    by: str


@dataclass(frozen=True)
class DocumentView:
    """`versions`: newest first."""

    ref: str
    kind: str
    name: str
    hall: str
    person_id: int | None
    organisation_id: int | None
    account_id: int | None
    made_at: datetime
    made_by: str
    versions: tuple[VersionView, ...]


@dataclass(frozen=True)
class CertificateView:
    """A certificate with its whole number: masked where it is shown."""

    ref: str
    type: str
    number: str
    name_zh: str
    name_en: str
    issuer_zh: str
    issuer_en: str
    issued_on: date
    valid_until: date | None
    status: str
    trust: str
    source: str
    case_no: str
    document_version_id: int | None
    person_id: int | None
    organisation_id: int | None

    def holds(self, today: date) -> bool:
        """Its last day counts."""
        return self.status in rules.CERTIFICATE.goes_on and (self.valid_until is None or self.valid_until >= today)


@dataclass(frozen=True)
class UseView:
    """What a certificate was used for, by whom (`kind:id`), and which it was. `ended_at`: since when it holds no more.

    Of a paper that was handed in before: no `certificate`, the case it came in (`origin`), and the day.
    """

    id: int
    certificate: str
    type: str
    name_zh: str
    name_en: str
    purpose: str
    subject: str
    by: str
    at: datetime
    note: str
    ended_at: datetime | None
    origin: str = ""
    handed_on: date | None = None


@dataclass(frozen=True)
class FactView:
    element: str
    value: str
    trust: str
    source: str
    at: datetime
    valid_until: date | None


def content(version_id: int, *, unchecked: bool = False) -> bytes:
    """A version's bytes in clear, each proven to be what was put in.

    :param unchecked: also while a scanner has not answered: for the scanner, and for who looks in order to judge.
    :raises Refused: nothing-found; wrong-state – not cleared yet; material-rejected.
    :raises Unreadable: changed since, or sealed under a key that is gone.
    """
    row = DocumentVersion.objects.select_related("blob").filter(id=version_id).first()
    if row is None:
        raise Refused("nothing-found", facts={"version": version_id})
    if row.scan == "rejected":
        raise Refused(rules.rejected(row.reason))
    if row.scan == "pending" and not unchecked:
        raise Refused("wrong-state", facts={"state": "pending", "needs": "clean"})
    whole = io.BytesIO()
    for piece in _pieces(row.blob):
        whole.write(piece)
    return whole.getvalue()


def sealer(key_id: str, *, salt: bytes, blob_id: int) -> chunks.Sealer:
    """For the parts of a blob. :raises Unreadable: there is no such key."""
    if key_id not in settings.BANSHI_DATA_KEYS:
        raise Unreadable("library_blob_part.body")
    return chunks.Sealer(settings.BANSHI_DATA_KEYS[key_id], salt=salt, blob=f"blob:{blob_id}")


def _pieces(blob: Blob) -> Iterator[bytes]:
    opened = sealer(blob.key_id, salt=bytes(blob.salt), blob_id=blob.pk)
    last, found, size = chunks.count(blob.size) - 1, hashlib.sha256(), 0
    try:
        for no, sealed in _parts(blob.pk, last):
            piece = opened.open(no, sealed, last=no == last)
            found.update(piece)
            size += len(piece)
            yield piece
    except InvalidTag as changed:
        raise Unreadable("library_blob_part.body") from changed
    if (size, found.hexdigest()) != (blob.size, blob.sha256):
        raise Unreadable("library_blob.sha256")


def _parts(blob_id: int, last: int) -> Iterator[tuple[int, bytes]]:
    """All from 0 to `last`, and none besides.

    :raises Unreadable: one is missing, or there are more.
    """
    for first in range(0, last + 1, AT_A_TIME):
        until = min(first + AT_A_TIME, last + 1)
        most = until - first + (until > last)
        rows = prepared.many(PARTS_SQL, {"blob": blob_id, "first": first, "most": most})
        if [no for no, _ in rows] != list(range(first, until)):
            raise Unreadable("library_blob_part.no")
        yield from rows


def document(ref: str) -> DocumentView | None:
    """By its reference, which whoever asks was given: whether they may see it is the caller's to check."""
    rows = _documents(Q(ref=ref))
    return rows[0] if rows else None


def documents_of(
    *, person_id: int | None = None, organisation_id: int | None = None, account_id: int | None = None
) -> list[DocumentView]:
    """Newest first: of a person under whichever of their entries, of an organisation, or what an account sent in."""
    if account_id is not None:
        return _documents(Q(account_id=account_id))
    return _documents(held_by(person_id, organisation_id))


def _documents(asked: Q) -> list[DocumentView]:
    versions = DocumentVersion.objects.select_related("blob").order_by("-version")
    rows = Document.objects.filter(asked).prefetch_related(Prefetch("versions", versions)).order_by("-made_at", "-id")
    return [
        DocumentView(
            row.ref, row.kind, row.name, row.hall, row.person_id, row.organisation_id, row.account_id, row.made_at,
            row.made_by, tuple(_version_view(each) for each in row.versions.all()),
        )
        for row in rows
    ]  # fmt: skip


def _version_view(row: DocumentVersion) -> VersionView:
    return VersionView(
        row.pk, row.version, row.mime, row.pages, row.blob.size, row.blob.sha256, row.source_sha256, row.scan,
        row.reason, row.channel, row.at, row.by,
    )  # fmt: skip


def standing(person_id: int) -> int:
    """The entry under which all of a person's things are put from now on. :raises Refused: nothing-found."""
    row = Person.objects.filter(id=person_id).first()
    if row is None:
        raise Refused("nothing-found", facts={"person": person_id})
    return row.same_as_id or row.pk


def held_by(person_id: int | None, organisation_id: int | None) -> Q:
    """Of a person – what came in under a further document of theirs too – or of an organisation.

    :raises ValueError: neither, or both.
    """
    if (person_id is None) == (organisation_id is None):
        raise ValueError("either a person's or an organisation's")
    if person_id is None:
        return Q(organisation_id=organisation_id)
    return Q(person_id__in=[row.pk for row in identity.documents_of(standing(person_id))])


def certificates_of(
    *,
    person_id: int | None = None,
    organisation_id: int | None = None,
    types: Collection[str] | None = None,
    today: date | None = None,
) -> list[CertificateView]:
    """Those that stand, newest first.

    :param types: of these alone; None: of any. :param today: without those whose last day is over; None: with them.
    """
    rows = Certificate.objects.filter(held_by(person_id, organisation_id), status__in=rules.CERTIFICATE.goes_on)
    if types is not None:
        rows = rows.filter(type__in=types)
    if today is not None:
        rows = rows.filter(Q(valid_until=None) | Q(valid_until__gte=today))
    return [certificate_view(row) for row in rows.order_by("-issued_on", "-id")]


def standing_of(case_no: str) -> list[str]:
    """References of the certificates that came of a case and stand."""
    rows = Certificate.objects.filter(case_no=case_no, status__in=rules.CERTIFICATE.goes_on).order_by("id")
    return [row.ref for row in rows]


def certificate(ref: str) -> CertificateView | None:
    """By its reference, whatever its state."""
    row = Certificate.objects.filter(ref=ref).first()
    return certificate_view(row) if row is not None else None


def certificates_called(refs: Collection[str]) -> dict[str, CertificateView]:
    """By their references, whatever their state."""
    return {row.ref: certificate_view(row) for row in Certificate.objects.filter(ref__in=refs).order_by("id")}


def ended_for(case_no: str) -> list[CertificateView]:
    """What the result of a case ended, and holds no more."""
    rows = Certificate.objects.filter(ended_for=case_no).exclude(ended_at=None).order_by("id")
    return [certificate_view(row) for row in rows]


def certificate_view(row: Certificate) -> CertificateView:
    return CertificateView(
        row.ref, row.type, row.number, row.name_zh, row.name_en, row.issuer_zh, row.issuer_en, row.issued_on,
        row.valid_until, row.status, row.trust, row.source, row.case_no, row.document_version_id, row.person_id,
        row.organisation_id,
    )  # fmt: skip


def uses_of(
    person_id: int | None, *, organisation_id: int | None = None, start: int = 0, most: int | None = None
) -> list[UseView]:
    """What a person's certificates and earlier papers, or an organisation's, were used for, newest first (PIPL Art. 44: they may
    know).

    :param start, most: a page of them.
    """
    rows = _uses(person_id, organisation_id).order_by("-at", "-id")
    return [_use_view(row) for row in rows[start : None if most is None else start + most]]


def use_of(person_id: int, use_id: int) -> UseView | None:
    """One use of what a person has; None: there is none, or it is somebody else's."""
    row = _uses(person_id).filter(id=use_id).first()
    return _use_view(row) if row is not None else None


def _uses(person_id: int | None, organisation_id: int | None = None) -> QuerySet[CertificateUse]:
    theirs = held_by(person_id, organisation_id)
    held = Certificate.objects.filter(theirs)
    return CertificateUse.objects.filter(theirs | Q(certificate__in=held)).select_related("certificate")


def _use_view(row: CertificateUse) -> UseView:
    held = row.certificate
    if held is None:
        return UseView(
            row.pk, "", "", "", "", row.purpose, row.subject, row.by, row.at, row.note, None, row.origin, row.handed_on
        )
    return UseView(
        row.pk, held.ref, held.type, held.name_zh, held.name_en, row.purpose, row.subject, row.by, row.at, row.note,
        held.ended_at,
    )  # fmt: skip


def used_at(ref: str, *, subject: str, purpose: str) -> datetime | None:
    """When a certificate was used for a purpose in a matter; None: never."""
    rows = CertificateUse.objects.filter(certificate__ref=ref, subject=subject, purpose=purpose)
    return rows.values_list("at", flat=True).first()


def facts_of(
    *,
    person_id: int | None = None,
    organisation_id: int | None = None,
    elements: Collection[str] | None = None,
    today: date,
) -> dict[str, FactView]:
    """What is known, by element: of each the newest that has begun; where that one is over, nothing.

    :param elements: of these alone; None: of all. :param today: the hall's day; a fact's first and last day count.
    """
    rows = Fact.objects.filter(_standing_facts(), held_by(person_id, organisation_id))
    if elements is not None:
        rows = rows.filter(element__in=elements)
    begun = rows.filter(Q(valid_from=None) | Q(valid_from__lte=today))
    newest = begun.order_by("element", "-at", "-id").distinct("element")
    return {row.element: _fact_view(row) for row in newest if row.valid_until is None or row.valid_until >= today}


def _standing_facts() -> Q:
    """Those that were neither said otherwise nor ended by whoever said them."""
    later = Fact.objects.filter(
        source=OuterRef("source"), own_index=OuterRef("own_index"), revision__gt=OuterRef("revision")
    )
    return Q(ended=False) & (Q(own_index="") | ~Q(Exists(later)))


def _fact_view(row: Fact) -> FactView:
    return FactView(row.element, row.value, row.trust, row.source, row.at, row.valid_until)


@dataclass(frozen=True)
class ConsentView:
    """That what is known fills in the form of one matter. `words`: key of `rules.consents.WORDS`; `by`: `kind:id`."""

    words: str
    at: datetime
    by: str


def consent_to_facts(subject: str) -> ConsentView | None:
    """The one that stands in a matter."""
    row = FactConsent.objects.filter(subject=subject, withdrawn_at=None).first()
    return ConsentView(row.words, row.given_at, row.given_by) if row is not None else None


@dataclass(frozen=True)
class FactUseView:
    """A fact that went into a form that was sent: `source`, `said_at`, `trust` as of the fact; `purpose`: code of the item;
    `became`: kept | corrected | taken_out; `index`: blind index of what it said; `consent`: as it was given."""

    id: int
    element: str
    source: str
    said_at: datetime
    trust: str
    purpose: str
    subject: str
    by: str
    at: datetime
    became: str
    index: str
    consent: ConsentView

    def says(self, value: object) -> bool:
        """Whether it said this value."""
        return self.index == value_index(self.element, str(value))


def value_index(element: str, value: str) -> str:
    """By which two values of a data element are compared without keeping them."""
    return blind_index(f"{element}:{value}", purpose="fact-use")


def fact_uses_of(
    person_id: int | None, *, organisation_id: int | None = None, start: int = 0, most: int | None = None
) -> list[FactUseView]:
    """What is known of a person, or of an organisation, as it was used in forms, newest first (PIPL Art. 44: they may know).

    :param start, most: a page of them.
    """
    consents = FactConsent.objects.filter(held_by(person_id, organisation_id))
    rows = FactUse.objects.filter(consent__in=consents).select_related("consent").order_by("-at", "-id")
    return [_fact_use_view(row) for row in rows[start : None if most is None else start + most]]


def fact_uses_in(subject: str) -> dict[str, FactUseView]:
    """Those of one matter, by data element."""
    rows = FactUse.objects.filter(subject=subject).select_related("consent").order_by("id")
    return {row.element: _fact_use_view(row) for row in rows}


def _fact_use_view(row: FactUse) -> FactUseView:
    given = row.consent
    return FactUseView(
        row.pk, row.element, row.source, row.said_at, row.trust, row.purpose, row.subject, row.by, row.at, row.became,
        row.value_index, ConsentView(given.words, given.given_at, given.given_by),
    )  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """Facts of one element that stand, by who said them. `kind`: case, import …; `who`: the authority of an import, else ""."""

    kind: str
    who: str
    trust: str
    facts: int
    last: datetime


def kept_of(element: str) -> list[Kept]:
    """Whence what is known of an element comes, of all holders together: the most first."""
    kind = Func(F("source"), Value(":"), Value(1), function="split_part", output_field=CharField())
    who = Func(F("source"), Value(":"), Value(2), function="split_part", output_field=CharField())
    named = Case(When(kind="import", then=who), default=Value(""))
    rows = Fact.objects.filter(_standing_facts(), element=element).annotate(kind=kind, who=named)
    summed = rows.values("kind", "who", "trust").annotate(facts=Count("id"), last=Max("at"))
    return [Kept(**row) for row in summed.order_by("-facts", "kind", "who", "trust")]


def authorities_of(key_id: int) -> frozenset[str]:
    """Codes of the authorities that a key of the API speaks for."""
    rows = AuthorityKey.objects.filter(key_id=key_id, key__revoked_at=None)
    return frozenset(rows.values_list("authority", flat=True))


@dataclass(frozen=True)
class Coming:
    """A file that has come in part: `received` of `size` bytes. `became`: what it is now, "" while it comes."""

    ref: str
    subject: str
    name: str
    size: int
    received: int
    sha256: str
    became: str

    @property
    def percent(self) -> str:
        """How much has come, as a page says it."""
        return f"{self.received * 100 // self.size}%"

    @property
    def whole(self) -> bool:
        return self.received == self.size


def upload(ref: str, *, subject: str, by: Actor) -> Coming:
    """:raises Refused: nothing-found – there is none, or it is somebody else's."""
    row = Upload.objects.filter(ref=ref, subject=subject, by=str(by)).first()
    if row is None:
        raise Refused("nothing-found", facts={"upload": ref})
    return coming(row)


def coming(row: Upload) -> Coming:
    return Coming(row.ref, row.subject, row.name, row.size, row.received, row.sha256, row.became)


def begun(subject: str, *, by: Actor) -> list[Coming]:
    """Those of a sender that begin with this subject and have not come whole, the newest first."""
    rows = Upload.objects.filter(subject__startswith=subject, by=str(by), finished_at=None, received__lt=F("size"))
    return [coming(row) for row in rows.order_by("-changed_at", "-id")]


def gathered(ref: str, *, subject: str, by: Actor) -> bytes:
    """All that has come, put together.

    :raises Refused: nothing-found; wrong-offset – it is not whole. :raises Unreadable: it was changed where it lies.
    """
    row = Upload.objects.filter(ref=ref, subject=subject, by=str(by), finished_at=None).first()
    if row is None:
        raise Refused("nothing-found", facts={"upload": ref})
    if row.received != row.size:
        raise Refused("wrong-offset", facts={"offset": row.received})
    seals, last, into = upload_sealer(row), chunks.count(row.size) - 1, io.BytesIO()
    try:
        for part in UploadPart.objects.filter(upload=row).order_by("no").iterator(chunk_size=AT_A_TIME):
            into.write(seals.open(part.no, bytes(part.body), last=part.no == last))
    except InvalidTag as changed:
        raise Unreadable("library_upload_part") from changed
    return into.getvalue()


def upload_sealer(row: Upload) -> chunks.Sealer:
    """Seals and opens the parts of a file that is coming. :raises Unreadable: there is no such key."""
    if row.key_id not in settings.BANSHI_DATA_KEYS:
        raise Unreadable("library_upload_part.body")
    return chunks.Sealer(settings.BANSHI_DATA_KEYS[row.key_id], salt=bytes(row.salt), blob=f"upload {row.ref}")
