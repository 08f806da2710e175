"""Who waits for what nobody can get any more is told so, once: the matter is not booked here now, or the hall keeps no list."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db.models import F

from banshi.journeys.hall import change_items, change_rules, housekeeping
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment, Hold, Slot, Waiting
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.identity.models import Account
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.messaging import rules as wording
from banshi.rooms.messaging.models import Message
from banshi.rooms.places.queries import policy_of
from tests.journeys.hours.test_follow_up import NINE35, booked, opened, waits_for_wednesday
from tests.journeys.hours.test_follow_up import open_town as open_town
from tests.rooms.messaging.test_outbox import Spy
from tests.together import together
from tests.town import CLERK, Town, at, build_town

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
WEDNESDAY = date(2026, 3, 11)


def off(town: Town, *, now: Any = NINE35) -> HallItem:
    """The pension is not booked any more, only walked in with."""
    row = HallItem.objects.select_related("category").get(hall=town.hall, item__code="pension")
    return change_items.change(
        hall_item_id=row.pk, category=row.category, bookable=False, walk_in=True, extended=row.extended,
        most_persons=None, by=CLERK, now=now,
    )  # fmt: skip


def no_list(town: Town, *, now: Any = NINE35, **more: Any) -> None:
    document = policy_of(town.hall.pk, now=now).model_dump(mode="json")
    document["booking"]["waiting_list"] = False
    change_rules.publish(hall=town.hall, document=document, by=CLERK, now=now, **more)


def state(one: Waiting) -> str:
    one.refresh_from_db()
    return one.state


def said(one: Waiting, key: str, language: str = "zh") -> str:
    message = Message.objects.get(key=key, subject=f"waiting:{one.pk}")
    values = wording.spoken(message.params, language=language, zone=SHANGHAI, now=NINE35)
    return wording.render(wording.COMMON[key][language], values)


def waits(town: Town) -> Waiting:
    """Somebody with an account waits for the pension on Wednesday, which is full."""
    who = Account.objects.create(phone="+8613900000009", phone_index="n9", created_at=NINE35)
    Slot.objects.filter(hall=town.hall, business="cat:A", day=WEDNESDAY).update(taken=F("quota"))
    return waits_for_wednesday(town, account_id=who.pk, limit_key=f"account:{who.pk}")


def one_more_place(town: Town) -> Slot:
    first = Slot.objects.filter(hall=town.hall, business="cat:A", day=WEDNESDAY).order_by("starts_at")[0]
    return booking.set_quota(slot_id=first.pk, quota=first.quota + 1, by=CLERK, now=NINE35)


def offered(town: Town) -> Waiting:
    one = waits(town)
    one_more_place(town)
    assert state(one) == "offered"
    return one


def take(one: Waiting) -> Appointment:
    by = Actor(ActorKind.CITIZEN, str(one.account_id))
    return booking.take_offer(waiting_id=one.pk, source="web", by=by, now=NINE35, account_id=one.account_id)


# --- A matter that is not booked any more -------------------------------------------------------------------------


def test_who_waits_for_a_matter_taken_off_booking_is_told_once_where_to_go(open_town: Town):
    one = waits_for_wednesday(open_town)
    other = waits_for_wednesday(open_town, limit_key="b")
    Waiting.objects.filter(pk=other.pk).update(item=open_town.items["medical"])

    off(open_town)
    off(open_town)
    housekeeping.run_due(now=NINE35, everything=True)

    assert (state(one), state(other) in ("waiting", "offered")) == ("unbooked", True)
    assert Message.objects.filter(key="waiting_unbooked").count() == 1
    assert said(one, "waiting_unbooked") == (
        "小镇大厅“养老保险参保登记”不再接受预约，明天（3月11日）的候补到此为止，很抱歉。开放时间直接到现场取号。"
    )
    assert said(one, "waiting_unbooked", "en") == (
        "Town Hall takes no more bookings for “Pension enrolment”; the wait for a place on tomorrow (11 March) ends here."
        " We are sorry. Come during opening hours and take a number."
    )


def test_what_was_offered_of_it_goes_with_it_and_its_message_is_not_sent(open_town: Town):
    one = offered(open_town)
    kept, free = one.hold, Slot.objects.get(pk=one.hold.slot_id)  # type: ignore[union-attr]

    off(open_town)
    sms = Spy()
    messaging.drain(channels={"sms": sms}, now=NINE35)

    assert kept is not None
    kept.refresh_from_db()
    assert (state(one), kept.outcome) == ("unbooked", "given_back")
    assert free.taken - Slot.objects.get(pk=free.pk).taken == 1
    (text,) = [text for _to, text, _key in sms.sent if "候补" in text or "留到" in text]
    assert "留着的位子不能约了。开放时间直接到现场取号。" in text
    with pytest.raises(Refused) as no:
        take(one)
    assert no.value.slug == "wrong-state"


def test_a_matter_that_is_off_the_hall_ends_its_waits_by_the_next_run(open_town: Town):
    one = waits_for_wednesday(open_town)
    HallItem.objects.filter(hall=open_town.hall, item__code="pension").delete()

    housekeeping.run_due(now=NINE35, everything=True)

    assert state(one) == "unbooked"
    assert said(one, "waiting_unbooked").endswith("的候补到此为止，很抱歉。")


def test_who_wished_for_an_earlier_place_of_it_keeps_the_appointment(open_town: Town):
    row = booked(open_town, "2026-03-16 10:00", 4)
    one = waits_for_wednesday(open_town, appointment=row)
    Waiting.objects.filter(pk=one.pk).update(day=row.day)

    off(open_town)

    row.refresh_from_db()
    assert (state(one), row.state) == ("unbooked", "booked")
    assert said(one, "waiting_unbooked").endswith("3月16日（周一）的候补到此为止，很抱歉。原来的预约不变。")


def test_a_change_that_leaves_it_booked_ends_nothing(open_town: Town):
    one = waits_for_wednesday(open_town)
    row = HallItem.objects.select_related("category").get(hall=open_town.hall, item__code="pension")

    change_items.change(
        hall_item_id=row.pk, category=row.category, bookable=True, walk_in=False, extended=False, most_persons=2,
        by=CLERK, now=NINE35,
    )  # fmt: skip

    assert (state(one), Message.objects.count()) == ("waiting", 0)


@pytest.mark.django_db(transaction=True)
def test_an_offer_taken_as_its_matter_goes_off_booking_is_booked_or_told_to_be_over(transactional_db: Any):
    town = opened(build_town())
    one = offered(town)

    results = together(2, lambda i: take(one) if i == 0 else off(town))

    told = Message.objects.filter(key="waiting_unbooked").count()
    assert not isinstance(results[1], Exception)
    if isinstance(results[0], Appointment):
        assert (state(one), told, Appointment.objects.get(pk=results[0].pk).state) == ("taken", 0, "booked")
    else:
        assert isinstance(results[0], Refused)
        assert (state(one), told, Appointment.objects.filter(day=WEDNESDAY).count()) == ("unbooked", 1, 0)
    assert Hold.objects.filter(ended_at=None).count() == 0


# --- A matter that moves to another category ----------------------------------------------------------------------


def to_category(town: Town, code: str) -> HallItem:
    row = HallItem.objects.get(hall=town.hall, item__code="pension")
    return change_items.change(
        hall_item_id=row.pk, category=town.categories[code], bookable=True, walk_in=True, extended=False,
        most_persons=None, by=CLERK, now=NINE35,
    )  # fmt: skip


def fill(town: Town, business: str) -> None:
    Slot.objects.filter(hall=town.hall, business=business, day=WEDNESDAY).update(taken=F("quota"))


def free_one(town: Town, business: str) -> Slot:
    first = Slot.objects.filter(hall=town.hall, business=business, day=WEDNESDAY).order_by("starts_at")[0]
    return booking.set_quota(slot_id=first.pk, quota=first.quota + 1, by=CLERK, now=NINE35)


def test_who_waits_goes_with_the_matter_and_is_offered_the_places_of_its_new_line(open_town: Town):
    one = waits(open_town)
    fill(open_town, "cat:B")

    to_category(open_town, "B")
    free_one(open_town, "cat:A")
    before = state(one)
    free_one(open_town, "cat:B")

    assert (one.business, before, state(one)) == ("cat:B", "waiting", "offered")
    assert take(one).business == "cat:B"


def test_places_the_new_line_has_already_are_offered_at_once(open_town: Town):
    one = waits(open_town)

    to_category(open_town, "B")

    assert (state(one), Message.objects.filter(key="waiting_offer").count()) == ("offered", 1)
    assert take(one).business == "cat:B"


def test_an_offer_of_the_line_before_goes_back_to_it(open_town: Town):
    one = offered(open_town)
    kept = one.hold
    assert kept is not None
    fill(open_town, "cat:B")

    to_category(open_town, "B")

    kept.refresh_from_db()
    assert (state(one), one.business, kept.outcome) == ("waiting", "cat:B", "given_back")
    back = Slot.objects.get(pk=kept.slot_id)
    assert back.taken == back.quota - 1


def test_who_waits_for_a_day_on_which_the_new_line_has_nothing_is_told_once(open_town: Town):
    one = waits(open_town)
    for slot in Slot.objects.filter(hall=open_town.hall, business="cat:B", day=WEDNESDAY):
        booking.close_slot(slot_id=slot.pk, why="设备检修", by=CLERK, now=NINE35)

    to_category(open_town, "B")
    housekeeping.run_due(now=NINE35, everything=True)

    assert (state(one), Message.objects.filter(key="waiting_closed").count()) == ("closed", 1)


def test_whoever_waits_in_the_new_line_already_waits_there_once_at_the_earlier_turn(open_town: Town):
    one = waits(open_town)
    there = Waiting.objects.create(
        hall=open_town.hall, item=open_town.items["medical"], business="cat:B", day=WEDNESDAY, person=one.person,
        account_id=one.account_id, limit_key=one.limit_key, made_at=NINE35,
    )  # fmt: skip
    fill(open_town, "cat:B")

    to_category(open_town, "B")

    assert (state(one), state(there), there.made_at) == ("handed", "waiting", one.made_at)


def test_a_quota_of_its_own_takes_the_waits_of_a_matter_with_it(open_town: Town):
    one = waits(open_town)
    document = policy_of(open_town.hall.pk, now=NINE35).model_dump(mode="json")
    document["booking"]["quotas"].append({"target": "item", "code": "pension", "public": 1, "internal": 0})

    change_rules.publish(hall=open_town.hall, document=document, by=CLERK, now=NINE35)

    assert (state(one), one.business) == ("offered", "item:pension")


def test_who_wishes_for_an_earlier_place_of_it_goes_too(open_town: Town):
    row = booked(open_town, "2026-03-16 10:00", 4)
    one = waits_for_wednesday(open_town, appointment=row)
    Waiting.objects.filter(pk=one.pk).update(day=row.day)
    Slot.objects.filter(hall=open_town.hall, business="cat:B").update(taken=F("quota"))

    to_category(open_town, "B")

    assert (state(one), one.business) == ("waiting", "cat:B")


# --- A hall that keeps no list any more ---------------------------------------------------------------------------


def test_who_waits_is_told_once_when_the_list_is_switched_off(open_town: Town):
    one = waits_for_wednesday(open_town, language="en")

    no_list(open_town)
    housekeeping.run_due(now=NINE35, everything=True)

    assert (state(one), Message.objects.filter(key="waiting_list_off").count()) == ("list_off", 1)
    assert said(one, "waiting_list_off") == (
        "小镇大厅不再设候补，明天（3月11日）“养老保险参保登记”的候补到此为止，很抱歉。"
        "有空位时可以直接约：/book/pension/?hall=town&day=2026-03-11"
    )
    assert said(one, "waiting_list_off", "en").startswith(
        "Town Hall keeps no waiting list any more; the wait for a place for “Pension enrolment” on tomorrow (11 March) ends"
    )


def test_what_was_offered_before_is_still_kept_and_can_be_taken(open_town: Town):
    one = offered(open_town)

    no_list(open_town)
    row = take(one)

    assert (row.state, state(one)) == ("booked", "taken")
    assert Message.objects.filter(key="waiting_list_off").count() == 0


def test_whoever_lets_such_an_offer_go_waits_no_longer_and_is_told(open_town: Town):
    one = offered(open_town)
    no_list(open_town)
    assert one.hold is not None
    later = one.hold.expires_at + timedelta(seconds=1)

    booking.expire_holds(now=later)
    booking.end_all_waiting_in_vain(now=later)

    assert (state(one), Message.objects.filter(key="waiting_list_off").count()) == ("list_off", 1)


def test_a_planned_end_of_the_list_tells_when_it_comes_and_people_are_awake(open_town: Town):
    one = waits_for_wednesday(open_town)
    Waiting.objects.filter(pk=one.pk).update(day=date(2026, 3, 17))
    midnight = at("2026-03-16 00:00")

    no_list(open_town, valid_from=midnight)
    housekeeping.run_due(now=at("2026-03-15 23:59"), everything=True)
    before = state(one)
    housekeeping.run_due(now=midnight, everything=True)

    [message] = Message.objects.filter(key="waiting_list_off")
    assert (before, state(one), message.due_at) == ("waiting", "list_off", at("2026-03-16 08:00"))


def test_who_wished_for_an_earlier_place_keeps_the_appointment_and_is_told(open_town: Town):
    row = booked(open_town, "2026-03-16 10:00", 4)
    one = waits_for_wednesday(open_town, appointment=row)
    Waiting.objects.filter(pk=one.pk).update(day=row.day)

    no_list(open_town)

    assert state(one) == "list_off"
    assert said(one, "waiting_list_off").endswith("的候补到此为止，很抱歉。原来的预约不变。")


@pytest.mark.django_db(transaction=True)
def test_an_offer_made_as_the_list_is_switched_off_stands_or_the_wait_is_over(transactional_db: Any):
    town = opened(build_town())
    one = waits(town)

    results = together(2, lambda i: one_more_place(town) if i == 0 else no_list(town))

    told = Message.objects.filter(key="waiting_list_off").count()
    assert [each for each in results if isinstance(each, Exception)] == []
    if state(one) == "offered":
        assert (told, take(one).state) == (0, "booked")
    else:
        assert (one.state, told, Hold.objects.filter(ended_at=None).count()) == ("list_off", 1, 0)
