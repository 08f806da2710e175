"""What the issue window stands in: the same ways as those who work cases, by name."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from banshi.frames.staff.frame import Frame, To

FRAME = Frame(
    first="issue:home",
    ways=(
        (
            pgettext_lazy("issue", "Issue window"),
            (
                To("issue:home", "printer", _("Results"), "cases.issue"),
                To("issue:cabinets", "layout-grid", pgettext_lazy("issue", "Cabinets"), "cases.issue"),
                To("review:home", "clipboard-list", pgettext_lazy("issue", "Work lists"), "cases.look"),
            ),
        ),
    ),
    sees="cases.issue",
    bars=("office:help", "office:help-mine"),
    styles=("issue/issue.css",),
)
page = FRAME.page
