"""`{% load staff %}`: what pages for staff need in their templates, beside the components of `ui`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import template
from django.template import Context
from django.template.base import Node, NodeList, Parser, Token
from django.template.loader import get_template
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext, pgettext

from banshi.foundation.templatetags.ui import refusal
from banshi.foundation.words import words
from banshi.frames.staff.at_its_field import field_of, placed
from banshi.frames.staff.frame import zone_of
from banshi.kernel.clock_words import clock_words
from banshi.kernel.refusals import Refused
from banshi.rooms.places.models import Hall

register = template.Library()


class RefusedOnce(Node):
    """A page's body with its refusal: at the field it is about, else above everything; never twice."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        body, refused = self.nodelist.render(context), context.get("refused")
        if not isinstance(refused, Refused):
            return body
        title, detail = words(refused.refusal)
        if "data-refusal" in body and escape(title) in body:
            return body  # a cell or panel of the page says it where it happened
        said, request = field_of(refused), context["request"]
        if said is not None:
            sent = request.POST if request.method == "POST" else request.GET
            found = placed(
                body, said, detail or title, path=request.path, act=sent.get("act"), method=request.method.lower()
            )
            if found is not None:
                return mark_safe(found)  # noqa: S308 the page itself, with one escaped sentence more
        on_top = get_template("ui/refusal.html").render(refusal(context, refused))
        return mark_safe(on_top + body)  # noqa: S308 both are rendered here


@register.tag
def refused_once(parser: Parser, token: Token) -> RefusedOnce:
    """`{% refused_once %}…{% endrefused_once %}` around the body of a page."""
    nodelist = parser.parse(("endrefused_once",))
    parser.delete_first_token()
    return RefusedOnce(nodelist)


@register.filter
def stamp(moment: datetime | None, hall: Hall | None) -> str:
    """“2026-03-10 09:05” in the hall's zone: for lists that are read by date."""
    if moment is None:
        return "–"
    local = moment.astimezone(zone_of(hall)) if hall is not None else moment
    return f"{local:%Y-%m-%d %H:%M}"


@register.filter
def hm(moment: datetime) -> str:
    """“9:05” of a moment that is in the hall's zone already; one straight from the database is brought to the active zone."""
    return clock_words(timezone.localtime(moment) if moment.tzinfo is UTC else moment)


@register.filter
def days_left(line: Any) -> SafeString:
    """“3 working days left”, or how late it is; nothing where nothing runs. :param line: with `late` and `left`, and perhaps
    `over`: late since today."""
    if line.late:
        said = ngettext("%(n)s working day late", "%(n)s working days late", line.late) % {"n": line.late}
        return format_html('<span class="late">{}</span>', said)
    if getattr(line, "over", False):
        return format_html('<span class="late">{}</span>', pgettext("limit", "Late"))
    if line.left is None:
        return mark_safe("")
    said = ngettext("%(n)s working day left", "%(n)s working days left", line.left) % {"n": line.left}
    return format_html('<span class="muted">{}</span>', said)


@register.filter
def get(table: dict[Any, Any], key: Any) -> Any:
    return table.get(key)
