"""Telephone numbers, stored in E.164: `+8613812345678`."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import phonenumbers


class InvalidPhone(ValueError):
    """Nobody can be called or messaged at this number. `zh` and `en` say so to a person."""

    zh = "这不是有效的手机号。内地手机号是 11 位。"
    en = "This is not a valid number. A mobile number of mainland China has 11 digits."

    def __init__(self) -> None:
        super().__init__(self.en)


class NotMobile(InvalidPhone):
    """A landline, a short number, or one the caller pays extra for."""

    zh = "这个号码收不到短信。要填手机号。"
    en = "Text messages do not reach this number. Give a mobile number."


class NotServed(InvalidPhone):
    """A mobile of a region that messages are not sent to."""

    zh = "这里不向这个国家或地区的号码发短信。可以留亲友的内地手机号，或到大厅窗口办理。"
    en = (
        "Messages are not sent to numbers of this country. Give a mobile number of mainland China, or come to the hall."
    )


def normalise_phone(text: str) -> str:
    """The E.164 spelling of a number as people write it; without a country code it is of mainland China.

    Full-width digits, spaces, dashes and a leading 0086 are understood. Service lines such as 12345 are not numbers
    of a person and are refused.

    :raises InvalidPhone: when the number cannot exist.
    """
    return phonenumbers.format_number(_parsed(text), phonenumbers.PhoneNumberFormat.E164)  # type: ignore[no-any-return, unused-ignore]


def mobile(text: str, *, regions: Collection[str]) -> str:
    """The E.164 spelling of a mobile number.

    Landlines, short, premium, shared-cost, satellite and internet numbers are refused wherever they are: they do not
    receive messages, or somebody earns by each (toll fraud).

    :param regions: ISO codes of where messages are sent, such as CN, HK, MO, TW.
    :raises InvalidPhone: NotMobile, NotServed, or no number at all.
    """
    if "CN" in regions and len(text) == 11 and text.isascii() and _MAINLAND.fullmatch(text):
        return f"+86{text}"
    number = _parsed(text)
    if phonenumbers.number_type(number) not in _MOBILE:
        raise NotMobile
    if phonenumbers.region_code_for_number(number) not in regions:
        raise NotServed
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)  # type: ignore[no-any-return, unused-ignore]


def is_mobile(text: str) -> bool:
    """Whether a text message can reach this number.

    :raises InvalidPhone: when the number cannot exist.
    """
    if _OURS.fullmatch(text):
        return True
    return phonenumbers.number_type(_parsed(text)) in _MOBILE


def abroad(e164: str) -> bool:
    """Whether a message to it crosses the border of mainland China."""
    return e164.startswith("+") and not e164.startswith("+86")


_MOBILE = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
# Eleven digits as nearly everybody writes them; by the library's own table, without its taking them apart.
_CHINA: Any = phonenumbers.PhoneMetadata.metadata_for_region("CN")
_MAINLAND = re.compile(_CHINA.mobile.national_number_pattern)
_OURS = re.compile(r"\+861[3-9]\d{9}")  # the usual case, without taking it apart


def _parsed(text: str) -> phonenumbers.PhoneNumber:
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException as wrong:
        raise InvalidPhone from wrong
    if number.extension or not phonenumbers.is_valid_number(number):
        raise InvalidPhone
    return number
