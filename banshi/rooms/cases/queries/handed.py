"""物料流转 as the front sees it: papers that the department did not sign for, and why."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Subquery

from banshi.rooms.cases.models import Handover


def was_given_back() -> Exists:
    """Of a case in a list: whether its last slip was not signed for."""
    last = Handover.objects.filter(case=OuterRef(OuterRef("pk"))).order_by("-id").values("pk")[:1]
    return Exists(Handover.objects.filter(pk=Subquery(last), refused_at__isnull=False))


def given_back(numbers: Collection[str]) -> dict[str, Handover]:
    """By the number of their case: the last slip of each, where it was not signed for, with who gave it and who said no."""
    rows = Handover.objects.filter(case__no__in=list(numbers)).select_related("case", "given_by", "refused_by")
    last = rows.order_by("case_id", "-id").distinct("case_id")
    return {row.case.no: row for row in last if row.refused_at is not None}
