"""A card at a zone's door: its holder, the order, the way out, and what the demo's stand-in does."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.journeys.zone import entering
from banshi.kernel import cards
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.devices.models import DeviceOrder
from banshi.rooms.places.models import SelfServiceArea
from banshi.rooms.zones import queries
from banshi.rooms.zones.models import Entry, HelpTold
from tests.town import Town
from tests.zones import MINUTE, NIGHT, a_zone

DOOR = Actor(ActorKind.KIOSK, "town-zone-door")
KEY = "k" * 64


@pytest.fixture
def area(town: Town) -> SelfServiceArea:
    return a_zone(town)


def laid(person: Any, name: str = "") -> str:
    return f"BC1|{person.id_number}|{name or person.name}|"


def come(area: SelfServiceArea, card: str, people: int = 1) -> Entry:
    door = queries.door_of(area)
    return entering.by_card(area=area, door=door, card=card, people=people, by=DOOR, at=NIGHT, now=NIGHT)


def slug(area: SelfServiceArea, card: str) -> str:
    with pytest.raises(Refused) as no:
        come(area, card)
    return no.value.slug


@pytest.mark.django_db
def test_whose_card_lies_there_comes_in(town: Town, area: SelfServiceArea):
    entry = come(area, laid(town.person(0)))

    assert (entry.person_id, entry.way, queries.inside(area)) == (town.person(0).pk, "card", 1)


@pytest.mark.django_db
def test_a_paired_reader_is_believed_and_nobody_who_types_like_one(town: Town, area: SelfServiceArea):
    door = queries.door_of(area)
    assert door is not None
    door.reader_key = KEY
    door.save()
    person = town.person(0)
    said = f"BC1|{int(NIGHT.timestamp())}|{person.id_number}|{person.name}|"
    signed = f"{said}|{cards.sign(said, key=KEY)}"

    assert slug(area, laid(person)) == "identity-invalid"
    assert slug(area, signed[:-1] + ("0" if signed[-1] != "0" else "1")) == "identity-invalid"
    assert come(area, signed).person_id == person.pk


@pytest.mark.parametrize(
    "card", ["", "BC1|", "BC1||张三|", "123456", "BC1|441900197001011234|", "BC1|\0|张|", "x" * 900]
)
@pytest.mark.django_db
def test_what_is_no_card_opens_nothing(area: SelfServiceArea, card: str):
    assert slug(area, card) == "identity-invalid"
    assert DeviceOrder.objects.count() == 0


@pytest.mark.django_db
def test_in_production_a_door_without_a_reader_believes_no_card(town: Town, area: SelfServiceArea, settings: Any):
    settings.PRODUCTION = True

    assert slug(area, laid(town.person(0))) == "identity-invalid"


@pytest.mark.django_db
def test_on_the_way_out_a_card_is_counted_out_and_anything_else_is_no_refusal(town: Town, area: SelfServiceArea):
    come(area, laid(town.person(0)))
    out = [
        entering.out_by_card(area=area, door=queries.door_of(area), card=card, by=DOOR, at=NIGHT, now=NIGHT + MINUTE)
        for card in (laid(town.person(1)), "nonsense", laid(town.person(0)))
    ]

    assert [each and each.out_how for each in out] == [None, None, "left"]
    assert queries.inside(area) == 0


@pytest.mark.django_db
def test_help_is_told_to_the_keeper_at_once(town: Town, area: SelfServiceArea):
    call = entering.call_for_help(area=area, device=queries.door_of(area), by=DOOR, now=NIGHT)
    entering.call_for_help(area=area, device=None, by=DOOR, now=NIGHT + MINUTE)

    assert [(told.call_id, told.step) for told in HelpTold.objects.order_by("id")] == [(call.pk, "keepers")]


@pytest.mark.django_db
def test_the_keepers_look_goes_over_every_area(town: Town, area: SelfServiceArea):
    come(area, laid(town.person(0)))

    entering.look_after(now=NIGHT + 61 * MINUTE)

    assert Entry.objects.get().out_how == "swept"


class Opens:
    opens_doors = True
    said = ("done", "")

    def door(self, order: int) -> tuple[str, str]:
        return self.said


class Stuck(Opens):
    said = ("failed", "stuck")


@pytest.mark.django_db
def test_a_demos_stand_in_opens_the_door_or_leaves_it_shut(town: Town, area: SelfServiceArea, settings: Any):
    settings.BANSHI_MACHINES = f"{__name__}.Stuck"
    shut = come(area, laid(town.person(0)))
    settings.BANSHI_MACHINES = f"{__name__}.Opens"
    opened = come(area, laid(town.person(0)))

    assert (shut.out_how, opened.opened_at, queries.inside(area)) == ("shut", NIGHT, 1)
