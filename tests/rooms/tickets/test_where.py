"""Where to wait and who may call: the same on slip, kiosk, phone, board, message and API."""

from __future__ import annotations

from pathlib import Path

import yaml

from banshi.rooms.calendars.models import Closure
from banshi.rooms.messaging.models import Message
from banshi.rooms.places.models import Window, WindowCategory
from banshi.rooms.tickets import actions, queries
from banshi.surfaces.kiosk.where import where
from tests.rooms.tickets.conftest import open_town
from tests.rooms.tickets.line import YOUNG
from tests.rooms.tickets.test_order import call, minutes, take, upstairs
from tests.town import TUESDAY_NINE, Town

HALLS = Path(__file__).resolve().parents[3] / "presets" / "halls"


def test_everybody_says_the_same_of_where_to_wait_and_who_may_call(town: Town, more_staff) -> None:
    open_town(town)
    upstairs(town)
    town.policy(tickets={"call_within": "zone"}, messages={"ahead": 3})
    for i, number in enumerate(("01", "04")):
        actions.sign_in(window_code=f"town-{number}", staff_id=more_staff(i).pk, now=TUESDAY_NINE)
    ticket = take(town, "B", person_id=town.person(YOUNG).pk)

    phone = queries.ticket(ticket.ref, TUESDAY_NINE)
    given = queries.given(ticket)
    kiosk = where(town.categories["B"], TUESDAY_NINE)
    board = queries.line(town.hall.pk, TUESDAY_NINE).tickets[0]
    actions.send_ahead(hall=town.hall, now=TUESDAY_NINE)
    message = Message.objects.get(key="ahead")

    floors = {phone.floor_en, given.floor_en, board.floor_en, message.params["floor_en"]}
    assert floors == {"Floor 2"}
    assert (kiosk.wait_on, kiosk.windows) == ("2 楼", "04")
    assert (phone.windows, given.windows, phone.floors) == (["04"], ["04"], [("2 楼", "Floor 2")])
    assert call(town, "04", more_staff_of(town, "04"), minutes(1)) == ticket.number
    assert queries.ticket(ticket.ref, minutes(1)).floor_en == "Floor 2"


def more_staff_of(town: Town, number: str):
    from banshi.rooms.tickets.models import WindowSession

    return WindowSession.objects.get(window=town.windows[number]).staff


def test_where_nobody_works_yet_those_are_named_that_would(town: Town) -> None:
    open_town(town)
    upstairs(town)

    assert queries.places([town.categories["A"].pk], TUESDAY_NINE)[town.categories["A"].pk].numbers == [
        "01", "02", "04", "05",
    ]  # fmt: skip


def test_who_waits_long_is_told_of_the_other_floor_before_and_pointed_there_when_called(town: Town, more_staff) -> None:
    open_town(town)
    upstairs(town)
    town.policy(tickets={"call_within": "zone", "spill_over_after": 10})
    for i, number in enumerate(("01", "04")):
        actions.sign_in(window_code=f"town-{number}", staff_id=more_staff(i).pk, now=TUESDAY_NINE)
    ticket = take(town, "B", person_id=town.person(YOUNG).pk)

    waiting = queries.ticket(ticket.ref, TUESDAY_NINE)
    kiosk = where(town.categories["B"], TUESDAY_NINE)
    call(town, "01", more_staff_of(town, "01"), minutes(10))
    board = queries.line(town.hall.pk, minutes(10)).calls[0]
    message = Message.objects.get(key="your_turn")

    assert (waiting.floor_en, waiting.windows, waiting.beyond) == ("Floor 2", ["04"], [("1 楼", "Floor 1")])
    assert kiosk.later == "1 楼"
    assert (queries.ticket(ticket.ref, minutes(10)).floor_en, board.floor_en) == ("Floor 1", "Floor 1")
    assert message.params["floor_en"] == "Floor 1"


def test_where_the_whole_hall_calls_no_other_floor_comes_later(town: Town, more_staff) -> None:
    open_town(town)
    upstairs(town)
    for i, number in enumerate(("01", "04")):
        actions.sign_in(window_code=f"town-{number}", staff_id=more_staff(i).pk, now=TUESDAY_NINE)

    assert queries.ticket(take(town, "B").ref, TUESDAY_NINE).beyond == []


def test_nobody_is_sent_to_wait_in_a_closed_zone_while_others_serve(town: Town, more_staff) -> None:
    open_town(town)
    upstairs(town)
    town.policy(tickets={"call_within": "zone"})
    for i, number in enumerate(("01", "04")):
        actions.sign_in(window_code=f"town-{number}", staff_id=more_staff(i).pk, now=TUESDAY_NINE)
    ticket = take(town, "B")
    Closure.objects.create(
        hall=town.hall, starts_at=minutes(5), ends_at=minutes(60), reason_zh="检修", reason_en="Repairs", made_by="x",
        made_at=TUESDAY_NINE, zone=town.windows["04"].zone,
    )  # fmt: skip

    before, phone = queries.ticket(ticket.ref, TUESDAY_NINE), queries.ticket(ticket.ref, minutes(6))
    board = queries.line(town.hall.pk, minutes(6)).tickets[0]

    assert (before.floor_en, phone.floor_en, board.floor_en) == ("Floor 2", "Floor 1", "Floor 1")
    assert phone.windows == ["01"]


def test_nobody_waits_on_one_floor_for_windows_at_work_on_another(town: Town, more_staff) -> None:
    open_town(town)
    upstairs(town)
    town.policy(tickets={"call_within": "zone"})
    actions.sign_in(window_code="town-01", staff_id=more_staff(0).pk, now=TUESDAY_NINE)

    ticket = take(town, "B", person_id=town.person(YOUNG).pk)
    phone, board = queries.ticket(ticket.ref, TUESDAY_NINE), queries.line(town.hall.pk, TUESDAY_NINE).tickets[0]
    kiosk = where(town.categories["B"], TUESDAY_NINE)

    assert (phone.floor_en, board.floor_en, phone.windows, phone.beyond) == ("Floor 1", "Floor 1", ["01"], [])
    assert (kiosk.wait_on, kiosk.windows, kiosk.later) == ("1 楼", "01", "")
    assert call(town, "01", more_staff_of(town, "01"), minutes(1)) == ticket.number


def test_no_hall_sends_people_to_a_floor_without_windows() -> None:
    for path in sorted(HALLS.glob("*/hall.yaml")):
        hall = yaml.safe_load(path.read_text(encoding="utf-8"))
        with_windows = {window["zone"] for window in hall["windows"]}
        waiting = {category.get("zone") for category in hall["categories"]} - {None}
        assert waiting <= with_windows, hall["code"]


def test_dongchengs_windows_are_on_floors_one_to_three() -> None:
    hall = yaml.safe_load((HALLS / "dongcheng" / "hall.yaml").read_text(encoding="utf-8"))
    floors = {zone["code"]: zone["floor"] for zone in hall["zones"]}

    assert {floors[window["zone"]] for window in hall["windows"]} == {"1", "2", "3"}
    assert len(hall["windows"]) == 58


def test_fifty_eight_windows_of_which_none_is_at_work_are_not_listed(town: Town, more_staff) -> None:
    from banshi.rooms.booking import queries as bookings
    from tests.rooms.tickets.line import booked

    open_town(town)
    zone = town.windows["01"].zone
    for n in range(10, 65):
        window = Window.objects.create(hall=town.hall, zone=zone, code=f"town-{n}", number=str(n), kind="integrated")
        WindowCategory.objects.create(window=window, category=town.categories["A"])
    row = booked(town, starts=minutes(300))

    nobody = queries.ticket(take(town, "A").ref, TUESDAY_NINE)
    before = where(town.categories["A"], TUESDAY_NINE)
    actions.sign_in(window_code="town-12", staff_id=more_staff(1).pk, now=TUESDAY_NINE)
    one = queries.ticket(nobody.ref, TUESDAY_NINE)

    assert (nobody.windows, nobody.floor_en, before.windows, before.wait_on) == ([], one.floor_en, "", "1 楼")
    assert one.windows == ["12"]
    assert bookings.appointment(row.code, now=TUESDAY_NINE).windows == ()
