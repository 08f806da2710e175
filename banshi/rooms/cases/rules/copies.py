"""复用件: what a certificate that stands for a paper says, and what it was used for, as the typesetter takes it. Pure.

Papers are in Chinese; of what stands across the sheet the English is beneath.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from banshi.rooms.cases.rules.paper_texts import day_words

# 可信等级, as `library.rules.TRUST` has them.
TRUST: Mapping[str, str] = MappingProxyType(
    {"A": "A（发证机关签发）", "B": "B（窗口核验）", "C": "C（提交待核）", "D": "D（告知承诺）"}
)


@dataclass(frozen=True, kw_only=True)
class Use:
    """For what a copy is made. `purpose`: the paper it stands for; `on`: the hall's day."""

    item_zh: str
    item_en: str
    case_no: str
    purpose_zh: str
    purpose_en: str
    on: date


@dataclass(frozen=True, kw_only=True)
class Held:
    """What a certificate says. `source`: who said so, such as `case:…`."""

    name_zh: str
    name_en: str
    number: str
    holder: str
    issuer: str
    issued_on: date
    valid_until: date | None
    trust: str
    source: str


def mark(held: Held, use: Use) -> dict[str, Any]:
    """What stands across each page, and what the file says of itself."""
    return {
        "mark": [f"仅用于 {use.item_zh} {use.case_no}", f"{use.purpose_zh} · {day_words(use.on)} · 再次使用无效"],
        "mark_en": [
            f"Only for {use.item_en or use.item_zh}, case {use.case_no}",
            f"{use.purpose_en or use.purpose_zh} · {use.on.isoformat()} · void for any other use",
        ],
        "title": held.name_zh,
        "title_en": held.name_en,
        "signer": held.issuer,
        "on": use.on.isoformat(),
    }


def copy_sheet(held: Held, use: Use) -> dict[str, Any]:
    """A certificate without a file of its own, as a sheet."""
    return {
        **mark(held, use),
        "layout": "copy",
        "rows": [
            ["编号", held.number],
            ["持有人", held.holder],
            ["发证机关", held.issuer],
            ["发证日期", day_words(held.issued_on)],
            ["有效期至", day_words(held.valid_until) if held.valid_until else "长期"],
            ["可信等级", TRUST.get(held.trust, held.trust)],
            ["来源", _source(held.source)],
        ],
        "paragraphs": [
            f"本件按证照库的记载生成，经持有人同意，用于“{use.item_zh}”（办件 {use.case_no}）的“{use.purpose_zh}”。"
            "本件没有印章，不能代替证照使用。"
        ],
        "foot": f"复用件　{use.case_no}",
    }


def _source(source: str) -> str:
    kind, _, rest = source.partition(":")
    said = {"case": f"办件 {rest} 的结果", "window": "窗口录入", "import": "发证机关的数据"}
    return said.get(kind, "证照库")
