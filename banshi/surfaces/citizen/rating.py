"""Rate a visit or a case (好差评): five faces, words to tap, own words; once, and one follow-up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from banshi.foundation import clock
from banshi.frames.rating import faces, tapped
from banshi.kernel.refusals import Refused
from banshi.rooms.feedback import actions as feedback
from banshi.rooms.feedback import queries as feedbacks
from banshi.rooms.feedback.queries import RatePage
from banshi.rooms.places import queries as places
from banshi.surfaces.citizen import sent
from banshi.surfaces.citizen.case_doors import my_case
from banshi.surfaces.citizen.doors import citizen_page, page, public_page
from banshi.surfaces.citizen.forms import RatingForm
from banshi.surfaces.citizen.rating_keys import key_held, note_key
from banshi.surfaces.citizen.refusals import NO_FACE, panel, unfilled

NO_KEY = {"zh": "取号单或短信里的评价链接", "en": "the link on the slip or in the message"}


@public_page
@require_http_methods(["GET", "POST"])
def rate(request: Any, ref: str) -> HttpResponseBase:
    """Who has the slip or the message may rate: its link carries a key that the ref alone does not give."""
    now = clock.now()
    note_key(request, ref)
    if not key_held(request, ref):
        feedbacks.rate_page(ref[:32], now=now)  # not there: say that
        raise Refused("not-allowed", facts={"permission": NO_KEY, "rating_link": True})
    return _rated(
        request,
        seen=lambda: feedbacks.rate_page(ref[:32], now=now),
        keep=lambda **given: feedback.rate(
            ref=ref[:32], channel=_channel(request), now=now, by=request.who.actor, **given
        ),
        back=f"{request.path}?k={key_held(request, ref)}&thanks=",
        now=now,
    )


@citizen_page
@require_http_methods(["GET", "POST"])
def rate_case(request: Any, no: str) -> HttpResponseBase:
    """Whoever may follow a case may rate it once it is over."""
    now = clock.now()
    case = my_case(request, no)
    return _rated(
        request,
        seen=lambda: feedbacks.case_rate_page(case, now=now),
        keep=lambda **given: feedback.rate_case(case_no=case.no, channel="web", now=now, by=request.who.by, **given),
        back=f"{request.path}?thanks=",
        now=now,
    )


def _rated(
    request: Any, *, seen: Callable[[], RatePage], keep: Callable[..., object], back: str, now: datetime
) -> HttpResponseBase:
    """The page, or what was sent by it. `keep` writes the rating; `back` is where its stars are thanked for."""
    if request.method == "GET":
        return _page(request, seen(), now=now, form=sent.again(request, RatingForm))
    form = RatingForm(request.POST)
    if not form.is_valid():
        field = "stars" if form.has_error("stars") else "text"
        return _page(request, seen(), now=now, form=form, refused=unfilled(NO_FACE, field=field))
    given = form.cleaned_data
    try:
        keep(
            stars=given["stars"], tags=tapped(given["stars"], request.POST.getlist("tags")), text=given["text"],
            follow_up=request.POST.get("step") == "follow_up",
            staff_id=request.user.pk if request.user.is_authenticated else None,
        )  # fmt: skip
    except Refused as refused:
        if refused.slug in ("nothing-found", "not-allowed"):
            raise
        return _page(request, seen(), now=now, form=form, refused=refused)
    return redirect(f"{back}{given['stars']}")


def _channel(request: Any) -> str:
    asked = request.POST.get("from", "")
    return asked if asked in ("qr", "message", "web") else "web"


def _page(
    request: Any, seen: RatePage, *, now: datetime, form: RatingForm, refused: Refused | None = None
) -> HttpResponseBase:
    hall = places.hall_by_code(seen.hall)
    policy = places.policy_of(hall.pk, now=now).rating
    thanks = request.GET.get("thanks", "")
    context: dict[str, Any] = {
        "r": seen,
        "hall": hall,
        "policy": policy,
        "faces": faces(),
        "form": form,
        "tapped": [tag for name, tags in dict(form.data).items() if name == "tags" for tag in tags],
        "thanks": int(thanks) if thanks in ("1", "2", "3", "4", "5") else None,
        "origin": request.GET.get("from", ""),
    }
    context["was_bad"] = seen.stars is not None and seen.stars < policy.bad_from_below
    if refused is not None:
        zone = ZoneInfo(hall.timezone)
        if not sent.beside(form, refused):
            context["panel"] = panel(refused, today=now.astimezone(zone).date(), zone=zone)
    elif seen.refusal is not None:
        zone = ZoneInfo(hall.timezone)
        context["panel"] = panel(seen.refusal, today=now.astimezone(zone).date(), zone=zone)
    return page(request, "citizen/rate.html", context, hall=hall, refused=refused)
