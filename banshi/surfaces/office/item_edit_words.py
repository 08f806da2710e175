"""The parts of a matter that are edited, and the fields of each: what they are called, and what may be chosen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from django.utils.functional import Promise
from django.utils.translation import pgettext, pgettext_lazy

from banshi.foundation.said import named
from banshi.rooms.catalogue.rules.editing import CODED, ENDS, RATES, REMISSIONS, VALID, WITHIN, entries
from banshi.rooms.catalogue.rules.handling import LONGEST_REUSE, LONGEST_WORDS, Channel, FieldType, Necessity, Unit
from banshi.rooms.catalogue.rules.national import AT_TIMES, STATED
from banshi.surfaces.office.item_version_words import ACTS, ENDED, NAMES, PROCEDURES, VALUES

Text = str | Promise
NAME = 200  # characters
BODIES = ("reconsider", "court")  # of what is stated: names, a line each


@dataclass(frozen=True)
class Part:
    """A list of a handling. `text`: which text an entry is called by; `tree`: its condition, "" where it has none."""

    code: str
    label: Text
    add: Text
    text: str
    tree: str


PARTS = {
    "questions": Part(
        "questions", pgettext_lazy("item edit", "Questions"), pgettext_lazy("item edit", "Add a question"), "text", "asked_if",
    ),
    "situations": Part(
        "situations", pgettext_lazy("item edit", "Situations"), pgettext_lazy("item edit", "Add a situation"), "name", "when",
    ),
    "handling_items": Part(
        "handling_items", pgettext_lazy("item edit", "Handling items"), pgettext_lazy("item edit", "Add a handling item"),
        "name", "when",
    ),
    "conditions": Part(
        "conditions", pgettext_lazy("item edit", "Conditions"), pgettext_lazy("item edit", "Add a condition"), "text",
        "needed_if",
    ),
    "materials": Part(
        "materials", pgettext_lazy("item edit", "Papers"), pgettext_lazy("item edit", "Add a paper"), "name", "needed_if",
    ),
    "fields": Part(
        "fields", pgettext_lazy("item edit", "Form"), pgettext_lazy("item edit", "Add a field"), "label", "show_if",
    ),
    "flow": Part(
        "flow", pgettext_lazy("item edit", "Stages"), pgettext_lazy("item edit", "Add a stage"), "name", "needed_if",
    ),
    "faq": Part(
        "faq", pgettext_lazy("item edit", "Questions and answers"), pgettext_lazy("item edit", "Add a question and its answer"),
        "text", "",
    ),
    RATES: Part(
        RATES, pgettext_lazy("item edit", "Rates of the fee"), pgettext_lazy("item edit", "Add a rate"), "text", "when",
    ),
    REMISSIONS: Part(
        REMISSIONS, pgettext_lazy("item edit", "Remissions of the fee"), pgettext_lazy("item edit", "Add a remission"), "text",
        "when",
    ),
    VALID: Part(
        VALID, pgettext_lazy("item edit", "How long the result holds"), pgettext_lazy("item edit", "Add a term"), "text", "when",
    ),
    ENDS: Part(
        ENDS, pgettext_lazy("item edit", "Certificates that the result ends"),
        pgettext_lazy("item edit", "Add a certificate that ends"), "name", "when",
    ),
}  # fmt: skip
REST = "rest"
REST_LABEL: Text = pgettext_lazy("item edit", "Place, fee, limits, result")


@dataclass(frozen=True)
class Input:
    """One field of a form. `name`: where it stands in the entry, as limits.promised.value; `least`, `most`: characters of a
    text, values of a number, how many answers."""

    name: str
    # line | text | spans | whole | amount | choice | checks | flag | options | condition | codes | element | department | blank
    # | asks | numbers
    # line | text | spans | whole | amount | choice | checks | flag | options | condition | codes | element | blank | asks | rows
    kind: str
    least: int = 0
    most: int = NAME
    choices: Mapping[str, Text] = field(default_factory=dict)
    may_be_empty: bool = False

    @property
    def label(self) -> Text:
        return LABELS.get(self.name) or NAMES[self.name]

    @property
    def heading(self) -> Text:
        return HEADINGS.get(self.name.partition(".")[0], "")


LABELS: dict[str, Text] = {
    "limits.pre_review_days": pgettext_lazy("item edit", "Days to look at papers sent online"),
    "limits.notice_days": pgettext_lazy("item edit", "Days to say what is missing"),
    "limits.supplement_days": pgettext_lazy("item edit", "Days to bring what is missing"),
    "limits.issue_days": pgettext_lazy("item edit", "Days to hand the result over"),
    "fee.basis_zh": pgettext_lazy("item edit", "What sets the fee (Chinese)"),
    "fee.basis_en": pgettext_lazy("item edit", "What sets the fee (English)"),
    "result.kind": pgettext_lazy("item edit", "Kind of result"),
    "result.certificate_type": pgettext_lazy("item edit", "Type of certificate for the library"),
    "result.valid_years": pgettext_lazy("item edit", "Valid for so many years"),
    "amount": pgettext_lazy("item edit", "Amount in yuan"),
    "percent": pgettext_lazy("item edit", "Per cent less"),
    "for_years": pgettext_lazy("item edit", "For so many years"),
    "for_months": pgettext_lazy("item edit", "For so many months"),
    "for_days": pgettext_lazy("item edit", "For so many days"),
    "until": pgettext_lazy("item edit", "Until this day"),
    "which": pgettext_lazy("item edit", "Which of them ends"),
    "field": pgettext_lazy("item edit", "Field of the form that says its number"),
    "formula.kind": pgettext_lazy("item edit", "How it is computed"),
    "formula.field": pgettext_lazy("item edit", "Number of the form that counts"),
    "formula.unit_zh": pgettext_lazy("item edit", "What is counted (Chinese)"),
    "formula.unit_en": pgettext_lazy("item edit", "What is counted (English)"),
    "formula.unit_price": pgettext_lazy("item edit", "Yuan for each"),
    "formula.base": pgettext_lazy("item edit", "Yuan in any case"),
    "formula.included": pgettext_lazy("item edit", "So many are in it"),
    "formula.steps": pgettext_lazy("item edit", "Steps"),
    "formula.least": pgettext_lazy("item edit", "Yuan at least"),
    "formula.most": pgettext_lazy("item edit", "Yuan at most"),
    "joint": pgettext_lazy("item edit", "Several bodies decide together"),
    "act": pgettext_lazy("item edit", "Which step of a case it is"),
    "department": pgettext_lazy("item edit", "Department that is asked"),
    "procedure": pgettext_lazy("item edit", "Which special procedure"),
    "days": pgettext_lazy("item edit", "Working days that it may take"),
    "who_zh": pgettext_lazy("item edit", "By whom (Chinese)"),
    "who_en": pgettext_lazy("item edit", "By whom (English)"),
    "standard_zh": pgettext_lazy("item edit", "What it is judged by (Chinese)"),
    "standard_en": pgettext_lazy("item edit", "What it is judged by (English)"),
    "duties.receiver_reviews": pgettext_lazy("item edit", "Who accepted it may also review it"),
    "duties.reviewer_issues": pgettext_lazy("item edit", "Who reviewed it may also make the result"),
    "least": pgettext_lazy("item edit", "Lowest number"),
    "most": pgettext_lazy("item edit", "Highest number"),
    "on_result": pgettext_lazy("item edit", "The licence states it"),
    "seasons": pgettext_lazy("item edit", "From and to, a line for each"),
    "quota.by": pgettext_lazy("item edit", "How places are given"),
    "quota.carried": pgettext_lazy("item edit", "Whoever is not drawn goes on to the next round"),
    "form": pgettext_lazy("item edit", "The hall hands out a blank of it"),
}
_SEASONS = NAMES["seasons"]
_PLACE = pgettext_lazy("item edit", "Where and how")
HEADINGS: dict[str, Text] = {
    **dict.fromkeys(("where", "online_level", "appointment", "instant", "joint", "minutes", "wait_minutes"), _PLACE),
    "seasons": _SEASONS,
    "quota": pgettext_lazy("item edit", "Places that are counted"),
    "duties": pgettext_lazy("item edit", "Duties kept apart"),
    "form": pgettext_lazy("item edit", "Blank to print"),
    "limits": pgettext_lazy("item edit", "Limits"),
    "fee": pgettext_lazy("item edit", "Fee"),
    "formula": pgettext_lazy("item edit", "Computed by a number of the form"),
    "result": pgettext_lazy("item edit", "Result"),
    "stated": pgettext_lazy("item edit", "What else the national list states"),
}
HINTS: dict[str, Text] = {
    "online_level": pgettext_lazy("item edit", "How whoever sends it online has to be known; a window sees who comes"),
    "satisfied_by": pgettext_lazy("item edit", "Codes of the types of certificates, separated by spaces"),
    "reuse_days": pgettext_lazy("item edit", "One they handed in before, found right, is used again; empty: never"),
    "element": pgettext_lazy("item edit", "What it is in the data dictionary: asked once, carried over"),
    "minutes": pgettext_lazy("item edit", "At the window; may be empty"),
    "wait_minutes": pgettext_lazy(
        "item edit", "From the receipt to the result at the window; empty: nobody waits for it"
    ),
    "seasons": pgettext_lazy(
        "item edit", "Every year: 09-01 10-15; once: 2027-03-01 2027-03-31. Both days are within. Empty: all year"
    ),
    "quota.by": pgettext_lazy(
        "item edit", "How many there are each round says, among the counted places of the department"
    ),
    "form.lines": pgettext_lazy(
        "item edit",
        "Rows to write on that the form does not ask. Whoever empties a row takes it out; the number says its place",
    ),
    "form.signatures": pgettext_lazy("item edit", "One at least, each with a day. Whoever empties a row takes it out"),
    "form.fields": pgettext_lazy("item edit", "Nothing ticked: the whole form"),
    "fee.amount": pgettext_lazy(
        "item edit", "Empty: by its rates, or as the text says. Free of charge: leave all of the fee empty"
    ),
    "amount": pgettext_lazy("item edit", "Empty where it is computed, as below"),
    "percent": pgettext_lazy("item edit", "100: nothing is paid"),
    "formula.unit_price": pgettext_lazy("item edit", "Of a price for each"),
    "formula.base": pgettext_lazy("item edit", "Of a price for each, where a sum with some in it is paid first"),
    "formula.steps": pgettext_lazy(
        "item edit",
        "Of a share or of tiers, the lowest first. Whoever empties a row takes it out; the last one may have no upper end",
    ),
    "formula.least": pgettext_lazy("item edit", "May be empty"),
    "until": pgettext_lazy("item edit", "One of the four is filled in; none: it holds without end"),
    "field": pgettext_lazy("item edit", "Empty: none says it; it is the one that came as a paper"),
    "limits.statutory.value": pgettext_lazy("item edit", "0: none is set"),
    "act": pgettext_lazy("item edit", "Opinions and special procedures are done before anything is granted"),
    "department": pgettext_lazy("item edit", "Of an opinion that is asked for; else empty"),
    "days": pgettext_lazy("item edit", "May be empty"),
    "longest": pgettext_lazy("item edit", "Of texts"),
    "least": pgettext_lazy("item edit", "Of numbers and amounts; may be empty"),
    "options": pgettext_lazy("item edit", "Whoever empties both texts takes an answer out; the number says its place"),
}
TYPES: dict[str, Text] = {
    "text": pgettext_lazy("item edit", "text"),
    "number": pgettext_lazy("item edit", "number"),
    "date": pgettext_lazy("item edit", "day"),
    "choice": pgettext_lazy("item edit", "one of several"),
    "phone": pgettext_lazy("item edit", "telephone"),
    "id_number": pgettext_lazy("item edit", "number of a document"),
    "name": pgettext_lazy("item edit", "name of a person"),
    "address": pgettext_lazy("item edit", "address"),
    "money": pgettext_lazy("item edit", "amount in yuan"),
    "yes_no": pgettext_lazy("item edit", "yes or no"),
}
RESULTS: dict[str, Text] = {
    "licence": pgettext_lazy("item edit", "licence"),
    "certificate": pgettext_lazy("item edit", "certificate"),
    "reply": pgettext_lazy("item edit", "reply"),
}
# Columns of what is written in rows.
LINES: dict[str, Text] = {
    "label_zh": pgettext_lazy("item version", "Chinese text"),
    "label_en": pgettext_lazy("item version", "English text"),
    "sample": pgettext_lazy("item edit", "What a filled one says (Chinese)"),
}
SIGNERS: dict[str, Text] = {
    "text_zh": pgettext_lazy("item version", "Chinese text"),
    "text_en": pgettext_lazy("item version", "English text"),
}
STEPS: dict[str, Text] = {
    "up_to": pgettext_lazy("item edit", "Up to and with"),
    "value": pgettext_lazy("item edit", "Yuan, or per mille of a share"),
}
FORMULAS: dict[str, Text] = {
    "": pgettext_lazy("item edit", "it is not: the amount is fixed"),
    "per_unit": pgettext_lazy("item edit", "a price for each"),
    "share": pgettext_lazy("item edit", "a share per mille, by steps"),
    "tiers": pgettext_lazy("item edit", "an amount by tiers"),
}
ONLINE_LEVELS: dict[str, Text] = {each: VALUES[each] for each in ("declared", "vouched", "window")}
QUOTAS: dict[str, Text] = {
    "": pgettext_lazy("item edit", "Not counted"),
    "order": VALUES["order"],
    "draw": VALUES["draw"],
}
APPOINTMENTS: dict[str, Text] = {
    "required": pgettext_lazy("item edit", "needed"),
    "advised": VALUES["advised"],
    "none": VALUES["none"],
}


SOURCES: dict[str, Text] = {
    "": pgettext_lazy("item edit", "not said"),
    **{each: VALUES[each] for each in ("applicant", "government", "other")},
}


def _valued(codes: object) -> dict[str, Text]:
    return {each: VALUES[each] for each in get_args(codes)}


def _both(name: str, kind: str = "line", most: int = NAME) -> tuple[Input, Input]:
    return Input(f"{name}_zh", kind, most=most), Input(f"{name}_en", kind, most=most)


_TYPES = {each: TYPES[each] for each in get_args(FieldType)}
_UNITS = _valued(Unit)
INPUTS: dict[str, tuple[Input, ...]] = {
    "questions": (
        *_both("text"), *_both("help", "text", LONGEST_WORDS), Input("options", "options", most=20),
        Input("asked_if", "condition"),
    ),
    "situations": (*_both("name"), Input("when", "condition")),
    "handling_items": (*_both("name"), Input("when", "condition")),
    "conditions": (*_both("text", "text", LONGEST_WORDS), Input("needed_if", "condition")),
    "materials": (
        *_both("name"), Input("originals", "whole", most=100), Input("copies", "whole", most=100),
        Input("necessity", "choice", choices=_valued(Necessity)), Input("satisfied_by", "codes"),
        Input("reuse_days", "whole", least=1, most=LONGEST_REUSE, may_be_empty=True),
        Input("channels", "checks", choices=_valued(Channel)), *_both("accept", "text", LONGEST_WORDS),
        Input("source", "choice", choices=SOURCES), *_both("issuer"), *_both("fill", "text", LONGEST_WORDS),
        Input("needed_if", "condition"), Input("form", "blank"), Input("form.fields", "asks"),
        Input("form.lines", "rows", most=30, choices=LINES), *_both("form.note", "text", LONGEST_WORDS),
        *_both("form.declare", "text", LONGEST_WORDS), Input("form.signatures", "rows", most=6, choices=SIGNERS),
    ),
    "fields": (
        *_both("label"), *_both("group"), Input("type", "choice", choices=_TYPES), Input("required", "flag"),
        Input("on_result", "flag"), Input("element", "element", most=80), Input("longest", "whole", least=1, most=2000),
        Input("least", "amount", may_be_empty=True), Input("most", "amount", may_be_empty=True),
        Input("options", "options", most=40), Input("show_if", "condition"),
    ),
    "flow": (
        *_both("name"), Input("act", "choice", choices=ACTS), Input("department", "department", most=40),
        Input("procedure", "choice", choices=PROCEDURES), Input("days", "whole", most=366, may_be_empty=True),
        *_both("who", most=LONGEST_WORDS), *_both("standard", "text", LONGEST_WORDS), Input("needed_if", "condition"),
    ),
    "faq": (*_both("text"), *_both("answer", "text", LONGEST_WORDS)),
    RATES: (
        Input("amount", "amount", may_be_empty=True), *_both("text", "text", LONGEST_WORDS), Input("when", "condition"),
        Input("formula.kind", "choice", choices=FORMULAS), Input("formula.field", "numbers", most=80),
        Input("formula.unit_zh", "line", most=20), Input("formula.unit_en", "line", most=40),
        Input("formula.unit_price", "amount", may_be_empty=True), Input("formula.base", "amount", may_be_empty=True),
        Input("formula.included", "whole", most=100), Input("formula.steps", "rows", most=12, choices=STEPS),
        Input("formula.least", "amount", may_be_empty=True), Input("formula.most", "amount", may_be_empty=True),
    ),
    REMISSIONS: (*_both("text"), Input("percent", "whole", least=1, most=100), Input("when", "condition")),
    VALID: (
        *_both("text"), Input("for_years", "whole", least=1, most=100, may_be_empty=True),
        Input("for_months", "whole", least=1, most=1200, may_be_empty=True),
        Input("for_days", "whole", least=1, most=3660, may_be_empty=True), Input("until", "numbers", most=80),
        Input("when", "condition"),
    ),
    ENDS: (
        *_both("name"), Input("type", "line", most=80), Input("which", "choice", choices=ENDED),
        Input("field", "numbers", most=80), Input("when", "condition"),
    ),
    REST: (
        *(Input(f"where.{each}", "flag") for each in ("window", "online", "kiosk", "cabinet")),
        Input("instant", "flag"), Input("joint", "flag"),
        Input("online_level", "choice", choices=ONLINE_LEVELS),
        Input("appointment", "choice", choices=APPOINTMENTS), Input("minutes", "amount", may_be_empty=True),
        Input("wait_minutes", "whole", least=1, most=480, may_be_empty=True),
        Input("duties.receiver_reviews", "flag"), Input("duties.reviewer_issues", "flag"),
        Input("seasons", "spans", most=12),
        Input("quota.by", "choice", choices=QUOTAS), Input("quota.carried", "flag"),
        Input("limits.promised.value", "whole", most=3660), Input("limits.promised.unit", "choice", choices=_UNITS),
        Input("limits.statutory.value", "whole", most=3660), Input("limits.statutory.unit", "choice", choices=_UNITS),
        *(Input(f"limits.{each}_days", "whole", most=366) for each in ("pre_review", "notice", "supplement", "issue")),
        *_both("fee.text", "text", LONGEST_WORDS), *_both("fee.basis", "text", LONGEST_WORDS),
        Input("fee.amount", "amount", may_be_empty=True), Input("fee.needed_if", "condition"),
        *_both("result.name"), Input("result.printable", "flag"), Input("result.kind", "choice", choices=RESULTS),
        Input("result.valid_years", "whole", least=1, most=100, may_be_empty=True),
        Input("result.certificate_type", "line", most=80),
        *(
            each
            for name in (*STATED, *AT_TIMES)
            if name not in BODIES
            for each in _both(f"stated.{name}", "text", LONGEST_WORDS)
        ),
        *(each for name in BODIES for each in _both(f"stated.{name}", most=80)),
    ),
}  # fmt: skip


_OF_REST = ("fee", "limits", "result", "where", "appointment", "season", "stated")
_ENTRY = re.compile(r"\[(\d+)\]|\.([^.\[]+)")  # of a list: by its place, or its code


def part_of(where: str) -> str:
    """The part that a fault stands in; what is in no list is the rest."""
    for part, at in WITHIN.items():
        if where == at or where.startswith((f"{at}[", f"{at}.")):
            return part
    first = _first(where)
    return first if first in PARTS else REST


def _first(where: str) -> str:
    return where.partition(".")[0].partition("[")[0]


def place_said(where: str, document: Mapping[str, Any]) -> str:
    """Where a fault stands, as people call it: the part, and the entry by its name. "" for what is in no part.

    :param where: as of `faults.Fault`.
    """
    code = part_of(where)
    if code == REST:
        return str(REST_LABEL) if _first(where) in _OF_REST else ""
    part, at = PARTS[code], _ENTRY.match(where.removeprefix(WITHIN.get(code, code)))
    entry = _entry(code, document, at[1], at[2]) if at is not None else None
    name = named(entry, part.text) if entry is not None else ""
    return (
        pgettext("item edit", "%(part)s “%(name)s”") % {"part": part.label, "name": name} if name else str(part.label)
    )


def _entry(part: str, document: Mapping[str, Any], at: str | None, code: str | None) -> Mapping[str, Any] | None:
    listed = entries(document, part)
    if at is not None:
        return listed[int(at)] if int(at) < len(listed) else None
    return next((each for each in listed if code is not None and str(each.get(CODED.get(part, ""))) == code), None)
