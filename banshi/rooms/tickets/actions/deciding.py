"""What is decided at the window: a wrong person, the matter of a number, whom this window passes by."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from banshi.kernel.refusals import Refused
from banshi.kernel.wording import legible
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.tickets import rules
from banshi.rooms.tickets.actions.ground import (
    at_my_window,
    bookings_first,
    came_to_nothing,
    locked,
    need,
    now_idle,
    record,
    session_of,
    tell_line,
    visit_over,
)
from banshi.rooms.tickets.actions.stretches import end_stretch
from banshi.rooms.tickets.models import Service, Skip, Ticket
from banshi.rooms.tickets.queries.missed import TURNED_AWAY


def need_why(why: str, most: int = 200) -> str:
    """:raises Refused: invalid, where no reason is given, or one that cannot be read."""
    kept = legible(why)
    if not kept:
        raise Refused("invalid", facts={"field": "why", "reason": {"zh": "填写原因", "en": "Say why"}})
    return kept[:most]


def need_match(ticket: Ticket) -> None:
    """A mismatch stops what comes next until it is decided: checked again, overridden by a lead, or turned away.

    :raises Refused: identity-mismatch.
    """
    if ticket.identity_ok is False:
        raise Refused("identity-mismatch", facts={"checked": True, "number": ticket.number})


@transaction.atomic
def turn_away(*, ref: str, staff_id: int, why: str, now: datetime, others: bool = False) -> Ticket:
    """Somebody else than the person of the number came, or may not be served (不予办理): the number ends, with why.

    :param others: where the card does not fit, the other numbers of this visit that wait end with it: whoever was refused
        holds them.
    :raises Refused: invalid (no reason), and those of `at_my_window`.
    """
    bookings_first(Ticket.objects.filter(visit__tickets__ref=ref))
    ticket, session = at_my_window(ref, staff_id=staff_id, verb="turn_away")
    ticket.outcome, ticket.outcome_why = "refused", need_why(why)
    end_stretch(ticket, outcome="refused", now=now)
    ticket.state, ticket.finished_at = rules.NUMBER.to("turn_away"), now
    ticket.save(update_fields=["state", "finished_at", "outcome", "outcome_why"])
    now_idle(session.window_id, now)
    came_to_nothing([ticket], now)
    record("turned_away", ticket, staff_id, now, why=ticket.outcome_why)
    if others and ticket.identity_ok is False:
        for each in beside_in_visit(ticket):
            each.state, each.closed_why = rules.NUMBER.to("close"), f"{TURNED_AWAY}{ticket.ref}"
            each.save(update_fields=["state", "closed_why"])
            came_to_nothing([each], now)
            record("turned_away", each, staff_id, now, why=ticket.outcome_why)
            tell_line(each, now)
    visit_over(ticket, now)
    tell_line(ticket, now)
    return ticket


def beside_in_visit(ticket: Ticket) -> list[Ticket]:
    """The other numbers of the same visit that wait, under lock."""
    same = Ticket.objects.filter(visit_id=ticket.visit_id, limit_key=ticket.limit_key, state__in=["waiting", "parked"])
    return list(
        same.exclude(pk=ticket.pk).select_related("hall").select_for_update(of=("self",), no_key=True).order_by("id")
    )


@transaction.atomic
def override_mismatch(*, ref: str, staff_id: int, why: str, now: datetime) -> Ticket:
    """A lead lets the number go on though card and person differ (renewed card, guardian); surfaces ask for the right.

    :raises Refused: invalid (no reason), wrong-state (nothing to override), and those of `at_my_window`.
    """
    ticket, _ = at_my_window(ref, staff_id=staff_id, verb="check_identity")
    reason = need_why(why)
    if ticket.identity_ok is not False:
        raise Refused("wrong-state", facts={"state": ticket.state, "needs": "a mismatch"})
    ticket.identity_ok, ticket.mismatch_allowed = True, True
    ticket.save(update_fields=["identity_ok", "mismatch_allowed"])
    record("overrode_mismatch", ticket, staff_id, now, why=reason)
    tell_line(ticket, now)
    return ticket


@transaction.atomic
def set_matter(*, ref: str, item_code: str, staff_id: int, now: datetime) -> Ticket:
    """Name the matter of a number that was taken for a category only, or for another matter.

    :raises Refused: item-not-here, and those of `at_my_window`.
    """
    ticket, _ = at_my_window(ref, staff_id=staff_id, verb="set_matter")
    handled = HallItem.objects.filter(hall_id=ticket.hall_id, item__code=item_code).order_by("id").first()
    if handled is None:
        raise Refused("item-not-here", facts={"item": item_code, "hall": ticket.hall.code})
    ticket.item_id = handled.item_id
    ticket.save(update_fields=["item"])
    Service.objects.filter(ticket=ticket, ended_at=None).update(item_id=handled.item_id)
    tell_line(ticket, now)
    return ticket


@transaction.atomic
def skip(*, ref: str, staff_id: int, why: str, now: datetime) -> Ticket:
    """Next, but not this one (跳过): this window passes the number by, and it keeps its place for the others.

    Where no other window at work serves it, it stays this window's all the same: nobody is left without one.

    :raises Refused: invalid (no reason), nothing-found, not-signed-in, not-your-hall, wrong-state.
    """
    reason = need_why(why)
    session = session_of(staff_id)
    ticket = locked(ref)
    if ticket.hall_id != session.hall_id:
        raise Refused("not-your-hall", facts={"hall": ticket.hall.code})
    need(ticket, "skip")
    _, passed_by = Skip.objects.get_or_create(
        ticket=ticket, window_id=session.window_id, defaults={"at": now, "by": f"staff:{staff_id}", "why": reason}
    )
    if passed_by:
        record("skipped", ticket, staff_id, now, window=session.window.number, why=reason)
    if ticket.only_window_id == session.window_id:  # kept for here alone: the others have to be able to call it
        ticket.only_window = None
        ticket.save(update_fields=["only_window"])
    tell_line(ticket, now)
    return ticket
