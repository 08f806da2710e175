"""A hall's policy as a form, made from the model: one field for each rule, read back with faults by field."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from pydantic import BaseModel, ValidationError

from banshi.frames.typed import clean, int_or_none, lines_of
from banshi.kernel.policy import HallPolicy, Quota
from banshi.surfaces.office.policy_words import HINTS, LABELS, OPTIONS, SECTIONS

Text = str | Promise
SPARE_QUOTAS = 3
MOST_QUOTAS = 60


@dataclass
class Field:
    """One rule as a form field. `kind`: toggle | number | text | select | time | lines | checks | pairs | quotas.

    `value` is what the control shows; `optional` fields may be empty, which means “no limit” or “never”.
    """

    path: str
    kind: str
    label: Text
    hint: Text
    value: Any
    optional: bool = False
    low: int | None = None
    high: int | None = None
    options: list[tuple[str, Text]] = field(default_factory=list)
    error: str = ""
    changed: bool = False

    @property
    def rows(self) -> int:
        """How many rows a table of quotas shows, spare ones included."""
        return len(self.value or ()) + SPARE_QUOTAS

    @property
    def id(self) -> str:
        return "p-" + self.path.replace(".", "-")


@dataclass
class Section:
    path: str
    label: Text
    fields: list[Field]


def sections(document: Mapping[str, Any]) -> list[Section]:
    """The form of a document. Fields are in the order of the model; nested sections stand on their own."""
    found: list[Section] = []

    def walk(model: type[BaseModel], path: str, values: Mapping[str, Any]) -> None:
        own: list[Field] = []
        nested: list[tuple[type[BaseModel], str, Mapping[str, Any]]] = []
        for name, info in model.model_fields.items():
            at = f"{path}.{name}" if path else name
            annotation = info.annotation
            if isinstance(annotation, type) and issubclass(annotation, BaseModel):
                nested.append((annotation, at, values.get(name) or {}))
            else:
                own.append(_field(at, annotation, info.metadata, values.get(name)))
        if own:
            found.append(Section(path, SECTIONS.get(path, path), own))
        for child, at, of_child in nested:
            walk(child, at, of_child)

    walk(HallPolicy, "", HallPolicy.model_validate(document).model_dump(mode="json"))
    return found


def _field(path: str, annotation: Any, metadata: list[Any], value: Any) -> Field:
    made = Field(path, "text", LABELS.get(path, path), HINTS.get(path, ""), value)
    core, made.optional = _core(annotation)
    limits = [*metadata, *_metadata(core)]
    core = get_args(core)[0] if get_origin(core) is Annotated else core
    for limit in limits:
        for each in [limit, *getattr(limit, "metadata", ())]:
            made.low = getattr(each, "ge", made.low)
            made.high = getattr(each, "le", made.high)
    origin = get_origin(core)
    if core is bool:
        made.kind = "toggle"
    elif core is int:
        made.kind = "number"
    elif core is time:
        made.kind, made.value = "time", str(value or "")[:5]
    elif origin is Literal:
        made.kind, made.options = "select", _options(path, get_args(core))
    elif origin is tuple and get_args(core)[0] is Quota:
        made.kind = "quotas"
    elif origin is tuple and get_origin(get_args(core)[0]) is Literal:
        # What is chosen comes first and keeps its order: the first channel is the one tried first.
        possible = get_args(get_args(core)[0])
        made.kind, made.options = "checks", _options(path, [*dict.fromkeys([*(value or ()), *possible])])
    elif origin is tuple and path == "tickets.priority_lanes":
        made.kind, made.options = (
            "checks",
            _options(path, [*OPTIONS[path], *(v for v in value or () if v not in OPTIONS[path])]),
        )
    elif origin is tuple:
        made.kind, made.value = "lines", "\n".join(value or ())
    elif origin is dict:
        made.kind, made.value = "pairs", "\n".join(f"{k} = {v}" for k, v in (value or {}).items())
    return made


def _core(annotation: Any) -> tuple[Any, bool]:
    """The type without None, and whether None is allowed."""
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [each for each in get_args(annotation) if each is not type(None)]
        return inner[0], True
    return annotation, False


def _metadata(core: Any) -> list[Any]:
    return list(core.__metadata__) if get_origin(core) is Annotated else []


def _options(path: str, values: Any) -> list[tuple[str, Text]]:
    words = OPTIONS.get(path, {})
    return [(str(each), words.get(str(each), str(each))) for each in values]


# --- reading --------------------------------------------------------------------------------------------------------


def typed(post: QueryDict, form: list[Section]) -> tuple[dict[str, Any], dict[str, str]]:
    """The document as typed and the faults by field path that can be told before it is checked.

    The form's fields get what was typed, to be shown again.
    """
    document: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for section in form:
        for each in section.fields:
            value = _read(post, each, faults)
            target = document
            *way, name = each.path.split(".")
            for step in way:
                target = target.setdefault(step, {})
            target[name] = value
    return document, faults


def _read(post: QueryDict, each: Field, faults: dict[str, str]) -> Any:
    raw = lines_of(post.get(each.path), 4000)
    if each.kind == "toggle":
        each.value = bool(raw)
        return each.value
    if each.kind == "checks":
        each.value = [clean(v, 40) for v in post.getlist(each.path)][:20]
        return each.value
    if each.kind == "quotas":
        return _quotas(post, each, faults)
    each.value = raw
    if each.kind == "number":
        if not raw:
            if not each.optional:
                faults[each.path] = _("Enter a number.")
            return None
        if not re.fullmatch(r"-?\d{1,9}", raw, re.ASCII):
            faults[each.path] = _("Enter a whole number.")
            return None
        return int(raw)
    if each.kind == "lines":
        return [line.strip()[:200] for line in raw.splitlines() if line.strip()]
    if each.kind == "pairs":
        return _pairs(raw, each, faults)
    if each.kind == "time":
        if raw and not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", raw, re.ASCII):
            faults[each.path] = _("Write a time like 18:00.")
            return None
        return f"{raw:0>5}" if raw else None
    return raw


def _pairs(raw: str, each: Field, faults: dict[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in raw.splitlines():
        if not line.strip():
            continue
        match = re.fullmatch(r"\s*([\w-]{1,20})\s*[=:：]\s*(\d{1,7})\s*", line)
        if match is None:
            faults[each.path] = _("One per line, like “A = 100”; not “%(text)s”.") % {"text": line.strip()[:40]}
            continue
        found[match[1]] = int(match[2])
    return found


def _quotas(post: QueryDict, each: Field, faults: dict[str, str]) -> list[dict[str, Any]]:
    rows, shown = [], []
    count = min(int_or_none(post.get("quotas"), 0, 999) or 0, MOST_QUOTAS)
    for i in range(count):
        row = {name: clean(post.get(f"q{i}-{name}"), 80) for name in ("target", "code", "public", "internal")}
        if not row["public"] and not row["internal"]:
            continue
        shown.append(row)
        if not all(re.fullmatch(r"\d{1,5}", row[name] or "0", re.ASCII) for name in ("public", "internal")):
            faults[each.path] = _("Places: whole numbers.")
            continue
        rows.append(
            {
                "target": row["target"],
                "code": row["code"] or "*",
                "public": int(row["public"] or 0),
                "internal": int(row["internal"] or 0),
            }
        )
    if not rows and each.path not in faults:
        faults[each.path] = _("At least one line with places.")
    each.value = shown
    return rows


def check(document: Mapping[str, Any]) -> dict[str, str]:
    """Faults by field path, in plain words; empty when the document can be published."""
    try:
        HallPolicy.model_validate(document)
    except ValidationError as wrong:
        return {_place(error["loc"]): _plain(error) for error in reversed(wrong.errors(include_url=False))}
    return {}


def _place(loc: tuple[Any, ...]) -> str:
    """The field an error belongs to: without the row of a table or the key of a list."""
    way: list[str] = []
    for step in loc:
        if isinstance(step, int):
            break
        way.append(str(step))
        if ".".join(way) in LABELS:
            break
    return ".".join(way)


def _plain(error: Any) -> str:
    ctx = error.get("ctx") or {}
    kind = error["type"]
    if kind == "greater_than_equal":
        return _("At least %(n)s.") % {"n": ctx.get("ge")}
    if kind == "less_than_equal":
        return _("At most %(n)s.") % {"n": ctx.get("le")}
    if kind in ("int_type", "int_parsing", "int_from_float"):
        return _("Enter a whole number.")
    if kind == "literal_error":
        return _("Choose one of the possibilities.")
    if kind.startswith("time"):
        return _("Write a time like 18:00.")
    if kind == "value_error" and "silent" in str(error.get("msg")):
        return _("Silent calling and voice calling exclude each other: choose one.")
    return _("This value is not possible.")


# --- what changes ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    label: Text
    section: Text
    before: str
    after: str


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """The rules that differ between two documents, as people read them. Both are filled with the defaults first."""
    before = {each.path: (section, each) for section in sections(old) for each in section.fields}
    found = []
    for section in sections(new):
        for each in section.fields:
            _old_section, was = before[each.path]
            if was.value != each.value:
                found.append(Change(each.label, section.label, shown(was), shown(each)))
    return found


def shown(each: Field) -> str:
    """A field's value in words."""
    words = {code: str(text) for code, text in each.options}
    if each.kind == "toggle":
        return _("yes") if each.value else _("no")
    if each.value in (None, "", [], {}):
        return _("none")
    if each.kind == "select":
        return words.get(str(each.value), str(each.value))
    if each.kind == "checks":
        return _(", ").join(words.get(str(v), str(v)) for v in each.value)
    if each.kind == "quotas":
        return (
            "; ".join(
                _("%(target)s %(code)s: %(public)s public, %(internal)s kept")
                % {
                    "target": _("Every category")
                    if (q["target"], q["code"]) == ("category", "*")
                    else OPTIONS["quota.target"].get(q["target"], q["target"]),
                    "code": "" if q["code"] == "*" else q["code"],
                    "public": q["public"],
                    "internal": q["internal"],
                }
                for q in each.value
            )
            .replace(" :", ":")
            .replace(" ：", "：")
        )
    return str(each.value).replace("\n", "; ")
