"""What a notice, or the pre-review, told of the form: what each field said, without saying it, and which still say the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from banshi.foundation.crypto import blind_index
from banshi.rooms.cases.models import Case, ToldField
from banshi.rooms.cases.queries.handling import form_of, guided_case, shown_fields
from banshi.rooms.catalogue.rules.guided import FieldFault
from banshi.rooms.catalogue.rules.handling import Field, Question

WHOLE = "*"  # the row of a step that keeps answers and form as they stood, in place of a field
SAME_ZH, SAME_EN = "和告知时写的一样，还没有改", "It still says what it said when the hall asked for it"


def said_now(case: Case, code: str) -> str:
    """Of what a field says, without telling it."""
    value = json.dumps(form_of(case).get(code), ensure_ascii=False)
    return blind_index(f"{case.no}\0{code}\0{value}", purpose="told-field")


def untouched(case: Case) -> list[FieldFault]:
    """The fields that the last notice, or the pre-review, told and that were not put right since, of those alone that are shown
    now; empty where the case waits for nothing."""
    told = _told(case)
    asked = [each.code for each in shown_fields(case)] if told else []
    return [FieldFault(code, SAME_ZH, SAME_EN) for code in asked if code in told and told[code] == said_now(case, code)]


def _told(case: Case) -> dict[str, str | None]:
    """Field → what it said when it was told, by its digest."""
    if case.phase == "pre_returned":
        return {each.code: each.said for each in sent_back_fields(case)}
    last = case.notices_given.order_by("-round").first() if case.phase == "supplement" else None
    return {each["code"]: each.get("said") for each in last.missing if each["kind"] == "field"} if last else {}


def sent_back_fields(case: Case) -> list[ToldField]:
    """Those that the pre-review named when it sent the case back last."""
    last = case.events.filter(verb="return").order_by("-seq").first()
    rows = ToldField.objects.filter(event=last).exclude(code=WHOLE).order_by("id")
    return list(rows) if last is not None else []


@dataclass(frozen=True)
class Earlier:
    """Answers and form as somebody examined them last, before the case went back to whoever applied."""

    at: datetime
    form: Mapping[str, Any]
    answers: Mapping[str, str]


def changed_answers(case: Case, earlier: Earlier) -> list[tuple[Question, str | None]]:
    """Of the questions that are asked now, those answered otherwise than then, each with the option that was chosen."""
    before = [(each, earlier.answers.get(each.id)) for each in guided_case(case).questions]
    return [(question, was) for question, was in before if was != case.answers.get(question.id)]


def was_and_is(field: Field, value: object, earlier: Earlier) -> tuple[object, object]:
    """What a field said then, and what it says now; None for nothing. :param value: as the form has it now."""
    was, now = (None if said == "" else said for said in (earlier.form.get(field.code), value))
    return was, now


def earlier_of(case: Case) -> Earlier | None:
    """As it stood when it was sent back, or a notice given, last; None where that never was, or was not kept."""
    if case.submitted_at is None and not case.notices:  # nobody can have sent it back
        return None
    row = ToldField.objects.filter(case=case, code=WHOLE).select_related("event").order_by("-id").first()
    if row is None:
        return None
    kept = json.loads(row.why)
    return Earlier(row.event.at, kept["form"], kept["answers"])
