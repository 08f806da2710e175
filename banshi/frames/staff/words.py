"""Words that every surface for staff says alike."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

ROLES: dict[str, str | Promise] = {
    "clerk": _("Window clerk"),
    "senior_clerk": _("Duty lead"),
    "guide": pgettext_lazy("role", "Guide"),
    "pre_reviewer": _("Pre-reviewer"),
    "receiver": _("Receiving clerk"),
    "reviewer": _("Reviewer"),
    "approver": _("Approver"),
    "head": pgettext_lazy("role", "Head of the body"),
    "issue_clerk": _("Issuing clerk"),
    "supervisor": _("Supervisor"),
    "archivist": _("Archivist"),
    "video_agent": _("Video agent"),
    "hotline_agent": _("Hotline agent"),
    "hall_manager": _("Hall manager"),
    "city_admin": _("City administrator"),
    "auditor": _("Auditor"),
}
