"""Somebody cannot come, or a project needs the hall at its site: a visit is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction

from banshi.foundation import phones
from banshi.foundation.crypto import blind_index
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue.models import Item
from banshi.rooms.catalogue.queries import hall_item
from banshi.rooms.homevisits import rules
from banshi.rooms.homevisits.actions.ground import invalid, record, words
from banshi.rooms.homevisits.models import Visit
from banshi.rooms.homevisits.queries import areas
from banshi.rooms.places.models import Hall, Region
from banshi.rooms.places.queries import policy_of

NUMBER_SQL = """
INSERT INTO homevisits_counter (day, last) VALUES (%s, 1)
ON CONFLICT (day) DO UPDATE SET last = homevisits_counter.last + 1 RETURNING last
"""
ONE_OPEN = (
    "one_open_visit_per_person_and_item",
    "one_open_visit_per_telephone_and_item",
    "one_open_visit_per_account_and_telephone",
)


@dataclass(frozen=True)
class Asking:
    """What somebody asks for, as typed. `item`: code of a matter of the hall; `area`: code of a town of its city.

    `kind` home: `reason`, why they cannot come; project: `project` and the firm. `ref`: of the hotline order it came from.
    """

    hall: Hall
    kind: str
    item: str
    name: str
    phone: str
    area: str
    address: str
    day: date
    half: str
    reason: str = ""
    firm: str = ""
    project: str = ""
    person_id: int | None = None
    account_id: int | None = None
    origin: str = "guide"
    ref: str = ""


def ask(asking: Asking, *, by: Actor, now: datetime) -> Visit:
    """A visit with its number, to be planned.

    :raises Refused: invalid, phone-invalid, nothing-found or item-not-here (the matter), visit-asked (one goes on already).
    """
    today = now.astimezone(ZoneInfo(asking.hall.timezone)).date()
    visit = _checked(asking, today, now)
    visit.asked_by, visit.asked_at, visit.day = str(by), now, today
    try:
        with transaction.atomic():
            # The day's counter is held until this ends: a number that comes to nothing is given again.
            visit.seq = _serial(today)
            visit.no = f"SM-{today:%y%m%d}-{visit.seq:04d}"
            visit.save()
            facts = {"kind": visit.kind, "item": visit.item.code, "origin": visit.origin}
            record("home_visit_asked", visit, verb="ask", by=by, now=now, facts=facts)
    except IntegrityError as trouble:
        if not any(name in str(trouble) for name in ONE_OPEN):
            raise
        raise Refused("visit-asked", facts={"number": _open_one(visit)}) from trouble
    return visit


def _checked(asking: Asking, today: date, now: datetime) -> Visit:
    if asking.kind not in rules.KINDS:
        raise invalid("kind", "居家或者项目", "At home or for a project")
    if asking.half not in rules.HALVES:
        raise invalid("half", "上午或者下午", "In the morning or in the afternoon")
    project = asking.kind == "project"
    name = words(asking.name, most=rules.LONGEST_NAME, field="name")
    firm = words(asking.firm if project else "", least=0, most=rules.LONGEST_FIRM, field="firm")
    named = words(asking.project if project else "", least=0, most=rules.LONGEST_FIRM, field="project")
    reason = "" if project else asking.reason
    policy = policy_of(asking.hall.pk, now=now).home_visits
    refusal = rules.ask_refusal(asking.kind, reason=reason, project=named, policy=policy)
    refusal = refusal or rules.day_refusal(asking.day, today=today, policy=policy)
    if refusal is not None:
        raise Refused(refusal)
    address = words(
        " ".join(asking.address.split()), least=rules.SHORTEST_ADDRESS, most=rules.LONGEST_ADDRESS, field="address"
    )
    phone = phones.known(asking.phone)
    index = blind_index(phone, purpose="phone")
    return Visit(
        hall=asking.hall, kind=asking.kind, item=_item(asking), person_id=asking.person_id,
        account_id=asking.account_id,
        name=name, firm=firm, project=named, phone=phone, phone_index=index,
        area=_area(asking), address=address, reason=reason, origin=asking.origin, ref=asking.ref, wish_day=asking.day,
        wish_half=asking.half, due_on=asking.day,
    )  # fmt: skip


def _item(asking: Asking) -> Item:
    item = hall_item(asking.hall.pk, asking.item).item
    if asking.kind == "home" and not item.home_visit:
        raise invalid("item", "这个事项不能上门办", "This matter is not done at home")
    return item


def _area(asking: Asking) -> Region:
    found = areas([asking.hall]).filter(code=asking.area).first()
    if found is None:
        raise invalid("area", "选择所在的镇街", "Choose the town")
    return found


def _open_one(visit: Visit) -> str:
    """The number of the visit that stands in the way; "" where it has just come to its end."""
    rows = Visit.objects.filter(item=visit.item, ended_at=None)
    if visit.person_id is not None:
        rows = rows.filter(person_id=visit.person_id)
    else:
        rows = rows.filter(person=None, account=visit.account, phone_index=visit.phone_index)
    return rows.values_list("no", flat=True).first() or ""


def _serial(day: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(NUMBER_SQL, [day])
        return int(cursor.fetchone()[0])
