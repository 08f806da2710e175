"""What the library could fill in is offered beside a form: the fields, and the sentence whoever applies agrees to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from banshi.foundation.said import english, named
from banshi.journeys.case import consenting
from banshi.journeys.case.changing import Filled
from banshi.kernel.actors import Actor
from banshi.rooms.cases.models import Case
from banshi.rooms.library.rules.consents import WORDS, words_for


@dataclass(frozen=True)
class FactsOffered:
    """`labels`: of fields that would be filled in; `agreed`: they agreed already, and may take it back; `words`: the sentence."""

    labels: tuple[str, ...]
    agreed: bool
    words: str

    @property
    def shown(self) -> bool:
        return bool(self.labels) or self.agreed


NOTHING = FactsOffered((), False, "")


def offer(case: Case, *, by: Actor, today: date) -> FactsOffered:
    """Of one case whose form is open, to whom the library opens."""
    if consenting.agreed(case):
        return _offered({}, by, agreed=True)
    return _offered(consenting.offered(case, today=today), by)


def offer_jointly(rows: Sequence[Case], *, by: Actor, today: date) -> FactsOffered:
    """Of the one form of a bundle's drafts."""
    drafts = [case for case in rows if case.phase == "draft"]
    if not drafts:
        return NOTHING
    if any(consenting.agreed(case) for case in drafts):
        return _offered({}, by, agreed=True)
    return _offered(consenting.offered_jointly(rows, today=today), by)


def _offered(new: Filled, by: Actor, *, agreed: bool = False) -> FactsOffered:
    labels = tuple(named(field, "label") for field, _ in new.values())
    return FactsOffered(labels, agreed, sentence(words_for(by.kind)))


def sentence(key: str) -> str:
    """What they agree to, or agreed to then. :param key: of `rules.consents.WORDS`."""
    said = WORDS[key]
    return said.en if english() else said.zh
