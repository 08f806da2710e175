"""Ratings: how long one may be given, what a bad one asks of the hall."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from banshi.kernel.policy.section import Days, Section


class RatingPolicy(Section):
    within_days: Days = 7
    bad_from_below: Annotated[int, Field(ge=1, le=5)] = 3  # stars below this open a task
    answer_working_days: Annotated[int, Field(ge=1, le=60)] = 1  # call back in 1 working day (local rule)
    settle_working_days: Annotated[int, Field(ge=1, le=60)] = 15
    judge_working_days: Annotated[int, Field(ge=1, le=60)] = 10  # an appeal of who was rated is judged in (local rule)
