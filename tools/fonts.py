"""Make the fonts that official papers are set in: a part of Noto Serif CJK SC, under names of our own.

    python tools/fonts.py --from /usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc --unihan /usr/share/unicode

Needs fontTools, and on Debian `fonts-noto-cjk` and `unicode-data`. Minutes, once; the results are committed, with their licence
(OFL.txt). The font is renamed: "Noto" is a trademark. The same sources give the same bytes.

Two files, so that papers of most people carry a part of the first only. `BanshiSerif`: 通用规范汉字表 (8,105, by Unihan's
kTGH), GB 2312, and all that is no 汉字 – Latin, Greek, Cyrillic, kana, signs. `BanshiSerifRare`: every other 汉字 the font has,
for names on ID cards: the rest of GBK's, those of Extension A, some of the later extensions. Hangul is left out.
"""

from __future__ import annotations

import argparse
import bz2
import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont

FONTS = Path(__file__).resolve().parent.parent / "banshi" / "gateways" / "papers" / "fonts"
SC = 2  # the simplified-Chinese face of the collection
HANGUL = [
    range(0x1100, 0x1200),
    range(0x3130, 0x3190),
    range(0xA960, 0xA980),
    range(0xAC00, 0xD800),
    range(0xFFA0, 0xFFE0),
]
HAN = [range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xF900, 0xFB00), range(0x20000, 0x323B0)]
KEPT_NAMES = {0, 5, 7, 13, 14}  # copyright, version, trademark, licence and its address


def national(unihan: Path) -> set[int]:
    """通用规范汉字表 (2013), as Unihan lists it."""
    with bz2.open(unihan / "Unihan_OtherMappings.txt.bz2", "rt", encoding="utf-8") as lines:
        rows = (line.split("\t") for line in lines if not line.startswith("#"))
        return {int(row[0][2:], 16) for row in rows if len(row) == 3 and row[1] == "kTGH"}


def gb2312() -> set[int]:
    """Its characters and its signs."""
    found = set()
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            text = bytes((row, cell)).decode("gb2312", errors="ignore")
            found |= {ord(sign) for sign in text}
    return found


def among(code_points: set[int], blocks: list[range]) -> set[int]:
    return {each for each in code_points if any(each in block for block in blocks)}


def make(source: Path, code_points: set[int], family: str) -> TTFont:
    font = TTFont(source, fontNumber=SC, recalcTimestamp=False)
    options = Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = ["*"]
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "GSUB", "GPOS", "GDEF"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=code_points)
    subsetter.subset(font)
    rename(font, family)
    return font


def rename(font: TTFont, family: str) -> None:
    file_name = family.replace(" ", "")
    names = {1: family, 2: "Regular", 3: file_name, 4: family, 6: f"{file_name}-Regular"}
    table = font["name"]
    table.names = [each for each in table.names if each.nameID in KEPT_NAMES and each.langID == 0x409]
    for name_id, name in names.items():
        table.setName(name, name_id, 3, 1, 0x409)
    cff = font["CFF "].cff
    cff.fontNames = [names[6]]
    cff.topDictIndex[0].FullName = cff.topDictIndex[0].FamilyName = family


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--from", dest="source", type=Path, required=True, help="NotoSerifCJK-Regular.ttc")
    options.add_argument("--unihan", type=Path, required=True, help="folder of Unihan_OtherMappings.txt.bz2")
    options.add_argument("--into", type=Path, default=FONTS)
    asked = options.parse_args()

    there = set(TTCollection(asked.source, lazy=True).fonts[SC].getBestCmap())
    signs = there - among(there, HAN) - among(there, HANGUL)
    common = (national(asked.unihan) | gb2312() | signs) & there
    rare = among(there, HAN) - common
    asked.into.mkdir(parents=True, exist_ok=True)
    for family, chosen in (("Banshi Serif", common), ("Banshi Serif Rare", rare)):
        path = asked.into / f"{family.replace(' ', '')}.otf"
        make(asked.source, chosen, family).save(path)
        sys.stdout.write(f"{path.name}: {len(chosen)} characters, {path.stat().st_size / 1e6:.1f} MB\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
