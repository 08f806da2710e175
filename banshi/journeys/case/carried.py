"""What a form need not ask (国令716 号 7 条): filled in from document and account, and with consent from the library, each with
its source; and whose numbers somebody gave already – of whom they apply for, of who acts for them – by data element and role.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from banshi.rooms.cases.actions import holder_of
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries.agents import agent_ref
from banshi.rooms.catalogue.rules.handling import NAME, NUMBER, PHONE, Field
from banshi.rooms.catalogue.rules.values import WrongValue, read, stored
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import Acting
from banshi.rooms.library import queries as library

FIRM_NAME, FIRM_CODE, FIRM_HEAD = "organisation-name", "uscc", "legal-representative"
AGENT_NAME, AGENT_NUMBER, AGENT_PHONE = "agent-name", "agent-id-number", "agent-mobile"
GUARDIAN_NAME, GUARDIAN_NUMBER = "guardian-name", "guardian-id-number"


@dataclass(frozen=True)
class Carried:
    """A field's value as it is kept, and whence: document | licence | typed | account | library | mandate |
    given – for this case, by somebody else than who looks. Of the library: who said so (as `FactView.source`), when, and how
    far it is trusted."""

    value: object
    source: str
    origin: str = ""
    at: datetime | None = None
    trust: str = ""


Found = dict[str, Carried]  # by data element


def carried(
    fields: Iterable[Field], *, account_id: int, person_id: int, name: str, phone: str | None = None, today: date
) -> dict[str, Carried]:
    """By field, before there is a case: nothing of the library, to whose use nobody agreed yet. Of somebody the account is not
    proven to be, nor to be guardian of: only what it said itself, or a mandate says.

    :param name: as the account typed it. :param phone: as it was typed for this case; None: the account's own.
    """
    asked = [field for field in fields if field.element]
    found = _of_person(account_id=account_id, person_id=person_id, name=name, today=today)
    found |= _acts_online(account_id, person_id, today=today)
    return fitting(asked, found | _reached(account_id, phone), today)


def _of_person(*, account_id: int, person_id: int, name: str, today: date) -> Found:
    if people.opens_for(account_id, person_id, today=today):
        return _by_document(person_id)
    return _unproven(account_id=account_id, person_id=person_id, name=name, today=today)


def _unproven(*, account_id: int, person_id: int, name: str, today: date) -> Found:
    found = {NAME: Carried(name, "typed")} if name else {}
    if (typed := people.number_typed(account_id, person_id)) is not None:
        return found | {NUMBER: Carried(typed, "typed")}
    shown = people.number_by_mandate(account_id, person_id, today=today)
    return found | ({NUMBER: Carried(shown, "mandate")} if shown is not None else {})


def _acts_online(account_id: int, person_id: int, *, today: date) -> Found:
    """Whose account it is, where it is proven and they apply for somebody else: the guardian, or who acts for them."""
    me = people.proven_person(account_id)
    if me is None or me == person_id:
        return {}
    if people.guardianship_of(account_id, person_id, today=today) is not None:
        return _guardian(me)
    return _agent(me, people.phone_of(account_id=account_id))


def _reached(account_id: int, phone: str | None) -> Found:
    own = people.phone_of(account_id=account_id)
    return {PHONE: Carried(phone, "typed") if phone and phone != own else Carried(own, "account")}


@dataclass(frozen=True)
class Firm:
    """An organisation as its licence says it. `phone`, `acts_by`: of who acts for it."""

    organisation_id: int
    name: str
    uscc: str
    phone: str | None
    acts_by: int | None = None


def of_firm(fields: Iterable[Field], *, firm: Firm, case: Case | None = None, today: date) -> dict[str, Carried]:
    """By field, of an organisation: its licence, who acts for it and their telephone; in a case in which they agreed to it, what
    the library has of it."""
    asked = [field for field in fields if field.element]
    found = (_lent(asked, case, today=today) if case is not None else {}) | _acts_for_firm(firm, today)
    found |= _by_licence(firm.name, firm.uscc) | {PHONE: Carried(firm.phone, "account")}
    return fitting(asked, found, today)


def _acts_for_firm(firm: Firm, today: date) -> Found:
    """Its legal representative is named as that, its agent (经办人) with their number."""
    if firm.acts_by is None:
        return {}
    standing = people.standing_in(firm.organisation_id, firm.acts_by, today=today)
    if standing is None:
        return {}
    if standing.role == "legal":
        return {FIRM_HEAD: Carried(people.person(firm.acts_by).name, "document")}
    return _agent(firm.acts_by, firm.phone)


def of_case(fields: Iterable[Field], case: Case, *, account_id: int, today: date) -> dict[str, Carried]:
    """By field, of whoever a case is for, as its applicant sees it online."""
    of = case.organisation
    if of is not None:
        phone = people.phone_of(account_id=account_id)
        return of_firm(fields, firm=Firm(of.pk, of.name, of.uscc, phone, case.person_id), case=case, today=today)
    asked = [field for field in fields if field.element]
    if people.opens_for(account_id, case.person_id, today=today):
        found = _lent(asked, case, today=today) | _by_document(case.person_id)
    else:
        found = _unproven(account_id=account_id, person_id=case.person_id, name=str(case.applicant), today=today)
    if NUMBER not in found and case.letter is not None and people.proven_person(account_id) == case.letter.agent_id:
        found |= _by_letter(case.person_id)
    found |= _seen_by(people.proven_person(account_id), case, today=today)
    phone = case.contact if case.account_id == account_id else None
    return fitting(asked, found | _reached(account_id, phone), today)


def _seen_by(me: int | None, case: Case, *, today: date) -> Found:
    """Who acts in a case, as somebody sees it who may be another one: also then no number stands open."""
    acts, found = _who_acts(case, today=today), _acting(case, today=today)
    return found if me is not None and me == acts else {to: replace(said, source="given") for to, said in found.items()}


def by_card(fields: Iterable[Field], case: Case, *, today: date) -> dict[str, Carried]:
    """By field, of somebody whose card has just been read, and of who acts in their case."""
    asked = [field for field in fields if field.element]
    found = _lent(asked, case, today=today) | _at_window(person_id=case.person_id)
    return fitting(asked, found | _seen_by(case.person_id, case, today=today), today)


def by_word(fields: Iterable[Field], case: Case, *, today: date) -> dict[str, Carried]:
    """By field, of somebody whom nothing has proven and no account stands for, who calls: what they said themselves, no more."""
    asked = [field for field in fields if field.element]
    found = {NAME: Carried(str(case.applicant), "typed"), NUMBER: Carried(case.person.id_number, "typed")}
    return fitting(asked, found | {PHONE: Carried(case.contact, "typed")}, today)


def at_window(
    fields: Iterable[Field], *, person_id: int, guardian_id: int | None = None, today: date
) -> dict[str, Carried]:
    """By field, of somebody who stands at a window with their document, before there is a case.

    :param guardian_id: the person who acts for them."""
    asked = [field for field in fields if field.element]
    found = _at_window(person_id=person_id)
    return fitting(asked, found | (_guardian(guardian_id) if guardian_id is not None else {}), today)


def _at_window(*, person_id: int) -> Found:
    return _by_document(person_id) | {PHONE: Carried(people.phone_of(person_id=person_id), "account")}


def of_client(fields: Iterable[Field], *, agent: Acting, phone: str | None, today: date) -> dict[str, Carried]:
    """By field, of somebody an agent stands at a window for: what their letter says, and the agent with their telephone."""
    return fitting([field for field in fields if field.element], _of_client(agent, phone), today)


def _of_client(agent: Acting, phone: str | None) -> Found:
    found = {NAME: Carried(agent.client, "document"), PHONE: Carried(phone, "account")}
    return found | _by_letter(agent.person_id) | of_agent(agent, phone)


def of_case_at_window(fields: Iterable[Field], case: Case, *, today: date) -> dict[str, Carried]:
    """By field, of whoever a case on the desk is for. An agent is shown nothing that the library has of their client."""
    asked = [field for field in fields if field.element]
    acting = _acting_by(case, today=today)
    if acting is not None:
        named = {NAME: Carried(str(case.applicant), "document")}
        return fitting(asked, _of_client(acting, case.contact) | named, today)
    of = case.organisation
    if of is not None:
        phone = people.phone_of(person_id=case.person_id)
        return of_firm(asked, firm=Firm(of.pk, of.name, of.uscc, phone, case.person_id), case=case, today=today)
    known = _lent(asked, case, today=today)
    found = known | _at_window(person_id=case.person_id) | _acting(case, today=today)
    if found[PHONE].value is None and case.contact:
        found[PHONE] = Carried(case.contact, "typed")
    return fitting(asked, found, today)


def of_case_sent(fields: Iterable[Field], case: Case, *, today: date) -> dict[str, Carried]:
    """By field, of whoever another system opened a case for: what it sent, and who acts for them by what is on record."""
    asked = [field for field in fields if field.element]
    of = case.organisation
    if of is not None:
        return of_firm(asked, firm=Firm(of.pk, of.name, of.uscc, case.contact, case.person_id), case=case, today=today)
    found = _lent(asked, case, today=today)
    found |= {NAME: Carried(str(case.applicant), "typed"), PHONE: Carried(case.contact, "typed")}
    found |= {NUMBER: Carried(people.number_of_client(case.person_id), "typed")} | _acting(case, today=today)
    return fitting(asked, found, today)


# --- Who acts ------------------------------------------------------------------------------------------------------


def _acting(case: Case, *, today: date) -> Found:
    """Who acts in a case for a person: by the guardianship or mandate it pins, or whoever's account opened it."""
    if case.guardian is not None:
        return _guardian(case.guardian.guardian_id)
    if (acting := _acting_by(case, today=today)) is not None:
        return of_agent(acting, case.contact)
    return _acts_online(case.account_id, case.person_id, today=today) if case.account_id is not None else {}


def _who_acts(case: Case, *, today: date) -> int | None:
    """The person, where they are known."""
    if case.guardian is not None:
        return case.guardian.guardian_id
    acting = _acting_by(case, today=today)
    return acting.agent_id if acting is not None else people.proven_person(case.account_id)


def _acting_by(case: Case, *, today: date) -> Acting | None:
    ref = agent_ref(case)
    return people.acting_by(ref, today=today) if ref is not None else None


def of_agent(acting: Acting, phone: str | None = None) -> Found:
    """By data element: by their document where it is known, else as the mandate names them."""
    if acting.agent_id is not None:
        return _agent(acting.agent_id, phone)
    return {AGENT_NAME: Carried(acting.name, "mandate"), AGENT_PHONE: Carried(phone, "account")}


def _agent(person_id: int, phone: str | None) -> Found:
    me = people.person(person_id)
    return {
        AGENT_NAME: Carried(me.name, "document"), AGENT_NUMBER: Carried(me.id_number, "document"),
        AGENT_PHONE: Carried(phone, "account"),
    }  # fmt: skip


def _guardian(person_id: int) -> Found:
    me = people.person(person_id)
    return {GUARDIAN_NAME: Carried(me.name, "document"), GUARDIAN_NUMBER: Carried(me.id_number, "document")}


def _by_document(person_id: int) -> Found:
    me = people.person(person_id)
    return {NAME: Carried(me.name, "document"), NUMBER: Carried(me.id_number, "document")}


def _by_licence(name: str, uscc: str) -> Found:
    return {FIRM_NAME: Carried(name, "licence"), FIRM_CODE: Carried(uscc, "licence")}


def _by_letter(person_id: int) -> Found:
    """The number of a client as their paper gives it."""
    number = people.number_of_client(person_id)
    return {NUMBER: Carried(number, "mandate")} if number is not None else {}


# --- What stands on record ------------------------------------------------------------------------------------------


def on_record(fields: Iterable[Field], case: Case, *, today: date) -> dict[str, Carried]:
    """By field, what stands today of whoever the case is for: by their document or licence, and in the library – but for what
    was learned from this very case."""
    asked = [field for field in fields if field.element]
    if not asked:
        return {}
    of = case.organisation
    own = _by_document(case.person_id) if of is None else _by_licence(of.name, of.uscc)
    return fitting(asked, _learned_elsewhere(asked, case, today=today) | own, today)


def of_library(fields: Iterable[Field], case: Case, *, today: date) -> dict[str, Carried]:
    """By field, what the library could fill in for whoever a case is for: what their document, licence or account says is none
    of it."""
    of = case.organisation
    own = {PHONE, *(_by_document(case.person_id) if of is None else _by_licence(of.name, of.uscc))}
    asked = [field for field in fields if field.element and field.element not in own]
    return fitting(asked, _learned_elsewhere(asked, case, today=today), today) if asked else {}


def _learned_elsewhere(asked: Iterable[Field], case: Case, *, today: date) -> Found:
    """What the library has of whoever the case is for, by data element, but for what was learned from this very case."""
    facts = library.facts_of(**holder_of(case), elements=[field.element for field in asked], today=today)
    return {
        element: Carried(fact.value, "library", fact.source, fact.at, fact.trust)
        for element, fact in facts.items()
        if fact.source != f"case:{case.no}"
    }


def _lent(asked: Iterable[Field], case: Case, *, today: date) -> Found:
    """The same, where they agreed that it is used for this case."""
    if library.consent_to_facts(f"case:{case.no}") is None:
        return {}
    return _learned_elsewhere(asked, case, today=today)


# --- What fits -----------------------------------------------------------------------------------------------------


def fitting(asked: Iterable[Field], found: Mapping[str, Carried], today: date) -> dict[str, Carried]:
    """By field, of what is known by element: what is a value of the field."""
    return {field.code: said for field in asked if (said := _fits(field, found.get(field.element), today)) is not None}


def _fits(field: Field, known: Carried | None, today: date) -> Carried | None:
    """As it is kept; None where it is no value of the field."""
    if known is None or known.value is None:
        return None
    try:
        value = read(field, known.value, today)
    except WrongValue:
        return None
    return None if value is None else replace(known, value=stored(value))
