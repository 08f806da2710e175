"""The papers of a 一件事 on one page: each once, for every case that asks for it; or from what the authorities hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.journeys.case import from_library
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Bundle, Case
from banshi.surfaces.citizen.bundle import matter_of, my_bundle
from banshi.surfaces.citizen.case_doors import case_panel, opens_library
from banshi.surfaces.citizen.case_papers import Wanted, listed, sees_copies
from banshi.surfaces.citizen.doors import citizen_page, page
from banshi.surfaces.citizen.online_level import to_prove_for


@dataclass(frozen=True)
class Shared:
    """A paper by its shared name: how it stands in the case it is sent through, and all that it counts for."""

    wanted: Wanted
    case: Case
    serves: tuple[Case, ...]

    @property
    def needed(self) -> bool:
        return self.wanted.row.necessity == "required" and not self.wanted.row.to_bring


def shared_papers(request: Any, rows: Sequence[Case], *, now: datetime) -> list[Shared]:
    """Each once, in the order of the cases; of a paper that did not come for one of them, that one's."""
    names = {part.item: part.papers for part in cases.one_of(rows).parts}
    found: dict[str, Shared] = {}
    for case in rows:
        for each in listed(request, case, now=now) if case.phase == "draft" else ():
            name = names[case.item.code][each.row.code]
            mine = Shared(replace(each, anchor=name), case, (case,))
            there = found.get(name)
            if there is not None:
                lead = mine if there.wanted.there and not each.there else there
                both = replace(lead.wanted, blanks=(*there.wanted.blanks, *each.blanks))
                mine = replace(lead, serves=(*there.serves, case), wanted=both)
            found[name] = mine
    return list(found.values())


@citizen_page
@require_GET
def papers(request: Any, no: str) -> HttpResponseBase:
    """What has to come for all of it, and what has."""
    found, rows = my_bundle(request, no)
    return _page(request, found, rows, now=clock.now())


def _page(
    request: Any, found: Bundle, rows: list[Case], *, refused: Refused | None = None, now: datetime
) -> HttpResponseBase:
    if not any(case.phase == "draft" for case in rows):
        return redirect("citizen:bundle", found.no)
    shown = shared_papers(request, rows, now=now)
    context = {
        "bundle": found,
        "matter": matter_of(found),
        "papers": shown,
        "copies": sees_copies(request, rows[0]),
        "there": sum(each.needed and each.wanted.there for each in shown),
        "needed": sum(each.needed for each in shown),
        "to_prove": to_prove_for(rows),
        "held": [each for each in shown if each.wanted.held is not None],
        "panel": case_panel(refused, rows[0], now=now) if refused is not None else None,
    }
    return page(request, "citizen/bundle_papers.html", context, hall=found.hall, refused=refused)


@citizen_page
@require_POST
def take_held(request: Any, no: str) -> HttpResponseBase:
    """Consent once, for every case that asks for what the authorities hold (免证办); each use stands for its own case."""
    now = clock.now()
    found, rows = my_bundle(request, no)
    try:
        with transaction.atomic():
            for case in rows:
                if case.phase == "draft" and opens_library(request, case):
                    from_library.use(
                        case_no=case.no, consent=request.POST.get("consent") == "1", by=request.who.by, now=now
                    )
    except Refused as refused:
        found, rows = my_bundle(request, no)
        return _page(request, found, rows, refused=refused, now=now)
    return redirect("citizen:bundle-papers", found.no)
