"""Redirect (转厅): a number of a crowded or wrong hall goes on in another; the person is told, and is in line from arrival."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Q, QuerySet

from banshi.kernel.actors import Actor
from banshi.kernel.ownership import Fit, OnDocument, fit, is_typed
from banshi.kernel.policy import TicketPolicy
from banshi.kernel.refusals import Refused
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.rules import What
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.places.models import Category, Hall
from banshi.rooms.places.queries import hall_by_code, policy_of
from banshi.rooms.places.rules import km_between, minutes_away, sent_on_to
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import contact_of, contact_of_booked


@dataclass(frozen=True)
class SentOn:
    """What became of a number that was sent on: its number in the other hall, and the way there.

    `minutes`: None where nobody knows. `told`: a message goes out; else the person has to be told here. `arrived`: they are
    there, or it is over. `card`: there the person's card shows it, too; else its code alone.
    """

    ref: str
    number: str
    hall: Hall
    minutes: int | None
    told: bool
    arrived: bool
    card: bool


@dataclass(frozen=True)
class Aim:
    """A hall that a number could be sent on to. `minutes`: of the way, None where nobody knows. `open`: whether it serves the
    matter now, and still on arrival."""

    hall: Hall
    minutes: int | None
    open: bool


_CARD_OR_CODE = {
    "show_zh": "刷同一张证件，或扫号票上、链接里的码",
    "show_en": "lay the same card, or scan the code of the slip or the link",
}


def within_reach(here: Hall, there: Hall, policy: TicketPolicy) -> bool:
    """Whether people of this hall may be sent on to that one: by the policy's list, else within the same city."""
    return sent_on_to(there.code, path=there.region.path, from_path=here.region.path, listed=policy.redirect_to)


def aims(here: Hall, item: str, *, now: datetime) -> list[Aim]:
    """The other halls within reach that handle a matter; who can go there now first, and the nearest of them."""
    policy = policy_of(here.pk, now=now).tickets
    rows = HallItem.objects.filter(item__code=item).exclude(hall=here).select_related("hall__region")
    found = []
    for hall in (row.hall for row in rows.order_by("hall__order", "hall_id")):
        if within_reach(here, hall, policy):
            minutes = _minutes(here, hall)
            found.append(Aim(hall, minutes, _serves(hall, item, now=now, minutes=minutes or 0)))
    return sorted(found, key=lambda aim: (not aim.open, aim.minutes is None, aim.minutes or 0))


def _serves(hall: Hall, item: str, *, now: datetime, minutes: int) -> bool:
    try:
        _need_open(hall, item, None, now=now, minutes=minutes)
    except Refused:
        return False
    return True


def to_hall(*, ref: str, hall: Hall | str, by: Actor, now: datetime, why: str = "") -> Ticket:
    """End the number here and give one in `hall`, told with the hall's name, the way and the time.

    It is parked there until the person checks in with the same code, or the card where it is theirs (`arrive`), and ranked
    from then on. Other halls have other categories: an item finds its own; a number without an item goes by its category's
    code.

    :param hall: the other hall, or its code.
    :raises Refused: nothing-found, not-your-hall, wrong-state, invalid (out of reach), closed (not open there now, or no more
        on arrival), item-not-here, and those of `tickets.issue` (daily-limit, …): then the number here stays as it was.
    """
    target = hall_by_code(hall) if isinstance(hall, str) else hall
    with transaction.atomic():
        old = tickets.mark_redirected(ref=ref, to_hall=target, by=by, now=now, why=why)
        if not within_reach(old.hall, target, policy_of(old.hall_id, now=now).tickets):
            reason = {"zh": "这个大厅不在可转范围内", "en": "People of this hall are not sent on to that one"}
            raise Refused("invalid", facts={"field": "hall", "reason": reason})
        item_code = old.item.code if old.item else None
        here = HallItem.objects if item_code else Category.objects
        known = {"item__code": item_code} if item_code else {"code": old.category.code}
        if not here.filter(hall=target, **known).exists():
            raise Refused(
                "item-not-here", facts={"hall": target.code, "item": item_code or "", "category": old.category.code}
            )
        minutes = _minutes(old.hall, target)
        _need_open(target, item_code, None if item_code else old.category.code, now=now, minutes=minutes or 0)
        contact = contact_of(old)
        take = tickets.Take(
            category_code=None if item_code else old.category.code,
            item_code=item_code,
            person_id=old.person_id,
            limit_key=old.limit_key,
            lane=old.lane,
            kind=old.kind,
            appointment=old.appointment,
            channel=old.channel,
            by=Actor(by.kind, by.id),
            language=old.language,
            contact=contact,
            expected=True,
        )
        new = tickets.issue(take, hall=target, now=now)
        new = tickets.expect(new, came_from=old, now=now)
        _tell(new, target, contact, way=_way(target, minutes), now=now)
    return new


def _tell(new: Ticket, target: Hall, contact: str | None, *, way: dict[str, str], now: datetime) -> None:
    """The number there, where it is and how long the way takes."""
    item = {"item_zh": new.item.name_zh, "item_en": new.item.name_en} if new.item else {}
    shown = _CARD_OR_CODE if _by_card(new) else {}
    messaging.write(
        key="redirected",
        to_phone=contact,
        hall=target,
        subject=f"ticket:{new.ref}",
        params={"number": new.number, **item, **way, **shown},
        dedupe=f"redirected:{new.ref}",
        language=new.language,
        now=now,
    )


def sent_on(ref: str) -> SentOn | None:
    """Where the number goes on; None where it was not sent on."""
    return _goes_on(Q(came_from__ref=ref, came_from__renew_on_return=False))


def goes_on_as(ref: str) -> Ticket | None:
    """The number as which this one goes on in another hall, for whoever held this one then: not after somebody took that
    over."""
    onward = Ticket.objects.filter(came_from__ref=ref, came_from__renew_on_return=False)
    return onward.filter(limit_key=F("came_from__limit_key")).order_by("-id").first()


def on_the_way(ref: str) -> SentOn | None:
    """Where somebody who was sent on has to go, by the number they have there; None once they have arrived."""
    return _goes_on(Q(ref=ref, state="parked", waits_from=None))


def sent_on_from(hall: Hall, *, people: Collection[int], now: datetime) -> str:
    """The ref of the number that was sent on from this hall today, of whoever shows their card; "" where there is none.

    Only what is theirs by evidence: not a number for which somebody only declared their document.
    """
    mine = _sent_from(hall, now).filter(person_id__in=people, limit_key="", state="parked", waits_from=None)
    return mine.order_by("-id").values_list("came_from__ref", flat=True).first() or ""


def _sent_from(hall: Hall, now: datetime) -> QuerySet[Ticket]:
    today = now.astimezone(ZoneInfo(hall.timezone)).date()
    return Ticket.objects.filter(came_from__hall=hall, came_from__day=today)


def _goes_on(which: Q) -> SentOn | None:
    rows = Ticket.objects.select_related("hall", "came_from__hall", "person", "appointment")
    row = rows.filter(which).order_by("-id").first()
    if row is None or row.came_from is None:
        return None
    minutes = _minutes(row.came_from.hall, row.hall)
    return SentOn(row.ref, row.number, row.hall, minutes, bool(contact_of(row)), not is_expected(row), _by_card(row))


def is_expected(ticket: Ticket) -> bool:
    """Whether its person is on the way."""
    return ticket.came_from_id is not None and ticket.state == "parked" and ticket.waits_from is None


def arrive(*, hall: Hall, by: Actor, now: datetime, ref: str) -> Ticket | None:
    """Somebody who was sent on is here, shown by the code of either number; None where nobody is expected.

    The code of the number given up opens the other one only for whom it was then: not after somebody took it over.

    :raises Refused: those of `tickets.unpark`.
    """
    expected = _expected(hall, now)
    old = expected.filter(came_from__ref=ref, came_from__renew_on_return=False, limit_key=F("came_from__limit_key"))
    return _here(old | expected.filter(ref=ref), by=by, now=now)


def arrive_booked(*, hall: Hall, appointment_id: int, limit_key: str, by: Actor, now: datetime) -> Ticket | None:
    """The same, shown by the code of the booking that the number given up was of.

    :param limit_key: whose number it became by that code: not one that a card took over since.
    :raises Refused: those of `tickets.unpark`.
    """
    sent_on = _expected(hall, now).filter(appointment_id=appointment_id, limit_key=limit_key)
    return _here(sent_on, by=by, now=now)


@transaction.atomic
def arrive_by_card(*, hall: Hall, cards: Mapping[int, str], by: Actor, now: datetime) -> Ticket | None:
    """The same, shown by the person's card. A number that is theirs by evidence goes before one that somebody else's booking
    became: that one, where it may be theirs by its name, is theirs from now on. One for which their document was only
    typed is put on nobody (`check_in.claim_typed`).

    :param cards: blind index of the name on the card ("" where none was read), by person.
    :raises Refused: those of `tickets.unpark` and `tickets.claim`.
    """
    standing = _expected(hall, now).filter(person_id__in=list(cards), state__in=["parked", "waiting"])
    rows = standing.select_related("appointment").order_by("-id")
    fits = [(_fit(row, cards), row) for row in rows if row.person_id in cards and not is_typed(row.limit_key)]
    mine = [row for how, row in sorted(fits, key=lambda pair: pair[0]) if how is not Fit.STRANGE]
    if not mine:
        return None
    if mine[0].limit_key and mine[0].appointment is not None:
        ticket = Ticket.objects.select_for_update(of=("self",), no_key=True).get(pk=mine[0].pk)
        contact = contact_of_booked(mine[0].appointment, limit_key="", now=now)
        tickets.claim(ticket, limit_key="", contact=contact, by=by, now=now)
    return _here(Ticket.objects.filter(pk=mine[0].pk), by=by, now=now)


def _by_card(row: Ticket) -> bool:
    """Whether its person's card shows it, as far as anybody knows before the card is laid."""
    if row.person is None or is_typed(row.limit_key):
        return False
    card = row.person.name_index if row.person.name_evidence else ""
    return _fit(row, {row.person.pk: card}) in (Fit.OWN, Fit.NAMED)


def typed_for(*, hall: Hall, people: Collection[int], now: datetime) -> bool:
    """Whether somebody is on the way to here with a number for which the document of one of these was only typed: the card
    alone puts it on nobody, its code is in hand."""
    expected = _expected(hall, now).filter(person_id__in=people, state="parked", waits_from=None)
    return any(is_typed(holder) for holder in expected.order_by("id").values_list("limit_key", flat=True))


def _fit(row: Ticket, cards: Mapping[int, str]) -> Fit:
    if not row.limit_key:
        return Fit.OWN
    if row.appointment is None or row.person_id is None:
        return Fit.STRANGE
    made = OnDocument(row.appointment.item_id, row.limit_key, row.appointment.name_index)
    return fit(made, card=cards[row.person_id])


def _expected(hall: Hall, now: datetime) -> QuerySet[Ticket]:
    today = now.astimezone(ZoneInfo(hall.timezone)).date()
    return Ticket.objects.filter(hall=hall, day=today, came_from__isnull=False)


def _here(expected: QuerySet[Ticket], *, by: Actor, now: datetime) -> Ticket | None:
    found = expected.order_by("-id").first()
    if found is None or not is_expected(found):
        return found
    try:
        return tickets.unpark(ref=found.ref, by=by, now=now)
    except Refused as no:
        found.refresh_from_db()
        if no.slug == "wrong-state" and found.state == "waiting":  # shown twice in the same instant
            return found
        raise


def _need_open(hall: Hall, item: str | None, category: str | None, *, now: datetime, minutes: int) -> None:
    """Booked or not: nobody is sent where their matter is not served now, or no more when they arrive.

    :param category: where there is no item. :param minutes: that the way takes.
    :raises Refused: closed, with the reason and the next opening.
    """
    tags: frozenset[str] = frozenset()
    if item is not None:
        handled = HallItem.objects.select_related("category").get(hall=hall, item__code=item)
        category, tags = handled.category.code, frozenset({"extended"}) if handled.extended else tags
    what = What(item, tags, category)
    found = calendars.opening(hall, now, what)
    if not found.open or found.session is None:
        reason = {"zh": "那个大厅现在不在开放时间", "en": "That hall is not open now"}
        if found.closure is not None:
            reason = {"zh": found.closure.reason.zh, "en": found.closure.reason.en}
        raise Refused("closed", facts={"reason": reason}, next=found.opens_at)
    there = now + timedelta(minutes=minutes)
    opens = calendars.next_open_moment(hall, there, what)
    zone = ZoneInfo(hall.timezone)
    if opens is None or opens.astimezone(zone).date() != now.astimezone(zone).date():
        reason = {
            "zh": f"路上约 {minutes} 分钟，到那里已经关门",
            "en": f"About {minutes} minutes away: it closes before",
        }
        raise Refused("closed", facts={"reason": reason}, next=opens)


def _minutes(here: Hall, there: Hall) -> int | None:
    """About how long the way takes; None where nobody knows."""
    if here.lat is None or here.lon is None or there.lat is None or there.lon is None:
        return None
    return minutes_away(km_between((here.lat, here.lon), (there.lat, there.lon)))


def _way(there: Hall, minutes: int | None) -> dict[str, str]:
    """Where it is, and about how long it takes."""
    if minutes is None:
        return {"way_zh": there.address_zh, "way_en": there.address_en}
    return {
        "way_zh": f"{there.address_zh}，路上约 {minutes} 分钟",
        "way_en": f"{there.address_en}, about {minutes} minutes away",
    }
