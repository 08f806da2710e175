"""Guardians of the minor who is served: who they are, and which of them is here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from banshi.foundation.doors import Asked
from banshi.frames.typed import key_or_none
from banshi.kernel.documents import IdType, age_on
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import GuardianView
from banshi.rooms.identity.rules import RELATIONS
from banshi.surfaces.desk.case_front import Served

FIELDS = ("name", "id_type", "id_number", "relation", "paper", "born")
HERE = "guardian_here"  # in the session: of which number, which guardianship
ACTS_FROM = 8  # 民法典 20 条: below it nobody acts for themselves


@dataclass(frozen=True)
class Part:
    """What the page of a minor's cases says of guardians. `typed`: of one who could not be entered."""

    rows: tuple[GuardianView, ...]
    here: int | None
    alone: bool  # from 8 on they may act themselves in what befits their age
    asks_birth: bool
    typed: Mapping[str, str]
    types: tuple[IdType, ...] = tuple(kind for kind in IdType if kind is not IdType.USCC)
    relations: tuple[str, ...] = RELATIONS

    @property
    def open(self) -> bool:
        """Whether the form to enter one is: somebody was typed, or it is a child without any."""
        return any(self.typed.values()) or not (self.rows or self.asks_birth)


def guardians_part(request: Asked, here: Served, typed: Mapping[str, str], now: datetime) -> Part | None:
    """None where nobody is served by name, or they are of age."""
    person_id, today = here.ticket.person_id, here.today(now)
    if person_id is None or not people.may_be_minor(person_id, today=today):
        return None
    chosen, born = here_for(request, here, now), people.born_on(people.person(person_id))
    rows = people.guardians_of(person_id, today=today)
    alone = born is not None and age_on(born, today) >= ACTS_FROM
    said = dict.fromkeys(FIELDS, "") | dict(typed)
    return Part(rows, chosen.id if chosen else None, alone, born is None, said)


def here_for(request: Asked, here: Served, now: datetime) -> GuardianView | None:
    """The guardian who stands here: the one the clerk said, else the only one there is."""
    if here.ticket.person_id is None:
        return None
    rows = people.guardians_of(here.ticket.person_id, today=here.today(now))
    acting = [each for each in rows if each.proven and not each.contested]
    ref, _, said = str(request.session.get(HERE, "")).partition(":")
    chosen = key_or_none(said) if ref == here.ticket.ref else None
    return next((each for each in acting if each.id == chosen), acting[0] if len(acting) == 1 else None)


def reached_at(person_id: int, guardian: GuardianView | None) -> str | None:
    """Where messages of the case go: to the guardian, where one acts."""
    phone = people.told_at(guardian.guardian_id)[0] if guardian is not None else None
    return phone or people.phone_of(person_id=person_id)
