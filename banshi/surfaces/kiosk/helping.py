"""Help by video at the machine (视频求助): somebody comes to the screen, on every page, with picture and sound where the machine
has them, in writing where not – and, where the person lets them, with a hand on the screen.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import orjson
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock, limits
from banshi.foundation.words import words
from banshi.frames import remote_call, remote_hand, remote_pages, remote_recording
from banshi.frames.remote_call import Side
from banshi.frames.typed import clean, int_or_none
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import SLUGS, Refusal, Refused
from banshi.rooms.cases import queries as cases
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.remote import actions, queries
from banshi.rooms.remote.models import RemoteSession
from banshi.rooms.remote.rules import BEST, MEDIA
from banshi.surfaces.kiosk import calling, sitting
from banshi.surfaces.kiosk.place import Place, at_kiosk, page

ME = Side("citizen")
SAYS_A_MINUTE, SAYS_AT_ONCE = 60, 30
SCREENS_A_MINUTE, SCREENS_AT_ONCE = 120, 30
_NOBODY_CALLS = Refused("nothing-found", facts={"remote_session": ""})

View = Callable[..., HttpResponseBase]


@at_kiosk
@require_GET
def panel(request: Any, place: Place) -> HttpResponse:
    """What lies over the page: who helps and how long it takes, or the call."""
    return _panel(request, place)


def _panel(request: Any, place: Place, *, refused: Refused | None = None) -> HttpResponse:
    session = calling.call_at(request, place.hall)
    if session is not None:
        return _call(request, place, _known_by_now(request, place, session), refused)
    closed = queries.closed(place.hall, now=place.now)
    waits = queries.place(
        RemoteSession(hall=place.hall, language=_language(), skills=[], asked_at=place.now), now=place.now
    )
    said = refused.refusal if refused is not None else closed
    context = {"closed": closed is not None, "waits": waits, **_said(said, place)}
    status = SLUGS[refused.slug] if refused is not None else 200
    return page(request, place, "part_help.html", context, status=status)


def _known_by_now(request: Any, place: Place, session: RemoteSession) -> RemoteSession:
    """Somebody who called first and put their card afterwards is known in the call, too; somebody else's changes nothing."""
    person = sitting.person_at(request, place)
    if person is None or session.proven or session.state == "ended":
        return session
    try:
        actions.named(ref=session.ref, person_id=person, evidence=Evidence.CHIP, name="", by=place.by, now=place.now)
    except Refused:
        return session
    return queries.by_ref(session.ref)


def _said(refusal: Refusal | None, place: Place) -> dict[str, Any]:
    """A no in words, with when it opens, local time."""
    if refusal is None:
        return {}
    title, detail = words(refusal)
    opens = refusal.next if isinstance(refusal.next, datetime) else None
    return {"title": title, "detail": detail, "opens": opens and opens.astimezone(ZoneInfo(place.hall.timezone))}


def _call(request: Any, place: Place, session: RemoteSession, refused: Refused | None) -> HttpResponse:
    here = [place.hall.code]
    addresses = {name: reverse(f"kiosk:help-{name}", args=here) for name in ("news", "say", "signal", "record")}
    addresses |= {
        "here": reverse("kiosk:help", args=here),
        "gone": "",
        "files": addresses["say"].removesuffix("say") + "file",
    }
    waits = queries.place(session, now=place.now) if session.state in ("waiting", "callback") else None
    known = waits is not None and waits.minutes is not None
    context = {
        "session": session, "place": waits, "known": known, "unknown": not known, "part": "kiosk/part_help_state.html",
        "call": remote_call.shown(session, ME, at=clock.wall(), addresses=addresses), "marks": range(BEST + 1),
        "shows": "screen" in queries.consents_of(session), **_said(refused.refusal if refused else None, place),
    }  # fmt: skip
    answer = page(request, place, "part_help_call.html", context, status=SLUGS[refused.slug] if refused else 200)
    if session.state == "ended" and (session.score is not None or session.answered_at is None):
        calling.forget(request)  # nothing is left to ask about it
    return answer


@at_kiosk
@require_POST
def ask(request: Any, place: Place) -> HttpResponse:
    """Have somebody come. Two taps are one call."""
    session = calling.call_at(request, place.hall)
    if session is None or session.state == "ended":
        try:
            session = _asked(request, place)
        except Refused as refused:
            calling.forget(request)
            return _panel(request, place, refused=refused)
        calling.begin(request, session)
        actions.assign(place.hall, now=place.now)
    return _panel(request, place)


def _asked(request: Any, place: Place) -> RemoteSession:
    """:raises Refused: rate-limited, and as of the room's `ask`; already-waiting where the person calls from elsewhere."""
    limits.take(key=f"kiosk-video:{place.by}", per_minute=2, burst=6)
    person = sitting.person_at(request, place)
    item, case = _about(place, clean(request.POST.get("page"), 300), person)
    media = clean(request.POST.get("media"), 10)
    asking = actions.Asking(
        hall=place.hall, origin="kiosk", wants="tutor" if case is not None else "consult",
        media=media if media in MEDIA else "video", language=_language(), item=item, person_id=person, case_id=case,
        evidence=Evidence.CHIP, device_id=place.device.pk if place.device is not None else None,
    )  # fmt: skip
    return actions.ask(asking, by=place.by, now=place.now)


def _language() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


def _about(place: Place, path: str, person: int | None) -> tuple[str | None, int | None]:
    """The matter and the person's own case that the page is about."""
    try:
        named = resolve(urlsplit(path).path).kwargs
    except (Resolver404, ValueError):
        return None, None
    item = str(named.get("item", ""))
    if item:
        return (item if HallItem.objects.filter(hall=place.hall, item__code=item).exists() else None), None
    try:
        case = cases.case_by_no(str(named["no"])) if "no" in named else None
    except Refused:
        case = None
    if case is None or case.hall_id != place.hall.pk or person is None or case.person_id != person:
        return None, None
    return case.item.code, case.pk


# --- In the call --------------------------------------------------------------------------------------------------


def _in_call(view: Callable[[Any, Place, RemoteSession], dict[str, Any]]) -> View:
    """For the machine's script: data, or a no in words."""

    @sensitive_post_parameters()
    @at_kiosk
    def opened(request: HttpRequest, place: Place) -> HttpResponseBase:
        session = calling.call_at(request, place.hall)
        try:
            if session is None:
                raise _NOBODY_CALLS
            return JsonResponse(view(request, place, session))
        except Refused as refused:
            title, detail = words(refused.refusal)
            return JsonResponse({"title": title, "detail": detail}, status=SLUGS[refused.slug])

    return opened


@at_kiosk
@require_GET
def news(request: Any, place: Place) -> HttpResponseBase:
    session = calling.call_at(request, place.hall)
    if session is None:
        return JsonResponse({}, status=404)
    return remote_pages.news(request, session, ME)


def _say(request: Any, _place: Place, session: RemoteSession) -> dict[str, Any]:
    limits.take(key=f"video-say:{session.ref}", per_minute=SAYS_A_MINUTE, burst=SAYS_AT_ONCE)
    return remote_pages.say(request, session, ME)


@at_kiosk
@require_GET
def file(request: Any, place: Place, n: int) -> HttpResponseBase:
    """A picture that was sent in the call of whoever stands here."""
    session = calling.call_at(request, place.hall)
    if session is None:
        raise Http404
    return remote_pages.file_of(request, session, n)


def _signal(request: Any, _place: Place, session: RemoteSession) -> dict[str, Any]:
    return remote_pages.signal(request, session, ME)


def _allow(request: Any, place: Place, session: RemoteSession) -> dict[str, Any]:
    """The screen may be seen, or no longer."""
    act = actions.consent if request.POST.get("yes") == "1" else actions.take_back
    act(ref=session.ref, what="screen", by=place.by, now=place.now)
    return _standing(session)


def _record(request: Any, place: Place, session: RemoteSession) -> dict[str, Any]:
    """Whether it may be recorded: yes, no, or no longer."""
    return remote_recording.citizen_says(request, session, by=place.by, now=place.now)


def _screen(request: Any, place: Place, session: RemoteSession) -> dict[str, Any]:
    """What stands on it now."""
    limits.take(key=f"video-screen:{session.ref}", per_minute=SCREENS_A_MINUTE, burst=SCREENS_AT_ONCE)
    body = remote_hand.cleaned(_object(request.POST.get("screen")))
    actions.show_screen(ref=session.ref, body=body, now=place.now)
    return {}


def _object(text: Any) -> Any:
    try:
        return orjson.loads(text or "")
    except (orjson.JSONDecodeError, TypeError):
        return {}


def _standing(session: RemoteSession) -> dict[str, Any]:
    """Whether the screen is shown, and what the clerk wants to do on it that nobody has answered."""
    shows = "screen" in queries.consents_of(session)
    return {"shows": shows, "wants": remote_hand.wanted(session) if shows else []}


def _hand(_request: Any, _place: Place, session: RemoteSession) -> dict[str, Any]:
    return _standing(session)


def _act(request: Any, place: Place, session: RemoteSession) -> dict[str, Any]:
    """The person's word, or that it was done."""
    n, said = int_or_none(request.POST.get("n")) or 0, request.POST.get("said")
    if said == "done":
        actions.act_done(ref=session.ref, n=n, by=place.by, now=place.now)
    else:
        actions.answer_act(ref=session.ref, n=n, yes=said == "yes", by=place.by, now=place.now)
    return _standing(session)


say, signal = require_POST(_in_call(_say)), require_POST(_in_call(_signal))
record = require_POST(_in_call(_record))
allow, screen = require_POST(_in_call(_allow)), require_POST(_in_call(_screen))
hand, act = require_GET(_in_call(_hand)), require_POST(_in_call(_act))


@at_kiosk
@require_POST
def leave(request: Any, place: Place) -> HttpResponse:
    """Hang up, or leave the line. `forget`: nobody stands here any more; else a mark is asked for."""
    session = calling.call_at(request, place.hall)
    if session is not None:
        actions.leave(ref=session.ref, by=place.by, now=place.now)
        actions.assign(place.hall, now=place.now)
    if "forget" in request.POST:
        calling.forget(request)
    return _panel(request, place)


@at_kiosk
@require_POST
def rate(request: Any, place: Place) -> HttpResponse:
    session = calling.call_at(request, place.hall)
    if session is None:
        return _panel(request, place)
    given = int_or_none(request.POST.get("score"))
    try:
        actions.rate(ref=session.ref, score=-1 if given is None else given, by=place.by, now=place.now)
    except Refused as refused:
        return _panel(request, place, refused=refused)
    return _panel(request, place)
