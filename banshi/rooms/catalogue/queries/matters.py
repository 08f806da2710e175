"""Reads on 一件事 from the side of its items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from banshi.rooms.catalogue.models import OneMatter
from banshi.rooms.catalogue.queries import hall_item, handling_of, one_matters
from banshi.rooms.catalogue.rules.one_form import implied_jointly, one_form
from banshi.rooms.places.models import Hall


def matter_of(items: Sequence[str], *, hall: Hall, answers: Mapping[str, str]) -> OneMatter | None:
    """The 一件事 that can be begun in a hall today, whose items these are, the first of several; else None.

    :param items: codes in any order. :param answers: by shared names; one that says otherwise than a situation is not its.
    :raises Refused: nothing-found – an item that is not handled there.
    """
    same = [each for each in one_matters(hall.code) if sorted(each.codes) == sorted(items)]
    if not same:
        return None
    rows = [hall_item(hall.pk, code).item for code in items]
    one = one_form([(row.code, handling_of(row)) for row in rows])
    for each in same:
        implied = implied_jointly(one, each.implied)
        if all(answers.get(name, said) == said for name, said in implied.items()):
            return each
    return None
