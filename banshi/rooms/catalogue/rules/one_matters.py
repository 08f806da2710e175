"""一件事 as the office writes it: what a draft says, what is wrong with it, and what it says otherwise than what stands."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from banshi.kernel.wording import UNSEEN, is_legible
from banshi.rooms.catalogue.rules.handling import Handling
from banshi.rooms.catalogue.rules.one_form import MOST_ITEMS, member
from banshi.rooms.catalogue.rules.together import apart_by_applicant

LONGEST = {"name_zh": 60, "name_en": 120, "summary_zh": 200, "summary_en": 200}
FIELDS = (*LONGEST, "audience", "items", "joint_days")
AUDIENCES = ("person", "firm", "both")
MOST_DAYS = 365
LONGEST_ITEMS = 1200
TAKEN = ("chosen", "of")  # addresses of their own beside those of the 一件事
EMPTY: Mapping[str, Any] = {**dict.fromkeys(LONGEST, ""), "audience": "person", "items": "", "joint_days": None}


@dataclass(frozen=True)
class Fault:
    field: str
    zh: str
    en: str


@dataclass(frozen=True)
class Known:
    """An item that is there."""

    audience: str
    handling: Handling
    retired: bool = False


def code_fault(code: str) -> Fault | None:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code) or len(code) > 60 or code in TAKEN:
        return Fault("code", "用小写字母、数字和连字符", "Small letters, digits and hyphens")
    return None


def members(document: Mapping[str, Any]) -> list[tuple[str, dict[str, str]]]:
    """Its items in order, each with what the situation answers of its questions."""
    return [member(each) for each in str(document["items"]).split(";") if each]


def written(listed: Sequence[tuple[str, Mapping[str, str]]]) -> str:
    """The same as it is kept."""
    return ";".join(code + _said(said) for code, said in listed)


def _said(said: Mapping[str, str]) -> str:
    return "?" + "&".join(f"{question}={option}" for question, option in said.items()) if said else ""


def faults(document: Mapping[str, Any], known: Mapping[str, Known]) -> list[Fault]:
    """All that keeps it from being published. :param known: items by code."""
    found = [
        Fault(name, f"写明，最多 {most} 个字", f"Say it, in at most {most} characters")
        for name, most in LONGEST.items()
        if len(document[name]) > most or (name.startswith("name") and not document[name])
    ]
    found += [Fault(name, UNSEEN["zh"], UNSEEN["en"]) for name in LONGEST if not is_legible(document[name])]
    if document["audience"] not in AUDIENCES:
        found.append(Fault("audience", "选一个申请人类型", "Choose who applies"))
    days = document["joint_days"]
    if days is not None and not 1 <= days <= MOST_DAYS:
        found.append(Fault("joint_days", f"1 到 {MOST_DAYS} 个工作日", f"1 to {MOST_DAYS} working days"))
    return found + _faults_of_items(document, known)


def _faults_of_items(document: Mapping[str, Any], known: Mapping[str, Known]) -> list[Fault]:
    listed = members(document)
    codes = [code for code, _ in listed]
    if not 2 <= len(set(codes)) == len(codes) <= MOST_ITEMS or len(document["items"]) > LONGEST_ITEMS:
        return [
            Fault("items", f"选 2 到 {MOST_ITEMS} 个不同的事项", f"Choose 2 to {MOST_ITEMS} items, each of them once")
        ]
    unknown = [code for code in codes if code not in known or known[code].retired]
    if unknown:
        return [
            Fault(
                "items",
                f"没有这个事项，或已停办：{unknown[0]}",
                f"There is no such item, or it is retired: {unknown[0]}",
            )
        ]
    if apart_by_applicant([(code, known[code].audience) for code in codes]):
        return [
            Fault(
                "items", "有的事项只由个人申请，有的只由单位申请，不能一起办",
                "Some of these are for people alone, others for organisations alone: they cannot be begun as one",
            )
        ]  # fmt: skip
    return [
        Fault("items", f"{code} 没有这个回答：{question}", f"{code} has no such answer: {question}")
        for code, said in listed
        for question, option in said.items()
        if option not in _options(known[code].handling, question)
    ]


def _options(handling: Handling, question: str) -> list[str]:
    return [option.id for each in handling.questions if each.id == question for option in each.options]


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What it says otherwise, by field."""
    return [name for name in FIELDS if before.get(name) != after.get(name)]
