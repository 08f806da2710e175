"""Priority lanes (优先通道) in words, as slip, phone and guide say them."""

from __future__ import annotations

from django.utils.translation import pgettext, pgettext_lazy

LANES = {
    "elderly": pgettext_lazy("priority lane", "Elderly"),
    "disabled": pgettext_lazy("priority lane", "Disabled"),
    "pregnant": pgettext_lazy("priority lane", "Pregnant or with a baby"),
    "serviceman": pgettext_lazy("priority lane", "Serviceman or veteran"),
}


def priority(lane: str) -> str:
    """“优先：老人”; nothing for a number of the ordinary line."""
    if not lane:
        return ""
    return pgettext("priority lane", "Priority: %(lane)s") % {"lane": LANES.get(lane, lane)}
