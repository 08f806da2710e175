"""A citizen signs in: a one-time code goes to the phone, the code opens the account."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Account
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.places.models import Hall


def ask_code(
    *,
    phone: str,
    language: str,
    browser: str = "",
    asker: str = "",
    was_here: bool = False,
    calm: bool = False,
    for_staff_of: Hall | None = None,
    now: datetime,
) -> None:
    """Send a one-time code. `calm`: it lasts longer, and the message does not say how long.

    `for_staff_of`: a clerk of this hall asked for it, at the window, and the person is to say it there – the message says
    so, where every other one says to tell nobody.

    `asker`, `was_here`: as in `identity.new_code`.

    :raises Refused: phone-invalid, rate-limited.
    """
    lasts = identity.CODE_LASTS_CALM if calm else identity.CODE_LASTS
    with transaction.atomic():
        code = identity.new_code(phone=phone, browser=browser, asker=asker, was_here=was_here, lasts=lasts, now=now)
        messaging.write(
            key="code",
            to_phone=phone,
            hall="",
            subject="",
            params=({} if calm else {"minutes": round(lasts.total_seconds() / 60)}) | _whom(for_staff_of),
            secret={"code": code},
            until=now + lasts,
            due_at=now,
            dedupe=None,
            language=language,
            now=now,
        )


def _whom(hall: Hall | None) -> dict[str, str]:
    if hall is None:
        return {}
    return {
        "whom_zh": f"{hall.name_zh}窗口登记本人手机号用，报给窗口工作人员",
        "whom_en": f"Say it to the clerk at {hall.name_en}, who registers this number as yours",
    }


def enter(*, phone: str, code: str, browser: str = "", now: datetime) -> Account:
    """:raises Refused: code-wrong, phone-invalid, rate-limited."""
    return identity.use_code(phone=phone, code=code, browser=browser, now=now)
