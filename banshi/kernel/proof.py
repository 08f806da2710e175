"""When a stranger's browser is asked for a little work before it may cost the hall something (proof of work).

Nobody sees a riddle: the browser works by itself, for a moment. One person never notices; a thousand tries take an hour.
"""

from __future__ import annotations

from dataclasses import dataclass

MOST_EFFORT = 4  # times the usual work, so that an old phone is done in seconds, not minutes


@dataclass(frozen=True)
class Tries:
    """What was tried lately, this one included, and what of it failed; what is older counts less (`foundation.proof`).

    :param account: None where nobody is signed in.
    :param place: tries for one period, or one day of a waiting list, whoever tries; None where it is for none.
    :param number: codes asked for one telephone, whoever asks; None where it is for none, or its owner's browser asks.
    """

    address: float
    failed: float
    account: float | None = None
    place: float | None = None
    number: float | None = None


@dataclass(frozen=True)
class Usual:
    """How many tries are nothing unusual; 0 = any number is."""

    address: int
    account: int
    place: int
    failed: int
    number: int = 0


def effort(tries: Tries, usual: Usual) -> int:
    """How much work is asked: 0 = none, 1 = a moment's, up to MOST_EFFORT, by how far the tries pass what is usual."""
    found = (
        (tries.address, usual.address),
        (tries.account, usual.account),
        (tries.place, usual.place),
        (tries.failed, usual.failed),
        (tries.number, usual.number),
    )
    # A try counts a hair less than one the moment after: half is enough to tell 6 from 7.
    ratios = [int((had - 0.5) / most) for had, most in found if had is not None and most > 0]
    return max(0, min(MOST_EFFORT, max(ratios, default=0)))
