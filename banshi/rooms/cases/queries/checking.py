"""Is this file a paper of ours, as it was sealed? For anybody who has one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from banshi.rooms.cases.queries.papers import Verified, verified
from banshi.rooms.cases.queries.sealed import kept_as
from banshi.rooms.seals import queries as seals
from banshi.rooms.seals.rules import verdict


@dataclass(frozen=True)
class Checked:
    """`verdict`: one of `seals.rules.VERDICTS`. `paper`: what these bytes are, where we know them; without a seal, too.

    :ivar words: what stands on the seal, if it is one of ours; else whom the certificate names, which proves nothing.
    """

    verdict: str
    words: str = ""
    signed_at: datetime | None = None
    paper: Verified | None = None


def checked(content: bytes) -> Checked:
    """It takes seconds: call it outside of transactions. Nothing of the file is kept.

    :raises Refused: those of `seals.queries.looked_at`.
    """
    seen = seals.looked_at(content)
    known = kept_as(hashlib.sha256(content).hexdigest())
    seal = seals.by_certificate(seen.certificate) if seen.certificate else None
    said = verdict(
        signed=seen.signatures > 0, intact=seen.intact, whole=seen.whole, trusted=seen.trusted, in_time=seen.in_time,
        signed_at=seen.signed_at, seal_ended_at=seals.ended_at(seal) if seal else None, ours=seal is not None,
        recorded=known is not None and known[1],
    )  # fmt: skip
    return Checked(said, seal.words if seal else seen.name, seen.signed_at, verified(known[0]) if known else None)
