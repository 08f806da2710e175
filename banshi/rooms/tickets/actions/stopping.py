"""A closure meets the line: who waits for what is closed is told and keeps the place, or is sent home with an apology."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils import translation

from banshi.foundation.announce import announce
from banshi.foundation.closed import UNSAID, again_words, stays_words
from banshi.kernel.clock_words import clock_words
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.rules import Closure, What, Words
from banshi.rooms.messaging.models import Message
from banshi.rooms.places.models import Hall, WindowCategory, Zone
from banshi.rooms.tickets import rules
from banshi.rooms.tickets.actions.ground import (
    RETURN,
    back_in_line,
    bookings_first,
    business_day,
    came_to_nothing,
    goes_on,
    locked,
    now_idle,
    once_more,
    policy,
    tell_line,
    visit_goes_on,
    visit_over,
    waits_twice,
)
from banshi.rooms.tickets.actions.told import tell
from banshi.rooms.tickets.models import AT_WINDOW, Miss, Ticket
from banshi.rooms.tickets.queries.missed import back_until, missed
from banshi.rooms.tickets.queries.stopped import lets_in
from banshi.rooms.tickets.queries.where import places

NOT_BEGUN = tuple(rules.NUMBER.of("send_home"))
IN_LINE = (*NOT_BEGUN, "held")
NextPlace = Callable[[Ticket], datetime | None]


def stopped_by(
    *,
    hall: Hall,
    closures: Sequence[Closure],
    now: datetime,
    states: Sequence[str] = IN_LINE,
    since: datetime | None = None,
) -> list[Ticket]:
    """The numbers of today that stand in a line these closures stop; those at a window are served to the end.

    :param states: those looked at. :param since: only whoever has joined since then: a new number, or one that is back.
    """
    tickets = Ticket.objects.filter(hall=hall, day=business_day(hall, now), state__in=states)
    if since is not None:
        tickets = tickets.filter(Q(made_at__gt=since) | Q(waits_from__gt=since))
    zones = calendars.zones_by_category(hall.pk)
    return [
        ticket
        for ticket in tickets.select_related("hall", "category", "item").order_by("id")
        if any(
            closure.stops(
                zone=zones.get(ticket.category.code),
                category=ticket.category.code,
                item=ticket.item.code if ticket.item else None,
            )
            and not lets_in(ticket.appointment_id, closure)
            for closure in closures
        )
    ]


def missed_there(*, hall: Hall, closures: Sequence[Closure], since: datetime, now: datetime) -> list[Ticket]:
    """The numbers that were missed since then in a line these closures stop, once that can no longer be undone."""
    settled = now - timedelta(minutes=policy(hall, now).tickets.undo_minutes)
    late = Miss.objects.filter(hall=hall, reinstated_at=None, at__gt=since, at__lte=settled).values("ticket")
    rows = Ticket.objects.filter(pk__in=late, state="missed").order_by("id").values_list("pk", flat=True)
    ids = set(rows)
    found = stopped_by(hall=hall, closures=closures, now=now, states=("missed",)) if ids else []
    return [ticket for ticket in found if ticket.pk in ids]


def tell_stopped(
    *,
    tickets: Sequence[tuple[Ticket, datetime | None]],
    closure: Closure,
    now: datetime,
    part: Words | None,
    after: Closure | None = None,
) -> None:
    """Calling has stopped, for this reason, and what becomes of the number. Once per number and closure.

    :param tickets: each with the moment at which its line goes on, None where that is not known. :param part: what is
        closed; None = the hall. :param after: the closure that had sent them home or out meanwhile, and is over: told once
        more; of an evacuation also that it is.
    """
    elsewhere = _elsewhere([ticket for ticket, _ in tickets if ticket.state == "waiting"], closure, now)
    goes_on = {ticket.pk: moment for ticket, moment in tickets}
    for ticket, stays in _stays([ticket for ticket, _ in tickets], now, out=False):
        more = {"closure": closure.id, "reason": _words(closure), **_part(part), **stays}
        if after is not None and after.kind == "evacuation":
            more |= _OVER
        if (opens := goes_on[ticket.pk]) is not None:
            more["until"] = opens.isoformat()
        if ticket.state == "waiting":
            more |= elsewhere.get(ticket.category_id, {})
        tell(ticket, key="line_stopped", dedupe=_once("line_stopped", ticket, closure, after), now=now, more=more)


_OVER = {"over_zh": "疏散结束，可以回来了。", "over_en": "The evacuation is over, come back."}


def _once(key: str, ticket: Ticket, closure: Closure, after: Closure | None = None) -> str:
    """What a number is told of a closure is told once; `after`: once more after this other one, which took it back."""
    return f"{key}:{ticket.ref}:{closure.id}" + (f":after{after.id}" if after is not None else "")


def _elsewhere(tickets: Sequence[Ticket], closure: Closure, now: datetime) -> dict[int, dict[str, str]]:
    """By category whose floor is closed: the floor on which its people wait meanwhile."""
    if closure.zone is None or not tickets:
        return {}
    closed = Zone.objects.select_related("floor").get(hall_id=tickets[0].hall_id, code=closure.zone).floor
    found = places({ticket.category_id for ticket in tickets}, now)
    return {
        category: {"floor_zh": place.floor_zh, "floor_en": place.floor_en}
        for category, place in found.items()
        if place.floor_zh not in ("", closed.label_zh)
    }


def tell_goes_on(
    *, tickets: Sequence[Ticket], closure: Closure, now: datetime, part: Words | None, still: Words | None = None
) -> None:
    """:param part: what was closed; None = the hall. :param still: what is evacuated still."""
    for ticket, again in _again(tickets, now):
        dedupe = _once("line_goes_on", ticket, closure)
        tell(ticket, key="line_goes_on", dedupe=dedupe, now=now, more=_part(part) | _still(still) | again)


def tell_evacuated(
    *,
    tickets: Sequence[tuple[Ticket, datetime | None]],
    closure: Closure,
    now: datetime,
    part: Words | None,
    after: Closure | None = None,
) -> None:
    """Leave, now, and what becomes of the number. Once per number and closure, also to whoever is at a window.

    :param tickets: each with the moment at which its line goes on, None where that is not in sight. :param part: what is
        evacuated; None = the hall. :param after: as in `tell_stopped`.
    """
    known: dict[str, Any] = {"closure": closure.id, **_part(part)}
    if closure.reason.zh not in UNSAID:
        known["reason"] = _words(closure)
    goes_on = {ticket.pk: moment for ticket, moment in tickets}
    for ticket, stays in _stays([ticket for ticket, _ in tickets], now, goes_on=goes_on):
        until = goes_on[ticket.pk]
        more = known | ({"until": until.isoformat()} if until is not None else {})
        tell(ticket, key="evacuated", dedupe=_once("evacuated", ticket, closure, after), now=now, more=more | stays)


def tell_back(
    *, tickets: Sequence[Ticket], closure: Closure, now: datetime, part: Words | None, still: Words | None = None
) -> None:
    """The evacuation is over. :param part: what was evacuated; None = the hall. :param still: what is so still."""
    for ticket, again in _again(tickets, now):
        dedupe = _once("evacuation_over", ticket, closure)
        tell(ticket, key="evacuation_over", dedupe=dedupe, now=now, more=_part(part) | _still(still) | again)


def concerned(tickets: Sequence[Ticket], now: datetime) -> list[Ticket]:
    """Those of these numbers of which something may still come: not what was missed and can no longer be put back."""
    back = back_until(tickets, now)
    return [ticket for ticket in tickets if ticket.state != "missed" or ticket.pk in back]


def untold(tickets: Sequence[Ticket], *, closure_id: int) -> list[Ticket]:
    """Those of these numbers whose people could be told of this closure, and were not."""
    keys = {
        f"{key}:{ticket.ref}:{closure_id}": ticket.pk for ticket in tickets for key in ("evacuated", "line_stopped")
    }
    told = Message.objects.filter(dedupe__in=keys).order_by("id").values_list("dedupe", flat=True) if keys else ()
    known = {keys[dedupe] for dedupe in told}
    return [ticket for ticket in tickets if ticket.notify_to and ticket.pk not in known]


_AT_SOME_TIME: Mapping[int, datetime | None] = {}


def _stays(
    tickets: Sequence[Ticket],
    now: datetime,
    *,
    goes_on: Mapping[int, datetime | None] = _AT_SOME_TIME,
    out: bool = True,
) -> Iterator[tuple[Ticket, dict[str, Any]]]:
    """What becomes of each number while nobody is called, as `stays_zh` and `stays_en`; whoever is to leave, and goes on
    today, hears in `news_zh` and `news_en` that a message tells when.

    :param goes_on: when, by id, where that may be another day. :param out: people are asked to leave.
    """
    for ticket in concerned(tickets, now):
        expected = ticket.came_from_id is not None and ticket.waits_from is None
        until = goes_on.get(ticket.pk)
        today = until is None or business_day(ticket.hall, until) == ticket.day
        said = partial(stays_words, ticket.state, expected=expected, may_return=True, today=today, out=out)
        yield ticket, _both("stays", said) | (_NEWS if out and today else {})


_NEWS = {"news_zh": "恢复会通知。", "news_en": "A message tells when it goes on."}


def _again(tickets: Sequence[Ticket], now: datetime) -> Iterator[tuple[Ticket, dict[str, Any]]]:
    """What becomes of each number once calling goes on, as `again_zh` and `again_en`. `call`: with another one it is told
    nothing of the kind any more."""
    back = missed(tickets, now)
    where = places({ticket.category_id for ticket in tickets}, now) if tickets else {}
    for ticket in tickets:
        zone, mine = ZoneInfo(ticket.hall.timezone), back.get(ticket.pk)
        until = mine.until if mine is not None else None
        if ticket.state == "missed" and until is None:
            continue
        said = partial(
            again_words,
            ticket.state,
            expected=ticket.came_from_id is not None and ticket.waits_from is None,
            until=clock_words(until.astimezone(zone)) if until is not None else "",
            anew=mine is None or mine.way != "reissue",
            windows_shut=where[ticket.category_id].shut,
            sent_home=ticket.parked_at == now,  # just now, by `bring_back`: nobody who stepped out
        )
        yield ticket, {"call": ticket.calls, **_both("again", said)}


def _both(name: str, said: Callable[[], str]) -> dict[str, str]:
    """In both languages; the English follows the number and a colon."""
    with translation.override("zh-hans"):
        zh = said()
    with translation.override("en"):
        en = said()
    return {f"{name}_zh": zh, f"{name}_en": en[:1].lower() + en[1:]}


def at_windows_of(*, hall: Hall, closures: Sequence[Closure], now: datetime) -> list[Ticket]:
    """The numbers at windows that these closures are over."""
    there = Ticket.objects.filter(hall=hall, day=business_day(hall, now), state__in=AT_WINDOW)
    return [
        ticket
        for ticket in there.select_related("hall", "category", "item", "window__zone").order_by("id")
        if ticket.window is not None and any(each.stops(zone=ticket.window.zone.code) for each in closures)
    ]


def without_windows(
    *, hall: Hall, closures: Sequence[Closure], now: datetime, states: Sequence[str] = IN_LINE
) -> list[Ticket]:
    """The numbers of today in lines whose people wait elsewhere, and all of whose windows these closures are over."""
    zones: dict[int, set[str]] = {}
    pairs = WindowCategory.objects.filter(window__hall=hall).order_by("id")
    for category_id, zone in pairs.values_list("category_id", "window__zone__code"):
        zones.setdefault(category_id, set()).add(zone)
    shut = [pk for pk, all_of in zones.items() if all(any(c.zone == zone for c in closures) for zone in all_of)]
    rows = Ticket.objects.filter(hall=hall, day=business_day(hall, now), state__in=states, category__in=shut)
    return list(rows.select_related("hall", "category", "item").order_by("id"))


def free_from_windows(*, hall: Hall, closures: Sequence[Closure]) -> None:
    """Numbers that wait for one window alone, over which these closures are, wait for every window of their line."""
    zones = {each.zone for each in closures if each.zone is not None}
    if zones:
        kept = Ticket.objects.filter(hall=hall, state__in=["waiting", "parked"], only_window__zone__code__in=zones)
        kept.update(only_window=None)


@transaction.atomic
def call_back(*, tickets: Sequence[Ticket], now: datetime) -> None:
    """Who was called and is sent out before the service began is in line again, in the same place: called anew later.
    Not missed, and no call of the day's that went wrong. Who is being served stays with that window."""
    for each in tickets:
        ticket = locked(each.ref)
        if not rules.NUMBER.may(ticket.state, "call_back"):
            continue
        now_idle(ticket.window_id, now)
        ticket.state, ticket.window = rules.NUMBER.to("call_back"), None
        back_in_line(ticket, now)
        ticket.save(update_fields=["state", "window", *RETURN])
        tell_line(ticket, now)


@transaction.atomic
def send_home(*, tickets: Sequence[Ticket], closure: Closure, next_place: NextPlace, now: datetime) -> int:
    """Close numbers that a closure keeps from being served today, with an apology and the first free time. No strike. A
    service that was begun – meanwhile, too – is none of them, put aside or not.

    :returns: how many.
    """
    closed = []
    bookings_first(Ticket.objects.filter(pk__in=[ticket.pk for ticket in tickets]))
    for ticket in tickets:
        still = Ticket.objects.filter(pk=ticket.pk, state__in=NOT_BEGUN)
        if still.update(
            state=rules.NUMBER.to("send_home"), closed_why="hall_closed", only_window=None, parked_until=None
        ):
            closed.append(ticket)
    came_to_nothing(closed, now)
    apologise(closed, closure=closure, next_place=next_place, now=now)
    for ticket in closed:
        visit_over(ticket, now)
    for hall in {ticket.hall for ticket in tickets}:
        announce(hall=hall.code, topic="line", subject="sent-home", now=now)
    return len(closed)


def sent_home(*, hall: Hall, closures: Sequence[Closure], now: datetime) -> list[Ticket]:
    """Whom closures like these sent home today, and nobody has called back since."""
    closed = stopped_by(hall=hall, closures=closures, now=now, states=("closed",))
    return [each for each in closed if each.closed_why == "hall_closed"]


@transaction.atomic
def bring_back(*, hall: Hall, closures: Sequence[Closure], now: datetime) -> list[Ticket]:
    """What these closures sent home counts again where they are over before the day is: each number keeps its rank, set
    aside until its person, who was told to go, is there again. Whom nobody could tell stands there still, if it was not long
    ago, and is in line as before. What was missed is missed, and comes back as its person was
    told, as long as it may. Not where they wait with another number for the same.

    :returns: those that count again.
    """
    sent = [each for each in sent_home(hall=hall, closures=closures, now=now) if _opens_today(each, now)]
    bookings_first(Ticket.objects.filter(pk__in=[each.pk for each in sent]))
    return [back for each in sent if (back := once_more(partial(_set_aside, each.ref, now))) is not None]


def _opens_today(ticket: Ticket, now: datetime) -> bool:
    item = ticket.item.code if ticket.item else None
    opens = calendars.next_open_moment(ticket.hall, now, What(item, category=ticket.category.code))
    return opens is not None and business_day(ticket.hall, opens) == ticket.day


def _set_aside(ref: str, now: datetime) -> Ticket | None:
    ticket = locked(ref)
    if ticket.state != "closed" or waits_twice(ticket):
        return None
    if Miss.objects.filter(ticket=ticket, reinstated_at=None).exists():
        ticket.state, ticket.closed_why = rules.NUMBER.to("bring_back_missed"), ""
        if not back_until([ticket], now):
            return None
    elif _stands_there(ticket, now):
        ticket.state, ticket.closed_why = rules.NUMBER.to("bring_back_in_line"), ""
    else:
        ticket.state, ticket.closed_why = rules.NUMBER.to("bring_back"), ""
        ticket.parked_at = ticket.parked_at or now  # who had stepped out before has been away since then
    visit_goes_on(ticket)
    ticket.save(update_fields=["state", "closed_why", "parked_at"])
    goes_on(ticket)
    tell_line(ticket, now)
    return ticket


STANDS_THERE = timedelta(minutes=30)  # whoever left no telephone, after their line was closed for the day


def _stands_there(ticket: Ticket, now: datetime) -> bool:
    left_at = ticket.visit.left_at
    return not ticket.notify_to and ticket.parked_at is None and (left_at is None or now - left_at <= STANDS_THERE)


def apologise(tickets: Iterable[Ticket], *, closure: Closure | None, next_place: NextPlace, now: datetime) -> None:
    """Not served today: told once, with the first free time. Whoever came for several matters hears of all of them in one.
    What the day ended while it was begun and put aside was not finished: said so, where nothing else was left unserved.

    :param tickets: as they stood in line.
    """
    visits: dict[tuple[int, str, str], list[Ticket]] = {}
    for ticket in tickets:
        visits.setdefault((ticket.visit_id, ticket.limit_key, ticket.phone_index), []).append(ticket)
    for visit in visits.values():
        unserved = [each for each in visit if closure is not None or each.state != "held"]
        key = "not_served" if unserved else "not_finished"
        first = (unserved or visit)[0]
        others = [each for each in visit if each.pk != first.pk]
        more: dict[str, Any] = {}
        if others:
            numbers = [each.number for each in (first, *others)]
            more["number"] = {"zh": "、".join(numbers), "en": ", ".join(numbers)}
        if closure is not None:
            more["reason"] = _words(closure)
        place = next_place(first) if first.notify_to else None
        if place is not None:
            more["next"] = place.isoformat()
        # Each time: whom a closure sent home may have been called back since.
        why = f":{closure.id}" if closure is not None else ""
        tell(first, key=key, dedupe=f"not_served:{first.ref}{why}", now=now, more=more)


def _words(closure: Closure) -> dict[str, str]:
    return {"zh": closure.reason.zh, "en": closure.reason.en}


def _still(still: Words | None) -> dict[str, str]:
    return {"still_zh": still.zh, "still_en": still.en} if still is not None else {}


def _part(part: Words | None) -> dict[str, str]:
    return {"part_zh": part.zh, "part_en": part.en} if part is not None else {}
