"""The ways to cases, the same in every sidebar: who holds a step's permission finds its page wherever they stand."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from banshi.frames.staff.frame import To

LOOK = "cases.look"  # to open what stands in a list

CASE_WAYS = (
    _("Cases"),
    (
        To("review:pre_review", "eye", _("Pre-review"), "cases.pre_review", also=LOOK),
        To("review:acceptance", "folder", _("Acceptance"), "cases.receive", also=LOOK),
        To("review:review", "clipboard-list", _("Review"), "cases.review", also=LOOK),
        To("review:approval", "scale", _("Decision"), "cases.approve", also=LOOK),
        To("issue:home", "printer", pgettext_lazy("issue", "Issue window"), "cases.issue"),
        To("review:supervision", "shield-check", _("Supervision"), "cases.supervise", also=LOOK),
        To("review:find", "search", _("Find a case"), LOOK),
    ),
)
# Back from there: the office's first page, for whoever sees the hall's line.
OFFICE_WAYS = (
    _("Hall"),
    (
        To("office:overview", "house", _("To do"), "line.view"),
        To("office:live", "activity", _("The hall now"), "line.view"),
    ),
)
