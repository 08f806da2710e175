"""A closure begins or ends with people in line: they are told, keep their place, or go home with an apology. Only an
evacuation stops a service that was begun, also where it is put aside.

The job looks every second; announcing a closure that begins at once does it in the same breath.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Q

from banshi.foundation.announce import announce
from banshi.journeys.hours.stops import stop_over
from banshi.journeys.person import tell_booker
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import queries as booking
from banshi.rooms.calendars import actions as calendar_actions
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.models import Closure
from banshi.rooms.calendars.rules import Closure as Span
from banshi.rooms.calendars.rules import What, Words
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.actions.stopping import IN_LINE, NOT_BEGUN
from banshi.rooms.tickets.models import Ticket

UNDER_WAY = timedelta(minutes=5)  # hall time: longer than any call takes, also where a demo's clock runs fast


def look(*, now: datetime) -> None:
    """Begin the closures that are due, and end those that are over or were withdrawn."""
    running = Closure.objects.filter(starts_at__lte=now, ends_at__gt=now, withdrawn_at=None, begun_at=None)
    for closure in running.select_related("hall", "zone", "category", "item").order_by("id"):
        begin(closure=closure, now=now)
    running_still = Closure.objects.filter(
        starts_at__lte=now, ends_at__gt=now, withdrawn_at=None, begun_at__isnull=False, over_at=None
    )
    for closure in running_still.select_related("hall", "zone", "category", "item").order_by("id"):
        if closure.kind == "evacuation":
            send_after(closure=closure, now=now)
        reach_late(closure=closure, now=now)
    over = Closure.objects.filter(Q(ends_at__lte=now) | Q(withdrawn_at__isnull=False), over_at=None)
    for closure in (
        over.filter(begun_at__isnull=False).select_related("hall", "zone", "category", "item").order_by("id")
    ):
        end(closure=closure, now=now)


@transaction.atomic
def begin(*, closure: Closure, now: datetime) -> bool:
    """Tell the people in line. Where it does not reopen today they go home with an apology and the first free time; an
    evacuation takes no number from anybody.

    :returns: whether this call was the one that did it.
    """
    if not calendar_actions.mark_begun(closure=closure, now=now):
        return False
    if closure.kind == "evacuation":
        _send_out(closure, now)
    else:
        _stop(closure, now)
    tickets.free_from_windows(hall=closure.hall, closures=calendars.spans_of(closure))
    # Boards, desks and phones fetch what is closed now.
    announce(hall=closure.hall.code, topic="line", subject=f"closure:{closure.pk}", now=now)
    announce(hall=closure.hall.code, topic="windows", subject=f"closure:{closure.pk}", now=now)
    return True


def _send_out(closure: Closure, now: datetime) -> None:
    """Everybody leaves and every number stays, whether an end is in sight or not: it may be over in ten minutes. What is
    not served by the end of the day gets its apology then."""
    spans = calendars.spans_of(closure)
    if not spans:
        return
    at_windows = tickets.at_windows_of(hall=closure.hall, closures=spans, now=now)
    tickets.call_back(tickets=at_windows, now=now)
    tickets.interrupt_services(at_windows, since=now, now=now)
    in_line = tickets.stopped_by(hall=closure.hall, closures=spans, now=now)
    known = {ticket.pk for ticket in in_line}
    _tell_to_leave([*in_line, *(ticket for ticket in at_windows if ticket.pk not in known)], closure, now)


def _tell_to_leave(concerned: list[Ticket], closure: Closure, now: datetime, *, after: Span | None = None) -> None:
    """:param after: the closure that had sent them home meanwhile, and is over: told once more."""
    (span, *_), lines = calendars.spans_of(closure), _Lines(closure.hall, now)
    in_sight = stop_over(closure, now).resumes is not None
    told = [(ticket, lines.opens(ticket) if in_sight else None) for ticket in concerned]
    tickets.tell_evacuated(tickets=told, closure=span, now=now, part=_part(closure), after=after)


class _Lines:
    """When each line of a hall goes on, with all closures that lie over it; looked up once per matter and category."""

    def __init__(self, hall: Hall, now: datetime) -> None:
        self._hall, self._now = hall, now
        self._known: dict[tuple[str | None, str], datetime | None] = {}

    def opens(self, ticket: Ticket) -> datetime | None:
        item, category = key = (ticket.item.code if ticket.item else None, ticket.category.code)
        if key not in self._known:
            self._known[key] = calendars.next_open_moment(self._hall, self._now, What(item, category=category))
        return self._known[key]


@transaction.atomic
def send_after(*, closure: Closure, now: datetime) -> int:
    """Whoever is called although the place is being evacuated leaves like the others: the call was under way when it was
    announced, and did not see it. A number that such a call brought to a window meanwhile is told, too. Nor is anybody
    served who was begun with then, or whose finish is taken back.

    :returns: how many were there.
    """
    spans = calendars.spans_of(closure)
    there = tickets.at_windows_of(hall=closure.hall, closures=spans, now=now) if spans else []
    tickets.interrupt_services(there, since=closure.begun_at or now, now=now)
    late = [each for each in there if each.called_at is not None and each.called_at > closure.starts_at - UNDER_WAY]
    if not late:
        return 0
    tickets.call_back(tickets=late, now=now)
    _tell_to_leave(late, closure, now)
    return len(late)


@transaction.atomic
def reach_late(*, closure: Closure, now: datetime) -> int:
    """Numbers that join a line it has stopped hear of it like those that stood there: whose taking was under way when it
    began, and whoever is back in line since – put back, free of a window. Where it does not reopen today they go home, too.

    :returns: how many are told, or may have nobody to tell.
    """
    assert closure.begun_at is not None
    spans = calendars.spans_of(closure)
    tickets.free_from_windows(hall=closure.hall, closures=spans)
    since = closure.begun_at - UNDER_WAY
    # Who was missed is looked at once the press can no longer be undone, however new the number is.
    joined = tickets.stopped_by(hall=closure.hall, closures=spans, now=now, since=since)
    # What is begun and put aside in any other closure is served to the end, and whoever holds it was just at the window.
    not_yet = ("missed",) if closure.kind == "evacuation" else ("missed", "held")
    joined = [each for each in joined if each.state not in not_yet]
    joined += tickets.missed_there(hall=closure.hall, closures=spans, since=since, now=now)
    joined = tickets.concerned(joined, now)
    late = tickets.untold(joined, closure_id=closure.pk)
    if closure.kind != "evacuation":  # nobody to tell, but perhaps to be sent home
        silent = [each for each in joined if not each.notify_to]
        fresh = [each for each in silent if max(each.made_at, each.waits_from or each.made_at) > now - UNDER_WAY]
        late += fresh + [each for each in silent if each.state == "missed" and each not in fresh]
    if late and closure.kind == "evacuation":
        _tell_to_leave(late, closure, now)
    elif late:
        _stop(closure, now, late)
    return len(late)


def _stop(closure: Closure, now: datetime, late: Sequence[Ticket] = (), *, after: Span | None = None) -> None:
    """:param late: only these; else everybody in the lines that it stops. :param after: the closure that had sent them home
    or out meanwhile, and is over: told once more."""
    hall = closure.hall
    spans = calendars.spans_of(closure)
    stay: list[tuple[Ticket, datetime | None]] = []
    leave: list[Ticket] = []
    sent_out = _sent_out(closure, now)
    lines = _Lines(hall, now)
    for ticket in late or tickets.concerned(tickets.stopped_by(hall=hall, closures=spans, now=now), now):
        opens = lines.opens(ticket)
        if ticket.state == "held":  # begun, and so served to the end: as soon as its person is back at a window
            if ticket.pk not in sent_out:
                stay.append((ticket, opens))
        elif opens is not None and opens.astimezone(ZoneInfo(hall.timezone)).date() == ticket.day:
            stay.append((ticket, opens))
        else:
            leave.append(ticket)
    if spans:
        told = replace(spans[0], reason=stop_over(closure, now).reason)  # with what keeps it closed until it goes on
        tickets.tell_stopped(tickets=stay, closure=told, now=now, part=_part(closure), after=after)
        places = NextPlaces(now)
        tickets.send_home(tickets=leave, closure=spans[0], next_place=places, now=now)
        gone = set(
            Ticket.objects.filter(pk__in=[each.pk for each in leave], state="closed").values_list("pk", flat=True)
        )
        tell_booker.not_served(
            [each for each in leave if each.pk in gone], next_place=places, closure=closure.pk, now=now
        )


def _sent_out(closure: Closure, now: datetime) -> set[int]:
    """The numbers put aside at a window whose people an evacuation has asked to leave."""
    out = [each for each in calendars.closed_now(closure.hall, now) if each.kind == "evacuation"]
    return {each.pk for each in tickets.stopped_by(hall=closure.hall, closures=out, now=now, states=("held",))}


@transaction.atomic
def end(*, closure: Closure, now: datetime) -> bool:
    """Tell those who stayed that it goes on, and those it sent home that their numbers count again; services that an
    evacuation interrupted do.

    :returns: whether this call was the one that did it.
    """
    others = _to_be_ended(closure, now)
    if not calendar_actions.mark_over(closure=closure, now=now):
        return False
    hall = closure.hall
    spans = calendars.spans_of(closure)
    if spans:
        free = held_up(closure=closure, now=now, others=others)
        if closure.kind == "evacuation":
            at = min(closure.withdrawn_at or closure.ends_at, now)
            tickets.resume_services([each for each in free if each.state == "serving"], at=at, now=now)
            out = tickets.stopped_by(hall=hall, closures=spans, now=now, states=NOT_BEGUN)
            _tell_what_stops_still([each for each in out if each not in free], closure, now)
        else:
            back = tickets.bring_back(hall=hall, closures=spans, now=now)
            tell_booker.counts_again(back, closure=closure.pk, now=now)
            held = _tell_what_stops_still(back, closure, now)
            stopped = tickets.stopped_by(hall=hall, closures=others, now=now, states=NOT_BEGUN) + held
            free += [each for each in back if each not in stopped and each not in free]
        tell = tickets.tell_back if closure.kind == "evacuation" else tickets.tell_goes_on
        tell(tickets=free, closure=spans[0], now=now, part=_part(closure), still=_still_out(closure, now))
    announce(hall=hall.code, topic="line", subject=f"closure:{closure.pk}", now=now)
    announce(hall=hall.code, topic="windows", subject=f"closure:{closure.pk}", now=now)
    return True


def _tell_what_stops_still(numbers: Sequence[Ticket], closure: Closure, now: datetime) -> list[Ticket]:
    """Those of these numbers whose line another closure stops for a while: they hear that, and until when; that it goes on,
    only once it does. Whom another evacuation keeps out as well has heard of that one, but for who was sent home."""
    running = Closure.objects.filter(hall=closure.hall, starts_at__lte=now, ends_at__gt=now, withdrawn_at=None)
    found: dict[int, Ticket] = {}
    (over, *_) = calendars.spans_of(closure)
    rows = running.select_related("hall", "zone", "category", "item").exclude(pk=closure.pk).order_by("id")
    for other in sorted(rows, key=lambda each: each.kind != "evacuation"):  # it takes no number from anybody
        spans = calendars.spans_of(other)
        there = {each.pk for each in tickets.stopped_by(hall=other.hall, closures=spans, now=now, states=NOT_BEGUN)}
        late = [each for each in numbers if each.pk in there and each.pk not in found]
        found |= {each.pk: each for each in late}
        if late and other.kind != "evacuation":
            _stop(other, now, late, after=over)
        elif late and closure.kind != "evacuation":
            _tell_to_leave(late, other, now, after=over)
    return list(found.values())


def _to_be_ended(closure: Closure, now: datetime) -> list[Span]:
    """Other closures of the hall that are over, and not ended yet: of several that end together – a worker was away, two
    managers took back at once – the last one tells. Locked in order, so that two that end them at once do not each leave
    it to the other."""
    over = Closure.objects.filter(Q(ends_at__lte=now) | Q(withdrawn_at__isnull=False), hall=closure.hall)
    rows = over.filter(begun_at__isnull=False, over_at=None).select_related("zone", "category", "item")
    found = list(rows.select_for_update(of=("self",)).order_by("id"))
    return [span for each in found if each.pk != closure.pk for span in calendars.spans_of(each)]


def held_up(*, closure: Closure, now: datetime, others: Sequence[Span] = ()) -> list[Ticket]:
    """Who hears that it goes on, once this closure is over: nobody whom another one still stops. What was begun and put
    aside only an evacuation stops.

    :param others: closures that are over, too, and whose people hear it later.
    """
    hall, spans = closure.hall, calendars.spans_of(closure)
    states = IN_LINE if closure.kind == "evacuation" else NOT_BEGUN
    found = tickets.stopped_by(hall=hall, closures=spans, now=now, states=states)
    more = tickets.without_windows(hall=hall, closures=spans, now=now, states=states)
    if closure.kind == "evacuation":
        more += tickets.at_windows_of(hall=hall, closures=spans, now=now)
    found += {ticket.pk: ticket for ticket in more if ticket not in found}.values()
    still = [*(each for each in calendars.closed_now(hall, now) if each.id != closure.pk), *others]
    other: set[int] = set()
    if still:
        out = [each for each in still if each.kind == "evacuation"]
        at_windows = tickets.at_windows_of(hall=hall, closures=out, now=now)
        stopped = tickets.stopped_by(hall=hall, closures=still, now=now, states=NOT_BEGUN)
        away = tickets.stopped_by(hall=hall, closures=out, now=now, states=("held",))
        other = {each.pk for each in [*stopped, *away, *at_windows]}
    return [ticket for ticket in found if ticket.pk not in other and ticket.made_at < now]


def _still_out(closure: Closure, now: datetime) -> Words | None:
    """The parts of the hall that another evacuation is over, by name; None where there is none."""
    running = [each for each in calendars.notices(closure.hall, now) if each.id != closure.pk]
    out = [each.where for each in running if each.kind == "evacuation" and each.where is not None]
    return Words(zh="、".join(each.zh for each in out), en=", ".join(each.en for each in out)) if out else None


def _part(closure: Closure) -> Words | None:
    """What is closed, by name; None = the hall."""
    notice = calendars.notice_of(closure.pk)
    return notice.where if notice is not None else None


class FirstPlace(NamedTuple):
    """`item`: code of the matter under which it is booked; "" where its person named none and chooses first, of `category`."""

    item: str
    starts_at: datetime
    slot_id: int
    hall: str
    category: str
    also: tuple[str, ...] = ()  # items of the same visit that were not served either


class NextPlaces:
    """The first time that can be booked for what a number was taken for; looked up once per matter."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._known: dict[tuple[int, str | None], FirstPlace | None] = {}

    def __call__(self, ticket: Ticket) -> datetime | None:
        found = self.first(ticket)
        return found.starts_at if found is not None else None

    def first(self, ticket: Ticket) -> FirstPlace | None:
        code = ticket.item.code if ticket.item else self._some_item(ticket)
        key = (ticket.hall_id, code)
        if key not in self._known:
            self._known[key] = self._first(ticket.hall, code) if code else None
        found = self._known[key]
        return found._replace(item="", category=ticket.category.code) if found and ticket.item is None else found

    def _first(self, hall: Hall, code: str) -> FirstPlace | None:
        try:
            found = booking.first_free(hall=hall, item_code=code, now=self._now)
        except Refused:
            return None
        return FirstPlace(code, found.starts_at, found.slot_id, hall.code, "") if found is not None else None

    def _some_item(self, ticket: Ticket) -> str | None:
        """A number for a category: any matter of it stands for its places."""
        rows = HallItem.objects.filter(hall_id=ticket.hall_id, category_id=ticket.category_id, bookable=True)
        return rows.order_by(F("item__code")).values_list("item__code", flat=True).first()


def apologise(unserved: Sequence[Ticket], *, now: datetime) -> None:
    """At the end of the day: to everybody whose number was not called, or begun and put aside.

    :param unserved: as they stood in line.
    """
    places = NextPlaces(now)
    tickets.apologise(unserved, closure=None, next_place=places, now=now)
    tell_booker.not_served(unserved, next_place=places, closure=None, now=now)
