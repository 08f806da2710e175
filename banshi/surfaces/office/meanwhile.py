"""What an editor is told when somebody else published while it was open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Meanwhile:
    """`said`: what the other changed, as sentences or before-and-after; `carried`: it stands in the form now."""

    version: int
    by: str
    said: Sequence[Any]
    carried: bool
