"""好差评 at the machine: five faces, words to tap, own words; once, and one follow-up. Then thanks, and the start."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import pgettext

from banshi.foundation.said import named
from banshi.foundation.words import words
from banshi.frames.rating import faces, tapped
from banshi.frames.typed import int_or_none
from banshi.kernel.refusals import SLUGS, Refused
from banshi.rooms.cases.models import Case
from banshi.rooms.feedback import actions as feedback
from banshi.rooms.feedback import queries as feedbacks
from banshi.rooms.feedback.queries import RatePage
from banshi.rooms.feedback.rules import LONGEST_TEXT
from banshi.surfaces.kiosk import sitting
from banshi.surfaces.kiosk.mine import their_case, title_of
from banshi.surfaces.kiosk.place import Place

THANKS_S = 12  # then the start comes by itself


@sitting.by_card
def rate(request: Any, place: Place, person: int, no: str) -> HttpResponse:
    """The faces, or thanks; POST keeps it. `?thanks=`: how many stars were given just now.

    :raises Refused: nothing-found, wrong-state (it goes on), too-late.
    """
    case = their_case(place, person, no)
    if request.method == "POST":
        return _keep(request, place, case)
    seen = feedbacks.case_rate_page(case, now=place.now)
    stars = int_or_none(request.GET.get("thanks"), 1, 5)
    if seen.step != "rate" and (stars is not None or seen.step == "done"):
        return _thanks(request, place, case, stars)
    if seen.refusal is not None:
        raise Refused(seen.refusal)
    return _page(request, place, case, seen)


def _keep(request: Any, place: Place, case: Case) -> HttpResponse:
    """Pressed twice it is kept once: the page said whether it is the follow-up."""
    stars = int_or_none(request.POST.get("stars"), 1, 5)
    if stars is None:
        return _page(request, place, case, wrong=pgettext("kiosk", "Tap one of the faces."))
    try:
        feedback.rate_case(
            case_no=case.no, stars=stars, tags=tapped(stars, request.POST.getlist("tags")),
            text=request.POST.get("text", ""), channel="kiosk", now=place.now, by=place.by,
            follow_up=request.POST.get("step") == "follow_up",
            staff_id=request.user.pk if request.user.is_authenticated else None,
        )  # fmt: skip
    except Refused as no:
        if no.slug == "invalid":
            return _page(request, place, case, wrong=words(no.refusal)[1])
        if no.slug != "already-rated":
            raise
    return redirect(f"{reverse('kiosk:rate', args=[place.hall.code, case.no])}?thanks={stars}")


def _page(request: Any, place: Place, case: Case, seen: RatePage | None = None, *, wrong: str = "") -> HttpResponse:
    """:param wrong: why what was sent could not be kept; it stands on the page as it was."""
    seen = seen or feedbacks.case_rate_page(case, now=place.now)
    context = {
        **_what(case),
        "r": seen,
        "faces": faces(),
        "stars": int_or_none(request.POST.get("stars"), 1, 5),
        "tapped": request.POST.getlist("tags"),
        "text": request.POST.get("text", ""),
        "longest": LONGEST_TEXT,
        "days": place.policy.rating.answer_working_days,
        "wrong": wrong,
        "on_phone": f"{settings.BANSHI_PUBLIC_URL}{reverse('citizen:rate-case', args=[case.no])}",
    }
    return sitting.shown(request, place, "rate.html", context, status=SLUGS["invalid"] if wrong else 200)


def _thanks(request: Any, place: Place, case: Case, stars: int | None) -> HttpResponse:
    context = {
        **_what(case),
        "bad": stars is not None and stars < place.policy.rating.bad_from_below,
        "days": place.policy.rating.answer_working_days,
        "idle_s": THANKS_S,
    }
    return sitting.shown(request, place, "rated.html", context)


def _what(case: Case) -> dict[str, Any]:
    """What was done, as My matters names it."""
    found = case.bundle
    if found is not None:
        return {"case": case, "title": title_of(found), "no": found.no}
    return {"case": case, "title": named(case.item_then), "no": case.no}
