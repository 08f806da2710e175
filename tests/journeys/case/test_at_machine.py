"""A case begun with a card on the reader: what is known is filled in, and two taps begin one."""

from __future__ import annotations

import pytest

from banshi.journeys.case import at_machine
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import form_of
from tests.matters import ANSWERS, Matters, matters_of
from tests.together import together
from tests.town import TUESDAY_NINE, Town

MACHINE = Actor(ActorKind.KIOSK, "town-kiosk-1", "town")


def beginning(matters: Matters, *, anyway: bool = False) -> at_machine.Beginning:
    return at_machine.Beginning(
        hall=matters.town.hall, item_code="pension", person_id=matters.person.pk, answers=ANSWERS, language="zh-hans",
        anyway=anyway,
    )  # fmt: skip


@pytest.mark.django_db
def test_what_is_known_of_the_person_is_filled_in_and_messages_go_to_the_number_they_proved(town: Town) -> None:
    matters = matters_of(town)
    matters.asks_for_a_mobile()
    type(matters.person).objects.filter(pk=matters.person.pk).update(phone="+8613800138001")

    case = at_machine.begin(beginning(matters), by=MACHINE, now=TUESDAY_NINE)

    assert (case.channel, case.account_id, case.contact) == ("kiosk", None, "+8613800138001")
    assert form_of(case) == {"phone": "+8613800138001"}


@pytest.mark.django_db
def test_a_card_that_was_read_may_know_what_is_under_way_on_the_phone_a_declared_number_may_not(town: Town) -> None:
    matters = matters_of(town)
    there = matters.opened()

    with pytest.raises(Refused) as no:
        at_machine.begin(beginning(matters), by=MACHINE, now=TUESDAY_NINE)
    other = at_machine.begin(beginning(matters, anyway=True), by=MACHINE, now=TUESDAY_NINE)

    assert (no.value.slug, no.value.facts["case"]) == ("duplicate-case", there.no)
    assert other.no != there.no


@pytest.mark.django_db(transaction=True)
def test_two_taps_begin_one_case(committed_matters: Matters) -> None:
    said = together(2, lambda _: at_machine.begin(beginning(committed_matters), by=MACHINE, now=TUESDAY_NINE))

    assert sorted(type(each).__name__ for each in said) == ["Case", "Refused"]
    assert Case.objects.count() == 1
