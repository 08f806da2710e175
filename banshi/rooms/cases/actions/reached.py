"""The telephone of a case follows its owner to a new number."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q

from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries.told import phone_index, told_to


def follow_number(*, account_id: int, person_id: int | None, named: Mapping[int, str], before: str, phone: str) -> int:
    """What an account hears at its number of before – its own cases, those of the person it is proven to be, and those it sees
    by the telephone – is told to the new one; whoever is given the old number next hears and sees nothing of it.

    In the caller's transaction. :param named: as `queries.told_to`. :returns: how many.
    """
    whose = Q(account_id=account_id) | Q(pk__in=told_to(before, named))
    if person_id is not None:
        whose |= Q(person_id=person_id)
    rows = Case.objects.select_for_update(no_key=True).filter(whose, contact_index=phone_index(before)).order_by("id")
    found = list(rows)
    for case in found:
        case.contact, case.contact_index = phone, phone_index(phone)
        case.save(update_fields=["contact", "contact_index"])
    return len(found)
