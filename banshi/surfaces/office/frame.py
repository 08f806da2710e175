"""What every office page stands in: the staff frame with the office's ways."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from banshi.frames.staff.case_ways import CASE_WAYS
from banshi.frames.staff.frame import Frame, To

WAYS = (
    (
        _("Today"),
        (
            To("office:overview", "house", _("To do"), "line.view"),
            To("office:live", "activity", _("The hall now"), "line.view"),
            To("office:guide", "id-card", _("Guide"), "appointments.manage"),
            To("office:paper", "printer", _("Paper numbers"), "line.steer"),
            To("office:appointments", "calendar-check", _("Appointments"), "appointments.view"),
            To("office:people", "users", pgettext_lazy("office", "Citizens"), "people.correct"),
            To("office:agents", "heart-handshake", _("Agents"), "agents.manage"),
            To("office:ratings", "star", _("Low ratings"), "ratings.view"),
            To("office:notices", "bell", _("Notices sent"), "notices.view"),
        ),
    ),
    CASE_WAYS,
    (
        _("Planning"),
        (
            To("office:calendar", "calendar-clock", _("Opening hours"), "calendar.edit"),
            To("office:slots", "layout-grid", _("Places"), "slots.edit"),
            To("office:roster", "calendar-days", _("Roster"), "roster.edit"),
            To("office:windows", "store", _("Windows"), "line.steer"),
            To("office:items", "clipboard-list", _("Matters handled"), "catalogue.edit"),
            To("office:item_drafts", "files", pgettext_lazy("item draft", "Drafts of matters"), "items.edit"),
            To("office:matters", "folder", pgettext_lazy("one matter", "Several matters as one"), "items.edit"),
            To("office:elements", "book-open", pgettext_lazy("dictionary", "Data dictionary"), "items.edit"),
        ),
    ),
    (
        _("Rules"),
        (
            To("office:policy", "scale", _("Hall rules"), "policy.edit"),
            To("office:credit", "shield-check", _("Credit"), "credit.view"),
            To("office:templates", "message-square", _("Message texts"), "policy.edit"),
        ),
    ),
    (
        _("Looking back"),
        (
            To("office:figures", "chart-column", _("Figures"), "figures.view"),
            To("office:audit", "history", _("Audit trail"), "audit.view"),
            To("office:archive", "folder", pgettext_lazy("archive", "Archive"), "archive.look"),
        ),
    ),
    (
        _("People and devices"),
        (
            To("office:staff", "users", _("Staff"), "staff.manage"),
            To("office:devices", "monitor", _("Devices"), "devices.manage"),
            To("office:fleet", "activity", pgettext_lazy("fleet", "Self-service machines"), "devices.manage"),
            To("office:zones", "moon", pgettext_lazy("zone", "Night zones"), "devices.manage"),
            To("office:seals", "signature", pgettext_lazy("office", "Seals"), "seals.manage"),
            To("office:hooks", "share-2", _("Webhooks"), "hooks.manage"),
            To("office:exchange", "repeat", pgettext_lazy("exchange", "Data exchange"), "hooks.manage"),
        ),
    ),
)

FRAME = Frame(
    first="office:overview",
    ways=WAYS,
    over_all=(
        To("office:region-figures", "chart-column", _("Figures by region"), "figures.view", {"region": "all"}),
        To("office:fleet-all", "activity", pgettext_lazy("fleet", "Self-service machines"), "devices.manage"),
    ),
    styles=("office/office.css",),
    bars=("office:help", "office:help-mine"),
)
page = FRAME.page
my_halls = FRAME.my_halls
