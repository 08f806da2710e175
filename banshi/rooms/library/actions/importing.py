"""Certificates from an authority's file: each row new, newer, unchanged, ended or refused, and never half."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TypedDict

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.masking import mask_id
from banshi.kernel.refusals import Refused
from banshi.rooms.identity import actions as identity
from banshi.rooms.library import rules
from banshi.rooms.library.actions.certificates import end_certificate, index_of, issue_certificate
from banshi.rooms.library.models import Certificate
from banshi.rooms.library.queries import held_by
from banshi.rooms.library.rules.authority_files import Listed, Wrong, listed, rows_of


class Holder(TypedDict):
    """One of them."""

    person_id: int | None
    organisation_id: int | None


@dataclass(frozen=True)
class Reported:
    """What became of a row. `number`: masked. `result`: new | newer | unchanged | ended | refused."""

    row: int
    type: str
    number: str
    result: str
    why: Wrong | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def import_certificates(content: bytes, *, source: str, by: Actor, now: datetime) -> Iterator[Reported]:
    """Take an authority's list: the same file again changes nothing. Each row is one transaction; two files at once that
    name the same certificate leave one.

    :param source: who says so, such as `import:police`.
    :raises Unreadable: before the first row is taken – the file is cut short, or none.
    """
    said = rows_of(content)
    for no, row in enumerate(said, start=1):
        found = listed(row)
        number = mask_id(row.get("number", ""))
        if isinstance(found, Wrong):
            yield Reported(no, row.get("type", ""), number, "refused", found)
            continue
        try:
            with transaction.atomic():
                result = _entered(found, source=source, by=by, now=now)
        except Refused as refused:
            yield Reported(no, found.type, number, "refused", _why(refused))
            continue
        yield Reported(no, found.type, number, result)


def _why(refused: Refused) -> Wrong:
    reason = refused.facts.get("reason")
    if isinstance(reason, dict):
        return Wrong(str(refused.facts.get("field", "")), reason["zh"], reason["en"])
    return Wrong("", "同时有人登记了这张证照，再导入一次", f"{refused.slug}: import it once more")


def _entered(row: Listed, *, source: str, by: Actor, now: datetime) -> str:
    """:raises Refused: invalid, identity-invalid; changed-meanwhile – somebody entered it at the same moment."""
    holder = _holder(row, by=by, now=now)
    number = rules.certificate_number(row.number)
    rows = Certificate.objects.select_for_update(no_key=True).filter(held_by(**holder), type=row.type, status="valid")
    stands = rows.filter(number_index=index_of(row.type, number)).order_by("id").first()
    if row.ended:
        if stands is None:
            return "unchanged"
        end_certificate(ref=stands.ref, why=source, by=by, now=now)
        return "ended"
    if stands is not None:
        if _alike(stands, row):
            return "unchanged"
        if stands.issued_on > row.issued_on:
            reason = {"zh": "库里的颁发日期更晚", "en": "What is on record was issued later"}
            raise Refused("invalid", facts={"field": "issued_on", "reason": reason})
        end_certificate(ref=stands.ref, why="renewed", by=by, now=now)
    issue_certificate(
        **holder, type=row.type, number=number, name_zh=row.name_zh, name_en=row.name_en, issuer_zh=row.issuer_zh,
        issuer_en=row.issuer_en, issued_on=row.issued_on, valid_until=row.valid_until, trust=row.trust, source=source,
        by=by, now=now,
    )  # fmt: skip
    return "new" if stands is None else "newer"


def _holder(row: Listed, *, by: Actor, now: datetime) -> Holder:
    if row.uscc:
        firm = identity.enrol_organisation(uscc=row.uscc, name=row.holder, by=by, now=now)
        return Holder(person_id=None, organisation_id=firm.pk)
    if row.holder:
        person = identity.enrol(name=row.holder, id_type=row.id_type, id_number=row.id_number, by=by, now=now)
    else:
        person = identity.enrol_number(id_type=row.id_type, id_number=row.id_number, now=now)
    return Holder(person_id=person.same_as_id or person.pk, organisation_id=None)


def _alike(stands: Certificate, row: Listed) -> bool:
    said = (row.name_zh, row.name_en, row.issuer_zh, row.issuer_en, row.issued_on, row.valid_until, row.trust)
    return said == (
        stands.name_zh, stands.name_en, stands.issuer_zh, stands.issuer_en, stands.issued_on, stands.valid_until,
        stands.trust,
    )  # fmt: skip
