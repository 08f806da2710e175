"""The fields that a fee is computed by, to be put right on the page of a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import pgettext

from banshi.foundation.said import named
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import form_of, handling_of_case
from banshi.rooms.catalogue.rules.costs import hangs_on
from banshi.rooms.catalogue.rules.guided import shown
from banshi.rooms.catalogue.rules.handling import Field


@dataclass(frozen=True)
class FeeLine:
    """`options`: of a choice, by code and in words; none: it is typed."""

    name: str
    label: str
    value: str
    options: tuple[tuple[str, str], ...]


def fee_fields(case: Case) -> tuple[Field, ...]:
    """Those that its form shows."""
    handling = handling_of_case(case)
    asked = hangs_on(handling)
    return tuple(each for each in shown(handling, case.answers, form_of(case)) if each.code in asked)


def fee_lines(case: Case, said: Mapping[str, Any]) -> list[FeeLine]:
    """:param said: what was typed, and refused."""
    form = form_of(case)
    return [_line(each, form, said) for each in fee_fields(case)]


def _line(field: Field, form: Mapping[str, Any], said: Mapping[str, Any]) -> FeeLine:
    name, there = f"fee-{field.code}", form.get(field.code, "")
    value = ("yes" if there else "no") if isinstance(there, bool) else str(there)
    options = tuple((each.id, named(each, "text")) for each in field.options)
    if field.type == "yes_no":
        options = (("yes", pgettext("fee field", "Yes")), ("no", pgettext("fee field", "No")))
    return FeeLine(name, named(field, "label"), str(said.get(name) or value), options)
