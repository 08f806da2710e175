"""A seal is entered once, whoever needs it at the same instant, and replaced once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.db import Error, transaction

from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.catalogue.models import Department
from banshi.rooms.places.models import Hall
from banshi.rooms.seals import actions, queries
from banshi.rooms.seals.models import Seal
from tests.signers import EMPTY
from tests.together import together
from tests.town import TUESDAY_NINE, Town, at


@pytest.fixture
def bureau(db: None) -> Department:
    return Department.objects.get(code="hrss")


def test_the_hall_and_a_department_have_a_seal_each(town: Town, bureau: Department):
    own = actions.seal_for(hall=town.hall, department=None, now=TUESDAY_NINE)
    theirs = actions.seal_for(hall=town.hall, department=bureau, now=TUESDAY_NINE)

    assert (own.key, theirs.key) == ("town-1", "town-hrss-1")
    assert (own.words, theirs.words) == (town.hall.name_zh, bureau.name_zh)
    assert actions.seal_for(hall=town.hall, department=None, now=TUESDAY_NINE).pk == own.pk
    assert Entry.objects.filter(action="seal-entered").count() == 2


def test_whoever_needs_the_first_seal_at_once_gets_the_same(committed_town: Town):
    found = together(6, lambda _: actions.seal_for(hall=committed_town.hall, department=None, now=TUESDAY_NINE))

    assert len({each.pk for each in found}) == 1


def test_two_who_replace_a_seal_replace_it_once(committed_town: Town):
    town = committed_town
    old = actions.seal_for(hall=town.hall, department=None, now=TUESDAY_NINE)

    found = together(4, lambda _: actions.replace(hall=town.hall, key=old.key, by=SYSTEM, now=TUESDAY_NINE))

    assert sum(isinstance(each, Seal) for each in found) == 1
    assert {each.slug for each in found if isinstance(each, Refused)} == {"changed-meanwhile"}
    assert Seal.objects.count() == 2


def test_a_seal_is_replaced_from_a_day_on(town: Town):
    old = actions.seal_for(hall=town.hall, department=None, now=TUESDAY_NINE)
    friday = at("2026-03-13 00:00")

    new = actions.replace(hall=town.hall, key=old.key, starts_at=friday, by=SYSTEM, now=TUESDAY_NINE)

    def used(moment: datetime) -> str:
        return actions.seal_for(hall=town.hall, department=None, now=moment).key

    assert [used(friday - timedelta(seconds=1)), used(friday)] == [old.key, new.key]
    assert queries.ended_at(old) == friday
    assert [(row.seal.key, row.ends_at, row.used) for row in queries.seals_of_hall(town.hall, now=TUESDAY_NINE)] == [
        (new.key, None, False),
        (old.key, friday, True),
    ]


def test_a_seal_is_not_replaced_before_now_nor_by_a_key_that_is_not_there(town: Town, settings: pytest.FixtureRequest):
    old = actions.seal_for(hall=town.hall, department=None, now=TUESDAY_NINE)

    def slug(**more: datetime) -> str:
        with pytest.raises(Refused) as no:
            actions.replace(hall=town.hall, key=old.key, by=SYSTEM, now=TUESDAY_NINE, **more)
        return no.value.slug

    assert slug(starts_at=TUESDAY_NINE - timedelta(seconds=1)) == "past"
    settings.BANSHI_SIGNER = EMPTY
    assert slug() == "invalid"


def test_another_halls_seal_is_not_found(town: Town):
    old = actions.seal_for(hall=town.hall, department=None, now=TUESDAY_NINE)
    other = Hall.objects.create(code="village", region=town.hall.region, name_zh="村大厅", name_en="Village")

    with pytest.raises(Refused) as no:
        actions.replace(hall=other, key=old.key, by=SYSTEM, now=TUESDAY_NINE)

    assert no.value.slug == "nothing-found"


@pytest.mark.parametrize("change", [lambda rows: rows.update(words="x"), lambda rows: rows.delete()])
def test_a_seal_stands_as_it_was_entered(town: Town, change):
    made = actions.seal_for(hall=town.hall, department=None, now=TUESDAY_NINE)

    with pytest.raises(Error, match="stands as it was entered"), transaction.atomic():
        change(Seal.objects.filter(pk=made.pk))


def test_who_vouches_for_our_seals_is_trusted_each_once(town: Town, bureau: Department):
    for department in (None, bureau):
        actions.seal_for(hall=town.hall, department=department, now=TUESDAY_NINE)

    roots: Sequence[str] = queries._roots()

    assert len(roots) == 1
    assert roots[0].count("BEGIN CERTIFICATE") == 1
