"""What a notice told of the form: what each field said then, without saying it, and which still say the same."""

from __future__ import annotations

import json

from banshi.foundation.crypto import blind_index
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries.handling import form_of, handling_of_case
from banshi.rooms.catalogue.rules.guided import FieldFault, shown

SAME_ZH, SAME_EN = "和告知时写的一样，还没有改", "It still says what it said when the hall asked for it"


def said_now(case: Case, code: str) -> str:
    """Of what a field says, without telling it."""
    value = json.dumps(form_of(case).get(code), ensure_ascii=False)
    return blind_index(f"{case.no}\0{code}\0{value}", purpose="told-field")


def untouched(case: Case) -> list[FieldFault]:
    """The fields of the last notice that were not put right since, of those alone that are shown now; empty where the case
    waits for nothing."""
    last = case.notices_given.order_by("-round").first() if case.phase == "supplement" else None
    told = {each["code"]: each.get("said") for each in last.missing if each["kind"] == "field"} if last else {}
    asked = [each.code for each in shown(handling_of_case(case), case.answers, form_of(case))] if told else []
    return [FieldFault(code, SAME_ZH, SAME_EN) for code in asked if code in told and told[code] == said_now(case, code)]
