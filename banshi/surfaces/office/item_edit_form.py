"""A part of a matter as a form: drawn from what stands or was typed, and read back as the document keeps it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import pgettext

from banshi.foundation.said import english, named
from banshi.frames.typed import clean, int_or_none, invalid, lines_of
from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue.rules.condition_rows import HOWS, Fact, How, Row, Rows, rows_of, tree_of
from banshi.rooms.catalogue.rules.condition_words import sentence
from banshi.rooms.catalogue.rules.editing import FEE, REMISSIONS, fresh_code
from banshi.rooms.catalogue.rules.handling import NUMERIC, SAYS_NUMBER, Duties, Handling, Stated
from banshi.rooms.catalogue.rules.seasons import Span, faults_of
from banshi.surfaces.office.item_edit_words import HINTS, INPUTS, NAME, REST, Input

_DAYS = re.compile(r"(?<![\d-])(?:\d{4}-)?\d{2}-\d{2}(?![\d-])")
LEFT_OUT = ("form.", "source", "issuer_", "fill_", "reuse_days")
SAID_OR_OUT = frozenset(name for name, each in Stated.model_fields.items() if each.exclude_if)
DAYS = frozenset({"date"})
SPARE = 2  # rows for answers that are not there yet
SIGNED = {"text_zh": "申请人（签名或盖章）", "text_en": "Applicant (signature or seal)"}
SAMPLE = "（示例）照实填写"  # where a row of a blank says nothing else
BLANK: dict[str, Any] = {"fields": [], "lines": [], "declare_zh": "", "declare_en": "", "signatures": [SIGNED]}
MOST_AMOUNT = Decimal(10) ** 8


@dataclass(frozen=True)
class Asking:
    """A fact of a condition as a row of the form: how it is compared, which answers are ticked."""

    fact: Fact
    how: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Drawn:
    """A field as it is shown."""

    input: Input
    value: Any
    hint: str | Promise = ""
    rows: tuple[Any, ...] = ()  # answers, or facts of a condition
    sentence: str = ""
    join: str = "all"
    deeper: bool = False  # the condition stays as it is unless it is replaced

    @property
    def id(self) -> str:
        return self.input.name.replace(".", "-")


@dataclass(frozen=True)
class Cell:
    """One text of a row. `name`: of its input."""

    name: str
    label: str | Promise
    value: str


@dataclass
class Read:
    """What was typed, as an entry; `refused`: the first that cannot be read."""

    entry: dict[str, Any]
    refused: Refused | None = field(default=None)


def value_at(entry: Mapping[str, Any], name: str) -> Any:
    at: Any = entry
    for step in name.split("."):
        at = at.get(step) if isinstance(at, dict) else None
    return at


def _set(entry: dict[str, Any], name: str, value: Any) -> None:
    *outer, last = name.split(".")
    at = entry
    for step in outer:
        at[step] = dict(at[step])
        at = at[step]
    at[last] = value


def rest_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """What is not a list, as one entry; a fee to fill in where there is none."""
    names = ("where", "appointment", "instant", "joint", "minutes", "limits", "result")
    later = {"wait_minutes": document.get("wait_minutes"), "seasons": document.get("seasons", [])}
    later["quota"] = document.get("quota") or {"by": "", "carried": False}  # to fill in where none is counted
    later["online_level"] = document.get("online_level", "declared")
    later["duties"] = Duties.model_validate(document.get("duties", {})).model_dump()
    later["stated"] = dict(Stated.model_validate(document.get("stated", {})))
    return {**{name: document[name] for name in names}, **later, "fee": document["fee"] or FEE}


def with_rest(document: Mapping[str, Any], rest: Mapping[str, Any]) -> dict[str, Any]:
    fee = rest["fee"]
    free = not (fee["text_zh"] or fee["text_en"] or fee["rates"] or fee.get(REMISSIONS) or fee["amount"] is not None)
    said = {**document, **rest, "fee": None if free else fee}
    if not any(rest["duties"].values()):  # as documents have it that keep all of them apart
        del said["duties"]
    if rest["online_level"] == "declared":
        del said["online_level"]
    if not rest["quota"]["by"]:
        del said["quota"]
    # … and as those have it that say nothing of what came later than the rest.
    said["stated"] = {name: words for name, words in rest["stated"].items() if words or name not in SAID_OR_OUT}
    return said


# --- Drawing ----------------------------------------------------------------------------------------------------


def drawn(
    part: str,
    entry: Mapping[str, Any],
    facts: Sequence[Fact],
    handling: Handling | None,
    document: Mapping[str, Any],
) -> list[Drawn]:
    return [
        Drawn(each, value_at(entry, each.name), HINTS[each.name], rows=asked_of(document)) if each.kind == "asks"
        else Drawn(each, value_at(entry, each.name), rows=numbers_of(document, each)) if each.kind == "numbers"
        else _drawn(each, value_at(entry, each.name), facts, handling)
        for each in INPUTS[part] if _has(each, entry)
    ]  # fmt: skip


def _has(each: Input, entry: Mapping[str, Any]) -> bool:
    """What a blank asks is a part of an entry that has one."""
    return not each.name.startswith("form.") or bool(entry.get("form"))


def asked_of(document: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What a blank may ask: questions and fields, by code and in words."""
    questions = ((each["id"], named(each, "text")) for each in document["questions"])
    return (*questions, *((each["code"], named(each, "label")) for each in document["fields"]))


def numbers_of(document: Mapping[str, Any], at: Input) -> tuple[tuple[str, str], ...]:
    """By code and in words: what a fee may be reckoned by – numbers and amounts of the form –, what may say a number of a
    certificate, or a last day, which may be granted as well."""
    types = {"field": SAYS_NUMBER, "until": DAYS}.get(at.name, NUMERIC)
    granted = document["result"].get("grants", ()) if at.name == "until" else ()
    return tuple(
        (each["code"], named(each, "label")) for each in (*document["fields"], *granted) if each.get("type") in types
    )


def grouped(inputs: Iterable[Drawn]) -> list[tuple[str | Promise, list[Drawn]]]:
    """Under the headings of the form; "" where it has none."""
    return [(heading, list(group)) for heading, group in groupby(inputs, lambda each: each.input.heading)]


def _drawn(each: Input, value: Any, facts: Sequence[Fact], handling: Handling | None) -> Drawn:
    hint = HINTS.get(each.name, "")
    if each.kind == "condition":
        rows = rows_of(value, facts)
        by_fact = {row.fact: row for row in rows.rows} if rows else {}
        asked = tuple(_asking(fact, by_fact.get(fact.code)) for fact in facts)
        said = sentence(value, handling, zh=not english()) if handling is not None else ""
        return Drawn(each, value, rows=asked, sentence=said, join=rows.join if rows else "all", deeper=rows is None)
    if each.kind == "options":
        spare = [{"id": "", "text_zh": "", "text_en": ""}] * min(SPARE, each.most - len(value))
        return Drawn(each, value, hint, rows=(*value, *spare))
    if each.kind == "rows":
        return Drawn(each, value, hint, rows=_cells(each, value or []))
    if each.kind == "codes" and isinstance(value, list):
        return Drawn(each, " ".join(value), hint)
    if each.kind == "spans" and isinstance(value, list):
        return Drawn(each, "\n".join(f"{span['first']} {span['last']}" for span in value), hint)
    return Drawn(each, "" if value is None else value, hint)


def _cells(each: Input, value: Sequence[Mapping[str, Any]]) -> tuple[tuple[Cell, ...], ...]:
    """What stands there, and rows to spare."""
    rows = [*value, *([{}] * min(SPARE, each.most - len(value)))]
    return tuple(
        tuple(
            Cell(f"{each.name}-{i}-{column}", label, str(row.get(column, ""))) for column, label in each.choices.items()
        )
        for i, row in enumerate(rows)
    )


def _asking(fact: Fact, row: Row | None) -> Asking:
    return Asking(fact, row.how if row else "is", row.keys if row else ())


# --- Reading ----------------------------------------------------------------------------------------------------


def read(
    part: str, post: QueryDict, before: Mapping[str, Any], facts: Sequence[Fact], document: Mapping[str, Any]
) -> Read:
    """:param before: the entry that stands there; what no field says stays as it is."""
    said = Read(dict(before))
    for each in INPUTS[part]:
        typed = post.get(each.name, "")
        if not _has(each, before) or not _has(each, said.entry):
            continue  # it was not on the page, or goes with its blank
        if each.kind == "blank":
            said.entry = _with_blank(said.entry, wanted=bool(typed))
            continue
        try:
            if each.kind == "options":
                value: Any = _options(post, each, document)
            elif each.kind == "rows":
                value = _rows(post, each, value_at(before, each.name))
            elif each.kind == "asks":
                value = _asks(post.getlist(each.name), value_at(before, each.name), document)
            elif each.kind == "condition":
                value = _condition(post, each.name, value_at(before, each.name), facts)
            else:
                value = _value(each, typed, post.getlist(each.name))
        except Refused as refused:
            said.refused = said.refused or refused
            value = typed
        if value in ("", None) and value_at(before, each.name) is None and each.name.startswith(LEFT_OUT):
            continue  # what nobody wrote, and documents leave out
        _set(said.entry, each.name, value)
    if part == REST:
        said.entry["minutes"] = _minutes(said.entry["minutes"])
    return said


def _value(each: Input, typed: str, ticked: Iterable[str]) -> Any:
    if each.kind == "flag":
        return bool(typed)
    if each.kind == "checks":
        there = set(ticked)
        return [code for code in each.choices if code in there]
    if each.kind == "choice":
        if typed not in each.choices:
            raise invalid(each.name, pgettext("item edit", "Choose one of these"))
        return typed
    if each.kind == "spans":
        return _spans(each, typed)
    if each.kind == "text":
        return lines_of(typed, each.most)
    if each.kind == "codes":
        return list(dict.fromkeys(clean(typed, 800).replace(",", " ").replace("，", " ").split()))
    if each.kind in ("line", "element", "department", "numbers"):
        return clean(typed, each.most)
    return _number(each, typed.strip())


def _with_blank(entry: Mapping[str, Any], *, wanted: bool) -> dict[str, Any]:
    """With the blank that is there, or a plain one; without the key where none is wanted, as documents keep it."""
    rest = {name: value for name, value in entry.items() if name != "form"}
    return {**rest, "form": entry.get("form") or BLANK} if wanted else rest


def _asks(ticked: Iterable[str], before: Sequence[str], document: Mapping[str, Any]) -> list[str]:
    """In the order in which it asked them; what is new after that, as the matter asks it."""
    there = set(ticked)
    order = dict.fromkeys([*before, *(code for code, _ in asked_of(document))])
    return [code for code in order if code in there]


def _spans(each: Input, typed: str) -> list[dict[str, str]]:
    """Two days a line, such as there are. :raises Refused: invalid, with the line that is wrong."""
    found: list[dict[str, str]] = []
    for line in lines_of(typed, 400).splitlines():
        days = _DAYS.findall(line)
        if len(days) != 2 or len(found) == each.most:
            raise invalid(
                each.name, pgettext("item edit", "Two days a line, like 09-01 10-15 or 2027-03-01 2027-03-31")
            )
        for _, zh, en in faults_of([Span(days[0], days[1])]):
            raise invalid(each.name, f"{line.strip()}: {en if english() else zh}")
        found.append({"first": days[0], "last": days[1]})
    return found


def _number(each: Input, typed: str) -> int | str | None:
    """A whole number; an amount as text, as documents keep it."""
    if not typed and each.may_be_empty:
        return None
    if each.kind == "whole":
        whole = int_or_none(typed, each.least, each.most)
        if whole is None:
            said = pgettext("item edit", "A whole number, %(least)s to %(most)s")
            raise invalid(each.name, said % {"least": each.least, "most": each.most})
        return whole
    try:
        number = Decimal(typed) if len(typed) <= 20 else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or abs(number) > MOST_AMOUNT:
        raise invalid(each.name, pgettext("item edit", "A number like 12 or 12.50"))
    return f"{number:f}"


def _minutes(value: Any) -> Any:
    try:
        return float(value) if value is not None else None
    except ValueError:
        return value  # as typed; it was refused


def _options(post: QueryDict, each: Input, document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Answers in the order of their numbers; those without words are out."""
    found = []
    count = int_or_none(post.get("options-n"), 0, each.most + SPARE) or 0
    made: list[dict[str, Any]] = []
    for i in range(count):
        zh, en = clean(post.get(f"o{i}-zh"), 200), clean(post.get(f"o{i}-en"), 200)
        if not (zh or en):
            continue
        code = clean(post.get(f"o{i}-id"), 80)
        if not code:
            code = fresh_code({**document, "made": made}, "options")
            made.append({"id": code})
        at = int_or_none(post.get(f"o{i}-at"), 0, 999)
        found.append((count if at is None else at, i, {"id": code, "text_zh": zh, "text_en": en}))
    return [option for _, _, option in sorted(found, key=lambda one: one[:2])][: each.most]


def _rows(post: QueryDict, each: Input, before: Any) -> Any:
    """In the order of their numbers; those without words are out. As before where they were not on the page."""
    if f"{each.name}-n" not in post:
        return before
    count = int_or_none(post.get(f"{each.name}-n"), 0, each.most + SPARE) or 0
    found = []
    for i in range(count):
        row = {column: clean(post.get(f"{each.name}-{i}-{column}"), NAME) for column in each.choices}
        if not any(text for column, text in row.items() if column != "sample"):
            continue
        if "sample" in row:
            row["sample"] = row["sample"] or SAMPLE
        at = int_or_none(post.get(f"{each.name}-{i}-at"), 0, 999)
        found.append((count if at is None else at, i, row))
    return [row for _, _, row in sorted(found, key=lambda one: one[:2])][: each.most]


def _condition(post: QueryDict, name: str, before: Any, facts: Sequence[Fact]) -> Any:
    deeper = before is not None and rows_of(before, facts) is None
    if deeper and not post.get(f"{name}-replace"):
        return before
    rows = []
    for fact in facts:
        how: How = next((each for each in HOWS if each == post.get(f"{name}-how-{fact.code}")), "is")
        ticked = set(post.getlist(f"{name}-{fact.code}"))
        keys = tuple(each.key for each in fact.answers if each.key in ticked)
        if how == "known":
            rows.append(Row(fact.code, "known"))
        elif keys:
            rows.append(Row(fact.code, how, keys))
    join = "any" if post.get(f"{name}-join") == "any" and len(rows) > 1 else "all"
    return tree_of(Rows("any" if join == "any" else "all", tuple(rows)), facts, before)
