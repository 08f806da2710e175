"""What every page of those who work cases stands in."""

from __future__ import annotations

from banshi.frames.staff.case_ways import CASE_WAYS, OFFICE_WAYS
from banshi.frames.staff.frame import Frame

FRAME = Frame(
    first="review:home",
    ways=(CASE_WAYS, OFFICE_WAYS),
    sees="cases.look",
    bars=("office:help", "office:help-mine"),
    styles=("review/review.css",),
)
page = FRAME.page
