"""The guide on the floor (导办): find who stands there, give a number, put one back, check in. Every look is traced."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.foundation.lanes import LANES
from banshi.frames.staff.frame import acting, local, status_of
from banshi.frames.typed import clean, invalid
from banshi.journeys.hours.stops import stops
from banshi.journeys.visit import check_in as arriving
from banshi.journeys.visit import take_number
from banshi.kernel.evidence import Evidence
from banshi.kernel.lists import MARKS
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.booking import queries as bookings
from banshi.rooms.booking.models import Appointment
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.devices import queries as devices
from banshi.rooms.identity import queries as identity
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets import queries as line
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import TicketView
from banshi.surfaces.office.frame import page
from banshi.surfaces.office.guide_found import Found, more_of, of_people, whose


@door(audience="staff", permission="appointments.manage")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    """The search field; `?number=` shows a number of today."""
    place = places.hall_by_code(hall)
    number = clean(request.GET.get("number"), 8).upper()
    return _shown(request, place, _found(request, place, number) if number else None)


@sensitive_post_parameters("q")
@door(audience="staff", permission="appointments.manage")
@require_POST
def find(request: Asked, hall: str) -> HttpResponseBase:
    """By a whole document number, a number of today or a reference. POST: none of it becomes part of an address."""
    place = places.hall_by_code(hall)
    return _shown(request, place, _found(request, place, clean(request.POST.get("q"), 120)))


@door(audience="staff", permission="appointments.manage")
@require_POST
def give(request: Asked, hall: str) -> HttpResponseBase:
    """A number for a matter or a category, for whoever was found or for somebody unnamed."""
    place = places.hall_by_code(hall)
    item = clean(request.POST.get("item"), 80)  # of those found; else what was chosen
    kind, _colon, code = ("item", ":", item) if item else clean(request.POST.get("what"), 90).partition(":")

    def deed() -> Ticket:
        if kind not in ("category", "item") or not code:
            raise invalid("what", _("Choose a matter."))
        asked = take_number.Asked(
            category_code=code if kind == "category" else None,
            item_code=code if kind == "item" else None,
            person_id=_person_meant(request, place),
            shown=Evidence.WINDOW,  # the guide has them, and their card, before the eyes
            lane=clean(request.POST.get("lane"), 20),
            channel="staff",
            by=acting(request, place),
            language=get_language() or "zh-hans",
        )
        return take_number.take(asked, hall=place, now=clock.now())

    return _done(request, place, deed, _("Number %(number)s given."))


@door(audience="staff", permission="appointments.manage")
@require_GET
def items(request: Asked, hall: str) -> HttpResponse:
    """Matters of this hall that a walk-in number is given for, by words, pinyin or initials: one press gives it."""
    place = places.hall_by_code(hall)
    q = clean(request.GET.get("q"), 60)
    walk_in = (
        set(HallItem.objects.filter(hall=place, walk_in=True).values_list("item__code", flat=True)) if q else set()
    )
    found = [each for each in catalogue.search(q, hall=hall, limit=24) if each.code in walk_in][:8] if q else []
    return render(request, "office/_guide_items.html", {"found": found, "q": q})


def _person_meant(request: Asked, hall: Hall) -> int | None:
    """:raises Refused: nothing-found, for a person who was not found here."""
    person, key = clean(request.POST.get("person"), 20), clean(request.POST.get("k"), 80)
    if not person:
        return None
    if (found := whose(hall, person, key)) is None:
        raise Refused("nothing-found", facts={"person": person})
    return found


@door(audience="staff", permission="appointments.manage")
@require_POST
def put_back(request: Asked, hall: str) -> HttpResponseBase:
    """A missed number back in line (补号) as the hall's rule has it, or one that was set aside."""
    place = places.hall_by_code(hall)
    ref = clean(request.POST.get("ref"), 40)

    def deed() -> Ticket:
        parked = Ticket.objects.filter(ref=ref, hall=place, state="parked").exists()
        back = tickets.is_here if parked else tickets.reinstate
        try:
            return back(ref=ref, by=acting(request, place), now=clock.now())
        except Refused:  # pressed twice, or by a colleague at the same moment: it is back, which is what was wanted
            if (there := Ticket.objects.filter(ref=ref, hall=place, state="waiting").first()) is None:
                raise
            return there

    return _done(request, place, deed, _("Number %(number)s is back in line."))


@door(audience="staff", permission="appointments.manage")
@require_POST
def lane(request: Asked, hall: str) -> HttpResponseBase:
    """The guide saw the card, or the person: the number goes first from now on."""
    place = places.hall_by_code(hall)
    ref = clean(request.POST.get("ref"), 40)

    def deed() -> Ticket:
        return tickets.confirm_lane(ref=ref, by=acting(request, place), now=clock.now())

    return _done(request, place, deed, _("Number %(number)s goes first now."))


@door(audience="staff", permission="appointments.manage")
@require_POST
def check_in(request: Asked, hall: str) -> HttpResponseBase:
    """An appointment becomes a number."""
    place = places.hall_by_code(hall)
    code = clean(request.POST.get("code"), 40)

    def deed() -> Ticket:
        return arriving.by_code(hall=place, code=code, by=acting(request, place), now=clock.now(), channel="staff")

    return _done(request, place, deed, _("Checked in: number %(number)s."), visit=True)


def _done(
    request: Asked, hall: Hall, deed: Callable[[], Ticket], words: str, *, visit: bool = False
) -> HttpResponseBase:
    """Do it and show the number; or say why not."""
    try:
        ticket = deed()
    except Refused as refused:
        return _shown(request, hall, _meant_again(request, hall), refused)
    numbers = [ticket.number, *(each.number for each in line.beside(ticket.ref, clock.now()) if visit)]
    mark = MARKS["zh" if (get_language() or "zh").startswith("zh") else "en"]
    messages.success(request, words % {"number": mark.join(numbers)})
    here = reverse("office:guide", kwargs={"hall": hall.code})
    return redirect(f"{here}?{urlencode({'number': ticket.number})}")


def _meant_again(request: Asked, hall: Hall) -> list[Found] | None:
    """Whom a refused deed was for, so that the next try is not for somebody unnamed."""
    ref, code = clean(request.POST.get("ref"), 40), clean(request.POST.get("code"), 40)
    people = {
        pk for pk in Ticket.objects.filter(ref=ref, hall=hall).values_list("person_id", flat=True) if pk is not None
    }
    people |= set(Appointment.objects.filter(code=code, hall=hall).values_list("person_id", flat=True))
    with suppress(Refused):  # not found here: nobody is shown
        person_id = _person_meant(request, hall)
        people |= set() if person_id is None else {person_id}
    return _of_people(request, hall, people) or None


def _found(request: Asked, hall: Hall, text: str) -> list[Found]:
    now = clock.now()
    day = local(hall, now).date()
    named = line.by_number(text.upper(), hall_id=hall.pk, day=day, now=now) if 2 <= len(text) <= 8 else []
    refs = [view.ref for view in named]
    people = {each.pk for each in identity.people_by_number(text)}
    people |= {pk for pk in Ticket.objects.filter(ref__in=refs).values_list("person_id", flat=True) if pk is not None}
    if (code := bookings.code_of(text)) is not None:
        people |= set(Appointment.objects.filter(code=code, hall=hall, day=day).values_list("person_id", flat=True))
    found = _of_people(request, hall, people, named)
    shown = {view.ref for each in found for view in each.numbers}
    rest = [view for view in named if view.ref not in shown]
    return ([Found(numbers=rest)] if rest else []) + found


def _of_people(request: Asked, hall: Hall, ids: set[int], over: Sequence[TicketView] = ()) -> list[Found]:
    """:param over: numbers that were asked for, whatever became of them."""
    now = clock.now()
    found = of_people(hall, ids, over=over, now=now)
    for each in found:
        assert each.person is not None
        audit.looked(
            subject=f"person:{each.person.pk}", by=acting(request, hall), now=now, hall=hall.code, why="search"
        )
    return found


def _shown(request: Asked, hall: Hall, found: list[Found] | None, refused: Refused | None = None) -> HttpResponse:
    now = clock.now()
    lanes = places.policy_of(hall.pk, now=now).tickets.priority_lanes
    status = status_of(refused) if refused else 404 if found == [] else 200
    closed = stops(hall, now)
    numbers = [view for each in found or [] for view in each.numbers]
    return page(
        request,
        "office/guide.html",
        hall,
        found=found,
        alone=found[0] if found and len(found) == 1 and found[0].person else None,
        more={view.ref: more_of(view, now) for view in numbers if view.on_the_way or view.state == "closed"},
        stops=closed,
        everybody_out=any(each.evacuates and each.where is None for each in closed),
        much_used=devices.much_used(hall),
        refused=refused,
        categories=places.categories_of(hall),
        q=clean(request.POST.get("q"), 120) if found == [] else "",  # a slip of the finger can be seen and mended
        lanes=[(code, LANES[code]) for code in lanes if code in LANES],
        status=status,
        unnamed=not any(each.person for each in found or []),
    )
