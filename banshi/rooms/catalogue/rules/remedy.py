"""救济: to whom one turns against what is decided (行政复议法 Art. 20, 行政许可法 Art. 38).

The item says it, else its department in that hall, else the hall.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from banshi.kernel.policy.remedy import RemedyPolicy
from banshi.rooms.catalogue.rules.handling import Stated

MOST = 80  # characters of a name
_LABEL = re.compile(r"^(?:(?:行政)?复议)?(?:部门|机关|机构|单位)?(?:名称)?[:：]\s*")
_COURT_LABEL = re.compile(r"^(?:行政)?(?:诉讼)?(?:部门|机关|机构|法院|单位)?(?:名称)?[:：]\s*")
_BODY = re.compile(r"^[^\s,，;；。、:：()（）]{2,80}?(?:人民政府|政府|委员会|局|厅|部|署|总署|海关|中心|办公室|银行)$")
_COURT = re.compile(r"^[^\s,，;；。、:：()（）]{2,80}?法院$")
_END = re.compile(r"[\n,，;；。]|\s|地址|电话|联系")


@dataclass(frozen=True)
class Remedy:
    """Names; "" where nobody said it."""

    reconsider_zh: str = ""
    reconsider_en: str = ""
    court_zh: str = ""
    court_en: str = ""

    def __bool__(self) -> bool:
        return bool(self.reconsider_zh or self.court_zh)


def body_named(text: str) -> str:
    """Of what an item store says (部门：某县人民政府 地址：…) the name of the 复议机关; "" where it is none to be sure of."""
    return _named(text, _LABEL, _BODY)


def court_named(text: str) -> str:
    """The same of a court."""
    return _named(text, _COURT_LABEL, _COURT)


def _named(text: str, label: re.Pattern[str], name: re.Pattern[str]) -> str:
    said = _END.split(label.sub("", text.strip()), maxsplit=1)[0].strip()
    return said if name.fullmatch(said) and len(said) <= MOST else ""


def remedy_of(stated: Stated, policy: RemedyPolicy, department: tuple[str, str]) -> Remedy:
    """:param department: its names, Chinese and English."""
    ours = (
        _of(policy.reconsider_of_zh, department[0]) or policy.reconsider_zh,
        _of(policy.reconsider_of_en, department[1]) or _of(policy.reconsider_of_en, department[0]),
    )
    if not ours[1] and ours[0] == policy.reconsider_zh:
        ours = (ours[0], policy.reconsider_en)
    reconsider = _twin((stated.reconsider_zh, stated.reconsider_en), ours)
    court = _twin((stated.court_zh, stated.court_en), (policy.court_zh, policy.court_en))
    return Remedy(*reconsider, *court)


def _of(lines: Iterable[str], name: str) -> str:
    said = (line.partition("=") for line in lines)
    return next((body.strip() for of, _, body in said if of.strip() == name), "")


def _twin(first: tuple[str, str], then: tuple[str, str]) -> tuple[str, str]:
    zh, en = first if first[0] else then
    return zh, en or zh
