"""Large files that a page's script sends in parts (ui/parts.js), read and answered one way on every surface that takes papers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse, JsonResponse

from banshi.foundation import limits
from banshi.foundation.problem import problem_response
from banshi.frames.typed import clean, int_or_none
from banshi.journeys.case import sending
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import Case
from banshi.rooms.library.queries import Coming
from banshi.rooms.library.rules import MOST_BYTES
from banshi.rooms.library.rules.parts import MOST_AT_ONCE

NAME, FIELD = 200, "upload"  # characters of a file's name; the form's field with references of what has come whole


def begin(request: Any, case: Case, *, by: Actor, now: datetime) -> HttpResponse:
    """A file is begun, or gone on with: where to go on."""
    code = clean(request.POST.get("code"), 60)
    size = int_or_none(request.POST.get("size"), 0, 2**31 - 1)
    try:
        limits.take(key=f"upload-begin:{by}", per_minute=20, burst=60)
        begun = sending.begin(
            case=case, code=code, name=clean(request.POST.get("name"), NAME), size=MOST_BYTES + 1 if size is None else size,
            sha256=clean(request.POST.get("sha256"), 64), by=by, now=now,
        )  # fmt: skip
    except Refused as refused:
        return problem_response(refused.refusal)
    return _answer(begun)


def part(request: Any, case: Case, ref: str, *, by: Actor, now: datetime) -> HttpResponse:
    """The next part of it, as the body."""
    code, offset = clean(request.GET.get("code"), 60), int_or_none(request.GET.get("offset"), 0, MOST_BYTES)
    try:
        limits.take(key=f"upload-part:{by}", per_minute=240, burst=240)
        if offset is None or len(request.body) > MOST_AT_ONCE:
            raise Refused("nothing-found")
        come = sending.go_on(case=case, code=code, ref=ref, offset=offset, body=request.body, by=by, now=now)
    except Refused as refused:
        return problem_response(refused.refusal)
    return _answer(come)


def _answer(coming: Coming) -> HttpResponse:
    return JsonResponse({"id": coming.ref, "offset": coming.received, "size": coming.size})
