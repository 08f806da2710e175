"""One case of the crowd: which way it goes, what was done to it, by whom and on which day, and what did not agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from banshi.crowd.dice import dice
from banshi.crowd.people import Person, person
from banshi.crowd.ways import Way


class Lived(NamedTuple):
    """A step that was taken. `by`: applicant, a step's name in demo.json, kiosk, till, carrier; `nth`: which of its people."""

    verb: str
    by: str
    day: str
    nth: int = 0


@dataclass
class Matter:
    """`seed`: what its chances hang on. `opened_by`: channel, or accept where a window opened it."""

    no: str
    seed: str
    way: Way = field(default_factory=Way)
    who: int = 0
    hall: str = ""
    opened_by: str = "channel"
    bundle: str = ""
    lived: list[Lived] = field(default_factory=list)
    differs: list[str] = field(default_factory=list)
    not_before: str = ""  # the day on which it goes on
    dropped: bool = False  # its papers lie in a cabinet
    known_at: list[str] = field(default_factory=list)  # received_at …, as far as they are counted
    tries: int = 0

    def chance(self, of: str) -> float:
        return dice(self.seed, of).random()

    @property
    def person(self) -> Person:
        return person(self.who, hall=self.hall)

    def did(self, verb: str) -> bool:
        return self.times(verb) > 0

    def times(self, verb: str) -> int:
        return sum(each.verb == verb for each in self.lived)

    def take(self, verb: str, by: str, day: date | None, nth: int = 0) -> None:
        self.lived.append(Lived(verb, by, day.isoformat() if day else "", nth))

    def kept(self) -> dict[str, Any]:
        plain = ("no", "seed", "who", "hall", "opened_by", "bundle", "not_before", "dropped", "known_at", "differs")
        return {
            **{name: getattr(self, name) for name in plain},
            "way": self.way.kept(), "lived": [list(each) for each in self.lived],
        }  # fmt: skip


def known(row: Mapping[str, Any]) -> Matter:
    """:raises KeyError, TypeError: not what `Matter.kept` gave."""
    said = {**row, "way": Way(**row["way"]), "lived": [Lived(*each) for each in row["lived"]]}
    return Matter(**{"no": said["no"], "seed": said["seed"], **said})
