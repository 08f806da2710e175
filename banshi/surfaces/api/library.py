"""What is on record of a person (一库): facts and certificates, where they come from and how far they are trusted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from banshi.foundation import clock
from banshi.foundation.problem import ZONE, rfc3339
from banshi.journeys.case import from_library
from banshi.kernel.masking import mask_id, mask_name
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries
from banshi.rooms.cases.models import Case
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.library import actions as library
from banshi.rooms.library import queries as stored
from banshi.rooms.library.actions.importing import SOURCE
from banshi.rooms.library.queries import FactView
from banshi.surfaces.api.answers import Answer, answer
from banshi.surfaces.api.case_parts import certificate_part, seen_case
from banshi.surfaces.api.case_schemas import CertificateIn, CertificateOut, RecordAsked, RecordOut
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.operations import caller, found, op, write
from banshi.surfaces.api.parts import named

router = Router(tags=["library"])

ONLY_ITS_ISSUER = {
    "zh": "可信等级 A 只由代表签发机关的密钥登记：填写 authority；还没有的，由运维人员用 banshi library authority 授予",
    "en": "A is entered by a key that speaks for the issuer: say authority; the operator gives it (banshi library authority)",
}


@router.get(
    "/library", **op("look_into_library", {200: RecordOut}), summary="What is on record of a person or organisation"
)
def look_into_library(request: HttpRequest, asked: Query[RecordAsked]) -> HttpResponse:
    """By the number of a document, the code of an organisation, or as whoever holds a case: of one that is for an organisation
    that is the organisation, never the person who acts for it. Numbers and values are masked; every look is written down, with
    the case it was for where one is named, or the `purpose`. Members of staff find whom they have a case of."""
    who, now = caller(request), clock.now()
    holder, name = _holder(asked, who)
    day = now.astimezone(ZONE).date()
    why = f"case:{asked.case}:{day}" if asked.case is not None else f"library:{day}"
    if asked.purpose is not None:
        why += f":{asked.purpose}"
    audit.looked_once([audit.Look(_subject(holder), who.by, who.key.hall, why)], now=now)
    return found(
        {
            "name": name,
            "facts": [_fact(each) for each in stored.facts_of(**holder, today=day).values()],
            "certificates": [certificate_part(each) for each in stored.certificates_of(**holder)],
            "earlier_papers": _earlier(seen_case(who, asked.case), now=now) if asked.case is not None else [],
        }
    )


def _earlier(case: Case, *, now: datetime) -> list[dict[str, Any]]:
    """What the applicant handed in before that stands for a paper of the case, while papers may come."""
    rows = queries.paper_rows(case)
    may, held = queries.addable(case), {each.paper.code for each in from_library.held(case, now=now)}
    found = from_library.earlier(case, rows, held=held, now=now) if may else {}
    return [
        {
            "requirement": code,
            "earlier": each.id,
            "item": named(each.origin.item.code, each.item_zh, each.item_en),
            "handed_in_on": each.handed_on,
            "usable_until": each.until,
            "trust": each.trust,
            "files": len(each.pages),
        }
        for code, each in found.items()
        if code in may
    ]


def _holder(asked: RecordAsked, who: Caller) -> tuple[cases.Holder, str]:
    """With the masked name. :raises Refused: nothing-found."""
    if asked.case is not None:
        case = seen_case(who, asked.case)
        who.must("look_into_library", case.hall.code)
        return cases.holder_of(case), case.masked_applicant
    if asked.organisation is not None:
        firm = people.organisation_by_code(asked.organisation)
        held = cases.Holder(person_id=None, organisation_id=firm.pk) if firm is not None else None
        if firm is None or held is None or not _has_business(held, who):
            raise Refused("nothing-found", facts={"organisation": "unknown"})
        return held, firm.masked_name
    assert asked.person is not None  # the model saw to it
    known = people.people_by_number(asked.person, asked.id_type)
    holder = cases.Holder(person_id=known[0].pk, organisation_id=None) if known else None
    if holder is None or not _has_business(holder, who):
        raise Refused("nothing-found", facts={"person": "unknown"})
    return holder, mask_name(known[0].name)


def _has_business(holder: cases.Holder, who: Caller) -> bool:
    """Members of staff look at whom they have a case of, in the halls and the department where they see it; a number alone
    opens nobody's record to them."""
    if who.scope != "staff":
        return True
    theirs = Case.objects.filter(**holder)
    department = people.department_of(who.staff_id)
    return queries.visible_to(theirs, halls=who.where("cases.look"), department=department).exists()


def _subject(holder: cases.Holder) -> str:
    firm = holder["organisation_id"]
    return f"organisation:{firm}" if firm is not None else f"person:{holder['person_id']}"


def _fact(fact: FactView) -> dict[str, Any]:
    value = fact.value
    return {
        "element": fact.element,
        "value": mask_id(value) if any(each.isdigit() for each in value) else mask_name(value),
        "trust": fact.trust,
        "source": fact.source,
        "at": rfc3339(fact.at),
    }


@router.post("/library/certificates", **op("enter_certificate", {201: CertificateOut}), summary="Enter a certificate")
@write
def enter_certificate(request: HttpRequest, body: CertificateIn) -> Answer:
    """As its issuer says it, of one person or organisation. The holder need not bring it again. Trust A takes an `authority` that
    the key was given: rules grant on it, and whoever reviews looks no further."""
    who, now = caller(request), clock.now()
    if body.authority is not None and body.authority not in stored.authorities_of(who.key.id):
        raise Refused("nothing-found", facts={"authority": body.authority})
    if body.authority is None and body.trust == "A":
        raise Refused("invalid", facts={"field": "trust", "reason": ONLY_ITS_ISSUER})
    source = str(who.by) if body.authority is None else SOURCE + body.authority
    trust = body.trust or ("B" if body.authority is None else "A")
    holder: dict[str, Any]
    if body.person is not None:
        person = identity.enrol(
            name=body.person.name, id_type=body.person.id_type, id_number=body.person.id_number, by=who.by, now=now
        )
        holder = {"person_id": person.pk}
    else:
        assert body.organisation is not None  # the model saw to it
        firm = identity.enrol_organisation(uscc=body.organisation.uscc, name=body.organisation.name, by=who.by, now=now)
        holder = {"organisation_id": firm.pk}
    made = library.issue_certificate(
        **holder, type=body.type, number=body.number, name_zh=body.name, name_en=body.name_en or body.name,
        issuer_zh=body.issuer, issuer_en=body.issuer_en or body.issuer, issued_on=body.issued_on,
        valid_until=body.valid_until, trust=trust, source=source, hall=who.key.hall, by=who.by, now=now,
    )  # fmt: skip
    shown = stored.certificate(made.ref)
    assert shown is not None
    return answer(201, certificate_part(shown))
