"""Fees: how long one has to pay, when one is reminded."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from banshi.kernel.policy.section import Section


class FeePolicy(Section):
    pay_working_days: Annotated[int, Field(ge=1, le=90)] = 15  # from the decision [unsure: no national figure found]
    remind_working_days: Annotated[int, Field(ge=0, le=30)] = 3  # before the last of them; 0 = on the day itself
