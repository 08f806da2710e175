"""Whose bookings count together, how many an account may hold, and on whom strikes fall."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions
from banshi.rooms.booking.models import Appointment, LedgerEntry, Slot, Suspension
from banshi.rooms.identity.actions import add_to_account
from banshi.rooms.identity.models import Account, AccountPerson
from banshi.rooms.messaging.models import Message
from tests.together import together
from tests.town import CLERK, TUESDAY_NINE, Town, at

KEY = Actor(ActorKind.CHANNEL, "3")
OTHER_KEY = Actor(ActorKind.CHANNEL, "4")


def account(n: int = 1, **more: Any) -> Account:
    return Account.objects.create(phone=f"+861390000000{n}", phone_index=f"n{n}", created_at=TUESDAY_NINE, **more)


def place(town: Town, slot: Slot, i: int = 1, *, by: Actor = KEY, item: str = "pension", **more: Any) -> Appointment:
    return actions.place(
        slot_id=slot.pk, item_code=item, person_id=town.person(i).pk, source=more.pop("source", "web"), by=by,
        now=more.pop("now", TUESDAY_NINE), **more,
    )  # fmt: skip


def by_account(town: Town, slot: Slot, who: Account, i: int = 1, **more: Any) -> Appointment:
    return place(town, slot, i, by=Actor(ActorKind.CITIZEN, str(who.pk)), account_id=who.pk, **more)


def slug_of(act: Any, *args: Any, **more: Any) -> str:
    try:
        act(*args, **more)
    except Refused as refused:
        return refused.slug
    return "done"


# --- Nobody is at two places at a time -------------------------------------------------------------------------------


def test_nobody_is_booked_at_two_places_at_a_time_in_whatever_hall(town: Town) -> None:
    from banshi.rooms.catalogue.models import HallItem
    from banshi.rooms.places.models import Category

    there = Category.objects.create(
        hall=town.other_hall, code="A", letter="A", name_zh="社保", name_en="Social", order=1
    )
    HallItem.objects.create(hall=town.other_hall, item=town.items["pension"], category=there)
    place(town, town.slot())

    overlaps = slug_of(place, town, town.slot(hall=town.other_hall, starts=at("2026-03-11 09:30")))
    after = slug_of(place, town, town.slot(hall=town.other_hall, starts=at("2026-03-11 10:00")))

    assert (overlaps, after) == ("same-time", "done")


def test_an_exempt_item_is_booked_once_at_a_time(town: Town) -> None:
    slot = town.slot(quota=30)
    place(town, slot, item="rent-invoice")

    assert slug_of(place, town, slot, item="rent-invoice") == "same-time"


def test_the_matters_of_one_visit_share_their_time(town: Town) -> None:
    town.slot(category="B")
    made = actions.place_several(
        slot_id=town.slot().pk, item_codes=["pension", "medical", "id-card"], person_id=town.person(1).pk, source="web",
        by=KEY, now=TUESDAY_NINE,
    )  # fmt: skip

    assert len(made) == 3


def test_another_holder_does_not_block_a_persons_time(town: Town) -> None:
    slot = town.slot()
    place(town, slot)

    assert slug_of(place, town, slot, by=OTHER_KEY) == "done"
    assert slug_of(place, town, slot, by=OTHER_KEY, evidence=Evidence.VOUCHED) == "done"
    assert slug_of(place, town, slot, by=CLERK, evidence=Evidence.WINDOW) == "limit-half-day"


def test_an_appointment_moves_within_its_own_hour_but_not_onto_another(town: Town) -> None:
    first = place(town, town.slot())
    second = place(town, town.slot(category="B", starts=at("2026-03-11 14:00")), item="id-card")
    half_past = town.slot(starts=at("2026-03-11 09:30"))

    moved = actions.move(code=first.code, slot_id=half_past.pk, by=KEY, now=TUESDAY_NINE)
    no = slug_of(
        actions.move, code=first.code, slot_id=town.slot(starts=at("2026-03-11 14:30")).pk, by=KEY, now=TUESDAY_NINE
    )

    assert (moved.starts_at, no, second.state) == (at("2026-03-11 09:30"), "same-time", "booked")


@pytest.mark.django_db(transaction=True)
def test_thirty_hands_book_an_exempt_item_once_at_a_time(committed_town: Town) -> None:
    town = committed_town
    slots = [town.slot(quota=30, starts=at("2026-03-11 09:00") + timedelta(minutes=10 * i)) for i in range(5)]

    results = together(20, lambda i: slug_of(place, town, slots[i % 5], item="rent-invoice"))

    assert (results.count("done"), Appointment.objects.filter(state="booked").count()) == (1, 1)


# --- Caps of an account ----------------------------------------------------------------------------------------------


def test_an_account_holds_six_visits_and_two_in_a_period(town: Town) -> None:
    who = account()
    early, later = town.slot(quota=90), [town.slot(quota=90, starts=at(f"2026-03-{d} 09:00")) for d in (12, 13, 16)]

    same = [slug_of(by_account, town, early, who, i) for i in range(1, 4)]
    others = [slug_of(by_account, town, later[i // 2], who, 4 + i) for i in range(5)]

    assert same == ["done", "done", "limit-period"]
    assert others == ["done", "done", "done", "done", "limit-live"]


def test_a_visit_of_three_matters_is_one_visit_of_the_account(town: Town) -> None:
    who, slot = account(), town.slot(quota=90)
    town.slot(category="B", quota=90)
    for i in (1, 2):
        actions.place_several(
            slot_id=slot.pk, item_codes=["pension", "medical", "id-card"], person_id=town.person(i).pk, source="web",
            by=Actor(ActorKind.CITIZEN, str(who.pk)), account_id=who.pk, now=TUESDAY_NINE,
        )  # fmt: skip

    assert slug_of(by_account, town, slot, who, 3) == "limit-period"
    assert Appointment.objects.filter(account_id=who.pk).count() == 6


@pytest.mark.django_db(transaction=True)
def test_twenty_hands_of_one_account_take_exactly_its_cap(committed_town: Town) -> None:
    town, who = committed_town, account()
    slots = [town.slot(quota=90, starts=at(f"2026-03-{11 + i} 09:00")) for i in range(3)]
    town.person(20)

    results = together(20, lambda i: slug_of(by_account, town, slots[i % 3], who, i + 1))

    per_period = [Appointment.objects.filter(slot=slot).count() for slot in slots]
    assert (results.count("done"), per_period) == (6, [2, 2, 2])


def test_people_of_an_account_are_capped_on_a_day_and_in_all(town: Town) -> None:
    who = account()

    def add(i: int, days: int = 0) -> str:
        return slug_of(
            add_to_account, account_id=who.pk, person_id=town.person(i).pk, name="某",
            now=TUESDAY_NINE + timedelta(days=days),
        )  # fmt: skip

    first = [add(i) for i in range(1, 5)]
    AccountPerson.objects.filter(person=town.person(1)).update(removed_at=TUESDAY_NINE)
    taken_out = add(4)
    next_day = [add(i, 1) for i in range(4, 8)] + [add(i, 2) for i in range(7, 10)]

    assert first == ["done", "done", "done", "too-many-people"]
    assert taken_out == "too-many-people"
    assert next_day == ["done", "done", "done", "too-many-people", "done", "too-many-people", "too-many-people"]


# --- On whom strikes fall --------------------------------------------------------------------------------------------

DAYS = ["2026-03-11", "2026-03-12", "2026-03-13"]
AFTER = at("2026-03-14 08:00")


def miss(town: Town, act: Any) -> None:
    for day in DAYS:
        act(town.slot(starts=at(f"{day} 09:00"), quota=9))
    actions.sweep_no_shows(now=at("2026-03-13 10:00"))


def test_a_strangers_missed_visits_suspend_the_strangers_account_and_nobody_else(town: Town) -> None:
    stranger, other = account(1), account(2)
    miss(town, lambda slot: by_account(town, slot, stranger))
    slot = town.slot(starts=at("2026-03-20 09:00"), quota=9)

    assert list(Suspension.objects.values_list("party", flat=True)) == [f"account:{stranger.pk}"]
    assert slug_of(by_account, town, slot, stranger, 2, now=AFTER) == "suspended"
    assert slug_of(by_account, town, slot, other, now=AFTER) == "done"
    assert slug_of(place, town, slot, by=KEY, evidence=Evidence.VOUCHED, now=AFTER) == "done"


def test_a_keys_strikes_stand_on_the_document_it_booked_for_only(town: Town) -> None:
    miss(town, lambda slot: place(town, slot))
    slot = town.slot(starts=at("2026-03-20 09:00"), quota=9)

    assert list(Suspension.objects.values_list("party", flat=True)) == [f"key:3/{town.person(1).pk}"]
    assert slug_of(place, town, slot, now=AFTER) == "suspended"
    assert slug_of(place, town, slot, 2, now=AFTER) == "done"
    assert slug_of(place, town, slot, by=OTHER_KEY, now=AFTER) == "done"


def test_with_evidence_strikes_stand_on_the_person(town: Town) -> None:
    miss(town, lambda slot: place(town, slot, evidence=Evidence.VOUCHED))
    slot = town.slot(starts=at("2026-03-20 09:00"), quota=9)

    assert slug_of(place, town, slot, by=OTHER_KEY, evidence=Evidence.VOUCHED, now=AFTER) == "suspended"
    assert slug_of(place, town, slot, by=OTHER_KEY, now=AFTER) == "done"


def test_the_suspension_of_an_account_never_bars_its_own_proven_person(town: Town) -> None:
    who = account()
    miss(town, lambda slot: by_account(town, slot, who, 2))
    Account.objects.filter(pk=who.pk).update(person=town.person(1), person_evidence=Evidence.WINDOW)
    slot = town.slot(starts=at("2026-03-20 09:00"), quota=9)

    assert slug_of(by_account, town, slot, who, 2, now=AFTER) == "suspended"
    assert slug_of(by_account, town, slot, who, 1, now=AFTER) == "done"
    assert Appointment.objects.values_list("evidence", "limit_key").latest("id") == (Evidence.WINDOW, "")


def test_what_a_proven_account_misses_for_itself_stands_on_the_person(town: Town) -> None:
    who = account(person=town.person(1), person_evidence=Evidence.CHIP)
    miss(town, lambda slot: by_account(town, slot, who))

    assert set(LedgerEntry.objects.values_list("party", flat=True)) == {f"person:{town.person(1).pk}"}


@pytest.mark.parametrize(
    ("source", "slug"), [("web", "suspended"), ("api", "suspended"), ("phone", "done"), ("staff", "done")]
)
def test_who_is_suspended_still_books_by_telephone_and_in_the_hall(town: Town, source: str, slug: str) -> None:
    who = account()
    miss(town, lambda slot: by_account(town, slot, who))
    slot = town.slot(starts=at("2026-03-20 09:00"), quota=9)

    assert slug_of(by_account, town, slot, who, now=AFTER, source=source) == slug


def test_a_hall_says_which_ways_of_booking_a_suspension_bars(town: Town) -> None:
    town.policy(booking={"suspension_bars": ["phone"]})
    who = account()
    miss(town, lambda slot: by_account(town, slot, who))
    slots = [town.slot(starts=at(f"2026-03-{day} 09:00"), quota=9) for day in (20, 21)]

    asked = [slug_of(by_account, town, *each, now=AFTER, source=source)
             for source, each in (("phone", (slots[0], who)), ("web", (slots[1], who)))]  # fmt: skip

    assert asked == ["suspended", "done"]


def test_halls_of_one_city_share_credit_where_the_policy_says_region(town: Town) -> None:
    from banshi.rooms.places.models import Region

    village = Region.objects.create(
        code="441900003", parent_id="441900", level="town", name_zh="东城", name_en="Dongcheng",
        path="/440000/441900/441900003/",
    )  # fmt: skip
    town.hall.region = village
    town.hall.save()
    town.policy(booking={"credit": {"scope": "region"}})
    who = account()
    miss(town, lambda slot: by_account(town, slot, who))
    slot = town.slot(starts=at("2026-03-20 09:00"), quota=9)

    assert set(LedgerEntry.objects.values_list("scope", flat=True)) == {"441900"}
    assert slug_of(by_account, town, slot, who, now=AFTER) == "suspended"


@pytest.mark.parametrize(("scope", "slug"), [("region", "suspended"), ("hall", "done")])
def test_what_was_missed_in_one_hall_bars_in_another_of_the_city_by_policy_alone(
    town: Town, scope: str, slug: str
) -> None:
    from banshi.rooms.catalogue.models import HallItem
    from banshi.rooms.places.models import Category, PolicyVersion, Region

    there = Category.objects.create(hall=town.other_hall, code="A", letter="A", name_zh="社保", name_en="Social")
    HallItem.objects.create(hall=town.other_hall, item=town.items["pension"], category=there)
    for hall, code in ((town.hall, "441900003"), (town.other_hall, "441900004")):
        hall.region = Region.objects.create(
            code=code, parent_id="441900", level="town", name_zh=code, name_en=code, path=f"/440000/441900/{code}/"
        )
        hall.save()
    town.policy(booking={"credit": {"scope": scope}})
    policy = PolicyVersion.objects.get(hall=town.hall)
    policy.pk, policy.hall = None, town.other_hall
    policy.save()
    who = account()
    miss(town, lambda slot: by_account(town, slot, who))
    slot = town.slot(hall=town.other_hall, starts=at("2026-03-20 09:00"))

    assert slug_of(by_account, town, slot, who, now=AFTER) == slug


# --- Whom a key, a machine or the staff act for ------------------------------------------------------------------------


def user(n: int) -> str:
    return actions.behind(end_user=f"user-{n}")


def facts_of(act: Any) -> tuple[str, dict[str, Any]]:
    with pytest.raises(Refused) as no:
        act()
    return no.value.slug, dict(no.value.facts)


@pytest.mark.parametrize("by", [KEY, CLERK, Actor(ActorKind.KIOSK, "7")])
def test_one_user_of_an_app_or_caller_of_the_hotline_blocks_nobody_else(town: Town, by: Actor) -> None:
    slot = town.slot(quota=9)
    place(town, slot, by=by, behind=user(1))

    assert slug_of(place, town, slot, by=by, behind=user(1)) == "limit-half-day"
    assert slug_of(place, town, slot, by=by, behind=user(2)) == "done"
    assert slug_of(place, town, slot, by=by, behind=actions.behind(contact="+8613800138000")) == "done"
    assert slug_of(place, town, slot, by=by, behind=actions.behind(contact="+8613800138000")) == "limit-half-day"
    assert [slug_of(place, town, slot, by=by, behind=actions.behind()) for _ in range(2)] == ["done", "done"]


def test_only_its_own_user_learns_which_booking_stands_in_the_way(town: Town) -> None:
    slot = town.slot(quota=9)
    mine = place(town, slot, behind=user(1))
    place(town, slot, behind=actions.behind(contact="+8613800138000"))
    place(town, slot, evidence=Evidence.VOUCHED, behind=user(2))

    own = facts_of(lambda: place(town, slot, behind=user(1)))
    typed = facts_of(lambda: place(town, slot, behind=actions.behind(contact="+8613800138000")))
    other = facts_of(lambda: place(town, slot, by=OTHER_KEY, evidence=Evidence.VOUCHED, behind=user(1)))

    assert own == ("limit-half-day", {"appointment": mine.code, "starts_at": at("2026-03-11 09:00"), "half": "am"})
    assert (typed, other) == (("limit-half-day", {"half": "am"}),) * 2


def test_what_a_stranger_in_the_same_app_misses_suspends_the_stranger_alone(town: Town) -> None:
    miss(town, lambda slot: place(town, slot, behind=user(1)))
    slot = town.slot(starts=at("2026-03-20 09:00"), quota=9)

    assert slug_of(place, town, slot, behind=user(1), now=AFTER) == "suspended"
    assert slug_of(place, town, slot, behind=user(2), now=AFTER) == "done"
    assert slug_of(place, town, slot, behind=actions.behind(), now=AFTER) == "done"


# --- One visit, one entry --------------------------------------------------------------------------------------------


def visit(town: Town, day: str = "2026-03-11") -> list[Appointment]:
    slot, _ = town.slot(starts=at(f"{day} 09:00")), town.slot(category="B", starts=at(f"{day} 09:00"))
    return actions.place_several(
        slot_id=slot.pk, item_codes=["pension", "medical", "id-card"], person_id=town.person(1).pk, source="web", by=KEY,
        now=TUESDAY_NINE,
    )  # fmt: skip


def test_a_missed_visit_of_three_matters_is_one_strike(town: Town) -> None:
    visit(town)

    assert actions.sweep_no_shows(now=at("2026-03-11 10:00")) == 3
    assert (LedgerEntry.objects.count(), Suspension.objects.count()) == (1, 0)


def test_who_came_for_one_matter_of_a_visit_missed_none(town: Town) -> None:
    first = visit(town)[0]
    actions.mark_checked_in(appointment_id=first.pk, now=at("2026-03-11 08:55"))

    actions.sweep_no_shows(now=at("2026-03-11 10:00"))

    assert LedgerEntry.objects.count() == 0


def test_two_cancelled_visits_of_several_matters_are_two_cancellations(town: Town) -> None:
    for made in [*visit(town), *visit(town, "2026-03-12")]:
        actions.cancel(code=made.code, by=KEY, now=TUESDAY_NINE)

    assert LedgerEntry.objects.filter(kind="cancel").count() == 2
    assert Suspension.objects.count() == 0


def test_booking_a_matter_of_a_cancelled_visit_again_forgives_the_visit(town: Town) -> None:
    made = visit(town)
    for each in made:
        actions.cancel(code=each.code, by=KEY, now=TUESDAY_NINE)

    again = [actions.rebook(code=each.code, by=CLERK, now=TUESDAY_NINE + timedelta(minutes=5)) for each in made]

    assert [(each.state, each.holder) for each in again] == [("booked", "key:3")] * 3
    assert LedgerEntry.objects.filter(forgiven_at=None).count() == 0


@pytest.mark.parametrize(("evidence", "told"), [(0, False), (1, True)])
def test_what_is_only_declared_on_a_document_without_a_telephone_tells_nobody(town: Town, evidence: int, told: bool):
    app = Actor(ActorKind.CHANNEL, "3")
    phone_of_the_holder = town.person(1).phone
    row = place(town, town.slot(), by=app, evidence=evidence, behind="ueve")
    actions.cancel(code=row.code, by=app, now=TUESDAY_NINE)

    sent = set(Message.objects.filter(subject=f"appointment:{row.code}").values_list("key", flat=True))
    numbers = {each.to for each in Message.objects.filter(subject=f"appointment:{row.code}")}
    assert (sorted(numbers), "cancelled" in sent) == ([phone_of_the_holder] if told else [], told)
