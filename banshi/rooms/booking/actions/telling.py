"""What people are told about an appointment. Params carry no names and no ID numbers; they are worded by messaging."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from banshi.rooms.booking import rules
from banshi.rooms.booking.models import Appointment
from banshi.rooms.booking.queries.facts import HallFacts, ItemWords
from banshi.rooms.identity import queries as identity
from banshi.rooms.messaging import actions as messaging


def subject_of(code: str) -> str:
    return f"appointment:{code}"


def params_of(
    hall: HallFacts, item: ItemWords | None, *, code: str, starts_at: datetime, ends_at: datetime, visit: str = ""
) -> dict[str, Any]:
    """What a message about an appointment may say.

    :param visit: what the appointments of one visit share: they are told together.
    """
    params = {
        "hall": hall.code,
        "hall_zh": hall.name_zh,
        "hall_en": hall.name_en,
        "starts_at": starts_at.astimezone(hall.zone).isoformat(),
        "ends_at": ends_at.astimezone(hall.zone).isoformat(),
        "code": code,
        "come_early": hall.policy.booking.come_early,
    }
    if visit:
        params["visit"] = visit
    if item is not None:
        params |= {
            "item_zh": item.name_zh,
            "item_en": item.name_en,
            "bring_zh": item.bring_zh,
            "bring_en": item.bring_en,
        }
    return params


def contact_of(appointment: Appointment) -> str | None:
    """Where the messages of a booking go: the contact given with it, else the person's own proven telephone."""
    return appointment.contact or identity.phone_of(person_id=appointment.person_id)


def tell(
    key: str,
    appointment: Appointment,
    *,
    hall: HallFacts,
    item: ItemWords | None,
    now: datetime,
    more: dict[str, Any] | None = None,
) -> None:
    """One message about an appointment, due at once."""
    params = params_of(
        hall,
        item,
        code=appointment.code,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        visit=appointment.visit_group,
    ) | (more or {})
    messaging.write(
        key=key,
        to_phone=contact_of(appointment),
        hall=hall.code,
        subject=subject_of(appointment.code),
        params=params,
        dedupe=f"{key}:{appointment.code}:{appointment.moves}",
        language=appointment.language,
        now=now,
    )


def tell_all(key: str, about: Sequence[tuple[Appointment, HallFacts, ItemWords | None]], *, now: datetime) -> None:
    """One message about each appointment (with its person), due at once, in one statement."""
    messaging.write_rows(
        messaging.row(
            key=key,
            phone=phone,
            hall=hall.code,
            subject=subject_of(row.code),
            params=params_of(
                hall, item, code=row.code, starts_at=row.starts_at, ends_at=row.ends_at, visit=row.visit_group
            ),
            due_at=now,
            dedupe=f"{key}:{row.code}:{row.moves}",
            language=row.language,
            now=now,
        )
        for row, hall, item in about
        if (phone := row.contact or row.person.phone)
    )


def remind(appointment: Appointment, *, hall: HallFacts, item: ItemWords, now: datetime) -> None:
    """The reminders of an appointment: the day before, and when it is time to leave."""
    starts_at = appointment.starts_at.astimezone(hall.zone)
    params = params_of(
        hall,
        item,
        code=appointment.code,
        starts_at=starts_at,
        ends_at=appointment.ends_at,
        visit=appointment.visit_group,
    )
    for key, due_at in rules.reminder_times(hall.policy.messages, starts_at, now).items():
        messaging.write(
            key=key,
            to_phone=contact_of(appointment),
            hall=hall.code,
            subject=subject_of(appointment.code),
            params=params,
            due_at=due_at,
            dedupe=f"{key}:{appointment.code}:{appointment.moves}",
            language=appointment.language,
            now=now,
        )


def drop(code: str, *, now: datetime) -> None:
    """Take back what is still to be said about an appointment that is cancelled or moved."""
    messaging.drop(subject=subject_of(code), now=now)
