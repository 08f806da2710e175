"""电子印章 on papers: which have it, which wait for it and why, and which paper some bytes are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Q, QuerySet

from banshi.rooms.cases.models import Case, CasePaper, PaperSeal
from banshi.rooms.cases.rules.sealing import TELL_AFTER

SET_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True)
class Sealed:
    """`state`: none (nobody seals here, or nobody did then) | waiting | sealed. `words`: what stands on the seal."""

    state: Literal["none", "waiting", "sealed"] = "none"
    at: datetime | None = None
    words: str = ""
    serial: str = ""
    valid_until: datetime | None = None
    sha256: str = ""


def seals_of(papers: Sequence[CasePaper]) -> dict[int, Sealed]:
    """By the papers' ids, in one query."""
    rows = PaperSeal.objects.select_related("seal").filter(paper__in=papers).order_by("id")
    return {paper.pk: Sealed() for paper in papers} | {row.paper_id: _sealed(row) for row in rows}


def _sealed(row: PaperSeal) -> Sealed:
    if row.seal is None:
        return Sealed("waiting")
    return Sealed("sealed", row.sealed_at, row.seal.words, row.seal.serial, row.seal.valid_until, row.sha256)


def kept_as(sha256: str) -> tuple[CasePaper, bool] | None:
    """The paper that these bytes are, and whether with its seal; None: none that has one."""
    rows = PaperSeal.objects.select_related("paper__case__hall", "paper__case__item")
    if (row := rows.filter(sha256=sha256).first()) is not None:
        return row.paper, True
    row = rows.filter(rendered=sha256).order_by("id").first()
    return None if row is None else (row.paper, False)


def sealed_in(hall: str) -> QuerySet[PaperSeal]:
    """What waits for its seal in a hall, longest first."""
    rows = PaperSeal.objects.select_related("paper__case").filter(paper__case__hall__code=hall, sealed_at=None)
    return rows.exclude(paper__file=None, tries__gt=0).order_by("wanted_at", "id")


def set_aside(halls: Sequence[str], *, now: datetime) -> QuerySet[CasePaper]:
    """Papers that cannot be set here, oldest first: it was tried in vain, or they lie there for longer than any takes."""
    rows = CasePaper.objects.select_related("case", "sealing").filter(case__hall__code__in=halls, file=None)
    return rows.filter(Q(sealing__tries__gt=0) | Q(made_at__lt=now - SET_WITHIN)).order_by("made_at", "id")


def set_aside_in(halls: Sequence[str], *, now: datetime) -> dict[str, int]:
    """hall → how many papers cannot be set."""
    return dict(Counter(set_aside(halls, now=now).values_list("case__hall__code", flat=True)[:5000]))


def missing_signs(paper: CasePaper) -> list[str]:
    """Characters of a paper that no font here has, as U+20BB7; none where nobody wrote down which."""
    sealing = getattr(paper, "sealing", None)
    return re.findall(r"U\+[0-9A-F]{4,6}", sealing.trouble) if sealing is not None else []


def troubled(halls: Sequence[str]) -> dict[str, int]:
    """hall → how many papers the signer did not seal, again and again."""
    rows = PaperSeal.objects.filter(paper__case__hall__code__in=halls, sealed_at=None, tries__gte=TELL_AFTER)
    rows = rows.exclude(paper__file=None)
    return dict(Counter(rows.order_by("id").values_list("paper__case__hall__code", flat=True)[:5000]))


def sealed_by_rule() -> list[str]:
    """Cases whose result nobody made but rules, and that has its seal: to be given."""
    made = PaperSeal.objects.filter(paper__kind="licence", sealed_at__isnull=False).values("paper__case_id")
    rows = Case.objects.filter(phase="issuing", issued_by=None, pk__in=made)
    return list(rows.order_by("id").values_list("no", flat=True)[:100])
