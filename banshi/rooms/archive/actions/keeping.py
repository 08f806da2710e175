"""归档: cases that have ended are packed, looked at four ways, and kept."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction

from banshi.kernel.actors import SYSTEM, Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.archive import queries
from banshi.rooms.archive.actions import packing
from banshi.rooms.archive.models import Package
from banshi.rooms.archive.rules import bag as bags
from banshi.rooms.archive.rules.checks import Checks, safety
from banshi.rooms.audit import actions as audit
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import case_by_no, chain_holds, papers_of
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.library import actions as library
from banshi.rooms.places.models import Hall

log = structlog.get_logger("banshi.archive")
MOST = 20  # cases of a hall in one go


def archive_due(*, now: datetime, most: int = MOST) -> int:
    """Cases whose time has come, hall by hall, each in a transaction of its own: one that fails is logged and waits.

    Late, twice or by two at once, it comes to the same. :returns: how many were kept.
    """
    kept = 0
    for hall in Hall.objects.order_by("id"):
        for no in list(queries.waiting(hall, now=now).values_list("no", flat=True)[:most]):
            try:
                kept += archive(case_no=no, by=SYSTEM, now=now) is not None
            except Refused as refused:
                log.warning("not archived", case=no, why=refused.slug)
    return kept


def archive(*, case_no: str, by: Actor, now: datetime) -> Package | None:
    """Pack a case that has ended. Who comes second waits, and finds it kept.

    :returns: None where it was kept before.
    :raises Refused: nothing-found; wrong-state – it goes on, a file waits for the scanner, or a check does not hold.
    """
    _set_papers(case_no, now=now)
    with transaction.atomic():
        case = cases.lock(case_no)
        if case.archived_at is not None:
            return None
        if case.phase not in CASE.ends or case.closed_at is None:
            raise Refused("wrong-state", facts={"kind": "case", "state": case.phase, "needs": sorted(CASE.ends)})
        if case.received_at is None:
            raise Refused("wrong-state", facts={"kind": "case", "state": case.phase, "needs": "received"})
        return _keep(case, closed_at=case.closed_at, by=by, now=now)


def _set_papers(case_no: str, *, now: datetime) -> None:
    """Papers and copies nobody has looked at yet, before the case is locked: each takes its time."""
    case = case_by_no(case_no)
    for number in [paper.number for paper in papers_of(case) if paper.file_id is None]:
        cases.pdf_of(number, now=now)
    if case.archived_at is None:
        cases.make_copies(case, now=now)


def _keep(case: Case, *, closed_at: datetime, by: Actor, now: datetime) -> Package:
    safe, unscanned = safety([row.scan for row in packing.kept_materials(case)])
    if not safe:
        raise Refused("wrong-state", facts={"kind": "document", "state": "pending", "needs": "clean"})
    closed_on = closed_at.astimezone(ZoneInfo(case.hall.timezone)).date()
    tree = bags.bag(packing.payload(case), _info(case, closed_on.isoformat()))
    whole = queries.is_valid(tree)
    checks = Checks(authentic=chain_holds(case), complete=whole, usable=whole, safe=safe, unscanned=unscanned)
    if not checks.passed:
        raise Refused("wrong-state", facts={"kind": "package", "state": "invalid", "needs": "valid"})
    digest = bags.manifest_hash(tree)
    file = library.keep(
        content=bags.zipped(tree, name=case.no), mime="application/zip", kind="archive", name=f"{case.no}.zip",
        hall=case.hall.code, by=by, now=now,
    )  # fmt: skip
    cases.file_away(case, manifest=digest, by=by, now=now)
    audit.record(action="archived", subject=f"case:{case.no}", by=by, now=now, hall=case.hall.code)
    return Package.objects.create(
        case=case, hall=case.hall, item=case.item.code, closed_on=closed_on, file=file, manifest_sha256=digest,
        checks=checks.as_json(), made_at=now,
    )  # fmt: skip


def _info(case: Case, day: str) -> dict[str, str]:
    return {
        "Source-Organization": case.hall.name_zh, "External-Identifier": case.no, "Bagging-Date": day,
        "External-Description": case.item_then.name_zh,
    }  # fmt: skip


def verify(*, case_no: str, by: Actor, now: datetime) -> bool:
    """Read a package again, every byte of it, and leave a trace of what was found.

    :raises Refused: nothing-found; wrong-state – it was destroyed.
    """
    package = queries.package_of(case_no)
    whole = queries.is_whole(package)
    audit.record(
        action="archive-verified", subject=f"case:{case_no}", by=by, now=now, hall=package.hall.code,
        facts={"whole": whole},
    )  # fmt: skip
    return whole


def take_out(*, case_no: str, by: Actor, now: datetime) -> bytes:
    """The package as a ZIP, for whoever may have it, with a trace.

    :raises Refused: nothing-found; wrong-state – it was destroyed. :raises Unreadable: changed since it was kept.
    """
    package = queries.package_of(case_no)
    content = queries.content(package)
    audit.record(action="archive-downloaded", subject=f"case:{case_no}", by=by, now=now, hall=package.hall.code)
    return content
