"""Guardians of minors (监护人): who acts for whom on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from banshi.kernel.documents import IdType, birth_date, last_day_minor
from banshi.kernel.evidence import Evidence
from banshi.rooms.identity.models import Account, Guardianship, Person


@dataclass(frozen=True)
class GuardianView:
    """A guardianship, from either side. `other`: the child's name for its guardian, the guardian's, masked, for staff."""

    id: int
    child_id: int
    guardian_id: int
    other: str
    relation: str
    valid_until: date
    proven: bool
    contested: bool


def in_force(today: date) -> Q:
    """What gives a right on that day."""
    return Q(ended_at=None, contested_at=None, proven_at__isnull=False, valid_until__gte=today)


def children_of(account_id: int | None, *, today: date) -> tuple[GuardianView, ...]:
    """Whom the proven owner of an account is a guardian of, or says to be; not what was ended or has run out."""
    return _children(owner(account_id), today)


def children_of_person(person_id: int, *, today: date) -> tuple[GuardianView, ...]:
    """The same of somebody who is known to be there."""
    return _children([person_id], today)


def _children(guardians: list[int], today: date) -> tuple[GuardianView, ...]:
    rows = Guardianship.objects.filter(guardian_id__in=guardians, ended_at=None, valid_until__gte=today)
    return tuple(_view(row, other=row.name) for row in rows.order_by("id"))


def wards_of(account_id: int | None, *, today: date) -> list[int]:
    """The children that the proven owner of an account may act for on that day."""
    rows = Guardianship.objects.filter(in_force(today), guardian_id__in=owner(account_id))
    return list(rows.order_by("id").values_list("child_id", flat=True))


def wards_of_person(person_id: int, *, today: date) -> QuerySet[Guardianship, int]:
    """The same of somebody who stands at a window, as part of another query."""
    return Guardianship.objects.filter(in_force(today), guardian_id=person_id).values_list("child_id", flat=True)


def guardians_of(child_id: int, *, today: date) -> tuple[GuardianView, ...]:
    """Who is a guardian of a child, or says so: for staff who serve it."""
    rows = Guardianship.objects.filter(child_id=child_id, ended_at=None, valid_until__gte=today)
    found = rows.select_related("guardian").order_by("id")
    return tuple(_view(row, other=row.guardian.masked_name) for row in found)


def guardianship_of(account_id: int | None, child_id: int, *, today: date) -> int | None:
    """The guardianship by which the proven owner of an account acts for a child; None where there is none."""
    rows = Guardianship.objects.filter(in_force(today), child_id=child_id, guardian_id__in=owner(account_id))
    return rows.order_by("id").values_list("id", flat=True).first()


def guardianship_between(guardian_id: int, child_id: int, *, today: date) -> int | None:
    """The guardianship by which somebody acts for a child; None where there is none."""
    rows = Guardianship.objects.filter(in_force(today), child_id=child_id, guardian_id=guardian_id)
    return rows.order_by("id").values_list("id", flat=True).first()


def guardianship_over(account_id: int | None, child_id: int, *, today: date) -> bool:
    """Whether the owner of an account was the child's guardian by proof, and is no longer."""
    rows = Guardianship.objects.filter(child_id=child_id, guardian_id__in=owner(account_id), proven_at__isnull=False)
    return rows.exists() and not rows.filter(in_force(today)).exists()


def opens_for(account_id: int | None, person_id: int, *, today: date) -> bool:
    """Whether what is a person's opens to an account: it is proven to be them, or their guardian."""
    own = Account.objects.filter(id=account_id or 0, person_id=person_id, person_evidence__gt=Evidence.DECLARED)
    return own.exists() or guardianship_of(account_id, person_id, today=today) is not None


def guardian_stands(guardianship_id: int, *, child_id: int, today: date) -> bool:
    """Whether it is one of this child, and in force."""
    return Guardianship.objects.filter(in_force(today), id=guardianship_id, child_id=child_id).exists()


def guardian_name(guardianship_id: int | None, *, today: date) -> str:
    """As papers give it; "" where it is not in force."""
    rows = Guardianship.objects.filter(in_force(today), id=guardianship_id or 0).select_related("guardian")
    found = rows.order_by("id").first()
    return str(found.guardian.name) if found is not None else ""


def born_on(person: Person) -> date | None:
    """By the document; None where it does not say."""
    return birth_date(IdType(person.id_type), person.id_number)


def may_be_minor(person_id: int, *, today: date) -> bool:
    """Whether somebody is under 18 by their document, or it does not say."""
    born = born_on(Person.objects.get(id=person_id))
    return born is None or today <= last_day_minor(born)


def owner(account_id: int | None) -> list[int]:
    rows = Account.objects.filter(
        id=account_id or 0, person_id__isnull=False, person_evidence__gt=Evidence.DECLARED
    ).order_by("id")
    return [pk for pk in rows.values_list("person_id", flat=True) if pk is not None]


def _view(row: Guardianship, *, other: str) -> GuardianView:
    return GuardianView(
        row.pk, row.child_id, row.guardian_id, other, row.relation, row.valid_until,
        row.proven_at is not None, row.contested_at is not None,
    )  # fmt: skip
