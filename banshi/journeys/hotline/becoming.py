"""A call that is more than an order: a draft of the case, a booked time, somebody of the video service who rings back, or a
visit at home.

The number alone says who calls: what is begun here is a draft that its person reads and sends, or a time that tells nobody else
anything. What cannot be done leaves the order as it is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import transaction

from banshi.journeys.homevisit.carrying import Told, from_order
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.homevisits.models import Visit
from banshi.rooms.hotline import actions
from banshi.rooms.hotline import queries as hotline
from banshi.rooms.hotline.models import Order
from banshi.rooms.remote import actions as remote
from banshi.rooms.remote.models import RemoteSession

_NOBODY: Final = {"zh": "这个号码没有核验过的本人", "en": "Nobody has proven this number theirs"}
_NO_MATTER: Final = {"zh": "工单没有选事项", "en": "The order names no matter"}
_NO_NUMBER: Final = {"zh": "来电没有显示号码", "en": "The caller's number is withheld"}


def to_case(*, no: str, by: Actor, now: datetime) -> Case:
    """A draft of its person's in its matter.

    :raises Refused: nothing-found, invalid (nobody has proven the number, no matter), wrong-state, those of `open_case`.
    """
    with transaction.atomic():
        order = hotline.by_no(no)
        person, item = _known(order)
        opening = cases.Opening(
            hall=order.hall, item_code=item.code, person_id=person.pk, channel="phone", contact=order.phone
        )
        case = cases.open_case(opening, by=by, now=now)
        actions.became(no=no, what="case", ref=case.no, by=by, now=now)
    return case


def to_booking(*, no: str, slot_id: int, by: Actor, now: datetime) -> Appointment:
    """A time at the window for its person. :raises Refused: as of `to_case`, and those of booking."""
    with transaction.atomic():
        order = hotline.by_no(no)
        person, item = _known(order)
        appointment = booking.place(
            slot_id=slot_id, item_code=item.code, person_id=person.pk, source="phone", by=by, now=now, name=person.name,
            contact=order.phone, behind=booking.behind(contact=order.phone),
        )  # fmt: skip
        actions.became(no=no, what="booking", ref=appointment.code, by=by, now=now)
    return appointment


def to_call(*, no: str, by: Actor, now: datetime) -> RemoteSession:
    """A place in the line of the video service, which rings its caller back.

    :raises Refused: nothing-found, invalid (the number is withheld), wrong-state, those of the video service.
    """
    with transaction.atomic():
        order = hotline.by_no(no)
        if order.phone is None:
            raise Refused("invalid", facts={"field": "phone", "reason": _NO_NUMBER})
        item = order.item.code if order.item is not None else None
        asking = remote.Asking(
            hall=order.hall, origin="phone", wants="consult", media="voice", item=item, person_id=order.person_id
        )
        session = remote.ask(asking, by=by, now=now)
        session = remote.call_back(ref=session.ref, phone=order.phone, by=by, now=now)
        actions.became(no=no, what="call", ref=session.no, by=by, now=now)
    return session


def to_visit(*, no: str, told: Told, by: Actor, now: datetime) -> Visit:
    """A visit at home, or for a key project, in its matter.

    :raises Refused: nothing-found, wrong-state, those of `from_order`.
    """
    with transaction.atomic():
        visit = from_order(hotline.by_no(no), told, by=by, now=now)
        actions.became(no=no, what="visit", ref=visit.no, by=by, now=now)
    return visit


def _known(order: Order) -> tuple[Any, Any]:
    """:raises Refused: invalid."""
    if order.person is None:
        raise Refused("invalid", facts={"field": "person", "reason": _NOBODY})
    if order.item is None:
        raise Refused("invalid", facts={"field": "item", "reason": _NO_MATTER})
    return order.person, order.item
