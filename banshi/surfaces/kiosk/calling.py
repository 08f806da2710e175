"""The call that somebody has at this machine (视频求助): kept in its session from page to page, gone with them."""

from __future__ import annotations

import orjson
from django.http import HttpRequest

from banshi.foundation import clock
from banshi.foundation.crypto import Unreadable, decrypt, encrypt
from banshi.kernel.refusals import Refused
from banshi.rooms.places.models import Hall
from banshi.rooms.remote import queries
from banshi.rooms.remote.models import RemoteSession

KEY, PLACE = "calling", "session.calling"
FOR_S = 600  # machine time since anything of the call was asked for: then nobody stands here


def begin(request: HttpRequest, session: RemoteSession) -> None:
    _keep(request, session.hall.code, session.ref)


def _keep(request: HttpRequest, hall: str, ref: str) -> None:
    said = orjson.dumps([hall, ref, clock.wall().timestamp() + FOR_S])
    request.session[KEY] = encrypt(said.decode(), place=PLACE)


def forget(request: HttpRequest) -> None:
    """The machine knows of no call any more."""
    request.session.pop(KEY, None)


def goes_on(request: HttpRequest) -> bool:
    """Whether a call was begun here that nobody was told the end of."""
    return bool(_kept(request)[1])


def _kept(request: HttpRequest) -> tuple[str, str, float]:
    """Hall, ref, and for how many more seconds."""
    try:
        hall, ref, until = orjson.loads(decrypt(str(request.session.get(KEY, "")), place=PLACE))
    except (Unreadable, ValueError):
        return "", "", 0.0
    left = float(until) - clock.wall().timestamp()
    return (str(hall), str(ref), left) if left > 0 else ("", "", 0.0)


def call_at(request: HttpRequest, hall: Hall) -> RemoteSession | None:
    """The call of whoever stands here; None: none, or of another hall's page."""
    code, ref, left = _kept(request)
    if not ref or code != hall.code:
        return None
    try:
        session = queries.by_ref(ref)
    except Refused:
        return None
    if left < FOR_S / 2:
        _keep(request, code, ref)
    return session
