"""Guardians of minors (监护人): declared by themselves, proven by papers a window saw, over on the 18th birthday."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.documents import last_day_minor
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.kernel.wording import legible
from banshi.rooms.audit import actions as audit
from banshi.rooms.identity.actions.agents import NO_PAPER, invalid
from banshi.rooms.identity.actions.people import CHINA, PersonAsked, clean_name, enrol_together, seen_here
from banshi.rooms.identity.models import Account, AccountPerson, Guardianship, Person
from banshi.rooms.identity.queries.guardians import born_on, guardian_stands
from banshi.rooms.identity.rules import RELATIONS

MOST_DECLARED = 5  # of one guardian, not proven yet
_RELATION = {"zh": "选择与孩子的关系", "en": "Choose the relation to the child"}
_NO_BIRTH = {
    "zh": "证件上没有出生日期：到窗口登记",
    "en": "This document bears no day of birth: have it entered at a window",
}
_OF_AGE = {"zh": "已满 18 周岁，自己办理", "en": "Of age: they act for themselves"}
_TOO_YOUNG = {"zh": "监护人要年满 18 周岁", "en": "A guardian is of age"}
_SELF = {"zh": "监护人与孩子是同一个人", "en": "Guardian and child are the same person"}
_WHY = {"zh": "写明原因", "en": "Say why"}


@transaction.atomic
def declare_guardian(
    *, guardian_id: int, relation: str, name: str, id_type: str, id_number: str, by: Actor, now: datetime
) -> Guardianship:
    """The guardian says whose they are: no right yet. The same again changes nothing.

    :param guardian_id: whom the caller has proof to be. The rest: the child's.
    :raises Refused: invalid (relation, name, age), identity-invalid; too-many-people – so many wait for proof already.
    """
    guardian, child = _both(guardian_id, name=name, id_type=id_type, id_number=id_number, by=by, now=now)
    until = _last_day(guardian, child, relation, born=None, now=now)
    open_rows = Guardianship.objects.filter(guardian=guardian, ended_at=None)
    known = open_rows.filter(child=child).first()
    if known is not None:
        return known
    if open_rows.filter(proven_at=None).count() >= MOST_DECLARED:
        raise Refused("too-many-people", facts={"limit": MOST_DECLARED})
    made = Guardianship.objects.create(
        child=child, guardian=guardian, relation=relation, name=clean_name(name), valid_until=until, declared_at=now
    )
    audit.record(action="guardian-declared", by=by, now=now, **_about(made, by))
    return made


@transaction.atomic
def prove_guardian(
    *, child_id: int, relation: str, name: str, id_type: str, id_number: str, paper: str, born: date | None = None,
    by: Actor, now: datetime,
) -> Guardianship:  # fmt: skip
    """A window saw the guardian's document and the paper that says so; also of what was declared. Twice changes nothing.

    :param born: the child's birthday, where its document does not say. :param paper: what was seen.
    :raises Refused: invalid (paper, relation, name, age), identity-invalid.
    """
    if not paper.strip():
        raise invalid("paper", NO_PAPER)
    (shown,) = enrol_together([seen_here(PersonAsked(name, id_type, id_number), by)], also=[child_id], now=now)
    if isinstance(shown, Refused):
        raise shown
    child, guardian = _locked_people(child_id, shown.id)
    until = _last_day(guardian, child, relation, born=born, now=now)
    made = Guardianship.objects.filter(child=child, guardian=guardian, ended_at=None).first()
    if made is not None and made.proven_at is not None and made.relation == relation:
        return made
    made = made or Guardianship(child=child, guardian=guardian, name=child.name)
    made.relation, made.valid_until = relation, until
    return _proven(made, paper=paper, by=by, now=now)


@transaction.atomic
def prove_ward(*, guardianship_id: int, guardian_id: int, paper: str, by: Actor, now: datetime) -> Guardianship:
    """A window saw the paper for what a guardian had declared, whose own document was compared there. Twice changes nothing.

    :raises Refused: nothing-found – nothing this guardian said, or it was ended; invalid (paper).
    """
    if not paper.strip():
        raise invalid("paper", NO_PAPER)
    row = _locked(guardianship_id)
    if row.guardian_id != guardian_id:
        raise Refused("nothing-found", facts={"guardianship": guardianship_id})
    return row if row.proven_at is not None else _proven(row, paper=paper, by=by, now=now)


def _proven(row: Guardianship, *, paper: str, by: Actor, now: datetime) -> Guardianship:
    """The people of it are locked."""
    row.paper, row.proven_at, row.proven_by = paper.strip()[:200], now, str(by)[:60]
    row.save()
    _list_child(row, now=now)
    audit.record(action="guardian-proven", by=by, now=now, **_about(row, by))
    return row


@transaction.atomic
def contest_guardian(*, guardianship_id: int, why: str, by: Actor, now: datetime) -> None:
    """It rests until it is upheld or ended: somebody says it is not so. Twice changes nothing.

    :raises Refused: nothing-found – also what was ended; invalid (why).
    """
    row = _locked(guardianship_id)
    if row.contested_at is None:
        row.contested_at, row.contested_by, row.why = now, str(by)[:60], _reason(why)
        row.save(update_fields=["contested_at", "contested_by", "why"])
        audit.record(action="guardian-contested", by=by, now=now, **_about(row, by))


@transaction.atomic
def uphold_guardian(*, guardianship_id: int, by: Actor, now: datetime) -> None:
    """What was contested stands. :raises Refused: nothing-found – also what was ended."""
    row = _locked(guardianship_id)
    if row.contested_at is not None:
        row.contested_at, row.contested_by, row.why = None, "", ""
        row.save(update_fields=["contested_at", "contested_by", "why"])
        audit.record(action="guardian-upheld", by=by, now=now, **_about(row, by))


@transaction.atomic
def end_guardian(*, guardianship_id: int, why: str, by: Actor, now: datetime) -> None:
    """Somebody acts for the child no longer; what they applied for stands, and is not theirs to follow. Twice changes nothing.

    :raises Refused: nothing-found; invalid (why).
    """
    reason = _reason(why)
    _hold_child(guardianship_id)
    if Guardianship.objects.filter(id=guardianship_id, ended_at=None).update(
        ended_at=now, ended_by=str(by)[:60], why=reason
    ):
        row = Guardianship.objects.get(id=guardianship_id)
        entries = Person.objects.filter(same_as_id=row.child_id).values_list("id", flat=True)
        mine = AccountPerson.objects.filter(account__person_id=row.guardian_id, removed_at=None)
        mine.filter(person_id__in=[row.child_id, *entries]).update(removed_at=now)
        audit.record(action="guardian-ended", by=by, now=now, **_about(row, by))


def hold_guardian(guardianship_id: int, *, child_id: int, today: date) -> bool:
    """Inside a transaction: whether it is one of this child and in force, held: whoever ends it comes before or after."""
    rows = Guardianship.objects.select_for_update(no_key=True).filter(id=guardianship_id)
    list(rows.values_list("id", flat=True))
    return guardian_stands(guardianship_id, child_id=child_id, today=today)


def _reason(why: str) -> str:
    if not (said := legible(why)[:200]):
        raise invalid("why", _WHY)
    return said


def _both(
    guardian_id: int, *, name: str, id_type: str, id_number: str, by: Actor, now: datetime
) -> tuple[Person, Person]:
    """The guardian and the child as typed: nothing of a known child changes, and nothing of it is told."""
    asked = PersonAsked(name, id_type, id_number, source=str(by))
    (found,) = enrol_together([asked], also=[guardian_id], now=now)
    if isinstance(found, Refused):
        raise found
    return _locked_people(guardian_id, found.id)


def _locked_people(one_id: int, other_id: int) -> tuple[Person, Person]:
    """Both, in key order: who declares and who proves at once wait for each other; two entries being joined do, too."""
    rows = Person.objects.select_for_update(no_key=True).filter(id__in=[one_id, other_id]).order_by("id")
    known = {row.pk: row.same_as or row for row in rows}
    if {one_id, other_id} - known.keys():
        raise Refused("nothing-found", facts={"person": one_id})
    return known[one_id], known[other_id]


def _last_day(guardian: Person, child: Person, relation: str, *, born: date | None, now: datetime) -> date:
    today = now.astimezone(CHINA).date()
    if relation not in RELATIONS:
        raise invalid("relation", _RELATION)
    if guardian.pk == child.pk:
        raise invalid("id_number", _SELF)
    if (theirs := born_on(guardian)) is not None and last_day_minor(theirs) >= today:
        raise invalid("id_number", _TOO_YOUNG)
    day = born_on(child) or born
    if day is None:
        raise invalid("born", _NO_BIRTH)
    if last_day_minor(day) < today:
        raise invalid("id_number", _OF_AGE)
    return last_day_minor(day)


def _list_child(row: Guardianship, *, now: datetime) -> None:
    """The guardian's own account books for the child."""
    for account in Account.objects.filter(person=row.guardian, person_evidence__gt=Evidence.DECLARED).order_by("id"):
        AccountPerson.objects.update_or_create(
            account=account, person=row.child, defaults={"name": row.name, "removed_at": None},
            create_defaults={"name": row.name, "added_at": now},
        )  # fmt: skip


def _hold_child(guardianship_id: int) -> None:
    """Whoever opens a case of the child at this moment comes before or after. :raises Refused: nothing-found."""
    child_id = Guardianship.objects.filter(id=guardianship_id).values_list("child_id", flat=True).first()
    if child_id is None:
        raise Refused("nothing-found", facts={"guardianship": guardianship_id})
    Person.objects.select_for_update(no_key=True).get(id=child_id)


def _locked(guardianship_id: int) -> Guardianship:
    """:raises Refused: nothing-found."""
    _hold_child(guardianship_id)
    rows = Guardianship.objects.select_for_update(no_key=True).filter(id=guardianship_id, ended_at=None)
    found = rows.first()
    if found is None:
        raise Refused("nothing-found", facts={"guardianship": guardianship_id})
    return found


def _about(row: Guardianship, by: Actor) -> dict[str, Any]:
    """What the trail says of it: of which child, whose, until when."""
    facts = {"guardian": row.guardian_id, "relation": row.relation, "until": row.valid_until.isoformat()}
    return {"subject": f"person:{row.child_id}", "hall": by.hall or "", "facts": facts}


# --- Two entries of one person -----------------------------------------------------------------------------------


def hand_over_guardians(keep: Person, other: Person, *, how: str, now: datetime) -> None:
    """Both sides go to the entry that stands; of two for the same pair the proven stays. A number typed wrongly is somebody
    else's: nobody is a guardian by it."""
    rows = Guardianship.objects.select_for_update(no_key=True).order_by("id")
    if how != "renewed":
        rows.filter(child=other, ended_at=None).update(ended_at=now)
        rows.filter(guardian=other, ended_at=None).update(ended_at=now)
        return
    for side, far in (("child", "guardian"), ("guardian", "child")):
        for row in rows.filter(**{side: other}):
            rival = rows.filter(**{side: keep, far: getattr(row, far)}, ended_at=None).first()
            if rival is not None and row.ended_at is None:
                weaker = row if rival.proven_at is not None or row.proven_at is None else rival
                weaker.ended_at = now
                weaker.save(update_fields=["ended_at"])
            if getattr(row, f"{far}_id") != keep.pk:
                setattr(row, side, keep)
                row.save(update_fields=[side, "ended_at"])
