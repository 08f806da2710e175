"""Windows that call in the same instant get whom they would have got one after the other."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from banshi.foundation.models import Event
from banshi.kernel.refusals import Refused
from banshi.rooms.messaging.models import Message
from banshi.rooms.places.models import Floor, Window, WindowCategory, Zone
from banshi.rooms.tickets import actions
from banshi.rooms.tickets.actions import calling_many
from banshi.rooms.tickets.models import Call, Estimate, Skip, Ticket
from tests.rooms.tickets.conftest import open_town
from tests.rooms.tickets.line import booked, check_in, minutes, take, work
from tests.rooms.tickets.test_order import mixed
from tests.together import together
from tests.town import TUESDAY_NINE, Town


def together_at(asked: list[tuple[str, int]], now: Any = TUESDAY_NINE) -> list[str | None]:
    """Numbers, slugs of refusals, or None for nobody."""
    found = actions.call_next_many(asked=asked, now=now)
    return [each.slug if isinstance(each, Refused) else each.number if each else None for each in found]


def one_by_one(asked: list[tuple[str, int]], now: Any) -> list[str | None]:
    found: list[str | None] = []
    for window, staff in asked:
        try:
            called = actions.call_next(window_code=window, staff_id=staff, now=now)
            found.append(called.number if called else None)
        except Refused as no:
            found.append(no.slug)
    return found


@pytest.mark.parametrize("seed", range(10))
def test_they_get_whom_they_would_have_got_in_turn(town: Town, more_staff: Any, seed: int) -> None:
    chance = random.Random(seed)
    open_town(town)
    clerks = mixed(town, more_staff, chance, at_work=4)
    called = 0
    for step in range(0, 60, 4):
        now = minutes(step)
        for _ in range(chance.randrange(5)):
            try:
                person = town.person(30 + chance.randrange(12)).pk
                ticket = take(
                    town, chance.choice("AB"), now=now, lane=chance.choice(["", "pregnant"]), person_id=person
                )
            except Refused:
                continue
            if chance.random() < 0.2:
                Ticket.objects.filter(pk=ticket.pk).update(only_window=town.windows[chance.choice(sorted(clerks))])
            elif chance.random() < 0.2:
                window = town.windows[chance.choice(sorted(clerks))]
                Skip.objects.create(ticket=ticket, window=window, why="x", at=now, by="staff:1")
        asked = [(f"town-{number}", clerks[number].pk) for number in sorted(chance.sample(sorted(clerks), 4))]
        with transaction.atomic():
            in_turn = one_by_one(asked, now)
            transaction.set_rollback(True)
        assert together_at(asked, now) == in_turn
        called += sum(number is not None and number[1:].isdigit() for number in in_turn)
        for ticket in Ticket.objects.filter(state="called").select_related("window").order_by("id"):
            if ticket.window is not None and chance.random() < 0.7:
                staff_id = clerks[ticket.window.number].pk
                actions.start(ref=ticket.ref, staff_id=staff_id, now=now)
                actions.finish(ref=ticket.ref, staff_id=staff_id, now=now)
    assert called > 3


def test_each_call_leaves_what_a_single_one_leaves(open_hall: Town, more_staff: Any) -> None:
    work(open_hall, "01")
    work(open_hall, "02", second := more_staff(2))
    given = [take(open_hall, "A", contact=f"+861390013000{i}") for i in range(2)]
    asked = [("town-02", second.pk), ("town-01", open_hall.clerk.pk)]

    assert together_at(asked, minutes(3)) == ["A002", "A001"]

    at = dict(Ticket.objects.values_list("number", "window__number"))
    assert at == {"A001": "01", "A002": "02"}
    calls = Call.objects.order_by("ticket").values_list("ticket", "window__number", "staff", "kind", "waited_s", "at")
    assert list(calls) == [
        (given[0].pk, "01", open_hall.clerk.pk, "call", 180, minutes(3)),
        (given[1].pk, "02", second.pk, "call", 180, minutes(3)),
    ]
    assert list(Estimate.objects.values_list("actual_s", flat=True)) == [180, 180]
    told = {row.params["number"]: row.params["window"] for row in Message.objects.filter(key="your_turn")}
    assert told == {"A001": "01", "A002": "02"}
    assert Event.objects.filter(topic="line", at=minutes(3)).count() == 2


def test_each_is_told_why_nobody_is_called(open_hall: Town, more_staff: Any) -> None:
    work(open_hall, "01")
    work(open_hall, "02", second := more_staff(2))
    actions.pause(staff_id=second.pk, reason="茶歇", now=TUESDAY_NINE)
    take(open_hall, "A")
    mine = ("town-01", open_hall.clerk.pk)

    found = together_at([mine, ("town-02", second.pk), ("town-03", second.pk), mine])

    assert found == ["A001", "wrong-state", "not-signed-in", "window-busy"]


def test_whoever_stands_further_back_than_was_read_is_called_all_the_same(
    open_hall: Town, more_staff: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling_many, "BESIDES", 0)
    monkeypatch.setattr(calling_many, "FOR_EACH", 1)
    WindowCategory.objects.filter(window=open_hall.windows["02"]).exclude(category__code="B").delete()
    work(open_hall, "01")
    work(open_hall, "02", second := more_staff(2))
    for code in "AAAB":
        take(open_hall, code)

    assert together_at([("town-01", open_hall.clerk.pk), ("town-02", second.pk)]) == ["A001", "B001"]


def test_nobody_waits_and_nobody_is_called(open_hall: Town, more_staff: Any) -> None:
    work(open_hall, "01")
    work(open_hall, "02", second := more_staff(2))

    assert together_at([("town-01", open_hall.clerk.pk), ("town-02", second.pk)]) == [None, None]


def test_one_person_with_two_numbers_is_called_to_one_window(open_hall: Town, more_staff: Any) -> None:
    work(open_hall, "01")
    work(open_hall, "02", second := more_staff(2))
    for code in "AB":
        take(open_hall, code, person_id=open_hall.person(1).pk)

    assert together_at([("town-01", open_hall.clerk.pk), ("town-02", second.pk)]) == ["A001", None]


def test_a_walk_in_after_booked_work_is_called_once_that_is_called(town: Town, more_staff: Any) -> None:
    open_town(town, walk_ins="after_booked", kind="extended")
    work(town, "01")
    work(town, "02", second := more_staff(2))
    take(town, "A")
    appointment = booked(town)
    check_in(town, appointment)

    found = together_at([("town-01", town.clerk.pk), ("town-02", second.pk)])

    assert found[0] == "A002"
    assert found[1] == "A001"


def test_windows_of_two_halls_are_called_for_in_one_go(open_hall: Town) -> None:
    zone = Zone.objects.create(
        hall=open_hall.other_hall, code="z", name_zh="区", name_en="Zone",
        floor=Floor.objects.create(hall=open_hall.other_hall, code="1", label_zh="1 楼", label_en="Floor 1"),
    )  # fmt: skip
    elsewhere = Window.objects.create(
        hall=open_hall.other_hall, zone=zone, code="other-01", number="01", kind="integrated"
    )
    work(open_hall, "01")
    actions.sign_in(window_code=elsewhere.code, staff_id=open_hall.other_halls_clerk.pk, now=TUESDAY_NINE)
    take(open_hall, "A")

    found = together_at([(elsewhere.code, open_hall.other_halls_clerk.pk), ("town-01", open_hall.clerk.pk)])

    assert found == [None, "A001"]


def test_three_windows_cost_as_many_statements_as_two(open_hall: Town, more_staff: Any) -> None:
    asked = [(f"town-{n}", work(open_hall, n, more_staff(int(n))).pk) for n in ("01", "02", "03")]
    counts = []
    for some in (asked[:2], asked):
        with transaction.atomic():
            for _ in range(4):
                take(open_hall, "A")
            with CaptureQueriesContext(connection) as seen:
                together_at(some)
            counts.append(len(seen))
            transaction.set_rollback(True)

    assert counts[0] == counts[1] <= 12


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_processes_that_call_together_call_nobody_twice(committed_town: Town) -> None:
    from banshi.rooms.identity.models import Staff

    open_town(committed_town)
    hall = committed_town.hall
    zone = committed_town.windows["01"].zone
    asked = []
    for i in range(24):
        staff = Staff.objects.create(login=f"c{i}", name_zh="窗", name_en="W", created_at=TUESDAY_NINE)
        window = Window.objects.create(hall=hall, zone=zone, code=f"town-w{i:02}", number=f"9{i:02}", kind="integrated")
        for category in committed_town.categories.values():
            WindowCategory.objects.create(window=window, category=category)
        actions.sign_in(window_code=window.code, staff_id=staff.pk, now=TUESDAY_NINE)
        asked.append((window.code, staff.pk))
    for i in range(20):
        take(committed_town, "AB"[i % 2], person_id=committed_town.person(1 + i // 2).pk)

    answers = together(4, lambda n: actions.call_next_many(asked=asked[n * 6 : n * 6 + 6], now=minutes(1)))

    called = [each for many in answers for each in many if isinstance(each, Ticket)]
    assert (
        len({each.pk for each in called}) == len(called) == 10
    )  # each person has two numbers, and is called to one window
    assert len({each.person_id for each in called}) == 10
    assert len({each.window_id for each in called}) == 10
    assert Call.objects.count() == 10
