"""What a firm's case lets people do: its letters are the firm's own, and whoever may act for it counts like who opened it."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from django.apps import apps

from banshi.journeys.case import conclude
from banshi.kernel.documents import IdType
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import Case
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.models import PaperMandate
from tests.firms import CODE, member
from tests.journeys.case.test_agents import fetched, opening, slug
from tests.letters import letter
from tests.matters import Matters
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
TODAY = TUESDAY_NINE.date()
SEEN = conclude.Letter("written", "", TODAY)


def ready_for_firm(matters: Matters, **more: Any) -> Case:
    """Opened by the firm's agent at the window, granted, made and laid ready."""
    asked: dict[str, Any] = {"channel": "window", "account_id": None, "contact": "13800130002", **more}
    if "organisation_id" not in asked:
        asked["organisation_id"] = member(matters.person).organisation_id
    case = matters.decided(**asked)
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    return conclude.shelve(case_no=case.no, place="A-3", by=matters.by["issuer"], now=TUESDAY_NINE)


def test_a_letter_to_fetch_a_firms_result_is_the_firms_and_nothing_of_its_member(matters: Matters) -> None:
    stranger = matters.town.person(3)
    of_firm = ready_for_firm(matters)
    own = ready_for_firm(matters, organisation_id=None)

    done = fetched(matters, of_firm, stranger, SEEN)

    made = PaperMandate.objects.get()
    firms = people.person_by_document(IdType.USCC, CODE)
    assert firms is not None
    assert (done.phase, made.person_id, made.client) == ("closed", firms.pk, "一号公司")
    assert people.acting_between(stranger.pk, matters.person.pk, item="pension", today=TODAY) is None
    assert slug(fetched, matters, own, stranger) == "mandate-missing"
    with pytest.raises(Refused) as refused:
        matters.opened(**opening(made))
    assert refused.value.slug == "mandate-missing"


def test_a_firms_letter_fetches_its_next_result_too(matters: Matters) -> None:
    stranger = matters.town.person(3)
    first = ready_for_firm(matters)
    second = ready_for_firm(matters, organisation_id=first.organisation_id)
    fetched(matters, first, stranger, SEEN)

    assert fetched(matters, second, stranger).phase == "closed"


def test_what_a_member_gave_of_their_own_fetches_nothing_of_the_firm(matters: Matters) -> None:
    stranger = matters.town.person(3)
    letter(stranger, matters.person, fetches=True)
    of_firm = ready_for_firm(matters)
    own = ready_for_firm(matters, organisation_id=None)

    assert slug(fetched, matters, of_firm, stranger) == "mandate-missing"
    assert fetched(matters, own, stranger).phase == "closed"


def test_letters_that_were_written_down_for_a_member_in_the_firms_name_end(matters: Matters) -> None:
    member(matters.person)
    wrong = letter(matters.town.person(3), matters.person, fetches=True)
    PaperMandate.objects.filter(pk=wrong.pk).update(client="一号公司")
    own = letter(matters.town.person(4), matters.person)
    nobodys = letter(matters.town.person(3), matters.town.person(4))
    PaperMandate.objects.filter(pk=nobodys.pk).update(client="一号公司")  # of somebody who never acted for a firm

    importlib.import_module("banshi.rooms.identity.migrations.0021_letters_of_firms_end").end(apps, None)

    assert list(PaperMandate.objects.filter(ended_at=None).order_by("id")) == [own, nobodys]
    assert PaperMandate.objects.get(pk=wrong.pk).ended_by == "system"
