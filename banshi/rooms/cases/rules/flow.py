"""办理流程 of a case: which stages are done, which is under way, and what a grant waits for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from banshi.kernel.refusals import Refusal
from banshi.kernel.working_days import WorkCalendar
from banshi.rooms.cases.rules.clocks import Stop, due
from banshi.rooms.catalogue.rules.flow import GATES
from banshi.rooms.catalogue.rules.handling import Stage

State = Literal["done", "now", "ahead"]
LAWS_OWN = ("receive", "issue")  # acts that have a clock of their own


@dataclass(frozen=True)
class Lived:
    """What a case has behind it, as days of its hall; None: not yet. `answered`: department → day of its last answer, `over`:
    procedure → day on which the last of its kind ended; `visited`: stage → day on which its visit was made, `planned`: stages
    whose visit is still to be made. `open`: departments that are asked, procedures under way. `issued`: the
    result was made, or a refusal handed over. `counted`: procedures that stop no clock here, done with the review that says what
    came of them. `draw_on`: the day of its draw, from which the days of the decision run."""

    received: date | None = None
    accepted: date | None = None
    proposed: date | None = None
    decided: date | None = None
    issued: date | None = None
    answered: Mapping[str, date] | None = None
    over: Mapping[str, date] | None = None
    open: frozenset[str] = frozenset()
    visited: Mapping[str, date] | None = None
    planned: frozenset[str] = frozenset()
    counted: frozenset[str] = frozenset()
    due: Mapping[str, date | None] | None = None  # act → the day of the law's own clock, where one runs for it
    draw_on: date | None = None
    own: str = ""  # whose department has the case: it is not asked for its own opinion, which the review is
    ended: bool = False  # the case is over: nothing is under way, or to come
    stops: Sequence[Stop] = ()  # days of procedures that ended, which count for no limit


@dataclass(frozen=True)
class StageRow:
    """A stage as it stands. `on`: the day on which it was done; `due_on`: of one under way that has a limit of its own."""

    stage: Stage
    state: State
    on: date | None = None
    due_on: date | None = None
    asked: bool = False  # of a gate: the department was asked, the procedure is under way


def done_on(stage: Stage, lived: Lived) -> date | None:
    """The day on which a stage was done; what was decided waits for none of its gates any more."""
    if stage.act == "consult":
        day = (lived.answered or {}).get(stage.department)
        return lived.proposed if day is None and stage.department == lived.own else day
    if stage.act == "procedure":
        if stage.code in lived.planned:  # no opinion says what came of a visit that is still to be made
            return None
        day = (lived.visited or {}).get(stage.code) or (lived.over or {}).get(stage.procedure)
        return lived.proposed if day is None and stage.procedure in lived.counted else day
    return {
        "receive": lived.accepted, "review": lived.proposed, "decide": lived.decided, "issue": lived.issued,
    }.get(stage.act)  # fmt: skip


def ungated(stages: Sequence[Stage], lived: Lived) -> tuple[Stage, ...]:
    """Stages that have to be done before anything is granted, and are not."""
    return tuple(each for each in stages if each.act in GATES and done_on(each, lived) is None)


def grant_refusal(stages: Sequence[Stage], lived: Lived) -> Refusal | None:
    """Nothing is granted before its flow was followed; it may be refused at any time."""
    if not (left := ungated(stages, lived)):
        return None
    return Refusal("stage-open", {"stages": [{"zh": each.name_zh, "en": each.name_en} for each in left]})


def stand(stages: Sequence[Stage], lived: Lived, *, calendar: Callable[[], WorkCalendar]) -> tuple[StageRow, ...]:
    """Every stage with its state. Those above the decision that have not been done are under way together once the case was
    accepted; nothing is under way before it was received or after it ended, and nothing that was passed over.

    :param calendar: gives the working days, where a stage under way has a limit of its own.
    """
    rows: list[StageRow] = []
    begun = lived.received
    reached = lived.received is not None
    for stage in stages:
        day = done_on(stage, lived)
        if day is not None:
            rows.append(StageRow(stage, "done", day))
            begun = max(begun or day, day)
            continue
        if lived.ended or (lived.decided is not None and stage.act != "issue"):  # passed over, or nobody's step
            rows.append(StageRow(stage, "done" if stage.act == "other" and lived.decided is not None else "ahead"))
            continue
        due_on = (lived.due or {}).get(stage.act) if reached else None
        if due_on is None and reached and begun and stage.days:
            since = max(begun, lived.draw_on or begun) if stage.act == "decide" else begun
            due_on = due(since, days=stage.days, stops=lived.stops, calendar=calendar(), today=since).on
        open_ = stage.code in lived.planned or (stage.department or stage.procedure) in lived.open
        asked = stage.act in GATES and open_
        rows.append(StageRow(stage, "now" if reached else "ahead", due_on=due_on, asked=asked))
        reached = reached and (stage.act in GATES or stage.act == "other")
    return tuple(rows)


def not_begun(rows: Sequence[StageRow], *, counted: Collection[Stage], own: str = "") -> tuple[Stage, ...]:
    """Departments that nobody asked and procedures that nobody proposed, before a decision that waits for them.

    :param counted: procedures that stop no clock: the review says what came of them. :param own: department that has the case.
    """
    return tuple(
        row.stage for row in rows
        if row.stage.act in GATES and row.state != "done" and not row.asked and row.stage not in counted
        and not (own and row.stage.department == own)
    )  # fmt: skip


def limited(stages: Sequence[Stage]) -> bool:
    """Whether a stage has a limit of its own, beside the law's clocks for receipt and issue."""
    return any(each.days and each.act not in LAWS_OWN for each in stages)


def limit_of(rows: Sequence[StageRow]) -> StageRow | None:
    """The stage under way whose own limit ends first; None: none has one."""
    under_way = [row for row in rows if row.state == "now" and row.due_on is not None and row.stage.act not in LAWS_OWN]
    return min(under_way, key=lambda row: row.due_on or date.max, default=None)
