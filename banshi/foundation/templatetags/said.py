"""`{% load said %}{{ hall|name }}`, `{{ floor|name:"label" }}`, `{{ moment|clock_time:hall_zone }}`."""

from __future__ import annotations

from typing import Any

from django import template

from banshi.foundation import lanes, relations
from banshi.foundation.said import english, named

register = template.Library()


@register.filter
def name(thing: Any, field: str = "name") -> str:
    return named(thing, field) if thing is not None else ""


@register.filter
def in_tongue(words: Any) -> str:
    """A pair with `zh` and `en` in the active language."""
    return str(words.en if english() else words.zh)


@register.filter
def priority(lane: str) -> str:
    return lanes.priority(lane)


@register.filter
def lane(code: str) -> str:
    """“老人”: the lane alone, where it is clear that it is one."""
    return str(lanes.LANES.get(code, code))


@register.filter
def kind(code: str) -> str:
    """How somebody came: “预约”, “现场”."""
    return str(lanes.KINDS.get(code, code))


@register.filter
def relation(code: str) -> str:
    """“父亲或母亲”: how a guardian is related to a child."""
    return str(relations.RELATIONS.get(code, code))


@register.filter
def letter(code: str) -> str:
    """“公证委托书”: of which kind a mandate on paper is."""
    return str(relations.LETTERS.get(code, code))
