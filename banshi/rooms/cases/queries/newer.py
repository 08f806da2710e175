"""Drafts that are pinned to a version of their item which was replaced since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries.handling import form_of, handling_of_case
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.rules.newer import Newer, newer


@dataclass(frozen=True)
class Replaced:
    """`version`: the one of today; `is_otherwise`: what it asks of what was filled in."""

    case: Case
    version: int
    is_otherwise: Newer


def replaced(case: Case) -> Replaced | None:
    """What has changed since it was begun; None: nothing that whoever applies would notice, or it was sent already – what is
    under way goes on by its version."""
    item = case.item
    if case.phase != "draft" or case.submitted_at is not None or case.item_version >= item.version:
        return None
    found = newer(handling_of_case(case), catalogue.handling_of(item), case.answers, form_of(case))
    return None if found.same else Replaced(case, item.version, found)


def replaced_of(rows: Iterable[Case]) -> list[Replaced]:
    """Those of several cases – or of one – in which something has changed."""
    return [found for found in map(replaced, rows) if found is not None]
