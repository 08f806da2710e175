"""`{{ ticket.state|state_word:"ticket" }}` and `{% state_tag "appointment" a.state %}`: the one word of a state."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from banshi.foundation import states

register = template.Library()


@register.filter
def state_word(state: object, of: str) -> str:
    return states.word(of, str(state))


@register.filter
def channel_word(channel: str) -> str:
    """By which way somebody came; "–" for one nobody has named."""
    return str(states.CHANNELS.get(channel, "–"))


@register.filter
def outcome_told(outcome: str, why: str) -> str:
    return states.outcome_told(outcome, why)


@register.simple_tag
def state_tag(of: str, state: object) -> SafeString:
    """The state as a tag in its colour."""
    tone = states.tone(of, str(state))
    return format_html('<span class="tag" data-tone="{}">{}</span>', tone, states.word(of, str(state)))
