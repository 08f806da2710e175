"""Numbers while the line is down (离线号): out of what the server granted ahead, each once, and told when the line is back.

A number is `begun` on the disk before its slip is printed. Where nothing came out it is the next one's; where the program ended
in the middle it may be in somebody's hand, so it is nobody else's, and the line calls it.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from banshi.agent.drivers import Parts, Trouble, Unsure
from banshi.agent.journal import KEPT, Journal

log = logging.getLogger("banshi.agent")
Language = Literal["zh-hans", "en"]
MOST_A_MINUTE: Final = 12  # a queue of people stays below; a child at the keys does not
TOLD_AT_ONCE: Final = 100
LONGEST_AGO: Final = timedelta(days=30)
WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "kind": ("离线号", "Offline number"),
    "category": ("业务", "For"),
    "at": ("取号时间", "Taken at"),
    "offline": (
        "网络中断时给出，恢复后按取号时间排队。",
        "Given while the line was down; it waits by the time it was taken.",
    ),
    "keep": ("留好这张号，听叫号。", "Keep this slip and listen for the number."),
}


class NoNumber(Exception):
    """None is given. `why`: online, nothing-found, closed, used-up, too-often, or of the printer (`WHYS`)."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


@dataclass(frozen=True)
class Category:
    code: str
    name: str
    name_en: str


@dataclass(frozen=True)
class Hall:
    """As the server said last. `ahead_s`: hall time less the machine's, in seconds."""

    code: str
    name: str
    name_en: str
    timezone: str
    ahead_s: float

    def time(self, wall: datetime) -> datetime:
        return (wall + timedelta(seconds=self.ahead_s)).astimezone(ZoneInfo(self.timezone))


class Numbers:
    """What is in hand and what was given. Several threads may use it; one slip is printed at a time."""

    def __init__(self, journal: Journal, parts: Parts) -> None:
        self.journal, self.parts = journal, parts
        self._printing = threading.Lock()

    def after_a_stop(self) -> int:
        """What was begun when the program ended may have come out. :returns: how many."""
        return self.journal.do("UPDATE given SET state = 'unsure' WHERE state = 'begun'")

    def keep(self, said: Mapping[str, Any], *, wall: datetime) -> None:
        """What the server granted, instead of what it granted before: all of it or nothing.

        :raises KeyError, TypeError, ValueError: an answer that is none.
        """
        ahead_s = (datetime.fromisoformat(said["now"]) - wall).total_seconds()
        hall = Hall(said["hall"], said["hall_name"], said["hall_name_en"], said["timezone"], ahead_s)
        hall.time(wall)  # a zone that there is
        rows = [
            (each["letter"], each["first"], each["last"], each["category"], each["name"], each["name_en"],
             json.dumps([[_s(span["starts_at"]), _s(span["ends_at"])] for span in each["spans"]]))
            for each in said["data"]
        ]  # fmt: skip
        with self.journal.together() as do:
            do("DELETE FROM ahead")
            for row in rows:
                do("INSERT INTO ahead VALUES (?, ?, ?, ?, ?, ?, ?)", *row)
            do("INSERT OR REPLACE INTO hall VALUES (1, ?)", json.dumps(vars(hall)))

    def hall(self) -> Hall | None:
        """None until the server has said."""
        rows = self.journal.rows("SELECT said FROM hall")
        return Hall(**json.loads(rows[0][0])) if rows else None

    def categories(self, *, wall: datetime) -> list[Category]:
        """For which a number is given now, in the hall's order."""
        hall, found = self.hall(), dict[str, Category]()
        for code, name, name_en, spans in self.journal.rows(
            "SELECT category, name, name_en, spans FROM ahead ORDER BY rowid"
        ):
            if hall is not None and _open(spans, hall.time(wall)):
                found.setdefault(code, Category(code, name, name_en))
        return list(found.values())

    def give(self, category: str, *, press: str, language: Language, wall: datetime) -> str:
        """Print the next number of a category.

        :param press: a word of the page that was pressed: pressed twice it is one number.
        :returns: the number, as printed. :raises NoNumber.
        """
        with self._printing:
            hall = self.hall()
            pressed = self.journal.rows("SELECT letter, seq FROM given WHERE press = ?", press)
            if pressed:
                return _number(*pressed[0])
            if hall is None:
                raise NoNumber("nothing-found")
            letter, seq, slip = self._begin(hall, category, press, language, wall)
            self._printed(letter, seq, slip)
            return _number(letter, seq)

    def _begin(
        self, hall: Hall, category: str, press: str, language: Language, wall: datetime
    ) -> tuple[str, int, dict[str, Any]]:
        now = wall.timestamp()
        with self.journal.together() as do:
            lately = do("SELECT count(*) FROM given WHERE at > ? AND at <= ?", now - 60, now).fetchone()[0]
            rows = do(
                "SELECT letter, first, last, name, name_en, spans FROM ahead WHERE category = ? ORDER BY first",
                category,
            ).fetchall()
            if not rows:
                raise NoNumber("nothing-found")
            if not _open(rows[0][5], hall.time(wall)):
                raise NoNumber("closed")
            if lately >= MOST_A_MINUTE:
                raise NoNumber("too-often")
            for letter, first, last, name, name_en, _ in rows:
                (highest,) = do(
                    "SELECT max(seq) FROM given WHERE letter = ? AND seq BETWEEN ? AND ?", letter, first, last
                ).fetchone()
                seq = max(first, (highest or 0) + 1)
                if seq <= last:
                    do(
                        "INSERT INTO given (letter, seq, press, category, language, state, at)"
                        " VALUES (?, ?, ?, ?, ?, 'begun', ?)",
                        letter, seq, press, category, language, now,
                    )  # fmt: skip
                    of = name_en if language == "en" else name
                    return letter, seq, _slip(hall, _number(letter, seq), of, language, wall)
        raise NoNumber("used-up")

    def _printed(self, letter: str, seq: int, slip: dict[str, Any]) -> None:
        """:raises NoNumber: nothing came out, and the number is the next one's."""
        state = "done"
        try:
            if "receipt_printer" not in self.parts:
                raise Trouble("no_part")
            self.parts["receipt_printer"].print_slip(slip)
        except Trouble as trouble:
            self.journal.do("DELETE FROM given WHERE letter = ? AND seq = ?", letter, seq)
            raise NoNumber(trouble.why) from trouble
        except Unsure:
            state = "unsure"
        except Exception:
            log.exception("a driver broke")  # it may have come out
            state = "unsure"
        self.journal.do("UPDATE given SET state = ? WHERE letter = ? AND seq = ?", state, letter, seq)

    def untold(self, *, wall: datetime) -> list[dict[str, Any]]:
        """What came out, or may have, and the server has not said that it knows, in the shape in which it is told."""
        rows = self.journal.rows(
            "SELECT letter, seq, at, language FROM given WHERE told = 0 AND state <> 'begun' ORDER BY at, letter, seq LIMIT ?",
            TOLD_AT_ONCE,
        )
        longest = int(LONGEST_AGO.total_seconds())
        return [
            {
                "letter": letter,
                "seq": seq,
                "ago_s": min(max(0, int(wall.timestamp() - at)), longest),
                "language": language,
            }
            for letter, seq, at, language in rows
        ]

    def told(self, letter: str, seq: int) -> None:
        self.journal.do("UPDATE given SET told = 1 WHERE letter = ? AND seq = ?", letter, seq)

    def forget_old(self, *, wall: datetime) -> int:
        """What the server knows for long, and no block in hand holds. :returns: how many."""
        return self.journal.do(
            "DELETE FROM given WHERE told = 1 AND at < ? AND NOT EXISTS (SELECT 1 FROM ahead"
            " WHERE ahead.letter = given.letter AND given.seq BETWEEN ahead.first AND ahead.last)",
            (wall - KEPT).timestamp(),
        )


def _number(letter: str, seq: int) -> str:
    """As the server writes it: three digits at least."""
    return f"{letter}{seq:03d}"


def _s(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def _open(spans: str, at: datetime) -> bool:
    return any(begins <= at.timestamp() < ends for begins, ends in json.loads(spans))


def _slip(hall: Hall, number: str, category: str, language: Language, wall: datetime) -> dict[str, Any]:
    """In words (kernel/machine_orders.py): it says that it was given offline, and when."""
    words = {name: pair[language == "en"] for name, pair in WORDS.items()}
    time = hall.time(wall)
    return {
        "hall": hall.name_en if language == "en" else hall.name, "kind": words["kind"], "number": number,
        "lines": [[words["category"], category], [words["at"], f"{time.hour}:{time.minute:02d}"]], "qr": "", "qr_says": "",
        "foot": [words["offline"], words["keep"]],
    }  # fmt: skip
