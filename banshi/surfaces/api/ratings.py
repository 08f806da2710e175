"""Ratings: once per visit and once per case, and one follow-up of each."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from ninja import Path, Router

from banshi.foundation import clock
from banshi.foundation.problem import rfc3339
from banshi.rooms.feedback import actions as feedback
from banshi.rooms.feedback.models import Rating
from banshi.surfaces.api.answers import Answer, answer
from banshi.surfaces.api.case_parts import seen_case
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.operations import caller, op, write
from banshi.surfaces.api.schemas import CaseRatingOut, Code, RatingIn, RatingOut
from banshi.surfaces.api.ticket_parts import seen_by

router = Router(tags=["ratings"])


def _said(rating: Rating, timezone: str) -> dict[str, Any]:
    return {
        "stars": rating.stars,
        "tags": list(rating.tags),
        "text": rating.text,
        "follow_up": rating.follow_up,
        "at": rfc3339(rating.at, ZoneInfo(timezone)),
    }


def _channel(who: Caller) -> str:
    return "kiosk" if who.scope == "kiosk" else "api"


@router.post("/tickets/{id}/rating", **op("rate_ticket", {201: RatingOut}), summary="Rate the visit")
@write
def rate_ticket(request: HttpRequest, id: Path[Code], body: RatingIn) -> Answer:
    """1 (very dissatisfied) to 5 (very satisfied). The second of a visit is its follow-up; a third is refused."""
    who = caller(request)
    seen = seen_by(who, id)
    rating = feedback.rate(
        ref=id,
        stars=body.stars,
        tags=body.tags,
        text=body.text,
        channel=_channel(who),
        now=clock.now(),
        by=who.by,
    )
    return answer(201, {"ticket": id, **_said(rating, seen.timezone)})


@router.post("/cases/{case}/rating", **op("rate_case", {201: CaseRatingOut}), summary="Rate the case")
@write
def rate_case(request: HttpRequest, case: Path[Code], body: RatingIn) -> Answer:
    """The same for a case that is over, by what opened it."""
    who = caller(request)
    seen = seen_case(who, case)
    rating = feedback.rate_case(
        case_no=seen.no,
        stars=body.stars,
        tags=body.tags,
        text=body.text,
        channel=_channel(who),
        now=clock.now(),
        by=who.by,
    )
    return answer(201, {"case": seen.no, **_said(rating, seen.hall.timezone)})
