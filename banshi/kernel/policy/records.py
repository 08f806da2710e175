"""Records: how long is kept what people gave with a visit or only began, and when a case is archived."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from banshi.kernel.policy.section import Section


class RecordsPolicy(Section):
    contacts_days: Annotated[int, Field(ge=30, le=3660)] = (
        365  # telephones, declared names and notes, after the visit's day
    )
    archive_days: Annotated[int, Field(ge=1, le=365)] = 30  # a case is archived so many days after it ended
    purge_wait_days: Annotated[int, Field(ge=1, le=365)] = 30  # between who proposes to destroy and who confirms it
    draft_days: Annotated[int, Field(ge=30, le=366)] = (
        90  # what was begun and not sent goes so long after it was touched
    )
    returned_days: Annotated[int, Field(ge=60, le=732)] = (
        180  # the same of what was sent back, or passed and not brought
    )
    forget_told_days: Annotated[int, Field(ge=3, le=30)] = 7  # whoever has it hears so many days before
