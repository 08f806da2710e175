"""What a value has to be beyond its type: the validators that the data dictionary names, as data – `past`, `length:2..60`. Pure.

Each is a word, and perhaps a parameter after a colon; `CHECKS` is the whole list. A function reads a value and gives it as it is
kept, or says in both languages which rule it breaks. Beside it stand the hint that a page shows and, where one can say it, the
pattern for a program that checks before it sends.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from banshi.kernel.documents import IdType, InvalidDocument, normalise
from banshi.kernel.phones import InvalidPhone, NotMobile, is_mobile, normalise_phone


class WrongValue(ValueError):
    """This cannot be the value of the field. `zh` and `en` say why to a person."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


@dataclass(frozen=True)
class Words:
    zh: str
    en: str


@dataclass(frozen=True)
class Check:
    """One validator with its parameter, read."""

    name: str
    param: str = ""

    def __str__(self) -> str:
        return f"{self.name}:{self.param}" if self.param else self.name

    @property
    def hint(self) -> Words:
        """What is asked for, said before anything is wrong."""
        return CHECKS[self.name].hint(self.param)

    def within(self, least: Decimal | None, most: Decimal | None) -> Check:
        """A range as a field of its own bounds narrows it; any other check as it is."""
        if self.name != "range":
            return self
        low, high = _bounds(self.param)
        low = max((each for each in (low, least) if each is not None), default=None)
        high = high if high is None or most is None else min(high, most)
        return Check("range", "..".join("" if each is None else f"{each:f}" for each in (low, high)))

    @property
    def pattern(self) -> str:
        """A regular expression of the whole value as it is kept; "" where none says it."""
        return CHECKS[self.name].pattern(self.param)

    def apply(self, value: object, today: date | None) -> object:
        """The value as it is kept. :param today: None: the day is not looked at. :raises WrongValue: with the rule."""
        return CHECKS[self.name].read(value, self.param, today)


Reads = Callable[[object, str, date | None], object]
Hints = Callable[[str], Words]


@dataclass(frozen=True)
class Kind:
    """A validator. `types`: of fields it goes with. `takes`: reads its parameter, and raises ValueError; None: it has none."""

    types: frozenset[str]
    read: Reads
    hint: Hints
    takes: Callable[[str], object] | None = None
    pattern: Callable[[str], str] = lambda param: ""


def parsed(text: str) -> Check:
    """:raises ValueError: there is no such validator, or its parameter is none."""
    name, _, param = text.strip().partition(":")
    kind = CHECKS.get(name)
    if kind is None:
        raise ValueError(f"{name}: there is no such check; there are {', '.join(sorted(CHECKS))}")
    if kind.takes is None:
        if param:
            raise ValueError(f"{name} takes no parameter")
    else:
        try:
            kind.takes(param)
        except (ValueError, InvalidOperation, re.error) as wrong:
            raise ValueError(f"{name}: {param or 'nothing'} is no parameter of it") from wrong
    return Check(name, param)


def listed(text: str) -> tuple[Check, ...]:
    """As the dictionary writes them, separated by `;`. :raises ValueError: one of them is none."""
    return tuple(parsed(each) for each in text.split(";") if each.strip())


# --- Parameters ---------------------------------------------------------------------------------------------------


def _bounds(param: str) -> tuple[Decimal | None, Decimal | None]:
    """`0..100`, `1..`, `..9`: both within."""
    low, dots, high = param.partition("..")
    least, most = Decimal(low) if low else None, Decimal(high) if high else None
    if not all(each.is_finite() for each in (least, most) if each is not None):
        raise ValueError(param)
    if not dots or (least is None and most is None) or (least is not None and most is not None and least > most):
        raise ValueError(param)
    return least, most


def _span(param: str) -> tuple[int, int]:
    """`6..20` characters, or `6`."""
    low, dots, high = param.partition("..")
    least, most = int(low), int(high) if dots else int(low)
    if not 0 <= least <= most <= 2000:
        raise ValueError(param)
    return least, most


def _like(param: str) -> tuple[str, str]:
    """`[0-9]{8}~44190001`: a pattern, and an example of it, which says to a person what it is."""
    pattern, _, example = param.rpartition("~")
    if not pattern or not re.fullmatch(pattern, example):
        raise ValueError(param)
    return pattern, example


def _values(param: str) -> tuple[str, ...]:
    values = tuple(param.split("|"))
    if not all(values):
        raise ValueError(param)
    return values


# --- Each of them -------------------------------------------------------------------------------------------------


def _plain(value: object) -> str:
    """Half-width capitals, no spaces and dots between."""
    text = unicodedata.normalize("NFKC", str(value)).upper()
    return "".join(each for each in text if not each.isspace() and each not in "·•-")


def _document(kind: IdType) -> Reads:
    def read(value: object, param: str, today: date | None) -> object:
        try:
            return normalise(kind, str(value), today=today)
        except InvalidDocument as wrong:
            raise WrongValue(f"应为{kind.name_zh}：{wrong.zh}", f"{kind.name_en}: {wrong.en}") from wrong

    return read


def _mobile(value: object, param: str, today: date | None) -> object:
    text = str(value)
    try:
        if is_mobile(text):
            return normalise_phone(text)
    except InvalidPhone as wrong:
        raise WrongValue(wrong.zh, wrong.en) from wrong
    raise WrongValue(NotMobile.zh, NotMobile.en)


def _past(value: object, param: str, today: date | None) -> object:
    if isinstance(value, date) and today is not None and value > today:
        raise WrongValue("日期不能晚于今天", "Not after today")
    return value


def _matches(pattern: str, wrong: Words) -> Reads:
    whole = re.compile(pattern)

    def read(value: object, param: str, today: date | None) -> object:
        text = _plain(value)
        if not whole.fullmatch(text):
            raise WrongValue(wrong.zh, wrong.en)
        return text

    return read


def _vin(value: object, param: str, today: date | None) -> object:
    text = _plain(value)
    if not re.fullmatch(_VIN, text):
        raise WrongValue(_VIN_WORDS.zh, _VIN_WORDS.en)
    total = sum(_VIN_VALUES[each] * weight for each, weight in zip(text, _VIN_WEIGHTS, strict=True))
    if (
        text[0] == "L" and text[8] != "0123456789X"[total % 11]
    ):  # made in China; Europe's ninth character checks nothing
        raise WrongValue(
            "车辆识别代号第 9 位校验码不符，可能有一位输错了",
            "The ninth character of the identification number does not fit the rest; one is probably wrong",
        )
    return text


def _email(value: object, param: str, today: date | None) -> object:
    text = unicodedata.normalize("NFKC", str(value)).strip()
    if len(text) > 254 or not re.fullmatch(_EMAIL, text):
        raise WrongValue("应为电子邮箱，形如 name@example.com", "This is an e-mail address, like name@example.com")
    return text


def _length(value: object, param: str, today: date | None) -> object:
    least, most = _span(param)
    if not least <= len(str(value)) <= most:
        said = _length_words(param)
        raise WrongValue(f"应为{said.zh}", f"{said.en[0].upper()}{said.en[1:]}")
    return value


def _range(value: object, param: str, today: date | None) -> object:
    least, most = _bounds(param)
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    if least is not None and number < least:
        raise WrongValue(f"不能小于 {least:f}", f"Not less than {least:f}")
    if most is not None and number > most:
        raise WrongValue(f"不能大于 {most:f}", f"Not more than {most:f}")
    return value


def _whole(value: object, param: str, today: date | None) -> object:
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    if number != number.to_integral_value():
        raise WrongValue("应为整数", "This is a whole number")
    return value


def _pattern(value: object, param: str, today: date | None) -> object:
    pattern, example = _like(param)
    if not re.fullmatch(pattern, str(value)):
        raise WrongValue(f"格式不对，形如 {example}", f"This is written like {example}")
    return value


def _one_of(value: object, param: str, today: date | None) -> object:
    values = _values(param)
    if str(value) not in values:
        raise WrongValue(f"应为其中之一：{'、'.join(values)}", f"One of: {', '.join(values)}")
    return value


def _length_words(param: str) -> Words:
    least, most = _span(param)
    span = str(least) if least == most else f"{least}–{most}"
    return Words(f"{span.replace('–', ' 到 ')} 个字符", f"{span.replace('–', ' to ')} characters")


def _range_words(param: str) -> Words:
    least, most = _bounds(param)
    if most is None:
        return Words(f"不小于 {least:f}", f"{least:f} or more")
    if least is None:
        return Words(f"不大于 {most:f}", f"{most:f} or less")
    return Words(f"{least:f} 到 {most:f}", f"{least:f} to {most:f}")


def _length_pattern(param: str) -> str:
    least, most = _span(param)
    return f".{{{least},{most}}}"


def _says(zh: str, en: str) -> Hints:
    return lambda param: Words(zh, en)


def _is(pattern: str) -> Callable[[str], str]:
    return lambda param: pattern


_TEXT, _ID = frozenset({"text"}), frozenset({"id_number"})
_ANY_TEXT = frozenset({"text", "name", "address"})
_AMOUNT = frozenset({"number", "money"})
_POSTCODE = r"[0-8][0-9]{5}"
_POSTCODE_WORDS = Words("邮政编码是 6 位数字，第一位不是 9", "A postal code has six digits, and does not begin with 9")
# GA 36-2018: 普通 5 位（可一两个字母），新能源 6 位（小型第一位、大型末位是字母）；港澳、学、警、挂、领。I 和 O 不用。
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_SEAT = "[A-HJ-NP-Z0-9]"
_PLATE = (
    rf"[{_PROVINCES}][A-HJ-NP-Z](?:{_SEAT}{{4}}(?:{_SEAT}|[学警挂领])|[ABCDEFGHJK]{_SEAT}[0-9]{{4}}|[0-9]{{5}}[ABCDEFGHJK])"
    r"|粤Z[A-HJ-NP-Z0-9]{4}[港澳]"
)
_PLATE_WORDS = Words(
    "号牌号码不对，形如 粤S12345 或 粤SD12345", "This is no number plate; it is like 粤S12345 or 粤SD12345"
)
# GB 16735, ISO 3779: no I, O, Q; in those of China and America the ninth character checks the others.
_VIN = r"[A-HJ-NPR-Z0-9]{17}"
_VIN_WORDS = Words(
    "车辆识别代号是 17 位数字和大写字母，没有 I、O、Q",
    "A vehicle identification number has 17 digits and capitals, none of them I, O or Q",
)
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN_VALUES = {
    **{str(n): n for n in range(10)},
    **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
    **dict(zip("JKLMN", range(1, 6), strict=True)),
    "P": 7,
    "R": 9,
    **dict(zip("STUVWXYZ", range(2, 10), strict=True)),
}
# GB/T 37346-2019: 县级行政区 6、地籍区 3、地籍子区 3 位数字；所有权 G、J 或 Z，宗地特征一个字母，顺序 5 位；
# 定着物 F、L、Q 或 W，单元 8 位.
_UNIT = r"[0-9]{12}[GJZ][A-Z][0-9]{5}[FLQW][0-9]{8}"
_UNIT_WORDS = Words(
    "不动产单元号是 28 位数字和大写字母，形如 441900001001GB00001F00020301",
    "A real estate unit number has 28 digits and capitals, like 441900001001GB00001F00020301",
)
_EMAIL = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9-]{1,63})+"

CHECKS: dict[str, Kind] = {
    "resident_id": Kind(
        _ID, _document(IdType.RESIDENT_ID), _says("18 位居民身份证号码", "The 18 characters of a resident identity card")
    ),
    "uscc": Kind(_ID | _TEXT, _document(IdType.USCC), _says("18 位统一社会信用代码", "The 18 characters of a credit code")),
    "mobile": Kind(frozenset({"phone"}), _mobile, _says("能收短信的手机号", "A mobile number that takes text messages")),
    "past": Kind(frozenset({"date"}), _past, _says("不晚于今天", "Not after today")),
    "postcode": Kind(
        _TEXT, _matches(_POSTCODE, _POSTCODE_WORDS), _says("6 位数字", "Six digits"), pattern=_is(_POSTCODE)
    ),
    "plate": Kind(
        _TEXT, _matches(_PLATE, _PLATE_WORDS), _says("形如 粤S12345", "Like 粤S12345"), pattern=_is(_PLATE)
    ),
    "vin": Kind(
        _TEXT, _vin, _says("17 位，在行驶证上", "17 characters, on the vehicle licence"), pattern=_is(_VIN)
    ),
    "estate_unit": Kind(
        _TEXT, _matches(_UNIT, _UNIT_WORDS), _says("28 位，在不动产权证书上", "28 characters, on the certificate"),
        pattern=_is(_UNIT),
    ),
    "email": Kind(_TEXT, _email, _says("形如 name@example.com", "Like name@example.com")),
    "length": Kind(_ANY_TEXT | _ID, _length, _length_words, _span, _length_pattern),
    "range": Kind(_AMOUNT, _range, _range_words, _bounds),
    "whole": Kind(_AMOUNT, _whole, _says("整数", "A whole number")),
    "pattern": Kind(
        _ANY_TEXT, _pattern, lambda param: Words(f"形如 {_like(param)[1]}", f"Like {_like(param)[1]}"), _like,
        lambda param: _like(param)[0],
    ),
    "one_of": Kind(
        _ANY_TEXT | {"choice"}, _one_of,
        lambda param: Words("、".join(_values(param)), ", ".join(_values(param))), _values,
    ),
}  # fmt: skip
