"""Drafts of matters in words: what publishing changes, what was mended on the way, what is kept beside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, npgettext, pgettext, pgettext_lazy

from banshi.rooms.catalogue.rules.drafts import Difference
from banshi.rooms.catalogue.rules.handling import Limit, Paper
from banshi.surfaces.office.item_version_words import VALUES

Text = str | Promise
MOST_SHOWN = 12  # of what is kept beside, a table

KINDS: dict[str, Text] = {
    "department": pgettext_lazy("item draft", "Department"),
    "name": pgettext_lazy("item draft", "Name"),
    "condition": pgettext_lazy("item draft", "Conditions"),
    "fee": pgettext_lazy("item draft", "Fee"),
    "result": pgettext_lazy("item draft", "Result"),
    "promised": pgettext_lazy("item draft", "Promised limit"),
    "statutory": pgettext_lazy("item draft", "Statutory limit"),
    "question": pgettext_lazy("item draft", "Questions"),
    "faq": pgettext_lazy("item draft", "Questions and answers"),
}
NECESSITIES: dict[str, Text] = {
    "required": pgettext_lazy("item draft", "required"),
    "optional": pgettext_lazy("item draft", "not required"),
    "deferrable": pgettext_lazy("item draft", "may follow later"),
}
MENDED: dict[str, Text] = {
    "html": pgettext_lazy("item draft", "Markup taken out"),
    "entities": pgettext_lazy("item draft", "Signs written as &…; put right"),
    "escapes": pgettext_lazy("item draft", "Signs written as codes put right"),
    "spaces": pgettext_lazy("item draft", "Spaces evened"),
    "unseen": pgettext_lazy("item draft", "Unseen characters taken out"),
    "nothing": pgettext_lazy("item draft", "Words for nothing left out"),
    "numbers": pgettext_lazy("item draft", "Numbers of lists taken out"),
    "date": pgettext_lazy("item draft", "Days read"),
    "shortened": pgettext_lazy("item draft", "Shortened"),
    "folded": pgettext_lazy("item draft", "Codes in narrow letters"),
    "encoding": pgettext_lazy("item draft", "File in another encoding"),
    "default": pgettext_lazy("item draft", "Taken as usual, or counted in days"),
    "twice": pgettext_lazy("item draft", "Came twice"),
    "library": pgettext_lazy("item draft", "Need not be brought: the library has it"),
    "nearest": pgettext_lazy("item draft", "Rows of no item taken for this one"),
}
BESIDE: dict[str, Text] = {
    "item_bylaw": pgettext_lazy("item draft", "Legal basis"),
    "qa": pgettext_lazy("item draft", "Questions and answers"),
    "item_window": pgettext_lazy("item draft", "Where"),
    "item_flowsheet": pgettext_lazy("item draft", "Stages"),
    "item_special": pgettext_lazy("item draft", "Special procedures"),
    "item_result": pgettext_lazy("item draft", "Results"),
    "charge": pgettext_lazy("item draft", "Charges"),
    "link_way": pgettext_lazy("item draft", "Advice"),
    "supervise_way": pgettext_lazy("item draft", "Complaints"),
    "authority_division": pgettext_lazy("item draft", "Who is in charge"),
    "reconsiderat": pgettext_lazy("item draft", "Reconsideration"),
    "litigation": pgettext_lazy("item draft", "Going to court"),
    "entrust_name": pgettext_lazy("item draft", "On behalf of"),
    "pre_task_name": pgettext_lazy("item draft", "Comes before it"),
    "promise_day_explain": pgettext_lazy("item draft", "On the promised limit"),
    "handle_area": pgettext_lazy("item draft", "Code of the scope"),
    "is_intelli_approval": pgettext_lazy("item draft", "Decided by rule"),
    "theme_natural_type": pgettext_lazy("item draft", "Themes for individuals"),
    "theme_legal_type": pgettext_lazy("item draft", "Themes for businesses"),
    "version_date": pgettext_lazy("item draft", "Day of this version"),
}


@dataclass(frozen=True)
class Change:
    """One line of what publishing changes. `more`: what was not there; `less`: what is no more."""

    what: str
    before: str
    after: str

    @property
    def more(self) -> bool:
        return not self.before

    @property
    def less(self) -> bool:
        return not self.after


def change_lines(differences: Iterable[Difference]) -> list[Change]:
    return [Change(_what(each), _said(each.before), _said(each.after)) for each in differences]


def _what(difference: Difference) -> str:
    paper = difference.after or difference.before
    return paper.name_zh if isinstance(paper, Paper) else str(KINDS[difference.kind])


def _said(side: str | Limit | Paper | None) -> str:
    if isinstance(side, Paper):
        return paper_words(side)
    return limit_words(side) if isinstance(side, Limit) else side or ""


def paper_words(paper: Paper) -> str:
    counted = []
    if paper.originals:
        text = npgettext("item draft", "%(n)s original", "%(n)s originals", paper.originals)
        counted.append(text % {"n": paper.originals})
    if paper.copies:
        counted.append(npgettext("item draft", "%(n)s copy", "%(n)s copies", paper.copies) % {"n": paper.copies})
    said = gettext(", ").join([*counted, str(NECESSITIES[paper.necessity])])
    issuer = paper.issuer_zh and pgettext("item draft", "Issued by: %(issuer)s") % {"issuer": paper.issuer_zh}
    fill = paper.fill_zh and pgettext("item draft", "How to fill it in: %(how)s") % {"how": paper.fill_zh}
    source = paper.source and str(VALUES[paper.source])
    return "\n".join(filter(None, (said, source, issuer, fill, paper.accept_zh)))


def limit_words(limit: Limit) -> str:
    n = limit.value
    said = {
        "working_day": npgettext("item draft", "%(n)s working day", "%(n)s working days", n),
        "day": npgettext("item draft", "%(n)s day", "%(n)s days", n),
        "hour": npgettext("item draft", "%(n)s hour", "%(n)s hours", n),
        "minute": npgettext("item draft", "%(n)s minute", "%(n)s minutes", n),
    }
    return said[limit.unit] % {"n": n}


def mended_lines(mended: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """What was mended, and in which fields."""
    fields: dict[str, list[str]] = {}
    for each in mended:
        fields.setdefault(str(each["what"]), []).append(str(each["where"]))
    return [(str(MENDED.get(what, what)), " ".join(where)) for what, where in fields.items()]


def unknown_lines(unknown: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """Field, value, and what it was taken for; "" where it is kept as text alone."""
    text = pgettext("item draft", "kept as text")
    return [
        (
            str(each["where"]),
            str(each["value"]),
            text if each["kept"] in ("text", "paper", "left out") else str(each["kept"]),
        )
        for each in unknown
    ]


def kept_beside(more: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """What the store says and we have no place for, as lines of text."""
    found = []
    for name, said in more.items():
        lines = [said] if isinstance(said, str) else [" · ".join(row.values()) for row in said[:MOST_SHOWN]]
        if lines:
            found.append((str(BESIDE.get(name, name)), lines))
    return found
