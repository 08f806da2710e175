"""Viruses: asked when a file comes in, again where the scanner did not answer, and in the end somebody looks."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from banshi.kernel.actors import SYSTEM, Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.library import rules
from banshi.rooms.library.models import DocumentVersion
from banshi.rooms.library.ports import Scanner
from banshi.rooms.library.queries import content

log = structlog.get_logger("banshi.library")


def scanned(what: bytes) -> str:
    """clean; pending – the scanner does not answer; unavailable – there is none here.

    :raises Refused: material-rejected – a virus.
    """
    if (scanner := _scanner()) is None:
        return "unavailable"
    try:
        found = scanner(what)
    except OSError as trouble:
        log.warning("scanner-silent", trouble=type(trouble).__name__)
        return "pending"
    if found is not None:
        log.warning("virus-found", virus=found)
        raise Refused(rules.rejected("infected"))
    return "clean"


def _scanner() -> Scanner | None:
    path = settings.BANSHI_SCANNER
    return cast(Scanner, import_string(path)) if path else None


def scan_pending(*, now: datetime, most: int = 20) -> int:
    """Ask again about files for which the scanner did not answer; stops at the first for which it does not.

    :returns: how many are settled.
    """
    settled = 0
    for version_id in DocumentVersion.objects.filter(scan="pending").order_by("id").values_list("id", flat=True)[:most]:
        try:
            state = scanned(content(version_id, unchecked=True))
        except Refused:
            state = "rejected"
        if state not in ("clean", "rejected"):
            break
        verb, why = ("release", "") if state == "clean" else ("reject", "infected")
        settled += _settle(version_id, verb, why, by=SYSTEM, now=now) is not None
    return settled


def release(*, version_id: int, by: Actor, now: datetime) -> DocumentVersion:
    """Somebody looked at a file that no scanner cleared, and takes it.

    :raises Refused: nothing-found, wrong-state, material-rejected (nobody gets it any more).
    """
    return _need(_settle(version_id, "release", "", by=by, now=now), version_id, "release")


def reject(*, version_id: int, by: Actor, now: datetime) -> DocumentVersion:
    """Somebody looked, and nobody gets this file any more.

    :raises Refused: nothing-found, wrong-state, material-rejected (nobody gets it any more).
    """
    return _need(_settle(version_id, "reject", "by-hand", by=by, now=now), version_id, "reject")


def _need(row: DocumentVersion | None, version_id: int, verb: str) -> DocumentVersion:
    if row is not None:
        return row
    found = DocumentVersion.objects.filter(id=version_id).first()
    if found is None:
        raise Refused("nothing-found", facts={"version": version_id})
    if found.scan in rules.UPLOAD.ends:
        raise Refused(rules.rejected(found.reason))
    raise Refused(rules.UPLOAD.refusal(found.scan, verb) or "changed-meanwhile")


def _settle(version_id: int, verb: str, why: str, *, by: Actor, now: datetime) -> DocumentVersion | None:
    """None where it is no longer in a state for it."""
    with transaction.atomic():
        rows = DocumentVersion.objects.select_for_update(no_key=True, of=("self",)).select_related("document")
        row = rows.filter(id=version_id, scan__in=rules.UPLOAD.of(verb)).first()
        if row is None:
            return None
        row.scan, row.reason = rules.UPLOAD.to(verb), why
        row.save(update_fields=["scan", "reason"])
        audit.record(
            action="document_released" if verb == "release" else "document_rejected",
            subject=f"document:{row.document.ref}",
            by=by,
            now=now,
            hall=row.document.hall,
            facts={"version": row.version},
        )
    return row
