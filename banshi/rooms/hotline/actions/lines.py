"""What happens between desk and line: given, answered, returned, reminded of."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.rooms.hotline import rules
from banshi.rooms.hotline.actions.ground import changed, due, locked, need, no_line, one_of, record, theirs, words
from banshi.rooms.hotline.actions.taking import pass_to
from banshi.rooms.hotline.actions.telling import tell_all
from banshi.rooms.hotline.models import Order
from banshi.rooms.hotline.rules import ORDER, Line


@transaction.atomic
def assign(*, no: str, line: str, by: Actor, now: datetime) -> Order:
    """Give an order to its line; of two who do at once, the first one's stands.

    :param line: as `rules.Line` is written. :raises Refused: nothing-found, invalid (the line), wrong-state.
    """
    to = Line.parse(line)
    if to is None:
        raise no_line()
    (order,) = locked(no)
    pass_to(order, to, by=by, now=now)
    return order


def answer(*, no: str, text: str, by: Actor, now: datetime) -> Order:
    """The desk knows the answer itself. :raises Refused: nothing-found, invalid, wrong-state (a line has it)."""
    return _replied("answer", no, text, None, by=by, now=now)


def reply(*, no: str, text: str, line: str | None, by: Actor, now: datetime) -> Order:
    """The line's reply; the desk rings the caller up next.

    :param line: of who replies; None: the desk replies for it.
    :raises Refused: nothing-found, invalid, wrong-state (returned, replied to), changed-meanwhile (another line has it).
    """
    return _replied("reply", no, text, line, by=by, now=now)


@transaction.atomic
def _replied(verb: str, no: str, text: str, line: str | None, *, by: Actor, now: datetime) -> Order:
    kept = words(text)
    (order,) = locked(no)
    need(order, verb)
    theirs(order, line)
    state = ORDER.to(verb)
    changed(order, state=state, due_on=due(order, state, now=now), replied_at=now)
    record("hotline_replied", order, verb=verb, text=kept, by=by, now=now)
    tell_all(order, "order_replied", now=now, turn=str(order.redone))
    return order


@transaction.atomic
def give_back(*, no: str, reason: str, line: str | None, by: Actor, now: datetime) -> Order:
    """It is not this line's: back at the desk, with why. :raises Refused: as of `reply`."""
    kept = words(reason, most=rules.LONGEST_REASON, field="reason")
    (order,) = locked(no)
    need(order, "return")
    theirs(order, line)
    state = ORDER.to("return")
    record("hotline_returned", order, verb="return", text=kept, by=by, now=now)  # the step says whose it was
    changed(order, state=state, due_on=due(order, state, now=now), line="", department=None, line_hall=None)
    return order


@transaction.atomic
def became(*, no: str, what: str, ref: str, by: Actor, now: datetime) -> Order:
    """A case, a booking, a call of the video service or a visit came of it; the order goes on until its caller has the last word.

    :param what: case | booking | call | visit; :param ref: its number. :raises Refused: nothing-found, invalid, wrong-state.
    """
    one_of("what", what, rules.BECOMES)
    (order,) = locked(no)
    need(order, "become")
    record("hotline_became", order, verb="become", text=ref, by=by, now=now, facts={"what": what, "number": ref})
    return order


@transaction.atomic
def remind(*, no: str, text: str = "", by: Actor, now: datetime) -> Order:
    """催办: the line is to hurry; its day stays. :raises Refused: nothing-found, invalid, wrong-state."""
    kept = words(text, least=0, most=rules.LONGEST_REASON)
    (order,) = locked(no)
    need(order, "remind")
    changed(order, reminders=order.reminders + 1)
    record("hotline_reminded", order, verb="remind", text=kept, by=by, now=now)
    return order
