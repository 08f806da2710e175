"""An offer can be taken: granted by the rules that redeem it, on any channel, in waking hours, with time to come."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions
from banshi.rooms.booking.actions import offering
from banshi.rooms.booking.models import Appointment, Hold, Slot, Suspension, Waiting
from banshi.rooms.identity.models import Account
from banshi.rooms.messaging.models import Message
from tests.rooms.booking.test_place import book
from tests.together import together
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
WEDNESDAY = date(2026, 3, 11)


def waits(town: Town, person: int, *, made: datetime = TUESDAY_NINE, day: date = WEDNESDAY, **more: Any) -> Waiting:
    return Waiting.objects.create(
        hall=town.hall, item=town.items["pension"], business="cat:A", day=day, person=town.person(person),
        made_at=made, **more,
    )  # fmt: skip


def freed(town: Town, slot: Slot, person: int = 1, *, now: datetime = TUESDAY_NINE) -> None:
    """Somebody who has a place in the slot gives it back."""
    row = Appointment.objects.filter(slot=slot, person=town.person(person)).first() or book(town, slot, person)
    actions.cancel(code=row.code, by=CITIZEN, now=now)


def state(one: Waiting) -> str:
    one.refresh_from_db()
    return one.state


# --- Granted by the rules that redeem -----------------------------------------------------------------------------


def barred(town: Town, many: int, *, first: int = 100) -> list[Waiting]:
    """So many who wait, may take nothing, and stand before whoever joins at nine."""
    Suspension.objects.create(
        party="account:5", person=town.person(99), scope="town", reason="manual",
        from_on=date(2026, 3, 1), until_on=date(2026, 3, 30), made_at=TUESDAY_NINE,
    )  # fmt: skip
    early = TUESDAY_NINE - timedelta(hours=1)
    people = range(first, first + many)
    return [waits(town, i, made=early + timedelta(seconds=i), account_id=5, limit_key="account:5") for i in people]


@pytest.mark.parametrize("many", [20, 21, 60])
def test_those_who_may_take_nothing_keep_nobody_behind_them_from_an_offer(town: Town, many: int):
    slot = town.slot(quota=1)
    book(town, slot, 1)
    before, honest = barred(town, many), waits(town, 2)

    freed(town, slot)

    assert (state(honest), {state(one) for one in before}) == ("offered", {"waiting"})
    assert Slot.objects.get(pk=slot.pk).taken == 1  # open to nobody else


def test_a_list_too_long_to_ask_at_once_is_asked_on_from_where_it_stopped(town: Town, monkeypatch: Any):
    monkeypatch.setattr(offering, "MOST_ASKED", 25)
    slot = town.slot(quota=1)
    book(town, slot, 1)
    before, honest = barred(town, 60), waits(town, 2)
    freed(town, slot)
    stopped = Slot.objects.get(pk=slot.pk).asked_to
    Waiting.objects.filter(pk=stopped).update(state="left")  # where it stopped is known all the same

    offered = [actions.offer_waiting(hall=town.hall, now=TUESDAY_NINE) for _ in range(3)]

    assert (stopped, offered, state(honest)) == (before[24].pk, [0, 1, 0], "offered")


def test_at_the_end_of_the_list_it_begins_at_the_head_again(town: Town, monkeypatch: Any):
    monkeypatch.setattr(offering, "MOST_ASKED", 3)
    slot = town.slot(quota=1)
    book(town, slot, 1)
    before = barred(town, 4)
    freed(town, slot)
    Suspension.objects.all().delete()

    offered = [actions.offer_waiting(hall=town.hall, now=TUESDAY_NINE)]
    Slot.objects.filter(pk=slot.pk).update(quota=2, asked_to=before[3].pk)
    offered += [actions.offer_waiting(hall=town.hall, now=TUESDAY_NINE) for _ in range(2)]

    assert (offered, state(before[3]), state(before[0])) == ([1, 0, 1], "offered", "offered")


def test_who_is_suspended_is_passed_over_and_the_next_is_asked(town: Town):
    slot = town.slot(quota=1)
    book(town, slot, 1)
    barred = waits(town, 2, account_id=5, limit_key="account:5")
    next_one = waits(town, 3, made=TUESDAY_NINE + timedelta(minutes=1))
    Suspension.objects.create(
        party="account:5", person=town.person(2), scope="town", reason="manual",
        from_on=date(2026, 3, 1), until_on=date(2026, 3, 30), made_at=TUESDAY_NINE,
    )  # fmt: skip

    freed(town, slot)

    assert (state(barred), state(next_one)) == ("waiting", "offered")


def test_who_has_a_live_appointment_that_half_day_is_not_offered_another(town: Town):
    slot, other = town.slot(quota=1), town.slot(quota=1, starts=at("2026-03-11 10:00"))
    book(town, slot, 1)
    book(town, other, 2, account_id=5)
    one = waits(town, 2, account_id=5, limit_key="account:5")

    freed(town, slot)

    assert state(one) == "waiting"
    assert Slot.objects.get(pk=slot.pk).taken == 0


def account(town: Town, visits: int) -> Account:
    """An account with so many visits to come, one a day from Thursday on."""
    who = Account.objects.create(phone="+8613900000009", phone_index="n9", created_at=TUESDAY_NINE)
    for i in range(visits):
        later = town.slot(quota=9, starts=at("2026-03-12 09:00") + timedelta(days=(0, 1, 4, 5, 6, 7)[i]))
        book(town, later, 10 + i, account_id=who.pk)
    return who


@pytest.mark.parametrize(("visits", "then"), [(5, "offered"), (6, "waiting")])
def test_an_account_whose_visits_reach_its_cap_is_not_offered_another(town: Town, visits: int, then: str):
    who, slot = account(town, visits), town.slot(quota=1)
    book(town, slot, 1)
    one = waits(town, 2, account_id=who.pk, limit_key=f"account:{who.pk}")
    next_one = waits(town, 3, made=TUESDAY_NINE + timedelta(minutes=1))

    freed(town, slot)

    assert (state(one), state(next_one)) == (then, "offered" if then == "waiting" else "waiting")


def test_an_account_is_not_offered_more_in_a_period_than_it_may_have(town: Town):
    who, slot = account(town, 0), town.slot(quota=3)
    for i in (1, 2, 3):
        book(town, slot, i)
    mine = [waits(town, i, account_id=who.pk, limit_key=f"account:{who.pk}") for i in (4, 5, 6)]
    last = waits(town, 7, made=TUESDAY_NINE + timedelta(minutes=1))

    for i in (1, 2, 3):
        freed(town, slot, i)

    assert [state(one) for one in (*mine, last)] == ["offered", "offered", "waiting", "offered"]


def test_what_is_offered_to_an_account_can_all_be_taken(town: Town):
    """Five visits and a cap of six: two places come free, one is offered to it; the other goes to the next."""
    who, early, late = account(town, 5), town.slot(quota=1), town.slot(quota=1, starts=at("2026-03-11 14:00"))
    for i, slot in ((1, early), (2, late)):
        book(town, slot, i)
    mine = [waits(town, i, account_id=who.pk, limit_key=f"account:{who.pk}") for i in (4, 5)]
    other = waits(town, 6, made=TUESDAY_NINE + timedelta(minutes=1))

    freed(town, early, 1)
    freed(town, late, 2)

    assert [state(one) for one in (*mine, other)] == ["offered", "waiting", "offered"]
    actions.take_offer(waiting_id=mine[0].pk, source="web", by=CITIZEN, now=TUESDAY_NINE)
    assert state(mine[0]) == "taken"


def test_an_account_waits_for_as_many_places_as_it_may_have_visits(town: Town):
    who = account(town, 0)
    days = [date(2026, 3, day) for day in (11, 12, 13, 16)]
    for day in days:
        town.slot(quota=0, starts=at(f"{day} 09:00"))

    def join(day: date, i: int) -> str:
        try:
            actions.join_waiting(
                hall=town.hall, item_code="pension", day=day, person_id=town.person(i).pk, by=CITIZEN,
                now=TUESDAY_NINE, account_id=who.pk,
            )  # fmt: skip
        except Refused as refused:
            return refused.slug
        return "waits"

    found = [join(day, i) for i in (1, 2) for day in days]

    assert found == ["waits"] * 6 + ["limit-live"] * 2
    assert join(days[0], 1) == "waits"


def test_a_day_of_full_periods_among_which_one_is_stopped_is_waited_for(town: Town):
    slot = town.slot(quota=1)
    book(town, slot, 1)
    stopped = town.slot(quota=1, starts=at("2026-03-11 10:00"), closed=True)

    one = actions.join_waiting(
        hall=town.hall, item_code="pension", day=WEDNESDAY, person_id=town.person(2).pk, by=CITIZEN, now=TUESDAY_NINE
    )
    freed(town, slot)

    assert state(one) == "offered"
    assert list(Slot.objects.filter(pk__in=[slot.pk, stopped.pk]).order_by("id").values_list("taken", flat=True)) == [
        1,
        0,
    ]


def test_a_place_of_today_is_not_offered_where_the_same_day_cannot_be_booked(town: Town):
    slot = town.slot(quota=1)
    book(town, slot, 1)
    one = waits(town, 2)

    freed(town, slot, now=at("2026-03-11 08:10"))

    assert state(one) == "waiting"


def test_an_offer_ends_with_the_cut_off(town: Town):
    slot = town.slot(quota=1, cut_off_at=at("2026-03-10 09:20"))
    book(town, slot, 1)
    waits(town, 2)

    freed(town, slot)

    assert Hold.objects.get(kind="offer").expires_at == at("2026-03-10 09:20")


def test_an_offer_of_today_leaves_time_to_come(town: Town):
    town.policy(booking={"same_day": True, "same_day_lead": 0, "waiting_offer": 120, "waiting_come": 60})
    slot = town.slot(quota=1, starts=at("2026-03-10 11:00"))
    book(town, slot, 1)
    waits(town, 2, day=date(2026, 3, 10))

    freed(town, slot)

    assert Hold.objects.get(kind="offer").expires_at == at("2026-03-10 10:00")


# --- On any channel -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["web", "api", "kiosk", "phone"])
def test_whoever_a_place_is_kept_for_gets_it_by_any_channel(town: Town, source: str):
    slot = town.slot(quota=1)
    book(town, slot, 1)
    one = waits(town, 2)
    freed(town, slot)

    row = book(town, slot, 2, source=source, evidence=Evidence.VOUCHED)

    assert row.state == "booked"
    assert state(one) == "taken"
    assert Slot.objects.get(pk=slot.pk).taken == 1


def test_nobody_else_gets_the_place_that_is_kept(town: Town):
    slot = town.slot(quota=1)
    book(town, slot, 1)
    waits(town, 2)
    freed(town, slot)

    with pytest.raises(Refused) as no:
        book(town, slot, 3)

    assert no.value.slug == "slot-full"


def member(n: int) -> Account:
    return Account.objects.create(phone=f"+8613900000{n:03}", phone_index=f"n{n}", created_at=TUESDAY_NINE)


def kept_for(town: Town, who: Account, person: int = 2) -> tuple[Slot, Waiting]:
    slot = town.slot(quota=1)
    book(town, slot, 1)
    one = waits(town, person, account_id=who.pk, limit_key=f"account:{who.pk}")
    freed(town, slot)
    return slot, one


def by_account(town: Town, slot: Slot, who: Account, person: int = 2, **more: Any) -> Appointment:
    return book(town, slot, person, by=Actor(ActorKind.CITIZEN, str(who.pk)), account_id=who.pk, **more)


def test_a_place_kept_for_somebody_is_not_for_a_stranger_who_types_the_number(town: Town):
    slot, one = kept_for(town, member(1))
    stranger = member(2)

    for hold_id in (None, one_hold(one)):
        with pytest.raises(Refused) as no:
            by_account(town, slot, stranger, hold_id=hold_id)
        assert no.value.slug == ("slot-full" if hold_id is None else "nothing-found")
    with pytest.raises(Refused) as no:
        book(town, slot, 2, by=Actor(ActorKind.CHANNEL, "3"))

    assert (no.value.slug, state(one)) == ("slot-full", "offered")


def one_hold(one: Waiting) -> int:
    one.refresh_from_db()
    assert one.hold_id is not None
    return one.hold_id


def test_the_account_that_waits_and_the_person_with_a_card_get_the_kept_place(town: Town):
    who = member(1)
    slot, one = kept_for(town, who)

    assert by_account(town, slot, who).state == "booked"
    assert state(one) == "taken"


def test_who_shows_the_card_gets_the_place_an_account_waits_for(town: Town):
    slot, one = kept_for(town, member(1))

    assert book(town, slot, 2, by=CLERK, evidence=Evidence.WINDOW).state == "booked"
    assert state(one) == "taken"


def test_a_withheld_place_is_nobodys_who_only_names_its_hold(town: Town):
    slot = town.slot(quota=1)
    slot.taken = 1
    slot.save()
    kept = Hold.objects.create(
        slot=slot, kind="withheld", person=town.person(2), made_at=TUESDAY_NINE, expires_at=at("2026-03-10 12:00")
    )

    with pytest.raises(Refused) as no:
        by_account(town, slot, member(2), hold_id=kept.pk)

    assert no.value.slug == "nothing-found"


@pytest.mark.django_db(transaction=True)
def test_of_strangers_and_the_one_it_is_kept_for_who_come_together_that_one_gets_it(committed_town: Town):
    town, who = committed_town, member(1)
    slot, one = kept_for(town, who)
    accounts = [who, *(member(i) for i in range(2, 8))]

    def come(i: int) -> str:
        try:
            return f"account:{by_account(town, slot, accounts[i]).account_id}"
        except Refused as no:
            return no.slug

    results = together(len(accounts), come)

    assert results == [f"account:{who.pk}"] + ["slot-full"] * 6
    assert (state(one), Slot.objects.get(pk=slot.pk).taken) == ("taken", 1)


# --- In waking hours ----------------------------------------------------------------------------------------------


def test_at_one_in_the_night_nobody_is_asked_and_the_place_waits_until_morning(town: Town):
    slot = town.slot(quota=1, starts=at("2026-03-12 09:00"))
    book(town, slot, 1)
    one = waits(town, 2, day=date(2026, 3, 12))
    night, morning = at("2026-03-11 01:00"), at("2026-03-11 08:00")

    freed(town, slot, now=night)
    asleep, free = state(one), Slot.objects.get(pk=slot.pk).quota - Slot.objects.get(pk=slot.pk).taken
    actions.expire_holds(now=morning)

    assert (asleep, free) == ("waiting", 0)
    assert state(one) == "offered"
    assert Message.objects.get(key="waiting_offer").due_at == morning


def test_a_place_too_near_for_the_morning_is_free_for_all_at_night(town: Town):
    slot = town.slot(quota=1)
    book(town, slot, 1)
    waits(town, 2)

    freed(town, slot, now=at("2026-03-10 23:30"))

    assert Slot.objects.get(pk=slot.pk).taken == 0


# --- Who does not answer ------------------------------------------------------------------------------------------


def test_who_does_not_answer_keeps_the_place_in_line_and_is_not_asked_for_the_same_again(town: Town):
    slot = town.slot(quota=1)
    book(town, slot, 1)
    one, two = waits(town, 2), waits(town, 3, made=TUESDAY_NINE + timedelta(minutes=1))
    freed(town, slot)

    actions.expire_holds(now=TUESDAY_NINE + timedelta(minutes=30))

    assert (state(one), state(two)) == ("waiting", "offered")


def test_after_three_offers_nobody_is_asked_any_more(town: Town):
    one = waits(town, 2, offers=2)
    slot = town.slot(quota=1)
    book(town, slot, 1)
    freed(town, slot)

    actions.expire_holds(now=TUESDAY_NINE + timedelta(minutes=30))

    assert state(one) == "lapsed"


def test_by_policy_who_does_not_answer_is_out(town: Town):
    town.policy(booking={"waiting_lapse": "drop"})
    slot = town.slot(quota=1)
    book(town, slot, 1)
    one = waits(town, 2)
    freed(town, slot)

    actions.expire_holds(now=TUESDAY_NINE + timedelta(minutes=30))

    assert state(one) == "lapsed"


# --- An earlier place ---------------------------------------------------------------------------------------------


@pytest.fixture
def later(town: Town) -> Appointment:
    """Person 2 has a place on Friday."""
    return book(town, town.slot(quota=1, starts=at("2026-03-13 09:00")), 2)


def test_an_earlier_place_moves_the_appointment_and_keeps_its_reference(town: Town, later: Appointment):
    slot = town.slot(quota=1)
    book(town, slot, 1)
    one = actions.join_earlier(code=later.code, by=CITIZEN, now=TUESDAY_NINE)
    freed(town, slot)
    offered = state(one)

    moved = actions.take_offer(waiting_id=one.pk, source="web", by=CITIZEN, now=TUESDAY_NINE)

    assert (offered, state(one)) == ("offered", "taken")
    assert (moved.code, moved.slot_id, moved.state) == (later.code, slot.pk, "booked")
    assert Slot.objects.get(pk=slot.pk).taken == 1
    assert Slot.objects.get(pk=later.slot_id).taken == 0
    (told,) = Message.objects.filter(key="earlier_offer")
    assert told.params["was"] == "2026-03-13T09:00:00+08:00"


def test_a_gain_of_less_than_two_days_is_not_worth_a_message(town: Town, later: Appointment):
    slot = town.slot(quota=1, starts=at("2026-03-12 09:00"))
    book(town, slot, 1)
    one = actions.join_earlier(code=later.code, by=CITIZEN, now=TUESDAY_NINE)

    freed(town, slot)

    assert state(one) == "waiting"


def test_who_has_no_place_that_day_comes_before_who_has_a_later_one(town: Town, later: Appointment):
    slot = town.slot(quota=1)
    book(town, slot, 1)
    earlier = actions.join_earlier(code=later.code, by=CITIZEN, now=TUESDAY_NINE)
    none = waits(town, 3, made=TUESDAY_NINE + timedelta(minutes=5))

    freed(town, slot)

    assert (state(none), state(earlier)) == ("offered", "waiting")


@pytest.mark.parametrize(
    ("lapse", "said"),
    [
        ("keep", [("offered", "waiting"), ("offered", "waiting"), ("offered", "lapsed"), ("lapsed", "lapsed")]),
        ("drop", [("offered", "lapsed"), *[("lapsed", "lapsed")] * 3]),
    ],
)
def test_an_earlier_place_is_told_three_times_at_most(town: Town, lapse: str, said: list[tuple[str, str]]):
    later = book(town, town.slot(quota=1, starts=at("2026-03-16 09:00")), 2)
    town.policy(booking={"waiting_lapse": lapse})
    slots = [town.slot(quota=1, starts=at(f"2026-03-11 {hour}:00")) for hour in ("09", "10", "14", "15")]
    for i, slot in enumerate(slots):
        book(town, slot, 10 + i)
    one = actions.join_earlier(code=later.code, by=CITIZEN, now=TUESDAY_NINE)

    seen = []
    for i, slot in enumerate(slots):
        now = TUESDAY_NINE + timedelta(minutes=40 * i)
        freed(town, slot, 10 + i, now=now)
        offered = state(one)
        actions.expire_holds(now=now + timedelta(minutes=30))
        seen.append((offered, state(one)))

    later.refresh_from_db()
    told = Message.objects.filter(key="earlier_offer").exclude(state="dropped")
    assert (seen, told.count()) == (said, [offered for offered, _ in said].count("offered"))
    assert (later.state, later.starts_at) == ("booked", at("2026-03-16 09:00"))
    assert [Slot.objects.get(pk=slot.pk).taken for slot in slots] == [0, 0, 0, 0]


def test_asking_twice_is_one_wish_and_giving_it_up_passes_the_place_on(town: Town, later: Appointment):
    slot = town.slot(quota=1)
    book(town, slot, 1)
    one = actions.join_earlier(code=later.code, by=CITIZEN, now=TUESDAY_NINE)
    again = actions.join_earlier(code=later.code, by=CITIZEN, now=TUESDAY_NINE)
    freed(town, slot)

    actions.leave_waiting(waiting_id=one.pk, by=CITIZEN, now=TUESDAY_NINE)

    assert again.pk == one.pk
    assert state(one) == "left"
    assert Slot.objects.get(pk=slot.pk).taken == 0


def test_an_appointment_within_two_days_cannot_gain_enough(town: Town):
    row = book(town, town.slot(quota=1), 2)

    with pytest.raises(Refused) as no:
        actions.join_earlier(code=row.code, by=CITIZEN, now=TUESDAY_NINE)

    assert no.value.slug == "wrong-state"


def test_a_cancelled_appointment_is_offered_nothing_earlier(town: Town, later: Appointment):
    slot = town.slot(quota=1)
    book(town, slot, 1)
    one = actions.join_earlier(code=later.code, by=CITIZEN, now=TUESDAY_NINE)
    actions.cancel(code=later.code, by=CITIZEN, now=TUESDAY_NINE)

    freed(town, slot)

    assert state(one) == "waiting"
    assert Slot.objects.get(pk=slot.pk).taken == 0


def test_a_larger_quota_reaches_who_waits_for_an_earlier_place(town: Town, later: Appointment):
    slot = town.slot(quota=1)
    book(town, slot, 1)
    one = actions.join_earlier(code=later.code, by=CITIZEN, now=TUESDAY_NINE)

    actions.set_quota(slot_id=slot.pk, quota=2, by=CLERK, now=TUESDAY_NINE)

    assert state(one) == "offered"


def test_who_moved_to_an_earlier_time_since_the_order_was_read_is_not_asked(
    town: Town, later: Appointment, monkeypatch: pytest.MonkeyPatch
):
    """The second in line is moved while the first is being looked at: the place is no gain of two days any more."""
    from banshi.rooms.booking.actions import offering

    slot, thursday = town.slot(quota=1), town.slot(starts=at("2026-03-12 09:00"))
    book(town, slot, 1)
    first = actions.join_earlier(code=later.code, by=CITIZEN, now=TUESDAY_NINE)
    theirs = book(town, town.slot(quota=1, starts=at("2026-03-13 10:00")), 3)
    second = actions.join_earlier(code=theirs.code, by=CITIZEN, now=TUESDAY_NINE + timedelta(minutes=1))

    def look(one: Waiting, *_: object, **__: object) -> bool:
        Appointment.objects.filter(pk=theirs.pk).update(slot=thursday, starts_at=thursday.starts_at)
        return one.pk == second.pk

    monkeypatch.setattr(offering, "_may_take", look)
    freed(town, slot)

    assert (state(first), state(second)) == ("waiting", "waiting")
    assert Slot.objects.get(pk=slot.pk).taken == 0
