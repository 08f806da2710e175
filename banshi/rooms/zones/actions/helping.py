"""Calls for help out of an area: one at a time, told by the steps of the fleet's alarms, answered, over."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.policy import HallPolicy
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.devices.models import Device
from banshi.rooms.devices.queries import fleet
from banshi.rooms.devices.rules import fleet as fleet_rules
from banshi.rooms.places.models import SelfServiceArea
from banshi.rooms.zones.models import HelpCall, HelpTold


def call_for_help(*, area: SelfServiceArea, device: Device | None, by: Actor, now: datetime) -> HelpCall:
    """求助: pressed again it is the same call, until somebody has ended it."""
    with transaction.atomic():
        call, new = HelpCall.objects.get_or_create(area=area, ended_at=None, defaults={"device": device, "at": now})
        if new:
            audit.record(action="zone_help_called", subject=f"area:{area.code}", by=by, now=now, hall=area.hall.code)
    return call


def answer_help(*, area: SelfServiceArea, call_id: int, by: Actor, now: datetime) -> HelpCall:
    """Somebody looks after it: nobody else is told, and the door's page says that somebody comes. Twice is once, and the first
    one's.

    :raises Refused: nothing-found.
    """
    with transaction.atomic():
        call = _call(area, call_id)
        if call.answered_at is None and call.ended_at is None:
            call.answered_at, call.answered_by = now, str(by)
            call.save(update_fields=["answered_at", "answered_by"])
            subject, hall = f"area:{area.code}", area.hall.code
            audit.record(action="zone_help_answered", subject=subject, by=by, now=now, hall=hall)
    return call


def end_help(*, area: SelfServiceArea, call_id: int, by: Actor, now: datetime) -> HelpCall:
    """It is over; twice is once. :raises Refused: nothing-found."""
    with transaction.atomic():
        call = _call(area, call_id)
        if call.ended_at is None:
            if call.answered_at is None:
                call.answered_at, call.answered_by = now, str(by)
            call.ended_at, call.ended_by = now, str(by)
            call.save(update_fields=["answered_at", "answered_by", "ended_at", "ended_by"])
            audit.record(action="zone_help_ended", subject=f"area:{area.code}", by=by, now=now, hall=area.hall.code)
    return call


def _call(area: SelfServiceArea, call_id: int) -> HelpCall:
    """Held: of two who answer at once, one is the first. :raises Refused: nothing-found."""
    call = HelpCall.objects.select_for_update(no_key=True).filter(pk=call_id, area=area).first()
    if call is None:
        raise Refused("nothing-found", facts={"call": call_id})
    return call


def tell_of_help(*, policies: dict[int, HallPolicy], now: datetime) -> int:
    """Tell the step that is due of each call nobody has answered, once; the steps are those of the fleet's alarms.

    :param policies: by hall. :returns: how many were told.
    """
    rows = HelpCall.objects.filter(ended_at=None, answered_at=None).select_related("area__hall__region")
    calls = list(rows.prefetch_related("told").order_by("id"))
    due: list[tuple[HelpCall, str]] = []
    for call in calls:
        told = {each.step: each.at for each in call.told.all()}
        policy = policies.get(call.area.hall_id, HallPolicy()).machines
        step = fleet_rules.due(policy=policy, kind="help", opened_at=call.at, told=told, now=now)
        if step is not None:
            due.append((call, step))
    whom = fleet.who_is_told({call.area.hall for call, _ in due}) if due else {}
    rows_told = [
        HelpTold(call=call, step=step, told=whom.get((call.area.hall_id, step), []), at=now) for call, step in due
    ]
    HelpTold.objects.bulk_create(rows_told, ignore_conflicts=True)
    return len(rows_told)
