"""Text as item stores (事项库) hand it out, made fit to be read: without markup, escapes, fillers and words for nothing.

What comes in is never shown as HTML: tags are taken out here, and what looks like one all the same is text for a template.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from banshi.kernel.names import hidden

LONGEST = 20_000  # characters of one field; longer ones are cut
SHOWN = 120  # characters of a value that a report repeats
_BEIJING = timezone(timedelta(hours=8))

_SCRIPT = re.compile(r"<(script|style)\b[^<>]*>.*?(?:</\1\s*>|$)", re.S | re.I)
_BREAK = re.compile(r"<br\s*/?>|</(?:p|div|li|tr|h[1-6])\s*>", re.I)
_TAG = re.compile(r"<!--.*?(?:-->|$)|</?[A-Za-z][^<>]*>|<[!?][A-Za-z\[][^<>]*>", re.S)
_CUT_TAG = re.compile(r"</?(?:a|b|br|div|font|h[1-6]|img|li|ol|p|span|strong|table|td|tr|u|ul)\b[^<>]*$", re.I)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_ESCAPED = re.compile(r"(?:\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[0-9a-fA-F]{4}")
_BROKEN_LINE = re.compile(r"\\r\\n|\\[nr](?![a-z])")
_WIDE_SPACES = re.compile("[\t\v\f\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_SPACES = re.compile(" {2,}")
_NOTHING = frozenset(
    {"无", "暂无", "空", "没有", "/", "\\", "-", "--", "—", "——", "null", "none", "n/a", "undefined", "[]", "{}"}
)
_HAN_NUMBER = "一二三四五六七八九十"
NUMBERED = re.compile(
    rf"[ ]*(?:[（(][ ]*(?:\d{{1,2}}|[{_HAN_NUMBER}]{{1,3}})[ ]*[)）][、.．]?"
    rf"|(?:\d{{1,2}}|[{_HAN_NUMBER}]{{1,3}})[ ]*[、.．)）](?!\d)|[①-⑳][、.．]?)[ ]*"
)
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?")


@dataclass(frozen=True)
class Mended:
    """`what`: html, entities, escapes, spaces, unseen, nothing, numbers, date, shortened, folded, encoding, default, twice,
    library, version, nearest. `times`: in how many rows."""

    where: str  # AUDIT_MATERIAL.remark
    what: str
    times: int


@dataclass(frozen=True)
class Unknown:
    """A code that nobody here knows, and as what it was kept."""

    where: str
    value: str
    kept: str


@dataclass(frozen=True)
class Why:
    """Why an item was not taken: the row (record and place in its table), the field, its value, and what is wrong with it."""

    row: str
    field: str
    value: str
    zh: str
    en: str


class Wrong(ValueError):
    """An item cannot be taken."""

    def __init__(self, why: Why) -> None:
        self.why = why
        super().__init__(f"{why.row} {why.field}: {why.en}")


class Notes:
    """What was mended, and which codes were unknown, while one item was read."""

    def __init__(self) -> None:
        self._mended: Counter[tuple[str, str]] = Counter()
        self._unknown: dict[tuple[str, str], str] = {}

    def mend(self, where: str, *what: str) -> None:
        for each in what:
            self._mended[where, each] += 1

    def keep(self, where: str, value: object, kept: str) -> None:
        self._unknown.setdefault((where, shown(value)), kept)

    @property
    def mended(self) -> tuple[Mended, ...]:
        return tuple(Mended(where, what, times) for (where, what), times in sorted(self._mended.items()))

    @property
    def unknown(self) -> tuple[Unknown, ...]:
        return tuple(Unknown(where, value, kept) for (where, value), kept in sorted(self._unknown.items()))


def shown(value: object) -> str:
    """A value as a report repeats it: one line, nothing unseen in it."""
    text = " ".join(str(value)[: SHOWN * 4].split())
    text = "".join(each for each in text if not hidden(each))
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def clean(text: str) -> tuple[str, frozenset[str]]:
    """The text as people read it, with breaks between its lines, and what was mended in it."""
    done: set[str] = set()
    if len(text) > LONGEST:
        text = text[:LONGEST]
        done.add("shortened")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for _ in range(5):  # `&amp;lt;p&amp;gt;` is a tag in two coats
        unwrapped = _unwrapped(text, done)
        if unwrapped == text:
            break
        text = unwrapped
    text = _even(text, done)
    if text.strip("。．.；; ").lower() in _NOTHING:
        if text:
            done.add("nothing")
        return "", frozenset(done)
    return text, frozenset(done)


def _unwrapped(text: str, done: set[str]) -> str:
    steps: tuple[tuple[str, re.Pattern[str], Any], ...] = (
        ("escapes", _BROKEN_LINE, "\n"),
        ("escapes", _ESCAPED, lambda found: _character(found.group())),
        ("html", _SCRIPT, ""),
        ("html", _BREAK, "\n"),
        ("html", _TAG, ""),
        ("html", _CUT_TAG, ""),
        ("entities", _ENTITY, lambda found: html.unescape(found.group())),
    )
    for what, pattern, put in steps:
        text, count = pattern.subn(put, text)
        if count:
            done.add(what)
    return text


def _character(escaped: str) -> str:
    r"""`\u2014` → —; half of a pair is nothing."""
    units = b"".join(int(each, 16).to_bytes(2, "big") for each in escaped.split("\\u")[1:])
    return units.decode("utf-16-be", errors="ignore")


def _even(text: str, done: set[str]) -> str:
    """Single spaces, no empty lines, nothing that cannot be seen."""
    wide = _WIDE_SPACES.sub(" ", text)
    lines = [line.strip() for line in _SPACES.sub(" ", wide).split("\n")]
    kept = "\n".join(line for line in lines if line)
    if wide != text or _SPACES.search(wide) or any(line != line.strip() for line in wide.split("\n")):
        done.add("spaces")
    if hidden(kept.replace("\n", "")):
        kept = "".join(each for each in kept if each == "\n" or not hidden(each)).strip()
        done.add("unseen")
    return kept


def without_number(text: str) -> str:
    """`1、身份证` → 身份证. A size (2.5米) or a year stays."""
    return NUMBERED.sub("", text, count=1) if NUMBERED.match(text) else text


def listed(text: str) -> list[str]:
    """The points of a list that was written as one text, without their numbers."""
    parts: list[str] = []
    for line in text.split("\n"):
        start = 0
        for found in re.finditer(r"(?<=[；;。])", line):
            if NUMBERED.match(line, found.start()):
                parts.append(line[start : found.start()])
                start = found.start()
        parts.append(line[start:])
    points = (without_number(part.strip()).strip().rstrip("；;") for part in parts)
    return [point for point in points if point]


def day_of(value: object) -> date | None:
    """A day as stores write one: milliseconds or seconds since 1970, as number or text, or a date in figures.

    Midnight in Beijing is the day that begins there; midnight UTC is that day.
    """
    text = str(value).strip()
    if found := _DAY.fullmatch(text):
        year, month, day = (int(each) for each in found.groups())
        try:
            return date(year, month, day)
        except ValueError:
            return None
    if re.fullmatch(r"\d{8}", text):
        return day_of(f"{text[:4]}-{text[4:6]}-{text[6:]}")
    if not re.fullmatch(r"-?\d{9,14}(?:\.0)?", text):
        return None
    stamp = int(text.split(".")[0])
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=stamp if len(text) <= 10 else stamp // 1000)
    return moment.date() if moment.hour == moment.minute == 0 else moment.astimezone(_BEIJING).date()


class Row:
    """One row of a table: its fields by names in lower case, read with what is mended on the way."""

    def __init__(self, table: str, place: str, cells: Mapping[str, Any], notes: Notes) -> None:
        self.table, self.place, self.cells, self.notes = table, place, cells, notes

    def where(self, field: str) -> str:
        return f"{self.table}.{field}"

    def wrong(self, field: str, zh: str, en: str, value: object = None) -> Wrong:
        said = self.cells.get(field, "") if value is None else value
        return Wrong(Why(self.place, self.where(field), shown("" if said is None else said), zh, en))

    def plain(self, field: str) -> str:
        """As it stands, for codes: without spaces at its ends, wide letters made narrow."""
        value = self.cells.get(field)
        if value is None or isinstance(value, (dict, list)):
            return ""
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        text = "" if isinstance(value, bool) else str(value)
        folded = "".join(each for each in unicodedata.normalize("NFKC", text).strip() if not hidden(each))
        if folded != text:
            self.notes.mend(self.where(field), "folded")
        return "" if folded.lower() in _NOTHING else folded

    def text(self, *fields: str, most: int = LONGEST, named: bool = False) -> str:
        """Words for people, from the first of these fields that says anything.

        :param named: a name, in one line and without the number of a list.
        """
        for field in fields:
            value = self.cells.get(field)
            if value is None or isinstance(value, (dict, list, bool)):
                continue
            kept, what = clean(str(value))
            if named:
                without = without_number(" ".join(kept.split("\n")))
                what |= {"numbers"} if without != " ".join(kept.split("\n")) else set()
                kept = without
            if len(kept) > most:
                kept, what = kept[: most - 1] + "…", what | {"shortened"}
            self.notes.mend(self.where(field), *what)
            if kept:
                return kept
        return ""

    def whole(self, field: str, default: int) -> int:
        """A whole number; words around it are left (2份), a number that cannot be read is kept as `default` and told."""
        text = self.plain(field)
        if not text:
            return default
        found = re.fullmatch(r"(\d{1,9})(?:\.0+)?", text)
        if found:
            return int(found.group(1))
        loose = re.search(r"(?<![\d.])\d{1,4}(?![\d.])", text)
        self.notes.keep(self.where(field), text, loose.group() if loose else str(default))
        return int(loose.group()) if loose else default

    def code(self, field: str, known: Mapping[str, str], default: str) -> str:
        """What a code means here; one that nobody knows is kept as `default` and told, with the store's own words for it."""
        text = self.plain(field)
        if not text:
            return default
        if text in known:
            return known[text]
        said = self.text(f"{field}_text")
        self.notes.keep(self.where(field), f"{text} {said}" if said else text, default)
        return default

    def codes(self, field: str, known: Iterable[str]) -> list[str]:
        """Codes separated by commas; those that nobody knows are told, and kept as text alone."""
        kept = []
        for each in re.split(r"[,，;；、\s]+", self.plain(field)):
            if each and each in known:
                kept.append(each)
            elif each:
                self.notes.keep(self.where(field), each, "text")
        return list(dict.fromkeys(kept))

    def flag(self, field: str) -> bool | None:
        """Yes, no, or not said."""
        said = {"1": "1", "0": "0", "是": "1", "否": "0", "Y": "1", "N": "0", "true": "1", "false": "0", "2": "0"}
        value = self.cells.get(field)
        if isinstance(value, bool):
            return value
        return {"1": True, "0": False, "": None}[self.code(field, said, "")]

    def day(self, field: str) -> str:
        """A day as YYYY-MM-DD, "" where none is said; what is no day is kept as text and told."""
        text = self.plain(field)
        if not text:
            return ""
        found = day_of(text)
        if found is None:
            self.notes.keep(self.where(field), text, "text")
            return shown(text)
        if found.isoformat() != text:
            self.notes.mend(self.where(field), "date")
        return found.isoformat()
