"""The lobby of a time booked by video (视频预约): camera and sound are tried before, one comes in at the time."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from banshi.foundation import clock, limits
from banshi.frames import remote_pages
from banshi.frames.typed import clean
from banshi.journeys.remote import booked
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import queries as bookings
from banshi.rooms.booking.models import Appointment
from banshi.rooms.identity import queries as people
from banshi.rooms.places.queries import policy_of
from banshi.rooms.remote import actions, queries
from banshi.surfaces.citizen.doors import citizen_page, page
from banshi.surfaces.citizen.refusals import panel
from banshi.surfaces.citizen.video import LANGUAGES, MEDIA, chosen, one_of


@citizen_page
@require_http_methods(["GET", "POST"])
def lobby(request: Any, code: str) -> HttpResponseBase:
    found = _mine(request, code)
    if (open_one := queries.held_for(found.code)) is not None:
        return redirect("citizen:video-call", open_one.ref)
    if request.method == "GET":
        return _lobby(request, found)
    try:
        limits.take(key=f"video:{request.who.account_id}", per_minute=1, burst=5)
        session = booked.come(
            code=found.code, account_id=request.who.account_id, media=one_of(request, "media", MEDIA),
            language=one_of(request, "language", LANGUAGES), by=request.who.by, now=clock.now(),
        )  # fmt: skip
    except Refused as refused:
        return _lobby(request, found, refused=refused)
    actions.assign(found.hall, now=clock.now())
    return redirect("citizen:video-call", session.ref)


def _mine(request: Any, code: str) -> Appointment:
    """A time by video of the account, or of its proven person; else 404: codes tell nothing."""
    rows = Appointment.objects.select_related("hall", "item", "category", "person")
    found = rows.filter(code=clean(code, 16).upper(), business="video").first()
    who = request.who.account_id
    if found is None or (found.account_id != who and people.proven_person(who) != found.person_id):
        raise Http404
    return found


def _lobby(request: Any, found: Appointment, *, refused: Refused | None = None) -> HttpResponseBase:
    now, zone = clock.now(), ZoneInfo(found.hall.timezone)
    policy = policy_of(found.hall_id, now=now).video
    no, times = booked.refusal(found, policy, now=now), booked.lobby_of(found, policy)
    soon = no is not None and no.slug == "too-early"
    shown = refused or (Refused(no) if no is not None and not soon else None)
    context = {
        "a": bookings.appointment(found.code, now=now), "hall": found.hall, "lobby": times, "open": no is None, "soon": soon,
        "late": times.late(now), "media": MEDIA, "languages": LANGUAGES, "chosen": chosen(request),
        "panel": panel(shown, today=now.astimezone(zone).date(), zone=zone) if shown is not None else None,
    }  # fmt: skip
    turns = [times.opens, times.first_until, times.closes]
    answer = page(request, "citizen/video_booked.html", context, hall=found.hall, refused=refused, turns=turns)
    answer["Permissions-Policy"] = remote_pages.CAMERA_HERE
    return answer
