"""The first page: search, my next thing, frequent matters, life events, halls now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from banshi.foundation import clock
from banshi.journeys.hours.stops import Stop
from banshi.rooms.booking import queries as booking
from banshi.rooms.booking.queries import AppointmentView, WaitView
from banshi.rooms.cases.queries import CaseLine
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.models import Account
from banshi.rooms.insight import queries as insight
from banshi.rooms.places import queries as places
from banshi.rooms.tickets import queries as tickets
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import TicketView
from banshi.surfaces.citizen import turning
from banshi.surfaces.citizen.arrival import Arrival, arrival, closed_now, may_come
from banshi.surfaces.citizen.doors import asked, elder, near, page, public_page
from banshi.surfaces.citizen.following import goes_on_as, may_act, told_as_said
from banshi.surfaces.citizen.halls_now import halls_now, nearest_first, with_waits
from banshi.surfaces.citizen.my_cases import waiting_case
from banshi.surfaces.citizen.numbers_now import IN_THE_LINE, NumberNow, number_now, number_texts
from banshi.surfaces.citizen.to_call import Call, to_call

FEW_HALLS = 6


@dataclass(frozen=True)
class NextThing:
    """What the signed-in person (or this phone) does next: a ticket comes before an appointment."""

    number: NumberNow | None
    appointment: AppointmentView | None
    more: int  # further coming appointments
    arrival: Arrival | None = None  # of the appointment
    offer: WaitView | None = None  # a place of the waiting list that is kept for a while
    closed: Stop | None = None  # runs now where the appointment is, later today
    in_hand: AppointmentView | None = None  # used with the card: its number is with the person, who alone may follow it

    out: Stop | None = None  # closes now what the number in hand waits for
    renewed: str = ""  # the ref by which this phone followed a number that has a new slip
    case: CaseLine | None = None  # waits for whoever is signed in

    @property
    def there(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.number or self.appointment or self.offer or self.in_hand or self.renewed or self.case)

    @property
    def may_come(self) -> bool:
        return self.arrival is not None and may_come(self.arrival, self.closed)

    @property
    def ticket(self) -> TicketView | None:
        return self.number.ticket if self.number is not None else None

    @property
    def watched(self) -> AppointmentView | None:
        """Where there is no number: what a closure of the line it is for says something else of."""
        return self.in_hand or (self.appointment if self.arrival is not None and self.arrival.is_today else None)


def next_thing(request: Any, *, now: datetime) -> NextThing:
    account_id = request.who.account_id
    number = my_number(request, account_id, now=now)
    in_hand = _in_hand(account_id, now=now) if number is None and account_id is not None else None
    renewed = _renewed(request) if number is None and in_hand is None else ""
    coming: list[AppointmentView] = []
    if account_id is not None:
        coming = [a for a in booking.of_account(account_id, now) if a.state == "booked" and a.ends_at > now]
        by_mandate = any(not a.limit_key for a in coming)
        mandates = people.mandates_of(account_id if by_mandate else None, today=timezone.localtime(now).date())
        coming = [a for a in coming if a.limit_key or not mandates.over(a.person_id, a.item.code)]
        coming.sort(key=lambda a: (a.starts_at, a.code))
    offers = booking.offers_of(account_id, now=now) if account_id is not None else []
    offer = offers[0] if offers else None
    out = closed_now(in_hand, now) if in_hand is not None else None
    case = waiting_case(account_id, now=now) if account_id is not None else None
    if not coming:
        return NextThing(number, None, 0, offer=offer, in_hand=in_hand, out=out, renewed=renewed, case=case)
    first, more = coming[0], len(coming) - 1
    closed = closed_now(first, now)
    return NextThing(number, first, more, arrival(first, now), offer, closed, in_hand, out, renewed, case)


def _in_hand(account_id: int, *, now: datetime) -> AppointmentView | None:
    """What this account booked for somebody whose document it only declared, and who is in the hall with the card."""
    rows = Ticket.objects.filter(state__in=IN_THE_LINE, made_at__gte=now - timedelta(hours=18), limit_key="")
    used = rows.filter(appointment__account_id=account_id).exclude(appointment__limit_key="").order_by("-made_at")
    code = used.values_list("appointment__code", flat=True).first()
    return booking.appointment(code, now=now) if code else None


def my_number(request: Any, account_id: int | None, *, now: datetime) -> NumberNow | None:
    """The first of `my_numbers`."""
    return next(_my_numbers(request, account_id, now=now), None)


def my_numbers(request: Any, account_id: int | None, *, now: datetime) -> list[NumberNow]:
    """The number followed last on this phone – sent on, the one in the other hall –, and those of today that are the account's
    own, newest first.

    Own: by a booking of the account, or of the person it is proven to be. A typed ID number shows nobody's number.
    """
    return list(_my_numbers(request, account_id, now=now))


def _my_numbers(request: Any, account_id: int | None, *, now: datetime) -> Iterator[NumberNow]:
    ref = str(request.session.get("ticket") or "")
    rows = Ticket.objects.filter(state__in=IN_THE_LINE, made_at__gte=now - timedelta(hours=18)).order_by("-made_at")
    found = rows.filter(ref=ref).first() if ref else None
    if found is None and ref and (onward := goes_on_as(request, ref)):
        found = rows.filter(ref=onward).first()
    if found is not None and (number := number_now(found.ref, now)):
        yield number
    if account_id is None:
        return
    me = Account.objects.filter(id=account_id, person_evidence__gt=0).values("person_id")
    # Taken over by the card, it is the person's, and no more of whoever only declared whose document it was.
    taken_over = Q(limit_key="") & ~Q(appointment__limit_key="")
    mine = Q(appointment__account_id=account_id) & ~taken_over
    own = rows.filter(mine | Q(person_id__in=me) | Q(pk__in=told_as_said(account_id).values("pk")))
    others = own if found is None else own.exclude(pk=found.pk)
    for each in others.select_related("hall", "appointment__item"):
        # An agent whose mandate is over follows nobody.
        if may_act(each, account_id=account_id) and (number := number_now(each.ref, now)):
            yield number


def _renewed(request: Any) -> str:
    """The ref followed last on this phone, where the number has another one now, and that was not said on its page yet."""
    ref = str(request.session.get("ticket") or "")
    return ref if ref and tickets.renewed(ref) is not None else ""


@public_page
@require_GET
def home(request: HttpRequest) -> HttpResponseBase:
    now = clock.now()
    coming = next_thing(request, now=now)
    if elder(request):
        calm = {"next_thing": coming, "texts": number_texts(), "call": _to_call(request, coming, now=now)}
        return page(request, "citizen/home.html", calm, turns=_turns(coming))
    themes = catalogue.themes()
    context: dict[str, Any] = {
        "next_thing": coming,
        "texts": number_texts(),
        "popular": insight.popular(now=now),
        "together": catalogue.one_matters(),
        "life_events": [t for t in themes if t.kind == "life_event"],
        "zones": [t for t in themes if t.kind == "zone"],
    }
    context |= _halls(request, now)
    turns = [*_turns(coming), *turning.of_halls(context["halls"])]
    return page(request, "citizen/home.html", context, turns=turns)


def _turns(coming: NextThing) -> list[datetime]:
    ends = [coming.offer.until] if coming.offer and coming.offer.until else []
    if coming.appointment is None or coming.arrival is None:
        return ends
    return [*ends, coming.appointment.starts_at, coming.appointment.ends_at, *coming.arrival.turns]


def _to_call(request: Any, coming: NextThing, *, now: datetime) -> Call | None:
    going_to = coming.ticket.hall if coming.ticket else coming.appointment.hall.code if coming.appointment else ""
    account_id = request.who.account_id
    latest = booking.of_account(account_id, now, limit=1) if account_id is not None and not going_to else []
    return to_call(request, going_to=going_to, last_booked=latest[0].hall.code if latest else "")


@public_page
@require_GET
def halls_part(request: HttpRequest) -> HttpResponseBase:
    """The list of halls again, for a page that stays open."""
    return page(request, "citizen/_halls_now.html", _halls(request, clock.now()))


def _halls(request: HttpRequest, now: datetime) -> dict[str, Any]:
    here = near(request)
    halls = nearest_first(places.all_halls(), here)
    few = halls[:FEW_HALLS]
    return {
        "near": f"{here[0]},{here[1]}" if here else "",
        "halls": with_waits(halls_now(few, now=now, near=here), {h.code: h.pk for h in few}, now=now),
        "more_halls": max(0, len(halls) - FEW_HALLS),
    }


@public_page
@require_GET
def search(request: Any) -> HttpResponseBase:
    """Live results as one types (a fragment), or a page of results."""
    q = asked(request, "q")
    found = catalogue.search(q, limit=12 if request.htmx else 40) if q else []
    context = {"q": q, "found": found, "matters": catalogue.find_matters(q)}
    return page(request, "citizen/_found.html" if request.htmx else "citizen/search.html", context)
