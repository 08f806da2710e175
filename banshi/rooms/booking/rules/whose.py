"""Whose bookings count together: the person's, an account's, whoever typed it."""

from __future__ import annotations

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.evidence import Evidence

BY_TELEPHONE = ":c[0-9a-f]{16}"  # in a holder: somebody told from others by the telephone they gave (`behind`)
OWN = "person"  # holds what a person booked with an account that is theirs no more, and who has no other yet


PASSED_ON = "client"  # holds what an agent booked for them and may change no more, where they have no account


def holder_of(*, account_id: int | None, by: Actor, behind: str = "") -> str:
    """Who books, as limits and credit name them: an account, or whom a key, a machine or the staff act for (`behind`)."""
    if account_id is not None:
        return f"account:{account_id}"
    match by.kind:
        case ActorKind.CITIZEN:
            return f"account:{by.id}"
        case ActorKind.CHANNEL:
            holder = f"key:{by.id}"
        case ActorKind.STAFF:
            holder = "staff"
        case _:
            holder = str(by)
    return f"{holder[: 39 - len(behind)]}:{behind}" if behind else holder[:40]


def behind(*, end_user: str = "", contact: str = "", else_: str = "") -> str:
    """Whom somebody acts for who acts for many: the user that a key's system named, else a telephone, else who is
    nobody else (`else_`). One key serves a whole city's app: its users must not block each other.

    :param end_user: and `contact`: blind indexes; enough of them to tell people apart is kept.
    """
    if end_user:
        return f"u{end_user[:16]}"
    return f"c{contact[:16]}" if contact else f"x{else_}"


def is_of(holder: str, owner: str) -> bool:
    """Whether a booking of this holder was made by `owner`, for whomever: key:3 made what key:3:u… holds."""
    return holder == owner or holder.startswith(f"{owner}:")


def tells_which(*, holder: str, found: str, evidence: int) -> bool:
    """Whether a refusal may name the booking it rests on: to its own holder, and where the card was seen.

    A telephone is typed like a name: who knows it learns no reference.
    """
    return evidence >= Evidence.CHIP or (holder == found and ":c" not in holder)


def party_of(*, holder: str, person_id: int, evidence: int) -> str:
    """On whom credit falls: the person where the booking had evidence, else who booked.

    An account answers for all it books; a key, a machine or the staff for each document apart.
    """
    if evidence:
        return f"person:{person_id}"
    return holder if holder.startswith("account:") else f"{holder}/{person_id}"
