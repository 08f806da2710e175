"""The PDF of a paper: made once from what the paper says, and kept; then sealed (`sealing`), where somebody signs here. The same
bytes for everybody ever after.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F

from banshi.foundation.memory import forgettable
from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import CasePaper, PaperSeal
from banshi.rooms.cases.ports import CannotSet
from banshi.rooms.cases.queries.papers import facts_of, paper_by_number, typesetter
from banshi.rooms.cases.rules.papers import sheet
from banshi.rooms.library import actions as library
from banshi.rooms.library import queries as stored

log = structlog.get_logger("banshi.papers")
_not_set: set[int] = set()  # papers that fonts of this process cannot set: their words change no more
forgettable(_not_set.clear)


def pdf_of(number: str, *, now: datetime) -> bytes:
    """As it was sealed; as it was made, until then. Two who look at a new paper at once wait for each other: one makes it, both
    read the same.

    :raises Refused: nothing-found; paper-set-aside – it cannot be set, which the office sees.
    """
    try:
        paper = _made(paper_by_number(number), now=now)
    except CannotSet as why:
        log.error("paper not set", paper=number, why=str(why))
        raise Refused("paper-set-aside") from why
    sealed = PaperSeal.objects.filter(paper=paper).values_list("file_id", flat=True).first()
    return stored.content(sealed or made_file(paper))


def _made(paper: CasePaper, *, now: datetime) -> CasePaper:
    """:raises CannotSet: what it says."""
    if paper.file_id is not None:
        return paper
    with transaction.atomic():
        paper = CasePaper.objects.select_for_update(no_key=True).get(id=paper.pk)
        if paper.file_id is None:
            _make(paper, now=now)
    return paper


def made_file(paper: CasePaper) -> int:
    """The version in the library as it was made, before any seal."""
    assert paper.file_id is not None
    return paper.file_id


def _make(paper: CasePaper, *, now: datetime) -> None:
    base = settings.BANSHI_PUBLIC_URL.rstrip("/")
    said = sheet(
        paper.kind, facts_of(paper), number=paper.printed, verify_url=f"{base}/verify/{paper.code}/",
        verify_code=paper.code, sealed=PaperSeal.objects.filter(paper=paper).exists(),
    )  # fmt: skip
    content = typesetter().compose(paper.kind, said)
    paper.file = library.keep(
        content=content, mime="application/pdf", kind=f"paper:{paper.kind}", name=f"{paper.number}.pdf",
        hall=paper.case.hall.code, by=SYSTEM, now=now,
    )  # fmt: skip
    paper.save(update_fields=["file"])


def make_due(*, now: datetime, most: int = 50) -> int:
    """Papers whose PDF nobody has looked at yet are made ahead. One that cannot be set keeps no other waiting: the office is told
    why, and it is tried again by a process that was started with more fonts. :returns: how many.
    """
    waiting = CasePaper.objects.filter(file=None).exclude(pk__in=_not_set).order_by("id")
    made = 0
    for paper in list(waiting[:most]):
        try:
            _made(paper, now=now)
            made += 1
        except CannotSet as why:
            _not_set.add(paper.pk)
            log.error("paper not set", paper=paper.number, why=str(why))
            PaperSeal.objects.filter(paper=paper).update(tries=F("tries") + 1, trouble=str(why)[:120])
    return made
