"""归档: a case that has ended is filed away. That is a fact of it, not a phase."""

from __future__ import annotations

from datetime import datetime

from banshi.kernel.actors import Actor
from banshi.rooms.cases.actions.ground import write_event
from banshi.rooms.cases.models import Case


def file_away(case: Case, *, manifest: str, by: Actor, now: datetime) -> None:
    """The last event of its chain, with the hash of what is kept. The case is locked and has ended.

    :param manifest: SHA-256 of the package's manifest.
    """
    case.archived_at = now
    case.save(update_fields=["archived_at"])
    write_event(case, "archive", before=case.phase, by=by, now=now, facts={"manifest": manifest}, why="")
