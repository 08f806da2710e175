"""页序: the pages of a paper are put in order before they are handed in. Each order is kept, with a hash of what it holds."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.actions.acting import need_acting
from banshi.rooms.cases.actions.ground import invalid, locked, need
from banshi.rooms.cases.models import IN_ORDER, Case, CaseMaterial, PageOrder


def move_page(*, case_no: str, material_id: int, up: bool, by: Actor, now: datetime) -> Case:
    """One page changes places with the one before or after it; at the end of the row nothing happens.

    :raises Refused: nothing-found, wrong-state – the papers were received: their order stays.
    """
    with transaction.atomic():
        case = _open_to_order(case_no, by=by, now=now)
        live = CaseMaterial.objects.filter(case=case, gone_at=None).select_related("file__blob", "certificate")
        code = live.filter(id=material_id).values_list("code", flat=True).first()
        if code is None:
            raise Refused("nothing-found", facts={"material": material_id})
        pages = list(live.filter(code=code).order_by(*IN_ORDER))
        at = next(place for place, page in enumerate(pages) if page.pk == material_id)
        to = at - 1 if up else at + 1
        if 0 <= to < len(pages):
            pages[at], pages[to] = pages[to], pages[at]
            _keep(case, code, pages, by=by, now=now)
    return case


def order_pages(*, case_no: str, code: str, pages: Sequence[int], by: Actor, now: datetime) -> Case:
    """All pages of a paper in one order; as they are already nothing is written.

    :param pages: ids of what came for it, each once: a page that came or went meanwhile is not put anywhere unseen.
    :raises Refused: nothing-found (nothing came for this paper), invalid, wrong-state – the papers were received.
    """
    with transaction.atomic():
        case = _open_to_order(case_no, by=by, now=now)
        live = CaseMaterial.objects.filter(case=case, code=code, gone_at=None).select_related(
            "file__blob", "certificate"
        )
        there = {page.pk: page for page in live.order_by(*IN_ORDER)}
        if not there:
            raise Refused("nothing-found", facts={"material": code})
        if len(pages) != len(there) or set(pages) != set(there):
            raise invalid(
                "pages",
                f"把这份材料的 {len(there)} 页各写一次",
                f"Give each of the {len(there)} pages of this paper once",
            )
        if list(pages) != list(there):
            _keep(case, code, [there[each] for each in pages], by=by, now=now)
    return case


def _open_to_order(case_no: str, *, by: Actor, now: datetime) -> Case:
    """The case, locked. :raises Refused: nothing-found, wrong-state, mandate-missing, member-limited."""
    case = locked(case_no)
    need(case, "change")
    need_acting(case, by=by, now=now)
    if case.received_at is not None:
        raise Refused("wrong-state", facts={"kind": "case", "state": case.phase, "needs": "draft"})
    return case


def _keep(case: Case, code: str, pages: Sequence[CaseMaterial], *, by: Actor, now: datetime) -> None:
    for place, page in enumerate(pages):
        page.place = place
    CaseMaterial.objects.bulk_update(pages, ["place"])
    before = PageOrder.objects.filter(case=case, code=code).count()
    PageOrder.objects.create(
        case=case,
        code=code,
        version=before + 1,
        pages=[page.pk for page in pages],
        hash=hash_of(pages),
        by=str(by),
        at=now,
    )


def hash_of(pages: Sequence[CaseMaterial]) -> str:
    """Of what the pages are, in this order: another order of the same is another hash."""
    said = "\n".join(_content(page) for page in pages)
    return hashlib.sha256(said.encode()).hexdigest()


def _content(page: CaseMaterial) -> str:
    if page.file is not None:
        return page.file.blob.sha256
    return f"certificate:{page.certificate.ref}" if page.certificate is not None else f"paper:{page.pk}"
