"""Putting a person's entry right at the window: with the card seen, a reason, and a trail that says what, never the values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from banshi.foundation import phones
from banshi.foundation.crypto import blind_index
from banshi.kernel.actors import Actor
from banshi.kernel.evidence import Evidence
from banshi.kernel.masking import mask_name
from banshi.kernel.refusals import Refused
from banshi.kernel.wording import legible
from banshi.rooms.audit import actions as audit
from banshi.rooms.identity.actions.people import clean_name, name_index, prove_phone
from banshi.rooms.identity.models import Account, AccountPerson, Person

_NAME = ["name", "masked_name", "name_index", "name_evidence", "name_at", "name_source"]
_NEEDS_WHY = {"zh": "要写明原因", "en": "A reason is needed"}
_NEEDS_CARD = {"zh": "先核对本人和证件", "en": "Compare the person with the card first"}


@dataclass(frozen=True)
class Former:
    """An account that was proven to be a person's own until now, with its telephone (E.164) and what it was proven by."""

    account_id: int
    phone: str
    evidence: int


def need_card_and_reason(why: str, card_seen: bool) -> None:
    """:raises Refused: invalid (no reason, one that cannot be read, card not seen)."""
    if not card_seen:
        raise Refused("invalid", facts={"field": "card_seen", "reason": _NEEDS_CARD})
    if not legible(why):
        raise Refused("invalid", facts={"field": "why", "reason": _NEEDS_WHY})


def _locked(person_id: int, why: str, card_seen: bool) -> Person:
    """:raises Refused: invalid (no reason, card not seen), nothing-found."""
    need_card_and_reason(why, card_seen)
    person = Person.objects.select_for_update(no_key=True).filter(id=person_id, same_as=None).first()
    if person is None:
        raise Refused("nothing-found", facts={"person": person_id})
    return person


@transaction.atomic
def correct_name(*, person_id: int, name: str, why: str, card_seen: bool, by: Actor, now: datetime) -> None:
    """The name on the card (姓名更正), whatever was believed before.

    :raises Refused: invalid (name, reason, card), nothing-found.
    """
    clean = clean_name(name)
    person = _locked(person_id, why, card_seen)
    was = person.name_evidence
    person.name, person.masked_name, person.name_index = clean, mask_name(clean), name_index(clean)
    person.name_evidence, person.name_at, person.name_source = int(Evidence.WINDOW), now, str(by)[:60]
    person.name_disputed_at = None
    person.save(update_fields=[*_NAME, "name_disputed_at"])
    facts = {"evidence": int(Evidence.WINDOW), "was": was, "why": why[:200]}
    audit.record(
        action="name_corrected", subject=f"person:{person_id}", by=by, now=now, hall=by.hall or "", facts=facts
    )


def confirm_name(*, person_id: int, name: str, by: Actor, now: datetime) -> None:
    """A clerk compared the name shown with the card (人证核验): it is proven, where nothing as strong stands already."""
    person = Person.objects.select_for_update(no_key=True).get(id=person_id)
    was = Evidence(person.name_evidence)
    if was.rank >= Evidence.WINDOW.rank:
        if person.name_disputed_at is not None and person.name_index == name_index(name):
            person.name_disputed_at = None
            person.save(update_fields=["name_disputed_at"])
        return
    clean = clean_name(name)
    person.name, person.masked_name, person.name_index = clean, mask_name(clean), name_index(clean)
    person.name_evidence, person.name_at, person.name_source = int(Evidence.WINDOW), now, str(by)[:60]
    person.save(update_fields=_NAME)
    facts = {"evidence": int(Evidence.WINDOW), "was": int(was)}
    audit.record(
        action="name_confirmed", subject=f"person:{person_id}", by=by, now=now, hall=by.hall or "", facts=facts
    )


@transaction.atomic
def bind_phone(
    *, person_id: int, account: Account, why: str, card_seen: bool, by: Actor, now: datetime
) -> list[Former]:
    """The account that just answered a code at the window is this person's own (绑定本人手机): proven from now on.

    :returns: the accounts that were.
    :raises Refused: invalid (reason, card), nothing-found.
    """
    _locked(person_id, why, card_seen)
    return prove_account(person_id=person_id, account=account, evidence=Evidence.WINDOW, why=why, by=by, now=now)


@transaction.atomic
def prove_account(
    *, person_id: int, account: Account, evidence: Evidence, why: str = "", by: Actor, now: datetime
) -> list[Former]:
    """This account is this person's own: whoever calls this has seen a code from its telephone, and the person's proof.

    :returns: the accounts that were; their sessions end, for the telephone may be in other hands.
    :raises ValueError: with a declaration only.
    """
    prove_phone(person_id=person_id, phone=account.phone, evidence=evidence, by=by, now=now)
    person = Person.objects.get(id=person_id)
    # A person has one account of their own: whoever had been taken for it before is so no longer.
    former = _no_longer_own(person_id, but=account.pk)
    Account.objects.filter(pk=account.pk).update(person_id=person_id, person_evidence=int(evidence), person_at=now)
    row, new = AccountPerson.objects.get_or_create(
        account_id=account.pk, person_id=person_id, defaults={"name": person.name, "added_at": now}
    )
    if not new and row.removed_at is not None:
        row.removed_at = None
        row.save(update_fields=["removed_at"])
    audit.record(
        action="account_proven",
        subject=f"person:{person_id}",
        by=by,
        now=now,
        hall=by.hall or "",
        facts={"why": why[:200], "evidence": int(evidence)},
    )
    return former


def _no_longer_own(person_id: int, *, but: int = 0) -> list[Former]:
    rows = list(
        Account.objects.select_for_update(no_key=True).filter(person_id=person_id).exclude(pk=but).order_by("id")
    )
    former = [Former(row.pk, row.phone, row.person_evidence) for row in rows]
    Account.objects.filter(id__in=[row.pk for row in rows]).update(
        person=None, person_evidence=0, person_at=None, epoch=F("epoch") + 1
    )
    return former


@transaction.atomic
def clear_phone(*, person_id: int, why: str, card_seen: bool, by: Actor, now: datetime) -> list[Former]:
    """The telephone is no longer the person's; the account that had it is nobody's proven own any more.

    :returns: the accounts that were; their sessions end.
    :raises Refused: invalid (reason, card), nothing-found.
    """
    person = _locked(person_id, why, card_seen)
    person.phone = person.phone_index = None
    person.phone_evidence, person.phone_at = 0, None
    person.save(update_fields=["phone", "phone_index", "phone_evidence", "phone_at"])
    former = _no_longer_own(person_id)
    audit.record(
        action="phone_cleared",
        subject=f"person:{person_id}",
        by=by,
        now=now,
        hall=by.hall or "",
        facts={"why": why[:200]},
    )
    return former


_HAS_AN_ACCOUNT = {
    "zh": "这个号码已有自己的账号：退出后用它登录。带身份证到咨询台核对，本人的预约就归到它名下",
    "en": "This number has an account of its own: sign out, and sign in with it. Once your ID card is checked at the service "
    "desk, what is booked for yourself comes under it, too",
}


@transaction.atomic
def change_number(*, account_id: int, phone: str, by: Actor, now: datetime) -> str:
    """The account's new telephone (换绑手机): the caller has seen a code from it. Every session ends.

    :returns: the number of before.
    :raises Refused: phone-invalid; invalid, where the number has an account of its own.
    """
    number = phones.reachable(phone)
    index = blind_index(number, purpose="phone")
    if Account.objects.filter(phone_index=index).exclude(pk=account_id).exists():
        raise Refused("invalid", facts={"field": "phone", "reason": _HAS_AN_ACCOUNT})
    account = Account.objects.select_for_update(no_key=True).get(pk=account_id)
    before: str = account.phone
    account.phone, account.phone_index, account.epoch = number, index, account.epoch + 1
    try:
        with transaction.atomic():
            account.save(update_fields=["phone", "phone_index", "epoch"])
    except IntegrityError as taken:  # two took it at the same moment
        raise Refused("invalid", facts={"field": "phone", "reason": _HAS_AN_ACCOUNT}) from taken
    if account.person_id is not None:
        prove_phone(
            person_id=account.person_id, phone=number, evidence=Evidence(account.person_evidence), by=by, now=now
        )
    audit.record(action="changed-number", subject=f"account:{account_id}", by=by, now=now)
    return before


@transaction.atomic
def sign_out_everywhere(*, account_id: int, by: Actor, now: datetime) -> int:
    """End every session of an account. :returns: the epoch of sessions that hold from now on."""
    account = Account.objects.select_for_update(no_key=True).get(pk=account_id)
    account.epoch += 1
    account.save(update_fields=["epoch"])
    audit.record(action="signed-out-everywhere", subject=f"account:{account_id}", by=by, now=now)
    return account.epoch
