"""What windows that call together are shown of the numbers before them, and what that costs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from banshi.config import settings as settings_module
from banshi.config.lanes import Call, Lanes, call_quickly
from banshi.foundation.crypto import encrypt
from banshi.rooms.audit.models import Entry
from banshi.rooms.booking.models import Appointment
from banshi.rooms.messaging.statements import TO_PLACE
from banshi.rooms.places.models import Floor, Window, Zone
from banshi.rooms.tickets.models import Ticket, WindowSession
from banshi.surfaces.api import keys
from banshi.surfaces.api.answers import Answer
from banshi.surfaces.api.traces import TRACE
from tests.surfaces.api.conftest import Calls, booking, person, stop_the_clock
from tests.town import at


def walk_in(calls: Calls) -> None:
    calls("post", "/halls/town/tickets", "kiosk", {"category": "A"})


def for_an_item(calls: Calls) -> None:
    calls("post", "/halls/town/tickets", "kiosk", {"item": "pension", "person": person(5), "presented": "read"})


def typed_with_a_telephone(calls: Calls) -> None:
    calls("post", "/halls/town/tickets", "kiosk", {"category": "A", "person": person(6)})
    Ticket.objects.update(notify_to=encrypt("+8613800000000", place=TO_PLACE))


def with_a_proven_telephone(calls: Calls) -> None:
    for_an_item(calls)
    shown = Ticket.objects.get().person
    assert shown is not None
    shown.phone = "+8613900000000"
    shown.save()


def booked_in_another_name(calls: Calls) -> None:
    made = calls("post", "/appointments", "channel", booking(calls.town.slot())).json()
    stop_the_clock(at("2026-03-11 09:05"))
    calls("post", "/halls/town/check-ins", "kiosk", {"code": made["code"]})
    booked = Appointment.objects.get()
    booked.name = "别名"
    booked.save()


def kept_for_this_window(calls: Calls) -> None:
    walk_in(calls)
    Ticket.objects.update(only_window=Window.objects.get(code="town-01"))


def of_a_window_upstairs(calls: Calls) -> None:
    walk_in(calls)
    up = Floor.objects.create(hall=calls.town.hall, code="up", order=9, label_zh="楼上", label_en="Upstairs")
    zone = Zone.objects.create(hall=calls.town.hall, floor=up, code="up", name_zh="楼上", name_en="Upstairs")
    Window.objects.filter(code="town-02").update(zone=zone)


@pytest.mark.parametrize(
    "waits",
    [
        walk_in, for_an_item, typed_with_a_telephone, with_a_proven_telephone, booked_in_another_name,
        kept_for_this_window, of_a_window_upstairs,
    ],
)  # fmt: skip
def test_a_call_shows_what_a_look_at_the_number_shows(calls: Calls, waits: Callable[[Calls], None]) -> None:
    waits(calls)
    calls("post", "/windows/town-01/sign-in", "desk")
    called = calls("post", "/windows/town-01/calls", "desk")
    assert called.status_code == 201

    assert called.json() == calls("get", f"/tickets/{called.json()['id']}", "desk").json()


def asked(calls: Calls, *windows: tuple[str, str]) -> list[tuple[dict[str, str], bytes, str, str]]:
    return [({"authorization": f"Bearer {calls.keys[key]}", TRACE: "x"}, b"", "", window) for window, key in windows]


def called(asked: list[tuple[dict[str, str], bytes, str, str]]) -> list[Any]:
    return call_quickly([Call(one) for one in asked], frozenset())


ONE, TWO = ("town-01", "desk"), ("town-02", "second-desk")


@pytest.fixture
def two_at_work(calls: Calls) -> Calls:
    for window, key in (ONE, TWO):
        calls("post", f"/windows/{window}/sign-in", key)
    for i in range(4):
        calls("post", "/halls/town/tickets", "kiosk", {"category": "A", "person": person(20 + i), "presented": "read"})
    called(asked(calls, ONE))  # windows and policy are remembered
    Ticket.objects.filter(state="called").update(state="finished")
    keys.forget()
    return calls


def statements(act: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as seen:
        act()
    return len([q for q in seen if "SAVEPOINT" not in q["sql"]])


def test_a_call_takes_five_statements(two_at_work: Calls) -> None:
    """Key and roles; the call; the number and its place; the look that is kept."""
    answers: list[Any] = []
    assert statements(lambda: answers.extend(called(asked(two_at_work, ONE)))) == 5
    assert [each.status for each in answers] == [201]
    assert Entry.objects.filter(action="looked").count() == 2


def test_keys_of_many_windows_are_one_statement(two_at_work: Calls) -> None:
    headers = [headers["authorization"] for headers, *_ in asked(two_at_work, ONE, TWO)]
    assert statements(lambda: keys.remember_many(headers)) == 1
    assert statements(lambda: [keys.caller_of(each) for each in headers]) == 0


def test_what_is_shown_takes_as_many_statements_for_two_as_for_one(two_at_work: Calls) -> None:
    answers: list[Any] = []
    found = statements(lambda: answers.extend(called(asked(two_at_work, ONE, TWO))))
    assert [each.status for each in answers] == [201, 201]
    # Keys; desks, who is busy, posts, zones, line, the calls, the policy and its version; the numbers, their places, the looks.
    assert found == 12


def test_who_left_the_window_meanwhile_is_shown_to_nobody(two_at_work: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    from banshi.surfaces.api import calls as calling

    shown = calling.shown_called

    def later(*args: Any, **more: Any) -> Any:
        Ticket.objects.filter(state="called").update(state="waiting", window=None)
        return shown(*args, **more)

    monkeypatch.setattr(calling, "shown_called", later)
    before = Entry.objects.filter(action="looked").count()
    assert [each.status for each in called(asked(two_at_work, ONE))] == [204]
    assert Entry.objects.filter(action="looked").count() == before
    assert WindowSession.objects.filter(signed_out_at=None).count() == 2


def test_what_is_prepared_is_planned_once_and_done_by_one_process(
    calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW plan_cache_mode")
        assert cursor.fetchone() == ("force_generic_plan",)
    monkeypatch.setattr(settings_module, "PROCESS", "web")
    assert "-c max_parallel_workers_per_gather=0" in settings_module._server_options("")
    monkeypatch.setattr(settings_module, "PROCESS", "work")
    assert "parallel" not in settings_module._server_options("")


def test_all_windows_of_a_hall_go_together() -> None:
    lanes = Lanes()
    sizes: list[int] = []

    def work(items: Any) -> list[Answer]:
        sizes.append(len(items))
        return [Answer(204) for _ in items]

    lanes.calls.work = work

    async def ask() -> None:
        await asyncio.gather(*(lanes.calls.ask(Call(({}, b"", "", str(i)))) for i in range(300)))

    asyncio.run(ask())
    lanes.close()
    assert sizes == [300]
