"""An item of an item store (事项库) as an item of ours: what each answer says, in our columns and as a handling.

`read` gives a `Record` an item, or why it cannot be taken. What has no place here – legal basis, stages, addresses – is kept
beside (`document["more"]`), cleaned as everything else.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from banshi.rooms.catalogue.rules.general import FREE, certificate_named, result_kind
from banshi.rooms.catalogue.rules.handling import LONGEST_WORDS, Handling, Limit
from banshi.rooms.catalogue.rules.limits import in_working_days, length
from banshi.rooms.catalogue.rules.remedy import body_named, court_named
from banshi.rooms.catalogue.rules.store_answers import Parts, parts_of
from banshi.rooms.catalogue.rules.store_conditions import conditions_of
from banshi.rooms.catalogue.rules.store_flow import stages_of
from banshi.rooms.catalogue.rules.store_text import Mended, Row, Unknown, Why, Wrong, listed, shown

MOST_RAW = 512 * 1024  # characters of one record that are kept as they came
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,35}")
_BELOW = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_LONGEST_CLAUSE, _MOST_CLAUSES, _MOST_FAQ = 1500, 60, 60
_UNITS = {"1": "working_day", "2": "day", "3": "month", "4": "year", "5": "hour", "6": "minute"}
_SAID_UNITS = {
    "工作日": "working_day", "个工作日": "working_day", "自然日": "day", "日": "day", "天": "day", "月": "month", "个月": "month",
    "年": "year", "小时": "hour", "时": "hour", "分钟": "minute", "分": "minute",
}  # fmt: skip
_IN_DAYS = {"month": 30, "year": 365}
_NEEDED = {"1": "required", "2": "optional", "3": "deferrable"}
_SOURCES = {"10": "applicant", "20": "government", "99": "other"}
_SHARED = re.compile("共享|免提交|免于提交")
_OWN = re.compile(
    "(?:由?申请人|本人|企业|单位)?(?:自备|自行准备|自行编制|自行提供|自拟|提供)"
)  # what the source says by itself
_ISSUES = re.compile(r"(?:依法|负责)?(?:核发|出具|颁发|签发|发放)(?:的?(?:材料|证明|证照))?$")
_BASIS = ("charge_basis", "fee_basis", "charge_by_law", "by_law", "basis")
_REMISSION = ("remission", "desc_law", "charge_remission", "reduce_law", "is_desc_text")
_VALID = ("valid_years", "validity", "valid_period", "valid_time", "valid_term", "effective_time", "term")
_FOR_EVER = re.compile("长期(?:有效)?|永久(?:有效)?|无期限|无固定期限")
_CHANNELS = {"1": ("paper", "scan"), "2": ("upload",), "3": ("paper", "scan", "upload")}
_TYPES = {f"{n:02}": f"{n:02}" for n in (*range(1, 11), 20)} | {str(n): f"{n:02}" for n in range(1, 10)}
_TABLES_OF_MORE = {
    "AUDIT_ITEM_BYLAW": ("law_name", "law_number", "clause_number", "clause_content", "law_dept", "law_date"),
    "AUDIT_QA": ("question", "answer"),
    "AUDIT_ITEM_WINDOW": ("window_name", "transact_addr", "transact_time", "window_tel", "traffic_info"),
    "AUDIT_ITEM_FLOWSHEET": (),
    "AUDIT_ITEM_SPECIAL": ("special_name", "special_date", "special_date_type", "special_desc", "special_dept"),
    "AUDIT_ITEM_RESULT": (),
    "AUDIT_CHARGE": (),
}
# Of AUDIT_ITEM_EXTEND: codes of which nothing is made here. They are kept, and the report says so.
_CODES_OF_MORE = ("handle_area", "is_intelli_approval", "theme_natural_type", "theme_legal_type")
_LAW = ("law_name", "law_number", "clause_number")
_WORDS_OF_MORE = (
    "link_way", "supervise_way", "authority_division", "reconsiderat", "litigation", "entrust_name", "pre_task_name",
    "promise_day_explain",
)  # fmt: skip
_IDS = frozenset(
    {"rowguid", "task_guid", "task_code", "ordernum", "ordernumber", "operatedate", "operateusername", "year"}
)


@dataclass(frozen=True)
class Record:
    """An item as the store has it. `document`: columns, department, handling, more."""

    task_code: str
    name: str
    version: int
    former: bool  # an earlier version, which the store keeps for the record
    document: dict[str, Any]
    content_hash: str
    raw: str
    mended: tuple[Mended, ...]
    unknown: tuple[Unknown, ...]


@dataclass(frozen=True)
class NotTaken:
    task_code: str
    name: str
    why: Why


def read(content: bytes) -> Iterator[Record | NotTaken]:
    """:raises Unreadable: a file that cannot be read at all, before anything was given."""
    for parts in parts_of(content):
        if isinstance(parts, Why):
            yield NotTaken("", "", parts)
            continue
        try:
            yield _record(parts)
        except Wrong as wrong:
            item = parts.item
            yield NotTaken(shown(item.plain("task_code")), shown(item.text("task_name", named=True)), wrong.why)


def _record(parts: Parts) -> Record:
    item = parts.item
    code = item.plain("task_code")
    if not CODE.fullmatch(code):
        said = ("缺实施编码", "The code is missing") if not code else ("不是实施编码", "This is no code")
        raise item.wrong("task_code", *said)
    name = item.text("task_name", named=True)
    if not name:
        raise item.wrong("task_name", "缺事项名称", "The name is missing")
    if len(name) > 160:
        raise item.wrong("task_name", "名称超过 160 个字", "A name has 160 characters at most", name)
    if (state := item.plain("task_state")) in ("2", "3"):
        words = {"2": ("事项库里已暂停", "Suspended in the store"), "3": ("事项库里已取消", "Cancelled in the store")}
        raise item.wrong("task_state", *words[state])
    version = item.plain("task_version")
    if version and not re.fullmatch(r"\d{1,9}(\.0+)?", version):
        raise item.wrong("task_version", "版本号不是整数", "The version is no whole number")
    if not version:
        item.notes.mend(item.where("task_version"), "default")
    document = _document(parts, code, name)
    raw = json.dumps(parts.raw, ensure_ascii=True, default=str)
    if len(raw) > MOST_RAW:
        parts.notes.keep("raw", f"{len(raw)}", "left out")
        raw = ""
    return Record(
        code, name, int(float(version or 1)), item.plain("is_history") == "1", document,
        content_hash(document), raw, parts.notes.mended, parts.notes.unknown,
    )  # fmt: skip


def _document(parts: Parts, code: str, name: str) -> dict[str, Any]:
    item = parts.item
    more = (parts.rows("AUDIT_ITEM_EXTEND") or [Row("AUDIT_ITEM_EXTEND", item.place, {}, item.notes)])[0]
    kind = item.code("project_type", {"1": "1", "2": "2"}, "2")
    promised, statutory = _limits(item, instant=kind == "1")
    fee = _fee(parts)
    forms = item.codes("handle_type", {"1", "2", "3", "4", "9"})
    served = item.codes("serve_type", {"1", "2", "3", "4", "5", "6"})
    item_type = item.code("task_type", _TYPES, "10")
    result = more.text("result_name", most=120) or _first(parts, "AUDIT_ITEM_RESULT", ("result_name", "name"), 120)
    accepted = item.text("accept_name")
    asked, unplaced = _faq(parts)
    beside = _more(parts) | ({"qa": unplaced} if unplaced else {}) | _codes_of_more(more)
    handling = {
        "where": _where(item, more, forms),
        "fee": {"text_zh": fee, "text_en": fee, **_twins("basis", _basis(parts))} if fee and fee != FREE else None,
        "limits": {"promised": promised.model_dump(), "statutory": statutory.model_dump()},
        "result": {
            "kind": result_kind(item_type),
            "name_zh": result or "办理结果",
            "name_en": result or "Result",
            "valid_years": _valid_years(parts),
        },
        "instant": kind == "1",
        "joint": bool(more.flag("is_joint_org")),
        "stated": _stated(beside, more),
        "faq": asked,
        "appointment": {True: "advised", False: "none", None: "advised"}[more.flag("is_schedule")],
        "handling_items": _below(item, name),
        "flow": stages_of(parts),
        **conditions_of(parts, _clauses(item, accepted), _papers(parts, code)),
    }
    columns = {
        "catalog_code": _short(item, "catalog_code", 12),
        "task_code": code,
        "name_zh": name,
        "audience": _audience(served),
        "service_object": ";".join(served)[:20],
        "item_type": item_type,
        "exercise_level": item.code("use_level", {str(n): str(n) for n in range(1, 8)}, ""),
        "case_kind": kind,
        "statutory_days": in_working_days(statutory, up=True),
        "promised_days": in_working_days(promised, up=False),
        "visits_needed": min(item.whole("limit_scene_num", 1), 99),
        "general_scope_zh": more.text("handle_area_text", most=60),
        "handling_forms": ";".join(forms) or "1",
        "acceptance_condition_zh": accepted,
        "fee_zh": fee[:200],
        "result_zh": result,
    }
    return {
        "columns": columns,
        "department": {"code": item.plain("dept_code")[:40], "name_zh": item.text("dept_name", most=60, named=True)},
        "handling": _checked(item, handling),
        "more": beside,
    }


def _below(item: Row, name: str) -> list[dict[str, Any]]:
    """业务办理项: where the store says as which one a record is handled, that one, by the name of the sub item."""
    code = item.plain("task_handle_item")
    if not _BELOW.fullmatch(code):
        if code:
            item.notes.keep(item.where("task_handle_item"), code, "left out")
        return []
    said = name.rpartition("——")[2].strip() or name
    return [{"code": code, "name_zh": said, "name_en": said}]


def content_hash(document: Mapping[str, Any]) -> str:
    """Of what a record says. What a handling leaves at its default counts for nothing: a field more in the model makes no record
    new.
    """
    handling = Handling.model_validate(document["handling"]).model_dump(mode="json", exclude_defaults=True)
    said = json.dumps({**document, "handling": handling}, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _stated(kept: Mapping[str, Any], more: Row) -> dict[str, str]:
    """What the list says in words: the store's once for both languages, since stores have no English. :param kept: as `_more`."""
    laws = [" ".join(row[name] for name in _LAW if name in row) for row in kept.get("item_bylaw", ())]
    said = {
        "basis": "\n".join(dict.fromkeys(filter(None, laws))),
        "bodies": more.text("match_dept"),
        "scene": more.text("scene_reason"),
        "advice": kept.get("link_way", ""),
        "complaints": kept.get("supervise_way", ""),
        "reconsider": body_named(kept.get("reconsiderat", "")),
        "court": court_named(kept.get("litigation", "")),
    }
    flags = (
        ("is_amount_limit", "quantity", "有数量限制", "Limited in number"),
        ("is_agency", "intermediary", "涉及中介服务", "Services of third parties are involved"),
        ("is_pay_online", "payment", "支持网上支付", "Can be paid online"),
        ("is_express", "courier", "支持物流快递", "Can be sent by courier"),
    )
    stated = {name: twin for name, text in said.items() for name, twin in _twins(name, text).items()}
    for field, name, zh, en in flags:
        stated |= {f"{name}_zh": zh, f"{name}_en": en} if more.flag(field) else {}
    return stated


def _twins(name: str, text: str) -> dict[str, str]:
    return {f"{name}_{tongue}": text[:LONGEST_WORDS] for tongue in ("zh", "en")}


def _codes_of_more(more: Row) -> dict[str, str]:
    """Said, so that nothing is lost, and told as codes of which nothing is made; a scope that came in words was read."""
    kept = {name: said for name in _CODES_OF_MORE if (said := more.plain(name)) and said != "0"}
    if more.text("handle_area_text"):
        kept.pop("handle_area", None)
    for name, said in kept.items():
        more.notes.keep(more.where(name), said, "text")
    return kept


def _faq(parts: Parts) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """常见问题, each question once; and those that are none: without an answer, or longer than there is room for."""
    found: dict[str, dict[str, str]] = {}
    beside = []
    for row in sorted(parts.rows("AUDIT_QA"), key=lambda row: row.whole("ordernum", 0)):
        question, answer = row.text("question", named=True), row.text("answer")
        room = len(question) <= 200 and len(answer) <= LONGEST_WORDS and len(found) < _MOST_FAQ
        if question in found and found[question]["answer_zh"] == answer:
            row.notes.mend(row.table, "twice")
        elif question and answer and question not in found and room:
            found[question] = {"text_zh": question, "text_en": question, "answer_zh": answer, "answer_en": answer}
        elif question or answer:
            row.notes.keep(row.where("question"), question or answer, "text")
            beside.append(_cells(row, _TABLES_OF_MORE["AUDIT_QA"]))
    return list(found.values()), beside


def _basis(parts: Parts) -> str:
    """收费依据, and what remissions rest on: no store says as a rule when they are granted."""
    said = []
    for row in parts.rows("AUDIT_CHARGE"):
        said.append(row.text(*_BASIS))
        if remission := row.text(*_REMISSION):
            said.append(f"减免：{remission}")
    return "\n".join(dict.fromkeys(filter(None, said)))


def _valid_years(parts: Parts) -> int | None:
    """Whole years that the result holds; a span that is none is told, and kept beside with the result."""
    for row in parts.rows("AUDIT_ITEM_RESULT"):
        for field in _VALID:
            said = row.plain(field)
            if not said or _FOR_EVER.fullmatch(said):
                continue
            found = re.fullmatch(r"(\d{1,4})(?:\.0+)?(个?月|年)?", said)
            unit = found[2] if found else None
            years = int(found[1]) if found and (unit == "年" or (unit is None and field == "valid_years")) else 0
            if found and unit and "月" in unit and int(found[1]) % 12 == 0:
                years = int(found[1]) // 12
            if 1 <= years <= 100:
                return years
            row.notes.keep(row.where(field), said, "text")
    return None


def _checked(item: Row, handling: dict[str, Any]) -> dict[str, Any]:
    try:
        return Handling.model_validate(handling).model_dump(mode="json")
    except ValidationError as wrong:
        first = wrong.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"]))
        raise Wrong(Why(item.place, field, shown(first["input"]), "超出能记录的范围", first["msg"])) from wrong


def _short(row: Row, field: str, most: int) -> str:
    text = row.plain(field)
    if len(text) <= most:
        return text
    row.notes.keep(row.where(field), text, text[:most])
    return text[:most]


def _audience(served: list[str]) -> str:
    if not served:
        return "both"
    firm = any(each != "1" for each in served)
    return ("both" if firm else "person") if "1" in served else "firm"


def _where(item: Row, more: Row, forms: list[str]) -> dict[str, bool]:
    online = more.flag("is_online_handle")
    return {
        "window": not forms or "1" in forms or bool(more.flag("is_entry_center")),
        "online": bool({"2", "3"} & set(forms)) if online is None else online,
        "kiosk": bool(more.flag("is_handle_machine")),
    }


def _limits(item: Row, *, instant: bool) -> tuple[Limit, Limit]:
    """Promised and statutory. :raises Wrong: none that can be, or a promise that is later than the law."""
    statutory, promised = _limit(item, "anticipate"), _limit(item, "promise")
    if not promised.value and (instant or statutory.value):
        promised = Limit(value=1) if instant else statutory
        item.notes.mend(item.where("promise_day"), "default")
    if statutory.value and length(promised) > length(statutory):
        said = f"{promised.value} {promised.unit} > {statutory.value} {statutory.unit}"
        raise item.wrong("promise_day", "承诺时限长于法定时限", "Promised later than the law allows", said)
    return promised, statutory


def _limit(item: Row, of: str) -> Limit:
    field = f"{of}_day"
    text = item.plain(field)
    found = re.fullmatch(r"(\d{1,6})(?:\.0+)?(?:个?(?:工作日|日|天))?", text)
    if text and not found:
        raise item.wrong(field, "时限不是整数", "The limit is no whole number")
    value = int(found.group(1)) if found else 0
    if not value:
        return Limit(value=0)
    unit = _unit(item, f"{of}_type")
    if unit in _IN_DAYS:
        value, unit = value * _IN_DAYS[unit], "day"
        item.notes.mend(item.where(f"{of}_type"), "default")
    if value > 3660:
        raise item.wrong(field, "时限超过十年", "The limit is longer than ten years")
    return Limit.model_validate({"value": value, "unit": unit})


def _unit(item: Row, field: str) -> str:
    """The store's own word before the code: the numbers of units differ between provinces."""
    said = item.text(f"{field}_text", named=True)
    return _SAID_UNITS[said] if said in _SAID_UNITS else item.code(field, _UNITS, "working_day")


def _fee(parts: Parts) -> str:
    asked = parts.item.flag("is_fee")
    texts = []
    for row in parts.rows("AUDIT_CHARGE"):
        name = row.text("charge_name", "fee_name", "charge_item_name", "name", named=True)
        standard = row.text("charge_standard", "fee_stand", "charge_stand", "standard")
        texts.append("：".join(each for each in (name, standard) if each))
    if not asked and not any(texts):
        return FREE if asked is False else ""
    return "\n".join(each for each in texts if each)[:LONGEST_WORDS] or "按标准收费"


def _clauses(item: Row, text: str) -> list[dict[str, Any]]:
    points = listed(text)
    if points != [text] and text:
        item.notes.mend(item.where("accept_name"), "numbers")
    if len(points) > _MOST_CLAUSES or any(len(each) > _LONGEST_CLAUSE for each in points):
        points = [text[i : i + _LONGEST_CLAUSE] for i in range(0, len(text), _LONGEST_CLAUSE)]
    return [{"text_zh": each, "text_en": each} for each in points]


def _papers(parts: Parts, code: str) -> list[dict[str, Any]]:
    """In the store's order, each with `_ids`: what conditions may call it."""
    found: dict[str, dict[str, Any]] = {}
    for row in sorted(parts.rows("AUDIT_MATERIAL"), key=lambda row: row.whole("ordernum", 0)):
        name = row.text("material_name", named=True)
        if not name:
            raise row.wrong("material_name", "缺材料名称", "The name of a paper is missing")
        ids = {row.plain("materialid"), row.plain("rowguid"), name} - {""}
        key = _paper_code(code, row.plain("materialid") or name)
        within = _within(row)
        if key in found:
            if not within:
                row.notes.mend(row.table, "twice")
            found[key]["_ids"] |= ids
            found[key]["_within"] |= within
            continue
        found[key] = _paper(row, key, name) | {"_ids": ids, "_within": within}
    return list(found.values())


def _paper_code(task_code: str, known_by: str) -> str:
    return f"m-{hashlib.sha256(f'{task_code}|{known_by}'.encode()).hexdigest()[:20]}"


def _within(row: Row) -> set[str]:
    """What the condition is called in which a paper stood."""
    outer = "AUDIT_MATERIAL_CONDITION"
    named = {row.plain(f"{outer}.{each}") for each in ("condition_guid", "conditionid", "rowguid")}
    return (named | {row.text(f"{outer}.condition_name", named=True)}) - {""}


def _paper(row: Row, key: str, name: str) -> dict[str, Any]:
    kind = row.code("material_type", {"1": "1", "2": "2", "3": "3"}, "1")
    form = row.code("material_form", {"1": "1", "2": "2", "3": "3"}, "3")
    originals, copies = row.whole("original_amount", 0), row.whole("copy_amount", 0)
    if not originals and not copies:
        originals, copies = int(kind in "13"), int(kind in "23")
    certificate = certificate_named(name)
    channels = (*_CHANNELS[form], "library") if certificate else _CHANNELS[form]
    if certificate:
        row.notes.mend(row.where("material_name"), "library")
    elif row.plain("source_type") == "20" and _SHARED.search(str(row.cells)):
        row.notes.keep(row.where("source_explain"), name, "paper")  # shared somewhere, and not with this library
    words = (
        row.text("accept_stand"),
        row.text("sign_ask"),
        row.text("remark"),
    )
    long, name = name, name if len(name) <= 200 else name[:199] + "…"
    accept = "\n".join(dict.fromkeys(each for each in (long if long != name else "", *words) if each))[:LONGEST_WORDS]
    return {
        "code": key, "name_zh": name, "name_en": name, "necessity": row.code("is_need", _NEEDED, "required"),
        "originals": min(originals, 100), "copies": min(copies, 100), "channels": channels,
        "satisfied_by": (certificate,) if certificate else (), "accept_zh": accept, "accept_en": accept,
        "source": row.code("source_type", _SOURCES, ""),
        **_twins("issuer", _issuer(row, in_library=bool(certificate))),
        **_twins("fill", row.text("fill_explian", "fill_explain")),
    }  # fmt: skip


def _issuer(row: Row, *, in_library: bool) -> str:
    """出具机构: stores write it where they explain the source – 公安机关核发. That somebody brings it, or that it is shared,
    names nobody."""
    said = row.text("issue_dept", "issue_org", "issuer", most=200)
    if said:
        return said
    explained = row.text("source_explain", most=200)
    if not explained or _OWN.fullmatch(explained):
        return ""
    if _SHARED.search(explained):
        if not in_library:
            row.notes.keep(row.where("source_explain"), explained, "left out")
        return ""
    return _ISSUES.sub("", explained) or explained


def _first(parts: Parts, table: str, fields: tuple[str, ...], most: int) -> str:
    return next((text for row in parts.rows(table) if (text := row.text(*fields, most=most))), "")


def _more(parts: Parts) -> dict[str, Any]:
    """What has no place of ours, as text: laws, stages, addresses, and whole tables we do not know."""
    item = parts.item
    said: dict[str, Any] = {name: text for name in _WORDS_OF_MORE if (text := item.text(name))}
    if day := item.day("version_date"):
        said["version_date"] = day
    known = {"AUDIT_ITEM_EXTEND", "AUDIT_MATERIAL", "AUDIT_QA"}
    for table, rows in sorted(parts.tables.items()):
        if table in known or not rows:
            continue
        rows = sorted(rows, key=lambda row: row.whole("ordernum", 0) or row.whole("ordernumber", 0))
        kept = [_cells(row, _TABLES_OF_MORE.get(table, ())) for row in rows]
        said[table.removeprefix("AUDIT_").lower()] = [each for each in kept if each]
    return said


def _cells(row: Row, fields: tuple[str, ...]) -> dict[str, str]:
    names = fields or sorted(
        name for name in row.cells if name not in _IDS and "." not in name and not name.endswith("guid")
    )
    said = (
        (name, row.day(name) if name.endswith("_date") and row.table != "AUDIT_ITEM_SPECIAL" else row.text(name))
        for name in names
    )
    return {name: text for name, text in said if text}
