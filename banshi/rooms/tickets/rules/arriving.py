"""Arriving with an appointment (到厅): in time, too early, late – and what the hall makes of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from banshi.kernel.policy import TicketPolicy
from banshi.kernel.refusals import Refusal


class Arrival(StrEnum):
    """How somebody comes whom the hall lets in."""

    IN_TIME = "in_time"
    AGAIN = "again"  # the number that was given came to nothing; the appointment still stands
    LATE = "late"  # with a walk-in number; what is on record stays


def arrival(
    state: str,
    *,
    opens: datetime,
    closes: datetime,
    given_up: bool,
    today: bool,
    policy: TicketPolicy,
    now: datetime,
) -> Arrival | Refusal:
    """Whether whoever shows an appointment is let in now, and how.

    :param state: of the appointment. :param opens: when its check-in opens; :param closes: until when, exclusive, it is on time.
    :param given_up: its number is over, and the appointment was taken hold of again.
    :param today: it is for the present business day.
    :returns: or too-late, too-early (with the time), wrong-state.
    """
    # Checked in without a number: the person was in the hall for something else when the period ended.
    missed = state in ("no_show", "checked_in") and not given_up
    if missed or (state == "booked" and now >= closes):
        return Refusal("too-late", {"closes": closes}) if policy.late == "refuse" or not today else Arrival.LATE
    if given_up:
        return Arrival.AGAIN
    if state != "booked":
        return Refusal("wrong-state", {"state": state, "needs": "booked"})
    return Refusal("too-early", {"opens": opens}, opens) if now < opens else Arrival.IN_TIME


def comes_along(
    state: str, *, opens: datetime, closes: datetime, policy: TicketPolicy, now: datetime
) -> Arrival | None:
    """How another matter of the visit comes that its person has arrived for, too: late, unless it had a number; again, where its
    number goes on; in time. None where it waits for its own hour, or where the hall takes nobody late.

    :param state: booked, checked_in or no_show; the hours as in `arrival`.
    """
    if now < opens:
        return None
    if state == "no_show" or now >= closes:
        return Arrival.LATE if policy.late != "refuse" else None
    return Arrival.AGAIN if state == "checked_in" else Arrival.IN_TIME


def checks_in_from(
    state: str, *, starts_at: datetime, ends_at: datetime, policy: TicketPolicy, now: datetime
) -> datetime | None:
    """When the check-in of an appointment opens; None where it has, or where there is none any more."""
    opens, _ = policy.check_in_window(starts_at=starts_at, ends_at=ends_at)
    return opens if state == "booked" and now < opens else None
