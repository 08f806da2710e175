"""A condition of a handling as a sentence, in Chinese or English: “经营场所”是“租的”."""

from __future__ import annotations

from banshi.rooms.catalogue.rules.guided import APPLICANT, REGISTER, SHOWN, TODAY, age_of, vouched_by
from banshi.rooms.catalogue.rules.handling import Handling

_HOW = {
    "eq": ("{fact}是{value}", "{fact} is {value}"),
    "ne": ("{fact}不是{value}", "{fact} is not {value}"),
    "in": ("{fact}是{value}之一", "{fact} is one of {value}"),
    "ge": ("{fact}不小于{value}", "{fact} is at least {value}"),
    "gt": ("{fact}大于{value}", "{fact} is more than {value}"),
    "le": ("{fact}不大于{value}", "{fact} is at most {value}"),
    "lt": ("{fact}小于{value}", "{fact} is less than {value}"),
}
_JOINED = {"all": ("，并且", " and "), "any": ("，或者", " or ")}
_DAY = "当天", "the day"
_SHOWN = "对本人的核实", "the proof of who applies"
_SHOWN_BY = {
    "window": ("窗口当面核对", "seen at a window"),
    "card": ("自助机读卡", "card read by a machine"),
    "channel": ("渠道实名", "vouched for by a channel"),
    "account": ("实名账号", "a proven account"),
}
_AGE = "{}的年龄", "the age by {}"
_SOURCE = "{}的来源", "the source of {}"
_SOURCES = {REGISTER: ("登记机关的记录", "an authority's record"), APPLICANT: ("申请人自述", "the applicant's word")}


def sentence(tree: object, handling: Handling, *, zh: bool) -> str:
    """ "" for what always holds. What is no condition is shown as it is written."""
    return _Words(handling, zh).said(tree)


class _Words:
    """Questions, fields and options by their texts."""

    def __init__(self, handling: Handling, zh: bool) -> None:
        self.zh = zh
        self.facts = {TODAY: self.of(*_DAY), SHOWN: self.of(*_SHOWN)}
        self.options = {(SHOWN, code): self.of(*said) for code, said in _SHOWN_BY.items()}
        for question in handling.questions:
            self.facts[question.id] = self.quoted(self.of(question.text_zh, question.text_en))
            self.options |= {(question.id, each.id): self.of(each.text_zh, each.text_en) for each in question.options}
        for field in handling.fields:
            label = self.facts[field.code] = self.quoted(self.of(field.label_zh, field.label_en))
            source = vouched_by(field.code)
            self.facts |= {age_of(field.code): self.of(*_AGE).format(label), source: self.of(*_SOURCE).format(label)}
            self.options |= {(source, code): self.of(*said) for code, said in _SOURCES.items()}
            self.options |= {(field.code, each.id): self.of(each.text_zh, each.text_en) for each in field.options}

    def of(self, zh: str, en: str) -> str:
        return zh if self.zh else en

    def quoted(self, text: str) -> str:
        return f"“{text}”"

    def said(self, node: object, inside: bool = False) -> str:
        if node == {}:
            return ""
        if not isinstance(node, dict) or len(node) != 1:
            return str(node)
        ((how, about),) = node.items()
        if how in _JOINED and isinstance(about, list):
            joined = self.of(*_JOINED[how]).join(self.said(each, True) for each in about)
            return self.of(f"（{joined}）", f"({joined})") if inside and len(about) > 1 else joined
        if how == "not":
            return self.of("不符合：", "not: ") + self.said(about, True)
        if how == "known":
            return self.of("答了{}", "{} was answered").format(self.fact(about))
        if how in _HOW and isinstance(about, list) and len(about) == 2:
            return self.of(*_HOW[how]).format(fact=self.fact(about[0]), value=self.value(about[0], about[1]))
        return str(node)

    def fact(self, name: object) -> str:
        return self.facts.get(name, name) if isinstance(name, str) else str(name)

    def value(self, fact: object, wanted: object) -> str:
        if isinstance(wanted, list):
            return self.of("、", ", ").join(self.value(fact, each) for each in wanted)
        if isinstance(wanted, dict) and "fact" in wanted:
            return self.fact(wanted["fact"])
        known = self.options.get((str(fact), str(wanted)))
        return self.quoted(known) if known else str(wanted)
