"""Who acts for an organisation beside its members: by a letter that a window saw, or as a registered agent. Its members see it,
and who appoints for it ends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from banshi.foundation import clock
from banshi.foundation.said import named
from banshi.rooms.catalogue.models import Item
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import Acting, ActsForMe, ActsForOrganisation


@dataclass(frozen=True)
class FirmsAgents:
    """Letters and mandates that stand, each with the names of its matters (none: every one)."""

    letters: tuple[tuple[Acting, tuple[str, ...]], ...] = ()
    mandates: tuple[tuple[ActsForMe, tuple[str, ...]], ...] = ()

    @property
    def there(self) -> bool:
        return bool(self.letters or self.mandates)


def agents_of(mine: ActsForOrganisation, *, today: date) -> FirmsAgents:
    """As far as it is this member's business: of a letter for matters that are not theirs, nothing."""
    entry = people.entries_of_organisations([mine]).get(mine.organisation_id)
    if entry is None:
        return FirmsAgents()
    letters = [each for each in people.letters_of(entry, today=today) if _theirs(mine, each.items)]
    mandates = [each for each in people.acting_for(entry, today=today) if _theirs(mine, each.items)]
    names = _names(
        [code for each in letters for code in each.items] + [code for each in mandates for code in each.items]
    )
    return FirmsAgents(
        tuple((each, tuple(names.get(code, code) for code in each.items)) for each in letters),
        tuple((each, tuple(names.get(code, code) for code in each.items)) for each in mandates),
    )


def _theirs(mine: ActsForOrganisation, items: Sequence[str]) -> bool:
    may = mine.limits
    return mine.may_appoint or may.all_matters or bool(items and set(items) <= set(may.items))


def _names(codes: Iterable[str]) -> dict[str, str]:
    return {item.code: named(item) for item in Item.objects.filter(code__in=set(codes)).order_by("code")}


def firm_over_letter(request: Any, letter: int) -> int | None:
    """For which organisation somebody acts by it, where whoever looks appoints for that one; None: it is not theirs to end."""
    return next((firm for firm, found in _mine(request) if letter in {each.ref.id for each, _ in found.letters}), None)


def firm_over_mandate(request: Any, mandate: int) -> int | None:
    """The same of a registered agent's mandate."""
    return next(
        (firm for firm, found in _mine(request) if mandate in {each.mandate_id for each, _ in found.mandates}), None
    )


def _mine(request: Any) -> list[tuple[int, FirmsAgents]]:
    me = people.proven_person(request.who.account_id)
    today = timezone.localtime(clock.now()).date()
    firms = people.organisations_of(me, today=today) if me is not None else ()
    return [(each.organisation_id, agents_of(each, today=today)) for each in firms if each.may_appoint]
