"""application/problem+json (RFC 9457) for refusals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.http import HttpResponse

from banshi.foundation.words import words
from banshi.kernel.refusals import SLUGS, Alternative, Refusal

ZONE = ZoneInfo("Asia/Shanghai")
MEDIA_TYPE = "application/problem+json"


def rfc3339(value: datetime, zone: ZoneInfo = ZONE) -> str:
    """In the hall's zone, whole seconds."""
    return value.astimezone(zone).replace(microsecond=0).isoformat()


def json_ready(value: Any, zone: ZoneInfo = ZONE) -> Any:
    if isinstance(value, datetime):
        return rfc3339(value, zone)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Alternative):
        return {
            "slot": value.slot_id,
            "hall": value.hall,
            "starts_at": rfc3339(value.starts_at, zone),
            "ends_at": rfc3339(value.ends_at, zone),
            "free": value.free,
        }
    if isinstance(value, Mapping):
        return {k: json_ready(v, zone) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [json_ready(v, zone) for v in value]
    return value


def problem(refusal: Refusal, zone: ZoneInfo = ZONE) -> dict[str, Any]:
    """The refusal as an RFC 9457 object in the active language."""
    title, detail = words(refusal, zone)
    return {
        "type": refusal.slug,
        "title": title,
        "detail": detail,
        "status": SLUGS[refusal.slug],
        "rule": refusal.slug,
        "facts": json_ready(refusal.facts, zone),
        "next": json_ready(refusal.next, zone),
    }


def problem_response(refusal: Refusal, zone: ZoneInfo = ZONE) -> HttpResponse:
    response = HttpResponse(
        orjson.dumps(problem(refusal, zone), default=str), status=SLUGS[refusal.slug], content_type=MEDIA_TYPE
    )
    if refusal.slug == "rate-limited":
        response["Retry-After"] = str(refusal.facts.get("wait_s", 1))
    if refusal.slug == "unauthenticated":
        response["WWW-Authenticate"] = "Bearer"
    return response
