"""Slips as ESC/POS bytes, and their way to a file or a socket."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from banshi.gateways.printers import _wrapped, print_slip, render, send, width
from banshi.rooms.devices.ports import PrinterTrouble, Slip

SLIP = Slip(
    hall="东莞市南城街道政务服务中心",
    kind="现场号",
    number="A012",
    lines=(("办理", "社会保险𠮷"), ("窗口", "1–10、22–29 " * 6)),
    qr="https://banshi.example/t/ABCD",
    qr_says="扫码看排到哪了",
    foot=("当天有效。",),
)
EIGHT_TIMES = b"\x1d\x21\x77"
CUT = b"\x1dV"


def test_the_number_is_printed_eight_times_as_large():
    data = render(SLIP)

    assert data.index(EIGHT_TIMES) < data.index(b"A012")
    assert EIGHT_TIMES not in data[data.index(b"A012") :]


def test_chinese_goes_out_as_gb18030_rare_characters_too():
    data = render(SLIP)

    assert data.startswith(b"\x1b@\x1c\x26")
    assert "东莞市南城街道政务服务中心".encode("gb18030") in data
    assert "社会保险𠮷".encode("gb18030") in data


def test_the_qr_code_is_the_printers_own_and_the_paper_is_cut_last():
    data = render(SLIP)

    assert b"1P0https://banshi.example/t/ABCD" in data
    assert data.rindex(CUT) > data.index("当天有效".encode("gb18030"))


def test_words_cannot_command_the_printer():
    evil = Slip(
        hall="\x1dV\x00x", kind="\x1b@", number="A001", lines=(("a\n", "\x10\x04"),), qr="", qr_says="", foot=()
    )

    data = render(evil)

    assert data.count(CUT) == 1
    assert b"\x10\x04" not in data


def test_no_line_is_wider_than_the_paper():
    lines = list(_wrapped("窗口  " + "1–10、22–29 " * 9, 48))

    assert max(width(line) for line in lines) <= 48
    assert "".join(lines) == "窗口  " + "1–10、22–29 " * 9


def test_a_file_gets_one_slip_after_the_other(tmp_path: Path, settings: Any):
    settings.DATA_DIR = tmp_path

    print_slip(f"file:{tmp_path}/slips", SLIP)
    print_slip(f"file:{tmp_path}/slips", SLIP)

    assert (tmp_path / "slips").read_bytes() == render(SLIP) * 2


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("file:/etc/passwd", "wrong_address"),
        ("file:/dev/../etc/slips", "wrong_address"),
        ("tcp:127.0.0.1:x", "wrong_address"),
        ("tcp:127.0.0.1:99999", "offline"),
        ("usb:1", "wrong_address"),
        ("", "wrong_address"),
    ],
)
def test_an_address_that_cannot_be_printed_to_is_named(address: str, why: str):
    with pytest.raises(PrinterTrouble) as trouble:
        send(address, b"x")

    assert trouble.value.why == why


class Machine:
    """A printer on a socket: answers the paper question with `status`, or not at all."""

    def __init__(self, status: bytes) -> None:
        self.status = status
        self.got = b""
        self.door = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp:127.0.0.1:{self.door.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        line, _ = self.door.accept()
        with line:
            line.recv(3)
            if self.status:
                line.sendall(self.status)
            while part := line.recv(4096):
                self.got += part

    def done(self) -> bytes:
        self.thread.join(5)
        self.door.close()
        return self.got


@pytest.mark.parametrize("status", [b"\x12", b""])
def test_a_socket_printer_with_paper_or_without_a_voice_gets_the_slip(status: bytes):
    machine = Machine(status)

    print_slip(machine.address, SLIP)

    assert machine.done() == render(SLIP)


def test_a_socket_printer_without_paper_says_so_and_gets_nothing():
    machine = Machine(b"\x72")

    with pytest.raises(PrinterTrouble) as trouble:
        print_slip(machine.address, SLIP)

    assert (trouble.value.why, machine.done()) == ("no_paper", b"")


def test_nobody_listening_is_offline():
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]

    with pytest.raises(PrinterTrouble) as trouble:
        print_slip(f"tcp:127.0.0.1:{port}", SLIP)

    assert trouble.value.why == "offline"
