"""A call that becomes a visit: its matter, its telephone and its person are carried along; where and when the caller says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.homevisits import actions
from banshi.rooms.homevisits.models import Visit
from banshi.rooms.hotline.models import Order

_NO_MATTER: Final = {"zh": "工单没有选事项", "en": "The order names no matter"}
_NO_NUMBER: Final = {"zh": "来电没有显示号码", "en": "The caller's number is withheld"}


@dataclass(frozen=True)
class Told:
    """What the caller says of the visit, as typed. `project` and `firm` of a key project, `reason` of a visit at home."""

    area: str
    address: str
    day: date
    half: str
    name: str = ""
    reason: str = ""
    project: str = ""
    firm: str = ""


def from_order(order: Order, told: Told, *, by: Actor, now: datetime) -> Visit:
    """In the caller's transaction. The order's name and person stand where nobody is named; a project makes it a visit for one.

    :raises Refused: invalid (no matter, a number that is withheld), those of `ask`.
    """
    if order.item is None:
        raise Refused("invalid", facts={"field": "item", "reason": _NO_MATTER})
    if order.phone is None:
        raise Refused("invalid", facts={"field": "phone", "reason": _NO_NUMBER})
    asking = actions.Asking(
        hall=order.hall, kind="project" if told.project else "home", item=order.item.code,
        name=told.name or order.caller_name or "", phone=order.phone, area=told.area, address=told.address, day=told.day,
        half=told.half, reason=told.reason, project=told.project, firm=told.firm,
        person_id=None if told.name else order.person_id, origin="hotline", ref=order.no,
    )  # fmt: skip
    return actions.ask(asking, by=by, now=now)
