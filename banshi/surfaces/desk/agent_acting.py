"""Agents at the window, write side: a letter is seen and written down, a new case is for this client, or a letter is over."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked
from banshi.frames.typed import clean, day_or_none, invalid, lines_of
from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.actions import PersonAsked
from banshi.rooms.identity.queries import MandateRef
from banshi.surfaces.desk import firms, wards
from banshi.surfaces.desk.agents import FOR
from banshi.surfaces.desk.case_front import Served
from banshi.surfaces.desk.cases import of_number, thread_page

TYPED = {
    "client": 60, "id_type": 20, "id_number": 40, "kind": 10, "number": 40, "matters": 400, "fetches": 3, "until": 10,
}  # fmt: skip


@require_POST
@of_number
def agent(request: Asked, here: Served, verb: str) -> HttpResponse:
    """One step with a mandate of the person who is served, whose own document was compared."""
    now, person = clock.now(), here.ticket.person_id
    try:
        if person is None or not here.compared:
            raise Refused("invalid", facts={"reason": _("Compare the card first.")})
        if verb == "enter":
            _choose(request, here, str(_enter(request, here, person, now)))
        elif verb == "for":
            _choose(request, here, clean(request.POST.get("mandate"), 20))
        elif verb == "end":
            _end(request, here, person, now)
        else:
            raise Refused("nothing-found")
    except Refused as refused:
        if refused.slug == "nothing-found":
            raise
        typed = _typed(request) if verb == "enter" else {}
        return thread_page(request, here, refused=refused, letter_typed=typed)
    return redirect("desk:cases", ref=here.ticket.ref)


def _typed(request: Asked) -> dict[str, str]:
    said = {name: clean(request.POST.get(name), most) for name, most in TYPED.items()}
    return said | {"matters": lines_of(request.POST.get("matters"), TYPED["matters"])}


def _choose(request: Asked, here: Served, mandate: str) -> None:
    """The next case is this client's, and no firm's; "": their own."""
    request.session[FOR] = f"{here.ticket.ref}:{mandate}"
    request.session.pop(firms.FOR, None)
    request.session.pop(wards.FOR, None)


def _enter(request: Asked, here: Served, person: int, now: datetime) -> MandateRef:
    """:raises Refused: those of `identity.record_letter`; invalid – no end, or a matter that is none of this hall."""
    said = _typed(request)
    until, served = day_or_none(said["until"]), people.person(person)
    if until is None:
        raise invalid("until", _("Say until which day the letter holds."))
    made = identity.record_letter(
        agent=PersonAsked(served.name, served.id_type, served.id_number),
        client=PersonAsked(said["client"], said["id_type"], said["id_number"]),
        kind=said["kind"], number=said["number"], items=_matters(here, said["matters"]),
        fetches=said["fetches"] == "yes", valid_until=until, by=here.by, now=now,
    )  # fmt: skip
    return MandateRef("letter", made.pk)


def _matters(here: Served, text: str) -> list[str]:
    """Codes of the matters that a letter names, a line each: by name or code. :raises Refused: invalid."""
    codes = []
    for line in filter(None, (each.strip() for each in text.splitlines())):
        named = Q(item__code=line) | Q(item__name_zh=line) | Q(item__name_en__iexact=line)
        found = HallItem.objects.filter(named, hall=here.hall).order_by("item__code")
        code = found.values_list("item__code", flat=True).first()
        if code is None:
            why = pgettext("desk agent", "No matter of this hall: %(matter)s. Write its whole name.")
            raise invalid("matters", why % {"matter": line[:60]})
        codes.append(code)
    return codes


def _end(request: Asked, here: Served, person: int, now: datetime) -> None:
    """:raises Refused: nothing-found – no letter of theirs."""
    ref = MandateRef.read(clean(request.POST.get("mandate"), 20))
    mine = {each.ref for each in people.acts_for_people(person, today=here.today(now))}
    if ref is None or ref.kind != "letter" or ref not in mine:
        raise Refused("nothing-found")
    identity.end_letter(letter_id=ref.id, by=here.by, now=now)
