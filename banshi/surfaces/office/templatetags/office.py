"""`{% load office %}{{ message.status|word:"message_state" }}`: a code of the rooms in words."""

from __future__ import annotations

from typing import Any

from django import template

from banshi.foundation.said import english
from banshi.surfaces.office.item_edit_words import place_said
from banshi.surfaces.office.words import TABLES

register = template.Library()


@register.filter
def word(code: Any, table: str) -> str:
    """The words for a code; the code itself where there are none."""
    return str(TABLES[table].get(str(code), code))


@register.filter
def people(names: Any) -> str:
    """Names, each with `zh` and `en`, one after the other in the active language."""
    return ", ".join(each.en for each in names) if english() else "、".join(each.zh for each in names)


@register.filter
def place_in(where: str, document: Any) -> str:
    """`{{ fault.where|place_in:document }}`: where a fault of a matter stands, as people call it."""
    return place_said(where, document)
