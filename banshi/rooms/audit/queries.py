"""Read the trail, and prove that it is whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.db.models import Max, Q
from django.utils.module_loading import import_string

from banshi.foundation.crypto import Unreadable, words_opened
from banshi.rooms.audit import rules
from banshi.rooms.audit.models import Entry, Seal
from banshi.rooms.audit.ports import Anchor, Anchors

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
    """Whether the chain is whole.

    `broken_at`: first place in the chain that is wrong; `why`: gap | changed | cut | rewritten (it holds together, but is
    not the chain that was anchored; wrong somewhere between the anchor before and this place). `anchored`: up to which
    place anchors outside the database bear it out; `anchored_at`: when the anchor that betrays it was kept.
    """

    sealed: int
    unsealed: int
    broken_at: int | None = None
    why: str = ""
    entry_id: int | None = None
    anchored: int = 0
    anchored_at: datetime | None = None

    @property
    def whole(self) -> bool:
        return self.broken_at is None


FOR_EVERY_HALL = (
    "imported-national-days", "imported-items", "planned-item", "published-item", "dropped-item-draft", "set-rules",
    "proposed-rules", "dropped-rules", "proposed-round", "published-round", "dropped-round", "closed-round", "drew-round",
    "asked-to-retire", "agreed-to-retire", "kept-item",
    "asked-item-back", "kept-retired", "put-item-back",
    "began-item-change", "changed-item-draft", "finished-item-change",
    "began-matter", "changed-matter", "published-matter", "dropped-matter", "asked-to-retire-matter", "retired-matter",
)  # fmt: skip


def looks_at(subjects: Collection[str], *, limit: int = PAGE, cursor: int | None = None) -> list[EntryView]:
    """Who looked at them, newest first. :param cursor: the last id seen."""
    rows = Entry.objects.filter(subject__in=subjects, action="looked").order_by("-id")
    if cursor is not None:
        rows = rows.filter(id__lt=cursor)
    return [_view(row) for row in rows[:limit]]


def done_to(subjects: Collection[str], *, action: str, since: datetime) -> list[EntryView]:
    """What was done to any of them since a moment, newest first."""
    rows = Entry.objects.filter(subject__in=subjects, action=action, at__gte=since).order_by("-id")
    return [_view(row) for row in rows[:PAGE]]


def was_done(subject: str, *, action: str, at: datetime) -> bool:
    """Whether this was done to it at that very moment."""
    return Entry.objects.filter(subject=subject, action=action, at=at).exists()


def trail(
    *,
    subject: str | None = None,
    hall: str | None = None,
    actors: Collection[str] | None = None,
    action: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = PAGE,
    cursor: int | None = None,
) -> list[EntryView]:
    """Newest first. :param hall: its entries, and what was done for every hall at once. :param cursor: the last id seen; older
    ones follow. `since` ≤ at < `until`."""
    rows = Entry.objects.order_by("-id")
    if hall is not None:
        rows = rows.filter(Q(hall=hall) | Q(hall="", action__in=FOR_EVERY_HALL))
    asked = {
        "subject": subject, "actor__in": actors, "action": action, "at__gte": since, "at__lt": until,
        "id__lt": cursor,
    }  # fmt: skip
    rows = rows.filter(**{name: value for name, value in asked.items() if value is not None})
    return [_view(row) for row in rows[: max(1, min(limit, 500))]]


def _view(row: Entry) -> EntryView:
    return EntryView(
        row.id,
        row.at,
        row.actor,
        row.hall,
        row.action,
        row.subject,
        _opened(row.facts),
        row.sealed_hash is not None,
    )


def _opened(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """With what people wrote, readable; left out where the key is gone."""
    return {name: said for name, stored in facts.items() if (said := _own_words(name, stored)) is not None}


def _own_words(name: str, stored: Any) -> Any:
    if name not in rules.OWN_WORDS or not isinstance(stored, str):
        return stored
    try:
        return words_opened(stored, place=rules.FACTS_PLACE)
    except Unreadable:
        return None


def kept_anchors() -> Anchors | None:
    """Where heads of the chain are kept outside the database, if anywhere."""
    path = getattr(settings, "BANSHI_ANCHORS", "")
    return cast(Anchors, import_string(path)()) if path else None


def verify() -> Verdict:
    """Walk the whole chain, and hold it against the anchors. It reads every sealed entry: for a button, not each page."""
    # In this order: sealing goes on meanwhile, and an anchor follows its seal, a seal comes with its entries.
    anchors = standing(kept_anchors())
    last_entry = Entry.objects.aggregate(no=Max("sealed_no"))["no"] or 0
    last_seal = Seal.objects.aggregate(no=Max("last_no"))["no"] or 0
    walk = _Walk(Entry.objects.filter(sealed_hash=None).count(), anchors, until=last_seal)
    rows = Entry.objects.filter(sealed_no__lte=max(last_entry, last_seal)).order_by("sealed_no")
    for row in rows.iterator(chunk_size=2000):
        if (broken := walk.step(row)) is not None:
            return broken
    return walk.end()


def standing(anchors: Anchors | None) -> dict[int, Anchor]:
    """Anchors that count, by place: after a restore, later heads of the time before count no longer."""
    found: dict[int, Anchor] = {}
    for each in anchors.kept() if anchors else ():
        if each.restored:
            found = {no: kept for no, kept in found.items() if no <= each.no}
        if each.no > 0:
            found.setdefault(each.no, each)
    return found


class _Walk:
    """From the first place to the last: content, order, seals, anchors."""

    def __init__(self, unsealed: int, anchors: dict[int, Anchor], *, until: int) -> None:
        self.no, self.before, self.version, self.anchored = 0, rules.FIRST, rules.PLAIN, 0
        self.unsealed, self.anchors = unsealed, anchors
        self.seals = Seal.objects.filter(last_no__lte=until).order_by("last_no").iterator()
        self.seal = next(self.seals, None)

    def step(self, row: Entry) -> Verdict | None:
        self.no += 1
        if row.sealed_no != self.no:
            return self._broken("gap", row)
        if self.seal is None or self.seal.version < self.version:  # sealed by nobody, or no longer with the key
            return self._broken("changed", row)
        self.version = self.seal.version
        self.before = rules.chained(
            self.before, version=self.version, key=settings.BANSHI_AUDIT_KEY, no=self.no, id=row.id, at=row.at,
            actor=row.actor, hall=row.hall, action=row.action, subject=row.subject, facts=row.facts,
        )  # fmt: skip
        if row.sealed_hash != self.before:
            return self._broken("changed", row)
        if self.seal.last_no == self.no:
            if self.seal.last_hash != self.before:
                return self._broken("changed", row)
            self.seal = next(self.seals, None)
        if (anchor := self.anchors.get(self.no)) is not None:
            if anchor.hash != self.before:
                return self._broken("rewritten", row, anchor)
            self.anchored = self.no
        return None

    def end(self) -> Verdict:
        later = [anchor for no, anchor in sorted(self.anchors.items()) if no > self.no]
        if self.seal is not None or later:
            at = later[0].at if later else None
            return Verdict(self.no, self.unsealed, self.no + 1, "cut", None, self.anchored, at)
        return Verdict(self.no, self.unsealed, anchored=self.anchored)

    def _broken(self, why: str, row: Entry, anchor: Anchor | None = None) -> Verdict:
        at = anchor.at if anchor else None
        return Verdict(self.no - 1, self.unsealed, self.no, why, row.id, self.anchored, at)
