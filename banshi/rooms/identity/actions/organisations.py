"""Organisations (法人): entered by their credit code, and who acts for them: the legal representative, or an agent (经办人)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from banshi.foundation.crypto import blind_index
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.documents import IdType, InvalidDocument, birth_date, last_day_minor, normalise
from banshi.kernel.evidence import Evidence
from banshi.kernel.masking import mask_organisation
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.identity.actions.people import CHINA, clean_name, enrol
from banshi.rooms.identity.models import Organisation, OrganisationMember, Person
from banshi.rooms.identity.rules import STANDINGS, stronger

_STANDS_AS = {"zh": "说明是法定代表人，还是经办人", "en": "Say whether they are the legal representative or an agent"}
_REPRESENTS = {"zh": "这个人是法定代表人", "en": "This is the legal representative"}
_OF_AGE = {"zh": "代表单位的人要年满 18 周岁", "en": "Who acts for an organisation is of age"}
_OVER = {"zh": "期限已过", "en": "This day is over"}


@transaction.atomic
def enrol_organisation(*, uscc: str, name: str, by: Actor, now: datetime) -> Organisation:
    """The organisation of this unified social credit code (GB 32100), made when new.

    A known one keeps its name, whatever is declared; staff, who see the licence, replace it, with a trail.

    :raises Refused: identity-invalid (the code), invalid (the name).
    """
    name = clean_name(name)
    try:
        code = normalise(IdType.USCC, uscc)
    except InvalidDocument as wrong:
        raise Refused("identity-invalid", facts={"reason": {"zh": wrong.zh, "en": wrong.en}}) from wrong
    organisation, made = Organisation.objects.get_or_create(
        uscc_index=blind_index(code, purpose="organisation"),
        defaults={"uscc": code, "name": name, "masked_name": mask_organisation(name), "created_at": now},
    )
    if made:
        audit.record(action="organisation-enrolled", by=by, now=now, **_of(organisation, by))
    elif by.kind is ActorKind.STAFF and name != organisation.name:
        organisation.name, organisation.masked_name = name, mask_organisation(name)
        organisation.save(update_fields=["name", "masked_name"])
        audit.record(action="organisation-renamed", by=by, now=now, **_of(organisation, by))
    return organisation


def _of(organisation: Organisation, by: Actor) -> dict[str, Any]:
    return {"subject": f"organisation:{organisation.pk}", "hall": by.hall or ""}


@transaction.atomic
def authorise_member(
    *, organisation_id: int, person_id: int, role: str, valid_until: date | None = None, by: Actor, now: datetime
) -> OrganisationMember:
    """A person acts for the organisation from now on: whoever calls this has seen the licence, or the letter. A new word
    replaces the one before; the very same again changes nothing.

    :param role: legal (法定代表人) | agent (经办人). :param valid_until: the last day; None = until it is ended.
    :raises Refused: invalid (role, end, somebody under age), nothing-found.
    """
    if role not in STANDINGS:
        raise Refused("invalid", facts={"field": "role", "reason": _STANDS_AS})
    if valid_until is not None and valid_until < now.astimezone(CHINA).date():
        raise Refused("invalid", facts={"field": "valid_until", "reason": _OVER})
    organisation = Organisation.objects.select_for_update(no_key=True).filter(id=organisation_id).first()
    # Two entries being joined at this moment: wait, and act as the one that stands.
    entry = Person.objects.select_for_update(no_key=True).filter(id=person_id).first()
    if organisation is None or entry is None:
        raise Refused("nothing-found", facts={"organisation": organisation_id, "person": person_id})
    person = entry.same_as or entry
    born = birth_date(IdType(person.id_type), person.id_number)
    if born is not None and now.astimezone(CHINA).date() <= last_day_minor(born):
        raise Refused("invalid", facts={"field": "role", "reason": _OF_AGE})
    live = OrganisationMember.objects.filter(organisation=organisation, person=person, ended_at=None)
    same = live.filter(role=role, valid_until=valid_until).first()
    if same is not None:
        return same
    live.update(ended_at=now)
    member = OrganisationMember.objects.create(
        organisation=organisation,
        person=person,
        role=role,
        valid_until=valid_until,
        given_at=now,
        given_by=str(by)[:60],
    )
    audit.record(action="member-authorised", by=by, now=now, **_about(member, by))
    return member


@transaction.atomic
def end_member(*, member_id: int, by: Actor, now: datetime) -> None:
    """A person acts for the organisation no longer; what they applied for stands. Twice changes nothing.

    :raises Refused: nothing-found.
    """
    member = OrganisationMember.objects.filter(id=member_id).first()
    if member is None:
        raise Refused("nothing-found", facts={"member": member_id})
    if OrganisationMember.objects.filter(id=member_id, ended_at=None).update(ended_at=now, ended_by=str(by)[:60]):
        audit.record(action="member-ended", by=by, now=now, **_about(member, by))


@transaction.atomic
def appoint_agent(
    *, legal_member_id: int, name: str, id_type: str, id_number: str, valid_until: date, by: Actor, now: datetime
) -> OrganisationMember:
    """The legal representative, whom the caller has proof of, lets somebody act for the organisation until a day.

    :raises Refused: not-allowed – they represent it no longer; invalid (name, end, a representative), identity-invalid.
    """
    legal = _acting(legal_member_id, now=now)
    if legal.role != "legal":
        raise Refused("not-allowed")
    typed = enrol(name=name, id_type=id_type, id_number=id_number, evidence=Evidence.DECLARED, by=by, now=now)
    person_id = typed.same_as_id or typed.pk
    held = OrganisationMember.objects.filter(organisation_id=legal.organisation_id, ended_at=None)
    if held.filter(person_id=person_id, role="legal").exists():
        raise Refused("invalid", facts={"field": "id_number", "reason": _REPRESENTS})
    return authorise_member(
        organisation_id=legal.organisation_id,
        person_id=person_id,
        role="agent",
        valid_until=valid_until,
        by=by,
        now=now,
    )


@transaction.atomic
def dismiss_agent(*, member_id: int, by_member_id: int, by: Actor, now: datetime) -> None:
    """The legal representative ends an agent of the organisation, or an agent their own standing. Twice changes nothing.

    :raises Refused: not-allowed – neither; nothing-found – no agent of this organisation.
    """
    acting = _acting(by_member_id, now=now)
    if not OrganisationMember.objects.filter(
        id=member_id, organisation_id=acting.organisation_id, role="agent"
    ).exists():
        raise Refused("nothing-found", facts={"member": member_id})
    if acting.role != "legal" and member_id != by_member_id:
        raise Refused("not-allowed")
    end_member(member_id=member_id, by=by, now=now)


def _acting(member_id: int, *, now: datetime) -> OrganisationMember:
    """A standing in force, its organisation held: whoever ends it comes before or after. :raises Refused: not-allowed."""
    row = OrganisationMember.objects.filter(id=member_id).first()
    if row is not None:
        Organisation.objects.select_for_update(no_key=True).get(id=row.organisation_id)
        live = OrganisationMember.objects.select_for_update(no_key=True).filter(id=member_id, ended_at=None).first()
        today = now.astimezone(CHINA).date()
        if live is not None and (live.valid_until is None or live.valid_until >= today):
            return live
    raise Refused("not-allowed")


def _about(member: OrganisationMember, by: Actor) -> dict[str, Any]:
    """What the trail says of it: whose, for which organisation, as what, until when."""
    facts: dict[str, object] = {"organisation": member.organisation_id, "stands": member.role}
    if member.valid_until is not None:
        facts["until"] = member.valid_until.isoformat()
    return {"subject": f"person:{member.person_id}", "hall": by.hall or "", "facts": facts}


# --- Two entries of one person -----------------------------------------------------------------------------------


def hand_over_organisations(keep: Person, other: Person, *, how: str, by: Actor, now: datetime) -> None:
    """Whom a person acts for goes to the entry that stands; of two words for one organisation the stronger stays.

    A number typed wrongly is somebody else's: nobody acts for anything by it, and the hall gives it anew.
    """
    rows = OrganisationMember.objects.select_for_update(of=("self",), no_key=True).filter(person__in=[keep, other])
    found = list(rows.order_by("id"))
    theirs = [row for row in found if row.person_id == other.pk]
    if how != "renewed":
        for member in theirs:
            end_member(member_id=member.pk, by=by, now=now)
        return
    mine = {row.organisation_id: row for row in found if row.person_id == keep.pk and row.ended_at is None}
    for member in theirs:
        rival = mine.get(member.organisation_id) if member.ended_at is None else None
        if rival is not None:
            weaker = rival if stronger(member.role, member.valid_until, rival.role, rival.valid_until) else member
            weaker.ended_at = now
            weaker.save(update_fields=["ended_at"])
        member.person = keep
        member.save(update_fields=["person"])
