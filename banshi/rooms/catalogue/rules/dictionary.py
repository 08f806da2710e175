"""The data dictionary in a handling: a field that is an entry of it asks what the entry says. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from banshi.rooms.catalogue.rules.checks import CHECKS, listed
from banshi.rooms.catalogue.rules.handling import Element, Handling


def checks_of(elements: Iterable[Element]) -> dict[str, list[str]]:
    """By the code of an element."""
    return {each.code: [str(check) for check in each.listed_checks] for each in elements}


def with_checks(document: Mapping[str, Any], checks: Mapping[str, list[str]]) -> dict[str, Any]:
    """A handling as JSON, its fields with the checks of their elements. Fields of no element, or of one that is not known, keep
    their own."""
    fields = [_field(each, checks) for each in document.get("fields", ())]
    return {**document, "fields": fields} if fields else dict(document)


def _field(field: Mapping[str, Any], checks: Mapping[str, list[str]]) -> dict[str, Any]:
    said = checks.get(str(field.get("element", "")))
    if said is None:
        return dict(field)
    bare = {name: value for name, value in field.items() if name != "checks"}
    return {**bare, "checks": said} if said else bare


def checked(handling: Handling, elements: Iterable[Element]) -> Handling:
    """As `with_checks`, of a handling that was read."""
    return Handling.model_validate(with_checks(handling.model_dump(mode="json"), checks_of(elements)))


def wrong_checks(type: str, checks: str) -> str:
    """What is wrong with the checks of an element of this type, for whoever writes the dictionary; "" where nothing is."""
    try:
        said = listed(checks)
    except ValueError as wrong:
        return str(wrong)
    return next(
        (f"{each.name} is no check of the type {type}" for each in said if type not in CHECKS[each.name].types), ""
    )
