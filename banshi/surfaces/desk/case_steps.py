"""What may be done with a case at the window in its present phase: the one next step, and what else, each with its key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from django.utils.translation import pgettext

from banshi.kernel.conditions import names
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.rules.lifecycle import CASE, UNDER_CLOCK
from banshi.rooms.catalogue.rules.guided import Guided
from banshi.rooms.catalogue.rules.handling import Field
from banshi.surfaces.desk.steps import Step

# Where the window may go on by itself; elsewhere somebody else has the case.
TAKES_PAPERS = ("draft", "pre_passed", "await_receipt", "supplement", "received")


class Line(Protocol):
    @property
    def opened(self) -> bool: ...

    @property
    def deferrable(self) -> bool: ...

    @property
    def wanting(self) -> bool: ...


@dataclass(frozen=True)
class Steps:
    """`main`: the one next step, None where the window has nothing to do; `more`: others of this form; `panels`: those that ask
    something first.
    """

    main: Step | None
    more: tuple[Step, ...] = ()
    panels: tuple[Step, ...] = ()

    @property
    def opens(self) -> frozenset[str]:
        return frozenset(step.panel for step in self.panels)


def of(case: Case, said: Guided, papers: Sequence[Line], *, just_told: bool) -> Steps:
    """:param just_told: what is missing was told while this person stands here: they leave with the notice."""
    if case.phase in UNDER_CLOCK and any(each.opened for each in papers):
        return Steps(
            Step(pgettext("desk case", "Take in what was to follow"), "circle-check", "Space", verb="settle", main=True)
        )
    if case.phase not in TAKES_PAPERS:
        return Steps(None)
    if not said.complete and CASE.may(case.phase, "change"):
        return _unanswered(case)
    more = []
    if just_told:
        more.append(replace(_main(case), key="a", main=False))
    if any(each.wanting for each in papers):
        more.append(Step(pgettext("desk case", "Whole list is there"), "check", "w", verb="whole"))
    if CASE.may(case.phase, "receive"):
        more.append(Step(pgettext("desk case", "Only receive"), "folder", "r", verb="receive"))
    if CASE.may(case.phase, "change"):
        more.append(Step(pgettext("desk case", "Keep the draft"), "save", "s", verb="keep"))
    return Steps(None if just_told else _main(case), tuple(more), _panels(case, papers))


def _unanswered(case: Case) -> Steps:
    """Nobody knows yet what it asks for: nothing is received or granted, but it may be turned away at once."""
    first = Step(pgettext("desk case", "Answer the situation first"), "circle-help", main=True, open=False)
    keep = Step(pgettext("desk case", "Keep the draft"), "save", "s", verb="keep")
    return Steps(first, (keep,), (_refuse(),) if CASE.may(case.phase, "receive") else ())


def _refuse() -> Step:
    return Step(pgettext("desk case", "Do not accept"), "circle-x", "4", panel="refuse")


def _main(case: Case) -> Step:
    if case.instant:
        words = pgettext("desk case", "Grant at once")
        return Step(words, "circle-check", "Space", verb="grant", main=True)
    if CASE.may(case.phase, "receive"):
        words = pgettext("desk case", "Receive and accept")
    elif case.phase == "supplement":
        words = pgettext("desk case", "Take it in and accept")
    else:
        words = pgettext("desk case", "Accept")
    return Step(words, "circle-check", "Space", verb="accept", main=True)


def _panels(case: Case, papers: Sequence[Line]) -> tuple[Step, ...]:
    found = []
    if any(each.deferrable for each in papers):  # also of an instant matter: then it is promised
        found.append(Step(pgettext("desk case", "Accept, papers follow"), "calendar-clock", "f", panel="follow"))
    found.append(Step(pgettext("desk case", "Something is missing"), "clipboard-list", "n", panel="notice"))
    if case.instant:
        found.append(Step(pgettext("desk case", "Refuse at once"), "ban", "x", panel="deny"))
    found.append(_refuse())
    return tuple(found)


def hangs_on(field: Field) -> frozenset[str]:
    """Fields on which this one hangs."""
    return names(field.show_if)
