"""Reads on seals: which is used now, whose a certificate is, what was replaced; and the ways to who signs and who looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from cryptography import x509
from django.conf import settings
from django.db.models import Q
from django.utils.module_loading import import_string

from banshi.kernel.refusals import Refused
from banshi.rooms.places.models import Hall
from banshi.rooms.seals.models import Seal
from banshi.rooms.seals.ports import Busy, Rejected, SealOf, Seen, Signatures, Signer
from banshi.rooms.seals.rules import MOST_BYTES, REASONS

AGAIN_S = 20  # when others' files are being looked at


def is_sealed_here() -> bool:
    """Whether this installation has somebody who signs."""
    return bool(settings.BANSHI_SIGNER)


def signer() -> Signer:
    """What signs here, named by the setting `BANSHI_SIGNER`."""
    return cast(Signer, import_string(settings.BANSHI_SIGNER)())


def named(seal: Seal) -> SealOf:
    """As a signer knows it."""
    return SealOf(key=seal.key, words=seal.words, hall=seal.hall.name_zh)


def in_force(*, hall_id: int, department_id: int | None, at: datetime) -> Seal | None:
    """The newest of a holder's that has begun; where a clock was set back before the first, that."""
    rows = Seal.objects.select_related("hall").filter(_held_by(hall_id, department_id))
    begun = rows.filter(starts_at__lte=at).order_by("-starts_at", "-no").first()
    return begun or rows.order_by("starts_at", "no").first()


def _held_by(hall_id: int, department_id: int | None) -> Q:
    department = Q(department=None) if department_id is None else Q(department_id=department_id)
    return Q(hall_id=hall_id) & department


@dataclass(frozen=True)
class SealRow:
    """A seal as the office sees it. `ends_at`: the next one of its holder begins; `used`: papers may be sealed with it now."""

    seal: Seal
    ends_at: datetime | None
    used: bool


def seals_of_hall(hall: Hall, *, now: datetime) -> list[SealRow]:
    """The hall's own first, then by department; of each the newest first."""
    rows = list(Seal.objects.select_related("hall", "department").filter(hall=hall).order_by("department__code", "-no"))
    rows.sort(key=lambda each: each.department_id is not None)
    found: list[SealRow] = []
    after: dict[int | None, datetime] = {}
    for each in rows:
        ends = after.get(each.department_id)  # None: the last of its holder
        found.append(SealRow(each, ends, each.starts_at <= now and (ends is None or ends > now)))
        after[each.department_id] = each.starts_at
    return found


def seal_of_hall(hall: Hall, key: str) -> Seal:
    """:raises Refused: nothing-found – no such seal, or another hall's."""
    found = Seal.objects.select_related("hall", "department").filter(hall=hall, key=key).first()
    if found is None:
        raise Refused("nothing-found", facts={"seal": key})
    return found


def by_certificate(fingerprint: str) -> Seal | None:
    """Whose a certificate is."""
    return Seal.objects.select_related("hall", "department").filter(certificate=fingerprint).first()


def ended_at(seal: Seal) -> datetime | None:
    """When the next seal of its holder begins; None: it is the last."""
    rows = Seal.objects.filter(_held_by(seal.hall_id, seal.department_id), no__gt=seal.no)
    return rows.order_by("no").values_list("starts_at", flat=True).first()


def looked_at(content: bytes) -> Seen:
    """The signatures in a stranger's file. It is opened in a process of its own, for seconds: call it outside of transactions.

    :raises Refused: material-rejected – too large, or no PDF that can be read; rate-limited – many are being looked at.
    """
    if len(content) > MOST_BYTES:
        raise _rejected("size")
    look = cast(Signatures, import_string(settings.BANSHI_SIGNATURES))
    try:
        return look(content, roots=_roots())
    except Rejected as no:
        raise _rejected(str(no)) from no
    except Busy as busy:
        raise Refused("rate-limited", facts={"wait_s": AGAIN_S}) from busy


def _rejected(why: str) -> Refused:
    return Refused("material-rejected", facts={"why": why, "reason": REASONS[why]})


def _roots() -> Sequence[str]:
    """Those who vouch for our seals, each once: what stands last in their chains."""
    found = {}
    for chain in Seal.objects.order_by("id").values_list("chain", flat=True).distinct():
        last = "-----BEGIN" + chain.rpartition("-----BEGIN")[2]
        found[last.strip()] = last
    return list(found.values())


def certificate_of(chain: str) -> x509.Certificate:
    """The seal's own: what stands first. :raises ValueError: it cannot be read."""
    return x509.load_pem_x509_certificates(chain.encode())[0]
