"""A page of a case that comes in parts (断点续传): begun, gone on with, and at the end taken in as any other file is."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, CaseMaterial
from banshi.rooms.cases.queries import wanted_of
from banshi.rooms.library import actions as library
from banshi.rooms.library import queries as stored
from banshi.rooms.library.queries import Coming
from banshi.rooms.library.rules import rejected
from banshi.rooms.library.rules.parts import matches


def subject_of(case: Case, code: str = "") -> str:
    """What its parts are for; without a paper: what those of all of the case's begin with."""
    return f"case:{case.no}:{code}"


def begin(
    *, case: Case, code: str, name: str, size: int, sha256: str = "", by: Actor, now: datetime
) -> Coming:  # fmt: skip
    """:raises Refused: invalid – the situation asks for no such paper; as `library.begin_upload`."""
    if code not in {paper.code for paper in wanted_of(case)}:
        reason = {"zh": "这种情形不需要这份材料", "en": "This situation does not ask for this paper"}
        raise Refused("invalid", facts={"field": "requirement", "reason": reason})
    row = library.begin_upload(
        subject=subject_of(case, code), name=name, size=size, sha256=sha256, by=by, now=now
    )  # fmt: skip
    return stored.coming(row)


def go_on(*, case: Case, code: str, ref: str, offset: int, body: bytes, by: Actor, now: datetime) -> Coming:
    """:raises Refused: as `library.put_part`."""
    row = library.put_part(ref=ref, subject=subject_of(case, code), offset=offset, body=body, by=by, now=now)
    return stored.coming(row)


def finish(
    *, case: Case, code: str, ref: str, channel: str, account_id: int | None = None, hall: str = "", by: Actor, now: datetime
) -> CaseMaterial:  # fmt: skip
    """The whole has come: opened and cleaned, and a paper of the case. Asked again, the same answer: whoever was quicker, or
    whose line dropped before the answer, has one page and not two. Call it outside of transactions.

    :raises Refused: nothing-found; wrong-offset – it is not whole yet; material-rejected, after which it is begun anew;
        rate-limited; as `cases.add_paper`.
    """
    subject = subject_of(case, code)
    sent = stored.upload(ref, subject=subject, by=by)
    if sent.became:
        return _became(case, sent)
    content = stored.gathered(ref, subject=subject, by=by)
    try:
        if not matches(content, sent.sha256):
            raise Refused(rejected("unreadable"))
        version = library.take_in(
            content=content, name=sent.name, channel=channel, account_id=account_id, hall=hall, by=by, now=now,
            **cases.holder_of(case),
        )  # fmt: skip
    except Refused as no:
        if no.slug == "material-rejected":  # it becomes no better
            library.drop_upload(ref=ref, subject=subject, by=by)
        raise
    try:
        with transaction.atomic():
            material = cases.add_paper(
                case_no=case.no, code=code, channel=channel, file=version, further=True, by=by, now=now
            )
            library.finish_upload(ref=ref, subject=subject, became=str(material.pk), by=by, now=now)
    except Refused:
        meanwhile = stored.upload(ref, subject=subject, by=by)
        if not meanwhile.became:
            raise
        return _became(case, meanwhile)
    return material


def _became(case: Case, sent: Coming) -> CaseMaterial:
    """:raises Refused: nothing-found – it was taken back since."""
    row = CaseMaterial.objects.filter(case=case, id=int(sent.became), gone_at=None).first()
    if row is None:
        raise Refused("nothing-found", facts={"upload": sent.ref})
    return row
