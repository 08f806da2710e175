"""What the caller's page of a video session and the seat's do alike: news, a line, a signal, an answer to a script or a form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson
from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import redirect

from banshi.foundation import clock
from banshi.foundation.words import words
from banshi.frames import remote_call
from banshi.frames.remote_call import Side, Since
from banshi.frames.typed import clean, int_or_none
from banshi.kernel.refusals import SLUGS, Refused
from banshi.rooms.remote import actions
from banshi.rooms.remote.models import RemoteSession

CAMERA_HERE: Final = "geolocation=(), camera=(self), microphone=(self)"  # Permissions-Policy of these pages alone


def news(request: Any, session: RemoteSession, side: Side) -> JsonResponse:
    """What is new, and a ticket for the socket."""
    since = Since(*(int_or_none(request.GET.get(name)) or 0 for name in ("said", "signal")))
    told = remote_call.news(session.ref, side, since, now=clock.now())
    ticket = remote_call.ticket(session.ref, side, at=clock.wall())
    return JsonResponse({"state": told.state, "lines": list(told.lines), "ticket": ticket})


def say(request: Any, session: RemoteSession, side: Side) -> dict[str, Any]:
    """A line that was typed; sent again with its key it is there once."""
    key, text = clean(request.POST.get("key"), 64), str(request.POST.get("text", ""))
    line = actions.say(ref=session.ref, side=side.name, text=text, key=key, now=clock.now())
    return remote_call.said_part(line, zone=ZoneInfo(session.hall.timezone))


def signal(request: Any, session: RemoteSession, side: Side) -> dict[str, Any]:
    """What this browser tells the other, where no socket can. :raises Refused: as of `remote_call.signal`; invalid."""
    kind = clean(request.POST.get("kind"), 20)
    remote_call.signal(session.ref, side, kind, _body_of(request.POST.get("body")), now=clock.now())
    return {}


def done(
    request: Any, act: Callable[[], dict[str, Any]], *, again: Callable[[Refused], HttpResponseBase], there: str
) -> HttpResponseBase:
    """Do it, and answer as whoever asked wants it: a script with data, a form with the page.

    :param again: the page with a refusal; :param there: its address.
    """
    script = "application/json" in request.headers.get("Accept", "")
    try:
        said = act()
    except Refused as refused:
        if not script:
            return again(refused)
        title, detail = words(refused.refusal)
        return JsonResponse({"title": title, "detail": detail}, status=SLUGS[refused.slug])
    return JsonResponse(said) if script else redirect(there)


def _body_of(given: Any) -> str:
    """The body of a signal that came in a form: an object, as JSON. :raises Refused: invalid."""
    try:
        body = orjson.loads(given or "")
    except (orjson.JSONDecodeError, TypeError):
        body = None
    if not isinstance(body, dict):
        reason = {"zh": "应为 JSON 对象", "en": "A JSON object"}
        raise Refused("invalid", facts={"field": "body", "reason": reason})
    return orjson.dumps(body).decode()
