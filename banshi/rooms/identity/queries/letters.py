"""Who acts for whom in cases: by a letter (授权委托书) that a window saw, or as a registered agent by a mandate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Self

from django.db.models import Q

from banshi.kernel.evidence import Evidence
from banshi.kernel.masking import mask_name
from banshi.rooms.identity.models import Mandate, PaperMandate


@dataclass(frozen=True)
class MandateRef:
    """Which mandate: `m12` of a registered agent, `p12` a letter."""

    kind: str  # mandate | letter
    id: int

    @classmethod
    def read(cls, text: str) -> Self | None:
        """None of what is none."""
        kind = _KINDS.get(text[:1])
        number = text[1:]
        known = kind is not None and number.isascii() and number.isdigit() and len(number) <= 15
        return cls(kind, int(number)) if known and kind is not None else None

    def __str__(self) -> str:
        return f"{'m' if self.kind == 'mandate' else 'p'}{self.id}"


_KINDS = {"m": "mandate", "p": "letter"}


@dataclass(frozen=True)
class Acting:
    """Somebody acts for a person. `items` empty = every matter; `how`: account – the client agreed there –, paper; `kind` and
    `number` of a letter; `agent_id`: their entry, where it is known; `client`: name of who gave it, as it was given."""

    ref: MandateRef
    person_id: int
    client: str
    agent_id: int | None
    name: str
    items: tuple[str, ...]
    valid_until: date
    how: str
    stands: bool
    fetches: bool = False
    kind: str = ""
    number: str = ""

    @property
    def masked_name(self) -> str:
        return mask_name(self.name)

    @property
    def masked_client(self) -> str:
        return mask_name(self.client)

    def covers(self, item: str) -> bool:
        return not self.items or item in self.items


def acting_by(ref: MandateRef, *, today: date) -> Acting | None:
    """A mandate or letter as it stands on that day; None where there is none."""
    if ref.kind == "letter":
        letter = PaperMandate.objects.filter(id=ref.id).first()
        return _by_letter(letter, today) if letter is not None else None
    given = Mandate.objects.filter(id=ref.id, given_at__isnull=False)
    row = given.select_related("person", "agent__account").first()
    return _by_mandate(row, today) if row is not None else None


def acts_for_people(agent_id: int, *, today: date) -> tuple[Acting, ...]:
    """Whom somebody who stands at a window may act for on that day, whose mandate ends first: by letter, or as the proven
    owner of a registered agent's account."""
    letters = PaperMandate.objects.filter(in_force(today), agent_id=agent_id)
    given = Mandate.objects.filter(
        registered(today), agent__account__person_id=agent_id, agent__account__person_evidence__gt=Evidence.DECLARED
    ).exclude(person_id=agent_id)
    found = [_by_letter(row, today) for row in letters.order_by("id")]
    found += [_by_mandate(row, today) for row in given.select_related("person", "agent__account").order_by("id")]
    return tuple(sorted(found, key=lambda each: (each.valid_until, str(each.ref))))


def acting_between(agent_id: int, person_id: int, *, item: str, fetches: bool = False, today: date) -> Acting | None:
    """What lets one person act for another in a matter on that day – fetch its result, if asked; None: nothing does.

    :param person_id: the client's entry; of an organisation that of its code. What one of them gave counts for no other.
    """
    known = (each for each in acts_for_people(agent_id, today=today) if each.person_id == person_id)
    return next((each for each in known if each.covers(item) and (each.fetches or not fetches)), None)


def mandate_for(account_id: int, person_id: int, *, item: str, today: date) -> Acting | None:
    """The mandate by which an account, a registered agent's, acts for a client in a matter; None for its own person."""
    rows = Mandate.objects.filter(registered(today), agent__account_id=account_id, person_id=person_id)
    found = rows.select_related("person", "agent__account").order_by("id")
    covering = (_by_mandate(row, today) for row in found)
    return next((each for each in covering if each.agent_id != person_id and each.covers(item)), None)


def letters_of(person_id: int, *, today: date) -> tuple[Acting, ...]:
    """Who acts for a person by letter on that day: for their own eyes, and the window's."""
    rows = PaperMandate.objects.filter(in_force(today), person_id=person_id)
    return tuple(_by_letter(row, today) for row in rows.order_by("id"))


def in_force(today: date) -> Q:
    """Letters that give a right on that day."""
    return Q(ended_at=None, valid_until__gte=today)


def registered(today: date) -> Q:
    """Mandates of registered agents that do."""
    return Q(ended_at=None, given_at__isnull=False, valid_until__gte=today, agent__suspended_at=None)


def _by_letter(row: PaperMandate, today: date) -> Acting:
    return Acting(
        MandateRef("letter", row.pk), row.person_id, row.client, row.agent_id, row.name, tuple(row.items),
        row.valid_until, "paper", row.ended_at is None and row.valid_until >= today, row.fetches, row.kind, row.number,
    )  # fmt: skip


def _by_mandate(row: Mandate, today: date) -> Acting:
    account = row.agent.account
    proven = account is not None and account.person_evidence > Evidence.DECLARED
    stands = row.ended_at is None and row.agent.suspended_at is None and row.valid_until >= today
    return Acting(
        MandateRef("mandate", row.pk), row.person_id, row.name or row.person.name,
        account.person_id if account is not None and proven else None, row.agent.name, tuple(row.items), row.valid_until,
        "paper" if row.paper else "account", stands,
    )  # fmt: skip
