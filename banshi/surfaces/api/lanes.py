"""Operations that are described to ninja and done by `fast`, so that both lanes give the same answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from banshi.surfaces.api.answers import Answer, response_of
from banshi.surfaces.api.operations import lower


def by_fast(act: Callable[..., Answer]) -> Callable[[Any], Callable[..., HttpResponse]]:
    """Let `act(headers, body, query, **path)` answer instead of the view."""

    def instead(_run: Any) -> Callable[..., HttpResponse]:
        def run(request: HttpRequest, **path: str) -> HttpResponse:
            return response_of(act(lower(request.headers), request.body, request.META.get("QUERY_STRING", ""), **path))

        return run

    return instead
