"""The ways to cases, the same in every sidebar: who holds a step's permission finds its page wherever they stand."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from banshi.frames.staff.frame import To

LOOK = "cases.look"  # to open what stands in a list

CASE_WAYS = (
    pgettext_lazy("cases", "Cases"),
    (
        To("review:waiting", "bell", pgettext_lazy("waiting", "Waits for me"), LOOK),
        To("review:pre_review", "eye", pgettext_lazy("cases", "Pre-review"), "cases.pre_review", also=LOOK),
        To("review:acceptance", "folder", pgettext_lazy("cases", "Acceptance"), "cases.receive", also=LOOK),
        To("review:to_hand_over", "arrow-right", pgettext_lazy("cases", "To hand over"), "cases.receive", also=LOOK),
        To("review:review", "clipboard-list", pgettext_lazy("cases", "Review"), "cases.review", also=LOOK),
        To("review:approval", "scale", pgettext_lazy("cases", "Decision"), "cases.approve", also=LOOK),
        To("review:extension", "clock", pgettext_lazy("cases", "Extensions"), "cases.head", also=LOOK),
        To("issue:home", "printer", pgettext_lazy("issue", "Issue window"), "cases.issue"),
        To("issue:cabinets", "layout-grid", pgettext_lazy("issue", "Cabinets"), "cases.issue"),
        To("issue:parcels", "truck", pgettext_lazy("issue", "Parcels"), "cases.issue"),
        To("review:folders", "files", pgettext_lazy("folder", "Folders of papers"), "folders.keep"),
        To("review:supervision", "shield-check", pgettext_lazy("cases", "Supervision"), "cases.supervise", also=LOOK),
        To("review:rules", "zap", pgettext_lazy("cases", "Decided by rule"), "cases.supervise", also=LOOK),
        To("review:rounds", "users", pgettext_lazy("quota", "Counted places"), "cases.supervise", also=LOOK),
        To("review:enquiries", "message-square", pgettext_lazy("cases", "Questions"), "enquiries.look", also=LOOK),
        To("review:answers", "book-open", pgettext_lazy("cases", "Answers for everybody"), "enquiries.look", also=LOOK),
        To("seat:home", "video", pgettext_lazy("video", "Video help"), "video.answer"),
        To("seat:recordings", "play", pgettext_lazy("video", "Recorded calls"), "video.review"),
        To("hotline:home", "phone", pgettext_lazy("hotline", "Hotline"), "hotline.look"),
        To("hotline:line", "message-square", pgettext_lazy("hotline", "Orders to reply to"), "hotline.line"),
        To("homevisits:home", "house-plus", pgettext_lazy("home visit", "Home visits"), "visits.plan"),
        To("homevisits:mine", "navigation", pgettext_lazy("home visit", "My stops"), "visits.go"),
        To("review:find", "search", pgettext_lazy("cases", "Find a case"), LOOK),
    ),
)
# Back from there: the office's first page, for whoever sees the hall's line.
OFFICE_WAYS = (
    pgettext_lazy("cases", "Hall"),
    (
        To("office:overview", "house", pgettext_lazy("cases", "To do"), "line.view"),
        To("office:live", "activity", pgettext_lazy("cases", "The hall now"), "line.view"),
    ),
)
