"""What people and clerks wrote about a visit goes when its time comes, and what still needs an answer keeps its own; and so does
whose it was, where only a telephone told.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from banshi.foundation import clock
from banshi.journeys.hall import forgetting
from banshi.kernel.actors import SYSTEM, Actor, ActorKind
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.actions import credit
from banshi.rooms.booking.models import Appeal, Appointment, LedgerEntry, Suspension
from banshi.rooms.feedback.models import Rating, Task
from banshi.rooms.messaging.actions import phone_index
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Pause, Ticket, Visit, WindowSession
from tests.house.test_nothing_personal_in_clear import dumped
from tests.rooms.tickets.conftest import open_town
from tests.rooms.tickets.line import KIOSK
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
TODAY = TUESDAY_NINE.date()
KEPT = timedelta(days=60)


@pytest.fixture
def hall(town: Town) -> Town:
    open_town(town)
    town.policy(records={"contacts_days": KEPT.days})
    return town


def forget(now: datetime) -> dict[str, int]:
    return forgetting.forget(now=now, wall=clock.wall())


def missed(town: Town, person: int = 5) -> LedgerEntry:
    """An entry about a visit of today."""
    booked = booking.place(
        slot_id=town.slot(starts=TUESDAY_NINE + timedelta(hours=1)).pk, item_code="pension",
        person_id=town.person(person).pk, source="web", by=Actor(ActorKind.CITIZEN, "5"), now=TUESDAY_NINE - timedelta(days=1),
    )  # fmt: skip
    Appointment.objects.filter(pk=booked.pk).update(state="no_show", no_show_at=booked.ends_at)
    return LedgerEntry.objects.create(
        person=booked.person, party=f"person:{booked.person_id}", visit=booked.code, scope="town", kind="no_show",
        on=booked.day, at=booked.ends_at, appointment=booked,
    )  # fmt: skip


def barred(town: Town, scope: str = "town", until: date = TODAY) -> Suspension:
    return booking.suspend(
        person_id=town.person(6).pk, scope=scope, from_on=TODAY, until_on=until, why="倒号", by=CLERK, now=TUESDAY_NINE
    )


def test_an_open_appeal_keeps_its_words_and_its_answer_goes_with_them(hall: Town) -> None:
    entry = missed(hall)
    appeal = booking.appeal(text="王小明堵车", by=CITIZEN, now=TUESDAY_NINE + timedelta(hours=3), entry_id=entry.pk)
    later = TUESDAY_NINE + KEPT + timedelta(days=1)

    forget(later)
    appeal.refresh_from_db()
    assert appeal.text == "王小明堵车"

    booking.answer_appeal(appeal_id=appeal.pk, upheld=True, answer="王小明情况属实", by=CLERK, now=later)
    forget(later)
    appeal.refresh_from_db()
    entry.refresh_from_db()
    assert (appeal.state, appeal.text, appeal.answer) == ("upheld", "", "")
    assert (entry.forgiven_at, entry.forgiven_why, entry.by_appeal) == (later, "", True)


def test_why_an_entry_was_forgiven_goes_though_that_was_after_its_day_was_done(hall: Town) -> None:
    entry = missed(hall)
    later = TUESDAY_NINE + KEPT + timedelta(days=5)
    forget(later)
    booking.forgive(entry_id=entry.pk, why="王小明有证明", by=CLERK, now=later)

    forget(later)

    entry.refresh_from_db()
    assert (entry.forgiven_at, entry.forgiven_by, entry.forgiven_why) == (later, str(CLERK), "")


def test_what_we_wrote_ourselves_names_nobody_and_stays(hall: Town) -> None:
    entry, bar = missed(hall), barred(hall)
    ours = {"forgiven_at": TUESDAY_NINE, "forgiven_by": str(SYSTEM), "forgiven_why": credit.MOVED_BY_HALL}
    LedgerEntry.objects.filter(pk=entry.pk).update(**ours)
    Suspension.objects.filter(pk=bar.pk).update(
        lifted_at=TUESDAY_NINE, lifted_by=str(SYSTEM), lifted_why=credit.RECOUNTED
    )

    forget(TUESDAY_NINE + 2 * KEPT)

    entry.refresh_from_db()
    bar.refresh_from_db()
    assert (entry.forgiven_why, bar.lifted_why) == (credit.MOVED_BY_HALL, credit.RECOUNTED)


def test_an_appeal_that_lifted_a_suspension_frees_the_visits_behind_it(hall: Town) -> None:
    """Lifted, it may hold their entries no more."""
    entry = missed(hall)
    Appointment.objects.filter(pk=entry.appointment_id).update(note="轮椅")
    bar = barred(hall, until=TODAY + timedelta(days=90))
    Suspension.objects.filter(pk=bar.pk).update(party=entry.party)
    LedgerEntry.objects.filter(pk=entry.pk).update(used_by=bar)
    appeal = booking.appeal(text="堵车", by=CITIZEN, now=TUESDAY_NINE + timedelta(days=1), suspension_id=bar.pk)
    later = TUESDAY_NINE + KEPT + timedelta(days=1)

    forget(later)
    assert Appointment.objects.get(pk=entry.appointment_id).note == "轮椅"

    booking.answer_appeal(appeal_id=appeal.pk, upheld=True, answer="属实", by=CLERK, now=later)
    LedgerEntry.objects.filter(pk=entry.pk).update(used_by=None)
    forget(later)
    assert Appointment.objects.get(pk=entry.appointment_id).note == ""


def test_words_about_a_suspension_go_when_it_is_over_for_long(hall: Town) -> None:
    bar = barred(hall)
    lifted_at = TUESDAY_NINE + timedelta(hours=2)
    against = booking.appeal(text="不是王小明", by=CITIZEN, now=TUESDAY_NINE, suspension_id=bar.pk)
    booking.answer_appeal(appeal_id=against.pk, upheld=True, answer="确实不是王小明", by=CLERK, now=lifted_at)

    done = [forget(TUESDAY_NINE + KEPT + timedelta(days=n))["suspensions"] for n in (0, 1, 2)]

    bar.refresh_from_db()
    against.refresh_from_db()
    assert done == [0, 2, 0]
    assert (bar.lifted_at, bar.lifted_why, against.state, against.text, against.answer) == (
        lifted_at, "", "upheld", "", "",
    )  # fmt: skip


def test_an_open_appeal_against_a_suspension_keeps_its_words(hall: Town) -> None:
    against = booking.appeal(text="不是我", by=CITIZEN, now=TUESDAY_NINE, suspension_id=barred(hall).pk)

    forget(TUESDAY_NINE + 3 * KEPT)

    assert Appeal.objects.get(pk=against.pk).text == "不是我"


def test_a_suspension_in_the_city_keeps_its_words_as_long_as_the_hall_that_keeps_longest(hall: Town) -> None:
    bar = barred(hall, scope="441900")
    booking.lift(suspension_id=bar.pk, why="王小明有证明", by=CLERK, now=TUESDAY_NINE)

    done = [forget(TUESDAY_NINE + timedelta(days=days))["suspensions"] for days in (100, 365, 366)]

    assert done == [0, 0, 1]  # the other hall says nothing: a year


def test_why_a_window_paused_goes_with_the_day_also_where_a_lead_took_its_number_over(hall: Town) -> None:
    number = tickets.issue(tickets.Take(channel="kiosk", by=KIOSK, category_code="A"), hall=hall.hall, now=TUESDAY_NINE)
    tickets.sign_in(window_code="town-01", staff_id=hall.clerk.pk, now=TUESDAY_NINE)
    tickets.sign_in(window_code="town-02", staff_id=hall.second_clerk.pk, now=TUESDAY_NINE)
    tickets.call_next(window_code="town-01", staff_id=hall.clerk.pk, now=TUESDAY_NINE)
    tickets.take_over(
        ref=number.ref, window_code="town-01", staff_id=hall.second_clerk.pk, why="王小明投诉", now=TUESDAY_NINE
    )
    morning = WindowSession.objects.get(staff=hall.clerk)
    next_day = TUESDAY_NINE + timedelta(days=1)
    Pause.objects.create(session=morning, reason="午餐", starts_at=next_day)

    forget(TUESDAY_NINE + KEPT + timedelta(days=1))

    morning.refresh_from_db()
    assert (morning.paused_at, morning.pause_reason) == (TUESDAY_NINE, "")
    assert list(Pause.objects.order_by("id").values_list("starts_at", flat=True)) == [TUESDAY_NINE, next_day]
    assert [each.reason for each in Pause.objects.order_by("id")] == ["", "午餐"]


def rated(town: Town, when: datetime, *, state: str = "") -> Rating:
    number = tickets.issue(tickets.Take(channel="kiosk", by=KIOSK, category_code="A"), hall=town.hall, now=TUESDAY_NINE)
    made = Rating.objects.create(
        visit=number.visit, ticket=number, hall=town.hall, stars=1, tags=["slow"], text="王小明", channel="web", at=when
    )
    if state:
        due: dict[str, Any] = {"opened_at": when, "answer_due_on": when.date(), "settle_due_on": when.date()}
        Task.objects.create(rating=made, hall=town.hall, state=state, answer="王小明", answered_at=when, **due)
    return made


def test_of_a_rating_the_words_go_and_stars_and_tags_stay(hall: Town) -> None:
    midnight = at("2026-03-10 00:00")
    old, young = rated(hall, midnight - timedelta(seconds=1)), rated(hall, midnight)
    settled, unsettled, unanswered = (
        rated(hall, midnight - timedelta(days=1), state=state) for state in ("settled", "answered", "open")
    )
    later = Rating.objects.create(
        visit=unsettled.visit, ticket=unsettled.ticket, hall=hall.hall, stars=1, text="再说一次", channel="web",
        follow_up=True, at=midnight - timedelta(days=1),
    )  # fmt: skip

    assert [forget(TUESDAY_NINE + KEPT)["ratings"] for _ in range(2)] == [2, 0]
    kept = {each.pk for each in Rating.objects.order_by("id") if each.text}
    assert kept == {young.pk, unsettled.pk, unanswered.pk, later.pk}
    gone = Rating.objects.filter(pk__in=[old.pk, settled.pk]).order_by("id")
    assert [(each.stars, each.tags, each.text) for each in gone] == [(1, ["slow"], ""), (1, ["slow"], "")]
    assert [bool(each.rating.task.answer) for each in Task.objects.order_by("id")] == [False, True, True]
    assert Ticket.objects.count() == 5


KEY = Actor(ActorKind.CHANNEL, "3")
PHONE = "+8613912345678"


def by_telephone(town: Town, starts: datetime, item: str = "pension") -> Appointment:
    """A booking of somebody whom the key's system names no user for."""
    return booking.place(
        slot_id=town.slot(starts=starts, category="A" if item == "pension" else "B").pk, item_code=item,
        person_id=town.person(7).pk, source="app", by=KEY, now=starts - timedelta(days=1), contact=PHONE,
        behind=booking.behind(contact=PHONE), visit_group="ONEVISIT" if item == "id-card" else "",
    )  # fmt: skip


def test_a_booking_forgotten_matches_its_telephone_no_more_and_a_live_one_still_does(hall: Town) -> None:
    told_by = phone_index(PHONE)[:16]
    later = TUESDAY_NINE + KEPT + timedelta(days=1)
    first = by_telephone(hall, TUESDAY_NINE + timedelta(hours=1))
    Appointment.objects.filter(pk=first.pk).update(state="served", visit_group="ONEVISIT")
    second = by_telephone(hall, TUESDAY_NINE + timedelta(hours=1), "id-card")
    Appointment.objects.filter(pk=second.pk).update(state="served")
    live = by_telephone(hall, later + timedelta(days=1))
    number = tickets.issue(tickets.Take(channel="kiosk", by=KIOSK, category_code="A"), hall=hall.hall, now=TUESDAY_NINE)
    Ticket.objects.filter(pk=number.pk).update(limit_key=first.limit_key, state="finished")
    Visit.objects.filter(pk=number.visit_id).update(limit_key=first.limit_key)
    cancelled = LedgerEntry.objects.create(
        person=first.person, party=f"{first.holder}/{first.person_id}", visit=first.code, scope="town", kind="cancel",
        on=first.day, at=first.ends_at, appointment=first,
    )  # fmt: skip

    forget(later)

    for row in (first, second, live, number, number.visit, cancelled):
        row.refresh_from_db()
    assert first.holder == first.limit_key == second.holder == f"key:3:x{first.visit_group}"
    assert (number.limit_key, number.visit.limit_key) == (f"key:3:x{number.visit_id}",) * 2
    assert cancelled.party == f"key:3/{first.person_id}"
    assert (live.holder, live.limit_key) == (f"key:3:c{told_by}",) * 2
    assert {table for table, rows in dumped().items() if told_by in rows} == {
        "booking_appointment",
        "messaging_message",
    }  # fmt: skip – of the live one


def test_a_no_show_counts_for_the_same_telephone_after_its_visit_is_forgotten(hall: Town) -> None:
    """It suspends with the others, however old: whose it is stays for as long as it counts."""
    days = [TUESDAY_NINE + timedelta(days=n) for n in (0, 70, 140)]
    for starts in days:
        by_telephone(hall, starts)
        booking.sweep_no_shows(now=starts + timedelta(hours=5))
        forget(starts + KEPT + timedelta(days=1))

    bar = Suspension.objects.get()
    assert (bar.reason, bar.from_on) == ("no_shows", days[-1].date() + timedelta(days=1))
