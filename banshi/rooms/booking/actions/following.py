"""Follow-ups: what a change of hours asks to be done for each person, kept as rows so that a crash loses nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from banshi.foundation.announce import announce
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.booking import rules
from banshi.rooms.booking.actions import telling
from banshi.rooms.booking.models import Appointment, FollowUp, FollowUpVisit, Kept
from banshi.rooms.booking.queries.facts import hall_facts
from banshi.rooms.places.models import Hall


@dataclass(frozen=True)
class VisitToFollow:
    """One visit that lost its hours. `codes`: of its appointments; `starts_at`: the time that was offered."""

    visit: str
    what: str  # move | cancel | keep
    codes: Sequence[str] = field(default=())
    starts_at: datetime | None = None


def open_follow_up(
    *,
    hall: Hall,
    cause: str,
    visits: Iterable[VisitToFollow],
    why_zh: str,
    why_en: str,
    by: Actor,
    now: datetime,
) -> FollowUp:
    """Write down what is to be done, in the transaction of the change itself. The same cause again finds the first."""
    with transaction.atomic():
        follow_up, new = FollowUp.objects.get_or_create(
            hall=hall,
            cause=cause[:60],
            defaults={"why_zh": why_zh[:200], "why_en": why_en[:200], "made_by": str(by)[:60], "made_at": now},
        )
        if new:
            FollowUpVisit.objects.bulk_create(
                FollowUpVisit(
                    follow_up=follow_up,
                    visit=each.visit,
                    codes=list(each.codes),
                    what=each.what,
                    starts_at=each.starts_at,
                )
                for each in visits
            )
    return follow_up


def moved_by_hall(row: Appointment) -> bool:
    """Whether it lies where it does because the hall changed its hours: giving it up is then nobody's fault."""
    moved = FollowUpVisit.objects.filter(state=rules.FOLLOW_UP.to("move"), visit=row.visit_group or row.code)
    return moved.exists()


@contextmanager
def next_due() -> Iterator[FollowUpVisit | None]:
    """The next visit nobody is at, under lock until the block ends: its person's transaction."""
    with transaction.atomic():
        yield (
            FollowUpVisit.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("follow_up__hall")
            .filter(state__in=rules.FOLLOW_UP.of("move"))
            .order_by("id")
            .first()
        )


def settle(visit: FollowUpVisit, verb: str, *, slug: str = "", now: datetime) -> None:
    """What became of a visit, by a verb of `rules.FOLLOW_UP`; inside the transaction that did it."""
    visit.state, visit.slug, visit.settled_at = rules.FOLLOW_UP.to(verb), slug[:40], now
    visit.save(update_fields=["state", "slug", "settled_at"])
    if verb != "fail":  # what an earlier change could not do has now been done by hand
        same = FollowUpVisit.objects.filter(visit=visit.visit, state=rules.FOLLOW_UP.to("fail")).exclude(pk=visit.pk)
        same.update(state=rules.FOLLOW_UP.to("find_done"), settled_at=now)


def finish_follow_ups(*, now: datetime) -> list[FollowUp]:
    """Mark those as finished in which nobody is due any more. :returns: those that this call finished."""
    found = []
    for follow_up in FollowUp.objects.select_related("hall").filter(finished_at=None).order_by("id"):
        if FollowUpVisit.objects.filter(follow_up=follow_up, state__in=rules.FOLLOW_UP.of("move")).exists():
            continue
        if FollowUp.objects.filter(pk=follow_up.pk, finished_at=None).update(finished_at=now):
            announce(hall=follow_up.hall.code, topic="slots", subject=f"follow-up:{follow_up.pk}", now=now)
            found.append(follow_up)
    return found


def keep(
    *,
    rows: Sequence[Appointment],
    why_zh: str,
    by: Actor,
    now: datetime,
    in_closure: bool = True,
    change: int | None = None,
    more: dict[str, Any] | None = None,
) -> None:
    """Let a visit stand although its hours are gone: its person is told once, and never gets a strike for it. Whether it is
    let in and served is settled now, by the rules in force: what is told then stands, whatever the rules become.

    :param in_closure: a closure took its hours; where the hours themselves were changed, whoever stands is served.
    :param change: the follow-up of a change that took hours the visit had until then: it is told of each, whatever was told of
        an earlier one. None by hand: who is kept already hears nothing again.
    :param more: further facts for the words of the message: what is closed, and why.
    :raises Refused: wrong-state, when one of them is not booked any more.
    """
    with transaction.atomic():
        locked = list(
            Appointment.objects.select_for_update(of=("self",), no_key=True)
            .select_related("hall")
            .filter(pk__in=[row.pk for row in rows])
            .order_by("starts_at", "id")
        )
        for row in locked:
            if (no := rules.APPOINTMENT.refusal(row.state, "keep")) is not None:
                raise Refused(no)
        hall = hall_facts(locked[0].hall, now=now)
        served = not in_closure or hall.policy.booking.kept == "serve"
        if change is None and all(Kept.objects.filter(appointment=row).exists() for row in locked):
            return
        Kept.objects.bulk_create(
            [Kept(appointment=row, served=served, at=now, by=str(by)[:60], why=why_zh[:200]) for row in locked],
            update_conflicts=True,
            unique_fields=["appointment"],
            update_fields=["served", "at", "by", "why"],
        )
        again = f":{change}" if change is not None else f":{now.isoformat()}"
        telling.tell_visit("kept" if served else "excused", locked, hall=hall, now=now, more=more, anew=again)
        for row in locked:
            subject = telling.subject_of(row.code)
            audit.record(action="kept", subject=subject, by=by, now=now, hall=hall.code, facts={})


def keep_no_more(*, rows: Sequence[Appointment]) -> None:
    """What was told of an earlier change says nothing of this one: nobody has decided yet."""
    Kept.objects.filter(appointment__in=[row.pk for row in rows]).delete()
