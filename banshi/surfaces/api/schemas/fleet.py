"""The fleet: what a machine says of itself, and how all machines are."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from banshi.surfaces.api.schemas.base import In, Named, Out

PartName = Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=r"^[a-z_]+$")]
Health = Literal["ok", "low", "trouble", "silent", "never", "maintenance", "retired"]


class HeartbeatIn(In):
    parts: dict[PartName, Literal["ok", "low", "out", "jam", "broken", "left"]] = Field(
        {},
        max_length=20,
        description="Of its parts; of what is left out nothing is known anew. `left`: somebody's card lies in the reader.",
    )
    version: str = Field("", max_length=40, pattern=r"^[A-Za-z0-9._+-]*$", description="Of what runs on it.")


class MachineFaultOut(Out):
    part: str = Field(description="`machine`: the whole of it, which is silent.")
    kind: Literal["low", "out", "jam", "broken", "left", "silent"]
    opened_at: datetime
    seen_at: datetime | None = Field(description="Since when somebody looks after it.")


class HeardOut(Out):
    device: str
    faults: list[MachineFaultOut]


class ToldOut(Out):
    step: Literal["keepers", "head", "region"]
    names: list[str] = Field(description="Of whoever held the role at that moment; none: nobody did.")
    at: datetime


class FleetFaultOut(MachineFaultOut):
    lasts_s: int
    told: list[ToldOut]


class FleetMachineOut(Out):
    code: str
    name: str
    type: str
    type_name: str
    type_name_en: str
    health: Health
    parts: dict[str, str] = Field(description="Part → state; `unknown` until it says.")
    version: str
    last_seen_at: datetime | None = Field(description="Machine time.")
    faults: list[FleetFaultOut]
    maintenance_until: datetime | None
    available: float | None = Field(description="Share of the last 30 days, 0–1; null until it is in use.")


class FleetAreaOut(Named):
    hall: str
    place: str
    place_en: str
    all_hours: bool
    most_inside: int | None
    machines: list[FleetMachineOut]


class FleetOut(Out):
    counts: dict[str, int] = Field(description="Health → machines.")
    available: float | None
    areas: list[FleetAreaOut] = Field(description="The worst of each hall first. Code `<hall>-hall`: those in no area.")
