"""Redirect (转厅): a number of a crowded or wrong hall goes on in another, and the time waited counts there."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.places.models import Category, Hall
from banshi.rooms.places.queries import hall_by_code
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import contact_of


def to_hall(*, ref: str, hall: Hall | str, by: Actor, now: datetime, why: str = "") -> Ticket:
    """End the number here and give one in `hall`, ranked as if it had been taken there when it was taken here.

    Other halls have other categories: an item finds its own; a number without an item goes by its category's code.

    :param hall: the other hall, or its code.
    :raises Refused: nothing-found, not-your-hall, wrong-state, item-not-here, and those of `tickets.issue` (closed,
        daily-limit, …): then the number here stays as it was.
    """
    target = hall_by_code(hall) if isinstance(hall, str) else hall
    with transaction.atomic():
        old = tickets.mark_redirected(ref=ref, to_hall=target, by=by, now=now, why=why)
        item_code = old.item.code if old.item else None
        here = HallItem.objects if item_code else Category.objects
        known = {"item__code": item_code} if item_code else {"code": old.category.code}
        if not here.filter(hall=target, **known).exists():
            raise Refused(
                "item-not-here", facts={"hall": target.code, "item": item_code or "", "category": old.category.code}
            )
        contact = contact_of(old)
        new = tickets.issue(
            hall=target,
            category_code=None if item_code else old.category.code,
            item_code=item_code,
            person_id=old.person_id,
            lane=old.lane,
            kind=old.kind,
            appointment=old.appointment,
            channel=old.channel,
            by=Actor(by.kind, by.id),
            now=now,
            language=old.language,
            contact=contact,
            since=old.made_at,
        )
        _tell(new, target, contact, now=now)
    return new


def _tell(new: Ticket, target: Hall, contact: str | None, *, now: datetime) -> None:
    """The number there, and where it is: the page of the old number says that a message brings it."""
    _, likely_s, at_most_s = new.told or (None, None, None)
    item = {"item_zh": new.item.name_zh, "item_en": new.item.name_en} if new.item else {}
    messaging.write(
        key="redirected",
        to_phone=contact,
        hall=target,
        subject=f"ticket:{new.ref}",
        params={"number": new.number, "likely_s": likely_s, "at_most_s": at_most_s, **item},
        dedupe=f"redirected:{new.ref}",
        language=new.language,
        now=now,
    )
