"""收下补来的材料: what was missing came by cabinet or courier; whoever receives counts it, with nobody before them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from banshi.journeys.case import folders
from banshi.journeys.case.cabinets import need_taken_out
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import lies_untaken, owed_of, still_owed, wants_more

LACKING = ("material-missing", "form-invalid")
NOTHING = {"zh": "填收到了几份；都没有就选「都没有」", "en": "Say how many are here, or that none of them is"}


def take_in(*, case_no: str, copies: Mapping[str, int], by: Actor, now: datetime) -> Case:
    """What is here of a supplement, of what was to follow, or of what came for the receipt and counts as accepted since; counted
    from the day it came. Where something still lacks, of a supplement whoever has to bring it is told, and has the days of a
    reminder at least; where nothing came, once.

    :param copies: on paper, by code; none of them is here where it is empty.
    :raises Refused: nothing-found, wrong-state – nothing is missing –, locked, papers-in-cabinet; invalid – nothing came, and
        nothing is counted; those of `cases.add_material` and `folders.settle`.
    """
    with transaction.atomic():
        case = cases.lock(case_no)
        if not wants_more(case):
            raise Refused("wrong-state", facts={"kind": "case", "state": case.phase, "needs": "supplement"})
        if not copies and case.brought_on is None:
            raise Refused("invalid", facts={"field": "copies", "reason": NOTHING})
        need_taken_out(case)
        if case.phase == "supplement":
            return _supplemented(case, copies, by=by, now=now)
        if lies_untaken(case):
            return _counted_late(case, copies, by=by, now=now)
        owed = owed_of(case)
        for code, n in copies.items():
            if code not in owed:
                raise Refused("nothing-found", facts={"material": code})
            folders.settle(case_no=case_no, code=code, on_paper=n, at_window=True, by=by, now=now)
        return cases.taken_in(case_no=case_no)


def _counted_late(case: Case, copies: Mapping[str, int], *, by: Actor, now: datetime) -> Case:
    """Nobody looked at it in time, and it counts as accepted: what is here goes to the case, what is not is asked for no more."""
    told = {row.code for row in still_owed(case, now=now)}
    for code, n in copies.items():
        if code not in told:
            raise Refused("nothing-found", facts={"material": code})
        cases.add_material(case_no=case.no, code=code, channel="paper", copies=n, by=by, now=now)
    done = cases.counted_late(case_no=case.no, codes=set(copies), by=by, now=now)
    if copies:  # what came for the receipt was taken out into the folder: whoever counts it has that
        folders.received(done, again=done.notices > 0 or done.phase != "accepted", by=by, now=now)
    return done


def _supplemented(case: Case, copies: Mapping[str, int], *, by: Actor, now: datetime) -> Case:
    for code, n in copies.items():
        cases.add_material(case_no=case.no, code=code, channel="paper", copies=n, by=by, now=now)
    try:
        with transaction.atomic():
            done = cases.supplement(case_no=case.no, by=by, now=now)
    except Refused as no:
        if no.slug not in LACKING:
            raise
        done = cases.still_missing(case_no=case.no, came=bool(copies), now=now)
    if copies:
        folders.received(done, by=by, now=now)
    if done.phase == "received" and copies:
        done = cases.see(case_no=case.no, codes=sorted(copies), by=by, now=now)
    return done
