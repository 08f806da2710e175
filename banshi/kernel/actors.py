"""Who acts: passed to every action as `by`, written into audit and facts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    CITIZEN = "citizen"  # a signed-in person; id = account id
    STAFF = "staff"  # id = staff id
    CHANNEL = "channel"  # another system acting for real-name persons; id = key id
    KIOSK = "kiosk"  # a machine in a hall; id = key or device id
    SYSTEM = "system"  # a job or a rule
    DEMO = "demo"  # the demo's controls


@dataclass(frozen=True)
class Actor:
    """One who acts. `id` is opaque to the rooms; `hall` is set for whoever is bound to one hall; `person`: whose card a machine
    has read, who stands there."""

    kind: ActorKind
    id: str = ""
    hall: str | None = None
    person: int | None = None

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else str(self.kind)

    @classmethod
    def parse(cls, text: str) -> Actor:
        """Back from `str(actor)`, for a job that goes on with what somebody began."""
        kind, _, id_ = text.partition(":")
        return cls(ActorKind(kind), id_)


SYSTEM = Actor(ActorKind.SYSTEM)
