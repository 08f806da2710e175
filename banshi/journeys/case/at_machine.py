"""A case that somebody begins at a machine of the hall, with their card on its reader: a draft as any other, gone on with there,
on their telephone, or at a window.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from banshi.journeys.case import carried
from banshi.kernel.actors import Actor
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.actions.ground import today_in
from banshi.rooms.cases.models import Case
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.rules.guided import guided
from banshi.rooms.identity import queries as people
from banshi.rooms.places.models import Hall


@dataclass(frozen=True)
class Beginning:
    """What is begun, by whom: the person whose card was read. `answers`: question → option; `anyway`: as `cases.Opening`."""

    hall: Hall
    item_code: str
    person_id: int
    answers: Mapping[str, str]
    language: str
    anyway: bool = False


def begin(asked: Beginning, *, by: Actor, now: datetime) -> Case:
    """The draft, with all that need not be asked. Messages go to the number that the person proved.

    :raises Refused: those of `cases.open_case`.
    """
    item = catalogue.hall_item(asked.hall.pk, asked.item_code).item
    found = guided(catalogue.handling_of(item), asked.answers)
    today = today_in(asked.hall, now)
    known = carried.at_window(found.fields, person_id=asked.person_id, today=today)
    opening = cases.Opening(
        hall=asked.hall, item_code=item.code, person_id=asked.person_id, channel="kiosk",
        contact=people.phone_of(person_id=asked.person_id), language=asked.language, answers=found.answers,
        form={code: each.value for code, each in known.items()}, anyway=asked.anyway, seen=True,
    )  # fmt: skip
    return cases.open_case(opening, by=by, now=now)
