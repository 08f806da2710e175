"""While the line is down the machine gives numbers of its own: each once, whatever breaks, and told until it is known."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from banshi.agent.door import Door
from banshi.agent.line import LineDown
from banshi.agent.numbers import MOST_A_MINUTE, NoNumber
from banshi.agent.simulated.world import PowerCut
from tests.agent.server import AHEAD, FakeServer, Machine


@pytest.fixture
def server() -> FakeServer:
    return FakeServer()


@pytest.fixture
def machine(server: FakeServer, tmp_path: Path) -> Machine:
    """One that has numbers in hand, and has just lost the line."""
    machine = Machine(server, tmp_path)
    machine.agent.turn()
    lose_the_line(server, machine)
    return machine


def lose_the_line(server: FakeServer, machine: Machine) -> None:
    server.away = True
    with pytest.raises(LineDown):
        machine.agent.turn()


def give(machine: Machine, category: str = "A", press: str = "", language: Any = "zh-hans") -> str:
    """The number, or why there is none."""
    press = press or f"p-{machine.clock.at.timestamp()}-{len(machine.out())}-{category}"
    try:
        return str(machine.agent.numbers.give(category, press=press, language=language, wall=machine.clock.at))
    except NoNumber as no:
        return no.why


def back(server: FakeServer, machine: Machine) -> list[tuple[str, int, int, str]]:
    server.away = False
    machine.agent.turn()
    return server.numbers


def test_numbers_are_given_and_told_when_the_line_is_back(server: FakeServer, machine: Machine):
    given = [give(machine)]
    machine.clock.at += timedelta(seconds=90)
    given += [give(machine, "B", language="en"), give(machine)]
    machine.clock.at += timedelta(seconds=10)

    told = back(server, machine)
    machine.agent.turn()

    assert given == ["PA001", "PB061", "PA002"]
    assert told == [("PA", 1, 100, "zh-hans"), ("PA", 2, 10, "zh-hans"), ("PB", 61, 10, "en")]
    assert (server.numbers, server.anew) == (told, [True, False])


def test_the_slip_says_that_it_was_given_offline_and_when(machine: Machine):
    machine.clock.at += timedelta(minutes=5)
    give(machine)
    give(machine, "B", language="en")

    zh, en = machine.out().split("---\n")[:2]
    assert zh.splitlines()[:5] == ["小镇大厅", "离线号", "PA001", "业务 社保", "取号时间 9:05"]
    assert "网络中断时给出" in zh
    assert en.splitlines()[:5] == ["Town Hall", "Offline number", "PB061", "For Property", "Taken at 9:05"]


def test_one_block_follows_the_other_and_then_there_is_none(machine: Machine):
    given = [give(machine) for _ in range(6)]

    assert given == ["PA001", "PA002", "PA003", "PA007", "PA008", "used-up"]


def test_the_same_press_is_one_number(machine: Machine):
    assert ([give(machine, press="p") for _ in range(2)], machine.slips()) == (["PA001", "PA001"], 1)


@pytest.mark.race
def test_many_presses_at_the_same_instant_are_as_many_numbers(machine: Machine):
    with ThreadPoolExecutor(6) as pool:
        given = list(pool.map(lambda i: give(machine, "B", press=f"p-{i // 2}"), range(12)))

    assert (len(set(given)), machine.slips()) == (6, 6)


@pytest.mark.parametrize(("mood", "why"), [("paper_out", "paper_out"), ("jam", "jam"), ("broken", "broken")])
def test_what_did_not_come_out_is_the_next_ones(server: FakeServer, machine: Machine, mood: str, why: str):
    machine.mood(receipt_printer=[mood])
    first = give(machine)
    machine.mood()

    assert (first, give(machine), [each[:2] for each in back(server, machine)]) == (why, "PA001", [("PA", 1)])


def test_the_power_goes_in_mid_print(server: FakeServer, machine: Machine):
    """Half a slip may be in somebody's hand: nobody else gets its number, and the line calls it."""
    machine.mood(receipt_printer=["power_cut"])
    with pytest.raises(PowerCut):
        give(machine, press="p")
    machine.mood()
    machine.restart()

    given = give(machine)

    assert (given, [each[:2] for each in back(server, machine)]) == ("PA002", [("PA", 1), ("PA", 2)])


def test_an_answer_that_is_lost_is_told_again(server: FakeServer, machine: Machine):
    give(machine)
    server.away, server.lost = False, {"numbers"}
    with pytest.raises(LineDown):
        machine.agent.turn()
    server.lost = set()
    machine.restart()
    machine.agent.turn()
    machine.agent.turn()

    assert [each[:2] for each in server.numbers] == [("PA", 1)] * 2  # the server takes it once


def test_what_the_server_refuses_is_told_once_and_logged(server: FakeServer, machine: Machine, caplog: Any):
    give(machine)
    server.away, server.refuses = False, {"numbers": 422}
    machine.agent.turn()
    server.refuses = {}
    machine.agent.turn()

    assert (server.numbers, "1 offline numbers from PA1" in caplog.text) == ([], True)


def test_no_number_outside_the_hours_of_its_hall(machine: Machine):
    machine.clock.at += timedelta(hours=8)

    assert (give(machine), give(machine, "C"), machine.slips()) == ("closed", "nothing-found", 0)


def test_a_child_at_the_keys_does_not_use_them_up(machine: Machine):
    given = [give(machine, "B") for _ in range(MOST_A_MINUTE + 1)]
    machine.clock.at += timedelta(minutes=2)

    assert (given[-1], give(machine, "B")) == ("too-often", f"PB{61 + MOST_A_MINUTE:03d}")


def test_what_the_server_takes_back_is_given_no_more(server: FakeServer, machine: Machine):
    give(machine)
    server.ahead = {**AHEAD, "data": AHEAD["data"][1:2]}
    machine.clock.at += timedelta(minutes=6)
    back(server, machine)
    lose_the_line(server, machine)

    assert (give(machine), give(machine, "B")) == ("nothing-found", "PB061")


@pytest.mark.parametrize("said", [{}, {**AHEAD, "timezone": "Nowhere"}, {**AHEAD, "data": [{}]}, {**AHEAD, "now": "x"}])
def test_an_answer_that_is_none_leaves_what_is_in_hand(server: FakeServer, machine: Machine, said: dict[str, Any]):
    server.ahead = said
    machine.clock.at += timedelta(minutes=6)
    back(server, machine)
    lose_the_line(server, machine)

    assert give(machine) == "PA001"


def test_a_server_without_such_numbers_is_no_reason_to_stop(server: FakeServer, tmp_path: Path):
    server.refuses = {"ahead": 404}
    machine = Machine(server, tmp_path)
    server.give("k-1")

    assert (machine.agent.turn(), give(machine)) == (True, "nothing-found")


# --- The page -----------------------------------------------------------------------------------------------------


@pytest.fixture
def door(machine: Machine) -> Iterator[Door]:
    opened = Door(machine.agent, machine.held, folder=machine.folder, port=0)
    thread = threading.Thread(target=opened.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield opened
    opened.shutdown()
    opened.server_close()
    thread.join(timeout=30)


def shown(door: Door, path: str = "/", form: dict[str, str] | None = None, **headers: str) -> httpx.Response:
    at = f"http://127.0.0.1:{door.server_port}"
    sent = {"Origin": at, **headers} if form is not None else headers
    method = "GET" if form is None else "POST"
    return httpx.request(method, f"{at}{path}", data=form, headers=sent, trust_env=False, timeout=60)


def test_while_the_line_is_down_the_machine_shows_a_page_of_its_own(door: Door, machine: Machine):
    page = shown(door)
    (press,) = re.findall(r'name="press" value="(\w+)"', page.text)
    keys = re.findall(r'name="category" value="(\w+)"', page.text)

    answers = [shown(door, "/numbers", {"category": "A", "press": press}) for _ in range(2)]

    assert (keys, page.headers["Content-Security-Policy"].split(";")[0]) == (["A", "B"], "default-src 'none'")
    assert (["PA001" in each.text for each in answers], machine.slips()) == ([True, True], 1)


def test_it_says_why_there_is_no_number(door: Door, machine: Machine):
    machine.mood(receipt_printer=["paper_out"])

    assert "没有打印出来" in shown(door, "/numbers", {"category": "A", "press": "p"}).text
    assert "现在不取号" in shown(door, "/numbers", {"category": "A"}).text
    machine.clock.at += timedelta(hours=9)
    assert "现在不取号" in shown(door).text


def test_once_the_line_is_back_it_leads_to_the_servers_page(door: Door, server: FakeServer, machine: Machine):
    back(server, machine)

    answer = shown(door)

    assert (answer.status_code, answer.headers["Location"]) == (303, "https://hall.example/kiosk/town/")
    assert "网络已恢复" in shown(door, "/numbers", {"category": "A", "press": "p"}).text
    assert machine.slips() == 0


def test_the_servers_page_asks_before_it_leads_here(door: Door, server: FakeServer, machine: Machine):
    ours, evil = {"Origin": "https://hall.example"}, {"Origin": "https://evil.example"}

    away, refused = shown(door, "/away", **ours), shown(door, "/away", **evil)
    back(server, machine)

    assert (away.json(), away.headers["Access-Control-Allow-Origin"]) == ({"away": True}, "https://hall.example")
    assert (refused.status_code, shown(door, "/away", **ours).json()) == (403, {"away": False})


def test_no_other_page_takes_a_number(door: Door, machine: Machine):
    form = {"category": "A", "press": "p"}

    refused = [
        shown(door, "/numbers", form, Origin="https://evil.example"), shown(door, "/numbers", form, Origin=""),
        shown(door, "/numbers", form, Host="evil.example"), shown(door, Host="evil.example"),
        shown(door, "/numbers", {"press": "p" * 3000}),
    ]  # fmt: skip

    assert [each.status_code for each in refused] == [403, 403, 403, 403, 413]
    assert machine.slips() == 0
