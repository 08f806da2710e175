"""Seats: set up, ready, paused, away; and whose page is no longer there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from banshi.foundation.announce import announce
from banshi.kernel.actors import SYSTEM, Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.catalogue.models import Department
from banshi.rooms.identity.models import Staff
from banshi.rooms.places.models import Category, Hall
from banshi.rooms.remote import rules
from banshi.rooms.remote.actions.ground import SEATS, invalid, need_seat, one_of, seat_locked, staff_of
from banshi.rooms.remote.models import Seat
from banshi.rooms.remote.rules import SEAT

SILENT = timedelta(seconds=90)  # as with machines: a page says every few seconds that it is there


def set_up(
    *, staff: Staff, hall: Hall | None, kind: str, skills: Sequence[str] = (), languages: Sequence[str] = ("zh",),
    by: Actor, now: datetime,
) -> Seat:  # fmt: skip
    """Somebody takes calls from now on, or others than before.

    :param hall: None = of every hall. :param skills: codes of categories (of that hall) and departments; none: everything.
    :raises Refused: invalid, wrong-state (in the middle of a call).
    """
    one_of("kind", kind, rules.KINDS)
    for language in languages:
        one_of("languages", language, rules.LANGUAGES)
    if not languages:
        raise invalid("languages", "至少选一种语言", "At least one language")
    if kind == "window" and hall is None:
        raise invalid("hall", "窗口坐席属于一个大厅", "A window's seat belongs to a hall")
    known = set(Department.objects.order_by("id").values_list("code", flat=True))
    categories = Category.objects.order_by("id") if hall is None else hall.categories.order_by("id")
    known |= set(categories.values_list("code", flat=True))
    if strange := sorted(set(skills) - known):
        raise invalid("skills", f"没有这些类别或部门：{'、'.join(strange)}", f"Unknown: {', '.join(strange)}")
    values = {"hall": hall, "kind": kind, "skills": sorted(set(skills)), "languages": sorted(set(languages))}
    with transaction.atomic():
        seat, made = Seat.objects.get_or_create(staff=staff, defaults={**values, "since": now})
        if not made:
            seat = seat_locked(staff.pk)
            if seat.state == "talking":
                need_seat(seat, "ready")
            Seat.objects.filter(pk=seat.pk).update(**values)
            seat.refresh_from_db()
        audit.record(
            action="seat_set_up", subject=f"staff:{staff.pk}", by=by, now=now, hall=hall.code if hall else "",
            facts={"seat": kind, "skills": values["skills"], "languages": values["languages"]},
        )  # fmt: skip
    return seat


def ready(*, by: Actor, now: datetime, wall: datetime) -> Seat:
    """Calls may come. Whoever is ready already stays where they are in the order of the free.

    :param wall: machine time. :raises Refused: nothing-found (no seat), wrong-state (a call is theirs).
    """
    return _set("ready", by=by, now=now, wall=wall)


def pause(*, by: Actor, now: datetime, wall: datetime) -> Seat:
    """No call for a while. :raises Refused: as of `ready`."""
    return _set("pause", by=by, now=now, wall=wall)


def away(*, by: Actor, now: datetime, wall: datetime) -> Seat:
    """No call any more today. :raises Refused: as of `ready`."""
    return _set("away", by=by, now=now, wall=wall)


def _set(verb: str, *, by: Actor, now: datetime, wall: datetime) -> Seat:
    with transaction.atomic():
        seat = seat_locked(staff_of(by))
        need_seat(seat, verb)
        if seat.state != SEAT.to(verb):
            seat.state, seat.since = SEAT.to(verb), now
            audit.record(
                action="seat_changed", subject=f"staff:{seat.staff_id}", by=by, now=now,
                hall=seat.hall.code if seat.hall else "",
                facts={"state": seat.state},
            )  # fmt: skip
            _told(seat, now)
        seat.last_seen_at = wall
        seat.save(update_fields=["state", "since", "last_seen_at"])
    return seat


def _told(seat: Seat, now: datetime) -> None:
    announce(hall=seat.hall.code if seat.hall else "*", topic=SEATS, subject=str(seat.pk), now=now)


def seen(*, staff_id: int, wall: datetime) -> None:
    """The page of a seat is there. :param wall: machine time."""
    Seat.objects.filter(staff_id=staff_id).update(last_seen_at=wall)


def lose_silent(*, now: datetime, wall: datetime) -> int:
    """Nobody rings at a page that is closed: ready seats that say nothing are away. :returns: how many."""
    silent = Q(last_seen_at=None) | Q(last_seen_at__lt=wall - SILENT)
    lost = 0
    with transaction.atomic():
        rows = Seat.objects.select_for_update(no_key=True, skip_locked=True, of=("self",)).select_related("hall")
        for seat in rows.filter(silent, state="ready").order_by("id"):
            seat.state, seat.since = SEAT.to("away"), now
            seat.save(update_fields=["state", "since"])
            audit.record(
                action="seat_lost", subject=f"staff:{seat.staff_id}", by=SYSTEM, now=now,
                hall=seat.hall.code if seat.hall else "",
            )  # fmt: skip
            _told(seat, now)
            lost += 1
    return lost


def seat_named(seat_id: int) -> Seat:
    """:raises Refused: nothing-found."""
    seat = Seat.objects.select_related("hall", "staff").filter(pk=seat_id, staff__is_active=True).first()
    if seat is None:
        raise Refused("nothing-found", facts={"seat": seat_id})
    return seat
