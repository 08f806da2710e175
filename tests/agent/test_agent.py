"""The machine's program: an order is done once, whatever breaks, and its end is told until it is known."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Any

import pytest

from banshi.agent.agent import CARD_LEFT_S, LONGEST_PAUSE_S, pause
from banshi.agent.journal import Journal, Taken
from banshi.agent.line import KeyEnded, LineDown, client_of
from banshi.agent.simulated import parts
from banshi.agent.simulated.world import MOODS, SLOW_S, PowerCut, World
from banshi.kernel.machine_orders import PARTS, WHYS
from banshi.kernel.version import VERSION
from tests.agent.server import SLIP, FakeServer, Machine


@pytest.fixture
def server() -> FakeServer:
    return FakeServer()


@pytest.fixture
def machine(server: FakeServer, tmp_path: Path) -> Machine:
    return Machine(server, tmp_path)


def ends(server: FakeServer) -> list[tuple[str, str]]:
    return [(state, why) for _, _, state, why in server.ended]


def test_an_order_is_done_and_told_once(server: FakeServer, machine: Machine):
    order = server.give("k-1")

    turns = [machine.agent.turn() for _ in range(3)]

    assert (turns, machine.slips(), machine.out().split("\n")[2]) == ([True, False, False], 1, "A001")
    assert server.ended == [("k-1", order, "done", "")]


KINDS: list[tuple[str, Any, str, str]] = [
    ("print_pages", {"pdf": "JVBERi0="}, "page_printer", "5 bytes of PDF\n---\n"),
    ("open_cell", {"cell": 3}, "cabinet", "3\n"), ("open_door", {}, "door", "open\n"),
    ("show", {"lines": ["暂停", "办理"]}, "screen", "暂停\n办理\n---\n"),
    ("call", {"number": "A001", "window": "3 号窗口"}, "screen", "A001\n3 号窗口\n---\n"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "body", "part", "shown"), KINDS)
def test_each_kind_is_done_by_its_part(
    server: FakeServer, machine: Machine, kind: str, body: Any, part: str, shown: str
):
    server.give("k-1", kind, body)

    machine.agent.turn()

    assert (machine.out(part), ends(server)) == (shown, [("done", "")])


@pytest.mark.parametrize(
    ("moods", "kind", "body", "end", "health"),
    [
        ({"receipt_printer": ["paper_out"]}, "print_slip", SLIP, ("failed", "paper_out"), "out"),
        ({"receipt_printer": ["jam", "paper_low"]}, "print_slip", SLIP, ("failed", "jam"), "jam"),
        ({"receipt_printer": ["broken"]}, "print_slip", SLIP, ("failed", "broken"), "broken"),
        ({"receipt_printer": ["paper_low"]}, "print_slip", SLIP, ("done", ""), "low"),
        ({"receipt_printer": ["slow"]}, "print_slip", SLIP, ("done", ""), "ok"),
        ({"receipt_printer": ["no such mood"]}, "print_slip", SLIP, ("done", ""), "ok"),
        ({"page_printer": ["jam"]}, "print_pages", {"pdf": "JVBERi0="}, ("failed", "jam"), "jam"),
        ({"cabinet": ["stuck"]}, "open_cell", {"cell": 1}, ("failed", "stuck"), "jam"),
        ({"door": ["stuck"]}, "open_door", {}, ("failed", "stuck"), "jam"),
        ({"screen": ["broken"]}, "show", {"lines": []}, ("failed", "broken"), "broken"),
    ],
)
def test_a_part_in_a_bad_mood(
    server: FakeServer, machine: Machine, moods: Any, kind: str, body: Any, end: tuple[str, str], health: str
):
    machine.mood(**moods)
    server.give("k-1", kind, body)

    machine.agent.turn()
    machine.agent.beat()

    (part,) = moods
    assert (ends(server), machine.out(part) != "") == ([end], end[0] == "done")
    assert (server.beats[0]["parts"][part], server.beats[0]["version"]) == (health, VERSION)
    assert machine.clock.slept == ([SLOW_S] if "slow" in moods[part] else [])


def test_the_power_goes_in_mid_print(server: FakeServer, machine: Machine):
    """Half a slip is out. It is not printed again by itself: a person looks."""
    machine.mood(receipt_printer=["power_cut"])
    server.give("k-1")
    with pytest.raises(PowerCut):
        machine.agent.turn()
    half = machine.out()

    machine.mood()
    machine.restart()
    machine.agent.turn()

    assert (bool(half), machine.out(), ends(server)) == (True, half, [("unsure", "restarted")])


def test_what_was_seen_and_not_begun_is_done_after_a_power_cut(server: FakeServer, machine: Machine):
    machine.mood(receipt_printer=["power_cut"])
    for _ in range(3):
        server.give("k-1")
    with pytest.raises(PowerCut):
        machine.agent.turn()

    machine.mood()
    machine.restart()
    machine.agent.turn()

    assert (machine.slips(), ends(server)) == (2, [("unsure", "restarted"), ("done", ""), ("done", "")])


def test_what_comes_to_its_turn_too_late_is_not_begun(server: FakeServer, machine: Machine):
    """The second would end after its order was given up, and be repeated by a person meanwhile."""
    machine.mood(receipt_printer=["slow"])
    for _ in range(3):
        server.give("k-1")

    machine.agent.turn()

    assert (machine.slips(), ends(server)) == (2, [("done", ""), ("done", ""), ("failed", "late")])


def test_a_clock_that_was_set_back_begins_nothing_old(server: FakeServer, machine: Machine):
    machine.mood(receipt_printer=["power_cut"])
    server.give("k-1", "show", {"lines": []})
    server.give("k-1")
    server.give("k-1")
    with pytest.raises(PowerCut):
        machine.agent.turn()
    machine.clock.at = machine.clock.at.replace(year=2020)

    machine.mood()
    machine.restart()
    machine.agent.turn()

    assert (machine.slips(), sorted(ends(server))) == (
        0, [("done", ""), ("failed", "late"), ("unsure", "restarted")],
    )  # fmt: skip


@pytest.mark.parametrize("heard", [True, False])
def test_the_line_is_lost_between_the_deed_and_its_report(server: FakeServer, machine: Machine, heard: bool):
    """Whether the server heard it or not: told until an answer comes, done once."""
    server.give("k-1")
    if heard:
        server.lost = {"ended"}
    else:
        server.refuses = {"ended": 503}
    for _ in range(2):
        with pytest.raises(LineDown):
            machine.agent.turn()

    server.lost, server.refuses = set(), {}
    machine.restart()
    machine.agent.turn()
    machine.agent.turn()

    assert (machine.slips(), set(ends(server)), len(server.ended)) == (1, {("done", "")}, 3 if heard else 1)


def test_while_the_line_is_down_what_is_there_is_done(server: FakeServer, machine: Machine):
    server.give("k-1")
    fetched = machine.agent.line.fetch(wait_s=0).orders[0]
    machine.journal.see(
        fetched.id, key=fetched.key, kind=fetched.kind, body=fetched.body, takes_s=60, at=machine.clock.at
    )
    server.away = True

    with pytest.raises(LineDown):
        machine.agent.turn()

    assert (machine.slips(), server.ended) == (1, [])


def test_an_order_of_before_that_comes_again_is_told_again_and_not_done(server: FakeServer, machine: Machine):
    """A server that was restored from its backup gives it anew, under another number."""
    server.give("k-1", key="t-1")
    machine.agent.turn()
    again = server.give("k-1", key="t-1")

    machine.agent.turn()

    assert (machine.slips(), server.ended[-1]) == (1, ("k-1", again, "done", ""))


def test_what_the_server_refuses_to_hear_is_said_once(server: FakeServer, machine: Machine, caplog: Any):
    server.give("k-1")
    server.refuses = {"ended": 409}
    machine.agent.turn()
    server.refuses = {}
    machine.agent.turn()

    assert (machine.slips(), server.ended) == (1, [])
    assert "wrong-state" in caplog.text


def test_a_key_that_ended_opens_nothing(server: FakeServer, machine: Machine):
    server.revoked = {"k-1"}
    server.give("k-1")

    with pytest.raises(KeyEnded):
        machine.agent.turn()
    with pytest.raises(KeyEnded):
        machine.agent.run(threading.Event())

    assert machine.slips() == 0


def test_an_order_that_is_none_or_without_a_part_is_not_done(server: FakeServer, machine: Machine):
    server.give("k-1", "fly", {})
    server.give("k-1", "print_slip", {"number": "A001"})
    server.give("k-1", "open_door", {})
    machine.agent.parts = {name: part for name, part in machine.agent.parts.items() if name != "door"}

    machine.agent.turn()

    assert ends(server) == [("failed", "bad_order"), ("failed", "bad_order"), ("failed", "no_part")]


def test_a_driver_that_breaks_may_have_begun(server: FakeServer, machine: Machine, monkeypatch: pytest.MonkeyPatch):
    def breaks(*_: Any) -> None:
        raise OSError("usb")

    monkeypatch.setattr(machine.agent.parts["receipt_printer"], "print_slip", breaks)
    monkeypatch.setattr(machine.agent.parts["door"], "health", breaks)
    server.give("k-1")

    machine.agent.turn()

    assert (ends(server), machine.agent.health()["door"]) == ([("unsure", "broken")], "broken")


def test_two_programs_on_one_machine_are_one_too_many(machine: Machine):
    with pytest.raises(Taken):
        Journal(machine.folder)


def test_the_journal_keeps_nothing_of_what_an_order_said(server: FakeServer, machine: Machine):
    server.give("k-1", body={**SLIP, "hall": "欧阳小镇"})
    machine.agent.turn()
    machine.journal.close()

    kept = [file for file in machine.folder.iterdir() if file.name.startswith("journal")]
    text = b"".join(file.read_bytes() for file in kept)
    assert ("欧阳小镇".encode() in text, b"\\u6b27" in text) == (False, False)
    assert {file.stat().st_mode & 0o077 for file in kept} == {0}


def test_a_server_of_another_version_is_only_told(server: FakeServer, machine: Machine, caplog: Any):
    server.version = "9.9"
    machine.agent.turn()
    machine.agent.turn()

    assert caplog.text.count("9.9") == 1
    assert machine.agent.server_version == "9.9"


def test_a_server_without_heartbeats_is_no_reason_to_stop(server: FakeServer, machine: Machine):
    server.refuses = {"heartbeat": 404}

    machine.agent.beat()

    assert server.beats == []


def test_a_card_that_lies_there_for_long_was_forgotten(server: FakeServer, machine: Machine):
    """Until it is taken. What its reader says otherwise comes first."""
    card = machine.folder / "before" / "card.json"
    card.parent.mkdir()
    said = []

    def health(after: float) -> None:
        machine.clock.sleep(after)
        said.append(machine.agent.health()["reader"])

    health(0)
    card.write_text("{}")
    for after in (0, CARD_LEFT_S - 1, 1):
        health(after)
    machine.mood(reader=["broken"])
    health(0)
    machine.mood()
    health(0)
    card.unlink()
    health(0)
    card.write_text("{}")  # somebody else's: its time begins anew
    health(1)

    assert said == ["ok", "ok", "ok", "left", "broken", "left", "ok", "ok"]


def test_pauses_grow_are_bounded_and_differ():
    pauses = [pause(tries, 1.0) for tries in (1, 2, 3, 7, 1000)]

    assert pauses == [1.0, 2.0, 4.0, LONGEST_PAUSE_S, LONGEST_PAUSE_S]
    assert {pause(3, chance) for chance in (0.0, 0.5, 1.0)} == {2.0, 3.0, 4.0}


def test_a_line_that_stays_down_is_asked_less_and_less(server: FakeServer, machine: Machine, caplog: Any):
    """And as late as the server asked for. Heartbeats go on beside it."""
    caplog.set_level(logging.CRITICAL)
    server.refuses = {"orders": 503, "heartbeat": 503}
    stopping, slept = threading.Event(), []
    waits = iter(range(6))

    def sleep(seconds: float) -> None:
        if threading.current_thread().name != "heartbeat":
            slept.append(seconds)
            if next(waits, None) is None:
                stopping.set()
        else:
            stopping.wait()

    machine.clock.sleep = sleep  # type: ignore[method-assign]
    machine.agent.run(stopping)

    assert slept == [7.0, 7.0, 7.0, 8.0, 16.0, 32.0, 60.0]


@pytest.mark.parametrize("address", ["http://hall.example", "hall.example", "ftp://hall.example", ""])
def test_a_key_is_shown_to_no_network_in_clear(address: str):
    with pytest.raises(ValueError, match="https"):
        client_of(address)


def test_every_part_is_simulated_and_every_mood_has_a_word(tmp_path: Path):
    assert set(parts(World(tmp_path, sleep=lambda _: None))) == set(PARTS) == set(MOODS)
    whys = {mood for moods in MOODS.values() for mood in moods} - {"paper_low", "power_cut", "slow", "half_read"}
    assert whys <= set(WHYS)


def test_fifty_machines_of_one_hall_do_each_order_once(tmp_path: Path):
    """Each in a thread of its own, with lost answers between: nothing twice, nothing left out, nothing at another's."""
    server = FakeServer()
    machines = [Machine(server, tmp_path / f"k-{i}", device=f"k-{i}") for i in range(50)]
    given = {(m.device, server.give(m.device, "show", {"lines": [m.device]})) for m in machines for _ in range(3)}

    def work(one: Machine, n: int) -> None:
        for turn in range(4):
            try:
                if turn == 1 and n % 5 == 0:
                    one.restart()
                one.agent.turn()
                one.agent.beat()
            except LineDown:
                continue

    server.lost = {"ended"}
    for once_more in (True, False):
        threads = [threading.Thread(target=work, args=(one, n)) for n, one in enumerate(machines)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=120)
        server.lost = set() if once_more else server.lost

    assert {(device, order) for device, order, *_ in server.ended} == given
    assert {state for _, _, state, _ in server.ended} == {"done"}
    assert [one.out("screen") for one in machines] == [f"{one.device}\n---\n" * 3 for one in machines]
