from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from banshi.kernel.actors import Actor
from tests.matters import Matters, matters_of
from tests.town import TUESDAY_NINE, Town

TEXT = "营业执照还没下来，能先办开店许可证吗？"


@dataclass
class Asking:
    """The town with somebody who asks, and a second department in its hall."""

    matters: Matters
    other_department: Any

    @property
    def town(self) -> Town:
        return self.matters.town

    @property
    def by(self) -> dict[str, Actor]:
        return self.matters.by

    @property
    def asker(self) -> Actor:
        return self.matters.applicant

    def asked(self, text: str = TEXT, *, now: datetime = TUESDAY_NINE, item: str = "pension", **more: Any) -> Any:
        from banshi.rooms.consulting import actions

        asking = {"hall": self.town.hall, "item_code": item, "text": text, "account_id": self.matters.account.pk}
        by = more.pop("by", self.asker)
        return actions.ask(actions.Asking(**{**asking, **more}), by=by, now=now)

    def answered(self, text: str = "可以，带受理通知书来。", *, now: datetime = TUESDAY_NINE, **more: Any) -> Any:
        from banshi.rooms.consulting import actions

        enquiry = more.pop("enquiry", None) or self.asked(now=now)
        given = {"no": enquiry.no, "seq": 1, "text": text, "department": "hrss", "by": self.by["reviewer"], "now": now}
        return actions.answer(**{**given, **more})


def asking_of(town: Town) -> Asking:
    from banshi.rooms.catalogue.models import Department, Item

    police = Department.objects.create(code="police", name_zh="公安局", name_en="Public Security")
    Item.objects.filter(code="id-card").update(department=police)
    matters = matters_of(town)
    return Asking(matters, police)


@pytest.fixture
def asking(town: Town) -> Asking:
    return asking_of(town)


@pytest.fixture
def committed_asking(committed_town: Any) -> Asking:
    return asking_of(committed_town)
