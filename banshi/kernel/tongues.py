"""Reasons that are kept as one text in both languages, Chinese first: “同一证件重复预约 · booked twice on one document”."""

from __future__ import annotations

import re

_TWIN = re.compile(r"(?P<zh>.*[\u4e00-\u9fff].*?) · (?P<en>[^\u4e00-\u9fff]*[A-Za-z]{2}[^\u4e00-\u9fff]*)", re.S)
_HAN = re.compile("[\u4e00-\u9fff]")
_KEPT_SO = {"counted anew": "重新统计后不再达到次数 · counted anew, below the limit"}


def readable(text: str, *, english: bool) -> str:
    """What somebody wrote, as far as its reader can read it: better nothing than Chinese in an English sentence."""
    return "" if english and _HAN.search(text) else text


def one_tongue(text: str, language: str) -> str:
    """The part in this language; what is not kept in both stays as it is."""
    text = _KEPT_SO.get(text, text)
    found = _TWIN.fullmatch(text)
    if found is None:
        return text
    return found["en"][:1].upper() + found["en"][1:] if language.startswith("en") else found["zh"]
