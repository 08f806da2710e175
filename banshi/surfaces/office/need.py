"""One line of what waits for somebody, on the first page of the office."""

from __future__ import annotations

from dataclasses import dataclass

from banshi.rooms.places.models import Hall


@dataclass(frozen=True)
class Need:
    """One line of “what needs you”."""

    hall: Hall
    icon: str
    tone: str
    text: str
    href: str
    detail: str = ""
