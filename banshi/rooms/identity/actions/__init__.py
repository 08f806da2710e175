"""Enrol people, sign citizens in, make staff and keys."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Q

from banshi.foundation import clock, limits, phones
from banshi.foundation.crypto import blind_index
from banshi.kernel.actors import Actor
from banshi.kernel.names import InvalidName, label
from banshi.kernel.policy import BookingPolicy
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.identity.actions.agents import (
    ASKED_FOR,
    DECLINED_FOR,
    accept_agent,
    decline_agent,
    drop_unanswered,
    limit_agent,
    register_agent,
    restore_agent,
    suspend_agent,
    user_index,
)
from banshi.rooms.identity.actions.correcting import (
    bind_phone,
    change_number,
    clear_phone,
    confirm_name,
    correct_name,
    need_card_and_reason,
    prove_account,
    sign_out_everywhere,
)
from banshi.rooms.identity.actions.guardians import (
    contest_guardian,
    declare_guardian,
    end_guardian,
    hold_guardian,
    prove_guardian,
    prove_ward,
    uphold_guardian,
)
from banshi.rooms.identity.actions.joining import join_entries, lock_entries
from banshi.rooms.identity.actions.letters import end_letter, hold_acting, record_letter
from banshi.rooms.identity.actions.mandates import (
    agree_to_mandate,
    confirm_mandate,
    end_mandate,
    give_mandate,
    hold_agent,
    must_be_of,
    need_mandate,
    propose_mandate,
)
from banshi.rooms.identity.actions.organisations import (
    appoint_agent,
    authorise_member,
    dismiss_agent,
    end_member,
    enrol_organisation,
    hold_member,
    limit_member,
)
from banshi.rooms.identity.actions.people import (
    CHINA,
    CheckedPerson,
    Enrolled,
    PersonAsked,
    check_people,
    clean_name,
    enrol,
    enrol_many,
    enrol_number,
    enrol_together,
    enrolled,
    enrolling,
    name_index,
    name_read,
    prove_phone,
    seen_here,
    wrongs,
)
from banshi.rooms.identity.models import Account, AccountPerson, Agent, ApiKey, Role, SignInCode, Staff
from banshi.rooms.identity.rules import ROLES, SCOPES, too_many_people

USUAL = BookingPolicy()  # where an account is not at any hall's door
CODE_LASTS = timedelta(minutes=10)
CODE_LASTS_CALM = timedelta(minutes=30)  # for whoever reads in large type: nothing is in a hurry


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _code_index(e164: str, browser: str) -> str:
    """A code belongs to the browser that asked for it: what others ask and mistype for this number does not end it."""
    return blind_index(f"{e164}\0{browser}", purpose="code") if browser else blind_index(e164, purpose="phone")


def number_index(phone: str) -> str:
    """:raises Refused: phone-invalid."""
    return blind_index(phones.known(phone), purpose="phone")


def new_code(
    *,
    phone: str,
    browser: str = "",
    asker: str = "",
    was_here: bool = False,
    lasts: timedelta = CODE_LASTS,
    now: datetime,
) -> str:
    """A six-digit one-time code for a phone; a newer code ends the older ones of the same browser.

    Each asker has a share of a number's codes, so that a stranger who asks for them uses up their own; all askers
    together have a limit that spares the telephone, and which the owner's browser does not come under.

    :param browser: a secret of whoever asks, to be shown again with the code.
    :param asker: whose share it is, e.g. a network.
    :param was_here: the browser has signed in with this number before.
    :param now: hall time, for the record only; expiry follows machine time.
    :raises Refused: phone-invalid; rate-limited (5 codes in 10 minutes for one asker, 20 in 40 for all of them, or the
        day's messages abroad).
    """
    e164 = phones.reachable(phone)
    share = blind_index(f"{e164}\0{asker}", purpose="code-share")
    limits.take(key=f"code:{share}", per_minute=0.5, burst=5)
    if not was_here:
        limits.take(key=f"code-all:{blind_index(e164, purpose='phone')}", per_minute=0.5, burst=20)
    phones.pay_for(e164)
    code = f"{secrets.randbelow(1_000_000):06d}"
    index = _code_index(e164, browser)
    with transaction.atomic():
        SignInCode.objects.filter(phone_index=index, used_at=None).delete()
        SignInCode.objects.create(phone_index=index, code_hash=_hash(index + code), expires_at=clock.wall() + lasts)
    return code


def use_code(*, phone: str, code: str, browser: str = "", now: datetime) -> Account:
    """Sign in; the account is made the first time.

    :raises Refused: those of `answer_code`.
    """
    e164 = answer_code(phone=phone, code=code, browser=browser)
    account, _ = Account.objects.get_or_create(
        phone_index=blind_index(e164, purpose="phone"), defaults={"phone": e164, "created_at": now}
    )
    return account


def answer_code(*, phone: str, code: str, browser: str = "") -> str:
    """Use a code up, once: whoever has it has the telephone. :returns: the number in E.164.

    :raises Refused: phone-invalid; code-wrong, with the tries left; rate-limited.
    """
    e164 = phones.known(phone)
    index = _code_index(e164, browser)
    limits.take(key=f"sign-in:{index}", per_minute=3, burst=10)
    wrong_left: int | None = None
    with transaction.atomic():
        row = (
            SignInCode.objects.select_for_update()
            .filter(phone_index=index, used_at=None, expires_at__gt=clock.wall(), tries_left__gt=0)
            .order_by("-id")
            .first()
        )
        if row is None:
            wrong_left = 0
        elif not secrets.compare_digest(row.code_hash, _hash(index + code.strip())):
            row.tries_left -= 1
            row.save(update_fields=["tries_left"])
            wrong_left = row.tries_left
        else:
            row.used_at = clock.wall()
            row.save(update_fields=["used_at"])
    if wrong_left is not None:
        raise Refused("code-wrong", facts={"left": wrong_left})
    return e164


def forget_codes(*, before: datetime, most: int) -> int:
    """Delete codes that ended earlier, in machine time, used or not. :returns: how many."""
    ended = SignInCode.objects.filter(expires_at__lt=before).order_by("id").values("id")[:most]
    return SignInCode.objects.filter(id__in=ended).delete()[0]


def lock_account(account_id: int) -> None:
    """Make whoever else acts for this account wait until the transaction ends: its caps are counted under the lock."""
    lock_accounts([account_id])


def lock_accounts(account_ids: Iterable[int]) -> None:
    """`lock_account` for several, in key order."""
    rows = Account.objects.select_for_update(no_key=True).filter(id__in=list(account_ids))
    list(rows.order_by("id").values_list("id"))


@transaction.atomic
def add_to_account(*, account_id: int, person_id: int, name: str, now: datetime, policy: BookingPolicy = USUAL) -> None:
    """Remember whom this account books for, under the name it typed: its own word, binding nobody else.

    :param policy: of the hall they are added for; the usual one where none is chosen.
    :raises Refused: too-many-people; mandate-missing – an agent's clients are registered at
        the hall; its own person is its own.
    """
    lock_account(account_id)
    row = AccountPerson.objects.filter(account_id=account_id, person_id=person_id).first()
    if row is None or row.removed_at is not None:
        acts = Agent.objects.filter(account_id=account_id, suspended_at=None).exists()
        if acts and not Account.objects.filter(id=account_id, person_id=person_id, person_evidence__gt=0).exists():
            raise Refused("mandate-missing")
        mine = AccountPerson.objects.filter(account_id=account_id)
        here = now.astimezone(CHINA)
        midnight = datetime.combine(here.date(), time(0), CHINA)
        listed, new_today = mine.filter(removed_at=None).count(), mine.filter(added_at__gte=midnight).count()
        no = too_many_people(policy, listed=listed, new_today=new_today, new=row is None, now=here)
        if no is not None:
            raise Refused(no)
    if row is None:
        AccountPerson.objects.create(account_id=account_id, person_id=person_id, name=name, added_at=now)
    else:
        row.name, row.removed_at = name, None
        row.save(update_fields=["name", "removed_at"])


@transaction.atomic
def add_typed(
    *,
    account_id: int,
    name: str,
    id_type: str,
    id_number: str,
    now: datetime,
    policy: BookingPolicy = USUAL,
) -> Enrolled:
    """Somebody this account books for, as typed. Nothing of the person changes, nothing of them is told.

    :param policy: as in `add_to_account`.

    :raises Refused: invalid (name), identity-invalid, too-many-people.
    """
    (person,) = enrol_many([PersonAsked(name, id_type, id_number)], now=now)
    if isinstance(person, Refused):
        raise person
    # The entry of the document as typed: which other documents the person has is nobody's to learn.
    add_to_account(account_id=account_id, person_id=person.entry, name=person.name, now=now, policy=policy)
    return person


def remove_from_account(*, account_id: int, person_id: int, now: datetime) -> None:
    """Take somebody off an account's list, under whichever document they stand on it."""
    entries = Q(person_id=person_id) | Q(person__same_as_id=person_id)
    AccountPerson.objects.filter(entries, account_id=account_id, removed_at=None).update(removed_at=now)


def create_key(
    *,
    name: str,
    scope: str,
    hall: str = "",
    region: str = "",
    staff: Staff | None = None,
    vouches: bool = False,
    device: str = "",
    now: datetime,
    secret: str = "",
) -> str:
    """Make a key and return it, once; only its hash is stored.

    :param vouches: a channel that has checked who its people are: their names count as vouched for.
    :param device: the kiosk that holds the key: it ends when the machine is retired or paired anew.
    :raises ValueError: a name that is none; unknown scope; kiosk without hall; desk or staff without somebody; manage
        without hall or region; vouching without being a channel; of a device without being a kiosk.
    """
    if scope not in SCOPES:
        raise ValueError(f"scope is one of {', '.join(SCOPES)}")
    if scope == "kiosk" and not hall:
        raise ValueError("a kiosk key is bound to a hall")
    if scope in ("desk", "staff") and staff is None:
        raise ValueError(f"a {scope} key is bound to a member of staff")
    if scope == "manage" and not (hall or region):
        raise ValueError("a manage key is bound to a hall or region")
    if vouches and scope != "channel":
        raise ValueError("only a channel vouches for its people")
    if device and scope != "kiosk":
        raise ValueError("only a kiosk key is a device's")
    name = label(name)
    secret = secret or f"bs_{scope}_{secrets.token_urlsafe(24)}"
    ApiKey.objects.create(
        name=name,
        key_hash=_hash(secret),
        scope=scope,
        hall=hall,
        region=region,
        staff=staff,
        vouches=vouches,
        device=device,
        created_at=now,
    )
    return secret


def revoke_key(*, key_id: int, by: Actor, now: datetime) -> bool:
    """End a key; False where there was none to end. A process may believe it a few seconds longer."""
    ended = ApiKey.objects.filter(id=key_id, revoked_at=None).update(revoked_at=now)
    if ended:
        audit.record(action="revoked", subject=f"key:{key_id}", by=by, now=now)
    return bool(ended)


def revoke_device_keys(*, device: str, by: Actor, now: datetime) -> int:
    """End the keys that a machine held. :returns: how many."""
    ids = list(ApiKey.objects.filter(device=device, revoked_at=None).order_by("id").values_list("id", flat=True))
    return sum(revoke_key(key_id=key_id, by=by, now=now) for key_id in ids)


def create_staff(
    *,
    login: str,
    password: str,
    name_zh: str,
    name_en: str,
    badge: str = "",
    by: Actor,
    now: datetime,
) -> Staff:
    """A new member of staff. Whoever made the password knows it: it is to be changed at the first sign-in, so that what
    is done under the login is done by its owner.

    :raises Refused: invalid – the login is taken or malformed, or a name is none.
    """
    login = login.strip().lower()
    if not login or len(login) > 40 or not all(c.isalnum() or c in "-_." for c in login):
        raise Refused(
            "invalid",
            facts={
                "field": "login",
                "reason": {"zh": "登录名只用字母、数字和 - _ .", "en": "Letters, digits and - _ . only"},
            },
        )
    if Staff.objects.filter(login=login).exists():
        raise Refused(
            "invalid", facts={"field": "login", "reason": {"zh": "登录名已有人用", "en": "This login is taken"}}
        )
    name_zh, name_en = _label("name_zh", name_zh, 40), _label("name_en", name_en, 60)
    with transaction.atomic():
        staff = Staff.objects.create_staff(
            login=login,
            password=password,
            name_zh=name_zh,
            name_en=name_en,
            badge=badge,
            created_at=now,
            must_change_password=True,
        )
        audit.record(action="created", subject=f"staff:{staff.id}", by=by, now=now)
    return staff


def _label(field: str, text: str, longest: int) -> str:
    """:raises Refused: invalid."""
    try:
        return label(text, longest)
    except InvalidName as wrong:
        raise Refused("invalid", facts={"field": field, "reason": {"zh": wrong.zh, "en": wrong.en}}) from wrong


def reset_password(*, staff: Staff, password: str, by: Actor, now: datetime) -> None:
    """A new first password, to be changed at the next sign-in; sessions under the old one end."""
    with transaction.atomic():
        staff.set_password(password)
        staff.must_change_password = True
        staff.save(update_fields=["password", "must_change_password"])
        audit.record(action="reset-password", subject=f"staff:{staff.id}", by=by, now=now, hall=by.hall or "")


def give_role(*, staff: Staff, role: str, scope_kind: str, scope: str, by: Actor, now: datetime) -> Role:
    """:raises Refused: invalid – unknown role or scope kind."""
    if role not in ROLES or scope_kind not in ("hall", "region", "all"):
        raise Refused("invalid", facts={"field": "role", "reason": {"zh": "没有这个角色", "en": "No such role"}})
    with transaction.atomic():
        held, made = Role.objects.get_or_create(
            staff=staff,
            role=role,
            scope_kind=scope_kind,
            scope=scope,
            ended_at=None,
            defaults={"given_at": now, "given_by": str(by)},
        )
        if made:
            hall = scope if scope_kind == "hall" else ""
            audit.record(
                action="gave-role",
                subject=f"staff:{staff.id}",
                by=by,
                now=now,
                hall=hall,
                facts={"role": role, "scope": scope},
            )
    return held


def end_role(*, role_id: int, by: Actor, now: datetime) -> None:
    ended = Role.objects.filter(id=role_id, ended_at=None).update(ended_at=now)
    if ended:
        audit.record(action="ended-role", subject=f"role:{role_id}", by=by, now=now, hall=by.hall or "")


def set_department(*, staff: Staff, department: str, by: Actor, now: datetime) -> None:
    """Whose cases somebody works: the department's by this code, "" = none. The same again changes nothing.

    :param department: of the catalogue, which the caller has looked it up in.
    """
    with transaction.atomic():
        if Staff.objects.filter(id=staff.id).exclude(department=department).update(department=department):
            audit.record(
                action="set-department",
                subject=f"staff:{staff.id}",
                by=by,
                now=now,
                hall=by.hall or "",
                facts={"department": department},
            )


def lock_staff(staff_id: int) -> Staff:
    """Inside a transaction: what this member of staff may do stays as it is until the end of it."""
    return Staff.objects.select_for_update(no_key=True).get(id=staff_id)


def set_active(*, staff: Staff, active: bool, by: Actor, now: datetime) -> None:
    Staff.objects.filter(id=staff.id).update(is_active=active)
    audit.record(
        action="activated" if active else "deactivated", subject=f"staff:{staff.id}", by=by, now=now, hall=by.hall or ""
    )


__all__ = [
    "ASKED_FOR",
    "CHINA",
    "DECLINED_FOR",
    "CheckedPerson",
    "Enrolled",
    "PersonAsked",
    "accept_agent",
    "add_to_account",
    "add_typed",
    "agree_to_mandate",
    "answer_code",
    "appoint_agent",
    "authorise_member",
    "bind_phone",
    "change_number",
    "check_people",
    "clean_name",
    "clear_phone",
    "confirm_mandate",
    "confirm_name",
    "contest_guardian",
    "correct_name",
    "create_key",
    "create_staff",
    "declare_guardian",
    "decline_agent",
    "dismiss_agent",
    "drop_unanswered",
    "end_guardian",
    "end_letter",
    "end_mandate",
    "end_member",
    "end_role",
    "enrol",
    "enrol_many",
    "enrol_number",
    "enrol_organisation",
    "enrol_together",
    "enrolled",
    "enrolling",
    "forget_codes",
    "give_mandate",
    "give_role",
    "hold_acting",
    "hold_agent",
    "hold_guardian",
    "hold_member",
    "join_entries",
    "limit_agent",
    "limit_member",
    "lock_account",
    "lock_accounts",
    "lock_entries",
    "lock_staff",
    "must_be_of",
    "name_index",
    "name_read",
    "need_card_and_reason",
    "need_mandate",
    "new_code",
    "number_index",
    "propose_mandate",
    "prove_account",
    "prove_guardian",
    "prove_phone",
    "prove_ward",
    "record_letter",
    "register_agent",
    "remove_from_account",
    "reset_password",
    "restore_agent",
    "revoke_key",
    "seen_here",
    "set_active",
    "set_department",
    "sign_out_everywhere",
    "suspend_agent",
    "uphold_guardian",
    "use_code",
    "user_index",
    "wrongs",
]
