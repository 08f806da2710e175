"""While nothing answers: the worker of a kiosk's browser, and the page it keeps for that hour."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from banshi.foundation.doors import door

WORKER = Path(__file__).parent / "static" / "kiosk" / "worker.js"


@door(audience="public")
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """Served here for its scope, /kiosk/."""
    answer = HttpResponse(WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@door(audience="public")
@require_GET
def away(request: HttpRequest) -> HttpResponse:
    """The same for every hall, in both languages, with nothing of anybody."""
    return render(request, "kiosk/away.html")
