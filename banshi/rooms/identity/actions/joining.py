"""Two entries of one person (合并): a renewed document, or a number typed wrongly once. With the card seen, and never undone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.identity.actions.correcting import need_card_and_reason
from banshi.rooms.identity.actions.guardians import hand_over_guardians
from banshi.rooms.identity.actions.letters import hand_over_letters
from banshi.rooms.identity.actions.mandates import hand_over_mandates
from banshi.rooms.identity.actions.organisations import hand_over_organisations
from banshi.rooms.identity.models import Account, Person
from banshi.rooms.identity.rules import join_refusal


def lock_entries(*, keep_id: int, other_id: int, how: str, why: str, card_seen: bool) -> tuple[Person, Person]:
    """Both entries, so that nobody books for either until the transaction ends: the one to stand, and the other.

    :param how: renewed | mistyped.
    :raises Refused: invalid (reason, card), nothing-found, and those of `rules.join_refusal`.
    """
    need_card_and_reason(why, card_seen)
    rows = {row.pk: row for row in Person.objects.select_for_update().filter(id__in=[keep_id, other_id]).order_by("id")}
    keep, other = rows.get(keep_id), rows.get(other_id)
    if keep is None or other is None or keep is other:
        raise Refused("nothing-found", facts={"person": other_id})
    refusal = join_refusal_of(keep, other, how=how)
    if refusal is not None:
        raise refusal
    return keep, other


def join_refusal_of(keep: Person, other: Person, *, how: str) -> Refused | None:
    """Why these two are not made one; None where they may be."""
    proven = bool(other.name_evidence) or other.phone_index is not None
    refusal = join_refusal(
        how=how,
        joined=keep.same_as_id is not None or other.same_as_id is not None,
        named=bool(keep.name_index),
        both_proven=bool(keep.name_evidence and other.name_evidence),
        other_proven=proven,
        same_name=keep.name_index == other.name_index,
    )
    return Refused(refusal) if refusal is not None else None


def join_entries(
    keep: Person, other: Person, *, how: str, why: str, by: Actor, now: datetime, moved: Mapping[str, int]
) -> None:
    """Let the other document lead to the entry that stands, with its mandates and organisations, and with the telephone
    and the account where that one has none.

    A number typed wrongly is somebody else's, or nobody's: it leads nowhere. The caller holds `lock_entries` and has
    moved what stands on the other entry.
    """
    hand_over_mandates(keep, other, how=how, now=now)
    hand_over_organisations(keep, other, how=how, by=by, now=now)
    hand_over_guardians(keep, other, how=how, now=now)
    hand_over_letters(keep, other, how=how, now=now)
    if how == "renewed":
        _take_over_phone(keep, other)
        _take_over_account(keep, other)
        Person.objects.filter(same_as=other).update(same_as=keep)
        other.same_as = keep
        other.phone = other.phone_index = None
        other.phone_evidence, other.phone_at = 0, None
        other.save(update_fields=["same_as", "phone", "phone_index", "phone_evidence", "phone_at"])
    facts = {"how": how, "why": why[:200], **moved}
    for person, other_one in ((keep, other), (other, keep)):
        audit.record(
            action="entries_joined",
            subject=f"person:{person.pk}",
            by=by,
            now=now,
            hall=by.hall or "",
            facts={**facts, "with": other_one.pk},
        )


def _take_over_phone(keep: Person, other: Person) -> None:
    """The proven telephone, where only the other entry has one; and a proven name, where this one's is only declared."""
    if keep.phone is None and other.phone is not None:
        keep.phone, keep.phone_index = other.phone, other.phone_index
        keep.phone_evidence, keep.phone_at = other.phone_evidence, other.phone_at
    if not keep.name_evidence and other.name_evidence:
        keep.name, keep.masked_name, keep.name_index = other.name, other.masked_name, other.name_index
        keep.name_evidence, keep.name_at, keep.name_source = other.name_evidence, other.name_at, other.name_source
    keep.birth_year = keep.birth_year or other.birth_year
    keep.save()


def _take_over_account(keep: Person, other: Person) -> None:
    """A person has one account of their own: the one of the entry that stands, else the other's."""
    has_one = Account.objects.filter(person=keep).exists()
    theirs = Account.objects.filter(person=other)
    if has_one:
        theirs.update(person=None, person_evidence=0, person_at=None)
    else:
        theirs.update(person=keep)
