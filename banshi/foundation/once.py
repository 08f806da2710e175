"""A form is carried out once: who sends it again – Back, a double tap, a reload – gets the first one's answer.

Every page gives its forms a CSRF token with a fresh mask; the mask is what tells one page from the next. What counts is the
token, the address and every field, so that a form somebody changed after going back is a new one. A form whose page is made
anew on Back carries a field `once` of its own that stays the same.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import orjson
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from banshi.foundation import clock
from banshi.foundation.crypto import blind_index, decrypt, encrypt, sign

View = TypeVar("View", bound=Callable[..., Any])

UNDONE = "_undone"
TOKEN, STABLE = "csrfmiddlewaretoken", "once"
PLACE = "foundation_idempotency_key.answer"
MOST_BYTES = 256 * 1024
WAIT_S, LOOK_EVERY_S = 10.0, 0.1
GIVEN_UP_AFTER = timedelta(seconds=60)  # whoever claimed it broke down
KEPT_HEADERS = ("Location", "Content-Type")

CLAIM_SQL = """
INSERT INTO foundation_idempotency_key AS k (owner, key, body_hash, created_at) VALUES (%(owner)s, %(key)s, '', %(wall)s)
ON CONFLICT ON CONSTRAINT one_answer_per_owner_and_key DO UPDATE SET created_at = EXCLUDED.created_at
  WHERE k.status IS NULL AND k.created_at < %(given_up)s
RETURNING id
"""


@dataclass(frozen=True)
class Form:
    """One sending of one form by somebody."""

    owner: str
    key: str


def until(undone: Callable[..., str]) -> Callable[[View], View]:
    """The answer of a view's form holds until it is undone: after that, the same form is another one.

    :param undone: of the request and the view's arguments: a word that changes when what such a form brought about is given up.
    """

    def mark(view: View) -> View:
        setattr(view, UNDONE, undone)
        return view

    return mark


def _undone(request: HttpRequest) -> str:
    try:
        found = resolve(request.path_info)
    except Resolver404:
        return ""
    undone = getattr(found.func, UNDONE, None)
    return "" if undone is None else str(undone(request, *found.args, **found.kwargs))


def form_of(request: HttpRequest, *, owner: str) -> Form | None:
    """The form a browser sends, or None where it is none: no token, or sent by a script that sees the answer itself."""
    token = request.POST.get(STABLE) or request.POST.get(TOKEN)
    if not token or "X-CSRFToken" in request.headers:
        return None
    fields = sorted((name, request.POST.getlist(name)) for name in request.POST if name != TOKEN)
    undone = _undone(request) if STABLE in request.POST else ""
    said = hashlib.sha256(orjson.dumps([request.get_full_path(), fields, undone, _files(request)])).hexdigest()
    return Form(owner[:60], blind_index(f"{token}\0{said}", purpose="form"))


def _files(request: HttpRequest) -> list[list[str]]:
    """Another photo from the same page is another sending, though nothing else of the form differs."""
    found = []
    for name, files in request.FILES.lists():
        for file in files:
            digest = hashlib.sha256()
            for part in file.chunks():
                digest.update(part)
            file.seek(0)
            found.append([name, digest.hexdigest()])
    return found


def stable(request: Any) -> str:
    """The field `once` of a form whose page may be made anew when somebody goes back to it: one a session and address."""
    if not request.session.session_key:
        request.session.save()
    return sign(f"{request.session.session_key}\0{request.path}", purpose="once", length=24)


def first_answer(form: Form) -> HttpResponse | None:
    """None: it is yours to carry out. Else the first one's answer, waited for while it is under way.

    :raises TimeoutError: the first one is still under way.
    """
    until = clock.monotonic() + WAIT_S
    while True:
        wall = clock.wall()
        values: dict[str, Any] = {"owner": form.owner, "key": form.key, "wall": wall, "given_up": wall - GIVEN_UP_AFTER}
        with connection.cursor() as cursor:
            cursor.execute(CLAIM_SQL, values)
            if cursor.fetchone() is not None:
                return None
            cursor.execute("SELECT status, answer FROM foundation_idempotency_key WHERE owner = %s AND key = %s",
                           [form.owner, form.key])  # fmt: skip
            row = cursor.fetchone()
        if row is not None and row[0] is not None:
            return _opened(int(row[0]), bytes(row[1]))
        if clock.monotonic() > until:
            raise TimeoutError
        time.sleep(LOOK_EVERY_S)


def keep(form: Form, response: Any) -> None:
    """Keep what came of it. What was refused may be sent again, and a file is made anew: its page stays where it is."""
    if (
        response.status_code >= 400
        or "Content-Disposition" in response
        or response.streaming
        or len(response.content) > MOST_BYTES
    ):
        release(form)
        return
    answer = {
        "headers": {name: response[name] for name in KEPT_HEADERS if name in response},
        "body": response.content.decode("utf-8", errors="replace"),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE foundation_idempotency_key SET status = %s, answer = %s WHERE owner = %s AND key = %s",
            [response.status_code, encrypt(orjson.dumps(answer).decode(), place=PLACE).encode(), form.owner, form.key],
        )


def release(form: Form) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM foundation_idempotency_key WHERE owner = %s AND key = %s AND status IS NULL",
            [form.owner, form.key],
        )


def _opened(status: int, sealed: bytes) -> HttpResponse:
    answer = orjson.loads(decrypt(sealed.decode(), place=PLACE))
    response = HttpResponse(answer["body"], status=status)
    for name, value in answer["headers"].items():
        response[name] = value
    return response
