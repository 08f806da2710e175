"""免证办: what the library holds need not be brought (国令716 号 7 条) – with the consent of whose it is, for this case alone.
Nor need what they handed in before (材料复用), as long as the item takes it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.actions.ground import today_of
from banshi.rooms.cases.models import Case, CaseMaterial
from banshi.rooms.cases.queries import EarlierPaper, PaperRow, case_by_no, earlier_papers, paper_rows
from banshi.rooms.library import queries as library
from banshi.rooms.library.queries import CertificateView


@dataclass(frozen=True)
class Held:
    """A paper of the situation that the library can supply, and by which certificate."""

    paper: PaperRow
    certificate: CertificateView


def held(case: Case, *, now: datetime) -> list[Held]:
    """What need not be brought: papers nothing has come for, and a certificate that will do for each."""
    papers = [paper for paper in paper_rows(case) if paper.satisfied_by and not paper.there]
    if not papers:
        return []
    types = sorted({kind for paper in papers for kind in paper.satisfied_by})
    found: dict[str, CertificateView] = {}
    for certificate in library.certificates_of(**cases.holder_of(case), types=types, today=today_of(case, now)):
        found.setdefault(certificate.type, certificate)
    return [
        Held(paper, found[kind])
        for paper in papers
        if (kind := next((kind for kind in paper.satisfied_by if kind in found), None)) is not None
    ]


def earlier(
    case: Case, papers: Iterable[PaperRow], *, held: Collection[str] = (), now: datetime
) -> dict[str, EarlierPaper]:
    """By code, what was handed in before, of those of these papers that nothing has come for.

    :param held: codes of those that a certificate stands for: it goes before.
    """
    asked = {each.code for each in papers if each.reuse_days is not None and not each.there} - set(held)
    return earlier_papers(case, codes=asked, now=now) if asked else {}


def use_earlier(*, case_no: str, code: str, earlier: int, consent: bool, by: Actor, now: datetime) -> CaseMaterial:
    """Take a paper that was handed in before – for every draft of its bundle that asks for it.

    :param earlier: id of one of its pages. :raises Refused: those of `cases.add_paper`.
    """
    return cases.add_paper(
        case_no=case_no, code=code, channel="library", earlier=earlier, consent=consent, by=by, now=now
    )


def use(
    *, case_no: str, codes: Collection[str] | None = None, consent: bool, by: Actor, now: datetime
) -> list[CaseMaterial]:
    """Take papers from the library: those named, or all it can supply.

    :raises Refused: nothing-found, wrong-state; consent-missing.
    """
    if not consent:
        raise Refused("consent-missing")
    with transaction.atomic():
        case = case_by_no(case_no)
        wanted = [each for each in held(case, now=now) if codes is None or each.paper.code in codes]
        if codes is not None and {each.paper.code for each in wanted} != set(codes):
            raise Refused("nothing-found", facts={"certificate": ", ".join(sorted(codes))})
        return [
            cases.add_paper(
                case_no=case_no, code=each.paper.code, channel="library", certificate=each.certificate.ref, consent=True, by=by,
                now=now,
            )
            for each in wanted
        ]  # fmt: skip


def use_whichever(*, case_no: str, code: str, consent: bool, by: Actor, now: datetime) -> CaseMaterial:
    """What stands for one paper: a certificate, else what was handed in before.

    :raises Refused: those of `use` and `use_earlier`.
    """
    if not consent:
        raise Refused("consent-missing")
    with transaction.atomic():
        case = case_by_no(case_no)
        rows = [each for each in paper_rows(case) if each.code == code]
        certified = [each.paper.code for each in held(case, now=now)]
        before = earlier(case, rows, held=certified, now=now).get(code)
        if before is None:
            return use(case_no=case_no, codes=[code], consent=consent, by=by, now=now)[0]
        return use_earlier(case_no=case_no, code=code, earlier=before.id, consent=consent, by=by, now=now)
