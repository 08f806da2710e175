"""What whoever asked is told: planned, moved, on the way, called off. To the telephone they left; no address is in it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from banshi.rooms.homevisits.models import Visit, VisitStep
from banshi.rooms.messaging import actions as messaging

TOLD: Final = ("home_visit_planned", "home_visit_moved", "home_visit_on_the_way", "home_visit_off")


def tell(visit: Visit, key: str, *, now: datetime, **more: Any) -> None:
    """One message a step. What was still to be said of an earlier step is taken back."""
    subject = f"homevisit:{visit.no}"
    messaging.drop(subject=subject, keys=TOLD, now=now)
    account = visit.account
    params = {
        "item_zh": visit.item.name_zh, "item_en": visit.item.name_en, "starts_at": _iso(visit.starts_at),
        "ends_at": _iso(visit.ends_at), "phone": visit.hall.phone, **more,
        **({"link": f"/home-visits/{visit.no}/"} if account is not None else {}),
    }  # fmt: skip
    messaging.write(
        key=key, to_phone=visit.phone, hall=visit.hall, subject=subject,
        params={name: value for name, value in params.items() if value},
        dedupe=f"{subject}:{VisitStep.objects.filter(visit=visit).count()}",
        language=account.language if account is not None else "zh-hans", now=now,
    )  # fmt: skip


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment is not None else ""
