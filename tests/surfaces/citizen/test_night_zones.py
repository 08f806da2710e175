"""A code for a zone's door, from the phone: shown once, for one area, and only where the door takes codes now."""

from __future__ import annotations

import re

import pytest

from banshi.kernel.evidence import Evidence
from banshi.rooms.identity.models import Account
from banshi.rooms.zones import actions, queries
from banshi.rooms.zones.models import EntryCode
from tests.surfaces.citizen.conftest import Phone
from tests.town import CITIZEN, TUESDAY_NINE, Town
from tests.zones import a_zone

pytestmark = pytest.mark.django_db
ZONES = "/me/zones/"
DRAW = "/me/zones/town-zone/code"


def drawn(phone: Phone) -> str:
    said = phone.client.post(DRAW).content.decode()
    found = re.search(r"night-code[^>]*>(\d{3}) (\d{3})<", said)
    assert found is not None
    return found[1] + found[2]


def test_the_code_on_the_phone_opens_the_door_and_a_new_one_ends_it(mine: Phone, open_town: Town) -> None:
    area = a_zone(open_town, free_by_day=False)
    _first, code = drawn(mine), drawn(mine)

    entry = actions.enter_by_code(
        area=area, door=queries.door_of(area), code=code, people=1, by=CITIZEN, at=TUESDAY_NINE, now=TUESDAY_NINE
    )  # fmt: skip

    assert (entry.way, EntryCode.objects.count()) == ("code", 1)
    assert entry.person_id is None  # nothing proves whose the account is


def test_whoever_is_proven_has_one_entry_by_code_and_by_card(mine: Phone, open_town: Town) -> None:
    area, person = a_zone(open_town, free_by_day=False), mine.person
    Account.objects.filter(pk=mine.account.pk).update(person=person, person_evidence=Evidence.WINDOW)
    door, when = queries.door_of(area), {"by": CITIZEN, "at": TUESDAY_NINE, "now": TUESDAY_NINE}
    by_card = actions.enter(area=area, door=door, person_id=person.pk, people=1, **when)

    by_code = actions.enter_by_code(area=area, door=door, code=drawn(mine), people=1, **when)

    assert (by_code.pk, queries.inside(area)) == (by_card.pk, 1)


def test_where_the_door_takes_no_codes_none_is_offered_nor_drawn(mine: Phone, open_town: Town) -> None:
    a_zone(open_town, free_by_day=False, asks="card")

    page, answer = mine.client.get(ZONES).content.decode(), mine.client.post(DRAW)

    assert (DRAW in page, answer.status_code, EntryCode.objects.count()) == (False, 409, 0)
    assert "这扇门要刷身份证" in answer.content.decode()


def test_whoever_draws_again_and_again_waits(mine: Phone, open_town: Town) -> None:
    a_zone(open_town, free_by_day=False)

    codes = [mine.client.post(DRAW).status_code for _ in range(7)]

    assert (codes[0], codes[-1]) == (200, 429)


def test_nobody_draws_without_signing_in(anybody: Phone, open_town: Town) -> None:
    a_zone(open_town, free_by_day=False)

    assert [anybody.client.get(ZONES).status_code, anybody.client.post(DRAW).status_code] == [302, 302]
    assert EntryCode.objects.count() == 0


def test_an_area_that_is_not_there_is_not_found(mine: Phone) -> None:
    assert mine.client.post("/me/zones/nowhere/code").status_code == 404
