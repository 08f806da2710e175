"""What is on record of an organisation: its certificates, what is known, each use with its case; for members who may send."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from banshi.kernel.masking import mask_id
from banshi.rooms.cases import queries as cases
from banshi.rooms.identity.queries import ActsForOrganisation
from banshi.rooms.library import queries as library
from banshi.rooms.library.queries import CertificateView
from banshi.surfaces.citizen.facts_used import FactUsed, facts_used
from banshi.surfaces.citizen.my_record import Known, known_of
from banshi.surfaces.citizen.uses import Used, with_cases

MOST_USES = 50


@dataclass(frozen=True)
class FirmRecord:
    """All masked. `certificates`: with the number, and whether its last day is over; `uses`: the newest, with the case where
    it is this member's business."""

    certificates: list[tuple[CertificateView, str, bool]]
    known: list[Known]
    uses: list[Used]
    fact_uses: list[FactUsed]


def record_of(mine: ActsForOrganisation, *, today: date) -> FirmRecord | None:
    """None: they fill in only, and its library is not theirs to see."""
    if not mine.limits.sends:
        return None
    firm = mine.organisation_id
    held = library.certificates_of(organisation_id=firm)
    known = known_of(library.facts_of(organisation_id=firm, today=today), whole=False)
    filled = facts_used(library.fact_uses_of(None, organisation_id=firm, most=MOST_USES), today=today)
    seen = _seen(mine, {each.case for each in known} | {each.origin_case for each in filled})
    return FirmRecord(
        [(each, mask_id(each.number), not each.holds(today)) for each in held],
        [each if each.case in seen else replace(each, case="", item="") for each in known],
        [_as_seen(mine, each) for each in with_cases(library.uses_of(None, organisation_id=firm, most=MOST_USES))],
        [_fact_as_seen(mine, each, seen) for each in filled],
    )


def _seen(mine: ActsForOrganisation, numbers: Collection[str]) -> set[str]:
    """Of these cases those that are this member's business."""
    return set(cases.cases_for(mine).filter(no__in=numbers).values_list("no", flat=True))


def _fact_as_seen(mine: ActsForOrganisation, each: FactUsed, seen: Collection[str]) -> FactUsed:
    """Of a case, or said by a case, that is not this member's business, no number."""
    sees = each.case is not None and cases.sees(mine, each.case)
    hidden = bool(each.origin_case) and each.origin_case not in seen
    return replace(each, case=each.case if sees else None, origin="" if hidden else each.origin)


def _as_seen(mine: ActsForOrganisation, each: Used) -> Used:
    """Copies are looked at through the case."""
    sees = each.case is not None and cases.sees(mine, each.case)
    origin = each.origin if each.origin is not None and cases.sees(mine, each.origin) else None
    return replace(each, case=each.case if sees else None, copy="", origin=origin)
