"""A time that the hall took and gave back: its person moves back with one tap, also while it is under way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from banshi.journeys.hours import change_hours, follow_up
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking import queries
from banshi.rooms.booking.models import Appointment, Hold, Slot
from banshi.rooms.calendars.models import Closure
from banshi.rooms.identity.models import Account
from tests.journeys.hours.test_follow_up import opened
from tests.surfaces.citizen.conftest import Phone, book, stop_the_clock, text
from tests.surfaces.office.editing import signed_in
from tests.town import CLERK, TUESDAY_NINE, Town, at

NOW = TUESDAY_NINE + timedelta(minutes=5)


def alarm(town: Town) -> Closure:
    closure, _ = change_hours.close(
        hall=town.hall, starts_at=NOW, ends_at=at("2026-03-10 23:59"), reason_zh="紧急疏散", reason_en="Evacuation",
        kind="evacuation", choices={}, others="move", by=CLERK, now=NOW,
    )  # fmt: skip
    follow_up.work_off(now=NOW)
    return closure


def taken_and_given_back(slot: Slot, *, then: Any) -> None:
    closure, _ = change_hours.close(
        hall=slot.hall, starts_at=slot.starts_at, ends_at=slot.ends_at, reason_zh="停水", reason_en="No water", choices={},
        others=then, by=CLERK, now=NOW,
    )  # fmt: skip
    follow_up.work_off(now=NOW)
    change_hours.withdraw(closure=closure, by=CLERK, now=NOW)


def test_after_a_false_alarm_one_tap_brings_the_time_of_today_back(mine: Phone, open_town: Town):
    opened(open_town)
    row = book(mine, Slot.objects.get(hall=open_town.hall, business="cat:A", starts_at=at("2026-03-10 10:00")))
    closure = alarm(open_town)
    stop_the_clock(NOW)
    during = text(mine.get(f"/a/{row.code}"))
    later = NOW + timedelta(minutes=30)
    open_town.policy(booking={"same_day": True, "same_day_lead": 30, "release_days": 10})  # too late for ten by that
    change_hours.withdraw(closure=closure, by=CLERK, now=later)
    stop_the_clock(later)

    after = text(mine.get(f"/a/{row.code}"))
    listed = text(mine.get(f"/a/{row.code}/move", day="2026-03-10"))
    by_staff = text(signed_in(open_town.manager).get(f"/office/town/appointments/{row.code}/move"))
    pressed = mine.post(f"/a/{row.code}/move", slot=str(row.slot_id))

    assert ("原来的时间又能约了" in during, "原来的时间又能约了" in after) == (False, True)
    assert [f'name="slot" value="{row.slot_id}"' in page for page in (after, listed, by_staff)] == [True] * 3
    assert pressed.status_code == 302
    assert Appointment.objects.get(pk=row.pk).starts_at == row.starts_at
    assert "原来的时间又能约了" not in text(mine.get(f"/a/{row.code}"))


def test_giving_up_what_the_hall_moved_is_said_to_be_free(mine: Phone, open_town: Town):
    opened(open_town)
    row = book(mine, Slot.objects.get(hall=open_town.hall, business="cat:A", starts_at=at("2026-03-10 10:00")))
    words = ("一个月取消超过", "时间是大厅换的，这次取消不计次数。")
    before = [[word in text(mine.get(f"/a/{row.code}{path}")) for word in words] for path in ("", "/cancel")]

    alarm(open_town)

    after = [[word in text(mine.get(f"/a/{row.code}{path}")) for word in words] for path in ("", "/cancel")]
    assert (before, after) == ([[True, False]] * 2, [[False, True]] * 2)


def test_what_the_hall_cancelled_and_gave_back_is_booked_again_by_one_tap(mine: Phone, open_town: Town):
    opened(open_town)
    row = book(mine, Slot.objects.get(hall=open_town.hall, business="cat:A", starts_at=at("2026-03-10 10:00")))
    closure, _ = change_hours.close(
        hall=open_town.hall, starts_at=NOW, ends_at=at("2026-03-10 23:59"), reason_zh="停水", reason_en="No water",
        choices={}, others="cancel", by=CLERK, now=NOW,
    )  # fmt: skip
    follow_up.work_off(now=NOW)
    before = text(mine.get(f"/a/{row.code}"))
    later = NOW + timedelta(minutes=30)
    open_town.policy(booking={"same_day": True, "same_day_lead": 30, "release_days": 10})
    change_hours.withdraw(closure=closure, by=CLERK, now=later)
    stop_the_clock(later)

    after = text(mine.get(f"/a/{row.code}"))
    pressed = mine.post(f"/a/{row.code}/rebook")

    again = Appointment.objects.get(state="booked")
    assert ("约回原来的时间" in before, "约回原来的时间" in after) == (False, True)
    assert (pressed.status_code, again.starts_at) == (302, row.starts_at)
    assert "约回原来的时间" not in text(mine.get(f"/a/{row.code}"))


@pytest.mark.parametrize("card", [True, False])
def test_the_hall_gives_the_place_it_kept_to_its_person_once_their_card_is_seen(
    mine: Phone, open_town: Town, card: bool
):
    opened(open_town)
    slot = Slot.objects.get(hall=open_town.hall, business="cat:A", starts_at=at("2026-03-11 10:00"))
    book(mine, slot)
    Slot.objects.filter(pk=slot.pk).update(taken=F("quota"))
    taken_and_given_back(slot, then="cancel")
    stop_the_clock(NOW)
    (kept,) = queries.offers_for([mine.person.pk], hall=open_town.hall, now=NOW)
    guide = signed_in(open_town.manager)

    found = text(guide.post("/office/town/guide/find", {"q": mine.person.id_number}, follow=True))
    asked = {
        "slot_id": slot.pk, "item_code": "pension", "person_id": mine.person.pk, "source": "staff", "by": CLERK, "now": NOW,
        "evidence": int(Evidence.WINDOW) if card else 0,
    }  # fmt: skip
    try:
        made = booking.place(**asked).slot_id
    except Refused as no:
        made = no.slug

    assert (kept.slot_id, kept.appointment, f"slot={slot.pk}" in found) == (slot.pk, None, True)
    assert made == (slot.pk if card else "slot-full")


@pytest.mark.parametrize("way", ["list", "link", "app"])
def test_the_place_kept_for_whom_the_hall_cancelled_is_theirs_on_every_way_to_book(
    mine: Phone, theirs: Phone, open_town: Town, way: str
):
    """It was theirs by one button alone: to their own app, and in the day's list, the period was full."""
    opened(open_town)
    slot = Slot.objects.get(hall=open_town.hall, business="cat:A", starts_at=at("2026-03-11 10:00"))
    row = book(mine, slot)
    Slot.objects.filter(pk=slot.pk).update(taken=F("quota"))
    taken_and_given_back(slot, then="cancel")
    stop_the_clock(NOW)
    path = f"/book/pension/{slot.pk}/"

    strangers = theirs.post("/book/pension/take", slot=slot.pk)
    if way == "app":
        book(mine, slot)
    else:
        if way == "list":
            (period,) = [
                p for p in mine.get("/book/pension/", day="2026-03-11").context["choice"].periods if p.id == slot.pk
            ]
            assert period.bookable
            assert mine.post("/book/pension/take", slot=slot.pk).url.startswith(path)
        else:
            mine.post(f"{path}hold")
        assert mine.get(path).context["kept"] is not None
        assert mine.post(path, who=mine.person.pk).status_code == 302

    slot.refresh_from_db()
    assert strangers.status_code == 409
    assert list(Appointment.objects.order_by("id").values_list("state", "person")) == [
        ("cancelled", row.person_id), ("booked", row.person_id),
    ]  # fmt: skip
    assert (slot.taken, Hold.objects.filter(ended_at=None).count()) == (slot.quota, 0)


def test_the_place_kept_for_an_account_stays_theirs_when_it_is_proven_to_be_its_person(mine: Phone, open_town: Town):
    opened(open_town)
    slot = Slot.objects.get(hall=open_town.hall, business="cat:A", starts_at=at("2026-03-11 10:00"))
    row = book(mine, slot)
    taken_and_given_back(slot, then="move")
    Slot.objects.filter(pk=slot.pk).update(taken=F("quota"))
    stop_the_clock(NOW)
    Account.objects.filter(pk=mine.account.pk).update(person=mine.person, person_evidence=int(Evidence.WINDOW))

    booking.follow_account(
        person_id=mine.person.pk, before={}, account_id=mine.account.pk, phone="+8613900000001", now=NOW
    )
    pressed = mine.post(f"/a/{row.code}/move", slot=str(slot.pk))

    row.refresh_from_db()
    assert (row.limit_key, pressed.status_code, row.slot_id) == ("", 302, slot.pk)
