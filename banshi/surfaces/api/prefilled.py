"""What a case that is opened here need not be asked: what the same request says of who applies and who acts for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from banshi.foundation import clock
from banshi.journeys.case import carried, consenting
from banshi.journeys.case.carried import Carried
from banshi.journeys.case.changing import Known
from banshi.kernel.evidence import Evidence
from banshi.kernel.masking import mask_id
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import queries
from banshi.rooms.cases.models import Case
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.rules.guided import guided
from banshi.rooms.catalogue.rules.handling import NAME, NUMBER, PHONE, Field
from banshi.rooms.catalogue.rules.one_form import guided_jointly, one_form
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import MandateRef
from banshi.surfaces.api.case_schemas import CaseIn
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.parts import zone_of

SENT, RECORD = "sent", "record"


def prefilled(
    body: CaseIn, *, name: str, person_id: int, mandate: MandateRef | None, organisation_id: int | None, today: date
) -> dict[str, Carried]:
    """By field of the form, which is the one form of several items: what this request says already, or is on record of a
    mandate or an organisation."""
    found = {PHONE: Carried(body.person.phone, SENT)}
    if organisation_id is None:  # else it applies, and the person acts for it
        found |= _named(NAME, NUMBER, name, body.person.id_number)
    if body.guardian is not None:
        found |= _named(carried.GUARDIAN_NAME, carried.GUARDIAN_NUMBER, body.guardian.name, body.guardian.id_number)
    if body.agent is not None and body.agent.person is not None:
        found |= _named(carried.AGENT_NAME, carried.AGENT_NUMBER, body.agent.person.name, body.agent.person.id_number)
        found[carried.AGENT_PHONE] = Carried(body.agent.phone, SENT)
    elif mandate is not None and (acting := people.acting_by(mandate, today=today)) is not None:
        found |= {element: Carried(said.value, RECORD) for element, said in carried.of_agent(acting).items()}
    if (
        organisation_id is not None
        and (acts := people.standing_in(organisation_id, person_id, today=today)) is not None
    ):
        found |= {carried.FIRM_NAME: Carried(acts.name, RECORD), carried.FIRM_CODE: Carried(acts.uscc, RECORD)}
        if acts.role == "legal":
            found[carried.FIRM_HEAD] = Carried(name, SENT)
        else:
            found |= _named(carried.AGENT_NAME, carried.AGENT_NUMBER, name, body.person.id_number)
    return carried.fitting(_fields(body), {element: said for element, said in found.items() if said.value}, today)


def _named(name: str, number: str, called: str, id_number: str) -> dict[str, Carried]:
    return {name: Carried(called, SENT), number: Carried(id_number, SENT)}


def _fields(body: CaseIn) -> Iterable[Field]:
    if body.items is not None and len(set(body.items)) < len(body.items):
        return ()  # it is refused
    rows = [(code, catalogue.handling_of(catalogue.item_by_code(code))) for code in body.items or [body.item or ""]]
    if body.items is None:
        return guided(rows[0][1], body.answers).fields
    return guided_jointly(one_form(rows), body.answers).fields


def with_known(form: Mapping[str, Any], known: Mapping[str, Carried]) -> dict[str, Any]:
    """What was sent stands; a number as `POST /forms` shows it masked says no more than the number itself."""
    masked = {code for code, said in known.items() if form.get(code) == mask_id(str(said.value))}
    own = {code: said for code, said in form.items() if code not in masked}
    return {code: said.value for code, said in known.items()} | own


def listed(known: Mapping[str, Carried], sent: Mapping[str, Any], kept: Mapping[str, Any]) -> list[dict[str, str]]:
    """Which fields were filled in so: asked for, and not sent."""
    return [
        {"field": code, "source": said.source} for code, said in known.items()
        if kept.get(code) == said.value and sent.get(code) != said.value
    ]  # fmt: skip


def agreed(case: Case, consent: bool | None, *, who: Caller, now: datetime) -> list[dict[str, str]]:
    """What the library knows fills in what is empty, with the consent of whoever applies, or that is taken back; of a draft of a
    bundle in all of it, by shared names. None: nothing was said of it.

    :returns: which fields were filled in so. :raises Refused: consent-missing – nothing shows that they are that person, or
        an agent speaks for them.
    """
    if consent is None:
        return []
    if not consent:
        if consenting.agreed(case):
            consenting.take_back(case_no=case.no, by=who.by, now=now)
        return []
    if not Evidence(case.evidence).proves or case.masked_agent:
        raise Refused("consent-missing")
    today = now.astimezone(zone_of(case.hall)).date()
    if case.bundle is not None and case.phase == "draft":
        new = consenting.offered_jointly(queries.cases_of(case.bundle), today=today)
    else:
        new = consenting.offered(case, today=today)
    consenting.agree(case_no=case.no, consent=True, by=who.by, now=now)
    return [{"field": code, "source": "library"} for code in new]


def known_of(case: Case) -> Known:
    """Of fields that are asked for only now: what was sent when the case was opened."""
    today = clock.now().astimezone(zone_of(case.hall)).date()
    return lambda fields: carried.of_case_sent(fields, case, today=today)
