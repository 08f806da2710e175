"""The audit trail: who did what, who looked at whom, and whether the chain is whole."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.http import HttpResponseBase
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock, limits
from banshi.foundation.doors import Asked, door
from banshi.rooms.audit import queries as audit_of
from banshi.rooms.identity.models import Staff
from banshi.rooms.places import queries as places
from banshi.surfaces.office import deeds
from banshi.surfaces.office.frame import clean, day_or_none, int_or_none, page, zone_of
from banshi.surfaces.office.words import AUDIT

PER_PAGE = 50


@door(audience="staff", permission="audit.view")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    """This hall's entries; who audits everywhere may look at all of them (`all=1`)."""
    place = places.hall_by_code(hall)
    subject, action = clean(request.GET.get("subject"), 80), clean(request.GET.get("action"), 60)
    who, first, last = (
        clean(request.GET.get("who"), 60),
        day_or_none(request.GET.get("first")),
        day_or_none(request.GET.get("last")),
    )
    everywhere = request.who.may("audit.view", "*")
    whole = everywhere and bool(request.GET.get("all"))
    zone = zone_of(place)
    actor = who or None
    if who and ":" not in who and who not in ("system", "demo"):
        member = Staff.objects.filter(login=who.lower()).first()
        actor = f"staff:{member.pk}" if member else "staff:0"
    rows = audit_of.trail(
        hall=None if whole else place.code,
        subject=subject or None,
        action=action or None,
        actor=actor,
        since=datetime.combine(first, time(0), zone) if first else None,
        until=datetime.combine(last + timedelta(days=1), time(0), zone) if last else None,
        cursor=int_or_none(request.GET.get("before"), 1, 2**62),
        limit=PER_PAGE + 1,
    )
    left = request.GET.copy()
    left.pop("before", None)
    return page(
        request,
        "office/audit.html",
        place,
        lines=deeds.read(rows[:PER_PAGE]),
        older=rows[PER_PAGE - 1].id if len(rows) > PER_PAGE else None,
        more=f"{left.urlencode()}&" if left else "",
        actions=AUDIT.items(),
        asked={"subject": subject, "action": action, "who": who, "first": first, "last": last},
        everywhere=everywhere,
        whole=whole,
    )


@door(audience="staff", permission="audit.view")
@require_POST
def verify(request: Asked, hall: str) -> HttpResponseBase:
    """Walk the whole chain. It reads every entry, so not too often."""
    place = places.hall_by_code(hall)
    limits.take(key=f"audit-verify:{request.who.staff_id}", per_minute=2, burst=4)
    verdict = audit_of.verify()
    return page(
        request,
        "office/audit_verify.html",
        place,
        verdict=verdict,
        at=clock.now(),
        status=200 if verdict.whole else 409,
    )
