"""What stands for a paper and comes from the library: staff of the case see its copy, with a trace; nobody else does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from banshi.rooms.audit.models import Entry
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import CaseMaterial
from banshi.rooms.library import actions as library
from tests.matters import Matters
from tests.rooms.cases.test_copies import card, used
from tests.surfaces.review.test_case_page import uploaded
from tests.town import CLERK, TUESDAY_NINE

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(matters: Matters) -> CaseMaterial:
    """In pre-review, the identity card of the library for one of its papers."""
    card(matters)
    row = used(matters)
    for code in ("lease", "photo"):
        uploaded(matters, row.case, code)
    cases.submit(case_no=row.case.no, by=matters.applicant, now=TUESDAY_NINE)
    return row


def at(row: CaseMaterial, step: str = "") -> str:
    return f"/review/town/cases/{row.case.no}/{step}"


def test_a_page_leads_to_it_and_sets_nothing(row: CaseMaterial, client_of: Any, monkeypatch: Any):
    monkeypatch.setattr("banshi.rooms.cases.actions.copies._set", None)

    page = client_of("pre_reviewer").get(at(row)).content.decode()

    assert (f'data-look="{row.pk}"' in page, at(row, f"files/{row.pk}") in page) == (True, True)


def test_who_works_the_case_sees_it_and_that_is_written_down_once(row: CaseMaterial, client_of: Any):
    client = client_of("pre_reviewer")

    seen = [client.get(at(row, f"files/{row.pk}")) for _ in range(2)]

    why = f"copy:{row.case.no}:{row.certificate.ref}"
    traces = list(Entry.objects.filter(action="looked", facts__why=why).values_list("subject", flat=True))
    assert [(each.status_code, each["Content-Type"], each["Cache-Control"]) for each in seen] == [
        (200, "application/pdf", "no-store")
    ] * 2
    assert (seen[0].content == seen[1].content, traces) == (True, [f"person:{row.case.person_id}"])


def test_through_another_case_or_hall_there_is_none(row: CaseMaterial, matters: Matters, client_of: Any):
    other = matters.opened()
    client = client_of("pre_reviewer")

    found = [client.get(url).status_code for url in (
        f"/review/town/cases/{other.no}/files/{row.pk}", f"/review/other/cases/{row.case.no}/files/{row.pk}",
    )]  # fmt: skip

    assert (found[0], found[1] in (403, 404)) == (404, True)


def test_one_that_ended_since_is_told_beside_it(row: CaseMaterial, client_of: Any):
    before = client_of("pre_reviewer").get(at(row)).content.decode()
    library.end_certificate(ref=row.certificate.ref, by=CLERK, now=TUESDAY_NINE + timedelta(minutes=1))

    after = client_of("pre_reviewer").get(at(row)).content.decode()

    assert ("失效" in before, "使用后于" in after, "已失效。" in after) == (False, True, True)


def test_a_page_costs_the_same_for_several(matters: Matters, client_of: Any):
    counts = []
    for name in ("first", "second"):
        if name == "first":
            card(matters)
            row = used(matters)
        else:
            held = card(matters, number="44190019900101002X")
            CaseMaterial.objects.create(
                case=row.case,
                code="lease",
                channel="library",
                certificate=held,
                trust="A",
                at=TUESDAY_NINE,
                by="staff:1",
            )
        client = client_of("pre_reviewer")
        client.get(at(row))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(at(row))
        counts.append(len(asked))

    assert counts[0] == counts[1]
