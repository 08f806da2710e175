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
from banshi.rooms.identity.queries.organisations import ActsForOrganisation, acts_for, in_force
from banshi.rooms.identity.rules import STANDINGS, UNLIMITED, Limits, appointing_refusal, stronger

_STANDS_AS = {"zh": "说明是法定代表人，还是经办人", "en": "Say whether they are the legal representative or an agent"}
_REPRESENTS = {"zh": "这个人是法定代表人", "en": "This is the legal representative"}
_OF_AGE = {"zh": "代表单位的人要年满 18 周岁", "en": "Who acts for an organisation is of age"}
_OVER = {"zh": "期限已过", "en": "This day is over"}
MOST_MATTERS = 200  # codes of one standing
_TOO_MANY = {"zh": f"最多选 {MOST_MATTERS} 个事项和部门", "en": f"At most {MOST_MATTERS} matters and departments"}
_NO_LIMITS = {
    "zh": "法定代表人什么都能办，不设限制",
    "en": "The legal representative may do everything, without limits",
}
_APPOINTS_ALL = {
    "zh": "能授权别人的经办人，自己要能办理并提交所有事项",
    "en": "An agent who appoints others may do and send every matter themselves",
}
_ONLY_LEGAL = {
    "zh": "只有法定代表人能让人授权别人",
    "en": "Only the legal representative lets somebody appoint others",
}
_LONGER = {"zh": "不能晚于你自己的期限", "en": "Not longer than you act for it yourself"}


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
    *,
    organisation_id: int,
    person_id: int,
    role: str,
    valid_until: date | None = None,
    limits: Limits = UNLIMITED,
    by: Actor,
    now: datetime,
) -> OrganisationMember:
    """A person acts for the organisation from now on: whoever calls this has seen the licence, or the letter. A new word
    replaces the one before; the very same again changes nothing.

    :param role: legal (法定代表人) | agent (经办人). :param valid_until: the last day; None = until it is ended.
    :param limits: of an agent; its codes have been looked up.
    :raises Refused: invalid (role, end, limits, somebody under age), nothing-found.
    """
    if role not in STANDINGS:
        raise Refused("invalid", facts={"field": "role", "reason": _STANDS_AS})
    _check_limits(role, limits)
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
    terms: dict[str, Any] = {
        "role": role, "valid_until": valid_until, "items": sorted(set(limits.items)),
        "departments": sorted(set(limits.departments)), "sends": limits.sends, "appoints": limits.appoints,
    }  # fmt: skip
    same = live.filter(**terms).first()
    if same is not None:
        return same
    live.update(ended_at=now)
    member = OrganisationMember.objects.create(
        organisation=organisation, person=person, given_at=now, given_by=str(by)[:60], **terms
    )
    audit.record(action="member-authorised", by=by, now=now, **_about(member, by))
    return member


def _check_limits(role: str, limits: Limits) -> None:
    """:raises Refused: invalid."""
    if role == "legal" and limits != UNLIMITED:
        raise Refused("invalid", facts={"field": "role", "reason": _NO_LIMITS})
    if limits.fault:
        raise Refused("invalid", facts={"field": "appoints", "reason": _APPOINTS_ALL})
    if len(set(limits.items)) + len(set(limits.departments)) > MOST_MATTERS:
        raise Refused("invalid", facts={"field": "items", "reason": _TOO_MANY})


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
    *,
    by_member_id: int,
    name: str,
    id_type: str,
    id_number: str,
    valid_until: date,
    limits: Limits = UNLIMITED,
    by: Actor,
    now: datetime,
) -> OrganisationMember:
    """The legal representative, or an agent whom they let do so, of whom the caller has proof, lets somebody act for the
    organisation until a day.

    :raises Refused: not-allowed – they act for it no longer, or appoint nobody; invalid (name, end, limits, a representative),
        identity-invalid.
    """
    acting = _acting(by_member_id, now=now)
    _need_appointing(acting, limits, valid_until)
    typed = enrol(name=name, id_type=id_type, id_number=id_number, evidence=Evidence.DECLARED, by=by, now=now)
    person_id = typed.same_as_id or typed.pk
    held = OrganisationMember.objects.filter(organisation_id=acting.organisation_id, person_id=person_id, ended_at=None)
    if held.filter(role="legal").exists():
        raise Refused("invalid", facts={"field": "id_number", "reason": _REPRESENTS})
    _need_over(acting, held.first())
    return _agent(acting, person_id, valid_until, limits, by=by, now=now)


@transaction.atomic
def limit_member(
    *, member_id: int, by_member_id: int, valid_until: date, limits: Limits, by: Actor, now: datetime
) -> OrganisationMember:
    """From now on an agent acts for the organisation in this and until that day: a new word that replaces the one before.

    :raises Refused: not-allowed – as of `appoint_agent`, or the agent appoints others and is the legal representative's to
        limit; nothing-found – no agent of this organisation, or ended meanwhile; invalid (end, limits).
    """
    acting = _acting(by_member_id, now=now)
    _need_appointing(acting, limits, valid_until)
    held = OrganisationMember.objects.filter(
        id=member_id, organisation_id=acting.organisation_id, role="agent", ended_at=None
    ).first()
    if held is None:
        raise Refused("nothing-found", facts={"member": member_id})
    _need_over(acting, held)
    return _agent(acting, held.person_id, valid_until, limits, by=by, now=now)


def _need_appointing(acting: OrganisationMember, limits: Limits, valid_until: date) -> None:
    """:raises Refused: not-allowed, invalid."""
    no = appointing_refusal(
        role=acting.role, appoints=acting.appoints, until=acting.valid_until, asked=limits, asked_until=valid_until
    )
    if no == "not-allowed":
        raise Refused("not-allowed")
    if no is not None:
        raise Refused("invalid", facts={"field": no, "reason": _ONLY_LEGAL if no == "appoints" else _LONGER})


def _need_over(acting: OrganisationMember, held: OrganisationMember | None) -> None:
    """Of agents who appoint others only the legal representative changes or ends one. :raises Refused: not-allowed."""
    if held is not None and held.appoints and acting.role != "legal":
        raise Refused("not-allowed")


def _agent(
    acting: OrganisationMember, person_id: int, valid_until: date, limits: Limits, *, by: Actor, now: datetime
) -> OrganisationMember:
    return authorise_member(
        organisation_id=acting.organisation_id,
        person_id=person_id,
        role="agent",
        valid_until=valid_until,
        limits=limits,
        by=by,
        now=now,
    )


@transaction.atomic
def dismiss_agent(*, member_id: int, by_member_id: int, by: Actor, now: datetime) -> None:
    """The legal representative, or who appoints for them, ends an agent of the organisation, or an agent their own standing.
    Twice changes nothing.

    :raises Refused: not-allowed – none of these; nothing-found – no agent of this organisation.
    """
    acting = _acting(by_member_id, now=now)
    held = OrganisationMember.objects.filter(
        id=member_id, organisation_id=acting.organisation_id, role="agent"
    ).first()  # fmt: skip
    if held is None:
        raise Refused("nothing-found", facts={"member": member_id})
    if member_id != by_member_id:
        if acting.role != "legal" and not acting.appoints:
            raise Refused("not-allowed")
        _need_over(acting, held)
    end_member(member_id=member_id, by=by, now=now)


def hold_member(*, organisation_id: int, person_id: int, today: date) -> ActsForOrganisation | None:
    """Inside a transaction: somebody's standing on this day, held until it ends – of the end of a standing, or a narrower
    word, and a deed under it, whichever comes first counts, and the other waits. None: they do not act for it."""
    rows = OrganisationMember.objects.select_for_update(no_key=True, of=("self",)).select_related("organisation")
    theirs = rows.filter(in_force(today), organisation_id=organisation_id, person_id=person_id)
    list(
        theirs.order_by("id").values_list("id", flat=True)
    )  # where it is being replaced: wait, and see what came instead
    row = theirs.first()
    return acts_for(row) if row is not None else None


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
    told = {"items": member.items, "departments": member.departments, "fills_only": not member.sends}
    facts |= {name: value for name, value in {**told, "appoints": member.appoints}.items() if value}
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
            mine_is_less = stronger(
                member.role, member.valid_until, rival.role, rival.valid_until, limits=member.limits, than_limits=rival.limits
            )  # fmt: skip
            weaker = rival if mine_is_less else member
            weaker.ended_at = now
            weaker.save(update_fields=["ended_at"])
        member.person = keep
        member.save(update_fields=["person"])
