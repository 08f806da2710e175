"""Is this paper real? For anybody who holds one: what it is and whom, masked, it is for."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from banshi.foundation import clock, limits
from banshi.foundation.crypto import blind_index
from banshi.kernel.addresses import network_of
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.rules.papers import KINDS
from banshi.surfaces.citizen.doors import asked, page, public_page
from banshi.surfaces.citizen.refusals import panel

PER_MINUTE, BURST = 20, 40


@public_page
@require_GET
def verify_ask(request: Any) -> HttpResponseBase:
    """Type the code that stands on the paper."""
    code = re.sub(r"[^0-9A-Za-z]", "", asked(request, "code"))
    if code:
        return redirect("citizen:verify", code.upper())
    return page(request, "citizen/verify.html", {"code": "", "asked": False, "found": None})


@public_page
@require_GET
def verify(request: Any, code: str) -> HttpResponseBase:
    """What the paper with this code says of itself; calmly nothing where there is none."""
    context: dict[str, Any] = {"code": code[:40], "asked": True, "found": None, "kind": None}
    network = blind_index(network_of(request.META.get("REMOTE_ADDR", "")), purpose="address")[:32]
    try:
        limits.take(key=f"verify:{network}", per_minute=PER_MINUTE, burst=BURST)
    except Refused as refused:
        zone = timezone.get_default_timezone()
        shown = panel(refused, today=clock.now().astimezone(zone).date(), zone=zone)
        return page(request, "citizen/verify.html", context | {"asked": False, "panel": shown}, refused=refused)
    found = cases.verify(code)
    if found is not None:
        kind = KINDS[found.kind]
        context |= {"found": found, "kind": {"title_zh": kind.title_zh, "title_en": kind.title_en}}
    answer = page(request, "citizen/verify.html", context)
    if found is None:
        answer.status_code = 404
    return answer
