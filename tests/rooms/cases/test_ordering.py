"""The pages of a paper are put in order until they are received; each order is kept, with a hash of its own."""

from __future__ import annotations

import hashlib

import pytest

from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries
from banshi.rooms.cases.models import Case, CaseMaterial, PageOrder
from tests.matters import Matters
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db


def three_pages(matters: Matters) -> tuple[Case, list[int]]:
    case = matters.opened()
    for _ in range(3):
        CaseMaterial.objects.create(
            case=case, code="lease", channel="upload", trust="C", at=TUESDAY_NINE, by=str(matters.applicant)
        )
    return case, list(CaseMaterial.objects.order_by("id").values_list("id", flat=True))


def shown(case: Case) -> list[int]:
    (lease,) = [row for row in queries.paper_rows(case) if row.code == "lease"]
    return [row.pk for row in lease.came]


def move(matters: Matters, case: Case, page: int, *, up: bool = True) -> None:
    cases.move_page(case_no=case.no, material_id=page, up=up, by=matters.applicant, now=TUESDAY_NINE)


def test_a_page_changes_places_and_every_order_is_kept_with_its_own_hash(matters: Matters):
    case, (a, b, c) = three_pages(matters)

    move(matters, case, c)
    move(matters, case, a, up=False)
    move(matters, case, c, up=True)  # it is the first: nothing happens

    kept = list(PageOrder.objects.order_by("version"))
    assert (shown(case), [each.pages for each in kept]) == ([c, a, b], [[a, c, b], [c, a, b]])
    said = "\n".join(f"paper:{pk}" for pk in (c, a, b))
    assert (kept[1].hash, len({each.hash for each in kept})) == (hashlib.sha256(said.encode()).hexdigest(), 2)


def test_what_comes_since_stands_after_them(matters: Matters):
    case, (a, b, c) = three_pages(matters)
    move(matters, case, c)
    cases.add_material(case_no=case.no, code="lease", channel="upload", by=matters.applicant, now=TUESDAY_NINE)

    assert shown(case)[:3] == [a, c, b]
    assert len(shown(case)) == 4


@pytest.mark.parametrize("received", [True, False])
def test_after_the_receipt_their_order_stays(matters: Matters, received: bool):
    case, (_, b, _) = three_pages(matters)
    if received:  # and told that something is missing: what is sent then comes beside it
        Case.objects.filter(pk=case.pk).update(phase="supplement", received_at=TUESDAY_NINE)
    else:
        Case.objects.filter(pk=case.pk).update(phase="pre_review")

    with pytest.raises(Refused) as refused:
        move(matters, case, b)

    assert (refused.value.slug, PageOrder.objects.count()) == ("wrong-state", 0)


def test_a_page_that_is_gone_or_of_another_case_is_not_found(matters: Matters):
    case, pages = three_pages(matters)
    other = matters.opened()
    CaseMaterial.objects.filter(pk=pages[0]).update(gone_at=TUESDAY_NINE)

    for row, page in ((case, pages[0]), (other, pages[1])):
        with pytest.raises(Refused) as refused:
            move(matters, row, page)
        assert refused.value.slug == "nothing-found"
