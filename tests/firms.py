"""Firms (法人) for tests, and who of the town acts for one."""

from __future__ import annotations

from datetime import date
from typing import Any

from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Organisation, OrganisationMember, Person
from banshi.rooms.identity.rules import Limits
from tests.town import CLERK, TUESDAY_NINE

CODE, NAME = "91350100M000100Y43", "一号公司"


def firm(code: str = CODE, name: str = NAME) -> Organisation:
    return identity.enrol_organisation(uscc=code, name=name, by=CLERK, now=TUESDAY_NINE)


def member(
    person: Person, role: str = "agent", *, code: str = CODE, now: Any = TUESDAY_NINE, **limits: Any
) -> OrganisationMember:
    """They act for it, an agent until the end of the year; `limits`: as of `Limits`."""
    return identity.authorise_member(
        organisation_id=firm(code).pk, person_id=person.pk, role=role, limits=Limits(**limits),
        valid_until=date(2026, 12, 31) if role == "agent" else None, by=CLERK, now=now,
    )  # fmt: skip
