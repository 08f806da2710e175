"""Which certificates of the library hold no more once a result is made (注销、换发). Pure."""

from __future__ import annotations

from collections.abc import Mapping

from banshi.kernel.conditions import judge
from banshi.rooms.catalogue.rules.handling import Ending, Handling


def endings_of(handling: Handling, answers: Mapping[str, str]) -> tuple[Ending, ...]:
    """Those of a case. :param answers: to what its path asks (`Guided.answers`); what nobody answered ends nothing."""
    return tuple(each for each in handling.result.ends if judge(each.when, answers).value is True)
