"""Telephone numbers as people type them: what this installation sends messages to, and what can be looked up."""

from __future__ import annotations

from django.conf import settings

from banshi.foundation import limits
from banshi.kernel.phones import InvalidPhone, abroad, mobile, normalise_phone
from banshi.kernel.refusals import Refused


def reachable(text: str) -> str:
    """E.164 of a mobile number in a region that this installation sends to (`BANSHI_SMS_REGIONS`).

    :raises Refused: phone-invalid, with what is wrong with it.
    """
    try:
        return mobile(text, regions=settings.BANSHI_SMS_REGIONS)
    except InvalidPhone as wrong:
        raise _refused(wrong) from wrong


def known(text: str) -> str:
    """E.164 of any number, to look somebody up.

    :raises Refused: phone-invalid.
    """
    try:
        return normalise_phone(text)
    except InvalidPhone as wrong:
        raise _refused(wrong) from wrong


def pay_for(e164: str) -> None:
    """Count one message to this number; those abroad cost most and are what toll fraud lives on.

    :raises Refused: rate-limited, when the day's messages abroad (`BANSHI_SMS_ABROAD_A_DAY`) are used up.
    """
    if abroad(e164):
        most = settings.BANSHI_SMS_ABROAD_A_DAY
        limits.take(key="sms:abroad", per_minute=most / (24 * 60), burst=most)


def _refused(wrong: InvalidPhone) -> Refused:
    return Refused("phone-invalid", facts={"reason": {"zh": wrong.zh, "en": wrong.en}})
