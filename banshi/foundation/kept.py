"""What was typed is not lost when a session has ended or a page was too old: kept sealed in the session, sent again by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import orjson
from django.http import HttpRequest

from banshi.foundation import clock
from banshi.foundation.crypto import Unreadable, decrypt, encrypt

NAME, PLACE = "kept_form", "session.kept_form"
LASTS = timedelta(minutes=15)
MOST_BYTES = 64 * 1024
TOKENS = ("csrfmiddlewaretoken", "once")


def fields_of(request: HttpRequest) -> list[tuple[str, str]]:
    """Names and values as typed, without what is secret."""
    return [
        (name, str(value))
        for name, values in request.POST.lists()
        if name not in TOKENS and "password" not in name and "secret" not in name
        for value in values
    ]


def keep(request: Any) -> bool:
    """Keep a form that could not be carried out; False where nothing was typed, or too much to keep."""
    if not fields_of(request):
        return False
    said = orjson.dumps({"path": request.get_full_path(), "fields": fields_of(request), "at": clock.wall()})
    if len(said) > MOST_BYTES:
        return False
    request.session[NAME] = encrypt(said.decode(), place=PLACE)
    return True


def address(request: Any) -> str:
    """Where the form kept a moment ago was sent; "" without one. It stays kept."""
    said = _opened(str(request.session.get(NAME, "")))
    return str(said["path"]) if said else ""


def take(request: Any) -> tuple[str, list[tuple[str, str]]] | None:
    """The address and fields kept a moment ago. Once: a second look finds nothing."""
    said = _opened(str(request.session.pop(NAME, "")))
    return (str(said["path"]), [(str(name), str(value)) for name, value in said["fields"]]) if said else None


def _opened(sealed: str) -> dict[str, Any] | None:
    try:
        said: dict[str, Any] = orjson.loads(decrypt(sealed, place=PLACE))
    except Unreadable:
        return None
    return None if clock.wall() - datetime.fromisoformat(said["at"]) > LASTS else said
