"""Who is next, said once: whom the line shows first for a window is whom `call_next` calls there."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.calendars.models import Closure
from banshi.rooms.places.models import Floor, Window, WindowCategory, Zone
from banshi.rooms.tickets import actions, queries
from banshi.rooms.tickets.models import Ticket
from tests.rooms.tickets.conftest import open_town
from tests.town import TUESDAY_NINE, Town

KIOSK = Actor(ActorKind.KIOSK, "1", "town")
YOUNG = 30


def minutes(n: float) -> datetime:
    return TUESDAY_NINE + timedelta(minutes=n)


def upstairs(town: Town) -> None:
    """Windows 04 and 05 on a second floor, where the people of category B wait."""
    floor = Floor.objects.create(hall=town.hall, code="2", label_zh="2 楼", label_en="Floor 2")
    zone = Zone.objects.create(hall=town.hall, floor=floor, code="up", name_zh="二楼", name_en="Upstairs")
    for number in ("04", "05"):
        window = Window.objects.create(
            hall=town.hall, zone=zone, code=f"town-{number}", number=number, kind="integrated"
        )
        for category in town.categories.values():
            WindowCategory.objects.create(window=window, category=category)
        town.windows[number] = window
    town.categories["B"].zone = zone
    town.categories["B"].save()


def take(town: Town, category: str, now: datetime = TUESDAY_NINE, **more: Any) -> Ticket:
    return actions.issue(
        actions.Take(category_code=category, channel="kiosk", by=KIOSK, **more), hall=town.hall, now=now
    )


def call(town: Town, number: str, staff: Any, now: datetime) -> str | None:
    called = actions.call_next(window_code=f"town-{number}", staff_id=staff.pk, now=now)
    return called.number if called else None


def mixed(town: Town, more_staff: Any, chance: random.Random, *, at_work: int) -> dict[str, Any]:
    """Two floors under a mixed policy, so many windows at work, perhaps a closure from 9:20 to 9:40; the clerk of each window."""
    upstairs(town)
    town.policy(
        tickets={
            "weights": chance.choice([{}, {"A": 2, "B": 1}]),
            "finally_call_after": chance.choice([None, 20]),
            "call_within": chance.choice(["hall", "zone"]),
            "spill_over_after": 15,
        }
    )
    if chance.random() < 0.5:
        WindowCategory.objects.filter(window__number__in=["01", "05"], category__code="B").update(preferred=True)
    clerks = {number: more_staff(i) for i, number in enumerate(sorted(town.windows))}
    for number in chance.sample(sorted(clerks), at_work):
        actions.sign_in(window_code=f"town-{number}", staff_id=clerks[number].pk, now=TUESDAY_NINE)
    shut = chance.choice([{}, {"zone": town.windows["04"].zone}, {"category": town.categories["B"]}])
    if shut:
        Closure.objects.create(
            hall=town.hall, starts_at=minutes(20), ends_at=minutes(40), reason_zh="检修", reason_en="Repairs", made_by="x",
            made_at=TUESDAY_NINE, **shut,
        )  # fmt: skip
    return clerks


@pytest.mark.parametrize("seed", range(12))
def test_whom_the_line_shows_first_is_whom_the_window_calls(town, more_staff, seed):
    chance = random.Random(seed)
    open_town(town, walk_ins=chance.choice(["always", "after_booked"]), kind="extended")
    clerks = mixed(town, more_staff, chance, at_work=4)
    at_window: dict[str, str] = {}
    seen = 0

    for step in range(60):
        now, what = minutes(step), chance.random()
        if what < 0.5:
            code, lane = chance.choice("AB"), chance.choice(["", "", "pregnant"])
            try:
                ticket = take(town, code, now, lane=lane, person_id=town.person(YOUNG + chance.randrange(8)).pk)
            except Refused:
                continue
            if chance.random() < 0.15:
                actions.put_first(ref=ticket.ref, why="突发不适", by=KIOSK, now=now)
            elif chance.random() < 0.2:
                Ticket.objects.filter(pk=ticket.pk).update(only_window=town.windows[chance.choice(sorted(clerks))])
            elif chance.random() < 0.2:
                Ticket.objects.filter(pk=ticket.pk).update(kind="booked", rank_class=3, after_booked=False)
        elif at_window and what < 0.7:
            number, ref = at_window.popitem()
            actions.start(ref=ref, staff_id=clerks[number].pk, now=now)
            actions.finish(ref=ref, staff_id=clerks[number].pk, now=now)
        else:
            number = chance.choice(sorted(clerks))
            view = queries.desk(clerks[number].pk, now)
            if view.state != "idle":
                continue
            first = view.line[0].number if view.line else None
            assert call(town, number, clerks[number], now) == first
            if first is not None:
                at_window[number] = Ticket.objects.get(number=first).ref
                seen += 1
    assert seen > 3


def test_windows_call_people_of_their_own_zone_first_and_others_after_a_time(town, more_staff):
    open_town(town)
    upstairs(town)
    town.policy(tickets={"call_within": "zone", "spill_over_after": 10})
    down, up = more_staff(1), more_staff(2)
    actions.sign_in(window_code="town-01", staff_id=down.pk, now=TUESDAY_NINE)
    actions.sign_in(window_code="town-04", staff_id=up.pk, now=TUESDAY_NINE)
    take(town, "B")
    take(town, "A")

    assert [call(town, "01", down, minutes(1)), queries.desk(down.pk, minutes(1)).line] == ["A001", ()]
    actions.miss(ref=Ticket.objects.get(number="A001").ref, staff_id=down.pk, now=minutes(2))
    assert call(town, "01", down, minutes(9)) is None
    assert call(town, "01", down, minutes(10)) == "B001"


def test_where_nobody_works_in_the_zone_others_call_at_once(town, more_staff):
    open_town(town)
    upstairs(town)
    town.policy(tickets={"call_within": "zone"})
    down = more_staff(1)
    actions.sign_in(window_code="town-01", staff_id=down.pk, now=TUESDAY_NINE)
    take(town, "B")

    assert call(town, "01", down, TUESDAY_NINE) == "B001"


def test_a_quick_desk_calls_what_it_prefers_and_everything_else_when_there_is_none(town, more_staff):
    open_town(town)
    clerk = more_staff(1)
    WindowCategory.objects.filter(window__number="01", category__code="B").update(preferred=True)
    actions.sign_in(window_code="town-01", staff_id=clerk.pk, now=TUESDAY_NINE)
    take(town, "A")
    urgent = take(town, "A")
    take(town, "B")
    actions.put_first(ref=urgent.ref, why="突发不适", by=KIOSK, now=TUESDAY_NINE)

    shown = [t.number for t in queries.desk(clerk.pk, TUESDAY_NINE).line]
    called = []
    while (number := call(town, "01", clerk, TUESDAY_NINE)) is not None:
        called.append(number)
        ref = Ticket.objects.get(number=number).ref
        actions.start(ref=ref, staff_id=clerk.pk, now=TUESDAY_NINE)
        actions.finish(ref=ref, staff_id=clerk.pk, now=TUESDAY_NINE)

    assert shown == called == ["A002", "B001", "A001"]


def test_the_boards_and_promises_follow_the_weights(town, more_staff):
    open_town(town)
    town.policy(tickets={"weights": {"A": 2, "B": 1}})
    actions.sign_in(window_code="town-01", staff_id=more_staff(1).pk, now=TUESDAY_NINE)
    for category in "BBBAAAA":
        take(town, category)

    last = take(town, "A")
    line = queries.line(town.hall.pk, TUESDAY_NINE)

    assert [t.number for t in line.tickets] == [
        "B001", "A001", "A002", "B002", "A003", "A004", "B003", "A005",
    ]  # fmt: skip
    assert [t.ahead for t in line.tickets] == list(range(8))
    assert last.told is not None
    assert last.told[0] == 7
