"""What the issue window holds, column by column: as its page lists it, and as it waits for whoever works there."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, QuerySet

from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Case

Column = tuple[str, QuerySet[Case]]


def columns(*, halls: Collection[str], department: str, q: str = "") -> tuple[Column, Column, Column]:
    """By the phase each is called after, due first: to make (decided), to lay ready (issuing), to hand over (ready). What the
    courier has is nobody's here; a refusal is handed over as it was decided.

    :param department: whose cases alone, "" for all of a hall. :param q: a number, or words of a matter.
    """
    rows = cases.worklist("issue", halls=halls, department=department, q=q).exclude(delivery__state="posted")
    refused = Q(phase="decided", granted=False)
    return (
        ("decided", rows.filter(phase="decided").exclude(refused)),
        ("issuing", rows.filter(phase="issuing")),
        ("ready", rows.filter(refused | Q(phase="ready"))),
    )


def to_do(*, halls: Collection[str], department: str) -> dict[str, QuerySet[Case]]:
    """What is the window's turn: make | lay_ready | post. What lies ready to be fetched is somebody else's."""
    (_, made), (_, laid), (_, handed) = columns(halls=halls, department=department)
    return {"make": made, "lay_ready": laid, "post": handed.filter(wish__how="courier")}
