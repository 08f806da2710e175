"""Ring the caller up (回访), send back once what they are not content with, close with their word; and what is deleted later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.hotline import queries, rules
from banshi.rooms.hotline.actions.ground import changed, due, invalid, locked, need, one_of, policy_now, record, words
from banshi.rooms.hotline.actions.telling import tell
from banshi.rooms.hotline.models import Handling, Order, PhoneCall
from banshi.rooms.hotline.rules import ORDER


@transaction.atomic
def revisit(*, no: str, said: str, text: str = "", by: Actor, now: datetime) -> Order:
    """The caller was rung up. Where they are not content their line does it again, once, with days of its own; what the desk
    answered itself is at the desk again.

    :param said: satisfied | dissatisfied | unreachable. :raises Refused: nothing-found, invalid, wrong-state.
    """
    one_of("said", said, rules.WORDS)
    kept = words(text, least=2 if said == "dissatisfied" else 0, most=rules.LONGEST_REASON)
    (order,) = locked(no)
    need(order, "revisit")
    record("hotline_revisited", order, verb="revisit", text=kept, said=said, by=by, now=now, facts={"said": said})
    if said == "dissatisfied" and order.redone < rules.REDONE:
        verb = "redo" if order.line else "reopen"
        state = ORDER.to(verb)
        changed(order, state=state, due_on=due(order, state, now=now), redone=order.redone + 1)
        record("hotline_sent_again", order, verb=verb, by=by, now=now)
    return order


@transaction.atomic
def close(*, no: str, text: str = "", by: Actor, now: datetime) -> Order:
    """It is done, with the caller's word. What was joined to it was so already.

    :raises Refused: nothing-found, invalid (nobody has heard the caller), wrong-state.
    """
    kept = words(text, least=0, most=rules.LONGEST_REASON)
    (order,) = locked(no)
    need(order, "close")
    refusal = rules.close_refusal(queries.heard(order), redone=order.redone, policy=policy_now(order, now))
    if refusal is not None:
        raise Refused(refusal)
    changed(order, state=ORDER.to("close"), due_on=None, closed_at=now)
    record("hotline_closed", order, verb="close", text=kept, by=by, now=now)
    if order.stars is None:
        tell(order, "order_closed", now=now)
    return order


@transaction.atomic
def rate(*, no: str, stars: int, text: str = "", by: Actor, now: datetime) -> Order:
    """What the caller thinks of it, once: after a reply; of what was joined, after that of the first.

    :param stars: 1 to 5. :raises Refused: nothing-found, invalid, wrong-state, already-rated.
    """
    if not 1 <= stars <= 5:
        raise invalid("stars", "1 到 5 星", "1 to 5 stars")
    kept = words(text, least=0, most=rules.LONGEST_REASON)
    (order,) = locked(no)
    answered = order.first if order.first is not None else order
    if answered.replied_at is None:
        raise Refused(
            "wrong-state", facts={"kind": "hotline_order", "state": answered.state, "needs": ORDER.needs("close")}
        )
    if order.stars is not None:
        raise Refused("already-rated")
    changed(order, stars=stars, rated_at=now)
    record("hotline_rated", order, verb="rate", text=kept, by=by, now=now, facts={"stars": stars})
    return order


def forget_words(*, before: Mapping[int, datetime], most: int) -> int:
    """Delete the words and the callers of orders that ended long ago; subject, days, line and stars stay.

    :param before: by hall id, what an end is older than. :returns: of how many orders.
    """
    if not before:
        return 0
    ended, hung_up = Q(), Q()
    for hall_id, moment in before.items():
        ended |= Q(hall_id=hall_id, closed_at__lt=moment)
        hung_up |= Q(hall_id=hall_id, ended_at__lt=moment)
    rung = PhoneCall.objects.filter(hung_up, phone__isnull=False).order_by("ended_at", "id").values("pk")[:most]
    PhoneCall.objects.filter(pk__in=rung).update(phone=None, phone_index="")
    rows = Order.objects.filter(ended, forgotten=False).order_by("closed_at", "id")
    old = list(rows.values_list("pk", flat=True)[:most])
    with transaction.atomic():
        Handling.objects.filter(order__in=old).exclude(text="").update(text="")
        gone = {"text": "", "caller_name": None, "phone": None, "phone_index": "", "person": None, "forgotten": True}
        return Order.objects.filter(pk__in=old).update(**gone)
