"""Consulting: how long a department has for an answer, how much one person asks."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from banshi.kernel.policy.section import Section


class ConsultingPolicy(Section):
    answer_working_days: Annotated[int, Field(ge=1, le=60)] = 3
    close_days: Annotated[int, Field(ge=1, le=365)] = 15  # after the answer, when nothing more is asked
    open_each: Annotated[int, Field(ge=1, le=100)] = 5  # questions of one person that wait for an answer
    a_day_each: Annotated[int, Field(ge=1, le=100)] = 10
