"""A seal is entered with the first paper of its holder, and replaced by the office."""

from __future__ import annotations

from datetime import datetime

from cryptography.hazmat.primitives import hashes
from django.db import IntegrityError, transaction

from banshi.kernel.actors import SYSTEM, Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.catalogue.models import Department
from banshi.rooms.places.models import Hall
from banshi.rooms.seals.models import Seal
from banshi.rooms.seals.ports import CannotSeal, SealOf
from banshi.rooms.seals.queries import certificate_of, in_force, is_sealed_here, seal_of_hall, signer
from banshi.rooms.seals.rules import key_of


def seal_for(*, hall: Hall, department: Department | None, now: datetime) -> Seal:
    """The seal that papers in this name are sealed with now. Two who need a first one at once get the same.

    :param department: None: the hall's own. :raises CannotSeal: the signer has none.
    """
    department_id = department.pk if department else None
    found = in_force(hall_id=hall.pk, department_id=department_id, at=now)
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return _entered(hall, department, no=1, starts_at=now, by=SYSTEM, now=now)
    except IntegrityError:
        found = in_force(hall_id=hall.pk, department_id=department_id, at=now)
        assert found is not None
        return found


def replace(*, hall: Hall, key: str, starts_at: datetime | None = None, by: Actor, now: datetime) -> Seal:
    """Another seal with another key takes its place from a moment on; what was sealed before stays so. Two who replace the same
    one: one does, and the other is told.

    :param starts_at: not before now; None: at once.
    :raises Refused: nothing-found; changed-meanwhile – it was replaced already; past; invalid – the signer has no next one.
    """
    old = seal_of_hall(hall, key)
    begins = max(starts_at or now, now)
    if starts_at is not None and starts_at < now:
        raise Refused("past")
    try:
        with transaction.atomic():
            made = _entered(old.hall, old.department, no=old.no + 1, starts_at=begins, by=by, now=now)
            facts = {"seal": made.words, "replaces": old.key, "day": begins.date().isoformat()}
            audit.record(
                action="seal-replaced", subject=f"seal:{made.key}", by=by, now=now, hall=old.hall.code, facts=facts
            )
    except IntegrityError as taken:
        raise Refused("changed-meanwhile") from taken
    except CannotSeal as none:
        reason = {
            "zh": "签章服务没有下一枚印章的密钥和证书",
            "en": "The signer has no key and certificate of the next seal",
        }
        raise Refused("invalid", facts={"field": "seal", "reason": reason}) from none
    return made


def _entered(
    hall: Hall, department: Department | None, *, no: int, starts_at: datetime, by: Actor, now: datetime
) -> Seal:
    """:raises IntegrityError: somebody was quicker. :raises CannotSeal: there is none, or its certificate cannot be read."""
    words = department.name_zh if department else hall.name_zh[:60]
    key = key_of(hall.code, department.code if department else "", no)
    if not is_sealed_here():
        raise CannotSeal("nobody signs here")
    chain = signer().enrol(SealOf(key=key, words=words, hall=hall.name_zh), at=now)
    try:
        certificate = certificate_of(chain)
    except (ValueError, IndexError) as wrong:
        raise CannotSeal("a certificate that cannot be read") from wrong
    made = Seal.objects.create(
        hall=hall, department=department, no=no, key=key, words=words, chain=chain,
        certificate=certificate.fingerprint(hashes.SHA256()).hex(), serial=format(certificate.serial_number, "x")[:60],
        valid_from=certificate.not_valid_before_utc, valid_until=certificate.not_valid_after_utc, starts_at=starts_at,
        made_at=now, made_by=str(by),
    )  # fmt: skip
    audit.record(
        action="seal-entered", subject=f"seal:{key}", by=by, now=now, hall=hall.code,
        facts={"seal": words, "until": made.valid_until.date().isoformat()},
    )  # fmt: skip
    return made
