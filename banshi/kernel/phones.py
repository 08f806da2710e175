"""Telephone numbers, stored in E.164: `+8613812345678`."""

from __future__ import annotations

import phonenumbers


class InvalidPhone(ValueError):
    """Nobody can be called or messaged at this number. `zh` and `en` say so to a person."""

    zh = "这不是有效的电话号码。请输入 11 位手机号，或带区号的固定电话。"
    en = "This is not a valid telephone number. Enter 11 digits of a mobile, or a landline with its area code."

    def __init__(self) -> None:
        super().__init__(self.en)


def normalise_phone(text: str) -> str:
    """The E.164 spelling of a number as people write it; without a country code it is of mainland China.

    Full-width digits, spaces, dashes and a leading 0086 are understood. Service lines such as 12345 are not numbers
    of a person and are refused.

    :raises InvalidPhone: when the number cannot exist.
    """
    return phonenumbers.format_number(_parsed(text), phonenumbers.PhoneNumberFormat.E164)  # type: ignore[no-any-return, unused-ignore]


def is_mobile(text: str) -> bool:
    """Whether a text message can reach this number.

    :raises InvalidPhone: when the number cannot exist.
    """
    kind = phonenumbers.number_type(_parsed(text))
    return kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


def _parsed(text: str) -> phonenumbers.PhoneNumber:
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException as wrong:
        raise InvalidPhone from wrong
    if number.extension or not phonenumbers.is_valid_number(number):
        raise InvalidPhone
    return number
