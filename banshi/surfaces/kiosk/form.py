"""The form of a case at the machine: a few fields a screen, each screen saved in the draft that the telephone goes on with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from banshi.foundation.said import named
from banshi.frames.case_fields import Line, card_for, known_by_card, lines_of, merged, typed_in, write
from banshi.frames.facts_offered import NOTHING, FactsOffered, offer
from banshi.journeys.case import consenting
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.rules.lifecycle import OPEN_TO_APPLICANT
from banshi.surfaces.kiosk import sitting
from banshi.surfaces.kiosk.mine import their_case, together
from banshi.surfaces.kiosk.place import Place
from banshi.surfaces.kiosk.screens import filled_in


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


class OneCase:
    """The form of one case, as `screens.Filling`."""

    def __init__(self, place: Place, case: Case) -> None:
        self.place, self.case = place, case
        args = [place.hall.code, case.no]
        self.title, self.on_phone = named(case.item_then), on_phone(case)
        self.here, self.done = reverse("kiosk:form", args=args), reverse("kiosk:case-papers", args=args)
        asked, mine = cases.guided_case(case).questions, reverse("kiosk:mine", args=args[:1])
        self.back = f"{reverse('kiosk:situation', args=args)}?at={asked[-1].id}" if asked else mine

    def lines(self, *, all_faults: bool = False, typed: Mapping[str, str] | None = None) -> list[Line]:
        return lines_at(self.place, self.case, all_faults=all_faults, typed=typed)

    def save(self, post: Mapping[str, str]) -> tuple[Mapping[str, str], Refused | None]:
        place = self.place
        values, marks = typed_in(post, self.case, known_by_card(self.case, today=place.today))
        try:
            known = card_for(self.case, today=place.today)
            self.case, merge = write(self.case, values, marks, known=known, by=place.by, now=place.now)
        except Refused as refused:
            self.case = cases.case_by_no(
                self.case.no
            )  # what was typed stays on the page, whatever kept it from being kept
            if self.case.phase not in OPEN_TO_APPLICANT:
                raise
            unkept = merged(self.case, values, marks)
            return unkept.changes | unkept.clashes, refused
        clash = Refused("changed-meanwhile", facts={"case": self.case.no}) if merge.clashes else None
        return merge.clashes, clash

    def facts(self) -> FactsOffered:
        return NOTHING if self.case.organisation_id else offer(self.case, by=self.place.by, today=self.place.today)

    def consent(self, *, agree: bool) -> None:
        if self.case.organisation_id is not None:  # the card opens what is its holder's
            raise Refused("consent-missing")
        if agree:
            consenting.agree(case_no=self.case.no, consent=True, by=self.place.by, now=self.place.now)
        else:
            consenting.take_back(case_no=self.case.no, by=self.place.by, now=self.place.now)


@sitting.by_card
def form(request: Any, place: Place, person: int, no: str) -> HttpResponse:
    """One screen of it; without `at` the first on which something is missing, and the papers where nothing is."""
    case = their_case(place, person, no)
    if together(case) and case.bundle is not None:
        return redirect("kiosk:bundle-form", place.hall.code, case.bundle.no)
    if case.phase not in OPEN_TO_APPLICANT:
        return redirect("kiosk:mine", place.hall.code)
    if not cases.guided_case(case).complete:
        return redirect("kiosk:situation", place.hall.code, no)
    return filled_in(request, place, OneCase(place, case))
