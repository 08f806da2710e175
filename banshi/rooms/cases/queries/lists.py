"""A long list of cases, a page of it at a time: what it costs does not grow with how many wait."""

from __future__ import annotations

from typing import Final, Literal

from django.db.models import QuerySet

from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries.views import all_cases

# What a line shows of a case and what hangs on it: what is sealed or long is not fetched, opened and thrown away.
_NOT_IN_LINE: Final = frozenset({"applicant", "contact", "answers", "form"})
_SHOWN_IN_LINE: Final = (
    *(field.name for field in Case._meta.concrete_fields if field.name not in _NOT_IN_LINE),
    *(f"{part}__{name}" for part in ("hall", "item", "department") for name in ("code", "name_zh", "name_en")),
    "hall__timezone", "locked_by__name_zh", "locked_by__name_en", "back_to__name_zh", "back_to__name_en", "bundle__no",
)  # fmt: skip


def read(rows: QuerySet[Case]) -> QuerySet[Case]:
    """The cases of one page, with what their lines show. What hangs on a case is looked up for these alone: joined before, it
    would be carried through the sorting of all that wait.

    :param rows: sliced, in their order.
    """
    return as_lines(all_cases().filter(pk__in=rows.values("pk")).order_by(*rows.query.order_by))


def as_lines(rows: QuerySet[Case]) -> QuerySet[Case]:
    """The same, with what `lines` says of them alone."""
    return rows.only(*_SHOWN_IN_LINE)


def whose(rows: QuerySet[Case], what: Literal["item", "department"], *, most: int) -> list[int] | None:
    """The items or departments that the cases of a list are of, by key; None where they are more than `most`."""
    name = f"{what}_id"
    found = list(rows.order_by(name).values_list(name, flat=True).distinct()[: most + 1])
    return found if len(found) <= most else None
