"""What every section of a policy is, and the spans of its numbers."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Minutes = Annotated[int, Field(ge=0, le=24 * 60)]
Days = Annotated[int, Field(ge=0, le=366)]
Places = Annotated[int, Field(ge=0, le=10_000)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
