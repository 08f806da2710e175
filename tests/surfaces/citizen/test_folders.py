"""Where one's papers are, in words: no shelf, nobody's name; when the originals can be fetched."""

from __future__ import annotations

from datetime import timedelta

import pytest

from banshi.journeys.case import bundles, folders
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import cases_of
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.delivery.models import PaperFolder
from banshi.surfaces.citizen.case_where import kept_of
from tests.bundles import opened, sign_of
from tests.matters import Matters, matters_of
from tests.surfaces.citizen.cases import applicant
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db


@pytest.fixture
def matters(town: Town) -> Matters:
    return matters_of(town)


def told(case: Case) -> tuple[str, bool, bool]:
    kept = kept_of(Case.objects.get(pk=case.pk))
    assert kept is not None
    return kept.at, kept.originals, kept.now


def test_each_place_is_told_in_words_until_the_originals_are_back(matters: Matters) -> None:
    case, by = matters.received(), matters.by["receiver"]
    nothing = kept_of(case)
    folder = folders.make(case_no=case.no, by=by, now=TUESDAY_NINE)
    here = told(case)
    Case.objects.update(phase="in_review")
    behind = told(case)
    delivery.move(folder_id=folder.pk, hall=case.hall, deed="sent", at=delivery.At("sent"), by=by, now=TUESDAY_NINE)
    way = told(case)
    Case.objects.update(phase="withdrawn", outcome="withdrawn", closed_at=TUESDAY_NINE + timedelta(days=1))
    ended = told(case)
    PaperFolder.objects.get().papers.exclude(code="id").delete()
    delivery.give_back(folder_id=folder.pk, hall=case.hall, codes=["id"], signed=True, by=by, now=TUESDAY_NINE)

    assert (nothing, here, behind, way) == (
        None,
        ("front", True, False),
        ("department", True, False),
        ("way", True, False),
    )
    assert (ended, told(case)) == (("way", True, True), ("back", False, True))


def test_the_page_says_it_without_a_shelf(open_town: Town) -> None:
    matters, phone = applicant(open_town)
    case, by = matters.received(), matters.by["receiver"]
    folder = folders.make(case_no=case.no, by=by, now=TUESDAY_NINE)
    delivery.move(
        folder_id=folder.pk, hall=case.hall, deed="put", at=delivery.At("shelf", "A-3"), by=by, now=TUESDAY_NINE
    )

    page = phone.client.get(f"/cases/{case.no}/").content.decode()

    assert ("在大厅窗口" in page, "作出决定后，不收走的原件可以凭身份证领回" in page) == (True, True)
    assert ("A-3" in page, folder.no in page) == (False, False)


def test_whoever_is_done_is_not_sent_to_a_window_where_no_paper_lies(open_town: Town) -> None:
    matters, phone = applicant(open_town)
    case, by = matters.received(), matters.by["receiver"]
    folder = folders.make(case_no=case.no, by=by, now=TUESDAY_NINE)
    here = f"/cases/{case.no}/"
    Case.objects.update(phase="withdrawn", outcome="withdrawn", closed_at=TUESDAY_NINE + timedelta(days=1))
    at_window = phone.client.get(here).content.decode()
    delivery.move(folder_id=folder.pk, hall=case.hall, deed="sent", at=delivery.At("sent"), by=by, now=TUESDAY_NINE)

    on_the_way = phone.client.get(here).content.decode()

    fetch = "原件可以凭身份证到窗口领回"
    assert ("先问大厅什么时候能取" in at_window, fetch in at_window) == (False, True)
    assert ("先问大厅什么时候能取" in on_the_way, fetch in on_the_way) == (True, False)


def test_papers_that_the_department_signed_for_lie_there_until_somebody_moves_them(matters: Matters) -> None:
    case, by = matters.received(), matters.by["receiver"]
    folder = folders.make(case_no=case.no, by=by, now=TUESDAY_NINE)
    reviewer = delivery.At("person", holder_id=int(matters.by["reviewer"].id))
    for deed, where in (("sent", delivery.At("sent")), ("signed", reviewer)):
        delivery.move(folder_id=folder.pk, hall=case.hall, deed=deed, at=where, by=by, now=TUESDAY_NINE)
    case.phase, case.decided_at = "decided", TUESDAY_NINE + timedelta(hours=1)
    decided = kept_of(case)
    delivery.move(
        folder_id=folder.pk, hall=case.hall, deed="put", at=delivery.At("shelf", "A-3"), by=by, now=TUESDAY_NINE
    )

    moved = kept_of(case)
    assert (decided and decided.at, moved and moved.at) == ("department", "front")


def test_the_page_says_what_of_each_paper_the_hall_has_and_what_went_back(open_town: Town) -> None:
    matters, phone = applicant(open_town)
    case, by = matters.received(), matters.by["receiver"]
    folder = folders.make(case_no=case.no, by=by, now=TUESDAY_NINE)
    delivery.give_back(
        folder_id=folder.pk, hall=case.hall, codes=["id"], signed=True, why="compared", by=by, now=TUESDAY_NINE
    )

    page = " ".join(phone.client.get(f"/cases/{case.no}/").content.decode().split())

    assert ("已退还原件 1 份" in page, "大厅存有复印件 1 份" in page, "大厅存有原件" in page) == (True, True, False)


def test_what_was_handed_in_once_for_two_matters_is_told_of_both(matters: Matters) -> None:
    sign_of(matters.town)
    bundle = opened(matters)
    brought = bundles.WholeBrought(counted=[cases.Counted("id"), cases.Counted("lease")])
    bundles.receive_bundle(bundle_no=bundle.no, brought=brought, by=matters.by["receiver"], now=TUESDAY_NINE)
    shop, sign = cases_of(bundle)

    of_shop, of_sign = kept_of(shop), kept_of(sign)

    assert of_shop is not None
    assert of_sign is not None
    assert [(each.name_zh, each.with_zh) for each in of_shop.papers] == [("身份证", ""), ("租约", "")]
    assert [each.with_zh for each in of_sign.papers] == [shop.item.name_zh] * 2
    assert (of_sign.at, of_sign.originals) == ("front", False)
