"""Guardians of minors (监护人): a channel lets its signed-in user say whose guardian they are, a window enters, contests, ends.

A guardianship gives a right once a window has seen the papers. At a window the child's own document was compared first: a key of
staff names the child by it, and reaches that child's guardians alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Path, Router
from pydantic import Field

from banshi.foundation import clock
from banshi.kernel.evidence import Evidence
from banshi.kernel.masking import mask_name
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import GuardianView
from banshi.rooms.places import queries as places
from banshi.surfaces.api.answers import Answer, answer, invalid
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.operations import caller, op, write
from banshi.surfaces.api.schemas import ClientIn, Code, Day, Id, In, Out, Reason

router = Router(tags=["guardians"])
Relation = Literal["parent", "grandparent", "sibling", "other"]


class GuardsIn(In):
    person: ClientIn = Field(
        description="The signed-in user of a vouching `channel`; by `staff` whose document was compared."
    )
    hall: Code | None = Field(None, description="By a key of `staff`: where they are.")


class GuardianIn(In):
    guardian: ClientIn
    child: ClientIn
    relation: Relation
    paper: Reason = Field("", description="What was seen; by a key of `staff` only.")
    born: Day | None = Field(None, description="The child's birthday, where its document does not say.")
    hall: Code | None = Field(None, description="By a key of `staff`: where they are.")


class OfChildIn(In):
    child: ClientIn = Field(description="Whose document was compared.")
    hall: Code


class ContestIn(OfChildIn):
    why: Reason


class EndGuardianIn(In):
    guardian: ClientIn | None = Field(None, description="By a vouching `channel`: who takes back what they only said.")
    child: ClientIn | None = Field(None, description="By `staff`: whose document was compared.")
    hall: Code | None = None
    why: Reason = Field("", description="By `staff`.")


class GuardianOut(Out):
    id: int
    name: str = Field(description="Of the other side, masked.")
    relation: Relation
    valid_until: date = Field(description="Its last day: the one before the 18th birthday.")
    state: Literal["declared", "in_force", "contested"]


class GuardsOut(Out):
    children: list[GuardianOut] = Field(description="Whose guardian they are, or say to be.")
    guardians: list[GuardianOut] = Field(description="Who is theirs, or says so.")


@router.post(
    "/people/guardians", **op("who_guards", {200: GuardsOut}), summary="Guardians of a person, and their children"
)
@write
def who_guards(request: HttpRequest, body: GuardsIn) -> Answer:
    """What was ended, or has run out, is not listed. A look by staff is written down."""
    who = caller(request)
    person = (
        _at_window(who, "who_guards", body.hall, body.person) if who.scope == "staff" else vouched(who, body.person)
    )
    today = _today()
    if who.scope == "staff":
        look = audit.Look(f"person:{person}", who.by, body.hall or "", f"guardians:{today}")
        audit.looked_once([look], now=clock.now())
    return answer(
        200,
        {
            "children": _parts(people.children_of_person(person, today=today)),
            "guardians": _parts(people.guardians_of(person, today=today)),
        },
    )


@router.post("/guardians", **op("enter_guardian", {201: GuardianOut}), summary="Say, or enter, a guardian")
@write
def enter_guardian(request: HttpRequest, body: GuardianIn) -> Answer:
    """By a vouching channel its signed-in user says so: no right until a window has seen the papers. By `staff` it stands at
    once, with the `paper` that was seen, and both sides are told. The same again changes nothing."""
    who, now = caller(request), clock.now()
    if who.scope == "staff":
        _must(who, "enter_guardian", body.hall)
        both = [identity.PersonAsked(**each.model_dump()) for each in (body.child, body.guardian)]
        child, _guardian = identity.enrol_together([identity.seen_here(each, who.by) for each in both], now=now)
        if isinstance(child, Refused):
            raise child
        made = identity.prove_guardian(
            child_id=child.id, relation=body.relation, **body.guardian.model_dump(), paper=body.paper, born=body.born,
            by=who.by, now=now,
        )  # fmt: skip
        return answer(201, _one(people.guardians_of(made.child_id, today=_today()), made.pk))
    if body.paper or body.born is not None:
        raise invalid("paper：只由窗口填写", "paper: for a window alone")
    guardian = vouched(who, body.guardian)
    made = identity.declare_guardian(
        guardian_id=guardian, relation=body.relation, **body.child.model_dump(), by=who.by, now=now
    )  # fmt: skip
    return answer(201, _one(people.children_of_person(guardian, today=_today()), made.pk))


@router.post(
    "/guardians/{guardian}/contest", **op("contest_guardian", {200: GuardianOut}), summary="Contest a guardian"
)
@write
def contest_guardian(request: HttpRequest, guardian: Path[Id], body: ContestIn) -> Answer:
    """It rests until it is upheld or ended, and both sides are told. Repeating it changes nothing."""
    who = caller(request)
    child = _of_child(who, "contest_guardian", guardian, body.hall, body.child)
    identity.contest_guardian(guardianship_id=guardian, why=body.why, by=who.by, now=clock.now())
    return answer(200, _one(people.guardians_of(child, today=_today()), guardian))


@router.post("/guardians/{guardian}/uphold", **op("uphold_guardian", {200: GuardianOut}), summary="Uphold a guardian")
@write
def uphold_guardian(request: HttpRequest, guardian: Path[Id], body: OfChildIn) -> Answer:
    """What was contested stands. Repeating it changes nothing."""
    who = caller(request)
    child = _of_child(who, "uphold_guardian", guardian, body.hall, body.child)
    identity.uphold_guardian(guardianship_id=guardian, by=who.by, now=clock.now())
    return answer(200, _one(people.guardians_of(child, today=_today()), guardian))


@router.post("/guardians/{guardian}/end", **op("end_guardian", {200: GuardianOut}), summary="End a guardianship")
@write
def end_guardian(request: HttpRequest, guardian: Path[Id], body: EndGuardianIn) -> Answer:
    """By `staff` with the reason; by a vouching channel what its user only said. The answer is what it was."""
    who, today = caller(request), _today()
    if who.scope == "staff":
        if body.child is None:
            raise invalid("child：必填", "child: needed")
        child = _of_child(who, "end_guardian", guardian, body.hall, body.child)
        was, why = _one(people.guardians_of(child, today=today), guardian), body.why
    else:
        mine = people.children_of_person(vouched(who, body.guardian), today=today)
        was, why = _one((each for each in mine if not each.proven), guardian), "本人撤回"
    identity.end_guardian(guardianship_id=guardian, why=why, by=who.by, now=clock.now())
    return answer(200, was)


def guardian_for(who: Caller, guardian: ClientIn, child_id: int, *, today: date) -> int:
    """The guardianship by which somebody opens a child's case.

    :raises Refused: nothing-found – a channel that vouches for nobody; guardian-over – it is none of theirs, or holds no more.
    """
    known = known_person(guardian) if who.scope == "staff" else vouched(who, guardian)
    found = people.guardianship_between(known, child_id, today=today)
    if found is None:
        raise Refused("guardian-over")
    return found


# --- Whom it is about ---------------------------------------------------------------------------------------------


def vouched(who: Caller, person: ClientIn | None) -> int:
    """The signed-in user, as a vouching channel knows them. :raises Refused: nothing-found."""
    if who.evidence < Evidence.VOUCHED or person is None:
        raise Refused("nothing-found", facts={"needs": "a vouching channel, and whom it is for"})
    return known_person(person)


def known_person(person: ClientIn) -> int:
    """:raises Refused: nothing-found – nobody of that number, or under another name than a card or a window proved."""
    known = people.person_by_document(person.id_type, person.id_number)
    if known is None or not people.may_be(known, person.name):
        raise Refused("nothing-found", facts={"person": "number"})
    return known.pk


def _must(who: Caller, operation: str, hall: str | None) -> None:
    """:raises Refused: invalid – without a hall; nothing-found, not-allowed, not-your-hall."""
    if hall is None:
        raise invalid("hall：必填", "hall: needed")
    who.must(operation, places.hall_by_code(hall).code)


def _at_window(who: Caller, operation: str, hall: str | None, person: ClientIn) -> int:
    """:raises Refused: as `_must`; nothing-found."""
    _must(who, operation, hall)
    return known_person(person)


def _of_child(who: Caller, operation: str, guardianship: int, hall: str | None, child: ClientIn) -> int:
    """:raises Refused: as `_at_window`; nothing-found – no guardian of this child."""
    found = _at_window(who, operation, hall, child)
    _one(people.guardians_of(found, today=_today()), guardianship)
    return found


def _today() -> date:
    return clock.now().astimezone(identity.CHINA).date()


def _one(rows: Iterable[GuardianView], guardianship: int) -> dict[str, Any]:
    """:raises Refused: nothing-found."""
    found = next((each for each in rows if each.id == guardianship), None)
    if found is None:
        raise Refused("nothing-found", facts={"guardianship": guardianship})
    return _part(found)


def _parts(rows: Iterable[GuardianView]) -> list[dict[str, Any]]:
    return [_part(each) for each in rows]


def _part(view: GuardianView) -> dict[str, Any]:
    return {
        "id": view.id,
        "name": mask_name(view.other),
        "relation": view.relation,
        "valid_until": view.valid_until.isoformat(),
        "state": "contested" if view.contested else "in_force" if view.proven else "declared",
    }
