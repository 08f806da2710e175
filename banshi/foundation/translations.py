"""Turn the translators' .po files into the .mo files that gettext reads; no gettext tools needed."""

from __future__ import annotations

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).resolve().parent.parent


def stale(root: Path = PACKAGE) -> list[Path]:
    """The .po files under ``root`` that are newer than their .mo file, or have none."""
    return [
        po
        for po in sorted(root.glob("**/locale/*/LC_MESSAGES/*.po"))
        if not (mo := po.with_suffix(".mo")).exists() or mo.stat().st_mtime_ns < po.stat().st_mtime_ns
    ]


def compile_all(root: Path = PACKAGE) -> int:
    """Compile what is stale and say how many files that were. Processes that start together do not disturb each other.

    :raises ValueError: naming the file, when a .po file cannot be read.
    """
    waiting = stale(root)
    for po in waiting:
        try:
            with open(po, "rb") as source:
                catalogue = read_po(source, locale=po.parts[-3], abort_invalid=True)
        except Exception as error:
            raise ValueError(f"{po} is not a valid translation file: {error}") from error
        draft = po.with_suffix(f".mo.{os.getpid()}")
        with open(draft, "wb") as target:
            write_mo(target, catalogue)
        draft.replace(po.with_suffix(".mo"))
    return len(waiting)
