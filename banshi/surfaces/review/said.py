"""What was typed on the page of a case, read for the action, and put back where it was refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from banshi.foundation.said import named
from banshi.frames.typed import clean, day_or_none, lines_of
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.queries import PaperRow
from banshi.rooms.catalogue.rules.handling import Field

MOST_WHY = 300


class Said(dict[str, str]):
    """What was typed into the part of the page that was sent; nothing in any other."""

    def __init__(self, deed: str, typed: Mapping[str, Any] | None) -> None:
        super().__init__({name: str(typed[name]) for name in typed} if typed else {})
        self.deed = deed

    def __missing__(self, name: str) -> str:
        return ""


@dataclass(frozen=True)
class Row:
    """One paper with what is said of it. `says`: ok | bad | later | ""; `judged`: whether something is to be said;
    `counted_by`: the form in which one ticks that it came on paper, "" where its original is there or nobody receives it now."""

    paper: PaperRow
    says: str
    why: str
    on: str
    judged: bool
    may_follow: bool
    counted_by: str
    here: bool
    lies: tuple[str, ...]  # in words: what of it lies in which folder, and what went back


def rows_of(
    papers: Sequence[PaperRow], said: Said, *, deeds: Collection[str], lies: Mapping[str, tuple[str, ...]]
) -> list[Row]:
    """As it stands, or as it was just typed. In the pre-review nothing is said of papers that are yet to be brought.

    :param lies: by code, in words.
    """
    pre_review, receipt, found = "pre_review" in deeds, "receipt" in deeds, []
    counts = "verdicts" if receipt else "receive" if "receive" in deeds else ""
    for paper in papers:
        stands = {"ok": "ok", "bad": "bad"}.get(paper.state, "")
        why = next((row.why for row in paper.came if row.why), "")
        if said.deed:
            stands, why = said[f"ok-{paper.code}"] or stands, said[f"why-{paper.code}"] or why
        follows = paper.necessity == "deferrable" and not paper.there
        brought = paper.to_bring and not receipt
        found.append(
            Row(
                paper, stands, why, said[f"on-{paper.code}"], (pre_review or receipt) and not brought, follows,
                counts if paper.on_paper_yet else "", bool(said[f"here-{paper.code}"]),
                lies.get(paper.code, ()),
            )
        )  # fmt: skip
    return found


@dataclass(frozen=True)
class FieldLine:
    """One field of the form that may be told as missing or wrong."""

    code: str
    label: str
    lacks: bool
    why: str


def fields_of(fields: Sequence[Field], said: Said) -> list[FieldLine]:
    """Those that the situation asks for."""
    return [
        FieldLine(f.code, named(f, "label"), bool(said[f"field-{f.code}"]), said[f"field-why-{f.code}"]) for f in fields
    ]


# --- Read for the action ----------------------------------------------------------------------------------------


def verdicts_of(post: Mapping[str, Any], papers: Sequence[PaperRow], *, came_only: bool = False) -> list[cases.Verdict]:
    """What is said of each paper; nothing of those that nobody spoke of."""
    found = []
    for paper in papers:
        says = post.get(f"ok-{paper.code}", "")
        if says in ("ok", "bad") and (paper.came or _is_here(post, paper) or not came_only):
            why = lines_of(post.get(f"why-{paper.code}"), MOST_WHY)
            found.append(cases.Verdict(paper.code, says == "ok", "" if says == "ok" else why))
    return found


def told_of(post: Mapping[str, Any], asked: Sequence[Field]) -> list[cases.Verdict]:
    """The fields of the form that are said to be wrong, each with why."""
    return [
        cases.Verdict(f.code, False, lines_of(post.get(f"field-why-{f.code}"), MOST_WHY), "field")
        for f in asked
        if post.get(f"field-{f.code}")
    ]


def _is_here(post: Mapping[str, Any], paper: PaperRow) -> bool:
    return bool(post.get(f"here-{paper.code}")) and paper.on_paper_yet


def counted_of(post: Mapping[str, Any], papers: Sequence[PaperRow]) -> list[cases.Counted]:
    """Papers said to be here, as many as the list asks for."""
    here = [paper for paper in papers if _is_here(post, paper)]
    return [cases.Counted(paper.code, copies=max(1, paper.originals + paper.copies)) for paper in here]


def missing_of(post: Mapping[str, Any], papers: Sequence[PaperRow], asked: Sequence[Field]) -> list[cases.Missing]:
    """Papers said to be wrong or missing, and fields, each with why."""
    wrong = [cases.Missing(v.code, v.reason) for v in verdicts_of(post, papers) if not v.ok]
    return wrong + [cases.Missing(v.code, v.reason, "field") for v in told_of(post, asked)]


def deferred_of(post: Mapping[str, Any], papers: Sequence[PaperRow]) -> list[tuple[str, date]]:
    """Papers that follow, each by its day.

    :raises Refused: invalid – one without a day.
    """
    found = []
    for paper in papers:
        if post.get(f"ok-{paper.code}") == "later":
            day = day_or_none(clean(post.get(f"on-{paper.code}"), 10))
            if day is None:
                reason = _("Say by which day the paper follows.")
                raise Refused("invalid", facts={"field": f"on-{paper.code}", "reason": reason})
            found.append((paper.code, day))
    return found
