"""Machines: who is told of a fault, after how many minutes. A step that says nothing is left out."""

from __future__ import annotations

from banshi.kernel.policy.section import Minutes, Section


class MachinePolicy(Section):
    # [unsure: halls differ] The report that the fleet is modelled on names no times.
    keepers_after: Minutes = 0  # who looks after the hall's machines
    head_after: Minutes | None = 15  # the head of the hall's body
    region_after: Minutes | None = 60  # who looks after the machines of the region
