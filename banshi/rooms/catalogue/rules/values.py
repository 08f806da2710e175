"""One value of a form: read by the type of its field, and written as it is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation

from banshi.kernel.documents import IdType, InvalidDocument, normalise, types_that_fit
from banshi.kernel.names import InvalidName, check
from banshi.kernel.phones import InvalidPhone, normalise_phone
from banshi.kernel.wording import UNSEEN, is_legible
from banshi.rooms.catalogue.rules.handling import NUMERIC, Field

_MOST_DIGITS = 15
_YEARS = range(1900, 2200)  # of whatever a paper may say: births, leases


class WrongValue(ValueError):
    """This cannot be the value of the field. `zh` and `en` say why to a person."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def read(field: Field, value: object, today: date | None) -> object:
    """A text, a `Decimal`, a day, or yes and no; None where nothing is filled in.

    :param today: nobody is born after it; None: not looked at.
    :raises WrongValue: with the reason.
    """
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
    number = _decimal(value)
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
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
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
