"""Night zones: the last place goes to one, a shut door counts nobody, leaving is never refused, help is one call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from banshi.kernel.actors import SYSTEM, Actor, ActorKind
from banshi.kernel.policy import HallPolicy
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry as Trail
from banshi.rooms.devices.actions import orders
from banshi.rooms.devices.models import DeviceOrder, MachineUse
from banshi.rooms.identity.models import Account
from banshi.rooms.places import actions as places
from banshi.rooms.places.models import SelfServiceArea
from banshi.rooms.zones import actions, queries
from banshi.rooms.zones.models import Closing, Entry, EntryCode, HelpCall, HelpTold
from tests.together import together
from tests.town import CLERK, Town, at
from tests.zones import MINUTE, NIGHT, a_zone, open_by_day, the_door

DOOR = Actor(ActorKind.KIOSK, "town-zone-door")


@pytest.fixture
def area(town: Town) -> SelfServiceArea:
    return a_zone(town)


def come(area: SelfServiceArea, person: Any, people: int = 1, now: datetime = NIGHT) -> Entry:
    return actions.enter(
        area=area, door=queries.door_of(area), person_id=person.pk, people=people, by=DOOR, at=now, now=now
    )  # fmt: skip


def typed(area: SelfServiceArea, code: str, now: datetime = NIGHT) -> Entry:
    return actions.enter_by_code(
        area=area, door=queries.door_of(area), code=code, people=1, by=DOOR, at=now, now=now
    )  # fmt: skip


def account(phone: str = "13800138000") -> int:
    return Account.objects.create(phone=phone, phone_index=phone, created_at=NIGHT).pk


def refused(act: Callable[[], Any]) -> Refused:
    with pytest.raises(Refused) as no:
        act()
    return no.value


@pytest.mark.django_db
def test_whoever_comes_in_is_counted_with_whom_they_bring_and_the_door_alone_is_ordered(
    town: Town, area: SelfServiceArea
):
    entry = come(area, town.person(0), people=2)

    assert queries.inside(area) == 2
    order = DeviceOrder.objects.get()
    assert (order.device.code, order.kind, order.key) == ("town-zone-door", "open_door", f"zone:{entry.pk}:1")


@pytest.mark.django_db
def test_the_last_place_is_refused_to_the_next_with_when_it_frees_and_where_there_is_room(
    town: Town, area: SelfServiceArea
):
    a_zone(town, "town-zone-2", name_zh="桥头自助区", name_en="Bridgehead")
    come(area, town.person(0), people=3)

    no = refused(lambda: come(area, town.person(1)))

    assert (no.slug, no.facts["inside"], no.facts["limit"], no.next) == ("zone-full", 3, 3, NIGHT + 30 * MINUTE)
    assert (no.facts["zone"], no.facts["other"]["zh"]) == ("town-zone-2", "桥头自助区")


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_those_who_come_together_take_exactly_the_places_there_are(committed_town: Town):
    area = a_zone(committed_town)
    people = [committed_town.person(i) for i in range(8)]

    results = together(8, lambda i: come(area, people[i]))

    assert sum(isinstance(each, Entry) for each in results) == 3
    assert [each.slug for each in results if isinstance(each, Refused)] == ["zone-full"] * 5
    assert queries.inside(area) == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_one_card_laid_down_many_times_at_once_is_one_entry_and_one_order(committed_town: Town):
    area, person = a_zone(committed_town), committed_town.person(0)

    made = together(6, lambda _i: come(area, person))

    assert ({each.pk for each in made}, DeviceOrder.objects.count()) == ({made[0].pk}, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_one_code_typed_by_two_at_once_lets_one_in(committed_town: Town):
    area = a_zone(committed_town)
    code = actions.draw_code(area=area, account_id=account(), now=NIGHT)

    made = together(4, lambda _i: typed(area, code))

    assert (len({each.pk for each in made}), queries.inside(area), DeviceOrder.objects.count()) == (1, 1, 1)


@pytest.mark.django_db
def test_whoever_went_out_for_a_moment_comes_back_by_the_same_entry_and_the_door_opens_again(
    town: Town, area: SelfServiceArea
):
    first = come(area, town.person(0))
    the_door("done")
    actions.settle(entry_id=first.pk, now=NIGHT)

    again = come(area, town.person(0), now=NIGHT + 10 * MINUTE)

    assert (again.pk, again.openings, again.stay_until) == (first.pk, 2, NIGHT + 40 * MINUTE)
    assert list(DeviceOrder.objects.order_by("id").values_list("key", flat=True)) == [
        f"zone:{first.pk}:1", f"zone:{first.pk}:2",
    ]  # fmt: skip


@pytest.mark.parametrize("said", ["failed", "unsure"])
@pytest.mark.django_db
def test_a_door_that_did_not_open_leaves_nobody_counted_and_may_be_tried_again(
    town: Town, area: SelfServiceArea, said: str
):
    entry = come(area, town.person(0))
    the_door(said, "stuck")

    settled = actions.settle(entry_id=entry.pk, now=NIGHT)

    assert (settled.out_how, actions.why_shut(settled), queries.inside(area)) == ("shut", "stuck", 0)
    again = come(area, town.person(0), now=NIGHT + MINUTE)
    assert (again.pk != entry.pk, queries.inside(area)) == (True, 1)


@pytest.mark.django_db
def test_an_order_that_nobody_fetched_leaves_nobody_counted(town: Town, area: SelfServiceArea):
    come(area, town.person(0))
    orders.end_due(at=NIGHT + MINUTE)

    actions.sweep(now=NIGHT + MINUTE)

    assert (queries.inside(area), Entry.objects.get().out_how) == (0, "shut")


@pytest.mark.django_db
def test_a_door_that_says_later_that_it_opened_is_believed(town: Town, area: SelfServiceArea):
    entry = come(area, town.person(0))
    the_door("unsure", "restarted")
    actions.settle(entry_id=entry.pk, now=NIGHT)
    orders.ended(device="town-zone-door", order=DeviceOrder.objects.get().pk, state="done", why="", at=NIGHT + MINUTE)

    before = MachineUse.objects.count()
    for _ in range(2):
        actions.sweep(now=NIGHT + MINUTE)

    assert queries.inside(area) == 1
    assert (before, [(use.deed, use.matter) for use in MachineUse.objects.all()]) == (0, [("entry", False)])


@pytest.mark.django_db
def test_a_code_whose_door_stayed_shut_opens_it_anew_and_a_used_one_nothing(area: SelfServiceArea):
    code = actions.draw_code(area=area, account_id=account(), now=NIGHT)
    shut = typed(area, code)
    the_door("failed", "stuck")

    opened = typed(area, code, now=NIGHT + MINUTE)
    the_door("done", now=NIGHT + MINUTE)
    actions.settle(entry_id=opened.pk, now=NIGHT + MINUTE)

    assert (opened.pk != shut.pk, queries.inside(area)) == (True, 1)
    assert refused(lambda: typed(area, code, now=NIGHT + 2 * MINUTE)).slug == "zone-code-over"


@pytest.mark.django_db
def test_a_code_ends_after_ten_minutes_and_with_the_next_one_and_is_of_one_area(town: Town, area: SelfServiceArea):
    other, mine = a_zone(town, "town-zone-2"), account()
    old = actions.draw_code(area=area, account_id=mine, now=NIGHT)
    code = actions.draw_code(area=area, account_id=mine, now=NIGHT)

    assert old == code or refused(lambda: typed(area, old)).slug == "zone-code-wrong"
    assert refused(lambda: typed(other, code)).slug == "zone-code-wrong"
    assert refused(lambda: typed(area, code, now=NIGHT + 10 * MINUTE)).slug == "zone-code-over"
    assert typed(area, f"{code[:3]} {code[3:]}", now=NIGHT + 10 * MINUTE - timedelta(seconds=1)).way == "code"
    assert code not in EntryCode.objects.values_list("code_index", flat=True)


@pytest.mark.django_db
def test_whoever_guesses_codes_at_a_door_waits(area: SelfServiceArea):
    slugs = [refused(partial(typed, area, f"{i:06d}")).slug for i in range(14)]

    assert (slugs[0], slugs[-1]) == ("zone-code-wrong", "rate-limited")


@pytest.mark.django_db
def test_a_door_that_asks_for_cards_draws_and_takes_no_codes(town: Town):
    area = a_zone(town, asks="card")

    assert refused(lambda: actions.draw_code(area=area, account_id=account(), now=NIGHT)).slug == "zone-needs-card"
    assert refused(lambda: typed(area, "123456")).slug == "zone-needs-card"


@pytest.mark.django_db
def test_leaving_asks_nothing_is_said_twice_and_is_once(town: Town, area: SelfServiceArea):
    entry = come(area, town.person(0), people=3)

    first = actions.left(area=area, entry_id=entry.pk, now=NIGHT + MINUTE)
    again = actions.left(area=area, entry_id=entry.pk, now=NIGHT + 5 * MINUTE)

    assert (first.out_at, again.out_at, queries.inside(area)) == (NIGHT + MINUTE, NIGHT + MINUTE, 0)
    assert actions.left_by_card(area=area, person_id=town.person(1).pk, now=NIGHT) is None  # goes all the same


@pytest.mark.django_db
def test_whoever_left_without_a_word_is_swept_half_an_hour_after_the_stay(town: Town, area: SelfServiceArea):
    come(area, town.person(0))
    the_door("done")

    before = actions.sweep(now=NIGHT + 60 * MINUTE - timedelta(seconds=1))
    after = actions.sweep(now=NIGHT + 60 * MINUTE)

    assert (before, after, Entry.objects.get().out_how) == (0, 1, "swept")


@pytest.mark.django_db
def test_closed_for_today_lets_nobody_in_until_the_night_is_over_and_out_whoever_likes(
    town: Town, area: SelfServiceArea
):
    entry = come(area, town.person(0))
    closing = actions.close_for_today(area=area, why="停电检修", by=CLERK, now=NIGHT)
    again = actions.close_for_today(area=area, why="停电", by=CLERK, now=NIGHT + MINUTE)

    no = refused(lambda: come(area, town.person(1), now=NIGHT + MINUTE))

    assert (closing.pk, no.slug, no.next) == (again.pk, "zone-closed", at("2026-03-11 08:30"))
    assert actions.left(area=area, entry_id=entry.pk, now=NIGHT + 2 * MINUTE).out_how == "door"
    assert (actions.open_again(area=area, by=CLERK, now=NIGHT + 3 * MINUTE), queries.inside(area)) == (True, 0)
    assert come(area, town.person(1), now=NIGHT + 3 * MINUTE).out_at is None
    assert not actions.open_again(area=area, by=CLERK, now=NIGHT + 4 * MINUTE)


@pytest.mark.django_db
def test_a_closing_that_is_over_does_not_keep_the_next_one_from_being_made(area: SelfServiceArea):
    actions.close_for_today(area=area, why="检修", by=CLERK, now=NIGHT)

    made = actions.close_for_today(area=area, why="检修", by=CLERK, now=NIGHT + timedelta(days=2))

    assert (Closing.objects.count(), made.until_at) == (2, at("2026-03-13 08:30"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_the_button_pressed_by_many_is_one_call(committed_town: Town):
    area = a_zone(committed_town)

    made = together(6, lambda _i: actions.call_for_help(area=area, device=None, by=DOOR, now=NIGHT))

    assert ({each.pk for each in made}, Trail.objects.filter(action="zone_help_called").count()) == ({made[0].pk}, 1)


@pytest.mark.django_db
def test_help_is_told_step_by_step_until_somebody_answers(town: Town, area: SelfServiceArea):
    call = actions.call_for_help(area=area, device=None, by=DOOR, now=NIGHT)
    told = [actions.tell_of_help(policies={}, now=NIGHT + after * MINUTE) for after in (0, 1, 15)]

    answered = actions.answer_help(area=area, call_id=call.pk, by=CLERK, now=NIGHT + 16 * MINUTE)
    again = actions.answer_help(area=area, call_id=call.pk, by=SYSTEM, now=NIGHT + 17 * MINUTE)

    assert told == [1, 0, 1]
    assert [each.step for each in HelpTold.objects.order_by("id")] == ["keepers", "head"]
    assert HelpTold.objects.order_by("id")[0].told == [{"zh": "主任", "en": "Manager"}]
    assert (answered.answered_by, again.answered_by) == (str(CLERK), str(CLERK))
    assert actions.tell_of_help(policies={town.hall.pk: HallPolicy()}, now=NIGHT + 90 * MINUTE) == 0
    actions.end_help(area=area, call_id=call.pk, by=CLERK, now=NIGHT + 20 * MINUTE)
    assert actions.call_for_help(area=area, device=None, by=DOOR, now=NIGHT + 21 * MINUTE).pk != call.pk


@pytest.mark.django_db
def test_a_keeper_lowers_the_limit_and_nobody_is_sent_out_for_it(town: Town, area: SelfServiceArea):
    come(area, town.person(0), people=3)
    places.set_area_limits(area=area, most_inside=2, stay_minutes=20, by=CLERK, now=NIGHT)

    assert (queries.inside(area), refused(lambda: come(area, town.person(1))).facts["limit"]) == (3, 2)
    bad = refused(lambda: places.set_area_limits(area=area, most_inside=0, stay_minutes=20, by=CLERK, now=NIGHT))
    assert (bad.slug, bad.facts["field"]) == ("invalid", "most_inside")


@pytest.mark.django_db
def test_whom_a_keeper_let_in_by_hand_is_counted_though_it_is_full(town: Town, area: SelfServiceArea):
    come(area, town.person(0), people=3)

    actions.opened_by_hand(area=area, people=2, by=CLERK, now=NIGHT)

    assert (queries.inside(area), queries.zone(area, now=NIGHT).left) == (5, 0)


@pytest.mark.django_db
def test_after_thirty_days_nobody_knows_whose_card_it_was(town: Town, area: SelfServiceArea):
    entry = come(area, town.person(0))
    actions.left(area=area, entry_id=entry.pk, now=NIGHT + MINUTE)

    kept = actions.forget_old(now=NIGHT + timedelta(days=30))
    gone = actions.forget_old(now=NIGHT + timedelta(days=30, seconds=1))

    assert (kept, gone, Entry.objects.get().person) == (0, 1, None)


@pytest.mark.django_db
def test_by_day_while_the_hall_is_open_the_door_stands_open_and_at_the_weekend_it_asks(
    town: Town, area: SelfServiceArea
):
    open_by_day(town)
    modes = {
        moment: queries.zone(area, now=at(moment)).mode
        for moment in ("2026-03-10 10:00", "2026-03-10 23:00", "2026-03-14 10:00")
    }

    assert modes == {"2026-03-10 10:00": "free", "2026-03-10 23:00": "card-or-code", "2026-03-14 10:00": "card-or-code"}


@pytest.mark.django_db
def test_an_area_that_is_not_open_all_hours_closes_with_its_hall(town: Town):
    open_by_day(town)
    area = a_zone(town, all_hours=False)

    here = queries.zone(area, now=NIGHT)

    assert (here.mode, here.opens_at is not None and here.opens_at > NIGHT) == ("closed", True)
    assert refused(lambda: come(area, town.person(0))).slug == "zone-closed"


@pytest.mark.django_db
def test_the_table_keeps_a_person_in_an_area_once_and_says_how_they_left(town: Town, area: SelfServiceArea):
    values = {"area": area, "person": town.person(0), "way": "card", "in_at": NIGHT, "stay_until": NIGHT + MINUTE}
    Entry.objects.create(**values)

    for wrong in (values, {**values, "person": None, "out_at": NIGHT}, {**values, "person": None, "way": "luck"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Entry.objects.create(**wrong)
    assert HelpCall.objects.count() == 0
    assert area.nights_from == time(18)
