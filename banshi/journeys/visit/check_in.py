"""Arriving: an appointment becomes a ticket (签到取号), within the policy's window; late becomes a walk-in by policy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TypedDict
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from banshi.foundation import limits
from banshi.foundation.crypto import rating_key_ok
from banshi.journeys.visit import redirect
from banshi.journeys.visit.scanned import Scanned, scanned
from banshi.journeys.visit.time_back import take_back
from banshi.journeys.visit.which_booking import (
    again,
    as_made,
    chosen_of,
    in_line_for,
    of_today,
    on_card,
    to_come,
    told_at,
)
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.kernel.ownership import Fit, fit, is_typed, shows_more, typed_holder
from banshi.kernel.policy import TicketPolicy
from banshi.kernel.refusals import Refusal, Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking import queries as bookings
from banshi.rooms.booking.models import LIVE, Appointment
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.rules import What
from banshi.rooms.devices.actions import use as machines
from banshi.rooms.identity import actions as naming
from banshi.rooms.identity import queries as identity
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import comes_back_by_ref, contact_of_booked, not_there, read_qr
from banshi.rooms.tickets.rules import NUMBER, Arrival, arrival, comes_along

TYPED_TRIES = 5  # an hour for one document at one machine


class WithItsPerson(Refused):
    """The booking went to the number its person holds by the card: that stands, and the number is for the card alone."""

    def __init__(self) -> None:
        super().__init__("already-checked-in", facts={"declared": True})


class _Here(TypedDict):
    hall: Hall
    by: Actor
    now: datetime
    channel: str
    lane: str


def by_code(
    *, hall: Hall, code: str, by: Actor, now: datetime, channel: str, lane: str = "", signed: bool = False
) -> Ticket:
    """Check in with the reference, or with the text or the address of a QR code; a slip's shows its number.

    The bare reference of an appointment that has changed hands is known to whoever had it before: with it only staff check in.

    :param signed: the reference was read from what is signed as its holder has it now.
    :raises Refused: nothing-found, wrong-state, already-checked-in, too-early (with `opens`), too-late, other-hall.
    """
    if (number := read_qr(code)) is not None and (sent_on := redirect.arrive(hall=hall, by=by, now=now, ref=number)):
        return sent_on
    said = scanned(code.strip())
    if said is not None and said.ticket and said.key:
        return _by_slip(said, hall=hall, by=by, now=now)
    reference = said.appointment if said is not None else bookings.code_of(code)
    found = (
        Appointment.objects.select_related("hall", "item", "person").filter(code=reference).first()
        if reference
        else None
    )
    signed = signed or (said.signed if said is not None else bookings.read_qr(code) is not None)
    if found is None or (found.link_turn and not signed and by.kind is not ActorKind.STAFF):
        raise Refused("nothing-found", facts={"code": code[:20]})
    if found.place == "video":
        raise Refused("wrong-state", facts={"state": _BY_VIDEO, "needs": _AT_A_WINDOW})
    if found.hall_id != hall.id:
        sent_on = redirect.arrive_booked(
            hall=hall, appointment_id=found.pk, limit_key=holder_of(found, now=now), by=by, now=now
        )
        if sent_on is not None:
            return sent_on
        if found.state not in LIVE:
            raise Refused("wrong-state", facts={"state": found.state, "needs": "booked"})
        raise _other_hall(found.hall, at=found.starts_at)
    (found,) = take_back([found], by=by, now=now)
    # Who booked shows the code. That a card was seen since makes it the person's, not theirs.
    return check_in(hall=hall, found=found, limit_key=None, by=by, now=now, channel=channel, lane=lane)


_BY_VIDEO = {
    "zh": "这是视频预约，不用到大厅：到时打开视频办的等候页就行",
    "en": "it is booked by video: nobody has to come, the waiting page of the video service opens at its time",
}
_AT_A_WINDOW = {"zh": "窗口预约（可以改约到窗口）", "en": "a time at a window (it can be moved to one)"}


def _by_slip(said: Scanned, *, hall: Hall, by: Actor, now: datetime) -> Ticket:
    """The number of a slip, which has come if it was sent on to here. :raises Refused: nothing-found, other-hall."""
    if not rating_key_ok(said.ticket, said.key):
        raise Refused("nothing-found", facts={"code": said.ticket[:20]})
    if (sent_on := redirect.arrive(hall=hall, by=by, now=now, ref=said.ticket)) is not None:
        return sent_on
    found = Ticket.objects.select_related("hall", "window").filter(ref=said.ticket).first()
    if found is None:
        raise not_there(said.ticket)
    if found.hall_id != hall.pk:
        raise of_other_hall(found, hall=hall, now=now)
    return found


def of_other_hall(ticket: Ticket, *, hall: Hall, now: datetime) -> Refused:
    """Which hall the number of a slip is of, the last where it was sent on; what became of it, where it is over."""
    onward = redirect.goes_on_as(ticket.ref)
    while onward is not None and onward.hall_id != hall.pk:
        ticket, onward = onward, redirect.goes_on_as(onward.ref)
    theirs, goes_on = ticket.hall, ticket.state in NUMBER.goes_on
    past = ticket.day < now.astimezone(ZoneInfo(theirs.timezone)).date()
    too_late = ticket.state == "missed" and not comes_back_by_ref([ticket.ref], now)
    if goes_on and not past and not too_late:
        return _other_hall(theirs)
    state = "closed" if goes_on and past else ticket.state
    return _other_hall(theirs, number=ticket.number, day=ticket.day, state=state)


def _other_hall(theirs: Hall, **facts: datetime | date | str) -> Refused:
    return Refused("other-hall", facts={"hall": {"zh": theirs.name_zh, "en": theirs.name_en}, **facts})


def by_id(
    *,
    hall: Hall,
    id_number: str,
    evidence: Evidence,
    id_type: str | None = None,
    name: str = "",
    choice: str = "",
    by: Actor,
    now: datetime,
    channel: str,
    lane: str = "",
) -> Ticket:
    """Check in with the ID document: today's appointment of this person that is open for check-in, or next to open.

    Of several, the person's own goes first, then one in the name on the card; where matters differ and only the person
    can say which is theirs, they are asked and nothing happens. One is used, and what is plainly a double or a stranger's
    for the same business and half day falls free at once, without a strike. The name on a card that was read is its person's
    though nothing can be checked in: a caller that has a transaction around this answers the refusal in it.

    :param evidence: what the document was seen by; a declared one (said by staff; else `by_typed_id`) proves and frees
        nothing, and is told nothing.
    :param name: as the chip has it.
    :param choice: reference of the appointment that the person chose.
    :param id_type: None tries every type that the number fits.
    :raises Refused: nothing-found (no appointment here today); which-appointment; invalid, field `id_type`, where people
        with different documents of this number have one; and those of `by_code`.
    """
    here: _Here = {"hall": hall, "by": by, "now": now, "channel": channel, "lane": lane}
    people = identity.people_by_number(id_number, id_type)
    if evidence.proves and name and len(people) == 1:
        naming.name_read(person_id=people[0].pk, name=name, evidence=evidence, by=by, now=now)
    if evidence.proves:
        take_back(to_come(people, hall, now), by=by, now=now)
    mine = of_today(people, hall, now)
    if not mine:
        sent_on = None
        if evidence.proves:
            cards = {person.pk: on_card(person, evidence, name) for person in people}
            sent_on = redirect.arrive_by_card(hall=hall, cards=cards, by=by, now=now)
            if sent_on is None and redirect.typed_for(hall=hall, people=list(cards), now=now):
                raise Refused("nothing-found", facts={"hall": hall.code, "sent_on": True})
        if sent_on is not None:
            return sent_on
        raise Refused("nothing-found", facts={"hall": hall.code})
    return _arrived(mine, evidence, name, choice, here)


def by_typed_id(
    *,
    hall: Hall,
    id_number: str,
    last4: str,
    id_type: str | None = None,
    by: Actor,
    now: datetime,
    channel: str,
    lane: str = "",
) -> Ticket:
    """Check in without the card: the document's number, and the last four digits of the telephone given with the booking,
    which whoever only knows a name and a number does not know.

    A try counts once its transaction is committed: a caller that has one around this answers the refusal in it.

    :raises Refused: nothing-found, in the same words of who has a booking and who has none, of the early and the late, and
        of who is in the hall already; rate-limited, after five tries an hour for one document at one machine.
    """
    for index in identity.number_indexes(id_number, id_type):
        limits.take(key=f"typed:{str(by)[:60]}:{index}", per_minute=TYPED_TRIES / 60, burst=TYPED_TRIES)
    here: _Here = {"hall": hall, "by": by, "now": now, "channel": channel, "lane": lane}
    try:
        with transaction.atomic():
            people = identity.people_by_number(id_number, id_type)
            take_back([a for a in to_come(people, hall, now) if told_at(a, last4)], by=by, now=now)
            mine = [a for a in of_today(people, hall, now) if told_at(a, last4)]
            if not mine:
                raise says_nothing(hall, now)
            try:
                return _arrived(mine, Evidence.DECLARED, "", "", here)
            except WithItsPerson as no:
                joined = no  # that stands
    except Refused as no:
        raise says_nothing(hall, now) from no
    raise says_nothing(hall, now) from joined


def claim_typed(*, hall: Hall, ref: str, person_id: int, by: Actor, now: datetime) -> Ticket:
    """A walk-in number for which the document was only typed, taken over by its person with the card: because they say that
    it is theirs – anybody can type a number, so none is put on them.

    :raises Refused: nothing-found (no such number, or no more to be taken over); already-waiting.
    """
    with transaction.atomic():
        ticket = (
            Ticket.objects.select_for_update(of=("self",), no_key=True)
            .select_related("hall", "window")
            .filter(ref=ref, hall=hall, person_id=person_id, appointment=None)
            .first()
        )
        today = now.astimezone(ZoneInfo(hall.timezone)).date()
        if (
            ticket is None
            or ticket.day != today
            or not is_typed(ticket.limit_key)
            or not NUMBER.may(ticket.state, "claim")
        ):
            raise Refused("nothing-found", facts={"ticket": ref[:20]})
        own = identity.phone_of(person_id=person_id)  # whoever typed it may have given any telephone
        taken = tickets.claim(ticket, limit_key="", contact=own, by=by, now=now)
        return redirect.arrive(hall=hall, by=by, now=now, ref=taken.ref) or taken


def says_nothing(hall: Hall, now: datetime) -> Refused:
    """What whoever types a number is told, whatever there is."""
    minutes = places.policy_of(hall.id, now=now).tickets.check_in_opens
    return Refused("nothing-found", facts={"typed": True, "minutes": minutes})


def _arrived(mine: list[Appointment], evidence: Evidence, name: str, choice: str, here: _Here) -> Ticket:
    hall, now, by = here["hall"], here["now"], here["by"]
    if len({a.person_id for a in mine}) > 1:
        reason = {
            "zh": "几种证件都有这个号码，说明是哪一种",
            "en": "Several documents have this number; say which it is",
        }
        raise Refused("invalid", facts={"field": "id_type", "reason": reason})
    card = on_card(mine[0].person, evidence, name)
    shown = "" if evidence.proves else typed_holder()
    booked = [a for a in mine if a.state == "booked"]
    if not booked:
        return check_in(found=again(mine, card), limit_key=shown, **here)
    policy = places.policy_of(hall.id, now=now).tickets
    chosen = chosen_of(booked, policy, now, card=card, choice=choice, told=not shown)
    if (
        not shown
        and now < policy.check_in_window(starts_at=chosen.starts_at, ends_at=chosen.ends_at)[0]
        and (here_for := in_line_for(mine, card))
    ):
        return check_in(found=again(here_for, card), limit_key=shown, **here)
    ticket = check_in(found=chosen, limit_key=shown, **here)
    if evidence.proves:
        booking.free_doubles(of=chosen, name_index=card, by=by, now=now)
        for each in _with_numbers(chosen):
            booking.prove(appointment_id=each, evidence=evidence, now=now)
    return ticket


def _with_numbers(chosen: Appointment) -> list[int]:
    """The appointment, and the matters of its visit that the same person has numbers for."""
    same = Q(visit_group=chosen.visit_group, person=chosen.person_id, limit_key=chosen.limit_key, state="checked_in")
    asked = Q(pk=chosen.pk) | same if chosen.visit_group else Q(pk=chosen.pk)
    return list(Appointment.objects.filter(asked).order_by("id").values_list("pk", flat=True))


@contextmanager
def agents_wait(found: Appointment) -> Iterator[None]:
    """Of a number for what an agent booked and the end of its mandate one comes first: the other sees it."""
    if found.account_id is None:
        yield
        return
    with transaction.atomic():
        naming.hold_agent(account_id=found.account_id)
        yield


def holder_of(found: Appointment, *, now: datetime) -> str:
    """Whose number it becomes by its code: that of whoever booked; of an agent whose mandate is over, the agent's alone."""
    today = now.astimezone(ZoneInfo(found.hall.timezone)).date()
    over = identity.mandate_over(found.account_id, found.person_id, item=found.item.code, today=today)
    return found.limit_key or (found.holder if over else "")


def check_in(
    *, hall: Hall, found: Appointment, limit_key: str | None, by: Actor, now: datetime, channel: str, lane: str
) -> Ticket:
    """The number of the appointment: a new one, or the walk-in number with which this holder stands in line already.

    Whoever is here for one matter of a visit is here for all that are due, or late by a policy that lets them in: each gets
    its number in the same instant.

    :param limit_key: who presents it: "" the person, by evidence; `typed_holder()`; None: its code, so who booked it.
    :raises WithItsPerson: what was done stands, unless the caller takes it back with a transaction of its own.
    """
    policy = places.policy_of(hall.id, now=now).tickets
    with transaction.atomic(), agents_wait(found):
        limit_key = holder_of(found, now=now) if limit_key is None else limit_key
        due = _due_with(found, policy, now)
        beside = len(due) > 1
        given: dict[int, Ticket] = {}
        for each in due:
            try:
                with transaction.atomic():
                    given[each.pk] = _check_in(
                        each, limit_key, lane, beside=beside, hall=hall, by=by, now=now, channel=channel
                    )
            except Refused:
                if each.pk == found.pk:
                    raise
        if beside and policy.auto_call and given[found.pk].state == "waiting":
            (given[found.pk],) = tickets.call_at_idle_windows([given[found.pk]], hall=hall, now=now)
        machines.used_by([number_given(by, each) for each in given.values()], now=now)
    if shows_more(given[found.pk].limit_key, than=limit_key):
        raise WithItsPerson
    return given[found.pk]


def number_given(by: Actor, ticket: Ticket) -> machines.Used:
    """That whoever gave this number did, where it was a machine."""
    return machines.Used(by, "ticket", f"ticket-{ticket.pk}", ticket.item_id)


def _due_with(found: Appointment, policy: TicketPolicy, now: datetime) -> list[Appointment]:
    """The appointment and the other matters of its visit that this holder may check in now, locked.

    Two machines that are shown different matters of one visit meet at the first row. Numbers are given in the order of
    their letters, so that two visits never wait for each other's counters.
    """
    together = Q(pk=found.pk)
    if found.visit_group:
        together |= Q(
            visit_group=found.visit_group, hall=found.hall_id, day=found.day, person=found.person_id,
            limit_key=found.limit_key, state__in=["booked", "checked_in", "no_show"],
        )  # fmt: skip
    rows = Appointment.objects.filter(together).select_related("item", "category", "hall")
    locked = list(rows.select_for_update(of=("self",)).order_by("id"))
    holder = holder_of(found, now=now)
    due = [each for each in locked if each.pk == found.pk or _also_due(each, holder, policy, now)]
    return sorted(due, key=lambda each: (each.category.letter, each.pk))


def _also_due(each: Appointment, holder: str, policy: TicketPolicy, now: datetime) -> bool:
    opens, closes = policy.check_in_window(starts_at=each.starts_at, ends_at=each.ends_at)
    if holder_of(each, now=now) != holder:
        return False
    match comes_along(each.state, opens=opens, closes=closes, policy=policy, now=now):
        case Arrival.LATE:
            return not _had_a_number(each)
        case Arrival.AGAIN:  # not where it was given up, served, or never had a number
            return Ticket.objects.filter(appointment=each, state__in=NUMBER.goes_on).exists()
        case comes:
            return comes is not None


def _had_a_number(each: Appointment) -> bool:
    """Whether one was given for it already, whatever became of that."""
    return Ticket.objects.filter(Q(appointment=each) | Q(late_for=each)).exists()


def _check_in(
    found: Appointment, limit_key: str, lane: str, *, beside: bool, hall: Hall, by: Actor, now: datetime, channel: str
) -> Ticket:
    """One appointment's number.

    Who shows more than whoever checked it in – the card, or the code of the booking, where a document was only typed –
    takes the number over, and what the other one holds opens nothing any more.

    :param beside: other matters of the visit get theirs at this moment; nobody is called before all have.
    """
    policy = places.policy_of(hall.id, now=now).tickets
    today = now.astimezone(ZoneInfo(hall.timezone)).date()
    with transaction.atomic():
        # The row lock makes check-in, the no-show job and whoever takes a number meanwhile meet here, one by one.
        appointment = (
            Appointment.objects.select_for_update(of=("self",))
            .select_related("item", "category", "hall", "person")
            .get(id=found.id)
        )
        ticket = Ticket.objects.filter(appointment=appointment).exclude(state="redirected").order_by("id").first()
        opens, closes = policy.check_in_window(starts_at=appointment.starts_at, ends_at=appointment.ends_at)
        given_up = False
        if appointment.state == "checked_in" and ticket is not None:
            if shows_more(limit_key, than=ticket.limit_key) and NUMBER.may(ticket.state, "claim"):
                contact = contact_of_booked(appointment, limit_key=limit_key, now=now)
                return tickets.claim(ticket, limit_key=limit_key, contact=contact, by=by, now=now)
            if is_typed(limit_key):
                raise Refused("nothing-found", facts={"hall": hall.code})
            if shows_more(ticket.limit_key, than=limit_key):
                raise WithItsPerson
            ticket = (
                Ticket.objects.select_for_update(of=("self",), no_key=True)
                .select_related("hall", "window")
                .get(pk=ticket.pk)
            )
            came_early = ticket.kind == "walk_in" and opens <= now < closes
            if came_early and NUMBER.may(ticket.state, "join_booking"):
                return tickets.join_booking(ticket, appointment=appointment, now=now)
            # Whoever shows less cannot use up what somebody booked: their number is over, the appointment is not.
            stronger = shows_more(limit_key, than=ticket.limit_key)
            over = ("left", "closed", "finished") if stronger else ("left", "closed") if came_early else ()
            # Nor is it there still where they have booked in its stead.
            given_up = ticket.state in over and booking.hold_again(appointment_id=appointment.pk)
            if not given_up:
                facts = {"number": ticket.number, "ticket": ticket.ref}
                raise Refused("already-checked-in", facts=facts | _what_became(ticket))
            tickets.came_early(ticket, appointment=None)
        comes = arrival(
            appointment.state,
            opens=opens,
            closes=closes,
            given_up=given_up,
            today=appointment.day == today,
            policy=policy,
            now=now,
        )
        if isinstance(comes, Refusal):
            raise Refused(comes)
        late = comes == Arrival.LATE  # back to the walk-in queue; the no-show stays on record (mission §1.7, §2.5)
        if not late:
            _need_open(hall, appointment, now)
        if comes == Arrival.IN_TIME:
            booking.mark_checked_in(appointment_id=appointment.id, now=now)
        stands = tickets.standing(appointment, limit_key=limit_key, hall_id=hall.id, day=today)
        stands = stands or _persons_own(appointment, limit_key, today)
        if stands is not None and late:
            return tickets.came_late(stands, appointment=appointment)
        if stands is not None:
            return tickets.join_booking(stands, appointment=appointment, now=now)
        before = _late_number(appointment) if late and not is_typed(limit_key) else None
        if before is not None and shows_more(before.limit_key, than=limit_key):
            raise WithItsPerson
        if before is not None and shows_more(limit_key, than=before.limit_key) and NUMBER.may(before.state, "claim"):
            contact = contact_of_booked(appointment, limit_key=limit_key, now=now)
            return tickets.claim(before, limit_key=limit_key, contact=contact, by=by, now=now)
        take = tickets.Take(
            category_code=appointment.category.code,
            item_code=appointment.item.code,
            person_id=appointment.person_id,
            limit_key=limit_key,
            lane=lane,
            kind="walk_in" if late else "booked",
            appointment=None if late else appointment,
            channel=channel,
            by=by,
            language=appointment.language,
            contact=contact_of_booked(appointment, limit_key=limit_key, now=now),
            beside=tickets.of_same_visit(appointment, limit_key=limit_key),
            expected=beside,
        )
        given = tickets.issue(take, hall=hall, now=now)
        return tickets.came_late(given, appointment=appointment) if late else given


def _late_number(appointment: Appointment) -> Ticket | None:
    """The walk-in number that was given for it when its time was over, while it goes on; locked."""
    rows = Ticket.objects.select_for_update(of=("self",), no_key=True).select_related("hall", "window")
    return rows.filter(late_for=appointment, state__in=NUMBER.goes_on).order_by("id").first()


def _what_became(ticket: Ticket) -> dict[str, bool]:
    """Of a number that goes on no more: that it does not."""
    if ticket.state in NUMBER.goes_on:
        return {}
    return {"left" if ticket.state == "left" else "over": True}


def _persons_own(appointment: Appointment, limit_key: str, today: date) -> Ticket | None:
    """The number that its person took with the card for this very matter, where who booked it shows the code: one matter of
    one person is one turn. Only where the booking is in the name on the card: else it may be somebody else's, who is here.
    """
    if not limit_key or is_typed(limit_key):
        return None
    person = appointment.person
    if fit(as_made(appointment), card=person.name_index if person.name_evidence else "") > Fit.NAMED:
        return None
    return tickets.standing(
        appointment, limit_key="", hall_id=appointment.hall_id, day=today, item_id=appointment.item_id
    )


def _need_open(hall: Hall, appointment: Appointment, now: datetime) -> None:
    """:raises Refused: closed, with the reason and until when, while a closure stops what was booked."""
    asked = calendars.opening(hall, now, What(appointment.item.code, category=appointment.category.code))
    if asked.closure is not None and not tickets.lets_in(appointment.pk, asked.closure):
        words = {"zh": asked.closure.reason.zh, "en": asked.closure.reason.en}
        excused = {"excused": True} if tickets.excused(appointment.pk, asked.closure) else {}
        raise Refused("closed", facts={"reason": words, "until": asked.closure.ends_at} | excused, next=asked.opens_at)
