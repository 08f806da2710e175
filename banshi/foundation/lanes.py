"""Priority lanes (优先通道) and how somebody came, in words: said here once for slip, phone, guide, desk and office."""

from __future__ import annotations

from django.utils.translation import pgettext, pgettext_lazy

LANES = {
    "elderly": pgettext_lazy("priority lane", "Elderly"),
    "disabled": pgettext_lazy("priority lane", "Disabled"),
    "pregnant": pgettext_lazy("priority lane", "Pregnant or with a baby"),
    "serviceman": pgettext_lazy("priority lane", "Serviceman or veteran"),
}

KINDS = {
    "booked": pgettext_lazy("kind of number", "Booked"),
    "walk_in": pgettext_lazy("kind of number", "Walk-in"),
}


def priority(lane: str) -> str:
    """“优先：老人”; nothing for a number of the ordinary line."""
    if not lane:
        return ""
    return pgettext("priority lane", "Priority: %(lane)s") % {"lane": LANES.get(lane, lane)}


def stays_words(ended: str, until: str) -> str:
    """After closing time, to those whose turn still comes; two times of day in words."""
    words = pgettext(
        "after hours", "No more numbers since %(ended)s. The windows stay until %(until)s for those in line."
    )
    return words % {"ended": ended, "until": until}


def sorry_words(until: str) -> str:
    """After closing time, to those whose turn will not come."""
    words = pgettext("after hours", "Sorry, probably not served today any more: the windows stay until %(until)s.")
    return words % {"until": until}
