"""Find a rule of the hall by what people call it: its label, what it does, its values; in Chinese, pinyin, English."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from django.utils import translation

from banshi.foundation.memory import forgettable
from banshi.kernel.search import Entry, Index
from banshi.surfaces.office.policy_form import Field, Section
from banshi.surfaces.office.policy_words import HINTS, LABELS, OPTIONS, SECTIONS, SPOKEN

MOST = 8


def found(sections: list[Section], q: str) -> list[tuple[Field, Section]]:
    """The rules that fit, best first; [] for an empty question."""
    fields = {each.path: (each, section) for section in sections for each in section.fields}
    return [fields[hit.code] for hit in _index().search(q, MOST) if hit.code in fields]


@cache
def _index() -> Index:
    """Made once: the words are the program's, not a hall's."""
    return Index.build(_entry(path) for path in LABELS)


forgettable(_index.cache_clear)


def _entry(path: str) -> Entry:
    chinese, english = _words(path, "zh-hans"), _words(path, "en")
    return Entry(path, chinese[0], english[0], keywords=(*SPOKEN.get(path, ()), *chinese[1:], *english[1:]))


def _words(path: str, language: str) -> list[str]:
    """The label, then hint, section and values."""
    options: Mapping[str, object] = OPTIONS.get(path, {})
    section = SECTIONS.get(path.rpartition(".")[0], "")
    with translation.override(language):
        return [str(LABELS[path]), *(str(each) for each in (HINTS.get(path), section, *options.values()) if each)]
