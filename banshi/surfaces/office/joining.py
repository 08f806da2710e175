"""Two entries of one person (合并): what would go over is shown first; then, with the card seen and a reason, it is done."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from banshi.foundation import clock
from banshi.foundation.crypto import Unreadable, decrypt, encrypt, sign
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.frame import acting, local, status_of
from banshi.frames.typed import clean, invalid
from banshi.journeys.person import join_entries
from banshi.kernel.documents import IdType, InvalidDocument, normalise, types_that_fit
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.booking.queries import joining as bookings
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.models import Account, Person
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import queries as line
from banshi.surfaces.office.frame import page
from banshi.surfaces.office.people import address, person_of, said, shown
from banshi.surfaces.office.words import EVIDENCE, JOINED

PLACE = "people.join"


@dataclass(frozen=True)
class Meant:
    """The other document, as typed. `how`: why there are two."""

    how: str
    id_type: str
    number: str

    def sealed(self, hall: Hall, person: Person) -> str:
        """What the preview hands on, so that exactly what was looked at is done."""
        return encrypt(json.dumps([hall.code, person.pk, self.how, self.id_type, self.number]), place=PLACE)


@sensitive_post_parameters("number")
@door(audience="staff", permission="people.correct")
@require_POST
def look(request: Asked, hall: str, person_id: int) -> HttpResponseBase:
    """What would go over to this person; nothing changes yet. The look at the other entry is on the trail."""
    place = places.hall_by_code(hall)
    person = person_of(request, place, person_id)
    how = clean(request.POST.get("how"), 12)
    try:
        meant = Meant(how, *_document(*_asked(request, place, person)))
        if how not in JOINED:
            raise invalid("how", _("Say why there are two."))
        other = people.entry_of_document(meant.id_type, meant.number)
        if other is None and how == "mistyped":
            raise Refused("nothing-found", facts={"person": "number"})
        if other is not None and other.pk == person.pk:
            raise invalid("number", _("That is this very document."))
    except Refused as refused:
        return shown(request, place, person, refused=refused, how=how)
    return _preview(request, place, person, meant, other)


@door(audience="staff", permission="people.correct")
@require_POST
def join(request: Asked, hall: str, person_id: int) -> HttpResponseBase:
    """Do it. Nothing undoes it."""
    place = places.hall_by_code(hall)
    person = person_of(request, place, person_id)
    now, by = clock.now(), acting(request, place)
    try:
        code, keep, how, id_type, number = json.loads(decrypt(str(request.POST.get("meant", ""))[:4000], place=PLACE))
    except (Unreadable, ValueError):
        return redirect(address(place, person.pk))
    if (code, keep) != (place.code, person.pk):
        return redirect(address(place, person.pk))
    meant = Meant(how, id_type, number)
    try:
        join_entries.join_document(
            keep_id=person.pk, id_type=id_type, id_number=number, how=how, by=by, now=now, **said(request)
        )
    except Refused as refused:
        return _preview(request, place, person, meant, people.entry_of_document(id_type, number), refused)
    messages.success(request, _("Both documents lead to one entry now.") if how == "renewed" else _("Corrected."))
    return redirect(address(place, person.pk))


def _asked(request: Asked, hall: Hall, person: Person) -> tuple[str, str]:
    """Number and kind as typed, or those of the preview that is looked at in another way."""
    try:
        code, keep, _how, id_type, number = json.loads(decrypt(str(request.POST.get("meant", ""))[:4000], place=PLACE))
        if (code, keep) == (hall.code, person.pk):
            return number, id_type
    except (Unreadable, ValueError):
        pass
    return clean(request.POST.get("number"), 40), clean(request.POST.get("id_type"), 24)


def _way_on(person: Person, other: Person, how: str, stops: Refused) -> str:
    """What stands between two entries that cannot be one yet: names | unnamed | shown | booked."""
    if stops.slug != "invalid":
        return "booked"
    if how == "mistyped":
        return "shown" if person.name_index else "unnamed"
    return "names" if person.name_index != other.name_index else ""


def _document(number: str, id_type: str) -> tuple[str, str]:
    """:raises Refused: identity-invalid; invalid, field id_type, where the number can be of several kinds."""
    fits = [IdType(id_type)] if id_type in IdType._value2member_map_ else list(types_that_fit(number))
    if len(fits) > 1:
        raise invalid("id_type", _("This number could belong to more than one kind of document. Say which one."))
    kind = fits[0] if fits else IdType.RESIDENT_ID
    try:
        normalise(kind, number)
    except InvalidDocument as wrong:
        raise Refused("identity-invalid", facts={"reason": {"zh": wrong.zh, "en": wrong.en}}) from wrong
    return kind.value, number


def _preview(
    request: Asked, hall: Hall, person: Person, meant: Meant, other: Person | None, refused: Refused | None = None
) -> HttpResponseBase:
    """The page before it is done; of other halls' bookings only how many there are."""
    now, by = clock.now(), acting(request, hall)
    context: dict[str, Any] = {"other": None}
    stops: Refused | None = None
    if other is not None:
        audit.looked(subject=f"person:{other.pk}", by=by, now=now, hall=hall.code, why="search")
        name = None if meant.how == "renewed" else person.name_index
        day = local(hall, now).date()
        booked = bookings.on_entry(other.pk, hall_id=hall.pk, name_index=name)
        context = {
            "other": other,
            "evidence": EVIDENCE[Evidence(other.name_evidence)],
            "booked": booked,
            "states": line.states_to_staff(booked.here),
            "numbers": line.not_over([other.pk], hall_id=hall.pk, day=day, now=now) if name is None else [],
            "own_account": name is None and Account.objects.filter(person=other).exists(),
            "others_page": address(hall, other.pk),
        }
        stops = join_entries.refusal(keep_id=person.pk, other_id=other.pk, how=meant.how, now=now)
    return page(
        request,
        "office/person_join.html",
        hall,
        person=person,
        back=address(hall, person.pk),
        meant=meant.sealed(hall, person),
        how=meant.how,
        because=JOINED[meant.how],
        last4=meant.number[-4:],
        typed=said(request),
        key=sign(f"{hall.code}:{person.pk}", purpose="person-page"),
        mine=EVIDENCE[Evidence(person.name_evidence)],
        stops=stops,
        way_on=_way_on(person, other, meant.how, stops) if stops is not None and other is not None else "",
        may_look=request.who.may("appointments.view", hall.code),
        refused=stops or refused,
        status=status_of(refused) if refused else 200,
        **context,
    )
