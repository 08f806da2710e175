"""What is its applicant's to do now in what was begun as one (一件事), in each of its cases: the page of the whole says all of
it, so that nobody has to open one case after the other to find out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext, pgettext

from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Case
from banshi.surfaces.citizen import case_story
from banshi.surfaces.citizen.case_where import WAITS_FOR_PAPERS, where_of
from banshi.surfaces.citizen.to_follow import to_follow


@dataclass(frozen=True)
class Turn:
    """What is theirs to do in one of its cases, by a day or None. `papers`: their names, where that is what is to come."""

    case: Case
    title: str
    until: date | None
    papers: str = ""


def turns_of(rows: Sequence[tuple[Case, date | None]], *, now: datetime) -> list[Turn]:
    """Of cases that were sent; what is due first comes first.

    :param rows: each case, and the day that is waited for in it.
    """
    follow = to_follow([case for case, _ in rows if case.closed_at is None])
    found = []
    for case, due_on in rows:
        if (title := _step(case, now=now)) is not None:
            found.append(Turn(case, title, due_on))
        if owed := [each for each in follow.get(case.pk, ()) if not each.sent]:
            papers = gettext(", ").join(each.name for each in owed)
            found.append(Turn(case, pgettext("case", "Still to follow, as you promised"), owed[0].due_on, papers))
    return sorted(found, key=lambda each: (each.until or date.max, each.case.pk))


def _step(case: Case, *, now: datetime) -> str | None:
    if case.phase == "draft":
        return None
    if case.fee_due_on is not None:
        return str(case_story.TO_PAY[0])
    if case.phase in WAITS_FOR_PAPERS:
        where = where_of(case, now=now)
        brought = where.dropped is not None or where.sent is not None
        if not where.by_hand or brought:
            return None
        if case_story.appointment_of(case, now=now) is not None:
            return pgettext("case", "Bring the originals")
        return pgettext("case", "Book a time to bring the originals")
    return str(case_story.NOW[case.phase][0]) if cases.with_of(case) == "applicant" else None
