"""Numbers of documents that need not be typed a second time: what an account typed itself, what a client showed for a mandate.

A person may have further documents (`same_as`): whose number was given, and which other numbers they have, is told to nobody.
"""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from banshi.rooms.audit import queries as audit
from banshi.rooms.identity.models import AccountPerson, Guardianship, Mandate, Person
from banshi.rooms.identity.queries.guardians import owner
from banshi.rooms.identity.queries.letters import registered


def number_typed(account_id: int | None, person_id: int) -> str | None:
    """The number that this account typed for somebody it applies for; None where it typed none: a card proved whose the account
    was, or a hall entered for whom it acts."""
    if account_id is None:
        return None
    entries = Q(person_id=person_id) | Q(person__same_as_id=person_id)
    listed = AccountPerson.objects.filter(entries, account_id=account_id, removed_at=None).select_related("person")
    row = listed.order_by("id").first()
    if row is None or audit.was_done(f"person:{row.person_id}", action="account_proven", at=row.added_at):
        return None
    theirs = Q(person_id__in=[row.person_id, person_id])
    given = Mandate.objects.filter(theirs, agent__account_id=account_id, given_at__isnull=False)
    child = Guardianship.objects.filter(
        child_id__in=[row.person_id, person_id], guardian_id__in=owner(account_id), proven_at__isnull=False
    )
    entered = given.filter(proposed_at=None).exists() or child.filter(declared_at=None).exists()
    if entered or ((given.exists() or child.exists()) and number_of_client(row.person_id) is None):
        return None
    return str(row.person.id_number)


def number_of_client(person_id: int) -> str | None:
    """Of somebody whose paper was seen: the number of their only document; None where they have several, for which of them it was
    nobody kept."""
    found = Person.objects.filter(id=person_id, same_as=None).exclude(documents__isnull=False).first()
    return found.id_number if found is not None else None


def number_by_mandate(account_id: int | None, person_id: int, *, today: date) -> str | None:
    """The number of a client for whom an account, a registered agent's, acts by a mandate that stands."""
    rows = Mandate.objects.filter(registered(today), agent__account_id=account_id or 0, person_id=person_id)
    return number_of_client(person_id) if rows.exists() else None
