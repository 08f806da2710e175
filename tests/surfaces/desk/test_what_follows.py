"""A paper that was to follow (容缺) is brought to a window after the matter was accepted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from banshi.journeys.case import at_window
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, CasePaper
from banshi.rooms.delivery.models import FolderMove
from tests.matters import Matters, matters_of
from tests.surfaces.desk.served import here, press, serve
from tests.surfaces.kiosk.test_papers import photo
from tests.together import together
from tests.town import TUESDAY_NINE, Town

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def owing(matters: Matters, *, handed_over: bool = True) -> Case:
    """Accepted without the photo, which is to follow; a reviewer works on it."""
    case = matters.received(papers=("id", "lease"))
    by = matters.by
    cases.accept(case_no=case.no, deferred=[("photo", date(2026, 3, 12))], by=by["receiver"], now=TUESDAY_NINE)
    if handed_over:
        cases.hand_over(case_no=case.no, by=by["receiver"], now=TUESDAY_NINE)
        cases.take(case_no=case.no, by=by["reviewer"], now=TUESDAY_NINE)
    return Case.objects.get(pk=case.pk)


def came(case: Case) -> list[str]:
    case.refresh_from_db()
    left = list(case.obligations.filter(met_at=None).values_list("code", flat=True))
    papers = CasePaper.objects.filter(case=case, kind="deferral_receipt").count()
    return [*left, f"{papers} receipts", f"tolerant {case.tolerant}"]


def test_it_is_ticked_and_taken_in_though_somebody_reviews_the_case(clerk, matters):
    case = owing(matters)
    ticket = serve(matters.town, 1)

    page = clerk.get(here(ticket, case)).content.decode()
    answer = press(clerk, ticket, case, "settle", **{"here-photo": "on"})

    assert ('name="here-photo"' in page, 'name="here-lease"' in page) == (True, False)
    assert (answer.status_code, came(case)) == (302, ["1 receipts", "tolerant False"])
    row = case.materials.get(code="photo")
    assert (row.channel, row.verdict, case.phase) == ("paper", "ok", "in_review")
    assert FolderMove.objects.filter(folder__case=case).exists()


def test_it_is_scanned_and_taken_in(clerk, matters):
    case = owing(matters, handed_over=False)
    ticket = serve(matters.town, 1)

    clerk.post(f"{here(ticket, case)}pages", {"phase": case.phase, "file-photo": photo()})
    answer = press(clerk, ticket, case, "settle")

    assert (answer.status_code, came(case)) == (302, ["1 receipts", "tolerant False"])
    assert list(case.materials.filter(code="photo").values_list("channel", flat=True)) == ["scan"]


def test_with_nothing_here_nothing_is_taken_in(clerk, matters):
    case = owing(matters)
    ticket = serve(matters.town, 1)

    answer = press(clerk, ticket, case, "settle")

    assert (answer.status_code, came(case)) == (422, ["photo", "0 receipts", "tolerant True"])


def test_what_was_not_to_follow_is_not_taken_in(clerk, matters):
    """Nothing is asked for after acceptance (docs/decisions/0021)."""
    case = owing(matters)
    ticket = serve(matters.town, 1)

    answer = press(clerk, ticket, case, "settle", **{"here-plan": "on"})

    assert (answer.status_code, case.materials.filter(code="plan").count()) == (404, 0)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_brought_to_ten_windows_in_one_instant_it_came_once(committed_town: Town):
    matters = matters_of(committed_town)
    case = owing(matters)
    brought = at_window.Brought(phase="in_review", counted=[cases.Counted("photo")])

    def press_it(i: int) -> str:
        by = Actor(ActorKind.STAFF, matters.by["receiver"].id, "town")
        try:
            at_window.settle(case_no=case.no, brought=brought, by=by, now=TUESDAY_NINE + DAY)
        except Refused as no:
            return no.slug
        return "taken"

    found = together(10, press_it)

    assert sorted(found) == ["nothing-found"] * 9 + ["taken"]
    assert came(case) == ["1 receipts", "tolerant False"]
    assert case.materials.filter(code="photo", gone_at=None).count() == 1
