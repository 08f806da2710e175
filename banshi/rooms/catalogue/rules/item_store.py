"""An item of an item store (事项库) as an item of ours: what each answer says, in our columns and as a handling.

`read` gives a `Record` an item, or why it cannot be taken. What has no place here – legal basis, Q&A, stages, addresses – is kept
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
from banshi.rooms.catalogue.rules.store_answers import Parts, parts_of
from banshi.rooms.catalogue.rules.store_conditions import conditions_of
from banshi.rooms.catalogue.rules.store_flow import stages_of
from banshi.rooms.catalogue.rules.store_text import Mended, Row, Unknown, Why, Wrong, listed, shown

MOST_RAW = 512 * 1024  # characters of one record that are kept as they came
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,35}")
_BELOW = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_LONGEST_CLAUSE, _MOST_CLAUSES = 1500, 60
_UNITS = {"1": "working_day", "2": "day", "3": "month", "4": "year", "5": "hour", "6": "minute"}
_SAID_UNITS = {
    "工作日": "working_day", "个工作日": "working_day", "自然日": "day", "日": "day", "天": "day", "月": "month", "个月": "month",
    "年": "year", "小时": "hour", "时": "hour", "分钟": "minute", "分": "minute",
}  # fmt: skip
_IN_DAYS = {"month": 30, "year": 365}
_NEEDED = {"1": "required", "2": "optional", "3": "deferrable"}
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
    beside = _more(parts)
    handling = {
        "where": _where(item, more, forms),
        "fee": {"text_zh": fee, "text_en": fee} if fee and fee != FREE else None,
        "limits": {"promised": promised.model_dump(), "statutory": statutory.model_dump()},
        "result": {"kind": result_kind(item_type), "name_zh": result or "办理结果", "name_en": result or "Result"},
        "instant": kind == "1",
        "joint": bool(more.flag("is_joint_org")),
        "stated": _stated(beside, limited=bool(more.flag("is_amount_limit"))),
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


def _stated(kept: Mapping[str, Any], *, limited: bool) -> dict[str, str]:
    """What the list says in words, once for both languages: stores have no English. :param kept: as `_more`."""
    laws = [" ".join(row[name] for name in _LAW if name in row) for row in kept.get("item_bylaw", ())]
    said = {
        "basis": "\n".join(dict.fromkeys(filter(None, laws))),
        "quantity": "有数量限制" if limited else "",
        "advice": kept.get("link_way", ""),
        "complaints": kept.get("supervise_way", ""),
    }
    return {f"{name}_{tongue}": text[:LONGEST_WORDS] for name, text in said.items() for tongue in ("zh", "en")}


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
    elif row.plain("source_type") == "20" and re.search("共享|免提交|免于提交", str(row.cells)):
        row.notes.keep(row.where("source_explain"), name, "paper")  # shared somewhere, and not with this library
    words = (
        row.text("accept_stand"),
        row.text("fill_explian", "fill_explain"),
        row.text("sign_ask"),
        row.text("remark"),
    )
    long, name = name, name if len(name) <= 200 else name[:199] + "…"
    accept = "\n".join(dict.fromkeys(each for each in (long if long != name else "", *words) if each))[:LONGEST_WORDS]
    return {
        "code": key, "name_zh": name, "name_en": name, "necessity": row.code("is_need", _NEEDED, "required"),
        "originals": min(originals, 100), "copies": min(copies, 100), "channels": channels,
        "satisfied_by": (certificate,) if certificate else (), "accept_zh": accept, "accept_en": accept,
    }  # fmt: skip


def _first(parts: Parts, table: str, fields: tuple[str, ...], most: int) -> str:
    return next((text for row in parts.rows(table) if (text := row.text(*fields, most=most))), "")


def _more(parts: Parts) -> dict[str, Any]:
    """What has no place of ours, as text: laws, questions and answers, stages, addresses, and whole tables we do not know."""
    item = parts.item
    said: dict[str, Any] = {name: text for name in _WORDS_OF_MORE if (text := item.text(name))}
    if day := item.day("version_date"):
        said["version_date"] = day
    known = {"AUDIT_ITEM_EXTEND", "AUDIT_MATERIAL"}
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
