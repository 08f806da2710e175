"""一件事, freely chosen: which items can be begun as one, and why others cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Chosen:
    """An item as far as it matters for what goes with it. `halls`: codes of those that handle it."""

    code: str
    audience: str  # person | firm | both
    halls: frozenset[str]
    retired: bool = False
    in_season: bool = True


@dataclass(frozen=True)
class Hindrance:
    """Why the items cannot be begun as one.

    :ivar why: retired | season | nowhere | apart (no hall handles all of them) | audience. :ivar items: those it is about.
    """

    why: str
    items: tuple[str, ...]


def hindrances(chosen: Sequence[Chosen]) -> tuple[Hindrance, ...]:
    """Everything at once, in the order in which one would mend it; empty: they go together."""
    each = [
        Hindrance("retired", tuple(one.code for one in chosen if one.retired)),
        Hindrance("season", tuple(one.code for one in chosen if not one.in_season and not one.retired)),
        Hindrance("nowhere", tuple(one.code for one in chosen if not one.halls)),
        Hindrance("apart", _apart([one for one in chosen if one.halls])),
        Hindrance("audience", apart_by_applicant([(one.code, one.audience) for one in chosen])),
    ]
    return tuple(found for found in each if found.items)


def _apart(handled: Sequence[Chosen]) -> tuple[str, ...]:
    """Where no hall handles all: those without which one would; all of them where none alone is in the way."""
    if not handled or frozenset.intersection(*(one.halls for one in handled)):
        return ()
    alone = [
        one.code
        for one in handled
        if (others := [other.halls for other in handled if other is not one]) and frozenset.intersection(*others)
    ]
    return tuple(alone or (one.code for one in handled))


def apart_by_applicant(audiences: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Items for people alone and items for firms alone have no applicant in common; () where they have one."""
    only = [(code, kind) for code, kind in audiences if kind != "both"]
    return tuple(code for code, _ in only) if len({kind for _, kind in only}) > 1 else ()
