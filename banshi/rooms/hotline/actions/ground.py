"""What the actions of this room share: the lock, the clock of a state, the step, the trail, and the word to whoever watches."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max

from banshi.foundation.announce import announce
from banshi.kernel.actors import Actor
from banshi.kernel.policy import HotlinePolicy
from banshi.kernel.refusals import Refused
from banshi.kernel.wording import legible
from banshi.rooms.audit import actions as audit
from banshi.rooms.calendars.queries import work_calendar
from banshi.rooms.catalogue.models import Department
from banshi.rooms.hotline import rules
from banshi.rooms.hotline.models import Handling, Order
from banshi.rooms.hotline.queries import line_of
from banshi.rooms.hotline.rules import ORDER, Line
from banshi.rooms.places.models import Hall
from banshi.rooms.places.queries import policy_of

TOPIC = "hotline"  # subject: the number of an order


def locked(*numbers: str) -> list[Order]:
    """These orders, as they are named, and everybody else who does something with one of them waits. Several are locked in one
    order, whoever names them.

    :raises Refused: nothing-found.
    """
    rows = Order.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "hall", "item", "department", "line_hall"
    )
    found = {row.no: row for row in rows.filter(no__in=numbers).order_by("id")}
    for no in numbers:
        if no not in found:
            raise Refused("nothing-found", facts={"hotline_order": no})
    return [found[no] for no in numbers]


def need(order: Order, verb: str) -> None:
    """:raises Refused: wrong-state."""
    if (no := ORDER.refusal(order.state, verb)) is not None:
        raise Refused(no.slug, facts={"kind": "hotline_order", **no.facts})


def theirs(order: Order, line: str | None) -> None:
    """:param line: of who acts; None: of the desk, whose are all. :raises Refused: changed-meanwhile – another line has it."""
    if line is not None and line != str(line_of(order)):
        raise Refused("changed-meanwhile")


def changed(order: Order, **values: Any) -> None:
    for name, value in values.items():
        setattr(order, name, value)
    order.save(update_fields=list(values))


def put(order: Order, line: Line) -> None:
    """Name the line on the row. :raises Refused: invalid – there is no such line."""
    order.line, order.department, order.line_hall = line.kind, None, None
    if line.kind == "department":
        order.department = Department.objects.filter(code=line.code).first()
    if line.kind == "hall":
        order.line_hall = Hall.objects.filter(code=line.code).first()
    if line.kind != "city" and order.department is None and order.line_hall is None:
        raise no_line()


def no_line() -> Refused:
    return invalid("line", "选择一个部门、大厅或市级", "Choose a department, a hall or the city")


def policy_now(order: Order, now: datetime) -> HotlinePolicy:
    return policy_of(order.hall_id, now=now).hotline


def due(order: Order, state: str, *, now: datetime) -> date:
    """By when the next thing is done, once the order is in this state."""
    today = now.astimezone(ZoneInfo(order.hall.timezone)).date()
    policy = policy_now(order, now)
    return rules.due_on(state, kind=order.kind, line=order.line, policy=policy, today=today, calendar=work_calendar())


def record(
    action: str, order: Order, *, verb: str, by: Actor, now: datetime, text: str = "", said: str = "",
    facts: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Write the step and the trail – what was done, never what was said – and tell whoever watches. The caller holds the lock."""
    last = Handling.objects.filter(order=order).aggregate(last=Max("seq"))["last"] or 0
    Handling.objects.create(
        order=order, seq=last + 1, verb=verb, line=str(line_of(order) or ""), said=said, text=text, by=str(by), at=now
    )
    audit.record(action=action, subject=f"hotline:{order.no}", by=by, now=now, hall=order.hall.code, facts=facts or {})
    announce(hall=order.hall.code, topic=TOPIC, subject=order.no, now=now)


def invalid(field: str, zh: str, en: str) -> Refused:
    return Refused("invalid", facts={"field": field, "reason": {"zh": zh, "en": en}})


def one_of(field: str, value: str, known: tuple[str, ...]) -> str:
    """:raises Refused: invalid."""
    if value not in known:
        raise invalid(field, f"只能是 {'、'.join(known)} 之一", f"One of {', '.join(known)}")
    return value


def words(text: str, *, least: int = rules.SHORTEST, most: int = rules.LONGEST, field: str = "text") -> str:
    """:raises Refused: invalid."""
    kept = legible(text, field=field)
    if not least <= len(kept) <= most:
        raise invalid(field, f"写 {least} 到 {most} 个字", f"{least} to {most} characters")
    return kept
