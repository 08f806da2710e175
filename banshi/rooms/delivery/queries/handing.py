"""Reads on deliveries."""

from __future__ import annotations

from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.models import Delivery


def delivery_of(case: Case) -> Delivery | None:
    """Where the result of a case lies or went, if there is one."""
    return Delivery.objects.filter(case=case).first()


def code_for_applicant(case: Case) -> str:
    """The code while it still opens something; "" afterwards. Only ever for whoever applied."""
    row = delivery_of(case)
    return row.code if row is not None and row.state == "ready" and row.tries_left > 0 else ""
