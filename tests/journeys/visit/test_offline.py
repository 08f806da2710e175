"""Numbers that a machine gave while it did not reach the server: each once, in the line by its time, however often it is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.journeys.visit import offline
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.devices.models import Device, MachineUse
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.actions import OfflineNumber
from banshi.rooms.tickets.models import HallDay, PaperBlock, Ticket
from tests.rooms.tickets.conftest import open_town
from tests.together import together
from tests.town import CLERK, TUESDAY_NINE, Town, at

TEN = at("2026-03-10 10:00")


def machine(town: Town, code: str = "k-1", kind: str = "kiosk") -> Device:
    open_town(town)
    return Device.objects.create(hall=town.hall, code=code, kind=kind, name="一号机")


def by(device: Device) -> Actor:
    return Actor(ActorKind.KIOSK, device.code, "town")


def ahead(device: Device, now: Any = TUESDAY_NINE) -> list[tuple[str, str, int, int]]:
    held = offline.ahead(device=device, by=by(device), now=now)
    return [(each.block.category.code, each.block.letter, each.block.first, each.block.last) for each in held]


def took(device: Device, *given: tuple[str, int, str], now: Any = TEN) -> list[str]:
    numbers = [OfflineNumber(letter, seq, at(f"2026-03-10 {time:0>5}")) for letter, seq, time in given]
    return [t.number for t in offline.take_in(device=device, given=numbers, by=by(device), now=now)]


@pytest.mark.django_db
def test_two_machines_and_the_drawer_never_have_the_same_number(town: Town):
    first, second = machine(town), machine(town, "k-2")

    held = [ahead(first), ahead(second), ahead(first)]
    sheets = tickets.print_paper(hall=town.hall, category=town.categories["A"], n=5, by=CLERK, now=TUESDAY_NINE)

    one = [("A", "PA", 1, 60), ("B", "PB", 1, 60)]
    assert held == [one, [("A", "PA", 61, 120), ("B", "PB", 61, 120)], one]
    assert (sheets.first, Entry.objects.filter(action="granted-numbers").count()) == (121, 4)


@pytest.mark.django_db
def test_a_machine_with_a_new_disk_gives_nothing_of_what_it_had(town: Town):
    device = machine(town)
    ahead(device)

    held = offline.ahead(device=device, anew=True, by=by(device), now=TUESDAY_NINE)

    assert [(each.block.letter, each.block.first) for each in held] == [("PA", 61), ("PB", 61)]
    assert took(device, ("PA", 3, "9:10"), ("PA", 61, "9:20")) == ["PA003", "PA061"]


@pytest.mark.django_db
def test_they_may_be_given_while_walk_ins_are_taken(town: Town):
    town.policy(tickets={"numbers_before_opening": 15})

    (each, _) = offline.ahead(device=machine(town), by=CLERK, now=TUESDAY_NINE)

    assert each.spans == [(at("2026-03-10 08:45"), at("2026-03-10 17:00"))]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "policy"), [("kiosk", {"identity_required": True}), ("kiosk", {"walk_ins": False}), ("board", {})]
)
def test_where_a_document_is_needed_nothing_is_given_ahead(town: Town, kind: str, policy: dict[str, Any]):
    town.policy(tickets=policy)

    assert (ahead(machine(town, kind=kind)), PaperBlock.objects.count()) == ([], 0)


@pytest.mark.django_db
def test_what_runs_low_is_filled_up(town: Town):
    device = machine(town)
    ahead(device)
    took(device, *(("PA", seq, "9:30") for seq in range(1, 32)))

    assert ahead(device, TEN) == [("A", "PA", 1, 60), ("A", "PA", 61, 120), ("B", "PB", 1, 60)]
    took(device, ("PA", 60, "9:40"))
    assert [row for row in ahead(device, TEN) if row[0] == "A"] == [("A", "PA", 61, 120)]


@pytest.mark.django_db
def test_they_join_the_line_by_the_time_at_which_they_were_given(town: Town):
    device = machine(town)
    ahead(device)
    twenty_past = at("2026-03-10 09:20")
    walk_in = tickets.issue(tickets.Take(channel="kiosk", by=CLERK, category_code="A"), hall=town.hall, now=twenty_past)

    entered = took(device, ("PA", 2, "9:30"), ("PA", 1, "9:10"), ("PB", 1, "9:15"))

    rows = Ticket.objects.filter(category__code="A").order_by("rank_class", "rank_key", "id")
    assert entered == ["PA001", "PB001", "PA002"]
    assert list(rows.values_list("number", "state")) == [
        ("PA001", "waiting"), (walk_in.number, "waiting"), ("PA002", "waiting"),
    ]  # fmt: skip
    assert MachineUse.objects.filter(device=device, deed="ticket").count() == 3
    assert sorted(Entry.objects.filter(action="took-in-offline").values_list("subject", flat=True)) == [
        "category:A", "category:B",
    ]  # fmt: skip


@pytest.mark.django_db
def test_told_again_it_is_there_once(town: Town):
    device = machine(town)
    ahead(device)
    told = [took(device, ("PA", 1, "9:10")), took(device, ("PA", 1, "9:11"), ("PA", 2, "9:12"))]

    assert (told, Ticket.objects.count()) == ([["PA001"], ["PA002"]], 2)


@pytest.mark.django_db
@pytest.mark.parametrize("number", [("PA", 61), ("A", 1), ("PC", 1), ("PA", 99_999)])
def test_a_number_that_it_never_had_is_refused_with_all_the_others(town: Town, number: tuple[str, int]):
    device = machine(town)
    ahead(device)
    ahead(machine(town, "k-2"))

    with pytest.raises(Refused) as no:
        took(device, ("PA", 1, "9:10"), (*number, "9:20"))

    assert (no.value.slug, Ticket.objects.count()) == ("invalid", 0)


@pytest.mark.django_db
def test_a_clock_that_runs_ahead_puts_nobody_into_the_future(town: Town):
    device = machine(town)
    ahead(device)

    took(device, ("PA", 1, "11:00"))

    assert Ticket.objects.get().made_at == TEN


@pytest.mark.django_db
def test_what_comes_when_the_day_is_over_is_accounted_for_there(town: Town):
    device = machine(town)
    ahead(device)
    tickets.close_day(hall=town.hall, day=TEN.date(), by=CLERK, now=at("2026-03-10 18:00"))

    took(device, ("PA", 1, "9:10"), now=TEN + timedelta(days=1))

    assert Ticket.objects.values_list("number", "state", "closed_why").get() == ("PA001", "closed", "not_called")
    assert HallDay.objects.get(day=TEN.date()).account == {"closed": 1}


@pytest.mark.django_db
def test_an_idle_window_calls_who_came_in(town: Town):
    town.policy(tickets={"auto_call": True})
    device = machine(town)
    ahead(device)
    tickets.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)

    took(device, ("PA", 2, "9:30"), ("PA", 1, "9:20"))

    assert Ticket.objects.get(state="called").number == "PA001"


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_told_four_times_at_the_same_instant_each_is_there_once(committed_town: Town):
    device = machine(committed_town)
    ahead(device)
    given = [("PA", 1, "9:10"), ("PA", 2, "9:12"), ("PB", 1, "9:11")]

    results = together(4, lambda i: took(device, *given[: 2 + i % 2]))

    assert [type(each).__name__ for each in results] == ["list"] * 4
    assert sorted(number for each in results for number in each) == ["PA001", "PA002", "PB001"]
    assert Ticket.objects.count() == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_who_asks_for_numbers_at_the_same_instant_gets_different_ones(committed_town: Town):
    rows = [machine(committed_town), machine(committed_town, "k-2")]

    results = together(4, lambda i: ahead(rows[i % 2]))

    of_a = {(i % 2, row[2]) for i, each in enumerate(results) for row in each if row[0] == "A"}
    assert (len(of_a), {first for _, first in of_a}) == (2, {1, 61})
