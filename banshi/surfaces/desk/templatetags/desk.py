"""`<form {% does "park" %}>`, `<button {% key_of step %}>`: attributes of the desk's forms and buttons."""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from banshi.frames.case_fields import hint_of
from banshi.rooms.catalogue.rules.handling import Field
from banshi.surfaces.desk.steps import Step

register = template.Library()


@register.simple_tag
def key_of(step: Step) -> SafeString:
    """The attribute of a step's button: its key, or that it cannot be pressed."""
    if not step.open:
        return SafeString("disabled")
    return format_html('data-key="{}"', step.key) if step.key else SafeString()


@register.simple_tag
def does(verb: str) -> SafeString:
    """The attributes of a form; the answer is the console as it then is."""
    return format_html(
        'method="post" action="{0}" hx-post="{0}" hx-target="#console"', reverse("desk:do", kwargs={"verb": verb})
    )


KINDS = {
    "date": 'type="date"',
    "phone": 'inputmode="tel"',
    "number": 'inputmode="decimal"',
    "money": 'inputmode="decimal"',
}


@register.simple_tag
def input_kind(field: Field) -> SafeString:
    """The attributes of an input by what its field holds."""
    return format_html('maxlength="{}" {}', field.longest, SafeString(KINDS.get(field.type, "")))


@register.filter
def asked_of(field: Field) -> str:
    """What the value of a field has to be, in words."""
    return hint_of(field)


@register.simple_tag
def reopened(panel: str, at: str) -> SafeString:
    """The attribute of a panel that stands open again, since what was said in it was refused."""
    return SafeString("data-reopen" if panel == at else "")
