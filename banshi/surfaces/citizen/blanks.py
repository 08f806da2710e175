"""空表, 样表, 结果样本: a paper to print and fill in, the same filled in, and what the result looks like. Open to everybody.

They stay when the item is retired: what was sent goes on, and may still be asked for one of them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from banshi.foundation import limits
from banshi.foundation.crypto import blind_index
from banshi.frames.typed import int_or_none
from banshi.kernel.addresses import network_of
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.queries import Sheet
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import Item
from banshi.surfaces.citizen.doors import public_page

PER_MINUTE, BURST = 30, 60  # of those that have to be set first
KEPT_S = 600
MOST_VERSIONS = 100_000
# A viewer of PDFs does not run in a sandbox: it may load nothing else.
PDF_MAY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"


@dataclass(frozen=True)
class Blank:
    """Where a page leads to: the paper of an item, by its own code there; of a case under an older `version`, that one's; of a
    `case` whose form was begun, it filled in, too."""

    item: Item
    code: str
    version: int | None = None
    case: str = ""


@public_page
@require_GET
def blank(request: Any, item: str, paper: str) -> HttpResponseBase:
    return _sent(request, _sheet(request, item, paper, filled=False))


@public_page
@require_GET
def sample(request: Any, item: str, paper: str) -> HttpResponseBase:
    return _sent(request, _sheet(request, item, paper, filled=True))


def _sheet(request: Any, item: str, paper: str, *, filled: bool) -> Sheet:
    """`?version=` of the item, as a case was opened under it; without, or what is none: today's."""
    version = int_or_none(request.GET.get("version", ""), 1, MOST_VERSIONS)
    return cases.paper_blank(catalogue.item_by_code(item), paper, filled=filled, version=version)


@public_page
@require_GET
def result(request: Any, item: str) -> HttpResponseBase:
    return _sent(request, cases.result_sample(catalogue.item_by_code(item)))


def _sent(request: Any, sheet: Sheet) -> HttpResponseBase:
    """:raises Refused: rate-limited – a network that has too many set."""
    if not sheet.is_set:
        network = blind_index(network_of(request.META.get("REMOTE_ADDR", "")), purpose="address")[:32]
        limits.take(key=f"blank:{network}", per_minute=PER_MINUTE, burst=BURST)
    pdf = sheet.pdf()
    etag = f'"{hashlib.sha256(pdf).hexdigest()[:32]}"'
    answer = inline(pdf, sheet.name)
    answer["ETag"] = etag
    patch_cache_control(answer, private=True, max_age=KEPT_S)  # it may come with a session
    return get_conditional_response(request, etag=etag, response=answer) or answer


def inline(pdf: bytes, name: str) -> HttpResponse:
    """A PDF that a browser shows, saved by its name."""
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(as_attachment=False, filename=name) or "inline"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = PDF_MAY
    return answer
