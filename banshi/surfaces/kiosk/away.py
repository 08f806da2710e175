"""While nothing answers: the worker of a kiosk's browser, and the page it keeps for that hour."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from banshi.foundation.doors import door
from banshi.kernel.machine_orders import DOOR_PORT

PROGRAM = f"http://127.0.0.1:{DOOR_PORT}"
CSP = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
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
    """The same for every hall, in both languages, with nothing of anybody. The machine's own program (banshi/agent) gives numbers
    meanwhile, where there is one: this page looks for it on this PC, and nowhere else."""
    answer = render(request, "kiosk/away.html", {"program": PROGRAM})
    answer["Content-Security-Policy"] = f"{CSP}; connect-src 'self' {PROGRAM}"
    return answer
