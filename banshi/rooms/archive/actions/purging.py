"""销毁 in two phases: one person proposes what has run out, another confirms it later; each case is asked for again."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.archive import queries
from banshi.rooms.archive.actions.holding import SECOND
from banshi.rooms.archive.actions.packing import versions_of
from banshi.rooms.archive.models import Package, Purge, PurgeLine
from banshi.rooms.archive.rules.retention import becomes
from banshi.rooms.audit import actions as audit
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import papers_of
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.library import actions as library
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall

MOST = 500  # packages in one purge


def propose(*, hall: Hall, by: Actor, now: datetime) -> Purge:
    """A list of what has run out and nobody holds. One a hall waits at a time: who proposes again gets that one.

    :raises Refused: nothing-found – nothing has run out.
    """
    with transaction.atomic():
        Hall.objects.select_for_update(no_key=True).get(id=hall.pk)
        waiting = Purge.objects.filter(hall=hall, confirmed_at=None, dropped_at=None).first()
        if waiting is not None:
            return waiting
        found = queries.run_out(hall, now=now)[:MOST]
        if not found:
            raise Refused("nothing-found", facts={"hall": hall.code})
        days = places.policy_of(hall.pk, now=now).records.purge_wait_days
        purge = Purge.objects.create(
            hall=hall, proposed_by_id=int(by.id or 0), proposed_at=now, confirm_from=now + timedelta(days=days)
        )
        PurgeLine.objects.bulk_create([PurgeLine(purge=purge, package=package) for package in found])
        audit.record(action="purge-proposed", subject=f"purge:{purge.pk}", by=by, now=now, hall=hall.code)
    return purge


def confirm(*, purge_id: int, by: Actor, now: datetime) -> Purge:
    """The second person's word; within a minute the worker destroys what may be (`destroy_confirmed`).

    :raises Refused: nothing-found; wrong-state; same-person; too-early.
    """
    with transaction.atomic():
        purge = _waiting(purge_id)
        if purge.proposed_by_id == int(by.id or 0):
            raise Refused("same-person", facts={"reason": SECOND})
        if now < purge.confirm_from:
            raise Refused("too-early", facts={"from": purge.confirm_from.isoformat()})
        purge.confirmed_by_id, purge.confirmed_at = int(by.id or 0), now
        purge.save(update_fields=["confirmed_by", "confirmed_at"])
        audit.record(action="purge-confirmed", subject=f"purge:{purge_id}", by=by, now=now, hall=purge.hall.code)
    return purge


def drop(*, purge_id: int, by: Actor, now: datetime) -> None:
    """Nothing of it is destroyed. :raises Refused: nothing-found; wrong-state."""
    with transaction.atomic():
        purge = _waiting(purge_id)
        purge.dropped_by_id, purge.dropped_at = int(by.id or 0), now
        purge.save(update_fields=["dropped_by", "dropped_at"])
        audit.record(action="purge-dropped", subject=f"purge:{purge_id}", by=by, now=now, hall=purge.hall.code)


def _waiting(purge_id: int) -> Purge:
    purge = Purge.objects.select_for_update(of=("self",)).select_related("hall").filter(id=purge_id).first()
    if purge is None:
        raise Refused("nothing-found", facts={"purge": purge_id})
    if purge.confirmed_at is not None or purge.dropped_at is not None:
        state = "confirmed" if purge.confirmed_at is not None else "dropped"
        raise Refused("wrong-state", facts={"kind": "purge", "state": state, "needs": "proposed"})
    return purge


def destroy_confirmed(*, now: datetime) -> int:
    """Work off what was confirmed, case by case; the worker goes on where something broke off. :returns: how many."""
    left = PurgeLine.objects.filter(outcome="", purge__confirmed_at__isnull=False).order_by("id")
    return sum(_destroy(line_id, now=now) for line_id in list(left.values_list("id", flat=True)))


def _destroy(line_id: int, *, now: datetime) -> bool:
    with transaction.atomic():
        line = PurgeLine.objects.select_related("package__case", "purge__confirmed_by").get(id=line_id)
        case = cases.lock(line.package.case.no)  # who places a hold waits here, or was first
        line.refresh_from_db(fields=["outcome"])
        if line.outcome:
            return False
        package = Package.objects.select_related("hall", "case__item").get(id=line.package_id)
        until = queries.until(package)
        line.outcome = becomes(until=until, held=queries.held(case, now=now), today=queries.today_in(package.hall, now))
        line.save(update_fields=["outcome"])
        if line.outcome != "destroyed" or package.destroyed_at is not None:
            return False
        _gone(case, package, by=Actor(ActorKind.STAFF, str(line.purge.confirmed_by_id), package.hall.code), now=now)
    return True


def _gone(case: Case, package: Package, *, by: Actor, now: datetime) -> None:
    """Each room destroys what is its own; number, item, days and hash stay. What another case needs stays, too."""
    files = [row.id for row in versions_of(case)] + [p.file_id for p in papers_of(case) if p.file_id is not None]
    files += [package.file_id] if package.file_id is not None else []
    cases.destroy_content(case, by=by, now=now)
    delivery.forget_code(case)
    delivery.forget_address(case)
    package.file, package.destroyed_at = None, now
    package.save(update_fields=["file", "destroyed_at"])
    library.destroy(version_ids=files)
    library.forget_fact_uses(subject=f"case:{case.no}")
    audit.record(action="case-destroyed", subject=f"case:{case.no}", by=by, now=now, hall=package.hall.code)
