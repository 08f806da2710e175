"""Agents at the window (代理人): for whom the served person acts by a mandate, and for which of them a new case is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from banshi.foundation.doors import Asked
from banshi.foundation.said import english
from banshi.kernel.documents import IdType
from banshi.rooms.cases import queries as cases
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import Acting
from banshi.rooms.identity.rules import LETTERS, Limits
from banshi.surfaces.desk.case_front import Served
from banshi.surfaces.desk.firms import applies_for

FIELDS = ("client", "id_type", "id_number", "kind", "number", "matters", "fetches", "until")
FOR = "agent_for"  # in the session: of which number, which mandate


@dataclass(frozen=True)
class AgentPart:
    """For whom the served person acts; `chosen`: a new case is this one's client's. `typed`: of a letter that was refused."""

    rows: tuple[tuple[Acting, str], ...]  # each with what it covers
    chosen: str
    typed: Mapping[str, str]
    may_enter: bool  # whoever stands here showed their own card: else no letter is written down
    types: tuple[IdType, ...] = tuple(kind for kind in IdType if kind is not IdType.USCC)
    kinds: tuple[str, ...] = LETTERS

    @property
    def open(self) -> bool:
        """Whether the form to enter one is: something was typed."""
        return any(self.typed.values())


def agents_part(request: Asked, here: Served, typed: Mapping[str, str], now: datetime) -> AgentPart | None:
    """None where nobody is served by name."""
    if here.ticket.person_id is None:
        return None
    chosen = client_for(request, here, now)
    rows = people.acts_for_people(here.ticket.person_id, today=here.today(now))
    said = dict.fromkeys(FIELDS, "") | dict(typed)
    return AgentPart(
        tuple((each, covered(each)) for each in rows), str(chosen.ref) if chosen else "", said, here.compared
    )


def covered(each: Acting) -> str:
    """What a mandate covers, in words."""
    found = cases.matters_of(Limits(items=each.items))
    return gettext(", ").join(one["en" if english() else "zh"] for one in found)


def client_for(request: Asked, here: Served, now: datetime) -> Acting | None:
    """By which mandate a new case of this number is opened; None: it is the served person's own, or a firm's."""
    ref, _, said = str(request.session.get(FOR, "")).partition(":")
    if not said or ref != here.ticket.ref or here.ticket.person_id is None or applies_for(request, here, now):
        return None
    rows = people.acts_for_people(here.ticket.person_id, today=here.today(now))
    return next((each for each in rows if str(each.ref) == said), None)
