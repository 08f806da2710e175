"""What every page of the hotline stands in: the same ways as those who work cases."""

from __future__ import annotations

from banshi.frames.staff.case_ways import CASE_WAYS, OFFICE_WAYS
from banshi.frames.staff.frame import Frame

DESK = Frame(
    first="hotline:home",
    ways=(CASE_WAYS, OFFICE_WAYS),
    sees="hotline.look",
    bars=("office:help", "office:help-mine"),
    styles=("hotline/hotline.css",),
)
LINE = Frame(
    first="hotline:line",
    ways=(CASE_WAYS, OFFICE_WAYS),
    sees="hotline.line",
    bars=("office:help", "office:help-mine"),
    styles=("hotline/hotline.css",),
)
