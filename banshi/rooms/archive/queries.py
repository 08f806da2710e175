"""Read the archive: packages, what is in them, whether they are as they were kept."""

from __future__ import annotations

import logging
import tempfile
import zipfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import bagit
from django.db.models import Q, QuerySet

from banshi.foundation.crypto import Unreadable
from banshi.kernel.refusals import Refused
from banshi.rooms.archive.models import Package
from banshi.rooms.archive.rules import bag as bags
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.library import queries as library
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall

logging.getLogger("bagit").setLevel(logging.CRITICAL)  # it names every file, and what is wrong is our answer


def packages(hall: Hall, *, q: str = "", gone: bool = False) -> QuerySet[Package]:
    """Newest first. :param q: the number of a case, or its end. :param gone: tombstones instead."""
    rows = Package.objects.filter(hall=hall, destroyed_at__isnull=not gone).select_related("case__item")
    if words := q.strip():
        rows = rows.filter(Q(case__no__startswith=words) | Q(case__no__endswith=words))
    return rows.order_by("-made_at", "-id")


def package_of(case_no: str) -> Package:
    """:raises Refused: nothing-found."""
    row = Package.objects.select_related("case__item", "case__department", "hall").filter(case__no=case_no).first()
    if row is None:
        raise Refused("nothing-found", facts={"case": case_no})
    return row


def content(package: Package) -> bytes:
    """The bag as a ZIP.

    :raises Refused: wrong-state – it was destroyed. :raises Unreadable: changed since it was kept.
    """
    if package.file_id is None:
        raise Refused("wrong-state", facts={"kind": "package", "state": "destroyed", "needs": "kept"})
    return library.content(package.file_id)


def is_whole(package: Package) -> bool:
    """Whether what is kept is byte for byte what was put in, and a valid bag. :raises Refused: wrong-state."""
    try:
        tree = bags.unzipped(content(package))
    except (Unreadable, zipfile.BadZipFile):
        return False
    return bags.MANIFEST in tree and bags.manifest_hash(tree) == package.manifest_sha256 and is_valid(tree)


def is_valid(tree: Mapping[str, bytes]) -> bool:
    """What `bagit` says of it. It reads folders: the files stand in one for nobody else, and for a moment."""
    with tempfile.TemporaryDirectory(prefix="banshi-bag-") as folder:
        root = Path(folder)
        for path, content in tree.items():
            place = (root / path).resolve()
            if not place.is_relative_to(root.resolve()):
                return False
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        try:
            bagit.Bag(folder).validate()
        except bagit.BagError:
            return False
    return True


def waiting(hall: Hall, *, now: datetime) -> QuerySet[Case]:
    """Cases that ended long enough ago – nobody rates them any more – and are not kept yet, the first that ended first."""
    policy = places.policy_of(hall.pk, now=now)
    days = max(policy.records.archive_days, policy.rating.within_days)
    day = (now.astimezone(ZoneInfo(hall.timezone)) - timedelta(days=days)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    rows = Case.objects.filter(hall=hall, phase__in=sorted(CASE.ends), archived_at=None, closed_at__lt=day)
    return rows.order_by("closed_at", "id")
