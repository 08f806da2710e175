"""Closures over the same time, one after the other: each reaches everybody it lies over, and what was decided in one holds
for that one. Whoever only typed, or booked on, somebody's document changes nothing for them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from banshi.journeys.hall import change_items
from banshi.journeys.hours import change_hours, follow_up, outside
from banshi.journeys.hours.follow_up import Outcome
from banshi.journeys.visit import check_in
from banshi.kernel.evidence import Evidence
from banshi.kernel.ownership import typed_holder
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment, Slot
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.models import Closure
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from tests.journeys.hours.test_change_hours import document
from tests.journeys.hours.test_follow_up import NINE35, booked, close, opened, said
from tests.journeys.hours.test_follow_up import open_town as open_town
from tests.together import meanwhile, together
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db

TEN = {"starts": "2026-03-11 10:00", "ends": "2026-03-11 11:00"}
MORNING = {"starts": "2026-03-11 09:00", "ends": "2026-03-11 12:00"}


def done(town: Town, others: str, **span: Any) -> tuple[Closure, Outcome]:
    closure, follow = close(town, others=others, **span)
    follow_up.work_off(now=NINE35)
    return closure, follow_up.outcome_of(follow)


def told(row: Appointment) -> list[str]:
    """The keys of what was said of it, but for what is said of every booking."""
    rows = Message.objects.filter(subject=f"appointment:{row.code}").exclude(
        key__in=["confirmation", "reminder", "leave"]
    )
    return list(rows.order_by("id").values_list("key", flat=True))


# --- Kept in one, touched by the next ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("others", "state", "said"),
    [("cancel", "cancelled", "cancelled_by_hall"), ("move", "booked", "moved_by_hall"), ("keep", "booked", "kept")],
)
def test_whoever_was_kept_in_one_closure_is_followed_up_in_the_next(
    open_town: Town, others: str, state: str, said: str
):
    row = booked(open_town, "2026-03-11 10:00")
    done(open_town, "keep", **TEN)
    foreseen = outside.affected(
        hall=open_town.hall, now=NINE35, closure=_span(at(MORNING["starts"]), at(MORNING["ends"]))
    )

    _, outcome = done(open_town, others, **MORNING)

    row.refresh_from_db()
    assert [each.code for each in foreseen] == [row.code]
    assert outcome == Outcome(
        **{"cancelled": 1} if others == "cancel" else {"moved": 1} if others == "move" else {"kept": 1}
    )
    assert (row.state, told(row)) == (state, ["kept", said])


def _span(starts: Any, ends: Any) -> Any:
    from banshi.rooms.calendars.rules import Closure as Span
    from banshi.rooms.calendars.rules import Words

    return Span(starts, ends, Words(zh="停电", en="Power cut"))


def test_an_evacuation_moves_whoever_was_kept_in_a_closure(open_town: Town):
    row = booked(open_town, "2026-03-10 10:00")
    done(open_town, "keep", starts="2026-03-10 10:00", ends="2026-03-10 11:00")

    _, outcome = done(open_town, "keep", kind="evacuation", starts="2026-03-10 09:35", ends="2026-03-10 12:00")

    row.refresh_from_db()
    assert (outcome, row.starts_at >= at("2026-03-10 12:00")) == (Outcome(moved=1), True)


def test_nobody_hears_that_nothing_closes_while_another_closure_lies_over_their_time(open_town: Town):
    row = booked(open_town, "2026-03-11 10:00")
    first, _ = done(open_town, "keep", **TEN)
    second, _ = done(open_town, "keep", **MORNING)

    change_hours.withdraw(closure=first, by=CLERK, now=NINE35)
    between = told(row)
    change_hours.withdraw(closure=second, by=CLERK, now=NINE35)

    assert (between, told(row)) == (["kept", "kept"], ["kept", "kept", "closure_off"])


@pytest.mark.parametrize("then", ["move", "cancel"])
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_whoever_takes_the_last_closure_back_tells_whom_any_of_them_moved(
    open_town: Town, then: str, order: tuple[int, ...]
):
    """The closure that had moved them was taken back first, and the others still lay over their time: nobody was told."""
    row = booked(open_town, "2026-03-11 10:00")
    closures = [done(open_town, then, **MORNING)[0], done(open_town, "keep", **TEN)[0]]
    closures.append(done(open_town, "move", kind="evacuation", **MORNING)[0])
    heard = []

    for n in order:
        change_hours.withdraw(closure=closures[n], by=CLERK, now=NINE35)
        heard.append(told(row)[1:])
    change_hours.withdraw(closure=closures[0], by=CLERK, now=NINE35)

    back = {"move": "old_time_free", "cancel": "time_back"}[then]
    assert heard == [[], [], [back]]
    assert told(row)[1:] == [back]


def test_the_first_closure_would_be_over_when_the_last_is_taken_back(open_town: Town):
    """Their period runs on: it is theirs until check-in closes."""
    row = booked(open_town, "2026-03-10 10:00")
    first, _ = done(open_town, "move", starts="2026-03-10 10:00", ends="2026-03-10 10:10")
    second, _ = done(open_town, "keep", starts="2026-03-10 10:00", ends="2026-03-10 10:20")
    change_hours.withdraw(closure=first, by=CLERK, now=at("2026-03-10 10:02"))
    before = told(row)

    change_hours.withdraw(closure=second, by=CLERK, now=at("2026-03-10 10:12"))

    assert (before, told(row)) == (["moved_by_hall"], ["moved_by_hall", "old_time_free"])


def test_hours_that_come_back_under_a_closure_are_told_once_that_is_off(open_town: Town):
    row = booked(open_town, "2026-03-11 16:00")
    shorter, _ = change_hours.publish(
        hall=open_town.hall, document=document(("09:00", "15:00"), when="every_day"), valid_from=date(2026, 3, 11), note="",
        choices={}, others="move", by=CLERK, now=NINE35,
    )  # fmt: skip
    follow_up.work_off(now=NINE35)
    closure, _ = done(open_town, "keep", starts="2026-03-11 15:00", ends="2026-03-11 17:00")
    change_hours.publish(
        hall=open_town.hall, document=document(("09:00", "17:00"), when="every_day"), valid_from=date(2026, 3, 11), note="",
        choices={}, others="move", by=CLERK, now=NINE35,
    )  # fmt: skip
    before = told(row)

    change_hours.withdraw(closure=closure, by=CLERK, now=NINE35)

    assert (before, told(row)) == (["moved_by_hall"], ["moved_by_hall", "old_time_free"])


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("then", ["move", "cancel"])
def test_two_closures_taken_back_in_the_same_instant_tell_once(committed_town: Town, then: str):
    town = opened(committed_town)
    row = booked(town, "2026-03-11 10:00")
    closures = [done(town, then, **MORNING)[0], done(town, "keep", **TEN)[0]]

    together(2, lambda n: change_hours.withdraw(closure=closures[n], by=CLERK, now=NINE35))

    assert told(row)[1:] == [{"move": "old_time_free", "cancel": "time_back"}[then]]


# --- An evacuation is an evacuation --------------------------------------------------------------------------------


def test_an_evacuation_for_the_time_of_a_closure_stands_on_its_own(open_town: Town):
    closure, _ = done(open_town, "keep", starts="2026-03-10 09:35", ends="2026-03-10 23:59")

    alarm, _ = done(open_town, "move", kind="evacuation", starts="2026-03-10 09:35", ends="2026-03-10 23:59")
    again, _ = done(open_town, "move", kind="evacuation", starts="2026-03-10 09:35", ends="2026-03-10 23:59")

    assert (alarm.kind, alarm.pk != closure.pk, again.pk == alarm.pk) == ("evacuation", True, True)


# --- Who is here ---------------------------------------------------------------------------------------------------


def test_a_number_that_somebody_typed_takes_nobody_out_of_a_follow_up(open_town: Town):
    row = booked(open_town, "2026-03-10 14:00")
    tickets.issue(
        tickets.Take(
            item_code="pension", person_id=row.person_id, limit_key=typed_holder(), channel="kiosk", by=CITIZEN
        ),
        hall=open_town.hall,
        now=TUESDAY_NINE,
    )

    _, outcome = done(open_town, "cancel")

    row.refresh_from_db()
    assert (outcome, row.state, told(row)) == (Outcome(cancelled=1), "cancelled", ["cancelled_by_hall"])


def test_a_strangers_booking_on_the_document_takes_nobodys_word_that_the_time_is_back(open_town: Town):
    row = booked(open_town, "2026-03-11 10:00")
    Appointment.objects.filter(pk=row.pk).update(limit_key="account:1", holder="account:1")
    closure, _ = done(open_town, "cancel", **TEN)
    other = booked(open_town, "2026-03-12 10:00")
    Appointment.objects.filter(pk=other.pk).update(limit_key="account:2", holder="account:2")

    change_hours.withdraw(closure=closure, by=CLERK, now=NINE35)

    assert told(row) == ["cancelled_by_hall", "time_back"]


def test_who_was_moved_and_then_cancelled_hears_when_their_own_time_is_back(open_town: Town):
    row = booked(open_town, "2026-03-11 10:00")
    first, _ = done(open_town, "move", **TEN)
    row.refresh_from_db()
    moved_to = row.starts_at
    local = moved_to.astimezone(at("2026-03-11 10:00").tzinfo)
    done(open_town, "cancel", starts=f"{local:%Y-%m-%d %H:%M}", ends=f"{local + timedelta(hours=1):%Y-%m-%d %H:%M}")

    change_hours.withdraw(closure=first, by=CLERK, now=NINE35)
    change_hours.withdraw(closure=first, by=CLERK, now=NINE35)

    assert told(row) == ["moved_by_hall", "cancelled_by_hall", "time_back"]
    back = Message.objects.get(key="time_back")
    assert at("2026-03-11 10:00").isoformat() == str(back.params["starts_at"])


# --- The line of a booking is the line its number is given in ------------------------------------------------------


def to_category(town: Town, code: str) -> None:
    row = HallItem.objects.get(hall=town.hall, item__code="pension")
    change_items.change(
        hall_item_id=row.pk, category=town.categories[code], bookable=True, walk_in=True, extended=row.extended,
        most_persons=None, by=CLERK, now=NINE35,
    )  # fmt: skip


def test_a_booking_goes_with_its_matter_to_another_category(open_town: Town):
    row = booked(open_town, "2026-03-10 10:00")
    to_category(open_town, "B")

    _, of_old = done(open_town, "cancel", category=open_town.categories["A"])
    _, of_new = done(
        open_town, "keep", category=open_town.categories["B"], starts="2026-03-10 10:00", ends="2026-03-10 11:00"
    )

    row.refresh_from_db()
    assert (row.category.code, row.starts_at) == ("B", at("2026-03-10 10:00"))
    assert (of_old, of_new) == (Outcome(), Outcome(kept=1))


def test_a_matter_that_goes_to_a_closed_category_takes_its_bookings_out_of_the_closure(open_town: Town):
    """They lay in the closure, and nobody told them; neither once it was taken back."""
    inside, beside = booked(open_town, "2026-03-11 10:00"), booked(open_town, "2026-03-11 14:00", 2)
    closure, before = done(open_town, "keep", category=open_town.categories["B"], **MORNING)

    _, moves = change_items.change(**as_now(open_town, "pension", category=open_town.categories["B"]))
    follow_up.work_off(now=NINE35)

    inside.refresh_from_db()
    beside.refresh_from_db()
    (text,) = {each for each in said(NINE35) if "把原来" in each}
    assert (before, moves is not None and follow_up.outcome_of(moves)) == (Outcome(), Outcome(moved=1))
    assert (inside.starts_at >= at("2026-03-11 12:00"), beside.starts_at) == (True, at("2026-03-11 14:00"))
    assert "户政明天（3月11日）9:00–12:00暂停办理。原因：停电。" in text
    assert told(beside) == []
    change_hours.withdraw(closure=closure, by=CLERK, now=NINE35)
    assert list(dict.fromkeys(told(inside))) == ["moved_by_hall", "old_time_free"]


def test_a_matter_that_goes_back_to_its_open_category_gives_the_times_back(open_town: Town):
    """A slip of the hand cost people their time for good: the closure is of a category that no longer concerns them."""
    row = booked(open_town, "2026-03-11 10:00")
    done(open_town, "keep", category=open_town.categories["B"], **MORNING)
    change_items.change(**as_now(open_town, "pension", category=open_town.categories["B"]))
    follow_up.work_off(now=NINE35)
    before = told(row)

    change_items.change(**as_now(open_town, "pension", category=open_town.categories["A"]))
    change_items.change(**as_now(open_town, "pension"))

    assert (before, told(row)) == (["moved_by_hall"], ["moved_by_hall", "old_time_free"])


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", ["closure", "matter"])
def test_a_matter_that_goes_to_a_category_which_closes_at_that_moment(committed_town: Town, first: str):
    """Each looked before the other had written, and its bookings were followed up by neither."""
    town = opened(committed_town)
    row = booked(town, "2026-03-11 10:00")
    matter = as_now(town, "pension", category=town.categories["B"])
    acts = [
        lambda: close(town, others="move", category=town.categories["B"], **MORNING),
        lambda: change_items.change(**matter),
    ]

    meanwhile(*(acts if first == "closure" else reversed(acts)))
    follow_up.work_off(now=NINE35)

    row.refresh_from_db()
    assert (row.starts_at >= at("2026-03-11 12:00"), told(row)) == (True, ["moved_by_hall"])


def test_a_matter_that_goes_to_an_open_category_moves_nobody(open_town: Town):
    row = booked(open_town, "2026-03-11 10:00")

    _, moves = change_items.change(**as_now(open_town, "pension", category=open_town.categories["B"]))

    assert (moves, told(row)) == (None, [])


def test_why_hours_are_gone_is_read_once_for_all_who_ask(open_town: Town):
    for day, person in ((11, 1), (11, 2), (12, 3)):
        booked(open_town, f"2026-03-{day} 10:00", person)
    rows = list(Appointment.objects.select_related("item", "category").order_by("starts_at", "id"))
    close(open_town, others="keep", **MORNING)
    sessions = calendars.sessions(open_town.hall, rows[0].day, rows[-1].day)
    reasons = outside.Reasons(open_town.hall, sessions, ())

    first = reasons.of(rows[0]).zh
    with CaptureQueriesContext(connection) as asked:
        others = [reasons.of(row).zh for row in rows[1:]]

    assert (first, others[0], others[1].startswith("当天的服务时间改为")) == ("停电", "停电", True)
    assert len(asked) == 0


def as_now(town: Town, item: str, **other: Any) -> dict[str, Any]:
    row = HallItem.objects.get(hall=town.hall, item__code=item)
    same = {name: getattr(row, name) for name in ("category", "bookable", "walk_in", "extended", "most_persons")}
    return {"hall_item_id": row.pk, "by": CLERK, "now": NINE35, **same, **other}


def test_its_number_is_given_in_the_line_that_closures_ask(open_town: Town):
    row = booked(open_town, "2026-03-10 10:00")
    to_category(open_town, "B")

    number = check_in.by_code(
        hall=open_town.hall, code=row.code, by=CITIZEN, now=at("2026-03-10 09:50"), channel="kiosk"
    )

    row.refresh_from_db()
    assert (number.category.code, row.category.code) == ("B", "B")
    done(open_town, "move", category=open_town.categories["B"], starts="2026-03-11 09:00", ends="2026-03-11 10:00")


def test_a_booking_that_is_moved_takes_the_category_its_matter_has_now(open_town: Town):
    """Also one that was being made as the matter changed, and kept the old one."""
    row = booked(open_town, "2026-03-10 10:00")
    to_category(open_town, "B")
    Appointment.objects.filter(pk=row.pk).update(category=open_town.categories["A"])
    later = Slot.objects.get(hall=open_town.hall, business="cat:B", starts_at=at("2026-03-11 10:00"))

    moved = booking.move(code=row.code, slot_id=later.pk, by=CITIZEN, now=NINE35)

    assert (moved.category.code, moved.business) == ("B", "cat:B")


def test_a_matter_that_changes_category_gives_nobody_a_second_number(open_town: Town):
    take = tickets.Take(item_code="pension", person_id=open_town.person(1).pk, channel="kiosk", by=CITIZEN)
    first = tickets.issue(take, hall=open_town.hall, now=TUESDAY_NINE)
    to_category(open_town, "B")

    with pytest.raises(Refused) as refused:
        tickets.issue(take, hall=open_town.hall, now=NINE35)

    assert (refused.value.slug, refused.value.facts["number"]) == ("already-waiting", first.number)


def test_who_checks_in_for_a_matter_that_changed_category_goes_on_with_the_number_they_hold(open_town: Town):
    row = booked(open_town, "2026-03-10 10:00")
    Appointment.objects.filter(pk=row.pk).update(evidence=int(Evidence.CHIP), limit_key="")
    number = tickets.issue(
        tickets.Take(item_code="pension", person_id=row.person_id, channel="kiosk", by=CITIZEN),
        hall=open_town.hall,
        now=TUESDAY_NINE,
    )
    to_category(open_town, "B")

    checked = check_in.by_code(
        hall=open_town.hall, code=row.code, by=CITIZEN, now=at("2026-03-10 09:50"), channel="kiosk"
    )

    assert (checked.pk, Ticket.objects.count()) == (number.pk, 1)


@pytest.mark.django_db(transaction=True)
def test_a_change_of_category_meets_a_move_and_a_cancellation(committed_town: Town):
    from tests.journeys.hours.test_follow_up import opened

    town = opened(committed_town)
    rows = [booked(town, f"2026-03-11 {hour}:00", person) for hour, person in ((10, 1), (11, 2), (14, 3))]
    later = Slot.objects.get(hall=town.hall, business="cat:A", starts_at=at("2026-03-12 10:00"))
    acts = [
        lambda: to_category(town, "B"),
        lambda: booking.move(code=rows[0].code, slot_id=later.pk, by=CITIZEN, now=NINE35),
        lambda: booking.cancel(code=rows[1].code, by=CITIZEN, now=NINE35),
        lambda: to_category(town, "B"),
    ]

    results = together(4, lambda i: acts[i]())

    broken = [each for each in results if isinstance(each, Exception) and not isinstance(each, Refused)]
    live = Appointment.objects.filter(state="booked")
    assert (broken, set(live.values_list("category__code", flat=True))) == ([], {"B"})
