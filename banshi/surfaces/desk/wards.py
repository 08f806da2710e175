"""Children of whoever is served: whose guardian they are by papers that were seen, or say to be; a new case may be a child's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from banshi.foundation.doors import Asked
from banshi.frames.typed import key_or_none
from banshi.kernel.documents import IdType, last_day_minor
from banshi.kernel.masking import mask_id, mask_name
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import GuardianView
from banshi.rooms.identity.rules import RELATIONS
from banshi.surfaces.desk.agents import client_for
from banshi.surfaces.desk.case_front import Served
from banshi.surfaces.desk.firms import applies_for
from banshi.surfaces.desk.guardians import FIELDS

FOR = "ward_for"  # in the session: of which number, which guardianship


@dataclass(frozen=True)
class WardPart:
    """The children of the served person, names and numbers masked, each with what was typed of its paper and could not be proven;
    `chosen`: a new case is this one's. `typed`: what could not be entered of a child that is not among them."""

    rows: tuple[tuple[GuardianView, str], ...]
    chosen: int | None
    typed: Mapping[str, str]
    types: tuple[IdType, ...] = tuple(kind for kind in IdType if kind is not IdType.USCC)
    relations: tuple[str, ...] = RELATIONS

    @property
    def open(self) -> bool:
        """Whether the form to enter one is: something was typed."""
        return any(self.typed.values())


def wards_part(request: Asked, here: Served, typed: Mapping[str, str], now: datetime) -> WardPart | None:
    """None where nobody is served by name, or a minor is."""
    person, today = here.ticket.person, here.today(now)
    if person is None:
        return None
    born = people.born_on(person)
    if born is not None and today <= last_day_minor(born):
        return None
    chosen = ward_for(request, here, now)
    rows = people.children_of_person(person.pk, today=today)
    children = people.persons([each.child_id for each in rows])
    at = key_or_none(request.POST.get("guardian")) if typed else None
    return WardPart(
        tuple(
            (
                replace(each, other=_masked(each, children[each.child_id].id_number)),
                typed["paper"] if each.id == at else "",
            )
            for each in rows
        ),
        chosen.id if chosen else None,
        dict.fromkeys(FIELDS, "") | ({} if at else dict(typed)),
    )


def _masked(child: GuardianView, number: str) -> str:
    """Name and number: brothers and sisters are told apart by them."""
    return f"{mask_name(child.other)} {mask_id(number)}"


def ward_for(request: Asked, here: Served, now: datetime) -> GuardianView | None:
    """By which guardianship a new case of this number is opened; None: it is the served person's own, a firm's or a client's."""
    ref, _, said = str(request.session.get(FOR, "")).partition(":")
    asked = key_or_none(said) if ref == here.ticket.ref else None
    if asked is None or here.ticket.person_id is None:
        return None
    if applies_for(request, here, now) or client_for(request, here, now):
        return None
    rows = people.children_of_person(here.ticket.person_id, today=here.today(now))
    return next((each for each in rows if each.id == asked and each.proven and not each.contested), None)
