"""For which organisations a person acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from banshi.rooms.identity.models import OrganisationMember


@dataclass(frozen=True)
class ActsForOrganisation:
    """A person's standing in an organisation, for their own eyes. `role`: legal | agent; `valid_until`: its last day."""

    member_id: int
    organisation_id: int
    name: str
    uscc: str
    role: str
    valid_until: date | None


def organisations_of(person_id: int, *, today: date | None = None) -> tuple[ActsForOrganisation, ...]:
    """The organisations this person acts for, the first given first.

    :param today: leave out what has run out by then; None: only what was ended is left out.
    """
    rows = OrganisationMember.objects.filter(_in_force(today), person_id=person_id).select_related("organisation")
    return tuple(
        ActsForOrganisation(
            row.pk, row.organisation_id, row.organisation.name, row.organisation.uscc, row.role, row.valid_until
        )
        for row in rows.order_by("id")
    )


@dataclass(frozen=True)
class MemberView:
    """Somebody who acts for an organisation, as its other members see them."""

    member_id: int
    masked_name: str
    number_last4: str
    role: str
    valid_until: date | None


def members_of(organisation_id: int, *, today: date) -> tuple[MemberView, ...]:
    """Who acts for it on that day, the first given first."""
    rows = OrganisationMember.objects.filter(_in_force(today), organisation_id=organisation_id)
    return tuple(
        MemberView(row.pk, row.person.masked_name, row.person.number_last4, row.role, row.valid_until)
        for row in rows.select_related("person").order_by("id")
    )


def may_act_for(person_id: int, organisation_id: int, today: date) -> bool:
    """Whether this person acts for the organisation on that day."""
    return OrganisationMember.objects.filter(
        _in_force(today), person_id=person_id, organisation_id=organisation_id
    ).exists()


def _in_force(today: date | None) -> Q:
    live = Q(ended_at=None)
    return live if today is None else live & (Q(valid_until=None) | Q(valid_until__gte=today))
