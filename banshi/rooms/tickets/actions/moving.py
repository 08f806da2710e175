"""In the line and out of it: park, come back, be put first, leave, go to another hall."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from banshi.foundation.crypto import encrypt
from banshi.kernel.actors import SYSTEM, Actor, ActorKind
from banshi.kernel.numbers import code_from
from banshi.kernel.ownership import is_typed
from banshi.kernel.policy import TicketPolicy
from banshi.kernel.refusals import Refused
from banshi.kernel.wording import legible
from banshi.rooms.audit import actions as audit
from banshi.rooms.booking.models import Appointment
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.messaging.statements import TO_PLACE
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import rules
from banshi.rooms.tickets.actions.deciding import need_why
from banshi.rooms.tickets.actions.ground import (
    RETURN,
    back_in_line,
    bookings_first,
    broken,
    by_hall,
    came_to_nothing,
    goes_on,
    locked,
    need,
    need_nobody_out,
    now_idle,
    policy,
    tell_line,
    visit_over,
    waiting_s,
)
from banshi.rooms.tickets.actions.stretches import end_stretch
from banshi.rooms.tickets.actions.taking import REF_BYTES
from banshi.rooms.tickets.models import AT_WINDOW, Estimate, FormerRef, Miss, Ticket, Transfer, Visit
from banshi.rooms.tickets.queries.contact import contact_of
from banshi.rooms.tickets.queries.missed import rule_for, stood_still, times_back
from banshi.rooms.tickets.queries.stopped import need_line_today


@transaction.atomic
def park(*, ref: str, by: Actor, now: datetime, until: datetime | None = None) -> Ticket:
    """Step out of the line (暂离) and keep one's rank; back by `unpark`, or by itself at `until`.

    :raises Refused: nothing-found, not-your-hall, wrong-state, invalid (`until` is over).
    """
    ticket = locked(ref)
    by_hall(ticket, by)
    need(ticket, "park")
    if until is not None and until <= now:
        raise Refused("invalid", facts={"field": "until", "reason": {"zh": "时间已过", "en": "That time is over"}})
    ticket.state, ticket.parked_at, ticket.parked_until = rules.NUMBER.to("park"), now, until
    ticket.wait_s = (ticket.wait_s or 0) + waiting_s(ticket, now)
    ticket.save(update_fields=["state", "wait_s", "parked_at", "parked_until"])
    tell_line(ticket, now)
    return ticket


@transaction.atomic
def step_out(*, ref: str, by: Actor, now: datetime, until: datetime | None = None) -> Ticket:
    """As `park`, for the person: with the other numbers they wait with in this visit.

    :raises Refused: those of `park`.
    """
    ticket = _locked_with_visit(ref)
    by_hall(ticket, by)
    need(ticket, "park")
    others = _beside(ticket, state="waiting")
    out = park(ref=ref, by=by, now=now, until=until)
    for other in others:
        park(ref=other.ref, by=by, now=now, until=until)
    return out


@transaction.atomic
def is_here(*, ref: str, by: Actor, now: datetime) -> Ticket:
    """As `unpark`, for the person: they stand in the hall, with all the numbers of the visit that were set aside.

    :raises Refused: those of `unpark`.
    """
    ticket = _locked_with_visit(ref)
    back = unpark(ref=ticket.ref, by=by, now=now)
    for other in _beside(back, state="parked"):
        if not _is_on_the_way(other):
            unpark(ref=other.ref, by=by, now=now)
    return back


@transaction.atomic
def unpark(*, ref: str, by: Actor, now: datetime) -> Ticket:
    """Back in line, at one's old rank.

    :raises Refused: nothing-found, not-your-hall, wrong-state.
    """
    ticket = locked(ref)
    by_hall(ticket, by)
    need(ticket, "unpark")
    if ticket.came_from_id is not None and ticket.waits_from is None:
        _arrived(ticket, now)
    ticket.state = rules.NUMBER.to("unpark")
    back_in_line(ticket, now)
    ticket.save(update_fields=["state", "rank_class", "rank_key", "call_by", *RETURN])
    tell_line(ticket, now)
    return ticket


NOT_BY_PHONE = {"zh": "这个大厅的号票不能推后", "en": "In this hall numbers are not put off"}


@transaction.atomic
def late(*, ref: str, by: Actor, now: datetime) -> Ticket:
    """The person of a waiting number is late: it steps aside and keeps its rank, or lets some go first, by policy. So do the
    other numbers they wait with in this visit: nobody is late for one window and in time for the next.

    Who is called in the same instant is called: then it is too late to be late.

    :raises Refused: nothing-found, not-your-hall, wrong-state, not-allowed (the hall does not put numbers off).
    """
    ticket = _locked_with_visit(ref)
    by_hall(ticket, by)
    need(ticket, "fall_back")
    rule = policy(ticket, now).tickets
    if rule.late_number == "off":
        raise Refused("not-allowed", facts={"permission": NOT_BY_PHONE})
    others = _beside(ticket, state="waiting")
    done = _put_off(ticket, rule, by=by, now=now)
    for other in others:
        _put_off(other, rule, by=by, now=now)
    return done


def _put_off(ticket: Ticket, rule: TicketPolicy, *, by: Actor, now: datetime) -> Ticket:
    behind = _behind(ticket, rule.late_behind) if rule.late_number == "behind" else None
    if behind is None:  # also where nobody is behind to go first
        return park(ref=ticket.ref, by=by, now=now)
    ticket.rank_class, ticket.rank_key = behind.rank_class, behind.rank_key + 1
    ticket.call_by = rules.call_by(rank_class=behind.rank_class, policy=rule, now=now)
    ticket.save(update_fields=["rank_class", "rank_key", "call_by"])
    Estimate.objects.filter(ticket=ticket).delete()  # what was promised was another place
    tell_line(ticket, now)
    return ticket


def _locked_with_visit(ref: str) -> Ticket:
    """The number and those beside it in its visit, locked in one order. :raises Refused: nothing-found."""
    visit = Ticket.objects.filter(visit__in=Ticket.objects.filter(ref=ref).values("visit"))
    list(visit.select_for_update(of=("self",), no_key=True).order_by("id").values_list("id"))
    return locked(ref)


def _beside(ticket: Ticket, *, state: str) -> list[Ticket]:
    """The other numbers of the visit in this state and in the same hands."""
    same = Ticket.objects.filter(visit_id=ticket.visit_id, limit_key=ticket.limit_key, state=state)
    return list(same.exclude(pk=ticket.pk).select_related("hall", "window").order_by("id"))


def _behind(ticket: Ticket, places: int) -> Ticket | None:
    """The number so many places behind in the same category, or the last one there is."""
    mine = (ticket.rank_class, ticket.rank_key, ticket.pk)
    waiting = Ticket.objects.filter(
        hall_id=ticket.hall_id, day=ticket.day, category_id=ticket.category_id, state="waiting"
    ).order_by("rank_class", "rank_key", "id")
    after = [each for each in waiting if (each.rank_class, each.rank_key, each.pk) > mine]
    return after[:places][-1] if after else None


@transaction.atomic
def come_back(*, ref: str, by: Actor, now: datetime) -> Ticket:
    """Who stepped aside says they are back, with all their numbers of the visit. A number sent here from another hall waits for
    its person to arrive.

    :raises Refused: nothing-found, not-your-hall, wrong-state.
    """
    ticket = _locked_with_visit(ref)
    if _is_on_the_way(ticket):
        raise Refused("wrong-state", facts={"state": "parked", "needs": "checked in"})
    return is_here(ref=ref, by=by, now=now)


def _is_on_the_way(ticket: Ticket) -> bool:
    return ticket.came_from_id is not None and ticket.waits_from is None


def _arrived(ticket: Ticket, now: datetime) -> None:
    """Ranked from now on; where this number began the visit, the visit begins now."""
    others = Ticket.objects.filter(visit_id=ticket.visit_id).exclude(pk=ticket.pk)
    if not others.exists():
        Visit.objects.filter(pk=ticket.visit_id).update(arrived_at=now)
    rule = policy(ticket, now).tickets
    starts = ticket.appointment.starts_at if ticket.appointment else None
    lane = rules.lane_that_ranks(ticket.lane, to_check=ticket.lane_to_check)
    ranked = rules.rank(kind=ticket.kind, lane=lane, policy=rule, period_start=starts, now=now)
    ticket.rank_class, ticket.rank_key = ranked
    ticket.call_by = rules.call_by(rank_class=ranked.rank_class, policy=rule, now=now)


def expect(ticket: Ticket, *, came_from: Ticket, now: datetime) -> Ticket:
    """Inside a transaction: the number just given is for somebody on the way from another hall.

    It waits from the moment the person is here (`unpark`); until then it is nobody's turn, and nothing is promised.
    """
    ticket.state, ticket.parked_at = rules.NUMBER.to("expect"), now
    ticket.waits_from, ticket.came_from = None, came_from
    ticket.save(update_fields=["state", "parked_at", "waits_from", "came_from"])
    Estimate.objects.filter(ticket=ticket).delete()
    ticket.told = None
    return ticket


def reinstate(*, ref: str, by: Actor, now: datetime) -> Ticket:
    """Put a missed number back (补号): policy A behind all numbers already given, policy B without queueing again.

    :raises Refused: nothing-found, not-your-hall, wrong-state (also: back too often), too-late, already-waiting, closed (its
        line is for the rest of the day, or everybody is out).
    """
    try:
        with transaction.atomic():
            return _reinstate(ref, by, now)
    except IntegrityError as trouble:
        if broken(trouble) != "a_person_waits_once_per_category":
            raise
        ticket = Ticket.objects.get(ref=ref)
        assert ticket.person_id is not None
        number = (
            Ticket.objects.filter(
                person_id=ticket.person_id, limit_key=ticket.limit_key, category_id=ticket.category_id, day=ticket.day,
                alone=True,                state__in=["waiting", "called", "parked"],
            )
            .order_by("id").values_list("number", flat=True).first()
        )  # fmt: skip
        raise Refused("already-waiting", facts={"number": number or ""}) from trouble


def _reinstate(ref: str, by: Actor, now: datetime) -> Ticket:
    bookings_first(Ticket.objects.filter(ref=ref))
    ticket = locked(ref)
    by_hall(ticket, by)
    need(ticket, "reinstate")
    need_nobody_out(ticket, now)
    need_line_today(ticket, now)
    misses = list(Miss.objects.filter(ticket=ticket).order_by("-id"))
    rule, came_back = rule_for(policy(ticket, now).tickets, misses), times_back(misses)
    missed_at = misses[0].at if misses else now
    stood = stood_still([ticket], {ticket.pk: missed_at}, now).get(ticket.pk, timedelta())
    closes = rules.comes_back_before(
        missed_at=missed_at, policy=rule, stood=stood, line_closes_at=ticket.line_closes_at
    )
    known = {"came_back": came_back, "closes": closes, "policy": rule, "now": now}
    if (refusal := rules.NUMBER.refusal(ticket.state, "reinstate", **known)) is not None:
        raise Refused(refusal)
    ranked = rules.reinstated_rank(policy=rule, now=now)
    ticket.state, ticket.rank_class, ticket.rank_key = rules.NUMBER.to("reinstate"), ranked.rank_class, ranked.key
    ticket.call_by = rules.call_by(rank_class=ranked.rank_class, policy=rule, now=now)
    back_in_line(ticket, now)
    ticket.save(update_fields=["state", "rank_class", "rank_key", "call_by", *RETURN])
    Miss.objects.filter(pk__in=[m.pk for m in misses[:1]]).update(reinstated_at=now, reinstated_by=str(by))
    goes_on(ticket)
    tell_line(ticket, now)
    return ticket


def standing(
    appointment: Appointment, *, limit_key: str, hall_id: int, day: date, item_id: int | None = None
) -> Ticket | None:
    """This holder's number of the appointment's category that is in the line or at a window and was given for no other
    matter of its visit, locked.

    :param item_id: for this matter, or for the category alone; None for whatever matter of the category.

    Lock the person's appointments before: whoever finishes a number does so too.
    """
    states = rules.NUMBER.of("join_booking")
    matter = Q() if item_id is None else Q(item=item_id) | Q(item=None)
    # The same matter: given before the hall moved it to another category.
    here = Q(category_id=appointment.category_id) & matter | Q(item=appointment.item_id)
    return (
        Ticket.objects.select_for_update(of=("self",), no_key=True)
        .select_related("hall", "window")
        .filter(person_id=appointment.person_id, limit_key=limit_key, hall_id=hall_id)
        .filter(here, day=day, appointment=None)
        .filter(Q(late_for=None) | Q(late_for=appointment) | ~Q(late_for__visit_group=appointment.visit_group or "-"))
        .filter(state__in=states)
        .order_by("id")
        .first()
    )


def join_booking(ticket: Ticket, *, appointment: Appointment, now: datetime) -> Ticket:
    """The number, locked, is that of a booking presented while it waits (签到并号): from now on ranked as booked.

    It never loses by it: where its old rank is better, that stays.
    """
    need(ticket, "join_booking")
    lane = rules.lane_that_ranks(ticket.lane, to_check=ticket.lane_to_check)
    ranked = rules.rank(
        kind="booked", lane=lane, policy=policy(ticket, now).tickets, period_start=appointment.starts_at, now=now
    )
    ticket.rank_class, ticket.rank_key = min((ticket.rank_class, ticket.rank_key), ranked)
    ticket.kind, ticket.appointment, ticket.after_booked = "booked", appointment, False
    ticket.item_id = ticket.item_id or appointment.item_id
    ticket.save(update_fields=["rank_class", "rank_key", "kind", "appointment", "after_booked", "item"])
    tell_line(ticket, now)
    return ticket


def claim(ticket: Ticket, *, limit_key: str, contact: str | None, by: Actor, now: datetime) -> Ticket:
    """Inside a transaction: its booking's holder shows more than whoever declared the document (接手号票).

    The place in the line stays; what the other one holds opens nothing any more: it gets a new ref, and so new keys to
    follow, leave and rate it. What was still to be said about the old one is not said.

    :param contact: where its messages go from now on (E.164).
    :raises Refused: already-waiting – this holder has another number in the same line.
    """
    assert ticket.person_id is not None  # it is a booking's
    mine = Ticket.objects.filter(person_id=ticket.person_id, category_id=ticket.category_id, day=ticket.day)
    standing = mine.filter(limit_key=limit_key, state__in=["waiting", "called", "parked"]).order_by("id")
    if ticket.alone:
        _need_none(standing)
    _claim_visit(ticket, limit_key)
    _under_new_ref(ticket, now)
    ticket.limit_key = limit_key
    tell_at(ticket, contact)
    if ticket.lane == "elderly" and ticket.lane_to_check and not limit_key:
        _lane_seen(ticket, now)
    fields = ["ref", "limit_key", "lane_to_check", "notify_to", "phone_index", "rank_class", "rank_key", "call_by"]
    try:
        with transaction.atomic():
            ticket.save(update_fields=fields)
    except IntegrityError as trouble:
        if broken(trouble) == "a_person_waits_once_per_category":
            _need_none(standing.all())
        raise
    audit.record(action="ticket_claimed", subject=f"ticket:{ticket.ref}", by=by, now=now, hall=ticket.hall.code)
    tell_line(ticket, now)
    return ticket


def _need_none(standing: QuerySet[Ticket]) -> None:
    """:raises Refused: already-waiting – there is such a number."""
    first = standing.first()
    if first is not None:
        raise Refused("already-waiting", facts={"number": first.number})


def _claim_visit(ticket: Ticket, limit_key: str) -> None:
    """The visit is this holder's, too, where it has no other number and they have no visit of their own today. Before the
    number is theirs: in the order of `visit_goes_on`."""
    if Ticket.objects.filter(visit_id=ticket.visit_id).exclude(pk=ticket.pk).exists():
        return
    try:
        with transaction.atomic():
            Visit.objects.filter(pk=ticket.visit_id).update(limit_key=limit_key)
    except IntegrityError as trouble:
        if broken(trouble) != "one_visit_per_person_and_day":
            raise


def renew(ticket: Ticket, *, contact: str | None, by: Actor, now: datetime) -> Ticket:
    """Inside a transaction, the number locked: whoever spoke for its person does so no longer (委托终止).

    In line it gets a new ref, as one taken over does. While it is served its clerk knows it by its ref: whom it is told
    changes, its key steers nothing, and the new ref comes as soon as it is back in line (`renew_returned`).

    :param contact: where its messages go from now on (E.164).
    """
    tell_at(ticket, contact)
    if rules.NUMBER.may(ticket.state, "claim"):
        _under_new_ref(ticket, now)
        audit.record(action="ticket_renewed", subject=f"ticket:{ticket.ref}", by=by, now=now, hall=ticket.hall.code)
        tell_line(ticket, now)
    ticket.renew_on_return = not rules.NUMBER.may(ticket.state, "claim")
    ticket.save(update_fields=["ref", "notify_to", "phone_index", "renew_on_return"])
    return ticket


def renew_returned(*, now: datetime) -> int:
    """Numbers whose keys were to end while they were at a window, and that are in line again: passed on, put aside, missed.

    :returns: how many.
    """
    renewed = 0
    for ref in Ticket.objects.filter(renew_on_return=True).order_by("id").values_list("ref", flat=True):
        with transaction.atomic():
            rows = Ticket.objects.select_for_update(of=("self",), no_key=True).filter(ref=ref, renew_on_return=True)
            ticket = rows.select_related("hall").first()
            if ticket is not None and rules.NUMBER.may(ticket.state, "claim"):
                renew(ticket, contact=contact_of(ticket), by=SYSTEM, now=now)
                renewed += 1
    return renewed


def _under_new_ref(ticket: Ticket, now: datetime) -> None:
    """What was to be said about the old ref is not said; not saved. The numbers it was sent on from, from hall to hall, are as
    strange to whoever held them: their code and page would open this one. Open pages of the old ones hear it at once."""
    messaging.drop(subject=f"ticket:{ticket.ref}", now=now)
    ticket.ref = _another_ref(ticket, now)
    before = ticket.came_from
    while before is not None:
        Ticket.objects.filter(pk=before.pk).update(ref=_another_ref(before, now))
        before = before.came_from


def _another_ref(ticket: Ticket, now: datetime) -> str:
    FormerRef.objects.create(ref=ticket.ref, ticket=ticket, at=now)
    tell_line(ticket, now)  # to whom follows the old ref, once this is committed
    return code_from(os.urandom(REF_BYTES))


@transaction.atomic
def confirm_lane(*, ref: str, by: Actor, now: datetime) -> Ticket:
    """Somebody of the hall saw why this number goes first (a card, a person): from now on it ranks by its lane. Seen by two
    at once, or already by the card, it is so and stays so.

    :raises Refused: nothing-found, not-your-hall, wrong-state (no lane to look at, or no more in line).
    """
    ticket = locked(ref)
    by_hall(ticket, by)
    need(ticket, "confirm_lane")
    if ticket.lane and not ticket.lane_to_check:
        return ticket
    if not ticket.lane:
        raise Refused("wrong-state", facts={"state": ticket.state, "needs": "priority to be checked"})
    _lane_seen(ticket, now)
    ticket.save(update_fields=["lane_to_check", "rank_class", "rank_key", "call_by"])
    audit.record(action="lane_confirmed", subject=f"ticket:{ticket.ref}", by=by, now=now, hall=ticket.hall.code)
    tell_line(ticket, now)
    return ticket


def _lane_seen(ticket: Ticket, now: datetime) -> None:
    """Ranked by the lane as of when the number was made, never worse than before; not saved."""
    rule = policy(ticket, now).tickets
    starts = ticket.appointment.starts_at if ticket.appointment else None
    ranked = rules.rank(kind=ticket.kind, lane=ticket.lane, policy=rule, period_start=starts, now=ticket.made_at)
    ticket.lane_to_check = False
    if ranked < (ticket.rank_class, ticket.rank_key):
        ticket.rank_class, ticket.rank_key = ranked
        ticket.call_by = rules.call_by(rank_class=ranked.rank_class, policy=rule, now=now)
        Estimate.objects.filter(ticket=ticket).delete()  # what was promised was another place


def tell_at(ticket: Ticket, contact: str | None) -> None:
    """Where its messages go from now on (E.164); not saved."""
    ticket.notify_to = encrypt(contact, place=TO_PLACE) if contact else ""
    ticket.phone_index = messaging.phone_index(contact) if contact else ""


def came_late(ticket: Ticket, *, appointment: Appointment) -> Ticket:
    """The walk-in number stands for a booking whose time was over; one that stands for another stays with it."""
    if ticket.late_for_id is None:
        ticket.late_for = appointment
        ticket.save(update_fields=["late_for"])
    return ticket


def came_early(ticket: Ticket, *, appointment: Appointment | None) -> Ticket:
    """The number of somebody who is here long before the appointment for the same matter: it uses it, ranked as a walk-in.

    :param appointment: None where the number is over and the appointment is presented when it is time.
    """
    ticket.appointment = appointment
    if appointment is not None:
        ticket.item_id = ticket.item_id or appointment.item_id
    ticket.save(update_fields=["appointment", "item"])
    return ticket


@transaction.atomic
def put_first(*, ref: str, why: str, by: Actor, now: datetime) -> Ticket:
    """Call this one before everybody else, for a reason that stays in the audit; the surface asks for the permission.

    :raises Refused: nothing-found, not-your-hall, wrong-state, invalid (no reason).
    """
    reason = need_why(why)
    ticket = locked(ref)
    by_hall(ticket, by)
    need(ticket, "put_first")
    if ticket.state == "parked":
        back_in_line(ticket, now)
    ticket.state = rules.NUMBER.to("put_first")
    ticket.rank_class, ticket.rank_key = rules.RankClass.URGENT, rules.milliseconds(now)
    ticket.call_by, ticket.after_booked = rules.PUT_FIRST_BY, False
    ticket.save(update_fields=["state", "rank_class", "rank_key", "call_by", "after_booked", *RETURN])
    audit.record(
        action="put_first",
        subject=f"ticket:{ticket.ref}",
        by=by,
        now=now,
        hall=ticket.hall.code,
        facts={"why": reason},
    )
    tell_line(ticket, now)
    return ticket


@transaction.atomic
def leave(*, ref: str, by: Actor, now: datetime) -> Ticket:
    """The person gives the number up, or is gone; a booking behind it keeps them from no other one.

    :raises Refused: nothing-found, not-your-hall, wrong-state.
    """
    bookings_first(Ticket.objects.filter(ref=ref))
    ticket = locked(ref)
    by_hall(ticket, by)
    need(ticket, "leave")
    if ticket.state == "called":
        now_idle(ticket.window_id, now)
    ticket.state, ticket.closed_why = rules.NUMBER.to("leave"), "left"
    ticket.save(update_fields=["state", "closed_why"])
    came_to_nothing([ticket], now)
    if by.kind is ActorKind.STAFF:
        audit.record(action="given_up", subject=f"ticket:{ref}", by=by, now=now, hall=ticket.hall.code)
    visit_over(ticket, now)
    tell_line(ticket, now)
    return ticket


@transaction.atomic
def mark_redirected(*, ref: str, to_hall: Hall, by: Actor, now: datetime, why: str = "") -> Ticket:
    """End the number here because it goes on in another hall (journeys/visit/redirect.py makes the one there).

    One for which a document was only typed is its person's from now on, where the window compared them with the card: what a
    clerk saw is as good as the chip.

    :raises Refused: nothing-found, not-your-hall, wrong-state, invalid (the same hall; a number of another day).
    """
    why = legible(why)
    ticket = locked(ref)
    by_hall(ticket, by)
    need(ticket, "redirect")
    today = now.astimezone(ZoneInfo(ticket.hall.timezone)).date()
    if to_hall.pk == ticket.hall_id or ticket.day != today:
        reason = {"zh": "只能转到另一个大厅，且号票须为当日", "en": "To another hall only, and with a number of today"}
        raise Refused("invalid", facts={"field": "hall", "reason": reason})
    from_window = ticket.window if ticket.state in AT_WINDOW else None
    if from_window is not None:
        end_stretch(ticket, outcome="transferred", now=now)
        now_idle(from_window.pk, now)
    if ticket.state == "waiting":
        ticket.wait_s = (ticket.wait_s or 0) + waiting_s(ticket, now)
    ticket.state, ticket.closed_why = rules.NUMBER.to("redirect"), "redirected"
    if is_typed(ticket.limit_key) and ticket.identity_ok and not ticket.mismatch_allowed:
        ticket.limit_key = ""
    ticket.save(update_fields=["state", "closed_why", "wait_s", "limit_key"])
    Transfer.objects.create(ticket=ticket, from_window=from_window, to_hall=to_hall, at=now, by=str(by), why=why[:200])
    facts = {"to_hall": to_hall.code} | ({"why": why[:200]} if why else {})
    audit.record(action="redirected", subject=f"ticket:{ref}", by=by, now=now, hall=ticket.hall.code, facts=facts)
    visit_over(ticket, now)
    tell_line(ticket, now)
    return ticket


def mark_rated(*, visit_id: int, now: datetime) -> None:
    """Remember that the visit was rated; called by whoever keeps the ratings."""
    Visit.objects.filter(pk=visit_id, rated_at=None).update(rated_at=now)
