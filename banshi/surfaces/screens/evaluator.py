"""The evaluator (评价器) at a window: asks once per visit, right after a service ended there; one tap is enough."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import door
from banshi.foundation.words import words
from banshi.frames.rating import faces
from banshi.frames.typed import int_or_none
from banshi.journeys.hours.stops import evacuation
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import SLUGS, Refused
from banshi.rooms.feedback import actions as feedback
from banshi.rooms.feedback import queries as said
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Window
from banshi.rooms.tickets.models import Service, Ticket, WindowSession
from banshi.surfaces.screens.devices import device_code, paired, retired
from banshi.surfaces.screens.facts import in_asked_language

ASK_FOR = timedelta(minutes=3)  # after the end of a service
AT_LEAST_S = 30  # machine seconds, where the hall's clock runs fast
_ITS_EVALUATOR = {"zh": "这个窗口的评价器", "en": "the evaluator of this window"}


def _window(request: HttpRequest, code: str) -> Window | None:
    """The window, or None where this machine may not ask there (production, unpaired).

    In production only the window's own paired evaluator asks and rates, no kiosk, board or display; a demo's opens for
    anyone.

    :raises Refused: nothing-found, not-your-hall, not-allowed (another device of the hall).
    """
    window = places.window_by_code(code[:60].replace("\0", ""))
    if not settings.PRODUCTION:
        return window
    device = paired(request)
    if device is None:
        return None
    if device.hall_id != window.hall_id:
        raise Refused("not-your-hall", facts={"hall": {"zh": window.hall.name_zh, "en": window.hall.name_en}})
    if device.kind != "evaluator" or device.window_id != window.pk:
        raise Refused("not-allowed", facts={"permission": _ITS_EVALUATOR})
    return window


@door(audience="hall-device")
@require_GET
@in_asked_language
def evaluator(request: HttpRequest, window: str) -> HttpResponse:
    if (gone := retired(request, places.window_by_code(window).hall)) is not None:
        return gone
    row = _window(request, window)
    if row is None:
        return redirect("kiosk:pair", hall=places.window_by_code(window).hall.code)
    device = device_code(request, row.hall, "evaluator")
    return render(request, "screens/rate.html", {**_asking(row), "hall": row.hall, "device": device})


@door(audience="hall-device")
@require_GET
@in_asked_language
def part(request: HttpRequest, window: str) -> HttpResponse:
    """What the page shows now; fetched whenever the window's state changes."""
    row = _window(request, window)
    if row is None:
        raise Refused("unauthenticated")
    return render(request, "screens/part_rate.html", _asking(row))


@door(audience="hall-device")
@require_POST
@in_asked_language
def rate(request: HttpRequest, window: str, ref: str) -> HttpResponse:
    """One rating with its tags, as JSON `{rated}` or the refusal's words."""
    row = _window(request, window)
    if row is None:
        raise Refused("unauthenticated")
    stars = request.POST.get("stars", "")
    try:
        if not _lately_here(row, ref[:32].replace("\0", "")):
            raise Refused("nothing-found", facts={"ticket": ref[:32]})
        feedback.rate(
            ref=ref,
            stars=int_or_none(stars, 1, 9) or 0,
            tags=[tag[:40] for tag in request.POST.getlist("tags")[:20]],
            channel="evaluator",
            now=clock.now(),
            by=Actor(ActorKind.KIOSK, f"evaluator:{row.code}", row.hall.code),
            follow_up=False,
            staff_id=request.user.pk if request.user.is_authenticated else None,
        )
    except Refused as no:
        title, detail = words(no.refusal)
        return JsonResponse({"rated": False, "slug": no.slug, "title": title, "detail": detail}, status=SLUGS[no.slug])
    return JsonResponse({"rated": True})


def _asking(window: Window) -> dict[str, Any]:
    """`ref` of the ticket to ask about, or ""; and whose window it is."""
    session = WindowSession.objects.select_related("staff").filter(window=window, signed_out_at=None).first()
    ref, number, staff = _just_finished(window)
    return {
        "window": window,
        "evacuated": evacuation(window.hall, clock.now(), zone=window.zone.code),
        "staff": staff or (session.staff if session else None),
        "working": session is not None and (session.paused_at is None or _somebody_at(window)),
        "paused": session is not None and session.paused_at is not None,
        "ref": ref,
        "number": number,
        "faces": faces(),
    }


def _lately_here(window: Window, ref: str) -> bool:
    """Whether this is about a service that ended here lately: the ref alone, which staff see, rates nothing later."""
    lasts = 2 * max(ASK_FOR, timedelta(seconds=AT_LEAST_S * clock.speed()))
    ended = Service.objects.filter(ticket__ref=ref, window=window, outcome="finished")
    return ended.filter(ended_at__gte=clock.now() - lasts).exists()


def _somebody_at(window: Window) -> bool:
    """Whoever is at the window when its clerk pauses is served to the end."""
    return Ticket.objects.filter(window=window, state__in=("called", "serving")).exists()


def _just_finished(window: Window) -> tuple[str, str, Any]:
    """Ref, number and clerk of a service that ended here a moment ago and was not rated; else ("", "", None)."""
    last = Service.objects.select_related("ticket", "staff").filter(window=window).order_by("-id").first()
    if last is None or last.ended_at is None or last.outcome != "finished":
        return "", "", None
    lasts = max(ASK_FOR, timedelta(seconds=AT_LEAST_S * clock.speed()))
    if clock.now() - last.ended_at > lasts or Ticket.objects.filter(window=window, state="serving").exists():
        return "", "", None
    if said.rated([last.ticket.ref]).get(last.ticket.ref, 0):
        return "", "", None
    return last.ticket.ref, last.ticket.number, last.staff
