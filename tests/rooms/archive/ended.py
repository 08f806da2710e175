"""Cases that have ended, for the archive."""

from __future__ import annotations

from datetime import datetime, timedelta

from banshi.journeys.case import conclude
from banshi.kernel.actors import SYSTEM
from banshi.rooms.cases.models import Case
from banshi.rooms.library import actions as library
from tests.matters import Matters
from tests.town import TUESDAY_NINE

DAY = timedelta(days=1)
LATER = TUESDAY_NINE + 40 * DAY


def closed(matters: Matters, now: datetime = TUESDAY_NINE, *, scan: str = "clean") -> Case:
    """The whole way to the licence in hand, with a page that came for it."""
    case = matters.decided(now)
    file = library.keep(content=b"%PDF-ours", mime="application/pdf", kind="scan", name="租约.pdf", by=SYSTEM, now=now)
    if scan != "clean":
        type(file).objects.filter(id=file.pk).update(scan=scan)
    case.materials.create(code="lease", channel="scan", trust="C", file=file, at=now, by="system")
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=now)
    conclude.shelve(case_no=case.no, place="A-3", by=matters.by["issuer"], now=now)
    return conclude.hand_over(case_no=case.no, identified=True, by=matters.by["issuer"], now=now)
