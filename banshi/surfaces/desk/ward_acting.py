"""Children of whoever is served, write side: the papers were seen, a child is entered, a new case is for this one."""

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
from banshi.surfaces.desk import agents, firms
from banshi.surfaces.desk.case_front import Served
from banshi.surfaces.desk.cases import of_number, thread_page
from banshi.surfaces.desk.guardian_acting import TYPED
from banshi.surfaces.desk.wards import FOR


@require_POST
@of_number
def ward(request: Asked, here: Served, verb: str) -> HttpResponse:
    """One step with a child of the person who is served, whose own document was compared."""
    now, person = clock.now(), here.ticket.person_id
    try:
        if person is None or not here.compared:
            raise Refused("invalid", facts={"reason": _("Compare the card first.")})
        if verb == "enter":
            _choose(request, here, _enter(request, here, person, now))
        elif verb == "prove":
            _choose(request, here, _prove(request, here, person, now))
        elif verb == "for":
            _choose(request, here, key_or_none(request.POST.get("guardian")))
        else:
            raise Refused("nothing-found")
    except Refused as refused:
        if refused.slug == "nothing-found":
            raise
        return thread_page(request, here, refused=refused, ward_typed=_typed(request) if verb != "for" else {})
    return redirect("desk:cases", ref=here.ticket.ref)


def _typed(request: Asked) -> dict[str, str]:
    return {name: clean(request.POST.get(name), most) for name, most in TYPED.items()}


def _choose(request: Asked, here: Served, row: int | None) -> None:
    """The next case is this child's, and nobody else's; None: their own."""
    request.session[FOR] = f"{here.ticket.ref}:{row or ''}"
    request.session.pop(firms.FOR, None)
    request.session.pop(agents.FOR, None)


def _prove(request: Asked, here: Served, person: int, now: datetime) -> int:
    """:raises Refused: nothing-found – no child of theirs; invalid (paper)."""
    asked, paper = key_or_none(request.POST.get("guardian")), clean(request.POST.get("paper"), TYPED["paper"])
    if asked is None:
        raise Refused("nothing-found")
    return int(identity.prove_ward(guardianship_id=asked, guardian_id=person, paper=paper, by=here.by, now=now).pk)


def _enter(request: Asked, here: Served, person: int, now: datetime) -> int:
    """A child nobody told of before, by its document and the paper that says whose it is.

    :raises Refused: identity-invalid, those of `identity.prove_guardian`.
    """
    said, served = _typed(request), people.person(person)
    with transaction.atomic():
        child = identity.enrol(
            name=said["name"], id_type=said["id_type"], id_number=said["id_number"], by=here.by, now=now
        )
        made = identity.prove_guardian(
            child_id=child.pk, relation=said["relation"], name=served.name, id_type=served.id_type,
            id_number=served.id_number, paper=said["paper"], born=day_or_none(said["born"]), by=here.by, now=now,
        )  # fmt: skip
    return int(made.pk)
