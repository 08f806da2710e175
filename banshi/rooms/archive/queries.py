"""Read the archive: packages, what is in them, whether they are as they were kept."""

from __future__ import annotations

import logging
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import bagit
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from banshi.foundation.crypto import Unreadable
from banshi.kernel.refusals import Refused
from banshi.rooms.archive.models import Hold, Package, Purge, PurgeLine, RetentionRule
from banshi.rooms.archive.rules import bag as bags
from banshi.rooms.archive.rules import retention
from banshi.rooms.archive.rules.retention import Rule
from banshi.rooms.cases.models import Case, PromiseCheck
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
    """Cases that ended long enough ago – nobody rates them any more – and are not kept yet, the first that ended first. What was
    never received is nobody's record; what was promised is checked first (核查), as long as its day is not over.
    """
    policy = places.policy_of(hall.pk, now=now)
    days = max(policy.records.archive_days, policy.rating.within_days)
    day = (now.astimezone(ZoneInfo(hall.timezone)) - timedelta(days=days)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    rows = Case.objects.filter(
        hall=hall, phase__in=sorted(CASE.ends), archived_at=None, closed_at__lt=day, received_at__isnull=False
    )
    open_checks = PromiseCheck.objects.filter(
        case=OuterRef("pk"), says="", material__gone_at=None, due_on__gte=today_in(hall, now), case__granted=True
    )
    return rows.exclude(Exists(open_checks)).order_by("closed_at", "id")


# --- How long, and who holds it --------------------------------------------------------------------------------


def years(package: Package) -> int | None:
    """None: for ever."""
    code, item_type = package.case.item.code, package.case.item_type
    said = RetentionRule.objects.filter(Q(item=code) | Q(item_type=item_type)).order_by("id")
    rules = [Rule(each.item, each.item_type, each.years) for each in said]
    return retention.years_of(item=code, item_type=item_type, rules=rules)


def until(package: Package) -> date | None:
    """The last day on which it is kept; None: without end."""
    return retention.kept_until(package.closed_on, years(package))


def today_in(hall: Hall, now: datetime) -> date:
    return now.astimezone(ZoneInfo(hall.timezone)).date()


def holds_of(case: Case) -> QuerySet[Hold]:
    """Newest first."""
    return Hold.objects.filter(case=case).select_related("placed_by", "lifted_by").order_by("-id")


def _standing(day: date) -> QuerySet[Hold]:
    return Hold.objects.filter(Q(until=None) | Q(until__gte=day), lifted_at=None)


def held(case: Case, *, now: datetime) -> bool:
    return bool(held_among([case], now=now))


def held_among(rows: Iterable[Case], *, now: datetime) -> frozenset[int]:
    """Of these the cases that somebody holds from destruction, by key."""
    halls: dict[date, list[int]] = {}
    for case in rows:
        halls.setdefault(today_in(case.hall, now), []).append(case.pk)
    found = [_standing(day).filter(case__in=keys).values_list("case_id", flat=True) for day, keys in halls.items()]
    return frozenset(key for each in found for key in each)


def run_out(hall: Hall, *, now: datetime) -> list[Package]:
    """What may be destroyed: its years are over and nobody holds it; the oldest first."""
    today = today_in(hall, now)
    rows = Package.objects.filter(hall=hall, destroyed_at=None, closed_on__lt=today).exclude(
        case__in=_standing(today).values("case")
    )
    found = rows.select_related("case__item").order_by("closed_on", "id")
    return [row for row in found if (last := until(row)) is not None and last < today]


def purges(hall: Hall) -> QuerySet[Purge]:
    return Purge.objects.filter(hall=hall).select_related("proposed_by", "confirmed_by", "dropped_by").order_by("-id")


def lines_of(purge: Purge) -> QuerySet[PurgeLine]:
    return PurgeLine.objects.filter(purge=purge).select_related("package__case__item").order_by("id")


def became(purge: Purge) -> dict[str, int]:
    """How many packages of a purge came to what; "": nothing yet."""
    rows = PurgeLine.objects.filter(purge=purge).order_by("outcome").values_list("outcome").annotate(n=Count("id"))
    return dict(rows)
