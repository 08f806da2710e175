"""材料复用: a paper that was handed in before, and judged right, stands for one that is asked for again."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.actions.ground import invalid
from banshi.rooms.cases.models import Case, CaseMaterial
from banshi.rooms.cases.queries.reuse import EarlierPaper, earlier_paper, handed_on
from banshi.rooms.cases.rules.materials import LIBRARY, TRUSTED
from banshi.rooms.library import actions as library


def need_earlier(
    case: Case,
    code: str,
    material_id: int,
    *,
    person_id: int | None,
    organisation_id: int | None,
    consent: bool,
    by: Actor,
    now: datetime,
) -> EarlierPaper:
    """The paper that this page belongs to, and a trace that it is used. The case is locked.

    :param person_id, organisation_id: whose library the case may use.

    The page is held, not its case: whoever destroys that case, or finds the page wrong, comes before or after, and two cases
    that take from each other never wait for each other.

    :raises Refused: consent-missing; invalid – there is none of theirs, or it stands no more.
    """
    if not consent:
        raise Refused("consent-missing")
    CaseMaterial.objects.select_for_update(of=("self",), no_key=True).filter(id=material_id).first()
    found = earlier_paper(case, code, material_id, now=now)
    if found is None:
        raise invalid(
            "earlier", "以前交的这份现在不能再用，另交一份", "What was handed in before counts no more: hand in another"
        )
    library.use_earlier(
        origin=found.origin.no, handed_on=found.handed_on, purpose=code, subject=f"case:{case.no}", consent=consent,
        person_id=person_id, organisation_id=organisation_id, hall=case.hall.code, by=by, now=now,
    )  # fmt: skip
    return found


def add_pages(case: Case, found: EarlierPaper, *, by: Actor, now: datetime) -> CaseMaterial:
    """Each page with the trust it had, never more; the first is returned. :raises Refused: invalid – it is there already."""
    rows = [
        CaseMaterial(
            case=case, code=found.code, channel=LIBRARY, copies=page.copies, file=page.file, trust=page.trust, at=now,
            by=str(by), origin=page.origin or page.case, handed_on=handed_on(page),
            verdict="ok" if page.trust in TRUSTED and by.kind is ActorKind.STAFF else "",
        )
        for page in found.pages
    ]  # fmt: skip
    try:
        with transaction.atomic():
            for row in rows:
                row.save(force_insert=True)
    except IntegrityError as twice:
        if "an_earlier_page_once_per_paper" not in str(twice):
            raise
        raise invalid("earlier", "这份材料已经用上了", "This paper is there already") from twice
    return rows[0]
