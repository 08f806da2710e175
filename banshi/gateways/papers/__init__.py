"""Official papers (文书) as PDF/A-2b, set by Typst in fonts that are carried along.

Templates: `notice.typ`, `certificate.typ`, `form.typ` (blanks), `copy.typ` (复用件), `mark.typ` (what is laid over pages that are
there: `marking.py`), and `parts.typ` for all. A template reads files of this
folder only, and no package: what people wrote is handed over as JSON and stays text. Fonts: `fonts/`, then those in
`$BANSHI_PAPER_FONTS`, a folder for characters that ours lack. As PDF/A, a letter nobody can draw is refused rather than
printed as an empty box.

The file depends on the data alone, its date too; another version of Typst may set it otherwise. Keep the file, not only
its data.
"""

from __future__ import annotations

import json
import os
import re
import threading
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import segno
import typst

from banshi.foundation.memory import forgettable
from banshi.gateways.papers import marking
from banshi.rooms.cases.ports import CannotSet

HERE = Path(__file__).parent
LAYOUTS = ("notice", "certificate", "form", "copy", "mark")
UNCHECKED = ("form", "copy", "mark")  # nothing of ours is checked by them
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")  # a sign that cannot be seen
UNSEEN = "〓"  # 空铅: as printers have always marked a sign they lack
_NO_GLYPH = re.compile(r"the text (.*) could not be displayed", re.S)


class Typst:
    """Costs nothing to make: fonts are kept for the process, and compilers, which serve one at a time, for each thread."""

    def compose(self, kind: str, data: Mapping[str, Any]) -> bytes:
        """The paper as a PDF.

        What no font has and is no letter – a face of a telephone's keyboard – stands as 〓: it keeps no paper from anybody.

        :raises CannotSet: no such layout, something is missing in the data, or a letter that no font has.
        """
        layout = data.get("layout")
        if layout not in LAYOUTS:
            raise CannotSet(kind, "no such layout")
        if not (url := data.get("verify_url")) and layout not in UNCHECKED and not data.get("specimen"):
            raise CannotSet(kind, "no address at which it is checked")
        said = json.dumps({**data, "qr": _qr(url) if url else ""}, ensure_ascii=False)
        while True:
            try:
                done = _compiler(layout).compile(format="pdf", sys_inputs={"data": said}, pdf_standards="a-2b")
            except typst.TypstError as trouble:
                why = _why(kind, trouble)
                marked = _marked(said, why.signs)
                if marked == said:
                    raise why from None  # its words repeat what the paper says of people
                said = marked
            else:
                assert isinstance(done, bytes)
                return done

    def mark(self, content: bytes, data: Mapping[str, Any]) -> bytes:
        """A PDF of ours with what it is for over each of its pages; the same from the same. What was signed is a picture then.

        :param data: what the port says. :raises CannotSet: a letter that no font has.
        """
        sheets: dict[tuple[float, float], bytes] = {}

        def over(width: float, height: float) -> bytes:
            size = (width, height)
            if size not in sheets:
                sheets[size] = self.compose("mark", {**data, "layout": "mark", "width": width, "height": height})
            return sheets[size]

        return marking.marked(content, over)


_mine = threading.local()


def _compiler(layout: str) -> typst.Compiler:
    """This thread's own."""
    if not hasattr(_mine, layout):
        compiler = typst.Compiler(HERE / f"{layout}.typ", root=HERE, font_paths=fonts(), ignore_system_fonts=True)
        setattr(_mine, layout, compiler)
    found: typst.Compiler = getattr(_mine, layout)
    return found


@cache
def fonts() -> typst.Fonts:
    """Of papers and of seals: ours first."""
    more = os.environ.get("BANSHI_PAPER_FONTS")
    folders = [HERE / "fonts", *([Path(more)] if more else [])]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


forgettable(fonts.cache_clear)


def _qr(url: str) -> str:
    """Without a quiet zone: the paper round it is white."""
    return segno.make(url, error="m").svg_inline(border=0, omitsize=True)


def _marked(said: str, signs: Sequence[str]) -> str:
    """With 〓 for those of the signs that are no letters. Rare Han characters may be younger than the tables of this Python."""
    for sign in (chr(int(each[2:], 16)) for each in signs):
        if unicodedata.category(sign)[0] in "SPC" and not 0x20000 <= ord(sign) <= 0x3FFFD:
            said = said.replace(sign, UNSEEN)
    return said


def _why(kind: str, trouble: typst.TypstError) -> CannotSet:
    """Without the words of the paper: only the characters nobody could draw are named."""
    if found := _NO_GLYPH.search(trouble.message):
        plain = _ESCAPED.sub(lambda escaped: chr(int(escaped[1], 16)), found[1].strip("`\"'"))
        return CannotSet(kind, "no font has", tuple(dict.fromkeys(f"U+{ord(sign):04X}" for sign in plain)))
    return CannotSet(kind, "the layout does not take these data")
