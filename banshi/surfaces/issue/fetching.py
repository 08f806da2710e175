"""代领: somebody fetches a result for whoever applied – with the code, their own document compared, and a mandate to fetch."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from banshi.foundation import clock
from banshi.foundation.doors import Asked
from banshi.frames.typed import clean, day_or_none, invalid
from banshi.journeys.case import conclude
from banshi.kernel.actors import Actor
from banshi.kernel.documents import IdType
from banshi.rooms.audit import actions as audit
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import acting_in
from banshi.rooms.delivery.queries import delivery_of
from banshi.rooms.identity.actions import PersonAsked
from banshi.rooms.identity.rules import LETTERS

TYPED = {"agent": 60, "id_type": 20, "id_number": 40, "kind": 10, "number": 40, "until": 10}


def fetching_part(request: Asked, case: Case) -> dict[str, Any]:
    """Whether an agent may fetch it, who the case's own is, and what was typed of one who could not."""
    row = delivery_of(case)
    if row is None or not row.open_code or not case.item_then.agent_allowed:
        return {"fetching": None}
    own = acting_in(case, today=clock.now().astimezone(ZoneInfo(case.hall.timezone)).date())
    typed = {name: clean(request.POST.get(name), most) for name, most in TYPED.items()}
    return {
        "fetching": {
            "open": bool(typed["agent"]),
            "own": case.masked_agent if own is not None and own.fetches else "",
            "types": [kind for kind in IdType if kind is not IdType.USCC],
            "kinds": LETTERS,
            "typed": typed,
        }
    }


def by_agent(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    """By the code, somebody's document compared, and a mandate: on record, or a letter that lies here."""
    said = {name: clean(request.POST.get(name), most) for name, most in TYPED.items()}
    if request.POST.get("compared") != "1":
        raise invalid("compared", _("Compare the card and the person first."))
    agent = PersonAsked(said["agent"], said["id_type"], said["id_number"])
    conclude.hand_to_agent(
        case_no=case.no, code=clean(request.POST.get("code"), 20), agent=agent, letter=_letter(said), by=by, now=now
    )
    audit.looked(subject=f"person:{case.person_id}", by=by, now=now, hall=case.hall.code, why="by-agent")
    return _("Handed over to the agent. The case is closed.")


def _letter(said: dict[str, str]) -> conclude.Letter | None:
    """The letter that lies here; None where the mandate is on record. :raises Refused: invalid."""
    if not said["kind"]:
        return None
    until = day_or_none(said["until"])
    if until is None:
        raise invalid("until", _("Say until which day the letter holds."))
    return conclude.Letter(said["kind"], said["number"], until)
