"""Hotline (一号受理、多线联动): by when an order goes to a line, is replied to, and its caller is rung up."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from banshi.kernel.policy.section import Section

WorkingDays = Annotated[int, Field(ge=1, le=60)]


class HotlinePolicy(Section):
    # [unsure: cities differ] The report on the hotline [C] names lines and no days.
    assign_working_days: WorkingDays = 1
    enquiry_working_days: WorkingDays = 1
    help_working_days: WorkingDays = 5
    complaint_working_days: WorkingDays = 5
    suggestion_working_days: WorkingDays = 10
    city_more_days: Annotated[int, Field(ge=0, le=60)] = 2  # a line of the city asks several departments
    revisit_working_days: WorkingDays = 2  # after the reply
    revisit_tries: Annotated[int, Field(ge=1, le=10)] = 3  # nobody answers so often: it may be closed
