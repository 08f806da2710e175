"""`{% load office %}{{ message.status|word:"message_state" }}`: a code of the rooms in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from banshi.foundation.words import words
from banshi.kernel.refusals import Refused
from banshi.rooms.places.models import Hall
from banshi.surfaces.office.frame import zone_of
from banshi.surfaces.office.words import TABLES

register = template.Library()


@register.filter
def word(code: Any, table: str) -> str:
    """The words for a code; the code itself where there are none."""
    return str(TABLES[table].get(str(code), code))


@register.simple_tag(takes_context=True)
def at_field(context: Context, name: str) -> SafeString:
    """The error of a refused form beside its field, in a form written by hand; nothing where it is about another."""
    refused = context.get("refused")
    if not isinstance(refused, Refused) or refused.facts.get("field") != name:
        return SafeString("")
    return format_html('<span class="error" id="{}-error">{}</span>', name, words(refused.refusal)[1])


@register.filter
def stamp(moment: datetime | None, hall: Hall | None) -> str:
    """“2026-03-10 09:05” in the hall's zone: for lists that are read by date."""
    if moment is None:
        return "–"
    local = moment.astimezone(zone_of(hall)) if hall is not None else moment
    return f"{local:%Y-%m-%d %H:%M}"


@register.filter
def hm(moment: datetime) -> str:
    """“9:05” of a moment that is in the hall's zone already."""
    return f"{moment.hour}:{moment.minute:02d}"


@register.filter
def get(table: dict[Any, Any], key: Any) -> Any:
    return table.get(key)
