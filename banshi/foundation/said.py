"""Names in the active language: data carries `…_zh` and `…_en`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language

from banshi.kernel import tongues


def english() -> bool:
    return (get_language() or "zh").startswith("en")


def one_tongue(text: str) -> str:
    """A reason kept in both languages, in the active one."""
    return tongues.one_tongue(text or "", "en" if english() else "zh")


def named(thing: Any, field: str = "name") -> str:
    """`thing.name_zh` or `thing.name_en` (object or mapping); the other language where one is empty."""
    first, second = ("en", "zh") if english() else ("zh", "en")
    for language in (first, second):
        key = f"{field}_{language}"
        value = thing.get(key) if isinstance(thing, dict) else getattr(thing, key, "")
        if value:
            return str(value)
    return ""
