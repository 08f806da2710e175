"""What follows a change of hours: each visit once, told once, whoever is killed or in a hurry; and the people in line."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import F

from banshi.journeys.hours import change_hours, close_line, follow_up
from banshi.journeys.hours.change_hours import Choice
from banshi.journeys.hours.follow_up import Outcome
from banshi.journeys.visit import check_in, time_back
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.kernel.working_days import DayInfo
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.actions import placing
from banshi.rooms.booking.models import Appointment, FollowUp, FollowUpVisit, Hold, LedgerEntry, Slot, Waiting
from banshi.rooms.calendars import actions as calendars
from banshi.rooms.calendars.models import Closure
from banshi.rooms.identity.models import Account, Person
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.messaging.actions import phone_index
from banshi.rooms.messaging.models import Message
from banshi.rooms.places.models import Category, Floor, Window, Zone
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from tests.journeys.hours.test_change_hours import document
from tests.remembered import Added
from tests.rooms.messaging.test_outbox import Spy
from tests.rooms.tickets.conftest import open_town as open_every_day
from tests.together import together
from tests.town import CITIZEN, CLERK, TOWN, TUESDAY_NINE, Town, at, build_town

STRANGERS = "+8613900000123"

pytestmark = pytest.mark.django_db
EIGHT = at("2026-03-10 08:00")
NINE35 = at("2026-03-10 09:35")


def _opened(town: Town) -> None:
    open_every_day(town)
    town.policy(
        booking={
            "same_day": True, "same_day_lead": 0, "release_days": 10,
            "quotas": [{"target": "category", "code": "*", "public": 2, "internal": 0}],
        }
    )  # fmt: skip
    booking.materialise(hall=town.hall, now=TUESDAY_NINE)


OPENED = Added(TOWN, _opened)


def opened(town: Town) -> Town:
    """Open 9–17 every day with two places a period and category; the same day can be booked."""
    OPENED(town)
    return town


@pytest.fixture
def open_town(town: Town) -> Town:
    return opened(town)


def booked(town: Town, starts: str, person: int = 1, item: str = "pension", category: str = "A") -> Appointment:
    slot = Slot.objects.get(hall=town.hall, business=f"cat:{category}", starts_at=at(starts))
    return booking.place(
        slot_id=slot.pk, item_code=item, person_id=town.person(person).pk, source="web", by=CITIZEN, now=EIGHT
    )


def close(town: Town, *, now: Any = NINE35, starts: str = "2026-03-10 09:35", ends: str = "2026-03-10 23:59",
          others: Any = "move", **more: Any) -> tuple[Closure, FollowUp]:  # fmt: skip
    return change_hours.close(
        hall=town.hall, starts_at=at(starts), ends_at=at(ends), reason_zh="停电", reason_en="Power cut",
        choices=more.pop("choices", {}), others=others, by=CLERK, now=now, **more,
    )  # fmt: skip


def test_whoever_is_booked_for_the_period_that_is_running_is_followed_up_too(open_town: Town):
    running = booked(open_town, "2026-03-10 09:00")
    closure, follow = close(open_town)

    follow_up.work_off(now=NINE35)

    running.refresh_from_db()
    assert follow_up.outcome_of(follow) == Outcome(moved=1)
    assert running.day == date(2026, 3, 11)
    assert change_hours.touched(closure=closure, follow_up=follow, now=NINE35)["appointments"] == 1


EVENING = at("2026-03-10 18:00")


def _struck(row: Appointment) -> list[bool]:
    booking.sweep_no_shows(now=EVENING)
    return [entry.forgiven_at is None for entry in LedgerEntry.objects.filter(appointment=row, kind="no_show")]


def test_who_does_not_come_at_the_time_the_hall_chose_that_day_is_not_struck(open_town: Town):
    row = booked(open_town, "2026-03-10 10:00")
    close(open_town, ends="2026-03-10 11:00")
    follow_up.work_off(now=NINE35)

    row.refresh_from_db()
    assert (row.day, _struck(row)) == (date(2026, 3, 10), [False])


def test_who_chose_a_time_of_their_own_after_it_is_struck_like_anybody(open_town: Town):
    row = booked(open_town, "2026-03-10 10:00")
    close(open_town, ends="2026-03-10 11:00")
    follow_up.work_off(now=NINE35)
    afternoon = Slot.objects.get(hall=open_town.hall, business="cat:A", starts_at=at("2026-03-10 15:00"))
    booking.move(code=row.code, slot_id=afternoon.pk, by=CITIZEN, now=at("2026-03-10 09:40"))

    assert _struck(row) == [True]


def test_who_was_moved_the_day_before_had_time_to_answer(open_town: Town):
    row = booked(open_town, "2026-03-11 10:00")
    close(open_town, starts="2026-03-11 10:00", ends="2026-03-11 11:00")
    follow_up.work_off(now=NINE35)

    booking.sweep_no_shows(now=at("2026-03-11 18:00"))

    assert [entry.forgiven_at for entry in LedgerEntry.objects.filter(appointment=row)] == [None]


def test_new_hours_from_today_on_reach_whoever_s_period_is_running(open_town: Town):
    running, later = booked(open_town, "2026-03-10 09:00"), booked(open_town, "2026-03-10 14:00", 2)

    _, follow = change_hours.publish(
        hall=open_town.hall, document=document(("13:00", "17:00"), when="every_day"), valid_from=date(2026, 3, 10),
        note="", choices={}, others="move", by=CLERK, now=NINE35,
    )  # fmt: skip
    follow_up.work_off(now=NINE35)

    for row in (running, later):
        row.refresh_from_db()
    assert follow_up.outcome_of(follow) == Outcome(moved=1)
    assert 13 <= running.starts_at.astimezone(NINE35.tzinfo).hour < 17
    assert later.starts_at == at("2026-03-10 14:00")


def test_a_holiday_imported_during_the_day_reaches_whoever_s_period_is_running(town: Town):
    town.policy(booking={"same_day": True, "same_day_lead": 0})
    calendars.publish(
        hall=town.hall, document=document(("09:00", "12:00")), valid_from=date(2020, 1, 1), by=CLERK, now=EIGHT
    )
    booking.materialise(hall=town.hall, now=EIGHT)
    running = booked(town, "2026-03-10 09:00")

    change_hours.import_national_days(
        days=[DayInfo(date(2026, 3, 10), "restday", "节日", "Holiday")], notice="", by=CLERK, now=NINE35
    )
    follow_up.work_off(now=NINE35)

    running.refresh_from_db()
    assert (running.state, running.day > date(2026, 3, 10)) == ("booked", True)
    assert Message.objects.filter(key="moved_by_hall", subject=f"appointment:{running.code}").count() == 1


def test_moved_never_means_the_very_same_time(open_town: Town):
    row = booked(open_town, "2026-03-11 10:00")
    close(open_town, starts="2026-03-11 10:00", ends="2026-03-11 11:00", category=open_town.categories["A"])

    follow_up.work_off(now=NINE35)

    row.refresh_from_db()
    assert row.starts_at == at("2026-03-11 11:00") or row.starts_at == at("2026-03-11 09:00")
    assert Message.objects.filter(key="moved_by_hall", subject=f"appointment:{row.code}").count() == 1


def test_the_two_matters_of_a_visit_move_together_and_are_told_once(open_town: Town):
    slot = Slot.objects.get(hall=open_town.hall, business="cat:A", starts_at=at("2026-03-11 10:00"))
    rows = booking.place_several(
        slot_id=slot.pk, item_codes=["pension", "id-card"], person_id=open_town.person(1).pk, source="web", by=CITIZEN,
        now=TUESDAY_NINE,
    )  # fmt: skip
    close(open_town, starts="2026-03-11 08:00", ends="2026-03-11 18:00", category=open_town.categories["B"])

    follow_up.work_off(now=NINE35)

    for row in rows:
        row.refresh_from_db()
    assert len({row.starts_at for row in rows}) == 1
    assert rows[0].day != date(2026, 3, 11)
    (told,) = Message.objects.filter(key="moved_by_hall")
    assert told.params["item_zh"] == "养老保险参保登记、居民身份证换领"


def test_who_is_kept_is_told_let_in_called_and_never_struck(open_town: Town):
    row = booked(open_town, "2026-03-10 10:00")
    missed = booked(open_town, "2026-03-10 11:00", 2)
    close(open_town, others="keep")
    follow_up.work_off(now=NINE35)
    close_line.look(now=NINE35)
    tickets.sign_in(window_code="town-01", staff_id=open_town.clerk.pk, now=NINE35)

    number = check_in.by_code(
        hall=open_town.hall, code=row.code, by=CITIZEN, now=at("2026-03-10 10:00"), channel="kiosk"
    )
    called = tickets.call_next(window_code="town-01", staff_id=open_town.clerk.pk, now=at("2026-03-10 10:01"))
    booking.sweep_no_shows(now=at("2026-03-10 13:00"))

    missed.refresh_from_db()
    assert called is not None
    assert called.ref == number.ref
    assert set(Message.objects.filter(key="kept").values_list("subject", flat=True)) == {
        f"appointment:{row.code}", f"appointment:{missed.code}",
    }  # fmt: skip
    assert missed.state == "no_show"
    assert LedgerEntry.objects.filter(forgiven_at=None).count() == 0
    assert Message.objects.filter(key="no_show").count() == 0


def test_nobody_is_let_in_while_the_hall_is_evacuated_kept_or_not(open_town: Town):
    row = booked(open_town, "2026-03-10 10:00")
    close(open_town, others="keep")
    follow_up.work_off(now=NINE35)
    close(open_town, others="keep", kind="evacuation", ends="2026-03-10 11:55")

    with pytest.raises(Refused) as no:
        check_in.by_code(hall=open_town.hall, code=row.code, by=CITIZEN, now=at("2026-03-10 10:00"), channel="kiosk")

    assert no.value.slug == "closed"


def test_nobody_is_told_to_come_all_the_same_into_an_evacuation(open_town: Town):
    row = booked(open_town, "2026-03-10 10:00")
    chosen = booked(open_town, "2026-03-10 10:00", person=2)

    change_hours.close(
        hall=open_town.hall, starts_at=NINE35, ends_at=at("2026-03-10 12:00"), reason_zh="火警", reason_en="Fire",
        kind="evacuation", others="keep", choices={chosen.code: change_hours.Choice("keep")}, by=CLERK, now=NINE35,
    )  # fmt: skip
    follow_up.work_off(now=NINE35)

    assert (told("kept"), told("moved_by_hall")) == ([], sorted(f"appointment:{each.code}" for each in (row, chosen)))


def test_nobody_is_kept_by_hand_in_an_evacuation(open_town: Town):
    row = booked(open_town, "2026-03-10 10:00")
    calendars.close(
        hall=open_town.hall, starts_at=NINE35, ends_at=at("2026-03-10 12:00"), reason_zh="火警", reason_en="Fire",
        kind="evacuation", by=CLERK, now=NINE35,
    )  # fmt: skip

    by_hand = change_hours.apply(
        hall=open_town.hall, choices={row.code: change_hours.Choice("keep")}, by=CLERK, now=NINE35, why="火警"
    )
    follow_up.work_off(now=NINE35)

    assert (follow_up.outcome_of(by_hand).failed, told("kept")) == (1, [])


def test_a_no_show_inside_a_closure_is_the_halls_own_even_where_nobody_chose_to_keep(open_town: Town):
    row = booked(open_town, "2026-03-10 10:00")
    close(open_town, others="keep")

    booking.sweep_no_shows(now=at("2026-03-10 13:00"))

    row.refresh_from_db()
    assert row.state == "no_show"
    assert LedgerEntry.objects.filter(forgiven_at=None).count() == 0


def test_who_was_moved_by_the_hall_that_day_and_never_chose_the_time_pays_nothing(open_town: Town):
    row = booked(open_town, "2026-03-10 10:00")
    closure, _ = close(open_town, ends="2026-03-10 10:30", others="move", kind="evacuation")
    follow_up.work_off(now=NINE35)
    change_hours.withdraw(closure=closure, by=CLERK, now=NINE35)
    row.refresh_from_db()
    assert (row.day, row.state, row.starts_at > at("2026-03-10 10:00")) == (date(2026, 3, 10), "booked", True)

    booking.sweep_no_shows(now=at("2026-03-10 22:00"))

    row.refresh_from_db()
    (entry,) = LedgerEntry.objects.all()
    assert (row.state, entry.forgiven_why) == ("no_show", "大厅当天改了时间 · moved by the hall on the day itself")


@pytest.mark.parametrize("reached", [True, False])
def test_who_cannot_be_told_is_moved_to_a_later_time_only_and_pays_nothing(open_town: Town, reached: bool):
    """They come at the time they know, and can be told in the hall."""
    row = booked(open_town, "2026-03-11 10:00")
    Person.objects.update(phone=None, phone_index=None)
    index = phone_index("+8613800138000") if reached else ""
    Appointment.objects.filter(pk=row.pk).update(contact="+8613800138000" if reached else None, contact_index=index)
    close(open_town, starts="2026-03-11 10:00", ends="2026-03-11 12:00", others="move")
    follow_up.work_off(now=NINE35)
    row.refresh_from_db()

    booking.sweep_no_shows(now=row.ends_at + timedelta(hours=2))

    earlier, counted = row.starts_at < at("2026-03-11 10:00"), LedgerEntry.objects.filter(forgiven_at=None).count()
    assert (earlier, counted) == ((True, 1) if reached else (False, 0))


def test_who_was_kept_hears_once_that_the_closure_is_off(open_town: Town):
    row = booked(open_town, "2026-03-11 10:00")
    closure, _ = close(open_town, starts="2026-03-11 09:00", ends="2026-03-11 12:00", others="keep")
    follow_up.work_off(now=NINE35)

    first = change_hours.withdraw(closure=closure, by=CLERK, now=NINE35)
    again = change_hours.withdraw(closure=closure, by=CLERK, now=NINE35)

    assert (first.kept, again.kept) == (1, 0)
    assert told("closure_off") == [f"appointment:{row.code}"]
    follow = FollowUp.objects.get(cause=f"closure:{closure.pk}")
    assert follow_up.outcome_of(follow) == Outcome(kept=1, stand_after_all=1)


def test_what_became_of_the_visits_says_who_was_told_of_the_old_time(open_town: Town):
    booked(open_town, "2026-03-11 10:00")
    closure, follow = close(
        open_town, starts="2026-03-11 09:00", ends="2026-03-11 12:00", others="move", kind="evacuation"
    )
    follow_up.work_off(now=NINE35)
    params = Message.objects.get(key="moved_by_hall").params

    change_hours.withdraw(closure=closure, by=CLERK, now=NINE35)

    assert follow_up.outcome_of(follow) == Outcome(moved=1, old_times=1)
    assert params["closed"]["evacuates"] is True


def test_an_evacuation_without_a_word_why_is_no_reason_for_itself(open_town: Town):
    booked(open_town, "2026-03-10 10:00")
    change_hours.close(
        hall=open_town.hall, starts_at=NINE35, ends_at=at("2026-03-10 23:59"), reason_zh="紧急疏散", reason_en="Evacuation",
        kind="evacuation", choices={}, others="move", by=CLERK, now=NINE35,
    )  # fmt: skip

    follow_up.work_off(now=NINE35)

    (text,) = {each for each in said(NINE35) if "把原来" in each}
    assert "起疏散。很抱歉。" in text


def test_a_holiday_that_is_imported_is_followed_up(town: Town):
    calendars.publish(
        hall=town.hall, document=document(("09:00", "12:00")), valid_from=date(2020, 1, 1), by=CLERK, now=TUESDAY_NINE
    )
    booking.materialise(hall=town.hall, now=TUESDAY_NINE)
    row = booked(town, "2026-03-12 10:00")

    change_hours.import_national_days(
        days=[DayInfo(date(2026, 3, 12), "restday", "节日", "Holiday")], notice="", by=CLERK, now=TUESDAY_NINE
    )
    follow_up.work_off(now=TUESDAY_NINE)

    row.refresh_from_db()
    assert row.state == "booked"
    assert row.day in (date(2026, 3, 11), date(2026, 3, 13))


def test_a_worker_that_dies_between_two_people_leaves_each_done_or_due(open_town: Town, monkeypatch: Any):
    for person in (1, 2, 3):
        booked(open_town, f"2026-03-11 {9 + person}:00", person)
    _, follow = close(open_town, starts="2026-03-11 08:00", ends="2026-03-11 18:00")
    real, calls = booking.move, []

    def die(**values: Any) -> Any:
        calls.append(values)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(**values)

    monkeypatch.setattr(booking, "move", die)
    with pytest.raises(KeyboardInterrupt):
        follow_up.work_off(now=NINE35)
    states = sorted(FollowUpVisit.objects.values_list("state", flat=True))
    monkeypatch.setattr(booking, "move", real)
    follow_up.work_off(now=NINE35)
    follow_up.work_off(now=NINE35)

    assert states == ["due", "due", "moved"]
    assert follow_up.outcome_of(follow) == Outcome(moved=3)
    assert Message.objects.filter(key="moved_by_hall").count() == 3


def test_one_visit_that_breaks_does_not_hold_up_the_others(open_town: Town, monkeypatch: Any):
    first, second = booked(open_town, "2026-03-11 10:00", 1), booked(open_town, "2026-03-11 11:00", 2)
    _, follow = close(open_town, starts="2026-03-11 08:00", ends="2026-03-11 18:00")
    real = booking.move

    def broken(**values: Any) -> Any:
        if values["code"] == first.code:
            raise ZeroDivisionError
        return real(**values)

    monkeypatch.setattr(booking, "move", broken)
    follow_up.work_off(now=NINE35)

    second.refresh_from_db()
    assert follow_up.outcome_of(follow) == Outcome(moved=1, failed=1)
    assert second.day != date(2026, 3, 11)


def test_who_could_not_be_moved_is_no_longer_left_over_once_settled_by_hand(open_town: Town):
    row = booked(open_town, "2026-03-11 10:00")
    Slot.objects.exclude(pk=row.slot_id).update(quota=0, touched=True)
    _, first = close(open_town, starts="2026-03-11 08:00", ends="2026-03-11 18:00")
    follow_up.work_off(now=NINE35)
    before = follow_up.outcome_of(first)

    change_hours.apply(hall=open_town.hall, choices={row.code: Choice("cancel")}, by=CLERK, now=NINE35, why="停电")
    follow_up.work_off(now=NINE35)

    assert (before, follow_up.outcome_of(first)) == (Outcome(failed=1), Outcome(done=1))


def test_a_choice_for_one_person_counts_over_the_choice_for_all(open_town: Town):
    moved, cancelled = booked(open_town, "2026-03-11 10:00", 1), booked(open_town, "2026-03-11 11:00", 2)
    _, follow = close(
        open_town, starts="2026-03-11 08:00", ends="2026-03-11 18:00", choices={cancelled.code: Choice("cancel")}
    )

    follow_up.work_off(now=NINE35)

    moved.refresh_from_db()
    cancelled.refresh_from_db()
    assert (moved.state, cancelled.state) == ("booked", "cancelled")
    assert follow_up.outcome_of(follow) == Outcome(moved=1, cancelled=1)


def test_who_waits_for_a_day_that_closes_is_told_once(open_town: Town):
    for person in (1, 2):
        booked(open_town, "2026-03-11 10:00", person)
    victim, account = (
        open_town.person(3),
        Account.objects.create(phone=STRANGERS, phone_index="s", created_at=TUESDAY_NINE),
    )
    line = {"hall": open_town.hall, "item": open_town.items["pension"], "business": "cat:A", "day": date(2026, 3, 11)}
    Waiting.objects.create(person=victim, made_at=TUESDAY_NINE, account_id=account.pk, limit_key="a", **line)
    Waiting.objects.create(
        person=victim, made_at=TUESDAY_NINE, limit_key="key:3:ueve", **line
    )  # behind a key: no telephone
    Waiting.objects.create(person=open_town.person(4), made_at=TUESDAY_NINE, **line)
    close(open_town, starts="2026-03-11 00:00", ends="2026-03-11 23:59")

    follow_up.work_off(now=NINE35)
    booking.end_waiting_for_closed_days(hall=open_town.hall, now=NINE35)

    assert set(Waiting.objects.values_list("state", flat=True)) == {"closed"}
    told = sorted(row.to for row in Message.objects.filter(key="waiting_closed"))
    assert told == sorted([STRANGERS, open_town.person(4).phone])  # never whoever has the document that was named


def waits_for_wednesday(town: Town, **more: Any) -> Waiting:
    return Waiting.objects.create(
        hall=town.hall, item=town.items["pension"], business="cat:A", day=date(2026, 3, 11), person=town.person(4),
        made_at=TUESDAY_NINE, **more,
    )  # fmt: skip


def test_who_waits_for_a_closed_day_is_told_by_the_next_run_where_one_was_cut_short(open_town: Town, monkeypatch: Any):
    waits_for_wednesday(open_town)
    close(open_town, starts="2026-03-11 00:00", ends="2026-03-11 23:59")

    def cut(**_: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as then:
        then.setattr(booking, "end_waiting_for_closed_days", cut)
        with pytest.raises(SystemExit):
            follow_up.work_off(now=NINE35)
    follow_up.work_off(now=NINE35)
    follow_up.work_off(now=NINE35)

    assert Waiting.objects.get().state == "closed"
    assert Message.objects.filter(key="waiting_closed").count() == 1


def test_who_waits_for_one_matter_is_told_when_it_alone_closes(open_town: Town) -> None:
    one = waits_for_wednesday(open_town, language="en")
    other = waits_for_wednesday(open_town, limit_key="b")
    Waiting.objects.filter(pk=other.pk).update(item=open_town.items["medical"])
    close(open_town, starts="2026-03-11 00:00", ends="2026-03-11 23:59", item=open_town.items["pension"])

    follow_up.work_off(now=NINE35)
    told = [booking.end_waiting_for_closed_days(hall=open_town.hall, now=NINE35) for _ in range(2)]

    assert told == [0, 0]  # the follow-up has done it
    assert dict(Waiting.objects.values_list("pk", "state")) == {one.pk: "closed", other.pk: "offered"}
    assert list(Message.objects.filter(key="waiting_closed").values_list("subject", "language")) == [
        (f"waiting:{one.pk}", "en")
    ]


def offered_on_wednesday(town: Town) -> Waiting:
    """One place of a full day is free, and kept for whoever waits."""
    one = waits_for_wednesday(town)
    slots = Slot.objects.filter(hall=town.hall, business="cat:A", day=date(2026, 3, 11)).order_by("starts_at")
    slots.update(taken=F("quota"))
    first = slots[0]
    booking.set_quota(slot_id=first.pk, quota=first.quota + 1, by=CLERK, now=NINE35)
    one.refresh_from_db()
    assert one.state == "offered"
    return one


def test_what_was_offered_of_a_day_ends_with_it_and_is_told_once(open_town: Town) -> None:
    one = offered_on_wednesday(open_town)
    kept = one.hold
    close(open_town, starts="2026-03-11 00:00", ends="2026-03-11 23:59")

    follow_up.work_off(now=NINE35)
    booking.expire_holds(now=NINE35 + timedelta(hours=1))
    booking.end_waiting_for_closed_days(hall=open_town.hall, now=NINE35 + timedelta(hours=1))

    one.refresh_from_db()
    assert kept is not None
    kept.refresh_from_db()
    assert (one.state, kept.outcome) == ("closed", "given_back")
    assert Message.objects.filter(key="waiting_closed").count() == 1
    assert set(Message.objects.filter(key="waiting_offer").values_list("state", flat=True)) == {"dropped"}


def test_whose_offered_period_alone_is_closed_waits_on(open_town: Town) -> None:
    one = offered_on_wednesday(open_town)
    assert one.hold is not None
    Slot.objects.filter(pk=one.hold.slot_id).update(closed=True)

    told = booking.end_waiting_for_closed_days(hall=open_town.hall, now=NINE35)

    one.refresh_from_db()
    assert (told, one.state) == (0, "waiting")
    assert Hold.objects.filter(ended_at=None).count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_managers_who_close_at_once_move_everybody_once(transactional_db: Any):
    town = opened(build_town())
    rows = [booked(town, "2026-03-11 10:00", 1), booked(town, "2026-03-11 11:00", 2)]

    made = together(2, lambda _: close(town, starts="2026-03-11 08:00", ends="2026-03-11 18:00"))
    together(3, lambda _: follow_up.work_off(now=NINE35))

    assert [type(each) for each in made] == [tuple, tuple]
    assert (Closure.objects.count(), FollowUp.objects.count(), FollowUpVisit.objects.count()) == (1, 1, 2)
    assert sorted(FollowUpVisit.objects.values_list("state", flat=True)) == ["moved", "moved"]
    for row in rows:
        assert Message.objects.filter(key="moved_by_hall", subject=f"appointment:{row.code}").count() == 1


# --- People in line -----------------------------------------------------------------------------------------------


def number(town: Town, person: int = 1, item: str = "pension", now: Any = TUESDAY_NINE) -> Ticket:
    return tickets.issue(
        tickets.Take(item_code=item, person_id=town.person(person).pk, channel="kiosk", by=CITIZEN),
        hall=town.hall,
        now=now,
    )


def told(key: str) -> list[str]:
    return sorted(Message.objects.filter(key=key).values_list("subject", flat=True))


def test_who_is_in_line_when_a_closure_begins_is_told_why_and_until_when_and_keeps_the_place(open_town: Town):
    stopped, other = number(open_town), number(open_town, 2, "id-card")
    close(open_town, ends="2026-03-10 11:00", category=open_town.categories["A"])

    close_line.look(now=NINE35)
    close_line.look(now=NINE35)

    (message,) = Message.objects.filter(key="line_stopped")
    assert message.subject == f"ticket:{stopped.ref}"
    assert message.params["reason"] == {"zh": "停电", "en": "Power cut"}
    assert datetime.fromisoformat(message.params["until"]) == at("2026-03-10 11:00")
    category = open_town.categories["A"]
    assert (message.params["part_zh"], message.params["part_en"]) == (category.name_zh, category.name_en)
    stopped.refresh_from_db()
    other.refresh_from_db()
    assert (stopped.state, other.state) == ("waiting", "waiting")


def test_who_waits_on_a_floor_that_closes_is_told_where_to_wait_meanwhile(open_town: Town):
    upstairs = Floor.objects.create(hall=open_town.hall, code="2", label_zh="2 楼", label_en="Floor 2")
    above = Zone.objects.create(hall=open_town.hall, floor=upstairs, code="up", name_zh="楼上", name_en="Upstairs")
    Window.objects.filter(code="town-02").update(zone=above)
    number(open_town)
    close(open_town, ends="2026-03-10 11:00", floor=open_town.windows["01"].zone.floor)

    close_line.look(now=NINE35)

    (message,) = Message.objects.filter(key="line_stopped")
    assert (message.params["floor_zh"], message.params["floor_en"]) == ("2 楼", "Floor 2")


def test_when_it_goes_on_who_stayed_is_told_and_called_at_the_old_place(open_town: Town):
    first, second = number(open_town, 1), number(open_town, 2)
    closure, _ = close(open_town, ends="2026-03-10 11:00")
    close_line.look(now=NINE35)
    tickets.sign_in(window_code="town-01", staff_id=open_town.clerk.pk, now=NINE35)

    close_line.look(now=at("2026-03-10 11:00"))
    called = tickets.call_next(window_code="town-01", staff_id=open_town.clerk.pk, now=at("2026-03-10 11:00"))

    assert told("line_goes_on") == sorted([f"ticket:{first.ref}", f"ticket:{second.ref}"])
    assert called is not None
    assert called.ref == first.ref
    closure.refresh_from_db()
    assert closure.over_at == at("2026-03-10 11:00")


def test_where_it_does_not_open_again_today_people_go_home_with_an_apology_and_the_first_time(open_town: Town):
    row = number(open_town)
    close(open_town)

    close_line.look(now=NINE35)

    row.refresh_from_db()
    assert (row.state, row.closed_why) == ("closed", "hall_closed")
    (message,) = Message.objects.filter(key="not_served")
    assert message.params["next"] == "2026-03-11T09:00:00+08:00"
    assert LedgerEntry.objects.count() == 0


def test_who_is_at_a_window_when_a_closure_begins_is_served_to_the_end(open_town: Town):
    row = number(open_town)
    tickets.sign_in(window_code="town-01", staff_id=open_town.clerk.pk, now=TUESDAY_NINE)
    tickets.call_next(window_code="town-01", staff_id=open_town.clerk.pk, now=TUESDAY_NINE)
    close(open_town)

    close_line.look(now=NINE35)

    row.refresh_from_db()
    assert row.state == "called"


def test_a_closure_that_is_withdrawn_lets_the_line_go_on_at_once(open_town: Town):
    row = number(open_town)
    closure, _ = close(open_town, ends="2026-03-10 11:00")
    close_line.look(now=NINE35)

    change_hours.withdraw(closure=closure, by=CLERK, now=at("2026-03-10 09:50"))
    close_line.look(now=at("2026-03-10 09:50"))

    assert told("line_goes_on") == [f"ticket:{row.ref}"]


def test_at_the_end_of_the_day_who_was_not_called_gets_an_apology_and_the_first_time(open_town: Town):
    from banshi.journeys.hall.close_hall_day import close_due

    row = number(open_town)

    close_due(now=at("2026-03-10 18:30"))

    row.refresh_from_db()
    assert row.state == "closed"
    (message,) = Message.objects.filter(key="not_served")
    assert message.params["next"] == "2026-03-11T09:00:00+08:00"


# --- Who books while it is published ----------------------------------------------------------------------------------


def in_the_meantime(monkeypatch: Any, module: Any, name: str, act: Any) -> None:
    """Another hand does `act`, to the end, right after the first call of `name`."""
    real, done = getattr(module, name), []

    def then(*args: Any, **more: Any) -> Any:
        found = real(*args, **more)
        if not done:
            done.append(True)
            done.extend(together(1, lambda _: act()))
        return found

    monkeypatch.setattr(module, name, then)


@pytest.mark.django_db(transaction=True)
def test_who_books_while_a_closure_is_published_is_followed_up(committed_town: Town, monkeypatch: Any):
    town, rows = opened(committed_town), []
    # Stamped before the closure, and committed after it looked who is booked.
    in_the_meantime(monkeypatch, change_hours, "out_of_hours", lambda: rows.append(booked(town, "2026-03-10 10:00")))

    _, follow = close(town)

    assert [row.created_at for row in rows] == [EIGHT]
    assert [visit.codes for visit in follow.visits.order_by("id")] == [[rows[0].code]]


@pytest.mark.django_db(transaction=True)
def test_nobody_books_a_matter_that_was_closed_while_they_were_asking(committed_town: Town, monkeypatch: Any):
    town = opened(committed_town)
    slot = Slot.objects.get(hall=town.hall, business="cat:A", starts_at=at("2026-03-10 10:00"))
    monkeypatch.setattr(placing, "TRIES", 2)
    in_the_meantime(monkeypatch, placing, "read_facts", lambda: close(town, item=town.items["pension"]))

    with pytest.raises(Refused) as no:
        booked(town, "2026-03-10 10:00")

    slot.refresh_from_db()
    assert (no.value.slug, slot.closed, slot.taken) == ("item-not-here", False, 0)
    assert booked(town, "2026-03-10 10:00", item="medical").state == "booked"


@pytest.mark.django_db(transaction=True)
def test_of_many_who_book_as_it_is_published_nobody_stays_inside_untold(committed_town: Town):
    town = opened(committed_town)
    town.person(8)

    def act(i: int) -> Any:
        if i == 0:
            return close(town)
        return booked(town, f"2026-03-10 {10 + i % 4}:00", i)

    results = together(9, act)

    inside = {row.code for row in results if isinstance(row, Appointment)}
    followed = {code for codes in FollowUpVisit.objects.values_list("codes", flat=True) for code in codes}
    assert followed == inside
    assert {each.slug for each in results if isinstance(each, Refused)} <= {"closed", "changed-meanwhile"}


# --- What is said ------------------------------------------------------------------------------------------------------


def said(now: datetime) -> list[str]:
    spy = Spy()
    messaging.drain(channels={"sms": spy, "wechat": spy}, now=now)
    return [text for _, text, _ in spy.sent]


def test_nobody_is_told_to_leave_for_a_hall_that_is_closed(open_town: Town):
    row = booked(open_town, "2026-03-10 14:00")
    leave = Message.objects.get(key="leave", subject=f"appointment:{row.code}")
    close(open_town)  # its follow-up has not come to the visit yet

    said(leave.due_at)

    leave.refresh_from_db()
    assert (leave.state, leave.why) == ("dropped", "moved_on")


def test_who_is_kept_is_told_to_leave_as_ever(open_town: Town):
    row = booked(open_town, "2026-03-10 14:00")
    leave = Message.objects.get(key="leave", subject=f"appointment:{row.code}")
    close(open_town, others="keep")
    follow_up.work_off(now=NINE35)

    said(leave.due_at)

    leave.refresh_from_db()
    assert leave.state == "sent"


def test_who_could_not_be_moved_is_told_of_the_closure(open_town: Town):
    row = booked(open_town, "2026-03-10 14:00")
    Slot.objects.exclude(pk=row.slot_id).update(quota=0, touched=True)
    _, follow = close(open_town)

    follow_up.work_off(now=NINE35)

    assert follow_up.outcome_of(follow) == Outcome(failed=1)
    assert Message.objects.filter(key="closure", subject=f"appointment:{row.code}").count() == 1


@pytest.mark.parametrize(
    ("language", "reason_en", "words"),
    [
        ("zh-hans", "Power cut", "把原来今天（3月10日）14:00的预约“养老保险参保登记”换到"),
        ("zh-hans", "Power cut", "。大厅今天（3月10日）9:35 起关闭。原因：停电。很抱歉。"),
        ("en", "Power cut", "had to move the appointment of today (10 March) 14:00"),
        ("en", "Power cut", ": the hall is closed from today (10 March) 9:35. Reason: Power cut. We are sorry."),
        ("en", "", ": the hall is closed from today (10 March) 9:35. We are sorry."),
    ],
)
def test_who_is_moved_reads_that_the_hall_moved_it_and_why(open_town: Town, language: str, reason_en: str, words: str):
    row = booked(open_town, "2026-03-10 14:00")
    Appointment.objects.filter(pk=row.pk).update(language=language)
    change_hours.close(
        hall=open_town.hall, starts_at=NINE35, ends_at=at("2026-03-10 23:59"), reason_zh="停电", reason_en=reason_en,
        choices={}, others="move", by=CLERK, now=NINE35,
    )  # fmt: skip
    follow_up.work_off(now=NINE35)

    text = next(text for text in said(NINE35) if row.code in text)

    assert words in text
    assert ("停电" in text, "Power cut" in text) == (language == "zh-hans", bool(reason_en) and language == "en")


PART_SHUT_ZH = "社会保险今天（3月10日）13:15–14:30暂停办理"
PART_SHUT_EN = "Social insurance is not served today (10 March) 13:15–14:30"


@pytest.mark.parametrize(
    ("what", "language", "words"),
    [
        ("keep", "zh-hans", f"：{PART_SHUT_ZH}，但今天（3月10日）14:00–15:00的预约“养老保险参保登记”照常有效："),
        ("keep", "zh-hans", "：按时来，照常进门、照常叫号。原因：停电。"),
        ("keep", "en", f": {PART_SHUT_EN}, but the appointment today (10 March) 14:00–15:00 for “"),
        ("move", "zh-hans", f"。{PART_SHUT_ZH}。原因：停电。很抱歉。"),
        ("move", "en", f": {PART_SHUT_EN}. Reason: Power cut. We are sorry."),
        ("cancel", "zh-hans", f"取消了今天（3月10日）14:00–15:00的预约“养老保险参保登记”。{PART_SHUT_ZH}。原因：停电。"),
        ("cancel", "en", f": {PART_SHUT_EN}. Reason: Power cut. We are sorry"),
    ],
)  # fmt: skip
def test_a_message_names_the_part_that_is_closed_and_its_times_in_the_person_s_language(
    open_town: Town, what: str, language: str, words: str
):
    row = booked(open_town, "2026-03-10 14:00")
    Appointment.objects.filter(pk=row.pk).update(language=language)
    part = open_town.categories["A"]
    Category.objects.filter(pk=part.pk).update(name_zh="社会保险", name_en="Social insurance")
    close(open_town, others=what, category=part, starts="2026-03-10 13:15", ends="2026-03-10 14:30")
    follow_up.work_off(now=NINE35)

    text = next(text for text in said(NINE35) if words in text)

    assert ("停电" in text, "Power cut" in text) == (language == "zh-hans", language == "en")


def test_giving_up_what_the_hall_moved_is_no_cancellation(open_town: Town):
    row = booked(open_town, "2026-03-10 14:00")
    close(open_town)
    follow_up.work_off(now=NINE35)

    booking.cancel(code=row.code, by=CITIZEN, now=NINE35)

    assert LedgerEntry.objects.count() == 0


def test_a_closure_taken_back_tells_whom_it_moved_that_the_old_time_is_free(open_town: Town):
    moved, chose = booked(open_town, "2026-03-10 14:00"), booked(open_town, "2026-03-10 15:00", 2)
    closure, _ = close(open_town)
    follow_up.work_off(now=NINE35)
    later = Slot.objects.get(hall=open_town.hall, business="cat:A", starts_at=at("2026-03-12 15:00"))
    booking.move(code=chose.code, slot_id=later.pk, by=CITIZEN, now=at("2026-03-10 09:40"))

    change_hours.withdraw(closure=closure, by=CLERK, now=at("2026-03-10 09:50"))

    moved.refresh_from_db()
    (told,) = Message.objects.filter(key="old_time_free")
    assert (told.subject, told.params["was"]) == (f"appointment:{moved.code}", "2026-03-10T14:00:00+08:00")
    assert moved.day == date(2026, 3, 11)


@pytest.mark.parametrize(
    ("taken_back", "told"),
    [
        ("first", ["10:00"]), ("second", ["12:00"]), ("first second", ["10:00"]), ("second first", ["12:00", "10:00"]),
        ("first first", ["10:00"]),
    ],
)  # fmt: skip
def test_who_was_moved_twice_is_told_of_the_time_they_chose(open_town: Town, taken_back: str, told: list[str]):
    """From 10:00 to 12:00 by the first closure, on by the second: 12:00 was nobody's wish, and is told where no more is free."""
    row = booked(open_town, "2026-03-11 10:00")
    closures = {}
    for name, starts, ends in (("first", "08:30", "12:00"), ("second", "12:00", "23:00")):
        closures[name], _ = close(open_town, starts=f"2026-03-11 {starts}", ends=f"2026-03-11 {ends}")
        follow_up.work_off(now=NINE35 + timedelta(minutes=len(closures)))
        row.refresh_from_db()
        where = row.starts_at
        assert (where == at("2026-03-11 12:00")) == (name == "first")

    for minute, name in enumerate(taken_back.split()):
        change_hours.withdraw(closure=closures[name], by=CLERK, now=at(f"2026-03-10 09:5{minute}"))

    messages = Message.objects.filter(key="old_time_free").order_by("id")
    assert [each.params["was"][11:16] for each in messages] == told


def test_of_a_time_that_moving_back_would_refuse_nobody_is_told(open_town: Town):
    """Others have both places of 14:00; and of nine o'clock the hall checks nobody in after twenty past."""
    open_town.policy(
        booking={
            "same_day": True, "same_day_lead": 30, "release_days": 10,
            "quotas": [{"target": "category", "code": "*", "public": 2, "internal": 0}],
        },
        tickets={"check_in_closes": "period_start", "check_in_grace": 20},
    )  # fmt: skip
    nine, two = booked(open_town, "2026-03-10 09:00"), booked(open_town, "2026-03-10 14:00", 2)
    closure, _ = close(open_town)
    follow_up.work_off(now=NINE35)
    Slot.objects.filter(hall=open_town.hall, business="cat:A", starts_at=at("2026-03-10 14:00")).update(taken=2)

    change_hours.withdraw(closure=closure, by=CLERK, now=NINE35)

    assert not Message.objects.filter(key="old_time_free").exists()
    assert [booking.times_back(row, now=NINE35) for row in (reread(nine), reread(two))] == [[], []]


def reread(row: Appointment) -> Appointment:
    return Appointment.objects.select_related("hall", "item", "person").get(pk=row.pk)


@pytest.mark.parametrize(("starts", "moved_back"), [("09:00", NINE35), ("14:00", at("2026-03-10 13:40"))])
def test_what_the_hall_took_and_gave_back_no_cut_off_keeps_from_its_person(
    open_town: Town, starts: str, moved_back: Any
):
    """An alarm of ten minutes moved whoever stood before the hall to another day, and nobody told them that it was over."""
    open_town.policy(booking={"same_day": True, "same_day_lead": 30, "release_days": 10, "move_limit": 0})
    row = booked(open_town, f"2026-03-10 {starts}")
    own = Slot.objects.get(hall=open_town.hall, business="cat:A", starts_at=row.starts_at)
    alarm, _ = close(open_town, kind="evacuation")
    follow_up.work_off(now=NINE35)
    with pytest.raises(Refused) as during:  # nothing is given back yet
        booking.move(code=row.code, slot_id=own.pk, by=CITIZEN, now=NINE35)

    change_hours.withdraw(closure=alarm, by=CLERK, now=moved_back)
    times = booking.times_back(reread(row), now=moved_back)
    moved = booking.move(code=row.code, slot_id=own.pk, by=CITIZEN, now=moved_back)

    (told,) = Message.objects.filter(key="old_time_free")
    assert during.value.slug in ("closed", "move-limit")
    assert told.params["was"] == f"2026-03-10T{starts}:00+08:00"
    assert [each.pk for each in times] == [own.pk]
    assert (moved.starts_at, moved.own_moves) == (row.starts_at, 0)
    assert booking.times_back(reread(row), now=moved_back) == []


@pytest.mark.parametrize(("starts", "back_at"), [("09:00", NINE35), ("14:00", at("2026-03-10 13:40"))])
def test_what_the_hall_cancelled_and_gave_back_no_cut_off_keeps_from_its_person(
    open_town: Town, starts: str, back_at: Any
):
    """A closure taken back within seconds: moved people heard of it, cancelled ones nothing, and today was refused to them."""
    open_town.policy(booking={"same_day": True, "same_day_lead": 30, "release_days": 10})
    row, other = booked(open_town, f"2026-03-10 {starts}"), booked(open_town, f"2026-03-10 {starts}", 2)
    booking.cancel(code=other.code, by=CITIZEN, now=TUESDAY_NINE)  # its own cancelling is another matter
    closure, _ = close(open_town, others="cancel")
    follow_up.work_off(now=NINE35)
    change_hours.withdraw(closure=closure, by=CLERK, now=back_at)

    again = booking.rebook(code=row.code, by=CITIZEN, now=back_at)
    with pytest.raises(Refused) as refused:
        booking.rebook(code=other.code, by=CITIZEN, now=back_at)

    assert Message.objects.filter(key="time_back", subject=f"appointment:{row.code}").count() == 1
    assert (again.state, again.starts_at, refused.value.slug) == ("booked", row.starts_at, "cut-off")


def test_who_was_moved_by_hand_hears_that_the_closure_is_off(open_town: Town):
    row = booked(open_town, "2026-03-11 10:00")
    closure, _ = close(open_town, starts="2026-03-11 09:00", ends="2026-03-11 12:00", others="keep")
    follow_up.work_off(now=NINE35)
    change_hours.apply(hall=open_town.hall, choices={row.code: Choice("move")}, by=CLERK, now=NINE35, why="")
    follow_up.work_off(now=NINE35 + timedelta(minutes=1))
    moved = reread(row).starts_at

    change_hours.withdraw(closure=closure, by=CLERK, now=NINE35 + timedelta(minutes=2))

    assert moved != row.starts_at
    assert Message.objects.filter(key="old_time_free", subject=f"appointment:{row.code}").count() == 1


def visit_of_two(town: Town) -> list[Appointment]:
    rows = [
        booked(town, "2026-03-10 10:00"), booked(town, "2026-03-10 11:00", item="id-card", category="B")
    ]  # fmt: skip
    Appointment.objects.filter(pk__in=[row.pk for row in rows]).update(visit_group="VISIT2")
    return [reread(row) for row in rows]


def test_a_visit_of_two_matters_goes_back_as_one(open_town: Town):
    """One button of one message: it moved one, and left the other on another day."""
    rows = visit_of_two(open_town)
    alarm, _ = close(open_town, kind="evacuation")
    follow_up.work_off(now=NINE35)
    change_hours.withdraw(closure=alarm, by=CLERK, now=NINE35)

    time_back.move_back(row=reread(rows[0]), slot_id=rows[0].slot_id, by=CITIZEN, now=NINE35)

    assert [reread(row).starts_at for row in rows] == [row.starts_at for row in rows]


def test_where_one_of_them_cannot_go_back_neither_does(open_town: Town):
    rows = visit_of_two(open_town)
    alarm, _ = close(open_town, kind="evacuation")
    follow_up.work_off(now=NINE35)
    change_hours.withdraw(closure=alarm, by=CLERK, now=NINE35)
    moved_to = [reread(row).starts_at for row in rows]
    Slot.objects.filter(pk=rows[0].slot_id).update(taken=2)

    with pytest.raises(Refused):
        time_back.move_back(row=reread(rows[1]), slot_id=rows[0].slot_id, by=CITIZEN, now=NINE35)

    assert [reread(row).starts_at for row in rows] == moved_to


def test_a_visit_of_two_that_the_hall_cancelled_is_booked_again_as_one(open_town: Town):
    rows = visit_of_two(open_town)
    closure, _ = close(open_town, others="cancel")
    follow_up.work_off(now=NINE35)
    change_hours.withdraw(closure=closure, by=CLERK, now=NINE35)

    time_back.book_again(row=reread(rows[0]), by=CITIZEN, now=NINE35)

    again = Appointment.objects.filter(state="booked").order_by("starts_at")
    assert [(row.item_id, row.starts_at) for row in again] == [(row.item_id, row.starts_at) for row in rows]
    assert {row.visit_group for row in again} == {"VISIT2"}


@pytest.mark.parametrize("shown", ["card", "code", "typed"])
def test_who_stands_there_after_a_false_alarm_is_checked_in_at_once(open_town: Town, shown: str):
    """Moved to another day, they laid the card and were told that nothing is booked today."""
    open_town.policy(booking={"same_day": True, "same_day_lead": 30, "release_days": 10})
    row = booked(open_town, "2026-03-10 09:00")
    Appointment.objects.filter(pk=row.pk).update(contact="+8613800138000")
    alarm, _ = close(open_town, kind="evacuation")
    follow_up.work_off(now=NINE35)
    change_hours.withdraw(closure=alarm, by=CLERK, now=NINE35)
    here = {"hall": open_town.hall, "by": CITIZEN, "now": at("2026-03-10 09:45"), "channel": "kiosk"}
    person = open_town.person(1)

    if shown == "code":
        ticket = check_in.by_code(code=row.code, **here)
    elif shown == "typed":
        ticket = check_in.by_typed_id(id_number=person.id_number, last4="8000", **here)
    else:
        ticket = check_in.by_id(id_number=person.id_number, evidence=Evidence.CHIP, **here)

    back = reread(row)
    assert (ticket.kind, ticket.appointment_id, back.state, back.starts_at) == (
        "booked", row.pk, "checked_in", at("2026-03-10 09:00"),
    )  # fmt: skip


def test_who_comes_for_the_new_time_keeps_it(open_town: Town):
    row = booked(open_town, "2026-03-10 09:00")
    alarm, _ = close(open_town, kind="evacuation")
    follow_up.work_off(now=NINE35)
    change_hours.withdraw(closure=alarm, by=CLERK, now=NINE35)
    moved_to = reread(row).starts_at

    ticket = check_in.by_code(hall=open_town.hall, code=row.code, by=CITIZEN, now=moved_to, channel="kiosk")

    assert (ticket.appointment_id, reread(row).starts_at) == (row.pk, moved_to)


def test_the_time_given_back_is_theirs_until_it_ends_and_only_theirs(open_town: Town):
    open_town.policy(booking={"same_day": True, "same_day_lead": 30, "release_days": 10})
    row, other = booked(open_town, "2026-03-10 09:00"), booked(open_town, "2026-03-12 09:00", 2)
    own = Slot.objects.get(hall=open_town.hall, business="cat:A", starts_at=row.starts_at)
    alarm, _ = close(open_town, kind="evacuation")
    follow_up.work_off(now=NINE35)
    change_hours.withdraw(closure=alarm, by=CLERK, now=NINE35)

    refused = []
    for each, now in ((other, NINE35), (row, at("2026-03-10 10:00"))):
        with pytest.raises(Refused) as no:
            booking.move(code=each.code, slot_id=own.pk, by=CITIZEN, now=now)
        refused.append(no.value.slug)

    assert refused == ["cut-off", "past"]
    assert booking.times_back(reread(row), now=at("2026-03-10 10:00")) == []


def test_who_has_chosen_another_time_since_has_none_to_go_back_to(open_town: Town):
    row = booked(open_town, "2026-03-10 14:00")
    alarm, _ = close(open_town, kind="evacuation")
    follow_up.work_off(now=NINE35)
    change_hours.withdraw(closure=alarm, by=CLERK, now=NINE35)
    later = Slot.objects.get(hall=open_town.hall, business="cat:A", starts_at=at("2026-03-12 15:00"))

    booking.move(code=row.code, slot_id=later.pk, by=CITIZEN, now=NINE35 + timedelta(minutes=1))

    assert booking.times_back(reread(row), now=NINE35 + timedelta(minutes=1)) == []


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_who_go_back_to_the_last_place_of_a_time_are_not_both_let_in(committed_town: Town):
    town = opened(committed_town)
    rows = [booked(town, "2026-03-10 09:00", 1), booked(town, "2026-03-10 09:00", 2)]
    own = Slot.objects.get(hall=town.hall, business="cat:A", starts_at=rows[0].starts_at)
    alarm, _ = close(town, kind="evacuation")
    follow_up.work_off(now=NINE35)
    change_hours.withdraw(closure=alarm, by=CLERK, now=NINE35)
    Hold.objects.update(ended_at=NINE35, outcome="expired")  # what was kept for them is over, and one place is left
    Slot.objects.filter(pk=own.pk).update(taken=1)

    went = together(2, lambda n: booking.move(code=rows[n].code, slot_id=own.pk, by=CITIZEN, now=NINE35))

    own.refresh_from_db()
    assert sorted(type(each).__name__ for each in went) == ["Appointment", "Refused"]
    assert (own.taken, own.quota) == (2, 2)


# --- Who is here ------------------------------------------------------------------------------------------------------


def test_a_closure_leaves_alone_who_is_being_served(open_town: Town):
    row = booked(open_town, "2026-03-10 14:00")
    tickets.sign_in(window_code="town-01", staff_id=open_town.clerk.pk, now=TUESDAY_NINE)
    tickets.issue(
        tickets.Take(category_code="A", person_id=open_town.person(1).pk, channel="kiosk", by=CITIZEN),
        hall=open_town.hall,
        now=TUESDAY_NINE,
    )
    called = tickets.call_next(window_code="town-01", staff_id=open_town.clerk.pk, now=TUESDAY_NINE)
    assert called is not None
    tickets.start(ref=called.ref, staff_id=open_town.clerk.pk, now=TUESDAY_NINE)
    _, follow = close(open_town)

    follow_up.work_off(now=NINE35)

    row.refresh_from_db()
    assert (row.starts_at, follow_up.outcome_of(follow)) == (at("2026-03-10 14:00"), Outcome(done=1))
    assert not Message.objects.filter(key="moved_by_hall").exists()
