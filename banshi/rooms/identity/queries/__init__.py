"""Who is who: roles of staff, keys, accounts and their people."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from banshi.foundation import clock, prepared
from banshi.foundation.crypto import blind_index
from banshi.foundation.memory import forgettable
from banshi.kernel.documents import IdType, InvalidDocument, normalise, types_that_fit
from banshi.kernel.evidence import Evidence
from banshi.kernel.masking import mask_name
from banshi.kernel.names import fold
from banshi.rooms.identity.models import Account, AccountPerson, ApiKey, Person, Role, Staff
from banshi.rooms.identity.queries.agents import (
    ActsForMe,
    AgentView,
    AskedToAct,
    Client,
    accounts_of_key,
    acting_for,
    agent,
    agent_of,
    agents,
    agents_given,
    asked_to_act,
    is_agent,
    mandate,
    suspended_agent,
)
from banshi.rooms.identity.queries.guardians import (
    GuardianView,
    born_on,
    children_of,
    children_of_person,
    guardian_name,
    guardian_stands,
    guardians_of,
    guardianship_between,
    guardianship_of,
    guardianship_over,
    may_be_minor,
    opens_for,
    wards_of,
    wards_of_person,
)
from banshi.rooms.identity.queries.letters import (
    Acting,
    MandateRef,
    acting_between,
    acting_by,
    acts_for_people,
    letters_of,
    mandate_for,
)
from banshi.rooms.identity.queries.mandates import (
    Mandates,
    clients_for,
    mandate_over,
    mandates_of,
    speaks_for,
    why_over,
)
from banshi.rooms.identity.queries.numbers import number_by_mandate, number_of_client, number_typed
from banshi.rooms.identity.queries.organisations import (
    ActsForOrganisation,
    MemberView,
    entries_of_organisations,
    heads_phones,
    may_act_for,
    members_before,
    members_of,
    organisation_by_code,
    organisations_of,
    standing_in,
    was_member,
    who_appoints,
)


@dataclass(frozen=True)
class HeldRole:
    role: str
    scope_kind: str  # hall | region | all
    scope: str


@dataclass(frozen=True)
class KeyInfo:
    """A valid API key. `hall`/`region` are "" where the key is not bound to one."""

    id: int
    name: str
    scope: str
    hall: str
    region: str
    staff_id: int | None
    vouches: bool = False
    device: str = ""


@dataclass(frozen=True)
class HeldKey:
    """A valid key with the roles of its member of staff; none where it belongs to nobody."""

    key: KeyInfo
    roles: tuple[HeldRole, ...]


def roles_of(staff_id: int) -> tuple[HeldRole, ...]:
    """Roles held now."""
    rows = Role.objects.filter(staff_id=staff_id, ended_at=None).order_by("id")
    return tuple(HeldRole(*role) for role in rows.values_list("role", "scope_kind", "scope"))


@dataclass(frozen=True)
class AtWork:
    """The department whose cases alone somebody sees, "" where they belong to none; and the roles they hold now."""

    department: str
    roles: tuple[HeldRole, ...]


def at_work(staff_ids: Iterable[int]) -> dict[int, AtWork]:
    """Of those who still work here, in two queries and none for nobody."""
    wanted = list(staff_ids)
    if not wanted:
        return {}
    held: dict[int, list[HeldRole]] = {}
    for row in Role.objects.filter(staff_id__in=wanted, ended_at=None).order_by("id"):
        held.setdefault(row.staff_id, []).append(HeldRole(row.role, row.scope_kind, row.scope))
    rows = Staff.objects.filter(id__in=wanted, is_active=True).order_by("id").values_list("id", "department")
    return {key: AtWork(department, tuple(held.get(key, ()))) for key, department in rows}


@dataclass(frozen=True)
class Holder:
    """Somebody who works here and the roles they hold now, of those that were asked for."""

    name_zh: str
    name_en: str
    roles: tuple[HeldRole, ...]


def staff_by_role(roles: Iterable[str]) -> list[Holder]:
    """Who holds one of these now, by login."""
    rows = Role.objects.filter(role__in=list(roles), ended_at=None, staff__is_active=True).order_by(
        "staff__login", "id"
    )
    held: dict[int, list[Role]] = {}
    for row in rows.select_related("staff"):
        held.setdefault(row.staff_id, []).append(row)
    return [
        Holder(
            rows[0].staff.name_zh, rows[0].staff.name_en, tuple(HeldRole(r.role, r.scope_kind, r.scope) for r in rows)
        )
        for rows in held.values()
    ]


def keys() -> list[KeyInfo]:
    """All keys in force."""
    rows = ApiKey.objects.filter(revoked_at=None).order_by("id")
    return [_info(row) for row in rows]


def devices_with_keys() -> list[str]:
    """Codes of the machines that a key in force was made for."""
    rows = ApiKey.objects.filter(revoked_at=None).exclude(device="")
    return list(rows.order_by("device").values_list("device", flat=True).distinct())


def _info(row: ApiKey) -> KeyInfo:
    return KeyInfo(row.id, row.name, row.scope, row.hall, row.region, row.staff_id, row.vouches, row.device)


def key_by_secret(secret: str) -> KeyInfo | None:
    """The key of a bearer token, or None where there is none or it was revoked."""
    held = keys_by_secrets([secret]).get(secret)
    return held.key if held is not None else None


# With the roles of whoever works with it: asked for at each window's call, and by all windows of a hall at nine.
KEYS_SQL = """
SELECT k.key_hash, k.id, k.name, k.scope, k.hall, k.region, k.staff_id, k.vouches, k.device,
  ARRAY(SELECT ARRAY[r.role, r.scope_kind, r.scope]::text[] FROM identity_role r
    WHERE r.staff_id = k.staff_id AND r.ended_at IS NULL ORDER BY r.id)
FROM identity_api_key k LEFT JOIN identity_staff s ON s.id = k.staff_id
WHERE k.key_hash = ANY (%(digests)s) AND k.revoked_at IS NULL
  AND COALESCE(s.is_active, true) AND NOT COALESCE(s.must_change_password, false)
ORDER BY k.id
"""


def keys_by_secrets(secrets: Iterable[str]) -> dict[str, HeldKey]:
    """Valid keys of many bearer tokens, in one query: not revoked, and their member of staff still works here and has a
    password nobody else knows; with the roles that member holds now."""
    digests = {hashlib.sha256(secret.encode()).hexdigest(): secret for secret in secrets}
    found = {}
    for digest, *key, roles in prepared.rows(KEYS_SQL, {"digests": list(digests)}):
        found[digests[digest]] = HeldKey(KeyInfo(*key), tuple(HeldRole(*role) for role in roles))
    return found


def person(person_id: int) -> Person:
    return Person.objects.get(id=person_id)


def persons(person_ids: Collection[int]) -> dict[int, Person]:
    """By id, in one query."""
    return {row.pk: row for row in Person.objects.filter(id__in=person_ids).order_by("id")}


def person_by_document(id_type: str, number: str) -> Person | None:
    """The person of a document as typed or read, whichever of theirs it is; None: unknown or malformed."""
    entry = entry_of_document(id_type, number)
    return entry.same_as or entry if entry is not None else None


def entry_of_document(id_type: str, number: str) -> Person | None:
    """The entry of this very document, also where it is a further one of somebody; None: unknown or malformed."""
    try:
        kind = IdType(id_type)
        index = blind_index(f"{kind}:{normalise(kind, number)}", purpose="document")
    except (InvalidDocument, ValueError):
        return None
    return Person.objects.filter(number_index=index).select_related("same_as").first()


def person_by_index(number_index: str) -> int | None:
    """Whose document it is, by the blind index of its number: the entry that stands."""
    rows = Person.objects.filter(number_index=number_index).values_list(Coalesce("same_as_id", "id"), flat=True)
    return rows.first()


def has_document(person: Person, number: str, *, today: date) -> bool:
    """Whether a number read from a card is that of one of a person's documents.

    :raises InvalidDocument: it can be none of the kinds that the person has.
    """
    wrong: InvalidDocument | None = None
    readable = False
    for row in documents_of(person.pk):
        try:
            if normalise(IdType(row.id_type), number, today=today) == row.id_number:
                return True
            readable = True
        except InvalidDocument as not_this:
            wrong = wrong or not_this
    if wrong is not None and not readable:
        raise wrong
    return False


def documents_of(person_id: int) -> list[Person]:
    """The entries of a person: the one that stands, then those of further documents."""
    rows = Person.objects.filter(Q(id=person_id) | Q(same_as_id=person_id))
    return sorted(rows.order_by("id"), key=lambda row: row.pk != person_id)


def number_indexes(number: str, id_type: str | None = None) -> list[str]:
    """A number as it is counted against, however it is spelled – spaces, dashes, full-width digits, the short form of an old
    one –: of each type that it fits; of none, the number as typed."""
    kinds = [id_type] if id_type else [kind.value for kind in types_that_fit(number)]
    texts = set()
    for kind in kinds:
        with suppress(InvalidDocument, ValueError):
            texts.add(f"{kind}:{normalise(IdType(kind), number)}")
    return sorted(blind_index(text, purpose="typed")[:32] for text in texts or {number.strip().upper()})


def people_by_number(number: str, id_type: str | None = None) -> list[Person]:
    """The people with a document of this number: of the type said, or of every type that it fits."""
    kinds = [id_type] if id_type else [kind.value for kind in types_that_fit(number)]
    found = (person_by_document(kind, number) for kind in kinds)
    return list({person.pk: person for person in found if person is not None}.values())


@dataclass(frozen=True)
class Mine:
    """Somebody an account books for, as it typed them. `is_me`: proven to be the account's own person."""

    pk: int  # the person's id
    name: str
    id_type: str
    number_last4: str
    is_me: bool = False

    @property
    def masked_name(self) -> str:
        return mask_name(self.name)


def people_of(account_id: int) -> list[Mine]:
    """Whom an account books for, in the order they were added; each once, with the document it typed."""
    rows = AccountPerson.objects.filter(account_id=account_id, removed_at=None).select_related("account")
    listed: dict[int, Mine] = {}
    for row in rows.annotate(
        masked=F("person__masked_name"),
        id_type=F("person__id_type"),
        last4=F("person__number_last4"),
        stands=Coalesce("person__same_as_id", "person_id"),
    ).order_by("id"):
        mine = Mine(
            row.stands, row.name or row.masked, row.id_type, row.last4, is_me=row.account.person_id == row.stands
        )
        listed.setdefault(mine.pk, mine)
    return list(listed.values())


def phone_of(*, account_id: int | None = None, person_id: int | None = None) -> str | None:
    """Where to reach whoever asked for something: the account's telephone, else the person's own if it is proven."""
    if account_id is not None:
        found = Account.objects.filter(id=account_id).first()
        if found is not None:
            return str(found.phone)
    person = Person.objects.filter(id=person_id).only("phone").first() if person_id is not None else None
    return person.phone if person is not None else None


def may_be(person: Person, name: str) -> bool:
    """Whether somebody of this name, as a channel vouches for it, is this person: a name that a card or a window proved must
    fit."""
    return person.name_evidence <= Evidence.VOUCHED or blind_index(fold(name), purpose="name") == person.name_index


def proven_by(account_id: int | None, person_id: int) -> Evidence:
    """What proves that the account is this very person; DECLARED where nothing does."""
    if account_id is None:
        return Evidence.DECLARED
    found = Account.objects.filter(id=account_id, person_id=person_id).values_list("person_evidence", flat=True).first()
    return Evidence(found or 0)


def proven_as(account_id: int | None) -> Evidence:
    """What proves whose the account is, whoever that is; DECLARED where nothing does."""
    found = Account.objects.filter(id=account_id or 0, person__isnull=False)
    return Evidence(found.values_list("person_evidence", flat=True).first() or 0)


def proven_person(account_id: int | None) -> int | None:
    """Whom an account is proven to be; None where nothing proves it."""
    if account_id is None:
        return None
    found = Account.objects.filter(id=account_id, person__isnull=False)
    row = found.values_list("person_id", "person_evidence").first()
    return row[0] if row is not None and Evidence(row[1]).proves else None


def account_proven(person_id: int) -> int | None:
    """The account that is proven to be this person; None where none is."""
    rows = Account.objects.filter(person_id=person_id, person_evidence__gt=Evidence.DECLARED).order_by(
        "-person_at", "id"
    )
    return rows.values_list("id", flat=True).first()


def told_at(person_id: int) -> tuple[str | None, str]:
    """The telephone that is a person's by proof (E.164; None where none is), and in which language they read."""
    account = Account.objects.filter(id=account_proven(person_id) or 0).first()
    if account is not None:
        return account.phone, account.language
    return phone_of(person_id=person_id), "zh-hans"


def name_typed(account_id: int | None, person_id: int) -> str:
    """The name this account gave somebody it books for; "" where it did not."""
    entries = Q(person_id=person_id) | Q(person__same_as_id=person_id)
    row = AccountPerson.objects.filter(entries, account_id=account_id).order_by("id").first() if account_id else None
    return (row.name or "") if row is not None else ""


@dataclass(frozen=True)
class Member:
    """Somebody who signs in, as an operator lists them. `roles`: `role` or `role:hall`."""

    login: str
    name_zh: str
    name_en: str
    active: bool
    roles: tuple[str, ...]


def members() -> list[Member]:
    """All staff, by login."""
    held: dict[int, list[str]] = {}
    for role in Role.objects.filter(ended_at=None).order_by("role", "scope"):
        held.setdefault(role.staff_id, []).append(
            role.role if role.scope_kind == "all" else f"{role.role}:{role.scope}"
        )
    rows = Staff.objects.order_by("login")
    return [Member(row.login, row.name_zh, row.name_en, row.is_active, tuple(held.get(row.id, ()))) for row in rows]


def administrators() -> list[str]:
    """Logins of those who may manage staff everywhere, and sign in."""
    held = Role.objects.filter(role="city_admin", scope_kind="all", ended_at=None, staff__is_active=True)
    return list(held.order_by("staff__login").values_list("staff__login", flat=True))


REMEMBERED_S = 3.0  # how long a session that was ended elsewhere may still be believed by a process
_epochs: dict[int, tuple[float, int]] = {}


def epoch_of(account_id: int) -> int | None:
    """The epoch whose sessions hold; None where there is no such account (any more). Remembered a few seconds."""
    at = clock.monotonic()
    known = _epochs.get(account_id)
    if known is not None and known[0] > at:
        return known[1]
    found = Account.objects.filter(id=account_id).values_list("epoch", flat=True).first()
    if found is None:
        return None
    if len(_epochs) >= 10_000:
        _epochs.clear()
    _epochs[account_id] = (at + REMEMBERED_S, found)
    return found


@forgettable
def forget_epochs() -> None:
    _epochs.clear()


def department_of(staff_id: int) -> str:
    """Code of the department whose cases alone a member of staff sees; "" where they belong to none."""
    return Staff.objects.filter(id=staff_id).values_list("department", flat=True).first() or ""


def names_of_staff(staff_ids: Iterable[int]) -> dict[int, str]:
    """By what name colleagues know them."""
    return dict(Staff.objects.filter(id__in=list(staff_ids)).order_by("id").values_list("id", "name_zh"))


def staff_named(login: str) -> int | None:
    """Who signs in by this name and works here; None: nobody."""
    return Staff.objects.filter(login=login.strip().lower(), is_active=True).values_list("id", flat=True).first()


__all__ = [
    "Acting",
    "ActsForMe",
    "ActsForOrganisation",
    "AgentView",
    "AskedToAct",
    "AtWork",
    "Client",
    "GuardianView",
    "HeldKey",
    "HeldRole",
    "Holder",
    "KeyInfo",
    "MandateRef",
    "Mandates",
    "Member",
    "MemberView",
    "Mine",
    "accounts_of_key",
    "acting_between",
    "acting_by",
    "acting_for",
    "acts_for_people",
    "administrators",
    "agent",
    "agent_of",
    "agents",
    "agents_given",
    "asked_to_act",
    "born_on",
    "children_of",
    "children_of_person",
    "clients_for",
    "department_of",
    "documents_of",
    "entries_of_organisations",
    "entry_of_document",
    "epoch_of",
    "forget_epochs",
    "guardian_name",
    "guardian_stands",
    "guardians_of",
    "guardianship_between",
    "guardianship_of",
    "guardianship_over",
    "has_document",
    "heads_phones",
    "is_agent",
    "key_by_secret",
    "keys",
    "keys_by_secrets",
    "letters_of",
    "mandate",
    "mandate_for",
    "mandate_over",
    "mandates_of",
    "may_act_for",
    "may_be",
    "may_be_minor",
    "members",
    "members_before",
    "members_of",
    "name_typed",
    "names_of_staff",
    "number_by_mandate",
    "number_of_client",
    "number_typed",
    "opens_for",
    "organisation_by_code",
    "organisations_of",
    "people_by_number",
    "people_of",
    "person",
    "person_by_document",
    "person_by_index",
    "persons",
    "phone_of",
    "proven_by",
    "proven_person",
    "proven_phones",
    "roles_of",
    "speaks_for",
    "staff_by_role",
    "staff_named",
    "standing_in",
    "suspended_agent",
    "told_at",
    "wards_of",
    "wards_of_person",
    "was_member",
    "who_appoints",
    "why_over",
]
