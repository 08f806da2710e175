"""What a seat stands in: the same ways as those who work cases."""

from __future__ import annotations

from banshi.frames.staff.case_ways import CASE_WAYS, OFFICE_WAYS
from banshi.frames.staff.frame import Frame

FRAME = Frame(
    first="seat:home",
    ways=(CASE_WAYS, OFFICE_WAYS),
    sees="video.answer",
    bars=("office:help", "office:help-mine"),
    styles=("ui/call.css", "seat/seat.css"),
)
page = FRAME.page
