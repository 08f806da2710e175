"""An order taken down while its caller rings: answered at once, given to the line of its subject, or kept at the desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from banshi.journeys.hotline.thread import caller, number
from banshi.kernel.actors import Actor
from banshi.rooms.catalogue.queries import hall_item
from banshi.rooms.hotline import actions
from banshi.rooms.hotline import queries as hotline
from banshi.rooms.hotline.actions import Opening
from banshi.rooms.hotline.models import Order
from banshi.rooms.hotline.rules import TOPICS

BY_SUBJECT = "subject"  # instead of a line: the one that has the subject


def take(opening: Opening, *, answer: str = "", by: Actor, now: datetime) -> Order:
    """:param opening: its `line` may be `BY_SUBJECT`; its person is whoever has proven the telephone, where it is but one.
    :param answer: what the desk knows itself: the order goes to no line then.
    :raises Refused: as of `open_order` and `answer`.
    """
    phone = number(opening.phone) if opening.phone else None
    person = caller(phone, now=now).person_id if phone else None
    line = "" if answer else opening.line
    if line == BY_SUBJECT:
        line = _line(opening)
    with transaction.atomic():
        order = actions.open_order(replace(opening, person_id=person, line=line), by=by, now=now)
        return actions.answer(no=order.no, text=answer, by=by, now=now) if answer else order


def _line(opening: Opening) -> str:
    """The line of the subject; "" where there is no such subject, which the order itself refuses."""
    if opening.subject not in TOPICS or (opening.subject == "matter") != bool(opening.item):
        return ""
    item = hall_item(opening.hall.pk, opening.item).item if opening.item else None
    return str(hotline.line_for(opening.subject, item=item, hall=opening.hall))
