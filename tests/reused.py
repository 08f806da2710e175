"""Papers that were handed in before: the lease of the shop, sent, received, and found right by the window."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from banshi.kernel.actors import SYSTEM
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, CaseMaterial
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.library import actions as library
from tests.matters import Matters
from tests.town import TUESDAY_NINE, at

DAYS = 180


def reusable(code: str = "lease", days: int = DAYS, *, item: str = "pension") -> None:
    """From now on this paper of the shop licence, or of another item, is taken again for so many days."""
    row = Item.objects.get(code=item)
    papers = [{**each, "reuse_days": days} if each["code"] == code else each for each in row.handling["materials"]]
    row.handling = {**row.handling, "materials": papers}
    row.save(update_fields=["handling"])
    catalogue.keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))


def handed_in_before(
    matters: Matters, now: datetime = TUESDAY_NINE, *, pages: int = 1, accept: bool = True, **more: Any
) -> Case:
    """A case that was received, its lease a file that the window found right."""
    case, by = matters.opened(now, **more), matters.by["receiver"]
    for no in range(pages):
        file = library.keep(
            content=b"%PDF-1.7 lease " + bytes([48 + no]), mime="application/pdf", kind="upload", name="租约.pdf",
            by=SYSTEM, now=now,
        )  # fmt: skip
        cases.add_material(
            case_no=case.no, code="lease", channel="upload", file=file, further=True, by=matters.applicant, now=now
        )
    counted = [cases.Counted("id"), cases.Counted("photo")]
    cases.receive(case_no=case.no, materials=counted, by=by, now=now)
    if accept:
        case = cases.accept(case_no=case.no, verdicts=[cases.Verdict("lease", ok=True)], by=by, now=now)
    else:
        cases.see(case_no=case.no, codes=["lease"], by=by, now=now)
    return case


def page_of(case: Case) -> CaseMaterial:
    """The first page of its lease."""
    return CaseMaterial.objects.select_related("file").filter(case=case, code="lease", gone_at=None).order_by("id")[0]
