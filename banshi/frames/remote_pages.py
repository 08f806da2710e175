"""What the caller's page of a video session and the seat's do alike: news, a line, a signal, an answer to a script or a form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect

from banshi.foundation import clock, limits
from banshi.foundation.words import words
from banshi.frames import remote_call
from banshi.frames.file_answers import PDF, closed, small
from banshi.frames.remote_call import Side, Since
from banshi.frames.typed import clean, int_or_none
from banshi.kernel.refusals import SLUGS, Refused
from banshi.rooms.library import queries as library
from banshi.rooms.library.rules import MOST_BYTES, rejected
from banshi.rooms.remote import actions, queries
from banshi.rooms.remote.models import RemoteSession

CAMERA_HERE: Final = "geolocation=(), camera=(self), microphone=(self)"  # Permissions-Policy of these pages alone
FILES_A_MINUTE = 12
_NO_FILE: Final = {"zh": "先选一张图片或一个文件", "en": "Choose a picture or a file first"}


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


def say_file(request: Any, session: RemoteSession, side: Side) -> dict[str, Any]:
    """A picture or a file: opened and drawn anew before anything is held; sent again with its key it is there once.

    :raises Refused: as of the room's `say_file`; invalid (no file), rate-limited.
    """
    key, file = clean(request.POST.get("key"), 64), request.FILES.get("file")
    if file is None:
        raise Refused("invalid", facts={"field": "file", "reason": _NO_FILE})
    if file.size > MOST_BYTES:
        raise Refused(rejected("too-large"))
    limits.take(key=f"video-file:{session.ref}:{side.name}", per_minute=FILES_A_MINUTE, burst=FILES_A_MINUTE)
    line = actions.say_file(
        ref=session.ref, side=side.name, content=file.read(), name=file.name or "", key=key, by=request.who.by,
        now=clock.now(),
    )  # fmt: skip
    return remote_call.said_part(line, zone=ZoneInfo(session.hall.timezone))


def file_of(request: Any, session: RemoteSession, n: int) -> HttpResponse:
    """What was sent as line `n`; `?small`: of a picture a small one. :raises Refused: nothing-found, wrong-state,
    material-rejected."""
    version = queries.file_of(session, n)
    picture = version.mime != PDF
    content = library.content(
        version.pk, unchecked=picture
    )  # a picture was drawn anew: nothing of what came is left in it
    if picture and "small" in request.GET:
        content = small(content)
    answer = HttpResponse(content, content_type=version.mime)
    answer["Content-Disposition"] = f'inline; filename="{session.no}-{n}.{"jpg" if picture else "pdf"}"'
    return closed(answer)


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
