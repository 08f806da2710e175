"""The form of a case at the machine: a few fields a screen, each screen saved in the draft that the telephone goes on with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from banshi.frames.case_fields import Line, groups_of, known_by_card, lines_of, merged, typed_in, write
from banshi.frames.typed import int_or_none
from banshi.kernel.refusals import SLUGS, Refused
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.rules.lifecycle import OPEN_TO_APPLICANT
from banshi.surfaces.kiosk import sitting
from banshi.surfaces.kiosk.mine import their_case, together
from banshi.surfaces.kiosk.place import Place

ON_A_SCREEN = 4
BY_PAD = frozenset({"number", "money", "phone", "id_number"})  # types written in signs that the machine's keys have
WRITTEN = frozenset({"text", "name", "address"})
ROWS = 6  # options that are shown as rows; more are a list


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


def lines_at(
    place: Place, case: Case, *, all_faults: bool = False, typed: Mapping[str, str] | None = None
) -> list[Line]:
    known = known_by_card(case, today=place.today)
    return lines_of(case, known=known, today=place.today, all_faults=all_faults, typed=typed)


def on_phone(case: Case) -> str:
    """Where the same draft is gone on with; "" where the matter is sent from a machine alone."""
    if not cases.guided_case(case).where.online:
        return ""
    return f"{settings.BANSHI_PUBLIC_URL}{reverse('citizen:case-form', args=[case.no])}"


@sitting.by_card
def form(request: Any, place: Place, person: int, no: str) -> HttpResponse:
    """One screen of it; without `at` the first on which something is missing, and the papers where nothing is."""
    case = their_case(place, person, no)
    if case.phase not in OPEN_TO_APPLICANT or together(case):
        return redirect("kiosk:mine", place.hall.code)
    if not cases.guided_case(case).complete:
        return redirect("kiosk:situation", place.hall.code, no)
    if request.method == "POST":
        return _save(request, place, case)
    at = int_or_none(request.GET.get("at"), 0, 999)
    screens = screens_of(lines_at(place, case, all_faults=request.GET.get("faults") == "all"))
    if at is None:
        faulty = next((each for each in screens_of(lines_at(place, case, all_faults=True)) if each.wrong), None)
        if faulty is None:
            return redirect("kiosk:case-papers", place.hall.code, no)
        at = faulty.at
    if not screens:
        return redirect("kiosk:case-papers", place.hall.code, no)
    return _page(request, place, case, screens, _index(screens, at))


def _index(screens: list[Screen], at: int) -> int:
    """The screen with this field; where it is not asked any more, the first."""
    return next((i for i, each in enumerate(screens) if at in {line.no for line in each.lines}), 0)


def _page(
    request: Any, place: Place, case: Case, screens: list[Screen], index: int, *, refused: Refused | None = None
) -> HttpResponse:
    lines = [line for each in screens for line in each.lines]
    screen = screens[index]
    context = {
        "case": case,
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
        "on_phone": on_phone(case),
        "back": _back(place, case, index),
    }
    return sitting.shown(request, place, "form.html", context, status=SLUGS[refused.slug] if refused else 200)


def _back(place: Place, case: Case, index: int) -> str:
    """What the first screen's Back leads to; "" on the others, which go to the screen before."""
    if index:
        return ""
    asked = cases.guided_case(case).questions
    here = reverse("kiosk:situation", args=[place.hall.code, case.no])
    return f"{here}?at={asked[-1].id}" if asked else reverse("kiosk:mine", args=[place.hall.code])


def _save(request: Any, place: Place, case: Case) -> HttpResponse:
    """What stands on the screen, whatever comes next: where nothing is wrong the next one, or the one before, or later."""
    at = int_or_none(request.POST.get("at"), 0, 999) or 0
    values, marks = typed_in(request.POST, case, known_by_card(case, today=place.today))
    try:
        case, merge = write(case, values, marks, by=place.by, now=place.now)
        clashes, no = merge.clashes, None
    except Refused as refused:
        case = cases.case_by_no(case.no)  # what was typed stays on the page, whatever kept it from being kept
        unkept = merged(case, values, marks)
        clashes, no = unkept.changes | unkept.clashes, refused
        if case.phase not in OPEN_TO_APPLICANT:
            raise
    if clashes:
        no = no or Refused("changed-meanwhile", facts={"case": case.no})
        screens = screens_of(lines_at(place, case, typed=clashes))
        return _page(request, place, case, screens, _index(screens, at), refused=no)
    return _onward(request, place, case, at)


def _onward(request: Any, place: Place, case: Case, at: int) -> HttpResponse:
    go = request.POST.get("go")
    if go == "later":
        return redirect("kiosk:mine", place.hall.code)
    screens = screens_of(lines_at(place, case, all_faults=True))
    index = _index(screens, at)
    here = reverse("kiosk:form", args=[place.hall.code, case.no])
    if go == "back":
        return redirect(f"{here}?at={screens[max(0, index - 1)].at}")
    seen = all(f"w-{line.no}" in request.POST for line in screens[index].lines)  # an answer may have brought others
    if any(line.fault for line in screens[index].lines) and seen:
        count = sum(bool(line.fault) for line in screens[index].lines)
        return _page(request, place, case, screens, index, refused=Refused("form-invalid", facts={"count": count}))
    if not seen:
        return redirect(f"{here}?at={screens[index].at}")
    if index + 1 < len(screens):
        return redirect(f"{here}?at={screens[index + 1].at}")
    wrong = next((each for each in screens if any(line.fault for line in each.lines)), None)
    if wrong is not None:
        return redirect(f"{here}?at={wrong.at}&faults=all")
    return redirect("kiosk:case-papers", place.hall.code, case.no)
