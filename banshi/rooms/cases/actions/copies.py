"""复用件: a certificate that stands for a paper is seen as a copy that says what it is for, made at the first look and kept."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction

from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.actions.ground import locked
from banshi.rooms.cases.actions.papers import pdf_of
from banshi.rooms.cases.models import Case, CaseMaterial, CasePaper
from banshi.rooms.cases.ports import CannotSet
from banshi.rooms.cases.queries.handling import handling_of_case
from banshi.rooms.cases.queries.papers import typesetter
from banshi.rooms.cases.queries.sealed import seals_of
from banshi.rooms.cases.rules.copies import Held, Use, copy_sheet, mark
from banshi.rooms.library import actions as library
from banshi.rooms.library import queries as stored
from banshi.rooms.library.models import Certificate, DocumentVersion
from banshi.rooms.library.rules import PDF, certificate_number

log = structlog.get_logger("banshi.papers")
COPY = "copy"  # kind of the document


@dataclass(frozen=True)
class Seen:
    """What somebody is shown who looks at a paper that came."""

    content: bytes
    mime: str


def content_of(material_id: int, *, unchecked: bool = False, now: datetime) -> Seen:
    """A file as it was sent; of a certificate, its copy. Who may see it the caller has asked.

    :param unchecked: as of `library.content`.
    :raises Refused: nothing-found – also: it came on paper; wrong-state, material-rejected; copy-not-set – the copy cannot be
        set, which is logged.
    """
    rows = CaseMaterial.objects.select_related("file", "certificate", "case__hall", "case__item")
    row = rows.filter(id=material_id).first()
    if row is None or not row.mime:
        raise Refused("nothing-found", facts={"material": material_id})
    if row.file is None:
        _make(row, now=now)
        row = rows.get(id=material_id)
    assert row.file is not None
    return Seen(stored.content(row.file.pk, unchecked=unchecked), row.file.mime)


def make_copies(case: Case, *, now: datetime) -> None:
    """Those nobody has looked at yet of what stands in a case. One that no font can set is left out: what the certificate says is
    kept in words beside it.
    """
    waiting = CaseMaterial.objects.filter(case=case, certificate__isnull=False, file=None, gone_at=None)
    for material_id in list(waiting.order_by("id").values_list("id", flat=True)):
        with suppress(Refused):
            content_of(material_id, now=now)


def _make(row: CaseMaterial, *, now: datetime) -> None:
    """Set before anything is held. Of two who look at once one's is kept, which both see.

    :raises Refused: nothing-found – its case was destroyed meanwhile; copy-not-set.
    """
    file = _made_before(row)
    content = _set(row, now=now) if file is None else b""
    with transaction.atomic():
        locked(row.case.no)  # who destroys it comes before, or finds the copy
        held = CaseMaterial.objects.select_for_update(no_key=True).filter(id=row.pk).first()
        if held is None:
            raise Refused("nothing-found", facts={"material": row.pk})
        if held.file_id is None:
            held.file = file or library.keep(
                content=content, mime=PDF, kind=COPY, name=f"{row.case.no}-{row.code}.pdf", hall=row.case.hall.code,
                by=SYSTEM, now=now,
            )  # fmt: skip
            held.save(update_fields=["file"])


def _made_before(row: CaseMaterial) -> DocumentVersion | None:
    """Of the same use, which was taken back and given again."""
    same = CaseMaterial.objects.filter(case=row.case, code=row.code, certificate=row.certificate, file__isnull=False)
    before = same.select_related("file").order_by("id").first()
    return before.file if before is not None else None


def _set(row: CaseMaterial, *, now: datetime) -> bytes:
    """:raises Refused: copy-not-set – a letter that no font has."""
    assert row.certificate is not None
    held, use = _held(row.certificate), _use(row)
    original = _original(row.certificate, now=now)
    try:
        if original is not None:
            return typesetter().mark(original, mark(held, use))
        return typesetter().compose(COPY, copy_sheet(held, use))
    except CannotSet as why:
        log.error("copy not set", case=row.case.no, paper=row.code, why=str(why))
        raise Refused("copy-not-set") from why


def _original(certificate: Certificate, *, now: datetime) -> bytes | None:
    """Its own paper, where we made one and it waits for no seal. What strangers sent is opened nowhere here."""
    version = certificate.document_version
    if version is not None and version.mime == PDF and version.document.kind.startswith("paper:"):
        return stored.content(version.pk)
    if not certificate.case_no:
        return None
    rows = CasePaper.objects.filter(case__no=certificate.case_no, kind="licence").order_by("id")
    paper = next((each for each in rows if certificate_number(each.printed) == certificate.number), None)
    if paper is None or seals_of([paper])[paper.pk].state == "waiting":
        return None
    return pdf_of(paper.number, now=now)


def _held(certificate: Certificate) -> Held:
    holder = certificate.person or certificate.organisation
    assert holder is not None
    return Held(
        name_zh=certificate.name_zh, name_en=certificate.name_en, number=certificate.number, holder=holder.name,
        issuer=certificate.issuer_zh, issued_on=certificate.issued_on, valid_until=certificate.valid_until,
        trust=certificate.trust, source=certificate.source,
    )  # fmt: skip


def _use(row: CaseMaterial) -> Use:
    """The day is that of the consent: who takes it back and gives it again gets the same copy."""
    case, certificate = row.case, row.certificate
    assert certificate is not None
    at = stored.used_at(certificate.ref, subject=f"case:{case.no}", purpose=row.code) or row.at
    paper = next((each for each in handling_of_case(case).materials if each.code == row.code), None)
    item = case.item_then
    return Use(
        item_zh=item.name_zh, item_en=item.name_en, case_no=case.no,
        purpose_zh=paper.name_zh if paper else row.code, purpose_en=paper.name_en if paper else row.code,
        on=at.astimezone(ZoneInfo(case.hall.timezone)).date(),
    )  # fmt: skip
