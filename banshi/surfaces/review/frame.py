"""What every page of those who work cases stands in."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from banshi.frames.staff.frame import Frame, To

FRAME = Frame(
    first="review:home",
    ways=(
        (
            _("Cases"),
            (
                To("review:pre_review", "eye", _("Pre-review"), "cases.pre_review"),
                To("review:acceptance", "folder", _("Acceptance"), "cases.receive"),
                To("review:review", "clipboard-list", _("Review"), "cases.review"),
                To("review:approval", "scale", _("Decision"), "cases.approve"),
                To("issue:home", "printer", pgettext_lazy("issue", "Issue window"), "cases.issue"),
                To("review:supervision", "shield-check", _("Supervision"), "cases.supervise"),
            ),
        ),
    ),
    sees="cases.look",
    bars=("office:help", "office:help-mine"),
    styles=("review/review.css",),
)
page = FRAME.page
