"""Guardians at the window, write side: entered with the papers seen, said to be here, contested, upheld, ended."""

from __future__ import annotations

from datetime import datetime

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
from banshi.surfaces.desk.case_front import Served
from banshi.surfaces.desk.cases import of_number, thread_page
from banshi.surfaces.desk.guardians import HERE

TYPED = {"name": 60, "id_type": 20, "id_number": 40, "relation": 12, "paper": 200, "born": 10}


@require_POST
@of_number
def guardian(request: Asked, here: Served, verb: str) -> HttpResponse:
    """One step with a guardian of the child who is served, whose own document was compared."""
    now, child = clock.now(), here.ticket.person_id
    try:
        if child is None or not here.compared:
            raise Refused("invalid", facts={"reason": _("Compare the child's document first.")})
        if verb == "enter":
            row = _enter(request, here, child, now)
        else:
            row = _one_of(request, here, child, now)
            _act(verb, row, clean(request.POST.get("why"), 200), here, now)
        if verb in ("enter", "here"):
            request.session[HERE] = f"{here.ticket.ref}:{row}"
    except Refused as refused:
        if refused.slug == "nothing-found":
            raise
        typed = {name: clean(request.POST.get(name), most) for name, most in TYPED.items()} if verb == "enter" else {}
        return thread_page(request, here, refused=refused, typed=typed)
    return redirect("desk:cases", ref=here.ticket.ref)


def _enter(request: Asked, here: Served, child: int, now: datetime) -> int:
    """:raises Refused: those of `identity.prove_guardian`."""
    said = {name: clean(request.POST.get(name), most) for name, most in TYPED.items()}
    born = day_or_none(said.pop("born"))
    return int(identity.prove_guardian(child_id=child, **said, born=born, by=here.by, now=now).pk)


def _one_of(request: Asked, here: Served, child: int, now: datetime) -> int:
    """:raises Refused: nothing-found – no guardian of this child."""
    asked = key_or_none(request.POST.get("guardian"))
    if asked not in {each.id for each in people.guardians_of(child, today=here.today(now))}:
        raise Refused("nothing-found")
    assert asked is not None
    return asked


def _act(verb: str, row: int, why: str, here: Served, now: datetime) -> None:
    """:raises Refused: invalid (why), nothing-found – also an unknown verb."""
    if verb == "contest":
        identity.contest_guardian(guardianship_id=row, why=why, by=here.by, now=now)
    elif verb == "uphold":
        identity.uphold_guardian(guardianship_id=row, by=here.by, now=now)
    elif verb == "end":
        identity.end_guardian(guardianship_id=row, why=why, by=here.by, now=now)
    elif verb != "here":
        raise Refused("nothing-found")
