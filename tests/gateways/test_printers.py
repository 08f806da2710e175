"""Slips as ESC/POS bytes, and their way to a file or a socket."""

from __future__ import annotations

import re
import socket
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from banshi.gateways.printers import print_slip, render, send, width, wrapped
from banshi.rooms.devices.ports import PrinterTrouble, Slip
from banshi.rooms.devices.rules import allowed_printers

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


LONG = Slip(
    hall="东莞市松山湖高新技术产业开发区政务服务中心（莞太路分中心）二号楼办事大厅",
    kind="现场号",
    number="A012",
    lines=(
        ("办理", "国有建设用地使用权及房屋所有权（转移登记）——买卖、赠与、继承"),
        ("For", "State-owned land right with house ownership – registration of a transfer between relatives"),
        ("窗口", "1–10、22–29 " * 9),
        ("费用", "¥80"),
        ("Name", "Ñandú • José 🧓"),
    ),
    qr="https://banshi.example/t/ABCD",
    qr_says="扫码看排到哪了，办完后评价这次服务，也可以在手机上取消或改期",
    foot=("当天有效。过号到咨询台。",),
)


def printed_lines(data: bytes) -> list[tuple[bytes, int]]:
    """What a printer prints of the bytes: the text of each line, and how many times its size."""
    lines, line, size, at = [], b"", 1, 0
    while at < len(data):
        one = data[at : at + 1]
        if one in b"\x1b\x1d\x1c":
            command = data[at : at + 2]
            if command == b"\x1d!":
                size = (data[at + 2] & 7) + 1
            if command == b"\x1d(":
                at += 5 + data[at + 3] + 256 * data[at + 4]  # the printer's own QR code
            else:
                at += 2 if command in (b"\x1b@", b"\x1c&") else 3
        else:
            if one == b"\n":
                lines.append((line, size))
                line = b""
            else:
                line += one
            at += 1
    return lines


@pytest.mark.parametrize("columns", [32, 48])
def test_nothing_that_is_sent_is_wider_than_the_paper_and_nothing_is_cut(columns: int):
    text = [words for pair in LONG.lines for words in pair] + [LONG.hall, LONG.qr_says, *LONG.foot]

    data = render(LONG, columns)
    lines = [(line.decode("gb18030"), size) for line, size in printed_lines(data)]
    sent = re.sub(r"\s", "", "".join(line for line, _ in lines))

    assert max(width(line) * size for line, size in lines) <= columns
    assert ("A012", 8) in lines
    for words in text:
        assert re.sub(r"\s", "", "".join(wrapped(words, 10**6))) in sent


TAKEN = Slip(
    hall="广西壮族自治区防城港市东兴市政务服务中心（江平分中心）",
    kind="现场号",
    number="C016",
    lines=(
        ("办理", "国有建设用地使用权及房屋所有权转移登记"),
        ("人数", "3"),
        ("优先", "孕妇或带婴儿"),
        ("等候楼层", "二层"),
        ("窗口", "09–12、26"),
        ("也可能叫到", "一层、三层"),
        ("前面还有", "12 人"),
        ("今天大概轮不到", "17:00 停止办理"),
    ),
    qr="",
    qr_says="",
    foot=("当天有效。过号到咨询台。",),
)
TAKEN_EN = Slip(
    hall="Dongcheng District Government Service Centre, Beijing",
    kind="Walk-in number",
    number="E006",
    lines=(
        ("For", "Transfer of ownership, registration – between relatives"),
        ("Priority", "Pregnant or with a baby"),
        ("Wait on", "Floor 2"),
        ("After a long wait also", "Floor 1, Floor 3"),
        ("Fee", "¥80"),
    ),
    qr="",
    qr_says="",
    foot=(),
)

AFTER_HOURS = Slip(
    hall="东城政务服务中心",
    kind="现场号",
    number="C016",
    lines=(("办理", "社会保险"), ("等候楼层", "二层"), ("前面还有", "12 人"), ("取号时间", "2026-11-24 16:40")),
    qr="",
    qr_says="",
    foot=("抱歉，今天大概轮不到了：窗口只办到 18:00。", "当天有效。过号到咨询台。"),
)


@pytest.mark.parametrize(
    ("slip", "columns", "printed"),
    [
        (TAKEN, 32, """\
广西壮族自治区防城港市东兴市政务
服务中心（江平分中心）
现场号

C016

办理        国有建设用地使用权及
            房屋所有权转移登记
人数        3
优先        孕妇或带婴儿
等候楼层    二层
窗口        09-12、26
也可能叫到  一层、三层
前面还有    12 人
今天大概轮不到
            17:00 停止办理
--------------------------------
当天有效。过号到咨询台。"""),
        (TAKEN, 48, """\
广西壮族自治区防城港市东兴市政务服务中心（江平分
中心）
现场号

C016

办理            国有建设用地使用权及房屋所有权转
                移登记
人数            3
优先            孕妇或带婴儿
等候楼层        二层
窗口            09-12、26
也可能叫到      一层、三层
前面还有        12 人
今天大概轮不到  17:00 停止办理
------------------------------------------------
当天有效。过号到咨询台。"""),
        (TAKEN_EN, 32, """\
Dongcheng District Government
Service Centre, Beijing
Walk-in number

E006

For       Transfer of ownership,
          registration - between
          relatives
Priority  Pregnant or with a
          baby
Wait on   Floor 2
After a long wait also
          Floor 1, Floor 3
Fee       ￥80
--------------------------------"""),
        (AFTER_HOURS, 32, """\
东城政务服务中心
现场号

C016

办理      社会保险
等候楼层  二层
前面还有  12 人
取号时间  2026-11-24 16:40
--------------------------------
抱歉，今天大概轮不到了：窗口只办
到 18:00。
当天有效。过号到咨询台。"""),
    ],
    ids=["58 mm", "80 mm", "58 mm in English", "58 mm after closing time"],
)  # fmt: skip
def test_a_slip_reads_like_this(slip: Slip, columns: int, printed: str):
    data = render(slip, columns)

    assert "\n".join(line.decode("gb18030") for line, _ in printed_lines(data)).rstrip() == printed
    assert max(width(line.decode("gb18030")) * size for line, size in printed_lines(data)) <= columns


@pytest.mark.parametrize("columns", [32, 48])
def test_lines_break_between_words_and_before_no_closing_mark(columns: int):
    english = wrapped(LONG.lines[1][1], columns)
    chinese = wrapped(LONG.qr_says, columns)

    assert " ".join(english) == LONG.lines[1][1].replace("–", "-")
    assert "".join(chinese) == LONG.qr_says
    assert [line for line in chinese if line[0] in "，。、）"] == []


def test_a_mark_that_would_begin_a_line_takes_its_character_along():
    assert wrapped("一二三四，五", 8) == ["一二三", "四，五"]


def test_a_word_longer_than_the_paper_is_cut_where_the_paper_ends():
    assert wrapped("abcdefghij", 4) == ["abcd", "efgh", "ij"]


def test_width_is_counted_in_the_bytes_that_are_sent():
    assert [width(text) for text in ("a", "中", "·", "“", "￥", "𠮷")] == [1, 2, 2, 2, 2, 2]


@pytest.mark.parametrize(
    ("text", "sent"), [("¥80", "￥80"), ("Ñ", "N"), ("a\u200bb", "ab"), ("1–10", "1-10"), ("🧓", "?"), ("𠮷", "𠮷")]
)
def test_what_the_printer_has_no_sign_for_is_written_otherwise(text: str, sent: str):
    assert wrapped(text, 48) == [sent]


@pytest.mark.parametrize(
    ("number", "columns", "size"),
    [("A012", 48, 8), ("A012", 32, 8), ("A1234", 32, 6), ("AB0123", 48, 8), ("AB0123", 32, 5)],
)
def test_the_number_is_as_large_as_fits_in_one_line(number: str, columns: int, size: int):
    assert (number.encode(), size) in printed_lines(render(replace(SLIP, number=number), columns))


def test_the_address_says_how_wide_the_paper_is(spool: Path):
    print_slip("file:slips#32", LONG)

    assert (spool / "slips").read_bytes() == render(LONG, 32)
    with pytest.raises(PrinterTrouble) as trouble:
        print_slip("file:slips#7", LONG)
    assert trouble.value.why == "wrong_address"


def test_a_file_gets_one_slip_after_the_other(spool: Path):
    print_slip("file:slips", SLIP)
    print_slip("file:slips", SLIP)

    assert (spool / "slips").read_bytes() == render(SLIP) * 2
    assert (spool / "slips").stat().st_mode & 0o777 == 0o600


@pytest.fixture
def spool(tmp_path: Path, settings: Any) -> Path:
    settings.BANSHI_SPOOL = tmp_path / "spool"
    settings.DATA_DIR = tmp_path
    return tmp_path / "spool"


@pytest.fixture
def here(settings: Any) -> None:
    """The operator lets halls print on every port of this machine that a test opens."""

    class Here:
        device = ""

        def covers(self, host: str, port: int) -> bool:
            return host == "127.0.0.1"

    settings.BANSHI_PRINTERS = (Here(),)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("file:/etc/passwd", "wrong_address"),
        ("file:/dev/../etc/slips", "wrong_address"),
        ("file:/dev/null", "wrong_address"),
        ("file:../pg.json", "wrong_address"),
        ("file:a/b", "wrong_address"),
        ("file:..", "wrong_address"),
        ("file:.hidden", "wrong_address"),
        ("tcp:127.0.0.1:x", "wrong_address"),
        ("tcp:127.0.0.1:99999", "offline"),
        ("tcp:127.0.0.2:9100", "wrong_address"),
        ("usb:1", "wrong_address"),
        ("", "wrong_address"),
    ],
)
def test_an_address_that_cannot_be_printed_to_is_named(here: None, spool: Path, address: str, why: str):
    with pytest.raises(PrinterTrouble) as trouble:
        send(address, b"x")

    assert trouble.value.why == why
    assert not spool.exists()


def test_nothing_outside_is_written_through_a_link_or_a_folder_in_the_spool(spool: Path, tmp_path: Path):
    (tmp_path / "demo.json").write_text("{}")
    spool.mkdir()
    (spool / "link").symlink_to(tmp_path / "demo.json")
    (spool / "dangling").symlink_to(tmp_path / "fresh")
    (spool / "folder").mkdir()

    whys = []
    for name in ("link", "dangling", "folder"):
        with pytest.raises(PrinterTrouble) as trouble:
            send(f"file:{name}", b"x")
        whys.append(trouble.value.why)

    assert whys == ["wrong_address", "wrong_address", "offline"]
    assert (tmp_path / "demo.json").read_text() == "{}"
    assert not (tmp_path / "fresh").exists()


def test_a_port_that_the_operator_has_not_listed_is_not_even_knocked_at(settings: Any):
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(0.2)
        port = door.getsockname()[1]
        settings.BANSHI_PRINTERS = allowed_printers(f"127.0.0.1:{port + 1 if port < 65535 else port - 1}")

        with pytest.raises(PrinterTrouble) as trouble:
            print_slip(f"tcp:127.0.0.1:{port}", SLIP)

        with pytest.raises(TimeoutError):
            door.accept()
    assert trouble.value.why == "wrong_address"


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
def test_a_socket_printer_with_paper_or_without_a_voice_gets_the_slip(here: None, status: bytes):
    machine = Machine(status)

    print_slip(machine.address, SLIP)

    assert machine.done() == render(SLIP)


def test_a_socket_printer_without_paper_says_so_and_gets_nothing(here: None):
    machine = Machine(b"\x72")

    with pytest.raises(PrinterTrouble) as trouble:
        print_slip(machine.address, SLIP)

    assert (trouble.value.why, machine.done()) == ("no_paper", b"")


def test_nobody_listening_is_offline(here: None):
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]

    with pytest.raises(PrinterTrouble) as trouble:
        print_slip(f"tcp:127.0.0.1:{port}", SLIP)

    assert trouble.value.why == "offline"
