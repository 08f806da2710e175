"""What a seal looks like, drawn from its words alone: the same words are the same picture."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

import typst

from banshi.foundation.memory import forgettable
from banshi.gateways.papers import fonts
from banshi.rooms.seals.ports import CannotSeal

HERE = Path(__file__).parent


@lru_cache(maxsize=64)
def drawn(words: str, form: Literal["pdf", "svg"] = "pdf") -> bytes:
    """A page of 42 mm × 42 mm, red on nothing. :raises CannotSeal: a sign that no font has."""
    compiler = typst.Compiler(HERE / "seal.typ", root=HERE, font_paths=fonts(), ignore_system_fonts=True)
    try:
        done = compiler.compile(format=form, sys_inputs={"words": words})
    except typst.TypstError as trouble:
        raise CannotSeal("the seal cannot be drawn") from trouble
    assert isinstance(done, bytes)
    return done


forgettable(drawn.cache_clear)
