"""One question for page, API, lane and stream: does whoever asks hold this right in this hall?

`grants` maps a right to the hall codes it holds in, "*" = every hall. Staff hold permissions by their roles, a key holds
operations by its scope and its halls.
"""

from __future__ import annotations

from collections.abc import Mapping

from banshi.kernel.refusals import Refused

EVERYWHERE = "*"


def holds(grants: Mapping[str, frozenset[str]], right: str, hall: str | None = None) -> bool:
    """Whether the right is held: in this hall, or (hall None) anywhere at all."""
    halls = grants.get(right, frozenset())
    return EVERYWHERE in halls or (bool(halls) if hall is None else hall in halls)


def must_hold(grants: Mapping[str, frozenset[str]], right: str, hall: str | None = None, *, needs: str = "") -> None:
    """:raises Refused: not-allowed, with what it `needs`; not-your-hall – held, but elsewhere."""
    if not holds(grants, right):
        raise Refused("not-allowed", facts={"permission": needs or right})
    if hall is not None and not holds(grants, right, hall):
        raise Refused("not-your-hall", facts={"hall": hall})
