"""The demo's till, seen by whoever pays: no money moves. It can be told to say it twice, late, or not at all, or to
refuse."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol, cast

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string
from django.views.decorators.http import require_http_methods

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.kernel.money import yuan


class Shown(Protocol):
    """What the stand-in till can do beside its port."""

    def look(self, reference: str) -> dict[str, Any] | None: ...

    def press(self, reference: str, how: str) -> None: ...


def _till() -> Shown:
    """:raises Http404: the till here is a real one."""
    made = import_string(settings.BANSHI_TILL)()
    if not hasattr(made, "press"):
        raise Http404
    return cast(Shown, made)


@require_http_methods(["GET", "POST"])
@door(audience="demo")
def show(request: Asked, reference: str) -> HttpResponse:
    till = _till()
    if request.method == "POST":
        till.press(reference, request.POST.get("how", "")[:10])
        return redirect("demo:till", reference=reference)
    found = till.look(reference)
    if found is None:
        raise Http404
    over = found["state"] == "open" and clock.now() > datetime.fromisoformat(found["until"])
    told_at = datetime.fromisoformat(found["at"]) if found["state"] == "late" else None
    back = sum(found["refunds"].values())
    shown = {
        "till": found, "amount": yuan(found["fen"]), "over": over, "back": yuan(back) if back else "", "reference": reference,
        "told_at": told_at,
    }  # fmt: skip
    return render(request, "demo/till.html", shown)
