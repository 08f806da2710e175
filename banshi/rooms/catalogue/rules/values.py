"""One value of a form: read by the type of its field, and written as it is kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation

from banshi.kernel.documents import IdType, InvalidDocument, normalise, types_that_fit
from banshi.kernel.names import InvalidName, check
from banshi.kernel.phones import InvalidPhone, normalise_phone
from banshi.kernel.wording import UNSEEN, is_legible
from banshi.rooms.catalogue.rules.checks import WrongValue, parsed
from banshi.rooms.catalogue.rules.handling import NUMERIC, Element, Field

__all__ = ["WrongValue", "read", "read_element", "stored"]

_MOST_DIGITS = 15
_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]*)?|-?\.[0-9]+")  # of an amount: no 1E2, 12_000, +5, nor digits of another script
_WIDE = {0xFF10 + each: str(each) for each in range(10)} | {
    0xFF0E: ".",
    0xFF0D: "-",
}  # as a Chinese keyboard writes them
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"  # a week and its day, 2026-W10-2, is as long
_YEARS = range(1900, 2200)  # of whatever a paper may say: births, leases


def read(field: Field, value: object, today: date | None) -> object:
    """A text, a `Decimal`, a day, or yes and no; None where nothing is filled in.

    :param today: nobody is born after it; None: not looked at.
    :raises WrongValue: with the reason: of its type, then the first of its checks.
    """
    found = _typed(field, value, today)
    if found is not None:
        for check in field.checks:
            found = parsed(check).apply(found, today)
    return found


def read_element(element: Element, text: str, today: date) -> str:
    """A value as it is known of somebody, by the dictionary alone, where no form asks for it.

    :raises WrongValue: with the reason; also where there is none.
    """
    field = Field(
        code=element.code, label_zh=element.name_zh, label_en=element.name_zh, group_zh="-", group_en="-", longest=500,
        type="text" if element.type == "choice" else element.type, checks=tuple(map(str, element.listed_checks)),
    )  # fmt: skip
    value = read(field, text, today)
    if value is None:
        raise WrongValue("没有填", "is missing")
    said = stored(value)
    return ("yes" if said else "no") if isinstance(said, bool) else str(said)


def _typed(field: Field, value: object, today: date | None) -> object:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if field.type == "yes_no":
        return _yes_no(value)
    if field.type in NUMERIC:
        return _number(field, value)
    if not isinstance(value, str):
        raise WrongValue("应为文字", "This is a text")
    text = value.strip()
    if len(text) > field.longest:
        raise WrongValue(f"最多 {field.longest} 个字", f"At most {field.longest} characters")
    if not is_legible(text):
        raise WrongValue(UNSEEN["zh"], UNSEEN["en"])
    if field.type == "choice":
        return _choice(field, text)
    return _TEXTS.get(field.type, _as_it_is)(text, today)


def stored(value: object) -> object:
    """As it is kept in JSON."""
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else value


def _yes_no(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("yes", "no"):
        return value == "yes"
    raise WrongValue("选“是”或“否”", "Choose yes or no")


def _number(field: Field, value: object) -> Decimal:
    if field.type == "money" and isinstance(value, str):
        value = value.strip().translate(_WIDE)
        if not _PLAIN.fullmatch(value):
            raise WrongValue("应为数字", "This is a number")
    number = _decimal(value) + 0  # there is no -0
    if field.type == "money" and number != round(number, 2):
        raise WrongValue("金额最多两位小数", "An amount has at most two decimals")
    if field.least is not None and number < field.least:
        raise WrongValue(f"不能小于 {field.least}", f"Not less than {field.least}")
    if field.most is not None and number > field.most:
        raise WrongValue(f"不能大于 {field.most}", f"Not more than {field.most}")
    return round(number, 2) if field.type == "money" else number


def _decimal(value: object) -> Decimal:
    """A plain number of a length that a person writes; no exponent of any size gets past."""
    no = WrongValue("应为数字", "This is a number")
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        raise no
    try:
        number = Decimal(
            value.strip() if isinstance(value, str) else repr(value) if isinstance(value, float) else value
        )
    except (InvalidOperation, ValueError) as wrong:
        raise no from wrong
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or len(number.as_tuple().digits) > _MOST_DIGITS or abs(exponent) > _MOST_DIGITS:
        raise no
    if number.adjusted() > _MOST_DIGITS:  # more than can be rounded to the fen, and than anybody means
        raise no
    return number


def _choice(field: Field, text: str) -> str:
    if text not in [option.id for option in field.options]:
        raise WrongValue("没有这个选项", "There is no such option")
    return text


def _name(text: str, today: date | None) -> str:
    try:
        return check(text)
    except InvalidName as wrong:
        raise WrongValue(wrong.zh, wrong.en) from wrong


def _phone(text: str, today: date | None) -> str:
    try:
        return normalise_phone(text)
    except InvalidPhone as wrong:
        raise WrongValue("这不是有效的电话号码", "This is not a valid telephone number") from wrong


def _id_number(text: str, today: date | None) -> str:
    """Of any kind of document; where none fits, what is wrong with it as a resident's, which nearly all are."""
    fits = types_that_fit(text, today=today)
    try:
        return normalise(fits[0] if fits else IdType.RESIDENT_ID, text, today=today)
    except InvalidDocument as wrong:
        raise WrongValue(wrong.zh, wrong.en) from wrong


def _day(text: str, today: date | None) -> date:
    text = re.sub(r"\s+", "", text)  # keys of a machine leave some
    try:
        day = date.fromisoformat(text) if re.fullmatch(_DAY, text) else None
    except ValueError:
        day = None
    if day is None or day.year not in _YEARS:
        raise WrongValue("应为日期，形如 2026-03-10", "This is a day, like 2026-03-10")
    return day


def _as_it_is(text: str, today: date | None) -> str:
    return text


_TEXTS: dict[str, Callable[[str, date | None], object]] = {
    "date": _day,
    "phone": _phone,
    "id_number": _id_number,
    "name": _name,
}
