"""What an authority says, from its file or by the API: each row new, newer, unchanged, ended or refused, and never half."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.masking import mask_id
from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.rules.handling import Element
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.library import rules
from banshi.rooms.library.actions.certificates import end_certificate, index_of, issue_certificate
from banshi.rooms.library.actions.saying import say_fact
from banshi.rooms.library.models import Certificate
from banshi.rooms.library.queries import held_by
from banshi.rooms.library.rules.authority_files import rows_of
from banshi.rooms.library.rules.authority_rows import (
    Holder,
    Kind,
    Listed,
    ListedFact,
    Mended,
    Wrong,
    kind_of,
    listed,
    may_change,
    tidied,
)

SOURCE = "import:"  # and the code of the authority
NOT_YOURS = {"zh": "这是别的部门登记的，由它变更", "en": "Another authority entered it, and changes it"}
TRIES = 2  # of a row that somebody else entered at the same moment: then it stands
NOT_YET = {"zh": "颁发日期不能晚于今天", "en": "Not issued after today"}


Row = tuple[Kind, Mapping[str, object]]


class Held(TypedDict):
    """One of them."""

    person_id: int | None
    organisation_id: int | None


@dataclass(frozen=True)
class Reported:
    """What became of a row. `type`: of the certificate, or the data element. `number`: masked. `result`: new | newer | unchanged
    | ended | refused. `certificate`: the reference of the one that stands now, or ended."""

    row: int
    kind: Kind
    type: str
    number: str
    result: str
    mended: tuple[Mended, ...] = ()
    why: Wrong | None = None
    certificate: str = ""

    @classmethod
    def of_json(cls, said: dict[str, Any]) -> Reported:
        why = Wrong(**said["why"]) if said["why"] else None
        return cls(**{**said, "mended": tuple(Mended(**each) for each in said["mended"]), "why": why})

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def import_certificates(content: bytes, *, source: str, by: Actor, now: datetime) -> Iterator[Reported]:
    """Take an authority's file: the same again changes nothing. Each row is one transaction; two files at once that name
    the same certificate leave one.

    :param source: who says so, such as `import:police`.
    :raises Unreadable: before the first row is taken – the file is cut short, or none.
    """
    rows = [(kind_of(row), row) for row in rows_of(content)]
    known = known_elements()
    return (take_row(no, row, known, source=source, by=by, now=now) for no, row in enumerate(rows, start=1))


def known_elements() -> Mapping[str, Element]:
    return {each.code: each for each in catalogue.elements()}


def take_row(no: int, row: Row, elements: Mapping[str, Element], *, source: str, by: Actor, now: datetime) -> Reported:
    """Enter one row, whole or not at all, and say what became of it. Of one holder: in a transaction of its own two never wait
    for each other crosswise, in whatever order their lists name people."""
    kind, (said, mended) = row[0], tidied(row[1])
    named = said.get("element" if kind == "fact" else "type", "")
    told = Reported(no, kind, named[:60], mask_id(said.get("number", "")[:80]), "refused", mended)
    return _reported(told, listed(said, kind), elements, source=source, by=by, now=now)


def _reported(
    told: Reported,
    found: Listed | ListedFact | Wrong,
    elements: Mapping[str, Element],
    *,
    source: str,
    by: Actor,
    now: datetime,
) -> Reported:
    if isinstance(found, Wrong):
        return replace(told, why=found)
    try:
        result, ref = _again(lambda: _entered(found, elements, source=source, by=by, now=now))
    except Refused as refused:
        return replace(told, why=_why(refused))
    return replace(told, result=result, certificate=ref)


def _again(act: Callable[[], tuple[str, str]], tries: int = TRIES) -> tuple[str, str]:
    """One transaction; once more where somebody entered the same in between."""
    try:
        with transaction.atomic():
            return act()
    except Refused as refused:
        if refused.slug != "changed-meanwhile" or tries == 1:
            raise
    return _again(act, tries - 1)


def _why(refused: Refused) -> Wrong:
    reason = refused.facts.get("reason")
    if isinstance(reason, dict):
        return Wrong(str(refused.facts.get("field", "")), reason["zh"], reason["en"])
    return Wrong("", "同时有人登记了同一条，再导入一次", f"{refused.slug}: import it once more")


def _entered(
    row: Listed | ListedFact, elements: Mapping[str, Element], *, source: str, by: Actor, now: datetime
) -> tuple[str, str]:
    """What became of it, and the reference of its certificate.

    :raises Refused: invalid, identity-invalid; changed-meanwhile – somebody entered it at the same moment.
    """
    held = _held(row.holder, by=by, now=now)
    if isinstance(row, ListedFact):
        return say_fact(row, elements.get(row.element), source=source, now=now, today=_today(now), **held), ""
    return _certificate(row, held, source=source, by=by, now=now)


def _certificate(row: Listed, held: Held, *, source: str, by: Actor, now: datetime) -> tuple[str, str]:
    number = rules.certificate_number(row.number)
    rows = Certificate.objects.select_for_update(no_key=True).filter(held_by(**held), type=row.type, status="valid")
    stands = rows.filter(number_index=index_of(row.type, number)).order_by("id").first()
    if row.ended:
        if stands is None:
            return "unchanged", ""
        _need_own(stands, source)
        end_certificate(ref=stands.ref, why=row.reason or source, by=by, now=now)
        return "ended", stands.ref
    assert row.issued_on is not None  # the rule saw to it
    if row.issued_on > _today(now):  # every true one after it would be refused as older
        raise Refused("invalid", facts={"field": "issued_on", "reason": NOT_YET})
    if stands is not None:
        if _alike(stands, row):
            return "unchanged", stands.ref
        _need_own(stands, source)
        if stands.issued_on > row.issued_on:
            reason = {"zh": "库里的颁发日期更晚", "en": "What is on record was issued later"}
            raise Refused("invalid", facts={"field": "issued_on", "reason": reason})
        end_certificate(ref=stands.ref, why="renewed", by=by, now=now)
    made = issue_certificate(
        **held, type=row.type, number=number, name_zh=row.name_zh, name_en=row.name_en, issuer_zh=row.issuer_zh,
        issuer_en=row.issuer_en, issued_on=row.issued_on, valid_until=row.valid_until, trust=row.trust, source=source,
        by=by, now=now,
    )  # fmt: skip
    return "new" if stands is None else "newer", made.ref


def end_own(*, ref: str, reason: str, sources: Iterable[str], hall: str = "", by: Actor, now: datetime) -> Certificate:
    """注销: an authority ends what it issued. What was used in a case stays used, and is shown there as ended.

    :param sources: what whoever asks may say things as: `import:police`.
    :raises Refused: nothing-found (also: another authority's), wrong-state (ended already).
    """
    row = Certificate.objects.filter(ref=ref, source__in=list(sources)).first()
    if row is None:
        raise Refused("nothing-found", facts={"certificate": ref})
    return end_certificate(ref=ref, why=reason, hall=hall, by=by, now=now)


def _need_own(stands: Certificate, source: str) -> None:
    """:raises Refused: invalid – another authority issued it."""
    if not may_change(stands=stands.source, trust=stands.trust, source=source):
        raise Refused("invalid", facts={"field": "number", "reason": NOT_YOURS})


def _held(row: Holder, *, by: Actor, now: datetime) -> Held:
    if row.uscc:
        if not row.name and (known := people.organisation_by_code(row.uscc)) is not None:
            return Held(person_id=None, organisation_id=known.pk)
        firm = identity.enrol_organisation(uscc=row.uscc, name=row.name, by=by, now=now)
        return Held(person_id=None, organisation_id=firm.pk)
    if row.name:
        person = identity.enrol(name=row.name, id_type=row.id_type, id_number=row.id_number, by=by, now=now)
    else:
        person = identity.enrol_number(id_type=row.id_type, id_number=row.id_number, now=now)
    return Held(person_id=person.same_as_id or person.pk, organisation_id=None)


def _alike(stands: Certificate, row: Listed) -> bool:
    said = (row.name_zh, row.name_en, row.issuer_zh, row.issuer_en, row.issued_on, row.valid_until, row.trust)
    return said == (
        stands.name_zh, stands.name_en, stands.issuer_zh, stands.issuer_en, stands.issued_on, stands.valid_until,
        stands.trust,
    )  # fmt: skip


def _today(now: datetime) -> date:
    return now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
