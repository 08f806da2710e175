"""What a form need not ask (国令716 号 7 条): filled in from the document, the account and the library, each with its source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from banshi.rooms.cases.models import Case
from banshi.rooms.catalogue.rules.handling import NAME, NUMBER, PHONE, Field
from banshi.rooms.catalogue.rules.values import WrongValue, read, stored
from banshi.rooms.identity import queries as people
from banshi.rooms.library import queries as library

FIRM_NAME, FIRM_CODE = "organisation-name", "uscc"


@dataclass(frozen=True)
class Carried:
    """A field's value as it is kept, and whence: document | licence | typed | account | library."""

    value: object
    source: str


def carried(fields: Iterable[Field], *, account_id: int, person_id: int, name: str, today: date) -> dict[str, Carried]:
    """By field. Of somebody the account is not proven to be, nor to be guardian of: only what it said itself.

    :param name: as the account typed it.
    """
    asked = [field for field in fields if field.element]
    proven = people.opens_for(account_id, person_id, today=today)
    found: dict[str, Carried] = {PHONE: Carried(people.phone_of(account_id=account_id), "account")}
    if proven:
        me = people.person(person_id)
        known = library.facts_of(person_id=person_id, elements=[field.element for field in asked], today=today)
        found |= {element: Carried(fact.value, "library") for element, fact in known.items()}
        found |= {NAME: Carried(me.name, "document"), NUMBER: Carried(me.id_number, "document")}
    elif name:
        found[NAME] = Carried(name, "typed")
    return _fitting(asked, found, today)


@dataclass(frozen=True)
class Firm:
    """An organisation as its licence says it. `phone`: of who acts for it."""

    organisation_id: int
    name: str
    uscc: str
    phone: str | None


def of_firm(fields: Iterable[Field], *, firm: Firm, today: date) -> dict[str, Carried]:
    """By field, of an organisation: its licence, what the library has of it, and the telephone of who acts."""
    asked = [field for field in fields if field.element]
    codes = [field.element for field in asked]
    known = library.facts_of(organisation_id=firm.organisation_id, elements=codes, today=today)
    found = {element: Carried(fact.value, "library") for element, fact in known.items()}
    found |= {FIRM_NAME: Carried(firm.name, "licence"), FIRM_CODE: Carried(firm.uscc, "licence")}
    found[PHONE] = Carried(firm.phone, "account")
    return _fitting(asked, found, today)


def of_case(fields: Iterable[Field], case: Case, *, account_id: int, today: date) -> dict[str, Carried]:
    """By field, of whoever a case is for, as its applicant sees it online."""
    of = case.organisation
    if of is None:
        return carried(fields, account_id=account_id, person_id=case.person_id, name=case.applicant, today=today)
    return of_firm(fields, firm=Firm(of.pk, of.name, of.uscc, people.phone_of(account_id=account_id)), today=today)


def at_window(fields: Iterable[Field], *, person_id: int, today: date) -> dict[str, Carried]:
    """By field, of somebody who stands at a window with their document."""
    asked = [field for field in fields if field.element]
    me, codes = people.person(person_id), [field.element for field in asked]
    known = library.facts_of(person_id=person_id, elements=codes, today=today)
    found = {element: Carried(fact.value, "library") for element, fact in known.items()}
    found |= {NAME: Carried(me.name, "document"), NUMBER: Carried(me.id_number, "document")}
    found[PHONE] = Carried(people.phone_of(person_id=person_id), "account")
    return _fitting(asked, found, today)


def of_client(
    fields: Iterable[Field], *, name: str, person_id: int, phone: str | None, today: date
) -> dict[str, Carried]:
    """By field, of somebody an agent stands at a window for: what their letter says, and the agent's telephone."""
    found = {NAME: Carried(name, "document"), NUMBER: Carried(people.person(person_id).id_number, "document")}
    found[PHONE] = Carried(phone, "account")
    return _fitting([field for field in fields if field.element], found, today)


def of_case_at_window(fields: Iterable[Field], case: Case, *, today: date) -> dict[str, Carried]:
    """By field, of whoever a case on the desk is for. An agent is shown nothing that the library has of their client."""
    if case.masked_agent:
        return of_client(fields, name=str(case.applicant), person_id=case.person_id, phone=case.contact, today=today)
    of = case.organisation
    if of is None:
        return at_window(fields, person_id=case.person_id, today=today)
    return of_firm(fields, firm=Firm(of.pk, of.name, of.uscc, people.phone_of(person_id=case.person_id)), today=today)


def _fitting(asked: Iterable[Field], found: Mapping[str, Carried], today: date) -> dict[str, Carried]:
    """By field, of what is known by element: what is a value of the field."""
    return {field.code: said for field in asked if (said := _fits(field, found.get(field.element), today)) is not None}


def _fits(field: Field, known: Carried | None, today: date) -> Carried | None:
    """As it is kept; None where it is no value of the field."""
    if known is None:
        return None
    try:
        value = read(field, known.value, today)
    except WrongValue:
        return None
    return None if value is None else Carried(stored(value), known.source)
