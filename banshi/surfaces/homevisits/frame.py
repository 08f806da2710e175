"""What the pages of home visits stand in: the same ways as those who work cases."""

from __future__ import annotations

from banshi.frames.staff.case_ways import CASE_WAYS, OFFICE_WAYS
from banshi.frames.staff.frame import Frame

_HELP = ("office:help", "office:help-mine")
_STYLES = ("homevisits/homevisits.css",)

PLANNING = Frame(first="homevisits:home", ways=(CASE_WAYS, OFFICE_WAYS), sees="visits.plan", bars=_HELP, styles=_STYLES)
GOING = Frame(first="homevisits:mine", ways=(CASE_WAYS, OFFICE_WAYS), sees="visits.go", bars=_HELP, styles=_STYLES)
