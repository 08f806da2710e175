"""How the demo's outside world fails: each machine with what may go wrong with it, and how often. What fails so goes on by itself
once it is well again; nobody is let into a page of faults.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, cast

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods

from banshi.foundation.doors import Asked, door

CHANCES = (0, 20, 50, 100)
WHO = {
    "exchange": pgettext_lazy("demo fault", "National platform"),
    "signer": pgettext_lazy("demo fault", "Signing service"),
    "credit": pgettext_lazy("demo fault", "Credit record"),
    "scanner": pgettext_lazy("demo fault", "Virus scanner"),
    "till": pgettext_lazy("demo fault", "Till"),
}
FAULTS = {
    "down": pgettext_lazy("demo fault", "Does not answer"),
    "refused": pgettext_lazy("demo fault", "Takes no batch"),
    "checksum": pgettext_lazy("demo fault", "Hears other bytes than were sent"),
    "rows": pgettext_lazy("demo fault", "Refuses rows"),
    "late": pgettext_lazy("demo fault", "Answers six hours late"),
    "crosswise": pgettext_lazy("demo fault", "Answers backwards and twice"),
    "expired": pgettext_lazy("demo fault", "Its certificate is over"),
    "stamp": pgettext_lazy("demo fault", "Gets no time stamp"),
    "half": pgettext_lazy("demo fault", "Gives half a paper back"),
    "old": pgettext_lazy("demo fault", "Its list is out of date"),
    "infected": pgettext_lazy("demo fault", "Finds a virus in anything"),
    "twice": pgettext_lazy("demo fault", "Tells each payment twice"),
    "behind": pgettext_lazy("demo fault", "Tells of a payment once its time is over"),
    "silent": pgettext_lazy("demo fault", "Tells of no payment"),
}


class Shown(Protocol):
    """How the stand-ins misbehave."""

    def all(self) -> Mapping[str, Mapping[str, int]]: ...

    def set(self, who: str, fault: str, chance: int) -> None: ...


def _moods() -> Shown:
    """:raises Http404: nothing here is a stand-in."""
    if not settings.BANSHI_MOODS:
        raise Http404
    return cast(Shown, import_string(settings.BANSHI_MOODS)())


@require_http_methods(["GET", "POST"])
@door(audience="demo")
def outside(request: Asked) -> HttpResponse:
    moods = _moods()
    if request.method == "POST":
        said = request.POST.get("chance", "")
        if said in map(str, CHANCES):
            moods.set(request.POST.get("who", ""), request.POST.get("fault", ""), int(said))
        return redirect(reverse("demo:outside"))
    drawn = [
        {"who": who, "name": WHO[who], "ill": any(faults.values()),
         "faults": [{"fault": fault, "name": FAULTS[fault], "chance": chance} for fault, chance in faults.items()]}
        for who, faults in moods.all().items()
    ]  # fmt: skip
    return render(request, "demo/outside.html", {"machines": drawn, "chances": CHANCES})
