"""注销、换发: what the result of a case ends, and what is given back where that case is terminated.

Two cases that end the same at one instant, or one of which is terminated meanwhile, come one after the other: each holds its
holder (`hold_holder`) before it looks.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import QuerySet

from banshi.foundation import locks
from banshi.kernel.actors import Actor
from banshi.rooms.audit import actions as audit
from banshi.rooms.library import rules
from banshi.rooms.library.actions.certificates import index_of
from banshi.rooms.library.models import Certificate
from banshi.rooms.library.queries import CertificateView, certificate_view, held_by, standing


@dataclass(frozen=True)
class Wanted:
    """What a result ends. `used`: ids of the certificates that stood for a paper; `number`: what its form says, "" for nothing.
    `which`: used | only | all, as the catalogue has it."""

    type: str
    which: Literal["used", "only", "all"]
    used: Collection[int] = ()
    number: str = ""


@dataclass(frozen=True)
class Moved:
    """A certificate that ended, or holds again. `case_no`: of what case it is the result, "" where it came from elsewhere."""

    ref: str
    case_no: str
    number: str


def hold_holder(*, person_id: int | None, organisation_id: int | None) -> None:
    """Whoever changes which of a holder's certificates stand waits here, in the case's transaction, the case locked."""
    key = f"person:{standing(person_id)}" if person_id is not None else f"organisation:{organisation_id}"
    locks.hold_each(locks.HOLDER, [key])


def end_for_case(
    *,
    case_no: str,
    wanted: Wanted,
    person_id: int | None,
    organisation_id: int | None,
    hall: str = "",
    by: Actor,
    now: datetime,
) -> list[Moved]:
    """What stands of the holder and is meant; never what came of this case. The holder is held. Again it is nothing more."""
    theirs = _standing_beside(case_no, wanted, person_id, organisation_id)
    rows = list(_meant(theirs, wanted).order_by("id").select_for_update(no_key=True))
    for row in rows:
        row.status, row.ended_at, row.ended_by, row.ended_for = rules.CERTIFICATE.to("end"), now, str(by), case_no
        row.save(update_fields=["status", "ended_at", "ended_by", "ended_for"])
        audit.record(
            action="certificate_ended", subject=f"certificate:{row.ref}", by=by, now=now, hall=hall,
            facts={"why": "replaced", "case": case_no},
        )  # fmt: skip
    return [_moved(row) for row in rows]


def would_end(
    *, case_no: str, wanted: Wanted, person_id: int | None, organisation_id: int | None
) -> list[CertificateView]:
    """What `end_for_case` would end now: read alone."""
    theirs = _standing_beside(case_no, wanted, person_id, organisation_id)
    return [certificate_view(row) for row in _meant(theirs, wanted).order_by("id")]


def _standing_beside(
    case_no: str, wanted: Wanted, person_id: int | None, organisation_id: int | None
) -> QuerySet[Certificate]:
    return Certificate.objects.filter(
        held_by(person_id, organisation_id), type=wanted.type, status__in=rules.CERTIFICATE.of("end")
    ).exclude(case_no=case_no)


def _meant(theirs: QuerySet[Certificate], wanted: Wanted) -> QuerySet[Certificate]:
    """Those that are meant. What an authority entered bears the number that people know; what a case of ours gave, that of its
    paper: of such a one a number that is said tells nothing."""
    if wanted.which == "all":
        return theirs
    named = theirs.filter(id__in=list(wanted.used))
    if not wanted.used and 1 <= len(wanted.number) <= rules.LONGEST_NUMBER:
        named = theirs.filter(number_index=index_of(wanted.type, rules.certificate_number(wanted.number)))
    rest = theirs.exclude(case_no="") if wanted.number else theirs
    if wanted.which == "used" or wanted.used or named.exists() or rest.count() != 1:
        return named
    return rest


def put_back_of_case(*, case_no: str, hall: str = "", by: Actor, now: datetime) -> list[Moved]:
    """终止: what its result had ended holds again, as far as nothing newer stands in its place; what came of the case itself is
    given back by nobody any more. The holder is held, and what stood of the case was ended.

    :returns: those that hold again.
    """
    own = Certificate.objects.filter(case_no=case_no).exclude(ended_for="").order_by("id")
    # A later case ended what came of this one: so it did, in effect, with what this one had ended.
    later = next(iter(own.values_list("ended_for", flat=True)), "")
    own.update(ended_for="")
    rows = list(Certificate.objects.filter(ended_for=case_no).order_by("id").select_for_update(no_key=True))
    if later:
        Certificate.objects.filter(id__in=[row.pk for row in rows]).update(ended_for=later)
        return []
    back = [row for row in rows if not _again(row)]
    for row in back:
        row.status, row.ended_at, row.ended_by, row.ended_for = rules.CERTIFICATE.to("put_back"), None, "", ""
        row.save(update_fields=["status", "ended_at", "ended_by", "ended_for"])
        audit.record(
            action="certificate_put_back",
            subject=f"certificate:{row.ref}",
            by=by,
            now=now,
            hall=hall,
            facts={"case": case_no},
        )
    return [_moved(row) for row in back]


def _again(row: Certificate) -> bool:
    """Whether an authority said the same one again since."""
    same = Certificate.objects.filter(
        person=row.person_id, organisation=row.organisation_id, type=row.type, number_index=row.number_index
    )
    return same.filter(status__in=rules.CERTIFICATE.goes_on).exists()


def _moved(row: Certificate) -> Moved:
    return Moved(row.ref, row.case_no, row.number)
