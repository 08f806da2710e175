"""Reads on bundles (一件事): which cases belong together, their one form, how the whole stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from banshi.kernel.refusals import Refused
from banshi.rooms.calendars.queries import work_calendar
from banshi.rooms.cases.models import Bundle, Case
from banshi.rooms.cases.queries.handling import form_of, handling_of_case
from banshi.rooms.cases.rules import whole
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.catalogue.rules.one_form import OneForm, one_form, together


@dataclass(frozen=True)
class Whole:
    """:ivar state: draft | under_way | over. :ivar due_on: of the whole; None while a part has no day.

    :ivar done, of: parts that came to their result, of those that were not taken back, refused receipt or ended early.
    """

    no: str
    state: str
    cases: tuple[Case, ...]
    due_on: date | None
    joint_days: int | None
    done: int
    of: int


def all_bundles() -> QuerySet[Bundle]:
    return Bundle.objects.select_related("hall", "person", "organisation")


def bundle_by_no(no: str) -> Bundle:
    """:raises Refused: nothing-found."""
    bundle = all_bundles().filter(no=no).first()
    if bundle is None:
        raise Refused("nothing-found", facts={"bundle": no})
    return bundle


def cases_of(bundle: Bundle) -> list[Case]:
    """In the order of the matter."""
    rows = Case.objects.filter(bundle=bundle).select_related("hall", "item", "department", "locked_by", "bundle")
    return list(rows.order_by("id"))


def heads(rows: QuerySet[Case]) -> QuerySet[Case]:
    """Of a list of cases those that stand for a row of their own: of what was begun as one the first that is in the list."""
    first = rows.filter(bundle__isnull=False).order_by("bundle_id", "id").distinct("bundle_id").values("pk")
    return rows.filter(Q(bundle=None) | Q(pk__in=first))


def siblings(case: Case) -> list[Case]:
    """The other cases of its bundle; none of a case that stands alone."""
    if case.bundle_id is None:
        return []
    rows = Case.objects.filter(bundle_id=case.bundle_id).exclude(pk=case.pk)
    return list(rows.select_related("hall", "item", "department", "locked_by").order_by("id"))


def one_of(rows: Sequence[Case], *, open_alone: bool = True) -> OneForm:
    """The one form of the cases of a bundle, by the versions they are pinned to.

    Names come from all of them, so that they stay when one of them is taken back. :param open_alone: with the parts of those
    alone that are still drafts.
    """
    found = one_form([(case.item.code, handling_of_case(case)) for case in rows])
    if not open_alone:
        return found
    drafts = {case.item.code for case in rows if case.phase == "draft"}
    return OneForm(tuple(part for part in found.parts if part.item in drafts), found.conflicts)


def filled(one: OneForm, rows: Sequence[Case]) -> tuple[dict[str, str], dict[str, Any]]:
    """Answers and form as far as they are said, by shared names."""
    by_item = {case.item.code: case for case in rows}
    return together(one, lambda part: (by_item[part.item].answers, form_of(by_item[part.item])))


def whole_of(bundle: Bundle) -> Whole:
    rows = cases_of(bundle)
    zone = ZoneInfo(bundle.hall.timezone)
    counted = [case for case in rows if case.outcome not in ("withdrawn", "terminated", "not_accepted", "lapsed")]
    return Whole(
        no=bundle.no, state=whole.stands([case.phase for case in rows]), cases=tuple(rows),
        due_on=whole.due(
            dues=[case.due_promised for case in counted],
            begun=[case.accepted_at.astimezone(zone).date() if case.accepted_at else None for case in counted],
            joint_days=bundle.joint_days, calendar=work_calendar(),
        ),
        joint_days=bundle.joint_days, done=sum(case.phase in CASE.ends for case in counted),
        of=len(counted),
    )  # fmt: skip
