"""The demo's telephone exchange: ring the hotline of a hall up as somebody, and hang up again."""

from __future__ import annotations

import os

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.foundation.words import words
from banshi.journeys.hall.demo_seeds import CASE_HALLS
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.numbers import code_from
from banshi.kernel.refusals import Refused
from banshi.rooms.hotline import actions, queries
from banshi.rooms.places import queries as places

DEMO = Actor(ActorKind.DEMO)


@require_http_methods(["GET", "POST"])
@door(audience="demo")
def telephone(request: Asked) -> HttpResponse:
    """Who rings now, by hall; POST rings one up (`phone`, empty: withheld) or hangs up (`call`)."""
    halls = [each for each in places.all_halls() if each.code in CASE_HALLS]
    if request.method == "POST":
        hall = next((each for each in halls if each.code == request.POST.get("hall")), halls[0])
        call, phone = str(request.POST.get("call", ""))[:64], str(request.POST.get("phone", ""))[:30]
        event = actions.Event(call, "ended") if call else actions.Event(_new(), "ringing", phone or None)
        try:
            actions.heard(event, hall=hall, by=DEMO, now=clock.now())
        except Refused as refused:
            title, detail = words(refused.refusal)
            messages.warning(request, f"{title} {detail}".strip())
        else:
            messages.success(request, pgettext("demo", "Hung up.") if call else pgettext("demo", "It rings."))
        return redirect("demo:telephone")
    rows = [(each, queries.ringing(each)) for each in halls]
    return render(
        request, "demo/telephone.html", {"halls": halls, "rows": rows, "any": any(rings for _, rings in rows)}
    )


def _new() -> str:
    return f"demo-{code_from(os.urandom(9))}"
