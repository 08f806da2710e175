"""Slips on thermal printers: ESC/POS over a file or device node, or over TCP (port 9100).

Chinese goes out as GB18030, which printers sold in China read after `FS &`; the number is ASCII, eight times as large.
Laid out for 80 mm paper (48 columns of font A), or for 58 mm (32), which the address says: `tcp:10.0.0.7:9100#32`.

A printer knows bytes, not characters: what is two bytes long takes two columns, an en dash no less than a 汉字. What would
be four bytes is a rare 汉字 (two columns) or unprintable, and is written otherwise: ¥ as the wide ￥, Ñ as N, an emoji as ?.
"""

from __future__ import annotations

import errno
import os
import re
import socket
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.conf import settings
from escpos.printer import Dummy

from banshi.rooms.devices.ports import PrinterTrouble, Slip
from banshi.rooms.devices.rules import printer_fault

COLUMNS = 48
GAP = 2  # blanks between a label and its value
PAPERS = {"": 48, "48": 48, "42": 42, "32": 32}
_OTHERWISE = {"¥": "￥", "•": "·", "‧": "·", "−": "-", "‑": "-", "\u00a0": " ", "–": "-"}
_WORDS = re.compile(r"[\x21-\x7e]+\s*|[^\x21-\x7e]")
_NOT_FIRST = frozenset("，。、；：？！）》」』”’％%),.;:?!")
TIMEOUT_S = 2.0
STATUS_WAIT_S = 0.3
CHINESE_ON = b"\x1c\x26"  # FS &
PAPER_STATUS = b"\x10\x04\x04"  # DLE EOT 4
PAPER_END = 0x60


def print_slip(address: str, slip: Slip) -> None:
    """Render and send.

    :param address: `file:name` (in the spool folder), or `file:/dev/…`, `tcp:host:port` as the operator allows; with
        `#32` for 58 mm paper.
    :raises PrinterTrouble: offline, no_paper, wrong_address.
    """
    where, _, paper = address.partition("#")
    if paper not in PAPERS:
        raise PrinterTrouble("wrong_address", address)
    send(where, render(slip, PAPERS[paper]))


def print_pages(address: str, pdf: bytes) -> None:
    """A document to a printer that takes PDF.

    :param address: as of `print_slip`. :raises PrinterTrouble: offline, no_paper, wrong_address.
    """
    send(address.partition("#")[0], pdf)


def render(slip: Slip, columns: int = COLUMNS) -> bytes:
    """The slip as ESC/POS bytes, cut at the end."""
    paper = Dummy()
    paper.hw("INIT")
    paper._raw(CHINESE_ON)

    def put(text: str, *, align: str = "left", size: int = 1, bold: bool = False) -> None:
        paper.set(align=align, bold=bold, custom_size=True, width=size, height=size)
        for line in wrapped(text, columns // size) or [""]:
            say(line)

    def say(line: str) -> None:
        paper._raw(line.encode("gb18030") + b"\n")

    put(slip.hall, align="center", bold=True)
    put(slip.kind, align="center")
    put("")
    put(slip.number, align="center", size=min(8, columns // max(1, width(slip.number))) or 1, bold=True)
    put("")
    paper.set(align="left", bold=False, custom_size=True, width=1, height=1)
    for line in in_columns(slip.lines, columns):
        say(line)
    put("-" * columns)
    if slip.qr:
        paper.set(align="center", normal_textsize=True)
        paper.qr(slip.qr, native=True, size=7 if columns >= COLUMNS else 5)
        paper._raw(b"\n")
        put(slip.qr_says, align="center")
    for text in slip.foot:
        put(text, align="center")
    paper.cut()
    return bytes(paper.output)


def in_columns(pairs: Sequence[tuple[str, str]], columns: int) -> list[str]:
    """Labels, and their values below each other beside them; what is too long for the label's column has a line of its own."""
    labels = [printable(label) for label, _ in pairs]
    widest = columns * 2 // 5
    beside = max((width(label) for label in labels if width(label) + GAP <= widest), default=0) + GAP
    lines = []
    for label, (_, value) in zip(labels, pairs, strict=True):
        first, *rest = wrapped(value, columns - beside) or [""]
        if width(label) + GAP > beside:
            lines += wrapped(label, columns)
            lines.append(" " * beside + first)
        else:
            lines.append(label + " " * (beside - width(label)) + first)
        lines += [" " * beside + each for each in rest]
    return lines


def printable(text: str) -> str:
    """What a printer can print, and nothing that it would take for a command."""
    return "".join(_printable(c) for c in text if unicodedata.category(c) not in ("Cc", "Cs", "Cf"))


def _printable(character: str) -> str:
    character = _OTHERWISE.get(character, character)
    if len(character.encode("gb18030")) <= 2 or unicodedata.name(character, "").startswith("CJK"):
        return character
    plain = "".join(c for c in unicodedata.normalize("NFKD", character) if len(c.encode("gb18030")) <= 2)
    return plain or ("" if unicodedata.category(character) == "Mn" else "?")


def width(text: str) -> int:
    """Columns of a text: as many as bytes are sent, two for a rare 汉字 of four."""
    return sum(min(2, len(c.encode("gb18030"))) for c in text)


def wrapped(text: str, columns: int) -> list[str]:
    """Lines no wider than the paper, broken between words and between 汉字; no line begins with a comma or a bracket's end."""
    lines, line = [], ""
    for piece in _pieces(printable(text), columns):
        if width(line + piece.rstrip()) <= columns:
            line += piece
            continue
        if piece[0] in _NOT_FIRST and len(line) > 1:
            line, piece = line[:-1], line[-1] + piece
        lines.append(line.rstrip())
        line = piece.lstrip()
    if line.rstrip():
        lines.append(line.rstrip())
    return lines


def _pieces(text: str, columns: int) -> Iterator[str]:
    """What stays together: a word of letters and digits with the blanks after it, or one 汉字."""
    for word in _WORDS.findall(text):
        while width(word.rstrip()) > columns:  # a word longer than the paper is cut where the paper ends
            cut = next(n for n in range(len(word), 0, -1) if width(word[:n]) <= columns)
            yield word[:cut]
            word = word[cut:]
        yield word


def send(address: str, data: bytes) -> None:
    """:raises PrinterTrouble: offline, no_paper, wrong_address – also one the operator has not allowed."""
    if not address or printer_fault(address, settings.BANSHI_PRINTERS) is not None:
        raise PrinterTrouble("wrong_address", address)
    kind, _, rest = address.partition("#")[0].partition(":")
    try:
        if kind == "file":
            _to_device(rest, data) if rest.startswith("/") else _to_spool(rest, data)
        else:
            host, _, port = rest.rpartition(":")
            _to_tcp(host, int(port), data)
    except (OSError, OverflowError) as trouble:
        raise PrinterTrouble("offline", str(trouble)) from trouble


def _to_spool(name: str, data: bytes) -> None:
    """Append to a plain file of the spool folder; a link there leads nowhere."""
    spool = Path(settings.BANSHI_SPOOL)
    spool.mkdir(parents=True, exist_ok=True, mode=0o700)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        handle = os.open(spool / name, flags, 0o600)
    except OSError as trouble:
        raise PrinterTrouble("wrong_address" if trouble.errno == errno.ELOOP else "offline", name) from trouble
    with os.fdopen(handle, "ab") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise PrinterTrouble("wrong_address", name)
        file.write(data)


def _to_device(path: str, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY), "wb", buffering=0) as device:
        device.write(data)


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
