"""有效期: the paper and the certificate say the same last day, in months and by what was granted."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.journeys.case import conclude
from banshi.kernel.actors import SYSTEM
from banshi.rooms.cases.queries import facts_of
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.library import queries as library
from tests.matters import Matters
from tests.town import TUESDAY_NINE, at

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("term", "until"),
    [({"for_months": 3}, "2026-06-10"), ({"until": "until"}, "2026-09-10"), ({}, None)],
)
def test_paper_and_certificate_bear_the_same_last_day(
    matters: Matters, term: dict[str, Any], until: str | None
) -> None:
    item = Item.objects.get(code="pension")
    granted = [{"code": "until", "label_zh": "期限至", "label_en": "Until", "type": "date", "after_months": 6}]
    valid = [{"text_zh": "都", "text_en": "All", **term}]
    item.handling = {**item.handling, "result": {**item.handling["result"], "grants": granted, "valid": valid}}
    item.save(update_fields=["handling"])
    catalogue.keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))

    paper = conclude.issue(case_no=matters.decided().no, by=matters.by["issuer"], now=TUESDAY_NINE)

    (held,) = library.certificates_of(person_id=matters.person.pk)
    said = [each.isoformat() if each is not None else None for each in (facts_of(paper).valid_until, held.valid_until)]
    assert said == [until, until]
