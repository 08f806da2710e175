"""What the page on the same PC may ask, and who may not."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from banshi.agent import keyfile
from banshi.agent.__main__ import main
from banshi.agent.door import TOKEN, Door
from banshi.agent.keyfile import Held, NoKey
from banshi.kernel.cards import card_of
from banshi.kernel.version import VERSION
from tests.agent.server import FakeServer, Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    (tmp_path / "before").mkdir()
    return Machine(FakeServer(), tmp_path)


@pytest.fixture
def door(machine: Machine) -> Iterator[Door]:
    opened = Door(machine.agent, machine.held, folder=machine.folder, port=0)
    thread = threading.Thread(target=opened.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield opened
    opened.shutdown()
    opened.server_close()
    thread.join(timeout=30)


def ask(door: Door, path: str, *, token: str | None = None, method: str = "GET", **headers: str) -> httpx.Response:
    sent = {"Authorization": f"Bearer {door.token if token is None else token}", **headers}
    url = f"http://127.0.0.1:{door.server_port}{path}"
    return httpx.request(method, url, headers=sent, trust_env=False, timeout=60)


def said(door: Door, path: str) -> tuple[int, Any]:
    answer = ask(door, path)
    return answer.status_code, answer.json()


def test_a_card_comes_signed_by_the_reader(door: Door, machine: Machine):
    before = said(door, "/card")
    card = {"number": "11010519491231002X", "name": "测试", "kind": "resident_id"}
    (machine.folder / "before" / "card.json").write_text(json.dumps(card))

    status, answer = said(door, "/card")

    assert before == (200, {"card": None})
    believed = card_of(answer["card"], key=machine.held.reader_key, now=machine.clock.wall())
    assert (status, believed) == (200, "11010519491231002X|测试|resident_id")


def test_a_card_that_was_taken_away_in_the_middle_is_none(door: Door, machine: Machine):
    (machine.folder / "before" / "card.json").write_text('{"number": "1", "name": "x", "kind": "y"}')
    machine.mood(reader=["half_read"])

    assert said(door, "/card") == (409, {"why": "half_read"})


def test_the_page_sees_what_the_other_parts_see(door: Door, machine: Machine):
    nothing = [said(door, path) for path in ("/scan", "/stars", "/picture", "/page")]
    for name, content in {
        "code.txt": b"BS1.X\n",
        "stars.txt": b"4",
        "camera.jpg": b"jpg",
        "document_camera.jpg": b"",
    }.items():
        (machine.folder / "before" / name).write_bytes(content)

    seen = [said(door, path)[1] for path in ("/scan", "/stars", "/picture", "/page")]

    assert nothing == [(200, {"scan": None}), (200, {"stars": None}), *[(409, {"why": "broken"})] * 2]
    assert seen == [{"scan": "BS1.X"}, {"stars": 4}, {"picture": "anBn"}, {"page": ""}]


def test_a_part_that_is_not_there_or_broken(door: Door, machine: Machine):
    machine.mood(scanner=["broken"])
    machine.agent.parts = {"scanner": machine.agent.parts["scanner"]}

    assert [said(door, path) for path in ("/scan", "/card", "/stars")] == [
        (409, {"why": "broken"}), (409, {"why": "no_part"}), (409, {"why": "no_part"}),
    ]  # fmt: skip
    assert said(door, "/status") == (
        200, {"version": VERSION, "server_version": "", "parts": {"scanner": "broken"}},
    )  # fmt: skip


def test_nobody_else_comes_in(door: Door, machine: Machine):
    evil = "https://evil.example"

    assert ask(door, "/status", token="guessed").status_code == 401
    assert ask(door, "/status", Authorization="").status_code == 401
    assert ask(door, "/status", Authorization="Basic eA==").status_code == 401
    assert ask(door, "/status", Origin=evil).status_code == 403
    assert ask(door, "/status", Host="evil.example").status_code == 403  # a name that was made to lead here
    assert ask(door, "/status", method="OPTIONS", Origin=evil).status_code == 403
    assert ask(door, "/secrets").status_code == 404
    assert ask(door, "/status", method="POST").status_code == 501
    ours = ask(door, "/status", method="OPTIONS", Origin="https://hall.example")
    assert (ours.status_code, ours.headers["Access-Control-Allow-Origin"]) == (204, "https://hall.example")
    assert door.server_address[0] == "127.0.0.1"
    file = machine.folder / TOKEN
    assert (file.read_text(), file.stat().st_mode & 0o777) == (door.token, 0o600)


def test_the_program_needs_neither_django_nor_a_database():
    asked = "import sys, banshi.agent.__main__; print(sorted({'django', 'psycopg', 'banshi.rooms'} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, timeout=60)

    assert done.stdout == "[]\n"


HELD = Held("https://hall.example", "k-1", "bs_kiosk_x", "r")


def test_a_key_is_read_back_and_by_nobody_else(tmp_path: Path):
    keyfile.keep(tmp_path / "a", HELD)
    keyfile.keep(tmp_path / "a", HELD)  # enrolled anew

    assert (keyfile.held(tmp_path / "a"), [each.name for each in (tmp_path / "a").iterdir()]) == (HELD, ["key.json"])
    (tmp_path / "a" / "key.json").chmod(0o640)
    with pytest.raises(NoKey, match="by others"):
        keyfile.held(tmp_path / "a")


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"server": 1}', '{"more": 1}'])
def test_a_file_that_is_no_key_is_none(tmp_path: Path, content: str | None):
    if content is not None:
        (tmp_path / "key.json").write_text(content)
        (tmp_path / "key.json").chmod(0o600)

    with pytest.raises(NoKey, match="enrol first"):
        keyfile.held(tmp_path)


@pytest.mark.parametrize(
    ("said_", "sorry"),
    [
        (["run", "--simulated", "x"], "enrol first"),
        (["enrol", "--server", "http://hall.example", "--device", "k-1"], "https"),
        (["enrol", "--server", "https://hall.example", "--device", "../k"], "small letters"),
    ],
)
def test_the_program_says_what_is_wrong_in_a_sentence(
    tmp_path: Path, said_: list[str], sorry: str, capsys: Any, monkeypatch: pytest.MonkeyPatch
):
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("abcd\n"))

    assert main(["--folder", str(tmp_path), *said_]) == 1
    assert sorry in capsys.readouterr().err
    assert not (tmp_path / "key.json").exists()
