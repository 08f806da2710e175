"""撤回、终止: what ends a case before its time. The booking that was made for it alone is given back, and the paper lists what
the hall still has, which whoever applied fetches.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Bundle, Case
from banshi.rooms.cases.queries import bundle_by_no, cases_of
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.cases.rules.paper_texts import Named
from banshi.rooms.delivery.queries import contents_of, held_in, last_folder_of

ENDED_ZH = "办件不再办理"


def withdraw(*, case_no: str, reason: str = "", by: Actor, now: datetime) -> Case:
    """撤回. :raises Refused: those of `cases.withdraw`."""
    with transaction.atomic():
        case = cases.lock(case_no)
        off = booking_off(case, by=by, now=now)
        return cases.withdraw(case_no=case_no, reason=reason, held=held(case), told=off, by=by, now=now)


def withdraw_bundle(*, bundle_no: str, reason: str = "", by: Actor, now: datetime) -> Bundle:
    """撤回 of everything of it that was not decided. :raises Refused: nothing-found; wrong-state – there is none."""
    with transaction.atomic():
        cases.lock_bundle(bundle_no)
        rows = [cases.lock(case.no) for case in cases_of(bundle_by_no(bundle_no))]
        open_ones = [case for case in rows if CASE.may(case.phase, "withdraw")]
        if not open_ones:
            return cases.withdraw_bundle(bundle_no=bundle_no, reason=reason, by=by, now=now)  # refused, as it says why
        for case in open_ones:
            withdraw(case_no=case.no, reason=reason, by=by, now=now)
    return bundle_by_no(bundle_no)


def held(case: Case) -> tuple[Named, ...] | None:
    """What the hall still has of it on paper, as its folders know – what was handed in once for several cases of a bundle, with
    the folder in which it lies; None: there never was one, so as it was counted."""
    found = contents_of(case)
    if last_folder_of(case) is None and not found.elsewhere:
        return None
    counted = held_in(case)
    words = [
        "、".join(f"{what} {n} 份" for what, n in (("原件", originals), ("复印件", copies)) if n)
        for originals, copies in counted.values()
    ]
    there = [(each.code, f"在材料袋 {each.folder.no} 中") for each in found.elsewhere if each.lies]
    told = [*zip(counted, words, strict=True), *there]
    called = cases.names([code for code, _ in told], case)
    return tuple(Named(name[0], said) for name, (_, said) in zip(called, told, strict=True))


def booking_off(case: Case, *, by: Actor, now: datetime) -> Mapping[str, Any]:
    """The time at which its papers were to come is free again, and it is nobody's fault; what else was booked for the visit
    stands. Whoever comes already, or did not come, stays what they are. In the caller's transaction, the case locked.

    :returns: when it was, for the one message that says all of it; nothing where there was none.
    """
    if not case.appointment:
        return {}
    with suppress(Refused):
        row = booking.cancel(code=case.appointment, by=by, now=now, why=ENDED_ZH, by_hall=True, quiet=True)
        return {"starts_at": row.starts_at.isoformat(), "ends_at": row.ends_at.isoformat()}
    return {}
