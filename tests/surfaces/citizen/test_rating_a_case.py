"""Whoever may follow a case rates it when it is over, on its own page; others find nothing."""

from __future__ import annotations

import pytest

from banshi.journeys.case import conclude
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.queries import code_for_applicant
from banshi.rooms.feedback.models import Rating
from tests.matters import Matters
from tests.surfaces.citizen.cases import applicant
from tests.surfaces.citizen.conftest import Phone, sign_in, text
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(open_town: Town) -> tuple[Matters, Phone]:
    return applicant(open_town)


def closed(matters: Matters) -> Case:
    case = matters.decided()
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    conclude.shelve(case_no=case.no, place="A-3", by=matters.by["issuer"], now=TUESDAY_NINE)
    code = code_for_applicant(Case.objects.get(pk=case.pk))
    return conclude.hand_over(case_no=case.no, code=code, by=matters.by["issuer"], now=TUESDAY_NINE)


def test_a_closed_case_asks_how_it_went_and_thanks(shop: tuple[Matters, Phone]) -> None:
    matters, me = shop
    case = closed(matters)
    before = text(me.get(f"/cases/{case.no}/"))

    sent = me.client.post(f"/cases/{case.no}/rate", {"stars": "5", "step": "rate", "tags": ["quick"], "text": "很快"})
    thanks = text(me.get(sent["Location"]))
    after = text(me.get(f"/cases/{case.no}/"))

    assert "办得怎么样？" in before
    assert (sent.status_code, sent["Location"]) == (302, f"/cases/{case.no}/rate?thanks=5")
    assert ("谢谢" in thanks, "评了 5 星" in after, "办得怎么样？" in after) == (True, True, False)
    rating = Rating.objects.get()
    assert (rating.case, rating.text, rating.channel) == (case, "很快", "web")


def test_a_follow_up_is_offered_once_and_both_are_told(shop: tuple[Matters, Phone]) -> None:
    matters, me = shop
    address = f"/cases/{closed(matters).no}/rate"
    me.client.post(address, {"stars": "2", "step": "rate"})

    twice = me.client.post(address, {"stars": "2", "step": "rate"})
    more = me.client.post(address, {"stars": "3", "step": "follow_up"})
    done = text(me.get(address))

    assert (twice.status_code, more.status_code) == (409, 302)
    assert "一件事评一次，可以追评一次。" in done
    assert list(Rating.objects.order_by("id").values_list("stars", "follow_up")) == [(2, False), (3, True)]


def test_no_face_no_rating(shop: tuple[Matters, Phone]) -> None:
    matters, me = shop

    answer = me.client.post(f"/cases/{closed(matters).no}/rate", {"text": "好"})

    assert answer.status_code == 422
    assert not Rating.objects.exists()


def test_a_case_under_way_has_no_rating_page_to_send(shop: tuple[Matters, Phone]) -> None:
    matters, me = shop
    case = matters.in_review()

    shown = me.get(f"/cases/{case.no}/rate")
    sent = me.client.post(f"/cases/{case.no}/rate", {"stars": "5", "step": "rate"})

    assert (shown.status_code, sent.status_code) == (200, 409)
    assert 'name="stars"' not in shown.content.decode()
    assert not Rating.objects.exists()


def test_nobody_else_rates_it(shop: tuple[Matters, Phone], open_town: Town) -> None:
    matters, _ = shop
    case = closed(matters)
    stranger = sign_in(open_town, 2)

    assert stranger.get(f"/cases/{case.no}/rate").status_code == 404
    assert stranger.client.post(f"/cases/{case.no}/rate", {"stars": "1", "step": "rate"}).status_code == 404
    assert not Rating.objects.exists()
