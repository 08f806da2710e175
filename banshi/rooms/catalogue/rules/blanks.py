"""空表, 样表, 结果样本: what the typesetter takes for a blank of a paper, the same filled in, and a result as it looks.

What a sample says is invented, and can be seen to be: nobody is called 张某某, and no number of a document here has its check
digit right. Papers are in Chinese; the English stands small beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby, islice
from typing import Any

from banshi.rooms.catalogue.rules.faults import MOST_PATHS
from banshi.rooms.catalogue.rules.granting import MASK, proposed
from banshi.rooms.catalogue.rules.guided import Guided, shown
from banshi.rooms.catalogue.rules.handling import NUMERIC, Blank, Field, Grant, Handling, Option, Paper, Question
from banshi.rooms.catalogue.rules.paths import ends
from banshi.rooms.catalogue.rules.valid import valid_until
from banshi.rooms.catalogue.rules.values import WrongValue, read

SAMPLE_DAY = date(2026, 1, 5)
_NAMES = ("张某某", "李某某", "王某某", "赵某某", "陈某某")
FIRM = "某某有限公司"
_USCC, _ID = "91440100000000000{}", "44010019900101000{}"  # 0 to 3 is a check digit of neither
_PHONE, _PLACE = "1380000000{}", "某某市某某区示例路 {} 号"
_NUMBERED = ("号", "号码", "编号", "编码", "代码")
_KINDS = (
    "银行",
    "学校",
    "院校",
    "机构",
    "机关",
    "部队",
    "专业",
    "民族",
    "项目",
    "出生地",
    "地区",
    "管理区",
)  # 某某银行
_COUNTED = ("name", "id_number", "phone", "address", "date")  # types of which no two fields say the same
_LONG = 200  # characters: what may be longer gets more room
_SITUATION = "办理情形", "Situation"
_BESIDE = "其他内容", "Further"


@dataclass(frozen=True)
class OfItem:
    """What a sheet says of its item. `on`: since when it says so."""

    name_zh: str
    name_en: str
    department: str
    version: int
    on: date
    firm: bool = False  # none but organisations apply


def paper_with_blank(handling: Handling, code: str) -> Paper | None:
    return next((each for each in handling.materials if each.code == code and each.form is not None), None)


def with_blanks(handling: Handling) -> frozenset[str]:
    """Codes of the papers that a blank is handed out for."""
    return frozenset(each.code for each in handling.materials if each.form is not None)


def blank_sheet(item: OfItem, handling: Handling, paper: Paper, *, filled: bool) -> dict[str, Any]:
    """A blank; `filled`: its sample. :param paper: one with a form."""
    return _sheet(item, handling, paper, _Sample(handling, paper) if filled else None)


def filled_sheet(
    item: OfItem,
    handling: Handling,
    paper: Paper,
    *,
    answers: Mapping[str, str],
    form: Mapping[str, Any],
    without: Collection[str] = (),
) -> dict[str, Any]:
    """A blank with what somebody answered and filled in, to be signed: who signs, and on which day, stays empty.

    :param without: fields that stay empty, too, to be written by hand.
    """
    return _sheet(item, handling, paper, _Told(handling, answers, form, without))


def _sheet(item: OfItem, handling: Handling, paper: Paper, said: _Sample | _Told | None) -> dict[str, Any]:
    assert paper.form is not None
    sample = said if isinstance(said, _Sample) else None
    return {
        "layout": "form",
        "title": paper.name_zh,
        "title_en": paper.name_en,
        "item": item.name_zh,
        "item_en": item.name_en,
        "signer": item.department,
        "specimen": "样表 SPECIMEN" if sample else "",
        "on": item.on.isoformat(),
        "foot": f"{item.name_zh}　第 {item.version} 版",
        "groups": [*_groups(handling, paper.form, said), *_beside(paper.form, filled=sample is not None)],
        "note": paper.form.note_zh,
        "note_en": paper.form.note_en,
        "declare": paper.form.declare_zh,
        "declare_en": paper.form.declare_en,
        "signatures": [
            {"zh": each.text_zh, "en": each.text_en, "name": sample.signed(each.text_zh, no) if sample else "",
             "day": _day(SAMPLE_DAY) if sample else ""}
            for no, each in enumerate(paper.form.signatures)
        ],
    }  # fmt: skip


def result_sheet(item: OfItem, handling: Handling) -> dict[str, Any]:
    """The result as it looks, without a seal and without anything to check it by. The holder's name stands once, as its form
    calls it, where that states it.
    """
    said, result = _Sample(handling), handling.result
    holder, stated = (
        said.holder(firm=item.firm),
        [(each.label_zh, said.words(each)) for each in said.shown if each.on_result],
    )
    label = next((label for label, value in stated if value == holder), "")
    rows = [row for row in stated if row != (label, holder)]
    granted = proposed(handling, said.answers, said.values, SAMPLE_DAY)
    rows += [(each.label_zh, said.granted(each, stands)) for each, stands in granted]
    rows.append(("发证日期", _day(SAMPLE_DAY)))
    days = {each.code: date.fromisoformat(stands) for each, stands in granted if each.type == "date" and stands}
    until = valid_until(handling, said.answers, said.values, days, SAMPLE_DAY)
    if until is not None:
        rows.append(("有效期至", _day(until)))
    return {
        "layout": "certificate",
        "specimen": "样本 SPECIMEN",
        "title": result.name_zh,
        "title_en": result.name_en,
        "number": "样本〔2026〕0 号",
        "holder": holder,
        "holder_label": label or "持有人",
        "paragraphs": [],
        "rows": [list(row) for row in rows],
        "signer": item.department,
        "on": item.on.isoformat(),
        "on_words": _day(SAMPLE_DAY),
    }


class _Sample:
    """A form as somebody fills it in who answers so that the paper is asked for: the first such answers there are."""

    def __init__(self, handling: Handling, paper: Paper | None = None) -> None:
        found = islice(ends(handling), MOST_PATHS)
        first: Guided = next(found)
        wanted = paper is None or any(each.code == paper.code for each in first.materials)
        end = first if wanted else next((each for each in found if paper in each.materials), first)
        self.answers: Mapping[str, str] = end.answers
        places = {field.code: no for kind in _COUNTED for no, field in enumerate(_of(handling, kind))}
        self.values = {each.code: _value(each, places.get(each.code, 0)) for each in handling.fields}
        self.shown: tuple[Field, ...] = shown(handling, self.answers, self.values)
        self._there = {each.code for each in self.shown}

    def words(self, field: Field) -> str:
        """What stands on the line; "" where this form does not ask it."""
        value = self.values[field.code]
        if field.code not in self._there:
            return ""
        if field.type == "choice":
            return next(each.text_zh for each in field.options if each.id == value)
        if field.type == "date":
            return _day(date.fromisoformat(str(value)))
        return "是" if field.type == "yes_no" else str(value)

    def granted(self, grant: Grant, stands: str) -> str:
        """What a grant would say. :param stands: as it is proposed."""
        if grant.type == "date":
            return _day(date.fromisoformat(stands)) if stands else ""
        value = stands or {"money": "1000.00", "number": "1"}.get(grant.type, "（示例）")
        return f"{MASK}{value[-4:]}" if grant.masked else value

    def ticked(self, field: Field) -> str:
        """Which option; "" where this form does not ask it."""
        value = self.values[field.code]
        return "" if field.code not in self._there else "yes" if value is True else str(value)

    def signed(self, who: str, no: int) -> str:
        """:param no: which of those who sign."""
        if "盖章" in who and "签名" not in who:
            return FIRM
        agents = [each for each in self.values if each.startswith("agent") and each.endswith("name")]
        return str(self.values[agents[0]]) if "代理人" in who and agents else _NAMES[no % len(_NAMES)]

    def holder(self, *, firm: bool) -> str:
        return FIRM if firm or any(each.element == "organisation-name" for each in self.shown) else _NAMES[0]


class _Told:
    """A form as somebody has filled it in."""

    def __init__(
        self, handling: Handling, answers: Mapping[str, str], form: Mapping[str, Any], without: Collection[str]
    ) -> None:
        self.answers = answers
        there = [each for each in shown(handling, answers, form) if each.code not in without]
        self._values = {each.code: form[each.code] for each in there if _reads(each, form.get(each.code))}

    def words(self, field: Field) -> str:
        value = self._value(field)
        if value is None:
            return ""
        if field.type == "choice":
            return next((each.text_zh for each in field.options if each.id == value), "")
        if field.type == "date":
            return _day(date.fromisoformat(str(value)))
        if field.type == "yes_no":
            return "是" if value is True else "否"
        return str(value).removeprefix("+86")

    def ticked(self, field: Field) -> str:
        value = self._value(field)
        if value is None:
            return ""
        return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)

    def _value(self, field: Field) -> object:
        return self._values.get(field.code)


def _reads(field: Field, said: object) -> bool:
    """Whether it is a value of the field: a form that is not sent yet keeps what cannot be read as it was typed."""
    try:
        return read(field, said, None) is not None
    except WrongValue:
        return False


def _of(handling: Handling, kind: str) -> list[Field]:
    return [each for each in handling.fields if each.type == kind]


def _value(field: Field, no: int) -> object:
    """Of its type, within its bounds; what cannot be is a number that has a check digit. :param no: which of its type."""
    if field.type == "yes_no":
        return True
    if field.type == "choice":
        return field.options[0].id
    if field.type == "date":
        return (SAMPLE_DAY + timedelta(days=30 * no)).isoformat()
    if field.type in NUMERIC:
        return _amount(field)
    digit = no % 4
    given = {
        "name": _NAMES[no % len(_NAMES)],
        "id_number": (_USCC if "信用代码" in field.label_zh else _ID).format(digit),
        "phone": _PHONE.format(digit),
        "address": _PLACE.format(no + 1),
    }
    return given.get(field.type) or _text(field)[: field.longest]


def _amount(field: Field) -> str:
    usual = Decimal(1000 if field.type == "money" else 120 if "面积" in field.label_zh else 1)
    least = usual if field.least is None else max(usual, field.least)
    amount = least if field.most is None else min(least, field.most)
    return f"{amount:.2f}" if field.type == "money" else f"{amount:f}"


def _text(field: Field) -> str:
    label = field.label_zh.partition("（")[0]
    if field.element == "organisation-name" or label.endswith(("单位", "单位名称", "企业名称", "公司名称")):
        return FIRM
    if "姓名" in label or label.endswith(("名单", "家属", "子女", "成员")):
        return "周某某"
    if label.endswith(("邮箱", "电子邮件")):
        return "someone@example.com"
    if label.endswith(("网址", "网络经营地址", "网店地址")):
        return "https://www.example.com"
    if label.endswith(_NUMBERED) or "识别代号" in label:
        return "0000-0000"
    if label.endswith("名称"):
        return f"某某{label.removesuffix('名称').removeprefix('联合') or '店'}"
    kind = next((each for each in _KINDS if label.endswith(each)), "")
    return f"某某{kind}" if kind else "（示例）照实填写"


def _groups(handling: Handling, form: Blank, said: _Sample | _Told | None) -> list[dict[str, Any]]:
    questions = {each.id: each for each in handling.questions}
    fields = {each.code: each for each in handling.fields}
    asked = form.fields or tuple(fields)
    rows = [
        (_SITUATION, _asked(questions[code], said)) if code in questions
        else ((fields[code].group_zh, fields[code].group_en), _line(fields[code], said))
        for code in asked
    ]  # fmt: skip
    return [
        {"zh": zh, "en": en, "rows": [row for _, row in group]}
        for (zh, en), group in groupby(rows, lambda each: each[0])
    ]


def _beside(form: Blank, *, filled: bool) -> list[dict[str, Any]]:
    if not form.lines:
        return []
    rows = [_row(each.label_zh, each.label_en, value=each.sample if filled else "") for each in form.lines]
    return [{"zh": _BESIDE[0], "en": _BESIDE[1], "rows": rows}]


def _asked(question: Question, said: _Sample | _Told | None) -> dict[str, Any]:
    answer = said.answers.get(question.id, "") if said else ""
    return _row(question.text_zh, question.text_en, options=_options(question.options, answer))


def _line(field: Field, said: _Sample | _Told | None) -> dict[str, Any]:
    must = field.required and not field.show_if
    if field.type not in ("choice", "yes_no"):
        value, tall = said.words(field) if said else "", field.type == "text" and field.longest > _LONG
        return _row(field.label_zh, field.label_en, value=value, must=must, tall=tall)
    ticked = said.ticked(field) if said else ""
    if field.type == "choice":
        return _row(field.label_zh, field.label_en, options=_options(field.options, ticked), must=must)
    yes = {"zh": "是", "en": "Yes", "on": ticked == "yes"}, {"zh": "否", "en": "No", "on": ticked == "no"}
    return _row(field.label_zh, field.label_en, options=list(yes), must=must)


def _options(options: tuple[Option, ...], ticked: str) -> list[dict[str, Any]]:
    return [{"zh": each.text_zh, "en": each.text_en, "on": each.id == ticked} for each in options]


def _row(zh: str, en: str, **more: Any) -> dict[str, Any]:
    return {"zh": zh, "en": en, "value": "", "options": [], "must": False, "tall": False, **more}


def _day(day: date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"
