"""A file that was taken in and became nobody's paper goes after a day; what a paper stands on stays, whatever became of that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.rooms.cases import actions as cases
from banshi.rooms.library import actions
from banshi.rooms.library.models import Blob, Document, DocumentVersion
from banshi.rooms.library.ports import Cleaned
from tests.matters import Matters, matters_of
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def as_it_is(content: bytes) -> Cleaned:
    return Cleaned(content, "application/pdf", 1)


@pytest.fixture
def matters(town: Town, settings: Any) -> Matters:
    settings.BANSHI_INTAKE = f"{__name__}.as_it_is"
    return matters_of(town)


def taken_in(matters: Matters, content: bytes = b"page") -> DocumentVersion:
    return actions.take_in(
        content=content, name="lease.pdf", channel="upload", person_id=matters.person.pk, by=matters.applicant,
        now=TUESDAY_NINE,
    )  # fmt: skip


def test_it_goes_after_a_day_bytes_and_name(matters: Matters) -> None:
    taken_in(matters)

    gone = [actions.forget_unkept(now=TUESDAY_NINE + late, most=10) for late in (DAY, DAY + SECOND, 2 * DAY)]

    assert gone == [0, 1, 0]
    assert (Document.objects.exists(), Blob.objects.exists()) == (False, False)


def test_a_paper_of_a_case_stays_also_where_another_took_its_place(matters: Matters) -> None:
    case, file = matters.opened(), taken_in(matters)
    row = cases.add_material(
        case_no=case.no, code="lease", channel="upload", file=file, by=matters.applicant, now=TUESDAY_NINE
    )
    cases.take_back_material(case_no=case.no, material_id=row.pk, by=matters.applicant, now=TUESDAY_NINE)
    made = actions.keep(
        content=b"notice", mime="application/pdf", kind="paper:receipt", name="n.pdf", by=matters.applicant, now=TUESDAY_NINE
    )  # fmt: skip

    assert actions.forget_unkept(now=TUESDAY_NINE + 2 * DAY, most=10) == 0
    assert set(Document.objects.values_list("id", flat=True)) == {file.document_id, made.document_id}


def test_so_many_in_one_go(matters: Matters) -> None:
    for n in range(3):
        taken_in(matters, b"page %d" % n)

    assert [actions.forget_unkept(now=TUESDAY_NINE + 2 * DAY, most=2) for _ in range(3)] == [2, 1, 0]
