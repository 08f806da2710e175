"""Take down what a caller wants, and join what says the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from banshi.foundation import phones
from banshi.foundation.crypto import blind_index
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue.queries import hall_item
from banshi.rooms.hotline import rules
from banshi.rooms.hotline.actions.ground import changed, due, invalid, locked, need, no_line, one_of, put, record, words
from banshi.rooms.hotline.actions.telling import tell
from banshi.rooms.hotline.models import Order
from banshi.rooms.hotline.rules import ORDER, Line
from banshi.rooms.places.models import Hall

NUMBER_SQL = """
INSERT INTO hotline_counter (day, last) VALUES (%s, 1)
ON CONFLICT (day) DO UPDATE SET last = hotline_counter.last + 1 RETURNING last
"""


@dataclass(frozen=True)
class Opening:
    """What a caller wants. `hall`: whose desk takes it down. `subject`: a topic; "matter" with the code of an item of the hall.

    `phone`: as typed or as the telephone says, None where it is withheld; `name`: as they say it; `person_id`: where they are
    known. `line`: goes there at once; "": it stays at the desk.
    """

    hall: Hall
    kind: str
    subject: str
    text: str
    item: str = ""
    phone: str | None = None
    name: str = ""
    person_id: int | None = None
    line: str = ""


def open_order(opening: Opening, *, by: Actor, now: datetime) -> Order:
    """An order with its number, at the desk or with its line.

    :raises Refused: invalid, phone-invalid, nothing-found or item-not-here (the matter).
    """
    text = words(opening.text)
    name = words(opening.name, least=0, most=rules.LONGEST_NAME, field="name")
    phone = phones.known(opening.phone) if opening.phone else None
    one_of("kind", opening.kind, rules.KINDS)
    one_of("subject", opening.subject, tuple(rules.TOPICS))
    if (opening.subject == "matter") != bool(opening.item):
        raise invalid("item", "选一个事项；其他主题不带事项", "Choose a matter; other subjects have none")
    item = hall_item(opening.hall.pk, opening.item).item if opening.item else None
    line = Line.parse(opening.line) if opening.line else None
    if opening.line and line is None:
        raise no_line()
    day = now.astimezone(ZoneInfo(opening.hall.timezone)).date()
    with transaction.atomic():
        order = Order(
            hall=opening.hall, kind=opening.kind, subject=opening.subject, item=item, text=text, caller_name=name or None,
            phone=phone, phone_index=blind_index(phone, purpose="phone") if phone else "", person_id=opening.person_id,
            taken_by=str(by), asked_at=now, day=day,
        )  # fmt: skip
        order.due_on = due(order, "open", now=now)
        order.seq = _serial(
            day
        )  # the day's counter is held until this ends: a number that comes to nothing is given again
        order.no = f"RX-{day:%y%m%d}-{order.seq:04d}"
        order.save()
        facts = {"kind": order.kind, "subject": item.code if item else order.subject}
        record("hotline_opened", order, verb="open", by=by, now=now, facts=facts)
        if line is not None:
            pass_to(order, line, by=by, now=now)
        tell(order, "order_taken", now=now)
    return order


def _serial(day: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(NUMBER_SQL, [day])
        return int(cursor.fetchone()[0])


def pass_to(order: Order, line: Line, *, by: Actor, now: datetime) -> None:
    """To its line, whose clock begins. The caller holds the lock. :raises Refused: invalid, wrong-state."""
    need(order, "assign")
    put(order, line)
    order.due_on, order.state = due(order, "assigned", now=now), ORDER.to("assign")
    order.save(update_fields=["line", "department", "line_hall", "due_on", "state"])
    record("hotline_assigned", order, verb="assign", by=by, now=now, facts={"line": str(line)})


@transaction.atomic
def join(*, no: str, first: str, by: Actor, now: datetime) -> Order:
    """The order says the same as another one, and follows that from now on; so does what followed it.

    :raises Refused: nothing-found, invalid (itself), wrong-state (replied to meanwhile, over; or the first is over).
    """
    if no == first:
        raise invalid("first", "选另一张工单", "Choose another order")
    order, other = locked(no, first)
    need(order, "join")
    if other.state not in ORDER.of("be_joined"):
        raise Refused("wrong-state", facts={"kind": "hotline_order", **_no_first(other)})
    order.joined.update(first=other)
    changed(order, state=ORDER.to("join"), first=other, due_on=None, closed_at=now)
    record("hotline_joined", order, verb="join", by=by, now=now, facts={"first": other.no})
    return order


def _no_first(other: Order) -> dict[str, object]:
    return {"state": other.state, "needs": ORDER.needs("be_joined")}
