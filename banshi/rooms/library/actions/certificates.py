"""Certificates (电子证照): issued, ended, and used in a matter with consent; facts that are learned."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction

from banshi.foundation.crypto import blind_index
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.library import rules
from banshi.rooms.library.actions.files import new_ref
from banshi.rooms.library.models import Certificate, CertificateUse, Fact
from banshi.rooms.library.queries import standing
from banshi.rooms.library.rules.authority_rows import is_type


def issue_certificate(
    *,
    type: str,
    number: str,
    name_zh: str,
    name_en: str,
    issuer_zh: str,
    issuer_en: str,
    issued_on: date,
    trust: str,
    source: str,
    person_id: int | None = None,
    organisation_id: int | None = None,
    valid_until: date | None = None,
    case_no: str = "",
    document_version_id: int | None = None,
    hall: str = "",
    by: Actor,
    now: datetime,
) -> Certificate:
    """Enter a certificate of one holder.

    :param valid_until: its last day; None: without end. :param trust: `rules.TRUST`. :param source: who says so: `case:…`.
    :raises Refused: invalid; nothing-found (no such person); changed-meanwhile – the holder has this one already.
    """
    holder = _holder(person_id, organisation_id)
    plain = rules.certificate_number(number)
    if not is_type(type):
        raise _invalid("type", "不是证照类型的代码", "No code of a type of certificates")
    if issued_on > now.astimezone(ZoneInfo(settings.TIME_ZONE)).date():  # it would be the newest for ever
        raise _invalid("issued_on", "颁发日期不能晚于今天", "Not issued after today")
    if valid_until is not None and valid_until < issued_on:
        raise _invalid("valid_until", "有效期早于签发日", "It would be over before it is issued")
    _check_trust(trust)
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = Certificate.objects.create(
                    ref=new_ref(), **holder, type=type, number=plain, number_index=index_of(type, plain),
                    name_zh=name_zh, name_en=name_en, issuer_zh=issuer_zh, issuer_en=issuer_en, issued_on=issued_on,
                    valid_until=valid_until, trust=trust, source=source, case_no=case_no,
                    document_version_id=document_version_id, made_at=now, made_by=str(by),
                )  # fmt: skip
        except IntegrityError as taken:
            if "one_valid_certificate" not in str(taken):
                raise
            raise Refused("changed-meanwhile") from taken
        audit.record(
            action="certificate_issued", subject=f"certificate:{row.ref}", by=by, now=now, hall=hall,
            facts={"type": type, "case": case_no},
        )  # fmt: skip
    return row


def end_certificate(*, ref: str, why: str = "", hall: str = "", by: Actor, now: datetime) -> Certificate:
    """It holds no more: replaced, given back, revoked. It stays to be read.

    :raises Refused: nothing-found, wrong-state (ended already).
    """
    with transaction.atomic():
        row = Certificate.objects.select_for_update(no_key=True).filter(ref=ref).first()
        if row is None:
            raise Refused("nothing-found", facts={"certificate": ref})
        if (no := rules.CERTIFICATE.refusal(row.status, "end")) is not None:
            raise Refused(no)
        row.status, row.ended_at, row.ended_by = rules.CERTIFICATE.to("end"), now, str(by)
        row.save(update_fields=["status", "ended_at", "ended_by"])
        facts = {"why": why} if why else {}
        audit.record(action="certificate_ended", subject=f"certificate:{ref}", by=by, now=now, hall=hall, facts=facts)
    return row


def use_certificate(
    *,
    ref: str,
    purpose: str,
    subject: str,
    consent: bool,
    person_id: int | None = None,
    organisation_id: int | None = None,
    note: str = "",
    hall: str = "",
    by: Actor,
    now: datetime,
) -> CertificateUse:
    """Let a certificate take the place of a paper in a matter, and leave a trace of it: one for each purpose in a matter.

    :param purpose: what for: the material's code. :param subject: in what: `case:…`.
    :param person_id: whose matter it is; that, or `organisation_id`: it must be its holder's.
    :raises Refused: nothing-found (also: somebody else's), consent-missing, wrong-state (it ended, or its last day is over).
    """
    holder = _holder(person_id, organisation_id)
    with transaction.atomic():
        # Whoever ends it meanwhile waits, and finds it used; or it is ended here.
        row = Certificate.objects.select_for_update(no_key=True).filter(ref=ref).first()
        if row is None or _held(row) != holder:
            raise Refused("nothing-found", facts={"certificate": ref})
        today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
        no = rules.use_refusal(status=row.status, valid_until=row.valid_until, consent=consent, today=today)
        if no is not None:
            raise Refused(no)
        use, fresh = CertificateUse.objects.get_or_create(
            certificate=row, subject=subject, purpose=purpose,
            defaults={"by": str(by), "at": now, "consent": True, "note": note},
        )  # fmt: skip
        if fresh:
            audit.record(
                action="certificate_used", subject=f"certificate:{ref}", by=by, now=now, hall=hall,
                facts={"case": subject.removeprefix("case:")},
            )  # fmt: skip
    return use


def use_earlier(
    *,
    origin: str,
    handed_on: date,
    purpose: str,
    subject: str,
    consent: bool,
    person_id: int | None = None,
    organisation_id: int | None = None,
    hall: str = "",
    by: Actor,
    now: datetime,
) -> CertificateUse:
    """A paper that was handed in before stands for one that is asked for again: the trace of it, one for each purpose in a
    matter. Whether it is theirs, and stands, whoever asks has checked, and holds it.

    :param origin: number of the case in which it came. :param handed_on: that hall's day.
    :raises Refused: consent-missing; nothing-found (no such person).
    """
    if not consent:
        raise Refused("consent-missing")
    holder = _holder(person_id, organisation_id)
    with transaction.atomic():
        use, fresh = CertificateUse.objects.get_or_create(
            certificate=None, origin=origin, subject=subject, purpose=purpose,
            defaults={"by": str(by), "at": now, "consent": True, "handed_on": handed_on, **holder},
        )  # fmt: skip
        if fresh:
            audit.record(
                action="paper_used_again", subject=subject, by=by, now=now, hall=hall,
                facts={"case": origin},
            )  # fmt: skip
    return use


def learn(
    *,
    person_id: int | None = None,
    organisation_id: int | None = None,
    element: str,
    value: str,
    trust: str,
    source: str,
    now: datetime,
) -> Fact:
    """Note a fact of a person or organisation; from now on it is the one that counts for its element.

    :param element: code of a data element. :param source: who says so: `case:…`, `certificate:…`.
    :raises Refused: nothing-found (no such person), invalid.
    """
    _check_trust(trust)
    holder = _holder(person_id, organisation_id)
    return Fact.objects.create(**holder, element=element, value=value, trust=trust, source=source, at=now)


def unlearn(*, source: str) -> int:
    """What somebody said and may not stand any more goes; what was known before counts again. :returns: how many facts are gone.

    :param source: as `learn` was told it: of a case that was ended. What an authority says it ends itself.
    """
    gone, _ = Fact.objects.filter(source=source, own_index="").delete()
    return gone


def _holder(person_id: int | None, organisation_id: int | None) -> dict[str, int | None]:
    """:raises ValueError: neither, or both. :raises Refused: nothing-found."""
    if (person_id is None) == (organisation_id is None):
        raise ValueError("either a person's or an organisation's")
    return {"person_id": None if person_id is None else standing(person_id), "organisation_id": organisation_id}


def _held(row: Certificate) -> dict[str, int | None]:
    return {
        "person_id": None if row.person_id is None else standing(row.person_id),
        "organisation_id": row.organisation_id,
    }


def index_of(type: str, number: str) -> str:
    """By which a number is found, though it is sealed."""
    return blind_index(f"{type}:{number}", purpose="certificate")


def _check_trust(trust: str) -> None:
    if trust not in rules.TRUST:
        letters = ", ".join(rules.TRUST)
        raise _invalid("trust", f"可信等级是 {letters} 之一", f"One of {letters}")


def _invalid(field: str, zh: str, en: str) -> Refused:
    return Refused("invalid", facts={"field": field, "reason": {"zh": zh, "en": en}})
