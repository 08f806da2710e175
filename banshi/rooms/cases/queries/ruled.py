"""What rules made of cases: of one, for whoever applied; of all of an item, beside what people decided."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from banshi.rooms.cases.models import Case, RuleProposal, RuleRun, RuleSwitch
from banshi.rooms.cases.queries.handling import handling_of_case
from banshi.rooms.cases.queries.views import visible_to
from banshi.rooms.cases.rules.by_rule import CHECKS, GRANT, PERSON, TOLD, Tried, agrees, reason
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import Item


@dataclass(frozen=True)
class RuleLine:
    """One rule, in words, and whether it held; None: it could not be told."""

    rule: str
    text_zh: str
    text_en: str
    held: bool | None


@dataclass(frozen=True)
class Ruled:
    """What the rules came to the last time they were tried. `seconds`: from sending or receiving to the decision; None where a
    person looks at it. `decides`: rules are switched on for it, so that whoever applied may wonder why they did not decide.
    """

    mode: str
    outcome: str
    why: str
    sampled: bool
    at: datetime
    version: int
    seconds: int | None
    lines: tuple[RuleLine, ...]

    @property
    def granted(self) -> bool:
        return self.outcome == GRANT

    @property
    def decides(self) -> bool:
        return self.mode == "live" and self.outcome == PERSON


def ruled(case: Case) -> Ruled | None:
    """None: its item has no rules, or they were not tried yet."""
    run = case.rule_runs.order_by("-id").first()
    if run is None:
        return None
    pack = handling_of_case(case).by_rule
    words = dict(CHECKS)
    words |= {rule.id: (rule.text_zh, rule.text_en) for rule in (pack.rules if pack is not None else ())}
    called = [words.get(each["rule"], (each["rule"], each["rule"])) for each in run.trace]
    lines = tuple(RuleLine(t["rule"], zh, en, t["held"]) for t, (zh, en) in zip(run.trace, called, strict=True))
    begun = case.submitted_at if run.occasion == "submit" else case.received_at
    seconds = None
    if run.outcome == GRANT and begun is not None:
        seconds = max(1, round((run.at - begun).total_seconds()))  # within one, as people read it
    return Ruled(run.mode, run.outcome, run.why, run.sampled, run.at, run.version, seconds, lines)


def comes_by_itself(case: Case) -> bool:
    """Whether rules granted it, and its result is a file that nobody makes, lays ready or fetches: given with its seal."""
    if case.phase not in ("decided", "issuing") or not case.granted or case.fee_due_on is not None:
        return False
    pack = handling_of_case(case).by_rule
    return (
        pack is not None
        and pack.electronic
        and case.issued_by_id is None
        and case.rule_runs.filter(outcome=GRANT, occasion="submit").exists()
    )


def why_by_person(case: Case) -> tuple[str, str] | None:
    """Why the rules of its matter left it to a person, Chinese and English, as whoever applied is told; None where they decided,
    decide nothing, or there is nothing to tell."""
    run = case.rule_runs.filter(mode="live").order_by("-id").first()
    pack = handling_of_case(case).by_rule
    if run is None or pack is None or run.outcome != PERSON or run.why not in TOLD or case.wait_until is not None:
        return None
    return reason(pack, [Tried(each["rule"], each["held"]) for each in run.trace], run.why)


@dataclass(frozen=True)
class RunsOfItem:
    """How rules and people did with an item. `agreed`, `differed`, `open`: cases the rules would have granted and a person looked
    at – in trial, or as a sample.
    """

    code: str
    name_zh: str
    name_en: str
    department_zh: str
    department_en: str
    mode: str
    sample_percent: int
    changed_at: datetime | None
    changed_by: str
    proposal: RuleProposal | None  # that they decide; another person switches them on
    granted: int
    to_person: int
    sampled: int
    agreed: int
    differed: int
    open: int

    @property
    def share(self) -> int | None:
        """Of those a person decided, how many in a hundred as the rules would have."""
        told = self.agreed + self.differed
        return round(100 * self.agreed / told) if told else None


def runs_by_item(*, halls: Collection[str], department: str = "") -> list[RunsOfItem]:
    """Every item with rules that is handled in these halls – by this department where one is said –, by code."""
    items = Item.objects.exclude(handling__by_rule=None).select_related("department", "rule_switch").order_by("code")
    items = items.filter(handling__has_key="by_rule")
    if "*" not in halls:
        items = items.filter(halls__hall__code__in=list(halls)).distinct()
    if department:
        items = items.filter(department__code=department)
    found = [item for item in items if catalogue.handling_of(item).by_rule is not None]
    counted = _counted(found, halls=halls, department=department)
    asked = {row.item_id: row for row in RuleProposal.objects.filter(item__in=found, ended_at=None).order_by("id")}
    return [_line(item, asked.get(item.pk), counted[item.pk]) for item in found]


def _counted(items: Sequence[Item], *, halls: Collection[str], department: str) -> dict[int, dict[str, int]]:
    counts = {
        item.pk: dict.fromkeys(("granted", "to_person", "sampled", "agreed", "differed", "open"), 0) for item in items
    }
    cases = visible_to(Case.objects.filter(item__in=items), halls=halls, department=department)
    runs = RuleRun.objects.filter(case__in=cases).order_by("id")
    columns = ("case__item_id", "outcome", "sampled", "held", "case__granted", "case__outcome")
    for item_id, outcome, sampled, held, granted, ended in runs.values_list(*columns):
        count = counts[item_id]
        count["granted" if outcome == GRANT else "to_person"] += 1
        count["sampled"] += sampled
        if outcome == PERSON and held:
            same = agrees(held=held, granted=granted, outcome=ended)
            count["open" if same is None else "agreed" if same else "differed"] += ended not in ("withdrawn", "lapsed")
    return counts


def _line(item: Item, asked: RuleProposal | None, count: dict[str, int]) -> RunsOfItem:
    switch: RuleSwitch | None = getattr(item, "rule_switch", None)
    department = item.department
    return RunsOfItem(
        item.code, item.name_zh, item.name_en, department.name_zh, department.name_en, switch.mode if switch else "off",
        switch.sample_percent if switch else 0, switch.changed_at if switch else None, switch.changed_by if switch else "",
        asked, **count,
    )  # fmt: skip


def runs(*, hall: str, department: str = "", item: str = "") -> QuerySet[RuleRun]:
    """What rules made of the cases of a hall, newest first."""
    seen = visible_to(Case.objects.all(), halls=[hall], department=department)
    rows = RuleRun.objects.filter(case__in=seen.values("pk")).select_related("case", "case__item")
    return (rows.filter(case__item__code=item) if item else rows).order_by("-at", "-id")


def agreement(run: RuleRun) -> bool | None:
    """Whether whoever decided the case of a run came to what the rules would have."""
    return agrees(held=run.held, granted=run.case.granted, outcome=run.case.outcome) if run.outcome == PERSON else None


def rules_mode(case: Case) -> str:
    """off | trial | live, of the item's switch as it stands now."""
    return RuleSwitch.objects.filter(item_id=case.item_id).values_list("mode", flat=True).first() or "off"
