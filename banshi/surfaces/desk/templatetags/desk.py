"""`<form {% does "park" %}>`, `<button {% key_of step %}>`: attributes of the desk's forms and buttons."""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

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
