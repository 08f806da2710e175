"""People: found by document or telephone, and put right by whoever saw the card (人员更正). Every look is traced."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.crypto import Unreadable, blind_index, decrypt, encrypt, sign, signed_ok
from banshi.foundation.doors import Asked, door
from banshi.foundation.said import named
from banshi.frames.staff.frame import acting, status_of
from banshi.frames.typed import clean
from banshi.journeys.person import own_phone
from banshi.journeys.person import sign_in as codes
from banshi.kernel.documents import IdType
from banshi.kernel.evidence import Evidence
from banshi.kernel.masking import mask_id, mask_phone
from banshi.kernel.phones import InvalidPhone, normalise_phone
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.audit import queries as audit_of
from banshi.rooms.booking.models import Appointment
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.models import Account, Person
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.office import deeds
from banshi.surfaces.office.frame import page
from banshi.surfaces.office.words import EVIDENCE, JOINED

PLACE = "session.people"
TRAIL_SHOWN = 30


@door(audience="staff", permission="people.correct")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    return page(request, "office/people.html", places.hall_by_code(hall), found=None)


@sensitive_post_parameters("q")
@door(audience="staff", permission="people.correct")
@require_POST
def find(request: Asked, hall: str) -> HttpResponseBase:
    """By a whole document number or a whole telephone number. POST, so that a number is never part of an address."""
    place = places.hall_by_code(hall)
    now = clock.now()
    found = _meant(clean(request.POST.get("q"), 60), place)
    for person in found:
        audit.looked(subject=f"person:{person.pk}", by=acting(request, place), now=now, hall=hall, why="search")
    lines = [(person, address(place, person.pk)) for person in found]
    return page(request, "office/people.html", place, found=lines, status=200 if found else 404)


def _meant(text: str, hall: Hall) -> list[Person]:
    found = people.people_by_number(text)
    try:
        index = blind_index(normalise_phone(text), purpose="phone")
    except InvalidPhone:
        return found
    booked = Appointment.objects.filter(contact_index=index, hall=hall).values("person_id")
    known = {each.pk for each in found}
    more = (Person.objects.filter(phone_index=index) | Person.objects.filter(id__in=booked)).order_by("id")
    more = more.filter(same_as=None)
    return found + [each for each in more[:20] if each.pk not in known]


def address(hall: Hall, person_id: int) -> str:
    """A person's page, for whoever found them: an id alone opens nobody who has nothing to do with the hall."""
    key = sign(f"{hall.code}:{person_id}", purpose="person-page")
    return f"{reverse('office:person', kwargs={'hall': hall.code, 'person_id': person_id})}?k={key}"


def person_of(request: Asked, hall: Hall, person_id: int) -> Person:
    """:raises Refused: nothing-found."""
    person = Person.objects.select_related("same_as").filter(id=person_id).first()
    key = str(request.GET.get("k") or request.POST.get("k") or "")[:80]
    known = key.isascii() and signed_ok(f"{hall.code}:{person_id}", key, purpose="person-page")
    if person is None or not (known or Appointment.objects.filter(person_id=person_id, hall=hall).exists()):
        raise Refused("nothing-found", facts={"person": person_id})
    return person.same_as or person


def shown(
    request: Asked, hall: Hall, person: Person, *, refused: Refused | None = None, asked: str = "", **typed: Any
) -> HttpResponseBase:
    now = clock.now()
    look = audit.Look(f"person:{person.pk}", acting(request, hall), hall.code, f"people:{now:%Y-%m-%d}")
    audit.looked_once([look], now=now)
    trail = audit_of.trail(subject=f"person:{person.pk}", limit=TRAIL_SHOWN)
    return page(
        request,
        "office/person.html",
        hall,
        person=person,
        number=mask_id(person.id_number, first=4),
        evidence=EVIDENCE[Evidence(person.name_evidence)],
        documents=[(_kind(row), mask_id(row.id_number, first=4)) for row in people.documents_of(person.pk)],
        kinds=[(each.value, named(each)) for each in IdType],
        joined_because=JOINED.items(),
        elsewhere=_told_elsewhere(person, now),
        phone=mask_phone(person.phone) if person.phone else "",
        own_account=Account.objects.filter(person=person).exists(),
        trail=deeds.read(trail),
        key=sign(f"{hall.code}:{person.pk}", purpose="person-page"),
        asked=mask_phone(asked) if asked else "",
        typed={"name": "", "why": "", "card_seen": False, "how": ""} | typed,
        refused=refused,
        status=status_of(refused) if refused else 200,
    )


@door(audience="staff", permission="people.correct")
@require_GET
def one(request: Asked, hall: str, person_id: int) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    return shown(request, place, person_of(request, place, person_id))


def _kind(person: Person) -> str:
    return named(IdType(person.id_type))


def said(request: Asked) -> dict[str, Any]:
    return {"why": clean(request.POST.get("why"), 120), "card_seen": request.POST.get("card_seen") == "on"}


@sensitive_post_parameters("name")
@door(audience="staff", permission="people.correct")
@require_POST
def correct_name(request: Asked, hall: str, person_id: int) -> HttpResponseBase:
    """The name on the card."""
    place = places.hall_by_code(hall)
    person = person_of(request, place, person_id)
    name = str(request.POST.get("name", ""))[:120]
    try:
        identity.correct_name(
            person_id=person.pk, name=name, by=acting(request, place), now=clock.now(), **said(request)
        )
    except Refused as refused:
        return shown(request, place, person, refused=refused, name=name, **said(request))
    messages.success(request, _("Corrected."))
    return redirect(address(place, person.pk))


@sensitive_post_parameters("phone", "code")
@door(audience="staff", permission="people.correct")
@require_POST
def phone(request: Asked, hall: str, person_id: int) -> HttpResponseBase:
    """The person's own telephone: a code goes there, the person says it, and the account of that number is proven."""
    place = places.hall_by_code(hall)
    person = person_of(request, place, person_id)
    now, by = clock.now(), acting(request, place)
    browser = request.session.setdefault("browser", secrets.token_hex(16))
    number = ""
    try:
        if request.POST.get("act") == "clear":
            renewed = own_phone.clear(person_id=person.pk, by=by, now=now, **said(request))
        elif request.POST.get("act") == "code":
            number = decrypt(str(request.session.get(f"person-{person.pk}", "")), place=PLACE)
            code = clean(request.POST.get("code"), 10)
            identity.need_card_and_reason(**said(request))  # a code is used up once: ask for the rest first
            account = identity.use_code(phone=number, code=code, browser=browser, now=now)
            renewed = own_phone.bind(person_id=person.pk, account=account, by=by, now=now, **said(request))
        else:
            asked = clean(request.POST.get("phone"), 30)
            codes.ask_code(phone=asked, language="zh-hans", browser=browser, asker=str(by), for_staff_of=place, now=now)
            request.session[f"person-{person.pk}"] = encrypt(asked, place=PLACE)
            return shown(request, place, person, asked=asked, **said(request))
    except Unreadable:
        return redirect(address(place, person.pk))
    except Refused as refused:
        return shown(request, place, person, refused=refused, asked=number, **said(request))
    messages.success(request, _("Corrected."))
    _say_renewed(request, renewed)
    return redirect(address(place, person.pk))


def _told_elsewhere(person: Person, now: datetime) -> int:
    if not person.phone_index:
        return 0
    return own_phone.told_elsewhere(person_id=person.pk, phone_index=person.phone_index, now=now)


def _say_renewed(request: Asked, numbers: int) -> None:
    if numbers:
        messages.info(
            request, _("The number in line has a new code: print the slip again at the kiosk or the guide's desk.")
        )


@door(audience="staff", permission="people.correct")
@require_POST
def move_messages(request: Asked, hall: str, person_id: int) -> HttpResponseBase:
    """The telephone given with the bookings is lost: their messages go to the proven one."""
    place = places.hall_by_code(hall)
    person = person_of(request, place, person_id)
    try:
        identity.need_card_and_reason(**said(request))
        renewed = own_phone.move_messages(
            person_id=person.pk, why=said(request)["why"], by=acting(request, place), now=clock.now()
        )
    except Refused as refused:
        return shown(request, place, person, refused=refused, **said(request))
    messages.success(request, _("Messages go to the proven telephone from now on; the links sent before open nothing."))
    _say_renewed(request, renewed)
    return redirect(address(place, person.pk))
