"""Taking a number (取号): for somebody whose appointment for the same matter is open now, that is checking in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from banshi.journeys.visit import check_in, which_booking
from banshi.kernel.actors import Actor
from banshi.kernel.evidence import Evidence
from banshi.kernel.ownership import is_typed, typed_holder
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import BY_VIDEO, Appointment
from banshi.rooms.devices.actions import use as machines
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import contact_of_booked

IN_LINE = ("waiting", "parked", "called")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request for a number, on whatever surface.

    :param shown: what the person's document was seen by; a typed one is its holder's alone. None for nobody named.
    :param booked: the appointment that was shown, too early, a moment ago, by its code or by its person's card: the number
        is for whom it is for.
    """

    channel: str
    by: Actor
    category_code: str | None = None
    item_code: str | None = None
    person_id: int | None = None
    shown: Evidence | None = None
    lane: str = ""
    language: str = "zh-hans"
    contact: str | None = None
    booked: Appointment | None = None

    @property
    def proven(self) -> bool:
        return self.shown is not None and self.shown.proves

    @property
    def limit_key(self) -> str:
        """Whose the number is, where nothing of a booking was shown."""
        return typed_holder() if self.person_id is not None and not self.proven else ""

    @property
    def comes_early(self) -> bool:
        """For what it is booked for later today, whoever's card is shown with it."""
        return self.booked is not None and self.person_id in (None, self.booked.person_id)


def take(asked: Asked, *, hall: Hall, now: datetime) -> Ticket:
    """Give a number: `take_many` for one.

    :raises Refused: those of `take_many`.
    """
    (result,) = take_many(hall=hall, asked=[asked], now=now)
    if isinstance(result, Refused):
        raise result
    return result


def take_many(*, hall: Hall, asked: Sequence[Asked], now: datetime) -> list[Ticket | Refused]:
    """Give numbers of a hall to all who ask together; one result each, in order.

    A number for a matter, or for its category alone, checks in the person's appointment for it where that may check in
    now: nobody is served as a walk-in and struck as a no-show. Before that, a number for the very matter that is booked
    for later today, or for its category alone, uses the appointment, too, in the rank of a walk-in: its person is here.
    Else it is a walk-in number.

    :returns: numbers, or refusals: those of `tickets.issue_many` and of `check_in`.
    """
    answers: dict[int, Ticket | Refused] = {}
    cards = {one.person_id for one in asked if one.proven and one.person_id and not one.comes_early}
    booked = _with_something_booked(hall, cards, now)
    plain = [
        i for i, one in enumerate(asked) if not one.comes_early and (one.person_id not in booked or not one.proven)
    ]
    with transaction.atomic():
        given = tickets.issue_many(hall=hall, asked=[_plain(asked[i], asked[i].limit_key) for i in plain], now=now)
        answers.update(zip(plain, given, strict=True))
        for i, one in enumerate(asked):
            if i in answers:
                continue
            try:
                answers[i] = _taken_early(hall, one, now) if one.comes_early else _taken(hall, one, now=now)
            except Refused as no:
                answers[i] = no
        counted = [(asked[i].by, each) for i, each in sorted(answers.items()) if isinstance(each, Ticket)]
        machines.used_by([check_in.number_given(by, ticket) for by, ticket in counted], now=now)
    return [answers[i] for i in range(len(asked))]


def _with_something_booked(hall: Hall, people: set[int], now: datetime) -> set[int]:
    """Of these, who has an appointment open here today, or a number that waits for one by its code."""
    if not people:
        return set()
    day = now.astimezone(ZoneInfo(hall.timezone)).date()
    here = {"person_id__in": people, "hall": hall, "day": day}
    booked = Appointment.objects.filter(**here, state="booked").exclude(BY_VIDEO)
    booked_here = booked.order_by("id").values_list("person_id", flat=True)
    by_code = Ticket.objects.filter(**here, state__in=IN_LINE).exclude(limit_key="")
    return set(booked_here) | set(by_code.order_by("id").values_list("person_id", flat=True))


def _plain(one: Asked, limit_key: str) -> tickets.Take:
    return tickets.Take(
        channel=one.channel,
        by=one.by,
        category_code=one.category_code,
        item_code=one.item_code,
        person_id=one.person_id,
        limit_key=limit_key,
        lane=one.lane,
        language=one.language,
        contact=one.contact,
    )


def _taken_early(hall: Hall, one: Asked, now: datetime) -> Ticket:
    """For somebody who showed what they have booked for later today."""
    booked = one.booked
    assert booked is not None
    with transaction.atomic(), check_in.agents_wait(booked):
        limit_key = "" if one.proven else check_in.holder_of(booked, now=now)
        contact = contact_of_booked(booked, limit_key=limit_key, now=now)
        one = replace(one, person_id=booked.person_id, contact=contact)
        return _taken(hall, one, limit_key=limit_key, now=now)


def _taken(hall: Hall, one: Asked, *, limit_key: str = "", now: datetime) -> Ticket:
    """For somebody who has something booked here today."""
    person_id, category_code, item_code = one.person_id, one.category_code, one.item_code
    if person_id is not None and not is_typed(limit_key):  # whoever typed the number has shown nothing of the booking
        mine = _open_appointment(hall, person_id, category_code, item_code, now, proven=not limit_key)
        if mine is not None:
            # By the row lock in there it meets whoever checks the same appointment in at this instant.
            with transaction.atomic():
                return check_in.check_in(
                    hall=hall, found=mine, limit_key=limit_key, by=one.by, now=now, channel=one.channel, lane=one.lane
                )
    with transaction.atomic():
        for_what: dict[str, str | None] = {"item__code": item_code} if item_code else {"category__code": category_code}
        shown = one.booked if one.comes_early else None
        early = _booked_for_later(hall, person_id, for_what, now, booked=shown, proven=not limit_key)
        (ticket,) = tickets.issue_many(hall=hall, asked=[_plain(one, limit_key)], now=now)
        if isinstance(ticket, Refused):
            raise ticket
        if early is not None:
            booking.mark_checked_in(appointment_id=early.pk, now=now)
            tickets.came_early(ticket, appointment=early)
        return ticket


@transaction.atomic
def add(*, ref: str, item_code: str, staff_id: int, now: datetime) -> Ticket:
    """A second matter for whoever is at the window. What they have booked for it today is used: they need not come again
    for it, and are told nothing more of it.

    :raises Refused: those of `tickets.add_matter`.
    """
    at = Ticket.objects.select_related("hall").filter(ref=ref).order_by("id").first()
    booked = _booked_by_whoever_is_here(at, item_code, now) if at is not None else None
    kept = booked.pk if booked is not None else None
    ticket = tickets.add_matter(ref=ref, item_code=item_code, staff_id=staff_id, now=now, appointment_id=kept)
    if booked is not None:
        booking.mark_checked_in(appointment_id=booked.pk, now=now)
        tickets.came_early(ticket, appointment=booked)
    return ticket


def _booked_by_whoever_is_here(at: Ticket, item_code: str, now: datetime) -> Appointment | None:
    """Their open appointment for this matter today, locked before the number is given. Of somebody who only declared the
    document, and whom the window did not compare, what they booked themselves."""
    if at.person_id is None:
        return None
    mine = Appointment.objects.filter(
        person_id=at.person_id, hall=at.hall_id, day=at.day, item__code=item_code, state="booked", ends_at__gt=now
    ).exclude(BY_VIDEO)
    proven = not at.limit_key or bool(at.identity_ok and not at.mismatch_allowed)
    if not proven:
        mine = mine.filter(limit_key=at.limit_key)
    rows = list(mine.select_for_update(of=("self",), no_key=True).select_related("person").order_by("starts_at", "id"))
    return next(iter(which_booking.own_first(rows) if proven else rows), None)


def _booked_for_later(
    hall: Hall,
    person_id: int | None,
    for_what: dict[str, str | None],
    now: datetime,
    *,
    booked: Appointment | None,
    proven: bool,
) -> Appointment | None:
    """Today's appointment for this very matter, or of the category where only that was said, that is still to come;
    locked before the number is given. Not for whoever only typed a number."""
    if person_id is None or not (proven or booked):
        return None
    today = now.astimezone(ZoneInfo(hall.timezone)).date()
    mine = Appointment.objects.filter(
        person_id=person_id, day=today, hall=hall, state="booked", starts_at__gt=now, **for_what
    ).exclude(BY_VIDEO)
    if booked is not None:
        mine = mine.filter(pk=booked.pk)
    rows = list(mine.select_for_update(of=("self",), no_key=True).select_related("person").order_by("starts_at", "id"))
    return next(iter(which_booking.own_first(rows) if proven and booked is None else rows), None)


def _open_appointment(
    hall: Hall, person_id: int, category_code: str | None, item_code: str | None, now: datetime, *, proven: bool
) -> Appointment | None:
    today = now.astimezone(ZoneInfo(hall.timezone)).date()
    mine = Appointment.objects.filter(person_id=person_id, day=today, hall=hall, state="booked").exclude(BY_VIDEO)
    same = mine.filter(item__code=item_code) if item_code else mine.filter(category__code=category_code)
    found = list(same.select_related("person").order_by("starts_at", "id"))
    if proven:  # a stranger's, made on the document in another name, is not what its person came for
        found = which_booking.own_first(found)
    if found:
        policy = places.policy_of(hall.pk, now=now).tickets
        for appointment in found:
            opens, closes = policy.check_in_window(starts_at=appointment.starts_at, ends_at=appointment.ends_at)
            if opens <= now < closes:
                return appointment
    return _number_by_its_code(hall, person_id, item_code, category_code, today) if proven else None


def _number_by_its_code(
    hall: Hall, person_id: int, item_code: str | None, category_code: str | None, today: date
) -> Appointment | None:
    """What was checked in – or came late – for this very matter with less than the card, and waits: by the card its number
    becomes the person's, and they do not stand twice in line."""
    numbers = Ticket.objects.filter(person_id=person_id, hall=hall, day=today, state__in=IN_LINE).exclude(limit_key="")
    by_code = numbers.filter(Q(appointment__state="checked_in") | Q(appointment=None, late_for__isnull=False))
    of_item = Q(appointment__item__code=item_code) | Q(appointment=None, late_for__item__code=item_code)
    same = by_code.filter(of_item if item_code else Q(category__code=category_code)).order_by("id")
    ids = [each.appointment_id or each.late_for_id or 0 for each in same]
    rows = Appointment.objects.filter(id__in=ids).select_related("person", "item", "hall")
    booked = sorted(rows, key=lambda each: ids.index(each.pk))
    return next(iter(which_booking.own_first(booked)), None)
