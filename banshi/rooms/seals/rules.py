"""What a signature is worth: pure words over what was seen of it and what is known of the seal."""

from __future__ import annotations

from datetime import datetime
from typing import Final

MOST_BYTES: Final = 20 * 1024 * 1024
# Why nobody looks at a file.
REASONS: Final = {
    "empty": {"zh": "先选一个 PDF 文件", "en": "Choose a PDF file first"},
    "size": {"zh": "文件超过 20 MB", "en": "The file is larger than 20 MB"},
    "heavy": {"zh": "文件太复杂，核验它太费力", "en": "The file takes too much work to look at"},
    "unreadable": {
        "zh": "文件打不开：不是 PDF，没传完整，或已损坏",
        "en": "The file does not open: it is no PDF, cut short or damaged",
    },
}
# From the worst that can be said of a file to the best; each has words on the page.
VERDICTS: Final = (
    "unsigned",  # no signature at all
    "changed",  # something that was signed is not what it was
    "added",  # something was added afterwards
    "stranger",  # signed by somebody, but by no seal of ours
    "expired",  # the certificate did not hold at the time it says
    "replaced",  # the seal had been replaced before the time it says
    "unknown",  # by a seal of ours, but no paper that we have a record of
    "sealed",  # as it was sealed
)


def verdict(
    *,
    signed: bool,
    intact: bool,
    whole: bool,
    trusted: bool,
    in_time: bool,
    signed_at: datetime | None,
    seal_ended_at: datetime | None,
    ours: bool,
    recorded: bool,
) -> str:
    """One of `VERDICTS`: the first that is so. What we recorded when we sealed counts more than a time that a signature states.

    :param ours: the certificate is of a seal of ours. :param recorded: these very bytes are a paper that we sealed.
    :param seal_ended_at: when that seal was replaced.
    """
    if not signed:
        return "unsigned"
    if not intact:
        return "changed"
    if not whole:
        return "added"
    if not ours:
        return "stranger"
    if not in_time:
        return "expired"
    if not trusted:
        return "stranger"
    if not recorded:
        late = signed_at is None or (seal_ended_at is not None and signed_at >= seal_ended_at)
        return "replaced" if late else "unknown"
    return "sealed"


def key_of(hall: str, department: str, no: int) -> str:
    """The name of a seal's key: whose it is, and the how-manieth."""
    return "-".join([hall, *([department] if department else []), str(no)])
