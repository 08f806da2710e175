"""`{% load office %}{{ message.status|word:"message_state" }}`: a code of the rooms in words."""

from __future__ import annotations

from typing import Any

from django import template

from banshi.surfaces.office.words import TABLES

register = template.Library()


@register.filter
def word(code: Any, table: str) -> str:
    """The words for a code; the code itself where there are none."""
    return str(TABLES[table].get(str(code), code))
