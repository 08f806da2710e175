"""材料复用: of the papers that a case asks for, those that its applicant handed in before, and that still stand."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from banshi.rooms.cases.models import IN_ORDER, Case, CaseMaterial
from banshi.rooms.cases.queries.handling import guided_case
from banshi.rooms.cases.rules.reuse import NOT_AFTER, NOT_ON_GROUND, Page, last_day, stands
from banshi.rooms.library.queries import held_by


@dataclass(frozen=True)
class EarlierPaper:
    """A paper that was handed in before. `id`: of one of its pages, by which it is used; `origin`: the case in which it came."""

    id: int
    code: str
    origin: Case
    handed_on: date
    until: date  # the last day on which it stands for another
    trust: str  # the least of its pages
    pages: tuple[CaseMaterial, ...]

    @property
    def item_zh(self) -> str:
        return self.origin.item.name_zh

    @property
    def item_en(self) -> str:
        return self.origin.item.name_en


def earlier_papers(case: Case, *, codes: Collection[str] | None = None, now: datetime) -> dict[str, EarlierPaper]:
    """By the code of the paper, the one handed in last of its applicant's – of the organisation's where it is for one.

    :param codes: of these papers alone; None: of all that the situation asks for.
    """
    days = {
        paper.code: paper.reuse_days
        for paper in guided_case(case).materials
        if paper.reuse_days is not None and (codes is None or paper.code in codes)
    }
    if not days:
        return {}
    today = now.astimezone(ZoneInfo(case.hall.timezone)).date()
    found: dict[str, EarlierPaper] = {}
    for pages in _papers(case, days):
        each = _as_page(pages)
        if not stands(each, days=days[pages[0].code], today=today):
            continue
        paper = _earlier(pages, each, days[pages[0].code])
        there = found.get(paper.code)
        if there is None or (paper.handed_on, paper.id) > (there.handed_on, there.id):
            found[paper.code] = paper
    return found


def earlier_paper(case: Case, code: str, material_id: int, *, now: datetime) -> EarlierPaper | None:
    """The one that this page belongs to, where it may be used for this paper; also one that another is newer than."""
    paper = next((each for each in guided_case(case).materials if each.code == code), None)
    if paper is None or paper.reuse_days is None:
        return None
    today = now.astimezone(ZoneInfo(case.hall.timezone)).date()
    for pages in _papers(case, {code: paper.reuse_days}):
        each = _as_page(pages)
        if material_id in {page.pk for page in pages} and stands(each, days=paper.reuse_days, today=today):
            return _earlier(pages, each, paper.reuse_days)
    return None


def _papers(case: Case, codes: Iterable[str]) -> list[list[CaseMaterial]]:
    """What stands of each paper in each received case of the same holder, in its order: what came as a file of its own.

    A piece that is wrong spoils the paper; what was counted on paper, promised, or came of a certificate is no part of it.
    """
    owner = held_by(None, case.organisation_id) if case.organisation_id is not None else held_by(case.person_id, None)
    cases = Case.objects.filter(owner, received_at__isnull=False, destroyed_at=None).exclude(pk=case.pk)
    if case.organisation_id is None:
        cases = cases.filter(organisation=None)
    cases = cases.exclude(outcome__in=NOT_AFTER).exclude(ground=NOT_ON_GROUND)
    rows = CaseMaterial.objects.filter(case__in=cases, code__in=list(codes), gone_at=None)
    rows = rows.select_related("file", "case__hall", "case__item", "origin__item")
    found: dict[tuple[int, str], list[CaseMaterial]] = {}
    for row in rows.order_by("case_id", *IN_ORDER):
        found.setdefault((row.case_id, row.code), []).append(row)
    right = (pages for pages in found.values() if all(page.verdict != "bad" for page in pages))
    own = ([page for page in pages if page.file is not None and page.certificate_id is None] for pages in right)
    return [pages for pages in own if pages]


def _as_page(rows: Iterable[CaseMaterial]) -> list[Page]:
    return [
        Page(
            handed_on=handed_on(row), verdict=row.verdict, scan=row.scan,
            by_staff=row.judged_by_id is not None or row.by.startswith("staff:"),
        )
        for row in rows
    ]  # fmt: skip


def handed_on(row: CaseMaterial) -> date:
    """That hall's day on which it was handed in the first time: used again it grows no younger."""
    return row.handed_on or row.at.astimezone(ZoneInfo(row.case.hall.timezone)).date()


def _earlier(rows: list[CaseMaterial], pages: list[Page], days: int) -> EarlierPaper:
    first = min(rows, key=lambda row: (handed_on(row), row.pk))
    return EarlierPaper(
        id=first.pk, code=first.code, origin=first.origin or first.case, handed_on=handed_on(first),
        until=last_day(pages, days=days), trust=max(row.trust for row in rows), pages=tuple(rows),
    )  # fmt: skip
