"""Read the trail, and prove that it is whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from banshi.rooms.audit import rules
from banshi.rooms.audit.models import Entry, Seal

PAGE = 50


@dataclass(frozen=True)
class EntryView:
    """One act. `at` is hall time, UTC; `actor` is `kind:id`; `sealed`: part of the chain."""

    id: int
    at: datetime
    actor: str
    hall: str
    action: str
    subject: str
    facts: Mapping[str, Any]
    sealed: bool


@dataclass(frozen=True)
class Verdict:
    """Whether the chain is whole. `broken_at`: first place in the chain that is wrong; `why`: gap | changed | cut."""

    sealed: int
    unsealed: int
    broken_at: int | None = None
    why: str = ""
    entry_id: int | None = None

    @property
    def whole(self) -> bool:
        return self.broken_at is None


def trail(
    *,
    subject: str | None = None,
    hall: str | None = None,
    actor: str | None = None,
    action: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = PAGE,
    cursor: int | None = None,
) -> list[EntryView]:
    """Newest first. :param cursor: the last id seen; older ones follow. `since` ≤ at < `until`."""
    rows = Entry.objects.order_by("-id")
    asked = {
        "subject": subject, "hall": hall, "actor": actor, "action": action, "at__gte": since, "at__lt": until,
        "id__lt": cursor,
    }  # fmt: skip
    rows = rows.filter(**{name: value for name, value in asked.items() if value is not None})
    return [
        EntryView(row.id, row.at, row.actor, row.hall, row.action, row.subject, row.facts, row.sealed_hash is not None)
        for row in rows[: max(1, min(limit, 500))]
    ]


def verify() -> Verdict:
    """Walk the whole chain. It reads every sealed entry: for a button, not for each page."""
    before, no = rules.FIRST, 0
    heads: Iterator[tuple[int, str]] = Seal.objects.order_by("last_no").values_list("last_no", "last_hash").iterator()
    head = next(heads, None)
    unsealed = Entry.objects.filter(sealed_hash=None).count()
    for row in Entry.objects.filter(sealed_no__isnull=False).order_by("sealed_no").iterator(chunk_size=2000):
        no += 1
        if row.sealed_no != no:
            return Verdict(no - 1, unsealed, no, "gap", row.id)
        before = rules.chained(
            before, no=no, id=row.id, at=row.at, actor=row.actor, hall=row.hall, action=row.action, subject=row.subject,
            facts=row.facts,
        )  # fmt: skip
        if row.sealed_hash != before:
            return Verdict(no - 1, unsealed, no, "changed", row.id)
        if head is not None and head[0] == no:
            if head[1] != before:
                return Verdict(no - 1, unsealed, no, "changed", row.id)
            head = next(heads, None)
    if head is not None:
        return Verdict(no, unsealed, no + 1, "cut")
    return Verdict(no, unsealed)
