"""The second person's word, as a door passes it on: it is asked again where the case is locked, for what is then done."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from banshi.foundation.crypto import blind_index
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries.views import agreed


@dataclass(frozen=True)
class Word:
    """Somebody who supervises cases in its hall may have agreed to a step: whether that holds is known under the case's lock.
    Of many who come with one word at once, one has it.
    """

    verb: str
    staff: int
    now: datetime

    def holds(self, case: Case, *, about: str = "") -> bool:
        """The case is locked. :param about: the values it has to be to (`values_index`)."""
        return agreed(case, self.verb, staff=self.staff, about=about, now=self.now)


def word_holds(case: Case, said: bool | Word, *, about: str = "") -> bool:
    """:param said: a word, or – where no door is, and nobody else can come – whether they agreed."""
    return said if isinstance(said, bool) else said.holds(case, about=about)


def values_index(values: Mapping[str, object]) -> str:
    """What an event keeps of the values that somebody agreed to: enough to compare them, and nothing to read."""
    return blind_index(json.dumps(dict(values), ensure_ascii=False, sort_keys=True), purpose="agreed-values")
