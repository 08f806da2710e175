"""Enrol people, sign citizens in, make staff and keys."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from banshi.foundation import clock, limits, phones, prepared
from banshi.foundation.crypto import blind_index, encrypt
from banshi.kernel.actors import Actor
from banshi.kernel.documents import IdType, InvalidDocument, birth_date, normalise
from banshi.kernel.masking import mask_name
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.identity.models import Account, AccountPerson, ApiKey, Person, Role, SignInCode, Staff
from banshi.rooms.identity.rules import ROLES, SCOPES

CODE_LASTS = timedelta(minutes=10)
CHINA = ZoneInfo("Asia/Shanghai")  # documents are Chinese: a birth date is a day there


@dataclass(frozen=True)
class PersonAsked:
    """A real-name person as typed or read: checked by `enrol`. `phone` may be empty."""

    name: str
    id_type: str
    id_number: str
    phone: str = ""


@dataclass(frozen=True)
class _Checked:
    name: str
    id_type: IdType
    number: str
    phone: str | None
    number_index: str
    name_index: str


def _check(asked: PersonAsked, *, now: datetime) -> _Checked:
    name = " ".join(asked.name.split())
    if not 1 <= len(name) <= 60 or any(ord(c) < 32 for c in name):
        raise Refused(
            "invalid",
            facts={"field": "name", "reason": {"zh": "姓名要填 1 到 60 个字", "en": "A name has 1 to 60 characters"}},
        )
    try:
        id_type = IdType(asked.id_type)
        number = normalise(id_type, asked.id_number, today=now.astimezone(CHINA).date())
    except InvalidDocument as wrong:
        raise Refused("identity-invalid", facts={"reason": {"zh": wrong.zh, "en": wrong.en}}) from wrong
    except ValueError as wrong:
        raise Refused(
            "identity-invalid",
            facts={
                "reason": {"zh": "不认识这种证件", "en": "This kind of document is not known"},
                "known": [t.value for t in IdType],
            },
        ) from wrong
    phone = phones.reachable(asked.phone) if asked.phone else None
    return _Checked(
        name,
        id_type,
        number,
        phone,
        blind_index(f"{id_type}:{number}", purpose="document"),
        blind_index(name, purpose="name"),
    )


ENROL_SQL = """
WITH asked AS (
  SELECT * FROM unnest(%(name)s::text[], %(masked)s::text[], %(id_type)s::text[], %(number)s::text[], %(number_index)s::text[],
    %(last4)s::text[], %(name_index)s::text[], %(birth)s::int[], %(phone)s::text[], %(phone_index)s::text[])
    AS a(name, masked, id_type, number, number_index, last4, name_index, birth, phone, phone_index)
), old AS (
  SELECT p.id, p.number_index, p.name_index FROM identity_person p JOIN asked a USING (number_index)
), fresh AS (
  INSERT INTO identity_person
    (name, masked_name, id_type, id_number, number_index, number_last4, name_index, birth_year, phone, phone_index, created_at)
  SELECT DISTINCT ON (number_index)
    name, masked, id_type, number, number_index, last4, name_index, birth, phone, phone_index, %(now)s
  FROM asked WHERE number_index NOT IN (SELECT number_index FROM old) ORDER BY number_index
  ON CONFLICT ON CONSTRAINT one_person_per_document DO NOTHING
  RETURNING id, number_index, name_index
), said AS (
  UPDATE identity_person p SET phone = a.phone, phone_index = a.phone_index
  FROM (SELECT DISTINCT ON (number_index) * FROM asked ORDER BY number_index) a JOIN old USING (number_index)
  WHERE p.id = old.id AND old.name_index = a.name_index AND a.phone_index IS NOT NULL
    AND p.phone_index IS DISTINCT FROM a.phone_index
)
SELECT number_index, id, name_index FROM old UNION ALL SELECT number_index, id, name_index FROM fresh
"""


def enrol_many(asked: Sequence[PersonAsked], *, now: datetime) -> list[int | Refused]:
    """Person ids for real-name people, made where new, in one statement; one result per person, in order.

    The same document always leads to the same row. Another name on a known document is refused (identity-mismatch);
    a new phone replaces the old one.
    """
    results: list[int | Refused | None] = [None] * len(asked)
    checked: dict[int, _Checked] = {}
    for i, one in enumerate(asked):
        try:
            checked[i] = _check(one, now=now)
        except Refused as refused:
            results[i] = refused
    rows = list(checked.values())
    found: dict[str, tuple[int, str]] = {}
    for _attempt in range(3):  # a row inserted by somebody else meanwhile is invisible to this statement: look again
        missing = [c for c in rows if c.number_index not in found]
        if not missing:
            break
        for index, person_id, name_index in prepared.rows(ENROL_SQL, _columns(missing, now=now)):
            found[index] = (person_id, name_index)
    for i, one_checked in checked.items():
        person_id, name_index = found[one_checked.number_index]
        results[i] = person_id if name_index == one_checked.name_index else Refused("identity-mismatch")
    return [r for r in results if r is not None]


def _columns(rows: Sequence[_Checked], *, now: datetime) -> dict[str, Any]:
    def birth(c: _Checked) -> int | None:
        born = birth_date(c.id_type, c.number)
        return born.year if born else None

    return {
        "now": now,
        "name": [encrypt(c.name, place="identity_person.name") for c in rows],
        "masked": [mask_name(c.name) for c in rows],
        "id_type": [c.id_type.value for c in rows],
        "number": [encrypt(c.number, place="identity_person.id_number") for c in rows],
        "number_index": [c.number_index for c in rows],
        "last4": [c.number[-4:] for c in rows],
        "name_index": [c.name_index for c in rows],
        "birth": [birth(c) for c in rows],
        "phone": [encrypt(c.phone, place="identity_person.phone") if c.phone else None for c in rows],
        "phone_index": [blind_index(c.phone, purpose="phone") if c.phone else None for c in rows],
    }


def enrol(*, name: str, id_type: str, id_number: str, phone: str = "", now: datetime) -> Person:
    """The person of this document, made when new.

    :raises Refused: invalid (name), identity-invalid, phone-invalid, identity-mismatch.
    """
    (result,) = enrol_many([PersonAsked(name, id_type, id_number, phone)], now=now)
    if isinstance(result, Refused):
        raise result
    return Person.objects.get(id=result)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def new_code(*, phone: str, now: datetime) -> str:
    """A six-digit one-time code for a phone; a newer code ends the older ones.

    :param now: hall time, for the record only; expiry follows machine time.
    :raises Refused: phone-invalid; rate-limited (more than 5 codes in 10 minutes, or the day's messages abroad).
    """
    e164 = phones.reachable(phone)
    index = blind_index(e164, purpose="phone")
    limits.take(key=f"code:{index}", per_minute=0.5, burst=5)
    phones.pay_for(e164)
    code = f"{secrets.randbelow(1_000_000):06d}"
    with transaction.atomic():
        SignInCode.objects.filter(phone_index=index, used_at=None).delete()
        SignInCode.objects.create(
            phone_index=index, code_hash=_hash(index + code), expires_at=clock.wall() + CODE_LASTS
        )
    return code


def use_code(*, phone: str, code: str, now: datetime) -> Account:
    """Sign in; the account is made the first time.

    :raises Refused: phone-invalid; code-wrong, with the tries left; rate-limited.
    """
    e164 = phones.known(phone)
    index = blind_index(e164, purpose="phone")
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
    account, _ = Account.objects.get_or_create(phone_index=index, defaults={"phone": e164, "created_at": now})
    return account


def add_to_account(*, account_id: int, person_id: int, now: datetime) -> None:
    """Remember whom this account books for."""
    AccountPerson.objects.get_or_create(account_id=account_id, person_id=person_id, defaults={"added_at": now})


def remove_from_account(*, account_id: int, person_id: int) -> None:
    AccountPerson.objects.filter(account_id=account_id, person_id=person_id).delete()


def create_key(
    *,
    name: str,
    scope: str,
    hall: str = "",
    region: str = "",
    staff: Staff | None = None,
    now: datetime,
    secret: str = "",
) -> str:
    """Make a key and return it, once; only its hash is stored.

    :raises ValueError: unknown scope; kiosk without hall; desk without staff; manage without hall or region.
    """
    if scope not in SCOPES:
        raise ValueError(f"scope is one of {', '.join(SCOPES)}")
    if scope == "kiosk" and not hall:
        raise ValueError("a kiosk key is bound to a hall")
    if scope == "desk" and staff is None:
        raise ValueError("a desk key is bound to a member of staff")
    if scope == "manage" and not (hall or region):
        raise ValueError("a manage key is bound to a hall or region")
    secret = secret or f"bs_{scope}_{secrets.token_urlsafe(24)}"
    ApiKey.objects.create(
        name=name, key_hash=_hash(secret), scope=scope, hall=hall, region=region, staff=staff, created_at=now
    )
    return secret


def revoke_key(*, key_id: int, by: Actor, now: datetime) -> bool:
    """End a key; False where there was none to end. A process may believe it a few seconds longer."""
    ended = ApiKey.objects.filter(id=key_id, revoked_at=None).update(revoked_at=now)
    if ended:
        audit.record(action="revoked", subject=f"key:{key_id}", by=by, now=now)
    return bool(ended)


def create_staff(
    *, login: str, password: str, name_zh: str, name_en: str, badge: str = "", by: Actor, now: datetime
) -> Staff:
    """:raises Refused: invalid – the login is taken or malformed."""
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
    with transaction.atomic():
        staff = Staff.objects.create_staff(
            login=login, password=password, name_zh=name_zh, name_en=name_en, badge=badge, created_at=now
        )
        audit.record(action="created", subject=f"staff:{staff.id}", by=by, now=now)
    return staff


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
        audit.record(action="ended-role", subject=f"role:{role_id}", by=by, now=now)


def set_active(*, staff: Staff, active: bool, by: Actor, now: datetime) -> None:
    Staff.objects.filter(id=staff.id).update(is_active=active)
    audit.record(action="activated" if active else "deactivated", subject=f"staff:{staff.id}", by=by, now=now)
