"""What whoever applied changed since somebody examined their case: the marks that the pages of staff show, was → now."""

from __future__ import annotations

from typing import Any

from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries.untouched import Earlier, changed_answers, was_and_is
from banshi.rooms.cases.rules.masks import masked
from banshi.rooms.catalogue.rules.handling import Field
from banshi.surfaces.api.parts import moment, named, zone_of


def changed_part(case: Case) -> dict[str, Any] | None:
    """None where nobody examined it, or what it said then was not kept."""
    earlier = cases.earlier_of(case)
    if earlier is None:
        return None
    return {
        "since": moment(earlier.at, zone_of(case.hall)),
        "answers": _answers(case, earlier),
        "fields": _fields(case, earlier),
        "papers": _papers(case, earlier),
    }


def _answers(case: Case, earlier: Earlier) -> list[dict[str, Any]]:
    """Of the questions that are asked now."""
    return [
        {
            "question": question.id, "text": question.text_zh, "text_en": question.text_en, "was": was,
            "now": case.answers.get(question.id),
        }
        for question, was in changed_answers(case, earlier)
    ]  # fmt: skip


def _fields(case: Case, earlier: Earlier) -> list[dict[str, Any]]:
    form, found = cases.form_of(case), []
    for field in cases.guided_case(case).fields:
        was, now = was_and_is(field, form.get(field.code), earlier)
        if was != now:
            names = {"field": field.code, "label": field.label_zh, "label_en": field.label_en}
            found.append({**names, "was": _shown(field, was), "now": _shown(field, now)})
    return found


def _shown(field: Field, said: object) -> object:
    """As the pages show it until somebody asks for the whole."""
    text = masked(field, str(said))
    return said if said is None or text == str(said) else text


def _papers(case: Case, earlier: Earlier) -> list[dict[str, Any]]:
    """Papers of which something came, or went, since."""
    gone = set(case.materials.filter(gone_at__gt=earlier.at, at__lte=earlier.at).values_list("code", flat=True))
    found = []
    for row in cases.paper_rows(case):
        came = [each.pk for each in row.came if each.at > earlier.at]
        if came or row.code in gone:
            paper = named(row.code, row.name_zh, row.name_en)
            found.append(
                {"requirement": paper["code"], "name": paper["name"], "name_en": paper["name_en"], "materials": came}
            )
    return found
