"""What was sent to a phone; in demo and test installations only."""

from __future__ import annotations

from typing import Annotated

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field, StringConstraints

from banshi.foundation.problem import ZONE, rfc3339
from banshi.kernel.refusals import Refused
from banshi.rooms.messaging import queries as messaging
from banshi.surfaces.api.operations import found, op
from banshi.surfaces.api.pages import cursor_at, start_of
from banshi.surfaces.api.schemas import PRINTABLE, NoticeOut, Page, Paged

router = Router(tags=["demo"])


def demo_only() -> None:
    """:raises Refused: nothing-found – this installation follows real time."""
    if not settings.BANSHI_VIRTUAL_CLOCK:
        raise Refused("nothing-found")


class OfPhone(Paged):
    person: Annotated[str, StringConstraints(min_length=1, max_length=30, pattern=PRINTABLE)] = Field(
        description="A telephone number."
    )


@router.get("/notices", **op("list_notices", {200: Page[NoticeOut]}), summary="What was sent to a phone")
def list_notices(request: HttpRequest, asked: Query[OfPhone]) -> HttpResponse:
    """Newest first. Demo and test installations only."""
    demo_only()
    before = start_of(asked, farthest=2**62) or None
    rows = messaging.as_sent(phone=asked.person, limit=asked.limit + 1, cursor=before)
    shown = rows[: asked.limit]
    return found(
        {
            "data": [
                {"channel": n.channel, "text": n.text, "at": rfc3339(n.at, ZONE), "status": n.status} for n in shown
            ],
            "next": cursor_at(shown[-1].id) if len(rows) > asked.limit else None,
        }
    )
