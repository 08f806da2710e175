"""Is this paper real? For whoever holds one: what it is and whom, masked, it is for; and whether a file is as it was sealed."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock, limits
from banshi.foundation.crypto import blind_index
from banshi.kernel.addresses import network_of
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.queries import Verified
from banshi.rooms.cases.rules.papers import KINDS
from banshi.rooms.seals.rules import MOST_BYTES, REASONS
from banshi.surfaces.citizen import sent
from banshi.surfaces.citizen.doors import asked, page, public_page
from banshi.surfaces.citizen.refusals import panel

PER_MINUTE, BURST = 20, 40
FILES_PER_MINUTE, FILES_BURST = 4, 6  # each costs seconds of a processor
# What is said of a file, by its verdict: title, tone, and what it means.
VERDICTS: dict[str, tuple[str | Promise, str, str | Promise]] = {
    "sealed": (
        pgettext_lazy("verify", "The file is as it was sealed"),
        "ok",
        pgettext_lazy(
            "verify", "The signature holds, the certificate was good at that time, and nothing was added since."
        ),
    ),
    "unknown": (
        pgettext_lazy("verify", "Sealed, but not on record"),
        "wait",
        pgettext_lazy("verify", "The signature holds, but no paper given here has these bytes. Ask the hall."),
    ),
    "replaced": (
        pgettext_lazy("verify", "Not valid: the seal had been replaced"),
        "urgent",
        pgettext_lazy(
            "verify", "It says that it was sealed when this seal was no longer used, and it is on no record."
        ),
    ),
    "expired": (
        pgettext_lazy("verify", "Not valid: the certificate did not hold"),
        "urgent",
        pgettext_lazy("verify", "At the time the signature states, its certificate was not valid."),
    ),
    "stranger": (
        pgettext_lazy("verify", "Not valid: not sealed here"),
        "urgent",
        pgettext_lazy(
            "verify", "It is signed, but by nobody whose seals are known here. Whatever name it states proves nothing."
        ),
    ),
    "added": (
        pgettext_lazy("verify", "Not valid: something was added"),
        "urgent",
        pgettext_lazy(
            "verify", "The signature holds for an earlier state; something was written behind it afterwards."
        ),
    ),
    "changed": (
        pgettext_lazy("verify", "Not valid: the file was changed"),
        "urgent",
        pgettext_lazy("verify", "What stands there is not what was signed."),
    ),
    "unsigned": (
        pgettext_lazy("verify", "The file has no seal"),
        "wait",
        pgettext_lazy(
            "verify", "A file without a seal proves nothing by itself: check the code that stands on the paper."
        ),
    ),
    "waiting": (
        pgettext_lazy("verify", "Given here, before it was sealed"),
        "wait",
        pgettext_lazy(
            "verify", "These are the bytes of a paper given here, without its seal. Fetch it again to have it sealed."
        ),
    ),
}


@public_page
@require_GET
def verify_ask(request: Any) -> HttpResponseBase:
    """Type the code that stands on the paper, or choose the file."""
    code = re.sub(r"[^0-9A-Za-z]", "", asked(request, "code"))
    if code:
        return redirect("citizen:verify", code.upper())
    return page(request, "citizen/verify.html", {"code": "", "asked": False, "found": None})


@public_page
@require_GET
def verify(request: Any, code: str) -> HttpResponseBase:
    """What the paper with this code says of itself; calmly nothing where there is none."""
    context: dict[str, Any] = {"code": code[:40], "asked": True, "found": None, "kind": None}
    try:
        _take(request, "verify", PER_MINUTE, BURST)
    except Refused as refused:
        return _refused(request, refused, context)
    context |= _shown(cases.verify(code))
    answer = page(request, "citizen/verify.html", context)
    if context["found"] is None:
        answer.status_code = 404
    return answer


@public_page
@require_POST
def verify_file(request: Any) -> HttpResponseBase:
    """Whether a file is as it was sealed. Nothing of it is kept."""
    sent.spare(request)
    context: dict[str, Any] = {"code": "", "asked": False, "found": None, "kind": None}
    try:
        _take(request, "verify-file", FILES_PER_MINUTE, FILES_BURST)
        file = request.FILES.get("file")
        if file is None or file.size > MOST_BYTES:
            why = "empty" if file is None else "size"
            raise Refused("material-rejected", facts={"why": why, "reason": REASONS[why]})
        checked = cases.checked(file.read())
    except Refused as refused:
        return _refused(request, refused, context)
    said = "waiting" if checked.verdict == "unsigned" and checked.paper is not None else checked.verdict
    context |= _shown(checked.paper) | {"checked": checked, "said": VERDICTS[said]}
    return page(request, "citizen/verify.html", context)


def _shown(found: Verified | None) -> dict[str, Any]:
    if found is None:
        return {}
    kind = KINDS[found.kind]
    return {"found": found, "kind": {"title_zh": kind.title_zh, "title_en": kind.title_en}}


def _take(request: Any, what: str, per_minute: int, burst: int) -> None:
    """:raises Refused: rate-limited."""
    network = blind_index(network_of(request.META.get("REMOTE_ADDR", "")), purpose="address")[:32]
    limits.take(key=f"{what}:{network}", per_minute=per_minute, burst=burst)


def _refused(request: Any, refused: Refused, context: dict[str, Any]) -> HttpResponseBase:
    zone = timezone.get_default_timezone()
    shown = panel(refused, today=clock.now().astimezone(zone).date(), zone=zone)
    return page(request, "citizen/verify.html", context | {"asked": False, "panel": shown}, refused=refused)
