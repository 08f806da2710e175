"""Calls of the hotline's number: what the exchange tells, who takes one, and whom the desk rings up."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string

from banshi.foundation import phones
from banshi.foundation.announce import announce
from banshi.foundation.crypto import blind_index
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.numbers import code_from
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.hotline import rules
from banshi.rooms.hotline.actions.ground import invalid, one_of
from banshi.rooms.hotline.models import Order, PhoneCall
from banshi.rooms.hotline.ports import Telephony, Unreachable
from banshi.rooms.hotline.rules import PHONE_CALL
from banshi.rooms.identity.models import Staff
from banshi.rooms.places.models import Hall

TOPIC = "phones"  # no subject: the desks of the hall look
EVENTS = ("ringing", "answered", "ended")
_NO_EXCHANGE = {"zh": "没有接通话务平台，用座机拨打", "en": "No exchange is connected: dial by hand"}
_BUSY = {"zh": "正在给这个号码打电话", "en": "This number is being rung up already"}


@dataclass(frozen=True)
class Event:
    """What the exchange tells of a call. `agent`: login of who answered; `phone`: as the telephone says, None where withheld."""

    call: str
    event: str
    phone: str | None = None
    agent: str = ""


def heard(event: Event, *, hall: Hall, by: Actor, now: datetime) -> PhoneCall:
    """Told twice it is so once; an answer that comes after the end changes nothing.

    :raises Refused: invalid (event, agent), phone-invalid, nothing-found (a call nobody told to ring here).
    """
    one_of("event", event.event, EVENTS)
    if not 1 <= len(event.call) <= 64 or not all("!" <= each <= "~" for each in event.call):
        raise invalid("call", "应为 1 到 64 个可见 ASCII 字符", "1 to 64 visible ASCII characters")
    with transaction.atomic():
        row = _rung(event, hall, by=by, now=now) if event.event == "ringing" else _of(event.call, hall)
        if event.event == "answered" and row.state == "ringing":
            _talks(row, _agent(event.agent), now=now)
        if event.event == "ended":
            _over(row, now=now)
        _told(row, now=now)
    return row


def _rung(event: Event, hall: Hall, *, by: Actor, now: datetime) -> PhoneCall:
    number = phones.known(event.phone) if event.phone else None
    index = blind_index(number, purpose="phone") if number else ""
    first = {"hall": hall, "inward": True, "phone": number, "phone_index": index, "rung_at": now}
    row, new = PhoneCall.objects.get_or_create(call=event.call, defaults=first)
    if row.hall_id != hall.pk:
        raise Refused("nothing-found", facts={"phone_call": event.call})
    if new:
        _record("phone_call_rang", row, by=by, now=now)
    return row


def _of(call: str, hall: Hall) -> PhoneCall:
    """Locked. :raises Refused: nothing-found."""
    rows = PhoneCall.objects.select_for_update(no_key=True, of=("self",)).select_related("hall", "agent", "order")
    row = rows.filter(call=call[:64], hall=hall).first()
    if row is None:
        raise Refused("nothing-found", facts={"phone_call": call[:64]})
    return row


def _agent(login: str) -> Staff:
    found = Staff.objects.filter(login=login, is_active=True).first()
    if found is None:
        raise invalid("agent", "没有这个登录名", "Nobody has this login")
    return found


def _talks(row: PhoneCall, agent: Staff, *, now: datetime) -> None:
    """Who takes a call has hung up the one before, whether or not they said so."""
    for before in (
        PhoneCall.objects.select_for_update(no_key=True).filter(agent=agent, state="talking").exclude(pk=row.pk)
    ):
        _over(before, now=now)
    row.state, row.agent, row.answered_at = PHONE_CALL.to("answer"), agent, now
    row.save(update_fields=["state", "agent", "answered_at"])


def _over(row: PhoneCall, *, now: datetime) -> None:
    if row.state in PHONE_CALL.ends:
        return
    row.state, row.ended_at = PHONE_CALL.to("end" if row.state == "talking" else "miss"), now
    row.save(update_fields=["state", "ended_at"])


def take_call(*, call: str, hall: Hall, by: Actor, now: datetime) -> PhoneCall:
    """Take the call that rings; of two who do at once one has it. Mine already is mine.

    :raises Refused: nothing-found; changed-meanwhile – somebody else has it, or it rings no more.
    """
    agent = _staff(by)
    with transaction.atomic():
        row = _of(call, hall)
        if row.state == "talking" and row.agent_id == agent.pk:
            return row
        if row.state != "ringing" or not (row.inward or row.agent_id == agent.pk):
            raise Refused("changed-meanwhile")
        _talks(row, agent, now=now)
        _record("phone_call_taken", row, by=by, now=now)
        _told(row, now=now)
    return row


def hang_up(*, call: str, hall: Hall, by: Actor, now: datetime) -> PhoneCall:
    """The agent's own call is over; one that they rang up and nobody answered was not reached. Over already is over.

    :raises Refused: nothing-found, changed-meanwhile – somebody else talks.
    """
    agent = _staff(by)
    with transaction.atomic():
        row = _of(call, hall)
        if row.agent_id != agent.pk:
            raise Refused("changed-meanwhile")
        _over(row, now=now)
        _told(row, now=now)
    return row


def ring_up(*, hall: Hall, by: Actor, now: datetime, order: Order | None = None, missed: str = "") -> PhoneCall:
    """Click to call: the caller of an order, or whoever was missed. The exchange is asked once the call stands; where it does
    not answer, nobody was rung up.

    :raises Refused: nothing-found, invalid (the number is withheld, no exchange, it is being rung up already), telephony-down.
    """
    if not settings.BANSHI_TELEPHONY:
        raise invalid("phone", _NO_EXCHANGE["zh"], _NO_EXCHANGE["en"])
    agent = _staff(by)
    try:
        with transaction.atomic():
            row = _outward(hall, agent, order=order, missed=missed, now=now)
            _record("phone_call_made", row, by=by, now=now)
    except IntegrityError as twice:
        raise invalid("phone", _BUSY["zh"], _BUSY["en"]) from twice
    try:
        cast(Telephony, import_string(settings.BANSHI_TELEPHONY)()).dial(
            call=row.call, agent=agent.login, phone=str(row.phone)
        )
    except Unreachable as down:
        with transaction.atomic():
            _over(_of(row.call, hall), now=now)
        raise Refused("telephony-down") from down
    if missed:
        PhoneCall.objects.filter(call=missed, hall=hall, settled_at=None).update(settled_at=now)
    _told(row, now=now)
    return row


def _outward(hall: Hall, agent: Staff, *, order: Order | None, missed: str, now: datetime) -> PhoneCall:
    before = _of(missed, hall) if missed else None
    phone = order.phone if order is not None else before.phone if before is not None else None
    if not phone:
        raise invalid("phone", "来电没有显示号码，无法回拨", "The number is withheld: there is nobody to ring up")
    return PhoneCall.objects.create(
        call=f"out-{code_from(os.urandom(9))}", hall=hall, inward=False, phone=phone,
        phone_index=blind_index(phone, purpose="phone"), agent=agent, order=order, rung_at=now,
    )  # fmt: skip


def settle(*, call: str, hall: Hall, by: Actor, now: datetime) -> None:
    """Nobody needs to ring this one back. :raises Refused: nothing-found."""
    with transaction.atomic():
        row = _of(call, hall)
        if row.settled_at is None:
            row.settled_at = now
            row.save(update_fields=["settled_at"])
            _record("phone_call_settled", row, by=by, now=now)
            _told(row, now=now)


def taken_down(*, call: str, hall: Hall, order: Order, by: Actor) -> None:
    """What was wanted in a call stands in an order. :raises Refused: nothing-found, changed-meanwhile – not this agent's."""
    with transaction.atomic():
        row = _of(call, hall)
        if row.agent_id != _staff(by).pk:
            raise Refused("changed-meanwhile")
        row.order = order
        row.save(update_fields=["order"])


def _staff(by: Actor) -> Staff:
    """:raises Refused: not-allowed – who does not work here."""
    if by.kind is not ActorKind.STAFF or not by.id:
        raise Refused("not-allowed", facts={"permission": "hotline.desk"})
    return Staff.objects.get(pk=int(by.id))


def _told(row: PhoneCall, *, now: datetime) -> None:
    announce(hall=row.hall.code, topic=TOPIC, subject=row.call, now=now)


def _record(action: str, row: PhoneCall, *, by: Actor, now: datetime) -> None:
    audit.record(action=action, subject=f"phone-call:{row.pk}", by=by, now=now, hall=row.hall.code, facts={})


__all__ = ["EVENTS", "Event", "hang_up", "heard", "ring_up", "rules", "settle", "take_call", "taken_down"]
