"""People and clerks arriving together: each number once, each person at one window."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from banshi.journeys.visit import check_in, redirect
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.identity.models import Staff
from banshi.rooms.messaging.models import Message
from banshi.rooms.places.models import Window, WindowCategory
from banshi.rooms.tickets import actions, queries
from banshi.rooms.tickets.models import Call, Estimate, Ticket, Transfer, Visit, WindowSession
from tests.rooms.tickets.conftest import open_town
from tests.together import together
from tests.town import TUESDAY_NINE, Town

KIOSK = Actor(ActorKind.KIOSK, "1", "town")
race = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def busy(committed_town: Town) -> Town:
    open_town(committed_town)
    return committed_town


def take(town: Town, category: str = "A", **more: Any) -> Ticket:
    return actions.issue(
        actions.Take(category_code=category, channel="kiosk", by=KIOSK, **more), hall=town.hall, now=TUESDAY_NINE
    )


def at_work(town: Town, n: int) -> list[tuple[str, int]]:
    """n further windows that serve everything, each with its clerk."""
    places = []
    for i in range(n):
        window = Window.objects.create(
            hall=town.hall, zone=town.windows["01"].zone, code=f"town-r{i}", number=f"R{i}", kind="integrated"
        )
        for category in town.categories.values():
            WindowCategory.objects.create(window=window, category=category)
        clerk = Staff.objects.create(
            login=f"race-{i}", name_zh=f"工号{i}", name_en=f"Clerk {i}", created_at=TUESDAY_NINE
        )
        actions.sign_in(window_code=window.code, staff_id=clerk.pk, now=TUESDAY_NINE)
        places.append((window.code, clerk.pk))
    return places


def slugs(results: list[Any]) -> Counter[str]:
    return Counter(r.slug if isinstance(r, Refused) else type(r).__name__ for r in results)


class TestRaces:
    pytestmark = race

    def test_two_windows_get_one_number_once(self, busy):
        places = at_work(busy, 2)
        take(busy)

        results = together(
            2, lambda i: actions.call_next(window_code=places[i][0], staff_id=places[i][1], now=TUESDAY_NINE)
        )

        assert slugs(results) == {"Ticket": 1, "NoneType": 1}
        assert Call.objects.count() == 1

    def test_twenty_windows_get_ten_numbers_each_exactly_once(self, busy):
        places = at_work(busy, 20)
        for i in range(10):
            take(busy, "AB"[i % 2])

        results = together(
            20, lambda i: actions.call_next(window_code=places[i][0], staff_id=places[i][1], now=TUESDAY_NINE)
        )

        called = [r.number for r in results if isinstance(r, Ticket)]
        assert slugs(results) == {"Ticket": 10, "NoneType": 10}
        assert sorted(called) == sorted(Ticket.objects.values_list("number", flat=True))

    def test_a_person_with_two_numbers_is_called_to_one_window(self, busy):
        places = at_work(busy, 2)
        person = busy.person(30).pk
        take(busy, "A", person_id=person)
        take(busy, "B", person_id=person)

        results = together(
            2, lambda i: actions.call_next(window_code=places[i][0], staff_id=places[i][1], now=TUESDAY_NINE)
        )

        assert slugs(results) == {"Ticket": 1, "NoneType": 1}
        assert Ticket.objects.filter(state="called").count() == 1

    def test_a_clerk_who_presses_twice_calls_one(self, busy):
        [(window, clerk)] = at_work(busy, 1)
        take(busy)
        take(busy)

        results = together(4, lambda i: actions.call_next(window_code=window, staff_id=clerk, now=TUESDAY_NINE))

        assert slugs(results) == {"Ticket": 1, "window-busy": 3}

    def test_the_last_number_of_the_day_goes_to_one(self, busy):
        busy.policy(tickets={"daily_limit": 3, "daily_limits": {"B": 1}})
        take(busy)

        results = together(8, lambda i: take(busy, "AB"[i % 2]))

        assert slugs(results) == {"Ticket": 2, "daily-limit": 6}
        assert Ticket.objects.filter(letter="B").count() <= 1

    def test_kiosks_give_numbers_without_gap_or_repeat(self, busy):
        results = together(16, lambda i: take(busy))

        assert sorted(t.number for t in results) == [f"A{i:03d}" for i in range(1, 17)]

    def test_the_same_person_at_two_kiosks_gets_one_number_and_one_visit(self, busy):
        person = busy.person(30).pk

        results = together(4, lambda i: take(busy, person_id=person))

        assert slugs(results) == {"Ticket": 1, "already-waiting": 3}
        assert (Ticket.objects.count(), Visit.objects.count()) == (1, 1)

    def test_two_clerks_at_one_window_one_is_signed_in(self, busy):
        clerks = [busy.clerk.pk, busy.second_clerk.pk]

        results = together(2, lambda i: actions.sign_in(window_code="town-01", staff_id=clerks[i], now=TUESDAY_NINE))

        assert slugs(results) == {"WindowSession": 1, "window-taken": 1}
        assert WindowSession.objects.filter(signed_out_at=None).count() == 1

    def test_one_clerk_signing_in_at_two_windows_works_one(self, busy):
        results = together(
            2, lambda i: actions.sign_in(window_code=f"town-0{i + 1}", staff_id=busy.clerk.pk, now=TUESDAY_NINE)
        )

        assert slugs(results) == {"WindowSession": 1, "wrong-state": 1}

    def test_a_number_is_finished_or_passed_on_but_not_both(self, busy):
        [(window, clerk), (other, _)] = at_work(busy, 2)
        ref = take(busy).ref
        actions.call_next(window_code=window, staff_id=clerk, now=TUESDAY_NINE)
        actions.start(ref=ref, staff_id=clerk, now=TUESDAY_NINE)

        def act(i: int) -> Ticket:
            if i == 0:
                return actions.finish(ref=ref, staff_id=clerk, now=TUESDAY_NINE)
            return actions.transfer(ref=ref, staff_id=clerk, window_code=other, now=TUESDAY_NINE)

        results = together(2, act)

        passed_on = Transfer.objects.count()
        assert slugs(results) == {"Ticket": 1, "wrong-state": 1}
        assert Ticket.objects.get().state == ("waiting" if passed_on else "finished")

    def test_a_clerk_signs_out_or_calls_but_nobody_is_called_to_an_empty_window(self, busy):
        for _ in range(3):
            [(window, clerk)] = at_work(busy, 1) if not WindowSession.objects.exists() else [("town-r0", _clerk())]
            if not WindowSession.objects.filter(signed_out_at=None).exists():
                actions.sign_in(window_code=window, staff_id=clerk, now=TUESDAY_NINE)
            take(busy)

            def act(i: int, window: str = window, clerk: int = clerk) -> Any:
                if i == 0:
                    return actions.sign_out(staff_id=clerk, now=TUESDAY_NINE)
                return actions.call_next(window_code=window, staff_id=clerk, now=TUESDAY_NINE)

            results = together(2, act)

            signed_in = WindowSession.objects.filter(signed_out_at=None).exists()
            called = Ticket.objects.filter(state="called").first()
            assert slugs(results) in ({"NoneType": 1, "not-signed-in": 1}, {"window-busy": 1, "Ticket": 1})
            assert signed_in == (called is not None)
            if called is not None:
                actions.miss(ref=called.ref, staff_id=clerk, now=TUESDAY_NINE)


def _clerk() -> int:
    return Staff.objects.get(login="race-0").pk


# --- What a call costs ---------------------------------------------------------------------------------------------


def test_calling_next_does_not_read_history(open_town_with_history):
    town = open_town_with_history
    from banshi.rooms.tickets.actions.calling import CALL_NEXT_SQL

    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN (ANALYZE, TIMING OFF, FORMAT TEXT) " + CALL_NEXT_SQL,
            {"window": "town-01", "staff": town.clerk.pk, "now": TUESDAY_NINE, "turn_until": TUESDAY_NINE},
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "Seq Scan on tickets_ticket" not in plan
    assert "Seq Scan on tickets_call" not in plan
    assert "Seq Scan on tickets_estimate" not in plan
    assert "the_line" in plan


@pytest.fixture
def open_town_with_history(town: Town) -> Town:
    """Six thousand finished numbers of the last weeks, forty waiting."""
    open_town(town)
    actions.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    visit = Visit.objects.create(hall=town.hall, day=TUESDAY_NINE.date(), channel="kiosk", arrived_at=TUESDAY_NINE)

    def number(i: int, day: datetime, state: str) -> Ticket:
        return Ticket(
            ref=f"H{day:%m%d}{state}{i}", hall=town.hall, day=day.date(), number=f"A{i:03d}", letter="A", seq=i,
            kind="walk_in", category=town.categories["A"], visit=visit, channel="kiosk", state=state, rank_class=4,
            rank_key=i, made_at=day, window=town.windows["01"] if state == "finished" else None,
            calls=int(state == "finished"),
        )  # fmt: skip

    Ticket.objects.bulk_create(
        number(i, TUESDAY_NINE - timedelta(days=d), "finished") for d in range(1, 31) for i in range(1, 201)
    )
    Ticket.objects.bulk_create(number(i, TUESDAY_NINE, "waiting") for i in range(1, 41))
    Estimate.objects.bulk_create(
        Estimate(ticket=t, hall=town.hall, day=t.day, at=t.made_at, ahead=1, likely_s=1, at_most_s=2, actual_s=1)
        for t in Ticket.objects.filter(state="finished").order_by("id")
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tickets_ticket, tickets_estimate")
    return town


# --- Redirect ------------------------------------------------------------------------------------------------------


def other_line(town: Town) -> None:
    from banshi.rooms.places.models import Category

    open_town(town)
    Category.objects.create(hall=town.other_hall, code="A", letter="S", name_zh="社保", name_en="Social security")


def there(town: Town, minutes: int) -> Ticket:
    return actions.issue(
        actions.Take(category_code="A", channel="kiosk", by=OTHERS_KIOSK),
        hall=town.other_hall,
        now=TUESDAY_NINE + timedelta(minutes=minutes),
    )


OTHERS_KIOSK = Actor(ActorKind.KIOSK, "2", "other")


@pytest.mark.parametrize("by_card", [True, False])
def test_a_number_goes_on_in_another_hall_and_is_in_line_from_arrival(town, by_card):
    other_line(town)
    old = take(town, person_id=town.person(30).pk)
    before = there(town, 15)
    sent_at, come_at = TUESDAY_NINE + timedelta(minutes=10), TUESDAY_NINE + timedelta(minutes=40)

    new = redirect.to_hall(ref=old.ref, hall="other", by=KIOSK, now=sent_at)
    on_the_way = [t.ref for t in queries.line(town.other_hall.pk, sent_at).tickets if t.state == "waiting"]
    here = {"hall": town.other_hall, "by": OTHERS_KIOSK, "now": come_at, "channel": "kiosk"}
    if by_card:
        arrived = check_in.by_id(id_number=town.person(30).id_number, evidence=Evidence.CHIP, **here)
    else:
        arrived = check_in.by_code(code=queries.qr_text(old.ref), **here)
    after = there(town, 45)

    old.refresh_from_db()
    line = queries.line(town.other_hall.pk, TUESDAY_NINE + timedelta(minutes=50))
    assert (old.state, new.state, new.hall_id, on_the_way) == ("redirected", "parked", town.other_hall.pk, [before.ref])
    assert (arrived.pk, [t.ref for t in line.tickets]) == (new.pk, [before.ref, new.ref, after.ref])
    assert [t.waited_s for t in line.tickets][1] == 600
    message = Message.objects.get(key="redirected")
    assert (message.subject, message.hall, message.params["way_zh"][:3]) == (f"ticket:{new.ref}", "other", "一号路")


def test_people_are_sent_on_within_reach_and_to_open_halls_only(town):
    other_line(town)
    old = take(town)

    def no(now: datetime) -> str:
        with pytest.raises(Refused) as refused:
            redirect.to_hall(ref=old.ref, hall="other", by=KIOSK, now=now)
        return refused.value.slug

    town.policy(tickets={"redirect_to": ["third"]})
    out_of_reach = no(TUESDAY_NINE)
    town.policy(tickets={"redirect_to": ["other"]})

    assert (out_of_reach, no(TUESDAY_NINE + timedelta(hours=9))) == ("invalid", "closed")
    assert redirect.to_hall(ref=old.ref, hall="other", by=KIOSK, now=TUESDAY_NINE).hall_id == town.other_hall.pk


def test_a_number_at_a_window_is_sent_on_and_the_window_is_free(town):
    from banshi.rooms.places.models import Category

    open_town(town)
    Category.objects.create(hall=town.other_hall, code="A", letter="S", name_zh="社保", name_en="Social security")
    actions.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    old = take(town)
    actions.call_next(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    actions.start(ref=old.ref, staff_id=town.clerk.pk, now=TUESDAY_NINE)

    redirect.to_hall(ref=old.ref, hall=town.other_hall, by=KIOSK, now=TUESDAY_NINE, why="走错了厅")

    fact = Transfer.objects.get()
    assert (fact.from_window, fact.why) == (town.windows["01"], "走错了厅")
    assert queries.line(town.hall.pk, TUESDAY_NINE).windows[0].state == "idle"


def test_a_redirect_that_is_refused_leaves_the_number_where_it_was(town):
    open_town(town)
    old = take(town)

    with pytest.raises(Refused) as no:
        redirect.to_hall(ref=old.ref, hall="other", by=KIOSK, now=TUESDAY_NINE)

    old.refresh_from_db()
    assert (no.value.slug, old.state) == ("item-not-here", "waiting")
