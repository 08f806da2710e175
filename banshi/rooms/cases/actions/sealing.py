"""加盖电子印章: papers are sealed by the worker, after they were made; a signer that fails delays the seal, and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from banshi.foundation.scrubbing import scrubbed
from banshi.kernel.actors import SYSTEM
from banshi.rooms.cases.actions.papers import made_file
from banshi.rooms.cases.models import CasePaper, PaperSeal
from banshi.rooms.cases.queries.papers import facts_of
from banshi.rooms.cases.rules.paper_texts import day_words
from banshi.rooms.cases.rules.papers import KINDS, signer_of
from banshi.rooms.cases.rules.sealing import again_after
from banshi.rooms.library import actions as library
from banshi.rooms.library import queries as stored
from banshi.rooms.seals import actions as seals
from banshi.rooms.seals.models import Seal
from banshi.rooms.seals.ports import CannotSeal, Signer, SignerDown
from banshi.rooms.seals.queries import named

log = structlog.get_logger("banshi.sealing")
MOST = 100  # in one run; the next begins within a second


def seal_due(*, signer: Signer, now: datetime, wall: datetime, most: int = MOST) -> int:
    """Seal the papers that wait for it, one transaction each. Several workers share them: who is at one holds its row, others
    take the next; whoever dies in between leaves it as it was.

    :param now: hall time, said in the signature. :param wall: machine time, by which it is tried again. :returns: how many.
    """
    sealed = 0
    for _ in range(most):
        with transaction.atomic():
            row = _next(wall)
            if row is None:
                break
            try:
                _seal(row, signer=signer, now=now)
                sealed += 1
            except CannotSeal as trouble:
                _later(row, trouble, wall=wall)
                if isinstance(trouble, SignerDown):
                    break
    return sealed


def _next(wall: datetime) -> PaperSeal | None:
    waiting = PaperSeal.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    waiting = waiting.select_related("paper__case__hall", "paper__case__department", "paper__file__document")
    due = waiting.filter(sealed_at=None, next_at__lte=wall, paper__file__isnull=False)
    return due.order_by("next_at", "id").first()


def _seal(row: PaperSeal, *, signer: Signer, now: datetime) -> None:
    """:raises CannotSeal: the signer says no."""
    paper, facts = row.paper, facts_of(row.paper)
    seal = _seal_of(paper, now=now)
    made = stored.content(made_file(paper))
    beside: Sequence[str] = (signer_of(paper.kind, facts), day_words(facts.on))
    content = _signed(signer, made, seal, beside, now=now)
    assert paper.file is not None
    row.seal, row.sealed_at, row.trouble = seal, now, ""
    row.rendered, row.sha256 = hashlib.sha256(made).hexdigest(), hashlib.sha256(content).hexdigest()
    row.file = library.keep(
        content=content, mime="application/pdf", kind=f"paper:{paper.kind}", name=f"{paper.number}.pdf",
        hall=paper.case.hall.code, replaces=paper.file.document, by=SYSTEM, now=now,
    )  # fmt: skip
    row.save()


def _signed(signer: Signer, made: bytes, seal: Seal, beside: Sequence[str], *, now: datetime) -> bytes:
    """The paper as it was, with more behind it; nothing else is taken for signed. What an adapter breaks with is this paper's
    trouble, and keeps no other waiting behind it.

    :raises CannotSeal: also for these.
    """
    try:
        content = signer.sign(made, seal=named(seal), beside=beside, at=now)
    except CannotSeal:
        raise
    except Exception as broke:
        raise CannotSeal(f"the signer broke: {type(broke).__name__}") from broke
    if not content.startswith(made) or len(content) <= len(made):
        raise CannotSeal("what came back is not the whole paper")
    return content


def _seal_of(paper: CasePaper, *, now: datetime) -> Seal:
    """Of the hall, or of the department of the case, as the paper's kind is given."""
    own = KINDS[paper.kind].signed_by == "hall"
    return seals.seal_for(hall=paper.case.hall, department=None if own else paper.case.department, now=now)


def _later(row: PaperSeal, trouble: CannotSeal, *, wall: datetime) -> None:
    row.tries += 1
    row.next_at = wall + timedelta(seconds=again_after(row.tries))
    row.trouble = scrubbed(str(trouble))[:120]
    row.save(update_fields=["tries", "next_at", "trouble"])
    log.warning("not sealed", paper=row.paper.number, tries=row.tries, why=row.trouble)


def try_again(*, hall: str, wall: datetime) -> int:
    """What could not be sealed in a hall is tried again at once. :returns: how many."""
    waiting = PaperSeal.objects.filter(paper__case__hall__code=hall, sealed_at=None, tries__gt=0)
    return waiting.update(next_at=wall)
