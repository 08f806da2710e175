"""An outage: paper numbers printed before, entered after; figures stay honest, and nobody booked meanwhile is struck."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import F

from banshi.foundation import clock
from banshi.journeys.hall.after_outage import Reconciled, reconcile
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment, LedgerEntry, Suspension
from banshi.rooms.insight import queries as insight
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets import queries
from banshi.rooms.tickets.models import HallDay, PaperBlock, Ticket
from banshi.rooms.tickets.rules import Given, paper_letter
from banshi.surfaces.office.paper import numbers
from tests.rooms.tickets.conftest import open_town
from tests.surfaces.office.editing import signed_in
from tests.together import together
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town, at

TEN, ELEVEN, NOON = (at(f"2026-03-10 {hour}:00") for hour in (10, 11, 12))


def printed(town: Town, n: int = 20, category: str = "A") -> PaperBlock:
    return tickets.print_paper(
        hall=town.hall, category=town.categories[category], n=n, by=CLERK, now=TUESDAY_NINE - timedelta(days=9)
    )


def given(first: int, last: int, *, left: Any = (), waiting: Any = (), category: str = "A") -> Given:
    return Given(category, first, last, TEN, ELEVEN, frozenset(left), frozenset(waiting))


def entered(town: Town, *rows: Given, now: datetime = NOON) -> Reconciled:
    return reconcile(hall=town.hall, starts_at=TEN, ends_at=ELEVEN, why="停电", given=rows, by=CLERK, now=now)


# --- Before ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("letter", "taken", "wanted"), [("A", {"A", "B"}, "PA"), ("A", {"A", "PA"}, "P1"), ("AB", {"AB", "AC", "PA"}, "P1")]
)
def test_paper_has_a_letter_that_no_machine_gives(letter: str, taken: set[str], wanted: str):
    assert paper_letter(letter, taken) == wanted


@pytest.mark.django_db
def test_blocks_follow_each_other(town: Town):
    blocks = [printed(town, 20), printed(town, 5), printed(town, 3, "B")]

    assert [(b.letter, b.first, b.last) for b in blocks] == [("PA", 1, 20), ("PA", 21, 25), ("PB", 1, 3)]


@pytest.mark.django_db(transaction=True)
def test_two_who_print_at_once_print_different_numbers(committed_town: Town):
    results = together(4, lambda _: printed(committed_town, 10))

    assert sorted(block.first for block in results) == [1, 11, 21, 31]


# --- After -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_was_given_is_entered_with_what_became_of_it_and_with_unknown_waits(town: Town):
    open_town(town)
    printed(town)

    done = entered(town, given(1, 10, left=[3, 4], waiting=[9, 10]))

    rows = Ticket.objects.filter(channel="paper").order_by("seq")
    assert done.entered == 10
    assert [row.number for row in rows][:2] == ["PA001", "PA002"]
    assert [row.state for row in rows] == ["finished"] * 2 + ["left"] * 2 + ["finished"] * 4 + ["waiting"] * 2
    assert {row.wait_s for row in rows} == {None}
    assert (rows[0].made_at, rows[5].made_at) == (TEN, at("2026-03-10 10:30"))
    assert Entry.objects.filter(action="entered-paper").count() == 1


@pytest.mark.django_db
def test_figures_count_paper_and_say_nothing_of_its_waits(town: Town):
    open_town(town)
    printed(town)
    entered(town, given(1, 10, left=[3, 4]))

    (row,) = insight.visits(halls=[town.hall], first=TEN.date(), last=TEN.date())
    by_channel = insight.visits(halls=[town.hall], first=TEN.date(), last=TEN.date(), by="channel")

    assert (row["tickets"], row["served"], row["left"], row["visits_served"]) == (10, 8, 2, 8)
    assert (row["wait_mean_s"], row["one_stop_share"], row["completion_share"]) == (None, None, None)
    assert [(each["key"], each["tickets"]) for each in by_channel] == [("paper", 10), ("total", 10)]


@pytest.mark.django_db
def test_who_still_waits_joins_the_line_by_the_time_the_paper_was_given(town: Town):
    open_town(town)
    printed(town)
    later = tickets.issue(tickets.Take(category_code="A", channel="kiosk", by=CITIZEN), hall=town.hall, now=ELEVEN)
    entered(town, given(1, 2, waiting=[2]))
    tickets.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=NOON)

    called = tickets.call_next(window_code="town-01", staff_id=town.clerk.pk, now=NOON)
    assert called is not None
    tickets.start(ref=called.ref, staff_id=town.clerk.pk, now=NOON)
    (row,) = insight.visits(halls=[town.hall], first=TEN.date(), last=TEN.date())

    assert called.number == "PA002"
    assert row["wait_mean_s"] is None
    assert [t.ref for t in queries.line(town.hall.pk, NOON).tickets if t.state == "waiting"] == [later.ref]


@pytest.mark.django_db
def test_a_closed_day_is_accounted_for_anew(town: Town):
    open_town(town)
    printed(town)
    evening = at("2026-03-10 19:00")
    tickets.close_day(hall=town.hall, day=TEN.date(), by=CLERK, now=evening)

    entered(town, given(1, 5, left=[5]), now=evening)

    assert HallDay.objects.get(hall=town.hall).account == {"finished": 4, "left": 1}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([given(1, 21)], "never printed"),
        ([given(5, 4)], "do not fit"),
        ([given(1, 5, left=[6])], "do not fit"),
        ([given(1, 5, left=[2], waiting=[2])], "cannot have left and wait"),
        ([given(1, 5), given(5, 8)], "entered already"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_entered(town: Town, rows: list[Given], why: str):
    open_town(town)
    printed(town)

    with pytest.raises(Refused) as no:
        entered(town, *rows)

    assert why in no.value.facts["reason"]["en"]
    assert Ticket.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_who_enter_the_same_range_enter_it_once(committed_town: Town):
    open_town(committed_town)
    printed(committed_town)

    results = together(3, lambda i: tickets.enter_paper(
        hall=committed_town.hall, day=TEN.date(), given=[given(1 + i, 10 + i)], by=CLERK, now=NOON
    ))  # fmt: skip

    assert sorted(str(type(each).__name__) for each in results) == ["Refused", "Refused", "int"]
    assert Ticket.objects.filter(channel="paper").count() == 10


# --- Who was booked meanwhile ------------------------------------------------------------------------------------


def booked(town: Town, starts: str, person: int) -> Appointment:
    slot = town.slot(starts=at(f"2026-03-10 {starts}"))
    return booking.place(
        slot_id=slot.pk, item_code="pension", person_id=town.person(person).pk, source="web", by=CITIZEN,
        now=at("2026-03-08 10:00"),
    )  # fmt: skip


@pytest.mark.django_db
def test_nobody_booked_in_the_outage_is_struck_and_each_is_told_once(town: Town):
    open_town(town)
    inside, outside = booked(town, "10:00", 2), booked(town, "08:00", 3)

    first, second = entered(town), entered(town)

    struck = LedgerEntry.objects.filter(kind="no_show", forgiven_at=None).values_list("appointment_id", flat=True)
    assert (first.forgiven, second.forgiven) == (0, 0)
    assert list(struck) == [outside.pk]
    told = Message.objects.filter(key="outage")
    assert [message.subject for message in told] == [f"appointment:{inside.code}"]
    assert Message.objects.filter(key="no_show", subject=f"appointment:{inside.code}").count() == 0


@pytest.mark.django_db
def test_who_was_counted_as_absent_before_is_forgiven_and_suspensions_are_lifted(town: Town):
    open_town(town)
    town.policy(booking={"credit": {"no_shows": 1}})
    booked(town, "10:00", 2)
    booking.sweep_no_shows(now=ELEVEN + timedelta(minutes=1))
    before = Suspension.objects.filter(lifted_at=None).count()

    done = entered(town)

    assert (before, done.forgiven) == (1, 1)
    assert Suspension.objects.filter(lifted_at=None).count() == 0
    assert LedgerEntry.objects.get().forgiven_why == "停电"


@pytest.mark.django_db
def test_who_comes_late_because_of_it_is_not_struck_by_a_later_sweep_either(town: Town):
    open_town(town)
    slot = town.slot(starts=at("2026-03-10 10:30"), minutes=120)
    row = booking.place(
        slot_id=slot.pk, item_code="pension", person_id=town.person(2).pk, source="web", by=CITIZEN,
        now=at("2026-03-08 10:00"),
    )  # fmt: skip
    entered(town)

    booking.sweep_no_shows(now=at("2026-03-10 13:00"))

    row.refresh_from_db()
    assert row.state == "no_show"
    assert LedgerEntry.objects.filter(forgiven_at=None).count() == 0


def told(key: str = "outage") -> list[tuple[str, Any]]:
    rows = Message.objects.filter(key=key).order_by("id")
    return [(message.subject.partition(":")[2], message.params["item_zh"]) for message in rows]


@pytest.mark.django_db
def test_whose_period_still_ran_when_it_was_entered_hears_it_when_it_is_over(town: Town):
    open_town(town)
    row = booked(town, "10:30", 2)
    entered(town, now=at("2026-03-10 11:10"))
    at_once = told()

    booking.sweep_no_shows(now=at("2026-03-10 11:31"))
    booking.sweep_no_shows(now=at("2026-03-10 11:32"))

    row.refresh_from_db()
    assert (at_once, told(), told("no_show")) == ([], [(row.code, "养老保险参保登记")], [])
    assert row.state == "no_show"


@pytest.mark.django_db
@pytest.mark.parametrize("entered_at", ["2026-03-10 11:10", "2026-03-10 12:00"])
def test_a_visit_of_several_matters_hears_it_once(town: Town, entered_at: str):
    open_town(town)
    slots = [town.slot(starts=at("2026-03-10 10:15"), category=letter, minutes=75) for letter in "AB"]
    rows = booking.place_several(
        slot_id=slots[0].pk, item_codes=["pension", "id-card"], person_id=town.person(2).pk, source="web", by=CITIZEN,
        now=at("2026-03-08 10:00"),
    )  # fmt: skip
    entered(town, now=at(entered_at))

    booking.sweep_no_shows(now=at("2026-03-10 12:00"))
    entered(town, now=at("2026-03-10 12:30"))

    assert len(rows) == 2
    assert told() == [(rows[0].code, "养老保险参保登记、居民身份证换领")]


@pytest.mark.django_db
def test_who_came_after_all_and_who_was_never_touched_hear_nothing_of_it(town: Town):
    open_town(town)
    came, outside = booked(town, "10:30", 2), booked(town, "11:00", 3)
    entered(town, now=at("2026-03-10 11:10"))
    Appointment.objects.filter(pk=came.pk).update(state="checked_in")

    booking.sweep_no_shows(now=at("2026-03-10 13:00"))

    outside.refresh_from_db()
    assert (told(), outside.state, [code for code, _ in told("no_show")]) == ([], "no_show", [outside.code])


# --- The page ----------------------------------------------------------------------------------------------------


@pytest.fixture
def manager(town: Town) -> Iterator[Any]:
    open_town(town)
    clock.set_clock(now=NOON, speed=0)
    yield signed_in(town.manager)
    clock.forget()


def test_numbers_are_read_as_people_write_them():
    assert numbers("7, 12–14、16 18-19") == {7, 12, 13, 14, 16, 18, 19}
    assert numbers("") == frozenset()
    for wrong in ("x", "3-", "9-3", "1-9999"):
        with pytest.raises(Refused):
            numbers(wrong)


@pytest.mark.django_db
def test_the_office_prints_sheets_and_enters_them_afterwards(manager: Any, town: Town):
    made = manager.post("/office/town/paper/make", {"category": "A", "n": "20"})
    sheet = manager.get(made["Location"]).content.decode()
    pk = town.categories["A"].pk

    answer = manager.post(
        "/office/town/paper/enter",
        {
            "day": "2026-03-10", "from": "10:00", "to": "11:00", "why": "停电", f"first-{pk}": "1", f"last-{pk}": "6",
            f"left-{pk}": "2, 4–5",
        },
    )  # fmt: skip

    assert [f"PA{n:03d}" in sheet for n in (1, 20)] == [True, True]
    assert (answer.status_code, answer["Location"]) == (302, "/office/town/paper/")
    assert [Ticket.objects.filter(state=state).count() for state in ("finished", "left")] == [3, 3]
    assert "登记了 6 个纸质号" in manager.get("/office/town/paper/").content.decode()


@pytest.mark.django_db
def test_what_was_typed_stays_when_it_is_refused(manager: Any, town: Town):
    printed(town)
    pk = town.categories["A"].pk

    answer = manager.post(
        "/office/town/paper/enter",
        {"day": "2026-03-10", "from": "10:00", "to": "11:00", "why": "停电", f"first-{pk}": "1", f"last-{pk}": "99"},
    )

    assert answer.status_code == 422
    assert 'value="99"' in answer.content.decode()
    assert Ticket.objects.filter(day=F("day")).count() == 0
