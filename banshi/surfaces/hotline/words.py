"""How the hotline's pages call kinds, subjects, steps and what a caller says."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from banshi.foundation.said import english
from banshi.rooms.hotline.rules import TOPICS

Text = str | Promise

KINDS: dict[str, Text] = {
    "enquiry": pgettext_lazy("hotline", "Question"),
    "help": pgettext_lazy("hotline", "Needs help"),
    "complaint": pgettext_lazy("hotline", "Complaint"),
    "suggestion": pgettext_lazy("hotline", "Suggestion"),
}
HALVES: dict[str, Text] = {
    "am": pgettext_lazy("home visit", "In the morning"),
    "pm": pgettext_lazy("home visit", "In the afternoon"),
}
SAID: dict[str, Text] = {
    "satisfied": pgettext_lazy("hotline", "Content"),
    "dissatisfied": pgettext_lazy("hotline", "Not content"),
    "unreachable": pgettext_lazy("hotline", "Not reached"),
}
STEPS: dict[str, Text] = {
    "open": pgettext_lazy("hotline", "Taken down"),
    "assign": pgettext_lazy("hotline", "Given to a line"),
    "answer": pgettext_lazy("hotline", "Answered at the desk"),
    "reply": pgettext_lazy("hotline", "Replied to"),
    "return": pgettext_lazy("hotline", "Returned"),
    "join": pgettext_lazy("hotline", "Joined to another order"),
    "remind": pgettext_lazy("hotline", "Reminded of"),
    "revisit": pgettext_lazy("hotline", "Caller rung up"),
    "redo": pgettext_lazy("hotline", "Sent to the line again"),
    "reopen": pgettext_lazy("hotline", "At the desk again"),
    "close": pgettext_lazy("hotline", "Closed"),
    "become": pgettext_lazy("hotline", "More came of it"),
    "rate": pgettext_lazy("hotline", "Rated"),
}


def topics() -> list[tuple[str, str]]:
    """What somebody rings up about that is no matter, in the active language."""
    return [(code, topic.en if english() else topic.zh) for code, topic in TOPICS.items() if code != "matter"]
