"""A long list of cases, a page of it at a time: what it costs does not grow with how many wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, QuerySet

from banshi.rooms.cases.models import SHOWN_DAY, Case
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


def by_shown_day(rows: QuerySet[Case]) -> QuerySet[Case]:
    """By the first of the days that a line shows, whatever its phase waits for: what went by stands on top, what has no day last.
    For a list of all phases, where no one column is that day; an index has a hall's in this order.
    """
    return rows.order_by(SHOWN_DAY.asc(nulls_last=True), "id")


@dataclass(frozen=True)
class Waiting:
    """What a list holds: how many cases, and the items and departments that they are of, by key; None where they are too many
    to choose from."""

    count: int
    items: list[int] | None
    departments: list[int] | None


def waiting(rows: QuerySet[Case], *, most: int) -> Waiting:
    """All three in one pass over what waits: a hall has thousands of them.

    :param most: so many items, or departments, somebody chooses from.
    """
    found = rows.order_by().aggregate(
        count=Count("pk"),
        items=ArrayAgg("item_id", distinct=True),
        departments=ArrayAgg("department_id", distinct=True),
    )
    kept = {name: found[name] or [] for name in ("items", "departments")}
    return Waiting(found["count"], **{name: keys if len(keys) <= most else None for name, keys in kept.items()})
