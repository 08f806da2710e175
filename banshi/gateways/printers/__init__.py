"""Slips on thermal printers: ESC/POS over a file or device node, or over TCP (port 9100).

Chinese goes out as GB18030, which printers sold in China read after `FS &`; the number is ASCII, eight times as large.
Laid out for 80 mm paper (48 columns of font A).
"""

from __future__ import annotations

import os
import socket
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from escpos.printer import Dummy

from banshi.rooms.devices.ports import PrinterTrouble, Slip

COLUMNS = 48
TIMEOUT_S = 2.0
STATUS_WAIT_S = 0.3
CHINESE_ON = b"\x1c\x26"  # FS &
PAPER_STATUS = b"\x10\x04\x04"  # DLE EOT 4
PAPER_END = 0x60


def print_slip(address: str, slip: Slip) -> None:
    """Render and send.

    :param address: `file:/path` (below the data directory or /dev) or `tcp:host:port`.
    :raises PrinterTrouble: offline, no_paper, wrong_address.
    """
    send(address, render(slip))


def render(slip: Slip) -> bytes:
    """The slip as ESC/POS bytes, cut at the end."""
    paper = Dummy()
    paper.hw("INIT")
    paper._raw(CHINESE_ON)

    def put(text: str, *, align: str = "left", size: int = 1, bold: bool = False) -> None:
        paper.set(align=align, bold=bold, custom_size=True, width=size, height=size)
        paper._raw(_printable(text) + b"\n")

    put(slip.hall, align="center", bold=True)
    put(slip.kind, align="center")
    put("")
    put(slip.number, align="center", size=8 if len(slip.number) <= 5 else 6, bold=True)
    put("")
    for label, value in slip.lines:
        for line in _wrapped(f"{label}  {value}", COLUMNS):
            put(line)
    put("-" * COLUMNS)
    if slip.qr:
        paper.set(align="center", normal_textsize=True)
        paper.qr(slip.qr, native=True, size=7)
        paper._raw(b"\n")
        for line in _wrapped(slip.qr_says, COLUMNS):
            put(line, align="center")
    for text in slip.foot:
        for line in _wrapped(text, COLUMNS):
            put(line, align="center")
    paper.cut()
    return bytes(paper.output)


def _printable(text: str) -> bytes:
    """GB18030, without anything that a printer would take for a command."""
    clean = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cs"))
    return clean.encode("gb18030", "replace")


def width(text: str) -> int:
    """Columns of a text: Chinese takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _wrapped(text: str, columns: int) -> Iterator[str]:
    line = ""
    for character in text:
        if width(line + character) > columns:
            yield line
            line = ""
        line += character
    if line:
        yield line


def send(address: str, data: bytes) -> None:
    """:raises PrinterTrouble: offline, no_paper, wrong_address."""
    kind, _, rest = address.partition(":")
    try:
        if kind == "file":
            _to_file(rest, data)
        elif kind == "tcp":
            host, _, port = rest.rpartition(":")
            _to_tcp(host, int(port), data)
        else:
            raise PrinterTrouble("wrong_address", address)
    except (OSError, OverflowError) as trouble:
        raise PrinterTrouble("offline", str(trouble)) from trouble
    except ValueError as wrong:
        raise PrinterTrouble("wrong_address", address) from wrong


def _to_file(path: str, data: bytes) -> None:
    target = Path(path).resolve()
    # The address is typed by people: it must not reach into the rest of the machine.
    if not any(target.is_relative_to(root) for root in (Path(settings.DATA_DIR), Path("/dev"))):
        raise PrinterTrouble("wrong_address", path)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab", closefd=True) as file:
        file.write(data)


def _to_tcp(host: str, port: int, data: bytes) -> None:
    with socket.create_connection((host, port), timeout=TIMEOUT_S) as line:
        if _paper_is_out(line):
            raise PrinterTrouble("no_paper")
        line.sendall(data)


def _paper_is_out(line: socket.socket) -> bool:
    """Ask for the paper sensor; a printer that does not answer is taken to have paper."""
    line.settimeout(STATUS_WAIT_S)
    try:
        line.sendall(PAPER_STATUS)
        answer = line.recv(1)
    except TimeoutError:
        return False
    finally:
        line.settimeout(TIMEOUT_S)
    return bool(answer) and answer[0] & PAPER_END == PAPER_END
