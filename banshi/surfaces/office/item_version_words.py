"""Two versions of a matter in words: which part, which value, what it was and what it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext, pgettext_lazy
from pydantic import ValidationError

from banshi.foundation.said import english, named
from banshi.rooms.catalogue.rules.checks import parsed
from banshi.rooms.catalogue.rules.compared import ORDER, Change, Leaf, Said, tree_said
from banshi.rooms.catalogue.rules.condition_words import sentence
from banshi.rooms.catalogue.rules.costs import UNNAMED, number_of, tariff_words
from banshi.rooms.catalogue.rules.handling import Formula, Handling
from banshi.rooms.catalogue.rules.valid import length_said

Text = str | Promise

PARTS: dict[str, Text] = {
    "item": pgettext_lazy("item version", "Matter"),
    "questions": pgettext_lazy("item version", "Question"),
    "situations": pgettext_lazy("item version", "Situation"),
    "handling_items": pgettext_lazy("item version", "Handling item"),
    "conditions": pgettext_lazy("item version", "Condition"),
    "materials": pgettext_lazy("item version", "Paper"),
    "fields": pgettext_lazy("item version", "Field of the form"),
    "flow": pgettext_lazy("item version", "Stage"),
    "faq": pgettext_lazy("item version", "Question and answer"),
    "rest": pgettext_lazy("item version", "Handling"),
}
HOW: dict[str, Text] = {
    "added": pgettext_lazy("item version", "added"),
    "removed": pgettext_lazy("item version", "removed"),
    "changed": pgettext_lazy("item version", "changed"),
}
NAMES: dict[str, Text] = {
    "id": pgettext_lazy("item version", "Code"),
    "code": pgettext_lazy("item version", "Code"),
    "text_zh": pgettext_lazy("item version", "Chinese text"),
    "text_en": pgettext_lazy("item version", "English text"),
    "name_zh": pgettext_lazy("item version", "Chinese name"),
    "name_en": pgettext_lazy("item version", "English name"),
    "label_zh": pgettext_lazy("item version", "Chinese name"),
    "label_en": pgettext_lazy("item version", "English name"),
    "help_zh": pgettext_lazy("item version", "Help in Chinese"),
    "help_en": pgettext_lazy("item version", "Help in English"),
    "accept_zh": pgettext_lazy("item version", "What is looked at (Chinese)"),
    "accept_en": pgettext_lazy("item version", "What is looked at (English)"),
    "source": pgettext_lazy("item version", "Where it comes from"),
    "issuer_zh": pgettext_lazy("item version", "Issued by (Chinese)"),
    "issuer_en": pgettext_lazy("item version", "Issued by (English)"),
    "fill_zh": pgettext_lazy("item version", "How to fill it in (Chinese)"),
    "fill_en": pgettext_lazy("item version", "How to fill it in (English)"),
    "answer_zh": pgettext_lazy("item version", "Answer (Chinese)"),
    "answer_en": pgettext_lazy("item version", "Answer (English)"),
    "form.fields": pgettext_lazy("item version", "Blank: what it asks"),
    "form.lines": pgettext_lazy("item version", "Blank: lines beside"),
    "form.note_zh": pgettext_lazy("item version", "Blank: notes (Chinese)"),
    "form.note_en": pgettext_lazy("item version", "Blank: notes (English)"),
    "form.declare_zh": pgettext_lazy("item version", "Blank: what is signed (Chinese)"),
    "form.declare_en": pgettext_lazy("item version", "Blank: what is signed (English)"),
    "form.signatures": pgettext_lazy("item version", "Blank: who signs"),
    "options": pgettext_lazy("item version", "Answers"),
    "asked_if": pgettext_lazy("item version", "Asked if"),
    "when": pgettext_lazy("item version", "Holds if"),
    "needed_if": pgettext_lazy("item version", "Needed if"),
    "show_if": pgettext_lazy("item version", "Shown if"),
    "necessity": pgettext_lazy("item version", "Necessity"),
    "originals": pgettext_lazy("item version", "Originals"),
    "copies": pgettext_lazy("item version", "Copies"),
    "channels": pgettext_lazy("item version", "Ways to hand in"),
    "satisfied_by": pgettext_lazy("item version", "Certificates that stand for it"),
    "reuse_days": pgettext_lazy("item version", "Days for which an earlier one stands for it"),
    "type": pgettext_lazy("item version", "Type"),
    "required": pgettext_lazy("item version", "Must be filled in"),
    "element": pgettext_lazy("item version", "Data element"),
    "group_zh": pgettext_lazy("item version", "Group (Chinese)"),
    "group_en": pgettext_lazy("item version", "Group (English)"),
    "longest": pgettext_lazy("item version", "Characters at most"),
    "limits.promised.value": pgettext_lazy("item version", "Promised limit"),
    "limits.promised.unit": pgettext_lazy("item version", "Promised limit, unit"),
    "limits.statutory.value": pgettext_lazy("item version", "Statutory limit"),
    "limits.statutory.unit": pgettext_lazy("item version", "Statutory limit, unit"),
    "promised_days": pgettext_lazy("item version", "Promised days"),
    "statutory_days": pgettext_lazy("item version", "Statutory days"),
    "fee.amount": pgettext_lazy("item version", "Fee in yuan"),
    "fee.text_zh": pgettext_lazy("item version", "Fee (Chinese)"),
    "fee.text_en": pgettext_lazy("item version", "Fee (English)"),
    "fee.rates": pgettext_lazy("item version", "Rates of the fee"),
    "fee.remissions": pgettext_lazy("item version", "Remissions of the fee"),
    "fee.needed_if": pgettext_lazy("item version", "Fee if"),
    "home_visit": pgettext_lazy("item version", "Done at home"),
    "fee_zh": pgettext_lazy("item version", "Fee (Chinese)"),
    "fee_en": pgettext_lazy("item version", "Fee (English)"),
    "result.name_zh": pgettext_lazy("item version", "Result (Chinese)"),
    "result.name_en": pgettext_lazy("item version", "Result (English)"),
    "result_zh": pgettext_lazy("item version", "Result (Chinese)"),
    "result_en": pgettext_lazy("item version", "Result (English)"),
    "acceptance_condition_zh": pgettext_lazy("item version", "Conditions (Chinese)"),
    "acceptance_condition_en": pgettext_lazy("item version", "Conditions (English)"),
    "department.name_zh": pgettext_lazy("item version", "Department (Chinese)"),
    "department.name_en": pgettext_lazy("item version", "Department (English)"),
    "where.window": pgettext_lazy("item version", "At the window"),
    "where.online": pgettext_lazy("item version", "Online"),
    "where.kiosk": pgettext_lazy("item version", "At the kiosk"),
    "where.cabinet": pgettext_lazy("item version", "At the cabinet"),
    "appointment": pgettext_lazy("item version", "Appointment"),
    "by_promise.duty_zh": pgettext_lazy("item version", "Promise: what is told (Chinese)"),
    "by_promise.duty_en": pgettext_lazy("item version", "Promise: what is told (English)"),
    "by_promise.untrue_zh": pgettext_lazy("item version", "Promise: where it is not so (Chinese)"),
    "by_promise.untrue_en": pgettext_lazy("item version", "Promise: where it is not so (English)"),
    "by_promise.promise_zh": pgettext_lazy("item version", "Promise: what is promised (Chinese)"),
    "by_promise.promise_en": pgettext_lazy("item version", "Promise: what is promised (English)"),
    "online_level": pgettext_lazy("item version", "Identity asked online"),
    "minutes": pgettext_lazy("item version", "Typical minutes"),
    "result.grants": pgettext_lazy("item version", "What a grant states"),
    "result.valid": pgettext_lazy("item version", "How long it holds"),
    "result.ends": pgettext_lazy("item version", "Certificates that it ends"),
    "result.printable": pgettext_lazy("item version", "Printed at a kiosk"),
    "wait_minutes": pgettext_lazy("item version", "Done while they wait, minutes"),
    "seasons": pgettext_lazy("item version", "Received only"),
    "quota": pgettext_lazy("item version", "Places that are counted"),
    "quota.by": pgettext_lazy("item version", "How places are given"),
    "quota.carried": pgettext_lazy("item version", "Not drawn: on to the next round"),
    "checks": pgettext_lazy("item version", "What a value has to be"),
    "stated.basis_zh": pgettext_lazy("item version", "Legal basis (Chinese)"),
    "stated.basis_en": pgettext_lazy("item version", "Legal basis (English)"),
    "stated.quantity_zh": pgettext_lazy("item version", "Limited in number (Chinese)"),
    "stated.quantity_en": pgettext_lazy("item version", "Limited in number (English)"),
    "stated.intermediary_zh": pgettext_lazy("item version", "Services of third parties (Chinese)"),
    "stated.intermediary_en": pgettext_lazy("item version", "Services of third parties (English)"),
    "stated.bodies_zh": pgettext_lazy("item version", "Bodies that act together (Chinese)"),
    "stated.bodies_en": pgettext_lazy("item version", "Bodies that act together (English)"),
    "stated.advice_zh": pgettext_lazy("item version", "Advice (Chinese)"),
    "stated.advice_en": pgettext_lazy("item version", "Advice (English)"),
    "stated.complaints_zh": pgettext_lazy("item version", "Complaints (Chinese)"),
    "stated.complaints_en": pgettext_lazy("item version", "Complaints (English)"),
    "stated.limits_zh": pgettext_lazy("item version", "What sets the limit (Chinese)"),
    "stated.limits_en": pgettext_lazy("item version", "What sets the limit (English)"),
    "stated.scene_zh": pgettext_lazy("item version", "Why in person (Chinese)"),
    "stated.scene_en": pgettext_lazy("item version", "Why in person (English)"),
    "stated.payment_zh": pgettext_lazy("item version", "Paid online (Chinese)"),
    "stated.payment_en": pgettext_lazy("item version", "Paid online (English)"),
    "stated.courier_zh": pgettext_lazy("item version", "Courier (Chinese)"),
    "stated.courier_en": pgettext_lazy("item version", "Courier (English)"),
    "stated.reconsider_zh": pgettext_lazy("item version", "Who reconsiders (Chinese)"),
    "stated.reconsider_en": pgettext_lazy("item version", "Who reconsiders (English)"),
    "stated.court_zh": pgettext_lazy("item version", "Court (Chinese)"),
    "stated.court_en": pgettext_lazy("item version", "Court (English)"),
    "act": pgettext_lazy("item version", "Step of a case"),
    "department": pgettext_lazy("item version", "Department that is asked"),
    "procedure": pgettext_lazy("item version", "Special procedure"),
    "days": pgettext_lazy("item version", "Working days"),
    "who_zh": pgettext_lazy("item version", "By whom (Chinese)"),
    "who_en": pgettext_lazy("item version", "By whom (English)"),
    "standard_zh": pgettext_lazy("item version", "Judged by (Chinese)"),
    "standard_en": pgettext_lazy("item version", "Judged by (English)"),
    "duties.receiver_reviews": pgettext_lazy("item version", "Who accepted it may review it"),
    "duties.reviewer_issues": pgettext_lazy("item version", "Who reviewed it may make the result"),
    "instant": pgettext_lazy("item version", "Decided at the window"),
    ORDER: pgettext_lazy("item version", "Order"),
}
VALUES: dict[str, Text] = {
    "required": pgettext_lazy("item version", "required"),
    "optional": pgettext_lazy("item version", "not required"),
    "deferrable": pgettext_lazy("item version", "may follow later"),
    "advised": pgettext_lazy("item version", "advised"),
    "none": pgettext_lazy("item version", "none"),
    "paper": pgettext_lazy("item version", "on paper"),
    "scan": pgettext_lazy("item version", "scanned"),
    "upload": pgettext_lazy("item version", "uploaded"),
    "library": pgettext_lazy("item version", "from the library"),
    "usb": pgettext_lazy("item version", "on a USB stick"),
    "declared": pgettext_lazy("item version", "as typed"),
    "vouched": pgettext_lazy("item version", "vouched for by a real-name service"),
    "window": pgettext_lazy("item version", "card seen at a window or kiosk"),
    "applicant": pgettext_lazy("item version", "from whoever applies"),
    "government": pgettext_lazy("item version", "from an authority"),
    "other": pgettext_lazy("item version", "from somebody else"),
    "working_day": pgettext_lazy("item version", "working days"),
    "day": pgettext_lazy("item version", "days"),
    "hour": pgettext_lazy("item version", "hours"),
    "minute": pgettext_lazy("item version", "minutes"),
    "order": pgettext_lazy("item version", "in the order of acceptance"),
    "draw": pgettext_lazy("item version", "drawn by lot"),
}
ENDED: dict[str, Text] = {
    "used": pgettext_lazy("item version", "the one used or named"),
    "only": pgettext_lazy("item version", "the one used or named, else the only one"),
    "all": pgettext_lazy("item version", "all that the holder has"),
}
ACTS: dict[str, Text] = {
    "receive": pgettext_lazy("item edit", "receipt and acceptance"),
    "review": pgettext_lazy("item edit", "review"),
    "consult": pgettext_lazy("item edit", "opinion of a department"),
    "procedure": pgettext_lazy("item edit", "special procedure"),
    "decide": pgettext_lazy("item edit", "decision"),
    "issue": pgettext_lazy("item edit", "result made and handed over"),
    "other": pgettext_lazy("item edit", "none of these: it is only said"),
}
PROCEDURES: dict[str, Text] = {
    "": pgettext_lazy("item edit", "none"),
    "hearing": pgettext_lazy("item edit", "hearing"),
    "bidding": pgettext_lazy("item edit", "bidding"),
    "auction": pgettext_lazy("item edit", "auction"),
    "inspection": pgettext_lazy("item edit", "inspection"),
    "testing": pgettext_lazy("item edit", "testing"),
    "quarantine": pgettext_lazy("item edit", "quarantine"),
    "appraisal": pgettext_lazy("item edit", "appraisal"),
    "expert_review": pgettext_lazy("item edit", "expert review"),
    "site_visit": pgettext_lazy("item edit", "on-site visit"),
    "publication": pgettext_lazy("item edit", "public notice"),
}
CHOSEN = {"act": ACTS, "procedure": PROCEDURES}
WORDED = frozenset({"necessity", "channels", "appointment", "unit", "online_level", "source", "by"})


@dataclass(frozen=True)
class Line:
    """One value. `known`: its name has words; else the model's own name is shown."""

    name: str
    known: bool
    before: str
    after: str


@dataclass(frozen=True)
class Shown:
    """One part with what differs in it."""

    part: str
    of: str
    how: str
    lines: tuple[Line, ...]


def change_shown(changes: Iterable[Change], before: Said, after: Said) -> list[Shown]:
    """In the active language."""
    zh = not english()
    return [
        Shown(
            str(PARTS[each.part]),
            each.of_zh if zh else each.of_en,
            str(HOW[each.how]),
            tuple(_line(leaf, before.handling, after.handling, zh=zh) for leaf in each.leaves),
        )
        for each in changes
    ]


def _line(leaf: Leaf, old: Handling, new: Handling, *, zh: bool) -> Line:
    name = NAMES.get(leaf.name)
    sides = (_side(leaf, leaf.before, old, zh=zh), _side(leaf, leaf.after, new, zh=zh))
    return Line(str(name or leaf.name), name is not None, *sides)


def _side(leaf: Leaf, value: Any, handling: Handling, *, zh: bool) -> str:
    said = tree_said(leaf, value, handling, zh=zh)
    if said is not None:
        return said or pgettext("item version", "always")
    return _value(leaf.name.rpartition(".")[2], value, handling)


def rate_said(rate: Mapping[str, Any], handling: Handling | None) -> str:
    """What a rate comes to: its amount, or how it is computed. :param handling: whose form names the number; None: a draft
    that is none yet.
    """
    try:
        formula = Formula.model_validate(rate["formula"]) if rate.get("formula") else None
    except ValidationError:  # of a draft: its page says what is wrong
        return ""
    if formula is not None:
        of = number_of(handling, formula) if handling is not None else UNNAMED
        return tariff_words(formula, of)[english()]
    return pgettext("item edit", "%(amount)s yuan") % {"amount": rate["amount"]}


def _value(name: str, value: Any, handling: Handling) -> str:
    if isinstance(value, bool):
        return pgettext("item version", "yes") if value else pgettext("item version", "no")
    if name == "checks" and isinstance(value, str):
        hint = parsed(value).hint
        return hint.en if english() else hint.zh
    if isinstance(value, list):
        return gettext(", ").join(_value(name, each, handling) for each in value)
    if isinstance(value, dict) and "first" in value:  # a season
        return " – ".join((value["first"], value["last"]))
    if isinstance(value, dict) and name == "rates":
        return " · ".join((named(value, "text"), rate_said(value, handling)))
    if isinstance(value, dict) and name == "remissions":
        return f"{named(value, 'text')} · {value['percent']}%"
    if isinstance(value, dict) and name == "valid":
        return f"{named(value, 'text')} · {length_said(value)[english()]}"
    if isinstance(value, dict) and name == "ends":
        return " · ".join(
            (named(value, "name"), str(ENDED[value["which"]]), sentence(value["when"], handling, zh=not english()))
        ).removesuffix(" · ")
    if isinstance(value, dict):  # an answer of a question, or one of a list by its name
        tongue = "en" if english() else "zh"
        return str(value.get(f"text_{tongue}") or value.get(f"label_{tongue}", value))
    if value is None:
        return ""
    if name in CHOSEN and value:
        return str(CHOSEN[name].get(value, value))
    return str(VALUES.get(value, value)) if name in WORDED and isinstance(value, str) else str(value)
