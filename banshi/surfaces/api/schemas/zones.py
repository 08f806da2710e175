"""Night zones: what a door does now, who is let in, who left."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from banshi.surfaces.api.schemas.base import In, Named, Out, _text


class NightZoneOut(Named):
    hall: str
    place: str
    place_en: str
    mode: Literal["closed", "free", "card", "card-or-code"] = Field(description="`free`: the door stands open.")
    inside: int = Field(description="People let in by the door; while it stands open nobody counts.")
    limit: int | None = Field(description="At once; null: nobody counts.")
    stay_minutes: int
    night: bool
    lights: bool = Field(description="Whether they burn now, by the area's policy.")
    opens_at: datetime | None = Field(description="Of a closed one, where that is known.")
    closed_until: datetime | None = Field(description="By its keeper.")
    help: bool = Field(description="Whether somebody called for help and it is not over.")


class ZoneEntryIn(In):
    card: _text(400, 1) | None = Field(  # type: ignore[valid-type]
        None, description="As the door's reader signed it: `BC1|seconds|number|name|kind|signature`."
    )
    code: str | None = Field(None, pattern=r"^[0-9]{6}$", description="Of whoever has no card, from their phone.")
    people: int = Field(1, ge=1, le=6, description="Who come in together, the holder counted.")


class ZoneEntryOut(Out):
    id: int
    zone: str
    state: Literal["opening", "inside", "shut", "left"] = Field(
        description="`shut`: the door did not open, and nobody is counted."
    )
    why: str = Field(description="Of a door that did not open, as in `POST /devices/{device}/orders/{order}/ended`.")
    people: int
    in_at: datetime
    stay_until: datetime
    out_at: datetime | None
