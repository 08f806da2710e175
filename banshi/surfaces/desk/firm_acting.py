"""Organisations at the window, write side: who acts for one is entered from its papers; a new case is its, or their own."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked
from banshi.frames.typed import clean, day_or_none, key_or_none
from banshi.kernel.refusals import Refused
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.surfaces.desk import wards
from banshi.surfaces.desk.case_front import Served
from banshi.surfaces.desk.cases import of_number, thread_page
from banshi.surfaces.desk.firm_limits import limits_of
from banshi.surfaces.desk.firms import FOR

TYPED = {"uscc": 40, "firm": 60, "role": 10, "until": 10, "may": 10, "matters": 600, "department": 60}


@require_POST
@of_number
def firm(request: Asked, here: Served, verb: str) -> HttpResponse:
    """One step: enter whom they act for, choose for whom the next case is, limit an agent anew, or end a standing."""
    now, person = clock.now(), here.ticket.person_id
    try:
        if person is None or not here.compared:
            raise Refused("invalid", facts={"reason": _("Compare the card first.")})
        if verb == "enter":
            request.session[FOR] = f"{here.ticket.ref}:{_enter(request, here, person, now)}"
        elif verb == "for":
            request.session[FOR] = f"{here.ticket.ref}:{key_or_none(request.POST.get('organisation')) or ''}"
            request.session.pop(wards.FOR, None)
        elif verb == "limit":
            _limit(request, here, person, now)
        elif verb == "end":
            _end(request, here, person, now)
        else:
            raise Refused("nothing-found")
    except Refused as refused:
        if refused.slug == "nothing-found":
            raise
        typed = {name: clean(request.POST.get(name), most) for name, most in TYPED.items()}
        return thread_page(request, here, refused=refused, firm_typed=typed)
    return redirect("desk:cases", ref=here.ticket.ref)


def _enter(request: Asked, here: Served, person: int, now: datetime) -> int:
    """:raises Refused: identity-invalid, invalid – those of entering an organisation and who acts for it."""
    said = {name: clean(request.POST.get(name), most) for name, most in TYPED.items()}
    if (said["until"] and day_or_none(said["until"]) is None) or (said["role"] == "agent" and not said["until"]):
        raise Refused("invalid", facts={"reason": _("Say until which day the agent acts.")})
    with transaction.atomic():
        made = identity.enrol_organisation(uscc=said["uscc"], name=said["firm"], by=here.by, now=now)
        identity.authorise_member(
            organisation_id=made.pk, person_id=person, role=said["role"], valid_until=day_or_none(said["until"]),
            limits=limits_of(request), by=here.by, now=now,
        )  # fmt: skip
    return int(made.pk)


def _limit(request: Asked, here: Served, person: int, now: datetime) -> None:
    """What the agent may do from now on, by a letter that was seen: a new word that replaces the one before.

    :raises Refused: nothing-found – no agent's standing of this person; invalid.
    """
    asked = key_or_none(request.POST.get("member"))
    held = next((each for each in people.organisations_of(person) if each.member_id == asked), None)
    if held is None or held.role != "agent":
        raise Refused("nothing-found")
    until = day_or_none(clean(request.POST.get("until"), 10))
    if until is None:
        raise Refused("invalid", facts={"reason": _("Say until which day the agent acts.")})
    identity.authorise_member(
        organisation_id=held.organisation_id, person_id=person, role="agent", valid_until=until,
        limits=limits_of(request), by=here.by, now=now,
    )  # fmt: skip


def _end(request: Asked, here: Served, person: int, now: datetime) -> None:
    """:raises Refused: nothing-found – no standing of this person."""
    asked = key_or_none(request.POST.get("member"))
    if asked is None or asked not in {each.member_id for each in people.organisations_of(person)}:
        raise Refused("nothing-found")
    identity.end_member(member_id=asked, by=here.by, now=now)
