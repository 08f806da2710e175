"""The elements of an item that the national list states (GB/T 39046-2020), in words for whoever wants to read them all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from banshi.rooms.catalogue.rules.handling import Handling
from banshi.rooms.catalogue.rules.online_level import NAMES as ONLINE_NAMES
from banshi.rooms.catalogue.rules.seasons import Span, words
from banshi.rooms.catalogue.rules.valid import length_said

Twin = tuple[str, str]  # zh, en
ITEM_TYPES: Mapping[str, Twin] = {
    "01": ("行政许可", "Administrative permit"),
    "02": ("行政处罚", "Penalty"),
    "03": ("行政强制", "Coercive measure"),
    "04": ("行政征收", "Levy"),
    "05": ("行政给付", "Benefit"),
    "06": ("行政检查", "Inspection"),
    "07": ("行政确认", "Confirmation"),
    "08": ("行政奖励", "Award"),
    "09": ("行政裁决", "Ruling"),
    "10": ("其他行政权力", "Other power"),
    "20": ("公共服务", "Public service"),
}
LEVELS: Mapping[str, Twin] = {
    "1": ("国家级", "State"), "2": ("省级", "Province"), "3": ("市级", "City"), "4": ("县级", "County or district"),
    "5": ("镇（乡、街道）级", "Town or sub-district"), "6": ("村（社区）级", "Village or community"), "7": ("分级", "By level"),
}  # fmt: skip
SERVED: Mapping[str, Twin] = {
    "1": ("自然人", "Individuals"), "2": ("企业法人", "Enterprises"), "3": ("事业法人", "Public institutions"),
    "4": ("社会组织法人", "Social organisations"), "5": ("机关", "State organs"), "6": ("其他组织", "Other organisations"),
}  # fmt: skip
FORMS: Mapping[str, Twin] = {
    "1": ("窗口", "Window"),
    "2": ("电脑端", "Computer"),
    "3": ("移动端", "Phone"),
    "4": ("快递", "Courier"),
    "9": ("其他", "Other"),
}
CASE_KINDS: Mapping[str, Twin] = {"1": ("即办件", "Decided at once"), "2": ("承诺件", "Decided by a promised day")}
SCOPES: Mapping[str, str] = {
    "全国": "All of China",
    "全省": "The whole province",
    "全市": "The whole city",
    "全区": "The whole district",
    "跨省": "Across provinces",
    "跨市": "Across cities",
    "跨县": "Across counties",
    "本大厅": "This hall",
}
RESULTS: Mapping[str, Twin] = {
    "licence": ("证照", "Licence"),
    "certificate": ("证明", "Certificate"),
    "reply": ("批复、回执", "Reply"),
}
STATED: Mapping[str, Twin] = {
    "basis": ("设定依据", "Legal basis"), "quantity": ("数量限制", "Number"),
    "intermediary": ("中介服务", "Third parties"), "bodies": ("联办机构", "Acting bodies"),
    "advice": ("咨询方式", "Advice"), "complaints": ("监督投诉", "Complaints"), "limits": ("时限依据", "What sets the limit"),
}  # fmt: skip
# What only some items have anything to say of.
AT_TIMES: Mapping[str, Twin] = {
    "scene": ("必须现场办理原因", "Why in person"), "payment": ("网上支付", "Paid online"), "courier": ("物流快递", "Courier"),
    "reconsider": ("行政复议机关", "Reconsideration"), "court": ("行政诉讼法院", "Court"),
}  # fmt: skip
OF_PAPERS: Mapping[str, tuple[Twin, str]] = {
    "acceptance_standard": (("审查标准", "What is looked at"), "accept"),
    "issuers": (("出具机构", "Papers are issued by"), "issuer"),
    "filling": (("填报须知", "How papers are filled in"), "fill"),
}


@dataclass(frozen=True)
class Stated:
    """One element. `code`: stable, for machines."""

    code: str
    name_zh: str
    name_en: str
    value_zh: str
    value_en: str


def stated(columns: Mapping[str, Any], handling: Handling) -> tuple[Stated, ...]:
    """Those that something is stated of, in the order of the list. :param columns: of the item."""
    rows = [*_codes(columns), *_words(handling), *_numbers(columns)]
    return tuple(Stated(code, *name, zh, en or zh) for code, name, (zh, en) in rows if zh)


def _codes(columns: Mapping[str, Any]) -> Iterator[tuple[str, Twin, Twin]]:
    yield "item_type", ("事项类型", "Type"), _coded(ITEM_TYPES, columns["item_type"])
    yield "case_kind", ("办件类型", "Kind of case"), _coded(CASE_KINDS, columns["case_kind"])
    yield "exercise_level", ("行使层级", "Level"), _coded(LEVELS, columns["exercise_level"])
    yield "service_object", ("服务对象", "For"), _coded(SERVED, columns["service_object"])
    yield "handling_forms", ("办理形式", "Ways of handling"), _coded(FORMS, columns["handling_forms"])
    scope = str(columns["general_scope_zh"])
    yield "general_scope", ("通办范围", "Scope"), (scope, SCOPES.get(scope, scope))


def _words(handling: Handling) -> Iterator[tuple[str, Twin, Twin]]:
    for code, name in {**STATED, **AT_TIMES}.items():
        yield code, name, (getattr(handling.stated, f"{code}_zh"), getattr(handling.stated, f"{code}_en"))
    yield "seasons", ("受理时段", "Received"), words(Span(each.first, each.last) for each in handling.seasons)
    if handling.online_level != "declared":
        yield "online_level", ("网上提交的实名等级", "Identity asked online"), ONLINE_NAMES[handling.online_level]
    if handling.fee is not None:
        yield "fee_basis", ("收费依据", "What sets the fee"), (handling.fee.basis_zh, handling.fee.basis_en)
    for code, (name, of) in OF_PAPERS.items():
        yield code, name, _of_papers(handling, of)
    result, years = handling.result, handling.result.valid_years
    zh, en = RESULTS[result.kind]
    valid = (f"，有效期 {years} 年", f", valid for {years} years" if years and years > 1 else ", valid for a year")
    said = [(each.text_zh, each.text_en, *length_said(each.model_dump())) for each in result.valid]
    if said:
        years = None
        zh += "，有效期：" + "；".join(f"{text} {span}" for text, _, span, _ in said)
        en += ", valid: " + "; ".join(f"{text} {span}" for _, text, _, span in said)
    yield "result_kind", ("结果类型", "Kind of result"), (zh + valid[0], en + valid[1]) if years else (zh, en)
    over = {each.name_zh: each.name_en for each in result.ends}
    yield "ends", ("办成后注销的证照", "No longer valid then"), ("、".join(over), ", ".join(over.values()))
    if handling.wait_minutes is not None:
        minutes = handling.wait_minutes
        yield "wait_minutes", ("立等可取", "Ready while you wait"), (f"约 {minutes} 分钟", f"About {minutes} minutes")


def _of_papers(handling: Handling, name: str) -> Twin:
    """What is said of each paper that it is said of, a line for each."""
    rows = [
        (each, zh, getattr(each, f"{name}_en")) for each in handling.materials if (zh := getattr(each, f"{name}_zh"))
    ]
    return (
        "\n".join(f"{paper.name_zh}：{zh}" for paper, zh, _ in rows),
        "\n".join(f"{paper.name_en}: {en or zh}" for paper, zh, en in rows),
    )


def _numbers(columns: Mapping[str, Any]) -> Iterator[tuple[str, Twin, Twin]]:
    for name, words_of in (("catalog_code", ("基本编码", "Catalogue code")), ("task_code", ("实施编码", "Item code"))):
        yield name, words_of, (str(columns[name]), str(columns[name]))


def _coded(known: Mapping[str, Twin], codes: object) -> Twin:
    """Codes separated by `;`; what nobody knows is left out."""
    found = [known[code] for each in str(codes).split(";") if (code := each.strip()) in known]
    return "、".join(zh for zh, _ in found), ", ".join(en for _, en in found)
