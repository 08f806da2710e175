"""Machines: who is told of a fault, after how many minutes (a step that says nothing is left out); and how far somebody shows who
they are before a machine does what."""

from __future__ import annotations

from banshi.kernel.policy.section import Minutes, Section
from banshi.kernel.shown import Level


class MachinePolicy(Section):
    # [unsure: halls differ] The report that the fleet is modelled on names no times.
    keepers_after: Minutes = 0  # who looks after the hall's machines
    head_after: Minutes | None = 15  # the head of the hall's body
    region_after: Minutes | None = 60  # who looks after the machines of the region
    # 人脸识别技术应用安全管理办法 (2025): no way of these is a face alone; which ones there are stands in kernel/shown.py.
    rules_level: Level = "shown"  # to have rules decide at once
    prints_level: Level = "shown"  # to see one's documents and print them
    contact_level: Level = "shown"  # to change a telephone that is confirmed already
