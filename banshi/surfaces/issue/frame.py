"""What the issue window stands in: the same ways as those who work cases."""

from __future__ import annotations

from banshi.frames.staff.case_ways import CASE_WAYS, OFFICE_WAYS
from banshi.frames.staff.frame import Frame

FRAME = Frame(
    first="issue:home",
    ways=(CASE_WAYS, OFFICE_WAYS),
    sees="cases.issue",
    bars=("office:help", "office:help-mine"),
    styles=("issue/issue.css",),
)
page = FRAME.page
