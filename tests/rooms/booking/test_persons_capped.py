"""The caps of an account and of an agent count persons: a place each."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions
from banshi.rooms.booking.models import Hold, Slot, Waiting
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.identity.models import Account
from tests.agents import agent
from tests.rooms.booking.test_agents import books, mandate
from tests.rooms.booking.test_who_books import account, by_account, slug_of
from tests.together import together
from tests.town import TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db


def for_families(town: Town, **booking: Any) -> Town:
    HallItem.objects.filter(hall=town.hall, item__code="pension").update(most_persons=6)
    town.policy(booking=booking)
    return town


def taken(*slots: Slot) -> list[int]:
    for slot in slots:
        slot.refresh_from_db()
    return [slot.taken for slot in slots]


def day(town: Town, n: int) -> Slot:
    return town.slot(quota=90, starts=at(f"2026-03-{11 + n} 09:00"))


@pytest.mark.parametrize(("persons", "found"), [(1, "done"), (2, "limit-period")])
def test_two_come_no_more_where_one_place_is_left_in_the_period(town: Town, persons: int, found: str) -> None:
    for_families(town, account_per_period=3)
    who, slot = account(), day(town, 0)
    by_account(town, slot, who, 1, persons=2)

    assert slug_of(by_account, town, slot, who, 2, persons=persons) == found
    assert taken(slot) == [3 if found == "done" else 2]


@pytest.mark.parametrize(("persons", "found"), [(1, "done"), (2, "limit-live")])
def test_two_come_no_more_where_one_place_is_left_in_all(town: Town, persons: int, found: str) -> None:
    for_families(town, account_live=4)
    who, first, second = account(), day(town, 0), day(town, 1)
    by_account(town, first, who, 1, persons=3)

    with_facts: dict[str, Any] = {}
    try:
        by_account(town, second, who, 2, persons=persons)
        slug = "done"
    except Refused as no:
        slug, with_facts = no.slug, dict(no.facts)

    assert slug == found
    assert with_facts in ({}, {"limit": 4, "live": 3})


def test_a_family_alone_comes_whole_and_is_the_accounts_share(town: Town) -> None:
    for_families(town)
    who, slot, next_day = account(), day(town, 0), day(town, 1)

    found = [slug_of(by_account, town, slot, who, 1, persons=6), slug_of(by_account, town, slot, who, 2)]

    assert found == ["done", "limit-live"]
    assert slug_of(by_account, town, next_day, who, 3) == "limit-live"
    assert taken(slot, next_day) == [6, 0]


def test_a_family_moves_only_to_where_it_stays_under_the_cap(town: Town) -> None:
    for_families(town, account_per_period=3)
    who, first, second, third = account(), day(town, 0), day(town, 1), day(town, 2)
    family = by_account(town, first, who, 1, persons=2)
    by_account(town, second, who, 2, persons=2)
    by_account(town, third, who, 3, persons=1)
    by = Actor(ActorKind.CITIZEN, str(who.pk))

    def move(to: Slot) -> str:
        return slug_of(actions.move, code=family.code, slot_id=to.pk, by=by, now=TUESDAY_NINE)

    assert [move(second), move(third)] == ["limit-period", "done"]
    assert taken(first, second, third) == [0, 2, 3]


def test_a_place_kept_beside_counts_and_the_one_that_is_used_does_not(town: Town) -> None:
    for_families(town, account_per_period=3)
    who, slot = account(), day(town, 0)
    by_account(town, slot, who, 1, persons=2)
    kept = actions.hold(slot_id=slot.pk, account_id=who.pk, now=TUESDAY_NINE)

    assert slug_of(by_account, town, slot, who, 2) == "limit-period"
    assert slug_of(by_account, town, slot, who, 2, hold_id=kept.pk) == "done"
    assert taken(slot) == [3]


def test_a_family_books_again_and_moves_beside_a_place_that_is_only_kept(town: Town) -> None:
    """Somebody looked at another period, left it, and went back."""
    for_families(town)
    who, first, second = account(), day(town, 0), day(town, 1)
    by = Actor(ActorKind.CITIZEN, str(who.pk))
    family = by_account(town, first, who, 1, persons=6)
    actions.cancel(code=family.code, by=by, now=TUESDAY_NINE)
    actions.hold(slot_id=second.pk, account_id=who.pk, now=TUESDAY_NINE)

    again = actions.rebook(code=family.code, by=by, now=TUESDAY_NINE)
    moved = actions.move(code=again.code, slot_id=second.pk, by=by, now=TUESDAY_NINE)

    assert (again.persons, moved.slot_id, taken(first, second)) == (6, second.pk, [0, 7])


def test_a_kept_place_that_ran_out_counts_no_more(town: Town) -> None:
    for_families(town, account_per_period=3)
    who, slot = account(), day(town, 0)
    by_account(town, slot, who, 1, persons=2)
    actions.hold(slot_id=slot.pk, account_id=who.pk, now=TUESDAY_NINE)
    Hold.objects.update(expires_at=TUESDAY_NINE)

    assert slug_of(by_account, town, slot, who, 2) == "done"


@pytest.mark.parametrize(("persons", "state"), [(1, "offered"), (2, "waiting")])
def test_nothing_is_offered_beside_a_family_that_fills_the_cap(town: Town, persons: int, state: str) -> None:
    for_families(town, account_per_period=2, waiting_list=True)
    who, slot = account(), town.slot(quota=1)
    beside = town.slot(quota=9, category="B")
    HallItem.objects.filter(hall=town.hall, item__code="id-card").update(most_persons=6)
    other = by_account(town, slot, account(2), 9)
    actions.join_waiting(
        hall=town.hall, item_code="pension", day=slot.day, person_id=town.person(1).pk, account_id=who.pk,
        by=Actor(ActorKind.CITIZEN, str(who.pk)), now=TUESDAY_NINE,
    )  # fmt: skip
    by_account(town, beside, who, 2, item="id-card", persons=persons)

    actions.cancel(code=other.code, by=Actor(ActorKind.CITIZEN, "2"), now=TUESDAY_NINE)

    assert Waiting.objects.get().state == state


@pytest.mark.parametrize(
    ("limits", "found"),
    [({"live_most": 3, "day_most": 9}, "limit-live"), ({"live_most": 9, "day_most": 3}, "limit-day")],
)
def test_an_agents_limits_count_persons_too(town: Town, limits: dict[str, int], found: str) -> None:
    for_families(town)
    one, slot = agent(**limits), day(town, 0)
    for i in (1, 2, 3):
        mandate(one, town, i)

    first = books(town, one, slot, 1, persons=2)

    assert [first, books(town, one, slot, 2, persons=2), books(town, one, slot, 3)] == ["done", found, "done"]


def test_families_of_one_account_in_one_batch_are_counted_one_after_the_other(town: Town) -> None:
    for_families(town, account_per_period=4)
    who, slot = account(), day(town, 0)
    by = Actor(ActorKind.CITIZEN, str(who.pk))
    asked = [
        actions.Asked(slot.pk, "pension", town.person(i).pk, "web", by, account_id=who.pk, persons=n)
        for i, n in ((1, 2), (2, 2), (3, 2), (4, 1))
    ]

    results = actions.place_many(asked, now=TUESDAY_NINE)

    found = [each.slug if isinstance(each, Refused) else "done" for each in results]
    assert found == ["done", "done", "limit-period", "limit-period"]
    assert taken(slot) == [4]


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_families_of_one_account_that_arrive_together_take_exactly_its_cap(committed_town: Town) -> None:
    town = for_families(committed_town, account_per_period=4)
    who, slot = account(), day(town, 0)
    town.person(8)

    results = together(8, lambda i: slug_of(by_account, town, slot, who, i + 1, persons=2))

    assert sorted(results) == ["done"] * 2 + ["limit-period"] * 6
    assert taken(slot) == [4]
    assert Account.objects.count() == 1
