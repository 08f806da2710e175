"""A form at the machine, a few fields a screen: whatever comes next, what stands on the screen is kept first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.http import HttpResponse
from django.shortcuts import redirect

from banshi.frames.case_fields import Line, groups_of
from banshi.frames.facts_offered import FactsOffered
from banshi.frames.typed import int_or_none
from banshi.kernel.refusals import SLUGS, Refused
from banshi.surfaces.kiosk import sitting
from banshi.surfaces.kiosk.place import Place

ON_A_SCREEN = 4
BY_PAD = frozenset({"number", "money", "phone", "id_number"})  # types written in signs that the machine's keys have
WRITTEN = frozenset({"text", "name", "address"})
ROWS = 6  # options that are shown as rows; more are a list


class Filling(Protocol):
    """What is filled in: a case, or several as one. `here`, `done`: addresses of its form, and of what follows it; `back`: what
    the first screen's Back leads to; `on_phone`: where the same draft is gone on with, "" for nowhere."""

    title: str
    here: str
    back: str
    done: str
    on_phone: str

    def lines(self, *, all_faults: bool = False, typed: Mapping[str, str] | None = None) -> list[Line]:
        """The fields that are shown now. :param typed: by field: what could not be kept."""

    def save(self, post: Mapping[str, str]) -> tuple[Mapping[str, str], Refused | None]:
        """:returns: by field what could not be kept, and why.

        :raises Refused: wrong-state – it was sent meanwhile.
        """

    def facts(self) -> FactsOffered:
        """What is on record and could be filled in."""

    def consent(self, *, agree: bool) -> None:
        """Fill it in, with consent; or take that back. :raises Refused: as `consenting`; consent-missing."""


@dataclass(frozen=True)
class Screen:
    """A few fields of one group."""

    name: str
    lines: tuple[Line, ...]

    @property
    def at(self) -> int:
        return self.lines[0].no

    @property
    def wrong(self) -> bool:
        return any(line.has_error or line.told for line in self.lines)


def screens_of(lines: list[Line]) -> list[Screen]:
    return [
        Screen(group.name, group.lines[first : first + ON_A_SCREEN])
        for group in groups_of(lines)
        for first in range(0, len(group.lines), ON_A_SCREEN)
    ]


def filled_in(request: Any, place: Place, filling: Filling) -> HttpResponse:
    """One screen of it; without `at` the first on which something is missing, and what follows where nothing is."""
    if request.method == "POST":
        return _save(request, place, filling)
    at = int_or_none(request.GET.get("at"), 0, 999)
    screens = screens_of(filling.lines(all_faults=request.GET.get("faults") == "all"))
    if at is None:
        faulty = next((each for each in screens_of(filling.lines(all_faults=True)) if each.wrong), None)
        if faulty is None:
            return redirect(filling.done)
        at = faulty.at
    if not screens:
        return redirect(filling.done)
    return _page(request, place, filling, screens, _index(screens, at))


def _index(screens: list[Screen], at: int) -> int:
    """The screen with this field; where it is not asked any more, the first."""
    return next((i for i, each in enumerate(screens) if at in {line.no for line in each.lines}), 0)


def _page(
    request: Any,
    place: Place,
    filling: Filling,
    screens: list[Screen],
    index: int,
    *,
    refused: Refused | None = None,
) -> HttpResponse:
    lines = [line for each in screens for line in each.lines]
    screen = screens[index]
    context = {
        "filling": filling,
        "screen": screen,
        "index": index + 1,
        "screens": len(screens),
        "carried": sum(bool(line.source) for line in lines),
        "to_fill": sum(not line.source for line in lines),
        "by_pad": BY_PAD,
        "rows": ROWS,
        "text": any(not each.carried and each.field.type in WRITTEN for each in screen.lines),
        "pad": any(each.field.type in BY_PAD | WRITTEN for each in screen.lines),
        "refused": refused,
        "facts": filling.facts(),
        "back": "" if index else filling.back,
    }
    return sitting.shown(request, place, "form.html", context, status=SLUGS[refused.slug] if refused else 200)


def _save(request: Any, place: Place, filling: Filling) -> HttpResponse:
    """What stands on the screen, whatever comes next: where nothing is wrong the next one, or the one before, or later."""
    at = int_or_none(request.POST.get("at"), 0, 999) or 0
    unkept, refused = filling.save(request.POST)
    if unkept:
        no = refused or Refused("changed-meanwhile")
        screens = screens_of(filling.lines(typed=unkept))
        return _page(request, place, filling, screens, _index(screens, at), refused=no)
    return _onward(request, place, filling, at)


def _onward(request: Any, place: Place, filling: Filling, at: int) -> HttpResponse:
    go = request.POST.get("go")
    if go == "later":
        return redirect("kiosk:mine", place.hall.code)
    if go in ("agree", "take-back"):
        filling.consent(agree=go == "agree")
        return redirect(f"{filling.here}?at={at}")
    screens = screens_of(filling.lines(all_faults=True))
    if not screens:  # an answer, or whoever fills it in elsewhere, took the last field away
        return redirect(filling.done)
    index = _index(screens, at)
    if go == "back":
        return redirect(f"{filling.here}?at={screens[max(0, index - 1)].at}")
    seen = all(f"w-{line.no}" in request.POST for line in screens[index].lines)  # an answer may have brought others
    if any(line.fault for line in screens[index].lines) and seen:
        count = sum(bool(line.fault) for line in screens[index].lines)
        wrong_here = Refused("form-invalid", facts={"count": count})
        return _page(request, place, filling, screens, index, refused=wrong_here)
    if not seen:
        return redirect(f"{filling.here}?at={screens[index].at}")
    if index + 1 < len(screens):
        return redirect(f"{filling.here}?at={screens[index + 1].at}")
    wrong = next((each for each in screens if any(line.fault for line in each.lines)), None)
    if wrong is not None:
        return redirect(f"{filling.here}?at={wrong.at}&faults=all")
    return redirect(filling.done)
