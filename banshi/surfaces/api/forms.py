"""一表 (one form) over HTTP: what several items ask, each fact once, with what is on record filled in and its source said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import orjson
from django.http import HttpRequest
from ninja import Router

from banshi.foundation import clock
from banshi.foundation.problem import ZONE
from banshi.kernel.evidence import Evidence
from banshi.kernel.masking import mask_id
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.cases import queries as cases
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.queries.retiring import need_taken
from banshi.rooms.catalogue.rules.checks import Check, parsed
from banshi.rooms.catalogue.rules.handling import NAME, NUMBER, PHONE, Field
from banshi.rooms.catalogue.rules.one_form import (
    OneForm,
    answer_faults_jointly,
    blanks_jointly,
    guided_jointly,
    one_form,
)
from banshi.rooms.catalogue.rules.values import WrongValue, read, stored
from banshi.rooms.identity import queries as people
from banshi.rooms.library import queries as library
from banshi.surfaces.api.answers import Answer, answer, invalid
from banshi.surfaces.api.case_schemas import FormIn, FormOut
from banshi.surfaces.api.guide import paper_shown, question_shown
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.operations import caller, op, write
from banshi.surfaces.api.parts import moment

router = Router(tags=["cases"])
FIRM_NAME, FIRM_CODE = "organisation-name", "uscc"


@dataclass(frozen=True)
class Filled:
    """What is known of a data element, and whence: `sent` by the caller, or from the library."""

    value: object
    kind: str
    name: str
    at: datetime | None
    trust: str


@router.post("/forms", **op("make_form", {201: FormOut}), summary="One form for several items")
@write
def make_form(request: HttpRequest, body: FormIn) -> Answer:
    """Each fact is asked once. Nothing is kept: `id` says which items, versions and answers it is made of. What the library
    knows is filled in for a person who is shown to be there, and the look is written down; numbers of documents come masked.
    """
    who, now = caller(request), clock.now()
    rows = [catalogue.item_by_code(code) for code in body.items]
    today = now.astimezone(ZONE).date()
    for row in rows:
        need_taken(row, day=today)
    one = one_form([(row.code, catalogue.handling_of(row)) for row in rows])
    wrong = answer_faults_jointly(one, body.answers)
    if wrong:
        errors = [{"field": f"answers.{each.code}", "reason": {"zh": each.zh, "en": each.en}} for each in wrong]
        raise invalid(f"{wrong[0].code}：{wrong[0].zh}", f"{wrong[0].code}: {wrong[0].en}", errors=errors)
    guided = guided_jointly(one, body.answers)
    known = _known(body, guided.fields, who, now=now)
    fields = [_field(each, known.get(each.element), one, today) for each in guided.fields]
    carried = sum("value" in each for each in fields)
    blanks = {name: of[0] for name, of in blanks_jointly(one).items() if len(of) == 1}
    pinned = [[row.code, row.version] for row in rows]
    return answer(
        201,
        {
            "id": sha256(orjson.dumps([pinned, sorted(guided.answers.items())])).hexdigest()[:24],
            "items": [{"code": row.code, "version": row.version} for row in rows],
            "complete": guided.complete,
            "next_question": guided.next_question and question_shown(guided.next_question),
            "answers": dict(guided.answers),
            "fields": fields,
            "materials": [paper_shown(each, blanks.get(each.code)) for each in guided.materials],
            "asked": len(fields) - carried,
            "carried_over": carried,
        },
    )


def _field(field: Field, known: Filled | None, one: OneForm, today: date) -> dict[str, Any]:
    found: dict[str, Any] = {
        "code": field.code,
        "label": field.label_zh,
        "label_en": field.label_en,
        "type": field.type,
        "required": field.required,
        "options": [{"id": o.id, "text": o.text_zh, "text_en": o.text_en} for o in field.options],
        "checks": [_check(parsed(each)) for each in field.checks],
        "items": [part.item for part in one.parts if field.code in part.fields.values()],
    }
    if field.show_if:
        found["show_if"] = field.show_if
    value = _fits(field, known, today)
    if known is not None and value is not None:
        found["value"] = mask_id(str(value)) if field.type == "id_number" else value
        at = moment(known.at, ZONE) if known.at is not None else None
        found["source"] = {"kind": known.kind, "name": known.name, "at": at, "trust": known.trust}
    return found


def _check(check: Check) -> dict[str, Any]:
    hint = check.hint
    return {"check": str(check), "hint": hint.zh, "hint_en": hint.en, "pattern": check.pattern or None}


def _fits(field: Field, known: Filled | None, today: date) -> object:
    """As it is kept; None where it is no value of the field."""
    if known is None:
        return None
    try:
        value = read(field, known.value, today)
    except WrongValue:
        return None
    return None if value is None else stored(value)


def _known(body: FormIn, fields: Sequence[Field], who: Caller, *, now: datetime) -> Mapping[str, Filled]:
    """By data element. Of somebody who is only named: what the caller itself says of them."""
    if body.person is None:
        return {}
    said = body.person
    evidence = _evidence(body, who)
    trust = {Evidence.DECLARED: "D", Evidence.VOUCHED: "C"}.get(evidence, "B")
    found: dict[str, Filled] = {}
    person = people.person_by_document(said.id_type, said.id_number) if evidence.proves else None
    if person is not None:
        audit.looked_once(
            [audit.Look(f"person:{person.pk}", who.by, who.key.hall, f"form:{now.astimezone(ZONE).date()}")], now=now
        )
        if body.consent:
            found |= _on_record(fields, now.astimezone(ZONE).date(), person_id=person.pk)
    if body.organisation is not None:
        found |= _of_firm(body, person.pk if person else None, fields, now=now)
    own = {NAME: said.name, NUMBER: said.id_number, PHONE: said.phone}
    return found | {element: Filled(value, "sent", "", None, trust) for element, value in own.items() if value}


def _evidence(body: FormIn, who: Caller) -> Evidence:
    """:raises Refused: not-allowed – a key that is no machine's says that a card was read."""
    if who.scope == "staff":
        return Evidence.WINDOW if body.presented == "read" else Evidence.DECLARED
    return who.shown(body.presented) if body.presented == "read" else who.evidence


def _on_record(fields: Sequence[Field], today: date, **holder: int) -> dict[str, Filled]:
    facts = library.facts_of(**holder, elements=[field.element for field in fields if field.element], today=today)
    return {code: Filled(fact.value, "library", fact.source, fact.at, fact.trust) for code, fact in facts.items()}


def _of_firm(body: FormIn, person_id: int | None, fields: Sequence[Field], *, now: datetime) -> dict[str, Filled]:
    """:raises Refused: mandate-missing – this person is not known to act for it; member-limited – not in one of these items."""
    assert body.organisation is not None  # the caller saw to it
    code = "".join(body.organisation.uscc.split()).upper()
    today = now.astimezone(ZONE).date()
    acts_for = people.organisations_of(person_id, today=today) if person_id is not None else ()
    firm = next((each for each in acts_for if each.uscc == code), None)
    if firm is None:
        raise Refused("mandate-missing", facts={"item": body.items[0]})
    rows = [catalogue.item_by_code(each) for each in body.items]
    if not all(firm.limits.covers(row.code, row.department.code) for row in rows):
        raise cases.limited(firm, today=today)
    own = {FIRM_NAME: firm.name, FIRM_CODE: firm.uscc}
    found = _on_record(fields, today, organisation_id=firm.organisation_id) if body.consent else {}
    return found | {element: Filled(value, "library", "", None, "B") for element, value in own.items()}
