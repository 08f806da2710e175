"""Delivery: whether results are posted and who pays, when a silent parcel is looked for, how often a kiosk prints one,
how long one lies in a cell."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from banshi.kernel.policy.section import Section


class DeliveryPolicy(Section):
    courier: bool = True
    postage: Literal["receiver", "hall"] = "receiver"  # 到付, or the hall pays [unsure: halls differ]
    quiet_working_days: Annotated[int, Field(ge=1, le=30)] = 3  # nobody has heard of a parcel: a light
    cabinet_hours: Annotated[int, Field(ge=12, le=240)] = (
        72  # in a cell; then at the issue window [unsure: halls differ]
    )
    remind_after_days: Annotated[int, Field(ge=0, le=60)] = 7  # what lies ready is told of once more; 0 = it is not
    kiosk_prints: Annotated[int, Field(ge=0, le=5)] = 1  # of a result at a kiosk; 0 = it prints none
