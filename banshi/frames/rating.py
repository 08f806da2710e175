"""好差评 as it is asked for: five faces, with the words to tap of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from banshi.rooms.feedback import queries as feedbacks
from banshi.rooms.feedback.rules import LEVELS, Tag

ICONS = {5: "laugh", 4: "smile", 3: "meh", 2: "frown", 1: "angry"}


@dataclass(frozen=True)
class Face:
    """One of the five levels, with its icon, its word in both languages and the words to tap."""

    stars: int
    icon: str
    word_zh: str
    word_en: str
    tags: tuple[Tag, ...]


def faces() -> list[Face]:
    """The best first."""
    return [Face(n, icon, *LEVELS[n], feedbacks.tags_for(n)) for n, icon in ICONS.items()]


def tapped(stars: int, tags: Iterable[str]) -> list[str]:
    """Of what was tapped, what belongs to this face; each once."""
    offered = {tag.code for tag in feedbacks.tags_for(stars)}
    return [tag for tag in dict.fromkeys(tags) if tag in offered]
