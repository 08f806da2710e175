"""Appointments for guides: the day's list, finding one, booking on behalf, moving, cancelling."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banshi.foundation import clock
from banshi.foundation.crypto import blind_index
from banshi.foundation.doors import Asked, door
from banshi.foundation.said import named
from banshi.foundation.words import words
from banshi.frames.staff.at_its_field import field_of
from banshi.frames.staff.frame import acting, local, paged, query_without_page, status_of, zone_of
from banshi.frames.staff.names import names_of
from banshi.frames.typed import clean, day_asked, int_or_none, invalid
from banshi.journeys.hours.stops import stops
from banshi.journeys.visit import time_back, whole_visit
from banshi.journeys.visit.book import book
from banshi.kernel.documents import IdType
from banshi.kernel.evidence import Evidence
from banshi.kernel.phones import InvalidPhone, normalise_phone
from banshi.kernel.refusals import Refused
from banshi.kernel.wording import legible
from banshi.rooms.audit import actions as audit
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking import queries as bookings
from banshi.rooms.booking.models import Appointment, Slot
from banshi.rooms.booking.queries import AppointmentView, SlotView, WaitView
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.identity import queries as identity
from banshi.rooms.identity.actions import PersonAsked, wrongs
from banshi.rooms.identity.models import Person
from banshi.rooms.insight import queries as insight
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import queries as tickets
from banshi.rooms.tickets.models import Ticket
from banshi.surfaces.office.frame import page
from banshi.surfaces.office.guide_found import whose

DAYS_SHOWN = 14
STATES = ("booked", "checked_in", "no_number", "served", "refused", "not_reached", "number_over", "no_show", "no_show_forgiven",
          "cancelled")  # fmt: skip
ALWAYS_SHOWN = ("booked", "checked_in", "served", "no_show", "cancelled")


@door(audience="staff", permission="appointments.view")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    """Who comes on a day."""
    place = places.hall_by_code(hall)
    today = local(place, clock.now()).date()
    day = day_asked(request.GET.get("day"), today)
    state = request.GET.get("state", "")
    of_day = Appointment.objects.filter(hall=place, day=day).annotate(shown=tickets.STATE_TO_STAFF)
    counts: dict[str, int] = {}
    for each in of_day.order_by("id").values_list("shown", flat=True):
        counts[each] = counts.get(each, 0) + 1
    if state in STATES:
        of_day = of_day.filter(shown=state)
    rows = paged(request, of_day.select_related("item", "category", "person").order_by("starts_at", "id"), 50)
    zone = zone_of(place)
    lines = [
        (row, bookings.shown_name(row), row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)) for row in rows
    ]
    return page(
        request,
        "office/appointments.html",
        place,
        day=day,
        today=today,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        state=state,
        states=[each for each in STATES if each in ALWAYS_SHOWN or counts.get(each) or each == state],
        counts=counts,
        total=sum(counts.values()),
        rows=rows,
        lines=lines,
        more=query_without_page(request),
        may_manage=request.who.may("appointments.manage", hall),
    )


def _meant(hall: Hall, text: str) -> list[AppointmentView]:
    """What whoever an exact document or telephone number means has booked here, by the blind indexes.

    A telephone finds the bookings it was given with, and those of whoever it is proven to belong to.
    """
    now = clock.now()
    people = {each.pk for each in identity.people_by_number(text)}
    found: list[AppointmentView] = []
    try:
        index = blind_index(normalise_phone(text), purpose="phone")
    except InvalidPhone:
        index = ""
    if index:
        found = bookings.of_contact(index, hall.pk, now)
        people |= set(Person.objects.filter(phone_index=index).order_by("-id").values_list("id", flat=True)[:20])
    known = {each.code for each in found}
    for person_id in sorted(people):
        mine = bookings.of_person(person_id, now, limit=50)
        found += [each for each in mine if each.hall_id == hall.pk and each.code not in known]
    return found


@sensitive_post_parameters("q")
@door(audience="staff", permission="appointments.view")
@require_POST
def find(request: Asked, hall: str) -> HttpResponseBase:
    """By reference, QR text, ID number or telephone. POST, so that a number is never part of an address."""
    place = places.hall_by_code(hall)
    text = clean(request.POST.get("q"), 120)
    now = clock.now()
    code = bookings.code_of(text)
    if code is not None and Appointment.objects.filter(code=code, hall=place).exists():
        return redirect("office:appointment", hall=hall, code=code)
    found = _meant(place, text) if text else []
    for person_id in sorted({each.person_id for each in found}):
        audit.looked(subject=f"person:{person_id}", by=acting(request, place), now=now, hall=hall, why="search")
    return page(
        request,
        "office/appointment_found.html",
        place,
        found=found,
        states=tickets.states_to_staff(found),
        asked=bool(text),
        status=200 if found else 404,
        may_manage=request.who.may("appointments.manage", hall),
    )


def _here(hall: Hall, code: str) -> AppointmentView:
    found = bookings.appointment(code, now=clock.now())
    if found.hall_id != hall.pk:
        raise Refused("nothing-found", facts={"appointment": code})
    return found


def _one(request: Asked, hall: Hall, code: str, refused: Refused | None = None, **more: Any) -> HttpResponseBase:
    found = _here(hall, code)
    row = Appointment.objects.select_related("person").get(code=code)
    return page(
        request,
        "office/appointment.html",
        hall,
        appointment=found,
        shown=tickets.states_to_staff([found])[found.code],
        row=row,
        along=whole_visit.beside(row) if found.state == "booked" else [],
        who_made=names_of([row.booked_by, row.cancelled_by]),
        last4=row.person.number_last4,
        number=Ticket.objects.filter(appointment=row).order_by("-id").first(),
        untold=found.state == "booked" and not row.told_at,
        refused=refused,
        may_manage=request.who.may("appointments.manage", hall.code),
        may_confirm=bool(bookings.to_confirm(hall.pk, now=clock.now(), code=code)),
        may_credit=request.who.may("credit.view", hall.code),
        status=status_of(refused) if refused else 200,
        **{"why": "", **more},
    )


@door(audience="staff", permission="appointments.view")
@require_GET
def one(request: Asked, hall: str, code: str) -> HttpResponseBase:
    return _one(request, places.hall_by_code(hall), code)


def _said(request: Asked, code: str, done: str) -> None:
    """What was done, and who is told of it: the person, the agent who booked, both or nobody."""
    told = bookings.told_of(Appointment.objects.select_related("person").get(code=code))
    says = {
        "cancelled": {
            (True, False): _("Cancelled. The person gets a message."),
            (True, True): _("Cancelled. The person and the agent who booked get a message."),
            (False, True): _(
                "Cancelled. Only the agent who booked gets a message: no telephone of the person is known."
            ),
            (False, False): _("Cancelled. No telephone is known, so the person gets no message."),
        },
        "moved": {
            (True, False): _("Moved. The reference stays the same; the person gets a message."),
            (True, True): _("Moved. The reference stays the same; the person and the agent who booked get a message."),
            (False, True): _("Moved. Only the agent who booked gets a message: no telephone of the person is known."),
            (False, False): _("Moved. No telephone is known, so the person gets no message."),
        },
    }
    said = says[done][told.person, told.agent]
    (messages.success if told.person else messages.warning)(request, said)


def _visit(code: str, *, only: bool) -> list[Appointment]:
    """The appointment, and what else of its visit goes with it."""
    row = Appointment.objects.select_related("hall", "item", "category", "person", "slot").get(code=code)
    return [row, *([] if only else whole_visit.beside(row))]


def _name_the_other(request: Asked, refused: Refused) -> None:
    """Which other matter of the visit stands in the way."""
    if isinstance(refused, whole_visit.PartRefused):
        messages.warning(request, _("It is about “%(item)s”, in the same visit.") % {"item": named(refused.row.item)})


@door(audience="staff", permission="appointments.manage")
@require_POST
def cancel(request: Asked, hall: str, code: str) -> HttpResponseBase:
    """Cancel, with a reason. `side=hall` never counts against the person."""
    place = places.hall_by_code(hall)
    _here(place, code)
    why = clean(request.POST.get("why"), 120)
    by = acting(request, place)
    try:
        if not why:
            raise invalid("why", _("Say why: it is kept with the booking."))
        why = legible(why)
        parts = [whole_visit.Part(row, by) for row in _visit(code, only=bool(request.POST.get("only")))]
        whole_visit.cancel(parts, now=clock.now(), why=why, by_hall=request.POST.get("side") == "hall")
    except Refused as refused:
        _name_the_other(request, refused)
        return _one(request, place, code, refused, why=why)
    _said(request, code, "cancelled")
    return redirect("office:appointment", hall=hall, code=code)


def _found_person(request: Asked, hall: Hall, now: datetime) -> dict[str, Any]:
    """Whom the guide has found and books for: said again by every link, and the places that are kept for them."""
    person, key = clean(request.GET.get("person"), 20), clean(request.GET.get("k"), 80)
    found = whose(hall, person, key)
    if found is None:
        return {"person": "", "k": "", "for_whom": "", "kept": []}
    kept = [each for each in bookings.offers_for([found], hall=hall, now=now) if each.appointment is None]
    return {"person": person, "k": key, "for_whom": "&" + urlencode({"person": person, "k": key}), "kept": kept}


def _may_have(kept: Sequence[WaitView], item_code: str, slots: Sequence[SlotView]) -> list[WaitView]:
    """Those for this matter, and for another one of the same places."""
    listed = {each.id for each in slots}
    return [each for each in kept if each.item.code == item_code or each.slot_id in listed]


def _besides(slots: Sequence[SlotView], kept: Sequence[WaitView]) -> list[SlotView]:
    shown = {each.slot_id for each in kept}
    return [each for each in slots if each.id not in shown]


def _by_day(slots: Sequence[SlotView]) -> list[tuple[Any, list[SlotView]]]:
    return [(day, list(rows)) for day, rows in groupby(slots, key=lambda each: each.day)]


@door(audience="staff", permission="appointments.manage")
@require_http_methods(["GET", "POST"])
def move(request: Asked, hall: str, code: str) -> HttpResponseBase:
    """Move to another time, keeping the reference."""
    place = places.hall_by_code(hall)
    found = _here(place, code)
    now = clock.now()
    refused: Refused | None = None
    if request.method == "POST":
        slot_id, why = int_or_none(request.POST.get("slot"), 1, 2**62), clean(request.POST.get("why"), 120)
        try:
            if slot_id is None:
                raise invalid("slot", _("Choose a time."))
            if slot_id == found.slot_id:
                raise invalid("slot", _("This is the time it has already. Choose another."))
            if not why:
                raise invalid("why", _("Say why: it is kept with the booking."))
            first, *along = _visit(code, only=bool(request.POST.get("only")))
            by = acting(request, place)
            parts = [whole_visit.Part(row, by) for row in along]
            time_back.move_back(row=first, slot_id=slot_id, by=by, now=now, along=parts, why=legible(why))
            _said(request, code, "moved")
            return redirect("office:appointment", hall=hall, code=code)
        except Refused as wrong:
            _name_the_other(request, wrong)
            refused = wrong
    today = local(place, now).date()
    slots = bookings.slots(
        hall=place, item_code=found.item.code, first=today, last=today + timedelta(days=DAYS_SHOWN), now=now,
        channel=found.source, internal=found.internal, persons=found.persons, place=(at := _at(request, place, found.place)),
    )  # fmt: skip
    offers = bookings.offers_for([found.person_id], hall=place, now=now)
    kept = [each for each in offers if each.appointment is not None and each.appointment.code == code]
    free = [each.id for each in slots if each.bookable and each.id != found.slot_id]
    refused_there = booking.cannot_move_to(code, free, by=acting(request, place), now=now)
    row = Appointment.objects.select_related("hall", "item", "person").get(code=code)
    back = {each.pk for each in booking.times_back(row, now=now)}  # whatever the cut-off: the hall took them
    chances = [each for each in slots if (each.id in free and each.id not in refused_there) or each.id in back]
    return page(
        request,
        "office/appointment_move.html",
        place,
        appointment=found,
        along=whole_visit.beside(row),
        by_video=_gives_by_video(place),
        at=at,
        kept=kept,
        days=_by_day(_besides(chances, kept)),
        refused=refused,
        why=clean(request.POST.get("why"), 120),
        status=status_of(refused) if refused else 200,
    )


def _gives_by_video(hall: Hall) -> bool:
    video = places.policy_of(hall.pk, now=clock.now()).video
    return bool(video.booked_seats and video.most_waiting)


def _at(request: Asked, hall: Hall, otherwise: str = "window") -> str:
    """Times at a window or by video, as far as the hall gives any."""
    wanted = clean(request.GET.get("place"), 10) or otherwise
    return "video" if wanted == "video" and _gives_by_video(hall) else "window"


class BookForm(forms.Form):
    """Who it is for, and why it is done for them."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    id_type = forms.ChoiceField(label=gettext_lazy("Document"), initial=IdType.RESIDENT_ID.value)
    id_number = forms.CharField(label=gettext_lazy("Document number"), max_length=40)
    phone = forms.CharField(
        label=gettext_lazy("Mobile number"),
        max_length=30,
        required=False,
        help_text=gettext_lazy("Without one, of somebody who is here: the booking goes along on paper."),
    )
    source = forms.ChoiceField(
        label=gettext_lazy("The person"),
        choices=[("staff", gettext_lazy("is here")), ("phone", gettext_lazy("is on the telephone"))],
    )
    persons = forms.TypedChoiceField(
        label=gettext_lazy("How many come for this"),
        coerce=int,
        help_text=gettext_lazy("A place each, in the same period; one number together."),
    )
    why = forms.CharField(
        label=gettext_lazy("Why on behalf"),
        max_length=120,
        help_text=gettext_lazy("For example: no smartphone. It is kept with the booking."),
    )
    note = forms.CharField(label=gettext_lazy("Note for the window"), max_length=120, required=False)
    card_seen = forms.BooleanField(
        label=gettext_lazy("I compared the person with the card"),
        required=False,
        help_text=gettext_lazy("Then the name typed here stands, whatever was declared before."),
    )

    def __init__(self, *args: Any, most_persons: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["persons"].choices = [(n, n) for n in range(1, most_persons + 1)]  # type: ignore[attr-defined]
        if most_persons == 1:
            del self.fields["persons"]
        self.fields["id_type"].choices = [(each.value, named(each)) for each in IdType]  # type: ignore[attr-defined]
        for name in ("name", "id_number", "phone"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def clean(self) -> dict[str, Any]:
        """Every field that cannot be right says so. Somebody on the telephone has one; whoever is here may have none."""
        said = super().clean() or {}
        typed: dict[str, Any] = {name: said.get(name) or "" for name in ("name", "id_type", "id_number", "phone")}
        for wrong in wrongs(PersonAsked(**typed), now=clock.now()):
            name = field_of(wrong)
            if name in self.fields and name not in self.errors:
                self.add_error(name, words(wrong.refusal)[1])
        if said.get("source") == "phone" and not said.get("phone") and "phone" not in self.errors:
            self.add_error("phone", _("Whoever is on the telephone gives a number."))
        return said


@sensitive_post_parameters("name", "id_number", "phone")
@door(audience="staff", permission="appointments.manage")
@require_http_methods(["GET", "POST"])
def new(request: Asked, hall: str) -> HttpResponseBase:
    """Book on behalf (代预约): matter, time, person. `internal` gives a place kept for staff to give."""
    place = places.hall_by_code(hall)
    now = clock.now()
    q = clean(request.GET.get("q"), 60)
    item_code = clean(request.POST.get("item") or request.GET.get("item"), 80)
    internal = bool(request.POST.get("internal") or request.GET.get("internal"))
    slot_id = int_or_none(request.POST.get("slot") or request.GET.get("slot"), 1, 2**62)
    context: dict[str, Any] = {"q": q, "internal": internal, "closed": stops(place, now)}
    context |= (found := _found_person(request, place, now))
    if not item_code:
        lines = [each for each in catalogue.search(q, hall=hall, limit=30) if each.bookable] if q else []
        popular = [each for each in insight.popular(hall, now=now, n=12) if each.bookable] if not q else []
        return page(request, "office/appointment_new.html", place, step=1, lines=lines, popular=popular, **context)
    item = catalogue.hall_item(place.pk, item_code)
    context["item"] = item.item
    slot = Slot.objects.filter(id=slot_id, hall=place).first() if slot_id is not None else None
    if slot is None:
        today = local(place, now).date()
        slots = bookings.slots(
            hall=place, item_code=item_code, first=today, last=today + timedelta(days=DAYS_SHOWN), now=now,
            channel="staff", internal=internal, place=(at := "window" if internal else _at(request, place)),
        )  # fmt: skip
        context |= {"at": "kept" if internal else at, "by_video": _gives_by_video(place)}
        context["kept"] = _may_have(found["kept"], item_code, slots)
        chances = _besides([each for each in slots if each.bookable], context["kept"])
        return page(request, "office/appointment_new.html", place, step=2, days=_by_day(chances), **context)
    zone = zone_of(place)
    context |= {"slot": slot, "starts_at": slot.starts_at.astimezone(zone), "ends_at": slot.ends_at.astimezone(zone)}
    context["kept_here"] = next((each for each in found["kept"] if each.slot_id == slot.pk and not internal), None)
    form = BookForm(request.POST if request.method == "POST" else None, most_persons=item.most_persons)
    refused: Refused | None = None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = book(
                slot_id=slot.pk,
                item_code=item_code,
                name=said["name"],
                id_type=said["id_type"],
                id_number=said["id_number"],
                phone=said["phone"],
                source=said["source"],
                by=acting(request, place),
                now=now,
                evidence=Evidence.WINDOW if said["card_seen"] and said["source"] == "staff" else Evidence.DECLARED,
                internal=internal,
                why=said["why"],
                note=said["note"],
                persons=said.get("persons", 1),
            )
        except Refused as wrong:
            refused = wrong
        else:
            if not made.contact:
                messages.success(request, _("Booked. Without a telephone: print it and hand it over."))
                return redirect("office:appointment_paper", hall=hall, code=made.code)
            messages.success(request, _("Booked. The person gets a message with the QR code."))
            return redirect("office:appointment", hall=hall, code=made.code)
    status = status_of(refused) if refused else 422 if form.errors else 200
    return page(
        request, "office/appointment_new.html", place, step=3, form=form, refused=refused, status=status, **context
    )
