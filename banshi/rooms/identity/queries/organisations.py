"""For which organisations a person acts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from banshi.foundation.crypto import blind_index
from banshi.kernel.documents import IdType, InvalidDocument, normalise
from banshi.rooms.identity.models import Organisation, OrganisationMember, Person
from banshi.rooms.identity.rules import UNLIMITED, Limits


@dataclass(frozen=True)
class ActsForOrganisation:
    """A person's standing in an organisation, for their own eyes. `role`: legal | agent; `valid_until`: its last day."""

    member_id: int
    organisation_id: int
    name: str
    uscc: str
    role: str
    valid_until: date | None
    limits: Limits = UNLIMITED

    @property
    def may_appoint(self) -> bool:
        return self.role == "legal" or self.limits.appoints

    def over(self, member: MemberView) -> bool:
        """Whether they limit and end this agent."""
        return member.role == "agent" and self.may_appoint and (self.role == "legal" or not member.limits.appoints)


def acts_for(row: OrganisationMember) -> ActsForOrganisation:
    firm = row.organisation
    return ActsForOrganisation(row.pk, firm.pk, firm.name, firm.uscc, row.role, row.valid_until, row.limits)


def organisations_of(person_id: int, *, today: date | None = None) -> tuple[ActsForOrganisation, ...]:
    """The organisations this person acts for, the first given first.

    :param today: leave out what has run out by then; None: only what was ended is left out.
    """
    rows = OrganisationMember.objects.filter(in_force(today), person_id=person_id).select_related("organisation")
    return tuple(acts_for(row) for row in rows.order_by("id"))


def entries_of_organisations(acts_for: Iterable[ActsForOrganisation]) -> dict[int, int]:
    """By organisation, the entry that its code has among the people, where somebody typed it for one who applies."""
    indexes = {blind_index(f"{IdType.USCC}:{each.uscc}", purpose="document"): each.organisation_id for each in acts_for}
    rows = Person.objects.filter(number_index__in=indexes).order_by("id")
    return {indexes[index]: entry for index, entry in rows.values_list("number_index", "id")}


def standing_in(organisation_id: int, person_id: int, *, today: date) -> ActsForOrganisation | None:
    """What somebody may do for an organisation on that day; None: they do not act for it."""
    rows = OrganisationMember.objects.filter(in_force(today), organisation_id=organisation_id, person_id=person_id)
    row = rows.select_related("organisation").first()
    return acts_for(row) if row is not None else None


@dataclass(frozen=True)
class MemberView:
    """Somebody who acts for an organisation, as its other members see them."""

    member_id: int
    masked_name: str
    number_last4: str
    role: str
    valid_until: date | None
    limits: Limits
    given_at: datetime
    ended_at: datetime | None
    person_id: int


def members_of(organisation_id: int, *, today: date) -> tuple[MemberView, ...]:
    """Who acts for it on that day, the first given first."""
    rows = OrganisationMember.objects.filter(in_force(today), organisation_id=organisation_id)
    return tuple(_member(row) for row in rows.select_related("person").order_by("id"))


def was_member(member_id: int, organisation_id: int) -> bool:
    """Whether a standing, ended or not, is one of this organisation."""
    return OrganisationMember.objects.filter(id=member_id, organisation_id=organisation_id).exists()


def organisation_by_code(uscc: str) -> Organisation | None:
    """By its unified social credit code; None where it is none, or was never entered."""
    try:
        code = normalise(IdType.USCC, uscc)
    except InvalidDocument:
        return None
    return Organisation.objects.filter(uscc_index=blind_index(code, purpose="organisation")).first()


def members_before(organisation_id: int, *, today: date, most: int = 100) -> tuple[MemberView, ...]:
    """Who acted for it once, and in what: what was ended, replaced by another word, or has run out; the latest first."""
    rows = OrganisationMember.objects.filter(organisation_id=organisation_id).exclude(in_force(today))
    return tuple(_member(row) for row in rows.select_related("person").order_by("-given_at", "-id")[:most])


def who_appoints(organisation_id: int, *, today: date) -> tuple[str, ...]:
    """Whom to ask for more: masked names of its legal representatives, and of those they let appoint agents."""
    rows = OrganisationMember.objects.filter(in_force(today), organisation_id=organisation_id)
    found = rows.filter(Q(role="legal") | Q(appoints=True)).order_by("-role", "id")
    return tuple(found.values_list("person__masked_name", flat=True))


def heads_phones(organisation_id: int, *, today: date) -> tuple[str, ...]:
    """Telephones of its legal representatives that are theirs by proof."""
    rows = OrganisationMember.objects.filter(in_force(today), organisation_id=organisation_id, role="legal")
    found = [row.person.phone for row in rows.select_related("person").order_by("id")]
    return tuple(dict.fromkeys(phone for phone in found if phone))


def _member(row: OrganisationMember) -> MemberView:
    return MemberView(
        row.pk, row.person.masked_name, row.person.number_last4, row.role, row.valid_until, row.limits, row.given_at,
        row.ended_at, row.person_id,
    )  # fmt: skip


def may_act_for(person_id: int, organisation_id: int, today: date) -> bool:
    """Whether this person acts for the organisation on that day."""
    return OrganisationMember.objects.filter(
        in_force(today), person_id=person_id, organisation_id=organisation_id
    ).exists()


def in_force(today: date | None) -> Q:
    """:param today: what has run out by then is over; None: only what was ended."""
    live = Q(ended_at=None)
    return live if today is None else live & (Q(valid_until=None) | Q(valid_until__gte=today))
